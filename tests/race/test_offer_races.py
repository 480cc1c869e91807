"""Offers in the same second: accepted twice, accepted while lapsing, declined while others come.

As with the last seat, the race is shown to exist first.
"""

import time
from collections.abc import Callable, Iterator
from datetime import time as time_of_day
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eduportal.booking import actions, promises
from eduportal.booking.actions import offers, places
from eduportal.booking.models import Booking
from eduportal.booking.rules import State
from eduportal.catalog.models import Run
from eduportal.catalog.rules.intake import Intake
from eduportal.shared import clock
from eduportal.shared import db as shared_db
from eduportal.shared.db import db
from eduportal.shared.events import By, Event
from eduportal.shared.refusal import Refused
from tests import factories
from tests.race.racer import all_at_once

Act = Callable[[], str]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who gets the place is asked here, not how quick a busy machine is."""
    monkeypatch.setattr(shared_db, "TURN_SECONDS", 30)


@pytest.fixture
def run(app: Flask) -> Run:
    """One place, out as an offer; two more wait for it."""
    # Hours of the day that are always on: a race waits for no morning.
    whole_day = Intake(offer_hours=24, offer_opens=time_of_day.min, offer_closes=time_of_day.min)
    run = factories.create_run(capacity=1, waiting_limit=9, intake=whole_day)
    people = [factories.create_person() for _n in range(4)]
    ids = [actions.apply(by(person.id), run.id, person.id) for person in people]
    actions.cancel_own(by(people[0].id), ids[0], "")
    return run


def by(person_id: int | None) -> By:
    """The person acting online."""
    return By("resident", "online", None, person_id)


def rows(run: Run) -> list[Booking]:
    """The bookings in the order of their numbers, read anew."""
    db.session.rollback()
    query = sa.select(Booking).where(Booking.run_id == run.id).order_by(Booking.number)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def states(run: Run) -> list[str]:
    return [booking.state.value for booking in rows(run)]


def offer(run: Run) -> Booking:
    """The one that is out."""
    return next(booking for booking in rows(run) if booking.state is State.OFFERED)


def told(verb: Callable[..., State], one: Booking) -> Callable[[], str]:
    """An answer to an offer, and what came of it."""
    return partial(_told, verb, one.id, by(one.person_id))


def _told(verb: Callable[..., State], booking_id: int, who: By) -> str:
    try:
        return verb(who, booking_id).value
    except Refused as refused:
        return refused.reason.name


def verbs(one: Booking) -> list[str]:
    """What happened to a booking."""
    query = sa.select(Event.verb).where(Event.booking_id == one.id).order_by(Event.id)
    return list(db.session.scalars(query))


def run_out(one: Booking) -> None:
    """Let an offer be over now."""
    one.offer_until = clock.now() - timedelta(seconds=1)
    db.session.commit()


def test_accepted_on_eight_devices_it_is_one_place(app: Flask, run: Run) -> None:
    one = offer(run)
    assert all_at_once(app, [told(offers.accept_own, one)] * 8) == {"placed": 8}
    assert states(run) == ["cancelled", "placed", "waiting", "waiting"]
    assert verbs(one).count("booking.placed") == 1
    assert promises.broken() == []


def test_accepted_and_declined_at_once_is_one_of_them(app: Flask, run: Run) -> None:
    one = offer(run)
    acts = [told(offers.accept_own, one), told(offers.decline_own, one)] * 4
    answers = all_at_once(app, acts)
    assert len(answers) == 1
    assert states(run)[1:] in (
        ["placed", "waiting", "waiting"],
        ["declined", "offered", "waiting"],
    )
    assert promises.broken() == []


def test_accepted_as_it_lapses_it_is_over_for_everybody(app: Flask, run: Run) -> None:
    one = offer(run)
    run_out(one)
    acts = [told(offers.accept_own, one)] * 4 + [sweeping] * 4
    assert all_at_once(app, acts) == {"lapsed": 4, "swept": 4}
    assert states(run) == ["cancelled", "lapsed", "offered", "waiting"]
    assert verbs(one).count("booking.lapsed") == 1
    assert promises.broken() == []


def sweeping() -> str:
    offers.close_lapsed(clock.now() - timedelta(hours=1))
    return "swept"


def test_declined_as_newcomers_come_it_goes_to_the_list(app: Flask, run: Run) -> None:
    one = offer(run)
    newcomers = [factories.create_person().id for _n in range(5)]
    db.session.rollback()
    acts: list[Act] = [
        told(offers.decline_own, one),
        *(partial(applying, run.id, n) for n in newcomers),
    ]
    assert all_at_once(app, acts) == {"declined": 1, "waiting": 5}
    assert states(run) == ["cancelled", "declined", "offered", "waiting", *["waiting"] * 5]
    assert promises.broken() == []


def test_lapsed_as_newcomers_come_it_goes_to_the_list(app: Flask, run: Run) -> None:
    run_out(offer(run))
    newcomers = [factories.create_person().id for _n in range(5)]
    db.session.rollback()
    assert all_at_once(app, [partial(applying, run.id, n) for n in newcomers]) == {"waiting": 5}
    assert states(run) == ["cancelled", "lapsed", "offered", "waiting", *["waiting"] * 5]
    assert promises.broken() == []


def applying(run_id: int, person_id: int) -> str:
    booking_id = actions.apply(by(person_id), run_id, person_id)
    state = db.session.scalar(sa.select(Booking.state).where(Booking.id == booking_id))
    return str(state.value) if state else "gone"


def test_a_second_course_taken_at_the_same_moment_leaves_one_of_them(app: Flask, run: Run) -> None:
    one = offer(run)
    other = factories.create_run(room=factories.create_room())
    acts: list[Act] = [
        told(offers.accept_own, one),
        partial(applying_or_refused, other.id, one.person_id),
    ]
    answers = all_at_once(app, acts)
    # The offer counts as theirs already: the other course is refused, whoever comes first.
    assert answers == {"placed": 1, "OVERLAPS": 1}
    assert promises.broken() == []


def applying_or_refused(run_id: int, person_id: int | None) -> str:
    try:
        return applying(run_id, person_id or 0)
    except Refused as refused:
        return refused.reason.name


# Its twin without the turn


@pytest.fixture
def unlocked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The turn to write switched off: every statement for itself, no row locked."""
    turn = app.extensions.pop("eduportal.turn", None)
    if db.engine.dialect.name == "sqlite":
        monkeypatch.setattr(db.engine.dialect, "do_begin", lambda _connection: None)
    for name in ("PERSON_LOCKED", "RUN_LOCKED"):
        monkeypatch.setattr(places, name, unlocking(getattr(places, name)))
    fast = places.booking_facts

    def slow(*args: Any) -> Any:
        # Whoever reads slowly is overtaken: the pause that a busy server makes by itself.
        facts = fast(*args)
        time.sleep(0.1)
        return facts

    monkeypatch.setattr(places, "booking_facts", slow)
    yield
    if turn:
        app.extensions["eduportal.turn"] = turn


def unlocking(statement: Any) -> Any:
    """The same statement without FOR UPDATE."""
    twin = statement._generate()
    twin._for_update_arg = None
    return twin


@pytest.mark.usefixtures("unlocked")
def test_without_the_turn_one_offer_is_taken_and_given_back(app: Flask, run: Run) -> None:
    one = offer(run)
    answers = all_at_once(app, [told(offers.accept_own, one), told(offers.decline_own, one)])
    assert answers == {"placed": 1, "declined": 1}
    assert promises.broken() != []
