"""When the next page of the catalog changes by the clock alone."""

from datetime import datetime

import sqlalchemy as sa

from eduportal.catalog.models import Run
from eduportal.catalog.rules import RunState
from eduportal.shared.db import db

_MOMENTS = (Run.published_at, Run.apply_from, Run.apply_until, Run.starts_at, Run.ends_at)


def next_change(after: datetime, until: datetime) -> datetime | None:
    """The first moment between two at which a run opens, closes, begins, ends or is published."""
    found = db.session.execute(
        sa.select(
            *(sa.func.min(sa.case((sa.and_(at > after, at < until), at))) for at in _MOMENTS)
        ).where(Run.state == RunState.PUBLISHED)
    ).one()
    return min((at for at in found if at is not None), default=None)
