"""Coming in and leaving; each leaves a line (guide to the access log of November 2025)."""

from dataclasses import dataclass
from datetime import date
from secrets import token_hex

import sqlalchemy as sa

from eduportal.accounts.actions.birth_dates import try_birth_date
from eduportal.accounts.actions.people import claim, phone_account
from eduportal.accounts.models import Account, Person
from eduportal.accounts.rules import Reason, Refusal
from eduportal.shared import events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused


@dataclass(frozen=True)
class Ticket:
    """What a session is opened with."""

    account_id: int
    person_id: int | None
    stamp: str


@writing
def confirm_birth_date(phone: str, person_id: int, typed: date) -> Refusal | None:
    """Compare a birth date with the chosen person's; a wrong one stays counted, so it answers."""
    # The row that every try of a birth date waits for: two guesses at once count as two.
    phone_account(phone)
    person = _of_phone(phone, person_id)
    return try_birth_date(person_id, person.birth_date == typed)


@writing
def admit(phone: str, person_id: int) -> Ticket:
    """Let a person of a proved phone in. Raises Refused for anybody else's, or a closed account."""
    account_id = phone_account(phone)
    _of_phone(phone, person_id)
    claim(account_id, person_id)
    account = db.session.execute(
        sa.select(Account.active, Account.session_stamp).where(Account.id == account_id)
    ).one()
    if not account.active:
        raise Refused(Reason.ACCOUNT_CLOSED)
    by = By("resident", "online", account_id, person_id)
    events.record(by, "signed_in", person_id=person_id, way="code")
    return Ticket(account_id, person_id, account.session_stamp)


@writing
def leave(by: By, why: str = "asked") -> None:
    """Write down that somebody signed out, or was signed out."""
    events.record(by, "signed_out", person_id=by.person_id, why=why)


@writing
def sign_out_everywhere(by: By) -> None:
    """End every session of one's own account, and forget its devices."""
    db.session.execute(
        sa.update(Account).where(Account.id == by.account_id).values(session_stamp=token_hex(16))
    )
    events.record(by, "signed_out", person_id=by.person_id, why="everywhere")


def learner_of(account_id: int) -> Person | None:
    """Who learns by an account that signs in by e-mail; None where nobody does."""
    return db.session.scalar(
        sa.select(Person).where(Person.account_id == account_id).order_by(Person.id).limit(1)
    )


def _of_phone(phone: str, person_id: int) -> sa.Row[date]:
    row = db.session.execute(
        sa.select(Person.birth_date)
        .outerjoin(Account, Account.id == Person.account_id)
        .where(
            Person.id == person_id,
            sa.or_(
                Account.phone == phone,
                sa.and_(Person.account_id.is_(None), Person.phone == phone),
            ),
        )
    ).one_or_none()
    if row is None:
        raise Refused(Reason.NO_SUCH_PERSON)
    return row
