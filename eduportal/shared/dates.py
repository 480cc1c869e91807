"""Seoul dates and their UTC instants, and how Korean public documents write them."""

from datetime import UTC, date, datetime, time, timedelta

from flask import Flask

from eduportal.shared.clock import SEOUL

WEEKDAYS = ("월", "화", "수", "목", "금", "토", "일")


def at(day: date, clock_time: time) -> datetime:
    """The UTC instant of a clock time on a Seoul day."""
    return datetime.combine(day, clock_time, tzinfo=SEOUL).astimezone(UTC)


def start_of(day: date) -> datetime:
    """The UTC instant at which a Seoul day begins."""
    return at(day, time.min)


def end_of(day: date) -> datetime:
    """The UTC instant at which a Seoul day is over (the first one that is no longer in it)."""
    return start_of(day + timedelta(days=1))


def seoul(instant: datetime) -> datetime:
    """An aware instant on the Seoul clock."""
    return instant.astimezone(SEOUL)


def seoul_date(instant: datetime) -> date:
    """The Seoul date of an aware instant."""
    return seoul(instant).date()


def first_of_month(day: date) -> date:
    """The first day of the month that a day lies in."""
    return day.replace(day=1)


def day_before(day: date) -> date:
    """The day before a day."""
    return day - timedelta(days=1)


def next_month(day: date) -> date:
    """The first day of the month after the one that a day lies in."""
    return (first_of_month(day) + timedelta(days=32)).replace(day=1)


def written_date(value: date | datetime | None) -> str:
    """`2026. 12. 1.(화)`, as public documents write a day; nothing for None."""
    if value is None:
        return ""
    day = seoul_date(value) if isinstance(value, datetime) else value
    return f"{day.year}. {day.month}. {day.day}.({WEEKDAYS[day.weekday()]})"


def written_time(value: datetime | None) -> str:
    """`10:00` on the Seoul clock; seconds only where there are any."""
    if value is None:
        return ""
    local = seoul(value)
    return local.strftime("%H:%M:%S" if local.second else "%H:%M")


def written_datetime(value: datetime | None) -> str:
    """`2026. 12. 1.(화) 10:00` on the Seoul clock."""
    return f"{written_date(value)} {written_time(value)}" if value else ""


def written_until(value: datetime | None) -> str:
    """A deadline: `2026. 12. 9.(수) 24:00` for midnight, so that nobody reads the day after it.

    Else as any other moment.
    """
    if value is None or seoul(value).time() != time.min:
        return written_datetime(value)
    return f"{written_date(day_before(seoul_date(value)))} 24:00"


def written_span(start: datetime, end: datetime) -> str:
    """`2026. 12. 1.(화) 10:00 ~ 12:00`, or both days where they differ."""
    if seoul_date(start) == seoul_date(end):
        return f"{written_datetime(start)} ~ {written_time(end)}"
    return f"{written_datetime(start)} ~ {written_datetime(end)}"


def add_filters(app: Flask) -> None:
    """Give the templates the ways to write a day and a time."""
    app.add_template_filter(written_date, "date")
    app.add_template_filter(written_time, "time")
    app.add_template_filter(written_datetime, "datetime")
    app.add_template_filter(written_until, "until")
    app.add_template_global(written_span, "span")
