"""What a web process knows of the waiting lines: kept in memory, shared through the database.

Arrivals of a moment are written together, one row for all of them; those of the other processes
are read as they come. So every process comes to the same line, and so does one that starts anew.
What a crash takes away before it was written comes back with the visitor's signed ticket.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask, current_app
from sqlalchemy.exc import DBAPIError

from eduportal.booking.models.line import LineBatch
from eduportal.booking.rules import line as rules
from eduportal.booking.rules.line import Queue, Stage, Standing
from eduportal.catalog.models import Run
from eduportal.catalog.models.openings import Opening
from eduportal.catalog.queries.runs import public
from eduportal.shared import clock
from eduportal.shared.db import Busy, append, db

# A batch whose number was given before another's may be seen after it, yet not much later.
LATE_SECONDS = 10.0
KEPT_RUNS, KEPT_LINES = 2_000, 8


@dataclass(frozen=True)
class Pace:
    """Seconds between two looks at what may have changed, and between two batches."""

    runs: float = 1.0
    read: float = 0.5
    order: float = 1.0
    write: float = 1.0
    write_when_calm: float = 10.0


AT_ONCE = Pace(0, 0, 0, 0, 0)
CALM = -60_000


@dataclass(frozen=True)
class Secrets:
    """An opening, with what makes its line."""

    id: int
    opens_at: datetime
    secret: str
    secret_hash: str
    ticket_key: str
    created_at: datetime


_OPENING = (
    Opening.id,
    Opening.opens_at,
    Opening.secret,
    Opening.secret_hash,
    Opening.ticket_key,
    Opening.created_at,
)


class Line:
    """The waiting line of one opening, as this process knows it."""

    def __init__(self, app: Flask, opening: Secrets, pace: Pace, rate: int) -> None:
        self.opening = opening
        self.is_over = False
        self._app, self._pace = app, pace
        self._queue = Queue(bytes.fromhex(opening.secret), opening.id, rate)
        self._lock = threading.RLock()
        self._unwritten: dict[str, int] = {}
        self._writer: threading.Timer | None = None
        self._drawn: list[tuple[int, str, str]] | None = None
        self._seen: dict[int, float] = {}
        self._read_below = 0
        self._read_at = self._ordered_at = float("-inf")

    def ticket(self, person_id: int) -> str:
        """A person's number in this line."""
        key = bytes.fromhex(self.opening.ticket_key)
        return rules.ticket(key, self.opening.id, person_id)

    def draw_hash(self, number: str) -> str:
        """What gives a ticket its rank: to be shown from the opening on."""
        return rules.draw_hash(bytes.fromhex(self.opening.secret), self.opening.id, number)

    @property
    def tickets_from(self) -> datetime:
        """When one can come into the line."""
        return self.opening.opens_at + timedelta(milliseconds=rules.TICKETS_FROM)

    def since_opening(self) -> int:
        """Milliseconds after the opening, by the server's clock."""
        return (clock.now() - self.opening.opens_at) // timedelta(milliseconds=1)

    def standing(self, number: str, arrived: int | None = None) -> Standing:
        """How a ticket stands, which is in the line from now on, or from when it shows it came."""
        now = self.since_opening()
        with self._lock:
            self._catch_up(now)
            if self.is_over:
                return Standing(Stage.ADMITTED, now, len(self._queue))
            if now >= rules.TICKETS_FROM:
                self._note(number, now if arrived is None else min(arrived, now))
                self._order(now)
            standing = self._queue.standing(number, now)
        self._write_soon(now)
        return standing

    def known(self, number: str) -> Standing:
        """How a ticket stands or stood, without its coming into the line by that."""
        now = self.since_opening()
        with self._lock:
            self._catch_up(now)
            return self._queue.standing(number, now)

    def present(self) -> int:
        """How many came before the opening."""
        with self._lock:
            self._catch_up(self.since_opening())
            return self._queue.present()

    def drawn(self) -> list[tuple[int, str, str]] | None:
        """Place, ticket and hash of those who came before the opening; None before the end."""
        with self._lock:
            self._catch_up(self.since_opening())
            if self.is_over and self._drawn is None:
                self._drawn = self._queue.drawn()
            return self._drawn

    def write(self) -> None:
        """Write down who arrived since the last time, in one row."""
        with self._lock:
            batch, self._unwritten, self._writer = self._unwritten, {}, None
        if not batch:
            return
        arrivals = [[number, arrived] for number, arrived in batch.items()]
        try:
            append(
                sa.insert(LineBatch).values(
                    opening_id=self.opening.id, at=clock.now(), arrivals=arrivals
                )
            )
        except (Busy, DBAPIError) as error:
            _log().warning("arrivals not written yet", error=type(error).__name__)
            with self._lock:
                self._unwritten = batch | self._unwritten

    def _note(self, number: str, arrived: int) -> None:
        if self._queue.add(number, arrived):
            self._unwritten[number] = arrived

    def _catch_up(self, now: int) -> None:
        if self.is_over or not _is_due(self._read_at, self._pace.read):
            return
        self._read_at = time.monotonic()
        for batch_id, arrivals in self._new_batches():
            self._seen[batch_id] = self._read_at
            for number, arrived in arrivals:
                self._queue.add(str(number), int(arrived))
        self._forget_seen()
        self._order(now)
        self.is_over = now > 0 and not self._unwritten and self._queue.is_over(now)

    def _new_batches(self) -> Sequence[sa.Row[int, list[list[str | int]]]]:
        new = sa.select(LineBatch.id, LineBatch.arrivals).where(
            LineBatch.opening_id == self.opening.id,
            LineBatch.id > self._read_below,
            LineBatch.id.not_in(list(self._seen)),
        )
        # A look of its own: the request's may have begun before the rows were there.
        with db.engine.connect() as connection:
            return connection.execute(new.order_by(LineBatch.id)).all()

    def _forget_seen(self) -> None:
        old = [one for one, at in self._seen.items() if _is_due(at, LATE_SECONDS)]
        self._read_below = max([self._read_below, *old])
        self._seen = {one: at for one, at in self._seen.items() if one > self._read_below}

    def _order(self, now: int) -> None:
        if now < 0 or self._queue.is_in_order or not _is_due(self._ordered_at, self._pace.order):
            return
        self._ordered_at = time.monotonic()
        self._queue.put_in_order()

    def _write_soon(self, now: int) -> None:
        """In a thread, so that no visitor waits for the turn to write; by the opening at last."""
        calm = now < CALM
        wait = self._pace.write_when_calm if calm else self._pace.write
        if now < 0:
            wait = min(wait, -now / 1_000)
        with self._lock:
            if not self._unwritten or self._writer:
                return
            if self._pace.write:
                self._writer = threading.Timer(wait, self._write_in_context)
                self._writer.daemon = True
                self._writer.start()
                return
        self.write()

    def _write_in_context(self) -> None:
        with self._app.app_context():
            self.write()
        if self._unwritten:
            self._write_soon(self.since_opening())


class Lines:
    """The lines that this process was asked for."""

    def __init__(self, app: Flask, pace: Pace) -> None:
        self._app, self._pace = app, pace
        self._lock = threading.Lock()
        self._lines: dict[int, Line] = {}
        self._of_runs: dict[int, tuple[float, Line | None]] = {}

    def of_run(self, run_id: int) -> Line | None:
        """The line that a run's applicants stand in; None where it has none."""
        known = self._of_runs.get(run_id)
        if known and not _is_due(known[0], self._pace.runs):
            return known[1]
        line = self._found(
            sa.select(*_OPENING)
            .join(Run, Run.apply_from == Opening.opens_at)
            .where(Run.id == run_id, Run.waiting_line, public(clock.now()))
        )
        if len(self._of_runs) >= KEPT_RUNS:
            self._of_runs.clear()
        self._of_runs[run_id] = time.monotonic(), line
        return line

    def of_opening(self, opening_id: int) -> Line | None:
        """The line of an opening, for as long as it is kept who stood in it."""
        kept = Opening.opens_at >= clock.now() - rules.KEPT
        return self._found(sa.select(*_OPENING).where(Opening.id == opening_id, kept))

    def _found(self, query: sa.Select[*tuple[Any, ...]]) -> Line | None:
        row = db.session.execute(query).one_or_none()
        if row is None:
            return None
        opening = Secrets(*row)
        with self._lock:
            line = self._lines.get(opening.id)
            if line is None or line.opening != opening:
                rate = int(self._app.config["LINE_RATE"])
                line = Line(self._app, opening, self._pace, rate)
                self._lines[opening.id] = line
            if len(self._lines) > KEPT_LINES:
                del self._lines[next(iter(self._lines))]
        return line


def lines() -> Lines:
    """What this process knows of the lines."""
    kept: Lines = current_app.extensions["eduportal.lines"]
    return kept


def remember(app: Flask) -> None:
    """Give the process its memory; in tests it looks at the rows each time, and writes at once."""
    app.extensions["eduportal.lines"] = Lines(app, AT_ONCE if app.testing else Pace())


def _is_due(since: float, seconds: float) -> bool:
    return time.monotonic() - since >= seconds


def _log() -> structlog.stdlib.BoundLogger:
    return structlog.get_logger("eduportal")  # type: ignore[no-any-return]
