"""Inviting somebody to work here: a link, good once, by which they set their own password."""

from collections.abc import Collection
from dataclasses import dataclass
from secrets import token_hex

import sqlalchemy as sa

from eduportal.accounts import rules
from eduportal.accounts.actions.roles import Places, end_invitations, grant_role
from eduportal.accounts.actions.sessions import Ticket, learner_of
from eduportal.accounts.actions.workers import add_account
from eduportal.accounts.models import Account, Invitation
from eduportal.accounts.rules import Reason, Role
from eduportal.notices.actions import post
from eduportal.notices.models import Channel
from eduportal.notices.rules import INVITATION
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused


@dataclass(frozen=True)
class NewWorker:
    """Somebody who will work here."""

    email: str
    name: str
    role: Role
    center_ids: Collection[int | None] = ()
    department: str | None = None


@dataclass(frozen=True)
class Letter:
    """The secret part of the link, and the mail that carries it (None: there is no way to mail)."""

    token: str
    subject: str = ""
    body: str | None = None


@writing
def invite(by: By, new: NewWorker, unusable_hash: str, letter: Letter) -> int:
    """An account with a role and a password that nobody knows, and the link to it; its id.

    Raises Refused for an e-mail that is taken, and a role that is for nothing.
    """
    account_id = add_account(by, email=new.email, name=new.name, password_hash=unusable_hash)
    grant_role(by, account_id, new.role, Places(new.center_ids, new.department))
    _invite(by, account_id, letter)
    return account_id


@writing
def invite_again(by: By, account_id: int, letter: Letter) -> None:
    """A new link for an account; the ones before it are good no longer."""
    _locked(account_id)
    _invite(by, account_id, letter)


@writing
def accept_invitation(token: str, password_hash: str, address: str) -> Ticket:
    """Set the password of whoever was invited and let them in; sessions from before end.

    Raises Refused where the link is used, over, or none of ours.
    """
    hashed = rules.token_hash(token)
    account_id = db.session.scalar(
        sa.select(Invitation.account_id).where(Invitation.token_hash == hashed)
    )
    if account_id is None:
        raise Refused(Reason.INVITATION_OVER)
    account = _locked(account_id)
    # Under the account's lock: of two who use the link at once, the second sees it used.
    row = db.session.scalars(
        sa.select(Invitation)
        .where(Invitation.token_hash == hashed)
        .execution_options(populate_existing=True)
    ).one()
    used = row.used_at is not None
    if not rules.invitation_is_good(row.expires_at, used, account.active, clock.now()):
        raise Refused(Reason.INVITATION_OVER)
    row.used_at = clock.now()
    account.password_hash = password_hash
    account.session_stamp = token_hex(16)
    by = By("stranger", "online", account_id)
    events.record(by, "invitation_accepted", subject="account", subject_id=account_id)
    # An employee who learns here and set a new password learns on.
    person = learner_of(account_id)
    person_id = person.id if person else None
    events.record(by, "signed_in", person_id=person_id, way="invitation", address=address)
    return Ticket(account_id, person_id, account.session_stamp)


def _invite(by: By, account_id: int, letter: Letter) -> None:
    end_invitations(account_id)
    now = clock.now()
    db.session.add(
        Invitation(
            account_id=account_id,
            token_hash=rules.token_hash(letter.token),
            created_at=now,
            expires_at=now + rules.INVITATION_LIFE,
        )
    )
    db.session.flush()
    events.record(by, "account_invited", subject="account", subject_id=account_id)
    if letter.body is not None:
        _mail(account_id, letter)


def _mail(account_id: int, letter: Letter) -> None:
    email = db.session.scalars(sa.select(Account.email).where(Account.id == account_id)).one()
    post(
        Channel.EMAIL,
        str(email),
        INVITATION,
        letter.subject,
        letter.body or "",
        f"invitation:{rules.token_hash(letter.token)}",
        secret=True,
    )


def _locked(account_id: int) -> Account:
    account = db.session.get(
        Account, account_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if account is None or account.email is None:
        raise Missing
    return account
