"""Closing a run: who completed it, and who did not."""

from dataclasses import dataclass

import sqlalchemy as sa

from eduportal.attendance import rules
from eduportal.attendance.marks import marks_in_run
from eduportal.attendance.rules import Mark, Reason
from eduportal.booking.actions import places
from eduportal.booking.actions.places import BOOKING_FACTS, Centers, Facts
from eduportal.booking.models import Booking
from eduportal.booking.rules import State
from eduportal.catalog.models import Meeting
from eduportal.catalog.policies import completion_percent
from eduportal.catalog.rules import RunState
from eduportal.shared import clock, dates, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused


@dataclass(frozen=True)
class Closed:
    """How many completed, and how many did not."""

    completed: int
    not_completed: int


@writing
def close_run(by: By, run_id: int, centers: Centers = None) -> Closed:
    """After the last meeting: everybody placed completes or not, by their attendance.

    They keep their place in every figure: `held_until` stays open, and so does the run's count.
    Raises Refused before the end, while somebody is unmarked in some meeting, and when nobody is
    left to decide about; Missing where the run is another center's.
    """
    run = places.locked_run(run_id, centers)
    _refuse_unless_over(run)
    marks = _marks_of_all_meetings(run_id)
    percent = completion_percent(run_id)
    completed = {booking for booking, own in marks.items() if rules.completes(own, percent)}
    for booking in _placed(run_id):
        _close(by, run, booking, booking.id in completed)
    places.end_waiting(run_id, by)
    closed = Closed(len(completed), len(marks) - len(completed))
    events.record(
        by,
        "run.closed",
        run_id=run_id,
        completed=closed.completed,
        not_completed=closed.not_completed,
        percent=percent,
    )
    return closed


def _refuse_unless_over(run: Facts) -> None:
    reason = rules.closing_refusal(run.state is RunState.PUBLISHED, run.ends_at, clock.now())
    if reason:
        raise Refused(reason, ends=dates.written_datetime(run.ends_at))


def _marks_of_all_meetings(run_id: int) -> dict[int, list[Mark]]:
    """The marks of every placed booking; raises Refused where some are missing."""
    marks = marks_in_run(run_id, [State.PLACED])
    if not marks:
        raise Refused(Reason.NOBODY_LEFT)
    _refuse_gaps(run_id, marks)
    return {booking: list(own.values()) for booking, own in marks.items()}


def _refuse_gaps(run_id: int, marks: dict[int, dict[int, Mark]]) -> None:
    meetings = db.session.execute(
        sa.select(Meeting.id, Meeting.starts_at)
        .where(Meeting.run_id == run_id, Meeting.cancelled_at.is_(None))
        .order_by(Meeting.starts_at)
    )
    gaps = [
        dates.written_date(starts_at)
        for meeting, starts_at in meetings
        if any(meeting not in own for own in marks.values())
    ]
    if gaps:
        raise Refused(Reason.UNMARKED, days=", ".join(gaps))


def _placed(run_id: int) -> list[Facts]:
    placed = sa.and_(Booking.run_id == run_id, Booking.state == State.PLACED)
    return list(db.session.execute(sa.select(*BOOKING_FACTS).where(placed)))


def _close(by: By, run: Facts, booking: Facts, completed: bool) -> None:
    state = State.COMPLETED if completed else State.NOT_COMPLETED
    # The day of the last meeting, whenever staff get to closing: a figure as of then counts it.
    day = dates.seoul_date(run.ends_at) if completed else None
    places.move(booking, state, completed_on=day)
    places.note(by, state, run.id, booking)
