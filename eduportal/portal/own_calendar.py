"""A learner's own classes as a calendar: who may read it, and what is in it.

A calendar program cannot sign in, so its address carries a signed key: the person, and the
account's stamp. Signing out everywhere changes the stamp and ends every such address.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import joinedload

from eduportal.accounts import queries as accounts
from eduportal.booking.models import Booking
from eduportal.booking.rules import State
from eduportal.catalog.models import Meeting, Run
from eduportal.catalog.queries.calendar import Announcement, announced_among
from eduportal.shared.db import db

KEPT = timedelta(days=60)
TAKING_PART = (State.PLACED, State.COMPLETED, State.NOT_COMPLETED)


@dataclass(frozen=True)
class Class:
    """A class of somebody's own, with the run that it belongs to."""

    run: Announcement
    meeting: Meeting


def key(account_id: int, person_id: int, stamp: str) -> str:
    """What the address of somebody's calendar ends in."""
    return str(_signer().dumps([account_id, person_id, stamp]))


def reader_of(key: str) -> int | None:
    """Whose classes a key shows; None where it is none, or ended with its account's stamp."""
    try:
        account_id, person_id, stamp = _signer().loads(key)
    except (BadSignature, ValueError, TypeError):
        return None
    user = accounts.signed_in(account_id, person_id, stamp)
    return user.person_id if user else None


def own_classes(person_id: int, now: datetime) -> list[Class]:
    """The classes of runs that a person takes part in, from not long ago on."""
    meetings = db.session.scalars(
        sa.select(Meeting)
        .join(Run, Run.id == Meeting.run_id)
        .join(Booking, Booking.run_id == Run.id)
        .where(
            Booking.person_id == person_id,
            Booking.state.in_(TAKING_PART),
            Run.ends_at > now - KEPT,
        )
        .options(joinedload(Meeting.room))
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()
    runs = announced_among({meeting.run_id for meeting in meetings}, now)
    return [Class(runs[one.run_id], one) for one in meetings if one.run_id in runs]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="eduportal.calendar")
