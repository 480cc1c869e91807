"""Offers of free places (빈자리 안내): accepted, declined, taken back, lengthened, closed.

An offer holds its place until it is answered or over. Whatever ends it passes the place on in the
same turn; one that is over is closed by the next write to its run (places.locked_run), which is
the sweep of `eduportal work` where nothing else is written.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from eduportal.booking import messages, messages_offers
from eduportal.booking.actions import places
from eduportal.booking.actions.leaving import fill_where_passed_over
from eduportal.booking.actions.places import Centers, Facts
from eduportal.booking.models import Booking
from eduportal.booking.offered import lapsed
from eduportal.booking.rules import Reason, State, offers
from eduportal.booking.standing import window_of
from eduportal.catalog.models import Run, Seat
from eduportal.shared import clock
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused


def accept_own(by: By, booking_id: int) -> State:
    """Take the place that the acting person is offered; says where the booking stands then.

    The second of two taps finds it placed; too late finds it lapsed: neither is an error. Raises
    Refused where something stands in the way meanwhile, Missing where it is somebody else's.
    """
    return _accept(by, booking_id, None, Booking.person_id == by.person_id)


def accept_for(by: By, booking_id: int, centers: Centers) -> State:
    """Take the place for somebody who said so on the phone; as accept_own."""
    return _accept(by, booking_id, centers)


def decline_own(by: By, booking_id: int) -> State:
    """Give back the place that the acting person is offered; says where the booking stands then.

    It is passed on at once. Raises Missing where it is somebody else's.
    """
    return _passed_on(*_decline(by, booking_id, None, Booking.person_id == by.person_id))


def decline_for(by: By, booking_id: int, centers: Centers) -> State:
    """Give back the place for somebody who said so on the phone; as decline_own."""
    return _passed_on(*_decline(by, booking_id, centers))


def withdraw(by: By, booking_id: int, centers: Centers, reason: str) -> None:
    """Take an offer back for the office: the application ends, and the reason is told."""
    _passed_on(State.CANCELLED, _withdraw(by, booking_id, centers, reason))


@writing
def lengthen(by: By, booking_id: int, centers: Centers, until: datetime, reason: str) -> None:
    """Give somebody more time to answer. Raises Refused beyond the run's cut-off."""
    _need(reason)
    run, booking = _locked_offer(booking_id, centers)
    places.refuse(offers.extension_refusal(until, booking.offer_until, window_of(run).gives_until))
    db.session.execute(
        sa.update(Booking)
        .where(Booking.id == booking_id)
        .values(offer_until=until, changed_at=clock.now())
    )
    times = {"old": booking.offer_until.isoformat(), "until": until.isoformat()}
    places.note(by, "offer_lengthened", run.id, booking, reason=reason, **times)
    person = places.contact(booking.person_id)
    messages_offers.tell_lengthened(run, booking_id, person, until)


@writing
def note_call(by: By, booking_id: int, centers: Centers) -> None:
    """Write down that somebody was told of their offer on the phone."""
    run, booking = _locked_offer(booking_id, centers)
    places.note(by, "offer_called", run.id, booking)


def close_lapsed(since: datetime) -> int:
    """Close every offer that is over and pass its place on, run by run; returns how many runs.

    Whoever let one lapse `since` then may have a place elsewhere that it stood in the way of.
    """
    runs = _runs_with_lapsed()
    for run_id in runs:
        _settle(run_id)
    for person_id in _let_lapse(since):
        fill_where_passed_over(person_id)
    return len(runs)


@writing
def _accept(by: By, booking_id: int, centers: Centers, *whose: sa.ColumnElement[bool]) -> State:
    seen = places.booking_facts(booking_id, *whose)
    person = places.locked_person(seen.person_id)
    run = places.locked_run(seen.run_id, centers)
    booking = places.booking_facts(booking_id)
    if booking.state is not State.OFFERED:
        return State(booking.state)
    places.refuse(places.in_the_way(run, person))
    places.move(booking, State.PLACED, held_from=clock.now())
    places.note(by, "placed", run.id, booking, from_state=booking.state)
    messages_offers.tell_accepted(run, booking_id, person, _seat_in_words(booking_id))
    return State.PLACED


@writing
def _decline(
    by: By, booking_id: int, centers: Centers, *whose: sa.ColumnElement[bool]
) -> tuple[State, int | None]:
    seen = places.booking_facts(booking_id, *whose)
    run = places.locked_run(seen.run_id, centers)
    booking = places.booking_facts(booking_id)
    if booking.state is not State.OFFERED:
        return State(booking.state), None
    places.end_offer(run, booking, State.DECLINED, by)
    messages_offers.tell_declined(run, booking_id, places.contact(booking.person_id))
    places.fill(run.id)
    return State.DECLINED, booking.person_id


@writing
def _withdraw(by: By, booking_id: int, centers: Centers, reason: str) -> int | None:
    _need(reason)
    run, booking = _locked_offer(booking_id, centers)
    places.end_offer(run, booking, State.CANCELLED, by, reason, withdrawn=True)
    messages.tell_cancelled(run, booking_id, places.contact(booking.person_id), reason)
    places.fill(run.id)
    person_id: int | None = booking.person_id
    return person_id


def _locked_offer(booking_id: int, centers: Centers) -> tuple[Facts, Facts]:
    """Run and booking, locked; Refused where no offer is out."""
    run = places.locked_run(places.booking_facts(booking_id).run_id, centers)
    booking = places.booking_facts(booking_id)
    if booking.state is not State.OFFERED:
        raise Refused(offers.Reason.NOT_OFFERED)
    return run, booking


def _passed_on(state: State, person_id: int | None) -> State:
    """What the offer stood in the way of elsewhere is the person's now; in turns of their own."""
    if person_id is not None:
        fill_where_passed_over(person_id)
    return state


def _seat_in_words(booking_id: int) -> str | None:
    seat = db.session.execute(
        sa.select(Seat.id, Seat.number, Seat.label)
        .join(Booking, Booking.seat_id == Seat.id)
        .where(Booking.id == booking_id)
    ).one_or_none()
    return messages.seat_in_words(seat) if seat else None


def _runs_with_lapsed() -> Sequence[int]:
    query = sa.select(Run.id).join(Booking, Booking.run_id == Run.id)
    over = query.where(lapsed(clock.now())).distinct().order_by(Run.id)
    return db.session.scalars(over).all()


@writing
def _settle(run_id: int) -> None:
    # To lock the run is to close what is over in it.
    places.locked_run(run_id)


def _let_lapse(since: datetime) -> Sequence[int]:
    query = sa.select(Booking.person_id).where(
        Booking.state == State.LAPSED,
        Booking.changed_at >= since,
        Booking.person_id.is_not(None),
    )
    return [int(one) for one in db.session.scalars(query.distinct()) if one is not None]


def _need(reason: str) -> None:
    if not reason.strip():
        raise Refused(Reason.REASON_NEEDED)
