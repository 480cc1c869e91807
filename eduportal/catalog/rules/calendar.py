"""How a month is laid out, and what happens to a run on which day."""

from calendar import SUNDAY, Calendar
from datetime import date, timedelta
from enum import StrEnum

EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
# As calendars hang on the wall.
SUNDAY_FIRST = ("일", "월", "화", "수", "목", "금", "토")


class Mark(StrEnum):
    """What a day brings for a run."""

    OPENS = "opens"
    CLOSES = "closes"
    STARTS = "starts"

    @property
    def label(self) -> str:
        """As written on screen."""
        return {"opens": "접수 시작", "closes": "접수 마감", "starts": "첫 수업"}[self.value]


def weeks_of(month: date) -> list[list[date | None]]:
    """The weeks of a month from Sunday on, as on the wall; None where a day is another month's."""
    weeks = Calendar(SUNDAY).monthdatescalendar(month.year, month.month)
    return [[day if day.month == month.month else None for day in week] for week in weeks]


def after_this_week(today: date) -> date:
    """The Sunday on which the next week of the calendar begins."""
    return today + timedelta(days=7 - today.isoweekday() % 7)


def last_of_month(month: date) -> date:
    """The last day of a month."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def month_before(month: date) -> date | None:
    """The first day of the month before, as far back as calendars go."""
    before = (month.replace(day=1) - timedelta(days=1)).replace(day=1)
    return before if before.year >= EARLIEST_YEAR else None


def month_after(month: date) -> date | None:
    """The first day of the next month, as far as calendars go."""
    after = last_of_month(month) + timedelta(days=1)
    return after if after.year <= LATEST_YEAR else None
