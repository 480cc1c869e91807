"""All marks of a run, as its verbs and its pages both read them."""

from collections.abc import Collection

import sqlalchemy as sa

from eduportal.attendance.models import Attendance
from eduportal.attendance.rules import Mark
from eduportal.booking.models import Booking
from eduportal.booking.rules import State
from eduportal.shared.db import db


def marks_in_run(run_id: int, states: Collection[State]) -> dict[int, dict[int, Mark]]:
    """Mark by meeting for every booking in one of the states; empty for one without marks."""
    rows = db.session.execute(
        sa.select(Booking.id, Attendance.meeting_id, Attendance.mark)
        .outerjoin(Attendance, Attendance.booking_id == Booking.id)
        .where(Booking.run_id == run_id, Booking.state.in_(states))
    )
    marks: dict[int, dict[int, Mark]] = {}
    for booking, meeting, mark in rows:
        own = marks.setdefault(booking, {})
        if mark:
            own[meeting] = mark
    return marks
