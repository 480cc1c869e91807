"""How long an offer lasts, when its message goes out, and what is said about chances."""

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eduportal.booking.rules import offers
from eduportal.booking.rules.offers import Past, Reason, Said
from eduportal.catalog.rules.intake import Intake

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
FULL_DAY = Intake(offer_hours=24)
SHORT = Intake(offer_hours=2)
MIDNIGHT = Intake(offer_hours=24, offer_to_midnight=True)


def seoul(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A moment of December 2026 in Seoul; the 1st is a Tuesday."""
    return datetime(2026, 12, day, hour, minute, second, tzinfo=offers.SEOUL)


FAR = seoul(31, 10)


@pytest.mark.parametrize(
    ("now", "intake", "until"),
    [
        (seoul(1, 10), SHORT, seoul(1, 12)),
        (seoul(1, 20), SHORT, seoul(2, 9)),  # An hour tonight, an hour tomorrow.
        (seoul(1, 19), SHORT, seoul(1, 21)),
        (seoul(1, 23), SHORT, seoul(2, 10)),  # At night no time passes.
        (seoul(2, 3), SHORT, seoul(2, 10)),
        (seoul(1, 21), SHORT, seoul(2, 10)),
        (seoul(1, 8), FULL_DAY, seoul(2, 19)),  # 13 hours a day.
        (seoul(1, 20), FULL_DAY, seoul(3, 18)),
        (seoul(4, 20), FULL_DAY, seoul(6, 18)),  # Over a weekend as on any day.
        (seoul(1, 10, 0, 30), SHORT, seoul(1, 12, 1)),  # As people read it: whole minutes.
        (seoul(1, 10), MIDNIGHT, seoul(3, 0)),
        (seoul(1, 23, 59), MIDNIGHT, seoul(3, 0)),
    ],
)
def test_an_offer_lasts_so_many_hours_of_the_day(
    now: datetime, intake: Intake, until: datetime
) -> None:
    assert offers.offer_deadline(now, intake, FAR) == until


def test_an_offer_of_other_hours_of_the_day_counts_those() -> None:
    office = Intake(offer_hours=10, offer_opens=time(9), offer_closes=time(18))
    assert offers.offer_deadline(seoul(1, 17), office, FAR) == seoul(2, 18)


def test_hours_that_end_before_they_begin_are_all_of_them() -> None:
    broken = Intake(offer_hours=3, offer_opens=time(21), offer_closes=time(8))
    assert offers.offer_deadline(seoul(1, 22), broken, FAR) == seoul(2, 1)


@pytest.mark.parametrize(
    ("now", "gives_until", "until"),
    [
        (seoul(1, 8), seoul(2, 10), seoul(1, 13)),  # 15 hours are left: a third.
        (seoul(1, 8), seoul(1, 10), seoul(1, 9)),  # Never less than an hour.
        (seoul(1, 22), seoul(2, 9), seoul(2, 9)),  # The hour before class.
        (seoul(1, 9), seoul(1, 10), seoul(1, 10)),
    ],
)
def test_near_the_start_an_offer_is_shorter(
    now: datetime, gives_until: datetime, until: datetime
) -> None:
    assert offers.offer_deadline(now, FULL_DAY, gives_until) == until
    assert offers.offer_deadline(now, MIDNIGHT, gives_until) == until


@pytest.mark.parametrize(
    ("now", "gives_until"),
    [
        (seoul(1, 9, 1), seoul(1, 10)),
        (seoul(1, 22), seoul(2, 8, 59)),
        (seoul(1, 10), seoul(1, 10)),
        (seoul(1, 12), seoul(1, 10)),
    ],
)
def test_too_late_to_ask_is_said(now: datetime, gives_until: datetime) -> None:
    assert offers.offer_deadline(now, FULL_DAY, gives_until) is None
    assert not offers.may_ask(now, FULL_DAY, gives_until)


@given(
    minutes=st.integers(0, 40 * 24 * 60),
    hours=st.integers(1, 72),
    left=st.integers(1, 40 * 24 * 60),
    to_midnight=st.booleans(),
)
def test_an_offer_gives_an_hour_to_answer_and_ends_in_time(
    minutes: int, hours: int, left: int, to_midnight: bool
) -> None:
    now = seoul(1, 0) + minutes * MINUTE
    cut_off = now + left * MINUTE
    intake = Intake(offer_hours=hours, offer_to_midnight=to_midnight)
    until = offers.offer_deadline(now, intake, cut_off)
    assert (until is not None) == offers.may_ask(now, intake, cut_off)
    if until is not None:
        assert now + HOUR <= until <= cut_off
        told = offers.told_at(now, intake) or now
        assert told + HOUR <= until


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (seoul(1, 8), None),
        (seoul(1, 20, 59), None),
        (seoul(1, 21), seoul(2, 8)),
        (seoul(2, 2), seoul(2, 8)),
        (seoul(1, 7, 59), seoul(1, 8)),
    ],
)
def test_nobody_is_woken(now: datetime, told: datetime | None) -> None:
    assert offers.told_at(now, FULL_DAY) == told


def test_an_offer_is_lengthened_but_not_beyond_the_cut_off() -> None:
    old, cut_off = seoul(1, 12), seoul(2, 10)
    assert offers.extension_refusal(seoul(1, 13), old, cut_off) is None
    assert offers.extension_refusal(cut_off, old, cut_off) is None
    shorter = offers.extension_refusal(seoul(1, 12), old, cut_off)
    beyond = offers.extension_refusal(seoul(2, 11), old, cut_off)
    assert shorter == (Reason.NOT_LONGER, {"until": old})
    assert beyond == (Reason.BEYOND_CUT_OFF, {"until": cut_off})


# Chances


def past(*freed: int, capacity: int = 28) -> list[Past]:
    """Runs that have begun."""
    return [Past(capacity, count) for count in freed]


def test_the_estimate_is_the_usual_run_in_whole_people() -> None:
    runs = past(6, 6, 5, 7, 6, 6, 0, 20, 6, 6, 5, 7)
    said = offers.chances(runs, 28, rank=5, freed=0)
    assert said[0] == (Said.FREED, {"runs": 12, "capacity": 28, "freed": 6})
    assert said[1] == (Said.LIKELY, {})


def test_runs_of_other_sizes_count_by_their_part() -> None:
    said = offers.chances(past(2, 3, 2, capacity=10), 20, rank=9, freed=0)
    assert said == [
        (Said.FREED, {"runs": 3, "capacity": 20, "freed": 4}),
        (Said.UNLIKELY, {}),
    ]


def test_what_came_free_already_comes_no_more() -> None:
    runs = past(6, 6, 6)
    assert offers.chances(runs, 28, rank=3, freed=0)[1][0] is Said.LIKELY
    assert offers.chances(runs, 28, rank=3, freed=5)[1][0] is Said.UNLIKELY


def test_half_and_half_is_said_so() -> None:
    assert offers.chances(past(1, 8, 1, 8), 28, rank=5, freed=0)[1][0] is Said.OPEN


@pytest.mark.parametrize("runs", [[], past(6), past(6, 6)])
def test_fewer_than_three_runs_give_no_number(runs: list[Past]) -> None:
    assert offers.chances(runs, 28, rank=1, freed=0) == [(Said.UNKNOWN, {})]


def test_runs_in_which_nothing_came_free_say_so() -> None:
    said = offers.chances(past(0, 0, 0), 28, rank=1, freed=0)
    assert said == [(Said.NONE_FREED, {"runs": 3}), (Said.UNLIKELY, {})]


def test_no_sentence_says_a_percentage() -> None:
    assert not any("%%" in said.value or "확률" in said.value for said in Said)
