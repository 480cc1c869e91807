"""The pages of seats: one's own, the instructor's, the office's, and the sheet for the door."""

import html
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from eduportal.accounts.models import Account, Person
from eduportal.accounts.rules import Role
from eduportal.booking import actions
from eduportal.booking.actions.seats import move_person
from eduportal.booking.models import Booking
from eduportal.booking.seated import Reach
from eduportal.catalog.models import Center, Instructor, Room, Run, Seat
from eduportal.catalog.rules.intake import Intake, SeatChoice
from eduportal.config import PROJECT
from eduportal.shared.db import db
from eduportal.shared.events import AccessLine
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.booking.conftest import STAFF, by, fresh, seat_of
from tests.catalog.steps import words
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

AXE = PROJECT / "tests/vendor/axe.min.js"
STATIC = PROJECT / "eduportal/static"


@pytest.fixture
def center(app: Flask) -> Center:
    create_office()
    return create_center("창업스마트교육장")


@pytest.fixture
def room(center: Center) -> Room:
    """Two rows of three and a wide seat at the end of the first."""
    room = create_room(center, 6, name="제1강의실")
    for seat in db.session.scalars(sa.select(Seat).where(Seat.room_id == room.id)):
        seat.row, seat.column = (seat.number - 1) // 3 + 1, (seat.number - 1) % 3 + 1
        seat.accessible = seat.number == 3
    db.session.commit()
    return room


@pytest.fixture
def teacher(center: Center) -> Instructor:
    return create_instructor(center)


@pytest.fixture
def run(room: Room, teacher: Instructor) -> Run:
    """A run whose people choose their seats."""
    return create_run(
        create_course("엑셀 기초"),
        room,
        capacity=6,
        instructor_id=teacher.id,
        intake=Intake(seat_choice=SeatChoice.PERSON),
    )


@pytest.fixture
def hong(run: Run) -> Booking:
    """Somebody on seat 1."""
    return placed(run, create_person(name="홍길동"))


@pytest.fixture
def learner(client: FlaskClient, hong: Booking) -> FlaskClient:
    sign_in(client, db.session.get_one(Person, hong.person_id))
    return client


def placed(run: Run, person: Person) -> Booking:
    booking_id = actions.apply(by(person), run.id, person.id)
    db.session.rollback()
    return db.session.get_one(Booking, booking_id)


def seat_id(run: Run, number: int) -> int:
    db.session.rollback()
    query = sa.select(Seat.id).where(Seat.room_id == run.room_id, Seat.number == number)
    return db.session.scalars(query).one()


def office(app: Flask, center: Center, role: Role = Role.DESK) -> FlaskClient:
    """Somebody of the office, signed in."""
    client = app.test_client()
    sign_in_to_work(client, create_staff(center, role))
    return client


def teaching(app: Flask, teacher: Instructor) -> FlaskClient:
    """The instructor, signed in."""
    client = app.test_client()
    sign_in_to_work(client, db.session.get_one(Account, teacher.account_id))
    return client


def choices(page: str) -> dict[str, tuple[str, bool]]:
    """What each radio button is called, and whether it can be chosen, by its seat's id."""
    found = {}
    for label in re.findall(r"<label for=\"seat-\d+\">(.*?)</label>", page, re.DOTALL):
        button = re.search(r"<input[^>]*>", label)
        assert button
        value = re.search(r'value="(\d+)"', button[0])
        assert value
        text = re.sub(r"<span aria-hidden.*?</span>\s*</span>", "", label, flags=re.DOTALL)
        said = " ".join(re.sub(r"<[^>]*>", " ", text).split())
        found[value[1]] = html.unescape(said), "disabled" not in button[0]
    return found


# One's own seat


def test_the_plan_says_each_seat_in_words_and_no_names(
    run: Run, hong: Booking, learner: FlaskClient
) -> None:
    placed(run, create_person(name="김영희"))
    page = learner.get(f"/my/bookings/{hong.id}/seat")
    said = choices(page.text)

    assert "전자칠판" in words(page)
    assert said[str(seat_id(run, 1))] == ("1줄 1칸, 1번, 내 자리", True)
    assert said[str(seat_id(run, 2))] == ("1줄 2칸, 2번, 찼음", False)
    assert said[str(seat_id(run, 3))] == ("1줄 3칸, 3번, 휠체어 남겨 둠", False)
    assert said[str(seat_id(run, 4))] == ("2줄 1칸, 4번, 비었음", True)
    assert "김" not in words(page).replace("김담당", "")


def test_a_seat_is_chosen_and_shown(run: Run, hong: Booking, learner: FlaskClient) -> None:
    address = f"/my/bookings/{hong.id}/seat"
    answer = learner.post(address, data={"seat": seat_id(run, 5)})

    assert answer.status_code == 303
    assert "지금 자리는 5번입니다." in words(learner.get(address))
    assert address in learner.get(f"/my/bookings/{hong.id}").text


def test_whoever_comes_too_late_sees_a_sentence_and_the_plan_anew(
    run: Run, hong: Booking, learner: FlaskClient
) -> None:
    other = placed(run, create_person())
    move_person(STAFF, run.id, other.id, seat_id(run, 5), None, Reach())
    answer = learner.post(f"/my/bookings/{hong.id}/seat", data={"seat": seat_id(run, 5)})

    assert answer.status_code == 422
    assert "그사이 다른 분이 5번 자리를 골랐습니다." in words(answer)
    assert choices(answer.text)[str(seat_id(run, 5))] == ("2줄 2칸, 5번, 찼음", False)


@pytest.mark.parametrize("sent", [{}, {"seat": ""}, {"seat": "x"}, {"seat": "999999"}])
def test_nonsense_moves_nobody(
    run: Run, hong: Booking, learner: FlaskClient, sent: dict[str, str]
) -> None:
    assert learner.post(f"/my/bookings/{hong.id}/seat", data=sent).status_code in (303, 422)
    assert seat_of(fresh(hong)) == 1


def test_where_seats_are_given_the_plan_is_for_reading(client: FlaskClient, room: Room) -> None:
    person = create_person()
    run = create_run(room=room, capacity=6)
    booking = placed(run, person)
    sign_in(client, person)
    page = client.get(f"/my/bookings/{booking.id}/seat")

    assert "자리를 교육장에서 정해 드립니다" in words(page)
    assert "내 자리" in words(page)
    assert 'type="radio"' not in page.text
    answer = client.post(f"/my/bookings/{booking.id}/seat", data={"seat": seat_id(run, 5)})
    assert answer.status_code == 422


def test_where_every_seat_is_taken_nothing_is_asked(
    run: Run, hong: Booking, learner: FlaskClient
) -> None:
    for _n in range(5):
        placed(run, create_person())
    page = learner.get(f"/my/bookings/{hong.id}/seat")

    assert "지금은 고를 수 있는 빈자리가 없습니다." in words(page)
    assert 'type="radio"' not in page.text


def test_a_wide_seat_is_asked_for_when_applying_and_later(
    client: FlaskClient, run: Run, hong: Booking
) -> None:
    person = create_person()
    sign_in(client, person)
    assert "휠체어나 넓은 자리가 필요합니다" in words(client.get(f"/runs/{run.id}/apply"))
    client.post(f"/runs/{run.id}/apply", data={"needs_accessible": "y"})
    booking = db.session.scalars(sa.select(Booking).where(Booking.person_id == person.id)).one()

    assert booking.needs_accessible
    assert seat_of(booking) == 3
    client.post(f"/my/bookings/{booking.id}/wide-seat")
    assert not fresh(booking).needs_accessible
    client.post(f"/my/bookings/{booking.id}/wide-seat", data={"needs": "y"})
    assert fresh(booking).needs_accessible


def test_a_room_without_wide_seats_promises_none(client: FlaskClient, center: Center) -> None:
    run = create_run(room=create_room(center, 3))
    sign_in(client, create_person())

    assert "넓은 자리" not in words(client.get(f"/runs/{run.id}/apply"))


# Instructors and staff


def test_the_plan_with_names_leaves_a_line(
    app: Flask, center: Center, run: Run, hong: Booking, teacher: Instructor
) -> None:
    assert "홍길동" in words(office(app, center).get(f"/office/runs/{run.id}/seats"))
    assert "홍길동" in words(teaching(app, teacher).get(f"/teach/runs/{run.id}/seats"))
    lines = db.session.scalars(sa.select(AccessLine.what)).all()
    assert lines == [f"seats of run {run.id}"] * 2


def test_who_finds_the_plan(
    app: Flask, client: FlaskClient, center: Center, run: Run, hong: Booking
) -> None:
    elsewhere = create_center("다른 곳")
    for path in (f"/office/runs/{run.id}/seats", f"/office/runs/{run.id}/seats/print"):
        assert office(app, center, Role.VIEWER).get(path).status_code == 403
        assert office(app, elsewhere).get(path).status_code == 404
    other = teaching(app, create_instructor(center))
    for path in ("", "/print"):
        assert other.get(f"/teach/runs/{run.id}/seats{path}").status_code == 404
    moved = {"person": hong.id, "seat": f"{seat_id(run, 4)}:"}
    assert other.post(f"/teach/runs/{run.id}/seats", data=moved).status_code == 404
    assert other.post(
        f"/teach/runs/{run.id}/seats/wide", data={"booking": hong.id}
    ).status_code == (404)
    sign_in(client, create_person())
    assert client.get(f"/my/bookings/{hong.id}/seat").status_code == 404
    assert seat_of(fresh(hong)) == 1


def test_an_instructor_moves_somebody_and_takes_it_back(
    app: Flask, run: Run, hong: Booking, teacher: Instructor
) -> None:
    client, address = teaching(app, teacher), f"/teach/runs/{run.id}/seats"
    moved = client.post(address, data={"person": hong.id, "seat": f"{seat_id(run, 4)}:"})

    assert moved.status_code == 303
    assert seat_of(fresh(hong)) == 4
    page = client.get(address)
    assert "마지막으로 홍길동 님을 1번에서 4번 자리로 옮겼습니다." in words(page)
    undo = re.search(rf"{address}/moves/\d+/undo", page.text)
    assert undo
    assert client.post(undo[0]).status_code == 303
    assert seat_of(fresh(hong)) == 1
    assert "끝나지 않은 강좌" in words(client.get("/teach/runs"))
    assert address in client.get("/teach/runs").text


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "옮길 분을 골라 주세요."),
        ({"person": "1", "seat": "nonsense"}, "옮길 자리를 골라 주세요."),
    ],
)
def test_what_is_not_chosen_is_asked_for(
    app: Flask, run: Run, hong: Booking, teacher: Instructor, sent: dict[str, str], sentence: str
) -> None:
    answer = teaching(app, teacher).post(f"/teach/runs/{run.id}/seats", data=sent)

    assert answer.status_code == 422
    assert sentence in words(answer)


def test_two_people_swap_on_the_page(app: Flask, center: Center, run: Run, hong: Booking) -> None:
    other = placed(run, create_person())
    client, address = office(app, center), f"/office/runs/{run.id}/seats"
    value = f"{seat_id(run, 2)}:{other.id}"
    assert f'value="{value}"' in client.get(address).text
    client.post(address, data={"person": hong.id, "seat": value})

    assert (seat_of(fresh(hong)), seat_of(fresh(other))) == (2, 1)
    late = client.post(address, data={"person": hong.id, "seat": f"{seat_id(run, 1)}:"})
    assert "그사이 다른 사람이 자리를 바꾸었습니다." in words(late)


def test_staff_release_wide_seats_and_note_who_needs_one(
    app: Flask, center: Center, run: Run, hong: Booking
) -> None:
    client, address = office(app, center), f"/office/runs/{run.id}/seats"
    client.post(f"{address}/wide", data={"booking": hong.id, "needs": "y"})
    assert seat_of(fresh(hong)) == 3
    assert "홍길동 님: 넓은 자리 필요" in words(client.get(address))
    client.post(f"{address}/release")
    assert fresh(run).seats_released_at is not None
    assert "휠체어 좌석에도 누구나 앉을 수 있습니다." in words(client.get(address))


# For the door


def test_the_sheet_for_the_door_masks_names_and_the_one_for_the_desk_does_not(
    app: Flask, center: Center, run: Run, hong: Booking
) -> None:
    client, address = office(app, center), f"/office/runs/{run.id}/seats/print"
    door = client.get(address)

    assert "홍*동" in words(door)
    assert "홍길동" not in door.text
    for shown in ("엑셀 기초", "창업스마트교육장 제1강의실", "전자칠판"):
        assert shown in words(door)
    assert db.session.scalars(sa.select(AccessLine.what)).all() == []
    assert "홍길동" in words(client.get(f"{address}?names=full"))
    assert db.session.scalars(sa.select(AccessLine.what)).all() == [f"seats of run {run.id}"]


def test_a_run_without_a_room_or_people_has_pages_too(app: Flask, center: Center) -> None:
    run = create_run(room=create_room(center, 0), capacity=1)
    create_booking(run)
    client = office(app, center)

    assert "아직 좌석이 없습니다." in words(client.get(f"/office/runs/{run.id}/seats"))
    assert "아직 좌석이 없습니다." in words(client.get(f"/office/runs/{run.id}/seats/print"))


# In a browser


def drawn(browser: Browser, page: str, script: str) -> Page:
    """The page with its own script, as a browser draws it."""
    opened = browser.new_page()
    opened.set_content(page)
    opened.add_script_tag(path=STATIC / "js" / script)
    return opened


@pytest.fixture
def choosing(browser: Browser, run: Run, hong: Booking, learner: FlaskClient) -> Iterator[Page]:
    """One's own plan; seat 2 is taken, seat 3 is kept."""
    placed(run, create_person())
    page = drawn(browser, learner.get(f"/my/bookings/{hong.id}/seat").text, "seat-choice.js")
    yield page
    page.close()


def test_arrow_keys_go_over_the_plan_past_what_is_taken(choosing: Page, run: Run) -> None:
    choosing.locator("input[type=radio]:checked").focus()
    for key, number in (("ArrowDown", 4), ("ArrowRight", 5), ("ArrowUp", 1), ("ArrowLeft", 1)):
        choosing.keyboard.press(key)
        checked = choosing.locator("input[type=radio]:checked")
        assert checked.input_value() == str(seat_id(run, number))
        assert choosing.evaluate("document.activeElement.checked")


def test_axe_finds_nothing_on_the_plans(
    choosing: Page, browser: Browser, app: Flask, center: Center, run: Run
) -> None:
    client = office(app, center)
    moving = drawn(browser, client.get(f"/office/runs/{run.id}/seats").text, "seat-moves.js")
    door = drawn(browser, client.get(f"/office/runs/{run.id}/seats/print").text, "seat-moves.js")
    for page in (choosing, moving, door):
        page.add_script_tag(path=AXE)
        found = page.evaluate(
            "axe.run('main', {rules: {'color-contrast': {enabled: false}}})"
            ".then(told => told.violations.map(one => one.id))"
        )
        assert found == []
    moving.close()
    door.close()


def test_a_name_that_is_dropped_on_a_seat_fills_in_the_form(
    browser: Browser, app: Flask, center: Center, run: Run, hong: Booking
) -> None:
    page = drawn(
        browser, office(app, center).get(f"/office/runs/{run.id}/seats").text, "seat-moves.js"
    )
    page.evaluate(
        "document.querySelector('[data-seat-moves]').requestSubmit = () => { window.sent = true }"
    )
    page.locator("[data-person]").first.drag_to(page.locator(".seat-free").last)

    assert page.evaluate("window.sent")
    assert page.input_value("[name=person]") == str(hong.id)
    assert page.input_value("[name=seat]") == f"{seat_id(run, 6)}:"
    page.close()
