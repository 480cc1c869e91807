"""Giving a place up: by the person until a set time, by the office with a reason."""

from eduportal.booking import messages, rules
from eduportal.booking.actions import places, register
from eduportal.booking.actions.places import Centers, Facts
from eduportal.booking.models import Booking
from eduportal.booking.rules import HOLDING, LIVE, Reason, State
from eduportal.shared import clock, dates
from eduportal.shared.db import writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused


def cancel_own(by: By, booking_id: int, office_phone: str) -> None:
    """Cancel the acting person's own booking; the seat goes to the head of the list at once.

    Raises Refused after the run's `cancel_until` (waiting people may leave at any time), naming
    the office's phone; Missing where the booking is somebody else's.
    """
    _cancel_own(by, booking_id, office_phone)
    if by.person_id is not None:
        fill_where_passed_over(by.person_id)


@writing
def _cancel_own(by: By, booking_id: int, office_phone: str) -> None:
    theirs = Booking.person_id == by.person_id
    run_id = places.booking_facts(booking_id, theirs).run_id
    # Before the run: what is held against a person stands one after another.
    places.locked_person(by.person_id or 0)
    run = places.locked_run(run_id)
    booking = places.booking_facts(booking_id, theirs)
    _refuse_unless_live(booking)
    if not rules.may_cancel(booking.state, clock.now(), run.cancel_until):
        until = dates.written_datetime(run.cancel_until)
        raise Refused(Reason.TOO_LATE_TO_CANCEL, until=until, phone=office_phone)
    _leave(by, run, booking, None)
    register.note_late_cancel(by, run, booking)


def cancel(by: By, booking_id: int, centers: Centers, reason: str) -> None:
    """Cancel anybody's booking for the office, with a reason (직권취소)."""
    person_id = _cancel(by, booking_id, centers, reason)
    if person_id is not None:
        fill_where_passed_over(person_id)


@writing
def _cancel(by: By, booking_id: int, centers: Centers, reason: str) -> int | None:
    run = places.locked_run(places.booking_facts(booking_id).run_id, centers)
    booking = places.booking_facts(booking_id)
    _refuse_unless_live(booking)
    _leave(by, run, booking, reason)
    person_id: int | None = booking.person_id
    return person_id


def fill_where_passed_over(person_id: int) -> None:
    """Give the person the free places of lists where what has just ended stood in the way."""
    # In turns of their own: no verb locks two runs, so that none can wait in a circle.
    for run_id in places.runs_waited_for(person_id):
        _fill(run_id)


@writing
def _fill(run_id: int) -> None:
    places.fill(run_id)


def _refuse_unless_live(booking: Facts) -> None:
    if booking.state not in LIVE:
        raise Refused(Reason.NOT_LIVE)


def _leave(by: By, run: Facts, booking: Facts, office_reason: str | None) -> None:
    now = clock.now()
    new = rules.state_after_leaving(booking.state, now, run.starts_at)
    held = booking.state in HOLDING
    # Only a place that was taken was held; one that was offered was kept.
    placed = booking.state is State.PLACED
    places.move(booking, new, **({"held_until": now} if placed else {}))
    places.change_run(
        run.id,
        places_taken=-int(held),
        waiting=-int(booking.state is State.WAITING),
        applied=-int(booking.state is State.APPLIED),
    )
    places.note(by, new, run.id, booking, reason=office_reason, from_state=booking.state)
    person = places.contact(booking.person_id)
    messages.tell_cancelled(run, booking.id, person, office_reason)
    if held:
        places.fill(run.id)
