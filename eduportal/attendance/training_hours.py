"""What the personnel system is told: employees' runs of a period, and the hours that count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import sqlalchemy as sa
from flask_babel import gettext as _

from eduportal.accounts.models import Person
from eduportal.accounts.rules import Audience
from eduportal.attendance.models import Attendance
from eduportal.attendance.rules import Mark, rate, written_rate
from eduportal.booking.models import Booking
from eduportal.booking.rules import ATTENDED, State
from eduportal.catalog.models import Run
from eduportal.catalog.rules import RunState
from eduportal.catalog.rules.instructors import hours
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from eduportal.shared.masking import masked_name
from eduportal.shared.tables import Cell, Column, Footnote, Group, Row, Table, Value

Centers = frozenset[int] | None


@dataclass(frozen=True)
class Learned:
    """One employee's way through one run that is over; `minutes` are those of its classes held."""

    employee_number: str | None
    name: str | None
    department: str | None
    title: str
    starts_on: date | None
    ends_on: date | None
    minutes: int
    state: State
    rate: Fraction | None

    @property
    def minutes_that_count(self) -> int:
        """All of them where it was completed, else none."""
        return self.minutes if self.state is State.COMPLETED else 0


def learned_in(first: date, last: date, centers: Centers) -> list[Learned]:
    """The employees in runs whose last class lies from one day to another, both included."""
    rows = db.session.execute(
        sa.select(Booking, Person.employee_number, Person.name, Run)
        .join(Run, Run.id == Booking.run_id)
        .outerjoin(Person, Person.id == Booking.person_id)
        .where(
            Booking.audience == Audience.EMPLOYEE,
            Booking.state.in_(ATTENDED),
            Run.state == RunState.PUBLISHED,
            Run.ends_on >= first,
            Run.ends_on <= last,
            Run.ends_at <= clock.now(),
            sa.true() if centers is None else Run.center_id.in_(centers),
        )
        .order_by(Run.ends_on, Run.id, Booking.department, Person.name, Booking.id)
    ).all()
    marks = _marks([booking.id for booking, *_rest in rows])
    return [
        Learned(
            number,
            name,
            booking.department,
            run.full_title,
            run.starts_on,
            run.ends_on,
            run.minutes,
            booking.state,
            rate(marks.get(booking.id, ())),
        )
        for booking, number, name, run in rows
    ]


def learned_table(first: date, last: date, lines: Sequence[Learned], masked: bool) -> Table:
    """The list; names and numbers `masked` on a page, whole in the file that is asked for."""
    rows = tuple(_row(line, masked) for line in lines)
    return Table(
        title=_("직원 교육 상시학습 인정시간"),
        columns=(
            Column(_("직원 번호")),
            Column(_("이름")),
            Column(_("부서")),
            Column(_("과정")),
            Column(_("시작일")),
            Column(_("종료일")),
            Column(_("교육 시간"), "시간", numeric=True, decimals=2),
            Column(_("출석률")),
            Column(_("수료 여부")),
            Column(_("인정시간"), "시간", numeric=True, decimals=2),
            Column(_("비고"), in_files_only=True),
        ),
        groups=(Group(rows),) if rows else (),
        period=f"{dates.written_date(first)} ~ {dates.written_date(last)}",
        footnotes=(
            Footnote(_("마지막 수업이 기간 안에 있고 이미 끝난 직원 강좌입니다.")),
            Footnote(_("부서는 신청할 때의 소속입니다.")),
            Footnote(_("휴강을 뺀, 실제로 한 수업의 시간입니다."), _("교육 시간")),
            Footnote(
                _("출석률이 기준에 이르러 수료한 분은 교육 시간 모두, 그 밖의 분은 0입니다."),
                _("인정시간"),
            ),
        ),
    )


def _marks(booking_ids: Sequence[int]) -> dict[int, list[Mark]]:
    found: dict[int, list[Mark]] = {}
    query = sa.select(Attendance.booking_id, Attendance.mark).where(
        Attendance.booking_id.in_(booking_ids)
    )
    for booking_id, mark in db.session.execute(query):
        found.setdefault(booking_id, []).append(mark)
    return found


def _row(line: Learned, masked: bool) -> Row:
    name = line.name or _("(파기됨)")
    number = line.employee_number or ""
    values: list[Value] = [
        number[:2] + "*" * len(number[2:]) if masked else number,
        masked_name(name) if masked and line.name else name,
        line.department or "",
        line.title,
        line.starts_on,
        line.ends_on,
        hours(line.minutes),
        written_rate(line.rate),
        _completion(line.state),
        hours(line.minutes_that_count),
        _note(line.state),
    ]
    return Row(tuple(map(Cell, values)))


def _completion(state: State) -> str:
    return _("수료 처리 전") if state is State.PLACED else state.label


def _note(state: State) -> str:
    return _("수료 처리 뒤 다시 받아 주세요.") if state is State.PLACED else ""
