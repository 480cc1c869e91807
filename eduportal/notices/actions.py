"""Putting a message in the outbox, and what a sender does with it."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from eduportal.notices.models import Channel, Delivery, Notice, due
from eduportal.notices.rules import BLANKED, Message
from eduportal.shared import clock, events
from eduportal.shared.db import db, write_together, writing, written_together
from eduportal.shared.events import By

# Longer than any sending takes, so that a message goes out twice only after a crash.
LEASE = timedelta(minutes=5)

# Both databases know ON CONFLICT, each by an INSERT of its own dialect; made once, since
# applying for a place passes here.
_POST = {
    "sqlite": sqlite.insert(Notice).on_conflict_do_nothing(index_elements=["dedupe"]),
    "postgresql": postgresql.insert(Notice).on_conflict_do_nothing(index_elements=["dedupe"]),
}


@writing
def post(
    channel: Channel,
    address: str,
    kind: str,
    subject: str,
    body: str,
    dedupe: str,
    secret: bool = False,
    not_before: datetime | None = None,
) -> None:
    """Put one message in the outbox; where `dedupe` was posted before, the first one stays.

    A `secret` is a code good for three minutes (rules.SECRET_LIFE). `not_before` is the morning
    that a message made at night waits for.
    """
    now = clock.now()
    write_together(
        "notices",
        _POST[db.engine.dialect.name],
        {
            "created_at": now,
            "channel": channel,
            "address": address,
            "kind": kind,
            "subject": subject,
            "body": body,
            "secret": secret,
            "dedupe": dedupe,
            "delivery": Delivery.WAITING,
            "tries": 0,
            "next_try_at": not_before or now,
        },
    )


def together() -> AbstractContextManager[None]:
    """Put all that is posted inside in the outbox at its end, in one statement."""
    return written_together("notices", _POST[db.engine.dialect.name])


@writing
def take_back(dedupe: str) -> None:
    """Let a message that nobody has begun to send not go out: what it says is true no more."""
    db.session.execute(
        sa.delete(Notice)
        .where(
            Notice.dedupe == dedupe,
            Notice.delivery == Delivery.WAITING,
            Notice.tries == 0,
            Notice.claimed_until.is_(None),
        )
        .execution_options(synchronize_session=False)
    )


@writing
def claim(channels: Collection[Channel]) -> Message | None:
    """Take the lease on the next message that is due, codes before all else; None if none is."""
    now = clock.now()
    head = (
        sa.select(Notice.id)
        .where(due(now, channels))
        .order_by(Notice.secret.desc(), Notice.next_try_at, Notice.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    taken = db.session.execute(
        sa.update(Notice)
        .where(Notice.id == head.scalar_subquery())
        .values(claimed_until=now + LEASE, tries=Notice.tries + 1)
        .returning(
            Notice.id,
            Notice.channel,
            Notice.kind,
            Notice.address,
            Notice.subject,
            Notice.body,
            Notice.secret,
            Notice.created_at,
            Notice.tries,
            Notice.claimed_until,
        )
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return Message(**taken._mapping) if taken else None


@writing
def mark_sent(message: Message) -> None:
    """It went out, whoever holds the lease by now; a secret is blanked."""
    _settle(message, Delivery.SENT, sent_at=clock.now())


@writing
def give_up(message: Message, error: str) -> None:
    """It cannot be delivered; a secret is blanked."""
    _settle(message, Delivery.FAILED, error=error)


@writing
def put_off(message: Message, until: datetime, error: str | None = None) -> None:
    """Try it again later, unless the lease ran out and another sender took over."""
    db.session.execute(
        _waiting(message)
        .where(Notice.claimed_until == message.claimed_until)
        .values(next_try_at=until, claimed_until=None, error=error)
    )


@writing
def send_again(by: By, notice_id: int) -> bool:
    """Let a message that was given up be tried anew; False where it does not stand so (any more).

    A secret's body is gone, so it is never sent again.
    """
    found = db.session.execute(
        sa.update(Notice)
        .where(Notice.id == notice_id, Notice.delivery == Delivery.FAILED, Notice.secret.is_(False))
        .values(delivery=Delivery.WAITING, tries=0, next_try_at=clock.now(), error=None)
        .returning(Notice.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if found is None:
        return False
    events.record(by, "notice.sent_again", subject="notice", subject_id=notice_id)
    return True


def _settle(message: Message, delivery: Delivery, **facts: object) -> None:
    blanked = {"body": BLANKED} if message.secret else {}
    db.session.execute(
        _waiting(message).values(delivery=delivery, claimed_until=None, **blanked, **facts)
    )


def _waiting(message: Message) -> sa.Update:
    return (
        sa.update(Notice)
        .where(Notice.id == message.id, Notice.delivery == Delivery.WAITING)
        .execution_options(synchronize_session=False)
    )
