"""Counting tries to sign in, so that guessing is slow (safeguard notice 2026-9, art. 5)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from eduportal.accounts.models import SignInCode, SignInTry
from eduportal.accounts.rules import TRIES_KEPT
from eduportal.shared import clock
from eduportal.shared.db import db


def note(who: str, what: str, succeeded: bool = False) -> int:
    """Write down one try by a number, e-mail, person or network address; returns its id."""
    row = SignInTry(at=clock.now(), who=who, what=what, succeeded=succeeded)
    db.session.add(row)
    db.session.flush()
    return row.id


def moments(who: str, what: str, window: timedelta) -> Sequence[datetime]:
    """When it was tried within the window, oldest first."""
    return db.session.scalars(
        sa.select(SignInTry.at).where(*_recent(who, what, window)).order_by(SignInTry.at)
    ).all()


def failed(who: str, what: str, window: timedelta) -> int:
    """How many tries within the window came to nothing."""
    return _count(*_recent(who, what, window), SignInTry.succeeded.is_(False))


def made(who: str, what: str, window: timedelta) -> int:
    """How many tries there were within the window, good or not."""
    return _count(*_recent(who, what, window))


def forget_old() -> None:
    """Delete what no limit counts any more; what others are busy with is left to them."""
    before = clock.now() - TRIES_KEPT
    for model, moment in ((SignInTry, SignInTry.at), (SignInCode, SignInCode.created_at)):
        old = sa.select(model.id).where(moment < before).with_for_update(skip_locked=True)
        db.session.execute(
            sa.delete(model).where(model.id.in_(old)).execution_options(synchronize_session=False)
        )


def _recent(who: str, what: str, window: timedelta) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        SignInTry.who == who,
        SignInTry.what == what,
        SignInTry.at > clock.now() - window,
    )


def _count(*where: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(SignInTry).where(*where)) or 0
