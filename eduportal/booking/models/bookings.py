"""One person's way through one run, from application to completion."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eduportal.accounts.models import Person
from eduportal.accounts.rules import Audience, Relation, Sex
from eduportal.booking.rules import HOLDING, LIVE, PaymentKind, State
from eduportal.catalog.models import Run, Seat
from eduportal.shared.db import Model, choice


def _among(states: frozenset[State]) -> str:
    return "state IN (" + ", ".join(f"'{state}'" for state in sorted(states)) + ")"


class Booking(Model):
    """An application (수강신청) and what became of it.

    `number` is its place in the order of arrival, given inside the turn to write. `held_from` and
    `held_until` are the instants between which it held a place: figures as of a day are a WHERE
    on them. Age band, sex, dong, relation and audience are as they were, so that erasing a person
    leaves every total; so is an employee's department. `out_of_turn_reason` says why staff placed
    somebody before their turn. `priority_group`: the first group of the run's policy that the
    person was in; `first_timer`: nothing was held before; `gives_way`: took this course lately, and
    gets a place after the window, when nobody else waits; `needs_accessible`: the person asked for
    a wide seat, which nobody has to prove. An offer (빈자리 안내) ends at
    `offer_until`, whether or not a write has closed it yet.
    """

    __tablename__ = "booking"
    __table_args__ = (
        sa.UniqueConstraint("run_id", "number"),
        sa.Index(
            "uq_booking_live_person",
            "run_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text(_among(LIVE)),
            postgresql_where=sa.text(_among(LIVE)),
        ),
        sa.Index(
            "uq_booking_live_seat",
            "run_id",
            "seat_id",
            unique=True,
            sqlite_where=sa.text(_among(HOLDING)),
            postgresql_where=sa.text(_among(HOLDING)),
        ),
        sa.Index("ix_booking_person", "person_id", "state"),
        sa.Index("ix_booking_run", "run_id", "state", "number"),
        sa.Index("ix_booking_offer", "state", "offer_until"),
        sa.CheckConstraint("state <> 'offered' OR offer_until IS NOT NULL", name="offer"),
        sa.CheckConstraint("held_until IS NULL OR held_from <= held_until", name="held"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    seat_id: Mapped[int | None] = mapped_column(sa.ForeignKey("seat.id"))
    number: Mapped[int]
    state: Mapped[State] = mapped_column(choice(State, "state"))
    channel: Mapped[str] = mapped_column(sa.String(20))
    applied_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    held_from: Mapped[datetime | None]
    held_until: Mapped[datetime | None]
    completed_on: Mapped[date | None]
    offered_at: Mapped[datetime | None]
    offer_until: Mapped[datetime | None]
    priority_group: Mapped[str | None] = mapped_column(sa.String(40))
    first_timer: Mapped[bool | None]
    gives_way: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    needs_accessible: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    out_of_turn_reason: Mapped[str | None] = mapped_column(sa.Text)
    age_band: Mapped[str] = mapped_column(sa.String(20))
    sex: Mapped[Sex | None] = mapped_column(choice(Sex, "sex"))
    dong: Mapped[str | None] = mapped_column(sa.String(40))
    department: Mapped[str | None] = mapped_column(sa.String(80))
    relation: Mapped[Relation] = mapped_column(choice(Relation, "relation"))
    audience: Mapped[Audience] = mapped_column(choice(Audience, "audience"))

    run: Mapped[Run] = relationship()
    person: Mapped[Person | None] = relationship()
    seat: Mapped[Seat | None] = relationship()


class Payment(Model):
    """Money that staff recorded for a booking: paid, waived or paid back; nothing is paid online.

    `amount` is in won and positive whatever the kind; a wrong line is voided, never changed.
    """

    __tablename__ = "payment"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount"),
        sa.Index("ix_payment_booking", "booking_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"))
    kind: Mapped[PaymentKind] = mapped_column(choice(PaymentKind, "kind"))
    amount: Mapped[int]
    reduction_id: Mapped[int | None] = mapped_column(sa.ForeignKey("reduction.id"))
    reason: Mapped[str | None] = mapped_column(sa.Text)
    day: Mapped[date]
    at: Mapped[datetime]
    account_id: Mapped[int | None]
    voided_at: Mapped[datetime | None]
    voided_reason: Mapped[str | None] = mapped_column(sa.Text)


class RosterMessage(Model):
    """A message that staff sent to the people of one run: its words, to whom, by whom."""

    __tablename__ = "roster_message"
    __table_args__ = (sa.Index("ix_roster_message_run", "run_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id"))
    body: Mapped[str] = mapped_column(sa.Text)
    audience: Mapped[str] = mapped_column(sa.String(40))
    recipients: Mapped[int]
    unreachable: Mapped[int]
    at: Mapped[datetime]
    account_id: Mapped[int | None]
