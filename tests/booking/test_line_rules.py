"""The waiting line: lots for those present, arrival for the rest, turns at a rate."""

import hashlib
import hmac
from collections.abc import Mapping
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from eduportal.booking.rules.line import (
    A_MOMENT,
    LAST_LOOK,
    LONGEST_PAUSE,
    QUIET,
    SETTLED,
    TICKETS_FROM,
    Queue,
    Stage,
    draw_hash,
    secret_hash,
    ticket,
)

SECRET, OPENING = bytes(range(32)), 7
LONG_AFTER = 10**9

arrivals_of = st.dictionaries(
    st.integers(1, 10_000).map(lambda person: ticket(SECRET, OPENING, person)),
    st.integers(TICKETS_FROM, 20_000),
    max_size=60,
)
rates = st.integers(1, 300)


def queue_of(arrivals: Mapping[str, int], rate: int = 50) -> Queue:
    """A line that knows these arrivals."""
    queue = Queue(SECRET, OPENING, rate)
    for number, arrived in arrivals.items():
        queue.add(number, arrived)
    queue.put_in_order()
    return queue


def turns_in(queue: Queue, arrivals: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Everybody's place and moment, as they can read it in the end."""
    found = {number: queue.standing(number, LONG_AFTER).turn for number in arrivals}
    return {number: (turn.place, turn.at) for number, turn in found.items() if turn}


def test_those_present_stand_by_their_hash_whenever_they_came() -> None:
    arrivals = {"AAAA": -5, "BBBB": -3_000_000, "CCCC": -1}
    by_hash = sorted(arrivals, key=lambda number: draw_hash(SECRET, OPENING, number))

    found = turns_in(queue_of(arrivals), arrivals)

    assert sorted(found, key=lambda number: found[number]) == by_hash


def test_who_comes_after_stands_behind_by_arrival() -> None:
    arrivals = {"LATE": 900, "SOON": 30, "HERE": -1}

    found = turns_in(queue_of(arrivals, rate=1), arrivals)

    assert found == {"HERE": (1, SETTLED), "SOON": (2, SETTLED + 1_000), "LATE": (3, 4_000)}


def test_who_comes_when_nobody_waits_is_let_in_at_once() -> None:
    arrivals = {"HERE": -1, "LATE": 60_000}

    standing = queue_of(arrivals).standing("LATE", 60_000)

    assert (standing.stage, standing.ahead, standing.left) == (Stage.ADMITTED, 0, 0)


def test_unused_turns_are_not_saved_up() -> None:
    arrivals = dict.fromkeys("ABCD", 60000)

    found = turns_in(queue_of(arrivals, rate=2), arrivals)

    assert sorted(at for _place, at in found.values()) == [60_000, 60_500, 61_000, 61_500]


def test_the_hashes_are_the_ones_that_are_written_down() -> None:
    assert secret_hash(SECRET) == hashlib.sha256(SECRET).hexdigest()
    assert draw_hash(SECRET, 7, "K4QX") == hmac.new(SECRET, b"7:K4QX", "sha256").hexdigest()


def test_a_ticket_is_the_persons_and_the_openings() -> None:
    numbers = {ticket(SECRET, opening, person) for opening in (1, 2) for person in (1, 2)}

    assert len(numbers) == 4
    assert {len(number) for number in numbers} == {12}
    assert ticket(SECRET, 1, 1) == ticket(SECRET, 1, 1)


def test_nothing_of_the_order_is_said_before_it_stands() -> None:
    queue = queue_of({"HERE": -500, "ALSO": -400}, rate=1)

    assert queue.standing("HERE", TICKETS_FROM - 1).stage is Stage.EARLY
    assert queue.standing("HERE", -1).stage is Stage.BEFORE
    assert queue.standing("HERE", SETTLED - 1).stage is Stage.ORDERING
    assert queue.standing("HERE", SETTLED - 1).turn is None
    assert {queue.standing(one, SETTLED).stage for one in ("HERE", "ALSO")} == {
        Stage.ADMITTED,
        Stage.WAITING,
    }


def test_the_line_moves_on_with_time() -> None:
    arrivals = {ticket(SECRET, OPENING, person): -1 for person in range(10)}
    queue = queue_of(arrivals, rate=1)
    last = max(arrivals, key=lambda number: turns_in(queue, arrivals)[number])

    ahead = [queue.standing(last, SETTLED + second * 1_000).ahead for second in range(10)]

    assert ahead == [8, 7, 6, 5, 4, 3, 2, 1, 0, 0]
    assert queue.standing(last, SETTLED).left == 9_000


def test_the_line_is_over_when_nobody_had_to_wait_for_a_while() -> None:
    queue = queue_of({"HERE": -1, "LATE": 10})
    last_wait = SETTLED + 20

    assert not queue.is_over(last_wait + QUIET)
    assert queue.is_over(last_wait + QUIET + 1)
    # Passing through without having to wait does not keep it up.
    queue.add("VERY", last_wait + 60_000)
    assert queue.is_over(last_wait + QUIET + 1)


def test_a_page_asks_again_when_there_is_something_to_say() -> None:
    queue = queue_of({"HERE": -500} | {str(n): -400 for n in range(9_999)}, rate=10)

    def pause(now: int) -> int:
        return queue.standing("HERE", now).pause

    assert pause(TICKETS_FROM - 10_000) == 10_000 + A_MOMENT
    assert 0.75 * LONGEST_PAUSE <= pause(-1_000_000) <= LONGEST_PAUSE
    assert pause(-LAST_LOOK - 1) < LAST_LOOK
    # The first look after the opening: spread over 20 seconds for 10,000 people.
    assert SETTLED + 100 <= pause(-100) <= SETTLED + 100 + 20_000 + A_MOMENT
    assert queue.standing("HERE", SETTLED).pause <= LONGEST_PAUSE


def test_whoever_has_a_good_lot_asks_first() -> None:
    numbers = [ticket(SECRET, OPENING, person) for person in range(100)]
    queue = queue_of(dict.fromkeys(numbers, -1), rate=50)
    found = turns_in(queue, dict.fromkeys(numbers, -1))

    by_place = sorted(numbers, key=lambda number: found[number])
    pauses = [queue.standing(number, -50).pause for number in by_place]

    assert pauses == sorted(pauses)


@settings(deadline=None)
@given(arrivals_of, rates, st.randoms())
def test_the_order_in_which_they_become_known_is_irrelevant(
    arrivals: dict[str, int], rate: int, chance: Random
) -> None:
    shuffled = list(arrivals.items())
    chance.shuffle(shuffled)
    piecemeal = Queue(SECRET, OPENING, rate)
    for number, arrived in shuffled:
        # Another process may have seen them later.
        piecemeal.add(number, arrived + 500)
        piecemeal.put_in_order()
        piecemeal.add(number, arrived)
    piecemeal.put_in_order()

    assert turns_in(piecemeal, arrivals) == turns_in(queue_of(arrivals, rate), arrivals)


@settings(deadline=None)
@given(arrivals_of, rates)
def test_everybody_gets_one_place_and_nobody_is_let_in_before_they_are_there(
    arrivals: dict[str, int], rate: int
) -> None:
    found = turns_in(queue_of(arrivals, rate), arrivals)

    assert sorted(place for place, _at in found.values()) == list(range(1, len(arrivals) + 1))
    assert all(found[number][1] >= max(arrived, SETTLED) for number, arrived in arrivals.items())


@settings(deadline=None)
@given(arrivals_of, rates)
def test_nobody_is_let_in_faster_than_the_rate(arrivals: dict[str, int], rate: int) -> None:
    moments = sorted(at for _place, at in turns_in(queue_of(arrivals, rate), arrivals).values())

    assert all(sum(first <= at < first + 1_000 for at in moments) <= rate for first in moments)


@settings(deadline=None)
@given(arrivals_of, rates, st.integers(20_001, 90_000))
def test_nobody_loses_by_somebody_who_comes_later(
    arrivals: dict[str, int], rate: int, later: int
) -> None:
    queue = queue_of(arrivals, rate)
    before = turns_in(queue, arrivals)

    queue.add("LATECOMER", later)

    assert queue.is_in_order
    assert turns_in(queue, arrivals) == before
    assert queue_of(arrivals | {"LATECOMER": later}, rate).standing("LATECOMER", LONG_AFTER).turn


@settings(deadline=None)
@given(st.sets(st.integers(1, 10**6), min_size=2, max_size=40))
def test_a_lot_favors_nobody_who_came_early(people: set[int]) -> None:
    numbers = [ticket(SECRET, OPENING, person) for person in people]
    early_first = {number: -1_000 + place for place, number in enumerate(numbers)}
    late_first = {number: -1 - place for place, number in enumerate(numbers)}

    assert turns_in(queue_of(early_first), early_first) == turns_in(
        queue_of(late_first), late_first
    )
