from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eduportal.booking.rules.draw import (
    CODE_BYTES,
    TICKET_BYTES,
    Outcome,
    Result,
    canonical_list,
    draw,
    list_hash,
    number,
    readable,
    seed,
)
from eduportal.booking.rules.draw_terms import (
    BadDraw,
    Commitment,
    Entry,
    OfficeSecret,
    PublicValue,
    Reason,
    Share,
    Terms,
    normal_value,
    refusals,
)
from tests.booking.draws import BEACON, LOTTERY, NUMBERS, SECRET, drawings

Drawing = tuple[Commitment, list[Entry], str]
# What chance exceeds once in a thousand times, by degrees of freedom; the seeds are fixed anyway.
CHI_SQUARE = {2: 13.82, 9: 27.88, 29: 58.30}
FREE = PublicValue("주사위", "오늘")


def terms(capacity: int = 2, waiting: int = 1, **others: object) -> Terms:
    return replace(Terms("강좌", "마감", capacity, waiting), **others)  # type: ignore[arg-type]


def tickets(count: int, group: str = "", channel: str = "") -> list[Entry]:
    return [Entry(f"{group}{channel}{n}", group, channel) for n in range(count)]


def drawn(plan: Terms, entries: list[Entry], value: str = "1") -> tuple[Result, ...]:
    return draw(Commitment(plan, FREE), entries, value)


def placed(results: tuple[Result, ...]) -> list[Result]:
    return [one for one in results if one.outcome == Outcome.PLACED]


def reason_of(plan: Terms, entries: list[Entry]) -> object:
    with pytest.raises(BadDraw) as bad:
        drawn(plan, entries)
    return bad.value.reason


# What is always so


@given(drawings(), st.randoms())
def test_the_order_of_entries_is_irrelevant(drawing: Drawing, random: Random) -> None:
    commitment, entries, value = drawing
    shuffled = random.sample(entries, len(entries))

    assert list_hash(commitment, shuffled) == list_hash(commitment, entries)
    assert draw(commitment, shuffled, value) == draw(commitment, entries, value)


@given(drawings())
def test_everybody_gets_one_answer_and_nobody_else(drawing: Drawing) -> None:
    commitment, entries, value = drawing
    results = draw(commitment, entries, value)

    assert sorted(one.ticket for one in results) == sorted(entry.ticket for entry in entries)
    assert sorted(one.rank for one in results) == list(range(1, len(entries) + 1))


@given(drawings())
def test_no_seat_is_given_twice_or_left_free_while_somebody_waits(drawing: Drawing) -> None:
    commitment, entries, value = drawing
    count = Counter(one.outcome for one in draw(commitment, entries, value))
    capacity, waiting = commitment.terms.capacity, commitment.terms.waiting

    assert count[Outcome.PLACED] == min(capacity, len(entries))
    assert count[Outcome.WAITING] == min(waiting, len(entries) - count[Outcome.PLACED])


@given(drawings())
def test_places_are_counted_from_one(drawing: Drawing) -> None:
    results = draw(*drawing)

    for outcome in (Outcome.PLACED, Outcome.WAITING):
        places = [one.place for one in results if one.outcome == outcome]
        assert places == list(range(1, len(places) + 1))
    assert {one.place for one in results if one.outcome == Outcome.NOT_SELECTED} <= {0}


@given(drawings())
def test_groups_that_go_first_wait_for_nobody(drawing: Drawing) -> None:
    commitment, entries, value = drawing
    commitment = replace(commitment, terms=replace(commitment.terms, reserved=(), channels=()))
    entries = [replace(one, channel="") for one in entries]
    codes = commitment.terms.group_codes
    entries = [replace(one, group=one.group if one.group in codes else "") for one in entries]
    group = {entry.ticket: entry.group for entry in entries}
    turn = {code: at for at, code in enumerate(commitment.terms.first)}
    results = draw(commitment, entries, value)
    without = [one for one in results if one.outcome != Outcome.PLACED]

    last = max((turn.get(group[one.ticket], 9) for one in placed(results)), default=0)
    assert all(turn.get(group[one.ticket], 9) >= last for one in without)
    turns = [turn.get(group[one.ticket], 9) for one in without]
    assert turns == sorted(turns)


@given(drawings())
def test_a_reserved_share_is_filled_as_long_as_there_are_such(drawing: Drawing) -> None:
    commitment, entries, value = drawing
    plan = replace(commitment.terms, first=(), channels=())
    bare = [replace(one, channel="") for one in entries]
    bare = [replace(one, group=one.group if one.group in plan.group_codes else "") for one in bare]
    group = {entry.ticket: entry.group for entry in bare}
    count = Counter(
        group[one.ticket] for one in placed(draw(Commitment(plan, LOTTERY), bare, value))
    )

    for share in plan.reserved:
        there = sum(entry.group == share.code for entry in bare)
        assert count[share.code] >= min(share.seats, there)


@given(drawings())
def test_the_share_of_a_channel_is_filled_as_long_as_there_are_such(drawing: Drawing) -> None:
    commitment, entries, value = drawing
    plan = replace(commitment.terms, first=(), reserved=())
    bare = [replace(one, group="") for one in entries]
    channel = {entry.ticket: entry.channel for entry in bare}
    count = Counter(
        channel[one.ticket] for one in placed(draw(Commitment(plan, LOTTERY), bare, value))
    )

    for share in plan.channels:
        there = sum(entry.channel == share.code for entry in bare)
        assert count[share.code] >= min(share.seats, there)


@given(drawings())
def test_among_equals_the_rank_decides(drawing: Drawing) -> None:
    commitment, entries, value = drawing
    kind = {entry.ticket: (entry.group, entry.channel) for entry in entries}
    results = draw(commitment, entries, value)

    for alike in set(kind.values()):
        ranks = {
            one.rank: one.outcome == Outcome.PLACED for one in results if kind[one.ticket] == alike
        }
        chosen = [ranks[rank] for rank in sorted(ranks)]
        assert chosen == sorted(chosen, reverse=True)


# Chances


def chi_square(seen: Mapping[str, int], expected: Mapping[str, float]) -> float:
    return sum((seen.get(one, 0) - want) ** 2 / want for one, want in expected.items())


def winners(entries: list[Entry], capacity: int, rounds: int) -> Counter[str]:
    plan = terms(capacity, 0)
    return Counter(
        one.ticket
        for value in range(rounds)
        for one in placed(draw(Commitment(plan, FREE), entries, str(value)))
    )


def test_everybody_has_the_same_chance_of_the_first_place() -> None:
    seen = winners(tickets(10), 1, rounds=3000)

    assert chi_square(seen, {entry.ticket: 300 for entry in tickets(10)}) < CHI_SQUARE[9]


def test_everybody_has_the_same_chance_of_a_place() -> None:
    seen = winners(tickets(30), 10, rounds=1500)

    assert chi_square(seen, {entry.ticket: 500 for entry in tickets(30)}) < CHI_SQUARE[29]


def test_lots_give_the_stated_odds() -> None:
    entries = [Entry("ONE", lots=1), Entry("TWO", lots=2), Entry("THREE", lots=3)]
    seen = winners(entries, 1, rounds=3000)

    assert chi_square(seen, {"ONE": 500, "TWO": 1000, "THREE": 1500}) < CHI_SQUARE[2]


def test_any_other_list_is_another_draw() -> None:
    """Whoever adds one ticket turns everybody's rank, and cannot know how."""
    few, more = tickets(20), tickets(21)
    before = [one.ticket for one in drawn(terms(20), few)]
    after = [one.ticket for one in drawn(terms(21), more) if one.ticket != "20"]

    assert before != after


# The written order


def test_a_double_entry_gains_nothing_since_it_is_refused() -> None:
    assert reason_of(terms(), [Entry("A"), Entry("B"), Entry("A")]) is Reason.TICKET_TWICE


def test_an_unused_reserved_share_falls_to_all() -> None:
    plan = terms(5, reserved=(Share("R", 4),))

    via = Counter(one.via for one in placed(drawn(plan, [*tickets(1, "R"), *tickets(9)])))

    assert via == {"reserved:R": 1, "open": 4}


def test_an_unused_share_of_a_channel_falls_to_all() -> None:
    plan = terms(5, channels=(Share("P", 3),))
    entries = [*tickets(1, channel="P"), *tickets(9)]

    via = Counter(one.via for one in placed(drawn(plan, entries)))

    assert via == {"channel:P": 1, "open": 4}


def test_who_has_a_reserved_seat_counts_for_the_channel_too() -> None:
    plan = terms(6, reserved=(Share("R", 2),), channels=(Share("P", 3),))
    entries = [*tickets(2, "R", "P"), *tickets(4, channel="P"), *tickets(20)]

    via = Counter(one.via for one in placed(drawn(plan, entries)))

    assert (via["reserved:R"], via["channel:P"], via["open"]) == (2, 1, 3)


def test_who_goes_first_also_waits_first() -> None:
    plan = terms(3, 2, first=("A", "B"))
    entries = [*tickets(3, "A"), *tickets(2, "B"), *tickets(5)]
    results = drawn(plan, entries)

    assert {one.via for one in placed(results)} == {"first:A"}
    waiting = [one.ticket for one in results if one.outcome == Outcome.WAITING]
    assert sorted(waiting) == ["B0", "B1"]


def test_a_draw_without_entries_or_seats_is_a_draw() -> None:
    assert drawn(terms(), []) == ()
    assert {one.outcome for one in drawn(terms(0, 0), tickets(3))} == {"not_selected"}


@pytest.mark.parametrize(
    ("plan", "entry", "reason"),
    [
        (terms(), Entry("A:1"), Reason.BAD_TICKET),
        (terms(), Entry("A,B"), Reason.BAD_TICKET),
        (terms(), Entry(""), Reason.BAD_TICKET),
        (terms(), Entry("A\n"), Reason.BAD_TICKET),
        (terms(), Entry("A", lots=0), Reason.BAD_LOTS),
        (terms(), Entry("A", lots=101), Reason.BAD_LOTS),
        (terms(), Entry("A", group="X"), Reason.UNKNOWN_CODE),
        (terms(), Entry("A", channel="X"), Reason.UNKNOWN_CODE),
        (terms(-1), Entry("A"), Reason.BAD_SEATS),
        (terms(waiting=-1), Entry("A"), Reason.BAD_SEATS),
        (terms(2, reserved=(Share("R", 3),)), Entry("A"), Reason.TOO_MUCH_KEPT),
        (terms(2, channels=(Share("P", 1), Share("V", 2))), Entry("A"), Reason.TOO_MUCH_KEPT),
        (terms(first=("A", "A")), Entry("A"), Reason.CODE_TWICE),
        (terms(first=("",)), Entry("A"), Reason.BAD_CODE),
        (terms(rules=("두\n줄",)), Entry("A"), Reason.BAD_TEXT),
        (terms(run="긴" * 501), Entry("A"), Reason.BAD_TEXT),
    ],
)
def test_what_cannot_be_drawn_with_is_refused(plan: Terms, entry: Entry, reason: Reason) -> None:
    assert reason_of(plan, [entry]) is reason


@pytest.mark.parametrize(
    "source",
    [
        PublicValue("", "오늘"),
        PublicValue("로또", ""),
        PublicValue("로또", "제1회", "words"),
        PublicValue("로또", "제1회", count=-1),
        OfficeSecret("짧음"),
    ],
)
def test_a_source_that_nobody_could_look_up_is_refused(source: PublicValue | OfficeSecret) -> None:
    found = [bad.reason for bad in refusals(Commitment(terms(), source), [])]

    assert found == [Reason.BAD_SOURCE]


# Values


@pytest.mark.parametrize(
    "written",
    ["3,7,11,19,31,40", " 3, 7 ,11, 19,31 ,40\n", "40 31 19 11 07 03", "3·7·11·19·31·40"],
)
def test_a_public_value_is_the_same_however_it_is_written(written: str) -> None:
    assert normal_value(LOTTERY, written) == NUMBERS


def test_a_beacon_is_the_same_however_it_is_written() -> None:
    assert normal_value(BEACON, " 00FF 12\n") == "00ff12"


@pytest.mark.parametrize(
    ("source", "written", "reason"),
    [
        (LOTTERY, "3,7,11,19,31", Reason.OTHER_COUNT),
        (LOTTERY, "3,7,11,19,31,40,5", Reason.OTHER_COUNT),
        (LOTTERY, "3,7,11,19,31 보너스 40", Reason.BAD_NUMBERS),
        (LOTTERY, "３,7,11,19,31,40", Reason.BAD_NUMBERS),
        (LOTTERY, "", Reason.BAD_NUMBERS),
        (FREE, " , ", Reason.OTHER_COUNT),
        (BEACON, "xyz", Reason.BAD_HEX),
        (OfficeSecret.of(SECRET), "5f" * 32, Reason.HIDDEN_VALUE_DIFFERS),
        (OfficeSecret.of(SECRET), "5e", Reason.BAD_HIDDEN_VALUE),
    ],
)
def test_a_value_of_another_kind_is_refused(
    source: PublicValue | OfficeSecret, written: str, reason: Reason
) -> None:
    with pytest.raises(BadDraw) as bad:
        normal_value(source, written)

    assert bad.value.reason is reason


def test_a_secret_that_is_too_short_cannot_be_promised() -> None:
    with pytest.raises(BadDraw):
        OfficeSecret.of("5e")


# Written forms that may never change: a published draw is checked years later


def test_the_written_forms_stay_as_they_are() -> None:
    plan = Terms("첫걸음", "2026-09-03 18:00", 2, 1, ("G1",), (Share("G2", 1),), (Share("P", 1),))
    commitment = Commitment(replace(plan, rules=("추첨합니다.",)), LOTTERY)
    entries = [Entry("BB", lots=2), Entry("AA", "G2", "P")]

    assert commitment.text == (
        '{"source":{"count":6,"form":"numbers","kind":"public",'
        '"moment":"제1240회 당첨번호(보너스 제외)","name":"동행복권 로또 6/45"},'
        '"terms":{"capacity":2,"channels":[["P",1]],"closes_at":"2026-09-03 18:00",'
        '"first":["G1"],"reserved":[["G2",1]],"rules":["추첨합니다."],"run":"첫걸음",'
        '"waiting":1},"version":"eduportal-draw-1"}'
    )
    assert canonical_list("c0ffee", entries) == "eduportal-draw-1\nc0ffee\nAA,G2,P,1\nBB,,,2\n"


def test_numbers_are_those_that_openssl_gives() -> None:
    """printf 'ab\\n1,2' | openssl dgst -sha256; printf AA:1 | openssl dgst -sha256 -mac HMAC …"""
    key = seed("ab", "1,2")

    assert key.hex() == "e20fbfc3ad382f85f3feb583a95e93cac92c7853823204cf6a23514921ca7c6d"
    assert number(key, Entry("AA")) == (
        "7707e63ef0166c6313f42c0cb83ac7dae9788cc17ed6e27ff72d06e0f26f241e"
    )
    assert number(key, Entry("AA", lots=2)) == (
        "7707e63ef0166c6313f42c0cb83ac7dae9788cc17ed6e27ff72d06e0f26f241e"
    )


def test_tickets_are_read_out_over_the_phone() -> None:
    assert readable(bytes(range(24, 24 + TICKET_BYTES))) == "STUV-WXYZ"
    assert readable(bytes(CODE_BYTES)) == "2222"
