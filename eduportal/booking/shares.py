"""How many of each department may hold a place, and do; its verbs and its pages both read them."""

import sqlalchemy as sa

from eduportal.booking.models import Booking
from eduportal.booking.rules import HOLDING, Shares, State
from eduportal.catalog.models import DepartmentQuota
from eduportal.shared.db import db


def shares_of(run_id: int, usual: int | None) -> Shares:
    """How many of each department may hold a place in a run, as its rows say."""
    rows = db.session.execute(
        sa.select(DepartmentQuota.department, DepartmentQuota.places).where(
            DepartmentQuota.run_id == run_id
        )
    )
    return Shares(usual, dict(rows.all()))


def placed_by_department(run_id: int) -> dict[str, int]:
    """How many of each department hold a place in a run."""
    rows = db.session.execute(
        sa.select(Booking.department, sa.func.count())
        .where(
            Booking.run_id == run_id,
            Booking.state.in_(HOLDING | {State.COMPLETED, State.NOT_COMPLETED}),
            Booking.department.is_not(None),
        )
        .group_by(Booking.department)
    )
    return {str(department): count for department, count in rows}
