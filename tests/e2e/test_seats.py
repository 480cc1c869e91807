"""Seats in a real browser: chosen by keyboard alone, moved by hand, and nothing that axe finds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page

from eduportal.accounts.models import Account
from eduportal.booking import actions
from eduportal.booking.models import Booking
from eduportal.catalog.models import Run, Seat
from eduportal.catalog.rules.intake import Intake, SeatChoice
from eduportal.shared.db import db
from eduportal.shared.events import By
from tests import factories
from tests.conftest import disposed, portal_on
from tests.e2e.test_line import session_of
from tests.e2e.test_story import DESK, PHONE, findings, served


@pytest.fixture
def app(blank: Callable[[str], str], tmp_path: Path) -> Iterator[Flask]:
    """A portal as itself: with its tokens and its policy."""
    app = portal_on(blank("sqlite"), tmp_path / "instance", WTF_CSRF_ENABLED=True)
    with disposed(app), app.app_context():
        db.create_all()
        yield app
        db.session.remove()


@pytest.fixture
def run(app: Flask) -> Run:
    """A class of four in a room whose labels are as long as they may be; a PC is broken."""
    factories.create_office()
    center = factories.create_center("창업스마트교육장")
    room = factories.create_room(center, 28)
    for seat in db.session.scalars(sa.select(Seat).where(Seat.room_id == room.id)):
        seat.row, seat.column = (seat.number - 1) // 7 + 1, (seat.number - 1) % 7 + 1
        seat.accessible, seat.out_of_order = seat.number == 7, seat.number == 28
        seat.label = "창가맨왼쪽자리" if seat.number == 9 else None
    db.session.commit()
    return factories.create_run(
        room=room,
        capacity=4,
        instructor_id=factories.create_instructor(center).id,
        intake=Intake(seat_choice=SeatChoice.PERSON),
    )


@pytest.fixture
def booking(app: Flask, run: Run) -> Booking:
    """Somebody on the first seat, beside somebody else."""
    bookings = []
    for _n in range(2):
        person = factories.create_person()
        by = By("resident", "online", None, person.id)
        bookings.append(actions.apply(by, run.id, person.id))
    db.session.rollback()
    return db.session.get_one(Booking, bookings[0])


@contextmanager
def opened(browser: Browser, cookie: dict[str, str], size: dict[str, int]) -> Iterator[Page]:
    """A browser that is signed in; whatever the console complains of fails the test."""
    context = browser.new_context(locale="ko-KR", viewport=size)  # type: ignore[arg-type]
    context.set_default_timeout(12_000)
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    assert complaints == []


@contextmanager
def at_work(browser: Browser, url: str, account: Account, size: dict[str, int]) -> Iterator[Page]:
    """An instructor's or staff's browser."""
    context = browser.new_context(locale="ko-KR", viewport=size)  # type: ignore[arg-type]
    context.set_default_timeout(12_000)
    page = context.new_page()
    page.goto(f"{url}/sign-in/work")
    page.locator("input[name=email]").fill(str(account.email))
    page.locator("input[name=password]").fill(factories.PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.get_by_role("button", name="로그아웃").wait_for()
    yield page
    context.close()


def test_a_seat_is_chosen_by_keyboard_alone(app: Flask, browser: Browser, booking: Booking) -> None:
    assert booking.person
    with served(app) as url:
        cookie = {"name": "eduportal", "value": session_of(app, booking.person), "url": url}
        for size in (PHONE, DESK):
            with opened(browser, cookie, size) as page:
                assert findings(page, f"{url}/my/bookings/{booking.id}/seat") == []
        with opened(browser, cookie, PHONE) as page:
            page.goto(f"{url}/my/bookings/{booking.id}/seat")
            page.locator("input[type=radio]:checked").focus()
            page.keyboard.press("ArrowRight")
            assert page.get_by_role("radio", name="1줄 3칸, 3번, 비었음").is_checked()
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            page.get_by_text("지금 자리는 10번입니다.").wait_for()


def test_people_are_moved_by_hand(app: Flask, browser: Browser, run: Run, booking: Booking) -> None:
    assert run.instructor
    assert run.instructor.account_id
    teacher = db.session.get_one(Account, run.instructor.account_id)
    staff = factories.create_staff(run.center)
    with served(app) as url:
        for size in (PHONE, DESK):
            with at_work(browser, url, staff, size) as page:
                paths = [f"/office/runs/{run.id}/seats{way}" for way in ("", "/print")]
                found = {
                    path: findings(page, url + path) for path in [*paths, "/office/broken-seats"]
                }
                assert {path: names for path, names in found.items() if names} == {}
        with at_work(browser, url, teacher, DESK) as page:
            assert findings(page, f"{url}/teach/runs/{run.id}/seats") == []
            page.goto(f"{url}/teach/runs/{run.id}/seats")
            page.locator("[data-person]").first.drag_to(page.locator(".seat-free").first)
            page.get_by_text("자리를 바꾸었습니다.").wait_for()
            page.get_by_role("button", name="되돌리기").click()
            page.get_by_text("마지막으로 옮긴 것을 되돌렸습니다.").wait_for()
