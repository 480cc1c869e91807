"""What the lines of a file mean here: where, when, for whom; worked out before any writing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from eduportal.accounts.rules import Audience
from eduportal.catalog import rules
from eduportal.catalog.closed_days import closed_days
from eduportal.catalog.models import Course, Instructor, Office
from eduportal.catalog.refusals import refused
from eduportal.catalog.rules import WEEKDAYS, Kind, Span, WindowPattern
from eduportal.catalog.rules import Reason as CatalogReason
from eduportal.catalog.rules.standard import Reason
from eduportal.catalog.standard_set.facts import Facts
from eduportal.catalog.standard_set.places import NewCenter, NewRoom, Place, Places
from eduportal.catalog.standard_set.reading import Fault, Reading, StandardLine
from eduportal.shared import dates
from eduportal.shared.db import db
from eduportal.shared.refusal import Refused

Centers = frozenset[int] | None
LONGEST = timedelta(days=3 * 366)
MOST_MEETINGS = 200
# The usual window lies in the month before a class.
LEAD = timedelta(days=70)


@dataclass(frozen=True)
class Defaults:
    """What the format does not say, for a whole file."""

    kind: Kind = Kind.REGULAR
    track: str = "기초·활용"
    audience: Audience = Audience.RESIDENT
    opens: time = time(10)
    closes: time = time(18)
    waiting_limit: int = 10
    monthly_limit: int = 2
    minimum_age: int | None = None

    @property
    def in_json(self) -> dict[str, Any]:
        """As a job keeps it."""
        return {
            **vars(self),
            "opens": self.opens.isoformat(),
            "closes": self.closes.isoformat(),
        }

    @classmethod
    def out_of(cls, kept: Mapping[str, Any]) -> "Defaults":
        """As a job kept it."""
        return cls(
            **{
                **kept,
                "kind": Kind(kept["kind"]),
                "audience": Audience(kept["audience"]),
                "opens": time.fromisoformat(kept["opens"]),
                "closes": time.fromisoformat(kept["closes"]),
            }
        )


def usual_defaults() -> Defaults:
    """What the office sets for its own runs."""
    office = db.session.get(Office, 1)
    if office is None:
        return Defaults()
    return Defaults(
        opens=office.window_from_time,
        closes=office.window_until_time,
        waiting_limit=office.waiting_limit,
        monthly_limit=office.monthly_limit,
        minimum_age=office.minimum_age,
    )


@dataclass(frozen=True)
class KnownCourse:
    """A course of the catalog by whose title lines find it."""

    id: int
    summary: str
    kind: Kind
    track: str


@dataclass(frozen=True)
class Teacher:
    """An instructor whom a line names; `told`: the name may be shown to everybody."""

    id: int
    name: str
    told: bool


@dataclass(frozen=True)
class Planned:
    """A line as a draft of ours; `facts` are what that draft says in the set's columns."""

    line: StandardLine
    place: Place
    course: KnownCourse | None
    teacher: Teacher | None
    spans: tuple[Span, ...]
    kind: Kind
    track: str
    apply_from: datetime
    apply_until: datetime
    cancel_until: datetime
    facts: Facts


@dataclass(frozen=True)
class Plan:
    """A whole file: its drafts, what is missing for them, and the lines that cannot come in."""

    planned: tuple[Planned, ...]
    faults: tuple[Fault, ...]
    centers: tuple[NewCenter, ...] = ()
    rooms: tuple[NewRoom, ...] = ()
    defaults: Defaults = field(default_factory=Defaults)


def plan(
    reading: Reading,
    defaults: Defaults,
    among: Centers = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Plan:
    """Work out every good line for somebody of these centers (None: every one)."""
    desk = _Desk(reading.lines, defaults, among)
    planned, faults = [], list(reading.faults)
    for number, line in enumerate(reading.lines):
        progress(number, len(reading.lines))
        try:
            planned.append(desk.planned(line))
        except Refused as refusal:
            faults.append(Fault(line.number, line.title, refusal.sentence))
    return Plan(
        tuple(_in_widened_rooms(planned, desk.places.new_rooms)),
        tuple(sorted(faults, key=lambda fault: fault.line)),
        tuple(desk.places.new_centers.values()),
        tuple(desk.places.new_rooms.values()),
        defaults,
    )


def _in_widened_rooms(
    planned: Iterable[Planned], rooms: Mapping[int, NewRoom]
) -> Iterable[Planned]:
    """A room that is to be made has the seats of its largest line for all of them."""
    for one in planned:
        room = rooms.get(one.place.room_id)
        yield one if room is None else replace(one, place=replace(one.place, seats=room.seats))


class _Desk:
    """All that the lines are held against, read once."""

    def __init__(self, lines: Iterable[StandardLine], defaults: Defaults, among: Centers) -> None:
        self.defaults = defaults
        self.places = Places.there(among)
        self._courses = _courses()
        self._teachers = _teachers()
        self._pattern = _window_pattern()
        self._summaries: dict[str, str] = {}
        days = [day for line in lines for day in (line.first, line.last)]
        self._first, self._last = min(days, default=None), max(days, default=None)
        self._closed: dict[int | None, dict[date, str]] = {}

    def planned(self, line: StandardLine) -> Planned:
        """A line worked out; Refused with what is wrong with it."""
        _refuse_contradictions(line)
        place = self.places.of(line)
        spans = _spans(line, self._closed_at(place.center_id))
        apply_from, apply_until = self._window(line, place)
        course = self._courses.get(line.title)
        teacher = self._teachers.get(rules.normalized(line.instructor))
        return Planned(
            line=line,
            place=place,
            course=course,
            teacher=teacher,
            spans=spans,
            kind=course.kind if course else self.defaults.kind,
            track=course.track if course else self.defaults.track,
            apply_from=apply_from,
            apply_until=apply_until,
            cancel_until=dates.start_of(dates.seoul_date(spans[0].start)),
            facts=self._facts(line, place, course, teacher, spans, apply_from, apply_until),
        )

    def _facts(
        self,
        line: StandardLine,
        place: Place,
        course: KnownCourse | None,
        teacher: Teacher | None,
        spans: tuple[Span, ...],
        apply_from: datetime,
        apply_until: datetime,
    ) -> Facts:
        days = [dates.seoul_date(span.start) for span in spans]
        return Facts(
            title=line.title,
            instructor=teacher.name if teacher and teacher.told else "",
            first=days[0],
            last=days[-1],
            starts=line.starts,
            ends=line.ends,
            summary=self._summary(line, course),
            audience=Audience.EMPLOYEE if line.for_employees else self.defaults.audience,
            minimum_age=self._youngest(line),
            maximum_age=line.maximum_age,
            weekdays=",".join(map(str, rules.weekdays_of(days))),
            center=place.center,
            room=place.room,
            address=place.address,
            phone=place.phone,
            capacity=line.capacity,
            fee=line.fee,
            apply_from=apply_from,
            apply_until=apply_until,
        )

    def _youngest(self, line: StandardLine) -> int | None:
        """The office's usual age counts where the line names none, and none below it."""
        usual = self.defaults.minimum_age
        if line.minimum_age is not None or usual is None:
            return line.minimum_age
        return usual if line.maximum_age is None or usual <= line.maximum_age else None

    def _summary(self, line: StandardLine, course: KnownCourse | None) -> str:
        """The course's; a course that is to be made gets that of the first line which names it."""
        if course:
            return course.summary
        return self._summaries.setdefault(line.title, line.summary or line.title)

    def _window(self, line: StandardLine, place: Place) -> tuple[datetime, datetime]:
        closed = self._closed_at(place.center_id)
        usual_from, usual_until = rules.usual_window(self._pattern, line.first, closed)
        first = line.apply_from or usual_from.date()
        last = line.apply_until or max(usual_until.date(), first)
        window = dates.at(first, self.defaults.opens), dates.at(last, self.defaults.closes)
        if window[0] >= window[1]:
            raise Refused(CatalogReason.WINDOW_BACKWARDS)
        return window

    def _closed_at(self, center_id: int) -> dict[date, str]:
        known = center_id if center_id > 0 else None
        if known not in self._closed and self._first and self._last:
            self._closed[known] = closed_days(self._first - LEAD, self._last, known)
        return self._closed[known]


def _refuse_contradictions(line: StandardLine) -> None:
    if line.last - line.first > LONGEST:
        raise Refused(Reason.TOO_LONG)
    youngest, oldest = line.minimum_age, line.maximum_age
    if youngest is not None and oldest is not None and oldest < youngest:
        raise Refused(CatalogReason.AGES_BACKWARDS)


def _spans(line: StandardLine, closed: Mapping[date, str]) -> tuple[Span, ...]:
    """The classes on the line's weekdays between its days; closed days are left out."""
    whole = (line.first + timedelta(days=n) for n in range((line.last - line.first).days + 1))
    days = [day for day in whole if day.weekday() in line.weekdays and day not in closed]
    if not days:
        weekdays = "·".join(WEEKDAYS[number] for number in sorted(line.weekdays))
        raise refused(
            (
                Reason.NO_MEETING,
                {"first": line.first, "last": line.last, "weekdays": weekdays},
            )
        )
    if len(days) > MOST_MEETINGS:
        raise Refused(Reason.TOO_MANY_MEETINGS, count=len(days), most=MOST_MEETINGS)
    return tuple(Span(dates.at(day, line.starts), dates.at(day, line.ends)) for day in days)


def _courses() -> dict[str, KnownCourse]:
    rows = db.session.execute(
        sa.select(Course.id, Course.summary, Course.kind, Course.track, Course.title)
    )
    return {row.title: KnownCourse(*row[:4]) for row in rows}


def _teachers() -> dict[str, Teacher]:
    """The instructors whose name is theirs alone."""
    rows = db.session.execute(
        sa.select(Instructor.id, Instructor.name, Instructor.name_is_public).where(
            Instructor.active.is_(True)
        )
    )
    named: dict[str, list[Teacher]] = {}
    for row in rows:
        teacher = Teacher(*row)
        named.setdefault(rules.normalized(teacher.name), []).append(teacher)
    return {name: found[0] for name, found in named.items() if len(found) == 1}


def _window_pattern() -> WindowPattern:
    office = db.session.get(Office, 1)
    if office is None:
        return WindowPattern()
    return WindowPattern(
        office.window_from_day,
        office.window_from_time,
        office.window_until_day,
        office.window_until_time,
    )
