"""A draw: what was promised before it, the list it was drawn from, and what came out."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eduportal.booking.models.bookings import Booking
from eduportal.booking.rules import State
from eduportal.catalog.models import Run
from eduportal.shared.db import Model, choice


class Draw(Model):
    """The draw of a run (추첨): one that stands; one called void keeps its row and says why.

    `commitment` (a text, with its SHA-256) is published before the window closes; `terms` is what
    it was made of, with the letters that stand for a group or a way in, which are never shown.
    `source`: the public value that will be the seed, in words; "" where it is a `secret` of the
    office, of which only `secret_hash` is shown before `drawn_at`. `entries` is the canonical list
    and `entries_hash` its SHA-256, both published at `closed_at`; `public_value` as it was read.
    """

    __tablename__ = "draw"
    __table_args__ = (
        sa.Index(
            "uq_draw_standing",
            "run_id",
            unique=True,
            sqlite_where=sa.text("voided_at IS NULL"),
            postgresql_where=sa.text("voided_at IS NULL"),
        ),
        sa.CheckConstraint("(voided_at IS NULL) = (voided_reason IS NULL)", name="voided"),
        sa.CheckConstraint("drawn_at IS NULL OR entries IS NOT NULL", name="drawn_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id"))
    version: Mapped[str] = mapped_column(sa.String(40))
    terms: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    source: Mapped[str] = mapped_column(sa.String(200))
    secret: Mapped[str | None] = mapped_column(sa.String(64))
    secret_hash: Mapped[str | None] = mapped_column(sa.String(64))
    commitment: Mapped[str] = mapped_column(sa.Text)
    commitment_hash: Mapped[str] = mapped_column(sa.String(64))
    committed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    entries: Mapped[str | None] = mapped_column(sa.Text)
    entries_hash: Mapped[str | None] = mapped_column(sa.String(64))
    public_value: Mapped[str | None] = mapped_column(sa.String(200))
    value_at: Mapped[datetime | None]
    account_id: Mapped[int | None]
    drawn_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    voided_reason: Mapped[str | None] = mapped_column(sa.Text)

    run: Mapped[Run] = relationship()


class DrawEntry(Model):
    """One booking in a draw: its opaque ticket, its lots in the urn, and what it got.

    `group_code` and `channel_code` are letters chosen for this draw alone. `number` is the place
    in the order of arrival before the draw; `rank` counts from 1.
    """

    __tablename__ = "draw_entry"
    __table_args__ = (
        sa.UniqueConstraint("draw_id", "booking_id"),
        sa.UniqueConstraint("draw_id", "ticket"),
        sa.Index("ix_draw_entry_booking", "booking_id"),
        sa.CheckConstraint("lots >= 1", name="lots"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draw_id: Mapped[int] = mapped_column(sa.ForeignKey("draw.id"))
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"))
    ticket: Mapped[str] = mapped_column(sa.String(32))
    group_code: Mapped[str] = mapped_column(sa.String(8), default="")
    channel_code: Mapped[str] = mapped_column(sa.String(8), default="")
    lots: Mapped[int]
    number: Mapped[int]
    rank: Mapped[int | None]
    outcome: Mapped[State | None] = mapped_column(choice(State, "outcome"))

    draw: Mapped[Draw] = relationship()
    booking: Mapped[Booking] = relationship()
