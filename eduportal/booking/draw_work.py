"""What `eduportal work` does for draws: promises, lists and lots come in time."""

from threading import Event

import structlog
from flask import Flask
from sqlalchemy.exc import OperationalError

from eduportal.booking.actions.draws import sweep
from eduportal.shared.db import Busy

SECONDS = 5.0


def until(app: Flask, stop: Event) -> None:
    """Look now and then for draws that can go on, until told to stop."""
    while True:
        with app.app_context():
            try:
                sweep()
            except (Busy, OperationalError) as error:
                structlog.get_logger("eduportal").warning(
                    "draws out of reach, trying again", error=type(error).__name__
                )
        if stop.wait(SECONDS):
            return


def once(app: Flask, _stop: Event) -> str:
    """Take every draw as far as it goes; says how many."""
    with app.app_context():
        return f"{sweep()} draws went on."
