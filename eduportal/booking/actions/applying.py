"""Applying for a run: online by the person, or entered for them by staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from eduportal.accounts import actions as accounts
from eduportal.accounts.rules import Relation, Sex, age_band
from eduportal.booking import messages, rules
from eduportal.booking.actions import places
from eduportal.booking.actions.places import Centers, Facts
from eduportal.booking.rules import Reason, State
from eduportal.shared import clock, events
from eduportal.shared.db import writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused


@dataclass(frozen=True)
class Entry:
    """Somebody whom staff enter by phone or at the desk."""

    phone: str
    name: str
    birth_date: date
    relation: Relation
    dong: str | None = None
    sex: Sex | None = None


@writing
def apply(
    by: By, run_id: int, person_id: int, centers: Centers = None, late_reason: str | None = None
) -> int:
    """Apply for a place, first come first served; returns the booking's id.

    `late_reason` is why staff enter somebody after the window (never before it). Raises Refused
    with a booking.rules.Reason, and Missing for a run or person that is not there.
    """
    person = places.locked_person(person_id)
    # Fresh under the person's lock, before the run's: the run's lock is the one all wait for.
    bookings = places.live_bookings(person_id, run_id)
    run = places.locked_run(run_id, centers)
    _ask_the_rules(run, person, bookings, late_reason)
    state = rules.entry(run.capacity, run.places_taken, run.waiting, run.waiting_limit)
    if state is None:
        raise Refused(Reason.WAITING_FULL)
    booking_id = _enter_booking(by, run, person, state, late_reason)
    if run.waiting and run.places_taken < run.capacity:
        # Those before cannot take the free place now, else they would have it: let fill say so.
        places.fill(run_id)
    return booking_id


@writing
def enter(
    by: By, run_id: int, centers: Centers, entry: Entry, late_reason: str | None = None
) -> int:
    """Apply for somebody who called or came; finds or makes the person. Raises as apply does."""
    person_id = accounts.enter_person(
        by,
        phone=entry.phone,
        name=entry.name,
        birth_date=entry.birth_date,
        relation=entry.relation,
        dong=entry.dong,
        sex=entry.sex,
    )
    return apply(by, run_id, person_id, centers, late_reason)


def _ask_the_rules(
    run: Facts, person: Facts, bookings: Sequence[Facts], late_reason: str | None
) -> None:
    refusal = rules.window_refusal(places.offering(run), clock.now())
    if not _excused(refusal, run, late_reason):
        places.refuse(refusal)
    if any(booking.run_id == run.id for booking in bookings):
        raise Refused(Reason.ALREADY_BOOKED)
    who = places.applicant(person, run.starts_on)
    places.refuse(rules.eligibility_refusal(places.offering(run), who))
    places.refuse(rules.load_refusal(places.offering(run), places.load(bookings, run)))


def _excused(refusal: rules.Refusal | None, run: Facts, late_reason: str | None) -> bool:
    if refusal is None or refusal[0] is not Reason.CLOSED or not late_reason:
        return False
    if clock.now() >= run.ends_at:
        raise Refused(Reason.RUN_ENDED)
    return True


def _enter_booking(by: By, run: Facts, person: Facts, state: State, late_reason: str | None) -> int:
    now = clock.now()
    placed = state is State.PLACED
    seat = places.free_seat(run) if placed else None
    number = places.next_number(run.id, state)
    booking_id = places.ask(
        places.ENTER,
        run_id=run.id,
        person_id=person.id,
        seat_id=seat.id if seat else None,
        number=number,
        state=state,
        channel=by.channel,
        applied_at=now,
        changed_at=now,
        held_from=now if placed else None,
        age_band=age_band(run.starts_on, person.birth_date),
        sex=person.sex,
        dong=person.dong,
        relation=person.relation,
        audience=person.audience,
    ).scalar_one()
    events.record(
        by,
        f"booking.{state}",
        run_id=run.id,
        person_id=person.id,
        booking_id=booking_id,
        reason=late_reason,
        number=number,
    )
    if placed:
        messages.tell_placed(run, booking_id, person, seat.number if seat else None)
    else:
        messages.tell_waiting(run, booking_id, person, run.waiting + 1)
    return int(booking_id)
