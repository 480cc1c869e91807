"""Seating people, under the run's lock; and keeping a run within the seats that work."""

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from eduportal.accounts.models import Person
from eduportal.booking import messages, messages_seats
from eduportal.booking.drawing import seats_promised
from eduportal.booking.models import Booking
from eduportal.booking.rules import seating
from eduportal.booking.rules.seating import Chair
from eduportal.booking.seated import any_broken, fewest_seats, seats_in, sitters
from eduportal.catalog.models import Run
from eduportal.catalog.rules import RunState
from eduportal.catalog.rules.intake import Intake
from eduportal.shared import clock, events
from eduportal.shared.db import db
from eduportal.shared.events import SYSTEM, By

Facts = sa.Row[*tuple[Any, ...]]


def are_released(run: Facts) -> bool:
    """Whether anybody may have the run's accessible seats by now."""
    hours = Intake.of(run.intake).accessible_hours
    return seating.are_released(run.seats_released_at, run.starts_at, hours, clock.now())


def sit(by: By, booking: Facts, seat: Facts, old: Facts | None, **detail: Any) -> None:
    """Give somebody another seat, which nobody holds; leaves its event."""
    leave(booking, seat.id)
    events.record(
        by,
        "booking.seat_moved",
        run_id=booking.run_id,
        person_id=booking.person_id,
        booking_id=booking.id,
        **{"from": old.id if old else None, "to": seat.id},
        old=messages.seat_in_words(old) if old else None,
        new=messages.seat_in_words(seat),
        **detail,
    )


def leave(booking: Facts, seat_id: int | None = None) -> None:
    """Take a seat from somebody, or put another in its place."""
    db.session.execute(sa.update(Booking).where(Booking.id == booking.id).values(seat_id=seat_id))


def tell(run: Facts, booking: Facts, old: Facts | None, new: Facts, why: str) -> None:
    """Tell somebody that they sit elsewhere."""
    person = db.session.execute(
        sa.select(Person.id, Person.phone, Person.email).where(Person.id == booking.person_id)
    ).one_or_none()
    if person is not None:
        before = messages.seat_in_words(old) if old else None
        after = messages.seat_in_words(new)
        messages_seats.tell_seat_moved(run, booking.id, person, before, after, why)


def keep_within_seats(run: Facts, by: By = SYSTEM) -> bool:
    """Move people off broken seats, and offer no free place without a seat; whether it offers less.

    Run when a PC breaks, and when a place comes free while one is broken. Nobody loses a place.
    """
    if run.state is not RunState.PUBLISHED or clock.now() >= run.ends_at:
        return False
    if not any_broken(run):
        return False
    broken = [seat for seat in seats_in(run.room_id) if seat.out_of_order]
    _leave_broken_seats(run, by)
    seats = fewest_seats(run)
    taken = run.places_taken + seats_promised(run)
    capacity = seating.capacity_within(run.capacity, taken, seats, run.lost_places)
    if capacity == run.capacity:
        return False
    lost = run.lost_places + run.capacity - capacity
    write_capacity(run, capacity, lost)
    named = ", ".join(messages.seat_in_words(seat) for seat in broken)
    reason = _("고장 난 좌석: %(seats)s", seats=named) if named else _("고장 난 좌석")
    events.record(by, "run.capacity", run_id=run.id, reason=reason, old=run.capacity, new=capacity)
    return True


def write_capacity(run: Facts, capacity: int, lost: int) -> None:
    """How many places a run offers, and how many broken seats took off it."""
    db.session.execute(
        sa.update(Run).where(Run.id == run.id).values(capacity=capacity, lost_places=lost)
    )


def _leave_broken_seats(run: Facts, by: By) -> None:
    seats = {seat.id: seat for seat in seats_in(run.room_id)}
    people = sitters(run.id)
    taken = {one.seat_id for one in people}
    free = {id: seat for id, seat in seats.items() if id not in taken and not seat.out_of_order}
    # Whoever came first is moved first.
    for one in people:
        old = seats.get(one.seat_id)
        if old is None or not old.out_of_order:
            continue
        chairs = [Chair(seat.id, seat.number, seat.accessible) for seat in free.values()]
        found = seating.seat_for(chairs, one.needs_accessible, are_released(run))
        if found is None:
            return
        new = free.pop(found.id)
        sit(by, one, new, old, broken=True)
        tell(run, one, old, new, _("PC가 고장 나 자리를 옮겨 드렸습니다."))
