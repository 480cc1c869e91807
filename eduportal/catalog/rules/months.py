"""Next month out of last month: the same classes, on the days that the other month has.

Plain values on the Seoul clock, no database.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from eduportal.catalog.rules.meetings import MOST_MEETINGS, meeting_days, skipped_days

ClockTimes = tuple[time, time]
# A weekday on which so many times fewer classes fell was one class that was moved.
RARER = 4
# Who types a day further back than this has mistaken the year.
LONG_AGO = timedelta(days=366)


class Reason(StrEnum):
    """Why a month cannot be made out of another, or one of its drafts not so."""

    SAME_MONTH = "가져올 달과 다른 달을 골라 주세요."
    FIRST_OUTSIDE_MONTH = "첫 수업일은 %(month)s에 있어야 합니다."
    NO_CLASS_DAYS = (
        "%(first)s부터 2년 안에 수업할 수 있는 날이 모자랍니다. "
        "쉬는 날이 아닌 요일을 고르거나 횟수를 줄여 주세요."
    )
    LONG_AGO = "시작하는 날이 %(first)s입니다. 1년도 더 지난 날이니 연도를 다시 확인해 주세요."
    ROOM_TAKEN_HERE = (
        "이 화면의 ‘%(other)s’과(와) %(when)s에 %(room)s이(가) 겹칩니다. "
        "한쪽의 시간이나 강의실을 바꾸거나 한쪽을 빼 주세요."
    )
    INSTRUCTOR_TAKEN_HERE = (
        "이 화면의 ‘%(other)s’과(와) %(when)s에 %(instructor)s 강사가 겹칩니다. "
        "한쪽의 시간이나 강사를 바꾸거나 한쪽을 빼 주세요."
    )
    STARTS_LATER = "쉬는 날을 건너뛰어 첫 수업이 %(first)s입니다. %(month)s에 시작하지 않습니다."
    NOTHING_CHOSEN = "만들 강좌를 하나 이상 골라 주세요."
    NOT_CREATED = "아무것도 만들지 않았습니다. 다음 강좌를 먼저 고치거나 빼 주세요: %(names)s"
    LOOK_AGAIN = (
        "고친 뒤의 수업 날짜를 아직 보지 않았습니다. 날짜를 확인하고 다시 눌러 주세요: %(names)s"
    )


@dataclass(frozen=True)
class Class:
    """A class as it was held: its day, from when until when."""

    day: date
    starts: time
    ends: time


@dataclass(frozen=True)
class Rhythm:
    """How the classes of a run fall; `times` by weekday (Monday is 0)."""

    first: date
    weekdays: tuple[int, ...]
    count: int
    times: Mapping[int, ClockTimes]

    @property
    def one_time(self) -> ClockTimes | None:
        """From when until when, where it is the same on every weekday."""
        different = {self.times[weekday] for weekday in self.weekdays}
        return different.pop() if len(different) == 1 else None


@dataclass(frozen=True)
class Fall:
    """The classes that a rhythm gives, and the closed days that it leaves out."""

    classes: tuple[Class, ...]
    skipped: tuple[tuple[date, str], ...]


def rhythm_of(classes: Sequence[Class]) -> Rhythm:
    """How these classes fall, one that was moved to another weekday or hour left aside."""
    days = sorted(one.day for one in classes)
    often = Counter(day.weekday() for day in days)
    most = max(often.values())
    weekdays = tuple(sorted(day for day, times in often.items() if times * RARER > most))
    return Rhythm(days[0], weekdays, len(classes), {w: _usual(classes, w) for w in weekdays})


def moved_to(rhythm: Rhythm, month: date) -> Rhythm:
    """The same in another month: from the first Tuesday to the first Tuesday."""
    weekday = rhythm.first.weekday()
    if weekday not in rhythm.weekdays:
        weekday = min(rhythm.weekdays, key=lambda one: (one - weekday) % 7)
    return replace(rhythm, first=nth_weekday(month, nth_of_month(rhythm.first), weekday))


def nth_of_month(day: date) -> int:
    """Whether a day is the first, second … of its weekday in its month."""
    return (day.day - 1) // 7 + 1


def nth_weekday(month: date, nth: int, weekday: int) -> date:
    """The first, second … Tuesday of a month; the last one where there are fewer."""
    first = month.replace(day=1)
    day = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    last = first.replace(day=monthrange(first.year, first.month)[1])
    return day if day <= last else day - timedelta(days=7)


def changed(
    rhythm: Rhythm, first: date, weekdays: Collection[int], count: int, clock: ClockTimes | None
) -> Rhythm:
    """The rhythm as staff want it; `clock` None keeps the hours that each weekday had."""
    usual = Counter(rhythm.times.values()).most_common(1)[0][0]
    times = {weekday: clock or rhythm.times.get(weekday, usual) for weekday in weekdays}
    return Rhythm(first, tuple(sorted(weekdays)), count, times)


def fall(rhythm: Rhythm, closed: Mapping[date, str]) -> Fall | None:
    """The classes on days that are not closed; None where two years have too few of them."""
    days = meeting_days(rhythm.first, rhythm.weekdays, rhythm.count, closed)
    if len(days) < rhythm.count:
        return None
    classes = tuple(Class(day, *rhythm.times[day.weekday()]) for day in days)
    skipped = skipped_days(rhythm.first, days[-1], rhythm.weekdays, closed)
    return Fall(classes, tuple(skipped))


def same_distance(cancel_until: datetime, starts: datetime, new_start: datetime) -> datetime:
    """The last moment to cancel, as many days before the new first class, at the same hour."""
    days = max((starts.date() - cancel_until.date()).days, 0)
    moment = datetime.combine(new_start.date() - timedelta(days=days), cancel_until.time())
    return min(moment, new_start)


def latest_day(month: date) -> date:
    """The last day on which a class of this month's runs can fall."""
    return month + timedelta(days=31 + 7 * 2 * MOST_MEETINGS)


def long_ago(first: date, today: date) -> bool:
    """Whether a first day lies so far back that its year must be wrong."""
    return first < today - LONG_AGO


def _usual(classes: Sequence[Class], weekday: int) -> ClockTimes:
    times = Counter((one.starts, one.ends) for one in classes if one.day.weekday() == weekday)
    return times.most_common(1)[0][0]
