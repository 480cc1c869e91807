"""What is offered instead of a cancelled run: what could be, and what was chosen."""

from datetime import datetime

import sqlalchemy as sa

from eduportal.catalog.models import Course, Run, RunAlternative
from eduportal.catalog.queries.runs import RunLine, lines, public
from eduportal.catalog.rules import RunState

MOST = 8


def candidates(run: Run, now: datetime) -> list[RunLine]:
    """Runs of any center that somebody of this one could go to, those most like it first.

    Open, or to open yet, with a free place; of the same course, of its family, or of its track
    and kind.
    """
    alike = sa.and_(Run.track == run.track, Run.kind == run.kind)
    family = sa.select(Course.family).where(Course.id == run.course_id).scalar_subquery()
    related = sa.select(Course.id).where(Course.family != "", Course.family == family)
    where = [
        public(now),
        Run.state == RunState.PUBLISHED,
        Run.id != run.id,
        Run.audience == run.audience,
        sa.or_(Run.course_id == run.course_id, Run.course_id.in_(related), alike),
        Run.apply_until > now,
        Run.starts_at > now,
        Run.places_taken < Run.capacity,
        Run.waiting == 0,
    ]
    order = [
        Run.course_id != run.course_id,
        Run.course_id.not_in(related),
        Run.center_id != run.center_id,
        Run.starts_at,
        Run.id,
    ]
    return lines(where, order, now, MOST)


def alternatives(run_id: int, now: datetime) -> list[RunLine]:
    """What staff chose to offer instead of a run, as far as it is still offered."""
    chosen = sa.select(RunAlternative.other_id).where(RunAlternative.run_id == run_id)
    where = [public(now), Run.state == RunState.PUBLISHED, Run.id.in_(chosen)]
    return lines(where, [Run.starts_at, Run.id], now)
