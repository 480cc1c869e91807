"""The waiting line of an opening: everybody's place in it, and when their turn comes.

Whoever has a ticket before the opening is drawn for: a keyed hash of the ticket, under a secret
whose own hash was shown before, gives the order, whatever moment they came at. Whoever comes after
the opening stands behind them by arrival. Turns come one after another at a rate, never before
somebody is there, and a turn that nobody was there for is not saved up.

Times are whole milliseconds after the opening, negative before it.
"""

import base64
import hashlib
import hmac
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

# Tickets are given from an hour before: earlier ones would stand for people long gone.
TICKETS_FROM = -3_600_000
# Web processes have told each other by then who arrived; no place is shown and nobody who has
# to wait is let in before, so that none is taken back.
SETTLED = 2_000
# Nobody had to wait for so long: the line is over.
QUIET = 300_000
# For so long anybody can check how a line came about; then who stood in it is deleted.
KEPT = timedelta(days=2 * 365)
# How often a page asks how things stand: whoever knows their turn asks when it comes.
LONGEST_PAUSE = 60_000
LAST_LOOK = 30_000
A_MOMENT = 200
ANSWERS_PER_SECOND = 500


class Stage(StrEnum):
    """How far somebody is with the line."""

    EARLY = "early"
    BEFORE = "before"
    ORDERING = "ordering"
    WAITING = "waiting"
    ADMITTED = "admitted"


@dataclass(frozen=True)
class Turn:
    """A place in the whole line, counted from 1, and the moment of its turn."""

    place: int
    at: int


@dataclass(frozen=True)
class Standing:
    """How somebody stands: place and turn once they are known, and how many are before them.

    `arrived` is None where they are in no line; `pause` is until the page should ask again.
    """

    stage: Stage
    now: int
    people: int
    arrived: int | None = None
    turn: Turn | None = None
    ahead: int = 0
    pause: int = LONGEST_PAUSE

    @property
    def left(self) -> int:
        """Until their turn."""
        return max(0, self.turn.at - self.now) if self.turn else 0


def ticket(key: bytes, opening_id: int, person_id: int) -> str:
    """A person's ticket number for an opening: the same on every device, for others no guess."""
    digest = hmac.digest(key, f"{opening_id}:{person_id}".encode(), "sha256")
    return base64.b32encode(digest).decode()[:12]


def draw_hash(secret: bytes, opening_id: int, number: str) -> str:
    """What gives a ticket its rank among those present: HMAC-SHA-256, in hex."""
    return hmac.digest(secret, f"{opening_id}:{number}".encode(), "sha256").hex()


def secret_hash(secret: bytes) -> str:
    """What is shown of a secret before it is used."""
    return hashlib.sha256(secret).hexdigest()


class Queue:
    """Everybody's turn, as far as the arrivals are known.

    Somebody who turns out to stand between others is `loose` until the line is put in order.
    """

    def __init__(self, secret: bytes, opening_id: int, rate: int) -> None:
        self._secret, self._opening_id, self._rate = secret, opening_id, rate
        self._arrivals: dict[str, int] = {}
        self._hashes: dict[str, str] = {}
        self._places: dict[str, int] = {}
        self._loose: set[str] = set()
        self._last_wait = 0
        # The line from its head on: who, by what rank, and their moment, the middle one in
        # thousandths of a turn, so that no rate is rounded.
        self._line: list[str] = []
        self._ranks: list[tuple[int, str]] = []
        self._begins: list[int] = []
        self._moments: list[int] = []

    @property
    def is_in_order(self) -> bool:
        """Whether everybody has their turn."""
        return not self._loose

    def add(self, number: str, arrived: int) -> bool:
        """Note an arrival, of which a ticket's earliest counts; whether that is news."""
        known = self._arrivals.get(number)
        if known is not None and known <= arrived:
            return False
        self._arrivals[number] = arrived
        if known is None:
            self._hashes[number] = draw_hash(self._secret, self._opening_id, number)
        is_last = not self._ranks or self._rank(number) > self._ranks[-1]
        if known is None and is_last and self.is_in_order:
            self._put_behind(number)
        else:
            self._loose.add(number)
        return True

    def put_in_order(self) -> None:
        """Give the loose ones their turn, and anew everybody behind the first of them."""
        if not self._loose:
            return
        head = bisect_left(self._ranks, min(map(self._rank, self._loose)))
        behind = sorted({*self._line[head:], *self._loose}, key=self._rank)
        for kept in (self._line, self._ranks, self._begins, self._moments):
            del kept[head:]
        self._loose.clear()
        for number in behind:
            self._put_behind(number)

    def standing(self, number: str, now: int) -> Standing:
        """How a ticket stands at a moment, by the order of the last time."""
        stage, turn = self._stage(number, now), self._turn(number)
        known = turn if stage in (Stage.WAITING, Stage.ADMITTED) else None
        ahead = turn.place - 1 - bisect_right(self._moments, now) if known and turn else 0
        pause = self._pause(number, stage, now)
        people, arrived = len(self._arrivals), self._arrivals.get(number)
        return Standing(stage, now, people, arrived, known, max(0, ahead), pause)

    def is_over(self, now: int) -> bool:
        """Whether nobody waits, and nobody had to for a while."""
        is_through = not self._moments or self._moments[-1] <= now
        return self.is_in_order and is_through and now > self._last_wait + QUIET

    def drawn(self) -> list[tuple[int, str, str]]:
        """Place, ticket and hash of those who were present, in their order."""
        present = [number for number, arrived in self._arrivals.items() if arrived < 0]
        line = sorted(present, key=self._rank)
        return [(place, one, self._hashes[one]) for place, one in enumerate(line, start=1)]

    def present(self) -> int:
        """How many were there before the opening."""
        return sum(arrived < 0 for arrived in self._arrivals.values())

    def __len__(self) -> int:
        return len(self._arrivals)

    def _rank(self, number: str) -> tuple[int, str]:
        # All who came before the opening are alike but for their lot.
        return max(self._arrivals[number], -1), self._hashes[number]

    def _put_behind(self, number: str) -> None:
        arrived = self._arrivals[number]
        free = self._begins[-1] + 1_000 if self._begins else SETTLED * self._rate
        begins = max(free, arrived * self._rate)
        at = -(-begins // self._rate)
        self._line.append(number)
        self._ranks.append(self._rank(number))
        self._begins.append(begins)
        self._moments.append(at)
        self._places[number] = len(self._line)
        if at > arrived:
            self._last_wait = max(self._last_wait, at)

    def _turn(self, number: str) -> Turn | None:
        place = self._places.get(number)
        return Turn(place, self._moments[place - 1]) if place else None

    def _stage(self, number: str, now: int) -> Stage:
        if now < 0:
            return Stage.EARLY if now < TICKETS_FROM else Stage.BEFORE
        turn = self._turn(number)
        if turn and turn.at <= now:
            return Stage.ADMITTED
        return Stage.WAITING if turn and now >= self._settled(number) else Stage.ORDERING

    def _settled(self, number: str) -> int:
        return max(0, self._arrivals.get(number, 0)) + SETTLED

    def _pause(self, number: str, stage: Stage, now: int) -> int:
        """Until the page should ask again: when something is to be told, spread over a while."""
        spread = self._spread(number)
        longest = round(LONGEST_PAUSE * (0.75 + spread / 4))
        if stage is Stage.EARLY:
            return min(longest, TICKETS_FROM - now + A_MOMENT)
        if stage is Stage.BEFORE and -now > LAST_LOOK:
            return min(longest, -now - LAST_LOOK // 2)
        if stage in (Stage.BEFORE, Stage.ORDERING):
            # Those whose turn comes first ask first; who came late has come at a time of their own.
            present = self._arrivals.get(number, 0) < 0
            busy = spread * len(self._arrivals) * 1_000 / ANSWERS_PER_SECOND if present else 0
            return max(0, self._settled(number) - now) + A_MOMENT + round(busy)
        turn = self._turn(number)
        return min(longest, max(0, turn.at - now) + A_MOMENT) if turn else longest

    def _spread(self, number: str) -> float:
        """Where a ticket lies between the first and the last, from 0 to 1."""
        drawn = self._hashes.get(number) or draw_hash(self._secret, self._opening_id, number)
        return int(drawn[:8], 16) / 16**8
