from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from eduportal.catalog.models import ClosedDay
from eduportal.catalog.rules import RunState
from eduportal.catalog.rules.calendar import (
    Mark,
    after_this_week,
    last_of_month,
    month_after,
    month_before,
    weeks_of,
)
from eduportal.shared import clock, dates
from tests.accounts.steps import sign_in
from tests.catalog.steps import counted, words
from tests.factories import (
    create_center,
    create_course,
    create_office,
    create_person,
    create_room,
    create_run,
    save,
)

WEDNESDAY = datetime(2026, 12, 9, 3, tzinfo=clock.SEOUL)
FIFTEENTH = dates.at(date(2026, 12, 15), time(10))
DAY = timedelta(days=1)


def opening(title: str, at: datetime = FIFTEENTH, **given: object) -> int:
    """A run that is public, opens then, closes two days later and begins in January."""
    fields = {
        "apply_from": at,
        "apply_until": at + 2 * DAY + timedelta(hours=8),
        "starts_in": datetime(2027, 1, 5, 1, tzinfo=clock.SEOUL) - WEDNESDAY,
        "published_at": WEDNESDAY - DAY,
    }
    return create_run(create_course(title), **fields | given).id  # type: ignore[arg-type]


@pytest.fixture
def december(app: Flask) -> time_machine.travel:
    """A Wednesday in December 2026."""
    create_office()
    return time_machine.travel(WEDNESDAY, tick=False)


# How a month is laid out


def test_a_month_hangs_on_the_wall_from_sunday_on() -> None:
    weeks = weeks_of(date(2026, 12, 1))

    assert weeks[0] == [None, None, *(date(2026, 12, day) for day in range(1, 6))]
    assert [len(week) for week in weeks] == [7] * 5
    assert weeks[-1][-2:] == [None, None]


@pytest.mark.parametrize(
    ("today", "sunday"),
    [(date(2026, 12, 9), 13), (date(2026, 12, 12), 13), (date(2026, 12, 13), 20)],
)
def test_this_week_lasts_until_the_next_sunday(today: date, sunday: int) -> None:
    assert after_this_week(today) == date(2026, 12, sunday)


def test_calendars_have_ends() -> None:
    assert last_of_month(date(2028, 2, 1)) == date(2028, 2, 29)
    assert month_before(date(2027, 1, 1)) == date(2026, 12, 1)
    assert month_before(date(2000, 1, 1)) is None
    assert month_after(date(2100, 12, 1)) is None


# What is on the page


def test_a_day_says_what_opens_what_closes_and_what_begins(
    client: FlaskClient, december: time_machine.travel
) -> None:
    with december:
        run_id = opening("엑셀 기초")
        page = client.get("/openings?month=2026-12")
        january = words(client.get("/openings?month=2027-01"))

    assert "2026. 12. 15.(화) 10:00 접수 시작 엑셀 기초 정보문화센터 접수예정" in words(page)
    assert "2026. 12. 17.(목) 18:00 접수 마감 엑셀 기초" in words(page)
    assert f'href="/runs/{run_id}"' in page.text
    assert "2027. 1. 5.(화) 01:00 첫 수업 엑셀 기초" in january
    assert Mark.OPENS.label not in january.partition("날짜별로 보기")[2].partition("내 달력")[0]


def test_what_opens_this_week_stands_first(
    client: FlaskClient, december: time_machine.travel
) -> None:
    with december:
        opening("이번 주 강좌", WEDNESDAY + 2 * DAY)
        opening("다음 주 강좌")
        page = words(client.get("/openings"))

    first, _heading, rest = page.partition("2026년 11월")
    assert "이번 주 강좌" in first
    assert "다음 주 강좌" not in first
    assert "다음 주 강좌" in rest


def test_with_nothing_this_week_the_next_opening_is_named(
    client: FlaskClient, december: time_machine.travel
) -> None:
    with december:
        opening("다음 주 강좌")
        page = words(client.get("/openings"))
        elsewhere = client.get("/openings?month=2026-11")

    assert "이번 주에 접수를 시작하는 강좌는 없습니다." in page
    assert "다음 접수는 2026. 12. 15.(화) 10:00에 시작합니다." in page
    assert "2026년 11월에는 접수를 시작하는 강좌가 없습니다." in words(elsewhere)
    assert 'href="/openings?month=2026-12#month"' in elsewhere.text


def test_an_empty_calendar_says_what_comes_next(
    client: FlaskClient, december: time_machine.travel
) -> None:
    with december:
        page = words(client.get("/openings"))

    assert "2026년 12월에는 접수를 시작하는 강좌가 없습니다." in page
    assert "새 강좌가 정해지면 이곳에 올립니다." in page


def test_many_runs_at_one_moment_are_counted_in_the_calendar_and_named_below(
    client: FlaskClient, december: time_machine.travel
) -> None:
    with december:
        for number in range(5):
            opening(f"강좌{number}")
        page = client.get("/openings").text
        table = page.partition("<table")[2].partition("</table>")[0]

    assert "강좌 5개" in table
    assert 'href="#day-15"' in table
    assert "강좌4" not in table
    assert "강좌4" in page.partition("</table>")[2]


def test_a_center_can_be_chosen(client: FlaskClient, december: time_machine.travel) -> None:
    with december:
        here, there = create_center("창업스마트교육장"), create_center("정보문화센터")
        opening("여기 강좌", room=create_room(here))
        opening("저기 강좌", room=create_room(there))
        page = client.get(f"/openings?center={here.id}").text

    assert "여기 강좌" in page
    assert "저기 강좌" not in page
    assert f"/openings.ics?center={here.id}" in page
    assert f"month=2027-01&amp;center={here.id}" in page


def test_closed_days_are_named(client: FlaskClient, december: time_machine.travel) -> None:
    with december:
        opening("엑셀")
        save(ClosedDay(first_on=date(2026, 12, 28), last_on=date(2026, 12, 28), name="시설 점검"))
        page = words(client.get("/openings"))

    assert "시설 점검" in page
    assert "기독탄신일" in page


def test_drafts_and_what_is_public_later_are_in_no_calendar(
    client: FlaskClient, december: time_machine.travel
) -> None:
    with december:
        opening("초안", state=RunState.DRAFT)
        opening("나중에 공개", published_at=WEDNESDAY + DAY)
        for address in ("/openings", "/openings.ics", "/runs.atom", "/sitemap.xml", "/centers/1"):
            page = client.get(address).text
            assert "초안" not in page
            assert "나중에 공개" not in page
            assert "/runs/1" not in page
        assert client.get("/runs/1.ics").status_code == 404
        assert client.get("/runs/2.ics").status_code == 404
        schedule = client.get("/centers/1/schedule?month=2027-01").text
        assert "초안" not in schedule
        assert "나중에 공개" not in schedule


def test_a_cancelled_run_stays_and_says_so(
    client: FlaskClient, december: time_machine.travel
) -> None:
    with december:
        opening("폐강 강좌", state=RunState.CANCELLED, cancelled_on=clock.today())

        assert "폐강 강좌 정보문화센터 폐강" in words(client.get("/openings"))


def test_titles_are_text_and_nothing_else(
    client: FlaskClient, december: time_machine.travel
) -> None:
    with december:
        opening("<b>엑셀</b> & 😀")
        page = client.get("/openings").text

    assert "<b>엑셀" not in page
    assert "&lt;b&gt;엑셀&lt;/b&gt; &amp; 😀" in page


@pytest.mark.parametrize(
    "query",
    ["month=x", "month=1999-12", "month=9999-12", "month=2026-13", "center=99", "center=x"],
)
def test_what_cannot_be_chosen_is_left_out(
    client: FlaskClient, december: time_machine.travel, query: str
) -> None:
    with december:
        opening("엑셀")
        page = client.get(f"/openings?{query}")

    assert page.status_code == 200
    assert "2026년 12월" in words(page)


def test_the_calendar_is_sent_again_only_when_it_has_changed(
    client: FlaskClient, december: time_machine.travel
) -> None:
    with december:
        opening("엑셀")
        first = client.get("/openings")
        again = client.get("/openings", headers={"If-None-Match": first.headers["ETag"]})
        opening("한글")
        changed = client.get("/openings", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code, changed.status_code) == (200, 304, 200)
    assert "no-cache" in first.headers["Cache-Control"]


def test_a_page_with_a_name_in_it_is_not_kept(
    client: FlaskClient, december: time_machine.travel
) -> None:
    with december:
        sign_in(client, create_person())
        page = client.get("/openings")

    assert page.headers["Cache-Control"] == "no-store"
    assert "ETag" not in page.headers


def test_the_number_of_queries_does_not_grow(
    client: FlaskClient, december: time_machine.travel
) -> None:
    with december:
        room, course = create_room(), create_course()
        numbers = {}
        for past, address in ((6, "/openings"), (60, "/openings")):
            for _number in range(past):
                create_run(course, room, meetings=1, starts_in=-90 * DAY)
                create_run(course, room, meetings=1)
            client.get(address)
            with counted() as statements:
                assert client.get(address).status_code == 200
            numbers[past] = len(statements)

    assert numbers[6] == numbers[60] <= 8
