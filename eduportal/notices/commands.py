"""`eduportal work`: the sender as a process, and what is done beside it."""

import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

import click
import structlog
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from eduportal.notices import queries, sender_row
from eduportal.notices.delivery import Carrier, carriers, missing
from eduportal.notices.models import Channel
from eduportal.notices.sender import Outcome, drain
from eduportal.shared.db import Busy

IDLE_SECONDS = 1.0
# Less than `serve` waits for the worker before it ends it the hard way.
PARTING_SECONDS = 8.0


@dataclass(frozen=True)
class Companion:
    """What a worker does beside sending, in a thread of its own, so that no message waits for it.

    `until` works until it is told to stop; `once` does what is due, and says how that went.
    """

    until: Callable[[Flask, Event], None]
    once: Callable[[Flask, Event], str]


def beside(app: Flask, companion: Companion) -> None:
    """Let a worker do more than send."""
    app.extensions.setdefault("eduportal.work", []).append(companion)


@click.command("work")
@click.option("--once", is_flag=True, help="Do what is due now, say how it went, and end.")
@with_appcontext
def work(once: bool) -> None:
    """Send what waits in the outbox and do long work, until told to stop. Several may run."""
    ways = _ways(say=True)
    with _told_to_stop() as stop:
        if once:
            _say_how_it_went(drain(ways, stop))
            for companion in _companions():
                click.echo(companion.once(_app(), stop))
            return
        with _accompanied(stop):
            while not stop.wait(IDLE_SECONDS):
                _round(stop)


def _app() -> Flask:
    # The proxy stands for the thread's own context; another thread needs the portal itself.
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]


def _companions() -> list[Companion]:
    companions: list[Companion] = current_app.extensions.get("eduportal.work", [])
    return companions


@contextmanager
def _accompanied(stop: Event) -> Iterator[None]:
    """The companions in threads. One that does not hear is left behind; its leases run out."""
    threads = [
        Thread(target=companion.until, args=(_app(), stop), daemon=True)
        for companion in _companions()
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(PARTING_SECONDS)


def _ways(say: bool = False) -> dict[Channel, Carrier]:
    """The ways out as they are now: what an administrator changes counts from the next round."""
    with current_app.app_context():
        settings = sender_row.in_force(current_app.config)
        ways = carriers(settings)
        if say:
            _say_what_waits(ways, settings)
        return ways


def _round(stop: Event) -> None:
    # A context for each round: its session ends with it. One that stayed open while there is
    # nothing to do would keep the database from tidying up (WAL, vacuum).
    with current_app.app_context():
        try:
            drain(_ways(), stop)
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
