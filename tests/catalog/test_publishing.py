"""Publication now, or at a set time; taken back while nobody has seen it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eduportal.catalog import actions
from eduportal.catalog.actions.following import follow_meetings
from eduportal.catalog.actions.meetings import call_off_meeting, hold_again
from eduportal.catalog.models import Center, Meeting, Room
from eduportal.catalog.rules import Reason, RunState, Slot, publishing
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from eduportal.shared.refusal import Missing, Refused
from tests.accounts.steps import sign_in_to_work
from tests.catalog.steps import (
    STAFF,
    class_on,
    draft_in,
    in_days,
    last_event,
    local,
    only,
    plan_in,
    read,
    words,
)
from tests.factories import (
    create_booking,
    create_center,
    create_course,
    create_office,
    create_room,
    create_staff,
    now,
)

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MORNING = dates.start_of(in_days(1)) + timedelta(hours=9)
OPENS = dates.start_of(in_days(2))


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


def draft(room: Room) -> int:
    return draft_in(
        room,
        class_on(in_days(12)),
        course=create_course("엑셀 기초"),
        apply_from=OPENS,
        apply_until=OPENS + 2 * DAY,
    )


def scheduled(room: Room) -> int:
    run_id = draft(room)
    actions.publish_run(STAFF, run_id, None, MORNING)
    return run_id


def refusal(act: Callable[[], object]) -> object:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reason


# Verbs


def test_everybody_sees_it_from_the_set_time_on(client: FlaskClient, room: Room) -> None:
    run_id = scheduled(room)

    assert last_event().verb == "run.scheduled"
    assert client.get(f"/runs/{run_id}").status_code == 404
    with clock.moved_to(MORNING - MINUTE):
        assert "엑셀 기초" not in words(client.get("/runs"))


def test_it_is_there_when_its_time_has_come(client: FlaskClient, room: Room) -> None:
    run = read(scheduled(room))
    run.published_at = now() - MINUTE
    db.session.commit()

    assert client.get(f"/runs/{run.id}").status_code == 200


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (OPENS + MINUTE, Reason.WINDOW_BEFORE_PUBLICATION),
        (now() - DAY, publishing.Reason.IN_THE_PAST),
    ],
)
def test_a_time_too_late_or_too_early_is_refused(room: Room, at: object, reason: object) -> None:
    run_id = draft(room)

    assert refusal(lambda: actions.publish_run(STAFF, run_id, None, at)) is reason  # type: ignore[arg-type]
    assert read(run_id).state is RunState.DRAFT


def test_it_may_be_published_the_moment_it_opens(room: Room) -> None:
    run_id = draft(room)
    actions.publish_run(STAFF, run_id, None, OPENS)

    assert read(run_id).published_at == OPENS


def test_it_is_taken_back_while_nobody_has_seen_it(room: Room) -> None:
    run_id = scheduled(room)
    actions.take_back_run(STAFF, run_id, None)

    assert (read(run_id).state, read(run_id).published_at) == (RunState.DRAFT, None)
    assert last_event().verb == "run.taken_back"


def test_what_was_seen_is_not_taken_back(room: Room) -> None:
    run_id = scheduled(room)
    with clock.moved_to(MORNING):
        assert (
            refusal(lambda: actions.take_back_run(STAFF, run_id, None))
            is publishing.Reason.SEEN_ALREADY
        )


def test_what_somebody_was_entered_in_is_not_taken_back(room: Room) -> None:
    run_id = scheduled(room)
    create_booking(read(run_id))

    assert (
        refusal(lambda: actions.take_back_run(STAFF, run_id, None))
        is publishing.Reason.SEEN_ALREADY
    )


def test_a_draft_is_not_taken_back(room: Room) -> None:
    run_id = draft(room)
    assert (
        refusal(lambda: actions.take_back_run(STAFF, run_id, None))
        is publishing.Reason.NOT_SCHEDULED
    )


def test_nobody_takes_back_what_is_of_another_center(room: Room) -> None:
    run_id, elsewhere = scheduled(room), only(create_center("다른 곳"))

    with pytest.raises(Missing):
        actions.take_back_run(STAFF, run_id, elsewhere)


def test_until_its_time_it_is_edited_like_a_draft(room: Room, center: Center) -> None:
    run_id, other = scheduled(room), create_room(center, 20)
    plan = plan_in(
        other, capacity=18, apply_from=OPENS, apply_until=OPENS + 2 * DAY, note="새 소식"
    )
    actions.edit_run(STAFF, run_id, plan, None)

    run = read(run_id)
    assert (run.capacity, run.room_id, run.meetings[0].room_id) == (18, other.id, other.id)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"capacity": 29}, Reason.CAPACITY_ABOVE_SEATS),
        ({"apply_until": dates.start_of(in_days(20))}, Reason.WINDOW_AFTER_START),
        ({"apply_from": MORNING - MINUTE}, publishing.Reason.OPENS_BEFORE),
    ],
)
def test_it_stays_fit_to_be_seen(room: Room, given: dict[str, object], reason: object) -> None:
    run_id = scheduled(room)
    plan = plan_in(room, **{"apply_from": OPENS, "apply_until": OPENS + 2 * DAY} | given)

    assert refusal(lambda: actions.edit_run(STAFF, run_id, plan, None)) is reason
    assert read(run_id).capacity == 20


def test_people_cannot_apply_before_they_could_see_it(room: Room) -> None:
    run_id = draft(room)
    actions.publish_run(STAFF, run_id, None)
    before = plan_in(room, apply_from=now() - DAY, apply_until=OPENS + 2 * DAY)

    assert (
        refusal(lambda: actions.edit_run(STAFF, run_id, before, None))
        is publishing.Reason.OPENS_BEFORE
    )


def test_its_meetings_wait_until_it_is_taken_back(room: Room) -> None:
    run_id = scheduled(room)
    spans = [class_on(in_days(13))]

    with pytest.raises(Refused) as refused:
        actions.set_meetings(STAFF, run_id, spans, None)
    assert "공개 예약을 취소하면 작성중으로 돌아가" in refused.value.sentence
    actions.take_back_run(STAFF, run_id, None)
    actions.set_meetings(STAFF, run_id, spans, None)
    assert read(run_id).starts_on == in_days(13)


# Pages


def test_staff_set_a_time_and_take_it_back(staff: FlaskClient, room: Room) -> None:
    run_id = draft(room)
    address = f"/office/runs/{run_id}"
    answer = staff.post(f"{address}/publish", data={"when": "later", "at": local(MORNING)})

    assert answer.status_code == 303
    page = words(staff.get(address))
    assert "공개예정" in page
    assert f"{dates.written_datetime(MORNING)}에 저절로 공개됩니다." in page
    assert "그때까지는 담당자만" in words(staff.get(f"{address}/edit"))
    assert staff.post(f"{address}/take-back").status_code == 303
    assert read(run_id).state is RunState.DRAFT
    assert "작성중" in words(staff.get(address))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"when": "later", "at": ""}, "공개하는 때를 입력해 주세요."),
        ({"when": "later", "at": "언젠가"}, "날짜와 시각을 함께 입력해 주세요."),
        ({"when": "later", "at": "2020-01-01 09:00"}, "앞으로 올 때를 적거나 지금 공개해"),
        ({"when": "later", "at": local(OPENS + DAY)}, "공개는 접수 시작("),
    ],
)
def test_a_time_that_cannot_be_is_refused_on_the_page(
    staff: FlaskClient, room: Room, typed: dict[str, str], sentence: str
) -> None:
    run_id = draft(room)
    answer = staff.post(f"/office/runs/{run_id}/publish", data=typed)

    assert answer.status_code in (409, 422)
    assert sentence in words(answer)
    assert read(run_id).state is RunState.DRAFT


def test_now_does_not_mind_what_stands_beside_it(staff: FlaskClient, room: Room) -> None:
    run_id = draft(room)
    staff.post(f"/office/runs/{run_id}/publish", data={"when": "now", "at": "언젠가"})

    assert read(run_id).state is RunState.PUBLISHED
    assert not publishing.is_hidden(RunState.PUBLISHED, read(run_id).published_at, clock.now())


def test_the_office_of_another_center_takes_nothing_back(staff: FlaskClient) -> None:
    run_id = scheduled(create_room(create_center("다른 곳")))

    assert staff.post(f"/office/runs/{run_id}/take-back").status_code == 404


def test_a_class_in_a_room_with_too_few_seats_keeps_a_draft_back(
    center: Center, room: Room
) -> None:
    run_id, small = draft(room), create_room(center, 10)
    span = class_on(in_days(13))
    actions.add_meeting(STAFF, run_id, span.start, span.end, None, small.id)

    assert refusal(lambda: actions.publish_run(STAFF, run_id, None)) is Reason.CAPACITY_ABOVE_SEATS
    assert read(run_id).state is RunState.DRAFT


def test_a_run_that_nobody_has_seen_is_taken_back_not_called_off(
    staff: FlaskClient, room: Room
) -> None:
    run_id = scheduled(room)
    page = staff.get(f"/office/runs/{run_id}").text

    assert "공개 예약 취소하기" in page
    assert f"/office/runs/{run_id}/cancellation" not in page


def test_classes_called_off_before_anybody_saw_them_can_be_deleted(
    staff: FlaskClient, room: Room
) -> None:
    run_id = draft(room)
    later = class_on(in_days(13))
    actions.add_meeting(STAFF, run_id, later.start, later.end, None)
    actions.publish_run(STAFF, run_id, None, MORNING)
    first, second = read(run_id).meetings
    call_off_meeting(STAFF, first.id, "단수")
    made_up = class_on(in_days(14))
    extra = hold_again(STAFF, run_id, Slot(made_up, room.id, None), first.id)
    actions.take_back_run(STAFF, run_id, None)

    actions.delete_meeting(STAFF, second.id, None)
    actions.delete_meeting(STAFF, first.id, None)
    assert [(one.id, one.makes_up_for_id) for one in read(run_id).meetings] == [(extra, None)]
    db.session.get_one(Meeting, extra).cancelled_at = clock.now()
    db.session.flush()
    follow_meetings(run_id)
    assert staff.get(f"/office/runs/{run_id}/meetings").status_code == 200
