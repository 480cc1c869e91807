"""The run, its rooms and instructors under lock, and what stands in a meeting's way."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from eduportal.catalog import rules
from eduportal.catalog.models import Instructor, Meeting, Room, Run
from eduportal.catalog.obstacles import obstacles_around
from eduportal.catalog.refusals import refused
from eduportal.catalog.rules import Reason, RunState, Slot, Span, publishing
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from eduportal.shared.refusal import Missing, Refused

Centers = frozenset[int] | None


def locked_run(run_id: int, centers: Centers) -> Run:
    """The run, locked and fresh. Missing where it is not theirs."""
    query = sa.select(Run).where(Run.id == run_id)
    if centers is not None:
        query = query.where(Run.center_id.in_(centers))
    found = db.session.scalar(
        query.with_for_update(key_share=True).execution_options(populate_existing=True)
    )
    if found is None:
        raise Missing
    return found


def locked_draft(run_id: int, centers: Centers) -> Run:
    """The run, locked; refused unless it is still a draft."""
    run = locked_run(run_id, centers)
    if run.state is RunState.DRAFT:
        return run
    if publishing.is_hidden(run.state, run.published_at, clock.now()):
        raise refused((publishing.Reason.SCHEDULED, {"at": run.published_at}))
    raise Refused(Reason.NOT_A_DRAFT)


def claim(run: Run, slots: Sequence[Slot]) -> None:
    """See that the run's classes can be held then and there, and keep it so until the commit.

    Locks the rooms, then the instructors: whoever claims one of them meanwhile waits, and then
    sees what was written here. Raises Refused with what stands in the way.
    """
    rooms = hold(slots)
    for slot in slots:
        _refuse_room(run, rooms.get(slot.room_id), slot)
    there = obstacles_around(slots, {run.id})
    for slot in slots:
        for refusal in rules.obstacles_to(slot, run.center_id, run.course_id, there):
            raise refused(refusal)


def hold(slots: Sequence[Slot]) -> dict[int, Room]:
    """Lock the rooms, then the instructors of these classes, each in one order; the rooms fresh."""
    rooms = _locked_rooms({slot.room_id for slot in slots})
    gone = _locked_and_gone(
        {slot.instructor_id for slot in slots if slot.instructor_id is not None}
    )
    if any(slot.instructor_id in gone and slot.span.end > clock.now() for slot in slots):
        raise Refused(Reason.INSTRUCTOR_GONE)
    return rooms


def refuse_small_rooms(run: Run) -> None:
    """Raise Refused where a class is held in a room with fewer seats than the run has places."""
    for room_id in sorted({slot.room_id for slot in slots_of(run.id)}):
        seats = db.session.get_one(Room, room_id).working_seats
        if run.capacity > seats:
            raise Refused(Reason.CAPACITY_ABOVE_SEATS, capacity=run.capacity, seats=seats)


def slots_of(run_id: int) -> list[Slot]:
    """The run's classes as they stand."""
    rows = db.session.execute(
        sa.select(Meeting.starts_at, Meeting.ends_at, Meeting.room_id, Meeting.instructor_id)
        .where(Meeting.run_id == run_id, Meeting.cancelled_at.is_(None))
        .order_by(Meeting.starts_at)
    )
    return [Slot(Span(start, end), room_id, who) for start, end, room_id, who in rows]


def _locked_rooms(ids: Iterable[int]) -> dict[int, Room]:
    query = sa.select(Room).where(Room.id.in_(ids)).order_by(Room.id)
    # Read anew: who closed a room meanwhile held this lock.
    fresh = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return {room.id: room for room in db.session.scalars(fresh)}


def _locked_and_gone(ids: Iterable[int]) -> set[int]:
    """Those of them who no longer teach, read anew under the lock of all."""
    query = (
        sa.select(Instructor.id, Instructor.active)
        .where(Instructor.id.in_(ids))
        .order_by(Instructor.id)
    )
    rows = db.session.execute(query.with_for_update(key_share=True))
    return {instructor_id for instructor_id, active in rows if not active}


def _refuse_room(run: Run, room: Room | None, slot: Slot) -> None:
    if room is None or room.center_id != run.center_id:
        raise Refused(Reason.ROOM_ELSEWHERE)
    day = dates.seoul_date(slot.span.start)
    if day < room.opened_on or (room.closed_on is not None and day > room.closed_on):
        raise refused((Reason.ROOM_CLOSED, {"day": day, "room": room.name}))
