from datetime import timedelta
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
from eduportal.notices.models import Channel, Delivery, Notice
from eduportal.portal import queries, rules
from eduportal.portal.failed_messages import booking_of, failed_messages
from eduportal.portal.rules import Task, Todo
from eduportal.shared import clock, dates
from eduportal.shared.db import db
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


# Rules


def test_the_most_pressing_comes_first() -> None:
    counts = {Todo.CLOSE: 2, Todo.SHEETS: 1, Todo.MESSAGES: 0}

    assert rules.tasks(counts, 1, 0) == [Task(Todo.SHEETS, 1), Task(Todo.CLOSE, 2)]


@pytest.mark.parametrize(("day", "runs", "asked"), [(4, 0, 0), (5, 0, 1), (5, 1, 0)])
def test_the_next_month_is_asked_for_from_the_fifth_on(day: int, runs: int, asked: int) -> None:
    assert len(rules.tasks({}, day, runs)) == asked


@pytest.mark.parametrize(
    ("capacity", "own", "percent", "needed"), [(21, None, 50, 11), (20, 7, 50, 7), (20, None, 0, 0)]
)
def test_a_run_needs_its_own_number_or_a_share_of_its_places(
    capacity: int, own: int | None, percent: int, needed: int
) -> None:
    assert rules.minimum(capacity, own, percent) == needed


@pytest.mark.parametrize(
    ("dedupe", "booking"),
    [("booking:7:placed", 7), ("roster:3:9", 9), ("code:0100", None), ("booking:x", None)],
)
def test_an_occasion_names_its_booking(dedupe: str, booking: int | None) -> None:
    assert booking_of(dedupe) == booking


# The day


@pytest.fixture
def center(app: Flask) -> Center:
    create_office()
    return create_center()


def day() -> queries.Day:
    return queries.office_day(None, clock.now())


def run_of(center: Center, title: str = "엑셀", **given: Any) -> Run:
    return create_run(create_course(title), create_room(center), **given)


def test_a_run_that_begins_soon_with_too_few_is_small(center: Center) -> None:
    small = run_of(center, starts_in=5 * DAY, capacity=4)
    create_booking(run_of(center, "맞는 강좌", starts_in=5 * DAY, capacity=2))
    run_of(center, "아직 먼 강좌", starts_in=20 * DAY)
    run_of(center, "안 열린 강좌", starts_in=5 * DAY, apply_from=now() + DAY)

    assert [(one.run.id, one.minimum) for one in day().small] == [(small.id, 2)]


def test_a_free_place_with_somebody_waiting_asks_for_a_call(center: Center) -> None:
    run = run_of(center)
    create_booking(run, state=State.WAITING)
    run_of(center, "기다리는 분 없음")

    assert [one.id for one in day().waited_for] == [run.id]
    assert Task(Todo.CALL_WAITING, 1) in day().tasks


def held_run(center: Center) -> Run:
    window: dict[str, Any] = {
        "apply_from": now() - 9 * DAY,
        "apply_until": now() - 5 * DAY,
    }
    return run_of(center, starts_in=-3 * HOUR, meetings=1, **window)


def test_a_sheet_is_unsaved_until_everybody_is_marked(center: Center) -> None:
    run = held_run(center)
    booking = create_booking(run)
    meeting = db.session.scalars(sa.select(Meeting).where(Meeting.run_id == run.id)).one()
    assert [(one.meeting.id, one.marked, one.people) for one in day().unsaved] == [
        (meeting.id, 0, 1)
    ]

    save(
        Attendance(meeting_id=meeting.id, booking_id=booking.id, mark=Mark.PRESENT, marked_at=now())
    )
    assert day().unsaved == []
    assert [one.id for one in day().to_close] == [run.id]


def test_a_class_called_off_needs_no_sheet(center: Center) -> None:
    run = held_run(center)
    create_booking(run)
    meeting = db.session.scalars(sa.select(Meeting).where(Meeting.run_id == run.id)).one()
    meeting.cancelled_at, meeting.cancelled_reason = now(), "강사 사정"
    db.session.commit()

    assert day().unsaved == []


def test_a_draft_whose_window_is_near_waits_to_be_published(center: Center) -> None:
    unseen = dict[str, Any](state=RunState.DRAFT, published_at=None)
    draft = run_of(center, apply_from=now() + DAY, **unseen)
    later = {"apply_from": now() + 9 * DAY, "apply_until": now() + 10 * DAY}
    run_of(center, "나중에 여는 강좌", **unseen, **later)

    assert [one.id for one in day().drafts] == [draft.id]


def test_of_other_centers_nothing_is_told(center: Center) -> None:
    create_booking(run_of(create_center("다른 교육장"), starts_in=5 * DAY), state=State.WAITING)

    theirs = queries.office_day(frozenset({center.id}), clock.now())

    assert (theirs.small, theirs.waited_for, theirs.windows) == ([], [], [])


def test_the_day_takes_as_many_queries_for_many_runs_as_for_few(center: Center, app: Flask) -> None:
    def asked() -> int:
        count = 0

        def one_more(*_given: object) -> None:
            nonlocal count
            count += 1

        sa.event.listen(db.engine, "before_cursor_execute", one_more)
        day()
        sa.event.remove(db.engine, "before_cursor_execute", one_more)
        return count

    create_booking(run_of(center, starts_in=5 * DAY))
    few = asked()
    for number in range(8):
        create_booking(run_of(center, f"강좌 {number}", starts_in=5 * DAY))

    assert asked() == few


def test_every_window_that_turns_today_is_named(center: Center) -> None:
    midday = dates.start_of(clock.today()) + 12 * HOUR
    for number in range(22):
        run_of(center, f"열린 강좌 {number}", apply_from=midday - 9 * DAY)
    opening = run_of(center, "오늘 여는 강좌", apply_from=midday, apply_until=midday + 9 * DAY)

    assert [one.id for one in day().opening] == [opening.id]


def test_a_message_to_an_instructor_belongs_to_its_run(center: Center) -> None:
    run = run_of(center)
    failed_notice(f"meeting:{run.meetings[0].id}:instructor:1:told")

    (failed,) = failed_messages(frozenset({center.id}), clock.now())

    assert failed.run is not None
    assert failed.run.id == run.id


# The page


def test_staff_read_what_to_do(center: Center, client: FlaskClient) -> None:
    create_booking(run_of(center, "기다리는 강좌"), state=State.WAITING)
    sign_in_to_work(client, create_staff(center))
    page = words(client.get("/office"))

    assert "빈자리가 있는데 기다리는 분이 있는 강좌 1개" in page
    assert page.index("할 일") < page.index("오늘 수업")


def test_with_nothing_to_do_the_page_says_so(
    center: Center, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "PLAN_FROM_DAY", 99)
    sign_in_to_work(client, create_staff(center))

    assert "밀린 일이 없습니다." in words(client.get("/office"))


# Messages that did not arrive


def failed_notice(dedupe: str = "booking:1:placed", **given: object) -> Notice:
    fields: dict[str, object] = {
        "created_at": now(),
        "channel": Channel.SMS,
        "address": "01000001234",
        "kind": "booking.placed",
        "subject": "[정보화교육] 엑셀",
        "body": "수강이 확정되었습니다.",
        "secret": False,
        "dedupe": dedupe,
        "delivery": Delivery.FAILED,
        "tries": 12,
        "next_try_at": now(),
        "error": "no such number",
    }
    return save(Notice(**fields | given))


def test_a_message_that_failed_is_sent_again(center: Center, client: FlaskClient) -> None:
    booking = create_booking(run_of(center, "엑셀 기초반"))
    notice = failed_notice(f"booking:{booking.id}:placed")
    sign_in_to_work(client, create_staff(center))
    page = words(client.get("/office/messages"))
    assert "엑셀 기초반" in page
    assert "01000001234" not in page
    assert "010-****-1234" in page

    answer = client.post(f"/office/messages/{notice.id}/again", follow_redirects=True)

    assert "다시 보내도록 했습니다" in words(answer)
    assert db.session.scalar(sa.select(Notice.delivery)) is Delivery.WAITING
    assert "보내지 못한 알림이 없습니다." in words(client.get("/office/messages"))


def test_messages_of_another_center_stay_there(center: Center, client: FlaskClient) -> None:
    booking = create_booking(run_of(create_center("다른 교육장"), "남의 강좌"))
    notice = failed_notice(f"booking:{booking.id}:placed")
    sign_in_to_work(client, create_staff(center))

    assert "남의 강좌" not in words(client.get("/office/messages"))
    assert client.post(f"/office/messages/{notice.id}/again").status_code == 404
    assert db.session.get_one(Notice, notice.id).delivery is Delivery.FAILED


def test_a_failed_code_is_never_shown_or_sent_again(center: Center, client: FlaskClient) -> None:
    notice = failed_notice("code:1", secret=True)
    sign_in_to_work(client, create_staff())

    assert "보내지 못한 알림이 없습니다." in words(client.get("/office/messages"))
    assert client.post(f"/office/messages/{notice.id}/again").status_code == 404
