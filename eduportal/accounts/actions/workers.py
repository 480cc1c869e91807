"""Accounts of those who work here: staff, instructors, and employees as learners."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from secrets import token_hex

import sqlalchemy as sa

from eduportal.accounts import rules
from eduportal.accounts.actions.once import insert_once
from eduportal.accounts.actions.roles import write_grant
from eduportal.accounts.models import Account, Person
from eduportal.accounts.rules import Audience, Reason, Relation, Role
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused


@dataclass(frozen=True)
class NewEmployee:
    """A district employee who will learn here."""

    name: str
    birth_date: date
    department: str
    employee_number: str


@writing
def add_account(
    by: By,
    *,
    email: str,
    name: str,
    password_hash: str,
    role: Role | None = None,
    center_ids: Collection[int] = (),
    department: str | None = None,
) -> int:
    """An account that signs in by e-mail, with a role at centers (none: at every one); its id.

    Who looks after a department's training has its name instead of a center.

    Raises Refused for an e-mail that is taken.
    """
    values = {
        "email": email.lower(),
        "name": rules.normal_name(name),
        "password_hash": password_hash,
        "active": True,
        "session_stamp": token_hex(16),
        "created_at": clock.now(),
    }
    if not insert_once(Account, ["email"], values):
        raise Refused(Reason.EMAIL_TAKEN)
    account_id = db.session.scalars(
        sa.select(Account.id).where(Account.email == email.lower())
    ).one()
    events.record(by, "account_added", subject="account", subject_id=account_id)
    if role:
        for center_id in sorted(center_ids) or (None,):
            write_grant(by, account_id, role, center_id, department)
    return account_id


@writing
def add_employee(by: By, account_id: int, new: NewEmployee) -> int:
    """The person who learns by an e-mail account; their id. Raises Refused for a taken number."""
    email = db.session.scalars(sa.select(Account.email).where(Account.id == account_id)).one()
    values = {
        "account_id": account_id,
        "name": rules.normal_name(new.name),
        "birth_date": new.birth_date,
        "relation": Relation.WORKS,
        "audience": Audience.EMPLOYEE,
        "department": new.department,
        "employee_number": new.employee_number,
        "email": email,
        "created_at": clock.now(),
    }
    if not insert_once(Person, ["employee_number"], values):
        raise Refused(Reason.EMPLOYEE_NUMBER_TAKEN)
    person_id = db.session.scalars(
        sa.select(Person.id).where(Person.employee_number == new.employee_number)
    ).one()
    events.record(by, "person_entered", person_id=person_id)
    return person_id
