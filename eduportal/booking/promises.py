"""What must always be true of the rows (the design's promises 1 to 3), asked of them.

Each question answers with one sentence per broken row; no sentence, promise kept.
"""

from collections.abc import Callable, Iterable

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from eduportal.booking import draw_promises, strikes
from eduportal.booking.actions import places
from eduportal.booking.models import Booking
from eduportal.booking.rules import HOLDING, LIVE, State
from eduportal.booking.rules.seating import capacity_within
from eduportal.booking.seated import fewest_seats, runs_with_broken_seats
from eduportal.catalog.models import Run
from eduportal.catalog.rules import RunState
from eduportal.notices.models import Notice
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.events import Event

# A closed run keeps its places: whoever completed or did not, had one.
TAKING = HOLDING | {State.COMPLETED, State.NOT_COMPLETED}


# After these a run may start in another month than when people applied.
MAY_CHANGE_THE_MONTH = (
    "run.edited",
    "run.meeting_moved",
    "run.meeting_called_off",
    "run.meeting_restored",
    "run.class_added",
)


def broken() -> list[str]:
    """A sentence for every promise that a row breaks, at this moment."""
    return [sentence for question in QUESTIONS for sentence in question()]


def places_are_counted_right() -> Iterable[str]:
    """The run's counts are what its bookings say."""
    taken = sa.func.count().filter(Booking.state.in_(TAKING))
    waiting = sa.func.count().filter(Booking.state == State.WAITING)
    applied = sa.func.count().filter(Booking.state == State.APPLIED)
    last = sa.func.coalesce(sa.func.max(Booking.number), 0)
    rows = db.session.execute(
        sa.select(Run.id, Run.places_taken, Run.waiting, taken, waiting)
        .outerjoin(Booking, Booking.run_id == Run.id)
        .where(Run.state != RunState.CANCELLED)
        .group_by(Run.id)
        .having(
            sa.or_(
                Run.places_taken != taken,
                Run.waiting != waiting,
                Run.applied != applied,
                Run.last_number < last,
            )
        )
    )
    for run_id, kept_taken, kept_waiting, is_taken, is_waiting in rows:
        yield (
            f"run {run_id}: {kept_taken} places and {kept_waiting} waiting are written down,"
            f" {is_taken} and {is_waiting} are there"
        )


def nothing_is_oversold() -> Iterable[str]:
    """No run has more people than places."""
    count = sa.func.count()
    rows = db.session.execute(
        sa.select(Run.id, Run.capacity, count)
        .join(Booking, Booking.run_id == Run.id)
        .where(Booking.state.in_(TAKING))
        .group_by(Run.id)
        .having(count > Run.capacity)
    )
    for run_id, capacity, there in rows:
        yield f"run {run_id}: {there} people on {capacity} places"


def no_seat_has_two_people() -> Iterable[str]:
    """One live booking per seat and run, and per person and run."""
    for what, column in (("seat", Booking.seat_id), ("person", Booking.person_id)):
        states = HOLDING if what == "seat" else LIVE
        rows = db.session.execute(
            sa.select(Booking.run_id, column)
            .where(Booking.state.in_(states), column.is_not(None))
            .group_by(Booking.run_id, column)
            .having(sa.func.count() > 1)
        )
        for run_id, row_id in rows:
            yield f"run {run_id}: {what} {row_id} is in it twice"


def no_broken_seat_is_offered() -> Iterable[str]:
    """A run that is not over offers no free place for which no seat works."""
    for run in runs_with_broken_seats(None):
        seats = fewest_seats(run)
        fits = capacity_within(run.capacity, run.places_taken, seats, run.lost_places)
        if fits < run.capacity:
            yield f"run {run.id}: {run.capacity} places are offered, {seats.working} seats work"


def nobody_was_overtaken() -> Iterable[str]:
    """No later number was placed while an earlier one waited, unless passed over or by reason."""
    later = aliased(Booking)
    passed_over = sa.exists().where(
        Event.booking_id == Booking.id, Event.verb == "booking.passed_over"
    )
    rows = db.session.execute(
        sa.select(Booking.run_id, Booking.number, later.number)
        .join(
            later,
            sa.and_(
                later.run_id == Booking.run_id,
                later.number > Booking.number,
                later.state.in_(TAKING),
                # What was offered was given then, whenever it was taken.
                sa.func.coalesce(later.offered_at, later.held_from) >= Booking.applied_at,
                later.out_of_turn_reason.is_(None),
            ),
        )
        .where(Booking.state == State.WAITING, Booking.gives_way.is_(False), ~passed_over)
    )
    for run_id, waits, placed in rows:
        yield f"run {run_id}: number {placed} was placed while number {waits} waits"


def no_place_is_free_while_somebody_waits() -> Iterable[str]:
    """As long as free places go on by themselves, whoever waits and may have one has it."""
    rows = db.session.execute(
        sa.select(*places.RUN_FACTS).where(
            Run.state == RunState.PUBLISHED,
            Run.waiting > 0,
            Run.places_taken < Run.capacity,
        )
    ).all()
    for run in filter(places.passes_on, rows):
        for waiting in places.waiting(run.id):
            if places.has_a_turn(run, waiting) and (
                places.why_not_now(run, waiting, places.contact(waiting.person_id)) is None
            ):
                yield f"run {run.id}: number {waiting.number} waits beside a free place"


def offers_end_in_time() -> Iterable[str]:
    """No offer was made when no place was given any more, or lasts beyond that.

    A run whose meetings staff moved may have come nearer: its offers end with it (offered.lapsed).
    """
    cut_off = sa.func.coalesce(Run.gives_until, Run.starts_at)
    changed = sa.exists().where(
        Event.run_id == Run.id, Event.verb.startswith("run."), Event.at > Booking.offered_at
    )
    rows = db.session.execute(
        sa.select(Booking.id, Booking.run_id)
        .join(Run, Run.id == Booking.run_id)
        .where(
            Booking.state == State.OFFERED,
            sa.or_(
                Booking.offered_at.is_(None),
                Booking.offered_at >= Booking.offer_until,
                sa.and_(Booking.offer_until > cut_off, ~changed),
            ),
        )
    )
    for booking_id, run_id in rows:
        yield f"booking {booking_id}: its offer lasts beyond what run {run_id} allows"


def nobody_keeps_what_they_gave_back() -> Iterable[str]:
    """Whoever declined an offer, or let it lapse, has no seat and was never counted as there."""
    rows = db.session.scalars(
        sa.select(Booking.id).where(
            Booking.state.in_((State.DECLINED, State.LAPSED)),
            sa.or_(Booking.seat_id.is_not(None), Booking.held_from.is_not(None)),
        )
    )
    for booking_id in rows:
        yield f"booking {booking_id}: its offer is over, and it still has the place"


def nobody_has_more_than_the_limit() -> Iterable[str]:
    """Live bookings of runs that start in one month, over all centers.

    A run that staff moved or edited may have come into a month that was full: that is on record.
    """
    moved = sa.exists().where(Event.run_id == Run.id, Event.verb.in_(MAY_CHANGE_THE_MONTH))
    month = sa.extract("year", Run.starts_on) * 100 + sa.extract("month", Run.starts_on)
    count = sa.func.count()
    rows = db.session.execute(
        sa.select(Booking.person_id, month, count)
        .join(Run, Run.id == Booking.run_id)
        .where(
            Booking.state.in_(LIVE),
            Booking.person_id.is_not(None),
            places.stands(clock.now()),
            ~moved,
        )
        .group_by(Booking.person_id, month)
        .having(count > sa.func.max(Run.monthly_limit))
    )
    for person_id, in_month, there in rows:
        yield f"person {person_id}: {there} live bookings of runs that start in {in_month}"


def cancelled_runs_are_empty() -> Iterable[str]:
    """Nobody is left in a run that is off."""
    rows = db.session.execute(
        sa.select(Run.id, sa.func.count())
        .join(Booking, Booking.run_id == Run.id)
        .where(Run.state == RunState.CANCELLED, Booking.state.in_(LIVE))
        .group_by(Run.id)
    )
    for run_id, there in rows:
        yield f"run {run_id} is cancelled and still has {there} live bookings"


def holding_has_its_dates() -> Iterable[str]:
    """Figures are counted by held_from and held_until: they say what the state says."""
    # A place that is offered is kept, not held: nobody has said yet that they come.
    holds = Booking.state.in_(TAKING - {State.OFFERED})
    rows = db.session.scalars(
        sa.select(Booking.id).where(
            sa.or_(
                sa.and_(holds, Booking.held_from.is_(None)),
                sa.and_(holds, Booking.held_until.is_not(None)),
                sa.and_(~holds, Booking.held_from.is_not(None), Booking.held_until.is_(None)),
            )
        )
    )
    for booking_id in rows:
        yield f"booking {booking_id}: its state and the time it held a place do not agree"


def every_place_has_its_event() -> Iterable[str]:
    """Who gave every place, and when, is on record."""
    told = sa.exists().where(Event.booking_id == Booking.id, Event.verb == "booking.placed")
    rows = db.session.scalars(sa.select(Booking.id).where(Booking.held_from.is_not(None), ~told))
    for booking_id in rows:
        yield f"booking {booking_id}: nobody is on record for placing it"


def no_message_without_its_booking() -> Iterable[str]:
    """No message about a place that was not written."""
    written = set(db.session.scalars(sa.select(Booking.id)))
    notices = sa.select(Notice.id, Notice.dedupe).where(Notice.dedupe.startswith("booking:"))
    for notice_id, dedupe in db.session.execute(notices):
        if int(dedupe.split(":")[1]) not in written:
            yield f"notice {notice_id}: the booking it tells of is not there"


QUESTIONS: tuple[Callable[[], Iterable[str]], ...] = (
    places_are_counted_right,
    nothing_is_oversold,
    no_seat_has_two_people,
    no_broken_seat_is_offered,
    nobody_was_overtaken,
    no_place_is_free_while_somebody_waits,
    offers_end_in_time,
    nobody_keeps_what_they_gave_back,
    nobody_has_more_than_the_limit,
    cancelled_runs_are_empty,
    holding_has_its_dates,
    every_place_has_its_event,
    no_message_without_its_booking,
    strikes.restrictions_stand_one_after_another,
    *draw_promises.QUESTIONS,
)
