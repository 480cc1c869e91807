"""Openings: made ahead, since the hash of a line's secret is shown before it is used."""

import hashlib
import secrets
from datetime import datetime

import sqlalchemy as sa

from eduportal.accounts.actions.once import insert_once
from eduportal.catalog.models import Run
from eduportal.catalog.models.openings import Opening
from eduportal.catalog.rules import RunState
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import SYSTEM, By


@writing
def opening_for(by: By, opens_at: datetime) -> int | None:
    """The opening of a moment, made unless it is there; None where that moment is over.

    A secret that was made after the opening would prove nothing: such runs have no line.
    """
    now = clock.now()
    is_made = opens_at > now and _is_made(opens_at, now)
    opening = db.session.scalar(sa.select(Opening).where(Opening.opens_at == opens_at))
    if opening is None:
        return None
    if is_made:
        # The hash stands in the record too, whose lines nobody changes.
        events.record(
            by,
            "opening.made",
            subject="opening",
            subject_id=opening.id,
            opens_at=opens_at.isoformat(),
            secret_hash=opening.secret_hash,
        )
    return opening.id


@writing
def make_missing_openings() -> int:
    """See that every run to come with a waiting line has its opening; returns how many it made."""
    missing = db.session.scalars(missing_openings(clock.now())).all()
    for opens_at in missing:
        opening_for(SYSTEM, opens_at)
    return len(missing)


def missing_openings(now: datetime) -> sa.Select[datetime]:
    """The moments to come at which a published run with a waiting line opens without an opening."""
    there = sa.select(Opening.id).where(Opening.opens_at == Run.apply_from)
    return (
        sa.select(Run.apply_from)
        .where(
            Run.waiting_line,
            Run.state == RunState.PUBLISHED,
            Run.apply_from > now,
            ~there.exists(),
        )
        .distinct()
    )


def _is_made(opens_at: datetime, now: datetime) -> bool:
    """Whether this call made it: two may at the same time."""
    secret = secrets.token_bytes(32)
    values = {
        "opens_at": opens_at,
        "secret": secret.hex(),
        "secret_hash": hashlib.sha256(secret).hexdigest(),
        "ticket_key": secrets.token_hex(32),
        "created_at": now,
    }
    return insert_once(Opening, ["opens_at"], values)
