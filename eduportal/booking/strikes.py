"""What a strike (no-show, late cancellation) would lead to, read from the register.

The verbs ask under the person's lock, pages to say beforehand what a cancellation means.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from eduportal.booking.models import Booking, Restriction
from eduportal.booking.rules import State
from eduportal.booking.rules import restrictions as rules
from eduportal.booking.rules.restrictions import Held, Penalty
from eduportal.catalog.rules.intake import Intake
from eduportal.shared import clock, dates
from eduportal.shared.db import db


def against(person_id: int) -> list[Held]:
    """Every line of the register about a person."""
    rows = db.session.execute(
        sa.select(
            Restriction.cause,
            Restriction.decided_at,
            Restriction.until_on,
            Restriction.lifted_at,
        ).where(Restriction.person_id == person_id)
    )
    return [
        Held(row.cause, dates.seoul_date(row.decided_at), row.until_on, row.lifted_at is not None)
        for row in rows
    ]


def next_penalty(person_id: int, intake: Intake) -> Penalty:
    """What one more strike leads to, by the policy of the run that it happens in."""
    return rules.penalty(intake.strikes, intake.strike_months, against(person_id), clock.today())


def late_penalty(
    booking: sa.Row[*tuple[Any, ...]] | Booking, intake: Intake, starts_at: datetime | None
) -> Penalty | None:
    """What it leads to when a person gives this booking's place up now; None: nothing."""
    if booking.state is not State.PLACED or booking.person_id is None or not intake.strikes:
        return None
    held_from = db.session.scalar(sa.select(Booking.held_from).where(Booking.id == booking.id))
    if not rules.is_late(intake.late_cancel_hours, starts_at, held_from, clock.now()):
        return None
    return next_penalty(booking.person_id, intake)


def restrictions_stand_one_after_another() -> Iterable[str]:
    """Nobody is restricted twice on the same day by what has not been lifted."""
    one, other = aliased(Restriction), aliased(Restriction)
    rows = db.session.execute(
        sa.select(one.id, other.id)
        .join(other, sa.and_(other.person_id == one.person_id, other.id > one.id))
        .where(
            one.lifted_at.is_(None),
            other.lifted_at.is_(None),
            one.from_on <= other.until_on,
            other.from_on <= one.until_on,
        )
        .order_by(one.id, other.id)
    )
    for first_id, second_id in rows:
        yield f"restrictions {first_id} and {second_id} of one person hold on the same day"
