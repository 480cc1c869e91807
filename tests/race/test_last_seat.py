"""Five seats, forty people, one moment: as pretix does, the race is shown to exist first."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from eduportal.booking import promises
from eduportal.booking.actions import places
from eduportal.booking.models import Booking
from eduportal.booking.rules import State
from eduportal.catalog.models import Run
from eduportal.shared import db as shared_db
from eduportal.shared.db import db
from tests import factories
from tests.race.racer import everybody_applies

BOOKINGS = db.metadata.tables["booking"]
SEATS, PEOPLE, PROCESSES = 5, 40, 4


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who gets the place is asked here, not how quick a busy machine is."""
    monkeypatch.setattr(shared_db, "TURN_SECONDS", 30)


@pytest.fixture
def run_id(app: Flask) -> int:
    """An open run with five seats, whose list takes everybody else."""
    run: Run = factories.create_run(capacity=SEATS, waiting_limit=PEOPLE)
    return run.id


@pytest.fixture
def person_ids(app: Flask) -> list[int]:
    """Forty residents."""
    return [factories.create_person().id for _number in range(PEOPLE)]


@pytest.fixture
def unlocked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The turn to write switched off: every statement for itself, no row locked."""
    turn = app.extensions.pop("eduportal.turn", None)
    if db.engine.dialect.name == "sqlite":
        monkeypatch.setattr(db.engine.dialect, "do_begin", lambda _connection: None)
    for name in ("PERSON_LOCKED", "RUN_LOCKED"):
        monkeypatch.setattr(places, name, unlocking(getattr(places, name)))
    # Whoever reads slowly is overtaken: the pause that a busy server makes by itself.
    fast = places.locked_run

    def slow(*args: Any) -> Any:
        run = fast(*args)
        time.sleep(0.02)
        return run

    monkeypatch.setattr(places, "locked_run", slow)
    yield
    if turn:
        app.extensions["eduportal.turn"] = turn


def unlocking(statement: Any) -> Any:
    """The same statement without FOR UPDATE."""
    twin = statement._generate()
    twin._for_update_arg = None
    return twin


@pytest.fixture
def unchecked(app: Flask) -> Iterator[None]:
    """The database's own refusals switched off as well."""
    on = db.engine.dialect.name
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX uq_booking_live_seat")
        if on == "postgresql":
            connection.exec_driver_sql("ALTER TABLE run DROP CONSTRAINT ck_run_not_oversold")

    @event.listens_for(db.engine, "checkout")
    def ignore(connection: Any, _record: object, _proxy: object) -> None:
        if on == "sqlite":
            connection.execute("PRAGMA ignore_check_constraints=ON")

    yield
    event.remove(db.engine, "checkout", ignore)
    db.session.remove()
    db.engine.dispose()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM booking")
        connection.exec_driver_sql("UPDATE run SET places_taken = 0")
        next(i for i in BOOKINGS.indexes if i.name == "uq_booking_live_seat").create(connection)
        if on == "postgresql":
            connection.exec_driver_sql(
                "ALTER TABLE run ADD CONSTRAINT ck_run_not_oversold"
                " CHECK (places_taken BETWEEN 0 AND capacity)"
            )


def states(run_id: int) -> list[State]:
    """The states of a run's bookings in the order of their numbers."""
    db.session.rollback()
    return list(
        db.session.scalars(
            sa.select(Booking.state).where(Booking.run_id == run_id).order_by(Booking.number)
        )
    )


@pytest.mark.usefixtures("unlocked", "unchecked")
def test_without_the_turn_seats_are_sold_twice(
    app: Flask, run_id: int, person_ids: list[int]
) -> None:
    everybody_applies(app, [run_id], person_ids)
    assert states(run_id).count(State.PLACED) > SEATS


@pytest.mark.usefixtures("unlocked")
def test_the_database_refuses_even_without_the_turn(
    app: Flask, run_id: int, person_ids: list[int]
) -> None:
    told = everybody_applies(app, [run_id], person_ids)
    assert states(run_id).count(State.PLACED) <= SEATS
    assert told["IntegrityError"] > 0


def test_forty_threads_get_five_seats_in_the_order_of_their_numbers(
    app: Flask, run_id: int, person_ids: list[int]
) -> None:
    told = everybody_applies(app, [run_id], person_ids)
    assert told == {"applied": PEOPLE}
    assert states(run_id) == [State.PLACED] * SEATS + [State.WAITING] * (PEOPLE - SEATS)
    assert promises.broken() == []


def test_four_processes_get_five_seats_in_the_order_of_their_numbers(
    app: Flask, database: str, run_id: int, person_ids: list[int]
) -> None:
    told = race_in_processes(app, database, [run_id], person_ids)
    assert told == {"applied": PEOPLE}
    assert states(run_id) == [State.PLACED] * SEATS + [State.WAITING] * (PEOPLE - SEATS)
    assert promises.broken() == []


def test_one_person_in_many_tabs_gets_one_booking(
    app: Flask, run_id: int, person_ids: list[int]
) -> None:
    told = everybody_applies(app, [run_id] * 8, person_ids[:1])
    assert told == {"applied": 1, "ALREADY_BOOKED": 7}


def test_one_person_in_two_tabs_gets_no_more_runs_than_the_limit(
    app: Flask, person_ids: list[int]
) -> None:
    room = factories.create_room()
    runs = [
        factories.create_run(room=room, starts_in=factories.until_the_tenth(9 + 3 * n)).id
        for n in range(4)
    ]
    told = everybody_applies(app, runs, person_ids[:1])
    assert told == {"applied": 2, "MONTHLY_LIMIT": 2}


def test_overlapping_runs_in_two_tabs_leave_one_booking(app: Flask, person_ids: list[int]) -> None:
    runs = [factories.create_run(room=factories.create_room()).id for _n in range(2)]
    told = everybody_applies(app, runs, person_ids[:1])
    assert told == {"applied": 1, "OVERLAPS": 1}


def race_in_processes(
    app: Flask, database: str, run_ids: list[int], person_ids: list[int]
) -> Counter[str]:
    """Four processes, each with a quarter of the people, let go together."""
    db.session.rollback()
    share = len(person_ids) // PROCESSES
    racers = []
    for n in range(PROCESSES):
        config = {
            "TESTING": True,
            "SECRET_KEY": "test",
            "DATABASE_URL": database,
            "INSTANCE_PATH": app.instance_path,
        }
        given = {
            "config": config,
            "run_ids": run_ids,
            "person_ids": person_ids[n * share : (n + 1) * share],
        }
        racers.append(
            subprocess.Popen(
                [sys.executable, "-m", "tests.race.racer", json.dumps(given)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    for racer in racers:
        assert racer.stdout
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin
        racer.stdin.write("go\n")
        racer.stdin.flush()
    told: Counter[str] = Counter()
    for racer in racers:
        out, _err = racer.communicate(timeout=60)
        assert racer.returncode == 0
        told.update(json.loads(out))
    return told
