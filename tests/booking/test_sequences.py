"""Whatever is done in whatever order, at whatever hour, every promise holds after every step."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eduportal.accounts.models import Person
from eduportal.booking import actions, promises
from eduportal.booking.actions import (
    draws,
    offers,
    placing,
    policies,
    restrictions,
    screening,
    seating,
    seats,
)
from eduportal.booking.models import Booking, Restriction
from eduportal.booking.rules import LIVE, State
from eduportal.booking.seated import Reach
from eduportal.catalog.models import Run, Seat
from eduportal.catalog.rules.intake import (
    SENIOR_65,
    ChannelShare,
    Intake,
    Repeat,
    SeatChoice,
    Selection,
)
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused
from tests import conftest, factories
from tests.booking.conftest import STAFF

PEOPLE = 7
CHANNELS = ("online", "phone", "visit", "kiosk")
# One run of each way to give places; the first two overlap.
INTAKES = (
    Intake(offer_hours=24, last_meeting=2, left_over=True, strikes=(0, 30), late_cancel_hours=400),
    Intake(
        selection=Selection.PRIORITY_DRAW,
        groups=(SENIOR_65,),
        reserved_percent=50,
        loss_memory=True,
        offer_hours=5,
        last_meeting=2,
    ),
    Intake(selection=Selection.FAIR_WINDOW, fair_hours=30, repeat_months=6, repeat=Repeat.WAIT),
    Intake(channels=(ChannelShare("online", 50), ChannelShare("phone", 50)), share_hours=40),
    Intake(selection=Selection.SCREENING, seat_choice=SeatChoice.PERSON, travel_minutes=30),
)
VERBS = (
    *["apply"] * 6,
    *["cancel", "office", "place", "capacity", "accept", "decline", "withdraw", "offer"],
    *["hours", "hours", "days", "sweep", "screen", "seat", "move"],
    *["break", "repair", "restore", "restrict", "lift", "no_show", "policy", "cancel_run"],
)
STEPS = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, PEOPLE - 1), st.integers(0, len(INTAKES) - 1)),
    max_size=30,
)
Step = tuple[str, int, int]


@dataclass
class World:
    """Seven people, a run of each kind in one room of three seats, and a clock that goes on."""

    runs: list[Run]
    people: list[Person]
    now: datetime = field(default_factory=factories.now)

    @contextmanager
    def at_its_time(self) -> Iterator[None]:
        """Let what happens within happen at this world's moment."""
        with clock.moved_to(self.now):
            yield


@pytest.fixture
def made(app: Flask) -> Callable[[], World]:
    """Makes a world on an emptied database."""

    def make() -> World:
        db.session.rollback()
        conftest.empty(db.engine)
        factories.create_office()
        room = factories.create_room(seats=3)
        first = factories.until_the_tenth()
        runs = [
            factories.create_run(
                room=room,
                starts_in=first + timedelta(hours=5 * max(0, n - 1)),
                meetings=2,
                capacity=2,
                waiting_limit=2,
                intake=intake,
            )
            for n, intake in enumerate(INTAKES)
        ]
        people = [
            factories.create_person(birth_date=factories.now().date() - timedelta(days=365 * age))
            for age in range(30, 30 + 8 * PEOPLE, 8)
        ]
        return World(runs, people)

    return make


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_any_sequence_keeps_every_promise(made: Callable[[], World], steps: list[Step]) -> None:
    world = made()
    for step, who, where in steps:
        take(world, step, world.people[who], world.runs[where])
        # A worker sweeps all the time; what it does is held to the same promises.
        with world.at_its_time():
            assert promises.broken() == [], (step, who, where)


def take(world: World, step: str, person: Person, run: Run) -> None:
    """One step; a refusal is an answer like any other."""
    db.session.rollback()
    if step in ("hours", "days"):
        world.now += timedelta(hours=7) if step == "hours" else timedelta(days=3)
    with world.at_its_time():
        offers.close_lapsed(world.now - timedelta(days=30))
        draws.sweep()
        try:
            STEP[step](person, run)
        except (Refused, Missing):
            db.session.rollback()
        offers.close_lapsed(world.now - timedelta(days=30))


def apply(person: Person, run: Run) -> None:
    channel = CHANNELS[person.id % len(CHANNELS)]
    who = By("resident", channel, person.account_id, person.id)
    actions.apply(who, run.id, person.id)


def screen(person: Person, run: Run) -> None:
    applied = db.session.scalars(
        sa.select(Booking.id).where(Booking.run_id == run.id, Booking.state == State.APPLIED)
    ).all()
    choice = screening.Choice(frozenset(applied), applied[:2], applied[2:3], "사유")
    screening.decide(STAFF, run.id, None, choice)


def choose_seat(person: Person, run: Run) -> None:
    seats.choose_seat(own(person), booking_of(person, run), seat_of(person, run).id)


def move(person: Person, run: Run) -> None:
    seat = seat_of(person, run)
    there = db.session.scalar(
        sa.select(Booking.id).where(
            Booking.run_id == run.id,
            Booking.seat_id == seat.id,
            Booking.state.in_((State.PLACED, State.OFFERED)),
        )
    )
    seats.move_person(STAFF, run.id, booking_of(person, run), seat.id, there, Reach())


def change_policy(person: Person, run: Run) -> None:
    intake = INTAKES[person.id % len(INTAKES)]
    policies.change_policy(STAFF, run.id, None, intake, "사유", place_all=bool(person.id % 2))


def lift(person: Person, run: Run) -> None:
    line = db.session.scalar(
        sa.select(Restriction.id).where(
            Restriction.person_id == person.id, Restriction.lifted_at.is_(None)
        )
    )
    restrictions.lift(STAFF, line or 0, None, "사유")


STEP: dict[str, Callable[[Person, Run], object]] = {
    "apply": apply,
    "cancel": lambda person, run: actions.cancel_own(own(person), booking_of(person, run), ""),
    "office": lambda person, run: actions.cancel(STAFF, booking_of(person, run), None, "사유"),
    "place": lambda person, run: actions.place(STAFF, booking_of(person, run), None, "사유"),
    "offer": lambda person, run: placing.offer(STAFF, booking_of(person, run), None, "사유"),
    "capacity": lambda person, run: actions.change_capacity(STAFF, run.id, None, 1 + person.id % 3),
    "accept": lambda person, run: offers.accept_own(own(person), booking_of(person, run)),
    "decline": lambda person, run: offers.decline_own(own(person), booking_of(person, run)),
    "withdraw": lambda person, run: offers.withdraw(STAFF, booking_of(person, run), None, "사유"),
    "hours": lambda person, run: None,
    "days": lambda person, run: None,
    "sweep": lambda person, run: draws.sweep(),
    "screen": screen,
    "seat": choose_seat,
    "move": move,
    "break": lambda person, run: seating.break_seat(STAFF, seat_of(person, run).id, None),
    "repair": lambda person, run: seating.repair_seat(STAFF, seat_of(person, run).id, None),
    "restore": lambda person, run: seating.restore_capacity(STAFF, run.id, None),
    "restrict": lambda person, run: restrictions.restrict(
        STAFF, booking_of(person, run), None, "사유", 3
    ),
    "lift": lift,
    "no_show": lambda person, run: restrictions.record_no_show(
        STAFF, booking_of(person, run), None, "사유"
    ),
    "policy": change_policy,
    "cancel_run": lambda person, run: actions.cancel_run(STAFF, run.id, None, "사유"),
}


def own(person: Person) -> By:
    """The person acting online."""
    return By("resident", "online", person.account_id, person.id)


def booking_of(person: Person, run: Run) -> int:
    """The person's live booking of a run, or one that is not there."""
    found = db.session.scalar(
        sa.select(Booking.id).where(
            Booking.run_id == run.id, Booking.person_id == person.id, Booking.state.in_(LIVE)
        )
    )
    return found or 0


def seat_of(person: Person, run: Run) -> Seat:
    """One of the room's three seats."""
    query = sa.select(Seat).where(Seat.room_id == run.room_id).order_by(Seat.number)
    return db.session.scalars(query).all()[person.id % 3]
