"""The two records: who changed what (Event), and who looked at whose data (AccessLine)."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eduportal.shared import clock
from eduportal.shared.db import Model, append, write_together, written_together


@dataclass(frozen=True)
class By:
    """Who acts, and how the act came to us.

    kind: resident, employee, instructor, staff, admin or system; channel: online, phone, visit,
    or system. Either id may be missing.
    """

    kind: str
    channel: str = "online"
    account_id: int | None = None
    person_id: int | None = None


SYSTEM = By("system", "system")


class Event(Model):
    """One change: what, by whom, when, by which channel and why; written with the change itself."""

    __tablename__ = "event"
    __table_args__ = (
        sa.Index("ix_event_run", "run_id", "at"),
        sa.Index("ix_event_person", "person_id", "at"),
        sa.Index("ix_event_booking", "booking_id"),
        # When somebody was last here, and what they gave to whom.
        sa.Index("ix_event_account", "account_id", "verb", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    verb: Mapped[str] = mapped_column(sa.String(60))
    by_kind: Mapped[str] = mapped_column(sa.String(20))
    channel: Mapped[str] = mapped_column(sa.String(20))
    account_id: Mapped[int | None]
    actor_person_id: Mapped[int | None]
    run_id: Mapped[int | None]
    person_id: Mapped[int | None]
    booking_id: Mapped[int | None]
    subject: Mapped[str | None] = mapped_column(sa.String(40))
    subject_id: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(sa.Text)
    detail: Mapped[dict[str, Any]] = mapped_column(sa.JSON)


class AccessLine(Model):
    """One look at somebody else's data (safeguard notice 2026-9, art. 8)."""

    __tablename__ = "access_line"
    __table_args__ = (sa.Index("ix_access_line_person", "person_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by_kind: Mapped[str] = mapped_column(sa.String(20))
    account_id: Mapped[int | None]
    person_id: Mapped[int | None]
    address: Mapped[str | None] = mapped_column(sa.String(64))
    what: Mapped[str] = mapped_column(sa.String(200))


# Put together once: applying for a place passes here.
_RECORD = sa.insert(Event.__table__)  # type: ignore[arg-type]  # a mapped class has a Table


def record(
    by: By,
    verb: str,
    *,
    run_id: int | None = None,
    person_id: int | None = None,
    booking_id: int | None = None,
    subject: str | None = None,
    subject_id: int | None = None,
    reason: str | None = None,
    **detail: Any,
) -> None:
    """Write down a change, inside the verb that makes it; `detail` is what JSON can hold."""
    write_together(
        "events",
        _RECORD,
        {
            "at": clock.now(),
            "verb": verb,
            "by_kind": by.kind,
            "channel": by.channel,
            "account_id": by.account_id,
            "actor_person_id": by.person_id,
            "run_id": run_id,
            "person_id": person_id,
            "booking_id": booking_id,
            "subject": subject,
            "subject_id": subject_id,
            "reason": reason,
            "detail": detail,
        },
    )


def together() -> AbstractContextManager[None]:
    """Write all that is recorded inside at its end, in one statement."""
    return written_together("events", _RECORD)


def looked_at(by: By, what: str, person_id: int | None = None, address: str | None = None) -> None:
    """Leave the line that `by` saw `what`; of one person, or of a list (person_id None)."""
    append(
        sa.insert(AccessLine).values(
            at=clock.now(),
            by_kind=by.kind,
            account_id=by.account_id,
            person_id=person_id,
            address=address,
            what=what,
        )
    )
