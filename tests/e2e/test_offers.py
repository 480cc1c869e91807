"""A free place on a phone: one is offered and taken, one is not answered in time."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from playwright.sync_api import Browser, Page

from eduportal.accounts.models import Account, Person
from eduportal.booking import actions, promises
from eduportal.booking.actions import offers
from eduportal.booking.models import Booking
from eduportal.catalog.models import Run
from eduportal.catalog.rules.intake import Intake
from eduportal.shared.db import db
from eduportal.shared.events import By
from tests import factories
from tests.conftest import disposed, portal_on
from tests.e2e.test_story import PHONE, code, findings, served

# Hours of the day that are always on: the test may run at night.
ANY_TIME = Intake(offer_hours=24, offer_opens=time.min, offer_closes=time.min)


class Office:
    """A portal that a browser can reach, with one place out as an offer and two who wait."""

    def __init__(self, url: str, run: Run, people: list[Person]) -> None:
        self.url, self.run, self.people = url, run, people


@pytest.fixture
def office(blank: Callable[[str], str], tmp_path: Path) -> Iterator[Office]:
    """Served on a free port by threads, as itself: with its tokens and its policy."""
    app = portal_on(blank("sqlite"), tmp_path / "instance", WTF_CSRF_ENABLED=True)
    with disposed(app), app.app_context():
        db.create_all()
        run, people = furnished(app)
        with served(app) as url:
            yield Office(url, run, people)
        db.session.remove()


def furnished(_app: Flask) -> tuple[Run, list[Person]]:
    """The first of three gave their place up: the second is asked."""
    factories.create_office()
    course = factories.create_course("스마트폰 사진")
    run = factories.create_run(course, capacity=1, intake=ANY_TIME)
    people = [factories.create_person() for _n in range(3)]
    for person in people:
        actions.apply(by(person), run.id, person.id)
    first = bookings(run)[0]
    actions.cancel_own(by(people[0]), first.id, "")
    return run, people


def by(person: Person) -> By:
    """The person acting online."""
    return By("resident", "online", person.account_id, person.id)


def bookings(run: Run) -> list[Booking]:
    """In the order of their numbers."""
    db.session.rollback()
    query = sa.select(Booking).where(Booking.run_id == run.id).order_by(Booking.number)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone; whatever the console complains of fails the test."""
    context = browser.new_context(locale="ko-KR", viewport=PHONE)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on(
        "console", lambda line: complaints.append(line.text) if line.type == "error" else None
    )
    yield opened
    context.close()
    assert complaints == []


def test_an_offer_is_taken_with_one_tap_and_another_lapses(office: Office, page: Page) -> None:
    second, third = office.people[1:]
    sign_in(page, office, second)
    page.goto(f"{office.url}/my")
    page.get_by_role("link", name="답하러 가기").click()
    page.get_by_role("heading", name="자리가 났습니다").wait_for()
    assert findings(page, page.url) == []
    page.get_by_role("button", name="네, 수강하겠습니다").click()
    page.get_by_text("수강이 확정되었습니다").wait_for()
    # The place is given up again: the third is asked, and does not answer.
    actions.cancel_own(by(second), bookings(office.run)[1].id, "")
    sign_in(page, office, third)
    page.goto(f"{office.url}/my/bookings/{bookings(office.run)[2].id}/offer")
    with time_machine.travel(datetime.now().astimezone() + timedelta(days=2)):
        offers.close_lapsed(factories.now() - timedelta(hours=1))
    page.get_by_role("button", name="네, 수강하겠습니다").click()
    page.get_by_text("안내 기한이 지났습니다").wait_for()
    assert promises.broken() == []


def sign_in(page: Page, office: Office, person: Person) -> None:
    """With a code, and the birth date."""
    page.context.clear_cookies()
    page.goto(f"{office.url}/sign-in")
    phone = db.session.get_one(Account, person.account_id).phone
    page.get_by_label("휴대전화 번호").fill(str(phone))
    page.get_by_role("button", name="인증번호 받기").click()
    page.get_by_label("인증번호").fill(code())
    page.locator("main form button[type=submit]").first.click()
    page.locator("input[name=birth_date]").fill(f"{person.birth_date:%Y%m%d}")
    page.locator("main form button[type=submit]").first.click()
    page.get_by_role("button", name="로그아웃").wait_for()
