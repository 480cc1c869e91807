"""Those who applied are decided about together: places, the waiting list, and the others."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from eduportal.accounts.models import Person
from eduportal.booking import messages, rules
from eduportal.booking.actions import places
from eduportal.booking.actions.places import PERSON_FACTS, Facts
from eduportal.booking.models import Booking
from eduportal.booking.rules import State, entry
from eduportal.booking.standing import newcomer, pools_of, window_of
from eduportal.catalog.models import Run
from eduportal.shared import clock, events
from eduportal.shared.db import Again, db
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused

People = Mapping[int, Facts]


def locked_applicants(run_id: int) -> People:
    """Everybody who applied for a run, locked before the run in one order, by person."""
    ids = sa.select(Booking.person_id).where(
        Booking.run_id == run_id, Booking.state == State.APPLIED
    )
    # Read first: a locking statement of PostgreSQL would lock what no longer is as it was.
    person_ids = db.session.scalars(ids).all()
    found = db.session.execute(
        sa.select(*PERSON_FACTS)
        .where(Person.id.in_(person_ids))
        .order_by(Person.id)
        .with_for_update(key_share=True)
    )
    return {person.id: person for person in found}


def in_words(refusal: rules.Refusal) -> str:
    """Why a rule says no, as people read it."""
    try:
        places.refuse(refusal)
    except Refused as refused:
        return refused.sentence
    return ""


class Selecting:
    """One decision about all who applied for a run, which is locked, and so are they.

    Each that gets a place or waits has a fresh number, in the order of the calls.
    """

    def __init__(self, by: By, run: Facts, people: People, **detail: Any) -> None:
        self.by, self.run, self._people, self._detail = by, run, people, detail
        self.applied = {booking.id: booking for booking in places.applied(run.id)}
        if any(booking.person_id not in people for booking in self.applied.values()):
            # Somebody has applied since the people were locked.
            raise Again
        query = sa.select(Run.last_number).where(Run.id == run.id)
        self._number = db.session.scalars(query).one()
        self.placed = self.waiting = self._decided = 0
        self._left_out: list[int] = []

    @property
    def free(self) -> int:
        """Places that nobody has yet."""
        return int(self.run.capacity - self.run.places_taken - self.placed)

    @property
    def rank(self) -> int:
        """Where the last one who was told to wait stands."""
        return int(self.run.waiting + self.waiting)

    def person(self, booking: Facts) -> Facts:
        """Who applied."""
        return self._people[booking.person_id]

    def refusal(self, booking: Facts) -> rules.Refusal | None:
        """Why a rule says no by now."""
        return places.why_not_now(self.run, booking, self.person(booking))

    def place(self, booking: Facts, **detail: Any) -> str | None:
        """Give a place; the seat in words."""
        seat, number = self._seat(booking), self._next_number()
        places.move(
            booking,
            State.PLACED,
            number=number,
            held_from=clock.now(),
            seat_id=seat.id if seat else None,
        )
        self.placed += 1
        self._note(State.PLACED, booking, number=number, **detail)
        return messages.seat_in_words(seat) if seat else None

    def wait(self, booking: Facts, **detail: Any) -> int:
        """Give a place in the list; the rank."""
        number = self._next_number()
        places.move(booking, State.WAITING, number=number)
        self.waiting += 1
        self._note(State.WAITING, booking, number=number, **detail)
        return self.rank

    def leave_out(self, booking: Facts, reason: str | None = None, **detail: Any) -> None:
        """Give nothing."""
        self._left_out.append(booking.id)
        self._note(State.NOT_SELECTED, booking, reason=reason, **detail)

    def by_arrival(self, booking: Facts) -> State:
        """What somebody gets who comes behind those that were decided about: first come."""
        one, free, window = newcomer(booking), self.free, window_of(self.run)
        theirs = entry.free_for(one, free, pools_of(self.run, places.intake_of(self.run)))
        if not entry.may_have_now(one, window, clock.now()) or self.refusal(booking):
            theirs = 0
        state = entry.state_for(theirs, self.rank, self.run.waiting_limit)
        return state or State.NOT_SELECTED

    def finish(self, verb: str, **detail: Any) -> None:
        """Write who gets nothing, all at once, the run's counts, and that it is decided."""
        db.session.execute(
            sa.update(Booking)
            .where(Booking.id.in_(self._left_out), Booking.state == State.APPLIED)
            .values(state=State.NOT_SELECTED, changed_at=clock.now())
        )
        db.session.execute(
            sa.update(Run)
            .where(Run.id == self.run.id)
            .values(
                last_number=self._number,
                places_taken=Run.places_taken + self.placed,
                waiting=Run.waiting + self.waiting,
                applied=Run.applied - self._decided,
                selected_at=clock.now(),
            )
        )
        counts = {"placed": self.placed, "waiting": self.waiting, "applied": self._decided}
        events.record(
            self.by, verb, run_id=self.run.id, **{**self._detail, **detail, "counts": counts}
        )

    def _seat(self, booking: Facts) -> Facts | None:
        return places.free_seat(self.run, booking.needs_accessible)

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    def _note(self, verb: str, booking: Facts, reason: str | None = None, **detail: Any) -> None:
        self._decided += 1
        facts = {**self._detail, **detail, "from_state": booking.state}
        places.note(self.by, verb, self.run.id, booking, reason=reason, **facts)
