"""A center's day as the rows tell it, for the log (운영일지) that staff complete by hand."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from eduportal.attendance.models import Attendance
from eduportal.attendance.rules import CAME, Mark
from eduportal.booking.models import Booking
from eduportal.catalog.models import Meeting, Room, RoomBlock, Run
from eduportal.catalog.rules import RunState
from eduportal.portal.models import DailyLog
from eduportal.shared import dates
from eduportal.shared.db import db
from eduportal.shared.events import Event

Condition = sa.ColumnElement[bool]


def was_held(day: date | None = None) -> Condition:
    """Of a run that was shown; one cancelled after a day still held that day's classes."""
    shown = sa.and_(Run.state != RunState.DRAFT, Run.published_at.is_not(None))
    if day is None:
        return shown
    return sa.and_(shown, sa.or_(Run.cancelled_on.is_(None), Run.cancelled_on > day))


def sat_in() -> Condition:
    """A booking that held a place when the class began, whatever became of it later."""
    return sa.and_(
        Booking.held_from <= Meeting.starts_at,
        sa.or_(Booking.held_until.is_(None), Booking.held_until > Meeting.starts_at),
    )


@dataclass(frozen=True)
class Held:
    """One class of the day with how many sat in it, and how many came."""

    meeting: Meeting
    people: int
    marks: Mapping[Mark, int]

    @property
    def came(self) -> int:
        """Present, late or left early."""
        return sum(self.marks.get(mark, 0) for mark in CAME)

    @property
    def absent(self) -> int:
        """Absent without an excuse."""
        return self.marks.get(Mark.ABSENT, 0)

    @property
    def unmarked(self) -> int:
        """Without any mark."""
        return self.people - sum(self.marks.values())


@dataclass(frozen=True)
class DayOfCenter:
    """All that the rows say about a center's day."""

    held: Sequence[Held]
    called_off: Sequence[Meeting]
    blocks: Sequence[RoomBlock]
    applied: Mapping[str, int]
    left: int
    starting: Sequence[Run] = field(default_factory=tuple)

    @property
    def people(self) -> int:
        """How many sat in the day's classes, class by class."""
        return sum(held.people for held in self.held)

    @property
    def came(self) -> int:
        """How many came, class by class."""
        return sum(held.came for held in self.held)


@dataclass(frozen=True)
class LoggedDay:
    """A day of a month with whether a log was written, and how many classes were held."""

    day: date
    classes: int
    written: bool


def day_of(center_id: int, day: date) -> DayOfCenter:
    """What the rows say about one Seoul day of a center."""
    meetings = _meetings(center_id, day)
    held = [meeting for meeting in meetings if meeting.cancelled_at is None]
    return DayOfCenter(
        held=_with_marks(held),
        called_off=[meeting for meeting in meetings if meeting.cancelled_at is not None],
        blocks=_blocks(center_id, day),
        applied=_applied(center_id, day),
        left=_left(center_id, day),
        starting=[meeting.run for meeting in held if meeting.run.starts_at == meeting.starts_at],
    )


def log_of(center_id: int, day: date) -> DailyLog | None:
    """What staff wrote about the day."""
    return db.session.scalar(
        sa.select(DailyLog).where(DailyLog.center_id == center_id, DailyLog.day == day)
    )


def logged_days(center_id: int, month: date) -> list[LoggedDay]:
    """The days of a month on which there were classes, or a log was written."""
    after = dates.next_month(month)
    rows = db.session.execute(
        sa.select(Meeting.starts_at, Run.cancelled_on)
        .join(Run, Run.id == Meeting.run_id)
        .where(
            Run.center_id == center_id,
            was_held(),
            Meeting.cancelled_at.is_(None),
            Meeting.starts_at >= dates.start_of(month),
            Meeting.starts_at < dates.start_of(after),
        )
    )
    classes = Counter(
        day
        for start, cancelled_on in rows
        if (day := dates.seoul_date(start)) and (cancelled_on is None or cancelled_on > day)
    )
    written = set(
        db.session.scalars(
            sa.select(DailyLog.day).where(
                DailyLog.center_id == center_id, DailyLog.day >= month, DailyLog.day < after
            )
        )
    )
    return [
        LoggedDay(day, classes[day], day in written) for day in sorted(written | classes.keys())
    ]


def _meetings(center_id: int, day: date) -> Sequence[Meeting]:
    return db.session.scalars(
        sa.select(Meeting)
        .join(Run, Run.id == Meeting.run_id)
        .where(
            Run.center_id == center_id,
            was_held(day),
            _within(Meeting.starts_at, day),
        )
        .options(joinedload(Meeting.run), joinedload(Meeting.room), joinedload(Meeting.instructor))
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()


def _with_marks(meetings: Sequence[Meeting]) -> list[Held]:
    ids = [meeting.id for meeting in meetings]
    marks: dict[int, dict[Mark, int]] = {}
    for meeting_id, mark, count in db.session.execute(
        sa.select(Meeting.id, Attendance.mark, sa.func.count())
        .join(Attendance, Attendance.meeting_id == Meeting.id)
        .join(Booking, Booking.id == Attendance.booking_id)
        .where(Meeting.id.in_(ids), sat_in())
        .group_by(Meeting.id, Attendance.mark)
    ):
        marks.setdefault(meeting_id, {})[mark] = count
    rows = db.session.execute(
        sa.select(Meeting.id, sa.func.count())
        .join(Booking, Booking.run_id == Meeting.run_id)
        .where(Meeting.id.in_(ids), sat_in())
        .group_by(Meeting.id)
    )
    people: dict[int, int] = dict(rows.all())
    return [
        Held(meeting, people.get(meeting.id, 0), marks.get(meeting.id, {})) for meeting in meetings
    ]


def _blocks(center_id: int, day: date) -> Sequence[RoomBlock]:
    return db.session.scalars(
        sa.select(RoomBlock)
        .join(Room, Room.id == RoomBlock.room_id)
        .where(
            Room.center_id == center_id,
            RoomBlock.starts_at < dates.end_of(day),
            RoomBlock.ends_at > dates.start_of(day),
        )
        .options(joinedload(RoomBlock.room))
        .order_by(RoomBlock.starts_at)
    ).all()


def _applied(center_id: int, day: date) -> dict[str, int]:
    rows = db.session.execute(
        sa.select(Booking.channel, sa.func.count())
        .join(Run, Run.id == Booking.run_id)
        .where(Run.center_id == center_id, _within(Booking.applied_at, day))
        .group_by(Booking.channel)
        .order_by(Booking.channel)
    )
    return dict(rows.all())


def _left(center_id: int, day: date) -> int:
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(Event)
            .join(Run, Run.id == Event.run_id)
            .where(
                Run.center_id == center_id,
                Event.verb.in_(("booking.cancelled", "booking.withdrawn")),
                _within(Event.at, day),
            )
        )
        or 0
    )


def _within(column: Any, day: date) -> Condition:
    return sa.and_(column >= dates.start_of(day), column < dates.end_of(day))
