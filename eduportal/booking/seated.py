"""Who sits where in a run, as verbs and pages both read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from eduportal.booking.models import Booking
from eduportal.booking.rules import HOLDING
from eduportal.booking.rules.seating import Seats
from eduportal.catalog.models import Instructor, Meeting, Run, Seat
from eduportal.catalog.rules import RunState
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.events import Event

Facts = sa.Row[*tuple[Any, ...]]

SEAT_FACTS = (
    Seat.id,
    Seat.number,
    Seat.label,
    Seat.row,
    Seat.column,
    Seat.accessible,
    Seat.out_of_order,
)
SITTER_FACTS = (
    Booking.id,
    Booking.run_id,
    Booking.person_id,
    Booking.seat_id,
    Booking.number,
    Booking.state,
    Booking.offer_until,
    Booking.needs_accessible,
)


@dataclass(frozen=True)
class Reach:
    """Whose runs somebody may seat people in: of these centers (None: all), or taught by them."""

    centers: frozenset[int] | None = None
    taught_by: int | None = None


def within(reach: Reach) -> sa.ColumnElement[bool]:
    """A condition on Run: it is in reach; `taught_by` is an account."""
    if reach.taught_by is None:
        return sa.true() if reach.centers is None else Run.center_id.in_(reach.centers)
    own = sa.select(Instructor.id).where(Instructor.account_id == reach.taught_by)
    held = sa.select(Meeting.run_id).where(
        Meeting.instructor_id.in_(own), Meeting.cancelled_at.is_(None)
    )
    return sa.or_(Run.instructor_id.in_(own), Run.id.in_(held))


def seats_in(room_id: int | None) -> Sequence[Facts]:
    """The seats that are in a room's plan."""
    return db.session.execute(
        sa.select(*SEAT_FACTS)
        .where(Seat.room_id == room_id, Seat.removed_at.is_(None))
        .order_by(Seat.number)
    ).all()


def sitters(run_id: int) -> Sequence[Facts]:
    """Those who hold a place in a run, in the order of arrival."""
    return db.session.execute(
        sa.select(*SITTER_FACTS)
        .where(Booking.run_id == run_id, Booking.state.in_(HOLDING))
        .order_by(Booking.number)
    ).all()


def any_broken(run: Facts) -> bool:
    """Whether a seat is broken in the run's room, or in another that a class of it is held in."""
    held_in = sa.select(Meeting.room_id).where(Meeting.run_id == run.id)
    return bool(
        db.session.scalar(
            sa.select(
                sa.exists().where(
                    sa.or_(Seat.room_id == run.room_id, Seat.room_id.in_(held_in)),
                    Seat.out_of_order.is_(True),
                    Seat.removed_at.is_(None),
                )
            )
        )
    )


def fewest_seats(run: Facts | Run) -> Seats:
    """The seats of the run's room, or of the smallest that a class to come is held in."""
    moved = sa.select(Meeting.room_id).where(
        Meeting.run_id == run.id, Meeting.cancelled_at.is_(None), Meeting.ends_at > clock.now()
    )
    rooms = {run.room_id, *db.session.scalars(moved)}
    works = sa.func.count().filter(Seat.out_of_order.is_(False))
    broken = sa.func.count().filter(Seat.out_of_order.is_(True))
    counted = db.session.execute(
        sa.select(Seat.room_id, works, broken)
        .where(Seat.room_id.in_(rooms), Seat.removed_at.is_(None))
        .group_by(Seat.room_id)
    )
    seats = {room_id: Seats(working, out) for room_id, working, out in counted}
    return min((seats.get(room, Seats(0, 0)) for room in rooms), key=lambda one: one.working)


def to_come(centers: frozenset[int] | None) -> tuple[sa.ColumnElement[bool], ...]:
    """Conditions on Run: it is published, not over, and of these centers (None: any)."""
    return (
        Run.state == RunState.PUBLISHED,
        Run.ends_at > clock.now(),
        within(Reach(centers)),
    )


def runs_with_broken_seats(centers: frozenset[int] | None) -> Sequence[Run]:
    """The runs to come in whose rooms a seat is broken, the next in front."""
    rooms = sa.select(Seat.room_id).where(Seat.out_of_order.is_(True), Seat.removed_at.is_(None))
    held = sa.select(Meeting.run_id).where(
        Meeting.room_id.in_(rooms),
        Meeting.cancelled_at.is_(None),
        Meeting.ends_at > clock.now(),
    )
    return db.session.scalars(
        sa.select(Run)
        .where(*to_come(centers), sa.or_(Run.room_id.in_(rooms), Run.id.in_(held)))
        .options(joinedload(Run.room))
        .order_by(Run.starts_at, Run.id)
    ).all()


def last_move(run_id: int) -> Event | None:
    """The last time that somebody was given another seat in a run by instructors or staff.

    None where something else was done to the seats after it, so that there is nothing to undo.
    """
    last = db.session.scalar(
        sa.select(Event)
        .where(Event.run_id == run_id, Event.verb == "booking.seat_moved")
        .order_by(Event.id.desc())
        .limit(1)
    )
    if last is None or {"chosen", "broken", "undo"} & last.detail.keys():
        return None
    return last if last.detail.get("from") is not None else None
