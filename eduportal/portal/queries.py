"""What the gathering pages show of every feature."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from eduportal.attendance.models import Attendance
from eduportal.catalog.models import Meeting, Run
from eduportal.catalog.rules import RunState
from eduportal.shared import clock, dates
from eduportal.shared.db import db

Centers = frozenset[int] | None


@dataclass(frozen=True)
class Day:
    """What staff find in the morning."""

    meetings: Sequence[tuple[Meeting, int]]
    windows: Sequence[Run]


def office_day(centers: Centers, now: datetime) -> Day:
    """Today's meetings with how many people are marked, and the windows open or soon opening."""
    return Day(_meetings_today(centers), _windows(centers, now))


def _meetings_today(centers: Centers) -> Sequence[tuple[Meeting, int]]:
    today = clock.today()
    marked = (
        sa.select(sa.func.count())
        .where(Attendance.meeting_id == Meeting.id)
        .correlate(Meeting)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Meeting, marked)
        .join(Run, Run.id == Meeting.run_id)
        .where(
            Run.state == RunState.PUBLISHED,
            Meeting.cancelled_at.is_(None),
            Meeting.starts_at >= dates.start_of(today),
            Meeting.starts_at < dates.end_of(today),
            _theirs(centers),
        )
        .options(joinedload(Meeting.run), joinedload(Meeting.room), joinedload(Meeting.instructor))
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return [(meeting, count) for meeting, count in rows]


def _windows(centers: Centers, now: datetime) -> Sequence[Run]:
    return db.session.scalars(
        sa.select(Run)
        .where(Run.state == RunState.PUBLISHED, Run.apply_until > now, _theirs(centers))
        .order_by(Run.apply_from, Run.id)
        .limit(20)
    ).all()


def _theirs(centers: Centers) -> sa.ColumnElement[bool]:
    return sa.true() if centers is None else Run.center_id.in_(centers)
