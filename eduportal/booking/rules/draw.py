"""A draw that anyone can run again: whole numbers, SHA-256 and HMAC, nothing else.

Three things are published, one after another, so that nobody can steer the outcome: a commitment
(terms, and where the seed will come from) before the window closes; the list of tickets right
after it; the value that fixes the seed. `docs/draw.md` says the same to a stranger.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from eduportal.booking.rules.draw_terms import (
    VERSION,
    Commitment,
    Entry,
    Terms,
    normal_value,
    refusals,
    sha256,
)

# No 0, 1, I and O: a ticket is read out over the phone.
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
TICKET_BYTES, CODE_BYTES = 8, 4


class Outcome(StrEnum):
    """What a ticket got."""

    PLACED = "placed"
    WAITING = "waiting"
    NOT_SELECTED = "not_selected"


@dataclass(frozen=True)
class Result:
    """What a ticket got: its rank by lot among all, its place among those with this outcome.

    `via`: the step that placed it ("first:CODE", "reserved:CODE", "channel:CODE", "open"), "" for
    who was not placed. `place` is 0 for who was not selected.
    """

    ticket: str
    rank: int
    outcome: str
    place: int
    via: str


def readable(noise: bytes) -> str:
    """A random ticket (TICKET_BYTES of noise) or code (CODE_BYTES), in groups of four letters."""
    letters = "".join(LETTERS[byte % 32] for byte in noise)
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def canonical_list(commitment_hash: str, entries: Iterable[Entry]) -> str:
    """The list in one form only, whatever order it came in; one line a ticket."""
    lines = sorted(f"{one.ticket},{one.group},{one.channel},{one.lots}" for one in entries)
    return "".join(f"{line}\n" for line in [VERSION, commitment_hash, *lines])


def list_hash(commitment: Commitment, entries: Iterable[Entry]) -> str:
    """What is published right after the window closed: it binds the list and the commitment."""
    return sha256(canonical_list(commitment.sha256, entries))


def seed(hash_of_list: str, value: str) -> bytes:
    """What the draw runs on: nobody knows it while the list or the value is open."""
    return hashlib.sha256(f"{hash_of_list}\n{value}".encode()).digest()


def number(key: bytes, entry: Entry) -> str:
    """A ticket's number: the smallest that one of its lots drew."""
    return min(
        hmac.digest(key, f"{entry.ticket}:{lot}".encode(), "sha256").hex()
        for lot in range(1, entry.lots + 1)
    )


def draw(commitment: Commitment, entries: Collection[Entry], value: str) -> tuple[Result, ...]:
    """What every ticket got: the placed in the order of placing, who waits, the others.

    `value` is the public value, or the secret. BadDraw where anything of it cannot be used.
    """
    terms = commitment.terms
    for bad in refusals(commitment, entries):
        raise bad
    key = seed(list_hash(commitment, entries), normal_value(commitment.source, value))
    numbers = {entry.ticket: number(key, entry) for entry in entries}
    by_lot = sorted(entries, key=lambda entry: (numbers[entry.ticket], entry.ticket))
    ranks = {entry.ticket: rank for rank, entry in enumerate(by_lot, start=1)}
    return tuple(_results(terms, _in_line(terms, by_lot), ranks))


def _in_line(terms: Terms, by_lot: Sequence[Entry]) -> list[Entry]:
    """Groups that go first before everybody else; by lot among themselves."""
    turn = {code: at for at, code in enumerate(terms.first)}
    return sorted(by_lot, key=lambda entry: turn.get(entry.group, len(turn)))


def _results(terms: Terms, line: Sequence[Entry], ranks: Mapping[str, int]) -> Iterator[Result]:
    via = _placed(terms, line)
    for place, ticket in enumerate(via, start=1):
        yield Result(ticket, ranks[ticket], Outcome.PLACED.value, place, via[ticket])
    rest = [entry.ticket for entry in line if entry.ticket not in via]
    for place, ticket in enumerate(rest[: terms.waiting], start=1):
        yield Result(ticket, ranks[ticket], Outcome.WAITING.value, place, "")
    for ticket in rest[terms.waiting :]:
        yield Result(ticket, ranks[ticket], Outcome.NOT_SELECTED.value, 0, "")


@dataclass(frozen=True)
class _Step:
    """One round of placing: those it is for, until so many of them have a seat."""

    via: str
    seats: int
    group: str | None = None
    channel: str | None = None

    def is_for(self, entry: Entry) -> bool:
        return self.group in (None, entry.group) and self.channel in (None, entry.channel)


def _steps(terms: Terms) -> Iterator[_Step]:
    """The written order."""
    for code in terms.first:
        yield _Step(f"first:{code}", terms.capacity, group=code)
    for share in terms.reserved:
        yield _Step(f"reserved:{share.code}", share.seats, group=share.code)
    for share in terms.channels:
        yield _Step(f"channel:{share.code}", share.seats, channel=share.code)
    yield _Step("open", terms.capacity)


def _placed(terms: Terms, line: Sequence[Entry]) -> dict[str, str]:
    """Which step placed whom, in the order of placing."""
    via: dict[str, str] = {}
    for step in _steps(terms):
        meant = [entry.ticket for entry in line if step.is_for(entry)]
        standing = [ticket for ticket in meant if ticket not in via]
        # Who was placed by an earlier step counts too: a share is a least number, not an extra.
        free = min(step.seats - (len(meant) - len(standing)), terms.capacity - len(via))
        via.update(dict.fromkeys(standing[: max(free, 0)], step.via))
    return via
