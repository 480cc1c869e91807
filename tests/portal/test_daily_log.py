from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eduportal.attendance.models import Attendance
from eduportal.attendance.rules import Mark
from eduportal.booking.rules import State
from eduportal.catalog.models import Center, Meeting, Run
from eduportal.catalog.rules import RunState
from eduportal.portal import actions, daily_log
from eduportal.portal.actions import Reason, Remarks
from eduportal.portal.models import DailyLog
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.events import By, Event
from eduportal.shared.refusal import Missing, Refused
from tests.accounts.steps import sign_in_to_work
from tests.catalog.steps import words
from tests.factories import (
    create_booking,
    create_center,
    create_course,
    create_office,
    create_room,
    create_run,
    create_staff,
    now,
    save,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
STAFF = By("staff")
SUNNY = Remarks("맑음", 3, "안내문 게시", "PC 2번 점검", None)


@pytest.fixture
def center(app: Flask) -> Center:
    create_office()
    return create_center("정보문화센터")


def held(center: Center) -> tuple[Run, Meeting]:
    window: dict[str, Any] = {"apply_from": now() - 9 * DAY, "apply_until": now() - 5 * DAY}
    run = create_run(
        create_course("엑셀 기초반"), create_room(center), starts_in=-3 * HOUR, meetings=1, **window
    )
    return run, db.session.scalars(sa.select(Meeting).where(Meeting.run_id == run.id)).one()


def day_held(meeting: Meeting) -> date:
    return meeting.starts_at.astimezone(clock.SEOUL).date()


def test_the_rows_tell_the_day(center: Center) -> None:
    run, meeting = held(center)
    came, away, _unmarked = (
        create_booking(run, channel=channel, held_from=now() - 4 * HOUR) for channel in CHANNELS
    )
    for booking, mark in ((came, Mark.LATE), (away, Mark.ABSENT)):
        save(Attendance(meeting_id=meeting.id, booking_id=booking.id, mark=mark, marked_at=now()))
    rows = daily_log.day_of(center.id, day_held(meeting))

    assert [(one.people, one.came, one.absent, one.unmarked) for one in rows.held] == [(3, 1, 1, 1)]
    assert [one.id for one in rows.starting] == [run.id]
    assert daily_log.day_of(center.id, clock.today()).applied == {
        "online": 1,
        "phone": 1,
        "visit": 1,
    }


CHANNELS = ("online", "phone", "visit")


def test_a_day_stays_as_it_was_whatever_comes_later(center: Center) -> None:
    run, meeting = held(center)
    day = day_held(meeting)
    booking = create_booking(run, held_from=now() - 4 * HOUR)
    booking.state, booking.held_until = State.WITHDRAWN, now()
    run = db.session.get_one(Run, run.id)
    run.state, run.cancelled_on = RunState.CANCELLED, clock.today() + DAY
    db.session.commit()

    assert [one.people for one in daily_log.day_of(center.id, day).held] == [1]
    assert (day, 1) in {
        (one.day, one.classes) for one in daily_log.logged_days(center.id, day.replace(day=1))
    }


def test_another_center_has_a_day_of_its_own(center: Center) -> None:
    _run, meeting = held(create_center("다른 교육장"))

    assert daily_log.day_of(center.id, day_held(meeting)).held == []


def test_a_log_is_written_once_and_corrected_on_record(center: Center) -> None:
    actions.write_log(STAFF, center.id, clock.today(), SUNNY, 0, None)
    rainy = Remarks("비", 3, "안내문 게시", "PC 2번 점검", None)
    actions.write_log(STAFF, center.id, clock.today(), rainy, 1, None)
    actions.write_log(STAFF, center.id, clock.today(), rainy, 2, None)

    log = db.session.scalars(sa.select(DailyLog)).one()
    assert (log.weather, log.version) == ("비", 2)
    events = db.session.scalars(sa.select(Event).where(Event.verb == "log.written")).all()
    assert [event.detail["new"]["weather"] for event in events] == ["맑음", "비"]


def test_of_two_who_write_at_once_the_later_is_told(center: Center) -> None:
    actions.write_log(STAFF, center.id, clock.today(), SUNNY, 0, None)

    with pytest.raises(Refused) as refused:
        actions.write_log(STAFF, center.id, clock.today(), SUNNY, 0, None)
    assert refused.value.reason is Reason.CHANGED


def test_no_log_of_a_day_to_come(center: Center) -> None:
    with pytest.raises(Refused) as refused:
        actions.write_log(STAFF, center.id, clock.today() + DAY, SUNNY, 0, None)
    assert refused.value.reason is Reason.TO_COME


def test_no_log_of_a_center_that_is_not_theirs(center: Center) -> None:
    with pytest.raises(Missing):
        actions.write_log(STAFF, center.id, clock.today(), SUNNY, 0, frozenset())


def test_staff_complete_the_log_and_read_it(center: Center, client: FlaskClient) -> None:
    _run, meeting = held(center)
    day = day_held(meeting).isoformat()
    sign_in_to_work(client, create_staff(center))
    assert "엑셀 기초반" in words(client.get(f"/office/logs/{center.id}/{day}"))

    typed = {"seen": "0", "weather": "눈", "visitors": "4", "remarks": "난방기 고장\n수리 요청"}
    page = words(
        client.post(f"/office/logs/{center.id}/{day}/edit", data=typed, follow_redirects=True)
    )

    for text in ("일지를 저장했습니다.", "눈", "4명", "난방기 고장", "수리 요청"):
        assert text in page
    assert "씀" in words(client.get(f"/office/logs?center={center.id}&month={day[:7]}"))


def test_what_was_typed_stays_when_somebody_was_faster(center: Center, client: FlaskClient) -> None:
    actions.write_log(STAFF, center.id, clock.today(), SUNNY, 0, None)
    sign_in_to_work(client, create_staff(center))
    address = f"/office/logs/{center.id}/{clock.today().isoformat()}/edit"

    answer = client.post(address, data={"seen": "0", "weather": "흐림"})

    assert answer.status_code == 422
    assert 'value="흐림"' in answer.text
    assert "지금 저장되어 있는 내용" in words(answer)
    assert 'name="seen" type="hidden" value="1"' in answer.text


def test_bad_numbers_are_sent_back(center: Center, client: FlaskClient) -> None:
    sign_in_to_work(client, create_staff(center))
    address = f"/office/logs/{center.id}/{clock.today().isoformat()}/edit"

    answer = client.post(address, data={"visitors": "-1"})

    assert answer.status_code == 422
    assert "0 이상의 숫자" in words(answer)
    assert db.session.scalars(sa.select(DailyLog)).all() == []


@pytest.mark.parametrize("day", ["2026-13-01", "1999-01-01", "heute"])
def test_what_is_no_day_leads_nowhere(center: Center, client: FlaskClient, day: str) -> None:
    sign_in_to_work(client, create_staff(center))

    assert client.get(f"/office/logs/{center.id}/{day}").status_code == 404


def test_the_log_of_another_center_leads_nowhere(center: Center, client: FlaskClient) -> None:
    other = create_center("다른 교육장")
    sign_in_to_work(client, create_staff(center))

    assert client.get(f"/office/logs/{other.id}/{clock.today()}").status_code == 404


def test_an_office_without_centers_says_so(app: Flask, client: FlaskClient) -> None:
    create_office()
    sign_in_to_work(client, create_staff())

    assert "교육장이 아직 없습니다." in words(client.get("/office/logs"))
