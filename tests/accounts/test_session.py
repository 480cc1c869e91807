from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from eduportal.accounts import queries
from eduportal.accounts.models import Account, Person, RoleGrant
from eduportal.accounts.rules import Audience, Role
from eduportal.accounts.user import User, parsed_id
from eduportal.shared.db import db
from tests.accounts.steps import NOON, is_in, sign_in, sign_in_to_work, verbs
from tests.factories import (
    create_account,
    create_center,
    create_employee,
    create_office,
    create_person,
    create_staff,
    save,
)


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    create_office()


def signed_in(account: Account, person: Person | None = None) -> User | None:
    return queries.signed_in(account.id, person.id if person else None, account.session_stamp)


def grant(account: Account, role: Role, center_id: int | None, **given: object) -> None:
    fields = {"account_id": account.id, "role": role, "center_id": center_id, "granted_at": NOON}
    save(RoleGrant(**fields | given))


# Who is signed in


def test_a_resident(app: Flask) -> None:
    person = create_person()
    user = signed_in(db.session.get_one(Account, person.account_id), person)

    assert user
    assert (user.kind, user.name, user.audience) == ("resident", person.name, Audience.RESIDENT)
    assert user.is_learner
    assert [user.is_staff, user.is_instructor, user.is_admin] == [False] * 3
    assert user.centers_of("staff") == frozenset()


def test_an_employee_who_learns(app: Flask) -> None:
    person = create_employee()
    user = signed_in(db.session.get_one(Account, person.account_id), person)

    assert user
    assert (user.kind, user.is_learner, user.is_staff) == ("employee", True, False)


def test_staff_are_bound_to_their_centers(app: Flask) -> None:
    here, there, elsewhere = create_center(), create_center(), create_center()
    account = create_staff(here)
    grant(account, Role.STAFF, there.id)
    grant(account, Role.INSTRUCTOR, elsewhere.id)
    user = signed_in(account)

    assert user
    assert user.kind == "staff"
    assert user.is_instructor
    assert user.centers_of("staff") == frozenset({here.id, there.id})


def test_an_administrator_has_every_center(app: Flask) -> None:
    user = signed_in(create_staff())

    assert user
    assert user.is_admin
    assert user.is_staff
    assert user.centers_of("staff") is None


def test_a_revoked_role_is_none(app: Flask) -> None:
    account = create_account(email="kim@example.org")
    grant(account, Role.ADMIN, None, revoked_at=NOON)
    with time_machine.travel(NOON):
        user = signed_in(account)

    assert user
    assert user.roles == frozenset()
    assert user.centers_of("staff") == frozenset()


def test_nobody_is_signed_in_as_a_person_of_another_account(app: Flask) -> None:
    assert signed_in(create_account(), create_person()) is None


def test_who_is_signed_in_takes_one_statement(app: Flask) -> None:
    account = create_staff(create_center())
    grant(account, Role.INSTRUCTOR, None)
    statements = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

    signed_in(account)

    assert len([text for text in statements if text.startswith("SELECT")]) == 1


@pytest.mark.parametrize("kept", ["", "1", "1:2", "x:2:stamp", "1:x:stamp", "1:2:"])
def test_a_session_that_makes_no_sense_is_nobodys(kept: str) -> None:
    assert parsed_id(kept) is None


def test_what_a_session_keeps_is_read_back(app: Flask) -> None:
    person = create_person()
    user = signed_in(db.session.get_one(Account, person.account_id), person)

    assert user
    assert parsed_id(user.get_id()) == (user.account_id, person.id, user.stamp)
    assert parsed_id("7::stamp") == (7, None, "stamp")


# How long


def test_an_idle_session_ends_and_says_so(client: FlaskClient) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client, create_person())
        clock.shift(timedelta(minutes=30, seconds=1))

        assert client.get("/my/profile").location == "/sign-in"
        assert "30분 동안 쓰지 않아" in client.get("/sign-in").text
        assert verbs()[-1] == "signed_out"
        assert not is_in(client)


def test_a_session_in_use_goes_on(client: FlaskClient) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client, create_person())
        for _time in range(4):
            clock.shift(timedelta(minutes=20))
            assert is_in(client)


def test_the_cookie_is_written_once_a_minute_at_most(client: FlaskClient) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client, create_person())
        client.get("/my/profile")
        clock.shift(timedelta(seconds=50))
        assert "Set-Cookie" not in client.get("/my/profile").headers
        clock.shift(timedelta(seconds=20))
        assert "Set-Cookie" in client.get("/my/profile").headers


def test_a_changed_stamp_signs_out_everywhere(app: Flask) -> None:
    person = create_person()
    first, second = app.test_client(), app.test_client()
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(first, person)
        clock.shift(timedelta(minutes=1))
        sign_in(second, person)
        assert is_in(first)

        assert second.post("/my/profile/sign-out-everywhere").location == "/"

        assert not is_in(first)
        assert not is_in(second)


def test_a_closed_account_is_signed_out(client: FlaskClient) -> None:
    account = create_staff(create_center())
    sign_in_to_work(client, account)
    db.session.execute(sa.update(Account).values(active=False))
    db.session.commit()

    assert not is_in(client)


def test_signing_in_keeps_nothing_of_the_session_before(client: FlaskClient) -> None:
    with client.session_transaction() as session:
        session["left_behind"] = "by somebody else"
    sign_in_to_work(client, create_staff(create_center()))

    with client.session_transaction() as session:
        assert set(session) <= {"_user_id", "_fresh", "_id", "seen_at"}


def test_signing_out_ends_the_session(client: FlaskClient) -> None:
    sign_in(client, create_person())

    assert client.post("/sign-out").location == "/"
    assert not is_in(client)
    assert verbs()[-1] == "signed_out"


def test_signing_out_twice_does_no_harm(client: FlaskClient) -> None:
    assert client.post("/sign-out").location == "/"
    assert verbs() == []


def test_signing_out_takes_a_post(client: FlaskClient) -> None:
    assert client.get("/sign-out").status_code == 405
