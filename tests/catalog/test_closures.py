"""Closed days of centers, and the office's word above the public holidays."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts.rules import Role
from eduportal.catalog import actions
from eduportal.catalog.actions.closures import (
    Closure,
    add_holiday,
    close_all_on,
    close_center_on,
    open_all_again,
    open_center_again,
    undo_override,
    work_on_holiday,
)
from eduportal.catalog.closed_days import closed_days
from eduportal.catalog.models import Center, ClosedDay, HolidayOverride, Meeting, Room
from eduportal.catalog.queries import sites as queries
from eduportal.catalog.rules.places import Reason
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.refusal import Missing, Refused
from tests.accounts.steps import sign_in_to_work
from tests.catalog.steps import STAFF, class_on, draft_in, in_days, last_event, only, read, words
from tests.factories import (
    create_center,
    create_course,
    create_office,
    create_room,
    create_staff,
)

CHRISTMAS = date(2026, 12, 25)
PLAIN = date(2026, 12, 17)


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
def admin(client: FlaskClient, center: Center) -> FlaskClient:
    sign_in_to_work(client, create_staff())
    return client


def refused(verb: Callable[..., object], *given: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        verb(STAFF, *given)
    return caught.value


def closure(first: int = 12, last: int = 12, name: str = "시설 점검") -> Closure:
    return Closure(in_days(first), in_days(last), name)


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


# Closed days


def test_a_closed_day_keeps_classes_out_of_that_center(center: Center, room: Room) -> None:
    closed_id = close_center_on(STAFF, center.id, closure(), None)
    elsewhere = create_room(create_center("다른 곳"))

    with pytest.raises(Refused) as error:
        draft_in(room, class_on(in_days(12)))
    assert "시설 점검" in error.value.sentence
    draft_in(elsewhere, class_on(in_days(12)))
    open_center_again(STAFF, closed_id, None)
    draft_in(room, class_on(in_days(12)))


def test_a_closed_day_of_all_is_one_of_each(room: Room) -> None:
    close_all_on(STAFF, closure(12, 14))

    assert closed_days(in_days(13), in_days(13), room.center_id) == {in_days(13): "시설 점검"}
    assert last_event().detail["name"] == "시설 점검"


def test_days_that_run_backwards_or_are_closed_already_are_refused(center: Center) -> None:
    backwards = refused(close_center_on, center.id, closure(14, 12), None)
    assert backwards.reason is Reason.DAYS_BACKWARDS
    close_center_on(STAFF, center.id, closure(12, 16), None)
    again = refused(close_center_on, center.id, closure(13, 14, "청소"), None)
    assert again.reason is Reason.CLOSED_ALREADY
    assert "시설 점검" in again.sentence
    close_center_on(STAFF, center.id, closure(16, 18, "청소"), None)
    assert count(ClosedDay) == 2


def test_staff_close_their_own_center_only(center: Center) -> None:
    theirs = only(create_center("다른 곳"))
    own = close_center_on(STAFF, center.id, closure(), None)
    of_all = close_all_on(STAFF, closure(20, 20))

    with pytest.raises(Missing):
        close_center_on(STAFF, center.id, closure(), theirs)
    for closed_id in (own, of_all):
        with pytest.raises(Missing):
            open_center_again(STAFF, closed_id, theirs)
    with pytest.raises(Missing):
        open_all_again(STAFF, own)
    open_all_again(STAFF, of_all)
    assert count(ClosedDay) == 1


def published(room: Room, day: int = 12) -> int:
    run_id = draft_in(room, class_on(in_days(day)), course=create_course("그날 강좌"))
    actions.publish_run(STAFF, run_id, None)
    return run_id


def typed(center: Center, **given: str) -> dict[str, Any]:
    return {
        "center_id": center.id,
        "first": f"{in_days(12)}",
        "last": "",
        "name": "시설 점검",
    } | given


def test_classes_on_the_day_are_shown_before_it_is_closed(
    staff: FlaskClient, center: Center, room: Room
) -> None:
    meeting = read(published(room)).meetings[0]
    shown = staff.post("/office/closed-days/new", data=typed(center))

    assert shown.status_code == 200
    assert "이 날 수업 1번이 있습니다." in words(shown)
    assert "그날 강좌" in words(shown)
    assert f"/office/meetings/{meeting.id}/move" in shown.text
    assert count(ClosedDay) == 0
    confirmed = staff.post("/office/closed-days/new", data=typed(center, seen=str(meeting.id)))
    assert confirmed.status_code == 303
    page = words(staff.get(confirmed.location))
    assert "이 날 수업 1번이 있습니다. 옮기거나 휴강으로 처리해 주세요." in page


def test_a_class_that_came_meanwhile_is_shown_as_well(
    staff: FlaskClient, center: Center, room: Room
) -> None:
    first = read(published(room)).meetings[0].id
    second = draft_in(room, class_on(in_days(12), 14, 16))
    actions.publish_run(STAFF, second, None)

    again = staff.post("/office/closed-days/new", data=typed(center, seen=str(first)))
    assert "이 날 수업 2번이 있습니다." in words(again)
    assert count(ClosedDay) == 0


def test_a_day_without_classes_is_closed_at_once(
    staff: FlaskClient, center: Center, room: Room
) -> None:
    run_id = published(room)
    meeting = db.session.scalars(sa.select(Meeting).where(Meeting.run_id == run_id)).one()
    meeting.cancelled_at = clock.now()
    db.session.commit()

    assert staff.post("/office/closed-days/new", data=typed(center)).status_code == 303
    assert count(ClosedDay) == 1


def test_wrong_days_say_why(staff: FlaskClient, center: Center) -> None:
    for given, sentence in (
        ({"first": ""}, "쉬기 시작하는 날을 입력해 주세요."),
        ({"last": f"{in_days(1)}"}, "마지막 날은 처음 날과 같거나 그 뒤여야 합니다."),
        ({"name": "가" * 81}, "80자까지 쓸 수 있습니다."),
    ):
        answer = staff.post("/office/closed-days/new", data=typed(center, **given))
        assert answer.status_code == 422
        assert sentence in words(answer)
    elsewhere = create_center("다른 곳")
    assert staff.post("/office/closed-days/new", data=typed(elsewhere)).status_code == 422
    assert count(ClosedDay) == 0


def test_only_an_administrator_closes_every_center(
    app: Flask, staff: FlaskClient, center: Center
) -> None:
    of_all = close_all_on(STAFF, closure(20, 20))
    own = close_center_on(STAFF, center.id, closure(22, 22), None)
    page = staff.get("/office/closed-days").text

    assert f"/office/closed-days/{own}/delete" in page
    assert f"/office/closed-days/{of_all}/delete" not in page
    assert staff.get("/office/closed-days/new-for-all").status_code == 403
    assert staff.post(f"/office/closed-days/{of_all}/delete-for-all").status_code == 403
    assert staff.post(f"/office/closed-days/{of_all}/delete").status_code == 404
    chief = app.test_client()
    sign_in_to_work(chief, create_staff())
    given = {"first": f"{in_days(30)}", "name": "개청 기념일"}
    assert chief.post("/office/closed-days/new-for-all", data=given).status_code == 303
    assert chief.post(f"/office/closed-days/{of_all}/delete-for-all").status_code == 303
    assert staff.post(f"/office/closed-days/{own}/delete").status_code == 303
    assert count(ClosedDay) == 1


def test_whoever_only_reads_closes_nothing(app: Flask, client: FlaskClient, center: Center) -> None:
    closed_id = close_center_on(STAFF, center.id, closure(), None)
    sign_in_to_work(client, create_staff(center, Role.VIEWER))

    page = client.get("/office/closed-days")
    assert "시설 점검" in words(page)
    assert "/delete" not in page.text
    assert client.get("/office/closed-days/new").status_code == 403
    assert client.post(f"/office/closed-days/{closed_id}/delete").status_code == 403
    assert client.get("/office/holidays").status_code == 200
    assert client.post(f"/office/holidays/{CHRISTMAS}/work").status_code == 403


def test_no_closed_days_are_said_in_words(staff: FlaskClient) -> None:
    assert "앞으로 정해 둔 휴관일이 없습니다." in words(staff.get("/office/closed-days"))


# Public holidays


def test_a_holiday_is_added_and_taken_back(center: Center) -> None:
    add_holiday(STAFF, PLAIN, "임시공휴일")

    assert closed_days(PLAIN, PLAIN) == {PLAIN: "임시공휴일"}
    assert refused(add_holiday, PLAIN, "또").reason is Reason.OVERRIDDEN
    undo_override(STAFF, db.session.scalars(sa.select(HolidayOverride.id)).one())
    assert closed_days(PLAIN, PLAIN) == {}


def test_a_holiday_is_worked_and_rests_again(center: Center) -> None:
    work_on_holiday(STAFF, CHRISTMAS)

    assert closed_days(CHRISTMAS, CHRISTMAS) == {}
    [line] = [one for one in queries.holiday_lines([2026]) if one.day == CHRISTMAS]
    assert line.is_worked
    assert refused(work_on_holiday, CHRISTMAS).reason is Reason.OVERRIDDEN
    undo_override(STAFF, db.session.scalars(sa.select(HolidayOverride.id)).one())
    assert CHRISTMAS in closed_days(CHRISTMAS, CHRISTMAS)
    with pytest.raises(Missing):
        undo_override(STAFF, 999)


def test_what_is_so_already_is_refused(center: Center) -> None:
    assert refused(add_holiday, CHRISTMAS, "성탄절").reason is Reason.HOLIDAY_ALREADY
    assert refused(work_on_holiday, PLAIN).reason is Reason.NO_HOLIDAY


def test_holidays_are_set_on_their_page(admin: FlaskClient, room: Room) -> None:
    day = in_days(12)
    published(room)
    add = {"day": f"{day}", "name": "임시공휴일"}
    shown = admin.post("/office/holidays/new", data=add)
    assert "이 날 수업 1번이 있습니다." in words(shown)
    meeting_id = db.session.scalars(sa.select(Meeting.id)).one()
    confirmed = admin.post("/office/holidays/new", data=add | {"seen": str(meeting_id)})
    assert confirmed.location == "/office/holidays"
    assert "더한 공휴일" in words(admin.get("/office/holidays"))
    override_id = db.session.scalars(sa.select(HolidayOverride.id)).one()
    assert admin.post(f"/office/holiday-overrides/{override_id}/delete").status_code == 303
    assert "더한 공휴일" not in words(admin.get("/office/holidays"))
    assert admin.post(f"/office/holidays/{clock.today().year + 1}-01-01/work").status_code == 303
    assert "근무하는 날" in words(admin.get("/office/holidays"))
    assert admin.post("/office/holidays/nonsense/work").status_code == 404
    assert admin.post("/office/holidays/new", data={"day": "", "name": ""}).status_code == 422


def test_staff_of_a_center_set_no_holidays(staff: FlaskClient) -> None:
    assert staff.get("/office/holidays").status_code == 200
    assert staff.get("/office/holidays/new").status_code == 403
    assert staff.post(f"/office/holidays/{CHRISTMAS}/work").status_code == 403
    assert staff.post("/office/holiday-overrides/1/delete").status_code == 403
