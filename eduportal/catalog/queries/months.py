"""Months that have runs, and what another month can be made from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from eduportal.catalog.models import Instructor, Room, Run
from eduportal.catalog.queries.among import Centers, in_centers
from eduportal.catalog.rules import RunState
from eduportal.shared.dates import next_month
from eduportal.shared.db import db

MOST_MONTHS = 36


@dataclass(frozen=True)
class MonthLine:
    """A month with how many runs begin in it."""

    month: date
    runs: int


def months_with_runs(among: Centers) -> list[MonthLine]:
    """The months in which runs of these centers begin, the latest first."""
    year, month = sa.extract("year", Run.starts_on), sa.extract("month", Run.starts_on)
    rows = db.session.execute(
        sa.select(year, month, sa.func.count())
        .where(
            in_centers(Run.center_id, among),
            Run.starts_on.is_not(None),
            Run.state != RunState.CANCELLED,
        )
        .group_by(year, month)
        .order_by(year.desc(), month.desc())
        .limit(MOST_MONTHS)
    )
    return [MonthLine(date(int(y), int(m), 1), runs) for y, m, runs in rows]


def runs_begun_in(month: date, among: Centers) -> Sequence[Run]:
    """The runs of these centers that begin in a month and are held, with their classes."""
    return db.session.scalars(
        sa.select(Run)
        .where(
            in_centers(Run.center_id, among),
            Run.starts_on >= month,
            Run.starts_on < next_month(month),
            Run.state != RunState.CANCELLED,
        )
        .options(
            joinedload(Run.course),
            joinedload(Run.room),
            joinedload(Run.instructor),
            selectinload(Run.meetings),
        )
        .order_by(Run.starts_at, Run.id)
    ).all()


def rooms_to_choose(among: Centers, on_day: date, and_ids: Collection[int]) -> Sequence[Room]:
    """The rooms of these centers that stand on a day, and those that runs were held in."""
    still = sa.and_(
        Room.opened_on <= on_day, sa.or_(Room.closed_on.is_(None), Room.closed_on >= on_day)
    )
    return db.session.scalars(
        sa.select(Room)
        .where(in_centers(Room.center_id, among), sa.or_(still, Room.id.in_(and_ids)))
        .order_by(Room.center_id, Room.name)
    ).all()


def instructors_to_choose(and_ids: Collection[int]) -> Sequence[Instructor]:
    """Everybody who teaches at present, and those who held runs before, by name."""
    return db.session.scalars(
        sa.select(Instructor)
        .where(sa.or_(Instructor.active, Instructor.id.in_(and_ids)))
        .order_by(Instructor.name, Instructor.id)
    ).all()
