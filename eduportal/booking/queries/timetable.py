"""A week of one center, room by room; the same few queries however many classes there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from eduportal.catalog.closed_days import closed_days
from eduportal.catalog.models import (
    Instructor,
    Meeting,
    OpeningHours,
    Room,
    RoomBlock,
    Run,
)
from eduportal.catalog.rules import RunState, timetable
from eduportal.catalog.rules.timetable import Place
from eduportal.shared import clock, dates
from eduportal.shared.db import db

FRIDAY = 4


@dataclass(frozen=True)
class Entry:
    """A class, or (`meeting_id` None) something else that a room is used for."""

    title: str
    starts_at: datetime
    ends_at: datetime
    place: Place
    meeting_id: int | None = None
    run_id: int | None = None
    instructor: str | None = None
    placed: int = 0
    capacity: int = 0
    state: str = "block"
    reason: str | None = None
    is_make_up: bool = False

    @property
    def to_come(self) -> bool:
        """Whether it can still be moved."""
        held = self.state in ("draft", "scheduled", "published")
        return held and self.starts_at > clock.now()


@dataclass(frozen=True)
class Column:
    """One room on one day."""

    room_id: int
    room: str
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Day:
    """One day: its rooms, why it is closed, and the rows in which the center is."""

    day: date
    closed: str | None
    columns: Sequence[Column]
    shut: Sequence[Place] = ()

    @property
    def is_today(self) -> bool:
        """Whether it is today."""
        return self.day == clock.today()

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in any room."""
        return not any(column.entries for column in self.columns)


@dataclass(frozen=True)
class Week:
    """What the timetable shows; `hours` in minutes of the day."""

    first: date
    days: Sequence[Day]
    rooms: Sequence[tuple[int, str]]
    hours: tuple[int, int]

    @property
    def last(self) -> date:
        """Its Sunday."""
        return self.first + timedelta(days=6)

    @property
    def rows(self) -> int:
        """How many half hours are shown."""
        return (self.hours[1] - self.hours[0]) // timetable.STEP

    @property
    def clock_times(self) -> list[str]:
        """`09:00` and so on, for every full hour."""
        return [f"{minute // 60:02}:00" for minute in range(*self.hours, 60)]

    @property
    def is_empty(self) -> bool:
        """Whether there is no class and no block at all."""
        return all(day.is_empty for day in self.days)


@dataclass(frozen=True)
class _Found:
    entries: Mapping[tuple[date, int], Sequence[Entry]]
    opening: Mapping[int, tuple[int, int]]
    closed: Mapping[date, str] = field(default_factory=dict)


def monday_of(day: date) -> date:
    """The first day of the week that a day lies in."""
    return day - timedelta(days=day.weekday())


def week_of(center_id: int, monday: date, room_id: int | None = None) -> Week:
    """The week of a center that begins on a Monday, in all of its rooms or in one."""
    sunday = monday + timedelta(days=6)
    every = _rooms(center_id, monday, sunday)
    shown = [room for room in every if room_id in (None, room[0])] or every
    ids = [number for number, _name in shown]
    found = _Found(
        _by_place([*_classes(ids, monday), *_blocks(ids, monday)]),
        _opening(center_id),
        closed_days(monday, sunday, center_id),
    )
    hours = _hours(found)
    days = [monday + timedelta(days=n) for n in range(7)]
    return Week(
        monday,
        [_day(day, shown, found, hours) for day in days if _is_shown(day, found)],
        every,
        hours,
    )


def _rooms(center_id: int, first: date, last: date) -> list[tuple[int, str]]:
    rows = db.session.execute(
        sa.select(Room.id, Room.name)
        .where(
            Room.center_id == center_id,
            Room.opened_on <= last,
            sa.or_(Room.closed_on.is_(None), Room.closed_on >= first),
        )
        .order_by(Room.name, Room.id)
    )
    return [(room_id, name) for room_id, name in rows]


def _within(monday: date, what: type[Meeting] | type[RoomBlock]) -> sa.ColumnElement[bool]:
    first, last = dates.start_of(monday), dates.start_of(monday + timedelta(days=7))
    return sa.and_(what.starts_at < last, what.ends_at > first)


CLASS = (
    Meeting.id,
    Meeting.run_id,
    Meeting.room_id,
    Meeting.starts_at,
    Meeting.ends_at,
    Meeting.cancelled_at,
    Meeting.cancelled_reason,
    Meeting.makes_up_for_id,
    Instructor.name,
    Run.title,
    Run.section,
    Run.state,
    Run.published_at,
    Run.places_taken,
    Run.capacity,
)


def _classes(rooms: Sequence[int], monday: date) -> list[tuple[int, Entry]]:
    rows = db.session.execute(
        sa.select(*CLASS)
        .join(Run, Run.id == Meeting.run_id)
        .outerjoin(Instructor, Instructor.id == Meeting.instructor_id)
        .where(
            Meeting.room_id.in_(rooms),
            Run.state != RunState.CANCELLED,
            _within(monday, Meeting),
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return [(row.room_id, _entry(row)) for row in rows]


def _entry(row: sa.Row[*tuple[Any, ...]]) -> Entry:
    return Entry(
        title=f"{row.title} ({row.section})" if row.section else row.title,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=Place(0, 1),
        meeting_id=row.id,
        run_id=row.run_id,
        instructor=row.name,
        placed=row.places_taken,
        capacity=row.capacity,
        state=_state(row.state, row.published_at, row.cancelled_at),
        reason=row.cancelled_reason,
        is_make_up=row.makes_up_for_id is not None,
    )


def _state(state: RunState, published_at: datetime | None, cancelled_at: datetime | None) -> str:
    if cancelled_at is not None:
        return "called-off"
    if state is RunState.PUBLISHED and published_at is not None and published_at > clock.now():
        return "scheduled"
    return state.value


def _blocks(rooms: Sequence[int], monday: date) -> list[tuple[int, Entry]]:
    rows = db.session.scalars(
        sa.select(RoomBlock)
        .where(
            RoomBlock.room_id.in_(rooms),
            _within(monday, RoomBlock),
        )
        .order_by(RoomBlock.starts_at, RoomBlock.id)
    )
    return [
        (
            block.room_id,
            Entry(block.title, start, end, Place(0, 1), reason=block.kind.label),
        )
        for block in rows
        for start, end in _day_by_day(block.starts_at, block.ends_at, monday)
    ]


def _day_by_day(
    start: datetime, end: datetime, monday: date
) -> Iterable[tuple[datetime, datetime]]:
    """The part of a block on each of the week's days."""
    for n in range(7):
        day = monday + timedelta(days=n)
        first, last = dates.start_of(day), dates.end_of(day)
        if start < last and end > first:
            yield max(start, first), min(end, last)


def _by_place(found: Iterable[tuple[int, Entry]]) -> dict[tuple[date, int], list[Entry]]:
    entries: dict[tuple[date, int], list[Entry]] = {}
    for room_id, entry in found:
        entries.setdefault((dates.seoul_date(entry.starts_at), room_id), []).append(entry)
    return entries


def _opening(center_id: int) -> dict[int, tuple[int, int]]:
    rows = db.session.execute(
        sa.select(OpeningHours.weekday, OpeningHours.opens, OpeningHours.closes).where(
            OpeningHours.center_id == center_id
        )
    )
    return {weekday: (_minute(opens), _minute(closes)) for weekday, opens, closes in rows}


def _hours(found: _Found) -> tuple[int, int]:
    # A block that goes over midnight would stretch the page to the whole night.
    classes = [
        _minutes(entry)
        for entries in found.entries.values()
        for entry in entries
        if entry.meeting_id is not None
    ]
    return timetable.hours_shown([*classes, *found.opening.values()])


def _is_shown(day: date, found: _Found) -> bool:
    if day.weekday() <= FRIDAY or day.weekday() in found.opening:
        return True
    return any(when == day for when, _room in found.entries)


def _day(day: date, rooms: Sequence[tuple[int, str]], found: _Found, hours: tuple[int, int]) -> Day:
    columns = [
        Column(room_id, name, _placed(found.entries.get((day, room_id), ()), hours))
        for room_id, name in rooms
    ]
    opening = found.opening.get(day.weekday())
    shut = timetable.shut(_open_hours(opening, bool(found.opening)), hours)
    return Day(day, found.closed.get(day), columns, shut)


def _open_hours(
    opening: tuple[int, int] | None, keeps_hours: bool
) -> Sequence[tuple[int, int]] | None:
    if opening is not None:
        return [opening]
    return [] if keeps_hours else None


def _placed(entries: Sequence[Entry], hours: tuple[int, int]) -> list[Entry]:
    first, last = hours
    minutes = [(max(start, first), min(end, last)) for start, end in map(_minutes, entries)]
    seen = [
        (entry, span) for entry, span in zip(entries, minutes, strict=True) if span[0] < span[1]
    ]
    places = timetable.places([span for _entry, span in seen], first)
    return [replace(entry, place=place) for (entry, _span), place in zip(seen, places, strict=True)]


def _minutes(entry: Entry) -> tuple[int, int]:
    start, end = dates.seoul(entry.starts_at), dates.seoul(entry.ends_at)
    until = 24 * 60 if end.date() > start.date() else _minute(end.time())
    return _minute(start.time()), until


def _minute(clock_time: time) -> int:
    return clock_time.hour * 60 + clock_time.minute
