"""A worker that dies in the middle of a job."""

import json
import os
import sys
from collections.abc import Mapping
from threading import Event
from typing import Any

from eduportal import create_app
from eduportal.jobs import work
from eduportal.shared.events import By


def die(_by: By, _given: Mapping[str, Any], progress: work.Progress) -> work.Result:
    """Tell a little progress, then end with status 9."""
    progress(3, 10)
    os._exit(9)


def main() -> None:
    """Do what is due; ends in the middle of the first job of kind `long`."""
    app = create_app(json.loads(sys.argv[1]))
    work.handler(app, "long", die)
    work.once(app, Event())


if __name__ == "__main__":
    main()
