"""Centers with dated names and hours, rooms, and what rooms are used for besides classes."""

import json
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts.rules import Role
from eduportal.catalog import actions
from eduportal.catalog.actions.blocks import BlockFacts, add_blocks, remove_block
from eduportal.catalog.actions.centers import (
    Named,
    add_center,
    correct_center_name,
    edit_center,
    rename_center,
    set_opening_hours,
    withdraw_center_name,
)
from eduportal.catalog.actions.rooms import (
    RoomFacts,
    add_room,
    close_room,
    delete_room,
    edit_room,
    reopen_room,
)
from eduportal.catalog.models import Center, CenterName, OpeningHours, Room, RoomBlock, Run, Seat
from eduportal.catalog.queries import sites as queries
from eduportal.catalog.rules import BlockKind, RunState, Span
from eduportal.catalog.rules import places as rules
from eduportal.catalog.rules.places import BlockPattern, DaySpan, Reason, Repeat
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from eduportal.shared.refusal import Missing, Refused
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.catalog.steps import (
    STAFF,
    class_on,
    draft_in,
    in_days,
    last_event,
    only,
    plan_in,
    read,
    words,
)
from tests.factories import (
    create_center,
    create_course,
    create_office,
    create_person,
    create_room,
    create_run,
    create_staff,
)
from tests.race.racer import all_at_once

LONG = "가나다라마바사아자차" * 8
EXAM = BlockFacts(BlockKind.EXAM, "자격시험")
NINE_TO_SIX = (time(9), time(18))


@pytest.fixture
def center(app: Flask) -> Center:
    create_office()
    return create_center("창업스마트교육장")


@pytest.fixture
def room(center: Center) -> Room:
    return create_room(center, 28, name="제1강의실")


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


def names_of(center: Center) -> list[tuple[str, date, date | None]]:
    db.session.rollback()
    rows = db.session.scalars(
        sa.select(CenterName)
        .where(CenterName.center_id == center.id)
        .order_by(CenterName.valid_from)
        .execution_options(populate_existing=True)
    )
    return [(row.name, row.valid_from, row.valid_until) for row in rows]


def room_now(room_id: int) -> Room:
    db.session.rollback()
    return db.session.get_one(Room, room_id, populate_existing=True)


# Rules


def test_what_one_left_alone_stays_as_another_made_it() -> None:
    seen, wanted = {"a": "1", "b": "2"}, {"a": "9", "b": "2"}

    assert rules.merged(seen, wanted, {"a": "1", "b": "7"}) == ({"a": "9"}, [])
    assert rules.merged(seen, wanted, {"a": "3", "b": "2"}) == ({"a": "9"}, ["a"])
    assert rules.merged(seen, wanted, {"a": "9", "b": "2"}) == ({}, [])


def test_a_line_break_of_another_browser_is_no_change() -> None:
    assert rules.merged({"a": "1\n2"}, {"a": "1\r\n2"}, {"a": "1\n2"}) == ({}, [])


def test_names_are_the_same_only_on_a_common_day() -> None:
    old = DaySpan("정보문화센터", date(1999, 1, 1), date(2019, 4, 30))

    assert rules.same_name(DaySpan("정보 문화센터", date(2019, 4, 30)), [old]) is old
    assert rules.same_name(DaySpan("정보문화센터", date(2019, 5, 1)), [old]) is None


def test_a_center_is_open_within_its_hours_of_one_day() -> None:
    monday = dates.seoul(dates.at(date(2026, 12, 7), time(9)))
    week = {0: NINE_TO_SIX}

    assert rules.is_open(week, monday, monday + timedelta(hours=9))
    assert not rules.is_open(week, monday, monday + timedelta(hours=10))
    assert not rules.is_open(week, monday + timedelta(days=1), monday + timedelta(days=1, hours=1))
    assert not rules.is_open(week, monday, monday + timedelta(days=1))
    assert rules.is_open({}, monday, monday + timedelta(days=1))


def pattern(**given: Any) -> BlockPattern:
    fields: dict[str, Any] = {
        "first": date(2026, 12, 1),
        "last": date(2026, 12, 15),
        "starts": time(10),
        "ends": time(12),
    }
    return BlockPattern(**fields | given)


def test_a_block_goes_through_or_comes_daily_or_weekly() -> None:
    assert len(rules.stretches(pattern())) == 1
    assert len(rules.stretches(pattern(repeat=Repeat.DAILY))) == 15
    weekly = rules.stretches(pattern(repeat=Repeat.WEEKLY, weekdays={1}))
    assert [start.day for start, _end in weekly] == [1, 8, 15]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"last": date(2026, 11, 30)}, Reason.DAYS_BACKWARDS),
        ({"last": date(2026, 12, 1), "ends": time(10)}, Reason.BLOCK_BACKWARDS),
        ({"repeat": Repeat.DAILY, "ends": time(9)}, Reason.BLOCK_BACKWARDS),
        ({"repeat": Repeat.DAILY, "last": date(2027, 12, 1)}, Reason.BLOCK_TOO_MANY),
        (
            {"repeat": Repeat.WEEKLY, "weekdays": {0}, "last": date(2026, 12, 3)},
            Reason.BLOCK_EMPTY,
        ),
    ],
)
def test_a_block_that_cannot_be(given: dict[str, Any], reason: Reason) -> None:
    refusal = rules.block_refusal(pattern(**given))

    assert refusal is not None
    assert refusal[0] is reason


# Names


def test_a_center_is_added_after_the_others(center: Center) -> None:
    new = add_center(STAFF, Named("디지털배움터", "문래동", date(2026, 1, 1)), "0212345678", None)

    assert [site.today.name for site in queries.sites(None, clock.today())] == [
        "창업스마트교육장",
        "디지털배움터",
    ]
    assert last_event().verb == "center.added"
    assert db.session.get_one(Center, new).phone == "0212345678"


def test_a_new_name_ends_the_old_one_the_day_before(center: Center) -> None:
    run_id = create_run(room=create_room(center)).id
    rename_center(STAFF, center.id, Named("미래교육장", "문래동 3층", in_days(30)))

    assert names_of(center) == [
        ("창업스마트교육장", date(1999, 1, 1), in_days(29)),
        ("미래교육장", in_days(30), None),
    ]
    site = queries.site(center.id, None, clock.today())
    assert site is not None
    assert site.today.name == "창업스마트교육장"
    later = queries.site(center.id, None, in_days(30))
    assert later is not None
    assert later.today.name == "미래교육장"
    assert "미래교육장" in read(run_id).search_text
    assert read(run_id).center_id == center.id


def test_a_name_from_a_day_that_has_one_is_refused(center: Center) -> None:
    for day in (date(1999, 1, 1), date(1998, 1, 1)):
        assert refused(rename_center, center.id, Named("새 이름", None, day)).reason is (
            Reason.NAME_DAY_TAKEN
        )
    assert len(names_of(center)) == 1


def test_two_centers_never_go_by_one_name_at_once(center: Center) -> None:
    other = create_center("정보문화센터")
    taken = Named("창업 스마트교육장", None, in_days(5))

    assert refused(rename_center, other.id, taken).reason is Reason.NAME_USED
    assert refused(add_center, taken, None, None).reason is Reason.NAME_USED
    rename_center(STAFF, center.id, Named("미래교육장", None, in_days(5)))
    rename_center(STAFF, other.id, taken)
    assert len(names_of(other)) == 2


def test_a_typo_is_mended_where_it_stands(center: Center) -> None:
    run_id = create_run(room=create_room(center)).id
    name_id = db.session.scalars(sa.select(CenterName.id)).one()
    seen = {"name": "창업스마트교육장", "place": "대림1동"}
    correct_center_name(STAFF, name_id, "창업스마트배움터", "대림1동", seen)

    assert names_of(center) == [("창업스마트배움터", date(1999, 1, 1), None)]
    assert "창업스마트배움터" in read(run_id).search_text


def test_a_typo_mended_twice_otherwise_is_refused(center: Center) -> None:
    name_id = db.session.scalars(sa.select(CenterName.id)).one()
    seen = {"name": "창업스마트교육장", "place": "대림1동"}
    correct_center_name(STAFF, name_id, "가", "대림1동", seen)

    error = refused(correct_center_name, name_id, "나", "대림1동", seen)
    assert error.reason is Reason.CHANGED_MEANWHILE
    assert "이름" in error.sentence
    correct_center_name(STAFF, name_id, "창업스마트교육장", "문래동", seen)
    assert names_of(center)[0][0] == "가"


def test_only_a_name_to_come_is_taken_back(center: Center) -> None:
    rename_center(STAFF, center.id, Named("미래교육장", None, in_days(30)))
    first, second = db.session.scalars(sa.select(CenterName.id).order_by(CenterName.id)).all()

    assert refused(withdraw_center_name, first).reason is Reason.NAME_BEGUN
    withdraw_center_name(STAFF, second)
    assert names_of(center) == [("창업스마트교육장", date(1999, 1, 1), None)]
    with pytest.raises(Missing):
        withdraw_center_name(STAFF, second)


def test_of_two_centers_that_take_one_name_at_once_one_is_refused(
    app: Flask, center: Center
) -> None:
    def add() -> str:
        try:
            add_center(STAFF, Named("디지털배움터", None, date(2026, 1, 1)), None, None)
        except Refused as error:
            return error.reason.name
        return "added"

    assert all_at_once(app, [add, add]) == {"added": 1, "NAME_USED": 1}


def test_phone_and_summary_changed_by_two_are_both_kept(center: Center) -> None:
    seen = {"phone": "0220000001", "summary": "", "position": "0"}
    edit_center(STAFF, center.id, {"phone": "0211112222", "summary": None}, seen, None)
    edit_center(STAFF, center.id, {"phone": "0220000001", "summary": "새 소개"}, seen, None)

    db.session.rollback()
    db.session.refresh(center)
    assert (center.phone, center.summary) == ("0211112222", "새 소개")


# Hours


def week(**given: Any) -> dict[int, Any]:
    days: dict[int, Any] = dict.fromkeys(range(7), (None, None))
    return days | {int(day[1:]): hours for day, hours in given.items()}


def test_hours_are_kept_for_the_days_that_have_them(center: Center) -> None:
    set_opening_hours(STAFF, center.id, week(d0=NINE_TO_SIX, d5=(time(9), time(13))), {}, None)

    assert queries.opening_week(center.id) == {0: NINE_TO_SIX, 5: (time(9), time(13))}
    seen = {str(day): "" for day in range(7)} | {"0": "09:00~18:00", "5": "09:00~13:00"}
    set_opening_hours(STAFF, center.id, week(), seen, None)
    assert queries.opening_week(center.id) == {}


def test_hours_that_contradict_themselves_are_refused(center: Center) -> None:
    backwards = refused(set_opening_hours, center.id, week(d2=(time(18), time(9))), {}, None)
    half = refused(set_opening_hours, center.id, week(d2=(time(9), None)), {}, None)

    assert backwards.reason is Reason.HOURS_BACKWARDS
    assert "수요일" in backwards.sentence
    assert half.reason is Reason.HOURS_INCOMPLETE


def test_two_who_set_different_days_lose_nothing(center: Center) -> None:
    seen = {str(day): "" for day in range(7)}
    set_opening_hours(STAFF, center.id, week(d0=NINE_TO_SIX), seen, None)
    set_opening_hours(STAFF, center.id, week(d1=NINE_TO_SIX), seen, None)

    assert queries.opening_week(center.id) == {0: NINE_TO_SIX, 1: NINE_TO_SIX}
    late = refused(set_opening_hours, center.id, week(d0=(time(8), time(9))), seen, None)
    assert late.reason is Reason.CHANGED_MEANWHILE


def test_classes_outside_the_hours_are_listed_not_moved(staff: FlaskClient, room: Room) -> None:
    run_id = draft_in(room, class_on(in_days(12), 19, 21), course=create_course("저녁 강좌"))
    actions.publish_run(STAFF, run_id, None)
    typed = {f"opens_{day}": "09:00" for day in range(7)}
    typed |= {f"closes_{day}": "18:00" for day in range(7)}
    answer = staff.post(f"/office/centers/{room.center_id}/hours", data=typed)

    assert answer.status_code == 303
    page = words(staff.get(answer.location))
    assert "여는 시간 밖에 있는 수업이 1번 있습니다." in page
    assert "저녁 강좌" in page
    assert read(run_id).meeting_count == 1


# Rooms


def test_a_room_gets_seats_numbered_from_the_boards_left(center: Center) -> None:
    facts = RoomFacts("제3강의실", date(2026, 1, 1), "전자칠판", None)
    room_id = add_room(STAFF, center.id, facts, 2, 3, None)

    plan = queries.seat_plan(room_id)
    assert [(n, place.row, place.column) for n, place in plan.items()] == [
        (1, 1, 1),
        (2, 1, 2),
        (3, 1, 3),
        (4, 2, 1),
        (5, 2, 2),
        (6, 2, 3),
    ]
    assert room_now(room_id).working_seats == 6


def test_rooms_of_one_name_stand_at_different_times_only(center: Center, room: Room) -> None:
    facts = RoomFacts(room.name, date(2026, 1, 1))

    assert refused(add_room, center.id, facts, 1, 1, None).reason is Reason.ROOM_NAME_TAKEN
    close_room(STAFF, room.id, date(2025, 12, 31), None)
    add_room(STAFF, center.id, facts, 1, 1, None)
    assert refused(reopen_room, room.id, None).reason is Reason.ROOM_NAME_TAKEN


def test_a_later_last_day_does_not_reach_into_the_next_room_of_the_name(
    center: Center, room: Room
) -> None:
    close_room(STAFF, room.id, date(2025, 12, 31), None)
    add_room(STAFF, center.id, RoomFacts(room.name, date(2026, 1, 1)), 1, 1, None)

    late = refused(close_room, room.id, date(2026, 1, 1), None)
    assert late.reason is Reason.ROOM_NAME_TAKEN
    assert room_now(room.id).closed_on == date(2025, 12, 31)


def test_what_two_change_of_a_room_is_kept(room: Room) -> None:
    seen = {"name": room.name, "opened_on": "1999-01-01", "equipment": "", "note": ""}
    edit_room(STAFF, room.id, RoomFacts(room.name, room.opened_on, "전자칠판"), seen, None)
    edit_room(STAFF, room.id, RoomFacts("큰 강의실", date(1999, 1, 1)), seen, None)

    kept = room_now(room.id)
    assert (kept.name, kept.equipment) == ("큰 강의실", "전자칠판")


def test_a_room_is_not_closed_before_its_last_class(room: Room) -> None:
    run_id = draft_in(room, class_on(in_days(12)), course=create_course("늦은 강좌"))
    close_room(STAFF, room.id, in_days(11), None)
    reopen_room(STAFF, room.id, None)
    actions.publish_run(STAFF, run_id, None)

    error = refused(close_room, room.id, in_days(11), None)
    assert error.reason is Reason.ROOM_NEEDED_LATER
    assert "늦은 강좌" in error.sentence
    close_room(STAFF, room.id, in_days(12), None)
    assert room_now(room.id).closed_on == in_days(12)


def test_a_room_does_not_open_after_a_class_to_come(room: Room) -> None:
    create_run(room=room)
    error = refused(edit_room, room.id, RoomFacts(room.name, in_days(40)), {}, None)

    assert error.reason is Reason.ROOM_NEEDED_EARLIER
    assert room_now(room.id).opened_on == date(1999, 1, 1)


def test_a_closed_room_takes_no_class(room: Room) -> None:
    close_room(STAFF, room.id, in_days(5), None)

    with pytest.raises(Refused):
        draft_in(room, class_on(in_days(12)))


def test_only_an_unused_room_is_deleted(center: Center, room: Room) -> None:
    unused, blocked = create_room(center), create_room(center)
    draft_in(room)
    add_blocks(STAFF, blocked.id, [class_on(in_days(3))], EXAM, None)

    for used in (room, blocked):
        assert refused(delete_room, used.id, None).reason is Reason.ROOM_USED
    gone = unused.id
    delete_room(STAFF, gone, None)
    assert db.session.get(Room, gone) is None
    assert db.session.scalar(sa.select(sa.func.count()).where(Seat.room_id == gone)) == 0


def test_a_room_deleted_while_a_run_is_planned_in_it_breaks_nothing(
    app: Flask, center: Center
) -> None:
    for room in [create_room(center) for _round in range(5)]:
        course_id, room_id, plan = create_course().id, room.id, plan_in(room)

        def plan_run(course_id: int = course_id, plan: Any = plan) -> str:
            try:
                actions.create_run(STAFF, course_id, plan, None)
            except Refused as error:
                return error.reason.name
            return "planned"

        def delete(room_id: int = room_id) -> str:
            try:
                delete_room(STAFF, room_id, None)
            except Refused as error:
                return error.reason.name
            return "deleted"

        told = all_at_once(app, [plan_run, delete])
        assert told in ({"planned": 1, "ROOM_USED": 1}, {"ROOM_ELSEWHERE": 1, "deleted": 1})


def test_what_is_not_theirs_is_not_there(center: Center, room: Room) -> None:
    theirs = only(create_center("다른 곳"))

    for act in (
        lambda: edit_center(STAFF, center.id, {"summary": "x"}, {}, theirs),
        lambda: set_opening_hours(STAFF, center.id, week(), {}, theirs),
        lambda: add_room(STAFF, center.id, RoomFacts("x", date(2026, 1, 1)), 1, 1, theirs),
        lambda: edit_room(STAFF, room.id, RoomFacts("x", date(2026, 1, 1)), {}, theirs),
        lambda: close_room(STAFF, room.id, in_days(1), theirs),
        lambda: reopen_room(STAFF, room.id, theirs),
        lambda: delete_room(STAFF, room.id, theirs),
        lambda: add_blocks(STAFF, room.id, [class_on(in_days(1))], EXAM, theirs),
    ):
        with pytest.raises(Missing):
            act()


# Blocks


def test_a_block_keeps_classes_out_until_it_is_removed(room: Room) -> None:
    [block_id] = add_blocks(STAFF, room.id, [class_on(in_days(12))], EXAM, None)

    with pytest.raises(Refused) as error:
        draft_in(room, class_on(in_days(12), 11, 13))
    assert "자격시험" in error.value.sentence
    with pytest.raises(Missing):
        remove_block(STAFF, block_id, only(create_center("다른 곳")))
    assert remove_block(STAFF, block_id, None) == room.id
    draft_in(room, class_on(in_days(12), 11, 13))


def test_a_block_over_a_class_or_a_block_is_refused_whole(room: Room) -> None:
    draft_in(room, class_on(in_days(12)), course=create_course("엑셀 기초"))
    add_blocks(STAFF, room.id, [class_on(in_days(13))], EXAM, None)
    free = class_on(in_days(14))

    over_class = refused(add_blocks, room.id, [free, class_on(in_days(12), 11, 13)], EXAM, None)
    assert "엑셀 기초" in over_class.sentence
    over_block = refused(add_blocks, room.id, [free, class_on(in_days(13), 9, 11)], EXAM, None)
    assert "자격시험" in over_block.sentence
    itself = refused(add_blocks, room.id, [free, class_on(in_days(14), 11, 13)], EXAM, None)
    assert itself.reason is Reason.BLOCK_OVERLAPS_ITSELF
    assert db.session.scalar(sa.select(sa.func.count(RoomBlock.id))) == 1


def test_a_block_stands_on_closed_days_yet_not_outside_the_rooms_time(room: Room) -> None:
    db.session.add(
        OpeningHours(center_id=room.center_id, weekday=0, opens=time(9), closes=time(10))
    )
    db.session.commit()
    add_blocks(STAFF, room.id, [class_on(in_days(3), 20, 22)], EXAM, None)
    close_room(STAFF, room.id, in_days(5), None)

    error = refused(add_blocks, room.id, [class_on(in_days(6))], EXAM, None)
    assert error.reason is Reason.BLOCK_OUTSIDE


def blocking(room_id: int, span: Span) -> Callable[[], str]:
    def act() -> str:
        try:
            add_blocks(STAFF, room_id, [span], EXAM, None)
        except Refused as error:
            return error.reason.name
        return "saved"

    return act


def test_of_two_blocks_at_once_one_is_refused(app: Flask, room: Room) -> None:
    for n in range(5):
        day = in_days(12 + n)
        acts = [blocking(room.id, class_on(day)), blocking(room.id, class_on(day, 11, 13))]
        assert all_at_once(app, acts) == {"saved": 1, "ROOM_BLOCKED": 1}


def test_of_a_block_and_a_class_at_once_one_is_refused(app: Flask, room: Room) -> None:
    for n in range(5):
        day, run_id = in_days(12 + n), draft_in(room)

        def hold(run_id: int = run_id, day: date = day) -> str:
            try:
                actions.set_meetings(STAFF, run_id, [class_on(day, 11, 13)], None)
            except Refused as error:
                return error.reason.name
            return "held"

        told = all_at_once(app, [blocking(room.id, class_on(day)), hold])
        assert told in ({"saved": 1, "ROOM_BLOCKED": 1}, {"held": 1, "ROOM_TAKEN": 1})


# Pages


def test_pages_are_for_the_office_and_changes_for_those_who_plan(
    app: Flask, client: FlaskClient, center: Center, room: Room
) -> None:
    name_id = db.session.scalars(sa.select(CenterName.id)).one()
    reading = [
        "/office/centers",
        f"/office/centers/{center.id}",
        f"/office/rooms/{room.id}",
        f"/office/rooms/{room.id}/plan",
        f"/office/rooms/{room.id}/blocks",
    ]
    planning = [
        f"/office/centers/{center.id}/edit",
        f"/office/centers/{center.id}/hours",
        f"/office/centers/{center.id}/rooms/new",
        f"/office/rooms/{room.id}/edit",
        f"/office/rooms/{room.id}/close",
        f"/office/rooms/{room.id}/blocks/new",
    ]
    deciding = [
        "/office/centers/new",
        f"/office/centers/{center.id}/names/new",
        f"/office/center-names/{name_id}/correct",
    ]

    def answers(client: FlaskClient, addresses: list[str]) -> set[int]:
        return {client.get(address).status_code for address in addresses}

    assert answers(client, reading + planning + deciding) == {303}
    sign_in(client, create_person())
    assert answers(client, reading + planning + deciding) == {403}
    for role, allowed, denied in (
        (Role.VIEWER, reading, planning + deciding),
        (Role.STAFF, reading + planning, deciding),
    ):
        office = app.test_client()
        sign_in_to_work(office, create_staff(center, role))
        assert answers(office, allowed) == {200}
        assert answers(office, denied) == {403}
    chief = app.test_client()
    sign_in_to_work(chief, create_staff())
    assert answers(chief, reading + planning + deciding) == {200}


def test_another_centers_pages_are_not_there(staff: FlaskClient) -> None:
    elsewhere = create_room(create_center("다른 곳"))
    [block_id] = add_blocks(STAFF, elsewhere.id, [class_on(in_days(3))], EXAM, None)
    there, where = f"/office/rooms/{elsewhere.id}", f"/office/centers/{elsewhere.center_id}"

    for address in (where, f"{where}/edit", f"{where}/hours", f"{where}/rooms/new"):
        assert staff.get(address).status_code == 404
    for address in (there, f"{there}/edit", f"{there}/close", f"{there}/plan", f"{there}/blocks"):
        assert staff.get(address).status_code == 404
    for address in (f"{there}/delete", f"{there}/reopen", f"/office/blocks/{block_id}/delete"):
        assert staff.post(address).status_code == 404


def test_who_reads_one_center_and_plans_another_changes_only_that(
    app: Flask, client: FlaskClient, center: Center, room: Room
) -> None:
    elsewhere = create_room(create_center("다른 곳"))
    account = create_staff(center)
    from_there = create_staff(db.session.get_one(Center, elsewhere.center_id), Role.VIEWER)
    sign_in_to_work(client, from_there)

    page = client.get(f"/office/rooms/{elsewhere.id}").text
    assert f"/office/rooms/{elsewhere.id}/edit" not in page
    planner = app.test_client()
    sign_in_to_work(planner, account)
    assert f"/office/rooms/{room.id}/edit" in planner.get(f"/office/rooms/{room.id}").text


def test_the_history_of_names_is_on_the_centers_page(admin: FlaskClient, center: Center) -> None:
    address = f"/office/centers/{center.id}"
    typed = {"name": LONG, "place": "문래동 4동 3층", "since": f"{in_days(9)}"}
    answer = admin.post(f"{address}/names/new", data=typed)

    assert answer.status_code == 303
    page = words(admin.get(address))
    for shown in ("창업스마트교육장", LONG, "바뀔 예정", dates.written_date(in_days(8))):
        assert shown in page
    name_id = db.session.scalars(sa.select(sa.func.max(CenterName.id))).one()
    assert admin.post(f"/office/center-names/{name_id}/withdraw").status_code == 303
    assert LONG not in words(admin.get(address))
    again = admin.post(f"{address}/names/new", data=typed | {"since": "1999-01-01"})
    assert again.status_code == 422
    assert "보다 뒤의 날을 넣어 주세요." in words(again)


def test_a_center_and_a_room_are_made_on_pages(admin: FlaskClient) -> None:
    typed = {"name": "디지털배움터", "place": "", "since": "2026-01-01", "phone": "02-1234-5678"}
    made = admin.post("/office/centers/new", data=typed)
    assert made.status_code == 303
    assert "아직 강의실이 없습니다." in words(admin.get(made.location))

    room_form = {"name": "제1강의실", "opened_on": "2026-01-01", "rows": "3", "columns": "7"}
    assert (
        admin.post(f"{made.location}/rooms/new", data=room_form | {"rows": "99"}).status_code == 422
    )
    room = admin.post(f"{made.location}/rooms/new", data=room_form)
    assert room.status_code == 303
    page = words(admin.get(room.location))
    assert "21개" in page
    assert "전자칠판" in page
    assert admin.post("/office/centers/new", data=typed).status_code == 422


def test_a_room_is_edited_closed_and_deleted_on_its_page(
    staff: FlaskClient, center: Center, room: Room
) -> None:
    there = f"/office/rooms/{room.id}"
    typed = {
        "name": "큰 강의실",
        "opened_on": "1999-01-01",
        "equipment": "98인치 전자칠판",
        "note": "",
    }

    assert staff.post(f"{there}/edit", data=typed).status_code == 303
    assert "98인치 전자칠판" in words(staff.get(there))
    assert staff.post(f"{there}/close", data={"last_day": ""}).status_code == 422
    assert staff.post(f"{there}/close", data={"last_day": f"{in_days(1)}"}).status_code == 303
    assert "까지 씁니다" in words(staff.get(there))
    assert staff.post(f"{there}/reopen").status_code == 303
    assert staff.post(f"{there}/delete").location == f"/office/centers/{center.id}"


def test_a_used_room_says_how_to_close_it(staff: FlaskClient, room: Room) -> None:
    draft_in(room)
    answer = staff.post(f"/office/rooms/{room.id}/delete")

    assert "‘강의실 닫기’에서" in words(staff.get(answer.location))


def test_only_the_office_orders_its_centers(staff: FlaskClient, center: Center) -> None:
    address = f"/office/centers/{center.id}/edit"

    assert 'name="position"' not in staff.get(address).text
    staff.post(address, data={"phone": "02-333-4444", "summary": "", "position": "7"})
    db.session.refresh(center)
    assert (center.phone, center.position) == ("023334444", 0)


def test_the_form_carries_what_was_seen(admin: FlaskClient, center: Center) -> None:
    page = admin.get(f"/office/centers/{center.id}/edit").text
    assert "&#34;phone&#34;: &#34;0220000001&#34;" in page

    seen = json.dumps({"phone": "0000000000", "summary": "", "position": "0"})
    typed = {"phone": "02-333-4444", "summary": "", "position": "0", "seen": seen}
    answer = admin.post(f"/office/centers/{center.id}/edit", data=typed)
    assert answer.status_code == 422
    assert "그사이 다른 담당자가 전화을(를)" in words(answer)
    for nonsense in ("[1]", "{", "7"):
        assert admin.post(
            f"/office/centers/{center.id}/edit", data=typed | {"seen": nonsense}
        ).status_code in (303, 422)


def test_blocks_are_looked_at_then_saved_and_removed(staff: FlaskClient, room: Room) -> None:
    first = date(in_days(40).year, in_days(40).month, 2)
    there = f"/office/rooms/{room.id}/blocks"
    typed = {
        "kind": "exhibition",
        "title": "수강생 작품전",
        "first": f"{first}",
        "last": f"{first + timedelta(days=14)}",
        "starts": "10:00",
        "ends": "12:00",
        "repeat": "weekly",
        "weekdays": [str(first.weekday())],
    }
    preview = staff.post(f"{there}/new", data=typed | {"step": "preview"})
    assert "강의실 예약 3번" in words(preview)
    assert db.session.scalar(sa.select(sa.func.count(RoomBlock.id))) == 0
    saved = staff.post(f"{there}/new", data=typed | {"step": "save"})
    assert saved.location == f"{there}?month={first:%Y-%m}"
    assert words(staff.get(saved.location)).count("수강생 작품전") == 3
    assert staff.post(f"{there}/new", data=typed | {"step": "save"}).status_code == 422
    block_id = db.session.scalars(sa.select(RoomBlock.id)).first()
    assert staff.post(f"/office/blocks/{block_id}/delete").status_code == 303
    assert staff.post(f"/office/blocks/{block_id}/delete").status_code == 404


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"weekdays": []}, "요일을 하나 이상 골라 주세요."),
        ({"last": "2026-11-01"}, "마지막 날은 처음 날과 같거나 그 뒤여야 합니다."),
        ({"ends": "09:00"}, "끝나는 때는 시작하는 때보다 뒤여야 합니다."),
        ({"title": LONG + "가"}, "80자까지 쓸 수 있습니다."),
    ],
)
def test_a_block_that_is_typed_wrong_says_why(
    staff: FlaskClient, room: Room, given: dict[str, Any], sentence: str
) -> None:
    typed: dict[str, Any] = {
        "kind": "other",
        "title": "대청소",
        "first": "2026-12-01",
        "last": "2026-12-20",
        "starts": "10:00",
        "ends": "12:00",
        "repeat": "weekly",
        "weekdays": ["1"],
        "step": "save",
    }
    answer = staff.post(f"/office/rooms/{room.id}/blocks/new", data=typed | given)

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert db.session.scalar(sa.select(sa.func.count(RoomBlock.id))) == 0


@pytest.mark.parametrize("month", ["", "abc", "2026-13", "0001-01", "2026-01"])
def test_any_month_in_the_address_shows_a_list(staff: FlaskClient, room: Room, month: str) -> None:
    page = staff.get(f"/office/rooms/{room.id}/blocks?month={month}")

    assert page.status_code == 200
    assert "이 달에는 예약이 없습니다." in words(page)


def test_the_rooms_page_shows_what_comes(staff: FlaskClient, room: Room) -> None:
    create_run(create_course("다가오는 강좌"), room)
    create_run(create_course("폐강된 강좌"), room, state=RunState.CANCELLED, cancelled_on=date.max)
    add_blocks(STAFF, room.id, [class_on(in_days(3))], EXAM, None)
    page = words(staff.get(f"/office/rooms/{room.id}"))

    for shown in ("다가오는 강좌", "자격시험", "좌석 배치", "적어 둔 것이 없습니다."):
        assert shown in page
    assert "폐강된 강좌" not in page
    assert db.session.scalar(sa.select(sa.func.count(Run.id))) == 2
