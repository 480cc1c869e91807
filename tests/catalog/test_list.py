from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts.rules import Audience
from eduportal.catalog import queries
from eduportal.catalog.actions import follow_meetings
from eduportal.catalog.models import CenterName, Run
from eduportal.catalog.queries import Filters
from eduportal.catalog.queries.runs import PER_PAGE
from eduportal.catalog.rules import Kind, RunState, Status, search_words
from eduportal.shared import clock
from eduportal.shared.db import db
from tests.catalog.steps import counted, words
from tests.factories import (
    create_center,
    create_course,
    create_office,
    create_room,
    create_run,
    now,
    save,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG_AGO: dict[str, Any] = {
    "starts_in": -90 * DAY,
    "apply_from": now() - 120 * DAY,
    "apply_until": now() - 100 * DAY,
}


def listed(**filters: Any) -> list[int]:
    return [line.id for line in queries.runs_page(Filters(**filters), clock.now()).items]


def searched(text: str) -> list[int]:
    return listed(words=search_words(text))


def create_titled(title: str, **course: Any) -> Run:
    run = create_run(create_course(title, **course))
    follow_meetings(run.id)
    return run


# What the list holds


def test_drafts_are_nobodys_business(app: Flask) -> None:
    create_run(state=RunState.DRAFT)

    assert listed() == []


def test_a_run_cancelled_as_a_draft_was_never_public(app: Flask) -> None:
    create_run(state=RunState.CANCELLED, cancelled_on=clock.today(), published_at=None)

    assert listed() == []


def test_a_cancelled_run_stays_until_it_would_have_ended(app: Flask) -> None:
    off: dict[str, Any] = {"state": RunState.CANCELLED, "cancelled_on": clock.today()}
    coming = create_run(**off)
    past = create_run(**off, **LONG_AGO)

    assert listed() == [coming.id]
    assert sorted(listed(status=Status.CANCELLED)) == sorted([coming.id, past.id])


def test_ended_runs_come_only_when_asked_for_the_latest_first(app: Flask) -> None:
    older = create_run(**LONG_AGO)
    newer = create_run(**LONG_AGO | {"starts_in": -80 * DAY})
    coming = create_run()

    assert listed() == [coming.id]
    assert listed(status=Status.ENDED) == [newer.id, older.id]


def test_open_runs_come_first_then_those_that_open_soonest(app: Flask) -> None:
    closed = create_run(apply_until=now() - HOUR)
    later = create_run(apply_from=now() + 2 * HOUR, starts_in=15 * DAY)
    sooner = create_run(apply_from=now() + HOUR)
    waitlist = create_run(capacity=1, places_taken=1)
    open_late = create_run(starts_in=21 * DAY)
    open_soon = create_run()

    order = [open_soon, open_late, waitlist, sooner, later, closed]
    assert listed() == [run.id for run in order]


# Filters


def test_each_filter_narrows_the_list(app: Flask) -> None:
    other = create_run(
        create_course(kind=Kind.FREE_SPECIAL, track="창업·취업", audience=Audience.EMPLOYEE),
        weekdays="1,3",
    )
    plain = create_run(weekdays="0,6")

    for filters in (
        {"center_id": other.center_id},
        {"kind": Kind.FREE_SPECIAL},
        {"track": "창업·취업"},
        {"audience": Audience.EMPLOYEE},
        {"weekday": 3},
    ):
        assert listed(**filters) == [other.id]
    assert listed(weekday=0, kind=Kind.REGULAR) == [plain.id]
    assert listed(weekday=2) == []


# Search


def test_two_syllables_are_enough(app: Flask) -> None:
    run = create_titled("한국화 그리기")

    assert searched("한국") == searched("국화") == searched("그리") == [run.id]


def test_a_part_of_a_word_and_words_written_apart_are_found(app: Flask) -> None:
    run = create_titled("인터넷쇼핑몰만들기")

    assert searched("쇼핑몰 만들기") == searched("넷쇼핑") == [run.id]


def test_every_word_must_be_found(app: Flask) -> None:
    excel, hangul = create_titled("엑셀 기초"), create_titled("한글 기초")

    assert sorted(searched("기초")) == sorted([excel.id, hangul.id])
    assert searched("기초 한글") == [hangul.id]
    assert searched("기초 한글 엑셀") == []


def test_latin_letters_are_found_in_any_case_and_width(app: Flask) -> None:
    run = create_titled("ITQ 한글")

    assert searched("itq") == searched("ＩＴＱ") == searched("Itq") == [run.id]


@pytest.mark.parametrize("typed", ["%", "_", "\\", "/", "100%", "'"])
def test_signs_of_sql_mean_only_themselves(app: Flask, typed: str) -> None:
    create_titled("엑셀 기초")
    run = create_titled(f"할인 {typed} 강좌")

    assert searched(typed) == [run.id]


def test_a_run_is_found_by_its_center_track_and_kind(app: Flask) -> None:
    center = create_center("창업스마트교육장")
    course = create_course("드론", track="취업", kind=Kind.FREE_SPECIAL, summary="날려 봅니다")
    run = create_run(course, create_room(center), section="야간")
    follow_meetings(run.id)

    for text in ("스마트 드론", "취업", "무료특강", "야간", "날려"):
        assert searched(text) == [run.id]


# Pages


def test_the_list_comes_in_pages(app: Flask) -> None:
    room, course = create_room(), create_course()
    for _number in range(PER_PAGE + 1):
        create_run(course, room)

    first, second = (queries.runs_page(Filters(), clock.now(), page) for page in (1, 2))

    assert (first.total, first.pages, len(first.items), len(second.items)) == (25, 2, 24, 1)
    assert queries.runs_page(Filters(), clock.now(), 99).items == []
    assert queries.runs_page(Filters(), clock.now(), -1).page == 1


def test_the_number_of_queries_does_not_grow_with_the_runs(app: Flask, client: FlaskClient) -> None:
    create_office()
    room, course = create_room(), create_course()

    def queries_with(runs: int) -> int:
        for _number in range(runs):
            create_run(course, room, meetings=1)
        with counted() as statements:
            assert client.get("/runs").status_code == 200
        return len(statements)

    client.get("/runs")
    assert queries_with(10) == queries_with(290) <= 8


def test_names_are_those_of_the_day(app: Flask) -> None:
    center = create_center("제1정보문화센터")
    center.names[0].valid_until = date(2019, 5, 1)
    save(CenterName(center_id=center.id, name="창업스마트교육장", valid_from=date(2019, 5, 2)))
    db.session.commit()

    assert queries.center_names(date(2019, 5, 1)) == {center.id: "제1정보문화센터"}
    assert queries.center_names(date(2019, 5, 2)) == {center.id: "창업스마트교육장"}


# The page


def test_the_page_shows_what_was_chosen_and_the_way_back(app: Flask, client: FlaskClient) -> None:
    create_office()
    room = create_room()
    create_run(create_course("엑셀 기초"), room)
    follow_meetings(1)

    page = client.get(f"/runs?q=%EC%97%91%EC%85%80&center={room.center_id}&weekday=&status=open")

    assert "강좌 1개" in words(page)
    assert "고른 조건: ‘엑셀’, 교육장 정보문화센터, 상태 접수중" in words(page)
    assert "조건 모두 지우기" in words(page)


def test_nothing_found_has_a_way_back(app: Flask, client: FlaskClient) -> None:
    page = client.get("/runs?q=zzz")

    assert "찾으시는 강좌가 없습니다" in words(page)
    assert "모든 강좌 보기" in words(page)


def test_a_resident_number_in_the_search_is_refused_and_not_shown_again(
    app: Flask, client: FlaskClient
) -> None:
    page = client.get("/runs?q=540301-1234567")

    assert "주민등록번호는 받지 않습니다." in words(page)
    assert "1234567" not in page.text


@pytest.mark.parametrize(
    "address",
    [
        "/runs?center=abc&status=x&kind=y&weekday=9&page=x",
        "/runs?_external=1&_scheme=javascript&_anchor=x&endpoint=y",
        "/runs?center=999999999999999999999999",
        "/runs?page=99999999999999999999",
        "/runs?q=" + "a" * 500,
        "/runs?q=%00",
    ],
)
def test_nonsense_in_the_address_breaks_nothing(
    app: Flask, client: FlaskClient, address: str
) -> None:
    create_run()

    assert client.get(address).status_code == 200
