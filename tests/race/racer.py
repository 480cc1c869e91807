"""Many people at the last seats at once: the threads of a process, and a process of its own."""

import json
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from flask import Flask

from eduportal import create_app
from eduportal.booking import actions
from eduportal.shared import db as shared_db
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused


def everybody_applies(
    app: Flask, run_ids: Sequence[int], person_ids: Sequence[int]
) -> Counter[str]:
    """Every person applies for every run, all in the same moment; counts what they were told."""
    pairs = [(run_id, person_id) for person_id in person_ids for run_id in run_ids]
    return all_at_once(app, [partial(_apply, *pair) for pair in pairs])


def all_at_once(app: Flask, acts: Sequence[Callable[[], str]]) -> Counter[str]:
    """Run each act in a thread of its own, all let go together; counts what they answer."""
    answers: list[str] = []
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], str]) -> None:
        with app.app_context():
            gate.wait()
            try:
                answers.append(act())
            except Exception as error:
                answers.append(type(error).__name__)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(answers)


def _apply(run_id: int, person_id: int) -> str:
    try:
        actions.apply(By("resident", "online", None, person_id), run_id, person_id)
    except Refused as refused:
        return refused.reason.name
    return "applied"


def main() -> None:
    """A racer process: says when it is ready, and waits for the word to go."""
    given = json.loads(sys.argv[1])
    # Who gets the place is asked here, not how quick a busy machine is.
    shared_db.TURN_SECONDS = 30
    app = create_app(given["config"])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    told = everybody_applies(app, given["run_ids"], given["person_ids"])
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
