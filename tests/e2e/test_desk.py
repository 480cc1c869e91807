"""The desk with a caller on the line, in a real browser: never a hand on the mouse."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page

from eduportal.accounts.models import Person
from eduportal.accounts.rules import Role
from eduportal.booking.models import Booking
from eduportal.shared.db import db
from tests import factories
from tests.conftest import disposed, portal_on
from tests.e2e.test_new_office import findings as axe_findings
from tests.e2e.test_story import DESK, served


class Counter:
    """A portal with two runs that are open, somebody known and somebody at the desk."""

    def __init__(self, url: str, caller: Person, account_email: str) -> None:
        self.url, self.caller, self.email = url, caller, account_email


@pytest.fixture
def counter(blank: Callable[[str], str], tmp_path: Path) -> Iterator[Counter]:
    """Served as itself."""
    app = portal_on(blank("sqlite"), tmp_path / "instance", WTF_CSRF_ENABLED=True)
    with disposed(app), app.app_context():
        db.create_all()
        factories.create_office()
        center = factories.create_center()
        room = factories.create_room(center)
        for n, title in enumerate(("스마트폰 첫걸음", "엑셀 기초")):
            factories.create_run(
                factories.create_course(title), room, starts_in=timedelta(days=20 + 5 * n)
            )
        caller = factories.create_person()
        worker = factories.create_staff(center, Role.DESK)
        with served(app) as url:
            yield Counter(url, caller, str(worker.email))
        db.session.remove()


@pytest.fixture
def page(browser: Browser, counter: Counter) -> Iterator[Page]:
    """At the desk, signed in."""
    context = browser.new_context(locale="ko-KR", viewport=DESK)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    opened = context.new_page()
    opened.goto(f"{counter.url}/sign-in/work")
    opened.fill("[name=email]", counter.email)
    opened.fill("[name=password]", factories.PASSWORD)
    enter(opened)
    yield opened
    context.close()


def enter(page: Page) -> None:
    """Press Enter, and see what comes."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_from_the_number_to_the_receipt_by_keyboard_alone(counter: Counter, page: Page) -> None:
    page.goto(f"{counter.url}/office/desk")
    page.keyboard.type(str(counter.caller.phone))
    enter(page)
    page.get_by_role("heading", name=f"{counter.caller.name} 님").wait_for()
    axe_findings(page)
    page.keyboard.type("엑셀")
    assert page.locator(".desk-runs .choice:visible").count() == 1
    enter(page)
    page.get_by_text("수강이 확정되었습니다").wait_for()
    axe_findings(page)
    booking = db.session.scalars(sa.select(Booking)).one()
    assert booking.person_id == counter.caller.id
    assert booking.channel == "phone"
    # The next caller is one key away.
    enter(page)
    assert page.evaluate("document.activeElement.name") == "phone"


def test_arrows_choose_among_several(counter: Counter, page: Page) -> None:
    page.goto(f"{counter.url}/office/desk/people/{counter.caller.id}")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    enter(page)
    page.get_by_text("수강이 확정되었습니다").wait_for()
    assert "엑셀 기초" in page.inner_text(".receipt")
