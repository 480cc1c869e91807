"""Kept pages: shown again while they are true, never a moment longer."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eduportal.booking import actions
from eduportal.booking.models import Booking
from eduportal.catalog import queries as catalog
from eduportal.catalog.models import Run
from eduportal.catalog.queries.runs import RunLine
from eduportal.shared import clock, pages
from eduportal.shared.db import db
from eduportal.shared.events import By, Event
from tests import factories
from tests.accounts.steps import sign_in


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Run:
    """An open run, on a portal that keeps pages and always asks whether they are still true.

    Its clock stands still, so that no minute passes by itself.
    """
    now = factories.now().replace(second=10)
    monkeypatch.setattr(clock, "now", lambda: now)
    monkeypatch.setitem(app.extensions, "eduportal.pages", {})
    monkeypatch.setattr(pages, "UNASKED_SECONDS", 0)
    factories.create_office()
    return factories.create_run()


def tag(answer: TestResponse) -> str:
    assert answer.status_code == 200
    return answer.headers["ETag"]


def book(run: Run) -> Booking:
    person = factories.create_person()
    booking_id = actions.apply(By("resident", "online", None, person.id), run.id, person.id)
    return db.session.get_one(Booking, booking_id)


def paths(run: Run) -> tuple[str, ...]:
    return "/", "/runs", f"/runs/{run.id}"


def test_a_page_that_did_not_change_is_made_once(
    client: FlaskClient, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get("/")
    monkeypatch.setattr(catalog, "open_now", lambda _now: pytest.fail("made again"))
    again = client.get("/")
    assert (tag(first), first.text) == (tag(again), again.text)


def test_whoever_has_the_page_is_told_so(client: FlaskClient, run: Run) -> None:
    for path in paths(run):
        known = client.get(path, headers={"If-None-Match": tag(client.get(path))})
        assert known.status_code == 304
        assert known.text == ""


def test_a_booking_changes_every_page_that_tells_the_seats(client: FlaskClient, run: Run) -> None:
    before = {path: tag(client.get(path)) for path in paths(run)}
    book(run)
    after = {path: tag(client.get(path)) for path in paths(run)}
    assert [path for path in before if before[path] == after[path]] == []


def test_in_its_first_second_a_page_is_not_asked_about(
    client: FlaskClient, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "UNASKED_SECONDS", 60)
    before = tag(client.get("/runs"))
    book(run)
    assert tag(client.get("/runs")) == before


def test_an_opening_that_passes_changes_the_page_at_once(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.setattr(pages, "UNASKED_SECONDS", 60)
    now = clock.now()
    run.apply_from = now + timedelta(seconds=20)
    db.session.commit()
    upcoming = {path: tag(client.get(path)) for path in paths(run)}
    assert {path: tag(client.get(path)) for path in paths(run)} == upcoming
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=20))
    opened = {path: tag(client.get(path)) for path in paths(run)}
    assert [path for path in opened if opened[path] == upcoming[path]] == []


def test_no_page_outlives_the_minute(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.setattr(pages, "UNASKED_SECONDS", 600)
    now = clock.now()
    client.get("/")
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=50))
    made: list[int] = []

    def make(now: datetime) -> list[RunLine]:
        made.append(1)
        return []

    monkeypatch.setattr(catalog, "open_now", make)
    client.get("/")
    assert made == [1]


def test_a_number_that_was_committed_late_is_seen(client: FlaskClient, run: Run) -> None:
    before = tag(client.get("/runs"))
    booking = book(run)
    newest = pages._last_events()
    client.get("/runs")
    # As if the booking's event had a higher number already when an earlier one came in.
    db.session.execute(sa.update(Event).where(Event.booking_id == booking.id).values(id=10_000))
    db.session.commit()
    assert pages._last_events() != newest
    assert tag(client.get("/runs")) != before


def test_whoever_is_signed_in_gets_a_page_of_their_own(client: FlaskClient, run: Run) -> None:
    client.get("/")
    person = factories.create_person()
    sign_in(client, person)
    page = client.get("/")
    assert person.name in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert person.name not in client.application.test_client().get("/").text


def test_endless_addresses_fill_no_memory(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.setattr(pages, "MOST", 3)
    for number in range(6):
        client.get(f"/runs?page={number}")
    assert len(app.extensions["eduportal.pages"]) == 3


def test_a_run_that_is_not_there_is_not_kept(client: FlaskClient, run: Run) -> None:
    assert client.get("/runs/999").status_code == 404
    assert client.get("/runs/999").status_code == 404
