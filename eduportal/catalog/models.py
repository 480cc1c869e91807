"""Centers, rooms and seats; courses, their runs and meetings."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from eduportal.accounts.rules import Audience
from eduportal.catalog.rules import Kind, Readiness, RunState, Standing
from eduportal.shared.db import Model, choice


class Office(Model):
    """The office itself: one row. What it sets here is the default of every run (모집 기준)."""

    __tablename__ = "office"
    __table_args__ = (
        sa.CheckConstraint("id = 1", name="single"),
        sa.CheckConstraint("monthly_limit >= 1", name="monthly_limit"),
        sa.CheckConstraint("completion_percent BETWEEN 1 AND 100", name="completion_percent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    department: Mapped[str] = mapped_column(sa.String(80))
    phone: Mapped[str] = mapped_column(sa.String(20))
    monthly_limit: Mapped[int] = mapped_column(default=2)
    waiting_limit: Mapped[int] = mapped_column(default=10)
    minimum_age: Mapped[int] = mapped_column(default=14)
    completion_percent: Mapped[int] = mapped_column(default=80)
    is_demo: Mapped[bool] = mapped_column(default=False)


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


class Seat(Model):
    """A PC place (좌석) in a room."""

    __tablename__ = "seat"
    __table_args__ = (sa.UniqueConstraint("room_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(sa.ForeignKey("room.id"))
    number: Mapped[int]
    out_of_order: Mapped[bool] = mapped_column(default=False)


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
    seats: Mapped[list[Seat]] = relationship(order_by=Seat.number)
    working_seats: Mapped[int] = column_property(
        sa.select(sa.func.count(Seat.id))
        .where(Seat.room_id == id, Seat.out_of_order.is_(False))
        .correlate_except(Seat)
        .scalar_subquery(),
        deferred=True,
    )


class Instructor(Model):
    """Somebody who teaches (강사); signs in with `account_id` where there is one."""

    __tablename__ = "instructor"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    name_is_public: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)


class Course(Model):
    """A reusable catalog entry (과정)."""

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(120), unique=True)
    summary: Mapped[str] = mapped_column(sa.Text)
    preparation: Mapped[str | None] = mapped_column(sa.Text)
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    track: Mapped[str] = mapped_column(sa.String(40))
    audience: Mapped[Audience] = mapped_column(choice(Audience, "audience"))
    created_at: Mapped[datetime]


class Run(Model):
    """One course offered once (강좌; the 회 of a report).

    Copies title, kind, track and audience of its course, so that later edits of the course leave
    what was offered as it was. `starts_at`, `ends_at`, `meeting_count`, `minutes`, `weekdays`
    (`1,3`) and `time_of_day` (`10:00~12:00`; empty where they differ) follow its meetings;
    `places_taken` (placed and offered), `waiting` and `last_number` are kept by booking in the
    turn that changes them. `starts_on`/`ends_on` are Seoul dates: the month of a report is the
    month of `starts_on`.
    """

    __tablename__ = "run"
    __table_args__ = (
        sa.CheckConstraint("capacity >= 1", name="capacity"),
        sa.CheckConstraint("places_taken BETWEEN 0 AND capacity", name="not_oversold"),
        sa.CheckConstraint("waiting >= 0", name="waiting"),
        sa.CheckConstraint("apply_from < apply_until", name="window"),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_on IS NOT NULL)", name="cancelled_on"
        ),
        sa.CheckConstraint(
            "state = 'draft' OR (starts_at IS NOT NULL AND room_id IS NOT NULL)"
            " OR state = 'cancelled'",
            name="publishable",
        ),
        sa.Index("ix_run_starts_on", "starts_on"),
        # What a list shows is what is not over: ten years of past runs are not read.
        sa.Index("ix_run_ends_at", "ends_at"),
        sa.Index("ix_run_apply_until", "apply_until"),
        sa.Index("ix_run_center", "center_id", "starts_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    center_id: Mapped[int] = mapped_column(sa.ForeignKey("center.id"))
    room_id: Mapped[int | None] = mapped_column(sa.ForeignKey("room.id"))
    instructor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("instructor.id"))
    title: Mapped[str] = mapped_column(sa.String(120))
    section: Mapped[str | None] = mapped_column(sa.String(40))
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    track: Mapped[str] = mapped_column(sa.String(40))
    audience: Mapped[Audience] = mapped_column(choice(Audience, "audience"))
    state: Mapped[RunState] = mapped_column(choice(RunState, "state"))
    published_at: Mapped[datetime | None]
    cancelled_on: Mapped[date | None]
    cancelled_reason: Mapped[str | None] = mapped_column(sa.Text)
    note: Mapped[str | None] = mapped_column(sa.Text)
    fee: Mapped[int] = mapped_column(default=0)
    book_fee: Mapped[int] = mapped_column(default=0)

    capacity: Mapped[int]
    apply_from: Mapped[datetime]
    apply_until: Mapped[datetime]
    cancel_until: Mapped[datetime]
    waiting_limit: Mapped[int]
    monthly_limit: Mapped[int]
    minimum_age: Mapped[int | None]
    maximum_age: Mapped[int | None]
    relations: Mapped[str] = mapped_column(sa.String(40), default="lives,works,studies")

    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    meeting_count: Mapped[int] = mapped_column(default=0)
    minutes: Mapped[int] = mapped_column(default=0)
    weekdays: Mapped[str] = mapped_column(sa.String(20), default="")
    time_of_day: Mapped[str] = mapped_column(sa.String(20), default="")
    search_text: Mapped[str] = mapped_column(sa.Text, default="")

    places_taken: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
    last_number: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    course: Mapped[Course] = relationship()
    center: Mapped[Center] = relationship()
    room: Mapped[Room | None] = relationship()
    instructor: Mapped[Instructor | None] = relationship()
    meetings: Mapped[list["Meeting"]] = relationship(
        order_by="Meeting.starts_at", back_populates="run"
    )

    @property
    def full_title(self) -> str:
        """Title with its section: `ITQ 한글 (오전)`."""
        return f"{self.title} ({self.section})" if self.section else self.title

    @property
    def seats_left(self) -> int:
        """Places that a newcomer can still get: none while people wait for them."""
        return self.standing.seats_left

    @property
    def standing(self) -> Standing:
        """What rules.status asks for."""
        return Standing(
            self.state,
            self.apply_from,
            self.apply_until,
            self.starts_at,
            self.ends_at,
            self.capacity,
            self.places_taken,
            self.waiting,
            self.waiting_limit,
        )

    @property
    def readiness(self) -> Readiness:
        """What rules.publication_refusals asks for."""
        return Readiness(
            self.room_id,
            self.room.working_seats if self.room else 0,
            self.capacity,
            self.starts_at,
            self.apply_until,
            self.cancel_until,
        )


class Meeting(Model):
    """One class session (차시), in a room with an instructor of its own."""

    __tablename__ = "meeting"
    __table_args__ = (
        sa.UniqueConstraint("run_id", "starts_at"),
        sa.CheckConstraint("starts_at < ends_at", name="span"),
        sa.Index("ix_meeting_room", "room_id", "starts_at"),
        sa.Index("ix_meeting_instructor", "instructor_id", "starts_at"),
        sa.Index("ix_meeting_starts_at", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id"))
    room_id: Mapped[int] = mapped_column(sa.ForeignKey("room.id"))
    instructor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("instructor.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    run: Mapped[Run] = relationship(back_populates="meetings")
    room: Mapped[Room] = relationship()
    instructor: Mapped[Instructor | None] = relationship()
