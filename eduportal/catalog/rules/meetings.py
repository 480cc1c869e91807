"""How meetings fall: weekly patterns, and what stands beside or in the way of a class."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from eduportal.catalog.rules.reasons import Reason, Refusal

MOST_MEETINGS = 60
# Sixty classes, one a week, with every holiday between them; a calendar beyond is not asked for.
MOST_DAYS = timedelta(days=800)
WEEKDAYS = ("월", "화", "수", "목", "금", "토", "일")


@dataclass(frozen=True)
class Span:
    """A stretch of time, aware; the end is no longer part of it."""

    start: datetime
    end: datetime


def overlap(one: Span, other: Span) -> bool:
    """Whether two spans share a moment."""
    return one.start < other.end and other.start < one.end


@dataclass(frozen=True)
class Pattern:
    """`count` classes from a day on, on certain weekdays (Monday is 0), always at one time."""

    first: date
    weekdays: Collection[int]
    count: int
    starts: time
    ends: time


def meeting_days(
    first: date, weekdays: Collection[int], count: int, closed: Collection[date]
) -> list[date]:
    """`count` days from `first` on, on the given weekdays (Monday is 0), closed days left out.

    Fewer where more than two years have too few of them. ValueError when no weekday is given or
    count is not between 1 and 60.
    """
    if not weekdays or not 1 <= count <= MOST_MEETINGS:
        raise ValueError("a pattern needs weekdays and 1 to 60 meetings")
    days: list[date] = []
    day = first
    while len(days) < count and day < first + MOST_DAYS:
        if day.weekday() in weekdays and day not in closed:
            days.append(day)
        day += timedelta(days=1)
    return days


def skipped_days(
    first: date, last: date, weekdays: Collection[int], closed: Mapping[date, str]
) -> list[tuple[date, str]]:
    """The closed days, with their names, that a pattern would have met on until its last day."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [(day, closed[day]) for day in days if day.weekday() in weekdays and day in closed]


def weekdays_of(days: Sequence[date]) -> list[int]:
    """The weekdays that occur, Monday first."""
    return sorted({day.weekday() for day in days})


def weekdays_in_words(weekdays: str) -> str:
    """`화·목` from the `1,3` that a run keeps."""
    return "·".join(WEEKDAYS[int(number)] for number in weekdays.split(",") if number)


def time_of_day(times: Iterable[tuple[time, time]]) -> str:
    """`10:00~12:00` when all meetings begin and end alike, else nothing."""
    different = set(times)
    if len(different) != 1:
        return ""
    start, end = different.pop()
    return f"{start:%H:%M}~{end:%H:%M}"


def hours_in_words(minutes: int) -> str:
    """`16시간`, `1시간 30분`."""
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{hours}시간"] * bool(hours) + [f"{rest}분"] * bool(rest))


@dataclass(frozen=True)
class Slot:
    """A class to be held: when, in which room, by whom."""

    span: Span
    room_id: int
    instructor_id: int | None


def pattern_refusal(spans: Iterable[Span]) -> Refusal | None:
    """Why the meetings of one run cannot stand side by side."""
    placed: list[Span] = []
    for span in spans:
        if refusal := own_clash_refusal(span, placed):
            return refusal
        placed.append(span)
    return None


def own_clash_refusal(span: Span, others: Iterable[Span]) -> Refusal | None:
    """Why a meeting cannot stand beside the others of its run."""
    if span.start >= span.end:
        return Reason.MEETING_BACKWARDS, {}
    for other in others:
        if overlap(span, other):
            return Reason.OVERLAPS_ITSELF, {"when": other}
    return None
