"""The office, what it charges less for, and the days on which it is closed."""

from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eduportal.shared.db import Model


class Office(Model):
    """The office itself: one row. What it sets here is the default of every run (모집 기준).

    The window's days lie in the month before the first class, its times are Seoul's.
    `policy_set_at`: when somebody looked these defaults over; `opened_at`: when set-up was
    finished. `intake`: how places are given (rules.intake). `minimum_percent` of the capacity is
    what a run needs to be held (R18).
    """

    __tablename__ = "office"
    __table_args__ = (
        sa.CheckConstraint("id = 1", name="single"),
        sa.CheckConstraint("monthly_limit >= 1", name="monthly_limit"),
        sa.CheckConstraint("completion_percent BETWEEN 1 AND 100", name="completion_percent"),
        sa.CheckConstraint("minimum_percent BETWEEN 0 AND 100", name="minimum_percent"),
        sa.CheckConstraint(
            "1 <= window_from_day AND window_from_day <= window_until_day"
            " AND window_until_day <= 31",
            name="window_days",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    department: Mapped[str] = mapped_column(sa.String(80))
    phone: Mapped[str] = mapped_column(sa.String(20))
    email: Mapped[str | None] = mapped_column(sa.String(254))
    homepage: Mapped[str | None] = mapped_column(sa.String(200))
    monthly_limit: Mapped[int] = mapped_column(default=2)
    waiting_limit: Mapped[int] = mapped_column(default=10)
    minimum_age: Mapped[int] = mapped_column(default=14)
    completion_percent: Mapped[int] = mapped_column(default=80)
    minimum_percent: Mapped[int] = mapped_column(default=50, server_default="50")
    window_from_day: Mapped[int] = mapped_column(default=15, server_default="15")
    window_from_time: Mapped[time] = mapped_column(default=time(10), server_default="10:00:00")
    window_until_day: Mapped[int] = mapped_column(default=17, server_default="17")
    window_until_time: Mapped[time] = mapped_column(default=time(18), server_default="18:00:00")
    intake: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, server_default="{}")
    policy_set_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(default=False)


class Reduction(Model):
    """A group that pays less (감면, R11): `percent` off the tuition, as information."""

    __tablename__ = "reduction"
    __table_args__ = (sa.CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    percent: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class ClosedDay(Model):
    """Days on which a center (None: every center) is closed (휴관일), both ends included."""

    __tablename__ = "closed_day"
    __table_args__ = (
        sa.CheckConstraint("first_on <= last_on", name="span"),
        sa.Index("ix_closed_day_last_on", "last_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    center_id: Mapped[int | None] = mapped_column(sa.ForeignKey("center.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    name: Mapped[str] = mapped_column(sa.String(80))


class HolidayOverride(Model):
    """What stands above the calendar of public holidays: a day added, or one that is worked."""

    __tablename__ = "holiday_override"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    is_holiday: Mapped[bool]
