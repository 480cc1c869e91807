"""What things are called on a day, and how they are found."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


def normalized(text: str) -> str:
    """How titles and searches are compared: one form of each sign, lower case, no white space."""
    return "".join(unicodedata.normalize("NFKC", text).lower().replace("\0", "").split())


def searchable(parts: Iterable[str | None]) -> str:
    """What a run is found by. The parts stay apart, so that no word is found across two."""
    return "\n".join(normalized(part) for part in parts if part)


def search_words(text: str) -> tuple[str, ...]:
    """The words somebody typed, each as it is compared; ten are enough."""
    return tuple(word for word in map(normalized, text.split()[:10]) if word)


@dataclass(frozen=True)
class Dated:
    """What a center is called, and where it is, from a day on."""

    valid_from: date
    name: str
    place: str | None


def as_of(names: Sequence[Dated], day: date) -> Dated:
    """The name on a day: the last one that had begun, else the first one there is."""
    begun = [dated for dated in names if dated.valid_from <= day]
    return begun[-1] if begun else names[0]
