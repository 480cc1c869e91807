"""How long instructors taught in a month: classes held, substitutes' counted for themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import sqlalchemy as sa
from flask_babel import gettext as _

from eduportal.catalog.models import Instructor, Meeting, Run
from eduportal.catalog.rules import RunState
from eduportal.catalog.rules.instructors import hours
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from eduportal.shared.tables import Cell, Column, Footnote, Group, Role, Row, Table

Centers = frozenset[int] | None
# A class that was held, of which run, and by whom.
Class = tuple[Meeting, Run, str]


@dataclass(frozen=True)
class Held:
    """The classes of one run that one instructor held."""

    instructor_id: int
    instructor: str
    run_id: int
    title: str
    meetings: int
    minutes: int


@dataclass(frozen=True)
class Month:
    """What one instructor held in one month; `first` is its first day."""

    first: date
    meetings: int
    minutes: int


def held_in(month: date, centers: Centers = None, instructor_id: int | None = None) -> list[Held]:
    """Who held which classes in the month of a day, at the given centers."""
    rows = _held(dates.first_of_month(month), dates.next_month(month), instructor_id, centers)
    by_run = groupby(rows, lambda row: (row[0].instructor_id, row[1].id))
    return [_summed(list(own)) for _key, own in by_run]


def months_of(instructor_id: int, count: int = 12) -> list[Month]:
    """The last months of one instructor, the latest first; those without a class are left out."""
    last = dates.next_month(clock.today())
    first = last
    for _number in range(count):
        first = dates.first_of_month(date.fromordinal(first.toordinal() - 1))
    months: dict[date, Month] = {}
    for meeting, _run, _name in _held(first, last, instructor_id, None):
        day = dates.first_of_month(dates.seoul_date(meeting.starts_at))
        one = months.get(day, Month(day, 0, 0))
        months[day] = Month(day, one.meetings + 1, one.minutes + _minutes(meeting))
    return sorted(months.values(), key=lambda one: one.first, reverse=True)


def month_table(month: date, lines: Sequence[Held], with_names: bool = True) -> Table:
    """The hours of a month: each instructor's runs with their sum, then the total."""
    names = (Column(_("강사")),) if with_names else ()
    groups = [
        _group(list(own), with_names) for _id, own in groupby(lines, lambda one: one.instructor_id)
    ]
    total = _sum_row(_("합계"), lines, with_names, Role.TOTAL)
    facts = {"year": month.year, "month": month.month}
    return Table(
        title=_("%(year)s년 %(month)s월 강의 시간", **facts),
        columns=(
            *names,
            Column(_("강좌")),
            Column(_("수업"), "번", numeric=True),
            Column(_("수업 시간"), "분", numeric=True),
            Column(_("강의 시간"), "시간", numeric=True, decimals=2),
        ),
        groups=(*groups, Group((total,))) if groups else (),
        as_of=_("%(now)s까지 끝난 수업", now=dates.written_datetime(clock.now())),
        footnotes=(
            Footnote(
                _(
                    "휴강한 수업과 아직 끝나지 않은 수업은 세지 않고, 대신 수업한 강사의 시간으로 셉니다."
                )
            ),
            Footnote(_("폐강된 강좌는 폐강한 날 전에 한 수업만 셉니다.")),
            Footnote(_("시작부터 끝까지의 분을 60으로 나눈 값입니다."), _("강의 시간")),
        ),
    )


def _held(first: date, after: date, instructor_id: int | None, centers: Centers) -> list[Class]:
    query = (
        sa.select(Meeting, Run, Instructor.name)
        .join(Run, Run.id == Meeting.run_id)
        .join(Instructor, Instructor.id == Meeting.instructor_id)
        .where(
            Meeting.starts_at >= dates.start_of(first),
            Meeting.starts_at < dates.start_of(after),
            Meeting.ends_at <= clock.now(),
            Meeting.cancelled_at.is_(None),
            Run.state != RunState.DRAFT,
        )
        .order_by(Instructor.name, Instructor.id, Run.starts_at, Run.id, Meeting.starts_at)
    )
    if instructor_id is not None:
        query = query.where(Meeting.instructor_id == instructor_id)
    if centers is not None:
        query = query.where(Run.center_id.in_(centers))
    return [
        (meeting, run, name)
        for meeting, run, name in db.session.execute(query)
        if run.cancelled_on is None or dates.seoul_date(meeting.starts_at) < run.cancelled_on
    ]


def _summed(own: Sequence[Class]) -> Held:
    meeting, run, name = own[0]
    minutes = sum(_minutes(one) for one, _run, _name in own)
    return Held(meeting.instructor_id or 0, name, run.id, run.full_title, len(own), minutes)


def _minutes(meeting: Meeting) -> int:
    return int((meeting.ends_at - meeting.starts_at).total_seconds()) // 60


def _group(own: Sequence[Held], with_names: bool) -> Group:
    rows = [
        _row(one.title, one.instructor if with_names else None, one.meetings, one.minutes)
        for one in own
    ]
    if with_names:
        rows.append(_sum_row(own[0].instructor, own, with_names, Role.SUBTOTAL))
    return Group(tuple(rows))


def _sum_row(label: str, lines: Sequence[Held], with_names: bool, role: Role) -> Row:
    meetings, minutes = sum(one.meetings for one in lines), sum(one.minutes for one in lines)
    if role is Role.SUBTOTAL:
        return _row(_("소계"), label, meetings, minutes, role)
    return _row("" if with_names else label, label if with_names else None, meetings, minutes, role)


def _row(title: str, name: str | None, meetings: int, minutes: int, role: Role = Role.PART) -> Row:
    heads = (title,) if name is None else (name, title)
    return Row(tuple(map(Cell, (*heads, meetings, minutes, hours(minutes)))), role)
