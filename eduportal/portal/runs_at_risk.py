"""Runs that may be too small to be held (R18), and what could save them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from eduportal.accounts.models import Account
from eduportal.booking import invitations
from eduportal.booking.invitations import Sibling
from eduportal.booking.rules import small_runs as rules
from eduportal.catalog.models import Office, Run
from eduportal.catalog.rules import RunState
from eduportal.catalog.rules.intake import Intake
from eduportal.portal.rules import minimum
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.events import Event

Centers = frozenset[int] | None
Condition = sa.ColumnElement[bool]

# No office decides earlier than so long before the first class.
FARTHEST = timedelta(days=60)


@dataclass(frozen=True)
class RunAtRisk:
    """A run with too few people, by when it is decided, and what could save it."""

    run: Run
    minimum: int
    decide_on: date
    siblings: Sequence[Sibling] = ()
    invited: int = 0

    @property
    def people(self) -> int:
        """Who has a place, and who will perhaps get one of those that are free."""
        return _people(self.run)

    @property
    def days_left(self) -> int:
        """Until the decision; 0 on its day, and less after it."""
        return (self.decide_on - clock.today()).days

    @property
    def is_due(self) -> bool:
        """Whether it is decided today, or should have been."""
        return self.days_left <= 0

    @property
    def fitting(self) -> int:
        """How many could be invited."""
        return sum(one.fitting for one in self.siblings)

    @property
    def is_open(self) -> bool:
        """Whether anybody can apply now."""
        return invitations.is_open(self.run, clock.now())

    @property
    def with_room(self) -> list[int]:
        """Sibling runs where its people could go."""
        return [one.run.id for one in self.siblings if one.free]


@dataclass(frozen=True)
class Kept:
    """A run that is held although it is too small: why, and who decided it."""

    run: Run
    event: Event
    by: str | None


def at_risk(centers: Centers, now: datetime) -> list[RunAtRisk]:
    """Runs to come with too few people whose decision is near, the first to decide first."""
    percent = db.session.scalar(sa.select(Office.minimum_percent)) or 0
    near = [
        one
        for run in _coming(centers, now)
        if (one := _looked_at(run, percent)) and rules.is_near(one.decide_on, clock.today())
    ]
    few = [one for one in near if one.people < one.minimum]
    return sorted(few, key=lambda one: (one.decide_on, one.run.starts_at, one.run.id))


def with_ways_out(found: Sequence[RunAtRisk]) -> list[RunAtRisk]:
    """The same with their sibling runs, and how many have been invited."""
    invited = invitations.invited([one.run.id for one in found])
    return [
        replace(
            one,
            siblings=invitations.siblings(one.run),
            invited=invited.get(one.run.id, 0),
        )
        for one in found
    ]


def kept_runs(centers: Centers, now: datetime) -> list[Kept]:
    """Runs to come that somebody decided to hold anyway."""
    rows = db.session.execute(
        sa.select(Run, Event, Account.name)
        .join(Event, sa.and_(Event.run_id == Run.id, Event.verb == "run.kept"))
        .outerjoin(Account, Account.id == Event.account_id)
        .where(Run.state == RunState.PUBLISHED, Run.starts_at > now, _theirs(centers))
        .order_by(Run.starts_at, Run.id)
    )
    return [Kept(*row) for row in rows]


def _coming(centers: Centers, now: datetime) -> Sequence[Run]:
    kept = sa.exists().where(Event.run_id == Run.id, Event.verb == "run.kept")
    return db.session.scalars(
        sa.select(Run)
        .where(
            Run.state == RunState.PUBLISHED,
            Run.starts_at > now,
            Run.starts_at <= now + FARTHEST,
            # Nobody can come to a run that has not opened yet: that says nothing about its size.
            Run.apply_from <= now,
            ~kept,
            _theirs(centers),
        )
        .options(joinedload(Run.room), joinedload(Run.instructor))
    ).all()


def _looked_at(run: Run, percent: int) -> RunAtRisk | None:
    if run.starts_on is None:
        return None
    days = Intake.of(run.intake).decision_days
    needed = minimum(run.capacity, run.minimum_people, percent)
    return RunAtRisk(run, needed, rules.decision_day(run.starts_on, days))


def _people(run: Run) -> int:
    # Whom lots, a screening or their department has yet to decide about will have a place.
    return min(run.capacity, run.places_taken + run.applied)


def _theirs(centers: Centers) -> Condition:
    return sa.true() if centers is None else Run.center_id.in_(centers)
