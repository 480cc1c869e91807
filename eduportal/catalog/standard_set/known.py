"""The runs of ours that a file may be about, each with what it says in the set's columns."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eduportal.catalog import rules
from eduportal.catalog.models import (
    Center,
    CenterName,
    Course,
    Instructor,
    Office,
    Room,
    Run,
    StandardRecord,
)
from eduportal.catalog.rules import Dated, RunState
from eduportal.catalog.standard_set import facts
from eduportal.catalog.standard_set.columns import Cells, key_of
from eduportal.catalog.standard_set.facts import Facts
from eduportal.catalog.standard_set.reading import StandardLine
from eduportal.shared import clock, dates
from eduportal.shared.db import db


@dataclass(frozen=True)
class KnownRun:
    """A run, its words in the set's columns, and what a file declared about it before."""

    id: int
    state: RunState
    published_at: datetime | None
    center_id: int
    room_id: int | None
    course_id: int
    instructor_id: int | None
    instructor: str
    apply_from: datetime
    apply_until: datetime
    ours: Cells
    record_key: str | None
    declared: dict[str, list[Any]] | None


def known_runs(*conditions: sa.ColumnElement[bool]) -> list[KnownRun]:
    """The runs for which these hold, in the order in which they were made."""
    office = db.session.get(Office, 1)
    names = _center_names()
    rows = db.session.execute(_RUNS.where(*conditions).order_by(Run.id))
    return [_known(row, names, office) for row in rows]


def matched(lines: Iterable[StandardLine]) -> dict[int, KnownRun]:
    """The run that each line is about, by the line's number.

    A line finds the run that it was brought in as; else one that says the same title, day, time
    and place by itself, as an exported file does that comes in again.
    """
    lines = list(lines)
    if not lines:
        return {}
    days = [line.first for line in lines]
    keys = [line.key for line in lines]
    runs = known_runs(
        sa.or_(Run.starts_on.between(min(days), max(days)), StandardRecord.key.in_(keys))
    )
    # Of runs that say the same, one that is held stands above one that is cancelled.
    by_words = {key_of(run.ours): run for run in sorted(runs, key=_last_is_best)}
    by_record = {run.record_key: run for run in runs if run.record_key}
    return {
        line.number: run
        for line in lines
        if (run := by_record.get(line.key) or by_words.get(line.key))
    }


def by_id(run_ids: Collection[int]) -> dict[int, KnownRun]:
    """Runs as they stand now."""
    return {run.id: run for run in known_runs(Run.id.in_(run_ids))}


def _last_is_best(run: KnownRun) -> tuple[bool, int]:
    return run.state is not RunState.CANCELLED, -run.id


def _known(row: Any, names: dict[int, list[Dated]], office: Office | None) -> KnownRun:
    told = _facts(row, names, office)
    return KnownRun(
        row.id,
        row.state,
        row.published_at,
        row.center_id,
        row.room_id,
        row.course_id,
        row.instructor_id,
        row.instructor or "",
        row.apply_from,
        row.apply_until,
        facts.written(told, office.name if office else ""),
        row.key,
        row.declared,
    )


def _facts(row: Any, names: dict[int, list[Dated]], office: Office | None) -> Facts:
    dated = rules.as_of(names[row.center_id], row.starts_on or clock.today())
    return Facts(
        title=f"{row.title} ({row.section})" if row.section else row.title,
        instructor=row.instructor if row.name_is_public else "",
        first=row.starts_on,
        last=row.ends_on,
        starts=dates.seoul(row.starts_at).time() if row.starts_at else None,
        ends=dates.seoul(row.ends_at).time() if row.ends_at else None,
        summary=row.summary,
        audience=row.audience,
        minimum_age=row.minimum_age,
        maximum_age=row.maximum_age,
        weekdays=row.weekdays,
        center=dated.name,
        room=row.room,
        address=dated.place,
        phone=row.phone or (office.phone if office else None),
        capacity=row.capacity,
        fee=row.fee,
        apply_from=row.apply_from,
        apply_until=row.apply_until,
        selection=row.selection,
    )


def _center_names() -> dict[int, list[Dated]]:
    names: dict[int, list[Dated]] = {}
    rows = db.session.execute(
        sa.select(
            CenterName.center_id, CenterName.valid_from, CenterName.name, CenterName.place
        ).order_by(CenterName.center_id, CenterName.valid_from)
    )
    for center_id, since, name, place in rows:
        names.setdefault(center_id, []).append(Dated(since, name, place))
    return names


_RUNS = (
    sa.select(
        *(Run.id, Run.state, Run.published_at, Run.center_id, Run.room_id, Run.course_id),
        Run.instructor_id,
        *(Run.title, Run.section, Run.starts_on, Run.ends_on, Run.starts_at, Run.ends_at),
        *(Run.audience, Run.minimum_age, Run.maximum_age, Run.weekdays, Run.capacity, Run.fee),
        *(Run.apply_from, Run.apply_until, Run.selection),
        Course.summary,
        Center.phone,
        Room.name.label("room"),
        Instructor.name.label("instructor"),
        Instructor.name_is_public,
        StandardRecord.key,
        StandardRecord.declared,
    )
    .join(Course, Course.id == Run.course_id)
    .join(Center, Center.id == Run.center_id)
    .outerjoin(Room, Room.id == Run.room_id)
    .outerjoin(Instructor, Instructor.id == Run.instructor_id)
    .outerjoin(StandardRecord, StandardRecord.run_id == Run.id)
)
