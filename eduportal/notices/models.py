"""The outbox: what is to be sent, and what became of it."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eduportal.shared.db import Model, choice


class Channel(StrEnum):
    """How a notice travels."""

    SMS = "sms"
    EMAIL = "email"


class Delivery(StrEnum):
    """What became of a notice."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Notice(Model):
    """One message to one address; written with the change it tells of, sent after the commit.

    `dedupe` names the occasion, so that a verb that runs twice posts once. A `secret` body (a
    sign-in code) is blanked once sent. `claimed_until` is the sender's lease on the row.
    """

    __tablename__ = "notice"
    __table_args__ = (sa.Index("ix_notice_due", "delivery", "next_try_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    channel: Mapped[Channel] = mapped_column(choice(Channel, "channel"))
    address: Mapped[str] = mapped_column(sa.String(254))
    kind: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(200))
    body: Mapped[str] = mapped_column(sa.Text)
    secret: Mapped[bool]
    dedupe: Mapped[str] = mapped_column(sa.String(120), unique=True)
    delivery: Mapped[Delivery] = mapped_column(choice(Delivery, "delivery"))
    tries: Mapped[int]
    next_try_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(sa.Text)


class Sender(Model):
    """How this office's messages go out: one row, under what the settings say.

    `smtp_url` and `sms_key` are kept enciphered with the portal's secret key (notices/secrets).
    """

    __tablename__ = "sender"
    __table_args__ = (sa.CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    smtp_url: Mapped[str | None] = mapped_column(sa.Text)
    mail_from: Mapped[str | None] = mapped_column(sa.String(254))
    sms_url: Mapped[str | None] = mapped_column(sa.String(400))
    sms_key: Mapped[str | None] = mapped_column(sa.Text)
    sms_from: Mapped[str | None] = mapped_column(sa.String(20))
    changed_at: Mapped[datetime]


def due(now: datetime, channels: Collection[Channel]) -> sa.ColumnElement[bool]:
    """What is to be sent now, over channels that can send, and no other sender holds."""
    return sa.and_(
        Notice.delivery == Delivery.WAITING,
        Notice.next_try_at <= now,
        Notice.channel.in_(channels),
        sa.or_(Notice.claimed_until.is_(None), Notice.claimed_until <= now),
    )
