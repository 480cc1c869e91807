"""Days without classes: public holidays, what the office sets above them, and closed days."""

from collections.abc import Iterable
from datetime import date, timedelta

import holidays
import sqlalchemy as sa

from eduportal.catalog.models import ClosedDay, HolidayOverride
from eduportal.shared.db import db


def public_holidays(years: Iterable[int]) -> dict[date, str]:
    """The days of these years on which public offices are closed, substitute holidays included.

    What the office set above the calendar counts: a temporary holiday is one, a day that is
    worked is none.
    """
    years = list(years)
    days = dict(holidays.country_holidays("KR", years=years, language="ko"))
    for override in db.session.scalars(sa.select(HolidayOverride)):
        if override.day.year not in years:
            continue
        if override.is_holiday:
            days[override.day] = override.name
        else:
            days.pop(override.day, None)
    return days


def closed_days(first: date, last: date, center_id: int | None = None) -> dict[date, str]:
    """The days from first to last, both included, without classes at a center, by name.

    `center_id` None: only what holds for every center.
    """
    found = {
        day: name
        for day, name in public_holidays(range(first.year, last.year + 1)).items()
        if first <= day <= last
    }
    for closed in closures(first, last):
        if closed.center_id in (None, center_id):
            found |= dict.fromkeys(_days(closed, first, last), closed.name)
    return found


def closures(first: date, last: date) -> list[ClosedDay]:
    """The closed days (휴관일) that touch a stretch of days."""
    return list(
        db.session.scalars(
            sa.select(ClosedDay)
            .where(ClosedDay.first_on <= last, ClosedDay.last_on >= first)
            .order_by(ClosedDay.first_on, ClosedDay.id)
        )
    )


def _days(closed: ClosedDay, first: date, last: date) -> list[date]:
    start, end = max(closed.first_on, first), min(closed.last_on, last)
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]
