"""Two who edit one run at once: nothing of either is lost."""

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from eduportal.accounts.rules import Audience
from eduportal.catalog import actions
from eduportal.catalog.models import Center, Room
from eduportal.catalog.rules import RunPlan, editing
from eduportal.shared import dates
from eduportal.shared.refusal import Refused
from tests.accounts.steps import sign_in_to_work
from tests.catalog.steps import STAFF, class_on, draft_in, in_days, local, plan_in, read, words
from tests.factories import (
    create_center,
    create_course,
    create_office,
    create_room,
    create_staff,
)

# Rules

PLAN = RunPlan(
    center_id=1,
    room_id=1,
    instructor_id=None,
    section=None,
    note=None,
    fee=0,
    book_fee=0,
    capacity=20,
    apply_from=dates.start_of(in_days(1)),
    apply_until=dates.start_of(in_days(3)),
    cancel_until=dates.start_of(in_days(9)),
    waiting_limit=10,
    monthly_limit=2,
    minimum_age=14,
    maximum_age=None,
    relations="lives",
)


def test_different_fields_both_stay() -> None:
    merged = editing.merged(PLAN, replace(PLAN, fee=1), replace(PLAN, note="새 소식"))

    assert merged.plan == replace(PLAN, fee=1, note="새 소식")
    assert (merged.theirs, merged.both) == (frozenset({"note"}), frozenset())


def test_the_same_field_is_for_choosing() -> None:
    merged = editing.merged(PLAN, replace(PLAN, fee=1), replace(PLAN, fee=2))

    assert merged.both == {"fee"}
    assert merged.plan.fee == 2


def test_the_same_change_by_two_is_no_dispute() -> None:
    both = replace(PLAN, fee=1)
    merged = editing.merged(PLAN, both, both)

    assert (merged.both, merged.plan) == (frozenset(), both)


@given(st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_nothing_is_lost(values: list[int]) -> None:
    fee = dict(zip(("seen", "mine", "now"), values[:3], strict=True))
    book = dict(zip(("seen", "mine", "now"), values[3:], strict=True))
    seen, mine, now = (
        replace(PLAN, fee=fee[who], book_fee=book[who]) for who in ("seen", "mine", "now")
    )
    merged = editing.merged(seen, mine, now)

    for name in {"fee", "book_fee"} - merged.both:
        changed = getattr(mine, name) != getattr(seen, name)
        kept = mine if changed else now
        assert getattr(merged.plan, name) == getattr(kept, name)


# Pages


@pytest.fixture
def center(app: Flask) -> Center:
    create_office()
    return create_center("창업스마트교육장")


@pytest.fixture
def room(center: Center) -> Room:
    return create_room(center, 28)


@pytest.fixture
def kim(client: FlaskClient, center: Center) -> FlaskClient:
    sign_in_to_work(client, create_staff(center, name="김담당"))
    return client


@pytest.fixture
def lee(app: Flask, center: Center) -> FlaskClient:
    client = app.test_client()
    sign_in_to_work(client, create_staff(center, name="이담당"))
    return client


@pytest.fixture
def run_id(room: Room) -> int:
    return draft_in(room, class_on(in_days(12)), course=create_course("엑셀 기초"))


def opened(client: FlaskClient, run_id: int) -> dict[str, Any]:
    """The form as it opens: what a browser would send back."""
    return sent_by(client.get(f"/office/runs/{run_id}/edit"))


def sent_by(page: TestResponse) -> dict[str, Any]:
    form = page.text[page.text.index("<main") :]
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        field = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if field.get("type") not in ("checkbox", "radio") or " checked" in tag:
            sent.setdefault(field["name"], []).append(field.get("value", ""))
    for name, inside in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        sent[name] = re.findall(r'<option selected value="([^"]*)"', inside)[:1] or [""]
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S):
        sent[name] = [text.strip()]
    return sent


def save(client: FlaskClient, run_id: int, typed: dict[str, Any]) -> TestResponse:
    return client.post(f"/office/runs/{run_id}/edit", data=typed)


def test_a_form_that_is_sent_back_as_it_was_changes_nothing(kim: FlaskClient, run_id: int) -> None:
    before = actions.runs.plan_of(read(run_id))

    assert save(kim, run_id, opened(kim, run_id)).status_code == 303
    assert actions.runs.plan_of(read(run_id)) == before


def test_two_who_change_different_things_both_keep_them(
    kim: FlaskClient, lee: FlaskClient, run_id: int
) -> None:
    first, second = opened(kim, run_id), opened(lee, run_id)
    save(kim, run_id, first | {"fee": "5000"})
    answer = save(lee, run_id, second | {"note": "새 소식", "capacity": "18"})

    assert answer.status_code == 303
    run = read(run_id)
    assert (run.fee, run.note, run.capacity) == (5000, "새 소식", 18)
    page = words(lee.get(f"/office/runs/{run_id}"))
    assert "그사이 김담당 님이" in page
    assert "바꾼 내용은 그대로 두었습니다: 수강료(원)" in page


def test_where_both_changed_the_same_they_choose(
    kim: FlaskClient, lee: FlaskClient, run_id: int
) -> None:
    first, second = opened(kim, run_id), opened(lee, run_id)
    save(kim, run_id, first | {"fee": "5000", "waiting_limit": "3"})
    asked = save(lee, run_id, second | {"fee": "7000", "note": "새 소식"})

    assert asked.status_code == 409
    page = words(asked)
    assert "처음에 보신 값: 0원" in page
    assert "다른 담당자가 바꾼 값(김담당," in page
    assert "5,000원" in page
    assert "7,000원" in page
    assert "대기 인원" not in page
    assert (read(run_id).fee, read(run_id).note) == (5000, None)

    chosen = save(lee, run_id, sent_by(asked) | {"choose-fee": "mine"})
    assert chosen.status_code == 303
    run = read(run_id)
    assert (run.fee, run.note, run.waiting_limit) == (7000, "새 소식", 3)


def test_the_others_change_can_be_kept(kim: FlaskClient, lee: FlaskClient, run_id: int) -> None:
    first, second = opened(kim, run_id), opened(lee, run_id)
    save(kim, run_id, first | {"fee": "5000"})
    asked = save(lee, run_id, second | {"fee": "7000", "note": "새 소식"})
    save(lee, run_id, sent_by(asked) | {"choose-fee": "theirs"})

    assert (read(run_id).fee, read(run_id).note) == (5000, "새 소식")


def test_choosing_nothing_asks_again(kim: FlaskClient, lee: FlaskClient, run_id: int) -> None:
    first, second = opened(kim, run_id), opened(lee, run_id)
    save(kim, run_id, first | {"fee": "5000"})
    asked = save(lee, run_id, second | {"fee": "7000"})
    again = save(lee, run_id, sent_by(asked))

    assert again.status_code == 409
    assert "아직 고르지 않았거나" in words(again)
    assert "처음에 보신 값: 0원" in words(again)
    assert save(lee, run_id, sent_by(again) | {"choose-fee": "mine"}).status_code == 303
    assert read(run_id).fee == 7000


def test_a_third_change_while_choosing_is_seen(
    kim: FlaskClient, lee: FlaskClient, run_id: int
) -> None:
    first, second = opened(kim, run_id), opened(lee, run_id)
    save(kim, run_id, first | {"fee": "5000"})
    asked = save(lee, run_id, second | {"fee": "7000"})
    save(kim, run_id, opened(kim, run_id) | {"fee": "6000"})
    again = save(lee, run_id, sent_by(asked) | {"choose-fee": "mine"})

    assert again.status_code == 409
    assert "6,000원" in words(again)
    assert read(run_id).fee == 6000


def test_what_was_shown_cannot_be_forged(kim: FlaskClient, run_id: int) -> None:
    answer = save(kim, run_id, opened(kim, run_id) | {"seen": "made-up", "fee": "5000"})

    assert answer.status_code == 422
    assert "이 화면이 오래되었습니다." in words(answer)
    assert read(run_id).fee == 0


def test_what_was_shown_of_another_run_does_not_count(
    kim: FlaskClient, run_id: int, room: Room
) -> None:
    other = opened(kim, draft_in(room))

    assert save(kim, run_id, opened(kim, run_id) | {"seen": other["seen"]}).status_code == 422


def test_a_draft_that_was_published_meanwhile_keeps_its_capacity(
    kim: FlaskClient, lee: FlaskClient, run_id: int
) -> None:
    typed = opened(kim, run_id)
    actions.publish_run(STAFF, run_id, None)
    answer = save(kim, run_id, typed | {"capacity": "18", "note": "새 소식"})

    assert answer.status_code == 422
    assert "공개한 강좌의 교육장과 강의실, 정원, 부서별 인원은" in words(answer)
    assert 'value="18"' in answer.text
    assert save(kim, run_id, typed | {"note": "새 소식"}).status_code == 303
    assert (read(run_id).note, read(run_id).capacity) == ("새 소식", 20)


def test_the_verb_refuses_what_two_changed(room: Room, run_id: int) -> None:
    seen = plan_in(room)
    actions.edit_run(STAFF, run_id, replace(seen, fee=1), None, seen=seen)
    with pytest.raises(Refused) as refused:
        actions.edit_run(STAFF, run_id, replace(seen, fee=2), None, seen=seen)

    assert refused.value.reason is editing.Reason.CHANGED_BY_TWO
    assert actions.edit_run(STAFF, run_id, replace(seen, note="말"), None, seen=seen) == {"fee"}
    assert (read(run_id).fee, read(run_id).note) == (1, "말")


# What the form shows


def test_employees_fields_are_shown_for_employees_runs_only(
    kim: FlaskClient, room: Room, run_id: int
) -> None:
    training = create_course("보안 교육", audience=Audience.EMPLOYEE)
    for_staff = draft_in(room, course=training, needs_approval=True, department_limit=3)

    assert "부서별 인원" not in words(kim.get(f"/office/runs/{run_id}/edit"))
    assert "부서별 인원" in words(kim.get(f"/office/runs/{for_staff}/edit"))
    assert "부서별 인원" in words(kim.get(f"/office/courses/{training.id}/runs/new"))
    sent = opened(kim, for_staff)
    assert save(kim, for_staff, sent | {"note": "말"}).status_code == 303
    assert (read(for_staff).needs_approval, read(for_staff).department_limit) == (True, 3)


def test_a_new_run_starts_from_the_offices_own(kim: FlaskClient, room: Room) -> None:
    course = create_course("한글")
    address = f"/office/courses/{course.id}/runs/new"
    page = kim.get(address)
    sent = sent_by(page)
    assert "정원 20명이면 10명" in words(page)
    assert sent["apply_from"][0].endswith("10:00:00")
    answer = kim.post(
        address, data=sent | {"capacity": "25", "center_id": room.center_id, "room_id": room.id}
    )

    assert answer.status_code == 303
    run = read(int(answer.location.split("/")[3]))
    assert (run.minimum_people, run.needs_approval) == (13, False)
    assert run.apply_from < run.apply_until


# Patterns that cannot be


@pytest.mark.parametrize(
    ("first", "sentence"),
    [("1999-01-04", "1년도 더 지난 날이니"), ("9999-01-01", "날짜를 다시 확인해 주세요.")],
)
def test_a_first_day_out_of_this_world_is_refused(
    kim: FlaskClient, run_id: int, first: str, sentence: str
) -> None:
    pattern = {"weekdays": ["1"], "first": first, "count": "4", "starts": "10:00", "ends": "12:00"}
    answer = kim.post(f"/office/runs/{run_id}/meetings", data=pattern | {"step": "preview"})

    assert answer.status_code == 422
    assert sentence in words(answer)


def test_the_time_of_a_window_is_typed_to_the_second(kim: FlaskClient, run_id: int) -> None:
    moment = dates.start_of(in_days(2))
    save(kim, run_id, opened(kim, run_id) | {"apply_from": local(moment)})

    assert read(run_id).apply_from == moment
