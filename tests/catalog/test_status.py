"""The status in SQL and the status in Python are one."""

from datetime import UTC, date, datetime, timedelta
from itertools import combinations, product

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eduportal.catalog import rules
from eduportal.catalog.models import Run
from eduportal.catalog.queries import status_is
from eduportal.catalog.rules import RunState, Status
from eduportal.catalog.rules.intake import Selection
from eduportal.shared.db import db
from tests.factories import create_run

NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
MOMENTS = (NOW - MOMENT, NOW, NOW + MOMENT)
CAPACITY = 2


@pytest.fixture
def every_standing(app: Flask) -> None:
    """A row for every combination of what a status depends on, a moment around each edge."""
    like = create_run()
    common = {column.name: getattr(like, column.name) for column in Run.__table__.columns}
    edges = list(product(MOMENTS, repeat=2))
    windows = [*combinations(MOMENTS, 2), (NOW + MOMENT, NOW + 2 * MOMENT)]
    rows = [
        common | values
        for state, shown in product(RunState, MOMENTS)
        for (opens, closes), meets, places, waiting in product(
            windows, [None, *edges], (0, CAPACITY), (0, 1, 2)
        )
        if (values := standing(state, opens, closes, meets, places, waiting, shown))
    ]
    rows += [
        row | ways
        for row, ways in product(rows, ways_of_giving())
        if row["state"] is RunState.PUBLISHED and row["published_at"] == NOW and row["waiting"] < 2
    ]
    for number, row in enumerate(rows):
        row["id"] = 1000 + number
    db.session.execute(sa.insert(Run), rows)
    db.session.commit()


def ways_of_giving() -> list[dict[str, object]]:
    """How places may be given besides first come, first served."""
    draws: dict[str, object] = {"selection": Selection.DRAW}
    later: dict[str, object] = {"left_over": True}
    return [
        draws,
        draws | {"selected_at": NOW - MOMENT},
        *(later | {"gives_until": moment} for moment in (None, *MOMENTS)),
        draws | later | {"gives_until": NOW + MOMENT},
        draws | later | {"gives_until": NOW + MOMENT, "selected_at": NOW},
    ]


def standing(
    state: RunState,
    opens: datetime,
    closes: datetime,
    meets: tuple[datetime, ...] | None,
    places: int,
    waiting: int,
    shown: datetime,
) -> dict[str, object] | None:
    """The values of a row, or None where the database would refuse it."""
    if state is RunState.PUBLISHED and meets is None:
        return None
    return {
        "state": state,
        "published_at": shown,
        "cancelled_on": date(2026, 12, 1) if state is RunState.CANCELLED else None,
        "apply_from": opens,
        "apply_until": closes,
        "starts_at": meets[0] if meets else None,
        "ends_at": meets[1] if meets else None,
        "capacity": CAPACITY,
        "places_taken": places,
        "waiting": waiting,
        "waiting_limit": 2,
    }


@pytest.mark.usefixtures("every_standing")
def test_for_every_combination_sql_and_rule_agree() -> None:
    runs = db.session.scalars(sa.select(Run)).all()
    by_rule = {wanted: {run.id for run in runs if status(run) is wanted} for wanted in Status}
    by_sql = {
        wanted: set(db.session.scalars(sa.select(Run.id).where(status_is(wanted, NOW))))
        for wanted in Status
    }

    assert by_sql == by_rule
    assert [wanted for wanted in Status if not by_rule[wanted]] == []


def status(run: Run) -> Status:
    return rules.status(run.standing, NOW)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 3)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=UTC)
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), now=moments)
def test_for_any_values_exactly_one_status_holds(
    app: Flask, data: st.DataObject, now: datetime
) -> None:
    run = db.session.scalar(sa.select(Run).limit(1)) or create_run()
    opens, closes = sorted((data.draw(moments), data.draw(moments)))
    run.apply_from, run.apply_until = opens, closes + MOMENT
    run.published_at = data.draw(moments)
    run.starts_at, run.ends_at = sorted((data.draw(moments), data.draw(moments)))
    run.places_taken, run.waiting = data.draw(st.integers(0, 5)), data.draw(st.integers(0, 11))
    run.selection = data.draw(st.sampled_from(Selection))
    run.selected_at = data.draw(st.none() | moments)
    run.left_over, run.gives_until = data.draw(st.booleans()), data.draw(st.none() | moments)
    db.session.commit()

    held = [wanted for wanted in Status if db.session.scalar(sa.select(status_is(wanted, now)))]

    assert held == [rules.status(run.standing, now)]
