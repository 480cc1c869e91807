"""The register of restrictions (제한 관리대장) and the appeals against them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eduportal.accounts.models import Person
from eduportal.booking.models.bookings import Booking
from eduportal.booking.rules.restrictions import Cause
from eduportal.shared.db import Model, choice


class Restriction(Model):
    """A warning (`from_on` is None), or the days on which a person may not apply, both included.

    `step` counts from 1 what was held against the person until then. One that was lifted stays,
    with who did it and why (면제).
    """

    __tablename__ = "restriction"
    __table_args__ = (
        sa.Index("ix_restriction_person", "person_id", "until_on"),
        sa.Index(
            "uq_restriction_booking",
            "booking_id",
            "cause",
            unique=True,
            sqlite_where=sa.text("booking_id IS NOT NULL"),
            postgresql_where=sa.text("booking_id IS NOT NULL"),
        ),
        sa.CheckConstraint("(from_on IS NULL) = (until_on IS NULL)", name="warning"),
        sa.CheckConstraint("from_on IS NULL OR from_on <= until_on", name="span"),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_reason IS NULL)", name="lifted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    booking_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking.id"))
    cause: Mapped[Cause] = mapped_column(choice(Cause, "cause"))
    step: Mapped[int]
    reason: Mapped[str] = mapped_column(sa.Text)
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    decided_at: Mapped[datetime]
    account_id: Mapped[int | None]
    lifted_at: Mapped[datetime | None]
    lifted_reason: Mapped[str | None] = mapped_column(sa.Text)
    lifted_account_id: Mapped[int | None]

    person: Mapped[Person | None] = relationship()
    booking: Mapped[Booking | None] = relationship()


class Appeal(Model):
    """What a person says against a restriction (이의신청), and what the office answers."""

    __tablename__ = "appeal"
    __table_args__ = (
        sa.UniqueConstraint("restriction_id"),
        sa.CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name="answered"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    restriction_id: Mapped[int] = mapped_column(sa.ForeignKey("restriction.id"))
    text: Mapped[str] = mapped_column(sa.Text)
    made_at: Mapped[datetime]
    granted: Mapped[bool | None]
    answer: Mapped[str | None] = mapped_column(sa.Text)
    answered_at: Mapped[datetime | None]
    account_id: Mapped[int | None]

    restriction: Mapped[Restriction] = relationship()
