"""What a run keeps about its meetings, and what it is found by, brought up to date."""

from collections.abc import Sequence
from datetime import time

import sqlalchemy as sa

from eduportal.catalog import rules
from eduportal.catalog.models import CenterName, Course, Meeting, Run
from eduportal.catalog.policies import gives_until, intake_of
from eduportal.catalog.rules import Span
from eduportal.shared import dates
from eduportal.shared.db import db, writing


@writing
def follow_meetings(run_id: int) -> None:
    """Bring all that a run keeps for lists, searches and reports in line with its meetings."""
    run = db.session.get_one(Run, run_id)
    rows = db.session.execute(
        sa.select(Meeting.starts_at, Meeting.ends_at)
        .where(Meeting.run_id == run_id, Meeting.cancelled_at.is_(None))
        .order_by(Meeting.starts_at)
    )
    spans = [Span(start, end) for start, end in rows]
    _follow(run, spans)
    run.gives_until = gives_until(intake_of(run), [span.start for span in spans])
    follow_texts([run])


def follow_texts(runs: Sequence[Run]) -> None:
    """Bring what runs are found by in line with their texts, courses and centers."""
    names: dict[int, list[str]] = {}
    for center_id, name in db.session.execute(sa.select(CenterName.center_id, CenterName.name)):
        names.setdefault(center_id, []).append(name)
    for run in runs:
        course = db.session.get_one(Course, run.course_id)
        run.search_text = rules.searchable(
            (
                run.title,
                run.section,
                course.summary,
                run.kind.label,
                run.track,
                *names.get(run.center_id, ()),
            )
        )


def _follow(run: Run, spans: Sequence[Span]) -> None:
    run.starts_at = spans[0].start if spans else None
    run.ends_at = max(span.end for span in spans) if spans else None
    run.starts_on = dates.seoul_date(run.starts_at) if run.starts_at else None
    run.ends_on = dates.seoul_date(run.ends_at) if run.ends_at else None
    run.meeting_count = len(spans)
    run.minutes = sum(int((span.end - span.start).total_seconds()) // 60 for span in spans)
    weekdays = rules.weekdays_of([dates.seoul_date(span.start) for span in spans])
    run.weekdays = ",".join(map(str, weekdays))
    run.time_of_day = rules.time_of_day(map(_clock_times, spans))


def _clock_times(span: Span) -> tuple[time, time]:
    return dates.seoul(span.start).time(), dates.seoul(span.end).time()
