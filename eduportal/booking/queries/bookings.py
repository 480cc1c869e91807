"""Reads of bookings: one's own, and a run's roster."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from eduportal.accounts.models import Person
from eduportal.booking.models import Booking
from eduportal.booking.offered import ends_at, is_over
from eduportal.booking.rules import LIVE, State
from eduportal.catalog.models import Meeting, Office, Run
from eduportal.shared import clock, phones
from eduportal.shared.db import db
from eduportal.shared.events import Event

Centers = frozenset[int] | None


@dataclass(frozen=True)
class Standing:
    """A booking with its rank in the waiting list (1 is next), or None where it does not wait."""

    booking: Booking
    rank: int | None

    @property
    def offer_until(self) -> datetime | None:
        """Until when the person can take the place that is offered; None where none is."""
        return ends_at(self.booking) if self.booking.state is State.OFFERED else None


def _rank() -> sa.ScalarSelect[int]:
    """How many wait in the same run up to this booking."""
    ahead = aliased(Booking)
    return (
        sa.select(sa.func.count())
        .where(
            ahead.run_id == Booking.run_id,
            ahead.state == State.WAITING,
            # In the list's order: who took the course lately comes after everybody else.
            sa.or_(
                sa.and_(Booking.gives_way.is_(True), ahead.gives_way.is_(False)),
                sa.and_(ahead.gives_way == Booking.gives_way, ahead.number <= Booking.number),
            ),
        )
        .scalar_subquery()
    )


def _standings(*where: sa.ColumnElement[bool]) -> sa.Select[Booking, int]:
    return (
        sa.select(Booking, _rank())
        .where(*where)
        .options(
            joinedload(Booking.run).joinedload(Run.room),
            joinedload(Booking.seat),
            joinedload(Booking.person),
        )
    )


def _in_their_words(row: sa.Row[Booking, int]) -> Standing:
    booking, rank = row
    if is_over(booking, clock.now()):
        # For whoever reads it is over already, whether or not a write has closed it yet.
        set_committed_value(booking, "state", State.LAPSED)
    return Standing(booking, rank if booking.state is State.WAITING else None)


def own_bookings(person_id: int) -> Sequence[Standing]:
    """A person's bookings, the live ones first, the newest before the older."""
    query = _standings(Booking.person_id == person_id).order_by(
        sa.case((Booking.state.in_(LIVE), 0), else_=1), Booking.applied_at.desc()
    )
    return [_in_their_words(row) for row in db.session.execute(query)]


def own_booking(booking_id: int, person_id: int) -> Standing | None:
    """One booking of the person, or None: somebody else's does not exist for them."""
    query = _standings(Booking.id == booking_id, Booking.person_id == person_id).options(
        selectinload(Booking.run, Run.meetings).joinedload(Meeting.room)
    )
    row = db.session.execute(query).one_or_none()
    return _in_their_words(row) if row else None


def live_booking_id(run_id: int, person_id: int) -> int | None:
    """The person's live booking of a run, if there is one."""
    return db.session.scalar(
        sa.select(Booking.id).where(
            Booking.run_id == run_id, Booking.person_id == person_id, Booking.state.in_(LIVE)
        )
    )


def roster(run_id: int) -> Sequence[Standing]:
    """Everybody who applied for a run, in the order of their numbers."""
    query = _standings(Booking.run_id == run_id).order_by(Booking.number)
    return [_in_their_words(row) for row in db.session.execute(query)]


def office_run(run_id: int, centers: Centers) -> Run | None:
    """A run of the user's centers."""
    query = sa.select(Run).where(Run.id == run_id).options(joinedload(Run.room))
    if centers is not None:
        query = query.where(Run.center_id.in_(centers))
    return db.session.scalars(query).one_or_none()


def office_booking(booking_id: int, centers: Centers) -> Standing | None:
    """A booking in a run of the user's centers."""
    query = _standings(Booking.id == booking_id)
    if centers is not None:
        query = query.join(Run, Run.id == Booking.run_id).where(Run.center_id.in_(centers))
    row = db.session.execute(query).one_or_none()
    return _in_their_words(row) if row else None


def office_meeting(meeting_id: int, centers: Centers) -> Meeting | None:
    """A meeting of a run of the user's centers."""
    query = (
        sa.select(Meeting)
        .join(Run, Run.id == Meeting.run_id)
        .where(Meeting.id == meeting_id)
        .options(joinedload(Meeting.run), joinedload(Meeting.room))
    )
    if centers is not None:
        query = query.where(Run.center_id.in_(centers))
    return db.session.scalars(query).one_or_none()


def office_phone() -> str:
    """Where to call when the page cannot help."""
    return phones.written(db.session.scalar(sa.select(Office.phone)))


def ending_reason(booking_id: int) -> str | None:
    """Why the office ended a booking, as the person was told; None where they did it themselves."""
    return db.session.scalar(
        sa.select(Event.reason)
        .where(
            Event.booking_id == booking_id,
            Event.verb.in_(("booking.cancelled", "booking.withdrawn", "booking.not_selected")),
        )
        .order_by(Event.id.desc())
    )


def unreachable(run_id: int) -> int:
    """How many live bookings of a run are of people whom no message reaches."""
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(Booking)
            .join(Person, Person.id == Booking.person_id)
            .where(
                Booking.run_id == run_id,
                Booking.state.in_(LIVE),
                Person.email.is_(None),
                sa.or_(Person.phone.is_(None), Person.phone.not_like("010%")),
            )
        )
        or 0
    )
