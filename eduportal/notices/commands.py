"""`eduportal work`: the sender as a process."""

import signal
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event
from typing import Any

import click
import structlog
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from eduportal.notices import queries
from eduportal.notices.delivery import Carrier, carriers, missing
from eduportal.notices.models import Channel
from eduportal.notices.sender import Outcome, drain
from eduportal.shared.db import Busy

IDLE_SECONDS = 1.0


@click.command("work")
@click.option("--once", is_flag=True, help="Send what is due now, say how it went, and end.")
@with_appcontext
def work(once: bool) -> None:
    """Send what waits in the outbox, until told to stop. Several may run side by side."""
    ways = carriers(current_app.config)
    with current_app.app_context():
        _say_what_waits(ways, current_app.config)
    with _told_to_stop() as stop:
        if once:
            _say_how_it_went(drain(ways, stop))
            return
        while not stop.wait(IDLE_SECONDS):
            _round(ways, stop)


def _round(ways: Mapping[Channel, Carrier], stop: Event) -> None:
    # A context for each round: its session ends with it. One that stayed open while there is
    # nothing to do would keep the database from tidying up (WAL, vacuum).
    with current_app.app_context():
        try:
            drain(ways, stop)
        except (Busy, OperationalError) as error:
            structlog.get_logger("eduportal").warning(
                "outbox out of reach, trying again", error=type(error).__name__
            )


@contextmanager
def _told_to_stop() -> Iterator[Event]:
    """Set by SIGTERM and SIGINT: the message at hand is finished, then the process ends."""
    stop = Event()
    before = {
        number: signal.signal(number, lambda _number, _frame: stop.set())
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say_what_waits(ways: Mapping[Channel, Carrier], settings: Mapping[str, Any]) -> None:
    for channel in Channel:
        if channel not in ways:
            names = " and ".join(f"EDUPORTAL_{name}" for name in missing(channel, settings))
            count = queries.waiting_count(channel)
            click.echo(f"No {channel.value} can be sent without {names}; {count} waiting.")


def _say_how_it_went(outcomes: Counter[Outcome]) -> None:
    click.echo(", ".join(f"{outcomes[outcome]} {outcome}" for outcome in Outcome) + ".")
