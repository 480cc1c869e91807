"""One act on many runs: tried first without writing, then done to all of them or to none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eduportal.catalog.actions import places
from eduportal.catalog.actions.places import Centers
from eduportal.catalog.actions.runs import delete_draft, edit_run, plan_of, publish_run
from eduportal.catalog.models import Meeting, Run
from eduportal.catalog.rules import Slot, Span, editing
from eduportal.catalog.rules.bulk import Reason
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused

Values = Mapping[str, Any]
# What is done to one of the runs.
ToOne = Callable[[Run], object]


@dataclass(frozen=True)
class Outcome:
    """What an act does to one run: old and new of what changes, or why it cannot be."""

    run_id: int
    title: str
    changed: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    refusal: str | None = None


class _TriedOnly(Exception):
    """Raised at the end of a trial, so that nothing of it is written."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


def change_runs(
    by: By, run_ids: Sequence[int], values: Values, centers: Centers, reason: str | None
) -> None:
    """Give all of these runs the same values; refused, with their names, where some refuse."""
    _all_or_none(run_ids, centers, _changing(by, values, centers, reason), values)


def delete_drafts(by: By, run_ids: Sequence[int], centers: Centers) -> None:
    """Take all of these drafts away, or none of them."""
    _all_or_none(run_ids, centers, _deleting(by, centers))


def publish_runs(
    by: By, run_ids: Sequence[int], centers: Centers, at: datetime | None = None
) -> list[Outcome]:
    """Publish each in a turn of its own: one that lacks something does not keep the others."""
    titles = {run_id: _title(run_id, centers) for run_id in run_ids}
    return [_published(by, run_id, title, centers, at) for run_id, title in titles.items()]


def try_changing(
    by: By, run_ids: Sequence[int], values: Values, centers: Centers, reason: str | None
) -> Sequence[Outcome]:
    """What changing them would do; nothing is written."""
    return _tried(run_ids, centers, _changing(by, values, centers, reason), values)


def try_deleting(by: By, run_ids: Sequence[int], centers: Centers) -> Sequence[Outcome]:
    """What taking them away would do; nothing is written."""
    return _tried(run_ids, centers, _deleting(by, centers))


def try_publishing(
    by: By, run_ids: Sequence[int], centers: Centers, at: datetime | None = None
) -> Sequence[Outcome]:
    """Which of them can be published then; nothing is written."""
    return _tried(run_ids, centers, lambda run: publish_run(by, run.id, centers, at))


def _changing(by: By, values: Values, centers: Centers, reason: str | None) -> ToOne:
    def change(run: Run) -> object:
        return edit_run(by, run.id, replace(plan_of(run), **values), centers, reason)

    return change


def _deleting(by: By, centers: Centers) -> ToOne:
    return lambda run: delete_draft(by, run.id, centers)


@writing
def _all_or_none(
    run_ids: Sequence[int], centers: Centers, act: ToOne, values: Values | None = None
) -> None:
    refusing = [one.title for one in _outcomes(run_ids, centers, act, values or {}) if one.refusal]
    if refusing:
        raise Refused(Reason.SOME_REFUSE, names=", ".join(refusing))


def _tried(
    run_ids: Sequence[int], centers: Centers, act: ToOne, values: Values | None = None
) -> Sequence[Outcome]:
    try:
        _try(run_ids, centers, act, values or {})
    except _TriedOnly as tried:
        return tried.outcomes
    return ()


@writing
def _try(run_ids: Sequence[int], centers: Centers, act: ToOne, values: Values) -> None:
    raise _TriedOnly(_outcomes(run_ids, centers, act, values))


def _outcomes(
    run_ids: Sequence[int], centers: Centers, act: ToOne, values: Values
) -> list[Outcome]:
    runs = _locked(run_ids, centers)
    if "instructor_id" in values:
        places.hold(_slots(run_ids, values["instructor_id"]))
    return [_outcome(run, act, values) for run in runs]


def _outcome(run: Run, act: ToOne, values: Values) -> Outcome:
    run_id, title, before = run.id, run.full_title, plan_of(run)
    try:
        with db.session.begin_nested():
            act(run)
    except Refused as refused:
        return Outcome(run_id, title, refusal=refused.sentence)
    after = replace(before, **values)
    names = [name for name in values if name in editing.differing(before, after)]
    return Outcome(run_id, title, {n: (getattr(before, n), getattr(after, n)) for n in names})


def _locked(run_ids: Sequence[int], centers: Centers) -> Sequence[Run]:
    """The runs, locked in one order and fresh; Missing where one is not theirs."""
    query = sa.select(Run).where(Run.id.in_(run_ids)).order_by(Run.id)
    if centers is not None:
        query = query.where(Run.center_id.in_(centers))
    fresh = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = db.session.scalars(fresh).all()
    if len(found) != len(set(run_ids)):
        raise Missing
    return sorted(found, key=lambda run: (run.starts_at is None, run.starts_at, run.id))


def _slots(run_ids: Sequence[int], instructor_id: int | None) -> list[Slot]:
    """Their classes as they would be held: all are locked before the first is claimed."""
    rows = db.session.execute(
        sa.select(Meeting.starts_at, Meeting.ends_at, Meeting.room_id).where(
            Meeting.run_id.in_(run_ids), Meeting.cancelled_at.is_(None)
        )
    )
    return [Slot(Span(start, end), room_id, instructor_id) for start, end, room_id in rows]


def _published(by: By, run_id: int, title: str, centers: Centers, at: datetime | None) -> Outcome:
    try:
        publish_run(by, run_id, centers, at)
    except Refused as refused:
        return Outcome(run_id, title, refusal=refused.sentence)
    return Outcome(run_id, title)


def _title(run_id: int, centers: Centers) -> str:
    run = db.session.get(Run, run_id)
    if run is None or (centers is not None and run.center_id not in centers):
        raise Missing
    return run.full_title
