"""Whatever is done in whatever order, every promise holds."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eduportal.accounts.models import Person
from eduportal.booking import actions, promises
from eduportal.booking.models import Booking
from eduportal.booking.rules import LIVE
from eduportal.catalog.models import Run
from eduportal.shared.db import db
from eduportal.shared.refusal import Missing, Refused
from tests import conftest, factories
from tests.booking.conftest import STAFF, by

PEOPLE, RUNS = 6, 3
Step = tuple[str, int, int]
World = Callable[[], tuple[list[Run], list[Person]]]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["apply", "apply", "apply", "cancel", "office", "place", "capacity"]),
        st.integers(0, PEOPLE - 1),
        st.integers(0, RUNS - 1),
    ),
    max_size=25,
)


@pytest.fixture
def world(app: Flask) -> World:
    """Makes six people and three small runs of one month, two of which overlap."""

    def make() -> tuple[list[Run], list[Person]]:
        db.session.rollback()
        conftest.empty(db.engine)
        factories.create_office()
        first = factories.until_the_tenth()
        starts = (first, first, first + timedelta(days=1, hours=5))
        runs = [
            factories.create_run(starts_in=start, meetings=1, capacity=2, waiting_limit=2)
            for start in starts
        ]
        return runs, [factories.create_person() for _n in range(PEOPLE)]

    return make


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_any_sequence_keeps_every_promise(world: World, steps: list[Step]) -> None:
    runs, people = world()
    for step, who, where in steps:
        take(step, people[who], runs[where])
    assert promises.broken() == []


def take(step: str, person: Person, run: Run) -> None:
    """One step; a refusal is an answer like any other."""
    db.session.rollback()
    live = db.session.scalar(
        sa.select(Booking.id).where(
            Booking.run_id == run.id, Booking.person_id == person.id, Booking.state.in_(LIVE)
        )
    )
    verbs: dict[str, Callable[[], object]] = {
        "apply": lambda: actions.apply(by(person), run.id, person.id),
        "cancel": lambda: actions.cancel_own(by(person), live or 0, ""),
        "office": lambda: actions.cancel(STAFF, live or 0, None, "사유"),
        "place": lambda: actions.place(STAFF, live or 0, None, "사유"),
        "capacity": lambda: actions.change_capacity(STAFF, run.id, None, 1 + person.id % 4),
    }
    try:
        verbs[step]()
    except (Refused, Missing):
        return
