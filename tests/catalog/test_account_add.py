import pytest
import sqlalchemy as sa
from flask.testing import FlaskCliRunner

from eduportal.accounts import passwords
from eduportal.accounts.models import Account, Person, RoleGrant
from eduportal.accounts.rules import Audience, Role
from eduportal.catalog import queries
from eduportal.shared.db import db
from tests.accounts.steps import count, verbs
from tests.factories import create_center

LONG = "long-enough-password"
EMPLOYEE = {
    "email": "lee@example.org",
    "role": "employee",
    "department": "총무과",
    "employee-number": "E00001",
    "birth-date": "1985-05-05",
}


def add(runner: FlaskCliRunner, password: str = LONG, **options: object) -> str:
    given = {"email": "kim@example.org", "name": "김담당", "role": "admin"}
    words = ["account", "add", "--password-stdin"]
    for name, value in (
        given | {key.replace("_", "-"): text for key, text in options.items()}
    ).items():
        words += [f"--{name}", str(value)]
    result = runner.invoke(args=words, input=password + "\n")
    assert (result.exit_code == 0) == result.output.startswith("Account")
    return result.output


def test_an_administrator_is_added(runner: FlaskCliRunner) -> None:
    assert "kim@example.org (admin)" in add(runner, email="Kim@Example.org")

    account = db.session.scalars(sa.select(Account)).one()
    assert account.email == "kim@example.org"
    assert passwords.is_right(account.password_hash, LONG)
    grant = db.session.scalars(sa.select(RoleGrant)).one()
    assert (grant.role, grant.center_id) == (Role.ADMIN, None)
    assert verbs() == ["account_added", "role_granted"]


def test_staff_are_added_to_a_center(runner: FlaskCliRunner) -> None:
    center = create_center()

    add(runner, role="staff", center_id=center.id)

    grant = db.session.scalars(sa.select(RoleGrant)).one()
    assert (grant.role, grant.center_id) == (Role.STAFF, center.id)


def test_an_employee_learns(runner: FlaskCliRunner) -> None:
    add(runner, **EMPLOYEE)

    person = db.session.scalars(sa.select(Person)).one()
    assert (person.audience, person.department) == (Audience.EMPLOYEE, "총무과")
    assert count(RoleGrant) == 0


def test_the_password_is_asked_for_twice(runner: FlaskCliRunner) -> None:
    words = ["account", "add", "--email", "kim@example.org", "--name", "김담당", "--role", "admin"]

    result = runner.invoke(args=words, input=f"{LONG}\n{LONG}\n")

    assert result.exit_code == 0
    assert LONG not in result.output


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"email": "kim"}, "is not an address"),
        ({"name": "  "}, "write the person's name"),
        ({"name": "540301-1234567"}, "Resident registration numbers are not taken"),
        ({"password": "short"}, "needs 10 letters"),
        ({"role": "staff"}, "say at which center; there are none yet"),
        ({"role": "staff", "center_id": 99}, "no center 99"),
        ({"role": "admin", "center_id": 1}, "belongs to no single center"),
        ({"role": "employee"}, "needs --department"),
        (EMPLOYEE | {"birth-date": "05/05/85"}, "is not a day"),
        (EMPLOYEE | {"birth-date": "2100-05-05"}, "nobody was born"),
        (EMPLOYEE | {"employee-number": "540301-1234567"}, "Resident registration"),
        (EMPLOYEE | {"department": "540301-1234567"}, "Resident registration"),
    ],
)
def test_bad_input_gets_a_sentence(
    runner: FlaskCliRunner, options: dict[str, object], sentence: str
) -> None:
    password = str(options.get("password", LONG))
    others = {name: value for name, value in options.items() if name != "password"}

    assert sentence in add(runner, password, **others)
    assert count(Account) == 0


def test_an_email_is_taken_once(runner: FlaskCliRunner) -> None:
    add(runner)

    assert "an account with this e-mail already" in add(runner)
    assert count(Account) == 1


def test_an_employee_number_is_taken_once_and_nothing_is_left(runner: FlaskCliRunner) -> None:
    add(runner, **EMPLOYEE)

    assert "this employee number already" in add(runner, **EMPLOYEE | {"email": "park@example.org"})
    assert count(Account) == 1


def test_an_instructor_can_be_chosen_for_a_run_at_once(runner: FlaskCliRunner) -> None:
    center = create_center()
    add(runner, role="instructor", center_id=center.id, name="박강사")

    (instructor,) = queries.instructors()
    assert instructor.name == "박강사"
    assert instructor.account_id
