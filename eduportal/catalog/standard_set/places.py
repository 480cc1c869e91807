"""Which center and room a line's 교육장소 means; those that are missing get a number below 0."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

import sqlalchemy as sa

from eduportal.catalog.models import Center, CenterName, Office, Room
from eduportal.catalog.rules import normalized
from eduportal.catalog.rules.standard import Reason
from eduportal.catalog.standard_set.reading import StandardLine
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.refusal import Refused

Centers = frozenset[int] | None
MOST_LETTERS = 80
USUAL_ROOM = "강의실"
_ROOM = re.compile(r"(실|호|홀|랩|룸|강당|층)\)?$")


@dataclass(frozen=True)
class Place:
    """A center and a room of it, as they are called on the line's first day."""

    center_id: int
    center: str
    room_id: int
    room: str
    address: str | None
    phone: str | None
    seats: int


@dataclass(frozen=True)
class NewCenter:
    """A center that a file names and nobody knows; `id` is below 0 until it is made."""

    id: int
    name: str
    address: str | None
    since: date


@dataclass(frozen=True)
class NewRoom:
    """A room that a file names and its center lacks; it gets a seat for everybody."""

    id: int
    center_id: int
    center: str
    name: str
    seats: int
    since: date


@dataclass(frozen=True)
class _Name:
    center_id: int
    words: str
    name: str
    place: str | None
    valid_from: date
    valid_until: date

    def covers(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_until


@dataclass(frozen=True)
class _Room:
    id: int
    words: str
    name: str
    opened_on: date
    closed_on: date
    seats: int

    def stands(self, day: date) -> bool:
        return self.opened_on <= day <= self.closed_on


@dataclass
class Places:
    """The centers and rooms there are; what a line names beside them is put down as new."""

    among: Centers
    new_centers: dict[int, NewCenter] = field(default_factory=dict)
    new_rooms: dict[int, NewRoom] = field(default_factory=dict)
    names: list[_Name] = field(default_factory=list)
    rooms: dict[int, list[_Room]] = field(default_factory=dict)
    phones: dict[int, str | None] = field(default_factory=dict)
    office_phone: str | None = None

    @classmethod
    def there(cls, among: Centers = None) -> "Places":
        """As the database has them; `among`: for somebody of these centers only."""
        places = cls(among)
        for row in db.session.execute(_NAMES):
            places.names.append(
                _Name(row[0], normalized(row[1]), row[1], row[2], row[3], row[4] or date.max)
            )
        for center_id, *rest, name, opened, closed, seats in db.session.execute(_ROOMS):
            room = _Room(rest[0], normalized(name), name, opened, closed or date.max, seats)
            places.rooms.setdefault(center_id, []).append(room)
        places.phones = dict(db.session.execute(sa.select(Center.id, Center.phone)).all())
        places.office_phone = db.session.scalar(sa.select(Office.phone))
        return places

    def of(self, line: StandardLine) -> Place:
        """The place of a line; Refused where it is none, or not theirs to make or use."""
        center_id, rest = self._center(line)
        room = self._room(center_id, rest, line)
        named = self._named(center_id, line.first)
        return Place(
            center_id,
            named.name,
            room.id,
            room.name,
            named.place,
            self.phones.get(center_id) or self.office_phone,
            room.seats,
        )

    def _center(self, line: StandardLine) -> tuple[int, str]:
        """The center whose name, of any time, begins the text; and what stands behind it."""
        found = self._longest(line.place, line.first)
        if len({name.center_id for name, _rest in found}) > 1:
            raise Refused(Reason.CENTER_UNCLEAR, place=line.place)
        if not found:
            return self._new_center(line)
        [(name, rest)] = found[:1]
        if self.among is not None and name.center_id not in self.among:
            raise Refused(Reason.OTHER_CENTER, place=line.place)
        return name.center_id, rest

    def _longest(self, text: str, day: date) -> list[tuple[_Name, str]]:
        wanted = normalized(text)
        begins = [name for name in self.names if name.words and wanted.startswith(name.words)]
        longest = max((len(name.words) for name in begins), default=0)
        fitting = [
            (name, rest)
            for name in begins
            if len(name.words) == longest and (rest := self._behind(name, text)) is not None
        ]
        return [pair for pair in fitting if pair[0].covers(day)] or fitting

    def _behind(self, name: _Name, text: str) -> str | None:
        """What stands behind a center's name; None where the name only begins another's."""
        ends = (n for n in range(1, len(text)) if normalized(text[:n]) == name.words)
        end = next(ends, len(text))
        rest = text[end:].strip()
        apart = not rest or not text[end].isalnum()
        known = any(room.words == normalized(rest) for room in self.rooms.get(name.center_id, ()))
        return rest.strip(",·-/ ") if apart or known else None

    def _named(self, center_id: int, day: date) -> _Name:
        names = [name for name in self.names if name.center_id == center_id]
        begun = [name for name in names if name.valid_from <= day]
        return begun[-1] if begun else names[0]

    def _room(self, center_id: int, text: str, line: StandardLine) -> _Room:
        rooms = self.rooms.get(center_id, [])
        named = [room for room in rooms if room.words == normalized(text)] if text else rooms
        standing = [room for room in named if room.stands(line.first)] or named
        if not text and len(standing) > 1:
            raise Refused(Reason.ROOM_UNCLEAR, place=line.place)
        if not standing:
            return self._new_room(center_id, text or USUAL_ROOM, line)
        if standing[0].id in self.new_rooms:
            return self._widened(center_id, standing[0], line)
        return standing[0]

    def _new_center(self, line: StandardLine) -> tuple[int, str]:
        if self.among is not None:
            raise Refused(Reason.CENTER_NEEDED, place=line.place)
        center, room = _split(line.place)
        _refuse_too_long(center)
        number = -1 - len(self.new_centers)
        since = min(line.first, clock.today())
        made = NewCenter(number, center, line.address or None, since)
        self.new_centers[number] = made
        self.names.append(_Name(number, normalized(center), center, made.address, since, date.max))
        return number, room

    def _new_room(self, center_id: int, name: str, line: StandardLine) -> _Room:
        _refuse_too_long(name)
        number = -1 - len(self.new_rooms)
        since = min(line.first, clock.today())
        center = self._named(center_id, line.first).name
        self.new_rooms[number] = NewRoom(number, center_id, center, name, line.capacity, since)
        room = _Room(number, normalized(name), name, since, date.max, line.capacity)
        self.rooms.setdefault(center_id, []).append(room)
        return room

    def _widened(self, center_id: int, room: _Room, line: StandardLine) -> _Room:
        """A room that is to be made, with a seat for everybody of this line as well."""
        made = self.new_rooms[room.id]
        seats, since = max(made.seats, line.capacity), min(made.since, line.first)
        self.new_rooms[room.id] = replace(made, seats=seats, since=since)
        wide = replace(room, seats=seats, opened_on=since)
        rooms = self.rooms[center_id]
        rooms[rooms.index(room)] = wide
        return wide


def _split(text: str) -> tuple[str, str]:
    """Center and room out of a text that names no known center: the last word, if it is a room."""
    center, _gap, room = text.rpartition(" ")
    return (center, room) if center and _ROOM.search(room) else (text, "")


def _refuse_too_long(*names: str) -> None:
    if any(len(name) > MOST_LETTERS for name in names):
        raise Refused(Reason.PLACE_TOO_LONG)


def matching(name: str, names: Iterable[tuple[int, str]]) -> int | None:
    """The row of that name, however it is spaced."""
    return next((number for number, other in names if normalized(other) == normalized(name)), None)


_NAMES = sa.select(
    CenterName.center_id,
    CenterName.name,
    CenterName.place,
    CenterName.valid_from,
    CenterName.valid_until,
).order_by(CenterName.center_id, CenterName.valid_from)
_ROOMS = sa.select(
    Room.center_id, Room.id, Room.name, Room.opened_on, Room.closed_on, Room.working_seats
).order_by(Room.id)
