"""Courses (과정), which the centers share."""

from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from eduportal.catalog.actions.following import follow_texts
from eduportal.catalog.models import Course, Run
from eduportal.catalog.rules import CourseContent, Reason, RunState
from eduportal.shared import clock, events
from eduportal.shared.db import Again, db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused

COPIED = ("title", "kind", "track", "audience")


@writing
def create_course(by: By, content: CourseContent) -> int:
    """Add a course to the catalog; refused where its title is taken."""
    _refuse_taken_title(content.title)
    course = Course(**asdict(content), created_at=clock.now())
    db.session.add(course)
    _flush()
    events.record(by, "course.created", subject="course", subject_id=course.id, title=course.title)
    return course.id


@writing
def edit_course(by: By, course_id: int, content: CourseContent) -> None:
    """Change a course; its drafts follow, what was offered stays as it was offered."""
    course = db.session.get(Course, course_id, with_for_update={"key_share": True})
    if course is None:
        raise Missing
    _refuse_taken_title(content.title, course_id)
    changed = {
        name: [getattr(course, name), value]
        for name, value in asdict(content).items()
        if getattr(course, name) != value
    }
    if not changed:
        return
    for name, (_old, new) in changed.items():
        setattr(course, name, new)
    _flush()
    _let_runs_follow(course)
    events.record(by, "course.edited", subject="course", subject_id=course_id, changed=changed)


def _refuse_taken_title(title: str, but_for: int | None = None) -> None:
    same = sa.select(Course.id).where(Course.title == title, Course.id != (but_for or 0))
    if db.session.scalar(same) is not None:
        raise Refused(Reason.TITLE_TAKEN, title=title)


def _flush() -> None:
    try:
        db.session.flush()
    except IntegrityError as error:
        # Somebody took the title in the same moment: the next try sees it and says so.
        raise Again from error


def _let_runs_follow(course: Course) -> None:
    runs = db.session.scalars(
        sa.select(Run)
        .where(Run.course_id == course.id)
        .order_by(Run.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    for run in runs:
        if run.state is RunState.DRAFT:
            for name in COPIED:
                setattr(run, name, getattr(course, name))
    follow_texts(runs)
