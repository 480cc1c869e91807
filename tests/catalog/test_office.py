from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts.models import Account
from eduportal.catalog import actions
from eduportal.catalog.models import Center, Course, Room, Run
from eduportal.catalog.rules import RunState
from eduportal.shared.db import db
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.catalog.steps import STAFF, class_on, draft_in, in_days, local, plan_in, read, words
from tests.factories import (
    create_booking,
    create_center,
    create_course,
    create_instructor,
    create_office,
    create_person,
    create_room,
    create_run,
    create_staff,
)

PATTERN = {
    "weekdays": ["1", "4"],
    "first": "2026-12-22",
    "count": "4",
    "starts": "10:00",
    "ends": "12:00",
}


@pytest.fixture
def center(app: Flask) -> Center:
    create_office()
    return create_center("창업스마트교육장")


@pytest.fixture
def room(center: Center) -> Room:
    return create_room(center, 28)


@pytest.fixture
def staff(client: FlaskClient, center: Center) -> FlaskClient:
    sign_in_to_work(client, create_staff(center))
    return client


def typed(room: Room, **given: Any) -> dict[str, Any]:
    """The run's form as staff fill it in."""
    plan = plan_in(room)
    return {
        "center_id": room.center_id,
        "room_id": room.id,
        "instructor_id": "",
        "section": "",
        "capacity": 20,
        "waiting_limit": 10,
        "apply_from": local(plan.apply_from),
        "apply_until": local(plan.apply_until),
        "cancel_until": local(plan.cancel_until),
        "monthly_limit": 2,
        "minimum_age": 14,
        "maximum_age": "",
        "relations": ["lives", "works"],
        "fee": 0,
        "book_fee": 12000,
        "note": "",
    } | given


# Who may


def pages(run_id: int, course_id: int) -> list[str]:
    return [
        "/office/runs",
        f"/office/runs/{run_id}",
        f"/office/runs/{run_id}/edit",
        f"/office/runs/{run_id}/meetings",
        f"/office/runs/{run_id}/meetings/new",
        f"/office/courses/{course_id}/runs/new",
        "/office/courses",
        "/office/courses/new",
        f"/office/courses/{course_id}",
    ]


def test_the_offices_pages_are_for_staff_only(
    app: Flask, client: FlaskClient, center: Center, room: Room
) -> None:
    run_id = draft_in(room)
    addresses = pages(run_id, read(run_id).course_id)

    assert {client.get(address).status_code for address in addresses} == {303}
    sign_in(client, create_person())
    assert {client.get(address).status_code for address in addresses} == {403}
    instructor = create_instructor(center)
    teacher = app.test_client()
    sign_in_to_work(teacher, db.session.get_one(Account, instructor.account_id))
    assert {teacher.get(address).status_code for address in addresses} == {403}
    office = app.test_client()
    sign_in_to_work(office, create_staff(center))
    assert {office.get(address).status_code for address in addresses} == {200}


def test_a_run_of_another_center_is_not_there(staff: FlaskClient) -> None:
    elsewhere = create_room(create_center("다른 곳"))
    run_id = draft_in(elsewhere, class_on(in_days(12)))
    meeting_id = read(run_id).meetings[0].id

    for address in pages(run_id, 1)[1:5]:
        assert staff.get(address).status_code == 404
    for address in (f"/office/runs/{run_id}/publish", f"/office/runs/{run_id}/delete"):
        assert staff.post(address).status_code == 404
    assert staff.post(f"/office/meetings/{meeting_id}/delete").status_code == 404
    assert "다른 곳" not in words(staff.get("/office/runs"))


def test_no_run_is_made_at_another_center(staff: FlaskClient, room: Room) -> None:
    elsewhere = create_room(create_center("다른 곳"))
    course_id = create_course().id
    answer = staff.post(f"/office/courses/{course_id}/runs/new", data=typed(elsewhere))

    assert answer.status_code == 422
    assert db.session.scalars(sa.select(Run)).all() == []


# Courses


def test_staff_make_and_edit_a_course(staff: FlaskClient) -> None:
    content = {
        "title": "엑셀 기초",
        "kind": "regular",
        "track": "기초·활용",
        "audience": "resident",
        "summary": "표를 만듭니다.",
        "preparation": "",
    }
    assert staff.post("/office/courses/new", data=content).status_code == 303
    course = db.session.scalars(sa.select(Course)).one()
    assert (course.title, course.preparation) == ("엑셀 기초", None)

    answer = staff.post(f"/office/courses/{course.id}", data=content | {"title": "엑셀 첫걸음"})
    assert answer.status_code == 303
    db.session.rollback()
    assert db.session.get_one(Course, course.id).title == "엑셀 첫걸음"


def test_a_taken_title_is_refused_with_a_sentence(staff: FlaskClient) -> None:
    create_course("엑셀 기초")
    content = {"title": "엑셀 기초", "kind": "regular", "track": "기초", "audience": "resident"}
    answer = staff.post("/office/courses/new", data=content | {"summary": "내용"})

    assert answer.status_code == 422
    assert "‘엑셀 기초’ 과정이 이미 있습니다" in words(answer)


# From a course to what everybody sees


def test_from_course_to_publication(staff: FlaskClient, room: Room) -> None:
    course_id = create_course("엑셀 기초").id

    made = staff.post(f"/office/courses/{course_id}/runs/new", data=typed(room))
    run_id = db.session.scalars(sa.select(Run.id)).one()
    assert made.location == f"/office/runs/{run_id}/meetings"
    assert "수업 날짜를 넣어 주세요." in words(staff.get(f"/office/runs/{run_id}"))
    assert staff.get(f"/runs/{run_id}").status_code == 404

    saved = staff.post(f"/office/runs/{run_id}/meetings", data=PATTERN | {"step": "save"})
    assert saved.location == f"/office/runs/{run_id}"
    assert "빠진 것이 없습니다." in words(staff.get(f"/office/runs/{run_id}"))

    assert staff.post(f"/office/runs/{run_id}/publish").status_code == 303
    assert "접수예정" in words(staff.get(f"/runs/{run_id}"))
    assert read(run_id).relations == "lives,works"


def test_what_is_missing_is_named_when_publishing(staff: FlaskClient, room: Room) -> None:
    run_id = draft_in(room, room_id=None, capacity=30)
    answer = staff.post(f"/office/runs/{run_id}/publish")

    assert answer.status_code == 409
    assert "강의실을 골라 주세요." in words(answer)
    assert "수업 날짜를 넣어 주세요." in words(answer)
    assert read(run_id).state is RunState.DRAFT


def test_wrong_shapes_are_named_at_their_fields(staff: FlaskClient, room: Room) -> None:
    wrong = typed(room, capacity="많이", apply_from="내일", minimum_age="열넷")
    answer = staff.post(f"/office/courses/{create_course().id}/runs/new", data=wrong)

    assert answer.status_code == 422
    assert "정원은 1명부터 500명까지 숫자로 입력해 주세요." in words(answer)
    assert "날짜와 시각을 함께 입력해 주세요." in words(answer)


def test_a_plan_against_itself_is_refused_with_a_sentence(staff: FlaskClient, room: Room) -> None:
    backwards = typed(room, apply_until="2020-01-01 10:00")
    answer = staff.post(f"/office/courses/{create_course().id}/runs/new", data=backwards)

    assert answer.status_code == 422
    assert "접수 마감은 접수 시작보다 뒤여야 합니다." in words(answer)


# Meetings


def test_the_days_are_shown_before_they_are_saved(staff: FlaskClient, room: Room) -> None:
    run_id = draft_in(room)
    answer = staff.post(f"/office/runs/{run_id}/meetings", data=PATTERN | {"step": "preview"})

    assert answer.status_code == 200
    assert "공휴일이라 건너뛴 날" in words(answer)
    assert "2026. 12. 25.(금) 기독탄신일" in words(answer)
    assert "2027. 1. 1.(금) 신정" in words(answer)
    assert "2027. 1. 5.(화) 10:00 ~ 12:00" in words(answer)
    assert read(run_id).meeting_count == 0


def test_saving_keeps_the_days_that_were_shown(staff: FlaskClient, room: Room) -> None:
    run_id = draft_in(room)
    staff.post(f"/office/runs/{run_id}/meetings", data=PATTERN | {"step": "save"})

    days = [date(2026, 12, 22), date(2026, 12, 29), date(2027, 1, 5), date(2027, 1, 8)]
    assert [meeting.starts_at for meeting in read(run_id).meetings] == [
        class_on(day).start for day in days
    ]


def test_a_clash_is_refused_on_the_page(staff: FlaskClient, room: Room) -> None:
    draft_in(room, class_on(date(2026, 12, 29)), course=create_course("먼저 있던 강좌"))
    run_id = draft_in(room)
    answer = staff.post(f"/office/runs/{run_id}/meetings", data=PATTERN | {"step": "save"})

    assert answer.status_code == 422
    assert "‘먼저 있던 강좌’(창업스마트교육장)" in words(answer)
    assert read(run_id).meeting_count == 0


@pytest.mark.parametrize(
    "wrong",
    [{"weekdays": []}, {"first": "언젠가"}, {"count": "0"}, {"count": "61"}, {"ends": "09:00"}],
)
def test_a_pattern_that_cannot_be_is_refused(
    staff: FlaskClient, room: Room, wrong: dict[str, Any]
) -> None:
    run_id = draft_in(room)
    data = PATTERN | wrong | {"step": "save"}

    assert staff.post(f"/office/runs/{run_id}/meetings", data=data).status_code == 422


def test_one_meeting_is_added_and_taken_away(staff: FlaskClient, room: Room) -> None:
    run_id = draft_in(room, class_on(in_days(12)))
    day = {"day": in_days(13).isoformat(), "starts": "14:00", "ends": "16:00"}
    added = staff.post(f"/office/runs/{run_id}/meetings/new", data=day | {"room_id": room.id})

    assert added.status_code == 303
    assert read(run_id).meeting_count == 2
    meeting_id = read(run_id).meetings[0].id
    assert staff.post(f"/office/meetings/{meeting_id}/delete").status_code == 303
    assert read(run_id).meeting_count == 1


def test_a_published_run_does_not_lose_a_meeting(staff: FlaskClient, room: Room) -> None:
    run_id = draft_in(room, class_on(in_days(12)))
    actions.publish_run(STAFF, run_id, None)
    answer = staff.post(f"/office/meetings/{read(run_id).meetings[0].id}/delete")

    assert answer.status_code == 409
    assert "이미 공개한 강좌입니다." in words(answer)


# After publication


def test_an_edit_of_an_open_run_asks_for_a_reason(staff: FlaskClient, room: Room) -> None:
    run_id = draft_in(room, class_on(in_days(12)), relations="lives,works", book_fee=12000)
    actions.publish_run(STAFF, run_id, None)
    create_booking(read(run_id))
    address = f"/office/runs/{run_id}/edit"
    change = typed(room, note="새 소식", reason="")

    assert 'name="capacity"' not in staff.get(address).text
    refused = staff.post(address, data=change)
    assert refused.status_code == 422
    assert "바꾸는 사유를 적어 주세요." in words(refused)
    assert staff.post(address, data=change | {"reason": "알려 드리려고"}).status_code == 303
    assert (read(run_id).note, read(run_id).capacity) == ("새 소식", 20)


def test_a_published_runs_page_leads_to_what_can_be_done(staff: FlaskClient, room: Room) -> None:
    run = create_run(room=room)
    page = staff.get(f"/office/runs/{run.id}").text

    for place in ("roster", "capacity", "cancellation", "attendance"):
        assert f"/office/runs/{run.id}/{place}" in page
    assert f"/office/meetings/{run.meetings[0].id}/move" in page


def test_a_cancelled_run_shows_why_and_offers_nothing(staff: FlaskClient, room: Room) -> None:
    run = create_run(
        room=room,
        state=RunState.CANCELLED,
        cancelled_on=date(2026, 12, 1),
        cancelled_reason="신청이 모자랍니다.",
    )
    page = staff.get(f"/office/runs/{run.id}")

    assert "신청이 모자랍니다." in words(page)
    assert f"/office/runs/{run.id}/cancellation" not in page.text
    assert f"/office/runs/{run.id}/edit" not in page.text


def test_a_draft_is_deleted_and_a_published_run_is_not(staff: FlaskClient, room: Room) -> None:
    draft, offered = draft_in(room), create_run(room=room).id

    assert staff.post(f"/office/runs/{draft}/delete").location == "/office/runs"
    assert staff.post(f"/office/runs/{offered}/delete").status_code == 409
    assert db.session.get(Run, draft) is None


# The list


def test_the_list_holds_drafts_and_is_narrowed(staff: FlaskClient, room: Room) -> None:
    draft_in(room, course=create_course("작성하는 강좌"))
    create_run(create_course("열린 강좌"), room)
    month = f"{in_days(20):%Y-%m}"

    assert "작성하는 강좌" in words(staff.get("/office/runs"))
    assert "열린 강좌" not in words(staff.get("/office/runs?status=draft"))
    by_month = words(staff.get(f"/office/runs?month={month}"))
    assert "열린 강좌" in by_month
    assert "작성하는 강좌" not in by_month
    assert "이 조건에 맞는 강좌가 없습니다." in words(staff.get("/office/runs?month=2001-01"))


@pytest.mark.parametrize("query", ["month=9999-12", "month=abc", "center=x", "status=x", "page=0"])
def test_nonsense_in_the_address_breaks_nothing(staff: FlaskClient, query: str) -> None:
    assert staff.get(f"/office/runs?{query}").status_code == 200


def test_ended_runs_are_found_by_status(staff: FlaskClient, room: Room) -> None:
    ago = timedelta(days=100)
    run = create_run(create_course("끝난 수업"), room, starts_in=-ago / 2)
    run.apply_from, run.apply_until = run.apply_from - ago, run.apply_until - ago
    db.session.commit()

    assert "끝난 수업" not in words(staff.get("/office/runs"))
    assert "끝난 수업" in words(staff.get("/office/runs?status=ended"))
