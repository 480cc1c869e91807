"""A class in the middle of its course, at noon of a first of December in Seoul."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from eduportal.accounts.models import Account
from eduportal.attendance.models import Attendance
from eduportal.attendance.rules import Mark
from eduportal.booking.models import Booking
from eduportal.catalog.models import Center, Instructor, Meeting, Run, Seat
from eduportal.shared.db import db
from eduportal.shared.events import By, Event
from tests import factories

NOON = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)


@dataclass
class Class:
    """Three people, with a meeting yesterday, one that goes on, and one tomorrow."""

    center: Center
    run: Run
    instructor: Instructor
    staff: Account
    yesterday: int
    today: int
    tomorrow: int
    bookings: list[int]

    @property
    def by(self) -> By:
        """The instructor acting."""
        return By("instructor", "online", self.instructor.account_id, None)


@pytest.fixture
def clock(app: Flask) -> Iterator[time_machine.Traveller]:
    """Time stands at noon until a test moves it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def lesson(clock: time_machine.Traveller) -> Class:
    """The class."""
    factories.create_office()
    return create_class()


def create_class(people: int = 3) -> Class:
    """A class in a center of its own."""
    center = factories.create_center()
    instructor = factories.create_instructor(center)
    run = factories.create_run(
        room=factories.create_room(center),
        meetings=3,
        starts_in=timedelta(days=-1, hours=-1),
        capacity=people + 5,
        instructor_id=instructor.id,
        apply_from=NOON - timedelta(days=30),
        apply_until=NOON - timedelta(days=10),
    )
    seats = list(db.session.scalars(sa.select(Seat.id).where(Seat.room_id == run.room_id)))
    bookings = [factories.create_booking(run, seat_id=seats[number]).id for number in range(people)]
    yesterday, today, tomorrow = (meeting.id for meeting in _meetings(run))
    staff = factories.create_staff(center)
    return Class(center, run, instructor, staff, yesterday, today, tomorrow, bookings)


def _meetings(run: Run) -> list[Meeting]:
    in_order = sa.select(Meeting).where(Meeting.run_id == run.id).order_by(Meeting.starts_at)
    return list(db.session.scalars(in_order))


def marks(meeting_id: int) -> dict[int, Mark]:
    """The marks of a meeting by booking, read anew."""
    return {row.booking_id: row.mark for row in rows(meeting_id)}


def rows(meeting_id: int) -> list[Attendance]:
    """The rows of a meeting, read anew."""
    db.session.rollback()
    of_meeting = sa.select(Attendance).where(Attendance.meeting_id == meeting_id)
    return list(db.session.scalars(of_meeting.order_by(Attendance.booking_id)))


def told(verb: str) -> list[Event]:
    """The events of a verb."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Event).where(Event.verb == verb).order_by(Event.id)))


def booking(booking_id: int) -> Booking:
    """A booking, read anew."""
    db.session.rollback()
    return db.session.get_one(Booking, booking_id)
