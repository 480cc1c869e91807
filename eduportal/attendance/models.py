"""Who came."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eduportal.attendance.rules import Mark
from eduportal.booking.rules import State
from eduportal.shared.db import Model, choice

# Who sits in the class, or sat there to the end.
ON_SHEET = (State.PLACED, State.COMPLETED, State.NOT_COMPLETED)


class Attendance(Model):
    """One person's mark (출석) in one meeting, and who made it."""

    __tablename__ = "attendance"
    __table_args__ = (
        sa.UniqueConstraint("meeting_id", "booking_id"),
        sa.Index("ix_attendance_booking", "booking_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"))
    mark: Mapped[Mark] = mapped_column(choice(Mark, "mark"))
    marked_at: Mapped[datetime]
    marked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
