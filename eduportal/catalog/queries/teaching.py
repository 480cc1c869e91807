"""Instructors: who they are, what they teach and when, and what stands against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from eduportal.accounts.models import Account
from eduportal.catalog.models import (
    Instructor,
    InstructorAbsence,
    InstructorCourse,
    InstructorHours,
    Meeting,
    Run,
)
from eduportal.catalog.obstacles import obstacles_around
from eduportal.catalog.refusals import refused
from eduportal.catalog.rules import RunState, Slot, Span, obstacles_to
from eduportal.catalog.rules.instructors import OWN_OBSTACLES
from eduportal.shared import clock
from eduportal.shared.db import db


@dataclass(frozen=True)
class InstructorLine:
    """Somebody who teaches, as a list shows them."""

    id: int
    name: str
    phone: str | None
    email: str | None
    active: bool
    classes: int


@dataclass(frozen=True)
class Contradiction:
    """A class to come that an instructor's courses, hours or absences speak against."""

    meeting: Meeting
    sentence: str


@dataclass(frozen=True)
class OwnRun:
    """A run that an instructor holds, or held a class of."""

    id: int
    title: str
    state: RunState
    starts_at: datetime | None
    ends_at: datetime | None
    meeting_count: int
    places_taken: int
    capacity: int
    waiting: int


def instructor_lines(active: bool, words: str | None = None) -> list[InstructorLine]:
    """Those who teach at present, or no longer, by name; `words` is a part of the name."""
    classes = (
        sa.select(sa.func.count(Meeting.id))
        .join(Run, Run.id == Meeting.run_id)
        .where(Meeting.instructor_id == Instructor.id, *_to_come())
        .correlate(Instructor)
        .scalar_subquery()
    )
    query = (
        sa.select(
            Instructor.id,
            Instructor.name,
            Instructor.phone,
            Account.email,
            Instructor.active,
            classes.label("classes"),
        )
        .outerjoin(Account, Account.id == Instructor.account_id)
        .where(Instructor.active == active)
        .order_by(Instructor.name, Instructor.id)
    )
    if words:
        query = query.where(Instructor.name.contains(words, autoescape=True))
    return [InstructorLine(**row._mapping) for row in db.session.execute(query)]


def instructor(instructor_id: int) -> Instructor | None:
    """One who teaches."""
    return db.session.get(Instructor, instructor_id)


def instructor_of(account_id: int) -> Instructor | None:
    """The one who signs in by this account."""
    return db.session.scalar(sa.select(Instructor).where(Instructor.account_id == account_id))


def email_of(one: Instructor) -> str | None:
    """What they sign in by, if they have an account."""
    return db.session.scalar(sa.select(Account.email).where(Account.id == one.account_id))


def accounts_to_take() -> list[tuple[int, str]]:
    """Those who sign in and have not taught yet, whose account somebody else's row may take."""
    held = sa.exists().where(Meeting.instructor_id == Instructor.id)
    own = sa.exists().where(Run.instructor_id == Instructor.id)
    rows = db.session.execute(
        sa.select(Instructor.id, Instructor.name, Account.email)
        .join(Account, Account.id == Instructor.account_id)
        .where(~held, ~own)
        .order_by(Instructor.name, Instructor.id)
    )
    return [(instructor_id, f"{name} ({email})") for instructor_id, name, email in rows]


def hours_of(instructor_id: int) -> Sequence[InstructorHours]:
    """When they can teach, through the week."""
    return db.session.scalars(
        sa.select(InstructorHours)
        .where(InstructorHours.instructor_id == instructor_id)
        .order_by(InstructorHours.weekday, InstructorHours.starts)
    ).all()


def absences_of(instructor_id: int) -> Sequence[InstructorAbsence]:
    """Their absences that are not over, the next in front."""
    return db.session.scalars(
        sa.select(InstructorAbsence)
        .where(
            InstructorAbsence.instructor_id == instructor_id,
            InstructorAbsence.last_on >= clock.today(),
        )
        .order_by(InstructorAbsence.first_on, InstructorAbsence.id)
    ).all()


def course_ids_of(instructor_id: int) -> list[int]:
    """The courses they may teach; none is any."""
    return list(
        db.session.scalars(
            sa.select(InstructorCourse.course_id)
            .where(InstructorCourse.instructor_id == instructor_id)
            .order_by(InstructorCourse.course_id)
        )
    )


def classes_to_come(instructor_id: int) -> Sequence[Meeting]:
    """The classes that they are to hold, of drafts as well, the next in front."""
    return db.session.scalars(
        sa.select(Meeting)
        .join(Run, Run.id == Meeting.run_id)
        .where(Meeting.instructor_id == instructor_id, *_to_come())
        .options(joinedload(Meeting.run), joinedload(Meeting.room))
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()


def contradictions(instructor_id: int) -> list[Contradiction]:
    """The classes to come that their courses, hours or absences speak against, and why."""
    meetings = classes_to_come(instructor_id)
    slots = [Slot(Span(one.starts_at, one.ends_at), one.room_id, instructor_id) for one in meetings]
    there = obstacles_around(slots, {one.run_id for one in meetings})
    return [
        Contradiction(meeting, refused(refusal).sentence)
        for meeting, slot in zip(meetings, slots, strict=True)
        for refusal in obstacles_to(slot, meeting.run.center_id, meeting.run.course_id, there)
        if refusal[0] in OWN_OBSTACLES
    ]


def own_runs(instructor_id: int) -> list[OwnRun]:
    """The runs that they hold or held a class of; the latest in front, no drafts."""
    held = sa.select(Meeting.run_id).where(Meeting.instructor_id == instructor_id)
    rows = db.session.scalars(
        sa.select(Run)
        .where(
            sa.or_(Run.instructor_id == instructor_id, Run.id.in_(held)),
            Run.state != RunState.DRAFT,
        )
        .order_by(Run.starts_at.desc(), Run.id.desc())
    )
    return [
        OwnRun(
            run.id,
            run.full_title,
            run.state,
            run.starts_at,
            run.ends_at,
            run.meeting_count,
            run.places_taken,
            run.capacity,
            run.waiting,
        )
        for run in rows
    ]


def _to_come() -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Meeting.cancelled_at.is_(None),
        Meeting.ends_at > clock.now(),
        Run.state != RunState.CANCELLED,
    )
