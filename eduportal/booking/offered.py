"""Offers of free places (빈자리 안내) as rows: which are over, closed by a write already or not."""

from datetime import datetime

import sqlalchemy as sa

from eduportal.booking.models import Booking
from eduportal.booking.rules import State
from eduportal.catalog.models import Run

Moment = datetime | sa.BindParameter[datetime]


def lapsed(now: Moment) -> sa.ColumnElement[bool]:
    """An offer whose time is over, or whose run gives no places any more; joined with its run."""
    cut_off = sa.func.coalesce(Run.gives_until, Run.starts_at)
    return sa.and_(
        Booking.state == State.OFFERED, sa.or_(Booking.offer_until <= now, cut_off <= now)
    )


def is_over(booking: Booking, now: datetime) -> bool:
    """The same, of one booking that was read."""
    return booking.state is State.OFFERED and now >= ends_at(booking)


def ends_at(booking: Booking) -> datetime:
    """When a booking's offer ends."""
    run = booking.run
    ends = (booking.offer_until, run.gives_until or run.starts_at)
    return min(moment for moment in ends if moment is not None)
