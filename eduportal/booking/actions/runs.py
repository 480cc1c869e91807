"""What staff do to a whole run and everybody in it."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from eduportal.accounts.models import Person
from eduportal.booking import messages, rules
from eduportal.booking.actions import places
from eduportal.booking.actions.places import BOOKING_FACTS, Centers, Facts
from eduportal.booking.models import Booking
from eduportal.booking.rules import HOLDING, LIVE, Reason
from eduportal.catalog import actions as catalog
from eduportal.catalog.models import Meeting, Room, Run, Seat
from eduportal.catalog.rules import RunState
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused


@writing
def cancel_run(by: By, run_id: int, centers: Centers, reason: str) -> None:
    """Cancel a run (폐강) with its live bookings, and tell everybody in it. Raises Refused."""
    run = places.locked_run(run_id, centers)
    if run.state is not RunState.PUBLISHED:
        raise Refused(Reason.NOT_RUNNING)
    if run.ends_at is not None and clock.now() >= run.ends_at:
        raise Refused(Reason.RUN_ENDED)
    for booking, person in _live(run_id):
        new = rules.state_after_leaving(booking.state, clock.now(), run.starts_at)
        held = {"held_until": clock.now()} if booking.state in HOLDING else {}
        places.move(booking, new, **held)
        places.note(by, new, run_id, booking, reason=reason, from_state=booking.state)
        messages.tell_run_cancelled(run, booking.id, person, reason)
    db.session.execute(
        sa.update(Run)
        .where(Run.id == run_id)
        .values(
            state=RunState.CANCELLED,
            cancelled_on=clock.today(),
            cancelled_reason=reason,
            places_taken=0,
            waiting=0,
        )
    )
    events.record(by, "run.cancelled", run_id=run_id, reason=reason)


@writing
def change_capacity(by: By, run_id: int, centers: Centers, capacity: int) -> None:
    """Offer more or fewer places; more go to the waiting list at once.

    Raises Refused below those placed, and above the seats of the room that work.
    """
    run = places.locked_run(run_id, centers)
    _refuse_unless_to_come(run)
    if capacity < run.places_taken:
        raise Refused(Reason.CAPACITY_BELOW_PLACED, taken=run.places_taken)
    seats = _working_seats(run.room_id)
    if capacity > seats:
        raise Refused(Reason.CAPACITY_ABOVE_SEATS, seats=seats)
    db.session.execute(sa.update(Run).where(Run.id == run_id).values(capacity=capacity))
    events.record(by, "run.capacity", run_id=run_id, old=run.capacity, new=capacity)
    places.fill(run_id)


@writing
def move_meeting(
    by: By,
    meeting_id: int,
    centers: Centers,
    starts_at: datetime,
    ends_at: datetime,
    room_id: int,
) -> None:
    """Hold one meeting at another time or place, and tell everybody in the run.

    Raises Refused where the room or the instructor is taken then.
    """
    old = db.session.execute(
        sa.select(Meeting.run_id, Meeting.starts_at, Meeting.ends_at, Meeting.room_id).where(
            Meeting.id == meeting_id
        )
    ).one_or_none()
    if old is None:
        raise Missing
    run = places.locked_run(old.run_id, centers)
    _refuse_unless_to_come(run)
    if run.state is RunState.PUBLISHED and old.starts_at <= clock.now():
        raise Refused(Reason.MEETING_BEGUN)
    if (old.starts_at, old.ends_at, old.room_id) == (starts_at, ends_at, room_id):
        return
    catalog.move_meeting(by, meeting_id, starts_at, ends_at, room_id)
    room = db.session.scalar(sa.select(Room.name).where(Room.id == room_id))
    if run.state is not RunState.PUBLISHED:
        return
    for booking, person in _live(run.id):
        messages.tell_moved(run, booking.id, person, old.starts_at, (starts_at, ends_at), str(room))


def _refuse_unless_to_come(run: Facts) -> None:
    # What is over is in the figures already: neither its places nor its month may change.
    if run.state is RunState.CANCELLED:
        raise Refused(Reason.RUN_CANCELLED)
    if run.ends_at is not None and clock.now() >= run.ends_at:
        raise Refused(Reason.RUN_ENDED)


def _live(run_id: int) -> Iterable[tuple[Facts, Facts]]:
    bookings = db.session.execute(
        sa.select(*BOOKING_FACTS)
        .where(Booking.run_id == run_id, Booking.state.in_(LIVE))
        .order_by(Booking.number)
    ).all()
    ids = [booking.person_id for booking in bookings]
    people = db.session.execute(
        sa.select(Person.id, Person.phone, Person.email).where(Person.id.in_(ids))
    )
    by_id = {person.id: person for person in people}
    return [(booking, by_id[booking.person_id]) for booking in bookings]


def _working_seats(room_id: int | None) -> int:
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(Seat)
            .where(Seat.room_id == room_id, Seat.out_of_order.is_(False), Seat.removed_at.is_(None))
        )
        or 0
    )
