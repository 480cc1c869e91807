"""Applying for a run: online by the person, or entered for them by staff."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from eduportal.accounts import actions as accounts
from eduportal.accounts.models import Person
from eduportal.accounts.rules import Audience, Relation, Sex, age_band, normal_name
from eduportal.booking import messages, rules, standing
from eduportal.booking.actions import places, promising
from eduportal.booking.actions.places import Centers, Facts
from eduportal.booking.rules import Reason, State, entry
from eduportal.booking.rules.entry import Newcomer
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
    by: By,
    run_id: int,
    person_id: int,
    centers: Centers = None,
    late_reason: str | None = None,
    needs_accessible: bool = False,
) -> int:
    """Apply for a place, as the run's policy gives them; returns the booking's id.

    Where the employee's department has to approve, the application holds no place until it has.
    `late_reason` is why staff enter somebody after the window (never before it). Raises Refused
    with a booking.rules.Reason, and Missing for a run or person that is not there.
    """
    person = places.locked_person(person_id)
    # Fresh under the person's lock, before the run's: the run's lock is the one all wait for.
    bookings = places.live_bookings(person_id, run_id)
    run = places.locked_run(run_id, centers)
    one = ask_the_rules(by, run, person, bookings, late_reason)
    one = replace(one, needs_accessible=needs_accessible)
    if rules.awaits_approval(run.audience, run.needs_approval):
        return _await_approval(by, run, person, one, late_reason)
    state = places.state_on_entry(run, one, person.department)
    if state is State.APPLIED:
        promising.make_sure(run, by)
    booking_id, seat = enter_booking(by, run, person, one, state, late_reason)
    _tell(run, booking_id, person, state, seat)
    places.fill_beside_waiting(run, here=booking_id)
    return booking_id


@writing
def enter(by: By, run_id: int, centers: Centers, who: Entry, late_reason: str | None = None) -> int:
    """Apply for somebody who called or came; finds or makes the person. Raises as apply does."""
    person_id = accounts.enter_person(
        by,
        phone=who.phone,
        name=who.name,
        birth_date=who.birth_date,
        relation=who.relation,
        dong=who.dong,
        sex=who.sex,
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
    by: By, run: Facts, person: Facts, bookings: Sequence[Facts], late_reason: str | None
) -> Newcomer:
    """Raise Refused unless the window is open, and the run is for this person, who may have it.

    Returns what the order of places asks of them.
    """
    refusal = rules.window_refusal(places.offering(run), clock.now())
    if not _excused(refusal, run, late_reason):
        places.refuse(refusal)
        _refuse_between(run)
    if any(booking.run_id == run.id for booking in bookings):
        raise Refused(Reason.ALREADY_BOOKED)
    places.refuse(entry.restriction_refusal(person.restricted_until))
    one = _ask_the_policy(by, run, person)
    places.refuse(rules.load_refusal(places.offering(run), places.load(bookings, run)))
    places.refuse(places.travel_refusal(bookings, run))
    return one


def enter_booking(
    by: By,
    run: Facts,
    person: Facts,
    one: Newcomer,
    state: State,
    reason: str | None,
    **detail: Any,
) -> tuple[int, str | None]:
    """Write the booking with the next number, and its event; its id, and its seat in words."""
    now, placed = clock.now(), state is State.PLACED
    seat = places.free_seat(run, one.needs_accessible) if placed else None
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
        priority_group=one.group,
        gives_way=one.gives_way,
        needs_accessible=one.needs_accessible,
        **_as_they_are(run, person),
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


def _as_they_are(run: Facts, person: Facts) -> dict[str, Any]:
    """What a booking keeps of the person, so that erasing them leaves every total."""
    return {
        "first_timer": not person.held_before,
        "age_band": age_band(run.starts_on, person.birth_date),
        "sex": person.sex,
        "dong": person.dong,
        "department": person.department,
        "relation": person.relation,
        "audience": person.audience,
    }


def _ask_the_policy(by: By, run: Facts, person: Facts) -> Newcomer:
    intake, window, now = places.intake_of(run), standing.window_of(run), clock.now()
    asks_groups = intake.groups or intake.age_free_groups
    verified = standing.verified_groups(person.id, clock.today()) if asks_groups else frozenset()
    any_age = not entry.ages_matter(intake, verified)
    who = places.applicant(person, run.starts_on, any_age)
    places.refuse(rules.eligibility_refusal(places.offering(run), who))
    group = standing.group_of(intake, person, run.starts_on, verified)
    places.refuse(entry.way_refusal(intake, window, by.channel, now))
    places.refuse(entry.stage_refusal(intake, window, person.relation, group, now))
    took_it = standing.took_it_lately(person.id, run, intake.repeat_months)
    places.refuse(entry.repeat_refusal(intake, took_it))
    return Newcomer(by.channel, group, gives_way=took_it)


def _refuse_between(run: Facts) -> None:
    """Between the closing and the decision nobody new comes in."""
    collecting = entry.collects(places.intake_of(run), run.selected_at)
    if collecting and clock.now() >= run.apply_until:
        raise Refused(entry.Reason.BEING_DECIDED)


def _tell(run: Facts, booking_id: int, person: Facts, state: State, seat: str | None) -> None:
    if state is State.PLACED:
        messages.tell_placed(run, booking_id, person, seat)
    elif state is State.WAITING:
        messages.tell_waiting(run, booking_id, person, run.waiting + 1)
    else:
        messages.tell_collected(run, booking_id, person)


def _excused(refusal: rules.Refusal | None, run: Facts, late_reason: str | None) -> bool:
    if refusal is None or refusal[0] is not Reason.CLOSED or not late_reason:
        return False
    if clock.now() >= run.ends_at:
        raise Refused(Reason.RUN_ENDED)
    return True


def _await_approval(
    by: By, run: Facts, person: Facts, one: Newcomer, late_reason: str | None
) -> int:
    booking_id, _seat = enter_booking(by, run, person, one, State.APPLIED, late_reason)
    messages.tell_applied(run, booking_id, person)
    return booking_id
