"""The rules of a place, on plain values."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eduportal.booking import rules
from eduportal.booking.rules import Applicant, Load, Offering, Reason, State, entry

NOON = datetime(2026, 12, 1, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADULT = Applicant("resident", "lives", 72)


def offering(**given: Any) -> Offering:
    fields: dict[str, Any] = {
        "state": "published",
        "audience": "resident",
        "apply_from": NOON - HOUR,
        "apply_until": NOON + HOUR,
        "minimum_age": 14,
        "maximum_age": None,
        "relations": frozenset({"lives", "works"}),
        "monthly_limit": 2,
    }
    return Offering(**fields | given)


def reason(refusal: Any) -> Reason | None:
    return refusal[0] if refusal else None


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"apply_from": NOON}, None),
        ({"apply_from": NOON + timedelta(seconds=1)}, Reason.NOT_YET_OPEN),
        ({"apply_until": NOON}, Reason.CLOSED),
        ({"apply_until": NOON + timedelta(seconds=1)}, None),
        ({"state": "draft"}, Reason.NOT_PUBLISHED),
        ({"state": "cancelled"}, Reason.RUN_CANCELLED),
    ],
)
def test_the_window_is_open_from_its_first_second_to_before_its_last(
    given: Any, why: Reason | None
) -> None:
    assert reason(rules.window_refusal(offering(**given), NOON)) is why


@pytest.mark.parametrize(
    ("person", "run", "why"),
    [
        (ADULT, {}, None),
        (Applicant("employee", "works", 40), {}, Reason.OTHER_AUDIENCE),
        (Applicant("employee", "works", 40), {"audience": "employee"}, None),
        (Applicant("resident", "lives", 13), {}, Reason.TOO_YOUNG),
        (Applicant("resident", "lives", 14), {}, None),
        (ADULT, {"maximum_age": 71}, Reason.TOO_OLD),
        (ADULT, {"maximum_age": 72}, None),
        (Applicant("resident", "studies", 20), {}, Reason.OTHER_RELATION),
        (Applicant("resident", "works", 20), {}, None),
        (ADULT, {"minimum_age": None}, None),
    ],
)
def test_who_may_apply(person: Applicant, run: dict[str, Any], why: Reason | None) -> None:
    assert reason(rules.eligibility_refusal(offering(**run), person)) is why


@pytest.mark.parametrize(
    ("load", "why"),
    [
        (Load(0, 12, None), None),
        (Load(1, 12, None), None),
        (Load(2, 12, None), Reason.MONTHLY_LIMIT),
        (Load(0, 12, "엑셀"), Reason.OVERLAPS),
    ],
)
def test_what_else_one_has(load: Load, why: Reason | None) -> None:
    assert reason(rules.load_refusal(offering(), load)) is why


@pytest.mark.parametrize(
    ("taken", "waiting", "state"),
    [
        (0, 0, State.PLACED),
        (4, 0, State.PLACED),
        (5, 0, State.WAITING),
        (4, 1, State.WAITING),
        (4, 3, State.WAITING),
        (5, 2, State.WAITING),
        (5, 3, None),
    ],
)
def test_nobody_gets_past_those_who_wait(taken: int, waiting: int, state: State) -> None:
    assert entry.state_for(5 - taken, waiting, 3) is state


@pytest.mark.parametrize(
    ("state", "hours", "may"),
    [
        (State.PLACED, 1, True),
        (State.PLACED, 0, False),
        (State.WAITING, -1, True),
        (State.CANCELLED, 1, False),
        (State.COMPLETED, 1, False),
    ],
)
def test_a_place_can_be_given_up_until_a_set_time_and_waiting_always(
    state: State, hours: int, may: bool
) -> None:
    assert rules.may_cancel(state, NOON, NOON + hours * HOUR) is may


@pytest.mark.parametrize(
    ("state", "started", "new"),
    [
        (State.PLACED, False, State.CANCELLED),
        (State.PLACED, True, State.WITHDRAWN),
        (State.WAITING, True, State.CANCELLED),
    ],
)
def test_leaving_before_the_first_meeting_cancels_and_after_it_withdraws(
    state: State, started: bool, new: State
) -> None:
    starts_at = NOON - HOUR if started else NOON + HOUR
    assert rules.state_after_leaving(state, NOON, starts_at) is new


def test_a_freed_seat_passes_on_until_the_first_meeting() -> None:
    assert rules.passes_on(NOON, NOON + HOUR)
    assert not rules.passes_on(NOON, NOON)


def test_nothing_moves_out_of_an_end() -> None:
    ends = set(State) - set(filter(None, rules.MOVES))
    assert not any(rules.may_move(end, state) for end in ends for state in State)


def test_every_state_can_be_reached() -> None:
    assert {state for targets in rules.MOVES.values() for state in targets} == set(State)


def test_every_reason_is_a_sentence() -> None:
    assert all(why.value.endswith(".") for why in Reason)
