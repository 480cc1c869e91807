"""Drafts of a month before they are made, and everything that stands in their way.

A fixed number of queries, however many drafts: what is looked at before is asked again under the
locks by whoever makes them (actions/months.py).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import undefer

from eduportal.catalog import rules
from eduportal.catalog.closed_days import closures, public_holidays
from eduportal.catalog.models import Instructor, Room
from eduportal.catalog.obstacles import obstacles_around
from eduportal.catalog.refusals import refused
from eduportal.catalog.rules import (
    Obstacles,
    Readiness,
    Reason,
    Refusal,
    RunPlan,
    Slot,
    Span,
    Taken,
    months,
)
from eduportal.shared import dates
from eduportal.shared.db import db

_HERE = {
    Reason.ROOM_TAKEN: months.Reason.ROOM_TAKEN_HERE,
    Reason.INSTRUCTOR_TAKEN: months.Reason.INSTRUCTOR_TAKEN_HERE,
}


@dataclass(frozen=True)
class Draft:
    """A run as it is to be made out of another: what is decided about it, and its classes."""

    source_id: int
    course_id: int
    title: str
    plan: RunPlan
    spans: tuple[Span, ...]

    @property
    def slots(self) -> list[Slot]:
        """Its classes with room and instructor; none while it has no room."""
        room_id = self.plan.room_id
        if room_id is None:
            return []
        return [Slot(span, room_id, self.plan.instructor_id) for span in self.spans]


@dataclass(frozen=True)
class Problems:
    """Sentences: what keeps a draft from being made, and what only from being published."""

    stops: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)


def problems_of(drafts: Sequence[Draft], now: datetime) -> dict[int, Problems]:
    """What is wrong with each of these drafts, by its source; with one another, too."""
    slots = [slot for draft in drafts for slot in draft.slots]
    rooms = _rooms({slot.room_id for slot in slots})
    instructors = _instructors({draft.plan.instructor_id for draft in drafts} - {None})
    there = obstacles_around(slots)
    beside = _by_day(drafts, rooms, instructors)
    found: dict[int, Problems] = {}
    for draft in drafts:
        room = rooms.get(draft.plan.room_id or 0)
        stops = [
            *_own_refusals(draft, room, instructors),
            *_refusals_there(draft, there),
            *_refusals_beside(draft, beside),
        ]
        later = rules.publication_refusals(_readiness(draft, room), now)
        found[draft.source_id] = Problems(
            [refused(refusal).sentence for refusal in stops],
            [refused(refusal).sentence for refusal in later if refusal not in stops],
        )
    return found


def closed_by_center(
    centers: Collection[int], first: date, last: date
) -> dict[int, dict[date, str]]:
    """The days without classes of each of these centers, by name."""
    holidays = public_holidays(range(first.year, last.year + 1))
    found = {center_id: dict(holidays) for center_id in centers}
    for closed in closures(first, last):
        start, end = max(closed.first_on, first), min(closed.last_on, last)
        days = {start + timedelta(days=n): closed.name for n in range((end - start).days + 1)}
        for center_id in centers:
            if closed.center_id in (None, center_id):
                found[center_id] |= days
    return found


def _rooms(ids: Collection[int]) -> dict[int, Room]:
    query = sa.select(Room).where(Room.id.in_(ids)).options(undefer(Room.working_seats))
    fresh = query.execution_options(populate_existing=True)
    return {room.id: room for room in db.session.scalars(fresh)}


def _instructors(ids: Collection[int | None]) -> dict[int, Instructor]:
    query = sa.select(Instructor).where(Instructor.id.in_(ids))
    fresh = query.execution_options(populate_existing=True)
    return {one.id: one for one in db.session.scalars(fresh)}


def _own_refusals(
    draft: Draft, room: Room | None, instructors: Mapping[int, Instructor]
) -> Iterable[Refusal]:
    """What is wrong with a draft even if no other class were held."""
    if refusal := rules.plan_refusal(draft.plan) or rules.pattern_refusal(draft.spans):
        yield refusal
    yield from _room_refusals(draft, room)
    instructor = instructors.get(draft.plan.instructor_id or 0)
    if draft.plan.instructor_id is not None and (instructor is None or not instructor.active):
        yield Reason.INSTRUCTOR_GONE, {}


def _room_refusals(draft: Draft, room: Room | None) -> Iterable[Refusal]:
    if draft.plan.room_id is None:
        yield Reason.ROOM_NEEDED, {}
    elif room is None or room.center_id != draft.plan.center_id:
        yield Reason.ROOM_ELSEWHERE, {}
    else:
        closed = [day for day in _days(draft) if not _stands(room, day)]
        yield from ((Reason.ROOM_CLOSED, {"day": day, "room": room.name}) for day in closed[:1])


def _stands(room: Room, day: date) -> bool:
    return room.opened_on <= day and (room.closed_on is None or day <= room.closed_on)


def _days(draft: Draft) -> list[date]:
    return [dates.seoul_date(span.start) for span in draft.spans]


def _refusals_there(draft: Draft, there: Obstacles) -> Iterable[Refusal]:
    """What stands there already."""
    for slot in draft.slots:
        yield from rules.obstacles_to(slot, draft.plan.center_id, draft.course_id, there)


def _refusals_beside(
    draft: Draft, beside: Mapping[date, Sequence[tuple[int, Taken]]]
) -> Iterable[Refusal]:
    """What would be made together with it, in the same place or by the same instructor."""
    for slot in draft.slots:
        day = dates.seoul_date(slot.span.start)
        others = [taken for source_id, taken in beside[day] if source_id != draft.source_id]
        for reason, facts in _clashes(slot, draft, others):
            yield _HERE[Reason(reason)], facts


def _clashes(slot: Slot, draft: Draft, others: Sequence[Taken]) -> list[Refusal]:
    alone = Obstacles(taken=others)
    return rules.obstacles_to(slot, draft.plan.center_id, draft.course_id, alone)


def _by_day(
    drafts: Sequence[Draft], rooms: Mapping[int, Room], instructors: Mapping[int, Instructor]
) -> dict[date, list[tuple[int, Taken]]]:
    found: dict[date, list[tuple[int, Taken]]] = {}
    for draft in drafts:
        instructor = instructors.get(draft.plan.instructor_id or 0)
        for slot in draft.slots:
            room = rooms.get(slot.room_id)
            taken = Taken(
                slot,
                draft.title,
                "",
                room.name if room else "",
                instructor.name if instructor else None,
            )
            day = dates.seoul_date(slot.span.start)
            found.setdefault(day, []).append((draft.source_id, taken))
    return found


def _readiness(draft: Draft, room: Room | None) -> Readiness:
    plan = draft.plan
    return Readiness(
        plan.room_id,
        room.working_seats if room else plan.capacity,
        plan.capacity,
        draft.spans[0].start if draft.spans else None,
        plan.apply_until,
        plan.cancel_until,
    )
