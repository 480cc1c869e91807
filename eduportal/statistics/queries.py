"""Figures of a month or a year as of a day, and the runs behind each of them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from eduportal.booking.models import Booking
from eduportal.catalog.models import Center, CenterName, Room, Run
from eduportal.shared.db import db
from eduportal.shared.tables import Table
from eduportal.statistics import layout
from eduportal.statistics.figures import Centers, Line, PeopleLine, Slice
from eduportal.statistics.metrics import (
    CANCELLED_RUNS,
    COUNTS,
    PEOPLE_METRICS,
    RUNS,
    called_off,
    enrolled,
    held,
    was_present,
)
from eduportal.statistics.models import PastRun
from eduportal.statistics.rules import DatedName, Period, month_of, year_of

CenterIds = frozenset[int] | None


def month_table(month: date, as_of: date, centers: CenterIds = None) -> Table:
    """A month by center, audience, kind and track; `centers` None is all of them."""
    return _results(month_of(month), as_of, centers)


def year_table(year: int, as_of: date, centers: CenterIds = None) -> Table:
    """A year so far by center, audience, kind and track."""
    return _results(year_of(year), as_of, centers)


def months_table(year: int, as_of: date, centers: CenterIds = None) -> Table:
    """A year so far, month by month for each audience."""
    period = year_of(year)
    return layout.by_month(period, as_of, _lines(period, as_of, centers))


def people_table(period: Period, as_of: date, centers: CenterIds = None) -> Table:
    """Distinct people and those who came at least once, beside the enrollments."""
    return layout.people(period, as_of, _people_lines(period, as_of, centers))


def runs_behind(asked: Slice, centers: CenterIds = None) -> Table | None:
    """The runs that a number counts, the portal's and past ones; None for another's center."""
    names = center_names(centers)
    if asked.center_id is not None and asked.center_id not in names:
        return None
    return layout.runs(asked, _runs(asked, centers), names)


def center_names(centers: CenterIds = None) -> Centers:
    """Every name that each center has had, in the office's order of centers."""
    rows = db.session.execute(
        sa.select(Center.id, CenterName.name, CenterName.valid_from, CenterName.valid_until)
        .outerjoin(CenterName, CenterName.center_id == Center.id)
        .where(_within(Center.id, centers))
        .order_by(Center.position, Center.id, CenterName.valid_from)
    )
    names: dict[int, list[DatedName]] = {}
    for center_id, name, valid_from, valid_until in rows:
        dated = names.setdefault(center_id, [])
        if name is not None:
            dated.append(DatedName(name, valid_from, valid_until))
    return names


def _results(period: Period, as_of: date, centers: CenterIds) -> Table:
    lines = _lines(period, as_of, centers)
    return layout.results(period, as_of, lines, center_names(centers))


def _lines(period: Period, as_of: date, centers: CenterIds) -> Sequence[Line]:
    each = _ledger(period, as_of, centers).subquery()
    month = sa.cast(sa.extract("month", each.c.starts_on), sa.Integer)
    parts = (each.c.center_id, each.c.audience, each.c.kind, each.c.track, month)
    # PostgreSQL adds bigints up to a numeric, which would come back as Decimal.
    sums = [sa.cast(sa.func.sum(each.c[count.name]), sa.Integer) for count in COUNTS]
    has_past = sa.func.max(each.c.past) == 1
    rows = db.session.execute(sa.select(*parts, has_past, *sums).group_by(*parts))
    return [
        Line(center_id, audience, kind, track, number, past, _by_name(counts))
        for center_id, audience, kind, track, number, past, *counts in rows
    ]


def _people_lines(period: Period, as_of: date, centers: CenterIds) -> Sequence[PeopleLine]:
    each = (
        sa.select(
            Run.audience,
            sa.func.coalesce(Booking.person_id, -Booking.id).label("person"),
            sa.case((was_present(as_of), 1), else_=0).label("present"),
        )
        .join(Run, Run.id == Booking.run_id)
        .where(_in_period(Run, period, centers), held(as_of), enrolled(as_of))
        .cte("enrolled")
    )
    numbers = (
        sa.func.count(),
        sa.func.count(each.c.person.distinct()),
        sa.cast(sa.func.coalesce(sa.func.sum(each.c.present), 0), sa.Integer),
    )
    parts = sa.select(each.c.audience, *numbers).group_by(each.c.audience)
    # Nobody is counted twice in the total, so it is no sum of the parts.
    total = sa.select(sa.null(), *numbers).select_from(each)
    names = [metric.name for metric in PEOPLE_METRICS]
    return [
        PeopleLine(row[0], dict(zip(names, row[1:], strict=True)))
        for row in db.session.execute(parts.union_all(total))
    ]


def _runs(asked: Slice, centers: CenterIds) -> list[dict[str, Any]]:
    each = _ledger(asked.period, asked.as_of, centers).subquery()
    counted = CANCELLED_RUNS if asked.metric is CANCELLED_RUNS else RUNS
    filters = [each.c[name] == value for name, value in asked.parts.items()]
    if asked.metric in PEOPLE_METRICS:
        filters.append(each.c.past == 0)
    rows = db.session.execute(
        sa.select(each, Room.name.label("room"))
        .outerjoin(Room, Room.id == each.c.room_id)
        .where(each.c[counted.name] == 1, *filters)
        .order_by(each.c.starts_on, each.c.title, each.c.past, each.c.id)
    )
    return [row._asdict() for row in rows]


def _ledger(period: Period, as_of: date, centers: CenterIds) -> sa.CompoundSelect[Any]:
    """One row per run held or called off as of the day, the portal's and the past ones."""
    return _portal_runs(period, as_of, centers).union_all(_past_runs(period, as_of, centers))


def _portal_runs(period: Period, as_of: date, centers: CenterIds) -> sa.Select[Any]:
    section = sa.func.coalesce(" (" + Run.section + ")", "")
    return (
        sa.select(
            sa.literal(0).label("past"),
            Run.id,
            (Run.title + section).label("title"),
            *_facts(Run),
            *(count.portal(as_of).label(count.name) for count in COUNTS),
        )
        .outerjoin(Booking, Booking.run_id == Run.id)
        .where(_in_period(Run, period, centers), sa.or_(held(as_of), called_off(as_of)))
        .group_by(Run.id)
    )


def _past_runs(period: Period, as_of: date, centers: CenterIds) -> sa.Select[Any]:
    return sa.select(
        sa.literal(1).label("past"),
        PastRun.id,
        PastRun.title,
        *_facts(PastRun),
        *(count.past(as_of).label(count.name) for count in COUNTS),
    ).where(_in_period(PastRun, period, centers), PastRun.starts_on <= as_of)


def _facts(run: type[Run | PastRun]) -> tuple[Any, ...]:
    return (
        run.center_id,
        run.room_id,
        run.audience,
        run.kind,
        run.track,
        run.starts_on,
        run.ends_on,
    )


def _in_period(
    run: type[Run | PastRun], period: Period, centers: CenterIds
) -> sa.ColumnElement[bool]:
    return sa.and_(
        run.starts_on.between(period.first, period.last), _within(run.center_id, centers)
    )


def _within(column: Any, centers: CenterIds) -> sa.ColumnElement[bool]:
    return sa.true() if centers is None else column.in_(centers)


def _by_name(numbers: Sequence[int]) -> dict[str, int]:
    return {count.name: number for count, number in zip(COUNTS, numbers, strict=True)}
