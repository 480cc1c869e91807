"""Periods of a report, as-of days and rates; plain values, no database."""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import pairwise

FIRST_YEAR = 1990
TENTH = Decimal("0.1")


class Reason(StrEnum):
    """Why a report cannot be made."""

    NOT_A_MONTH = "달을 다시 확인해 주세요. 예: 2019-05"
    NOT_A_YEAR = "연도를 다시 확인해 주세요. 예: 2019"
    NOT_A_DAY = "기준일을 다시 확인해 주세요. 예: 2019-05-31"
    AS_OF_IN_FUTURE = "기준일은 오늘(%(today)s)까지 고를 수 있습니다."
    TOO_EARLY = "%(year)s년 1월부터 볼 수 있습니다."
    TOO_LATE = "%(year)s년 12월까지 볼 수 있습니다."


Refusal = tuple[Reason, dict[str, object]]


@dataclass(frozen=True)
class Period:
    """A month or a year; both days are part of it."""

    first: date
    last: date

    @property
    def is_month(self) -> bool:
        """Whether it is one month."""
        return self.first.month == self.last.month

    @property
    def key(self) -> str:
        """As an address writes it: `2019-05` or `2019`."""
        return f"{self.first:%Y-%m}" if self.is_month else f"{self.first:%Y}"

    @property
    def months(self) -> Iterator["Period"]:
        """Its months, in order."""
        return (month_of(date(self.first.year, n, 1)) for n in range(1, 13))


@dataclass(frozen=True)
class DatedName:
    """What a center is called from a day until a day (None: open)."""

    name: str
    valid_from: date
    valid_until: date | None


def month_of(day: date) -> Period:
    """The month that a day lies in."""
    return Period(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def year_of(number: int) -> Period:
    """A calendar year."""
    return Period(date(number, 1, 1), date(number, 12, 31))


def month_in(text: str) -> Period | None:
    """The month in `2019-05`, `2019.5` or `201905`; None where there is none."""
    match = re.fullmatch(r"(\d{4})(?:\s*[-./]\s*(\d{1,2})|(\d{2}))\.?", text.strip(), re.ASCII)
    if match is None:
        return None
    month = int(match[2] or match[3])
    return month_of(date(int(match[1]), month, 1)) if 1 <= month <= 12 and int(match[1]) else None


def year_in(text: str) -> Period | None:
    """The year in `2019`; None where there is none."""
    text = text.strip().removesuffix("년")
    return year_of(int(text)) if re.fullmatch(r"[1-9]\d{3}", text, re.ASCII) else None


def day_in(text: str) -> date | None:
    """The day in `2019-05-31` or `20190531`; None where there is none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def period_refusal(period: Period, today: date) -> Refusal | None:
    """Why there are no figures of a period, or None."""
    if period.first.year < FIRST_YEAR:
        return Reason.TOO_EARLY, {"year": FIRST_YEAR}
    if period.first.year > today.year + 1:
        return Reason.TOO_LATE, {"year": today.year + 1}
    return None


def as_of_refusal(as_of: date, today: date) -> Refusal | None:
    """Why there are no figures as of a day, or None."""
    return (Reason.AS_OF_IN_FUTURE, {"today": today}) if as_of > today else None


def percent(part: int, whole: int) -> Decimal | None:
    """A rate in percent, half-up to one decimal; None where there is nothing to divide by."""
    if not whole:
        return None
    return (Decimal(100 * part) / whole).quantize(TENTH, ROUND_HALF_UP)


def name_on(names: Sequence[DatedName], day: date) -> str:
    """The name on a day; between two names the one before, before the first the first."""
    begun = [dated for dated in names if dated.valid_from <= day]
    return max(begun, key=lambda dated: dated.valid_from).name if begun else names[0].name


def renames(names: Sequence[DatedName], first: date, last: date) -> list[tuple[str, str, date]]:
    """Old name, new name and day of each rename that falls between two days."""
    ordered = sorted(names, key=lambda dated: dated.valid_from)
    return [
        (old.name, new.name, new.valid_from)
        for old, new in pairwise(ordered)
        if first <= new.valid_from <= last and old.name != new.name
    ]
