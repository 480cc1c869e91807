"""Runs (강좌): planned as drafts, published when nothing is missing, edited with care after it."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eduportal.catalog import rules
from eduportal.catalog.actions import places
from eduportal.catalog.actions.courses import COPIED
from eduportal.catalog.actions.following import follow_meetings, follow_texts
from eduportal.catalog.actions.openings import opening_for
from eduportal.catalog.actions.places import Centers
from eduportal.catalog.models import (
    Center,
    Course,
    DepartmentQuota,
    Instructor,
    Meeting,
    Room,
    Run,
    StandardRecord,
)
from eduportal.catalog.policies import findings_of, intake_of, keep
from eduportal.catalog.refusals import refuse, refused
from eduportal.catalog.rules import Reason, RunPlan, RunState, editing, publishing
from eduportal.catalog.rules.policy import window_refusal
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
    by: By,
    run_id: int,
    plan: RunPlan,
    centers: Centers,
    reason: str | None = None,
    seen: RunPlan | None = None,
) -> frozenset[str]:
    """Change a run's plan; the event keeps old and new. Gives what others changed meanwhile.

    `seen` is what whoever edits was shown: only what differs from it is written, and refused where
    somebody else has changed the same to something else. A published run keeps its center, room,
    capacity and places of a department (booking has verbs for them, which ask and tell the people
    in it), and once it has opened, or somebody has applied, a reason is needed.
    """
    run = places.locked_run(run_id, centers)
    there = plan_of(run)
    merged = editing.merged(seen or there, plan, there)
    if merged.both:
        raise Refused(editing.Reason.CHANGED_BY_TWO)
    changed = _changes(run, merged.plan)
    if changed:
        _edit(run, merged.plan, changed, centers, reason)
        _ask_the_policy(by, run, changed)
        events.record(by, "run.edited", run_id=run_id, reason=reason, changed=_in_json(changed))
    return merged.theirs


def plan_of(run: Run) -> RunPlan:
    """What is decided about a run, as it stands."""
    return RunPlan(**{name: getattr(run, name) for name in editing.FIELDS})


@writing
def publish_run(by: By, run_id: int, centers: Centers, at: datetime | None = None) -> None:
    """Let everybody see a draft, now or from a moment to come.

    Refused with what it lacks, or what it clashes with. No worker is needed: whoever looks from
    that moment on sees it.
    """
    run = places.locked_draft(run_id, centers)
    now = clock.now()
    refuse(publishing.time_refusal(at, run.apply_from, now))
    _refuse_unready(run, now)
    places.claim(run, places.slots_of(run_id))
    places.refuse_small_rooms(run)
    keep(run, intake_of(run), [slot.span.start for slot in places.slots_of(run_id)])
    run.state = RunState.PUBLISHED
    run.published_at = at or now
    if run.waiting_line:
        opening_for(by, run.apply_from)
    verb = "run.scheduled" if at else "run.published"
    events.record(by, verb, run_id=run_id, title=run.full_title, at=run.published_at.isoformat())


@writing
def take_back_run(by: By, run_id: int, centers: Centers) -> None:
    """Make a draft of a run whose publication is still to come: nobody has seen it."""
    run = places.locked_run(run_id, centers)
    applied = run.last_number > 0
    refuse(publishing.taking_back_refusal(run.state, run.published_at, applied, clock.now()))
    run.state, run.published_at = RunState.DRAFT, None
    events.record(by, "run.taken_back", run_id=run_id, title=run.full_title)


@writing
def delete_draft(by: By, run_id: int, centers: Centers) -> None:
    """Take a draft away, with its meetings and shares; nobody has seen it."""
    run = places.locked_draft(run_id, centers)
    events.record(by, "run.deleted", run_id=run_id, title=run.full_title)
    for its_own in (Meeting, DepartmentQuota, StandardRecord):
        db.session.execute(sa.delete(its_own).where(its_own.run_id == run_id))
    db.session.execute(sa.delete(Run).where(Run.id == run_id))


def _edit(run: Run, plan: RunPlan, changed: Changes, centers: Centers, reason: str | None) -> None:
    now = clock.now()
    hidden = publishing.is_hidden(run.state, run.published_at, now)
    opened, applied = now >= run.apply_from, run.last_number > 0
    refuse(rules.edit_refusal(run.state, changed, applied, opened, reason, hidden))
    moved = "apply_from" in changed
    refuse(publishing.opening_refusal(run.published_at, plan.apply_from, moved))
    _ask_about(plan, centers, run)
    for name, (_old, new) in changed.items():
        setattr(run, name, new)
    _carry_meetings(run, changed)
    if hidden and run.state is RunState.PUBLISHED:
        # Nobody looks at it again before its time comes.
        db.session.flush()
        db.session.expire(run, ["room"])
        _refuse_unready(run, now)
        places.refuse_small_rooms(run)
    follow_texts([run])


def _ask_the_policy(by: By, run: Run, changed: Changes) -> None:
    """What the run keeps of how its places are given goes with its window and whom it is for."""
    if run.state is not RunState.PUBLISHED or not _ASKED_WITH_POLICY & changed.keys():
        return
    _refuse_findings(run)
    _refuse_moved_list(run, changed)
    if "apply_from" in changed and run.waiting_line:
        opening_for(by, run.apply_from)


_ASKED_WITH_POLICY = frozenset({"apply_from", "apply_until", "relations", "needs_approval"})


def _refuse_moved_list(run: Run, changed: Changes) -> None:
    new = run.apply_from, run.apply_until
    names = "apply_from", "apply_until"
    opens, closes = (changed.get(name, [there])[0] for name, there in zip(names, new, strict=True))
    refuse(window_refusal(intake_of(run), (opens, closes), new, run.selected_at, clock.now()))


def _refuse_findings(run: Run) -> None:
    for _field, reason, facts in findings_of(run):
        raise refused((reason, facts))


def _refuse_unready(run: Run, now: datetime) -> None:
    for refusal in rules.publication_refusals(run.readiness, now):
        raise refused(refusal)
    _refuse_findings(run)


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
    if plan.room_id is None:
        return
    # Held until the commit: a room that is being deleted is either gone by now, or stays.
    kept = {"read": True, "key_share": True}
    room = db.session.get(Room, plan.room_id, with_for_update=kept)
    if room is None or room.center_id != plan.center_id:
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
    there = places.slots_of(run.id)
    slots = [_carried(run, slot, changed) for slot in there]
    # What stays as it was is not asked about again: hours and rooms may have changed since.
    places.claim(run, [new for old, new in zip(there, slots, strict=True) if new != old])
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
