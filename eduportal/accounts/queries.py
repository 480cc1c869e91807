"""Reads of accounts and people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from eduportal.accounts.models import Account, Consent, Person, RoleGrant
from eduportal.accounts.rules import Audience, Grant, Purpose, Role
from eduportal.accounts.user import User
from eduportal.shared import clock
from eduportal.shared.db import db

_account, _person, _grant = Account.__table__, Person.__table__, RoleGrant.__table__

# Made once and run on Core: every request of somebody signed in passes here.
_SIGNED_IN = (
    sa.select(
        _account.c.name.label("account_name"),
        _account.c.email,
        _person.c.id.label("person_id"),
        _person.c.name.label("person_name"),
        _person.c.audience,
        _grant.c.role,
        _grant.c.center_id,
        _grant.c.department,
    )
    .select_from(
        _account.outerjoin(
            _person,
            sa.and_(
                _person.c.account_id == _account.c.id,
                _person.c.id == sa.bindparam("person_id", type_=sa.Integer),
            ),
        ).outerjoin(
            _grant,
            sa.and_(
                _grant.c.account_id == _account.c.id,
                sa.or_(
                    _grant.c.revoked_at.is_(None),
                    _grant.c.revoked_at > sa.bindparam("now", type_=_grant.c.revoked_at.type),
                ),
            ),
        )
    )
    .where(
        _account.c.id == sa.bindparam("account_id"),
        _account.c.session_stamp == sa.bindparam("stamp"),
        _account.c.active,
    )
)


_DEMO_ROLES = (
    (Role.ADMIN, 1),
    (Role.STAFF, 2),
    (Role.DESK, 1),
    (Role.VIEWER, 1),
    (Role.INSTRUCTOR, 2),
    (Role.DEPARTMENT, 1),
)


@dataclass(frozen=True)
class Known:
    """Somebody known by a phone."""

    person_id: int
    name: str
    birth_date: date
    audience: Audience


@dataclass(frozen=True)
class DemoPerson:
    """Somebody whom visitors of the demo office can sign in as."""

    name: str
    title: str
    sign_in: str
    birth_date: date | None = None


def signed_in(account_id: int, person_id: int | None, stamp: str) -> User | None:
    """Whoever a session belongs to; None once the account is closed or its stamp has changed."""
    values = {
        "account_id": account_id,
        "person_id": person_id,
        "stamp": stamp,
        "now": clock.now(),
    }
    rows = db.session.connection().execute(_SIGNED_IN, values).all()
    if not rows or rows[0].person_id != person_id:
        return None
    first = rows[0]
    return User(
        account_id=account_id,
        stamp=stamp,
        name=first.account_name or first.person_name or first.email,
        person_id=person_id,
        person_name=first.person_name,
        audience=first.audience,
        grants=frozenset(
            Grant(row.role, row.center_id, row.department) for row in rows if row.role
        ),
        email=first.email,
    )


def by_email(email: str) -> sa.Row[int, str | None] | None:
    """The id and the password's hash of an account."""
    return db.session.execute(
        sa.select(Account.id, Account.password_hash).where(Account.email == email)
    ).one_or_none()


def phone_of(account_id: int) -> str | None:
    """The phone by which an account signs in, if it does."""
    return db.session.scalar(sa.select(Account.phone).where(Account.id == account_id))


def session_stamp(phone: str) -> str | None:
    """The stamp of a phone's account, if it has one."""
    return db.session.scalar(sa.select(Account.session_stamp).where(Account.phone == phone))


def family(phone: str) -> Sequence[Known]:
    """Who may sign in by a phone: the people of its account, and whom the desk entered with it."""
    unclaimed = sa.and_(Person.account_id.is_(None), Person.phone == phone)
    return _known(sa.or_(Account.phone == phone, unclaimed))


def people_with_phone(digits: str) -> Sequence[Known]:
    """Everybody whom a phone reaches, or who signs in by it; for the desk."""
    return _known(sa.or_(Account.phone == digits, Person.phone == digits))


def person(person_id: int) -> Person | None:
    """One person."""
    return db.session.get(Person, person_id)


def latest_answers(person_id: int) -> Mapping[Purpose, Consent]:
    """A person's last answer to each question."""
    rows = db.session.scalars(
        sa.select(Consent).where(Consent.person_id == person_id).order_by(Consent.id)
    )
    return {Purpose(row.purpose): row for row in rows}


def demo_residents() -> Sequence[DemoPerson]:
    """A few residents of the demo office, with what they sign in by."""
    rows = db.session.execute(
        sa.select(Person.name, Person.birth_date, Account.phone)
        .join(Account, Account.id == Person.account_id)
        .where(Account.phone.is_not(None), Account.active)
        .order_by(Person.id)
        .limit(4)
    )
    return [
        DemoPerson(name, Audience.RESIDENT.label, phone or "", born) for name, born, phone in rows
    ]


def demo_workers() -> Sequence[DemoPerson]:
    """A few of those who sign in to the demo office by e-mail."""
    by_role = [
        DemoPerson(name, role.label, email)
        for role, limit in _DEMO_ROLES
        for name, email in _demo_accounts(_has_role(role), limit)
    ]
    learns = Account.id.in_(
        sa.select(Person.account_id).where(Person.audience == Audience.EMPLOYEE)
    )
    employees = _demo_accounts(learns, 2)
    return by_role + [DemoPerson(name, Audience.EMPLOYEE.label, email) for name, email in employees]


def _known(where: sa.ColumnElement[bool]) -> Sequence[Known]:
    rows = db.session.execute(
        sa.select(Person.id, Person.name, Person.birth_date, Person.audience)
        .outerjoin(Account, Account.id == Person.account_id)
        .where(where)
        .order_by(Person.account_id.is_(None), Person.id)
    )
    # Entered twice, once without an account: the same human being, listed once.
    once: dict[tuple[str, date], Known] = {}
    for row in rows:
        once.setdefault((row.name, row.birth_date), Known(*row))
    return list(once.values())


def _has_role(role: Role) -> sa.ColumnElement[bool]:
    return Account.id.in_(
        sa.select(RoleGrant.account_id).where(
            RoleGrant.role == role, RoleGrant.revoked_at.is_(None)
        )
    )


def _demo_accounts(where: sa.ColumnElement[bool], limit: int) -> list[tuple[str, str]]:
    rows = db.session.execute(
        sa.select(Account.name, Account.email)
        .where(Account.email.is_not(None), Account.active, where)
        .order_by(Account.id)
        .limit(limit)
    )
    return [(name or "", email or "") for name, email in rows]
