"""An office with a run that is open, and people who want a place in it."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eduportal.accounts.models import Person
from eduportal.booking import actions
from eduportal.booking.models import Booking
from eduportal.catalog.models import Run
from eduportal.shared.db import db
from eduportal.shared.events import By
from tests import factories

STAFF = By("staff", "visit", None)


@pytest.fixture
def run(app: Flask) -> Run:
    """Two places, three may wait."""
    factories.create_office()
    return factories.create_run(capacity=2, waiting_limit=3, starts_in=factories.until_the_tenth())


@pytest.fixture
def people(app: Flask) -> list[Person]:
    """Six residents."""
    return [factories.create_person() for _n in range(6)]


def by(person: Person) -> By:
    """The person acting online."""
    return By("resident", "online", person.account_id, person.id)


def apply(person: Person, run: Run) -> Booking:
    """Apply, and give the booking as it is then."""
    return booking(actions.apply(by(person), run.id, person.id))


def booking(booking_id: int) -> Booking:
    """A booking, read anew."""
    db.session.rollback()
    return db.session.get_one(Booking, booking_id)


def fresh(row: Any) -> Any:
    """A row, read anew."""
    db.session.rollback()
    db.session.refresh(row)
    return row


def states(run: Run) -> list[str]:
    """The states in the order of numbers."""
    db.session.rollback()
    query = sa.select(Booking.state).where(Booking.run_id == run.id).order_by(Booking.number)
    return [state.value for state in db.session.scalars(query)]


def seat_of(booking: Booking) -> int | None:
    """The seat's number."""
    return booking.seat.number if booking.seat else None
