"""One drill from beginning to end."""

import asyncio
import random
import resource
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import flask_migrate
from flask import Flask

from eduportal import create_app
from eduportal.drill import office, residents, server
from eduportal.drill.plan import Plan
from eduportal.drill.residents import Resident
from eduportal.drill.scratch import Scratch, scratch
from eduportal.drill.server import Portal
from eduportal.drill.verdict import Effort, Verdict, judge
from eduportal.shared import clock
from eduportal.shared.db import db

# From the moment the window is set to the first click.
BEFORE_THE_OPENING = 0.5
# After so long every web process knows of a new opening with its line.
KNOWN_AFTER = 3.0

# What a test does to the portal or its database in the middle, once so many have their answer.
Mishap = Callable[[Portal, Scratch], None]


def rehearse(plan: Plan, mishap: Mishap | None = None, after: int = 0) -> Verdict:
    """Hold the drill; nothing of it stays. Raises NotToBeHad, NotStarted."""
    with scratch(plan.database) as there, _office(plan, there) as app:
        everybody = office.residents(app, plan)
        # Nobody's place in the order follows from a number.
        random.shuffle(everybody)
        with server.serving(there.url, str(app.config["SECRET_KEY"]), there.folder) as portal:
            crowd = Crowd(portal, there, mishap, after)
            effort = asyncio.run(crowd.come(plan, everybody))
            return judge(plan, everybody, effort)


@contextmanager
def _office(plan: Plan, there: Scratch) -> Iterator[Flask]:
    app = create_app(
        {
            "DATABASE_URL": there.url,
            "SECRET_KEY": secrets.token_hex(32),
            "INSTANCE_PATH": str(there.folder),
            "DEMO": False,
        }
    )
    with app.app_context():
        # What all migrations lead to, in a fraction of their time.
        db.create_all()
        flask_migrate.stamp()
        office.build(plan, clock.now() + timedelta(days=1))
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


class Crowd:
    """Everybody who applies, and whatever befalls them meanwhile."""

    def __init__(self, portal: Portal, there: Scratch, mishap: Mishap | None, after: int) -> None:
        self._portal, self._there, self._mishap, self._after = portal, there, mishap, after
        self._answered = 0
        self._mishaps: list[asyncio.Future[None]] = []

    async def come(self, plan: Plan, everybody: list[Resident]) -> Effort:
        """Open the pages, then the window; returns what the rush took."""
        port = self._portal.port
        if plan.line:
            # A quarter is there before the opening, whose order is drawn.
            office.move_opening(clock.now() + timedelta(seconds=plan.seconds / 4 + KNOWN_AFTER))
            await asyncio.sleep(KNOWN_AFTER)
        else:
            await residents.open_pages(port, everybody)
            office.move_opening(clock.now() + timedelta(seconds=BEFORE_THE_OPENING / 2))
            await asyncio.sleep(BEFORE_THE_OPENING)
        before = self._processors()
        await residents.all_come(port, everybody, plan, self._heard)
        await asyncio.gather(*self._mishaps)
        after = self._processors()
        web, database, own = (b - a for a, b in zip(before, after, strict=True))
        return Effort(_span(everybody), web, database if self._there.server else None, own)

    def _heard(self, _resident: Resident) -> None:
        self._answered += 1
        if self._mishap and self._answered == self._after:
            happens = asyncio.to_thread(self._mishap, self._portal, self._there)
            self._mishaps.append(asyncio.ensure_future(happens))

    def _processors(self) -> tuple[float, float, float]:
        own = resource.getrusage(resource.RUSAGE_SELF)
        database = self._there.server
        return (
            server.processor_seconds([self._portal.pid]),
            server.processor_seconds([database.pid]) if database else 0.0,
            own.ru_utime + own.ru_stime,
        )


def _span(everybody: Iterable[Resident]) -> float:
    answered = [one.answered for one in everybody if one.answered]
    first = min((one.came for one in everybody if one.came), default=0.0)
    return max(answered, default=time.monotonic()) - first
