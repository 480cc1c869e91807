"""What staff write down about a day."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eduportal.shared.db import Model


class DailyLog(Model):
    """A center's log of one day (운영일지): what staff add to what the rows say already."""

    __tablename__ = "daily_log"
    __table_args__ = (
        sa.UniqueConstraint("center_id", "day"),
        sa.CheckConstraint("visitors IS NULL OR visitors >= 0", name="visitors"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    center_id: Mapped[int] = mapped_column(sa.ForeignKey("center.id"))
    day: Mapped[date]
    weather: Mapped[str | None] = mapped_column(sa.String(40))
    visitors: Mapped[int | None]
    work: Mapped[str | None] = mapped_column(sa.Text)
    facilities: Mapped[str | None] = mapped_column(sa.Text)
    remarks: Mapped[str | None] = mapped_column(sa.Text)
    version: Mapped[int] = mapped_column(default=1)
    written_by: Mapped[int | None]
    written_at: Mapped[datetime]
