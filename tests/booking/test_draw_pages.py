"""The pages of a draw: what everybody sees, one's own ticket, and the office's page."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts.models import Account, Person
from eduportal.accounts.rules import Role
from eduportal.booking import drawing
from eduportal.booking.actions import draws
from eduportal.booking.actions.draw_lists import close
from eduportal.booking.models import DrawEntry
from eduportal.booking.rules import State
from eduportal.booking.rules.draw_file import read, verify
from eduportal.catalog.models import Center, Run
from eduportal.shared import clock
from eduportal.shared.db import db
from tests import factories
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.booking.conftest import STAFF, fresh, states
from tests.booking.test_draws import (
    LOTTERY,
    NUMBERS,
    after_closing,
    applied,
    apply_all,
    draw_by_secret,
    draw_of,
    drawn_run,
    entry_of,
    intake,
    lose,
)


@pytest.fixture
def center(app: Flask) -> Center:
    factories.create_office()
    return factories.create_center()


@pytest.fixture
def staff(center: Center) -> Account:
    return factories.create_staff(center)


def run_in(center: Center, *, source: str = "", **given: Any) -> Run:
    room = factories.create_room(center)
    return drawn_run(intake(draw_source=source, loss_memory=True), room=room, **given)


def text(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.text


def waiting_for_value(center: Center) -> Run:
    """A run whose list was closed a while ago, and whose value has come out since."""
    run = run_in(center, source="코스피 종가 소수 2자리까지")
    apply_all(run)
    with after_closing(run):
        draws.sweep()
    row = fresh(run)
    row.apply_until = factories.now() - timedelta(minutes=1)
    db.session.commit()
    return run


# For everybody


def test_before_the_closing_everybody_reads_what_is_promised(
    client: FlaskClient, center: Center
) -> None:
    run = run_in(center, source=LOTTERY)
    assert "아직 공고 전입니다" in text(client, f"/runs/{run.id}/draw")
    draws.sweep()

    page = text(client, f"/runs/{run.id}/draw")
    assert draw_of(run).commitment_hash in page
    assert "제" in page
    assert "추첨권이 한 장씩 늘어납니다" in page
    assert f"/runs/{run.id}/draw" in text(client, f"/runs/{run.id}")
    assert client.get(f"/runs/{run.id}/draw.json").status_code == 404


def test_a_secret_is_not_shown_before_the_draw(client: FlaskClient, center: Center) -> None:
    run = run_in(center)
    apply_all(run)
    draw = draw_of(run)

    page = text(client, f"/runs/{run.id}/draw")
    assert str(draw.secret_hash) in page
    assert str(draw.secret) not in page
    with after_closing(run):
        close(STAFF, run.id)
    page = text(client, f"/runs/{run.id}/draw")
    assert str(draw_of(run).entries_hash) in page
    assert str(draw.secret) not in page


def test_the_result_names_no_person_and_can_be_verified(
    client: FlaskClient, center: Center
) -> None:
    run = run_in(center)
    people = [factories.create_person(name=f"남궁민수{n}") for n in range(6)]
    bookings = [applied(run, person) for person in people]
    draw_by_secret(run)

    page = text(client, f"/runs/{run.id}/draw")
    assert "남궁" not in page
    for booking in bookings:
        assert entry_of(booking).ticket in page
    assert f"/runs/{run.id}/draw.json" in page
    file = client.get(f"/runs/{run.id}/draw.json")
    assert verify(read(file.text)) == []
    assert "남궁" not in file.text
    assert {one["outcome"] for one in json.loads(file.text)["result"]} == {
        *("placed", "waiting", "not_selected"),
    }


def test_a_void_promise_stays_on_the_page_with_its_reason(
    client: FlaskClient, center: Center
) -> None:
    run = run_in(center)
    draws.sweep()
    first = draw_of(run).commitment_hash
    row = fresh(run)
    row.capacity = 3
    db.session.commit()
    draws.sweep()

    page = text(client, f"/runs/{run.id}/draw")
    assert first in page
    assert "(2석에서 3석으로)" in page


def test_a_run_without_lots_or_that_nobody_sees_has_no_draw(
    client: FlaskClient, center: Center
) -> None:
    plain = factories.create_run()
    hidden = run_in(center, published_at=factories.now() + timedelta(days=1))

    for run in (plain, hidden):
        text(client, f"/runs/{run.id}/draw", 404)
        text(client, f"/runs/{run.id}/draw.json", 404)


# One's own


def test_a_person_sees_their_own_ticket_and_what_comes_next(
    client: FlaskClient, center: Center
) -> None:
    person = factories.create_person()
    run = run_in(center)
    booking = applied(run, person)
    apply_all(run)
    sign_in(client, person)
    page = text(client, f"/my/bookings/{booking.id}")
    assert "추첨권이 1장입니다" in page
    assert "부서 승인" not in page

    draw_by_secret(run)
    settle(booking.id, State.NOT_SELECTED)
    page = text(client, f"/my/bookings/{booking.id}")
    assert entry_of(booking).ticket in page
    assert "추첨권이 2장이 됩니다" in page
    assert "추첨에서 1번 떨어지셔서" in text(client, "/my")


def settle(booking_id: int, state: State) -> None:
    """Let a booking have drawn this, however the lot fell."""
    entry = db.session.query(DrawEntry).filter_by(booking_id=booking_id).one()
    entry.outcome = entry.booking.state = state
    entry.booking.held_from = entry.booking.seat_id = None
    db.session.commit()


def test_losses_are_shown_before_one_applies(client: FlaskClient, center: Center) -> None:
    person, course = factories.create_person(), factories.create_course()
    for _n in range(2):
        lose(drawn_run(course=course), person)
    run = run_in(center, course=course)
    sign_in(client, person)

    page = text(client, f"/runs/{run.id}/apply")
    assert "이 과정 추첨에서 2번 떨어지셔서 추첨권이 3장입니다." in page


# The office


def test_staff_type_the_value_look_it_over_and_draw(
    client: FlaskClient, center: Center, staff: Account
) -> None:
    run = waiting_for_value(center)
    sign_in_to_work(client, staff)
    assert "추첨할 값이나 심사를 기다리는 강좌 1개" in text(client, "/office")
    path = f"/office/runs/{run.id}/draw"
    assert path in text(client, "/office")

    page = client.post(path, data={"value": " 2650. 31 ", "step": "preview"})
    assert "이 값으로 추첨할까요?" in page.text
    assert "31,2650" in page.text
    assert states(run) == ["applied"] * 6
    answer = client.post(path, data={"value": "2650.31", "seen": "31,2650", "step": "draw"})
    assert answer.status_code == 303

    draw = draw_of(run)
    assert (draw.public_value, draw.account_id) == ("31,2650", staff.id)
    assert states(run).count("placed") == 2
    page = client.get(path)
    assert "31,2650" in page.text
    assert "나온 값 입력하기" not in page.text
    # A second value finds no form, and changes nothing.
    assert client.post(path, data={"value": "1", "seen": "1", "step": "draw"}).status_code == 422
    assert draw_of(run).public_value == "31,2650"


@pytest.mark.parametrize("typed", ["", "이천육백", "2,650.31", "<b>", "\0"])
def test_a_value_typed_wrong_is_said_on_the_page(
    client: FlaskClient, center: Center, staff: Account, typed: str
) -> None:
    run = waiting_for_value(center)
    sign_in_to_work(client, staff)

    answer = client.post(f"/office/runs/{run.id}/draw", data={"value": typed, "step": "preview"})
    assert answer.status_code == 422
    assert "이 값으로 추첨할까요?" not in answer.text
    assert states(run) == ["applied"] * 6


def test_a_draw_without_a_look_over_is_not_carried_out(
    client: FlaskClient, center: Center, staff: Account
) -> None:
    run = waiting_for_value(center)
    sign_in_to_work(client, staff)

    answer = client.post(
        f"/office/runs/{run.id}/draw", data={"value": NUMBERS, "seen": "1", "step": "draw"}
    )
    assert answer.status_code == 422
    assert states(run) == ["applied"] * 6


def test_staff_see_the_people_masked_and_can_go_on_without_the_worker(
    client: FlaskClient, center: Center, staff: Account
) -> None:
    run = run_in(center)
    for _n in range(4):
        applied(run, factories.create_person(name="남궁민수"))
    row = fresh(run)
    row.apply_until = factories.now() - timedelta(minutes=1)
    db.session.commit()
    sign_in_to_work(client, staff)

    assert client.post(f"/office/runs/{run.id}/draw/advance").status_code == 303
    page = text(client, f"/office/runs/{run.id}/draw")
    assert states(run).count("placed") == 2
    assert "남**수" in page
    assert "남궁민수" not in page
    assert f"/office/runs/{run.id}/draw" in text(client, f"/office/runs/{run.id}")
    assert f"/office/runs/{run.id}/draw" in text(client, f"/office/runs/{run.id}/roster")


def test_only_an_administrator_voids_and_only_before_the_draw(
    client: FlaskClient, center: Center, staff: Account
) -> None:
    run = waiting_for_value(center)
    first = draw_of(run)
    path = f"/office/runs/{run.id}/draw/void"
    sign_in_to_work(client, staff)
    assert client.post(path, data={"reason": "-"}).status_code == 403
    client.post("/sign-out")

    sign_in_to_work(client, factories.create_staff(None, Role.ADMIN))
    assert client.post(path, data={"reason": " "}).status_code == 422
    assert drawing.standing_draw(run.id) == first
    assert client.post(path, data={"reason": "잘못 굳혔습니다"}).status_code == 303
    db.session.rollback()
    assert fresh(first).voided_reason == "잘못 굳혔습니다"

    with clock.moved_to(factories.now()):
        draws.sweep()
    draws.draw_lots(STAFF, run.id, None, "1")
    answer = client.post(path, data={"reason": "다시"})
    assert answer.status_code == 422
    assert "추첨 결과는 바꿀 수 없습니다" in answer.text


def test_other_centers_staff_and_residents_find_nothing(
    client: FlaskClient, center: Center
) -> None:
    run = waiting_for_value(center)
    sign_in_to_work(client, factories.create_staff(factories.create_center("다른 곳")))
    for path in ("draw", "draw/advance"):
        answer = client.post(f"/office/runs/{run.id}/{path}", data={"value": NUMBERS})
        assert answer.status_code == 404
    client.post("/sign-out")

    resident: Person = factories.create_person()
    sign_in(client, resident)
    assert client.get(f"/office/runs/{run.id}/draw").status_code == 403
