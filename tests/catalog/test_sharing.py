import json
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eduportal.catalog.actions import follow_meetings
from eduportal.catalog.models import Meeting
from eduportal.catalog.rules import RunState
from eduportal.config import PROJECT
from eduportal.shared import clock
from eduportal.shared.db import db
from tests.catalog.steps import counted, words
from tests.factories import (
    create_center,
    create_course,
    create_instructor,
    create_office,
    create_room,
    create_run,
    now,
)
from tests.test_house import INLINE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def meta(page: str, name: str) -> str:
    """What a messenger reads."""
    found = re.search(rf'(?:property|name)="{name}" content="([^"]*)"', page)
    assert found, name
    return found[1]


def course_data(page: str) -> dict[str, Any]:
    """What a search engine reads."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


# Previews


def test_a_shared_run_says_when_where_until_when_and_how_much(
    app: Flask, client: FlaskClient
) -> None:
    create_office()
    center = create_center("정보문화센터", "대림1동")
    run = create_run(create_course("엑셀"), create_room(center, name="제1강의실"), fee=10000)
    follow_meetings(run.id)
    page = client.get(f"/runs/{run.id}").text
    description = meta(page, "og:description")

    assert meta(page, "og:title") == "엑셀"
    assert meta(page, "og:url") == f"http://localhost/runs/{run.id}"
    assert meta(page, "og:site_name") == "한강구청 정보화교육 수강신청"
    assert meta(page, "og:locale") == "ko_KR"
    assert meta(page, "twitter:card") == "summary"
    assert f'<link rel="canonical" href="http://localhost/runs/{run.id}">' in page
    assert description.startswith("[접수중] · 기간: ")
    for fact in ("장소: 정보문화센터 제1강의실 (대림1동)", "접수: ", "수강료: 10,000원"):
        assert fact in description, fact


@pytest.mark.parametrize(
    "address", ["/", "/runs", "/openings", "/centers/1", "/centers/1/schedule"]
)
def test_other_pages_have_previews_too(app: Flask, client: FlaskClient, address: str) -> None:
    create_center(id=1)
    page = client.get(address).text

    assert meta(page, "og:url").startswith("http://localhost/")
    assert len(meta(page, "og:description")) > 5
    assert page.count('rel="canonical"') == 1


def test_the_list_has_one_address_however_it_is_narrowed(app: Flask, client: FlaskClient) -> None:
    page = client.get("/runs?q=x&page=3").text

    assert '<link rel="canonical" href="http://localhost/runs">' in page


def test_the_picture_is_there_and_small(app: Flask, client: FlaskClient) -> None:
    page = client.get("/").text
    picture = client.get(meta(page, "og:image"))
    picture.close()

    assert meta(page, "og:image").startswith("http://localhost/static/img/share.png")
    assert meta(page, "og:image:alt")
    assert (picture.status_code, picture.mimetype) == (200, "image/png")
    assert (PROJECT / "eduportal/static/img/share.png").stat().st_size < 60_000


def test_an_address_can_be_handed_on_without_javascript(app: Flask, client: FlaskClient) -> None:
    run = create_run()
    page = client.get(f"/runs/{run.id}").text

    assert f'class="share-address">http://localhost/runs/{run.id}</p>' in page


# schema.org/Course


def test_search_engines_read_the_course(app: Flask, client: FlaskClient) -> None:
    create_office(name="한강구청")
    center = create_center("정보문화센터", "대림1동")
    teacher = create_instructor(center, name="박강사", name_is_public=True)
    run = create_run(
        create_course("엑셀", summary="표를 만듭니다."),
        create_room(center),
        instructor_id=teacher.id,
        capacity=22,
        time_of_day="10:00~12:00",
    )
    data = course_data(client.get(f"/runs/{run.id}").text)
    instance, offer = data["hasCourseInstance"], data["offers"]

    assert (data["@type"], data["name"], data["description"]) == (
        "Course",
        "엑셀",
        "표를 만듭니다.",
    )
    assert data["provider"]["name"] == "한강구청"
    assert instance["location"] == {
        "@type": "Place",
        "name": "정보문화센터",
        "address": "대림1동",
    }
    assert instance["startDate"] == run.starts_at.astimezone(clock.SEOUL).isoformat()  # type: ignore[union-attr]
    assert instance["eventStatus"].endswith("/EventScheduled")
    assert instance["instructor"]["name"] == "박강사"
    assert instance["courseSchedule"]["repeatCount"] == 2
    assert instance["courseSchedule"]["startTime"] == "10:00"
    assert len(instance["courseSchedule"]["byDay"]) == 2
    assert (offer["price"], offer["priceCurrency"], offer["category"]) == (0, "KRW", "Free")
    assert offer["availability"].endswith("/InStock")


@pytest.mark.parametrize(
    ("given", "availability"),
    [
        ({"apply_from": now() + HOUR}, "PreOrder"),
        ({"capacity": 1, "places_taken": 1}, "BackOrder"),
        ({"apply_until": now() - HOUR}, "SoldOut"),
        ({"state": RunState.CANCELLED, "cancelled_on": clock.today()}, "SoldOut"),
    ],
)
def test_they_learn_whether_one_can_apply(
    app: Flask, client: FlaskClient, given: dict[str, Any], availability: str
) -> None:
    run = create_run(**given)
    data = course_data(client.get(f"/runs/{run.id}").text)
    off = run.state is RunState.CANCELLED

    assert data["offers"]["availability"] == f"https://schema.org/{availability}"
    assert data["hasCourseInstance"]["eventStatus"].endswith("Cancelled") is off


def test_an_instructor_who_does_not_wish_it_is_not_in_the_data(
    app: Flask, client: FlaskClient
) -> None:
    center = create_center()
    teacher = create_instructor(center, name="숨은강사")
    run = create_run(room=create_room(center), instructor_id=teacher.id)

    assert "숨은강사" not in client.get(f"/runs/{run.id}").text


def test_nothing_that_staff_wrote_ends_the_data(app: Flask, client: FlaskClient) -> None:
    title = "</script><script>alert(1)</script>'\"&😀"
    run = create_run(create_course(title, summary="<!-- <script>"))
    page = client.get(f"/runs/{run.id}").text

    assert course_data(page)["name"] == title
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    "block",
    [
        "<script>alert(1)</script>",
        '<script type="text/javascript">{{ data|tojson }}</script>',
        '<script type="application/ld+json" onload="x">{{ data|tojson }}</script>',
        '<script type="application/ld+json">{{ data }}</script>',
        '<script type="application/ld+json">{"a": {{ data|tojson }}}</script>',
        '<script type="module">import "/x"</script>',
    ],
)
def test_the_house_still_finds_every_other_block(block: str) -> None:
    assert INLINE.search(block)
    assert not INLINE.search('<script type="application/ld+json">{{ data|tojson }}</script>')


# The run's page


def test_a_class_called_off_has_no_number(app: Flask, client: FlaskClient) -> None:
    run = create_run(meetings=3)
    run.meetings[1].cancelled_at = now()
    db.session.add(
        Meeting(
            run_id=run.id,
            room_id=run.meetings[0].room_id,
            starts_at=run.meetings[2].starts_at + DAY,
            ends_at=run.meetings[2].ends_at + DAY,
            makes_up_for_id=run.meetings[1].id,
        )
    )
    db.session.commit()
    follow_meetings(run.id)
    db.session.commit()
    rows = client.get(f"/runs/{run.id}").text.partition("<tbody>")[2].split("<tr>")[1:]
    first = [re.sub(r"<[^>]+>", " ", row.partition("</td>")[0]).split() for row in rows]

    assert first == [["1"], ["휴강"], ["2"], ["3"]]
    assert "보강" in rows[3]


def test_other_runs_of_the_course_and_the_track_are_shown(app: Flask, client: FlaskClient) -> None:
    course = create_course("엑셀", track="기초")
    run, again = create_run(course), create_run(course, section="저녁")
    create_run(create_course("한글", track="기초"))
    create_run(create_course("창업", track="창업"))
    create_run(create_course("초안", track="기초"), state=RunState.DRAFT)
    page = words(client.get(f"/runs/{run.id}")).partition("비슷한 강좌")[2]

    assert page.index("엑셀 (저녁)") < page.index("한글")
    assert "창업" not in page
    assert "초안" not in page
    assert again.id != run.id


def test_only_what_is_to_come_can_be_put_into_a_calendar(app: Flask, client: FlaskClient) -> None:
    coming = create_run()
    over = create_run(
        starts_in=-90 * DAY, apply_from=now() - 120 * DAY, apply_until=now() - 100 * DAY
    )

    assert f'href="/runs/{coming.id}.ics"' in client.get(f"/runs/{coming.id}").text
    assert ".ics" not in client.get(f"/runs/{over.id}").text


def test_past_runs_cost_the_list_no_query(app: Flask, client: FlaskClient) -> None:
    create_office()
    room, course = create_room(), create_course()

    def queries_with(past: int) -> int:
        for _number in range(past):
            create_run(
                course,
                room,
                meetings=1,
                starts_in=-90 * DAY,
                apply_until=now() - 80 * DAY,
                apply_from=now() - 99 * DAY,
            )
        client.get("/runs")
        with counted() as statements:
            assert client.get("/runs").status_code == 200
        return len(statements)

    assert queries_with(6) == queries_with(54) <= 8
