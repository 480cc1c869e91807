"""What was sent to the people of a run, and how delivery went."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from eduportal.accounts.models import Account
from eduportal.booking.models import Booking, RosterMessage
from eduportal.notices.models import Delivery, Notice
from eduportal.shared.db import db


@dataclass(frozen=True)
class SentMessage:
    """A message with who sent it, and how many of its notices stand how."""

    message: RosterMessage
    by: str | None
    delivery: Mapping[str, int]


def messages_of(run_id: int) -> list[SentMessage]:
    """The messages of a run, the newest first, by two statements."""
    rows = db.session.execute(
        sa.select(RosterMessage, Account.name)
        .outerjoin(Account, Account.id == RosterMessage.account_id)
        .where(RosterMessage.run_id == run_id)
        .order_by(RosterMessage.id.desc())
    ).all()
    deliveries = _deliveries(run_id) if rows else {}
    return [SentMessage(message, name, deliveries.get(message.id, {})) for message, name in rows]


def newest_message(run_id: int) -> int:
    """The id of the run's newest message; 0 where there is none."""
    newest = sa.select(sa.func.max(RosterMessage.id)).where(RosterMessage.run_id == run_id)
    return db.session.scalar(newest) or 0


def _deliveries(run_id: int) -> dict[int, dict[str, int]]:
    # Each notice is looked up by its whole name, which both databases have an index for.
    text = sa.String()
    name = (
        sa.literal("roster:")
        + sa.cast(RosterMessage.id, text)
        + sa.literal(":")
        + sa.cast(Booking.id, text)
    )
    rows = db.session.execute(
        sa.select(RosterMessage.id, Notice.delivery, sa.func.count())
        .join(Booking, Booking.run_id == RosterMessage.run_id)
        .join(Notice, Notice.dedupe == name)
        .where(RosterMessage.run_id == run_id)
        .group_by(RosterMessage.id, Notice.delivery)
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for message_id, delivery, count in rows:
        found[message_id][Delivery(delivery).value] = count
    return found
