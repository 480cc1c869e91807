"""Registering is no way around the birth date."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eduportal.accounts import actions
from eduportal.accounts.actions import NewPerson
from eduportal.accounts.models import Account, Consent, Person, SignInTry
from eduportal.accounts.rules import Purpose, Reason, Relation
from eduportal.shared.db import db
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused
from tests.accounts.steps import NOON, PHONE, count, is_in, prove, verbs
from tests.factories import create_account, create_office, create_person

BORN = date(1954, 3, 1)
NEW = {"name": "홍길동", "relation": "works", "consent_service": "y"}


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    create_office()


@pytest.fixture
def person_id(app: Flask) -> int:
    """Hong, who is known by the phone."""
    return create_person(create_account(phone=PHONE), name="홍길동", birth_date=BORN).id


def register(name: str = "홍길동", born: date = BORN) -> int:
    return actions.register(NewPerson(PHONE, name, born, Relation.WORKS), {Purpose.SERVICE: True})


def refusal(name: str = "홍길동", born: date = BORN) -> object:
    with pytest.raises(Refused) as refused:
        register(name, born)
    return refused.value.reason


def other(day: int) -> date:
    """A birth date that is not Hong's."""
    return BORN + timedelta(days=day)


def fill_in(client: FlaskClient, born: date = BORN, name: str = "홍길동") -> TestResponse:
    fields = NEW | {"name": name, "birth_date": born.isoformat()}
    return client.post("/sign-in/new-person", data=fields)


def together(app: Flask, times: int, act: Callable[[int], object]) -> list[object]:
    """What each of several at once came to."""
    barrier = Barrier(times)

    def one(number: int) -> object:
        barrier.wait()
        with app.app_context():
            try:
                return act(number)
            except Refused as refused:
                return refused.reason

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(1, times + 1)))


# How often


def test_a_phone_registers_five_an_hour(app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for number in range(5):
            register(f"가족{number}")
        assert refusal("가족5") is Reason.REGISTRATION_TOO_MANY
        clock.shift(timedelta(hours=1, seconds=1))
        register("가족5")
    assert count(Person) == 6


def test_whoever_registers_too_often_reads_why(client: FlaskClient) -> None:
    for number in range(5):
        register(f"가족{number}")
    prove(client)

    answer = fill_in(client)

    assert answer.status_code == 422
    assert "이 번호로 등록을 여러 번 시도했습니다" in answer.text
    assert count(Person) == 5


def test_tries_that_came_to_nothing_count_as_well(person_id: int) -> None:
    refusal(born=other(1))
    for number in range(4):
        register(f"가족{number}")

    assert refusal("가족4") is Reason.REGISTRATION_TOO_MANY
    good = db.session.scalars(
        sa.select(SignInTry.succeeded)
        .where(SignInTry.what == "registration")
        .order_by(SignInTry.id)
    ).all()
    assert good == [False, True, True, True, True]


def test_a_form_that_cannot_be_meant_does_not_count(app: Flask) -> None:
    for _ in range(6):
        assert refusal(born=date(2100, 1, 1)) is Reason.BIRTH_DATE_IMPOSSIBLE
    assert count(SignInTry) == 0
    register()


def test_registrations_at_once_all_count(app: Flask) -> None:
    outcomes = together(app, 8, lambda number: register(f"가족{number}"))

    assert outcomes.count(Reason.REGISTRATION_TOO_MANY) == 3
    assert (count(Person), count(Account)) == (5, 1)


# Somebody of that name


def test_a_known_name_leads_to_the_birth_date(client: FlaskClient, person_id: int) -> None:
    prove(client)

    assert fill_in(client, other(1)).location == "/sign-in/birth-date"

    page = client.get("/sign-in/birth-date").text
    assert "이 번호에 같은 이름으로 등록된 분이 있습니다" in page
    assert "이름만 같은 다른 분이시면 전화하거나 교육장에 오시면 등록해 드립니다" in page
    assert (count(Person), count(Consent)) == (1, 0)
    answer = client.post("/sign-in/birth-date", data={"birth_date": BORN.isoformat()})
    assert answer.location == "/my"


@pytest.mark.parametrize("typed", [" 홍길동 ", "\u1112\u1169\u11bc길동"])
def test_a_name_written_otherwise_is_the_same(person_id: int, typed: str) -> None:
    assert refusal(typed, other(1)) is Reason.NAME_KNOWN
    assert register(typed) == person_id


def test_a_wrong_guess_is_a_wrong_birth_date(person_id: int) -> None:
    refusal(born=other(1))

    assert verbs() == ["sign_in_failed"]
    for day in range(2, 6):
        actions.confirm_birth_date(PHONE, person_id, other(day))
    assert actions.confirm_birth_date(PHONE, person_id, BORN) == (Reason.BIRTH_DATE_TOO_MANY, {})


def test_guesses_on_both_pages_at_once_all_count(app: Flask, person_id: int) -> None:
    def guess(number: int) -> object:
        if number % 2:
            return register(born=other(number))
        return actions.confirm_birth_date(PHONE, person_id, other(number))

    outcomes = together(app, 8, guess)

    wrong = outcomes.count(Reason.NAME_KNOWN) + outcomes.count((Reason.BIRTH_DATE_WRONG, {}))
    assert wrong == 5
    assert count(Person) == 1


def test_the_right_birth_date_is_let_in(client: FlaskClient, person_id: int) -> None:
    prove(client)

    assert fill_in(client).location == "/my"
    assert is_in(client)
    assert count(Person) == 1


@pytest.mark.parametrize("born", [BORN, other(9)])
def test_after_five_wrong_ones_right_and_wrong_look_the_same(
    client: FlaskClient, person_id: int, born: date
) -> None:
    for day in range(1, 6):
        actions.confirm_birth_date(PHONE, person_id, other(day))
    prove(client)

    answer = fill_in(client, born)

    assert answer.status_code == 422
    assert "생년월일이 여러 번 틀렸습니다" in answer.text
    assert not is_in(client)
    assert (count(Person), count(Consent)) == (1, 0)


def test_the_desk_enters_another_of_the_same_name(client: FlaskClient, person_id: int) -> None:
    second = actions.enter_person(
        By("staff", "visit"),
        phone=PHONE,
        name="홍길동",
        birth_date=other(1),
        relation=Relation.WORKS,
    )

    assert second != person_id
    assert register(born=other(1)) == second
    prove(client)
    assert fill_in(client, other(2)).location == "/sign-in/person"
    assert "같은 이름으로 등록된 분" in client.get("/sign-in/person").text


def test_of_two_of_a_name_neither_can_be_guessed_by_the_other(app: Flask, person_id: int) -> None:
    account_id = db.session.get_one(Person, person_id).account_id
    second = create_person(
        db.session.get_one(Account, account_id), name="홍길동", birth_date=other(1)
    ).id
    for day in range(2, 7):
        actions.confirm_birth_date(PHONE, person_id, other(day))

    assert refusal() is refusal(born=other(9)) is Reason.BIRTH_DATE_TOO_MANY
    assert register(born=other(1)) == second


def test_somebody_entered_twice_is_tried_once(app: Flask) -> None:
    create_person(account_id=None, phone=PHONE, name="홍길동", birth_date=BORN)
    own = create_person(create_account(phone=PHONE), name="홍길동", birth_date=BORN).id

    assert register() == own
    for day in range(1, 6):
        actions.confirm_birth_date(PHONE, own, other(day))
    assert refusal() is Reason.BIRTH_DATE_TOO_MANY


@pytest.mark.parametrize("born", [BORN, other(1)])
def test_whoever_signs_in_otherwise_is_told_to_call(client: FlaskClient, born: date) -> None:
    employee = create_account(email="kim@example.org")
    create_person(employee, phone=PHONE, name="홍길동", birth_date=BORN)
    prove(client)

    answer = fill_in(client, born)

    assert answer.status_code == 422
    assert "이 번호로는 로그인할 수 없습니다" in answer.text
    assert (count(Person), count(Consent)) == (1, 0)


def test_the_same_form_at_once_is_one_person(app: Flask) -> None:
    assert len(set(together(app, 4, lambda _number: register()))) == 1
    assert (count(Person), count(Account), count(Consent)) == (1, 1, 3)
