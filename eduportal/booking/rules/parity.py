"""Whether every way in is as good as the others: success by channel and age band."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

WAYS = {"online": "온라인", "phone": "전화", "visit": "방문", "kiosk": "무인 접수기"}


class Share(Protocol):
    """Applications that came one way, of one age band."""

    @property
    def channel(self) -> str:
        """The way in."""

    @property
    def age_band(self) -> str:
        """`70대`."""

    @property
    def applications(self) -> int:
        """How many."""

    @property
    def placed(self) -> int:
        """How many of them got a place."""


@dataclass(frozen=True)
class Cell:
    """How many applied, and how many of them got a place."""

    applications: int
    placed: int

    @property
    def percent(self) -> int | None:
        """The part that got a place, half-up; None where nobody applied."""
        if not self.applications:
            return None
        return (200 * self.placed + self.applications) // (2 * self.applications)


@dataclass(frozen=True)
class Parity:
    """A table of age bands by ways in, each with its sum."""

    ways: list[str]
    rows: list[tuple[str, list[Cell], Cell]]
    sums: list[Cell]
    all: Cell


def by_way_and_age(shares: Iterable[Share]) -> Parity:
    """The table, of every way in that was used and of those that always are there."""
    applied: Counter[tuple[str, str]] = Counter()
    placed: Counter[tuple[str, str]] = Counter()
    for share in shares:
        applied[share.age_band, share.channel] += share.applications
        placed[share.age_band, share.channel] += share.placed
    used = {channel for _band, channel in applied}
    ways = [way for way in WAYS if way in used or way != "kiosk"]
    ways += sorted(used - set(WAYS))
    bands = sorted({band for band, _way in applied}, key=_in_order)

    def cell(band: set[str], way: set[str]) -> Cell:
        keys = [(one, other) for one in band for other in way]
        return Cell(sum(applied[key] for key in keys), sum(placed[key] for key in keys))

    rows = [
        (band, [cell({band}, {way}) for way in ways], cell({band}, set(ways))) for band in bands
    ]
    sums = [cell(set(bands), {way}) for way in ways]
    return Parity([WAYS.get(way, way) for way in ways], rows, sums, cell(set(bands), set(ways)))


def _in_order(band: str) -> tuple[int, str]:
    # `10세 미만` stands before `10대`.
    return (0 if band.endswith("미만") else 1, band)
