"""People who work at the centers: an instructor's account and who teaches come together."""

import sqlalchemy as sa

from eduportal.accounts import actions as accounts
from eduportal.accounts.actions import Letter, NewWorker, Places
from eduportal.accounts.models import Account
from eduportal.accounts.rules import Role
from eduportal.catalog.actions.instructors import add_instructor
from eduportal.catalog.models import Instructor
from eduportal.shared.db import db, writing
from eduportal.shared.events import By


@writing
def invite(by: By, new: NewWorker, unusable_hash: str, letter: Letter) -> int:
    """Somebody who will work here; an instructor can be chosen for runs at once. Their account."""
    account_id = accounts.invite(by, new, unusable_hash, letter)
    if new.role is Role.INSTRUCTOR:
        ensure_instructor(by, account_id)
    return account_id


@writing
def grant_role(by: By, account_id: int, role: Role, places: Places) -> None:
    """Give somebody one more role."""
    accounts.grant_role(by, account_id, role, places)
    if role is Role.INSTRUCTOR:
        ensure_instructor(by, account_id)


def ensure_instructor(by: By, account_id: int) -> None:
    """Let an account teach, unless it does already; inside a turn to write."""
    there = sa.select(Instructor.id).where(Instructor.account_id == account_id)
    if db.session.scalar(there) is None:
        name = db.session.scalars(sa.select(Account.name).where(Account.id == account_id)).one()
        add_instructor(by, account_id, name or "")
