import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from eduportal.catalog.models import (
    Center,
    CenterName,
    ClosedDay,
    OpeningHours,
    Room,
)
from eduportal.catalog.rules import RunState
from eduportal.shared import clock
from eduportal.shared.db import db
from tests.catalog.steps import counted, words
from tests.e2e.test_story import served
from tests.factories import (
    create_center,
    create_course,
    create_instructor,
    create_office,
    create_room,
    create_run,
    save,
)

DAY = timedelta(days=1)
TODAY = datetime(2026, 11, 24, 10, tzinfo=clock.SEOUL)


@pytest.fixture
def november(app: Flask) -> Iterator[Center]:
    """A center, seen on a day in November 2026."""
    create_office()
    with time_machine.travel(TODAY, tick=False):
        yield create_center("정보문화센터", "대림1동")


def run_on(day: date, room: Room, title: str, **given: Any) -> None:
    """A public run of two classes that begins on a day."""
    starts_in = datetime.combine(day, time(10), tzinfo=clock.SEOUL) - TODAY
    fields: dict[str, Any] = {"starts_in": starts_in, "time_of_day": "10:00~12:00"}
    create_run(create_course(title), room, **fields | given)


def test_the_schedule_has_what_hangs_on_the_board(november: Center, client: FlaskClient) -> None:
    room = create_room(november, name="제1강의실")
    teacher = create_instructor(november, name="박강사", name_is_public=True)
    hidden = create_instructor(november, name="숨은강사")
    run_on(date(2026, 12, 1), room, "엑셀 기초", instructor_id=teacher.id, capacity=22)
    run_on(date(2026, 12, 8), room, "한글", instructor_id=hidden.id)
    page = words(client.get(f"/centers/{november.id}/schedule?month=2026-12"))

    for fact in (
        "한강구청 홍보전산과",
        "정보문화센터 2026년 12월 강좌 시간표",
        "오시는 곳: 대림1동",
        "문의 전화: 02-2000-0001",
        "엑셀 기초",
        "화·수 10:00~12:00",
        "12. 1.(화) ~ 12. 2.(수)",
        "제1강의실 박강사",
        "22명",
        "11. 23.(월) 10:00 ~ 11. 26.(목) 10:00",
        "수업 없는 날: 12. 25.(금) 기독탄신일",
    ):
        assert fact in page, fact
    assert "숨은강사" not in page


def test_a_month_has_what_begins_in_it_and_then_what_goes_on(
    november: Center, client: FlaskClient
) -> None:
    room = create_room(november)
    run_on(date(2026, 11, 30), room, "이어지는 강좌")
    run_on(date(2026, 12, 22), room, "새 강좌")
    run_on(date(2027, 1, 5), room, "다음 달 강좌")
    page = words(client.get(f"/centers/{november.id}/schedule?month=2026-12"))

    assert page.index("새 강좌") < page.index("이어지는 강좌 지난달부터 이어짐")
    assert "다음 달 강좌" not in page


def test_a_cancelled_run_is_marked(november: Center, client: FlaskClient) -> None:
    off = {"state": RunState.CANCELLED, "cancelled_on": clock.today()}
    run_on(date(2026, 12, 1), create_room(november), "엑셀", **off)

    page = words(client.get(f"/centers/{november.id}/schedule?month=2026-12"))
    assert "엑셀 폐강" in page


def test_the_schedule_bears_the_name_of_its_month(november: Center, client: FlaskClient) -> None:
    renamed = CenterName(
        center_id=november.id, name="디지털배움터", place="새 건물", valid_from=date(2026, 12, 10)
    )
    save(renamed)

    def heading(month: str) -> str:
        page = client.get(f"/centers/{november.id}/schedule?month={month}").text
        return page.partition("<h1>")[2].partition("</h1>")[0]

    assert heading("2026-11") == "정보문화센터 2026년 11월 강좌 시간표"
    assert heading("2026-12") == "디지털배움터 2026년 12월 강좌 시간표"
    assert "정보문화센터" in words(client.get(f"/centers/{november.id}"))


def test_other_centers_have_their_own_sheet(november: Center, client: FlaskClient) -> None:
    run_on(date(2026, 12, 1), create_room(create_center("다른 곳")), "저기 강좌")

    page = words(client.get(f"/centers/{november.id}/schedule?month=2026-12"))
    assert "저기 강좌" not in page
    assert "2026년 12월에는 수업하는 강좌가 아직 없습니다." in page


@pytest.mark.parametrize("query", ["", "?month=x", "?month=1999-01", "?month=2026-13"])
def test_without_a_month_it_is_the_present_one(
    november: Center, client: FlaskClient, query: str
) -> None:
    page = client.get(f"/centers/{november.id}/schedule{query}")

    assert page.status_code == 200
    assert "2026년 11월 강좌 시간표" in words(page)


def test_a_center_that_is_not_there_has_no_page(november: Center, client: FlaskClient) -> None:
    assert client.get("/centers/99").status_code == 404
    assert client.get("/centers/99/schedule").status_code == 404


def test_a_schedule_takes_the_same_queries_for_few_runs_and_many(
    november: Center, client: FlaskClient
) -> None:
    room, course = create_room(november), create_course()

    def queries_with(runs: int) -> int:
        for _number in range(runs):
            create_run(course, room, meetings=1)
        client.get(f"/centers/{november.id}/schedule?month=2026-12")
        with counted() as statements:
            client.get(f"/centers/{november.id}/schedule?month=2026-12")
        return len(statements)

    assert queries_with(2) == queries_with(30) <= 8


# The center's page


def test_the_center_says_where_when_and_what(november: Center, client: FlaskClient) -> None:
    november.summary = "처음부터 차근차근 배웁니다."
    db.session.commit()
    room = create_room(november, 24, name="제2강의실", equipment="전자칠판\n웹캠 24대")
    create_room(november, name="없어진방", closed_on=date(2020, 1, 1))
    save(OpeningHours(center_id=november.id, weekday=0, opens=time(9), closes=time(18)))
    save(
        ClosedDay(
            center_id=november.id,
            first_on=date(2026, 12, 28),
            last_on=date(2026, 12, 29),
            name="시설 점검",
        )
    )
    run_on(date(2026, 12, 1), room, "열린 강좌")
    page = client.get(f"/centers/{november.id}")

    for fact in (
        "정보문화센터 처음부터 차근차근 배웁니다.",
        "대림1동",
        "02-2000-0001",
        "월요일 09:00 ~ 18:00",
        "적혀 있지 않은 요일에는 문을 열지 않습니다.",
        "2026. 12. 25.(금) 기독탄신일",
        "2026. 12. 28.(월) 시설 점검",
        "제2강의실 24석 전자칠판 웹캠 24대",
        "열린 강좌",
    ):
        assert fact in words(page), fact
    assert "없어진방" not in words(page)
    assert f"/centers/{november.id}/schedule?month=2026-12" in page.text


def test_a_center_with_nothing_planned_says_so(november: Center, client: FlaskClient) -> None:
    page = words(client.get(f"/centers/{november.id}"))

    assert "지금 신청받는 강좌가 없습니다." in page
    assert "여는 시간" not in page


# On paper


def test_thirty_courses_fit_on_two_sheets(november: Center, app: Flask, browser: Browser) -> None:
    room = create_room(november)
    for number in range(30):
        day = date(2026, 12, 1) + timedelta(days=number % 28)
        run_on(day, room, f"스마트폰으로 배우는 생활 강좌 {number}", section="오전")
    with served(app) as url:
        page = browser.new_page()
        page.goto(f"{url}/centers/{november.id}/schedule?month=2026-12")
        sheets = page.pdf(prefer_css_page_size=True)
        page.close()

    assert len(re.findall(rb"/Type\s*/Page\b", sheets)) <= 2
    assert b"/MediaBox [0 0 594" in sheets or b"/MediaBox [0 0 595" in sheets
