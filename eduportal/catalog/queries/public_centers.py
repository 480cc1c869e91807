"""What everybody is told of a center: its hours, and its rooms with what stands in them."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import undefer

from eduportal.catalog.models import OpeningHours, Room
from eduportal.catalog.queries.places import CenterLine, centers
from eduportal.shared.db import db


def center(center_id: int, on_day: date) -> CenterLine | None:
    """A center as it is called on a day."""
    return next(iter(centers(on_day, frozenset({center_id}))), None)


def opening_hours(center_id: int) -> Sequence[OpeningHours]:
    """When a center is open, Monday first; none where it keeps no hours."""
    return db.session.scalars(
        sa.select(OpeningHours)
        .where(OpeningHours.center_id == center_id)
        .order_by(OpeningHours.weekday)
    ).all()


def standing_rooms(center_id: int, on_day: date) -> Sequence[Room]:
    """A center's rooms of a day, with how many of their seats can be used."""
    still = sa.or_(Room.closed_on.is_(None), Room.closed_on >= on_day)
    return db.session.scalars(
        sa.select(Room)
        .where(Room.center_id == center_id, Room.opened_on <= on_day, still)
        .options(undefer(Room.working_seats))
        .order_by(Room.name)
    ).all()
