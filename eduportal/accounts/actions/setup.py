"""The first administrator of an office: whoever holds the code that the server's start printed."""

import sqlalchemy as sa

from eduportal.accounts import rules
from eduportal.accounts.actions import tries
from eduportal.accounts.actions.codes import locked_code
from eduportal.accounts.actions.sessions import Ticket
from eduportal.accounts.actions.workers import add_account
from eduportal.accounts.models import Account, RoleGrant
from eduportal.accounts.rules import Reason, Refusal, Role
from eduportal.shared import events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused

# Locked like a phone whose code is tried: tries at once count as many, and of two who would both
# be the first administrator, one waits and finds the other.
DOOR = "setup"


@writing
def try_setup_code(typed: str, key: str, address: str) -> Refusal | None:
    """Count one try of the set-up code; None where it is right. Refused once there is an admin."""
    locked_code(DOOR)
    _refuse_if_over()
    who = f"address:{address}"
    refusal = rules.setup_refusal(
        tries.failed(who, DOOR, rules.SETUP_WINDOW),
        tries.failed(DOOR, DOOR, rules.ADDRESS_WINDOW),
        rules.is_setup_code(typed, key),
    )
    for name in (who, DOOR):
        tries.note(name, DOOR, succeeded=refusal is None)
    if refusal:
        events.record(By("stranger"), "sign_in_failed", way=DOOR, why=refusal[0].name)
    return refusal


@writing
def add_first_administrator(email: str, name: str, password_hash: str, address: str) -> Ticket:
    """The office's first account, let in at once. Refused once there is an administrator."""
    locked_code(DOOR)
    _refuse_if_over()
    account_id = add_account(
        By("stranger"), email=email, name=name, password_hash=password_hash, role=Role.ADMIN
    )
    by = By(Role.ADMIN.value, "online", account_id)
    events.record(by, "signed_in", way=DOOR, address=address)
    stamp = db.session.scalars(
        sa.select(Account.session_stamp).where(Account.id == account_id)
    ).one()
    return Ticket(account_id, None, stamp)


def _refuse_if_over() -> None:
    there = sa.exists().where(RoleGrant.role == Role.ADMIN, RoleGrant.revoked_at.is_(None))
    if db.session.scalar(sa.select(there)):
        raise Refused(Reason.SETUP_OVER)
