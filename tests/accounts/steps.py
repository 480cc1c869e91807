"""What a person does to sign in, for the tests of signing in."""

import re
from datetime import UTC, datetime

import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eduportal.accounts.models import Account, Person
from eduportal.notices.models import Notice
from eduportal.shared.db import db
from eduportal.shared.events import Event
from tests.factories import PASSWORD

NOON = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
PHONE = "01000001234"


def ask_code(client: FlaskClient, phone: str = PHONE) -> TestResponse:
    """Ask for a code."""
    return client.post("/sign-in", data={"phone": phone})


def last_code() -> str:
    """The code in the newest message."""
    body = db.session.scalars(sa.select(Notice.body).order_by(Notice.id.desc())).first()
    found = re.search(r"\d{6}", body or "")
    assert found
    return found[0]


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def type_code(client: FlaskClient, code: str) -> TestResponse:
    """Type a code."""
    return client.post("/sign-in/code", data={"code": code})


def prove(client: FlaskClient, phone: str = PHONE) -> TestResponse:
    """Ask for a code and type it."""
    ask_code(client, phone)
    return type_code(client, last_code())


def sign_in(client: FlaskClient, person: Person) -> TestResponse:
    """All the way in, as the only person of a phone."""
    account = db.session.get_one(Account, person.account_id)
    prove(client, str(account.phone))
    return client.post("/sign-in/birth-date", data={"birth_date": person.birth_date.isoformat()})


def sign_in_to_work(
    client: FlaskClient, account: Account, password: str = PASSWORD
) -> TestResponse:
    """By e-mail and password."""
    return client.post("/sign-in/work", data={"email": account.email, "password": password})


def is_in(client: FlaskClient) -> bool:
    """Whether this browser is signed in."""
    return client.get("/my/profile").status_code == 200


def verbs() -> list[str]:
    """What happened, in order."""
    return list(db.session.scalars(sa.select(Event.verb).order_by(Event.id)))


def count(model: type) -> int:
    """How many rows a table has."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0
