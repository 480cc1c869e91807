"""Centers, their names and hours; rooms, their seats and blocks."""

from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from eduportal.catalog.rules import BlockKind
from eduportal.shared.db import Model, choice


class Center(Model):
    """An education center (교육장); its id stays while names and places change."""

    __tablename__ = "center"

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    phone: Mapped[str | None] = mapped_column(sa.String(20))
    summary: Mapped[str | None] = mapped_column(sa.Text)
    names: Mapped[list["CenterName"]] = relationship(order_by="CenterName.valid_from")


class CenterName(Model):
    """What a center is called, and where it is, from a day until a day (None: open)."""

    __tablename__ = "center_name"
    __table_args__ = (
        sa.UniqueConstraint("center_id", "valid_from"),
        sa.CheckConstraint("valid_until IS NULL OR valid_from <= valid_until", name="span"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    center_id: Mapped[int] = mapped_column(sa.ForeignKey("center.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    place: Mapped[str | None] = mapped_column(sa.String(200))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class OpeningHours(Model):
    """When a center is open on a weekday (Monday is 0), by Seoul's clock.

    A center without any is open always; one that has some is closed on the other weekdays.
    """

    __tablename__ = "opening_hours"
    __table_args__ = (
        sa.UniqueConstraint("center_id", "weekday"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        sa.CheckConstraint("opens < closes", name="span"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    center_id: Mapped[int] = mapped_column(sa.ForeignKey("center.id"))
    weekday: Mapped[int]
    opens: Mapped[time]
    closes: Mapped[time]


class Seat(Model):
    """A PC place (좌석) in a room; `row` and `column` count from the board's left, from 1.

    `number` is what bookings are seated by, `label` what people read where it differs. A seat that
    is taken out of the plan keeps its row in the table, for those who once sat there.
    """

    __tablename__ = "seat"
    __table_args__ = (sa.UniqueConstraint("room_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(sa.ForeignKey("room.id"))
    number: Mapped[int]
    label: Mapped[str | None] = mapped_column(sa.String(8))
    row: Mapped[int | None]
    column: Mapped[int | None]
    accessible: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    out_of_order: Mapped[bool] = mapped_column(default=False)
    removed_at: Mapped[datetime | None]

    @property
    def name(self) -> str:
        """What people read on it."""
        return self.label or str(self.number)


class Room(Model):
    """A teaching room (강의실) while it stood, with its seats."""

    __tablename__ = "room"
    __table_args__ = (
        sa.UniqueConstraint("center_id", "name", "opened_on"),
        sa.CheckConstraint("closed_on IS NULL OR opened_on <= closed_on", name="span"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    center_id: Mapped[int] = mapped_column(sa.ForeignKey("center.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    equipment: Mapped[str | None] = mapped_column(sa.Text)
    note: Mapped[str | None] = mapped_column(sa.Text)
    seats: Mapped[list[Seat]] = relationship(order_by=Seat.number)
    working_seats: Mapped[int] = column_property(
        sa.select(sa.func.count(Seat.id))
        .where(Seat.room_id == id, Seat.out_of_order.is_(False), Seat.removed_at.is_(None))
        .correlate_except(Seat)
        .scalar_subquery(),
        deferred=True,
    )


class RoomBlock(Model):
    """A stretch of time in which a room is used for something else; it counts as occupied."""

    __tablename__ = "room_block"
    __table_args__ = (
        sa.CheckConstraint("starts_at < ends_at", name="span"),
        sa.Index("ix_room_block_room", "room_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(sa.ForeignKey("room.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    kind: Mapped[BlockKind] = mapped_column(choice(BlockKind, "kind"))
    title: Mapped[str] = mapped_column(sa.String(80))
    note: Mapped[str | None] = mapped_column(sa.Text)

    room: Mapped[Room] = relationship()
