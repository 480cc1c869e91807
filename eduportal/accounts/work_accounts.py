"""Who works here, what they may do, and who gave them that (G1)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eduportal.accounts import rules
from eduportal.accounts.models import Account, Invitation, RoleGrant
from eduportal.accounts.rules import Role
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.events import Event

ROLE_VERBS = (
    "account_added",
    "account_invited",
    "invitation_accepted",
    "role_granted",
    "role_revoked",
    "account_closed",
    "account_reopened",
)
PAGE = 50
MOST_PAGES = 10_000


@dataclass(frozen=True)
class WorkAccount:
    """An account that signs in by e-mail, with the roles it has now."""

    id: int
    name: str
    email: str
    active: bool
    seen_at: datetime | None
    invited_until: datetime | None
    grants: Sequence[RoleGrant]

    @property
    def waits(self) -> bool:
        """Was invited and has never come."""
        return self.seen_at is None and self.invited_until is not None


@dataclass(frozen=True)
class RoleLine:
    """One line of the record: who did what to whose account."""

    at: datetime
    verb: str
    channel: str
    actor: str | None
    account: str
    role: Role | None
    center_id: int | None
    department: str | None


@dataclass(frozen=True)
class RolePage:
    """A page of the record, the newest first."""

    lines: Sequence[RoleLine]
    page: int
    more: bool


def has_admin() -> bool:
    """Whether anybody is an administrator: set-up is over then."""
    there = sa.exists().where(RoleGrant.role == Role.ADMIN, RoleGrant.revoked_at.is_(None))
    return bool(db.session.scalar(sa.select(there)))


def others_at_work() -> bool:
    """Whether anybody besides an administrator plans, or sits at the desk."""
    role = RoleGrant.role.in_((Role.STAFF, Role.DESK))
    query = sa.select(RoleGrant.id).join(Account, Account.id == RoleGrant.account_id)
    return bool(
        db.session.scalar(
            query.where(Account.active, RoleGrant.revoked_at.is_(None), role).limit(1)
        )
    )


def work_accounts(words: str | None = None) -> list[WorkAccount]:
    """Everybody who has or had a role or an invitation; with words, every e-mail account."""
    query = sa.select(Account).where(Account.email.is_not(None))
    if words:
        found = (
            Account.name.contains(words, autoescape=True),
            Account.email.contains(words.lower(), autoescape=True),
        )
        query = query.where(sa.or_(*found))
    else:
        query = query.where(
            sa.or_(
                sa.exists().where(RoleGrant.account_id == Account.id),
                sa.exists().where(Invitation.account_id == Account.id),
            )
        )
    accounts = db.session.scalars(query.order_by(Account.active.desc(), Account.name, Account.id))
    return _lines(list(accounts))


def work_account(account_id: int) -> WorkAccount | None:
    """One account that signs in by e-mail."""
    account = db.session.get(Account, account_id)
    return _lines([account])[0] if account and account.email else None


def name_of(account_id: int) -> str | None:
    """What somebody who signs in by e-mail is called."""
    return db.session.scalar(sa.select(Account.name).where(Account.id == account_id))


def invited(token: str) -> str | None:
    """The name of whoever a link is good for; None where it is used, over or unknown."""
    row = db.session.execute(
        sa.select(Invitation.expires_at, Invitation.used_at, Account.active, Account.name)
        .join(Account, Account.id == Invitation.account_id)
        .where(Invitation.token_hash == rules.token_hash(token))
    ).one_or_none()
    if row is None:
        return None
    used = row.used_at is not None
    good = rules.invitation_is_good(row.expires_at, used, row.active, clock.now())
    return (row.name or "") if good else None


def role_page(account_id: int | None, page: int) -> RolePage:
    """A page of the record of roles, of one account or all."""
    page = min(max(page, 1), MOST_PAGES)
    first = (page - 1) * PAGE
    rows = db.session.scalars(_role_events(account_id).offset(first).limit(PAGE + 1)).all()
    return RolePage(_role_lines(rows[:PAGE]), page, len(rows) > PAGE)


def role_record(account_id: int | None) -> Sequence[RoleLine]:
    """The whole record of roles, of one account or all, the newest first."""
    return _role_lines(db.session.scalars(_role_events(account_id)).all())


def _lines(accounts: Sequence[Account]) -> list[WorkAccount]:
    ids = [account.id for account in accounts]
    grants, seen, invitations = _grants(ids), _last_seen(ids), _invited_until(ids)
    return [
        WorkAccount(
            account.id,
            account.name or "",
            account.email or "",
            account.active,
            seen.get(account.id),
            invitations.get(account.id),
            grants.get(account.id, []),
        )
        for account in accounts
    ]


def _grants(ids: Collection[int]) -> Mapping[int, list[RoleGrant]]:
    rows = db.session.scalars(
        sa.select(RoleGrant).where(RoleGrant.account_id.in_(ids), RoleGrant.revoked_at.is_(None))
    )
    order = list(Role)
    by_account: dict[int, list[RoleGrant]] = {}
    for grant in sorted(rows, key=lambda one: (order.index(one.role), one.id)):
        by_account.setdefault(grant.account_id, []).append(grant)
    return by_account


def _last_seen(ids: Collection[int]) -> dict[int, datetime]:
    rows = db.session.execute(
        sa.select(Event.account_id, sa.func.max(Event.at))
        .where(Event.verb == "signed_in", Event.account_id.in_(ids))
        .group_by(Event.account_id)
    )
    return {account_id: at for account_id, at in rows if account_id is not None}


def _invited_until(ids: Collection[int]) -> dict[int, datetime]:
    rows = db.session.execute(
        sa.select(Invitation.account_id, sa.func.max(Invitation.expires_at))
        .where(Invitation.account_id.in_(ids), Invitation.used_at.is_(None))
        .group_by(Invitation.account_id)
    )
    return dict(iter(rows))


def _role_events(account_id: int | None) -> sa.Select[Event]:
    # Phones sign in too, and their accounts are added by the hundred: they have no roles.
    works = sa.select(Account.id).where(Account.email.is_not(None))
    query = sa.select(Event).where(
        Event.verb.in_(ROLE_VERBS), Event.subject == "account", Event.subject_id.in_(works)
    )
    if account_id is not None:
        query = query.where(Event.subject_id == account_id)
    return query.order_by(Event.id.desc())


def _role_lines(rows: Sequence[Event]) -> list[RoleLine]:
    ids = {row.account_id for row in rows} | {row.subject_id for row in rows}
    names = {
        account_id: f"{name or ''} ({email})"
        for account_id, name, email in db.session.execute(
            sa.select(Account.id, Account.name, Account.email).where(Account.id.in_(ids))
        )
    }
    return [
        RoleLine(
            row.at,
            row.verb,
            row.channel,
            names.get(row.account_id) if row.account_id else None,
            names.get(row.subject_id or 0, ""),
            Role(row.detail["role"]) if row.detail.get("role") else None,
            row.detail.get("center_id"),
            row.detail.get("department"),
        )
        for row in rows
    ]
