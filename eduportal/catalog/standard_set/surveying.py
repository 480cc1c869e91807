"""A whole file beside what we have: what is new, what changes, what stands in the way."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from flask_babel import gettext as _

from eduportal.catalog import rules
from eduportal.catalog.models import Office
from eduportal.catalog.obstacles import obstacles_around
from eduportal.catalog.refusals import refused
from eduportal.catalog.rules import Hours, Obstacles, Readiness, Slot, Span, Taken
from eduportal.catalog.rules.standard import Reason
from eduportal.catalog.standard_set.comparing import Change, compare
from eduportal.catalog.standard_set.known import KnownRun, matched
from eduportal.catalog.standard_set.places import NewCenter, NewRoom
from eduportal.catalog.standard_set.planning import Centers, Defaults, Plan, Planned, plan
from eduportal.catalog.standard_set.reading import Fault, Reading
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from eduportal.shared.refusal import Refused

Progress = Callable[[int, int], None]
MOST_NOTES = 3
# Courses that are to be made have no number yet, and no instructor is bound to them.
NO_COURSE = 0
# What is not in the file stands on no line.
NO_LINE = 0
# Of a room or an instructor, on a day.
_Key = tuple[str, int, date]


class Standing(StrEnum):
    """What a line is beside what we have."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    BAD = "bad"

    @property
    def label(self) -> str:
        """As written on screen."""
        return _LABELS[self]


_LABELS = {
    Standing.NEW: "새 강좌",
    Standing.CHANGED: "바뀜",
    Standing.UNCHANGED: "그대로",
    Standing.BAD: "고칠 줄",
}


@dataclass(frozen=True)
class Surveyed:
    """A good line beside what we have: the run that it is about, if any; `notes` are warnings."""

    planned: Planned
    standing: Standing
    run_id: int | None = None
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Survey:
    """A whole file: the plan to carry out, and what is to be said of its lines."""

    plan: Plan
    lines: tuple[Surveyed, ...]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the other lines."""
        return self.plan.faults

    @property
    def new_centers(self) -> list[NewCenter]:
        """The centers that have to be made for new lines."""
        needed = {line.planned.place.center_id for line in self._new}
        return [center for center in self.plan.centers if center.id in needed]

    @property
    def new_rooms(self) -> list[NewRoom]:
        """The rooms that have to be made for new lines."""
        needed = {line.planned.place.room_id for line in self._new}
        return [room for room in self.plan.rooms if room.id in needed]

    @property
    def _new(self) -> list[Surveyed]:
        return [line for line in self.lines if line.standing is Standing.NEW]

    def count(self, standing: Standing) -> int:
        """How many lines are so; a bad one counts once, whatever is wrong with it."""
        if standing is Standing.BAD:
            return len({fault.line for fault in self.faults})
        return sum(line.standing is standing for line in self.lines)


def survey(
    reading: Reading,
    defaults: Defaults,
    among: Centers = None,
    progress: Progress = lambda _done, _total: None,
) -> Survey:
    """Work the lines out and hold them against what we have; nothing is written."""
    made = plan(reading, defaults, among, progress)
    runs = matched(one.line for one in made.planned)
    made = _without_strays(made, runs, among)
    office = db.session.get(Office, 1)
    name = office.name if office else ""
    lines = [_surveyed(one, runs.get(one.line.number), name) for one in made.planned]
    warned = _warned(lines, {run.id for run in runs.values()})
    return Survey(made, tuple(warned))


def _without_strays(made: Plan, runs: Mapping[int, KnownRun], among: Centers) -> Plan:
    """Leave out lines about one run that another line is about, or that is not theirs."""
    first_line: dict[int, int] = {}
    planned, faults = [], list(made.faults)
    for one in made.planned:
        try:
            _refuse_stray(one, runs.get(one.line.number), first_line, among)
        except Refused as refusal:
            faults.append(Fault(one.line.number, one.line.title, refusal.sentence))
        else:
            planned.append(one)
    faults.sort(key=lambda fault: fault.line)
    return replace(made, planned=tuple(planned), faults=tuple(faults))


def _refuse_stray(
    one: Planned, run: KnownRun | None, first_line: dict[int, int], among: Centers
) -> None:
    if run is None:
        return
    if among is not None and run.center_id not in among:
        raise Refused(Reason.OTHER_CENTER, place=one.line.place)
    first = first_line.setdefault(run.id, one.line.number)
    if first != one.line.number:
        raise Refused(Reason.SAME_RUN, line=first)


def _surveyed(one: Planned, run: KnownRun | None, office: str) -> Surveyed:
    if run is None:
        return Surveyed(one, Standing.NEW)
    changes = compare(one, run, office).changes
    return Surveyed(one, Standing.CHANGED if changes else Standing.UNCHANGED, run.id, changes)


# Warnings


def _warned(lines: Sequence[Surveyed], own_runs: set[int]) -> Iterator[Surveyed]:
    """The lines with what would keep their runs from being published as they are."""
    there = _Around([line.planned for line in lines], own_runs)
    now = clock.now()
    for line in lines:
        if line.standing is Standing.UNCHANGED:
            yield line
        else:
            yield replace(line, notes=_notes(line.planned, there, now))


def _notes(one: Planned, there: "_Around", now: datetime) -> tuple[str, ...]:
    ready = Readiness(
        one.place.room_id,
        one.place.seats,
        one.line.capacity,
        one.spans[0].start,
        one.apply_until,
        one.cancel_until,
    )
    refusals = [*rules.publication_refusals(ready, now), *there.refusals(one)]
    sentences = [refused(refusal).sentence for refusal in refusals[:MOST_NOTES]]
    more = len(refusals) - MOST_NOTES
    return (*sentences, *([_("그 밖에 %(count)s가지", count=more)] if more > 0 else []))


class _Around:
    """What stands in the way, by day, room and instructor.

    A file of thousands of classes asks of each only what is near it.
    """

    def __init__(self, planned: Sequence[Planned], own_runs: set[int]) -> None:
        slots = [slot for one in planned for slot in _slots(one)]
        found = obstacles_around(slots, own_runs)
        self._days = {day: _on(found, day) for day in {_day(slot.span) for slot in slots}}
        self._taken: dict[_Key, list[tuple[int, Taken]]] = {}
        for taken in found.taken:
            self._put(NO_LINE, taken)
        for one in planned:
            for slot in _slots(one):
                self._put(one.line.number, _taken(one, slot))

    def refusals(self, one: Planned) -> list[rules.Refusal]:
        """All that stands in the way of a line's classes, the file's other lines included."""
        course_id = one.course.id if one.course else NO_COURSE
        found: list[rules.Refusal] = []
        for slot in _slots(one):
            there = replace(self._days[_day(slot.span)], taken=self._others(one, slot))
            found += rules.obstacles_to(slot, one.place.center_id, course_id, there)
        return found

    def _put(self, number: int, taken: Taken) -> None:
        for key in _keys(taken.slot):
            self._taken.setdefault(key, []).append((number, taken))

    def _others(self, one: Planned, slot: Slot) -> list[Taken]:
        found = {
            id(taken): taken
            for key in _keys(slot)
            for number, taken in self._taken.get(key, ())
            if number != one.line.number
        }
        return list(found.values())


def _on(found: Obstacles, day: date) -> Obstacles:
    whole = Span(dates.start_of(day), dates.end_of(day))
    return Obstacles(
        blocked=[one for one in found.blocked if rules.overlap(one.span, whole)],
        closed=[one for one in found.closed if rules.overlap(one.span, whole)],
        hours={center_id: _hours_on(hours, whole) for center_id, hours in found.hours.items()},
        teaching={
            number: replace(who, hours=_hours_on(who.hours, whole))
            for number, who in found.teaching.items()
        },
    )


def _hours_on(hours: Hours, whole: Span) -> Hours:
    if hours.spans is None:
        return hours
    return Hours([span for span in hours.spans if rules.overlap(span, whole)])


def _slots(one: Planned) -> list[Slot]:
    teacher_id = one.teacher.id if one.teacher else None
    return [Slot(span, one.place.room_id, teacher_id) for span in one.spans]


def _taken(one: Planned, slot: Slot) -> Taken:
    teacher = one.teacher.name if one.teacher else None
    return Taken(slot, one.line.title, one.place.center, one.place.room, teacher)


def _keys(slot: Slot) -> list[_Key]:
    day = _day(slot.span)
    keys: list[_Key] = [("room", slot.room_id, day)]
    if slot.instructor_id is not None:
        keys.append(("instructor", slot.instructor_id, day))
    return keys


def _day(span: Span) -> date:
    return dates.seoul_date(span.start)
