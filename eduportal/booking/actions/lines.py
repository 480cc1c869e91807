"""What is left of waiting lines is not kept for longer than anybody asks about them."""

from datetime import datetime

import sqlalchemy as sa

from eduportal.booking.models.line import LineBatch
from eduportal.booking.rules.line import KEPT
from eduportal.catalog.models.openings import Opening
from eduportal.shared import clock
from eduportal.shared.db import db, writing


@writing
def forget_lines() -> int:
    """Delete who stood in lines that are long over; returns how many batches it were."""
    result = db.session.execute(
        sa.delete(LineBatch)
        .where(LineBatch.opening_id.in_(_long_over(clock.now())))
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]  # a DELETE counts its rows


def to_forget(now: datetime) -> sa.Select[int]:
    """The batches of lines that are long over."""
    return sa.select(LineBatch.id).where(LineBatch.opening_id.in_(_long_over(now)))


def _long_over(now: datetime) -> sa.Select[int]:
    return sa.select(Opening.id).where(Opening.opens_at < now - KEPT)
