"""Runs (강좌): planned as drafts, published when nothing is missing, edited with care after it."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eduportal.catalog import rules
from eduportal.catalog.actions import places
from eduportal.catalog.actions.courses import COPIED
from eduportal.catalog.actions.following import follow_meetings, follow_texts
from eduportal.catalog.actions.places import Centers
from eduportal.catalog.models import Center, Course, Instructor, Meeting, Room, Run
from eduportal.catalog.refusals import refuse, refused
from eduportal.catalog.rules import Reason, RunPlan, RunState
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused

Changes = dict[str, list[Any]]


@writing
def create_run(by: By, course_id: int, plan: RunPlan, centers: Centers) -> int:
    """Plan a run of a course as a draft; Missing for a course or center that is not theirs."""
    course = db.session.get(Course, course_id)
    if course is None:
        raise Missing
    _ask_about(plan, centers)
    run = Run(
        course_id=course_id,
        **{name: getattr(course, name) for name in COPIED},
        **asdict(plan),
        state=RunState.DRAFT,
        created_at=clock.now(),
    )
    db.session.add(run)
    db.session.flush()
    follow_meetings(run.id)
    events.record(by, "run.created", run_id=run.id, title=run.full_title)
    return run.id


@writing
def edit_run(
    by: By, run_id: int, plan: RunPlan, centers: Centers, reason: str | None = None
) -> None:
    """Change a run's plan; the event keeps old and new.

    A published run keeps its center, room and capacity (booking has verbs for them, which tell
    the people in it), and once it has opened, or somebody has applied, a reason is needed.
    """
    run = places.locked_run(run_id, centers)
    changed = _changes(run, plan)
    opened = clock.now() >= run.apply_from
    refuse(rules.edit_refusal(run.state, changed, run.last_number > 0, opened, reason))
    if not changed:
        return
    _ask_about(plan, centers, run)
    for name, (_old, new) in changed.items():
        setattr(run, name, new)
    _carry_meetings(run, changed)
    follow_texts([run])
    events.record(by, "run.edited", run_id=run_id, reason=reason, changed=_in_json(changed))


@writing
def publish_run(by: By, run_id: int, centers: Centers) -> None:
    """Let everybody see a draft; refused with what it lacks, or what it clashes with."""
    run = places.locked_draft(run_id, centers)
    for refusal in rules.publication_refusals(run.readiness, clock.now()):
        raise refused(refusal)
    places.claim(run, places.slots_of(run_id))
    run.state = RunState.PUBLISHED
    run.published_at = clock.now()
    events.record(by, "run.published", run_id=run_id, title=run.full_title)


@writing
def delete_draft(by: By, run_id: int, centers: Centers) -> None:
    """Take a draft away, with its meetings; nobody has seen it."""
    run = places.locked_draft(run_id, centers)
    events.record(by, "run.deleted", run_id=run_id, title=run.full_title)
    db.session.execute(sa.delete(Meeting).where(Meeting.run_id == run_id))
    db.session.execute(sa.delete(Run).where(Run.id == run_id))


def _ask_about(plan: RunPlan, centers: Centers, run: Run | None = None) -> None:
    if centers is not None and plan.center_id not in centers:
        raise Missing
    if db.session.get(Center, plan.center_id) is None:
        raise Missing
    refuse(rules.plan_refusal(plan))
    _refuse_strange_room(plan)
    if run is None or run.instructor_id != plan.instructor_id:
        _refuse_gone_instructor(plan)
    if run is not None and run.state is RunState.PUBLISHED and run.starts_at is not None:
        for refusal in rules.window_refusals(run.starts_at, plan.apply_until, plan.cancel_until):
            raise refused(refusal)


def _refuse_strange_room(plan: RunPlan) -> None:
    room = db.session.get(Room, plan.room_id) if plan.room_id is not None else None
    if plan.room_id is not None and (room is None or room.center_id != plan.center_id):
        raise Refused(Reason.ROOM_ELSEWHERE)


def _refuse_gone_instructor(plan: RunPlan) -> None:
    if plan.instructor_id is None:
        return
    instructor = db.session.get(Instructor, plan.instructor_id)
    if instructor is None or not instructor.active:
        raise Refused(Reason.INSTRUCTOR_GONE)


def _changes(run: Run, plan: RunPlan) -> Changes:
    planned = asdict(plan).items()
    return {name: [getattr(run, name), new] for name, new in planned if getattr(run, name) != new}


def _carry_meetings(run: Run, changed: Changes) -> None:
    """Meetings go where the run goes, and are held by whoever holds the run from now on."""
    if not {"center_id", "room_id", "instructor_id"} & changed.keys() or not run.meetings:
        return
    if run.room_id is None:
        raise Refused(Reason.ROOM_NEEDED)
    slots = [_carried(run, slot, changed) for slot in places.slots_of(run.id)]
    places.claim(run, slots)
    held = [meeting for meeting in run.meetings if meeting.cancelled_at is None]
    for meeting, slot in zip(held, slots, strict=True):
        meeting.room_id = slot.room_id
        meeting.instructor_id = slot.instructor_id


def _carried(run: Run, slot: rules.Slot, changed: Changes) -> rules.Slot:
    old_room = changed.get("room_id", [None])[0]
    old_instructor = changed.get("instructor_id", [slot.instructor_id])[0]
    if run.room_id is not None and ("center_id" in changed or slot.room_id == old_room):
        slot = replace(slot, room_id=run.room_id)
    # Who held a class that is over stays written down.
    to_come = run.state is RunState.DRAFT or slot.span.start > clock.now()
    if "instructor_id" in changed and to_come and slot.instructor_id == old_instructor:
        slot = replace(slot, instructor_id=run.instructor_id)
    return slot


def _in_json(changed: Changes) -> Changes:
    return {
        name: [value.isoformat() if isinstance(value, datetime) else value for value in values]
        for name, values in changed.items()
    }
