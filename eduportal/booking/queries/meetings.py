"""What staff want to know before they move, add or call off a class."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from eduportal.accounts.models import Person
from eduportal.booking.models import Booking
from eduportal.booking.rules import LIVE
from eduportal.catalog import rules
from eduportal.catalog.models import Instructor, Meeting, Room, Run
from eduportal.catalog.obstacles import obstacles_around
from eduportal.catalog.refusals import refused
from eduportal.catalog.rules import Reason, Refusal, RunState, Slot, Span, timetable
from eduportal.catalog.rules.timetable import Class
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from eduportal.shared.events import Event

Centers = frozenset[int] | None
WEEKEND = {5, 6}
DAYS_LOOKED_AT = 35
TOLD_OF_THE_END = ("booking.cancelled", "booking.withdrawn")


@dataclass(frozen=True)
class Told:
    """How many people hear of a change, and how many of them no message reaches."""

    people: int
    by_phone: int


@dataclass(frozen=True)
class Check:
    """What moving a class somewhere would meet; `holidays` do not forbid it."""

    refusals: list[str]
    holidays: list[str]
    room: Room | None
    same: bool


@dataclass(frozen=True)
class Undo:
    """Where a class was before it was moved last."""

    meeting: Meeting
    span: Span
    room_id: int

    @property
    def day(self) -> date:
        """The Seoul day on which it was."""
        return dates.seoul_date(self.span.start)


def meeting(meeting_id: int, centers: Centers) -> Meeting | None:
    """A meeting of the user's centers, with its run, room and instructor."""
    query = (
        sa.select(Meeting)
        .join(Run, Run.id == Meeting.run_id)
        .where(Meeting.id == meeting_id)
        .options(joinedload(Meeting.run), joinedload(Meeting.room), joinedload(Meeting.instructor))
    )
    if centers is not None:
        query = query.where(Run.center_id.in_(centers))
    return db.session.scalars(query).one_or_none()


def told(run: Run) -> Told:
    """Who would hear of a change to a run: nobody while it is a draft."""
    if run.state is RunState.DRAFT:
        return Told(0, 0)
    no_message = sa.and_(
        Person.email.is_(None), sa.or_(Person.phone.is_(None), Person.phone.not_like("010%"))
    )
    row = db.session.execute(
        sa.select(sa.func.count(), sa.func.count().filter(no_message))
        .select_from(Booking)
        .join(Person, Person.id == Booking.person_id)
        .where(Booking.run_id == run.id, Booking.state.in_(LIVE))
    ).one()
    return Told(*row)


def to_be_called(run: Run) -> Sequence[Person]:
    """The people of a run whom no message reaches; of a cancelled one, those who were in it."""
    query = sa.select(Person).join(Booking, Booking.person_id == Person.id)
    if run.state is RunState.CANCELLED:
        ended = sa.exists().where(
            Event.booking_id == Booking.id,
            Event.verb.in_(TOLD_OF_THE_END),
            Event.reason == run.cancelled_reason,
        )
        query = query.where(Booking.run_id == run.id, ended)
    else:
        query = query.where(Booking.run_id == run.id, Booking.state.in_(LIVE))
    return db.session.scalars(
        query.where(
            Person.email.is_(None), sa.or_(Person.phone.is_(None), Person.phone.not_like("010%"))
        ).order_by(Booking.number)
    ).all()


def move_check(meeting: Meeting, span: Span, room_id: int) -> Check:
    """All that stands in the way of a class then and there, in sentences."""
    run, room = meeting.run, db.session.get(Room, room_id)
    slot = Slot(span, room_id, meeting.instructor_id)
    there = obstacles_around([slot], {run.id})
    firm = rules.obstacles_to(slot, run.center_id, run.course_id, there)
    planned = rules.obstacles_to(slot, run.center_id, run.course_id, there, planning=True)
    holidays = [refusal for refusal in planned if refusal not in firm]
    found = [*_about_the_run(meeting, span), *_about_the_room(meeting, room, span), *firm]
    return Check(
        refusals=[refused(refusal).sentence for refusal in found],
        holidays=[str(facts["name"]) for _reason, facts in holidays if "name" in facts],
        room=room,
        same=(span.start, span.end, room_id)
        == (meeting.starts_at, meeting.ends_at, meeting.room_id),
    )


def undo_of(meeting_id: int, account_id: int, centers: Centers) -> Undo | None:
    """Where somebody had the class that they moved last, if nobody has moved it since."""
    found = meeting(meeting_id, centers)
    event = db.session.scalar(
        sa.select(Event)
        .where(
            Event.verb == "run.meeting_moved",
            Event.subject == "meeting",
            Event.subject_id == meeting_id,
            Event.run_id == (found.run_id if found else None),
        )
        .order_by(Event.id.desc())
        .limit(1)
    )
    if found is None or event is None or event.account_id != account_id:
        return None
    old = event.detail["old"]
    start, end = (datetime.fromisoformat(text) for text in old["meeting"])
    return Undo(found, Span(start, end), old["room"])


def free_slots(run: Run, like: Meeting) -> list[Slot]:
    """When and where a class could be made up for: at its time, on the days after it or today.

    In the room of the run before the others; on weekends only where the run has classes then.
    """
    rooms = _rooms_with_seats(run)
    weekends = WEEKEND - {int(number) for number in run.weekdays.split(",") if number}
    candidates = [
        Slot(span, room.id, run.instructor_id)
        for span in _spans_like(like)
        for room in rooms
        if dates.seoul(span.start).weekday() not in weekends and _stands(room, span)
    ]
    own = [Span(one.starts_at, one.ends_at) for one in run.meetings]
    there = obstacles_around(candidates, {run.id})
    return timetable.free_slots(candidates, own, run.center_id, run.course_id, there)


def instructors_for(meeting: Meeting) -> list[tuple[Instructor, list[str]]]:
    """Everybody who teaches, with what stands in their way then; those who can come first."""
    run = meeting.run
    people = db.session.scalars(
        sa.select(Instructor)
        .where(Instructor.active, Instructor.id != (meeting.instructor_id or 0))
        .order_by(Instructor.name)
    ).all()
    span = Span(meeting.starts_at, meeting.ends_at)
    slots = [Slot(span, meeting.room_id, one.id) for one in people]
    there = obstacles_around(slots, {run.id})
    found = [
        (one, _sentences(timetable.instructor_refusals(slot, run.center_id, run.course_id, there)))
        for one, slot in zip(people, slots, strict=True)
    ]
    return sorted(found, key=lambda pair: bool(pair[1]))


def _sentences(refusals: Sequence[Refusal]) -> list[str]:
    return [refused(refusal).sentence for refusal in refusals]


def _about_the_run(meeting: Meeting, span: Span) -> list[Refusal]:
    run = meeting.run
    classes = [
        Class(one.id, Span(one.starts_at, one.ends_at), one.cancelled_at is not None)
        for one in run.meetings
    ]
    found: list[Refusal] = []
    if refusal := timetable.beside_refusal(span, classes, but_for=meeting.id):
        found.append(refusal)
    if run.state is RunState.DRAFT:
        return found
    if span.start <= clock.now():
        found.append((timetable.Reason.IN_THE_PAST, {}))
    others = [one.span.start for one in classes if one.id != meeting.id and not one.called_off]
    first = min([span.start, *others])
    return found + rules.window_refusals(first, run.apply_until, run.cancel_until)


def _about_the_room(meeting: Meeting, room: Room | None, span: Span) -> list[Refusal]:
    if room is None or room.center_id != meeting.run.center_id:
        return [(Reason.ROOM_ELSEWHERE, {})]
    found: list[Refusal] = []
    if not _stands(room, span):
        day = dates.seoul_date(span.start)
        found.append((Reason.ROOM_CLOSED, {"day": day, "room": room.name}))
    capacity = meeting.run.capacity
    if room.id != meeting.room_id and capacity > room.working_seats:
        facts: dict[str, object] = {"capacity": capacity, "seats": room.working_seats}
        found.append((Reason.CAPACITY_ABOVE_SEATS, facts))
    return found


def _stands(room: Room, span: Span) -> bool:
    day = dates.seoul_date(span.start)
    return room.opened_on <= day and (room.closed_on is None or day <= room.closed_on)


def _rooms_with_seats(run: Run) -> list[Room]:
    rooms = db.session.scalars(
        sa.select(Room)
        .where(Room.center_id == run.center_id, Room.working_seats >= run.capacity)
        .order_by(Room.name)
    )
    return sorted(rooms, key=lambda room: room.id != run.room_id)


def _spans_like(like: Meeting) -> list[Span]:
    start, end = dates.seoul(like.starts_at), dates.seoul(like.ends_at)
    after = max(clock.today(), start.date())
    days = (after + timedelta(days=n) for n in range(1, DAYS_LOOKED_AT + 1))
    return [Span(dates.at(day, start.time()), dates.at(day, end.time())) for day in days]
