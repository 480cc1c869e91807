"""Lines of the register of restrictions, as the verbs that make them write them.

Whoever writes one holds the person's row, so that two strikes at once stand one after another.
"""

from typing import Any

from eduportal.booking import messages_restrictions as messages
from eduportal.booking import strikes
from eduportal.booking.actions import places
from eduportal.booking.actions.places import Facts
from eduportal.booking.models import Restriction
from eduportal.booking.rules.restrictions import Cause, Penalty
from eduportal.shared import clock, events
from eduportal.shared.db import db
from eduportal.shared.events import By


def note_late_cancel(by: By, run: Facts, booking: Facts) -> None:
    """In the turn in which a person gives up a place; their row is locked, the run's as well."""
    intake = places.intake_of(run)
    penalty = strikes.late_penalty(booking, intake, run.starts_at)
    if penalty is not None:
        reason = messages.late_reason(intake.late_cancel_hours)
        write_line(by, run, booking, Cause.LATE_CANCEL, penalty, reason)


def write_line(
    by: By, run: Facts, booking: Facts, cause: Cause, penalty: Penalty, reason: str
) -> int:
    """One more line about the booking's person, whose row is locked; its id."""
    line = Restriction(
        person_id=booking.person_id,
        booking_id=booking.id,
        cause=cause,
        step=penalty.step,
        reason=reason,
        from_on=penalty.first,
        until_on=penalty.last,
        decided_at=clock.now(),
        account_id=by.account_id,
    )
    db.session.add(line)
    db.session.flush()
    days = [day.isoformat() if day else None for day in (penalty.first, penalty.last)]
    record(by, line, cause.value, reason, run_id=run.id, step=penalty.step, days=days)
    messages.tell_decided(run, places.contact(booking.person_id), line, penalty)
    return line.id


def record(by: By, line: Restriction, verb: str, reason: str | None = None, **detail: Any) -> None:
    """The event of a line."""
    events.record(
        by,
        f"restriction.{verb}",
        person_id=line.person_id,
        booking_id=line.booking_id,
        subject="restriction",
        subject_id=line.id,
        reason=reason,
        **detail,
    )
