"""Past results: runs from before the portal, counts only, nobody in them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eduportal.accounts.rules import Audience
from eduportal.catalog.rules import Kind
from eduportal.shared.db import Model, choice


class PastRun(Model):
    """A run of the office's earlier lists; key: title, center, room and first day."""

    __tablename__ = "past_run"
    __table_args__ = (
        sa.UniqueConstraint("title", "center_id", "room_id", "starts_on"),
        sa.CheckConstraint(
            "0 <= completions AND completions <= enrollments AND enrollments <= applications",
            name="counts",
        ),
        sa.CheckConstraint("enrollments <= capacity", name="capacity"),
        sa.CheckConstraint("starts_on <= ends_on", name="span"),
        sa.Index("ix_past_run_starts_on", "starts_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(120))
    center_id: Mapped[int] = mapped_column(sa.ForeignKey("center.id"))
    room_id: Mapped[int] = mapped_column(sa.ForeignKey("room.id"))
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    track: Mapped[str] = mapped_column(sa.String(40))
    audience: Mapped[Audience] = mapped_column(choice(Audience, "audience"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    meeting_count: Mapped[int]
    hours: Mapped[int]
    capacity: Mapped[int]
    applications: Mapped[int]
    enrollments: Mapped[int]
    completions: Mapped[int]
    note: Mapped[str | None] = mapped_column(sa.Text)
    imported_at: Mapped[datetime]
