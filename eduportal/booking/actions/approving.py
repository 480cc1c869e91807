"""Employee training: a department approves, turns down and nominates; how many of it may come."""

import sqlalchemy as sa

from eduportal.booking import messages, rules
from eduportal.booking.actions import places
from eduportal.booking.actions.applying import ask_the_rules, enter_booking
from eduportal.booking.actions.leaving import fill_where_passed_over
from eduportal.booking.actions.places import Centers, Facts
from eduportal.booking.models import Booking
from eduportal.booking.rules import Reason, Shares, State
from eduportal.booking.shares import placed_by_department, shares_of
from eduportal.booking.standing import newcomer
from eduportal.catalog.models import DepartmentQuota, Run
from eduportal.shared import clock, dates, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused

Departments = frozenset[str]


@writing
def approve(by: By, booking_id: int, departments: Departments) -> None:
    """Let an application of one's own department count, in the order of approvals.

    It is placed or waits by the same rule as any application. Raises Refused with a
    booking.rules.Reason; Missing where it is another department's.
    """
    person, run, booking = _locked(booking_id, Booking.department.in_(departments))
    places.refuse(rules.approval_refusal(run.state, run.starts_at, clock.now()))
    _enter_approved(by, run, booking, person, None)


@writing
def approve_for_department(by: By, booking_id: int, centers: Centers, reason: str) -> None:
    """Staff approve in a department's place, with a reason; also after the first meeting."""
    _need(reason)
    person, run, booking = _locked(booking_id, sa.true(), centers)
    if run.state == "cancelled":
        raise Refused(Reason.RUN_CANCELLED)
    if clock.now() >= run.ends_at:
        raise Refused(Reason.RUN_ENDED)
    _enter_approved(by, run, booking, person, reason)


def turn_down(by: By, booking_id: int, departments: Departments, reason: str) -> None:
    """Do not approve an application of one's own department; the person is told why."""
    fill_where_passed_over(_turn_down(by, booking_id, departments, reason))


@writing
def _turn_down(by: By, booking_id: int, departments: Departments, reason: str) -> int:
    _need(reason)
    person, run, booking = _locked(booking_id, Booking.department.in_(departments))
    _end(by, run, booking, person, reason)
    person_id: int = person.id
    return person_id


@writing
def nominate(by: By, run_id: int, person_id: int, departments: Departments) -> int:
    """Apply for an employee of one's own department, which approves it at once; tells them.

    Returns the booking's id. Raises Refused as apply does, Missing for somebody else's people.
    """
    person = places.locked_person(person_id)
    if person.department not in departments or person.audience != "employee":
        raise Missing
    bookings = places.live_bookings(person_id, run_id)
    run = places.locked_run(run_id)
    one = ask_the_rules(by, run, person, bookings, None)
    state = places.state_on_entry(run, one, person.department)
    booking_id, seat = enter_booking(by, run, person, one, state, None, nominated=True)
    rank = None if state is State.PLACED else run.waiting + 1
    messages.tell_nominated(run, booking_id, person, seat, rank)
    places.fill_beside_waiting(run)
    return booking_id


def end_unapproved(by: By, run_id: int, centers: Centers, reason: str) -> int:
    """End the applications that no department has approved, once the window is closed.

    Returns how many. Raises Refused while people can still apply, and where none waits.
    """
    ended = _end_unapproved(by, run_id, centers, reason)
    for person_id in ended:
        fill_where_passed_over(person_id)
    return len(ended)


@writing
def _end_unapproved(by: By, run_id: int, centers: Centers, reason: str) -> list[int]:
    _need(reason)
    run = places.locked_run(run_id, centers)
    if clock.now() < run.apply_until:
        raise Refused(Reason.STILL_OPEN, closes=dates.written_datetime(run.apply_until))
    unapproved = places.applied(run_id)
    if not unapproved or not rules.awaits_approval(run.audience, run.needs_approval):
        raise Refused(Reason.NOBODY_AWAITS)
    for booking in unapproved:
        _end(by, run, booking, places.contact(booking.person_id), reason)
    return [booking.person_id for booking in unapproved]


@writing
def set_shares(by: By, run_id: int, centers: Centers, seen: Shares, wanted: Shares) -> None:
    """Say how many of each department may hold a place; whoever waited for it gets it at once.

    `seen` is what the page showed: what somebody else has changed since, and this page did not,
    stays. Raises Refused below those who have a place.
    """
    run = places.locked_run(run_id, centers)
    if run.audience != "employee":
        raise Refused(Reason.NOT_FOR_EMPLOYEES)
    there = shares_of(run_id, run.department_limit)
    new = rules.merged_shares(seen, wanted, there)
    if new == there:
        return
    places.refuse(rules.shares_refusal(new, placed_by_department(run_id)))
    _write_shares(run_id, new)
    events.record(by, "run.shares_set", run_id=run_id, old=_written(there), new=_written(new))
    if run.state == "published":
        places.fill(run_id)


def _locked(
    booking_id: int, whose: sa.ColumnElement[bool], centers: Centers = None
) -> tuple[Facts, Facts, Facts]:
    """Person, run and application, locked in this order; Refused unless it awaits approval."""
    person = places.locked_person(places.booking_facts(booking_id, whose).person_id)
    run = places.locked_run(places.booking_facts(booking_id).run_id, centers)
    booking = places.booking_facts(booking_id)
    awaits = rules.awaits_approval(run.audience, run.needs_approval)
    if booking.state is not State.APPLIED or not awaits:
        raise Refused(Reason.NOT_AWAITING_APPROVAL)
    return person, run, booking


def _enter_approved(by: By, run: Facts, booking: Facts, person: Facts, reason: str | None) -> None:
    others = places.load(places.live_bookings(person.id, run.id), run)
    places.refuse(rules.load_refusal(places.offering(run), others))
    state = places.state_on_entry(run, newcomer(booking), booking.department)
    placed = state is State.PLACED
    seat = places.free_seat(run, booking.needs_accessible) if placed else None
    # The order of approvals is the order of places: a number of its own from now on.
    number = places.next_number(run.id, state)
    places.change_run(run.id, applied=-1)
    places.move(
        booking,
        state,
        number=number,
        held_from=clock.now() if placed else None,
        seat_id=seat.id if seat else None,
    )
    places.note(by, "approved", run.id, booking, reason=reason, applied_as=booking.number)
    places.note(by, state, run.id, booking, reason=reason, number=number)
    if placed:
        messages.tell_placed(
            run, booking.id, person, messages.seat_in_words(seat) if seat else None
        )
    else:
        messages.tell_waiting(run, booking.id, person, run.waiting + 1)
    places.fill_beside_waiting(run)


def _end(by: By, run: Facts, booking: Facts, person: Facts, reason: str) -> None:
    places.move(booking, State.NOT_SELECTED)
    places.change_run(run.id, applied=-1)
    places.note(by, State.NOT_SELECTED, run.id, booking, reason=reason, from_state=booking.state)
    messages.tell_not_selected(run, booking.id, person, reason)


def _write_shares(run_id: int, shares: Shares) -> None:
    db.session.execute(sa.update(Run).where(Run.id == run_id).values(department_limit=shares.usual))
    db.session.execute(sa.delete(DepartmentQuota).where(DepartmentQuota.run_id == run_id))
    db.session.add_all(
        DepartmentQuota(run_id=run_id, department=department, places=places)
        for department, places in sorted(shares.others.items())
    )
    db.session.flush()


def _written(shares: Shares) -> dict[str, object]:
    return {"usual": shares.usual, "others": dict(shares.others)}


def _need(reason: str) -> None:
    if not reason.strip():
        raise Refused(Reason.REASON_NEEDED)
