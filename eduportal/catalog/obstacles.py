"""Reading what may stand in the way of classes; the rules say what does (rules/obstacles.py).

A fixed number of queries, however many classes are asked about.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from eduportal.catalog import rules
from eduportal.catalog.closed_days import closures, public_holidays
from eduportal.catalog.models import (
    CenterName,
    Instructor,
    InstructorAbsence,
    InstructorCourse,
    InstructorHours,
    Meeting,
    OpeningHours,
    Room,
    RoomBlock,
    Run,
)
from eduportal.catalog.rules import (
    Blocked,
    ClosedSpan,
    Dated,
    Hours,
    Obstacles,
    RunState,
    Slot,
    Span,
    Taken,
    Teaching,
)
from eduportal.shared import clock, dates
from eduportal.shared.db import db

# What is kept of an instructor.
Kept = TypeVar("Kept", InstructorAbsence, InstructorCourse, InstructorHours)
# Weekday (Monday is 0), from, until.
Weekly = list[tuple[int, time, time]]


def obstacles_around(slots: Sequence[Slot], but_for: Collection[int] = ()) -> Obstacles:
    """What may stand in the way of these classes; classes of the runs `but_for` do not count."""
    if not slots:
        return Obstacles()
    whole = Span(min(slot.span.start for slot in slots), max(slot.span.end for slot in slots))
    rooms = {slot.room_id for slot in slots}
    instructors = {slot.instructor_id for slot in slots if slot.instructor_id is not None}
    days = _days(whole)
    return Obstacles(
        taken=_taken(whole, rooms, instructors, but_for),
        blocked=_blocked(whole, rooms),
        closed=_closed(days),
        hours=_opening_hours(days),
        teaching=_teaching(instructors, days) if instructors else {},
    )


def _days(whole: Span) -> list[date]:
    first, last = dates.seoul_date(whole.start), dates.seoul_date(whole.end)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _taken(
    whole: Span, rooms: Collection[int], instructors: Collection[int], but_for: Collection[int]
) -> list[Taken]:
    rows = db.session.execute(
        sa.select(Meeting, Run, Room.name, Instructor.name)
        .join(Run, Run.id == Meeting.run_id)
        .join(Room, Room.id == Meeting.room_id)
        .outerjoin(Instructor, Instructor.id == Meeting.instructor_id)
        .where(
            Run.id.not_in(but_for),
            Run.state != RunState.CANCELLED,
            Meeting.cancelled_at.is_(None),
            Meeting.starts_at < whole.end,
            Meeting.ends_at > whole.start,
            sa.or_(Meeting.room_id.in_(rooms), Meeting.instructor_id.in_(instructors)),
        )
        .order_by(Meeting.starts_at)
    ).all()
    names = _center_names({run.center_id for _meeting, run, _room, _who in rows})
    return [
        Taken(
            Slot(Span(meeting.starts_at, meeting.ends_at), meeting.room_id, meeting.instructor_id),
            other.full_title,
            names[other.center_id],
            room,
            instructor,
        )
        for meeting, other, room, instructor in rows
    ]


def _center_names(ids: Iterable[int]) -> dict[int, str]:
    names: dict[int, list[Dated]] = {}
    for name in db.session.scalars(
        sa.select(CenterName)
        .where(CenterName.center_id.in_(ids))
        .order_by(CenterName.center_id, CenterName.valid_from)
    ):
        dated = Dated(name.valid_from, name.name, name.place)
        names.setdefault(name.center_id, []).append(dated)
    return {center: rules.as_of(dated, clock.today()).name for center, dated in names.items()}


def _blocked(whole: Span, rooms: Collection[int]) -> list[Blocked]:
    rows = db.session.execute(
        sa.select(RoomBlock, Room.name)
        .join(Room, Room.id == RoomBlock.room_id)
        .where(
            RoomBlock.room_id.in_(rooms),
            RoomBlock.starts_at < whole.end,
            RoomBlock.ends_at > whole.start,
        )
        .order_by(RoomBlock.starts_at)
    )
    return [
        Blocked(block.room_id, room, Span(block.starts_at, block.ends_at), block.kind, block.title)
        for block, room in rows
    ]


def _closed(days: Sequence[date]) -> list[ClosedSpan]:
    firm = [
        ClosedSpan(closed.center_id, _whole_days(closed.first_on, closed.last_on), closed.name)
        for closed in closures(days[0], days[-1])
    ]
    holidays = public_holidays(range(days[0].year, days[-1].year + 1))
    return firm + [
        ClosedSpan(None, _whole_days(day, day), holidays[day], firm=False)
        for day in days
        if day in holidays
    ]


def _opening_hours(days: Sequence[date]) -> dict[int, Hours]:
    found: dict[int, Weekly] = {}
    for row in db.session.scalars(sa.select(OpeningHours)):
        found.setdefault(row.center_id, []).append((row.weekday, row.opens, row.closes))
    return {center_id: Hours(_spans(weekly, days)) for center_id, weekly in found.items()}


def _teaching(ids: Collection[int], days: Sequence[date]) -> Mapping[int, Teaching]:
    names = db.session.execute(
        sa.select(Instructor.id, Instructor.name).where(Instructor.id.in_(ids))
    )
    hours = _listed(InstructorHours, ids)
    away = _listed(InstructorAbsence, ids)
    courses = _listed(InstructorCourse, ids)
    return {
        instructor_id: Teaching(
            name,
            Hours(
                _spans([(row.weekday, row.starts, row.ends) for row in hours[instructor_id]], days)
                if instructor_id in hours
                else None
            ),
            [
                (_whole_days(one.first_on, one.last_on), one.reason)
                for one in away.get(instructor_id, ())
            ],
            frozenset(one.course_id for one in courses[instructor_id])
            if instructor_id in courses
            else None,
        )
        for instructor_id, name in names
    }


def _listed(model: type[Kept], ids: Collection[int]) -> dict[int, list[Kept]]:
    found: dict[int, list[Kept]] = {}
    rows: Iterable[Any] = db.session.scalars(sa.select(model).where(model.instructor_id.in_(ids)))
    for row in rows:
        found.setdefault(row.instructor_id, []).append(row)
    return found


def _spans(weekly: Weekly, days: Sequence[date]) -> list[Span]:
    return [
        Span(dates.at(day, starts), dates.at(day, ends))
        for day in days
        for weekday, starts, ends in weekly
        if weekday == day.weekday()
    ]


def _whole_days(first: date, last: date) -> Span:
    return Span(dates.start_of(first), dates.end_of(last))
