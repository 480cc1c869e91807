"""One act on many runs: looked at first, then done to all of them or to none."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eduportal.catalog import actions
from eduportal.catalog.actions import bulk
from eduportal.catalog.models import Center, Room, Run
from eduportal.catalog.rules import RunState
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from eduportal.shared.events import Event
from eduportal.shared.refusal import Missing, Refused
from tests.accounts.steps import sign_in_to_work
from tests.catalog.steps import STAFF, class_on, draft_in, in_days, local, only, read, words
from tests.factories import (
    create_booking,
    create_center,
    create_course,
    create_instructor,
    create_office,
    create_room,
    create_staff,
)

BULK = "/office/runs/bulk"


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


@pytest.fixture
def three(room: Room) -> list[int]:
    """Three drafts, one after the other on a day."""
    return [
        draft_in(room, class_on(in_days(12), hour, hour + 2), course=create_course(f"강좌 {hour}"))
        for hour in (9, 11, 13)
    ]


def act(staff: FlaskClient, name: str, ids: list[int], step: str, **typed: Any) -> TestResponse:
    return staff.post(BULK, data={"act": name, "run": ids, "step": step} | typed)


# Changing


def test_what_is_filled_in_is_set_and_the_rest_stays(staff: FlaskClient, three: list[int]) -> None:
    looked = act(staff, "numbers", three, "look", waiting_limit="3", minimum_people="7")
    assert "대기 인원: 10명 → 3명" in words(looked)
    assert "최소 인원: 없음 → 7명" in words(looked)
    assert read(three[0]).waiting_limit == 10

    assert (
        act(staff, "numbers", three, "save", waiting_limit="3", minimum_people="7").status_code
        == 303
    )
    for run_id in three:
        run = read(run_id)
        assert (run.waiting_limit, run.minimum_people, run.minimum_age) == (3, 7, 14)
    edits = db.session.scalars(sa.select(Event.run_id).where(Event.verb == "run.edited"))
    assert set(edits) == set(three)


def test_windows_are_moved_together(staff: FlaskClient, three: list[int]) -> None:
    until = dates.start_of(in_days(5))
    act(staff, "window", three, "save", apply_until=local(until))

    assert {read(run_id).apply_until for run_id in three} == {until}


def test_what_refuses_is_named_before_anything_is_written(
    staff: FlaskClient, three: list[int], room: Room
) -> None:
    late = dates.start_of(in_days(2))
    odd = draft_in(
        room,
        course=create_course("늦은 강좌"),
        apply_from=in_three_days(),
        apply_until=in_nine_days(),
    )
    looked = act(staff, "window", [*three, odd], "look", apply_until=local(late))
    assert "1개에서 할 수 없습니다." in words(looked)
    assert "접수 마감은 접수 시작보다 뒤여야 합니다." in words(looked)
    assert "모두 바꾸기" not in words(looked)

    saved = act(staff, "window", [*three, odd], "save", apply_until=local(late))
    assert saved.status_code == 422
    assert "빼거나 고쳐 주세요: 늦은 강좌" in words(saved)
    assert late not in {read(run_id).apply_until for run_id in three}


def in_three_days() -> Any:
    return dates.start_of(in_days(3))


def in_nine_days() -> Any:
    return dates.start_of(in_days(9))


def test_open_runs_ask_for_a_reason(staff: FlaskClient, three: list[int]) -> None:
    assert 'name="reason"' not in staff.get(f"{BULK}?act=fees&run={three[0]}").text
    actions.publish_run(STAFF, three[0], None)
    create_booking(read(three[0]))

    page = staff.get(f"{BULK}?act=fees&run={three[0]}&run={three[1]}")
    assert "사유가 필요합니다" in words(page)
    refused = act(staff, "fees", three, "save", fee="5000")
    assert "바꾸는 사유를 적어 주세요." in words(refused)
    assert read(three[1]).fee == 0
    act(staff, "fees", three, "save", fee="5000", reason="교재가 바뀜")
    assert {read(run_id).fee for run_id in three} == {5000}


def test_an_instructor_takes_over_all_classes(
    staff: FlaskClient, three: list[int], center: Center
) -> None:
    teacher = create_instructor(center, name="이강사")
    looked = act(staff, "instructor", three, "look", instructor_id=str(teacher.id))
    assert "강사: 없음 → 이강사" in words(looked)
    act(staff, "instructor", three, "save", instructor_id=str(teacher.id))

    assert {read(run_id).instructor_id for run_id in three} == {teacher.id}
    assert {read(run_id).meetings[0].instructor_id for run_id in three} == {teacher.id}
    act(staff, "instructor", three, "save", instructor_id="0")
    assert {read(run_id).instructor_id for run_id in three} == {None}


def test_an_instructor_cannot_be_in_two_rooms_at_once(
    staff: FlaskClient, three: list[int], center: Center
) -> None:
    teacher = create_instructor(center, name="이강사")
    other = draft_in(
        create_room(center), class_on(in_days(12), 9, 11), course=create_course("같은 시간")
    )
    answer = act(staff, "instructor", [*three, other], "save", instructor_id=str(teacher.id))

    assert answer.status_code == 422
    assert {read(run_id).instructor_id for run_id in (*three, other)} == {None}


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("fees", {}, "바꿀 내용을 하나 이상 적어 주세요."),
        ("fees", {"fee": "많이"}, "숫자로 입력해 주세요."),
        ("window", {"apply_from": "언젠가"}, "날짜와 시각을 함께 입력해 주세요."),
        ("instructor", {"instructor_id": "999"}, "오류"),
        ("numbers", {"minimum_age": "90", "maximum_age": "20"}, "최고 나이는 최저 나이보다"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_written(
    staff: FlaskClient, three: list[int], name: str, typed: dict[str, str], sentence: str
) -> None:
    answer = act(staff, name, three, "save", **typed)

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert db.session.scalars(sa.select(Event).where(Event.verb == "run.edited")).all() == []


def test_what_is_so_already_is_said(staff: FlaskClient, three: list[int]) -> None:
    looked = words(act(staff, "numbers", three, "look", waiting_limit="10"))

    assert "이미 이렇게 되어 있습니다." in looked
    assert "모두 바꾸기" not in looked


def test_a_trial_writes_nothing(three: list[int]) -> None:
    outcomes = bulk.try_changing(STAFF, three, {"fee": 700}, None, None)

    assert [dict(one.changed) for one in outcomes] == [{"fee": (0, 700)}] * 3
    assert {read(run_id).fee for run_id in three} == {0}


def test_all_or_none_is_kept_by_the_verb(three: list[int]) -> None:
    actions.publish_run(STAFF, three[2], None)
    run = read(three[2])
    run.state, run.cancelled_on = RunState.CANCELLED, clock.today()
    db.session.commit()

    with pytest.raises(Refused) as refused:
        bulk.change_runs(STAFF, three, {"fee": 700}, None, "까닭")
    assert "강좌 13" in refused.value.sentence
    assert {read(run_id).fee for run_id in three} == {0}


# Publishing


def test_many_are_published_at_a_set_time(staff: FlaskClient, three: list[int]) -> None:
    at = clock.now().replace(microsecond=0) + timedelta(hours=1)
    at = min(at, read(three[0]).apply_from)
    assert "공개할 수 있습니다." in words(
        act(staff, "publish", three, "look", when="later", at=local(at))
    )
    assert read(three[0]).state is RunState.DRAFT
    act(staff, "publish", three, "save", when="later", at=local(at))

    assert {read(run_id).published_at for run_id in three} == {at}


def test_one_that_lacks_something_does_not_keep_the_others(
    staff: FlaskClient, three: list[int], room: Room
) -> None:
    bare = draft_in(room, course=create_course("날짜 없는 강좌"))
    answer = act(staff, "publish", [*three, bare], "save", when="now")

    assert answer.status_code == 409
    page = words(answer)
    assert "강좌 3개를 공개했습니다." in page
    assert "수업 날짜를 넣어 주세요." in page
    assert {read(run_id).state for run_id in three} == {RunState.PUBLISHED}
    assert read(bare).state is RunState.DRAFT


# Deleting


def test_drafts_are_deleted_together(staff: FlaskClient, three: list[int]) -> None:
    assert "되돌릴 수 없습니다." in words(act(staff, "delete", three, "look"))
    act(staff, "delete", three, "save")

    assert db.session.scalars(sa.select(Run)).all() == []


def test_no_draft_is_deleted_together_with_what_was_published(
    staff: FlaskClient, three: list[int]
) -> None:
    actions.publish_run(STAFF, three[0], None)
    answer = act(staff, "delete", three, "save")

    assert answer.status_code == 422
    assert "강좌 9" in words(answer)
    assert len(db.session.scalars(sa.select(Run)).all()) == 3


# Who, and what was chosen


def test_runs_of_another_center_are_left_out(staff: FlaskClient, three: list[int]) -> None:
    strange = draft_in(create_room(create_center("다른 곳")), course=create_course("남의 강좌"))
    assert "남의 강좌" not in words(staff.get(f"{BULK}?act=fees&run={strange}&run={three[0]}"))
    act(staff, "fees", [strange, *three], "save", fee="100")

    assert read(strange).fee == 0
    with pytest.raises(Missing):
        bulk.change_runs(STAFF, [strange], {"fee": 1}, only(create_center("셋째")), None)


@pytest.mark.parametrize("query", ["", "?act=fees", "?act=x&run=1", "?act=fees&run=x"])
def test_nothing_chosen_leads_back_to_the_list(staff: FlaskClient, query: str) -> None:
    answer = staff.get(f"{BULK}{query}")

    assert answer.location == "/office/runs"
    assert "강좌를 하나 이상 고르고" in words(staff.get("/office/runs"))


def test_the_list_has_boxes_and_acts(staff: FlaskClient, three: list[int]) -> None:
    page = staff.get("/office/runs")

    assert f'value="{three[0]}"' in page.text
    assert "고른 강좌에 할 일" in words(page)
    assert "작성중인 강좌 3개" in words(page)


def test_the_list_is_searched_and_leads_to_months(staff: FlaskClient, three: list[int]) -> None:
    found = words(staff.get("/office/runs?q=강좌 11"))
    assert "강좌 11" in found
    assert "강좌 13" not in found
    page = staff.get("/office/runs?q=11").text
    for name in ("지난달", "이번 달", "다음 달"):
        assert name in page
    assert f"month={dates.next_month(clock.today()):%Y-%m}" in page
