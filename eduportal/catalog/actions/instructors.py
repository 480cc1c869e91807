"""Instructors (강사): who they are, what and when they can teach, and what everybody may read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import sqlalchemy as sa

from eduportal.catalog.models import (
    Course,
    Instructor,
    InstructorAbsence,
    InstructorCourse,
    InstructorHours,
    Meeting,
    Run,
)
from eduportal.catalog.refusals import refuse
from eduportal.catalog.rules import RunState
from eduportal.catalog.rules import instructors as rules
from eduportal.catalog.rules.instructors import Reason, Stretch
from eduportal.shared import clock, dates, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused
from eduportal.shared.seen import Reason as Overtaken

# What is kept of an instructor, row by row.
Kept = TypeVar("Kept", InstructorHours, InstructorAbsence)


@dataclass(frozen=True)
class Contact:
    """What the office keeps of somebody who teaches."""

    name: str
    phone: str | None


@dataclass(frozen=True)
class Introduction:
    """What somebody who teaches says of themselves; `public`: everybody may read it."""

    text: str | None
    phone: str | None
    public: bool


@writing
def add_instructor(by: By, account_id: int | None, name: str, phone: str | None = None) -> int:
    """Add somebody who teaches, and signs in by this account if there is one; their id."""
    instructor = Instructor(account_id=account_id, name=name, phone=phone)
    db.session.add(instructor)
    db.session.flush()
    _note(by, "added", instructor.id)
    return instructor.id


@writing
def edit_instructor(by: By, instructor_id: int, seen: Contact, wanted: Contact) -> None:
    """Change what the office keeps; what the page did not change stays as it is now.

    Raises Refused where somebody else has changed the same to something else since.
    """
    changed = _changed(
        _locked(instructor_id),
        {"name": (seen.name, wanted.name), "phone": (seen.phone, wanted.phone)},
    )
    if changed:
        _note(by, "edited", instructor_id, changed=changed)


@writing
def take_account(by: By, instructor_id: int, other_id: int) -> None:
    """Let somebody who was added without an account sign in by that of `other_id`.

    The other one, made with the account, goes. Raises Refused where they have taught already.
    """
    one, other = (_locked(key) for key in sorted((instructor_id, other_id)))
    if one.id != instructor_id:
        one, other = other, one
    account_id = other.account_id
    if one.account_id is not None or account_id is None:
        raise Missing
    if _has_runs(other_id):
        raise Refused(Reason.HAS_TAUGHT)
    for kept in (InstructorAbsence, InstructorCourse, InstructorHours):
        db.session.execute(sa.delete(kept).where(kept.instructor_id == other_id))
    db.session.delete(other)
    db.session.flush()
    one.account_id = account_id
    _note(by, "account_taken", instructor_id, account_id=account_id, instead_of=other_id)


@writing
def set_active(by: By, instructor_id: int, active: bool) -> None:
    """Let somebody teach, or no longer. Raises Refused while they hold classes to come."""
    instructor = _locked(instructor_id)
    if instructor.active == active:
        return
    if not active:
        refuse(rules.leaving_refusal(_classes_to_come(instructor_id)))
    instructor.active = active
    _note(by, "activated" if active else "deactivated", instructor_id)


@writing
def set_courses(by: By, instructor_id: int, seen: Collection[int], wanted: Collection[int]) -> None:
    """Say which courses they may teach; none listed is any.

    `seen` is what the page showed: what it did not change stays as somebody else left it.
    """
    _locked(instructor_id)
    more, less = set(wanted) - set(seen), set(seen) - set(wanted)
    listed = set(
        db.session.scalars(
            sa.select(InstructorCourse.course_id).where(
                InstructorCourse.instructor_id == instructor_id
            )
        )
    )
    known = set(db.session.scalars(sa.select(Course.id).where(Course.id.in_(more))))
    db.session.add_all(
        InstructorCourse(instructor_id=instructor_id, course_id=course_id)
        for course_id in sorted(known - listed)
    )
    db.session.execute(
        sa.delete(InstructorCourse).where(
            InstructorCourse.instructor_id == instructor_id, InstructorCourse.course_id.in_(less)
        )
    )
    if known - listed or less & listed:
        _note(
            by,
            "courses_set",
            instructor_id,
            added=sorted(known - listed),
            removed=sorted(less & listed),
        )


@writing
def add_hours(by: By, instructor_id: int, weekdays: Collection[int], new: Stretch) -> None:
    """They can teach in this stretch on these weekdays; it becomes one with those it touches."""
    _locked(instructor_id)
    refuse(rules.hours_refusal(new))
    for weekday in sorted(set(weekdays)):
        _add_stretch(instructor_id, Stretch(weekday, new.starts, new.ends))
    span = [new.starts.isoformat("minutes"), new.ends.isoformat("minutes")]
    _note(by, "hours_added", instructor_id, weekdays=sorted(set(weekdays)), span=span)


@writing
def remove_hours(by: By, instructor_id: int, hours_id: int) -> None:
    """They no longer teach in a stretch; the last one gone is any time."""
    _locked(instructor_id)
    row = _own_row(InstructorHours, instructor_id, hours_id)
    span = [row.starts.isoformat("minutes"), row.ends.isoformat("minutes")]
    _note(by, "hours_removed", instructor_id, weekdays=[row.weekday], span=span)
    db.session.delete(row)


@writing
def add_absence(by: By, instructor_id: int, first: date, last: date, reason: str) -> None:
    """They cannot teach from one day to another, both included."""
    _locked(instructor_id)
    refuse(rules.absence_refusal(first, last, clock.today()))
    db.session.add(
        InstructorAbsence(instructor_id=instructor_id, first_on=first, last_on=last, reason=reason)
    )
    days = [first.isoformat(), last.isoformat()]
    _note(by, "absence_added", instructor_id, days=days)


@writing
def remove_absence(by: By, instructor_id: int, absence_id: int) -> None:
    """They can teach on those days after all."""
    _locked(instructor_id)
    row = _own_row(InstructorAbsence, instructor_id, absence_id)
    days = [row.first_on.isoformat(), row.last_on.isoformat()]
    _note(by, "absence_removed", instructor_id, days=days)
    db.session.delete(row)


@writing
def edit_own(by: By, instructor_id: int, seen: Introduction, wanted: Introduction) -> None:
    """What instructors say of themselves; everybody reads name and introduction by consent only.

    A yes is kept with its moment, a no takes it back; both are on record. What the page did not
    change stays as it is now. Raises Refused where somebody else has changed the same to
    something else since.
    """
    instructor = _locked(instructor_id)
    changed = _changed(
        instructor,
        {"introduction": (seen.text, wanted.text), "phone": (seen.phone, wanted.phone)},
    )
    if changed:
        _note(by, "introduced", instructor_id, changed=changed)
    if wanted.public != seen.public and wanted.public != (instructor.consented_at is not None):
        instructor.consented_at = clock.now() if wanted.public else None
        instructor.name_is_public = wanted.public
        _note(by, "consented" if wanted.public else "consent_withdrawn", instructor_id)


def _changed(
    instructor: Instructor, fields: Mapping[str, tuple[str | None, str | None]]
) -> dict[str, list[str | None]]:
    """Write what the page changed, each as (seen, wanted); what was there and what is there now."""
    changed: dict[str, list[str | None]] = {}
    for field, (seen, wanted) in fields.items():
        there = getattr(instructor, field)
        if wanted in (seen, there):
            continue
        if there != seen:
            raise Refused(Overtaken.CHANGED_MEANWHILE)
        changed[field] = [there, wanted]
    for field, (_old, new) in changed.items():
        setattr(instructor, field, new)
    return changed


def _locked(instructor_id: int) -> Instructor:
    """The instructor, locked: whoever plans a class with them meanwhile waits."""
    found = db.session.scalar(
        sa.select(Instructor)
        .where(Instructor.id == instructor_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise Missing
    return found


def _has_runs(instructor_id: int) -> bool:
    held = sa.select(Meeting.id).where(Meeting.instructor_id == instructor_id)
    own = sa.select(Run.id).where(Run.instructor_id == instructor_id)
    return bool(db.session.scalar(sa.select(sa.or_(held.exists(), own.exists()))))


def _classes_to_come(instructor_id: int) -> list[str]:
    rows = db.session.execute(
        sa.select(Meeting.starts_at, Run.title)
        .join(Run, Run.id == Meeting.run_id)
        .where(
            Meeting.instructor_id == instructor_id,
            Meeting.cancelled_at.is_(None),
            Meeting.ends_at > clock.now(),
            Run.state != RunState.CANCELLED,
        )
        .order_by(Meeting.starts_at)
    )
    return [f"{dates.written_datetime(starts_at)} {title}" for starts_at, title in rows]


def _add_stretch(instructor_id: int, new: Stretch) -> None:
    rows = {
        Stretch(row.weekday, row.starts, row.ends): row
        for row in db.session.scalars(
            sa.select(InstructorHours).where(InstructorHours.instructor_id == instructor_id)
        )
    }
    whole, met = rules.joined(new, rows)
    for one in met:
        db.session.delete(rows[one])
    db.session.add(
        InstructorHours(
            instructor_id=instructor_id,
            weekday=whole.weekday,
            starts=whole.starts,
            ends=whole.ends,
        )
    )
    db.session.flush()


def _own_row(model: type[Kept], instructor_id: int, row_id: int) -> Kept:
    row: Kept | None = db.session.scalar(
        sa.select(model).where(model.id == row_id, model.instructor_id == instructor_id)
    )
    if row is None:
        raise Missing
    return row


def _note(by: By, verb: str, instructor_id: int, **detail: Any) -> None:
    events.record(
        by, f"instructor.{verb}", subject="instructor", subject_id=instructor_id, **detail
    )
