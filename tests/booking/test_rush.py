"""The opening minute's light answers: try again when the turn cannot be had, and all is taken."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts.models import Person
from eduportal.booking.models import Booking
from eduportal.booking.queries.full import is_full_for
from eduportal.booking.rules import State
from eduportal.catalog.models import Run
from eduportal.catalog.rules.intake import Selection
from eduportal.shared import db as shared_db
from eduportal.shared.db import Unsure, db
from tests import factories
from tests.accounts.steps import sign_in


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Run:
    """An open run, on a portal that waits for its turn no longer than a test may."""
    monkeypatch.setattr(shared_db, "TURN_SECONDS", 0.2)
    return factories.create_run()


@pytest.fixture
def person(client: FlaskClient) -> Person:
    """A resident who is signed in."""
    person = factories.create_person()
    sign_in(client, person)
    return person


@contextmanager
def somebody_else_writes(app: Flask, person: Person) -> Iterator[None]:
    """The turn is taken, or on PostgreSQL the row that it would lock."""
    turn = app.extensions.get("eduportal.turn")
    if turn:
        with turn.taken(1):
            yield
        return
    db.session.rollback()
    with db.engine.connect() as other:
        other.execute(sa.text("SET lock_timeout = '5s'"))
        other.execute(sa.select(Person.id).where(Person.id == person.id).with_for_update())
        yield
        other.rollback()


def test_a_turn_that_cannot_be_had_gives_a_page_that_tries_again(
    app: Flask, client: FlaskClient, run: Run, person: Person
) -> None:
    with somebody_else_writes(app, person):
        answer = client.post(f"/runs/{run.id}/apply")
    assert answer.status_code == 503
    assert 2 <= int(answer.headers["Retry-After"]) <= 5
    assert "지금 신청이 몰리고 있습니다" in answer.text
    # With a script the form sends itself; without one the page to apply on comes back.
    assert f'action="/runs/{run.id}/apply"' in answer.text
    assert f'data-again="{answer.headers["Retry-After"]}"' in answer.text
    assert f";url=/runs/{run.id}/apply" in answer.text
    assert db.session.scalar(sa.select(sa.func.count(Booking.id))) == 0


def test_the_next_try_is_the_application(
    app: Flask, client: FlaskClient, run: Run, person: Person
) -> None:
    with somebody_else_writes(app, person):
        client.post(f"/runs/{run.id}/apply")
    first = client.post(f"/runs/{run.id}/apply")
    again = client.post(f"/runs/{run.id}/apply")
    assert first.status_code == again.status_code == 303
    assert first.location == again.location
    assert db.session.scalar(sa.select(sa.func.count(Booking.id))) == 1


def test_other_pages_say_that_nothing_was_done(
    app: Flask, client: FlaskClient, run: Run, person: Person
) -> None:
    booking = factories.create_booking(run, person)
    with somebody_else_writes(app, person):
        answer = client.post(f"/my/bookings/{booking.id}/cancellation")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "3"
    assert "바뀐 것도 없습니다" in answer.text


def test_a_commit_that_nobody_confirmed_is_not_called_undone(
    client: FlaskClient, run: Run, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_the_server() -> None:
        raise Unsure

    booking = factories.create_booking(run, person)
    monkeypatch.setattr(shared_db, "_commit", lose_the_server)
    answer = client.post(f"/my/bookings/{booking.id}/cancellation")
    assert answer.status_code == 503
    assert "처리되었는지 확인하지 못했습니다" in answer.text
    assert "바뀐 것도 없습니다" not in answer.text


def fill(run: Run) -> None:
    """Every place and the whole waiting list."""
    for state in [State.PLACED] * run.capacity + [State.WAITING] * run.waiting_limit:
        factories.create_booking(run, state=state)


def test_that_all_is_taken_is_said_without_the_turn(
    app: Flask, client: FlaskClient, run: Run, person: Person
) -> None:
    fill(run)
    with somebody_else_writes(app, person):
        answer = client.post(f"/runs/{run.id}/apply")
    assert answer.status_code == 409
    assert "정원과 대기 인원이 모두 찼습니다." in answer.text
    assert f'href="/runs/{run.id}"' in answer.text


def test_one_place_in_the_list_is_enough_to_ask_for_it(
    client: FlaskClient, run: Run, person: Person
) -> None:
    for _number in range(run.capacity):
        factories.create_booking(run)
    assert client.post(f"/runs/{run.id}/apply").status_code == 303


def test_whoever_is_in_a_full_run_gets_their_booking_again(
    client: FlaskClient, run: Run, person: Person
) -> None:
    booking = factories.create_booking(run, person)
    fill_rest = run.capacity - 1
    for state in [State.PLACED] * fill_rest + [State.WAITING] * run.waiting_limit:
        factories.create_booking(run, state=state)
    assert client.post(f"/runs/{run.id}/apply").location == f"/my/bookings/{booking.id}"


def test_a_full_run_that_is_closed_says_that_it_is_closed(
    client: FlaskClient, run: Run, person: Person
) -> None:
    fill(run)
    run.apply_until = factories.now() - timedelta(hours=1)
    db.session.commit()
    answer = client.post(f"/runs/{run.id}/apply")
    assert answer.status_code == 409
    assert "모두 찼습니다" not in answer.text


def test_a_draw_is_never_full(client: FlaskClient, run: Run, person: Person) -> None:
    fill(run)
    run.selection = Selection.DRAW
    db.session.commit()
    assert not is_full_for(run.id, person.id)


def test_an_offer_that_may_be_over_is_left_to_the_verb(run: Run, person: Person) -> None:
    fill(run)
    assert is_full_for(run.id, person.id)
    now = factories.now()
    offer = {"state": State.OFFERED, "offered_at": now, "offer_until": now}
    db.session.execute(sa.update(Booking).where(Booking.number == 1).values(**offer))
    assert not is_full_for(run.id, person.id)
