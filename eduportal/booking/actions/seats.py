"""A person chooses where to sit; instructors and staff move people; the run's lock guards both."""

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from eduportal.booking import messages
from eduportal.booking.actions import places, sitting
from eduportal.booking.actions.places import Facts
from eduportal.booking.models import Booking
from eduportal.booking.rules import HOLDING, seating
from eduportal.booking.rules.seating import Reason
from eduportal.booking.seated import (
    SITTER_FACTS,
    Reach,
    last_move,
    seats_in,
    sitters,
    within,
)
from eduportal.catalog.models import Run
from eduportal.catalog.rules.intake import SeatChoice
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused


@writing
def choose_seat(by: By, booking_id: int, seat_id: int) -> None:
    """Sit on a free seat of one's own choice, until the first class begins.

    Raises Refused where the policy gives seats, or the seat is taken, broken or kept for others;
    Missing where the booking is somebody else's.
    """
    run, booking = _own(by, booking_id)
    by_person = places.intake_of(run).seat_choice is SeatChoice.PERSON
    now = clock.now()
    places.refuse(seating.choice_refusal(booking.state, by_person, run.state, run.starts_at, now))
    if booking.seat_id == seat_id:
        return
    seat = _seat(run, seat_id)
    _refuse_unless_free(run, seat)
    if seating.is_kept(seat.accessible, booking.needs_accessible, sitting.are_released(run)):
        raise Refused(Reason.SEAT_KEPT, seat=messages.seat_in_words(seat))
    sitting.sit(by, booking, seat, _seat_of(run, booking), chosen=True)


@writing
def ask_for_wide_seat(by: By, booking_id: int, needs: bool) -> str | None:
    """Say that one needs a wide seat, or needs none; the seat that one gets at once, in words.

    One is moved only to a free accessible seat; else staff see the wish on the run's plan.
    """
    run, booking = _own(by, booking_id)
    return _note_need(by, run, booking, needs)


@writing
def note_wide_seat(by: By, run_id: int, booking_id: int, needs: bool, reach: Reach) -> str | None:
    """Write down somebody's need of a wide seat for them, as `ask_for_wide_seat` does."""
    run = _locked(run_id, reach)
    return _note_need(by, run, _sitter(run, booking_id), needs)


@writing
def move_person(
    by: By, run_id: int, booking_id: int, seat_id: int, seen: int | None, reach: Reach
) -> None:
    """Seat somebody elsewhere; whoever sits there (`seen`, a booking) takes their seat instead.

    Raises Refused where somebody else sits there by now, or the seat is broken.
    """
    run = _locked(run_id, reach)
    booking, seat = _sitter(run, booking_id), _seat(run, seat_id)
    if booking.seat_id == seat_id:
        raise Refused(Reason.SAME_SEAT)
    if seat.out_of_order:
        raise Refused(Reason.SEAT_UNUSABLE, seat=messages.seat_in_words(seat))
    there = _sitting_on(run, seat_id)
    if (there.id if there else None) != seen:
        raise Refused(Reason.SEATING_CHANGED)
    _reseat(by, run, booking, seat, there)


@writing
def undo_move(by: By, run_id: int, move_id: int, reach: Reach) -> None:
    """Take the last move in a run back; Refused where it is not the last, or cannot be."""
    run = _locked(run_id, reach)
    last = last_move(run_id)
    if last is None or last.id != move_id:
        raise Refused(Reason.NOTHING_TO_UNDO)
    booking = next((one for one in sitters(run_id) if one.id == last.booking_id), None)
    seat = next((one for one in seats_in(run.room_id) if one.id == last.detail["from"]), None)
    if booking is None or seat is None or booking.seat_id != last.detail["to"]:
        raise Refused(Reason.NOTHING_TO_UNDO)
    there = _sitting_on(run, seat.id)
    if seat.out_of_order or (there.id if there else None) != last.detail.get("with"):
        raise Refused(Reason.NOTHING_TO_UNDO)
    _reseat(by, run, booking, seat, there, undo=True)


@writing
def release_seats(by: By, run_id: int, reach: Reach) -> None:
    """Keep accessible seats no longer: from now on anybody may have them."""
    run = _locked(run_id, reach)
    if sitting.are_released(run):
        raise Refused(Reason.RELEASED_ALREADY)
    db.session.execute(sa.update(Run).where(Run.id == run_id).values(seats_released_at=clock.now()))
    events.record(by, "run.seats_released", run_id=run_id)


def _own(by: By, booking_id: int) -> tuple[Facts, Facts]:
    theirs = Booking.person_id == by.person_id
    run = places.locked_run(places.booking_facts(booking_id, theirs).run_id)
    booking = db.session.execute(
        sa.select(*SITTER_FACTS).where(Booking.id == booking_id, theirs)
    ).one()
    return run, booking


def _locked(run_id: int, reach: Reach) -> Facts:
    """The run, locked, if it is in reach and not over."""
    if db.session.scalar(sa.select(Run.id).where(Run.id == run_id, within(reach))) is None:
        raise Missing
    run = places.locked_run(run_id)
    places.refuse(seating.move_refusal(run.state, run.ends_at, clock.now()))
    return run


def _sitter(run: Facts, booking_id: int) -> Facts:
    found = next((one for one in sitters(run.id) if one.id == booking_id), None)
    if found is None:
        raise Missing
    return found


def _seat(run: Facts, seat_id: int) -> Facts:
    found = next((seat for seat in seats_in(run.room_id) if seat.id == seat_id), None)
    if found is None:
        raise Missing
    return found


def _seat_of(run: Facts, booking: Facts) -> Facts | None:
    return next((seat for seat in seats_in(run.room_id) if seat.id == booking.seat_id), None)


def _sitting_on(run: Facts, seat_id: int) -> Facts | None:
    return next((one for one in sitters(run.id) if one.seat_id == seat_id), None)


def _refuse_unless_free(run: Facts, seat: Facts) -> None:
    if seat.out_of_order:
        raise Refused(Reason.SEAT_UNUSABLE, seat=messages.seat_in_words(seat))
    if _sitting_on(run, seat.id) is not None:
        raise Refused(Reason.SEAT_TAKEN, seat=messages.seat_in_words(seat))


def _reseat(
    by: By, run: Facts, booking: Facts, seat: Facts, there: Facts | None, **detail: Any
) -> None:
    """Let somebody sit on a seat, and whoever is there on theirs; an event and a message each."""
    old = _seat_of(run, booking)
    if there is None:
        sitting.sit(by, booking, seat, old, **detail)
        _tell(run, booking, old, seat)
        return
    if old is None or old.out_of_order:
        raise Refused(Reason.NOTHING_IN_RETURN)
    # A seat has one person at any moment: both stand up first.
    sitting.leave(there)
    sitting.leave(booking)
    sitting.sit(by, there, old, seat, **{"with": booking.id}, **detail)
    _tell(run, there, seat, old)
    sitting.sit(by, booking, seat, old, **{"with": there.id}, **detail)
    _tell(run, booking, old, seat)


def _tell(run: Facts, booking: Facts, old: Facts | None, new: Facts) -> None:
    # Once a class has begun, people are told in the room.
    if clock.now() < run.starts_at:
        sitting.tell(run, booking, old, new, _("자리가 바뀌었습니다."))


def _note_need(by: By, run: Facts, booking: Facts, needs: bool) -> str | None:
    places.refuse(seating.move_refusal(run.state, run.ends_at, clock.now()))
    if booking.needs_accessible is not needs:
        db.session.execute(
            sa.update(Booking).where(Booking.id == booking.id).values(needs_accessible=needs)
        )
        events.record(
            by,
            "booking.wide_seat",
            run_id=run.id,
            person_id=booking.person_id,
            booking_id=booking.id,
            needs=needs,
        )
    if not needs or booking.state not in HOLDING:
        return None
    return _give_wide_seat(by, run, booking)


def _give_wide_seat(by: By, run: Facts, booking: Facts) -> str | None:
    old = _seat_of(run, booking)
    found = places.free_seat(run, needs_accessible=True)
    if found is None or (old is not None and old.accessible):
        return None
    new = _seat(run, found.id)
    if not new.accessible:
        return None
    sitting.sit(by, booking, new, old, chosen=True)
    return messages.seat_in_words(new)
