"""Roles given and taken, accounts closed and opened again; each leaves a line that stays (G1).

Whoever takes something from an administrator locks the accounts of all administrators first, in
one order: of two who take the last keys from each other, one waits and is refused.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from secrets import token_hex

import sqlalchemy as sa

from eduportal.accounts import rules
from eduportal.accounts.models import Account, Invitation, RoleGrant
from eduportal.accounts.rules import Holding, Reason, Refusal, Role
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By, Event
from eduportal.shared.refusal import Missing, Refused


@dataclass(frozen=True)
class Places:
    """What a role is for: centers (None among them: every one), or a department."""

    center_ids: Collection[int | None] = ()
    department: str | None = None


@writing
def grant_role(by: By, account_id: int, role: Role, places: Places) -> None:
    """Give a role, at each of the centers; refused where nothing of it is new."""
    _refuse(rules.grant_refusal(role, places.center_ids, places.department))
    _locked_account(account_id)
    held = {(grant.center_id, grant.department) for grant in live_grants(account_id, role)}
    new = [pair for pair in _pairs(role, places) if pair not in held]
    if not new:
        raise Refused(Reason.GRANTED_ALREADY)
    for center_id, department in new:
        write_grant(by, account_id, role, center_id, department)


@writing
def revoke_grant(by: By, account_id: int, grant_id: int) -> None:
    """Take one role at one place; it is gone with the next request of whoever had it."""
    holding = _holding(account_id)
    grant = db.session.get(RoleGrant, grant_id, populate_existing=True)
    if grant is None or grant.account_id != account_id:
        raise Missing
    if grant.revoked_at is not None:
        return
    _refuse(rules.revoke_refusal(grant.role, holding, by.account_id))
    _revoke(by, grant)


@writing
def revoke_role(by: By, account_id: int, role: Role) -> int:
    """Take a role at every place where somebody has it; at how many that was."""
    holding = _holding(account_id)
    grants = live_grants(account_id, role)
    if grants:
        _refuse(rules.revoke_refusal(role, holding, by.account_id))
    for grant in grants:
        _revoke(by, grant)
    return len(grants)


@writing
def close_account(by: By, account_id: int) -> None:
    """Let nobody sign in by an account, end its sessions and its open invitations."""
    holding = _holding(account_id)
    account = _locked_account(account_id)
    _refuse(rules.close_refusal(holding, by.account_id))
    if not account.active:
        return
    account.active = False
    account.session_stamp = token_hex(16)
    end_invitations(account_id)
    events.record(by, "account_closed", subject="account", subject_id=account_id)


@writing
def reopen_account(by: By, account_id: int) -> None:
    """Let somebody sign in again, with the roles they still have."""
    account = _locked_account(account_id)
    if account.active:
        return
    account.active = True
    events.record(by, "account_reopened", subject="account", subject_id=account_id)


def write_grant(
    by: By, account_id: int, role: Role, center_id: int | None, department: str | None = None
) -> None:
    """One role at one place, and its line in the record."""
    db.session.add(
        RoleGrant(
            account_id=account_id,
            role=role,
            center_id=center_id,
            department=department,
            granted_at=clock.now(),
        )
    )
    db.session.flush()
    _record(by, "role_granted", account_id, role, center_id, department)


def live_grants(account_id: int, role: Role | None = None) -> Sequence[RoleGrant]:
    """The roles somebody has now, or where they have one of them."""
    query = sa.select(RoleGrant).where(
        RoleGrant.account_id == account_id, RoleGrant.revoked_at.is_(None)
    )
    if role is not None:
        query = query.where(RoleGrant.role == role)
    return db.session.scalars(
        query.order_by(RoleGrant.id).execution_options(populate_existing=True)
    ).all()


def end_invitations(account_id: int) -> None:
    """Let no open invitation of an account be good any longer."""
    db.session.execute(
        sa.update(Invitation)
        .where(Invitation.account_id == account_id, Invitation.used_at.is_(None))
        .values(expires_at=clock.now())
    )


def _holding(account_id: int) -> Holding:
    """What somebody has, under the lock of every administrator's account."""
    grants = sa.select(RoleGrant.account_id).where(
        RoleGrant.role == Role.ADMIN, RoleGrant.revoked_at.is_(None)
    )
    db.session.execute(
        sa.select(Account.id)
        .where(Account.id.in_(grants))
        .order_by(Account.id)
        .with_for_update(key_share=True)
    ).all()
    # Asked again under the locks, in a statement of its own: it sees what was written meanwhile.
    admins = set(db.session.scalars(grants.where(RoleGrant.account_id.in_(_can_sign_in()))))
    return Holding(
        account_id,
        is_admin=bool(live_grants(account_id, Role.ADMIN)),
        other_admins=len(admins - {account_id}),
    )


def _can_sign_in() -> sa.Select[int]:
    """Open accounts of people who have a password: not those who only were invited."""
    invited = sa.exists().where(Invitation.account_id == Account.id)
    came = sa.exists().where(Invitation.account_id == Account.id, Invitation.used_at.is_not(None))
    # Whoever is sent a new link for a forgotten password was here already.
    was_here = sa.exists().where(Event.account_id == Account.id, Event.verb == "signed_in")
    return sa.select(Account.id).where(Account.active, sa.or_(~invited, came, was_here))


def _locked_account(account_id: int) -> Account:
    account = db.session.get(
        Account, account_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if account is None or account.email is None:
        raise Missing
    return account


def _pairs(role: Role, places: Places) -> list[tuple[int | None, str | None]]:
    if role is Role.DEPARTMENT:
        return [(None, rules.normal_name(places.department or ""))]
    if role is Role.ADMIN or None in places.center_ids:
        return [(None, None)]
    numbers = {number for number in places.center_ids if number is not None}
    return [(center_id, None) for center_id in sorted(numbers)]


def _revoke(by: By, grant: RoleGrant) -> None:
    grant.revoked_at = clock.now()
    _record(by, "role_revoked", grant.account_id, grant.role, grant.center_id, grant.department)


def _record(
    by: By,
    verb: str,
    account_id: int,
    role: Role,
    center_id: int | None,
    department: str | None,
) -> None:
    events.record(
        by,
        verb,
        subject="account",
        subject_id=account_id,
        role=role.value,
        center_id=center_id,
        department=department,
    )


def _refuse(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise Refused(refusal[0], **refusal[1])
