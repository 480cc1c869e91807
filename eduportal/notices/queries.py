"""What the outbox holds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eduportal.notices.models import Channel, Delivery, Notice, due
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.masking import masked_phone

NEWEST = 50


@dataclass(frozen=True)
class Shown:
    """A message as the demo's page shows it; numbers masked, since visitors may type their own."""

    channel: Channel
    address: str
    at: datetime
    subject: str
    body: str


def anything_due(channels: Collection[Channel]) -> bool:
    """Whether there is something to send; asked without the turn to write."""
    return bool(db.session.scalar(sa.select(sa.exists().where(due(clock.now(), channels)))))


def waiting_count(channel: Channel) -> int:
    """How many messages wait to go out over a channel."""
    waiting = (Notice.delivery == Delivery.WAITING, Notice.channel == channel)
    return db.session.scalar(sa.select(sa.func.count()).select_from(Notice).where(*waiting)) or 0


def newest() -> list[Shown]:
    """The newest messages, the last one first."""
    latest_first = sa.select(Notice).order_by(Notice.created_at.desc(), Notice.id.desc())
    return [_shown(notice) for notice in db.session.scalars(latest_first.limit(NEWEST))]


def newest_of(kind: str, most: int = 5) -> Sequence[Notice]:
    """The newest messages of a kind, the last one first."""
    return db.session.scalars(
        sa.select(Notice).where(Notice.kind == kind).order_by(Notice.id.desc()).limit(most)
    ).all()


def _shown(notice: Notice) -> Shown:
    by_phone = notice.channel is Channel.SMS
    address = masked_phone(notice.address) if by_phone else notice.address
    return Shown(notice.channel, address, notice.created_at, notice.subject, notice.body)
