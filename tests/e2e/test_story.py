"""One story in a real browser: a resident applies, the class is held, the month changes by one.

And what axe finds on the pages that everybody sees: nothing.
"""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from eduportal.accounts.models import Account
from eduportal.booking import promises
from eduportal.catalog.models import Center, Run
from eduportal.notices.models import Notice
from eduportal.shared.db import db
from tests import factories
from tests.conftest import disposed, portal_on

AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
START = factories.now()


class Office:
    """A portal that a browser can reach, with a run that is open and one that is over."""

    def __init__(
        self, url: str, center: Center, run: Run, teacher: Account, staff: Account
    ) -> None:
        self.url, self.center, self.run = url, center, run
        self.teacher, self.staff = teacher, staff


@pytest.fixture
def office(blank: Callable[[str], str], tmp_path: Path) -> Iterator[Office]:
    """Served on a free port by threads, as itself: with its tokens and its policy."""
    app = portal_on(blank("sqlite"), tmp_path / "instance", WTF_CSRF_ENABLED=True)
    with disposed(app), app.app_context():
        db.create_all()
        made = furnished()
        with served(app) as url:
            yield Office(url, *made)
        db.session.remove()


def furnished() -> tuple[Center, Run, Account, Account]:
    """A center with a run that begins in two hours, its instructor and its staff."""
    factories.create_office()
    center = factories.create_center("창업스마트교육장")
    instructor = factories.create_instructor(center)
    run = factories.create_run(
        factories.create_course("스마트폰으로 배우는 아주 긴 이름의 생활 강좌"),
        factories.create_room(center, seats=4),
        capacity=4,
        instructor_id=instructor.id,
        meetings=1,
        starts_in=timedelta(hours=2),
        apply_until=START + timedelta(hours=1),
        cancel_until=START + timedelta(hours=1),
    )
    factories.create_run(room=factories.create_room(center), capacity=2, waiting_limit=2)
    teacher = db.session.get_one(Account, instructor.account_id)
    return center, run, teacher, factories.create_staff(center)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The app behind a threaded server on a free port; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone; whatever the console complains of fails the test."""
    context = browser.new_context(locale="ko-KR", viewport=PHONE)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on(
        "console", lambda line: complaints.append(line.text) if line.type == "error" else None
    )
    yield opened
    context.close()
    assert complaints == []


def test_from_the_phone_to_the_month(office: Office, page: Page) -> None:
    before = enrollments(page, office)
    apply_on_the_phone(page, office)
    assert promises.broken() == []
    with time_machine.travel(START + timedelta(hours=3)):
        mark_everybody_present(page, office)
        assert enrollments(page, office) == before + 1


def apply_on_the_phone(page: Page, office: Office) -> None:
    """Find the course, sign in with a code, say who one is, apply."""
    page.goto(f"{office.url}/runs?q=스마트폰")
    page.get_by_role("link", name=office.run.title).click()
    page.get_by_role("link", name="신청하기").first.click()
    page.get_by_label("휴대전화 번호").fill("010-0000-4321")
    page.get_by_role("button", name="인증번호 받기").click()
    page.get_by_label("인증번호").fill(code())
    page.locator("main form button[type=submit]").first.click()
    tell_who_one_is(page)
    page.get_by_role("button", name="신청하기").click()
    page.get_by_text("수강이 확정되었습니다").wait_for()
    assert "좌석은 1번" in page.inner_text("main")


def tell_who_one_is(page: Page) -> None:
    """The first time: name, birth date, dong, relation, consents one by one."""
    page.get_by_label("이름").fill("김영희")
    page.get_by_label("생년월일").fill("19540301")
    page.get_by_label("사는 동").fill("대림1동")
    page.locator("input[name=relation][value=lives]").check()
    page.locator("input[name=consent_service]").check()
    page.locator("main form button[type=submit]").first.click()


def mark_everybody_present(page: Page, office: Office) -> None:
    """The instructor's day on a phone: open the class, one tap for all, save."""
    sign_in_to_work(page, office, office.teacher)
    page.goto(f"{office.url}/teach")
    page.locator("main").get_by_role("link").filter(has_text=office.run.title).first.click()
    page.get_by_role("button", name="모두 출석").click()
    page.get_by_role("button", name="저장").last.click()
    page.get_by_role("status").get_by_text("저장").wait_for()
    sign_out(page)


def enrollments(page: Page, office: Office) -> int:
    """The month's 수강인원, as staff read it."""
    sign_in_to_work(page, office, office.staff)
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.goto(f"{office.url}/office/statistics/month")
    figures = re.search(r"구민: [\d,]+회 ([\d,]+)명", page.inner_text("main"))
    assert figures
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    sign_out(page)
    return int(figures[1].replace(",", ""))


def sign_in_to_work(page: Page, office: Office, account: Account) -> None:
    """By e-mail and password."""
    page.context.clear_cookies()
    page.goto(f"{office.url}/sign-in/work")
    page.locator("input[name=email]").fill(str(account.email))
    page.locator("input[name=password]").fill(factories.PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.get_by_role("button", name="로그아웃").wait_for()


def sign_out(page: Page) -> None:
    """By the button."""
    page.get_by_role("button", name="로그아웃").click()
    page.get_by_role("link", name="로그인", exact=True).wait_for()


def code() -> str:
    """The code in the newest message."""
    db.session.rollback()
    body = db.session.scalars(sa.select(Notice.body).order_by(Notice.id.desc())).first()
    found = re.search(r"\d{6}", body or "")
    assert found
    return found[0]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    office: Office, page: Page, size: dict[str, int]
) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    paths = ["/", "/runs", f"/runs/{office.run.id}", "/sign-in", "/sign-in/work", "/privacy"]
    paths += ["/openings", f"/centers/{office.center.id}", f"/centers/{office.center.id}/schedule"]
    found = {path: findings(page, office.url + path) for path in paths}
    assert {path: names for path, names in found.items() if names} == {}


def findings(page: Page, url: str) -> list[str]:
    """What axe finds on a page, and whether it is wider than the screen."""
    page.goto(url)
    wider = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    page.evaluate(AXE.read_text(encoding="utf-8"))
    violations = page.evaluate("axe.run({preload: false}).then(found => found.violations)")
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in violations] + ["wide"] * (
        wider > 0
    )
