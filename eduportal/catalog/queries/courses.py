"""Courses, and who teaches them."""

from collections.abc import Sequence

import sqlalchemy as sa

from eduportal.catalog.models import Course, Instructor
from eduportal.shared.db import db


def tracks() -> list[str]:
    """The tracks that courses have, in alphabetical order."""
    return list(db.session.scalars(sa.select(Course.track).distinct().order_by(Course.track)))


def courses() -> Sequence[Course]:
    """All courses by title; the office shares them."""
    return db.session.scalars(sa.select(Course).order_by(Course.title)).all()


def course(course_id: int) -> Course | None:
    """One course."""
    return db.session.get(Course, course_id)


def instructors(and_id: int | None = None) -> Sequence[Instructor]:
    """Everybody who teaches at present (and the one who held a run before), by name."""
    return db.session.scalars(
        sa.select(Instructor)
        .where(sa.or_(Instructor.active, Instructor.id == and_id))
        .order_by(Instructor.name)
    ).all()
