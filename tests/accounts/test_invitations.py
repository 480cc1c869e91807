import hashlib
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts import actions, passwords
from eduportal.accounts.actions import Letter
from eduportal.accounts.models import Account, Invitation, RoleGrant
from eduportal.accounts.rules import Reason, Role
from eduportal.catalog.models import Center, Instructor
from eduportal.notices.models import Notice
from eduportal.notices.rules import BLANKED
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.events import SYSTEM
from eduportal.shared.refusal import Refused
from tests.accounts.steps import count, is_in, sign_in_to_work, verbs
from tests.factories import (
    PASSWORD,
    create_account,
    create_center,
    create_employee,
    create_office,
    create_staff,
)
from tests.notices.conftest import send
from tests.notices.servers import Mailbox, mail_server
from tests.race.racer import all_at_once

NEW = "a-password-of-my-own"


@pytest.fixture
def center(app: Flask) -> Center:
    create_office()
    return create_center()


@pytest.fixture
def admin(client: FlaskClient, center: Center) -> FlaskClient:
    sign_in_to_work(client, create_staff())
    return client


def invite(admin: FlaskClient, center: Center, **given: object) -> str:
    typed = {"name": "이담당", "email": "Lee@Example.org", "role": "staff", "centers": center.id}
    answer = admin.post("/office/people/invite", data=typed | given)
    assert answer.status_code == 200
    return link_in(answer.text)


def link_in(page: str) -> str:
    found = re.search(r"http://localhost(/invitation\?token=[\w-]+)", page)
    assert found
    return found[1]


def choose(client: FlaskClient, link: str, password: str = NEW, again: str | None = None) -> int:
    data = {"password": password, "again": password if again is None else again}
    return client.post(link, data=data).status_code


def invited(email: str = "lee@example.org") -> Account:
    return db.session.scalars(sa.select(Account).where(Account.email == email)).one()


def test_whoever_is_invited_sets_a_password_and_is_in(
    app: Flask, admin: FlaskClient, center: Center
) -> None:
    link = invite(admin, center)
    them = app.test_client()

    assert "이담당 님" in them.get(link).text
    answer = them.post(link, data={"password": NEW, "again": NEW})

    assert (answer.status_code, answer.location) == (303, "/office")
    assert is_in(them)
    assert them.get("/office/runs").status_code == 200
    grant = db.session.scalars(
        sa.select(RoleGrant).where(RoleGrant.account_id == invited().id)
    ).one()
    assert (grant.role, grant.center_id) == (Role.STAFF, center.id)
    them.post("/sign-out")
    assert sign_in_to_work(them, invited(), NEW).status_code == 303


def test_only_the_hash_of_the_link_is_kept(admin: FlaskClient, center: Center) -> None:
    token = invite(admin, center).partition("=")[2]

    row = db.session.scalars(sa.select(Invitation)).one()
    assert row.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert count(Notice) == 0
    assert token not in admin.get(f"/office/people/{row.account_id}").text


def test_nobody_comes_in_before_a_password_is_set(
    app: Flask, admin: FlaskClient, center: Center
) -> None:
    invite(admin, center)

    assert sign_in_to_work(app.test_client(), invited(), "").status_code == 422
    assert sign_in_to_work(app.test_client(), invited(), PASSWORD).status_code == 422


def test_a_link_is_good_once(app: Flask, admin: FlaskClient, center: Center) -> None:
    link = invite(admin, center)
    assert choose(app.test_client(), link) == 303

    page = app.test_client().get(link)
    assert page.status_code == 404
    assert "새 초대를 부탁해 주세요" in page.text
    assert choose(app.test_client(), link, "another-password") == 404
    assert passwords.is_right(invited().password_hash, NEW)


def test_a_link_is_good_for_72_hours(app: Flask, admin: FlaskClient, center: Center) -> None:
    link = invite(admin, center)

    with time_machine.travel(clock.now() + timedelta(hours=71, minutes=59)):
        assert app.test_client().get(link).status_code == 200
    with time_machine.travel(clock.now() + timedelta(hours=72, minutes=1)):
        assert app.test_client().get(link).status_code == 404
        assert choose(app.test_client(), link) == 404


@pytest.mark.parametrize("link", ["/invitation", "/invitation?token=", "/invitation?token=guess"])
def test_an_unknown_link_gets_a_calm_page(app: Flask, client: FlaskClient, link: str) -> None:
    create_office()

    assert client.get(link).status_code == 404
    assert choose(client, link) == 404


def test_a_short_password_or_one_typed_otherwise_is_not_taken(
    app: Flask, admin: FlaskClient, center: Center
) -> None:
    link, them = invite(admin, center), app.test_client()

    assert choose(them, link, "short") == 422
    assert choose(them, link, NEW, "something-else-x") == 422
    assert not is_in(them)
    assert them.get(link).status_code == 200


def test_a_new_link_ends_the_one_before(app: Flask, admin: FlaskClient, center: Center) -> None:
    old = invite(admin, center)
    answer = admin.post(f"/office/people/{invited().id}/invitation")

    assert app.test_client().get(old).status_code == 404
    assert choose(app.test_client(), link_in(answer.text)) == 303


def test_setting_a_password_anew_ends_sessions_from_before(
    app: Flask, admin: FlaskClient, center: Center
) -> None:
    account, them = create_staff(center), app.test_client()
    sign_in_to_work(them, account)
    link = link_in(admin.post(f"/office/people/{account.id}/invitation").text)
    assert is_in(them)

    assert choose(app.test_client(), link) == 303
    assert not is_in(them)


def test_an_employee_with_a_new_password_learns_on(app: Flask, admin: FlaskClient) -> None:
    account_id, them = create_employee().account_id, app.test_client()
    link = link_in(admin.post(f"/office/people/{account_id}/invitation").text)

    answer = them.post(link, data={"password": NEW, "again": NEW})

    assert answer.location == "/my"
    assert them.get("/my").status_code == 200


def test_a_closed_account_has_no_link(app: Flask, admin: FlaskClient, center: Center) -> None:
    link = invite(admin, center)
    admin.post(f"/office/people/{invited().id}/close")

    assert choose(app.test_client(), link) == 404
    assert admin.post(f"/office/people/{invited().id}/invitation").status_code == 404


def test_two_who_use_a_link_at_once_are_one(app: Flask) -> None:
    account = create_account(email="lee@example.org")
    actions.invite_again(SYSTEM, account.id, Letter("token"))

    def accept() -> str:
        try:
            actions.accept_invitation("token", passwords.hashed(NEW), "192.0.2.1")
        except Refused as refused:
            return refused.reason.name
        return "in"

    answers = all_at_once(app, [accept] * 4)

    assert answers == {"in": 1, Reason.INVITATION_OVER.name: 3}


def test_an_invited_instructor_can_be_chosen_for_a_run(admin: FlaskClient, center: Center) -> None:
    invite(admin, center, role="instructor", name="박강사")

    row = db.session.scalars(sa.select(Instructor)).one()
    assert (row.name, row.account_id) == ("박강사", invited().id)


def test_an_email_that_is_known_leads_to_its_account(admin: FlaskClient, center: Center) -> None:
    person = create_employee()
    typed = {"name": "이직원", "email": person.email, "role": "staff", "centers": center.id}

    answer = admin.post("/office/people/invite", data=typed)

    assert answer.location == f"/office/people/{person.account_id}"
    assert "이미 있는 이메일입니다" in admin.get(answer.location).text
    assert "account_invited" not in verbs()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": ""}, "이름을 입력해 주세요"),
        ({"email": "lee"}, "이메일 주소를 다시 확인해 주세요"),
        ({"role": ""}, "권한을 골라 주세요"),
        ({"centers": []}, "일하는 교육장을 골라 주세요"),
        ({"centers": "999"}, "Not a valid choice"),
        ({"role": "department"}, "교육을 맡은 부서의 이름을 적어 주세요"),
    ],
)
def test_what_is_missing_is_said_and_nobody_is_invited(
    admin: FlaskClient, center: Center, given: dict[str, object], sentence: str
) -> None:
    before = count(Account)
    typed = {"name": "이담당", "email": "lee@example.org", "role": "staff", "centers": center.id}

    answer = admin.post("/office/people/invite", data=typed | given)

    assert answer.status_code == 422
    assert "error-summary" in answer.text
    if sentence != "Not a valid choice":
        assert sentence in answer.text
    assert count(Account) == before


def test_a_mail_with_the_link_goes_out_and_is_blanked(
    app: Flask, admin: FlaskClient, center: Center, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server() as box:
        use(app, box, monkeypatch)
        link = invite(admin, center)
        with time_machine.travel(clock.now() + timedelta(hours=2)):
            send()

        [mail] = box.mails
        assert mail["To"] == "lee@example.org"
        assert link in mail.get_content()
    notice = db.session.scalars(sa.select(Notice)).one()
    assert notice.body == BLANKED


def use(app: Flask, box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SMTP_URL", box.url)
    monkeypatch.setitem(app.config, "MAIL_FROM", "edu@hangang.example")
