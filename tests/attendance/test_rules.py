from collections import Counter
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eduportal.attendance.rules import (
    Mark,
    Reason,
    average,
    closing_refusal,
    completes,
    marking_refusal,
    rate,
    written_rate,
)

TODAY = date(2026, 12, 1)
NOON = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
P, L, E, A, X = Mark.PRESENT, Mark.LATE, Mark.LEFT_EARLY, Mark.ABSENT, Mark.EXCUSED


def test_the_rate_is_the_part_of_meetings_a_person_came_to() -> None:
    assert rate([P, P, P, A]) == Fraction(3, 4)


def test_three_times_late_or_left_early_make_one_absence() -> None:
    assert rate([L, E, P, P]) == 1
    assert rate([L, L, E, P]) == Fraction(3, 4)


def test_excused_meetings_are_not_counted() -> None:
    assert rate([X, P, A]) == Fraction(1, 2)


def test_where_nothing_counts_there_is_no_rate() -> None:
    assert rate([]) is None
    assert rate([X]) is None


@given(st.lists(st.sampled_from(Mark)))
def test_a_rate_lies_between_none_and_all(marks: list[Mark]) -> None:
    reached = rate(marks)

    assert reached is None or 0 <= reached <= 1


@given(st.lists(st.sampled_from(Mark)))
def test_the_order_of_meetings_does_not_matter(marks: list[Mark]) -> None:
    assert rate(marks) == rate(Counter(marks).elements())


@given(st.integers(1, 100), st.integers(1, 60))
def test_whoever_reaches_the_percentage_exactly_completes(percent: int, meetings: int) -> None:
    needed = -(-percent * meetings // 100)

    assert completes([P] * needed + [A] * (meetings - needed), percent)
    assert needed == 0 or not completes([P] * (needed - 1) + [A] * (meetings - needed + 1), percent)


def test_without_a_rate_nobody_completes() -> None:
    assert not completes([X, X], 80)


def test_the_rate_of_a_run_is_the_mean_of_its_people_who_have_one() -> None:
    assert average([Fraction(1), Fraction(1, 2), None]) == Fraction(3, 4)
    assert average([None]) is None


@pytest.mark.parametrize(
    ("reached", "written"),
    [(Fraction(6, 7), "85.7%"), (Fraction(1, 16), "6.3%"), (Fraction(1), "100.0%"), (None, "-")],
)
def test_rates_are_rounded_half_up_to_one_decimal(reached: Fraction | None, written: str) -> None:
    assert written_rate(reached) == written


def test_people_are_marked_from_the_day_of_the_meeting_on() -> None:
    tomorrow = TODAY + timedelta(days=1)

    assert marking_refusal(True, tomorrow, TODAY) is Reason.TOO_EARLY
    assert marking_refusal(True, TODAY, TODAY) is None
    assert marking_refusal(True, TODAY, tomorrow) is None


def test_nobody_is_marked_in_a_cancelled_run() -> None:
    assert marking_refusal(False, TODAY, TODAY) is Reason.RUN_CANCELLED


def test_a_run_is_closed_after_its_last_meeting() -> None:
    assert closing_refusal(True, NOON + timedelta(seconds=1), NOON) is Reason.NOT_OVER
    assert closing_refusal(True, NOON, NOON) is None


def test_a_cancelled_run_is_not_closed() -> None:
    assert closing_refusal(False, NOON, NOON) is Reason.RUN_CANCELLED
    assert closing_refusal(True, None, NOON) is Reason.RUN_CANCELLED
