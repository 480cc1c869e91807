"""Who teaches: what, when, and when not."""

from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eduportal.shared.db import Model


class Instructor(Model):
    """Somebody who teaches (강사); signs in with `account_id` where there is one.

    `introduction` is shown to everybody only from `consented_at` on, as the name is; both are
    taken back by the instructor at any time. `phone` is for the office alone.
    """

    __tablename__ = "instructor"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    name_is_public: Mapped[bool] = mapped_column(default=False)
    introduction: Mapped[str | None] = mapped_column(sa.Text)
    consented_at: Mapped[datetime | None]
    phone: Mapped[str | None] = mapped_column(sa.String(11))
    active: Mapped[bool] = mapped_column(default=True)


class InstructorCourse(Model):
    """A course that an instructor may teach; one who has none listed may teach any."""

    __tablename__ = "instructor_course"
    __table_args__ = (sa.UniqueConstraint("instructor_id", "course_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(sa.ForeignKey("instructor.id"))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))


class InstructorHours(Model):
    """When an instructor can teach on a weekday (Monday is 0), by Seoul's clock.

    One who has none listed can teach at any time.
    """

    __tablename__ = "instructor_hours"
    __table_args__ = (
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        sa.CheckConstraint("starts < ends", name="span"),
        sa.Index("ix_instructor_hours_instructor", "instructor_id", "weekday"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(sa.ForeignKey("instructor.id"))
    weekday: Mapped[int]
    starts: Mapped[time]
    ends: Mapped[time]


class InstructorAbsence(Model):
    """Days on which an instructor cannot teach, both ends included."""

    __tablename__ = "instructor_absence"
    __table_args__ = (
        sa.CheckConstraint("first_on <= last_on", name="span"),
        sa.Index("ix_instructor_absence_instructor", "instructor_id", "last_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(sa.ForeignKey("instructor.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.String(80))
