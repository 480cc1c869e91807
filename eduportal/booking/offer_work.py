"""What `eduportal work` does for offers: those that are over are closed within seconds."""

from datetime import datetime, timedelta
from threading import Event

import structlog
from flask import Flask
from sqlalchemy.exc import OperationalError

from eduportal.booking.actions.offers import close_lapsed
from eduportal.shared import clock
from eduportal.shared.db import Busy

SECONDS = 3.0
# What may have ended while no worker ran.
BEFORE_IT_BEGAN = timedelta(hours=1)


def until(app: Flask, stop: Event) -> None:
    """Close what is over every few seconds, until told to stop."""
    since = clock.now() - BEFORE_IT_BEGAN
    while True:
        since = _round(app, since)
        if stop.wait(SECONDS):
            return


def once(app: Flask, _stop: Event) -> str:
    """Close what is over; says in how many runs there was something."""
    with app.app_context():
        return f"Offers closed in {close_lapsed(clock.now() - BEFORE_IT_BEGAN)} runs."


def _round(app: Flask, since: datetime) -> datetime:
    """One look; gives since when the next one looks back, the same where it could not be done."""
    begun = clock.now()
    with app.app_context():
        try:
            close_lapsed(since)
        except (Busy, OperationalError) as error:
            structlog.get_logger("eduportal").warning(
                "offers out of reach, trying again", error=type(error).__name__
            )
            return since
    return begun
