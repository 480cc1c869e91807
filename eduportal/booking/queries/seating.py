"""Who sits where it cannot be sat."""

from dataclasses import dataclass

import sqlalchemy as sa

from eduportal.accounts.models import Person
from eduportal.booking.models import Booking
from eduportal.booking.rules import HOLDING
from eduportal.catalog.models import Run, Seat
from eduportal.catalog.rules import RunState
from eduportal.shared import clock
from eduportal.shared.db import db


@dataclass(frozen=True)
class Sitting:
    """Somebody whose seat is out of order, in a run that is not over."""

    seat: Seat
    run: Run
    name: str | None


def at_broken_seats(room_id: int) -> list[Sitting]:
    """Whose seats of a room are out of order, by run and seat."""
    rows = db.session.execute(
        sa.select(Seat, Run, Person.name)
        .join(Booking, Booking.seat_id == Seat.id)
        .join(Run, Run.id == Booking.run_id)
        .outerjoin(Person, Person.id == Booking.person_id)
        .where(
            Seat.room_id == room_id,
            Seat.out_of_order.is_(True),
            Seat.removed_at.is_(None),
            Booking.state.in_(HOLDING),
            Run.state == RunState.PUBLISHED,
            Run.ends_at > clock.now(),
        )
        .order_by(Run.starts_at, Run.id, Seat.number)
    )
    return [Sitting(*row) for row in rows]
