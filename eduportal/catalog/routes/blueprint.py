"""The blueprint of the pages that everybody sees, and how they write days."""

from datetime import date, datetime

from flask import Blueprint

from eduportal.catalog import rules
from eduportal.shared import dates

blueprint = Blueprint("catalog", __name__, template_folder="../templates")
blueprint.add_app_template_filter(rules.weekdays_in_words, "weekdays")
blueprint.add_app_template_filter(rules.hours_in_words, "hours")


@blueprint.app_template_filter("day")
def unbroken_day(value: date | datetime | None) -> str:
    """A written day that stays on one line."""
    return dates.written_date(value).replace(" ", "\u00a0")


@blueprint.app_template_filter("short_day")
def short_day(value: date | datetime) -> str:
    """`12. 15.(화)`, on one line: a day whose year stands above it."""
    return dates.written_date(value).partition(" ")[2].replace(" ", "\u00a0")


@blueprint.app_template_filter("month")
def written_month(value: date) -> str:
    """`2026년 12월`."""
    return f"{value.year}년 {value.month}월"


@blueprint.app_template_filter("month_value")
def month_value(value: date | datetime) -> str:
    """`2026-12`, as an address has it."""
    day = dates.seoul_date(value) if isinstance(value, datetime) else value
    return f"{day:%Y-%m}"
