from datetime import date
from decimal import Decimal

import pytest

from eduportal.statistics import rules
from eduportal.statistics.rules import DatedName, Reason, month_of, year_of

TODAY = date(2026, 12, 1)
NAMES = [
    DatedName("제1정보문화센터", date(1999, 11, 29), date(2019, 4, 19)),
    DatedName("창업스마트교육장", date(2019, 5, 2), None),
]


@pytest.mark.parametrize(
    ("part", "whole", "rate"),
    [(1, 2, "50.0"), (1, 8, "12.5"), (1, 16, "6.3"), (160835, 197781, "81.3"), (2, 3, "66.7")],
)
def test_a_rate_is_rounded_half_up_to_one_decimal(part: int, whole: int, rate: str) -> None:
    assert rules.percent(part, whole) == Decimal(rate)


def test_a_rate_of_nothing_is_empty() -> None:
    assert rules.percent(0, 0) is None


@pytest.mark.parametrize(
    "typed", ["2019-05", "2019-5", "2019.5", "2019. 5.", "201905", " 2019/05 "]
)
def test_a_month_may_be_typed_in_many_ways(typed: str) -> None:
    assert rules.month_in(typed) == month_of(date(2019, 5, 1))


@pytest.mark.parametrize(
    "typed", ["", "abc", "2019", "2019-13", "2019-00", "0000-05", "2019-05-01"]
)
def test_what_is_no_month(typed: str) -> None:
    assert rules.month_in(typed) is None


@pytest.mark.parametrize(
    ("typed", "year"), [("2019", 2019), ("2019년", 2019), ("0019", None), ("x", None)]
)
def test_a_year(typed: str, year: int | None) -> None:
    assert rules.year_in(typed) == (year_of(year) if year else None)


def test_a_month_ends_with_its_last_day() -> None:
    assert month_of(date(2020, 2, 10)).last == date(2020, 2, 29)
    assert month_of(date(9999, 12, 1)).last == date(9999, 12, 31)


def test_a_year_has_twelve_months() -> None:
    assert [month.key for month in year_of(2019).months][::11] == ["2019-01", "2019-12"]


@pytest.mark.parametrize(
    ("year", "reason"),
    [(1989, Reason.TOO_EARLY), (1990, None), (2027, None), (2028, Reason.TOO_LATE)],
)
def test_figures_go_from_1990_to_the_end_of_next_year(year: int, reason: Reason | None) -> None:
    refusal = rules.period_refusal(year_of(year), TODAY)

    assert (refusal and refusal[0]) == reason


def test_nobody_knows_the_figures_of_tomorrow() -> None:
    assert rules.as_of_refusal(TODAY, TODAY) is None
    refusal = rules.as_of_refusal(date(2026, 12, 2), TODAY)
    assert refusal
    assert refusal[0] is Reason.AS_OF_IN_FUTURE


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(1998, 1, 1), "제1정보문화센터"),
        (date(2019, 4, 19), "제1정보문화센터"),
        (date(2019, 5, 1), "제1정보문화센터"),
        (date(2019, 5, 2), "창업스마트교육장"),
    ],
)
def test_a_center_has_the_name_of_the_day(day: date, name: str) -> None:
    assert rules.name_on(NAMES, day) == name


def test_a_renaming_belongs_to_the_period_of_its_first_day() -> None:
    renaming = ("제1정보문화센터", "창업스마트교육장", date(2019, 5, 2))

    assert rules.renames(NAMES, date(2019, 5, 1), date(2019, 5, 31)) == [renaming]
    assert rules.renames(NAMES, date(2019, 1, 1), date(2019, 5, 1)) == []
    assert rules.renames(NAMES, date(2019, 6, 1), date(2019, 6, 30)) == []
