from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from werkzeug.test import TestResponse

from eduportal.booking import actions as booking
from eduportal.booking.rules import State
from eduportal.catalog import actions as catalog
from eduportal.catalog.models import Meeting, Run
from eduportal.catalog.rules import Kind, RunState
from eduportal.shared import clock
from eduportal.shared.db import db
from tests.accounts.steps import sign_in
from tests.catalog.steps import STAFF, counted, read
from tests.factories import (
    create_booking,
    create_center,
    create_course,
    create_office,
    create_person,
    create_room,
    create_run,
    now,
)

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AWKWARD = 'ITQ <엑셀> & "표"; 쉼표, 거꾸로\\ 😀'


def events_of(answer: TestResponse) -> list[Any]:
    """What a calendar program reads out of a file."""
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    assert max(len(line) for line in answer.data.split(b"\r\n")) <= 75
    return list(Calendar.from_ical(answer.data).walk("VEVENT"))


def entries_of(answer: TestResponse) -> list[ElementTree.Element]:
    """What a feed reader reads."""
    assert answer.status_code == 200
    assert answer.mimetype == "application/atom+xml"
    return ElementTree.fromstring(answer.data).findall(f"{ATOM}entry")  # noqa: S314 (our own)


def cancel(run: Run) -> None:
    booking.cancel_run(STAFF, run.id, None, "신청하신 분이 모자랍니다.")


# Openings


def test_each_window_is_an_appointment_in_seouls_time(app: Flask, client: FlaskClient) -> None:
    create_office()
    run = create_run(create_course("엑셀 기초"), section="오전", apply_from=now() + HOUR)
    answer = client.get("/openings.ics")
    [event] = events_of(answer)

    assert event["SUMMARY"] == "접수 시작: 엑셀 기초 (오전)"
    assert event["DTSTART"].dt == run.apply_from
    assert event["DTSTART"].params["TZID"] == "Asia/Seoul"
    assert (event["DTEND"].dt - event["DTSTART"].dt) == HOUR
    assert event["UID"] == f"run-{run.id}-opening@localhost"
    assert event["STATUS"] == "CONFIRMED"
    assert event["URL"] == f"http://localhost/runs/{run.id}"
    assert "장소: 정보문화센터" in event["DESCRIPTION"]
    assert [zone["TZID"] for zone in Calendar.from_ical(answer.data).walk("VTIMEZONE")] == [
        "Asia/Seoul"
    ]


def test_a_change_keeps_the_appointment_and_counts_on(app: Flask, client: FlaskClient) -> None:
    run = create_run()
    [before] = events_of(client.get("/openings.ics"))
    with clock.moved_to(clock.now() + HOUR):
        booking.change_capacity(STAFF, run.id, None, 7)
    [after] = events_of(client.get("/openings.ics"))

    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1
    assert after["LAST-MODIFIED"].dt > before["LAST-MODIFIED"].dt


def test_an_application_changes_nothing_of_the_calendar(app: Flask, client: FlaskClient) -> None:
    run = create_run()
    before = client.get("/openings.ics").data
    booking.apply(STAFF, run.id, create_person().id)

    assert client.get("/openings.ics").data == before


def test_a_cancelled_run_is_called_off_in_the_calendar(app: Flask, client: FlaskClient) -> None:
    run = create_run(create_course("엑셀"))
    cancel(run)
    [event] = events_of(client.get("/openings.ics"))

    assert event["STATUS"] == "CANCELLED"
    assert event["SUMMARY"] == "폐강: 접수 시작: 엑셀"


def test_windows_of_long_ago_are_left_out(app: Flask, client: FlaskClient) -> None:
    create_run(apply_from=now() - 70 * DAY, apply_until=now() - 61 * DAY)
    late = create_run(apply_from=now() - 60 * DAY, apply_until=now() - 59 * DAY)

    assert [event["UID"] for event in events_of(client.get("/openings.ics"))] == [
        f"run-{late.id}-opening@localhost"
    ]


def test_a_calendar_can_be_of_one_center(app: Flask, client: FlaskClient) -> None:
    create_office()
    here, there = create_center("창업스마트교육장"), create_center()
    create_run(create_course("여기"), create_room(here))
    create_run(create_course("저기"), create_room(there))
    answer = client.get(f"/openings.ics?center={here.id}")

    assert [event["SUMMARY"] for event in events_of(answer)] == ["접수 시작: 여기"]
    assert Calendar.from_ical(answer.data)["X-WR-CALNAME"] == "한강구청 창업스마트교육장 접수 달력"


@pytest.mark.parametrize("title", [AWKWARD, "가" * 120, "😀" * 60, "제어\x0b문자"])
def test_any_title_comes_through_whole(app: Flask, client: FlaskClient, title: str) -> None:
    create_run(create_course(title))
    clean = title.replace("\x0b", "")
    [event] = events_of(client.get("/openings.ics"))
    [entry] = entries_of(client.get("/runs.atom"))

    assert event["SUMMARY"] == f"접수 시작: {clean}"
    assert entry.findtext(f"{ATOM}title") == clean


# The classes of a run


def test_the_classes_of_a_run_can_be_put_into_a_calendar(app: Flask, client: FlaskClient) -> None:
    center = create_center("정보문화센터", "대림1동")
    run = create_run(create_course("엑셀"), create_room(center, name="제1강의실"), meetings=3)
    events = events_of(client.get(f"/runs/{run.id}.ics"))

    assert [event["UID"] for event in events] == [
        f"meeting-{meeting.id}@localhost" for meeting in run.meetings
    ]
    assert {str(event["SUMMARY"]) for event in events} == {"엑셀"}
    assert {str(event["LOCATION"]) for event in events} == {"정보문화센터 제1강의실 (대림1동)"}


def test_a_class_called_off_stays_as_called_off_and_its_make_up_is_there(
    app: Flask, client: FlaskClient
) -> None:
    run = create_run(create_course("엑셀"), meetings=2)
    off = run.meetings[0]
    off.cancelled_at, off.cancelled_reason = now(), "강사 사정"
    extra = Meeting(
        run_id=run.id,
        room_id=off.room_id,
        starts_at=off.starts_at + 9 * DAY,
        ends_at=off.ends_at + 9 * DAY,
        makes_up_for_id=off.id,
    )
    db.session.add(extra)
    db.session.commit()
    events = {event["UID"]: event for event in events_of(client.get(f"/runs/{run.id}.ics"))}
    called_off = events[f"meeting-{off.id}@localhost"]

    assert (called_off["STATUS"], called_off["SUMMARY"]) == ("CANCELLED", "휴강: 엑셀")
    assert "강사 사정" in called_off["DESCRIPTION"]
    assert events[f"meeting-{extra.id}@localhost"]["SUMMARY"] == "보강: 엑셀"


def test_a_moved_class_keeps_its_appointment(app: Flask, client: FlaskClient) -> None:
    run = create_run(meetings=1)
    meeting = run.meetings[0]
    [before] = events_of(client.get(f"/runs/{run.id}.ics"))
    catalog.move_meeting(
        STAFF, meeting.id, meeting.starts_at + HOUR, meeting.ends_at + HOUR, meeting.room_id
    )
    [after] = events_of(client.get(f"/runs/{run.id}.ics"))

    assert after["UID"] == before["UID"]
    assert after["DTSTART"].dt == before["DTSTART"].dt + HOUR
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_every_class_of_a_cancelled_run_is_called_off(app: Flask, client: FlaskClient) -> None:
    run = create_run(meetings=2)
    cancel(run)

    assert {event["STATUS"] for event in events_of(client.get(f"/runs/{run.id}.ics"))} == {
        "CANCELLED"
    }


# What is new


def test_the_newest_stands_first_with_plain_text_by_the_office(
    app: Flask, client: FlaskClient
) -> None:
    create_office(department="홍보전산과")
    old = create_run(create_course("먼저"), published_at=now() - 5 * DAY)
    new = create_run(create_course("나중", summary="배웁니다."), published_at=now() - DAY)
    answer = client.get("/runs.atom")
    entries = entries_of(answer)

    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["나중", "먼저"]
    assert entries[0].findtext(f"{ATOM}updated") == new.published_at.isoformat()  # type: ignore[union-attr]
    assert (
        entries[0].findtext(f"{ATOM}id") == f"tag:localhost,{new.created_at.date()}:runs/{new.id}"
    )
    content = entries[0].find(f"{ATOM}content")
    assert content is not None
    assert content.get("type") == "text"
    assert (content.text or "").startswith("배웁니다.\n기간: ")
    assert "수강료: 무료" in (content.text or "")
    feed = ElementTree.fromstring(answer.data)  # noqa: S314 (our own)
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "한강구청 홍보전산과"
    assert feed.findtext(f"{ATOM}id") == "http://localhost/runs.atom"
    assert old.id != new.id


def test_a_changed_run_comes_to_the_front_under_its_old_id(app: Flask, client: FlaskClient) -> None:
    first = create_run(create_course("먼저"), published_at=now() - 5 * DAY)
    create_run(create_course("나중"), published_at=now() - DAY)
    before = {entry.findtext(f"{ATOM}id") for entry in entries_of(client.get("/runs.atom"))}
    booking.change_capacity(STAFF, first.id, None, 9)
    entries = entries_of(client.get("/runs.atom"))

    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["먼저", "나중"]
    assert {entry.findtext(f"{ATOM}id") for entry in entries} == before


def test_a_cancelled_run_is_news(app: Flask, client: FlaskClient) -> None:
    cancel(create_run(create_course("엑셀")))
    [entry] = entries_of(client.get("/runs.atom"))

    assert entry.findtext(f"{ATOM}title") == "[폐강] 엑셀"
    assert (entry.findtext(f"{ATOM}content") or "").startswith("폐강된 강좌입니다.")


def test_what_is_over_is_no_news_and_the_feed_can_be_narrowed(
    app: Flask, client: FlaskClient
) -> None:
    room = create_room()
    create_run(create_course("정규"), room)
    create_run(create_course("특강", kind=Kind.FREE_SPECIAL))
    create_run(
        create_course("끝남"),
        starts_in=-90 * DAY,
        apply_from=now() - 120 * DAY,
        apply_until=now() - 100 * DAY,
    )

    def titles(query: str) -> list[str | None]:
        return [
            entry.findtext(f"{ATOM}title") for entry in entries_of(client.get(f"/runs.atom{query}"))
        ]

    assert sorted(map(str, titles(""))) == ["정규", "특강"]
    assert titles("?kind=free_special") == ["특강"]
    assert titles(f"?center={room.center_id}") == ["정규"]
    assert sorted(map(str, titles("?kind=x&center=y"))) == ["정규", "특강"]


def test_pages_name_the_feed(app: Flask, client: FlaskClient) -> None:
    run = create_run()

    for address in ("/", "/runs", f"/runs/{run.id}", "/openings", f"/centers/{run.center_id}"):
        assert 'type="application/atom+xml"' in client.get(address).text


# Search engines


def test_the_sitemap_has_what_is_public_and_not_over(app: Flask, client: FlaskClient) -> None:
    create_office()
    run = create_run(published_at=now() - DAY)
    over = create_run(
        starts_in=-90 * DAY, apply_from=now() - 120 * DAY, apply_until=now() - 100 * DAY
    )
    answer = client.get("/sitemap.xml")
    urls = {
        url.findtext(f"{SITEMAP}loc"): url.findtext(f"{SITEMAP}lastmod")
        for url in ElementTree.fromstring(answer.data)  # noqa: S314 (our own)
    }
    published_on = (now() - DAY).astimezone(clock.SEOUL).date()

    assert urls[f"http://localhost/runs/{run.id}"] == published_on.isoformat()
    assert f"http://localhost/runs/{over.id}" not in urls
    for path in ("/", "/runs", "/openings", "/privacy", f"/centers/{run.center_id}"):
        assert f"http://localhost{path}" in urls
    assert all(client.get(str(url)).status_code == 200 for url in urls)


def test_robots_are_kept_out_of_what_is_somebodys(app: Flask, client: FlaskClient) -> None:
    text = client.get("/robots.txt").text

    for path in ("/office", "/my", "/sign-in"):
        assert f"Disallow: {path}\n" in text
    assert text.endswith("Sitemap: http://localhost/sitemap.xml\n")


# Asking again


@pytest.mark.parametrize("address", ["/openings.ics", "/runs/1.ics", "/runs.atom", "/sitemap.xml"])
def test_nothing_is_sent_to_whoever_has_it(app: Flask, client: FlaskClient, address: str) -> None:
    run = create_run(id=1, published_at=now() - DAY)
    first = client.get(address)
    by_tag = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    cancel(run)
    changed = client.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, by_tag.status_code, by_tag.data) == (200, 304, b"")
    assert changed.status_code == (200 if address != "/sitemap.xml" else changed.status_code)
    assert first.headers["Cache-Control"] == "private, max-age=300"


def test_whoever_asks_by_date_hears_of_changes(app: Flask, client: FlaskClient) -> None:
    with time_machine.travel(datetime(2026, 12, 9, 12, tzinfo=UTC), tick=False) as moment:
        run = create_run(id=1, published_at=now() - 20 * DAY)
        for address in ("/openings.ics", "/runs/1.ics", "/runs.atom"):
            known = {"If-Modified-Since": client.get(address).headers["Last-Modified"]}
            assert client.get(address, headers=known).status_code == 304
        moment.shift(HOUR)
        booking.change_capacity(STAFF, run.id, None, 9)
        assert client.get("/openings.ics", headers=known).status_code == 200


def test_feeds_take_the_same_queries_for_few_runs_and_many(app: Flask, client: FlaskClient) -> None:
    room, course = create_room(), create_course()

    def queries_with(runs: int, address: str) -> int:
        for _number in range(runs):
            create_run(course, room, meetings=1)
        client.get(address)
        with counted() as statements:
            client.get(address)
        return len(statements)

    for address in ("/openings.ics", "/runs.atom", "/sitemap.xml"):
        assert queries_with(2, address) == queries_with(20, address) <= 5


# One's own classes


def own_file(client: FlaskClient) -> str:
    """The address that the page shows."""
    page = client.get("/my/calendar").text
    return page.partition(">http://localhost")[2].partition("<")[0].strip()


def test_a_learner_subscribes_to_the_own_classes(app: Flask, client: FlaskClient) -> None:
    person, run, other = create_person(), create_run(meetings=2), create_run()
    create_booking(run, person, state=State.PLACED)
    create_booking(other, person, state=State.WAITING)
    sign_in(client, person)
    address = own_file(client)
    stranger = app.test_client()

    events = events_of(stranger.get(address))
    assert [event["UID"] for event in events] == [
        f"meeting-{meeting.id}@localhost" for meeting in read(run.id).meetings
    ]


def test_signing_out_everywhere_ends_the_address(app: Flask, client: FlaskClient) -> None:
    sign_in(client, create_person())
    address = own_file(client)
    client.post("/my/profile/sign-out-everywhere")

    assert client.get(address).status_code == 404


@pytest.mark.parametrize("key", ["", "x", "WzEsMV0.abc", ".", "W10.x", "%00"])
def test_a_made_up_address_leads_nowhere(app: Flask, client: FlaskClient, key: str) -> None:
    assert client.get("/my/calendar.ics").status_code == 404
    assert client.get(f"/my/calendar.ics?key={key}").status_code == 404


def test_a_run_that_is_a_draft_has_no_file(app: Flask, client: FlaskClient) -> None:
    given: dict[str, Any] = {"state": RunState.DRAFT}

    assert client.get(f"/runs/{create_run(**given).id}.ics").status_code == 404
