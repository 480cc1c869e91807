"""Meetings (차시): set by a weekly pattern, added, moved, called off and taken away one by one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eduportal.catalog import rules
from eduportal.catalog.actions import places
from eduportal.catalog.actions.following import follow_meetings
from eduportal.catalog.actions.places import Centers
from eduportal.catalog.models import Instructor, Meeting, Room, Run
from eduportal.catalog.obstacles import obstacles_around
from eduportal.catalog.refusals import refuse
from eduportal.catalog.rules import Reason, RunState, Slot, Span, timetable
from eduportal.catalog.rules.timetable import Class
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused


@writing
def set_meetings(by: By, run_id: int, spans: Sequence[Span], centers: Centers) -> None:
    """Give a draft these meetings instead of those it had, in its room, by its instructor."""
    run = places.locked_draft(run_id, centers)
    refuse(rules.pattern_refusal(spans))
    slots = [Slot(span, _room_of(run), run.instructor_id) for span in spans]
    places.claim(run, slots)
    db.session.execute(sa.delete(Meeting).where(Meeting.run_id == run_id))
    for slot in slots:
        _insert(run_id, slot)
    follow_meetings(run_id)
    events.record(by, "run.meetings_set", run_id=run_id, meetings=[_written(s) for s in spans])


@writing
def add_meeting(
    by: By,
    run_id: int,
    starts_at: datetime,
    ends_at: datetime,
    centers: Centers,
    room_id: int | None = None,
) -> int:
    """Add one meeting to a draft, in its own room where none is named; returns its id."""
    run = places.locked_draft(run_id, centers)
    slot = Slot(Span(starts_at, ends_at), room_id or _room_of(run), run.instructor_id)
    _refuse_own_clash(run_id, slot.span)
    places.claim(run, [slot])
    meeting_id = _insert(run_id, slot)
    follow_meetings(run_id)
    events.record(by, "run.meeting_added", run_id=run_id, meeting=_written(slot.span))
    return meeting_id


@writing
def move_meeting(
    by: By,
    meeting_id: int,
    starts_at: datetime,
    ends_at: datetime,
    room_id: int,
    centers: Centers = None,
) -> None:
    """Hold one meeting at another time or in another room of its center.

    `centers` may be left out by a verb that has fetched the run by them itself. Raises Refused
    where something stands in the way then and there.
    """
    run = places.locked_run(_run_of(meeting_id), centers)
    meeting = db.session.get_one(Meeting, meeting_id, populate_existing=True)
    _refuse_unless_held(run, meeting)
    slot = Slot(Span(starts_at, ends_at), room_id, meeting.instructor_id)
    _refuse_own_clash(run.id, slot.span, but_for=meeting_id)
    places.claim(run, [slot])
    if room_id != meeting.room_id:
        _refuse_too_few_seats(run, room_id)
    old = {"meeting": _written(Span(meeting.starts_at, meeting.ends_at)), "room": meeting.room_id}
    meeting.starts_at, meeting.ends_at, meeting.room_id = starts_at, ends_at, room_id
    db.session.flush()
    follow_meetings(run.id)
    _refuse_start_within_window(run)
    new = {"meeting": _written(slot.span), "room": room_id}
    events.record(
        by,
        "run.meeting_moved",
        run_id=run.id,
        subject="meeting",
        subject_id=meeting_id,
        old=old,
        new=new,
    )


@writing
def call_off_meeting(by: By, meeting_id: int, reason: str, centers: Centers = None) -> None:
    """Call one meeting of a published run off (휴강); it stays, and counts nowhere.

    Raises Refused for the only one left: then the run is to be cancelled.
    """
    run, meeting = _published(meeting_id, centers)
    classes = _classes(run.id)
    refuse(timetable.calling_off_refusal(_class(meeting), classes))
    meeting.cancelled_at, meeting.cancelled_reason = clock.now(), reason
    db.session.flush()
    follow_meetings(run.id)
    _record(by, "run.meeting_called_off", meeting, reason=reason)


@writing
def restore_meeting(by: By, meeting_id: int, centers: Centers = None) -> None:
    """Hold a meeting after all that was called off, if its time is to come and still free."""
    run, meeting = _published(meeting_id, centers)
    refuse(timetable.restoring_refusal(_class(meeting), _classes(run.id), clock.now()))
    _refuse_own_clash(run.id, _span(meeting), but_for=meeting_id)
    places.claim(run, [Slot(_span(meeting), meeting.room_id, meeting.instructor_id)])
    _refuse_too_few_seats(run, meeting.room_id)
    meeting.cancelled_at = meeting.cancelled_reason = None
    db.session.flush()
    follow_meetings(run.id)
    _refuse_start_within_window(run)
    _record(by, "run.meeting_restored", meeting)


@writing
def hold_again(
    by: By, run_id: int, slot: Slot, makes_up_for: int | None = None, centers: Centers = None
) -> int:
    """Add a meeting to a published run: a make-up (보강) or, for none, an extra one; its id."""
    run = places.locked_run(run_id, centers)
    _refuse_unless_published(run)
    classes = _classes(run_id)
    refuse(timetable.make_up_refusal(makes_up_for, slot.span, classes, clock.now()))
    _refuse_own_clash(run_id, slot.span)
    places.claim(run, [slot])
    _refuse_too_few_seats(run, slot.room_id)
    meeting = db.session.get_one(Meeting, _insert(run_id, slot))
    meeting.makes_up_for_id = makes_up_for
    db.session.flush()
    follow_meetings(run_id)
    _refuse_start_within_window(run)
    _record(by, "run.class_added", meeting, makes_up_for=makes_up_for)
    return meeting.id


@writing
def change_instructor(
    by: By, meeting_id: int, instructor_id: int, reason: str | None, centers: Centers = None
) -> None:
    """Let somebody else teach one meeting (대강); the run keeps its own instructor.

    Raises Refused where they cannot: their hours, absences, courses and other classes.
    """
    run = places.locked_run(_run_of(meeting_id), centers)
    meeting = db.session.get_one(Meeting, meeting_id, populate_existing=True)
    _refuse_unless_held(run, meeting)
    _refuse_gone(instructor_id)
    slot = Slot(_span(meeting), meeting.room_id, instructor_id)
    there = obstacles_around([slot], {run.id})
    for refusal in timetable.instructor_refusals(slot, run.center_id, run.course_id, there):
        refuse(refusal)
    old, meeting.instructor_id = meeting.instructor_id, instructor_id
    _record(by, "run.meeting_substituted", meeting, reason=reason, old=old, new=instructor_id)


@writing
def delete_meeting(by: By, meeting_id: int, centers: Centers) -> None:
    """Take one meeting out of a draft."""
    run = places.locked_draft(_run_of(meeting_id), centers)
    meeting = db.session.get_one(Meeting, meeting_id)
    written = _written(Span(meeting.starts_at, meeting.ends_at))
    # A draft that was to be published later may hold a make-up for it: an extra class then.
    made_up_by = sa.update(Meeting).where(Meeting.makes_up_for_id == meeting_id)
    db.session.execute(made_up_by.values(makes_up_for_id=None))
    db.session.execute(sa.delete(Meeting).where(Meeting.id == meeting_id))
    follow_meetings(run.id)
    events.record(by, "run.meeting_deleted", run_id=run.id, meeting=written)


def _refuse_start_within_window(run: Run) -> None:
    """A published run's first meeting stays after its window and its last moment to cancel."""
    if run.state is RunState.PUBLISHED and run.starts_at is not None:
        for refusal in rules.window_refusals(run.starts_at, run.apply_until, run.cancel_until):
            refuse(refusal)


def _run_of(meeting_id: int) -> int:
    run_id = db.session.scalar(sa.select(Meeting.run_id).where(Meeting.id == meeting_id))
    if run_id is None:
        raise Missing
    return run_id


def _room_of(run: Run) -> int:
    if run.room_id is None:
        raise Refused(Reason.ROOM_NEEDED)
    return run.room_id


def _refuse_own_clash(run_id: int, span: Span, but_for: int | None = None) -> None:
    refuse(timetable.beside_refusal(span, _classes(run_id), but_for))


def _refuse_too_few_seats(run: Run, room_id: int) -> None:
    seats = db.session.get_one(Room, room_id).working_seats
    if run.capacity > seats:
        raise Refused(Reason.CAPACITY_ABOVE_SEATS, capacity=run.capacity, seats=seats)


def _published(meeting_id: int, centers: Centers) -> tuple[Run, Meeting]:
    """The meeting and its run, locked and fresh; refused unless the run is offered."""
    run = places.locked_run(_run_of(meeting_id), centers)
    _refuse_unless_published(run)
    return run, db.session.get_one(Meeting, meeting_id, populate_existing=True)


def _refuse_unless_published(run: Run) -> None:
    if run.state is RunState.CANCELLED:
        raise Refused(Reason.RUN_CANCELLED)
    if run.state is not RunState.PUBLISHED:
        raise Refused(timetable.Reason.NOT_OFFERED)


def _refuse_unless_held(run: Run, meeting: Meeting) -> None:
    if run.state is RunState.CANCELLED:
        raise Refused(Reason.RUN_CANCELLED)
    if meeting.cancelled_at is not None:
        raise Refused(timetable.Reason.CALLED_OFF)


def _refuse_gone(instructor_id: int) -> None:
    # Locked, so that whoever claims the same instructor meanwhile waits.
    query = sa.select(Instructor).where(Instructor.id == instructor_id)
    instructor = db.session.scalar(
        query.with_for_update(key_share=True).execution_options(populate_existing=True)
    )
    if instructor is None or not instructor.active:
        raise Refused(Reason.INSTRUCTOR_GONE)


def _classes(run_id: int) -> list[Class]:
    rows = db.session.execute(
        sa.select(
            Meeting.id,
            Meeting.starts_at,
            Meeting.ends_at,
            Meeting.cancelled_at,
            Meeting.makes_up_for_id,
        )
        .where(Meeting.run_id == run_id)
        .order_by(Meeting.starts_at)
    )
    return [
        Class(row.id, Span(row.starts_at, row.ends_at), row.cancelled_at is not None, row[4])
        for row in rows
    ]


def _class(meeting: Meeting) -> Class:
    called_off = meeting.cancelled_at is not None
    return Class(meeting.id, _span(meeting), called_off, meeting.makes_up_for_id)


def _span(meeting: Meeting) -> Span:
    return Span(meeting.starts_at, meeting.ends_at)


def _record(by: By, verb: str, meeting: Meeting, reason: str | None = None, **detail: Any) -> None:
    events.record(
        by,
        verb,
        run_id=meeting.run_id,
        subject="meeting",
        subject_id=meeting.id,
        reason=reason,
        meeting=_written(_span(meeting)),
        **detail,
    )


def _insert(run_id: int, slot: Slot) -> int:
    meeting = Meeting(
        run_id=run_id,
        room_id=slot.room_id,
        instructor_id=slot.instructor_id,
        starts_at=slot.span.start,
        ends_at=slot.span.end,
    )
    db.session.add(meeting)
    db.session.flush()
    return meeting.id


def _written(span: Span) -> list[str]:
    return [span.start.isoformat(), span.end.isoformat()]
