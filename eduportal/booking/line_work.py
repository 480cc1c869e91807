"""What `eduportal work` does for waiting lines: no run that asks for one opens without it."""

from threading import Event

import structlog
from flask import Flask
from sqlalchemy.exc import OperationalError

from eduportal.booking.actions.lines import forget_lines, to_forget
from eduportal.catalog.actions.openings import make_missing_openings, missing_openings
from eduportal.shared import clock
from eduportal.shared.db import Busy, db

SECONDS = 20.0


def until(app: Flask, stop: Event) -> None:
    """Look now and then for runs whose opening was forgotten, until told to stop."""
    while True:
        with app.app_context():
            try:
                _make_missing()
                _forget()
            except (Busy, OperationalError) as error:
                structlog.get_logger("eduportal").warning(
                    "openings out of reach, trying again", error=type(error).__name__
                )
        if stop.wait(SECONDS):
            return


def once(app: Flask, _stop: Event) -> str:
    """Make the openings that are missing; says how many."""
    with app.app_context():
        return f"{_make_missing()} openings made, {_forget()} batches of old lines deleted."


def _make_missing() -> int:
    # Looked for first: the turn to write is not taken for nothing.
    if not db.session.execute(missing_openings(clock.now())).first():
        return 0
    return make_missing_openings()


def _forget() -> int:
    # The same: looked for first.
    if not db.session.execute(to_forget(clock.now()).limit(1)).first():
        return 0
    return forget_lines()
