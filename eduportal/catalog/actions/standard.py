"""Bringing the national standard set in: everything is worked out before, the turn only writes.

A file comes in whole, or its good lines where that was asked for. A line that is there already is
held against what is there under the lock, so that nothing of anybody's edits is lost.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from eduportal.catalog import rules
from eduportal.catalog.actions.following import follow_texts
from eduportal.catalog.models import (
    Center,
    CenterName,
    Course,
    Meeting,
    Office,
    Room,
    Run,
    Seat,
    StandardRecord,
)
from eduportal.catalog.rules import RELATIONS, RunState, Span
from eduportal.catalog.rules.standard import Reason
from eduportal.catalog.standard_set import comparing
from eduportal.catalog.standard_set.comparing import Comparison, compare, declared_of_new
from eduportal.catalog.standard_set.known import KnownRun, by_id, matched
from eduportal.catalog.standard_set.places import Centers, NewCenter, NewRoom, matching
from eduportal.catalog.standard_set.planning import Defaults, Planned
from eduportal.catalog.standard_set.surveying import Standing, Survey
from eduportal.shared import clock, dates, events
from eduportal.shared.db import Again, db, writing
from eduportal.shared.events import By, Event
from eduportal.shared.refusal import Missing, Refused

Row = dict[str, Any]
# A line, its run, and what the line changes of it.
Line = tuple[Planned, KnownRun, Comparison]


@dataclass
class Brought:
    """What became of a file's lines, and the centers and rooms that were made for them."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    left_out: int = 0
    kept: int = 0
    centers: list[str] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)


@writing
def bring_in(
    by: By, survey: Survey, good_only: bool, source: str = "", centers: Centers = None
) -> Brought:
    """Write what was surveyed; refused where a line is bad, unless good ones may come alone."""
    if survey.faults and not good_only:
        raise Refused(Reason.BAD_LINES, count=survey.count(Standing.BAD))
    if not survey.lines:
        raise Refused(Reason.NOTHING_TO_BRING)
    # Of two files that come in at once, the second sees what the first one wrote.
    office = db.session.scalar(sa.select(Office.name).with_for_update()) or ""
    planned = [line.planned for line in survey.lines]
    changing = {line.run_id for line in survey.lines if line.run_id and line.changes}
    _lock(changing)
    there = matched(one.line for one in planned)
    _refuse_strangers(there.values(), centers)
    brought = Brought(left_out=survey.count(Standing.BAD))
    new = [one for one in planned if one.line.number not in there]
    _add(by, new, survey, office, brought, source)
    known = [(one, there[one.line.number]) for one in planned if one.line.number in there]
    _renew(by, _compared(known, office, changing), brought, source)
    if brought.new or brought.changed:
        events.record(by, "standard_set.imported", source=source, **vars(brought))
    return brought


def _refuse_strangers(runs: Iterable[KnownRun], centers: Centers) -> None:
    if centers is not None and any(run.center_id not in centers for run in runs):
        raise Missing


# New runs


def _add(
    by: By, new: Sequence[Planned], survey: Survey, office: str, brought: Brought, source: str
) -> None:
    if not new:
        return
    places = _Made(survey, new, brought)
    courses = _course_ids(by, new)
    rows = [_run_row(one, places, courses, survey.plan.defaults) for one in new]
    run_ids = _numbers_of(Run, rows)
    _write(Meeting, _meeting_rows(zip(run_ids, rows, new, strict=True)))
    _write(StandardRecord, _record_rows(zip(run_ids, new, strict=True), office))
    _write(
        Event,
        [
            _event(by, "run.imported", run_id, source=source, line=one.line.number)
            for run_id, one in zip(run_ids, new, strict=True)
        ],
    )
    brought.new = len(new)


class _Made:
    """The centers and rooms that new lines need, made where they are still missing."""

    def __init__(self, survey: Survey, new: Sequence[Planned], brought: Brought) -> None:
        self._centers = {one.place.center_id: one.place.center_id for one in new}
        self._rooms = {one.place.room_id: one.place.room_id for one in new}
        self.names = _all_names()
        seats: list[Row] = []
        for center in survey.plan.centers:
            if center.id in self._centers:
                self._centers[center.id] = self._make_center(center, brought)
        rooms = _all_rooms(self._centers.values())
        for room in survey.plan.rooms:
            if room.id in self._rooms:
                there = rooms.setdefault(self._centers[room.center_id], [])
                self._rooms[room.id], more = _made_room(self._centers, room, there, brought)
                seats += more
        _write(Seat, seats)

    def center_id(self, number: int) -> int:
        """The center's own number, for one that was planned."""
        return self._centers[number]

    def room_id(self, number: int) -> int:
        """The room's own number, for one that was planned."""
        return self._rooms[number]

    def _make_center(self, center: NewCenter, brought: Brought) -> int:
        named = ((number, name) for number, names in self.names.items() for name in names)
        known = matching(center.name, named)
        if known is not None:
            return known
        last = db.session.scalar(sa.select(sa.func.max(Center.position))) or 0
        number = _inserted(Center, position=last + 1)
        place = {"name": center.name, "place": center.address, "valid_from": center.since}
        _write(CenterName, [place | {"center_id": number}])
        self.names[number] = [center.name]
        brought.centers.append(center.name)
        return number


def _made_room(
    centers: Mapping[int, int], room: NewRoom, there: list[tuple[int, str]], brought: Brought
) -> tuple[int, list[Row]]:
    """The room's number, and the seats to put into it if it is new."""
    known = matching(room.name, there)
    if known is not None:
        return known, []
    center_id = centers[room.center_id]
    number = _inserted(Room, center_id=center_id, name=room.name, opened_on=room.since)
    there.append((number, room.name))
    brought.rooms.append(f"{room.center} {room.name}")
    return number, [{"room_id": number, "number": n + 1} for n in range(room.seats)]


def _all_names() -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    for center_id, name in db.session.execute(sa.select(CenterName.center_id, CenterName.name)):
        names.setdefault(center_id, []).append(name)
    return names


def _all_rooms(center_ids: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    rooms: dict[int, list[tuple[int, str]]] = {}
    for center_id, number, name in db.session.execute(
        sa.select(Room.center_id, Room.id, Room.name).where(Room.center_id.in_(center_ids))
    ):
        rooms.setdefault(center_id, []).append((number, name))
    return rooms


def _course_ids(by: By, new: Sequence[Planned]) -> dict[str, int]:
    """The courses of these titles; those that are missing are made from their first line."""
    known = dict(db.session.execute(sa.select(Course.title, Course.id)).all())
    first = {one.line.title: one for one in reversed(new) if one.line.title not in known}
    missing = [one for one in new if first.get(one.line.title) is one]
    if not missing:
        return known
    try:
        made = _numbers_of(Course, [_course_row(one) for one in missing])
    except IntegrityError as error:
        # Somebody took a title in the same moment: the next try finds their course.
        raise Again from error
    titled = [(one.line.title, number) for one, number in zip(missing, made, strict=True)]
    _write(
        Event,
        [
            _event(by, "course.created", None, title=title) | {"subject": "course", "subject_id": n}
            for title, n in titled
        ],
    )
    return known | dict(titled)


def _course_row(one: Planned) -> Row:
    return {
        "title": one.line.title,
        "summary": one.facts.summary,
        "kind": one.kind,
        "track": one.track,
        "audience": one.facts.audience,
        "created_at": clock.now(),
    }


def _run_row(one: Planned, places: _Made, courses: Mapping[str, int], defaults: Defaults) -> Row:
    center_id = places.center_id(one.place.center_id)
    return {
        "course_id": courses[one.line.title],
        "center_id": center_id,
        "room_id": places.room_id(one.place.room_id),
        "instructor_id": one.teacher.id if one.teacher else None,
        "title": one.line.title,
        "kind": one.kind,
        "track": one.track,
        "audience": one.facts.audience,
        "state": RunState.DRAFT,
        "fee": one.line.fee,
        "capacity": one.line.capacity,
        "apply_from": one.apply_from,
        "apply_until": one.apply_until,
        "cancel_until": one.cancel_until,
        "waiting_limit": defaults.waiting_limit,
        "monthly_limit": defaults.monthly_limit,
        "minimum_age": one.facts.minimum_age,
        "maximum_age": one.facts.maximum_age,
        "relations": ",".join(RELATIONS),
        "search_text": _search_text(one, places.names.get(center_id, ())),
        "created_at": clock.now(),
        **_followed(one.spans),
    }


def _search_text(one: Planned, names: Iterable[str]) -> str:
    return rules.searchable(
        (one.line.title, None, one.facts.summary, one.kind.label, one.track, *names)
    )


def _followed(spans: Sequence[Span]) -> Row:
    """What a run keeps of its meetings, as follow_meetings would write it one by one."""
    days = [dates.seoul_date(span.start) for span in spans]
    times = [(dates.seoul(span.start).time(), dates.seoul(span.end).time()) for span in spans]
    length = sum((span.end - span.start for span in spans), timedelta())
    return {
        "starts_at": spans[0].start,
        "ends_at": spans[-1].end,
        "starts_on": days[0],
        "ends_on": days[-1],
        "meeting_count": len(spans),
        "minutes": int(length.total_seconds()) // 60,
        "weekdays": ",".join(map(str, rules.weekdays_of(days))),
        "time_of_day": rules.time_of_day(times),
    }


def _meeting_rows(runs: Iterable[tuple[int, Row, Planned]]) -> list[Row]:
    return [
        _meeting_row(run_id, row["room_id"], row["instructor_id"], span)
        for run_id, row, one in runs
        for span in one.spans
    ]


def _meeting_row(run_id: int, room_id: int, instructor_id: int | None, span: Span) -> Row:
    return {
        "run_id": run_id,
        "room_id": room_id,
        "instructor_id": instructor_id,
        "starts_at": span.start,
        "ends_at": span.end,
    }


def _record_rows(runs: Iterable[tuple[int, Planned]], office: str) -> list[Row]:
    now = clock.now()
    return [
        {
            "run_id": run_id,
            "key": one.line.key,
            "declared": declared_of_new(one, office),
            "imported_at": now,
        }
        for run_id, one in runs
    ]


# Runs that are there


def _compared(
    known: Sequence[tuple[Planned, KnownRun]], office: str, locked: Collection[int]
) -> list[Line]:
    """The lines beside their runs; whatever changes is looked at under its lock."""
    looked = [(one, run, compare(one, run, office)) for one, run in known]
    unlocked = {run.id for _one, run, found in looked if found.facets} - set(locked)
    if not unlocked:
        return looked
    # Somebody changed a run since the file was looked over.
    _lock(unlocked)
    fresh = by_id(unlocked)
    return [
        (one, fresh[run.id], compare(one, fresh[run.id], office)) if run.id in fresh else line
        for line in looked
        for one, run, _found in [line]
    ]


def _renew(by: By, lines: Sequence[Line], brought: Brought, source: str) -> None:
    _take_over([line for line in lines if line[2].facets])
    _declare(lines)
    told = [line for line in lines if line[2].changes]
    _write(Event, [_event_of_change(by, *line, source) for line in told])
    brought.changed = len(told)
    brought.unchanged = len(lines) - len(told)
    brought.kept = sum(any(change.kept for change in found.changes) for *_rest, found in told)


def _lock(run_ids: Collection[int]) -> None:
    """Whoever edits one of the runs waits for us."""
    query = sa.select(Run.id).where(Run.id.in_(run_ids)).order_by(Run.id)
    db.session.execute(query.with_for_update(key_share=True)).all()


def _take_over(lines: Sequence[Line]) -> None:
    """Give the runs what the file changed."""
    changed: dict[int, Row] = {run.id: {} for _one, run, _found in lines}
    for one, run, found in lines:
        for facet in found.facets - {comparing.SUMMARY}:
            changed[run.id] |= _FACETS[facet](one, run)
    _update(Run, "id", changed)
    _carry_instructors(changed)
    moved = [(run, one) for one, run, found in lines if comparing.MEETINGS in found.facets]
    _set_meetings(moved, changed)
    texts = {
        run.course_id: {"summary": one.line.summary}
        for one, run, found in lines
        if comparing.SUMMARY in found.facets
    }
    _update(Course, "id", texts)
    _follow_summaries(texts)


def _carry_instructors(changed: Mapping[int, Row]) -> None:
    taught = {
        run_id: {"instructor_id": values["instructor_id"]}
        for run_id, values in changed.items()
        if "instructor_id" in values
    }
    _update(Meeting, "run_id", taught)


def _set_meetings(moved: Sequence[tuple[KnownRun, Planned]], changed: Mapping[int, Row]) -> None:
    """Give drafts the classes of their new pattern; those that stay keep their rooms."""
    there = _meetings_of([run.id for run, _one in moved])
    gone: list[int] = []
    new: list[Row] = []
    for run, one in moved:
        held = there.get(run.id, {})
        wanted = {(span.start, span.end): span for span in one.spans}
        gone += [number for times, number in held.items() if times not in wanted]
        instructor_id = changed[run.id].get("instructor_id", run.instructor_id)
        room_id = run.room_id if run.room_id is not None else one.place.room_id
        new += [
            _meeting_row(run.id, room_id, instructor_id, span)
            for times, span in wanted.items()
            if times not in held
        ]
    # Taken away first: a class may only have got another end.
    db.session.execute(sa.delete(Meeting).where(Meeting.id.in_(gone)))
    _write(Meeting, new)


def _meetings_of(run_ids: Sequence[int]) -> dict[int, dict[tuple[datetime, datetime], int]]:
    found: dict[int, dict[tuple[datetime, datetime], int]] = {}
    rows = db.session.execute(
        sa.select(Meeting.run_id, Meeting.starts_at, Meeting.ends_at, Meeting.id).where(
            Meeting.run_id.in_(run_ids)
        )
    )
    for run_id, starts_at, ends_at, number in rows:
        found.setdefault(run_id, {})[starts_at, ends_at] = number
    return found


def _window(one: Planned, run: KnownRun) -> Row:
    """The file's days at the hours that the run has."""
    window = {
        "apply_from": _on(one.apply_from, run.apply_from),
        "apply_until": _on(one.apply_until, run.apply_until),
    }
    if window["apply_from"] < window["apply_until"]:
        return window
    return {"apply_from": one.apply_from, "apply_until": one.apply_until}


def _on(day: datetime, hour: datetime) -> datetime:
    return dates.at(dates.seoul_date(day), dates.seoul(hour).time())


_FACETS: Mapping[str, Callable[[Planned, KnownRun], Row]] = {
    comparing.MEETINGS: lambda one, _run: _followed(one.spans) | {"cancel_until": one.cancel_until},
    comparing.CAPACITY: lambda one, _run: {"capacity": one.line.capacity},
    comparing.FEE: lambda one, _run: {"fee": one.line.fee},
    comparing.WINDOW: _window,
    comparing.AUDIENCE: lambda one, _run: {
        "audience": one.facts.audience,
        "minimum_age": one.facts.minimum_age,
        "maximum_age": one.facts.maximum_age,
    },
    comparing.INSTRUCTOR: lambda one, _run: {
        "instructor_id": one.teacher.id if one.teacher else None
    },
}


def _follow_summaries(course_ids: Collection[int]) -> None:
    """What is found by a course's text follows it."""
    if course_ids:
        db.session.expire_all()
        of_courses = sa.select(Run).where(Run.course_id.in_(course_ids))
        follow_texts(db.session.scalars(of_courses).all())


def _declare(lines: Sequence[Line]) -> None:
    """Keep what the file declares now; of a run that no file brought, only where it differs."""
    now = clock.now()
    again = {
        run.id: {"declared": found.declared, "imported_at": now}
        for _one, run, found in lines
        if run.declared is not None and run.declared != found.declared
    }
    _update(StandardRecord, "run_id", again)
    first_time = [
        {
            "run_id": run.id,
            "key": one.line.key,
            "declared": found.declared,
            "imported_at": now,
        }
        for one, run, found in lines
        if run.declared is None and found.changes
    ]
    _write(StandardRecord, first_time)


def _event_of_change(by: By, one: Planned, run: KnownRun, found: Comparison, source: str) -> Row:
    return _event(
        by,
        "run.imported_again",
        run.id,
        source=source,
        line=one.line.number,
        changed={change.column: [change.before, change.after] for change in found.changes},
        kept=[change.column for change in found.changes if change.kept],
    )


# Rows, thousands at once


def _table(model: type) -> Any:
    return model.__table__  # type: ignore[attr-defined]  # a mapped class has a Table


def _write(model: type, rows: Sequence[Row]) -> None:
    if rows:
        db.session.connection().execute(sa.insert(_table(model)), list(rows))


def _numbers_of(model: type, rows: Sequence[Row]) -> Sequence[int]:
    """Insert rows; their numbers, in the same order."""
    table = _table(model)
    statement = sa.insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return db.session.connection().execute(statement, list(rows)).scalars().all()


def _inserted(model: type, **values: Any) -> int:
    table = _table(model)
    statement = sa.insert(table).values(**values).returning(table.c.id)
    return int(db.session.connection().execute(statement).scalar_one())


def _update(model: type, column: str, changed: Mapping[int, Row]) -> None:
    """Set values in the rows whose `column` has these numbers; alike ones go together."""
    table = _table(model)
    alike: dict[tuple[str, ...], list[Row]] = {}
    for number, values in changed.items():
        if values:
            alike.setdefault(tuple(sorted(values)), []).append(values | {"its_number": number})
    for names, rows in alike.items():
        statement = (
            sa.update(table)
            .where(table.c[column] == sa.bindparam("its_number"))
            .values({name: sa.bindparam(name) for name in names})
        )
        db.session.connection().execute(statement, rows)


def _event(by: By, verb: str, run_id: int | None, **detail: Any) -> Row:
    """A line of the record, for thousands at once."""
    return {
        "at": clock.now(),
        "verb": verb,
        "by_kind": by.kind,
        "channel": by.channel,
        "account_id": by.account_id,
        "actor_person_id": by.person_id,
        "run_id": run_id,
        "subject": None,
        "subject_id": None,
        "detail": detail,
    }
