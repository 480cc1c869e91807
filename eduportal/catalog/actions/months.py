"""A month of drafts made in one turn, all of them or none."""

from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa

from eduportal.catalog.actions import places
from eduportal.catalog.actions.courses import COPIED
from eduportal.catalog.actions.following import follow_meetings
from eduportal.catalog.actions.places import Centers
from eduportal.catalog.models import DepartmentQuota, Meeting, Run
from eduportal.catalog.month_plans import Draft, problems_of
from eduportal.catalog.policies import keep
from eduportal.catalog.rules import RunState
from eduportal.catalog.rules.intake import Intake
from eduportal.catalog.rules.months import Reason
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused


@writing
def create_drafts(by: By, drafts: Sequence[Draft], centers: Centers) -> list[int]:
    """Make these drafts with their classes; Missing where a source is not theirs.

    Refused with the names of those that something stands in the way of by now: then none is made.
    """
    if not drafts:
        raise Refused(Reason.NOTHING_CHOSEN)
    sources = _sources(drafts, centers)
    places.hold([slot for draft in drafts for slot in draft.slots])
    problems = problems_of(drafts, clock.now())
    stopped = [draft.title for draft in drafts if problems[draft.source_id].stops]
    if stopped:
        raise Refused(Reason.NOT_CREATED, names=", ".join(stopped))
    return [_create(by, draft, sources[draft.source_id]) for draft in drafts]


def _sources(drafts: Sequence[Draft], centers: Centers) -> dict[int, Run]:
    query = sa.select(Run).where(Run.id.in_({draft.source_id for draft in drafts}))
    if centers is not None:
        query = query.where(Run.center_id.in_(centers))
    found = {run.id: run for run in db.session.scalars(query)}
    for draft in drafts:
        source = found.get(draft.source_id)
        if source is None or source.center_id != draft.plan.center_id:
            raise Missing
    return found


def _copy_policy(run: Run, source: Run) -> None:
    """How places are given, and how many each department may have, go along."""
    if source.intake is not None:
        keep(run, Intake.of(source.intake), [slot.span.start for slot in places.slots_of(run.id)])
    shares = sa.select(DepartmentQuota.department, DepartmentQuota.places).where(
        DepartmentQuota.run_id == source.id
    )
    db.session.add_all(
        DepartmentQuota(run_id=run.id, department=department, places=count)
        for department, count in db.session.execute(shares)
    )


def _create(by: By, draft: Draft, source: Run) -> int:
    run = Run(
        course_id=source.course_id,
        **{name: getattr(source.course, name) for name in COPIED},
        **asdict(draft.plan),
        state=RunState.DRAFT,
        created_at=clock.now(),
    )
    db.session.add(run)
    db.session.flush()
    db.session.add_all(
        Meeting(
            run_id=run.id,
            room_id=slot.room_id,
            instructor_id=slot.instructor_id,
            starts_at=slot.span.start,
            ends_at=slot.span.end,
        )
        for slot in draft.slots
    )
    db.session.flush()
    _copy_policy(run, source)
    follow_meetings(run.id)
    events.record(
        by, "run.created", run_id=run.id, title=run.full_title, copied_from=draft.source_id
    )
    return run.id
