"""Signing in by e-mail and password.

A try is counted before the password is looked at, in a turn of its own: hashing takes 30 ms, too
long to hold the turn to write, and tries that are made at the same time must all count.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from eduportal.accounts import rules
from eduportal.accounts.actions import tries
from eduportal.accounts.actions.sessions import Ticket
from eduportal.accounts.models import Account, Person, RoleGrant, SignInTry
from eduportal.accounts.rules import Reason, Role
from eduportal.shared import events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused


@writing
def begin_try(email: str, address: str) -> int:
    """Count one try for this e-mail, known or not; its id. Raises Refused after too many."""
    tries.forget_old()
    db.session.execute(sa.select(Account.id).where(Account.email == email).with_for_update())
    refusal = rules.password_refusal(
        tries.failed(f"email:{email}", "password", rules.PASSWORD_WINDOW),
        tries.failed(f"address:{address}", "password", rules.ADDRESS_WINDOW),
    )
    if refusal:
        raise Refused(refusal[0])
    tries.note(f"address:{address}", "password")
    return tries.note(f"email:{email}", "password")


@writing
def fail_try(account_id: int | None, address: str) -> None:
    """Write down that the password was wrong, or the e-mail unknown (None)."""
    events.record(
        By("stranger"),
        "sign_in_failed",
        subject="account",
        subject_id=account_id,
        way="password",
        address=address,
    )


@writing
def pass_try(try_id: int, account_id: int, address: str, new_hash: str | None) -> Ticket:
    """Let an account in whose password was right; `new_hash` replaces a dated one.

    Raises Refused where the account is closed.
    """
    account = db.session.get_one(Account, account_id, with_for_update=True, populate_existing=True)
    if not account.active:
        raise Refused(Reason.ACCOUNT_CLOSED)
    account.password_hash = new_hash or account.password_hash
    db.session.execute(sa.update(SignInTry).where(SignInTry.id == try_id).values(succeeded=True))
    person = db.session.scalar(
        sa.select(Person).where(Person.account_id == account_id).order_by(Person.id).limit(1)
    )
    person_id, audience = (person.id, person.audience) if person else (None, None)
    by = By(rules.kind_of(_roles(account_id), audience), "online", account_id, person_id)
    events.record(by, "signed_in", person_id=person_id, way="password", address=address)
    return Ticket(account_id, person_id, account.session_stamp)


def _roles(account_id: int) -> Sequence[Role]:
    return db.session.scalars(
        sa.select(RoleGrant.role).where(
            RoleGrant.account_id == account_id, RoleGrant.revoked_at.is_(None)
        )
    ).all()
