"""When people may apply, by the office's pattern (R2)."""

from calendar import monthrange
from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta


@dataclass(frozen=True)
class WindowPattern:
    """From a day and time to a day and time of the month before the first class (Seoul clock)."""

    from_day: int = 15
    from_time: time = time(10)
    until_day: int = 17
    until_time: time = time(18)


def usual_window(
    pattern: WindowPattern, first: date, closed: Container[date]
) -> tuple[datetime, datetime]:
    """The window for a class that begins in the month of `first`, naive on the Seoul clock.

    Both ends move on to the next day that is neither a weekend nor closed.
    """
    month = (first.replace(day=1) - timedelta(days=1)).replace(day=1)
    opens = datetime.combine(_working(_day(month, pattern.from_day), closed), pattern.from_time)
    last = max(_day(month, pattern.until_day), opens.date())
    closes = datetime.combine(_working(last, closed), pattern.until_time)
    if closes <= opens:
        next_day = _working(closes.date() + timedelta(days=1), closed)
        closes = datetime.combine(next_day, pattern.until_time)
    return opens, closes


def _day(month: date, day: int) -> date:
    return month.replace(day=min(day, monthrange(month.year, month.month)[1]))


def _working(day: date, closed: Container[date]) -> date:
    while day.weekday() >= 5 or day in closed:
        day += timedelta(days=1)
    return day
