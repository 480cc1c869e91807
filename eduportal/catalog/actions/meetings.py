"""Meetings (차시): set by a weekly pattern, added, moved and taken away one by one."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from eduportal.catalog import rules
from eduportal.catalog.actions import places
from eduportal.catalog.actions.following import follow_meetings
from eduportal.catalog.actions.places import Centers
from eduportal.catalog.models import Meeting, Room, Run
from eduportal.catalog.refusals import refuse
from eduportal.catalog.rules import Reason, RunState, Slot, Span
from eduportal.shared import events
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
    if run.state is RunState.CANCELLED:
        raise Refused(Reason.RUN_CANCELLED)
    slot = Slot(Span(starts_at, ends_at), room_id, meeting.instructor_id)
    _refuse_own_clash(run.id, slot.span, but_for=meeting_id)
    places.claim(run, [slot])
    _refuse_too_few_seats(run, meeting, room_id)
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
def delete_meeting(by: By, meeting_id: int, centers: Centers) -> None:
    """Take one meeting out of a draft."""
    run = places.locked_draft(_run_of(meeting_id), centers)
    meeting = db.session.get_one(Meeting, meeting_id)
    written = _written(Span(meeting.starts_at, meeting.ends_at))
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
    rows = db.session.execute(
        sa.select(Meeting.starts_at, Meeting.ends_at).where(
            Meeting.run_id == run_id,
            Meeting.id != (but_for or 0),
            Meeting.cancelled_at.is_(None),
        )
    )
    refuse(rules.own_clash_refusal(span, [Span(start, end) for start, end in rows]))


def _refuse_too_few_seats(run: Run, meeting: Meeting, room_id: int) -> None:
    seats = db.session.get_one(Room, room_id).working_seats
    if room_id != meeting.room_id and run.capacity > seats:
        raise Refused(Reason.CAPACITY_ABOVE_SEATS, capacity=run.capacity, seats=seats)


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
