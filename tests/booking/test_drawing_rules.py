"""What a run promises before its draw, as plain rules."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eduportal.booking.rules import State, drawing
from eduportal.booking.rules.draw_terms import MOST_LOTS, Commitment, OfficeSecret, refusals
from eduportal.booking.rules.drawing import SEOUL, Basis, Codes
from eduportal.catalog.rules.intake import ChannelShare, Intake, Selection

OPENS = datetime(2026, 9, 1, 1, tzinfo=UTC)
CLOSES = datetime(2026, 9, 3, 9, tzinfo=UTC)
LOTTERY = "동행복권 로또 6/45"


def basis(capacity: int = 20, **given: Any) -> Basis:
    intake = Intake(**{"selection": Selection.DRAW} | given)
    return Basis.of(intake, capacity, 5, OPENS, CLOSES)


def test_a_draw_takes_in_whoever_applies_until_the_window_closes() -> None:
    assert basis().closes_at == CLOSES


def test_a_fair_window_takes_in_its_first_hours() -> None:
    fair = basis(selection=Selection.FAIR_WINDOW, fair_hours=6)

    assert fair.closes_at == OPENS + timedelta(hours=6)
    assert basis(selection=Selection.FAIR_WINDOW, fair_hours=999).closes_at == CLOSES


def test_priority_goes_first_unless_only_a_share_is_theirs() -> None:
    everybody_first = basis(selection=Selection.PRIORITY_DRAW, groups=("a",))
    share = basis(selection=Selection.PRIORITY_DRAW, groups=("a",), reserved_percent=20)

    assert (everybody_first.priority_first, everybody_first.reserved) == (True, 0)
    assert (share.priority_first, share.reserved) == (False, 4)


def test_a_share_that_was_given_up_before_the_draw_counts_no_more() -> None:
    assert basis(reserved_percent=20, reserve_hours=1).reserved == 0
    assert basis(reserved_percent=20, reserve_hours=999).reserved == 4


def test_rounded_shares_are_no_more_seats_than_there_are() -> None:
    halves = (ChannelShare("online", 50), ChannelShare("phone", 50))

    assert basis(27, channels=halves).channels == {"online": 14, "phone": 13}


def test_what_a_row_keeps_is_what_was_written() -> None:
    one = basis(channels=(ChannelShare("phone", 10),), loss_memory=True, draw_source=LOTTERY)

    assert Basis.kept(one.plain()) == one


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"selection": Selection.PRIORITY_DRAW, "groups": ("a",)},
        {"reserved_percent": 100, "loss_memory": True},
        {"channels": (ChannelShare("online", 60), ChannelShare("phone", 40))},
        {"selection": Selection.FAIR_WINDOW, "fair_hours": 3},
    ],
)
def test_every_promise_can_be_drawn_with(given: dict[str, Any]) -> None:
    one = basis(**given)
    codes = Codes("AAAA", {"online": "BBBB", "phone": "CCCC"})
    terms = drawing.terms(one, codes, "엑셀\u2028기초", "2026. 9. 3.")

    assert list(refusals(Commitment(terms, OfficeSecret.of("5e" * 32)), [])) == []


@pytest.mark.parametrize(
    ("closes", "number"),
    [
        ("2026-09-03 18:00", 1240),
        ("2026-09-05 18:30", 1240),
        # The tickets of that evening are sold until 20:00: too near.
        ("2026-09-05 19:00", 1241),
        ("2026-09-05 23:00", 1241),
        ("2026-09-06 00:00", 1241),
    ],
)
def test_the_lottery_is_the_first_that_nobody_can_know(closes: str, number: int) -> None:
    since = datetime.fromisoformat(closes).replace(tzinfo=SEOUL)
    value = drawing.public_value(LOTTERY, since, "마감")

    assert f"제{number}회" in value.moment
    assert (value.name, value.form, value.count) == (LOTTERY, "numbers", 6)
    comes = drawing.comes_at(LOTTERY, since)
    assert comes is not None
    assert comes > since + timedelta(hours=1)


def test_a_round_that_the_office_named_is_taken_if_it_is_still_to_come() -> None:
    named = "제1250회 로또 당첨번호(2026. 11. 14.)"

    value = drawing.public_value(named, CLOSES, "마감")
    assert (value.name, value.moment[:6]) == ("로또 당첨번호", "제1250회")
    # One that is over might have been chosen.
    assert "제1240회" in drawing.public_value("제1200회 로또", CLOSES, "마감").moment


def test_another_value_is_the_first_after_the_closing() -> None:
    value = drawing.public_value("코스피 종가", CLOSES, "2026. 9. 3.(목) 18:00")

    assert value.moment == "2026. 9. 3.(목) 18:00 뒤 처음 발표되는 값 (천 단위 쉼표 없이)"
    assert drawing.comes_at("코스피 종가", CLOSES) is None
    assert drawing.public_value("NIST beacon", CLOSES, "-").form == "hex"


def test_a_list_that_is_closed_when_the_value_may_be_known_is_too_late() -> None:
    comes = drawing.comes_at(LOTTERY, CLOSES)

    assert not drawing.is_too_late(comes, CLOSES)
    assert drawing.is_too_late(comes, CLOSES + timedelta(days=3))
    assert not drawing.is_too_late(None, CLOSES + timedelta(days=3))


def test_a_changed_promise_says_what_changed() -> None:
    sentence = drawing.changed(basis(20), basis(18))

    assert "추첨할 자리 수" in sentence
    assert "(20석에서 18석으로)" in sentence


def test_each_loss_is_a_lot_more_up_to_a_limit() -> None:
    assert [drawing.lots(losses) for losses in (0, 2, 500)] == [1, 3, MOST_LOTS]


def test_a_skipped_ticket_makes_way_for_the_next() -> None:
    assert drawing.settled(["a", "b", "c", "d", "e"], {"a", "d"}, 1, 1) == {
        "a": None,
        "b": State.PLACED,
        "c": State.WAITING,
        "d": None,
        "e": State.NOT_SELECTED,
    }
