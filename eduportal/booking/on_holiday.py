"""A class on a public holiday is held only where its planner says that it is meant so."""

from datetime import datetime
from typing import Protocol

from flask_babel import gettext as _
from wtforms import BooleanField

from eduportal.catalog.closed_days import public_holidays
from eduportal.shared import dates


class HolidayForm(Protocol):
    """A form that asks whether a public holiday is meant."""

    on_holiday: BooleanField


def is_meant(form: HolidayForm, starts_at: datetime) -> bool:
    """Whether a class may be held on that day; where not yet, the form asks for the word."""
    day = dates.seoul_date(starts_at)
    name = public_holidays([day.year]).get(day)
    if name is None or form.on_holiday.data:
        return True
    form.on_holiday.errors = [
        _(
            "%(day)s은(는) ‘%(name)s’입니다. 그래도 수업하려면 이 칸에 표시하고 한 번 더 눌러 주세요.",
            day=dates.written_date(day),
            name=name,
        )
    ]
    return False
