from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts import actions, passwords
from eduportal.accounts.models import Account, SignInTry
from eduportal.accounts.rules import Reason
from eduportal.shared.db import db
from eduportal.shared.events import Event
from eduportal.shared.refusal import Refused
from tests.accounts.steps import NOON, is_in, sign_in_to_work, verbs
from tests.factories import (
    HASH,
    PASSWORD,
    create_account,
    create_center,
    create_employee,
    create_instructor,
    create_office,
    create_staff,
)


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    create_office()


def test_staff_come_in_by_email_and_password(client: FlaskClient) -> None:
    assert sign_in_to_work(client, create_staff(create_center())).location == "/office"
    assert is_in(client)
    assert verbs() == ["signed_in"]


def test_the_email_may_be_typed_in_capitals(client: FlaskClient) -> None:
    create_account(email="kim@example.org")

    answer = client.post("/sign-in/work", data={"email": " Kim@Example.org ", "password": PASSWORD})
    assert answer.status_code == 303


def test_instructors_land_on_their_day(client: FlaskClient) -> None:
    instructor = create_instructor(create_center())
    account = db.session.get_one(Account, instructor.account_id)

    assert sign_in_to_work(client, account).location == "/teach"


def test_employees_land_on_their_applications(client: FlaskClient) -> None:
    person = create_employee()

    answer = sign_in_to_work(client, db.session.get_one(Account, person.account_id))

    assert answer.location == "/my"
    assert person.name in client.get("/my/profile").text


def test_wrong_password_and_unknown_email_get_the_same_answer(app: Flask) -> None:
    account = create_staff(create_center(), email="kim@example.org")
    wrong = sign_in_to_work(app.test_client(), account, "wrong-password")
    unknown = app.test_client().post(
        "/sign-in/work", data={"email": "lee@example.org", "password": "wrong-password"}
    )

    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace("kim@", "") == unknown.text.replace("lee@", "")
    assert "wrong-password" not in wrong.text


def test_a_failed_sign_in_leaves_a_line_without_what_was_typed(client: FlaskClient) -> None:
    account = create_staff(create_center())
    sign_in_to_work(client, account, "wrong-password")

    event = db.session.scalars(sa.select(Event)).one()
    assert (event.verb, event.subject_id) == ("sign_in_failed", account.id)
    assert event.detail == {"way": "password", "address": "127.0.0.1"}


def test_after_five_wrong_passwords_the_right_one_waits(client: FlaskClient) -> None:
    account = create_staff(create_center())
    with time_machine.travel(NOON, tick=False) as clock:
        for _try in range(5):
            sign_in_to_work(client, account, "wrong-password")
        answer = sign_in_to_work(client, account)
        assert answer.status_code == 422
        assert "15분" in answer.text

        clock.shift(timedelta(minutes=15))
        assert sign_in_to_work(client, account).status_code == 303


def test_another_email_is_not_held_back(client: FlaskClient) -> None:
    account, other = create_staff(create_center()), create_staff(create_center())
    for _try in range(5):
        sign_in_to_work(client, account, "wrong-password")

    assert sign_in_to_work(client, other).status_code == 303


def test_good_sign_ins_are_not_counted(client: FlaskClient) -> None:
    account = create_staff(create_center())
    for _time in range(6):
        assert sign_in_to_work(client, account).status_code == 303
        client.post("/sign-out")

    failed = db.session.scalars(
        sa.select(SignInTry.id).where(SignInTry.who.like("email:%"), SignInTry.succeeded.is_(False))
    )
    assert failed.all() == []


def test_a_town_hall_behind_one_address_is_no_flood(client: FlaskClient) -> None:
    account = create_staff(create_center())
    sign_in_to_work(client, account, "wrong-password")
    for _time in range(3):
        assert sign_in_to_work(client, account).status_code == 303
        client.post("/sign-out")

    failed = sa.select(SignInTry.id).where(
        SignInTry.who == "address:127.0.0.1", SignInTry.succeeded.is_(False)
    )
    assert len(db.session.scalars(failed).all()) == 1


def test_a_password_that_was_changed_meanwhile_lets_nobody_in(app: Flask) -> None:
    account = create_account(email="kim@example.org")
    try_id = actions.begin_try("kim@example.org", "192.0.2.1")

    with pytest.raises(Refused) as refused:
        actions.pass_try(try_id, account.id, "192.0.2.1", "the hash before", "the same, newer")

    assert refused.value.reason is Reason.PASSWORD_WRONG
    assert db.session.get_one(Account, account.id, populate_existing=True).password_hash == HASH


def test_a_flood_from_one_address_is_held_back(app: Flask) -> None:
    db.session.add_all(
        SignInTry(at=NOON, who="address:192.0.2.1", what="password", succeeded=False)
        for _time in range(200)
    )
    db.session.commit()

    with time_machine.travel(NOON, tick=False):
        with pytest.raises(Refused) as refused:
            actions.begin_try("kim@example.org", "192.0.2.1")
        actions.begin_try("kim@example.org", "192.0.2.2")
    assert refused.value.reason is Reason.ADDRESS_TOO_MANY


def test_passwords_guessed_at_once_all_count(app: Flask) -> None:
    create_staff(create_center(), email="kim@example.org")
    together = Barrier(10)

    def guess(_number: int) -> bool:
        together.wait()
        with app.app_context():
            try:
                actions.begin_try("kim@example.org", "192.0.2.1")
            except Refused:
                return False
            return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(guess, range(10))) == 5


def test_a_closed_account_stays_out(client: FlaskClient) -> None:
    account = create_staff(create_center(), active=False)

    answer = sign_in_to_work(client, account)

    assert answer.status_code == 422
    assert not is_in(client)


def test_a_dated_hash_is_replaced(client: FlaskClient) -> None:
    account = create_account(email="kim@example.org", password_hash=HASH)
    sign_in_to_work(client, account)

    db.session.refresh(account)
    assert account.password_hash
    assert "m=19456,t=2,p=1" in account.password_hash
    assert passwords.is_right(account.password_hash, PASSWORD)
    client.post("/sign-out")
    assert sign_in_to_work(client, account).status_code == 303


def test_no_password_is_right_where_none_is_stored() -> None:
    assert not passwords.is_right(None, PASSWORD)
    assert not passwords.is_right("not a hash", PASSWORD)


# Where to go on


def test_whoever_was_sent_to_sign_in_goes_on_to_the_page_they_wanted(client: FlaskClient) -> None:
    account = create_staff(create_center())
    for path in ("/my/profile", "/my/profile?x=1"):
        assert client.get(path).location == "/sign-in"
        assert sign_in_to_work(client, account).location == path
        client.post("/sign-out")


@pytest.mark.parametrize(
    "wished", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_another_site(client: FlaskClient, wished: str) -> None:
    with client.session_transaction() as session:
        session["after_sign_in"] = wished

    assert sign_in_to_work(client, create_staff(create_center())).location == "/office"


def test_a_path_that_looks_like_a_host_is_not_gone_on_to(client: FlaskClient) -> None:
    client.get("//evil.example/my/profile")

    assert sign_in_to_work(client, create_staff(create_center())).location == "/office"


def test_whoever_is_in_is_not_asked_again(client: FlaskClient) -> None:
    sign_in_to_work(client, create_staff(create_center()))

    assert client.get("/sign-in/work").location == "/office"
    assert client.get("/sign-in").location == "/office"
