"""What staff do to a whole run and everybody in it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import aliased

from eduportal.accounts.models import Account, Person
from eduportal.booking import messages, rules
from eduportal.booking.actions import places, promising
from eduportal.booking.actions.places import BOOKING_FACTS, Centers, Facts
from eduportal.booking.actions.sitting import write_capacity
from eduportal.booking.models import Booking
from eduportal.booking.rules import LIVE, Reason, State
from eduportal.booking.seated import fewest_seats
from eduportal.catalog import actions as catalog
from eduportal.catalog.models import Instructor, Meeting, Room, Run, RunAlternative
from eduportal.catalog.rules import RunState, timetable
from eduportal.shared import clock, dates, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused


def cancel_run(
    by: By, run_id: int, centers: Centers, reason: str, instead: Sequence[int] = ()
) -> None:
    """Cancel a run (폐강) with its live bookings, and tell everybody in it. Raises Refused.

    `instead` are runs that are offered in its place: named in the message, shown on its page. A
    run that nobody could see yet is never shown.
    """
    _cancel_run(by, run_id, centers, reason, instead)
    fill_where_freed(run_id)


@writing
def _cancel_run(by: By, run_id: int, centers: Centers, reason: str, instead: Sequence[int]) -> None:
    run = places.locked_as_it_is(run_id, centers)
    if run.state is not RunState.PUBLISHED:
        raise Refused(Reason.NOT_RUNNING)
    if run.ends_at is not None and clock.now() >= run.ends_at:
        raise Refused(Reason.RUN_ENDED)
    others = _offered_instead(run_id, run.audience, instead)
    for booking, person in people_in(run_id):
        new = rules.state_after_leaving(booking.state, clock.now(), run.starts_at)
        held = {"held_until": clock.now()} if booking.state is State.PLACED else {}
        places.move(booking, new, **held)
        places.note(by, new, run_id, booking, reason=reason, from_state=booking.state)
        messages.tell_run_cancelled(run, booking.id, person, reason, others)
    _tell_teachers(run, reason)
    db.session.add_all(RunAlternative(run_id=run_id, other_id=other.id) for other in others)
    db.session.execute(
        sa.update(Run)
        .where(Run.id == run_id)
        .values(
            state=RunState.CANCELLED,
            cancelled_on=clock.today(),
            cancelled_reason=reason,
            published_at=sa.case((Run.published_at <= clock.now(), Run.published_at)),
            places_taken=0,
            waiting=0,
            applied=0,
        )
    )
    ids = [other.id for other in others]
    events.record(by, "run.cancelled", run_id=run_id, reason=reason, instead=ids)


def _tell_teachers(run: Facts, reason: str) -> None:
    """Once to everybody who would teach a class that is to come."""
    first = sa.func.min(Meeting.id)
    to_come = db.session.execute(
        sa.select(Meeting.instructor_id, first)
        .where(
            Meeting.run_id == run.id,
            Meeting.cancelled_at.is_(None),
            Meeting.ends_at > clock.now(),
            Meeting.instructor_id.is_not(None),
        )
        .group_by(Meeting.instructor_id)
        .order_by(first)
    )
    for instructor_id, meeting_id in to_come.all():
        sentence = _("강좌가 폐강되었습니다. 사유: %(reason)s", reason=reason)
        tell_teacher(run, meeting_id, instructor_id, sentence)


@writing
def change_capacity(by: By, run_id: int, centers: Centers, capacity: int) -> None:
    """Offer more or fewer places; more go to the waiting list at once.

    Raises Refused below those placed, and above the seats that work where a class is held.
    """
    run = places.locked_run(run_id, centers)
    _refuse_unless_to_come(run)
    if capacity < run.places_taken:
        raise Refused(Reason.CAPACITY_BELOW_PLACED, taken=run.places_taken)
    seats = fewest_seats(run).working
    if capacity > seats:
        raise Refused(Reason.CAPACITY_ABOVE_SEATS, seats=seats)
    promising.refuse_capacity(run, capacity)
    write_capacity(run, capacity, lost=0)
    events.record(by, "run.capacity", run_id=run_id, old=run.capacity, new=capacity)
    promising.keep_promise(places.locked_run(run_id), by)
    places.fill(run_id)


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
    run_id = _move_meeting(by, meeting_id, centers, starts_at, ends_at, room_id)
    fill_where_freed(run_id)


@writing
def _move_meeting(
    by: By,
    meeting_id: int,
    centers: Centers,
    starts_at: datetime,
    ends_at: datetime,
    room_id: int,
) -> int:
    run = places.locked_run(run_of(meeting_id), centers)
    # Under the lock: whoever moved it meanwhile has told people of a time that is true now.
    old = db.session.execute(
        sa.select(Meeting.starts_at, Meeting.ends_at, Meeting.room_id, Meeting.instructor_id).where(
            Meeting.id == meeting_id
        )
    ).one()
    _refuse_unless_to_come(run)
    if run.state is RunState.PUBLISHED and old.starts_at <= clock.now():
        raise Refused(Reason.MEETING_BEGUN)
    if (old.starts_at, old.ends_at, old.room_id) == (starts_at, ends_at, room_id):
        return int(run.id)
    if run.state is RunState.PUBLISHED and starts_at <= clock.now():
        raise Refused(timetable.Reason.IN_THE_PAST)
    catalog.move_meeting(by, meeting_id, starts_at, ends_at, room_id)
    if run.state is RunState.PUBLISHED:
        _tell_moved(run, meeting_id, old, (starts_at, ends_at), room_id)
        places.fill(run.id)
    return int(run.id)


def _tell_moved(
    run: Facts, meeting_id: int, old: Facts, new: tuple[datetime, datetime], room_id: int
) -> None:
    room = str(db.session.scalar(sa.select(Room.name).where(Room.id == room_id)))
    for booking, person in people_in(run.id):
        messages.tell_moved(run, booking.id, person, old.starts_at, new, room)
    sentence = _(
        "%(old)s 수업이 %(new)s, %(room)s(으)로 바뀌었습니다.",
        old=dates.written_datetime(old.starts_at),
        new=dates.written_span(*new),
        room=room,
    )
    tell_teacher(run, meeting_id, old.instructor_id, sentence)


def fill_where_freed(run_id: int) -> None:
    """Give free places to people of this run who wait elsewhere: it may stand in their way no more.

    In turns of their own: no verb locks two runs, so that none can wait in a circle.
    """
    for waited_for in _waited_for_by_people_of(run_id):
        _fill(waited_for)


def run_of(meeting_id: int) -> int:
    """The run of a meeting; raises Missing."""
    run_id = db.session.scalar(sa.select(Meeting.run_id).where(Meeting.id == meeting_id))
    if run_id is None:
        raise Missing
    return run_id


def people_in(run_id: int) -> Iterable[tuple[Facts, Facts]]:
    """Every live booking of a run with how its person is reached, in the order of numbers."""
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


def tell_teacher(run: Facts, meeting_id: int, instructor_id: int | None, sentence: str) -> None:
    """Tell whoever teaches a meeting, by phone or by the e-mail they sign in with."""
    instructor = db.session.execute(
        sa.select(Instructor.id, Instructor.phone, Account.email)
        .outerjoin(Account, Account.id == Instructor.account_id)
        .where(Instructor.id == instructor_id)
    ).one_or_none()
    if instructor is not None:
        messages.tell_instructor(run, instructor, meeting_id, sentence)


@writing
def _fill(run_id: int) -> None:
    places.fill(run_id)


def _waited_for_by_people_of(run_id: int) -> Sequence[int]:
    theirs, here = aliased(Booking), aliased(Booking)
    return db.session.scalars(
        sa.select(Run.id)
        .join(theirs, theirs.run_id == Run.id)
        .join(here, here.person_id == theirs.person_id)
        .where(
            here.run_id == run_id,
            Run.id != run_id,
            theirs.state == State.WAITING,
            Run.places_taken < Run.capacity,
        )
        .distinct()
        .order_by(Run.id)
    ).all()


def _offered_instead(run_id: int, audience: str, ids: Sequence[int]) -> Sequence[Facts]:
    """The runs to offer in its place, in the given order; refused where one is not there."""
    found = {
        other.id: other
        for other in db.session.execute(
            sa.select(Run.id, Run.title, Run.section, Run.starts_at).where(
                Run.id.in_(ids),
                Run.id != run_id,
                Run.audience == audience,
                Run.state == RunState.PUBLISHED,
                Run.published_at <= clock.now(),
            )
        )
    }
    if found.keys() != set(ids):
        raise Refused(timetable.Reason.ALTERNATIVE_GONE)
    return [found[other_id] for other_id in dict.fromkeys(ids)]


def _refuse_unless_to_come(run: Facts) -> None:
    # What is over is in the figures already: neither its places nor its month may change.
    if run.state is RunState.CANCELLED:
        raise Refused(Reason.RUN_CANCELLED)
    if run.ends_at is not None and clock.now() >= run.ends_at:
        raise Refused(Reason.RUN_ENDED)
