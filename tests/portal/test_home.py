from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from eduportal.accounts.consents import TEXTS
from eduportal.catalog import queries
from tests.catalog.steps import words
from tests.factories import (
    create_center,
    create_course,
    create_office,
    create_room,
    create_run,
    now,
)

HOUR = timedelta(hours=1)


def test_the_first_page_has_both_centers_and_what_is_open_when(
    app: Flask, client: FlaskClient
) -> None:
    create_office()
    first = create_center("창업스마트교육장", "4동 3층")
    create_center("정보문화센터", "대림1동", position=1)
    room = create_room(first)
    create_run(create_course("열린 강좌"), room)
    create_run(create_course("곧 여는 강좌"), room, apply_from=now() + HOUR)
    create_run(create_course("닫힌 강좌"), room, apply_until=now() - HOUR)
    page = words(client.get("/"))

    for text in ("창업스마트교육장", "4동 3층", "정보문화센터", "대림1동", "열린 강좌"):
        assert text in page
    assert page.index("지금 신청할 수 있는 강좌") < page.index("열린 강좌")
    assert page.index("곧 접수를 시작하는 강좌") < page.index("곧 여는 강좌")
    assert "닫힌 강좌" not in page
    assert "서버 시각" in page


def test_the_first_page_searches(app: Flask, client: FlaskClient) -> None:
    page = client.get("/").text

    assert 'action="/runs"' in page
    assert 'name="q"' in page


def test_with_nothing_open_the_first_page_says_so(app: Flask, client: FlaskClient) -> None:
    page = words(client.get("/"))

    assert "지금 신청받는 강좌가 없습니다." in page
    assert "모든 강좌 보기" in page


def test_every_page_names_the_office(app: Flask, client: FlaskClient) -> None:
    assert "우리 구청" in words(client.get("/"))
    create_office(name="한강구청", phone="0226701234")
    assert "한강구청" in words(client.get("/"))
    assert "02-2670-1234" in words(client.get("/no-such-page"))


def test_pages_stand_even_when_the_office_cannot_be_read(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(queries, "office", broken)
    monkeypatch.setattr(queries, "centers", broken)
    page = client.get("/")

    assert page.status_code == 500
    assert "일시적인 문제가 생겼습니다" in words(page)


def test_the_privacy_page_says_word_for_word_what_people_agree_to(
    app: Flask, client: FlaskClient
) -> None:
    page = words(client.get("/privacy"))

    for text in TEXTS:
        for part in (text.title, text.why, text.items, text.kept, text.refusing):
            assert str(part) in page
    assert "주민등록번호는 어디에서도 받지 않으며" in page


def test_the_first_page_leads_to_the_calendar_and_to_each_center(
    app: Flask, client: FlaskClient
) -> None:
    center = create_center()
    page = client.get("/").text

    for path in ("/openings", f"/centers/{center.id}", f"/centers/{center.id}/schedule"):
        assert f'href="{path}"' in page
