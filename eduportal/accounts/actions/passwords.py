"""Signing in by e-mail and password.

A try is counted before the password is looked at, in a turn of its own: hashing takes 30 ms, too
long to hold the turn to write, and tries that are made at the same time must all count.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from eduportal.accounts import rules
from eduportal.accounts.actions import tries
from eduportal.accounts.actions.sessions import Ticket, learner_of
from eduportal.accounts.models import Account, RoleGrant, SignInTry
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
def pass_try(
    try_id: int, account_id: int, address: str, right_hash: str | None, new_hash: str | None = None
) -> Ticket:
    """Let an account in whose password was right; `new_hash` replaces a dated `right_hash`.

    Raises Refused where the account is closed, or has another password by now.
    """
    account = db.session.get_one(Account, account_id, with_for_update=True, populate_existing=True)
    if not account.active:
        raise Refused(Reason.ACCOUNT_CLOSED)
    # Set anew while the old one was being compared: that one lets nobody in any more.
    if account.password_hash != right_hash:
        raise Refused(Reason.PASSWORD_WRONG)
    account.password_hash = new_hash or account.password_hash
    _count_as_good(try_id, address)
    person = learner_of(account_id)
    person_id, audience = (person.id, person.audience) if person else (None, None)
    by = By(rules.kind_of(_roles(account_id), audience), "online", account_id, person_id)
    events.record(by, "signed_in", person_id=person_id, way="password", address=address)
    return Ticket(account_id, person_id, account.session_stamp)


def _count_as_good(try_id: int, address: str) -> None:
    """Take a try off both counts: a whole town hall signs in from one address."""
    of_address = sa.select(sa.func.max(SignInTry.id)).where(
        SignInTry.who == f"address:{address}",
        SignInTry.what == "password",
        SignInTry.succeeded.is_(False),
        SignInTry.id < try_id,
    )
    db.session.execute(
        sa.update(SignInTry)
        .where(sa.or_(SignInTry.id == try_id, SignInTry.id == of_address.scalar_subquery()))
        .values(succeeded=True)
        .execution_options(synchronize_session=False)
    )


def _roles(account_id: int) -> Sequence[Role]:
    return db.session.scalars(
        sa.select(RoleGrant.role).where(
            RoleGrant.account_id == account_id, RoleGrant.revoked_at.is_(None)
        )
    ).all()
