"""What the rules ask about a person and a run's places, read from the rows.

Verbs read it under their locks, pages to say beforehand how it would stand.
"""

from calendar import monthrange
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from eduportal.accounts.models import PersonGroup, PriorityGroup
from eduportal.accounts.rules import age_on
from eduportal.booking.models import Booking, Restriction
from eduportal.booking.rules import HOLDING, State, entry
from eduportal.booking.rules.entry import Newcomer, Pool, Times, Window
from eduportal.catalog.models import Meeting, Run
from eduportal.catalog.rules.intake import Intake
from eduportal.shared import clock
from eduportal.shared.db import db

Facts = sa.Row[*tuple[Any, ...]]

# A place that somebody had, whatever became of it after the first class.
HELD = (State.PLACED, State.COMPLETED, State.NOT_COMPLETED, State.WITHDRAWN)


def window_of(run: Facts) -> Window:
    """When people may apply, and until when places are given."""
    return Window(run.apply_from, run.apply_until, run.gives_until or run.starts_at)


def verified_groups(person_id: int, on: date) -> frozenset[str]:
    """The priority groups that somebody has seen the proof of, and that hold on a day."""
    return frozenset(
        db.session.scalars(
            sa.select(PriorityGroup.code)
            .join(PersonGroup, PersonGroup.group_id == PriorityGroup.id)
            .where(
                PersonGroup.person_id == person_id,
                PersonGroup.revoked_at.is_(None),
                sa.or_(PersonGroup.valid_until.is_(None), PersonGroup.valid_until >= on),
            )
        )
    )


def group_of(
    intake: Intake, person: Facts, starts_on: date, verified: Collection[str]
) -> str | None:
    """The first of a policy's priority groups that a person is in; a row with `held_before`."""
    age = age_on(starts_on, person.birth_date)
    return entry.group_of(intake, verified, age, first_timer=not person.held_before)


def took_it_lately(person_id: int, run: Facts, months: int) -> bool:
    """Whether the person had a place in the same course so many months before this run begins."""
    if not months:
        return False
    other = sa.orm.aliased(Run)
    course = sa.select(Run.course_id).where(Run.id == run.id).scalar_subquery()
    return bool(
        db.session.scalar(
            sa.select(Booking.id)
            .join(other, other.id == Booking.run_id)
            .where(
                Booking.person_id == person_id,
                Booking.state.in_(HELD),
                other.id != run.id,
                other.course_id == course,
                other.starts_on > _months_before(run.starts_on, months),
            )
            .limit(1)
        )
    )


def meeting_times(run_ids: Collection[int]) -> dict[int, Times]:
    """When the classes of these runs are held, {run: [(start, end)]}."""
    rows = db.session.execute(
        sa.select(Meeting.run_id, Meeting.starts_at, Meeting.ends_at).where(
            Meeting.run_id.in_(run_ids), Meeting.cancelled_at.is_(None)
        )
    )
    found: dict[int, list[tuple[datetime, datetime]]] = {run_id: [] for run_id in run_ids}
    for run_id, start, end in rows:
        found[run_id].append((start, end))
    return dict(found)


def pools_of(run: Facts, intake: Intake) -> list[Pool]:
    """The seats of a run that not everybody may take at this moment; asked under its lock."""
    window, now = window_of(run), clock.now()
    if not entry.keeps_places(intake, window, now):
        return []
    return entry.pools(intake, run.capacity, window, now, _held(run.id))


def newcomer(booking: Facts | Booking) -> Newcomer:
    """A booking as the order of places sees it."""
    return Newcomer(booking.channel, booking.priority_group, booking.gives_way)


def restricted_until(person_id: sa.orm.InstrumentedAttribute[int]) -> sa.ScalarSelect[date | None]:
    """The last day of what keeps a person from applying today, as a column.

    One restriction begins the day after another ends, so the last of them says until when.
    """
    today = sa.bindparam("today", type_=sa.Date)
    last = sa.func.max(Restriction.until_on)
    return (
        sa.select(sa.case((sa.func.min(Restriction.from_on) <= today, last)))
        .where(
            Restriction.person_id == person_id,
            Restriction.lifted_at.is_(None),
            Restriction.until_on >= today,
        )
        .scalar_subquery()
    )


def held_before(person_id: sa.orm.InstrumentedAttribute[int]) -> sa.ColumnElement[bool]:
    """Whether a person had a place in any run before, as a column."""
    return sa.exists().where(Booking.person_id == person_id, Booking.state.in_(HELD))


def _held(run_id: int) -> dict[tuple[str, bool], int]:
    preferred = Booking.priority_group.is_not(None)
    rows = db.session.execute(
        sa.select(Booking.channel, preferred, sa.func.count())
        .where(Booking.run_id == run_id, Booking.state.in_(HOLDING))
        .group_by(Booking.channel, preferred)
    )
    return {(channel, bool(one)): count for channel, one, count in rows}


def _months_before(day: date, months: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))
