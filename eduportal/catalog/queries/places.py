"""Centers as they are called on a day, and their rooms."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

import sqlalchemy as sa

from eduportal.catalog.models import Center, CenterName, Office, Room
from eduportal.catalog.queries.among import Centers, in_centers
from eduportal.catalog.rules import Dated, as_of
from eduportal.shared.db import db


@dataclass(frozen=True)
class CenterLine:
    """A center as it is called on a day."""

    id: int
    name: str
    place: str | None
    phone: str | None
    summary: str | None


@dataclass(frozen=True)
class RoomLine:
    """A room with how many of its seats can be used."""

    id: int
    center_id: int
    name: str
    seats: int

    @property
    def label(self) -> str:
        """`제1강의실 (28석)`."""
        return f"{self.name} ({self.seats}석)"


def office() -> Office | None:
    """The office, once it has been set up."""
    return db.session.get(Office, 1)


def centers(on_day: date, among: Centers = None) -> list[CenterLine]:
    """The centers as they are called on a day, in the office's order."""
    rows = db.session.execute(
        sa.select(Center, CenterName.valid_from, CenterName.name, CenterName.place)
        .join(CenterName, CenterName.center_id == Center.id)
        .where(in_centers(Center.id, among))
        .order_by(Center.position, Center.id, CenterName.valid_from)
    )
    return [
        _center_line(center, as_of([Dated(*row[1:]) for row in named], on_day))
        for center, named in groupby(rows, key=lambda row: row[0])
    ]


def center_names(on_day: date) -> dict[int, str]:
    """What each center is called on a day, by its id."""
    return {center.id: center.name for center in centers(on_day)}


def rooms(among: Centers, on_day: date) -> list[RoomLine]:
    """The rooms of the given centers that stand on a day."""
    still = sa.or_(Room.closed_on.is_(None), Room.closed_on >= on_day)
    rows = db.session.execute(
        sa.select(Room.id, Room.center_id, Room.name, Room.working_seats)
        .where(in_centers(Room.center_id, among), Room.opened_on <= on_day, still)
        .order_by(Room.center_id, Room.name)
    )
    return [RoomLine(*row) for row in rows]


def room_choices(center_id: int, on_day: date) -> list[tuple[int, str]]:
    """The rooms of a center to choose from, with how many seats of each can be used."""
    return [(room.id, room.label) for room in rooms(frozenset({center_id}), on_day)]


def _center_line(center: Center, dated: Dated) -> CenterLine:
    return CenterLine(center.id, dated.name, dated.place, center.phone, center.summary)
