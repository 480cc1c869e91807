from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eduportal.catalog.actions import follow_meetings
from eduportal.catalog.rules import RunState
from eduportal.shared import clock
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.catalog.steps import words
from tests.factories import (
    create_center,
    create_course,
    create_instructor,
    create_office,
    create_person,
    create_room,
    create_run,
    create_staff,
    now,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def run_page(client: FlaskClient, **given: Any) -> str:
    run = create_run(**given)
    follow_meetings(run.id)
    return words(client.get(f"/runs/{run.id}"))


def test_the_page_has_every_fact_needed_before_applying(app: Flask, client: FlaskClient) -> None:
    create_office()
    center = create_center("창업스마트교육장", "4동 3층", phone="0226701234")
    teacher = create_instructor(center, name="박강사", name_is_public=True)
    page = run_page(
        client,
        course=create_course("엑셀 기초", summary="표를 만듭니다.", preparation="필기도구"),
        room=create_room(center, name="제1강의실"),
        section="오후",
        instructor_id=teacher.id,
        capacity=22,
        places_taken=9,
        book_fee=12000,
        minimum_age=14,
        maximum_age=65,
        relations="lives,works",
        note="엘리베이터가 있습니다.",
    )

    for fact in (
        "엑셀 기초 (오후)",
        "접수중",
        "표를 만듭니다.",
        "2번 (모두 4시간)",
        "창업스마트교육장",
        "제1강의실",
        "4동 3층",
        "우리 구에 사는 분, 직장이 있는 분 (첫 수업일에 만 14세부터 65세까지)",
        "선착순",
        "남은 자리 13 / 22",
        "22명 (대기 10명까지)",
        "12,000원",
        "무료",
        "필기도구",
        "박강사",
        "02-2670-1234",
        "엘리베이터가 있습니다.",
        "까지 ‘나의 신청 내역’에서 직접 취소할 수 있습니다.",
    ):
        assert fact in page, fact


def test_each_meeting_is_named_with_its_time_and_room(app: Flask, client: FlaskClient) -> None:
    run = create_run(meetings=3)
    page = client.get(f"/runs/{run.id}").text

    assert page.count(run.room.name if run.room else "") >= 3


def test_an_instructor_who_does_not_wish_it_is_not_named(app: Flask, client: FlaskClient) -> None:
    center = create_center()
    room, teacher = create_room(center), create_instructor(center, name="숨은강사")

    assert "숨은강사" not in run_page(client, room=room, instructor_id=teacher.id)


@pytest.mark.parametrize(
    ("given", "sentence", "link"),
    [
        ({}, "까지 신청할 수 있습니다.", "신청하기"),
        (
            {"capacity": 1, "places_taken": 1},
            "지금 신청하시면 대기 1번으로 접수",
            "대기로 신청하기",
        ),
        (
            {"capacity": 1, "places_taken": 1, "waiting": 10},
            "정원과 대기 인원이 모두 찼습니다.",
            None,
        ),
        ({"apply_until": now() - HOUR}, "에 끝났습니다. 첫 수업은", None),
        (
            {"apply_until": now() - HOUR, "starts_in": -HOUR},
            "지금 수업하고 있는 강좌입니다.",
            None,
        ),
        (
            {"apply_until": now() - HOUR, "starts_in": -90 * DAY},
            "수업이 모두 끝난 강좌입니다.",
            None,
        ),
        (
            {"state": RunState.CANCELLED, "cancelled_on": date(2026, 1, 1)},
            "폐강된 강좌입니다.",
            None,
        ),
    ],
)
def test_the_page_says_whether_one_can_apply_and_why_not(
    app: Flask, client: FlaskClient, given: dict[str, Any], sentence: str, link: str | None
) -> None:
    run = create_run(**given)
    page = client.get(f"/runs/{run.id}")

    assert sentence in words(page)
    assert (f"/runs/{run.id}/apply" in page.text) is (link is not None)
    assert link is None or link in words(page)


def test_before_it_opens_the_page_shows_the_servers_clock(app: Flask, client: FlaskClient) -> None:
    run = create_run(apply_from=now() + HOUR)
    page = client.get(f"/runs/{run.id}").text

    assert "접수를 시작합니다" in page
    assert "data-server-now=" in page
    assert f'data-opens-at="{run.apply_from.isoformat()}"' in page
    assert "js/clock.js" in page


def test_the_clock_tells_the_servers_moment_and_is_not_kept(
    app: Flask, client: FlaskClient
) -> None:
    answer = client.get("/clock")

    assert answer.json
    assert answer.json["now"][:16] == clock.now().isoformat()[:16]
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_staff_wrote_is_text_and_nothing_else(app: Flask, client: FlaskClient) -> None:
    run = create_run(create_course("<b>굵게</b>", summary="<script>alert(1)</script>"))

    for address in (f"/runs/{run.id}", "/runs", "/"):
        assert "<b>굵게" not in client.get(address).text
        assert "<script>alert" not in client.get(address).text


def test_drafts_are_not_there_for_anybody_outside_the_office(
    app: Flask, client: FlaskClient
) -> None:
    create_office()
    run = create_run(state=RunState.DRAFT)
    center = create_center()

    assert client.get(f"/runs/{run.id}").status_code == 404
    assert client.get("/runs/999").status_code == 404
    sign_in(client, create_person())
    assert client.get(f"/runs/{run.id}").status_code == 404
    sign_in_to_work(client, create_staff(center))
    assert client.get(f"/runs/{run.id}").status_code == 404
