"""Who stands in a waiting line, in batches: no row for each visitor."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eduportal.shared.db import Model


class LineBatch(Model):
    """What one web process saw arrive in a moment: [ticket, milliseconds after the opening].

    Negative before the opening. Only appended to; a ticket's earliest arrival counts.
    """

    __tablename__ = "line_batch"
    __table_args__ = (sa.Index("ix_line_batch_opening", "opening_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    opening_id: Mapped[int] = mapped_column(sa.ForeignKey("opening.id"))
    at: Mapped[datetime]
    arrivals: Mapped[list[list[str | int]]] = mapped_column(sa.JSON)
