"""The run, its rooms and instructors under lock, and what stands in a meeting's way."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from eduportal.catalog import rules
from eduportal.catalog.models import CenterName, Instructor, Meeting, Room, Run
from eduportal.catalog.refusals import refuse, refused
from eduportal.catalog.rules import Dated, Reason, RunState, Slot, Span, Taken
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
    if run.state is not RunState.DRAFT:
        raise Refused(Reason.NOT_A_DRAFT)
    return run


def claim(run: Run, slots: Sequence[Slot]) -> None:
    """See that the run's classes can be held then and there, and keep it so until the commit.

    Locks the rooms, then the instructors: whoever claims one of them meanwhile waits, and then
    sees what was written here. Raises Refused with what stands in the way.
    """
    rooms = _locked_rooms({slot.room_id for slot in slots})
    _lock_instructors({slot.instructor_id for slot in slots if slot.instructor_id is not None})
    for slot in slots:
        _refuse_room(run, rooms.get(slot.room_id), slot)
    refuse(rules.clash_refusal(slots, _taken_by_others(run.id, slots)))


def slots_of(run_id: int) -> list[Slot]:
    """The run's classes as they stand."""
    rows = db.session.execute(
        sa.select(Meeting.starts_at, Meeting.ends_at, Meeting.room_id, Meeting.instructor_id)
        .where(Meeting.run_id == run_id)
        .order_by(Meeting.starts_at)
    )
    return [Slot(Span(start, end), room_id, who) for start, end, room_id, who in rows]


def _locked_rooms(ids: Iterable[int]) -> dict[int, Room]:
    query = sa.select(Room).where(Room.id.in_(ids)).order_by(Room.id)
    return {room.id: room for room in db.session.scalars(query.with_for_update(key_share=True))}


def _lock_instructors(ids: Iterable[int]) -> None:
    query = sa.select(Instructor.id).where(Instructor.id.in_(ids)).order_by(Instructor.id)
    db.session.execute(query.with_for_update(key_share=True)).all()


def _refuse_room(run: Run, room: Room | None, slot: Slot) -> None:
    if room is None or room.center_id != run.center_id:
        raise Refused(Reason.ROOM_ELSEWHERE)
    day = dates.seoul_date(slot.span.start)
    if day < room.opened_on or (room.closed_on is not None and day > room.closed_on):
        raise refused((Reason.ROOM_CLOSED, {"day": day, "room": room.name}))


def _taken_by_others(run_id: int, slots: Sequence[Slot]) -> list[Taken]:
    if not slots:
        return []
    rooms = {slot.room_id for slot in slots}
    instructors = {slot.instructor_id for slot in slots if slot.instructor_id is not None}
    rows = db.session.execute(
        sa.select(Meeting, Run, Room.name, Instructor.name)
        .join(Run, Run.id == Meeting.run_id)
        .join(Room, Room.id == Meeting.room_id)
        .outerjoin(Instructor, Instructor.id == Meeting.instructor_id)
        .where(
            Run.id != run_id,
            Run.state != RunState.CANCELLED,
            Meeting.starts_at < max(slot.span.end for slot in slots),
            Meeting.ends_at > min(slot.span.start for slot in slots),
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
