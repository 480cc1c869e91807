"""Priority groups as the office lists them."""

from collections.abc import Sequence

import sqlalchemy as sa

from eduportal.accounts.models import PriorityGroup
from eduportal.shared.db import db


def groups() -> Sequence[PriorityGroup]:
    """All of them, in the office's order, those out of use last."""
    return db.session.scalars(
        sa.select(PriorityGroup).order_by(
            PriorityGroup.active.desc(), PriorityGroup.position, PriorityGroup.id
        )
    ).all()


def group(group_id: int) -> PriorityGroup | None:
    """One of them."""
    return db.session.get(PriorityGroup, group_id)
