"""What goes into a draw: the tickets, the terms, where the seed comes from, and what cannot be."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

VERSION = "eduportal-draw-1"

MOST_LOTS = 100
MOST_SEATS = 100_000
LONGEST_TEXT = 500

_CODE = re.compile(r"[0-9A-Za-z-]{1,40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NUMBERS = re.compile(r"[0-9 ,+/·.-]{1,200}")
_HEX = re.compile(r"[0-9a-f]{1,256}")
# What JSON writers do not agree upon, and what nobody sees.
_UNSEEN = re.compile("[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")


class Reason(StrEnum):
    """Why something cannot be drawn with, or what of a published draw is not right."""

    TICKET_TWICE = "추첨 번호(%(ticket)s)가 두 번 있습니다. 한 신청은 한 번만 추첨에 들어갑니다."
    BAD_TICKET = "추첨 번호(%(ticket)s)는 쓸 수 없습니다. 영문자, 숫자, 붙임표(-)만 씁니다."
    BAD_LOTS = "추첨 번호(%(ticket)s)의 추첨권이 %(lots)s장입니다. 1장부터 %(most)s장까지입니다."
    UNKNOWN_CODE = "추첨 번호(%(ticket)s)의 코드(%(code)s)는 추첨 기준에 없습니다."
    BAD_CODE = "코드(%(code)s)는 쓸 수 없습니다. 영문자, 숫자, 붙임표(-)만 씁니다."
    CODE_TWICE = "코드(%(code)s)가 추첨 기준에 두 번 있습니다."
    BAD_SEATS = "자리 수가 잘못되었습니다: %(seats)s"
    TOO_MUCH_KEPT = "따로 둔 자리가 %(kept)s석으로 정원 %(capacity)s석보다 많습니다."
    BAD_TEXT = "‘%(text)s’에 보이지 않는 글자가 있거나 글이 너무 깁니다."
    BAD_SOURCE = "씨앗이 될 값의 종류와 이름을 알 수 없습니다."
    BAD_NUMBERS = "공개된 값(%(value)s)을 숫자와 쉼표로만 적어 주세요."
    OTHER_COUNT = "공개된 값은 숫자 %(count)s개여야 하는데 %(given)s개입니다."
    BAD_HEX = "공개된 값(%(value)s)을 0~9와 a~f로만 적어 주세요."
    BAD_HIDDEN_VALUE = "비밀값은 0~9와 a~f로 된 64글자여야 합니다."
    HIDDEN_VALUE_DIFFERS = "공개된 비밀값이 마감 전에 약속한 비밀값과 다릅니다."


class BadDraw(ValueError):
    """What was given cannot be drawn with."""

    def __init__(self, reason: StrEnum, **facts: object) -> None:
        super().__init__(reason.value % facts)
        self.reason, self.facts = reason, facts

    @property
    def sentence(self) -> str:
        """In words."""
        return str(self)


@dataclass(frozen=True)
class Entry:
    """A ticket in the urn: the codes that count for it ("" for none), and how many lots it has."""

    ticket: str
    group: str = ""
    channel: str = ""
    lots: int = 1


@dataclass(frozen=True)
class Share:
    """At least so many seats for those with this code, as long as there are such."""

    code: str
    seats: int


@dataclass(frozen=True)
class Terms:
    """What is drawn for: seats, who waits, who goes `first` (in this order), who has a share.

    `run` and `closes_at` say in words which draw this is; `rules` are the sentences that people
    read before they applied. They are bound by the commitment, the algorithm does not read them.
    """

    run: str
    closes_at: str
    capacity: int
    waiting: int
    first: tuple[str, ...] = ()
    reserved: tuple[Share, ...] = ()
    channels: tuple[Share, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def group_codes(self) -> frozenset[str]:
        """The groups that count in this draw."""
        return frozenset(self.first) | {share.code for share in self.reserved}

    @property
    def channel_codes(self) -> frozenset[str]:
        """The channels that count in this draw."""
        return frozenset(share.code for share in self.channels)

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            **asdict(self),
            "first": list(self.first),
            "reserved": [[share.code, share.seats] for share in self.reserved],
            "channels": [[share.code, share.seats] for share in self.channels],
            "rules": list(self.rules),
        }


@dataclass(frozen=True)
class PublicValue:
    """A value that others will publish: its source, which one of it, and how it is written.

    `form` "numbers": whole numbers, `count` of them (0: as many as there are); "hex": one number
    in hexadecimal digits, as a randomness beacon gives it.
    """

    name: str
    moment: str
    form: str = "numbers"
    count: int = 0

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {"kind": "public", **asdict(self)}


@dataclass(frozen=True)
class OfficeSecret:
    """A secret of the office of which only the hash is known before the draw."""

    sha256: str

    @classmethod
    def of(cls, secret: str) -> "OfficeSecret":
        """The hash of a secret of 64 hexadecimal digits (32 random bytes)."""
        if not _SHA256.fullmatch(secret):
            raise BadDraw(Reason.BAD_HIDDEN_VALUE)
        return cls(sha256(secret))

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {"kind": "secret", "sha256": self.sha256}


Source = PublicValue | OfficeSecret


@dataclass(frozen=True)
class Commitment:
    """What is promised before the window closes."""

    terms: Terms
    source: Source

    @property
    def text(self) -> str:
        """What is hashed: all of it, and the version of these rules, in one line of JSON."""
        return canonical(
            {"version": VERSION, "terms": self.terms.plain(), "source": self.source.plain()}
        )

    @property
    def sha256(self) -> str:
        """What is published of it beside the text."""
        return sha256(self.text)


def canonical(value: Any) -> str:
    """JSON in one form only: keys sorted, no spaces, letters as they are."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(text: str) -> str:
    """The hash of a text in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def normal_value(source: Source, value: str) -> str:
    """A value in the one form that is hashed, so that spaces and the like do not matter."""
    if isinstance(source, OfficeSecret):
        return _normal_secret(source, value)
    if source.form == "numbers":
        return _normal_numbers(source, value)
    text = "".join(value.split()).lower()
    if not _HEX.fullmatch(text):
        raise BadDraw(Reason.BAD_HEX, value=value)
    return text


def _normal_numbers(source: PublicValue, value: str) -> str:
    """Whole numbers from the smallest on: sources give them now sorted, now as drawn."""
    if not _NUMBERS.fullmatch(value.strip()):
        raise BadDraw(Reason.BAD_NUMBERS, value=value)
    numbers = sorted(int(digits) for digits in re.findall("[0-9]+", value))
    if not numbers or (source.count and len(numbers) != source.count):
        raise BadDraw(Reason.OTHER_COUNT, count=source.count or 1, given=len(numbers))
    return ",".join(map(str, numbers))


def _normal_secret(source: OfficeSecret, value: str) -> str:
    text = value.strip().lower()
    if not _SHA256.fullmatch(text):
        raise BadDraw(Reason.BAD_HIDDEN_VALUE)
    if not hmac.compare_digest(sha256(text), source.sha256):
        raise BadDraw(Reason.HIDDEN_VALUE_DIFFERS)
    return text


def entries_refusals(terms: Terms, entries: Iterable[Entry]) -> Iterator[BadDraw]:
    """What is wrong with a list: only what counts in the draw stands in it, each ticket once."""
    seen: set[str] = set()
    for entry in entries:
        if entry.ticket in seen:
            yield BadDraw(Reason.TICKET_TWICE, ticket=entry.ticket)
        seen.add(entry.ticket)
        yield from _entry_refusals(terms, entry)


def _entry_refusals(terms: Terms, entry: Entry) -> Iterator[BadDraw]:
    if not _CODE.fullmatch(entry.ticket):
        yield BadDraw(Reason.BAD_TICKET, ticket=entry.ticket)
    if not 1 <= entry.lots <= MOST_LOTS:
        yield BadDraw(Reason.BAD_LOTS, ticket=entry.ticket, lots=entry.lots, most=MOST_LOTS)
    for code, known in ((entry.group, terms.group_codes), (entry.channel, terms.channel_codes)):
        if code and code not in known:
            yield BadDraw(Reason.UNKNOWN_CODE, ticket=entry.ticket, code=code)


def terms_refusals(terms: Terms) -> Iterator[BadDraw]:
    """What is wrong with terms."""
    for text in (terms.run, terms.closes_at, *terms.rules):
        if not _is_readable(text):
            yield BadDraw(Reason.BAD_TEXT, text=text[:40])
    yield from _seats_refusals(terms)
    for codes in (terms.first, _codes(terms.reserved), _codes(terms.channels)):
        yield from _code_refusals(codes)


def _seats_refusals(terms: Terms) -> Iterator[BadDraw]:
    shares = (*terms.reserved, *terms.channels)
    for seats in (terms.capacity, terms.waiting, *(share.seats for share in shares)):
        if not 0 <= seats <= MOST_SEATS:
            yield BadDraw(Reason.BAD_SEATS, seats=seats)
    for kept in (terms.reserved, terms.channels):
        seats = sum(share.seats for share in kept)
        if seats > terms.capacity:
            yield BadDraw(Reason.TOO_MUCH_KEPT, kept=seats, capacity=terms.capacity)


def _codes(shares: Iterable[Share]) -> tuple[str, ...]:
    return tuple(share.code for share in shares)


def _code_refusals(codes: Sequence[str]) -> Iterator[BadDraw]:
    for at, code in enumerate(codes):
        if not _CODE.fullmatch(code):
            yield BadDraw(Reason.BAD_CODE, code=code)
        if code in codes[:at]:
            yield BadDraw(Reason.CODE_TWICE, code=code)


def source_refusals(source: Source) -> Iterator[BadDraw]:
    """What is wrong with where the seed comes from."""
    if isinstance(source, OfficeSecret):
        usable = bool(_SHA256.fullmatch(source.sha256))
    else:
        named = bool(source.name and source.moment)
        written = all(map(_is_readable, (source.name, source.moment)))
        usable = named and written and source.form in ("numbers", "hex") and source.count >= 0
    if not usable:
        yield BadDraw(Reason.BAD_SOURCE)


def refusals(commitment: Commitment, entries: Iterable[Entry]) -> Iterator[BadDraw]:
    """Everything that makes a draw impossible."""
    yield from source_refusals(commitment.source)
    yield from terms_refusals(commitment.terms)
    yield from entries_refusals(commitment.terms, entries)


def _is_readable(text: str) -> bool:
    return len(text) <= LONGEST_TEXT and not _UNSEEN.search(text)
