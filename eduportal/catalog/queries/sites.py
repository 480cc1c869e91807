"""Centers and rooms as the office keeps them: their names, hours, closed days, blocks, classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload, undefer

from eduportal.catalog.closed_days import public_holidays
from eduportal.catalog.models import (
    Center,
    CenterName,
    ClosedDay,
    HolidayOverride,
    Meeting,
    OpeningHours,
    Room,
    RoomBlock,
    Run,
    Seat,
)
from eduportal.catalog.queries.among import Centers, Condition, in_centers
from eduportal.catalog.rules import Dated, RunState, as_of, seats
from eduportal.catalog.rules.places import Week, is_open
from eduportal.catalog.rules.seats import Place, Standing
from eduportal.shared import dates
from eduportal.shared.db import db


@dataclass(frozen=True)
class Site:
    """A center with its dated names, as the office keeps it."""

    center: Center
    today: CenterName

    @property
    def id(self) -> int:
        """The center's id."""
        return self.center.id

    @property
    def history(self) -> list[CenterName]:
        """All its names, the newest first."""
        return list(reversed(self.center.names))


def sites(among: Centers, on_day: date) -> list[Site]:
    """The centers as they are called on a day, in the office's order."""
    rows = db.session.scalars(
        sa.select(Center)
        .where(in_centers(Center.id, among))
        .options(selectinload(Center.names))
        .order_by(Center.position, Center.id)
    )
    return [_site(center, on_day) for center in rows]


def site(center_id: int, among: Centers, on_day: date) -> Site | None:
    """One of the user's centers."""
    center = db.session.scalar(
        sa.select(Center)
        .where(Center.id == center_id, in_centers(Center.id, among))
        .options(selectinload(Center.names))
    )
    return _site(center, on_day) if center else None


def center_name(name_id: int) -> CenterName | None:
    """One of the names of a center."""
    return db.session.get(CenterName, name_id)


def opening_week(center_id: int) -> Week:
    """When a center is open, by weekday; empty where no hours are kept."""
    rows = db.session.scalars(
        sa.select(OpeningHours)
        .where(OpeningHours.center_id == center_id)
        .order_by(OpeningHours.weekday)
    )
    return {row.weekday: (row.opens, row.closes) for row in rows}


def outside_hours(center_id: int, now: datetime) -> list[Meeting]:
    """The coming classes of published runs for which the center is not open."""
    week: Week = opening_week(center_id)
    if not week:
        return []
    coming = _meetings(Run.center_id == center_id, Meeting.starts_at > now)
    return [
        meeting
        for meeting in coming
        if not is_open(week, dates.seoul(meeting.starts_at), dates.seoul(meeting.ends_at))
    ]


# Rooms


def rooms_of(center_id: int) -> Sequence[Room]:
    """All rooms of a center, those in use first."""
    return db.session.scalars(
        sa.select(Room)
        .where(Room.center_id == center_id)
        .options(undefer(Room.working_seats))
        .order_by(sa.case((Room.closed_on.is_(None), 0), else_=1), Room.name, Room.opened_on)
    ).all()


def room_counts(among: Centers, on_day: date) -> dict[int, int]:
    """How many rooms each center has on a day."""
    rows = db.session.execute(
        sa.select(Room.center_id, sa.func.count())
        .where(
            in_centers(Room.center_id, among),
            Room.opened_on <= on_day,
            sa.or_(Room.closed_on.is_(None), Room.closed_on >= on_day),
        )
        .group_by(Room.center_id)
    )
    return {row[0]: row[1] for row in rows}


def room(room_id: int, among: Centers) -> Room | None:
    """One room of the user's centers."""
    return db.session.scalar(
        sa.select(Room)
        .where(Room.id == room_id, in_centers(Room.center_id, among))
        .options(undefer(Room.working_seats))
    )


def seat_plan(room_id: int) -> dict[int, Place]:
    """Where the seats of a room stand, by number."""
    rows = db.session.execute(
        sa.select(
            Seat.number, Seat.row, Seat.column, Seat.label, Seat.accessible, Seat.out_of_order
        ).where(Seat.room_id == room_id, Seat.removed_at.is_(None))
    )
    return seats.laid_out(Standing(*row) for row in rows)


def coming_in_room(room_id: int, now: datetime, most: int = 10) -> list[Meeting]:
    """The next classes in a room."""
    return _meetings(Meeting.room_id == room_id, Meeting.ends_at > now, most=most)


def blocks(room_id: int, month: date) -> Sequence[RoomBlock]:
    """What else a room is used for in a month."""
    return _blocks(
        RoomBlock.room_id == room_id,
        RoomBlock.starts_at < dates.start_of(dates.next_month(month)),
        RoomBlock.ends_at > dates.start_of(dates.first_of_month(month)),
    )


def coming_blocks(room_id: int, now: datetime, most: int = 10) -> Sequence[RoomBlock]:
    """What else a room is used for next."""
    return _blocks(RoomBlock.room_id == room_id, RoomBlock.ends_at > now)[:most]


def block(block_id: int, among: Centers) -> RoomBlock | None:
    """One block of a room of the user's centers."""
    return db.session.scalar(
        sa.select(RoomBlock)
        .join(Room, Room.id == RoomBlock.room_id)
        .where(RoomBlock.id == block_id, in_centers(Room.center_id, among))
    )


# Days without classes


@dataclass(frozen=True)
class Closing:
    """Closed days, and the classes that stand on them all the same."""

    row: ClosedDay
    center: str | None
    meetings: list[Meeting]


@dataclass(frozen=True)
class HolidayLine:
    """A day of the list of public holidays; `override` where the office set it."""

    day: date
    name: str
    override: HolidayOverride | None

    @property
    def is_worked(self) -> bool:
        """Whether the office works on it."""
        return self.override is not None and not self.override.is_holiday


def closings(among: Centers, from_day: date, now: datetime) -> list[Closing]:
    """The closed days that are not over, of these centers and of all, with coming classes."""
    rows = db.session.scalars(
        sa.select(ClosedDay)
        .where(
            ClosedDay.last_on >= from_day,
            sa.or_(ClosedDay.center_id.is_(None), in_centers(ClosedDay.center_id, among)),
        )
        .order_by(ClosedDay.first_on, ClosedDay.id)
    ).all()
    names = {one.id: one.today.name for one in sites(None, from_day)}
    return [
        Closing(
            row,
            names[row.center_id] if row.center_id else None,
            meetings_on(row.first_on, row.last_on, row.center_id, among, now),
        )
        for row in rows
    ]


def meetings_on(
    first: date, last: date, center_id: int | None, among: Centers, now: datetime
) -> list[Meeting]:
    """The coming classes on these days of a center (None: of each of the user's)."""
    return _meetings(
        Meeting.starts_at < dates.end_of(last),
        Meeting.ends_at > max(dates.start_of(first), now),
        in_centers(Run.center_id, among),
        in_centers(Run.center_id, frozenset({center_id}) if center_id else None),
    )


def holiday_lines(years: Sequence[int]) -> list[HolidayLine]:
    """The public holidays of some years, and what the office set above the calendar."""
    overrides = {
        row.day: row
        for row in db.session.scalars(sa.select(HolidayOverride))
        if row.day.year in years
    }
    days = public_holidays(years) | {day: row.name for day, row in overrides.items()}
    return [HolidayLine(day, name, overrides.get(day)) for day, name in sorted(days.items())]


def _site(center: Center, on_day: date) -> Site:
    dated = as_of([Dated(one.valid_from, one.name, one.place) for one in center.names], on_day)
    today = next(one for one in center.names if one.valid_from == dated.valid_from)
    return Site(center, today)


def _meetings(*where: Condition, most: int | None = None) -> list[Meeting]:
    return list(
        db.session.scalars(
            sa.select(Meeting)
            .join(Run, Run.id == Meeting.run_id)
            .where(Run.state == RunState.PUBLISHED, Meeting.cancelled_at.is_(None), *where)
            .options(joinedload(Meeting.run), joinedload(Meeting.room))
            .order_by(Meeting.starts_at, Meeting.id)
            .limit(most)
        )
    )


def _blocks(*where: Condition) -> Sequence[RoomBlock]:
    return db.session.scalars(
        sa.select(RoomBlock).where(*where).order_by(RoomBlock.starts_at, RoomBlock.id)
    ).all()
