"""An empty office in a real browser: set up, a month copied from another, published, and seen."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page

from eduportal.accounts.rules import setup_code
from eduportal.booking import promises
from eduportal.catalog.models import Course, Room, Run, Seat
from eduportal.catalog.rules import RunState
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from tests import factories
from tests.conftest import disposed, portal_on
from tests.e2e.test_story import AXE, DESK, PHONE, served

TITLE = "스마트폰 첫걸음"


@pytest.fixture
def url(blank: Callable[[str], str], tmp_path: Path) -> Iterator[str]:
    """The address of a portal with nothing in it, as itself: with its tokens and its policy."""
    app = portal_on(blank("sqlite"), tmp_path / "instance", WTF_CSRF_ENABLED=True)
    with disposed(app), app.app_context():
        db.create_all()
        with served(app) as address:
            yield address
        db.session.remove()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A desk; whatever the console complains of fails the test."""
    context = browser.new_context(locale="ko-KR", viewport=DESK)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on(
        "console", lambda line: complaints.append(line.text) if line.type == "error" else None
    )
    yield opened
    context.close()
    assert complaints == []


def test_from_nothing_to_a_month_that_residents_see(url: str, page: Page) -> None:
    become_administrator(page, url)
    set_the_office_up(page, url)
    first = dates.next_month(clock.today())
    plan_a_run(page, url, first)
    copy_the_month(page, url, first, dates.next_month(first))
    publish(page, url)
    see_it_as_a_resident(page, url)
    assert promises.broken() == []


def become_administrator(page: Page, url: str) -> None:
    """By the code that the server printed."""
    page.goto(f"{url}/setup")
    page.get_by_label("설정 번호").fill(setup_code("test"))
    press(page, "다음")
    page.get_by_label("이름").fill("최관리")
    page.get_by_label("이메일").fill("admin@example.org")
    page.locator("input[name=password]").fill(factories.PASSWORD)
    page.locator("input[name=again]").fill(factories.PASSWORD)
    press(page, "관리자 만들기")
    page.get_by_role("heading", name="사무소 준비").wait_for()
    findings(page)


def set_the_office_up(page: Page, url: str) -> None:
    """Name, a center, a room, the usual rules; then open."""
    page.goto(f"{url}/office/setup")
    page.get_by_role("link", name="하기").first.click()
    page.get_by_label("사무소 이름").fill("한강구청")
    page.get_by_label("담당 부서").fill("홍보전산과")
    page.get_by_label("대표 전화").fill("02-000-0000")
    press(page, "저장하기")
    page.goto(f"{url}/office/setup/centers")
    page.get_by_label("교육장 이름").fill("정보문화센터")
    press(page, "교육장 더하기")
    page.goto(f"{url}/office/setup/rooms")
    page.get_by_label("강의실 이름").fill("제1강의실")
    page.get_by_label("좌석 수").fill("26")
    press(page, "강의실 더하기")
    page.goto(f"{url}/office/settings/policy")
    press(page, "저장하기")
    page.goto(f"{url}/office/setup/open")
    findings(page)
    press(page, "사무소 열기")
    assert db.session.scalar(sa.select(sa.func.count(Seat.id))) == 26


def plan_a_run(page: Page, url: str, month: date) -> None:
    """A course and a draft of it, four Tuesdays of a month."""
    page.goto(f"{url}/office/courses/new")
    page.get_by_label("과정 이름").fill(TITLE)
    page.get_by_label("정규").check()
    page.get_by_label("분야").fill("기초·활용")
    page.get_by_label("구민").check()
    page.get_by_label("배우는 내용").fill("전화와 문자, 사진을 손에 익힙니다.")
    press(page, "저장하기")
    db.session.rollback()
    course_id = db.session.scalars(sa.select(Course.id)).one()
    room_id = db.session.scalars(sa.select(Room.id)).one()
    page.goto(f"{url}/office/courses/{course_id}/runs/new")
    page.locator("select[name=room_id]").select_option(str(room_id))
    page.get_by_label("정원", exact=True).fill("20")
    press(page, "저장하고 수업 날짜 넣기")
    page.get_by_label("화요일").check()
    page.get_by_label("시작하는 날").fill(month.isoformat())
    page.get_by_label("수업 횟수").fill("3")
    page.get_by_label("시작 시각").fill("10:00")
    page.get_by_label("끝 시각").fill("12:00")
    press(page, "날짜 미리 보기")
    press(page, "이 날짜로 저장하기")
    page.get_by_text("수업 날짜를 저장했습니다.").wait_for()


def copy_the_month(page: Page, url: str, source: date, target: date) -> None:
    """Everything of one month once more in another, looked over and made in one step."""
    page.goto(f"{url}/office/months/new")
    page.locator("select[name=source]").select_option(f"{source:%Y-%m}")
    page.locator("input[name=target]").fill(f"{target:%Y-%m}")
    press(page, "미리 보기")
    findings(page)
    press(page, "모두 만들기")
    db.session.rollback()
    runs = db.session.scalars(sa.select(Run).order_by(Run.starts_at)).all()
    assert [(run.starts_on.month if run.starts_on else 0, run.meeting_count) for run in runs] == [
        (source.month, 3),
        (target.month, 3),
    ]
    assert {run.state for run in runs} == {RunState.DRAFT}


def publish(page: Page, url: str) -> None:
    """The new run, from its page."""
    run_id = db.session.scalars(sa.select(Run.id).order_by(Run.starts_at.desc()).limit(1)).one()
    page.goto(f"{url}/office/runs/{run_id}")
    page.get_by_role("button", name=re.compile("공개하기")).first.click()
    page.get_by_text("공개했습니다").first.wait_for()
    page.get_by_role("button", name="로그아웃").click()


def see_it_as_a_resident(page: Page, url: str) -> None:
    """On a phone: in the list, with its days, not to be applied for yet."""
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{url}/runs")
    assert page.get_by_role("link", name=TITLE).count() == 1
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("heading", name=TITLE).first.wait_for()
    assert "접수예정" in page.inner_text("main")
    findings(page)


def press(page: Page, name: str) -> None:
    """A button of the page's own."""
    page.locator("main").get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_load_state()


def findings(page: Page) -> None:
    """Nothing that axe finds, nothing wider than the screen."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({preload: false}).then(found => found.violations)")
    assert [f"{one['id']}: {one['nodes'][0]['html']}" for one in found] == []
    assert page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
