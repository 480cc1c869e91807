"""What the page of a waiting line says of its run."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eduportal.catalog.models import Run
from eduportal.catalog.queries.runs import public
from eduportal.shared.db import db


@dataclass(frozen=True)
class Awaited:
    """A run that people stand in line for."""

    id: int
    title: str
    opens_at: datetime


def awaited_run(run_id: int, now: datetime) -> Awaited | None:
    """A run that everybody sees, in two words: twenty thousand people look at once."""
    row = db.session.execute(
        sa.select(Run.title, Run.section, Run.apply_from).where(Run.id == run_id, public(now))
    ).one_or_none()
    if row is None:
        return None
    title = f"{row.title} ({row.section})" if row.section else row.title
    return Awaited(run_id, title, row.apply_from)
