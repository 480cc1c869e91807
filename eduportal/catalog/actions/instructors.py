"""Instructors (강사): who may be named as teaching a run."""

from eduportal.catalog.models import Instructor
from eduportal.shared import events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By


@writing
def add_instructor(by: By, account_id: int, name: str) -> int:
    """Add somebody who teaches and signs in by this account; returns the instructor's id."""
    instructor = Instructor(account_id=account_id, name=name)
    db.session.add(instructor)
    db.session.flush()
    events.record(by, "instructor.added", subject="instructor", subject_id=instructor.id)
    return instructor.id
