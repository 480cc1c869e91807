"""Applying for a run: online by the person, or entered for them by staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from eduportal.accounts import actions as accounts
from eduportal.accounts.models import Person
from eduportal.accounts.rules import Audience, Relation, Sex, age_band, normal_name
from eduportal.booking import messages, rules
from eduportal.booking.actions import places
from eduportal.booking.actions.places import Centers, Facts
from eduportal.booking.rules import Reason, State
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
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

    Where the employee's department has to approve, the application holds no place until it has.
    `late_reason` is why staff enter somebody after the window (never before it). Raises Refused
    with a booking.rules.Reason, and Missing for a run or person that is not there.
    """
    person = places.locked_person(person_id)
    # Fresh under the person's lock, before the run's: the run's lock is the one all wait for.
    bookings = places.live_bookings(person_id, run_id)
    run = places.locked_run(run_id, centers)
    ask_the_rules(run, person, bookings, late_reason)
    if rules.awaits_approval(run.audience, run.needs_approval):
        return _await_approval(by, run, person, late_reason)
    state = places.state_on_entry(run, person.department)
    booking_id, seat = enter_booking(by, run, person, state, late_reason)
    if state is State.PLACED:
        messages.tell_placed(run, booking_id, person, seat)
    else:
        messages.tell_waiting(run, booking_id, person, run.waiting + 1)
    places.fill_beside_waiting(run)
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


@writing
def enter_employee(
    by: By,
    run_id: int,
    centers: Centers,
    employee_number: str,
    name: str,
    late_reason: str | None = None,
) -> int:
    """Apply for an employee who called or came, known by number and name together.

    Raises Refused where nobody has both, else as apply does.
    """
    person_id = db.session.scalar(
        sa.select(Person.id).where(
            Person.employee_number == employee_number,
            Person.name == normal_name(name),
            Person.audience == Audience.EMPLOYEE,
        )
    )
    if person_id is None:
        raise Refused(Reason.NO_SUCH_EMPLOYEE)
    return apply(by, run_id, person_id, centers, late_reason)


def ask_the_rules(
    run: Facts, person: Facts, bookings: Sequence[Facts], late_reason: str | None
) -> None:
    """Raise Refused unless the window is open, and the run is for this person, who may have it."""
    refusal = rules.window_refusal(places.offering(run), clock.now())
    if not _excused(refusal, run, late_reason):
        places.refuse(refusal)
    if any(booking.run_id == run.id for booking in bookings):
        raise Refused(Reason.ALREADY_BOOKED)
    who = places.applicant(person, run.starts_on)
    places.refuse(rules.eligibility_refusal(places.offering(run), who))
    places.refuse(rules.load_refusal(places.offering(run), places.load(bookings, run)))


def enter_booking(
    by: By, run: Facts, person: Facts, state: State, reason: str | None, **detail: Any
) -> tuple[int, str | None]:
    """Write the booking with the next number, and its event; its id, and its seat in words."""
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
        department=person.department,
        relation=person.relation,
        audience=person.audience,
    ).scalar_one()
    events.record(
        by,
        f"booking.{state}",
        run_id=run.id,
        person_id=person.id,
        booking_id=booking_id,
        reason=reason,
        number=number,
        **detail,
    )
    return int(booking_id), messages.seat_in_words(seat) if seat else None


def _excused(refusal: rules.Refusal | None, run: Facts, late_reason: str | None) -> bool:
    if refusal is None or refusal[0] is not Reason.CLOSED or not late_reason:
        return False
    if clock.now() >= run.ends_at:
        raise Refused(Reason.RUN_ENDED)
    return True


def _await_approval(by: By, run: Facts, person: Facts, late_reason: str | None) -> int:
    booking_id, _seat = enter_booking(by, run, person, State.APPLIED, late_reason)
    messages.tell_applied(run, booking_id, person)
    return booking_id
