"""`eduportal account …`: those who sign in by e-mail, for the centers of this catalog."""

import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import NoReturn

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from eduportal.accounts import actions as accounts
from eduportal.accounts import passwords, queries, rules
from eduportal.accounts.actions import NewEmployee
from eduportal.accounts.rules import PASSWORD_LETTERS, Reason, Role
from eduportal.catalog.actions.people import ensure_instructor
from eduportal.catalog.models import Center
from eduportal.shared import clock
from eduportal.shared.db import db, writing
from eduportal.shared.events import SYSTEM
from eduportal.shared.refusal import Refused
from eduportal.shared.resident_number import contains_resident_number

INSTRUCTOR, DEPARTMENT = Role.INSTRUCTOR.value, Role.DEPARTMENT.value
BOUND = tuple(role.value for role in (Role.STAFF, Role.DESK, Role.INSTRUCTOR, Role.VIEWER))
ROLES = tuple(role.value for role in Role)
EMPLOYEE = "employee"

account = AppGroup("account", help="Accounts that sign in by e-mail and password.")


@account.command("add")
@click.option("--email", required=True)
@click.option("--name", required=True, help="The person's name, in any script.")
@click.option("--role", required=True, type=click.Choice([*ROLES, EMPLOYEE]))
@click.option("--center-id", type=int, multiple=True, help="At which center; repeatable.")
@click.option("--department", help="Employees, and who looks after a department's training.")
@click.option("--employee-number", help="Employees.")
@click.option("--birth-date", help="Employees: 1985-05-05.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add(
    email: str,
    name: str,
    role: str,
    center_id: tuple[int, ...],
    department: str | None,
    employee_number: str | None,
    birth_date: str | None,
    password_stdin: bool,
) -> None:
    """Add somebody who works in the office, teaches, or is an employee who learns here."""
    _ask_for_shape(email, name, department, employee_number, birth_date)
    _ask_for_centers(role, center_id)
    _ask_for_department(role, department)
    employee = (
        _employee(name, department, employee_number, birth_date) if role == EMPLOYEE else None
    )
    password_hash = passwords.hashed(_password(password_stdin))
    try:
        number = _write(email, name, role, center_id, department, password_hash, employee)
    except Refused as refused:
        _refuse(_WORDS.get(refused.reason, refused.sentence))
    click.echo(f"Account {number} was added: {email.lower()} ({role}).")


@account.command("close")
@click.argument("email")
def close(email: str) -> None:
    """Let nobody sign in by an account, and end its sessions; the record stays."""
    try:
        accounts.close_account(SYSTEM, _known(email))
    except Refused as refused:
        _refuse(_WORDS.get(refused.reason, refused.sentence))
    click.echo(f"Account {email.lower()} is closed; its sessions have ended.")


@account.command("revoke")
@click.argument("email")
@click.argument("role", type=click.Choice(ROLES))
def revoke(email: str, role: str) -> None:
    """Take a role from an account, at every center where it has it."""
    try:
        count = accounts.revoke_role(SYSTEM, _known(email), Role(role))
    except Refused as refused:
        _refuse(_WORDS.get(refused.reason, refused.sentence))
    if not count:
        _refuse(f"{email.lower()} does not have the role {role}.")
    click.echo(f"{email.lower()} no longer has the role {role} (taken {count}).")


def _known(email: str) -> int:
    found = queries.by_email(email.lower())
    if found is None:
        _refuse(f"There is no account with the e-mail {email!r}.")
    return int(found.id)


@writing
def _write(
    email: str,
    name: str,
    role: str,
    center_ids: Sequence[int],
    department: str | None,
    password_hash: str,
    employee: NewEmployee | None,
) -> int:
    """The account, and whoever learns or teaches by it, in one turn."""
    account_id = accounts.add_account(
        SYSTEM,
        email=email,
        name=name,
        password_hash=password_hash,
        role=None if employee else Role(role),
        center_ids=center_ids,
        department=rules.normal_name(department or "") if role == DEPARTMENT else None,
    )
    if employee:
        accounts.add_employee(SYSTEM, account_id, employee)
    if role == INSTRUCTOR:
        ensure_instructor(SYSTEM, account_id)
    return account_id


_WORDS: Mapping[StrEnum, str] = {
    Reason.EMAIL_TAKEN: "There is an account with this e-mail already.",
    Reason.LAST_ADMIN: "This is the last administrator who can sign in. Add another one first.",
    Reason.EMPLOYEE_NUMBER_TAKEN: "There is somebody with this employee number already.",
}


def _ask_for_shape(email: str, name: str, *others: str | None) -> None:
    if not rules.is_email(email):
        _refuse(f"--email: {email!r} is not an address.")
    if not rules.normal_name(name) or len(name) > 80:
        _refuse("--name: write the person's name, at most 80 letters.")
    if any(contains_resident_number(text) for text in (email, name, *others) if text):
        _refuse("Resident registration numbers are not taken. Leave the number out.")


def _ask_for_centers(role: str, center_ids: Sequence[int]) -> None:
    bound = role in BOUND
    if bound and not center_ids:
        _refuse(f"--center-id: say at which center; there are {_listed(_centers())}.")
    if not bound and center_ids:
        _refuse(f"--center-id: an {role} belongs to no single center. Leave it out.")
    unknown = sorted(set(center_ids) - set(_centers())) if bound else []
    if unknown:
        _refuse(f"--center-id: no center {_listed(unknown)}; there are {_listed(_centers())}.")


def _ask_for_department(role: str, department: str | None) -> None:
    if role == DEPARTMENT and not rules.normal_name(department or ""):
        _refuse("--department: say whose training this account looks after.")
    if len(department or "") > 80:
        _refuse("--department: write at most 80 letters.")


def _employee(
    name: str, department: str | None, number: str | None, birth_date: str | None
) -> NewEmployee:
    if not (department and number and birth_date):
        _refuse("An employee needs --department, --employee-number and --birth-date.")
    return NewEmployee(name, _day(birth_date), department.strip(), number.strip())


def _day(text: str) -> date:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        _refuse(f"--birth-date: {text!r} is not a day. Write it as 1985-05-05.")
    if not rules.birth_date_is_possible(day, clock.today()):
        _refuse(f"--birth-date: nobody was born on {text}.")
    return day


def _password(from_stdin: bool) -> str:
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    if len(password) < PASSWORD_LETTERS:
        _refuse(f"The password needs {PASSWORD_LETTERS} letters or more.")
    return password


def _centers() -> Sequence[int]:
    return db.session.scalars(sa.select(Center.id).order_by(Center.id)).all()


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in numbers) or "none yet"


def _refuse(sentence: str) -> NoReturn:
    raise click.ClickException(sentence)
