"""The waiting line in a real browser: it opens, moves on and lets in, also without script."""

import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page

from eduportal.accounts.models import Account, Person
from eduportal.booking.line import lines
from eduportal.booking.rules.line import draw_hash
from eduportal.catalog.actions.openings import opening_for
from eduportal.catalog.models import Run
from eduportal.catalog.models.openings import Opening
from eduportal.catalog.rules.intake import Intake
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.events import SYSTEM
from tests import factories
from tests.conftest import disposed, portal_on
from tests.e2e.test_story import PHONE, findings, served


@pytest.fixture
def app(blank: Callable[[str], str], tmp_path: Path) -> Iterator[Flask]:
    """A portal as itself, whose line lets in two a second."""
    settings = {"WTF_CSRF_ENABLED": True, "LINE_RATE": 2}
    app = portal_on(blank("sqlite"), tmp_path / "instance", **settings)
    with disposed(app), app.app_context():
        db.create_all()
        yield app
        db.session.remove()


@contextmanager
def phone(
    browser: Browser, app: Flask, url: str, person: Person, script: bool = True
) -> Iterator[Page]:
    """Somebody's phone, signed in; whatever the console complains of fails the test."""
    context = browser.new_context(
        locale="ko-KR",
        viewport=PHONE,  # type: ignore[arg-type]
        java_script_enabled=script,
    )
    context.set_default_timeout(12_000)
    context.add_cookies([{"name": "eduportal", "value": session_of(app, person), "url": url}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    assert complaints == []


def session_of(app: Flask, person: Person) -> str:
    """What a signed-in browser keeps."""
    stamp = db.session.get_one(Account, person.account_id).session_stamp
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    seen = int(clock.now().timestamp())
    user = f"{person.account_id}:{person.id}:{stamp}"
    return str(signer.dumps({"_user_id": user, "_fresh": True, "seen_at": seen}))


def run_with(
    app: Flask, last: list[Person], others: int, opens_in: timedelta = timedelta(seconds=4)
) -> Run:
    """A run that opens soon; `others` have tickets already, and a better lot than these people."""
    opens_at = clock.now() + opens_in
    until = opens_at + timedelta(days=1)
    run = factories.create_run(
        apply_from=opens_at, apply_until=until, intake=Intake(waiting_line=True)
    )
    opening_for(SYSTEM, opens_at)
    line = lines().of_run(run.id)
    assert line
    behind = [line.ticket(person.id) for person in last]
    before = [line.ticket(1_000 + n) for n in range(others)]
    secret = lot_for(line.opening.id, before, behind)
    values = {"secret": secret.hex(), "secret_hash": hashlib.sha256(secret).hexdigest()}
    db.session.execute(sa.update(Opening).values(**values))
    db.session.commit()
    line = lines().of_run(run.id)
    assert line
    for number in before:
        line.standing(number)
    return run


def lot_for(opening_id: int, before: list[str], behind: list[str]) -> bytes:
    """A secret by which some stand before others."""
    while True:
        secret = secrets.token_bytes(32)
        lots = [[draw_hash(secret, opening_id, one) for one in some] for some in (before, behind)]
        if max(lots[0], default="") < min(lots[1]):
            return secret


def test_it_waits_opens_and_lets_in_with_script_and_without(browser: Browser, app: Flask) -> None:
    factories.create_office()
    people = [factories.create_person() for _n in range(2)]
    run = run_with(app, people, others=5)
    with (
        served(app) as url,
        phone(browser, app, url, people[0]) as page,
        phone(browser, app, url, people[1], script=False) as plain,
    ):
        address = f"{url}/runs/{run.id}/line"
        page.goto(address, wait_until="domcontentloaded")
        plain.goto(address, wait_until="domcontentloaded")
        for one in (page, plain):
            one.get_by_role("heading", name="번호표를 받으셨습니다").wait_for()
        page.get_by_role("heading", name="차례를 기다리고 있습니다").wait_for()
        assert "명" in page.locator("[data-ahead-shown]").inner_text()
        assert "번째" in page.locator("[data-place]").inner_text()
        for one in (page, plain):
            one.wait_for_url(f"{url}/runs/{run.id}/apply")
            one.get_by_role("button", name="신청하기").click()
            one.get_by_text("수강이 확정되었습니다").wait_for()


def test_axe_finds_nothing(browser: Browser, app: Flask) -> None:
    factories.create_office()
    person = factories.create_person()
    run = run_with(app, [person], others=2, opens_in=timedelta(seconds=60))
    with served(app) as url, phone(browser, app, url, person) as page:
        assert findings(page, f"{url}/runs/{run.id}/line") == []
        assert findings(page, f"{url}/openings/1/line") == []
        page.set_viewport_size({"width": 1280, "height": 900})
        assert findings(page, f"{url}/runs/{run.id}/line") == []


def test_a_page_that_was_opened_too_early_waits_for_its_ticket(
    browser: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eduportal.booking.rules.line.TICKETS_FROM", -57_000)
    factories.create_office()
    person = factories.create_person()
    run = run_with(app, [person], others=0, opens_in=timedelta(seconds=60))
    with served(app) as url, phone(browser, app, url, person) as page:
        page.goto(f"{url}/runs/{run.id}/line", wait_until="domcontentloaded")
        page.get_by_role("heading", name="아직 대기줄이 열리지 않았습니다").wait_for()
        page.get_by_role("heading", name="번호표를 받으셨습니다").wait_for()
