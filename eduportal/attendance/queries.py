"""Sheets, days and rates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from eduportal.accounts.models import Person
from eduportal.attendance.marks import marks_in_run
from eduportal.attendance.models import ON_SHEET, Attendance
from eduportal.attendance.rules import Mark, average, completes, rate
from eduportal.booking.models import Booking
from eduportal.booking.rules import State
from eduportal.catalog.models import Instructor, Meeting, Room, Run, Seat
from eduportal.catalog.policies import completion_percent
from eduportal.catalog.rules import RunState
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from eduportal.shared.masking import masked_name

FEW = 6


@dataclass(frozen=True)
class Lesson:
    """One meeting with what a card or the head of a sheet says about it."""

    id: int
    run_id: int
    title: str
    section: str | None
    room: str
    starts_at: datetime
    ends_at: datetime
    number: int
    of: int
    published: bool
    people: int
    marked: int
    instructor: str | None = None
    cancelled_at: datetime | None = None
    cancelled_reason: str | None = None

    @property
    def called_off(self) -> bool:
        """Whether it is not held (휴강): nobody is marked in it."""
        return self.cancelled_at is not None

    @property
    def full_title(self) -> str:
        """Title with its section, as a run writes it."""
        return f"{self.title} ({self.section})" if self.section else self.title

    @property
    def short_day(self) -> str:
        """`12. 1.` for the head of a narrow column."""
        day = dates.seoul_date(self.starts_at)
        return f"{day.month}.\N{NO-BREAK SPACE}{day.day}."

    @property
    def unmarked(self) -> int:
        """How many still have no mark."""
        return self.people - self.marked

    @property
    def begun(self) -> bool:
        """Whether its day has come, so that people can be marked."""
        return dates.seoul_date(self.starts_at) <= clock.today()


@dataclass(frozen=True)
class Days:
    """An instructor's meetings: of today, the next few and the last few."""

    today: list[Lesson]
    next: list[Lesson]
    last: list[Lesson]


def days_of(account_id: int) -> Days:
    """The meetings of the instructor who signs in with an account."""
    own = _lessons().where(_taught_by(account_id), Run.state == RunState.PUBLISHED)
    morning, night = dates.start_of(clock.today()), dates.end_of(clock.today())
    soonest, latest = Meeting.starts_at, Meeting.starts_at.desc()
    return Days(
        today=_read(own.where(soonest >= morning, soonest < night).order_by(soonest)),
        next=_read(own.where(soonest >= night).order_by(soonest).limit(FEW)),
        last=_read(own.where(soonest < morning).order_by(latest).limit(FEW)),
    )


def lesson_of(meeting_id: int, account_id: int) -> Lesson | None:
    """A meeting, if the instructor who signs in with the account teaches it."""
    return _first(_lessons().where(Meeting.id == meeting_id, _taught_by(account_id)))


def lesson_in(meeting_id: int, center_ids: frozenset[int] | None) -> Lesson | None:
    """A meeting, if its run is in one of the centers (None: all)."""
    return _first(_lessons().where(Meeting.id == meeting_id, _in_centers(center_ids)))


@dataclass(frozen=True)
class Line:
    """One person on a sheet; `absences` counts the meetings before this one."""

    booking_id: int
    name: str | None
    seat: str | None
    state: State
    mark: Mark | None
    absences: int


def sheet(lesson: Lesson) -> list[Line]:
    """Who sits in the class by seat, and those who withdrew after they had been marked."""
    here = sa.and_(Attendance.booking_id == Booking.id, Attendance.meeting_id == lesson.id)
    rows = db.session.execute(
        _people(lesson.run_id)
        .outerjoin(Attendance, here)
        .add_columns(Attendance.mark, _absences_before(lesson.starts_at).label("absences"))
    )
    return [Line(**row._mapping) for row in rows]


@dataclass(frozen=True)
class Row:
    """One person over all meetings of a run; the name is masked."""

    booking_id: int
    name: str
    seat: str | None
    state: State
    marks: Mapping[int, Mark]
    rate: Fraction | None
    completes: bool


@dataclass(frozen=True)
class Grid:
    """A run's people by its meetings."""

    run_id: int
    title: str
    published: bool
    ends_at: datetime | None
    lessons: list[Lesson]
    rows: list[Row]
    percent: int

    @property
    def rate(self) -> Fraction | None:
        """The rate of the run: the mean of its people, without those who withdrew."""
        return average(row.rate for row in self.seated)

    @property
    def seated(self) -> list[Row]:
        """Everybody but those who withdrew."""
        return [row for row in self.rows if row.state in ON_SHEET]

    @property
    def placed(self) -> list[Row]:
        """Those about whom closing the run decides."""
        return [row for row in self.rows if row.state is State.PLACED]

    @property
    def unmarked(self) -> list[Lesson]:
        """Meetings whose day has come with somebody not marked."""
        return [lesson for lesson in self.lessons if lesson.begun and lesson.unmarked]

    @property
    def completing(self) -> int:
        """How many of the placed would complete if the run were closed now."""
        return sum(row.completes for row in self.placed)

    @property
    def not_completing(self) -> int:
        """How many of the placed would not."""
        return len(self.placed) - self.completing

    @property
    def over(self) -> bool:
        """Whether its last meeting has ended."""
        return self.ends_at is not None and self.ends_at <= clock.now()


def grid(run_id: int, center_ids: frozenset[int] | None) -> Grid | None:
    """A run's attendance, if it is in one of the centers (None: all)."""
    allowed = sa.and_(Run.id == run_id, Run.state != RunState.DRAFT, _in_centers(center_ids))
    run = db.session.scalars(sa.select(Run).where(allowed)).one_or_none()
    if run is None:
        return None
    held = _lessons().where(Meeting.run_id == run_id, Meeting.cancelled_at.is_(None))
    lessons = held.order_by(Meeting.starts_at)
    percent = completion_percent(run_id)
    return Grid(
        run_id=run_id,
        title=run.full_title,
        published=run.state is RunState.PUBLISHED,
        ends_at=run.ends_at,
        lessons=_read(lessons),
        rows=_rows(run_id, percent),
        percent=percent,
    )


def rate_of_run(run_id: int) -> Fraction | None:
    """The rate of a run: the mean of its people, without those who withdrew."""
    marks = marks_in_run(run_id, ON_SHEET)
    return average(rate(own.values()) for own in marks.values())


@dataclass(frozen=True)
class OwnAttendance:
    """A learner's own marks by meeting, the rate so far and the rate that completes."""

    booking_id: int
    title: str
    meetings: Sequence[tuple[datetime, datetime, Mark | None]]
    percent: int

    @property
    def rate(self) -> Fraction | None:
        """The rate over the meetings that were marked."""
        return rate(mark for *_span, mark in self.meetings if mark)


def own_attendance(booking_id: int, person_id: int | None) -> OwnAttendance | None:
    """How a person attended the run of a booking, if the booking is theirs and had a place."""
    own = sa.select(Booking).where(
        Booking.id == booking_id,
        Booking.person_id == person_id,
        Booking.state.in_((*ON_SHEET, State.WITHDRAWN)),
    )
    booking = db.session.scalars(own).one_or_none()
    if booking is None:
        return None
    mine = sa.and_(Attendance.meeting_id == Meeting.id, Attendance.booking_id == booking.id)
    rows = db.session.execute(
        sa.select(Meeting.starts_at, Meeting.ends_at, Attendance.mark)
        .outerjoin(Attendance, mine)
        .where(Meeting.run_id == booking.run_id, Meeting.cancelled_at.is_(None))
        .order_by(Meeting.starts_at)
    )
    meetings, percent = rows.all(), completion_percent(booking.run_id)
    return OwnAttendance(booking.id, booking.run.full_title, meetings, percent)


def _lessons() -> sa.Select[*tuple[Any, ...]]:
    """All meetings of runs that were offered, as `Lesson` wants them."""
    earlier = sa.orm.aliased(Meeting)
    number = sa.select(sa.func.count()).where(
        earlier.run_id == Meeting.run_id,
        earlier.starts_at <= Meeting.starts_at,
        earlier.cancelled_at.is_(None),
    )
    in_class = sa.and_(Booking.run_id == Meeting.run_id, Booking.state.in_(ON_SHEET))
    people = sa.select(sa.func.count(Booking.id)).where(in_class)
    marked = people.join(Attendance, Attendance.booking_id == Booking.id).where(
        Attendance.meeting_id == Meeting.id
    )
    return (
        sa.select(
            Meeting.id,
            Meeting.run_id,
            Run.title,
            Run.section,
            Room.name.label("room"),
            Meeting.starts_at,
            Meeting.ends_at,
            number.correlate(Meeting).scalar_subquery().label("number"),
            Run.meeting_count.label("of"),
            (Run.state == RunState.PUBLISHED).label("published"),
            people.correlate(Meeting).scalar_subquery().label("people"),
            marked.correlate(Meeting).scalar_subquery().label("marked"),
            Instructor.name.label("instructor"),
            Meeting.cancelled_at,
            Meeting.cancelled_reason,
        )
        .join(Run, Run.id == Meeting.run_id)
        .join(Room, Room.id == Meeting.room_id)
        .outerjoin(Instructor, Instructor.id == Meeting.instructor_id)
        .where(Run.state != RunState.DRAFT)
    )


def _taught_by(account_id: int) -> sa.ColumnElement[bool]:
    """By themselves: a substitute's class is theirs, not the run's instructor's."""
    own = sa.select(Instructor.id).where(Instructor.account_id == account_id)
    nobody_named = sa.and_(Meeting.instructor_id.is_(None), Run.instructor_id.in_(own))
    return sa.or_(Meeting.instructor_id.in_(own), nobody_named)


def _in_centers(center_ids: frozenset[int] | None) -> sa.ColumnElement[bool]:
    return sa.true() if center_ids is None else Run.center_id.in_(center_ids)


def _read(lessons: sa.Select[*tuple[Any, ...]]) -> list[Lesson]:
    return [Lesson(**row._mapping) for row in db.session.execute(lessons)]


def _first(lessons: sa.Select[*tuple[Any, ...]]) -> Lesson | None:
    return next(iter(_read(lessons)), None)


def _people(run_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Who sits in the class by seat, then those who withdrew after they had been marked."""
    anywhere = sa.orm.aliased(Attendance)
    marked = sa.exists().where(anywhere.booking_id == Booking.id)
    withdrawn = Booking.state == State.WITHDRAWN
    # As Seat.name reads.
    seat_name = sa.func.coalesce(sa.func.nullif(Seat.label, ""), sa.cast(Seat.number, sa.String))
    return (
        sa.select(
            Booking.id.label("booking_id"), Person.name, seat_name.label("seat"), Booking.state
        )
        .outerjoin(Person, Person.id == Booking.person_id)
        .outerjoin(Seat, Seat.id == Booking.seat_id)
        .where(
            Booking.run_id == run_id,
            sa.or_(Booking.state.in_(ON_SHEET), sa.and_(withdrawn, marked)),
        )
        .order_by(withdrawn, Seat.number.is_(None), Seat.number, Booking.number)
    )


def _absences_before(moment: datetime) -> sa.ScalarSelect[int]:
    before, meeting = sa.orm.aliased(Attendance), sa.orm.aliased(Meeting)
    return (
        sa.select(sa.func.count())
        .select_from(before)
        .join(meeting, meeting.id == before.meeting_id)
        .where(
            before.booking_id == Booking.id,
            before.mark == Mark.ABSENT,
            meeting.starts_at < moment,
        )
        .correlate(Booking)
        .scalar_subquery()
    )


def _rows(run_id: int, percent: int) -> list[Row]:
    marks = marks_in_run(run_id, (*ON_SHEET, State.WITHDRAWN))
    people = db.session.execute(_people(run_id))
    return [
        Row(
            booking_id=person.booking_id,
            name=masked_name(person.name) if person.name else "",
            seat=person.seat,
            state=person.state,
            marks=marks[person.booking_id],
            rate=rate(marks[person.booking_id].values()),
            completes=completes(marks[person.booking_id].values(), percent),
        )
        for person in people
    ]
