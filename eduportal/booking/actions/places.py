"""The run's row, its places and its waiting list; the pieces that the verbs share.

Everything here runs inside a verb's turn, on Core statements: the ORM costs a third of the
throughput of the opening minute.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from eduportal.accounts.models import Person
from eduportal.accounts.rules import age_on
from eduportal.booking import messages, messages_offers, rules
from eduportal.booking.actions import sitting
from eduportal.booking.models import Booking
from eduportal.booking.offered import lapsed
from eduportal.booking.rules import (
    HOLDING,
    LIVE,
    Applicant,
    Load,
    Offering,
    Reason,
    State,
    seating,
)
from eduportal.booking.rules import entry as entry_rules
from eduportal.booking.rules import offers as offer_rules
from eduportal.booking.rules.entry import Newcomer
from eduportal.booking.shares import placed_by_department, shares_of
from eduportal.booking.standing import (
    held_before,
    meeting_times,
    newcomer,
    pools_of,
    restricted_until,
    window_of,
)
from eduportal.catalog.models import Meeting, Run, Seat
from eduportal.catalog.rules.intake import Admission, Intake
from eduportal.shared import clock, dates, events
from eduportal.shared.db import Again, UTCDateTime, db
from eduportal.shared.events import SYSTEM, By
from eduportal.shared.refusal import Missing, Refused

Facts = sa.Row[*tuple[Any, ...]]
Centers = frozenset[int] | None

PERSON_FACTS = (
    Person.id,
    Person.audience,
    Person.relation,
    Person.birth_date,
    Person.sex,
    Person.dong,
    Person.department,
    Person.phone,
    Person.email,
)
# What applying asks besides, in the same round trip.
PERSON_HISTORY = (
    held_before(Person.id).label("held_before"),
    restricted_until(Person.id).label("restricted_until"),
)
RUN_FACTS = (
    Run.id,
    Run.title,
    Run.section,
    Run.state,
    Run.audience,
    Run.room_id,
    Run.capacity,
    Run.places_taken,
    Run.waiting,
    Run.waiting_limit,
    Run.monthly_limit,
    Run.minimum_age,
    Run.maximum_age,
    Run.relations,
    Run.needs_approval,
    Run.department_limit,
    Run.apply_from,
    Run.apply_until,
    Run.cancel_until,
    Run.starts_at,
    Run.ends_at,
    Run.starts_on,
    Run.center_id,
    Run.intake,
    Run.applied,
    Run.selected_at,
    Run.gives_until,
    Run.left_over,
    Run.seats_released_at,
    Run.lost_places,
)
BOOKING_FACTS = (
    Booking.id,
    Booking.run_id,
    Booking.person_id,
    Booking.number,
    Booking.state,
    Booking.department,
    Booking.channel,
    Booking.priority_group,
    Booking.gives_way,
    Booking.offer_until,
    Booking.needs_accessible,
)

# The statements of the opening minute are put together once, not for every application: building
# them took more of its time than running them.
PERSON_LOCKED = (
    sa.select(*PERSON_FACTS, *PERSON_HISTORY)
    .where(Person.id == sa.bindparam("person_id"))
    .with_for_update(key_share=True, of=Person)
)
NOW = sa.bindparam("now", type_=UTCDateTime)
RUN_LOCKED = (
    sa.select(
        *RUN_FACTS,
        sa.exists().where(Booking.run_id == Run.id, lapsed(NOW)).label("has_lapsed"),
    )
    .where(Run.id == sa.bindparam("run_id"))
    .with_for_update(key_share=True, of=Run)
)


def _live_bookings() -> sa.Select[*tuple[Any, ...]]:
    theirs, new = aliased(Meeting), aliased(Meeting)
    overlaps = sa.exists().where(
        theirs.run_id == Booking.run_id,
        new.run_id == sa.bindparam("run_id"),
        theirs.starts_at < new.ends_at,
        new.starts_at < theirs.ends_at,
        theirs.cancelled_at.is_(None),
        new.cancelled_at.is_(None),
    )
    return (
        sa.select(
            Booking.run_id,
            Run.title,
            Run.section,
            Run.starts_on,
            Run.center_id,
            overlaps.label("overlaps"),
        )
        .join(Run, Run.id == Booking.run_id)
        .where(
            Booking.person_id == sa.bindparam("person_id"),
            Booking.state.in_(LIVE),
            # Of this very run a booking stands in the way however it is: nobody is in it twice.
            sa.or_(Booking.run_id == sa.bindparam("run_id"), stands(NOW)),
            # Except an offer that is over: it is closed as soon as the run is locked.
            ~lapsed(NOW),
        )
    )


def stands(now: datetime | sa.BindParameter[datetime]) -> sa.ColumnElement[bool]:
    """Waiting for a run that has begun stands in nobody's way: no place comes of it by itself.

    Nor does an offer that is over, whether or not a write has closed it yet.
    """
    going = sa.or_(Booking.state.not_in((State.APPLIED, State.WAITING)), Run.starts_at > now)
    return sa.and_(going, ~lapsed(now))


LIVE_BOOKINGS = _live_bookings()
FREE_SEAT = (
    sa.select(Seat.id, Seat.number, Seat.label)
    .where(
        Seat.room_id == sa.bindparam("room_id"),
        Seat.out_of_order.is_(False),
        Seat.removed_at.is_(None),
        ~sa.exists().where(
            Booking.run_id == sa.bindparam("run_id"),
            Booking.seat_id == Seat.id,
            Booking.state.in_(HOLDING),
        ),
    )
    .order_by(
        sa.case((Seat.accessible, sa.bindparam("accessible_rank", type_=sa.Integer)), else_=0),
        Seat.number,
    )
    .limit(1)
)
RUNS, BOOKINGS = db.metadata.tables["run"], db.metadata.tables["booking"]
COUNT_ONE_MORE = (
    sa.update(RUNS)
    .where(RUNS.c.id == sa.bindparam("of_run"))
    .values(
        last_number=RUNS.c.last_number + 1,
        places_taken=RUNS.c.places_taken + sa.bindparam("placed"),
        waiting=RUNS.c.waiting + sa.bindparam("more_waiting"),
        applied=RUNS.c.applied + sa.bindparam("more_applied"),
    )
    .returning(RUNS.c.last_number)
)
ENTER = sa.insert(BOOKINGS).returning(BOOKINGS.c.id)


def ask(statement: sa.Executable, **values: Any) -> sa.CursorResult[*tuple[Any, ...]]:
    """Run a statement of this turn, past the ORM; what the turn changed through it is there."""
    db.session.flush()
    return db.session.connection().execute(statement, values)


def locked_person(person_id: int) -> Facts:
    """The person's row, locked: it guards what spans runs (two tabs, two runs)."""
    found = ask(PERSON_LOCKED, person_id=person_id, today=clock.today()).one_or_none()
    if found is None:
        raise Missing
    return found


def locked_run(run_id: int, centers: Centers = None) -> Facts:
    """The run's row, locked: it guards the run's places. Missing where it is not theirs.

    Offers that are over are closed first, and their places passed on.
    """
    run = locked_as_it_is(run_id, centers)
    if not run.has_lapsed:
        return run
    _close_lapsed(run)
    fill(run_id)
    return locked_as_it_is(run_id, centers)


def locked_as_it_is(run_id: int, centers: Centers = None) -> Facts:
    """The run's row, locked, its offers left as they are: for who ends all of them anyway."""
    query = RUN_LOCKED if centers is None else RUN_LOCKED.where(Run.center_id.in_(centers))
    found = ask(query, run_id=run_id, now=clock.now()).one_or_none()
    if found is None:
        raise Missing
    return found


def booking_facts(booking_id: int, *where: sa.ColumnElement[bool]) -> Facts:
    """A booking by its id; read again after the run is locked, since it may have moved."""
    found = db.session.execute(
        sa.select(*BOOKING_FACTS).where(Booking.id == booking_id, *where)
    ).one_or_none()
    if found is None:
        raise Missing
    return found


def offering(run: Facts) -> Offering:
    """A run's row as the rules see it."""
    return Offering(
        run.state,
        run.audience,
        run.apply_from,
        run.apply_until,
        run.minimum_age,
        run.maximum_age,
        frozenset(run.relations.split(",")),
        run.monthly_limit,
        window_of(run).gives_until if run.left_over else None,
    )


def intake_of(run: Facts) -> Intake:
    """How the run's places are given."""
    return Intake.of(run.intake)


def applicant(person: Facts, starts_on: date, any_age: bool = False) -> Applicant:
    """A person's row as the rules see it, as old as on the first meeting's day."""
    age = age_on(starts_on, person.birth_date)
    return Applicant(person.audience, person.relation, age, any_age)


def live_bookings(person_id: int, run_id: int) -> Sequence[Facts]:
    """What the person has over all centers, and whether its meetings overlap the run's.

    Rows of (run_id, title, section, starts_on, overlaps); asked under the person's lock.
    """
    return ask(LIVE_BOOKINGS, person_id=person_id, run_id=run_id, now=clock.now()).all()


def load(bookings: Sequence[Facts], run: Facts) -> Load:
    """What those bookings mean for one more, in this run."""
    others = [booking for booking in bookings if booking.run_id != run.id]
    clashing = [messages.titled(other.title, other.section) for other in others if other.overlaps]
    return Load(
        in_month=sum(_month(other.starts_on) == _month(run.starts_on) for other in others),
        month=run.starts_on.month,
        overlapping=clashing[0] if clashing else None,
    )


def travel_refusal(bookings: Sequence[Facts], run: Facts) -> rules.Refusal | None:
    """Why there is no time to come here from a class of another center, or to go there (R7)."""
    minutes = intake_of(run).travel_minutes
    far = [other for other in bookings if other.center_id != run.center_id]
    if not minutes or not far:
        return None
    times = meeting_times({run.id, *(other.run_id for other in far)})
    for other in far:
        if entry_rules.too_close(times[run.id], times[other.run_id], minutes):
            title = messages.titled(other.title, other.section)
            return entry_rules.Reason.TOO_FAR, {"other": title, "minutes": minutes}
    return None


def contact(person_id: int) -> Facts:
    """Where messages reach a person."""
    return db.session.execute(sa.select(*PERSON_FACTS).where(Person.id == person_id)).one()


def free_seat(run: Facts, needs_accessible: bool = False) -> Facts | None:
    """The seat (id, number, label) that the next person gets in this run: as seating.seat_for."""
    rank = seating.accessible_rank(needs_accessible, sitting.are_released(run))
    return ask(FREE_SEAT, room_id=run.room_id, run_id=run.id, accessible_rank=rank).first()


def change_run(run_id: int, **by_how_many: int) -> None:
    """Add to the run's counts in SQL; the database refuses what its CHECKs forbid."""
    values = {name: getattr(Run, name) + number for name, number in by_how_many.items() if number}
    if values:
        db.session.execute(sa.update(Run).where(Run.id == run_id).values(values))


def next_number(run_id: int, state: State) -> int:
    """Count one more application in this state; returns its number in the order of arrival."""
    more = {
        "placed": int(state is State.PLACED),
        "more_waiting": int(state is State.WAITING),
        "more_applied": int(state is State.APPLIED),
    }
    return int(ask(COUNT_ONE_MORE, of_run=run_id, **more).scalar_one())


def move(booking: Facts, new: State, **values: object) -> None:
    """Take a booking to another state; the transition table is the only one that allows it."""
    if not rules.may_move(booking.state, new):
        raise Refused(Reason.NOT_LIVE)
    if booking.state is State.OFFERED:
        messages_offers.take_back(booking.id)
    db.session.execute(
        sa.update(Booking)
        .where(Booking.id == booking.id)
        .values(state=new, changed_at=clock.now(), **values)
    )


def fill(run_id: int, by: By = SYSTEM, here: int | None = None) -> None:
    """Give or offer free places to whoever waits longest and may have one; the run is locked.

    Somebody who may not now (two other runs this month, an overlap, a department that has its
    share, a place kept for others) is passed over, which is recorded, and keeps the place in the
    list. `here` is the booking of somebody who is applying now: they are not asked first.
    """
    run = _within_its_seats(locked_run(run_id))
    if run.places_taken >= run.capacity or not run.waiting or not passes_on(run):
        return
    not_theirs: list[Facts] = []
    for candidate in waiting(run_id):
        if run.places_taken >= run.capacity:
            return
        if not has_a_turn(run, candidate):
            not_theirs.append(candidate)
        elif _give_or_pass_over(run, candidate, by, candidate.id == here):
            _note_passed_over(run.id, not_theirs, by)
            run = locked_run(run_id)


def _within_its_seats(run: Facts) -> Facts:
    """The run without the free places for which no seat works; who sat on a broken one moves."""
    fewer = run.places_taken < run.capacity and sitting.keep_within_seats(run)
    return locked_run(run.id) if fewer else run


def waiting(run_id: int) -> Iterable[Facts]:
    """Those who wait in a run, in their order."""
    return db.session.execute(
        sa.select(*BOOKING_FACTS)
        .where(Booking.run_id == run_id, Booking.state == State.WAITING)
        .order_by(Booking.gives_way, Booking.number)
    ).all()


def applied(run_id: int) -> Sequence[Facts]:
    """Those about whom a department, lots or a screening decide, in the order of arrival."""
    return db.session.execute(
        sa.select(*BOOKING_FACTS)
        .where(Booking.run_id == run_id, Booking.state == State.APPLIED)
        .order_by(Booking.number)
    ).all()


def share_refusal(run: Facts, department: str | None) -> rules.Refusal | None:
    """Why one more of a department may have no place in this run; asked under the run's lock."""
    if run.audience != "employee" or department is None:
        return None
    places = shares_of(run.id, run.department_limit).of(department)
    if places is None:
        return None
    return rules.share_refusal(department, places, placed_by_department(run.id).get(department, 0))


def state_on_entry(run: Facts, one: Newcomer, department: str | None) -> State:
    """Applied, placed or waiting; raises Refused where a share or the list is full."""
    intake = intake_of(run)
    if entry_rules.collects(intake, run.selected_at):
        return State.APPLIED
    refuse(share_refusal(run, department))
    free = run.capacity - run.places_taken
    theirs = entry_rules.free_for(one, free, pools_of(run, intake)) if free > 0 else 0
    if not entry_rules.may_have_now(one, window_of(run), clock.now()):
        theirs = 0
    state = entry_rules.state_for(theirs, run.waiting, run.waiting_limit)
    if state is None:
        raise Refused(entry_rules.Reason.KEPT_FOR_OTHERS if free > 0 else Reason.WAITING_FULL)
    return state


def fill_beside_waiting(run: Facts, here: int | None = None) -> None:
    """After somebody joined a list beside a free place: those before may not have it, say why.

    `here` is that booking, where the person is there to be told at once.
    """
    if run.waiting and run.places_taken < run.capacity:
        fill(run.id, here=here)


def place_waiting(run: Facts, booking: Facts, person: Facts, by: By, **why: str | None) -> None:
    """Give a waiting booking a place and tell the person; the caller has asked the rules."""
    seat = free_seat(run, booking.needs_accessible)
    now = clock.now()
    move(
        booking,
        State.PLACED,
        held_from=now,
        seat_id=seat.id if seat else None,
        out_of_turn_reason=why.get("reason"),
    )
    change_run(run.id, places_taken=1, waiting=-1)
    note(by, "placed", run.id, booking, reason=why.get("reason"), from_state=booking.state)
    named = messages.seat_in_words(seat) if seat else None
    messages.tell_placed_from_waiting(run, booking.id, person, named)


def offer_waiting(
    run: Facts, booking: Facts, person: Facts, by: By, until: datetime, reason: str | None = None
) -> None:
    """Offer a waiting booking a place, which is held until then; the caller has asked the rules."""
    seat, now = free_seat(run, booking.needs_accessible), clock.now()
    move(
        booking,
        State.OFFERED,
        offered_at=now,
        offer_until=until,
        seat_id=seat.id if seat else None,
        out_of_turn_reason=reason,
    )
    change_run(run.id, places_taken=1, waiting=-1)
    note(by, "offered", run.id, booking, reason=reason, until=until.isoformat())
    messages_offers.tell_offered(run, booking.id, person, until)


def end_offer(
    run: Facts, booking: Facts, new: State, by: By, reason: str | None = None, **detail: Any
) -> None:
    """Free the place that an offer holds: it was declined, or is over."""
    move(booking, new, seat_id=None)
    change_run(run.id, places_taken=-1)
    note(by, new, run.id, booking, reason=reason, from_state=booking.state, **detail)


def end_waiting(run_id: int, by: By) -> None:
    """Let those who still wait go, when the run is over; they were told that none is given now."""
    for booking in waiting(run_id):
        move(booking, State.CANCELLED)
        change_run(run_id, waiting=-1)
        note(by, State.CANCELLED, run_id, booking, from_state=booking.state)
    for booking in applied(run_id):
        move(booking, State.NOT_SELECTED)
        change_run(run_id, applied=-1)
        note(by, State.NOT_SELECTED, run_id, booking, from_state=booking.state)


def runs_waited_for(person_id: int) -> Sequence[int]:
    """Runs with a free place in whose list the person stands: passed over there, until now."""
    query = sa.select(Run.id).join(Booking, Booking.run_id == Run.id)
    return db.session.scalars(
        query.where(
            Booking.person_id == person_id,
            Booking.state == State.WAITING,
            Run.places_taken < Run.capacity,
        ).order_by(Run.id)
    ).all()


def note(
    by: By, verb: str, run_id: int, booking: Facts, reason: str | None = None, **detail: Any
) -> None:
    """The event of a booking."""
    events.record(
        by,
        f"booking.{verb}",
        run_id=run_id,
        person_id=booking.person_id,
        booking_id=booking.id,
        reason=reason,
        **detail,
    )


def refuse(refusal: rules.Refusal | None) -> None:
    """Raise what a rule answered, its facts written as people read them."""
    if refusal is not None:
        reason, facts = refusal
        raise Refused(reason, **{name: _in_words(name, fact) for name, fact in facts.items()})


def deadline(run: Facts) -> datetime | None:
    """Until when an offer made now lasts; None where it is too late to ask."""
    return offer_rules.offer_deadline(clock.now(), intake_of(run), window_of(run).gives_until)


def passes_on(run: Facts) -> bool:
    """Whether a free place of the run goes on by itself: who cannot be asked any more is called."""
    now, until, intake = clock.now(), window_of(run).gives_until, intake_of(run)
    if run.state != "published" or not rules.passes_on(now, until):
        return False
    return not intake.offer_hours or offer_rules.may_ask(now, intake, until)


def has_a_turn(run: Facts, candidate: Facts) -> bool:
    """Whether the free places are for this one too, and it is their time."""
    one, free = newcomer(candidate), run.capacity - run.places_taken
    if not entry_rules.may_have_now(one, window_of(run), clock.now()):
        return False
    return entry_rules.free_for(one, free, pools_of(run, intake_of(run))) > 0


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _give_or_pass_over(run: Facts, candidate: Facts, by: By, is_here: bool) -> bool:
    person = _lock_if_free(candidate.person_id)
    refusal = why_not_now(run, candidate, person)
    if refusal is not None:
        note(by, "passed_over", run.id, candidate, why=refusal[0].name)
        return False
    until = None if is_here or not intake_of(run).offer_hours else deadline(run)
    if until is None:
        place_waiting(run, candidate, person, by)
    else:
        offer_waiting(run, candidate, person, by, until)
    return True


def _note_passed_over(run_id: int, not_theirs: list[Facts], by: By) -> None:
    """Say once why somebody behind them was given a place: it was not one for them."""
    for candidate in not_theirs:
        note(by, "passed_over", run_id, candidate, why=entry_rules.Reason.KEPT_FOR_OTHERS.name)
    not_theirs.clear()


def _close_lapsed(run: Facts) -> None:
    over = db.session.execute(
        sa.select(*BOOKING_FACTS)
        .join(Run, Run.id == Booking.run_id)
        .where(Booking.run_id == run.id, lapsed(clock.now()))
        .order_by(Booking.number)
    ).all()
    for booking in over:
        end_offer(run, booking, State.LAPSED, SYSTEM)
        messages_offers.tell_lapsed(run, booking.id, contact(booking.person_id))


def why_not_now(run: Facts, candidate: Facts, person: Facts) -> rules.Refusal | None:
    """Why somebody who waits may not have a place now: what else they have, their department."""
    return in_the_way(run, person) or share_refusal(run, candidate.department)


def in_the_way(run: Facts, person: Facts) -> rules.Refusal | None:
    """What a person has meanwhile that stands in the way of a place in this run."""
    bookings = live_bookings(person.id, run.id)
    others = [other for other in bookings if other.run_id != run.id]
    return (
        rules.load_refusal(offering(run), load(bookings, run))
        or travel_refusal(others, run)
        or entry_rules.restriction_refusal(_restricted_until(person.id))
    )


def _restricted_until(person_id: int) -> date | None:
    query = sa.select(restricted_until(Person.id)).where(Person.id == person_id)
    return db.session.scalar(query, {"today": clock.today()})


def _lock_if_free(person_id: int) -> Facts:
    # Waiting here would be against the order of locks (person before run), so it does not wait.
    found = db.session.execute(
        sa.select(*PERSON_FACTS)
        .where(Person.id == person_id)
        .with_for_update(key_share=True, skip_locked=True)
    ).one_or_none()
    if found is None:
        raise Again
    return found


def _in_words(name: str, fact: object) -> object:
    if isinstance(fact, datetime):
        return dates.written_datetime(fact)
    if isinstance(fact, date):
        return dates.written_date(fact)
    if name == "channel":
        return Admission(str(fact)).label
    if name == "audience":
        return messages.audience_in_words(str(fact))
    if name == "relations":
        return messages.relations_in_words(fact)
    return fact
