"""A month of openings, laid out for a page."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from eduportal.catalog.queries import RunLine
from eduportal.catalog.rules.calendar import Mark, weeks_of
from eduportal.shared.dates import seoul_date

# More runs than these at one moment are counted in the calendar, and named in the list below it.
NAMED_IN_CALENDAR = 2


@dataclass(frozen=True)
class Entry:
    """What happens to one run at one moment."""

    mark: Mark
    at: datetime
    run: RunLine


@dataclass(frozen=True)
class Group:
    """The runs to which the same happens at the same moment."""

    mark: Mark
    at: datetime
    runs: tuple[RunLine, ...]

    @property
    def is_small(self) -> bool:
        """Whether a day of the calendar has room for the names."""
        return len(self.runs) <= NAMED_IN_CALENDAR


@dataclass(frozen=True)
class Day:
    """A day with what it brings; `closed` names why there are no classes on it."""

    date: date
    closed: str | None
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Month:
    """Weeks of days from Sunday on; None where a day is another month's."""

    first: date
    weeks: list[list[Day | None]]

    @property
    def days(self) -> list[Day]:
        """The days that bring something."""
        return [day for week in self.weeks for day in week if day and day.groups]

    @property
    def opens_something(self) -> bool:
        """Whether any window opens in it."""
        return any(group.mark is Mark.OPENS for day in self.days for group in day.groups)


def month_of(first: date, runs: Iterable[RunLine], closed: Mapping[date, str]) -> Month:
    """The month with everything that happens in it."""
    by_day = _by_day(entry for run in runs for entry in _entries(run))
    weeks = [
        [Day(day, closed.get(day), by_day.get(day, ())) if day else None for day in week]
        for week in weeks_of(first)
    ]
    return Month(first, weeks)


def grouped(entries: Iterable[Entry]) -> tuple[Group, ...]:
    """Entries by moment: what opens stands before what closes at the same one."""
    order = list(Mark)
    ordered = sorted(entries, key=lambda entry: (entry.at, order.index(entry.mark)))
    return tuple(
        Group(mark, at, tuple(entry.run for entry in same))
        for (at, mark), same in groupby(ordered, key=lambda entry: (entry.at, entry.mark))
    )


def openings_of(runs: Iterable[RunLine]) -> list[Day]:
    """The days on which these runs open, in order."""
    days = _by_day(Entry(Mark.OPENS, run.apply_from, run) for run in runs)
    return [Day(day, None, groups) for day, groups in sorted(days.items())]


def _entries(run: RunLine) -> Iterator[Entry]:
    yield Entry(Mark.OPENS, run.apply_from, run)
    yield Entry(Mark.CLOSES, run.apply_until, run)
    if run.starts_at is not None:
        yield Entry(Mark.STARTS, run.starts_at, run)


def _by_day(entries: Iterable[Entry]) -> dict[date, tuple[Group, ...]]:
    days: dict[date, list[Entry]] = {}
    for entry in entries:
        days.setdefault(seoul_date(entry.at), []).append(entry)
    return {day: grouped(found) for day, found in days.items()}
