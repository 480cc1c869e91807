"""Courses, their runs and meetings."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from eduportal.accounts.rules import Audience
from eduportal.catalog.models.instructors import Instructor
from eduportal.catalog.models.places import Center, Room
from eduportal.catalog.rules import Kind, Readiness, RunState, Standing
from eduportal.catalog.rules.intake import Selection
from eduportal.shared import clock
from eduportal.shared.db import Model, UTCDateTime, choice

# Bookings lie above: of their table a run knows only that an offer of a place ends.
_OFFERS = sa.table(
    "booking",
    sa.column("run_id", sa.Integer),
    sa.column("state", sa.String),
    sa.column("offer_until", UTCDateTime()),
)
_NOW: sa.BindParameter[datetime] = sa.bindparam(None, callable_=clock.now, type_=UTCDateTime())


class Course(Model):
    """A reusable catalog entry (과정).

    `policy`: the defaults of its runs (rules.policy) where they are not the office's. Courses of
    one `family` remember together who lost a draw; "" is a family of its own.
    """

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(120), unique=True)
    summary: Mapped[str] = mapped_column(sa.Text)
    preparation: Mapped[str | None] = mapped_column(sa.Text)
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    track: Mapped[str] = mapped_column(sa.String(40))
    audience: Mapped[Audience] = mapped_column(choice(Audience, "audience"))
    family: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    policy: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    created_at: Mapped[datetime]


class Run(Model):
    """One course offered once (강좌; the 회 of a report).

    Everybody sees it from `published_at` on, which may lie ahead. `needs_approval`: an employee's
    department approves each application; `department_limit` is how many of one department may
    hold a place where `DepartmentQuota` names no other number.

    `intake` says how places are given (rules.intake); a draft without one has its course's or the
    office's, and keeps that from its publication on. `selection` and `waiting_line` are copies for
    lists; `selected_at`: when lots or a screening decided. Freed places are given until
    `gives_until`, with `left_over` also to whoever applies after the window; `seats_released_at`:
    when staff gave up keeping accessible seats; `lost_places`: what broken PCs took off the
    capacity and nobody has put back.

    Copies title, kind, track and audience of its course, so that later edits of the course leave
    what was offered as it was. `starts_at`, `ends_at`, `meeting_count`, `minutes`, `weekdays`
    (`1,3`) and `time_of_day` (`10:00~12:00`; empty where they differ) follow its meetings, those
    called off left out; `places_taken` (placed and offered), `waiting`, `applied` and
    `last_number` are kept by booking in the turn that changes them. `starts_on`/`ends_on` are
    Seoul dates: the month of a report is the month of `starts_on`.
    """

    __tablename__ = "run"
    __table_args__ = (
        sa.CheckConstraint("capacity >= 1", name="capacity"),
        sa.CheckConstraint("places_taken BETWEEN 0 AND capacity", name="not_oversold"),
        sa.CheckConstraint("waiting >= 0", name="waiting"),
        sa.CheckConstraint("applied >= 0", name="applied"),
        sa.CheckConstraint("lost_places >= 0", name="lost_places"),
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
    material_fee: Mapped[int] = mapped_column(default=0, server_default="0")

    capacity: Mapped[int]
    apply_from: Mapped[datetime]
    apply_until: Mapped[datetime]
    cancel_until: Mapped[datetime]
    waiting_limit: Mapped[int]
    monthly_limit: Mapped[int]
    minimum_age: Mapped[int | None]
    maximum_age: Mapped[int | None]
    minimum_people: Mapped[int | None]
    needs_approval: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    department_limit: Mapped[int | None]
    intake: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    selection: Mapped[Selection] = mapped_column(
        choice(Selection, "selection"), default=Selection.FIRST_COME, server_default="first_come"
    )
    waiting_line: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    selected_at: Mapped[datetime | None]
    gives_until: Mapped[datetime | None]
    left_over: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    seats_released_at: Mapped[datetime | None]
    lost_places: Mapped[int] = mapped_column(default=0, server_default="0")
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
    applied: Mapped[int] = mapped_column(default=0, server_default="0")
    last_number: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    # Offers that are over, which no write has closed yet; asked only where it matters.
    lapsed_offers: Mapped[int] = column_property(
        sa.select(sa.func.count())
        .select_from(_OFFERS)
        .where(
            _OFFERS.c.run_id == id,
            _OFFERS.c.state == "offered",
            _OFFERS.c.offer_until <= _NOW,
        )
        .correlate_except(_OFFERS)
        .scalar_subquery(),
        deferred=True,
    )

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

    @hybrid_property
    def places_held(self) -> int:
        """Places that are taken for a reader: an offer that is over holds none, if nobody waits."""
        if self.waiting or self.places_taken < self.capacity:
            return self.places_taken
        return self.places_taken - self.lapsed_offers

    @places_held.inplace.expression
    @classmethod
    def _places_held(cls) -> sa.ColumnElement[int]:
        full = sa.and_(cls.waiting == 0, cls.places_taken >= cls.capacity)
        return sa.case((full, cls.places_taken - cls.lapsed_offers), else_=cls.places_taken)

    @property
    def given_until(self) -> datetime | None:
        """Until when freed places are given: to the cut-off of its policy, else to the start."""
        return self.gives_until or self.starts_at

    @property
    def seats_left(self) -> int:
        """Places that a newcomer can still get: none while people wait for them."""
        return self.standing.seats_left

    @property
    def collects(self) -> bool:
        """Whether applications are collected still, to be decided together."""
        return self.standing.collects

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
            self.places_held,
            self.waiting,
            self.waiting_limit,
            self.published_at,
            self.selection,
            self.selected_at,
            self.left_over,
            self.gives_until,
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
    """One class session (차시), in a room with an instructor of its own.

    One that is called off (휴강) stays, with the reason, and counts nowhere; a make-up class (보강)
    names the one that it is held for.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        sa.UniqueConstraint("run_id", "starts_at"),
        sa.CheckConstraint("starts_at < ends_at", name="span"),
        sa.Index("ix_meeting_room", "room_id", "starts_at"),
        sa.Index("ix_meeting_instructor", "instructor_id", "starts_at"),
        sa.Index("ix_meeting_starts_at", "starts_at"),
        # Deleting a class asks who makes up for it.
        sa.Index("ix_meeting_makes_up_for", "makes_up_for_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id"))
    room_id: Mapped[int] = mapped_column(sa.ForeignKey("room.id"))
    instructor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("instructor.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    cancelled_reason: Mapped[str | None] = mapped_column(sa.Text)
    makes_up_for_id: Mapped[int | None] = mapped_column(sa.ForeignKey("meeting.id"))

    run: Mapped[Run] = relationship(back_populates="meetings")
    room: Mapped[Room] = relationship()
    instructor: Mapped[Instructor | None] = relationship()


class RunAlternative(Model):
    """What is offered instead of a cancelled run."""

    __tablename__ = "run_alternative"
    __table_args__ = (sa.UniqueConstraint("run_id", "other_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id"))
    other_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id"))


class DepartmentQuota(Model):
    """How many of one department may hold a place in an employees' run."""

    __tablename__ = "department_quota"
    __table_args__ = (
        sa.UniqueConstraint("run_id", "department"),
        sa.CheckConstraint("places >= 0", name="places"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id"))
    department: Mapped[str] = mapped_column(sa.String(80))
    places: Mapped[int]


class StandardRecord(Model):
    """What a line of the national standard set declared about a run, column by column.

    `declared` is {column: [as it stood in the file, what we would have written ourselves then]}:
    on export the file's own words go out again unless our fact has changed since. `key` is
    강좌명|교육시작일자|교육시작시각|교육장소, which a file that comes in again is matched by.
    """

    __tablename__ = "standard_record"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("run.id"), unique=True)
    key: Mapped[str] = mapped_column(sa.String(400), unique=True)
    declared: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    imported_at: Mapped[datetime]
