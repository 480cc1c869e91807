"""Doing the jobs: what features know how to do, and the worker's thread that does it.

A handler may be run again after a crash, so running it twice must come to the same. It gets who
asked, what was given, and a way to tell how far it is; it returns what came of it: a `sentence`,
and a `path` to go on to. It raises Refused where the rules say no.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from typing import Any

import structlog
from flask import Flask, current_app
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError

from eduportal.jobs import actions, queries
from eduportal.jobs.rules import KEPT, MOST_TRIES, Claimed, Reason
from eduportal.shared.db import Busy
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused

IDLE_SECONDS = 0.5
# A page looks every other second; more would only write.
PROGRESS_SECONDS = 0.5
FORGET_SECONDS = 600.0

Progress = Callable[[int, int], None]
Result = dict[str, Any]
Handler = Callable[[By, Mapping[str, Any], Progress], Result]


class Failed(Exception):
    """Raised by a handler that cannot do what was asked; `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Stopped(Exception):
    """The worker was told to stop in the middle of a job; another one will do it."""


@dataclass(frozen=True)
class Kind:
    """How a kind of job is done, and how long it is kept with what it was given.

    `page` is the endpoint that shows what came of one, by its `job_id`.
    """

    handler: Handler
    kept: timedelta = KEPT
    page: str | None = None


def handler(
    app: Flask, kind: str, function: Handler, kept: timedelta = KEPT, page: str | None = None
) -> None:
    """Let jobs of a kind be done by a function."""
    app.extensions.setdefault("eduportal.jobs", {})[kind] = Kind(function, kept, page)


def page_of(kind: str) -> str | None:
    """The endpoint that shows what came of a kind of job."""
    known = _kinds().get(kind)
    return known.page if known else None


def until(app: Flask, stop: Event) -> None:
    """Do what is due, until told to stop."""
    forgotten = 0.0
    while not stop.wait(IDLE_SECONDS):
        # A context for each round, so that no transaction stays open while there is nothing to do.
        with app.app_context():
            try:
                _do_what_is_due(stop)
                if time.monotonic() - forgotten > FORGET_SECONDS:
                    forgotten = time.monotonic()
                    actions.forget({name: kind.kept for name, kind in _kinds().items()})
            except (Busy, OperationalError) as error:
                _log().warning("jobs out of reach, trying again", error=type(error).__name__)


def once(app: Flask, stop: Event) -> str:
    """Do what is due now; says how many jobs that were."""
    with app.app_context():
        return f"{_do_what_is_due(stop)} jobs done."


def do_now(job_id: int) -> None:
    """Do a small job here and now, unless a worker was quicker."""
    claimed = actions.claim(_kinds(), job_id)
    if claimed:
        _do(claimed, Event())


def _do_what_is_due(stop: Event) -> int:
    done = 0
    while not stop.is_set() and queries.anything_due(_kinds()):
        claimed = actions.claim(_kinds())
        if claimed:
            _do(claimed, stop)
            done += 1
        elif not actions.give_up_the_killers():
            break
    return done


def _do(job: Claimed, stop: Event) -> None:
    try:
        result = _kinds()[job.kind].handler(By(**job.by), job.given, _teller(job, stop))
    except Stopped:
        actions.put_back(job, stumbled=False)
    except (Failed, Refused) as refused:
        actions.fail(job, refused.sentence)
    except Exception as error:
        # One job that breaks in a new way must not stop the others.
        _stumble(job, error)
    else:
        actions.finish(job, result)


def _stumble(job: Claimed, error: Exception) -> None:
    _log().error("job stumbled", job=job.id, kind=job.kind, tries=job.tries, exc_info=error)
    if job.tries >= MOST_TRIES:
        actions.fail(job, _(Reason.GIVEN_UP.value))
    else:
        actions.put_back(job, stumbled=True)


def _teller(job: Claimed, stop: Event) -> Progress:
    told = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told
        if stop.is_set():
            raise Stopped
        if time.monotonic() - told >= PROGRESS_SECONDS:
            told = time.monotonic()
            try:
                actions.tell_progress(job, done, total)
            except Busy:
                # Whoever waits sees it a moment later.
                return

    return tell


def _kinds() -> dict[str, Kind]:
    kinds: dict[str, Kind] = current_app.extensions.get("eduportal.jobs", {})
    return kinds


def _log() -> Any:
    return structlog.get_logger("eduportal")
