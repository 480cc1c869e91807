"""Where seats stand: nobody loses one by it, and no run lacks any."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from eduportal.accounts.rules import Role
from eduportal.booking import actions as booking
from eduportal.booking.actions.seating import arrange_seats
from eduportal.booking.forms.seating import written
from eduportal.booking.models import Booking
from eduportal.booking.rules import State
from eduportal.catalog import actions as catalog
from eduportal.catalog.models import Center, Room, Seat
from eduportal.catalog.queries import sites
from eduportal.catalog.rules import RunState, seats
from eduportal.catalog.rules.seats import Place, Reason, Standing
from eduportal.config import PROJECT
from eduportal.shared.db import db
from eduportal.shared.events import AccessLine, By, Event
from eduportal.shared.refusal import Missing, Refused
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.catalog.steps import class_on, draft_in, in_days, words
from tests.factories import (
    create_booking,
    create_center,
    create_course,
    create_office,
    create_person,
    create_room,
    create_run,
    create_staff,
)
from tests.race.racer import all_at_once

STAFF = By("staff")
Plan = dict[int, Place]


@pytest.fixture
def center(app: Flask) -> Center:
    create_office()
    return create_center("창업스마트교육장")


@pytest.fixture
def room(center: Center) -> Room:
    """Six seats in a row, since nobody has arranged them."""
    return create_room(center, 6, name="제1강의실")


@pytest.fixture
def staff(client: FlaskClient, center: Center) -> FlaskClient:
    sign_in_to_work(client, create_staff(center))
    return client


def plan_of(room_id: int) -> Plan:
    db.session.rollback()
    plan = sites.seat_plan(room_id)
    # The reading ends here: nobody may write after it on what has changed since.
    db.session.rollback()
    return plan


def arrange(room: Room, wanted: Plan, seen: Plan | None = None) -> None:
    arrange_seats(STAFF, room.id, wanted, seen or plan_of(room.id), None)


def refused(room: Room, wanted: Plan, seen: Plan | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        arrange(room, wanted, seen)
    return caught.value


def without(plan: Plan, *numbers: int) -> Plan:
    return {number: place for number, place in plan.items() if number not in numbers}


def with_broken(plan: Plan, *numbers: int) -> Plan:
    return plan | {number: replace(plan[number], out_of_order=True) for number in numbers}


def seat(room: Room, number: int) -> Seat:
    db.session.rollback()
    query = sa.select(Seat).where(Seat.room_id == room.id, Seat.number == number)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


# Rules


def loose(number: int) -> Standing:
    return Standing(number, None, None, None, False, False)


def test_seats_without_a_place_fill_rows_evenly() -> None:
    assert seats.shape(seats.laid_out(loose(n) for n in range(1, 29))) == (4, 7)
    assert seats.shape(seats.laid_out(loose(n) for n in range(1, 4))) == (1, 3)
    assert seats.laid_out([]) == {}


def test_a_seat_without_a_place_follows_those_that_have_one() -> None:
    placed = Standing(1, 2, 3, None, False, False)

    assert seats.laid_out([loose(2), placed])[2] == Place(2, 3, 1)


def test_an_aisle_moves_what_stands_right_of_it() -> None:
    plan = seats.with_aisle(seats.numbered(1, 3), 1)

    assert seats.grid(plan) == [[Place(1, 1, 1), None, Place(2, 1, 3), Place(3, 1, 4)]]


def test_two_who_change_different_seats_both_have_their_way() -> None:
    seen = seats.numbered(1, 3)
    plan, lost = seats.merged(seen, with_broken(seen, 1), without(seen, 3))

    assert lost == []
    assert plan == without(with_broken(seen, 1), 3)


def test_one_seat_changed_by_two_is_lost_to_neither() -> None:
    seen = seats.numbered(1, 2)

    assert seats.merged(seen, with_broken(seen, 1), without(seen, 1))[1] == ["1"]
    assert seats.merged(seen, with_broken(seen, 1), with_broken(seen, 1))[1] == []


@pytest.mark.parametrize(
    ("places", "reason"),
    [
        ([Place(1, 1, 1), Place(1, 1, 2)], Reason.NUMBER_TWICE),
        ([Place(1, 1, 1), Place(2, 1, 2, "1")], Reason.NAME_TWICE),
        ([Place(1, 1, 1), Place(2, 1, 1)], Reason.CELL_TWICE),
        ([Place(1, 16, 1)], Reason.PLAN_TOO_LARGE),
    ],
)
def test_places_that_are_no_plan(places: list[Place], reason: Reason) -> None:
    assert [found for found, _facts in seats.refusals(places)] == [reason]


# The verb


def test_a_plan_is_kept_as_wanted(room: Room) -> None:
    plan = plan_of(room.id)
    wanted = plan | {1: Place(1, 3, 3, "가1", accessible=True), 7: Place(7, 3, 4)}
    arrange(room, wanted)

    assert plan_of(room.id) == wanted
    assert db.session.get_one(Room, room.id, populate_existing=True).working_seats == 7
    event = db.session.scalars(sa.select(Event).order_by(Event.id.desc())).first()
    assert event is not None
    assert event.verb == "room.seats_arranged"
    assert [one and one["number"] for one in event.detail["new"]] == [1, 7]


def test_a_seat_that_leaves_keeps_its_row_and_comes_back(room: Room) -> None:
    plan, row_id = plan_of(room.id), seat(room, 3).id
    arrange(room, without(plan, 3))

    assert seat(room, 3).removed_at is not None
    assert 3 not in plan_of(room.id)
    arrange(room, plan)
    assert seat(room, 3).removed_at is None
    assert seat(room, 3).id == row_id


def test_nothing_changed_is_nothing_written(room: Room) -> None:
    arrange(room, plan_of(room.id))

    assert db.session.scalar(sa.select(sa.func.count(Event.id))) == 0


def test_a_run_that_would_lack_seats_is_named(room: Room) -> None:
    create_run(create_course("엑셀 기초"), room, capacity=5)
    plan = plan_of(room.id)

    error = refused(room, without(plan, 5, 6))
    assert error.reason is Reason.TOO_FEW_SEATS
    assert "엑셀 기초" in error.sentence
    arrange(room, without(plan, 6))
    assert len(plan_of(room.id)) == 5


def test_runs_that_are_over_cancelled_or_drafts_need_no_seats(room: Room) -> None:
    create_run(room=room, capacity=6, starts_in=timedelta(days=-60))
    create_run(room=room, capacity=6, state=RunState.CANCELLED, cancelled_on=in_days(-1))
    create_run(room=room, capacity=6, state=RunState.DRAFT)
    arrange(room, without(plan_of(room.id), 1, 2, 3))

    assert len(plan_of(room.id)) == 3


def test_a_run_with_one_class_in_the_room_needs_its_seats(center: Center, room: Room) -> None:
    run = create_run(create_course("빌려 쓰는 강좌"), create_room(center), capacity=6)
    run.meetings[0].room_id = room.id
    db.session.commit()

    assert "빌려 쓰는 강좌" in refused(room, without(plan_of(room.id), 6)).sentence


def test_what_is_short_already_may_still_be_mended(room: Room) -> None:
    plan = plan_of(room.id)
    arrange(room, with_broken(plan, 1, 2))
    create_run(room=room, capacity=6)

    arrange(room, with_broken(plan, 1))
    assert seats.working(plan_of(room.id)) == 5


def test_a_seat_somebody_holds_stays(room: Room) -> None:
    run = create_run(create_course("엑셀 기초"), room, capacity=3)
    create_booking(run, seat_id=seat(room, 2).id)
    plan = plan_of(room.id)

    error = refused(room, without(plan, 2, 4))
    assert error.reason is Reason.SEAT_HELD
    assert "좌석 2에" in error.sentence
    assert "엑셀 기초" in error.sentence
    assert len(plan_of(room.id)) == 6
    arrange(room, with_broken(plan, 2))
    assert plan_of(room.id)[2].out_of_order


def test_a_seat_of_somebody_who_left_may_go(room: Room) -> None:
    run = create_run(room=room, capacity=3)
    create_booking(run, seat_id=seat(room, 2).id, state=State.CANCELLED)
    arrange(room, without(plan_of(room.id), 2))

    assert 2 not in plan_of(room.id)


def test_two_arrangements_at_different_seats_are_both_kept(room: Room) -> None:
    seen = plan_of(room.id)
    arrange(room, with_broken(seen, 1), seen)
    arrange(room, without(seen, 6), seen)

    assert plan_of(room.id) == without(with_broken(seen, 1), 6)
    late = refused(room, without(seen, 1), seen)
    assert late.reason is Reason.SEAT_CHANGED_MEANWHILE
    assert "좌석 1을(를)" in late.sentence


def test_a_room_of_another_center_is_not_there(room: Room) -> None:
    with pytest.raises(Missing):
        arrange_seats(STAFF, room.id, {}, {}, frozenset({room.center_id + 1}))
    with pytest.raises(Missing):
        arrange_seats(STAFF, 999, {}, {}, None)


# At once


def told(act: Callable[[], object], done: str) -> Callable[[], str]:
    def tell() -> str:
        try:
            act()
        except Refused as error:
            return error.reason.name
        return done

    return tell


def test_of_a_publication_and_fewer_seats_at_once_one_is_refused(
    app: Flask, center: Center
) -> None:
    for n in range(5):
        room = create_room(center, 6)
        run_id = draft_in(room, class_on(in_days(12 + n)), capacity=6)
        room_id, seen = room.id, plan_of(room.id)
        fewer = without(seen, 6)

        def publish(run_id: int = run_id) -> None:
            catalog.publish_run(STAFF, run_id, None)

        def arrange_fewer(room_id: int = room_id, seen: Plan = seen, fewer: Plan = fewer) -> None:
            arrange_seats(STAFF, room_id, fewer, seen, None)

        answers = all_at_once(app, [told(publish, "published"), told(arrange_fewer, "arranged")])
        assert answers in (
            {"published": 1, "TOO_FEW_SEATS": 1},
            {"arranged": 1, "CAPACITY_ABOVE_SEATS": 1},
        )


def test_nobody_is_seated_on_a_seat_that_goes_meanwhile(app: Flask, center: Center) -> None:
    for _round in range(5):
        room = create_room(center, 6)
        run = create_run(room=room, capacity=5)
        person, run_id, room_id = create_person(), run.id, room.id
        person_id, seen = person.id, plan_of(room.id)

        def apply(run_id: int = run_id, person_id: int = person_id) -> None:
            booking.apply(By("resident", "online", None, person_id), run_id, person_id)

        def take_out(room_id: int = room_id, seen: Plan = seen) -> None:
            arrange_seats(STAFF, room_id, without(seen, 1), seen, None)

        answers = all_at_once(app, [told(apply, "applied"), told(take_out, "arranged")])
        assert answers in ({"applied": 1, "arranged": 1}, {"applied": 1, "SEAT_HELD": 1})
        db.session.rollback()
        held = db.session.scalars(
            sa.select(Seat.number)
            .join(Booking, Booking.seat_id == Seat.id)
            .where(Booking.run_id == run_id)
        ).one()
        assert held == (2 if answers["arranged"] else 1)


def test_two_who_mark_seats_at_once_both_have_their_way(app: Flask, room: Room) -> None:
    room_id, seen = room.id, plan_of(room.id)
    acts = [
        told(lambda n=n: arrange_seats(STAFF, room_id, with_broken(seen, n), seen, None), "done")  # type: ignore[misc]
        for n in (1, 2, 3)
    ]

    assert all_at_once(app, acts) == {"done": 3}
    assert plan_of(room_id) == with_broken(seen, 1, 2, 3)


# The page


def typed(plan: Plan, seen: Plan | None = None, **given: Any) -> dict[str, Any]:
    """The table as a browser sends it."""
    rows, columns = seats.shape(plan)
    values: dict[str, Any] = {"rows": rows, "columns": columns, "step": "save"}
    for place in plan.values():
        cell = f"{place.row}_{place.column}"
        values[f"number_{cell}"] = str(place.number)
        values[f"label_{cell}"] = place.label or ""
        values |= {f"accessible_{cell}": "y"} if place.accessible else {}
        values |= {f"out_of_order_{cell}": "y"} if place.out_of_order else {}
    values["seen"] = written(seen if seen is not None else plan)
    return values | given


def test_the_page_is_for_those_who_plan(
    app: Flask, client: FlaskClient, center: Center, room: Room
) -> None:
    address = f"/office/rooms/{room.id}/seats"

    assert client.get(address).status_code == 303
    sign_in(client, create_person())
    assert client.get(address).status_code == 403
    for role, status in ((Role.VIEWER, 403), (Role.DESK, 403), (Role.STAFF, 200)):
        office = app.test_client()
        sign_in_to_work(office, create_staff(center, role))
        assert office.get(address).status_code == status
    elsewhere = create_room(create_center("다른 곳"))
    assert office.get(f"/office/rooms/{elsewhere.id}/seats").status_code == 404
    assert office.post(f"/office/rooms/{elsewhere.id}/seats", data={}).status_code == 404


def test_seats_are_arranged_without_javascript(staff: FlaskClient, room: Room) -> None:
    address, seen = f"/office/rooms/{room.id}/seats", plan_of(room.id)
    wanted = with_broken(without(seen, 6), 2) | {1: replace(seen[1], label="가1", accessible=True)}
    saved = staff.post(address, data=typed(wanted, seen))

    assert saved.status_code == 303
    assert plan_of(room.id) == wanted
    page = words(staff.get(f"/office/rooms/{room.id}/plan"))
    for shown in ("가1 휠체어", "2 고장", "좌석 5개, 쓸 수 있는 좌석 4개"):
        assert shown in page


def test_rows_and_aisles_are_put_in_before_anything_is_saved(
    staff: FlaskClient, room: Room
) -> None:
    address, plan = f"/office/rooms/{room.id}/seats", plan_of(room.id)

    assert 'name="number_2_1"' not in staff.get(address).text
    rowed = staff.post(address, data=typed(plan, step="row"))
    assert 'name="number_2_1"' in rowed.text
    wide = staff.post(address, data=typed(plan, step="column"))
    columns = seats.shape(plan)[1]
    assert f'name="number_1_{columns + 1}"' in wide.text
    aisle = staff.post(address, data=typed(plan, step="aisle", aisle_after="2")).text
    assert re.search(r'name="number_1_3"[^>]*value=""', aisle)
    assert re.search(r'name="number_1_4"[^>]*value="3"', aisle)
    assert plan_of(room.id) == plan


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"number_1_1": "2"}, "좌석 번호 2이(가) 두 번 있습니다."),
        ({"number_1_1": "0"}, "좌석 번호는 1부터 999까지 숫자로 입력해 주세요."),
        ({"number_1_1": "가"}, "좌석 번호는 1부터 999까지 숫자로 입력해 주세요."),
        ({"label_1_1": "3"}, "이름표 ‘3’이(가) 두 번 있습니다."),
        ({"label_1_1": "가나다라마바사아자"}, "8자까지 쓸 수 있습니다."),
        ({"step": "row", "number_1_1": "2"}, "좌석 번호 2이(가) 두 번 있습니다."),
    ],
)
def test_a_plan_that_is_typed_wrong_says_why(
    staff: FlaskClient, room: Room, given: dict[str, str], sentence: str
) -> None:
    plan = plan_of(room.id)
    answer = staff.post(f"/office/rooms/{room.id}/seats", data=typed(plan) | given)

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert plan_of(room.id) == plan


@pytest.mark.parametrize("given", [{"seen": "{"}, {"seen": '[{"x": 1}]'}, {"rows": "99999"}])
def test_nonsense_from_a_browser_breaks_nothing(
    staff: FlaskClient, room: Room, given: dict[str, str]
) -> None:
    plan = plan_of(room.id)
    answer = staff.post(f"/office/rooms/{room.id}/seats", data=typed(plan) | given)

    assert answer.status_code in (303, 422)
    assert plan_of(room.id) == plan


def test_people_at_broken_seats_are_listed_masked_and_it_leaves_a_line(
    staff: FlaskClient, room: Room
) -> None:
    run = create_run(create_course("엑셀 기초"), room, capacity=6)
    for number in (1, 3, 4, 5, 6):
        create_booking(run, seat_id=seat(room, number).id)
    create_booking(run, create_person(name="홍길동"), seat_id=seat(room, 2).id)
    address = f"/office/rooms/{room.id}/seats"

    assert "홍*동" not in words(staff.get(address))
    arrange(room, with_broken(plan_of(room.id), 2))
    page = staff.get(address)
    assert "고장 난 좌석에 앉는 분이 1명 있습니다." in words(page)
    assert "홍*동" in words(page)
    assert "홍길동" not in page.text
    assert f"/office/runs/{run.id}/roster" in page.text
    lines = db.session.scalars(sa.select(AccessLine.what)).all()
    assert lines == [f"people at broken seats of room {room.id}"]


def test_a_roster_shows_what_stands_on_the_seat(staff: FlaskClient, room: Room) -> None:
    run = create_run(room=room, capacity=3)
    create_booking(run, seat_id=seat(room, 2).id)
    arrange(room, plan_of(room.id) | {2: replace(plan_of(room.id)[2], label="창가")})

    assert "창가" in words(staff.get(f"/office/runs/{run.id}/roster"))


def test_a_room_without_seats_says_so(staff: FlaskClient, center: Center) -> None:
    empty = create_room(center, 0)

    assert "아직 좌석이 없습니다." in words(staff.get(f"/office/rooms/{empty.id}"))
    assert "아직 좌석이 없습니다." in words(staff.get(f"/office/rooms/{empty.id}/plan"))
    wanted = {"rows": "1", "columns": "1", "number_1_1": "1", "seen": "[]", "step": "save"}
    assert staff.post(f"/office/rooms/{empty.id}/seats", data=wanted).status_code == 303
    assert plan_of(empty.id) == {1: Place(1, 1, 1)}


# With a script

SCRIPT = PROJECT / "eduportal/static/js/seat-plan.js"
AXE = PROJECT / "tests/vendor/axe.min.js"


@pytest.fixture
def board(browser: Browser, staff: FlaskClient, room: Room) -> Iterator[Page]:
    """The page as a browser draws it once the script has run."""
    page = browser.new_page()
    page.set_content(staff.get(f"/office/rooms/{room.id}/seats").text)
    page.add_script_tag(path=SCRIPT)
    yield page
    page.close()


def focused(page: Page) -> tuple[str, str]:
    told = page.evaluate(
        "[document.activeElement.ariaLabel, document.activeElement.getAttribute('aria-pressed')]"
    )
    return told[0], told[1]


def test_arrow_keys_go_from_seat_to_seat_and_space_changes_one(board: Page) -> None:
    board.check("#tool-out_of_order")
    board.locator(".seat-button").first.focus()
    board.keyboard.press("ArrowRight")
    assert focused(board) == ("1줄 2칸, 좌석 2", "false")
    board.keyboard.press("Space")
    assert focused(board) == ("1줄 2칸, 좌석 2, 고장", "true")
    assert board.is_checked("[name=out_of_order_1_2]")
    board.keyboard.press("End")
    assert focused(board)[0] == "1줄 6칸, 좌석 6"
    board.keyboard.press("ArrowRight")
    assert focused(board)[0] == "1줄 6칸, 좌석 6"
    assert board.locator(".seat-button[tabindex='0']").count() == 1


def test_a_click_takes_a_seat_out_and_gives_its_number_back(board: Page) -> None:
    third = board.locator(".seat-button").nth(2)
    third.click()
    assert board.input_value("[name=number_1_3]") == ""
    assert third.get_attribute("aria-label") == "1줄 3칸, 통로"
    third.click()
    assert board.input_value("[name=number_1_3]") == "3"
    board.fill("#seat-label", "창가")
    assert board.input_value("[name=label_1_3]") == "창가"
    assert board.locator("[data-unsaved]").is_visible()


def test_the_board_has_no_fault_that_axe_finds(board: Page) -> None:
    board.add_script_tag(path=AXE)
    found = board.evaluate(
        "axe.run('main', {rules: {'color-contrast': {enabled: false}}})"
        ".then(told => told.violations.map(one => one.id))"
    )
    assert found == []
