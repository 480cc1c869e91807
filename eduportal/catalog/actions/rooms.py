"""Rooms (강의실): added, edited, closed on a day, and taken away when nothing ever used them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from eduportal.catalog.actions.centers import locked_center
from eduportal.catalog.models import Meeting, Room, RoomBlock, Run, Seat
from eduportal.catalog.refusals import refused
from eduportal.catalog.rules import RunState, seats
from eduportal.catalog.rules import places as rules
from eduportal.catalog.rules.places import DaySpan, Reason
from eduportal.shared import clock, dates, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused

Centers = frozenset[int] | None
Seen = Mapping[str, str]

FACTS = {"name": "이름", "opened_on": "여는 날", "equipment": "장비", "note": "메모"}


@dataclass(frozen=True)
class RoomFacts:
    """What staff say about a room, apart from its seats."""

    name: str
    opened_on: date
    equipment: str | None = None
    note: str | None = None


@writing
def add_room(
    by: By,
    center_id: int,
    facts: RoomFacts,
    rows: int,
    columns: int,
    centers: Centers,
    most: int | None = None,
) -> int:
    """Add a room with its seats, numbered row by row from the board's left; returns its id.

    `most`: how many seats there are where the last row is not full.
    """
    locked_center(center_id, centers)
    _refuse_same_name(center_id, DaySpan(facts.name, facts.opened_on), but_for=0)
    room = Room(
        center_id=center_id,
        name=facts.name,
        opened_on=facts.opened_on,
        equipment=facts.equipment,
        note=facts.note,
    )
    room.seats = [
        Seat(number=place.number, row=place.row, column=place.column)
        for place in list(seats.numbered(rows, columns).values())[:most]
    ]
    db.session.add(room)
    db.session.flush()
    _record(by, "room.added", room.id, name=facts.name, seats=len(room.seats))
    return room.id


@writing
def edit_room(by: By, room_id: int, facts: RoomFacts, seen: Seen, centers: Centers) -> None:
    """Change a room's name, first day, equipment or note."""
    locked_center(_center_of(room_id, centers), centers)
    room = locked_room(room_id, centers)
    now = {field: getattr(room, field) for field in FACTS}
    wanted = {field: getattr(facts, field) for field in FACTS}
    changes, lost = rules.merged(seen, wanted, now)
    if lost:
        names = ", ".join(FACTS[field] for field in lost)
        raise refused((Reason.CHANGED_MEANWHILE, {"fields": names}))
    if not changes:
        return
    for field, value in changes.items():
        setattr(room, field, value)
    if {"name", "opened_on"} & changes.keys():
        _refuse_dates(room)
    db.session.flush()
    old = {field: rules.in_text(now[field]) for field in changes}
    new = {field: rules.in_text(value) for field, value in changes.items()}
    _record(by, "room.edited", room_id, old=old, new=new)


@writing
def close_room(by: By, room_id: int, last_day: date, centers: Centers) -> None:
    """Use a room up to a day and no longer; refused while classes are to be held in it later."""
    locked_center(_center_of(room_id, centers), centers)
    room = locked_room(room_id, centers)
    room.closed_on = last_day
    # A later last day than before may reach into the time of another room of this name.
    _refuse_dates(room)
    after = Meeting.starts_at >= dates.end_of(last_day)
    if runs := _runs_held(room_id, after):
        raise refused((Reason.ROOM_NEEDED_LATER, {"day": last_day, "runs": runs}))
    _record(by, "room.closed", room_id, last_day=last_day.isoformat())


@writing
def reopen_room(by: By, room_id: int, centers: Centers) -> None:
    """Use a room again that was, or was to be, closed."""
    locked_center(_center_of(room_id, centers), centers)
    room = locked_room(room_id, centers)
    room.closed_on = None
    _refuse_dates(room)
    _record(by, "room.reopened", room_id)


@writing
def delete_room(by: By, room_id: int, centers: Centers) -> None:
    """Take a room away that nothing ever used; any other is closed on a day instead."""
    # The whole lock: whoever is about to plan a run in it waits, and finds it gone.
    room = locked_room(room_id, centers, key_share=False)
    if any(db.session.scalar(query.limit(1)) for query in _uses(room_id)):
        raise Refused(Reason.ROOM_USED)
    _record(by, "room.deleted", room_id, name=room.name, center=room.center_id)
    try:
        db.session.execute(sa.delete(Seat).where(Seat.room_id == room_id))
        db.session.execute(sa.delete(Room).where(Room.id == room_id))
    except IntegrityError:
        # Something of a feature above this one holds on to it.
        raise Refused(Reason.ROOM_USED) from None


def locked_room(room_id: int, centers: Centers, key_share: bool = True) -> Room:
    """The room, locked and fresh. Missing where it is not theirs."""
    query = sa.select(Room).where(Room.id == room_id)
    if centers is not None:
        query = query.where(Room.center_id.in_(centers))
    found = db.session.scalar(
        query.with_for_update(key_share=key_share).execution_options(populate_existing=True)
    )
    if found is None:
        raise Missing
    return found


def _center_of(room_id: int, centers: Centers) -> int:
    query = sa.select(Room.center_id).where(Room.id == room_id)
    if centers is not None:
        query = query.where(Room.center_id.in_(centers))
    center_id = db.session.scalar(query)
    if center_id is None:
        raise Missing
    return center_id


def _refuse_dates(room: Room) -> None:
    with db.session.no_autoflush:
        if room.closed_on is not None and room.closed_on < room.opened_on:
            raise refused((Reason.ROOM_CLOSES_EARLY, {"opened": room.opened_on}))
        before = Meeting.starts_at < dates.start_of(room.opened_on)
        if runs := _runs_held(room.id, before, Meeting.ends_at > clock.now()):
            raise refused((Reason.ROOM_NEEDED_EARLIER, {"day": room.opened_on, "runs": runs}))
        span = DaySpan(room.name, room.opened_on, room.closed_on)
        _refuse_same_name(room.center_id, span, room.id)


def _refuse_same_name(center_id: int, wanted: DaySpan, but_for: int) -> None:
    others = [
        DaySpan(*row)
        for row in db.session.execute(
            sa.select(Room.name, Room.opened_on, Room.closed_on).where(
                Room.center_id == center_id, Room.id != but_for
            )
        )
    ]
    if rules.same_name(wanted, others):
        raise refused((Reason.ROOM_NAME_TAKEN, {"name": wanted.name}))
    if any((one.name, one.first) == (wanted.name, wanted.first) for one in others):
        raise Refused(Reason.ROOM_NAME_LEFT)


def _runs_held(room_id: int, *where: sa.ColumnElement[bool]) -> str:
    runs = db.session.scalars(
        sa.select(Run)
        .where(
            Run.state == RunState.PUBLISHED,
            sa.exists().where(
                Meeting.run_id == Run.id,
                Meeting.room_id == room_id,
                Meeting.cancelled_at.is_(None),
                *where,
            ),
        )
        .order_by(Run.starts_at, Run.id)
    )
    return ", ".join(f"‘{run.full_title}’" for run in runs)


def _uses(room_id: int) -> list[sa.Select[int]]:
    return [
        sa.select(Run.id).where(Run.room_id == room_id),
        sa.select(Meeting.id).where(Meeting.room_id == room_id),
        sa.select(RoomBlock.id).where(RoomBlock.room_id == room_id),
    ]


def _record(by: By, verb: str, room_id: int, **detail: Any) -> None:
    events.record(by, verb, subject="room", subject_id=room_id, **detail)
