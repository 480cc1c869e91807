"""Draws of every shape, for the tests of the rules and of the page that computes them anew."""

from random import Random

from hypothesis import strategies as st

from eduportal.booking.rules.draw import CODE_BYTES, TICKET_BYTES, readable
from eduportal.booking.rules.draw_file import Document, drawn
from eduportal.booking.rules.draw_terms import (
    Commitment,
    Entry,
    OfficeSecret,
    PublicValue,
    Share,
    Source,
    Terms,
)

LOTTERY = PublicValue("동행복권 로또 6/45", "제1240회 당첨번호(보너스 제외)", "numbers", 6)
BEACON = PublicValue("공개 난수", "2026-09-05 21:00", "hex")
NUMBERS = "3,7,11,19,31,40"
SECRET = "5e" * 32


def random_document(seed: int, most: int = 40) -> Document:
    """A draw of some shape: the same for the same seed."""
    random = Random(seed)
    values: list[tuple[Source, str]] = [
        (LOTTERY, NUMBERS),
        (BEACON, "00ff12"),
        (OfficeSecret.of(SECRET), SECRET),
    ]
    source, value = random.choice(values)
    groups = [readable(random.randbytes(CODE_BYTES)) for _n in range(3)]
    channels = [readable(random.randbytes(CODE_BYTES)) for _n in range(2)]
    terms = random_terms(random, groups, channels)
    known = ["", *sorted(terms.group_codes)], ["", *sorted(terms.channel_codes)]
    entries = [
        Entry(
            readable(random.randbytes(TICKET_BYTES)),
            random.choice(known[0]),
            random.choice(known[1]),
            random.randint(1, 4),
        )
        for _n in range(random.randint(0, most))
    ]
    return drawn(Commitment(terms, source), entries, value)


def random_terms(random: Random, groups: list[str], channels: list[str]) -> Terms:
    """Terms with or without groups that go first and shares."""
    capacity = random.randint(0, 28)
    return Terms(
        run="스마트폰 “첫걸음” \\ 2반",
        closes_at="2026-09-03 18:00",
        capacity=capacity,
        waiting=random.choice([0, 3, 10]),
        first=tuple(groups[: random.choice([0, 0, 1, 2])]),
        reserved=tuple(Share(code, capacity // 4) for code in groups[random.choice([2, 3]) :]),
        channels=tuple(Share(code, capacity // 3) for code in random.choice([[], channels])),
        rules=("먼저 우선 대상을 뽑고, 나머지를 추첨합니다.", "한 사람이 한 번 신청합니다."),
    )


TICKETS = st.lists(st.text("ABCDEFGH23456789-", min_size=1, max_size=9), unique=True, max_size=30)


@st.composite
def drawings(draw: st.DrawFn) -> tuple[Commitment, list[Entry], str]:
    """Terms, a list and a value that fit together."""
    capacity = draw(st.integers(0, 12))
    reserved = draw(st.integers(0, capacity))
    phone = draw(st.integers(0, capacity))
    terms = Terms(
        run="강좌",
        closes_at="마감",
        capacity=capacity,
        waiting=draw(st.integers(0, 6)),
        first=draw(st.sampled_from([(), ("F1",), ("F1", "F2"), ("R",)])),
        reserved=draw(st.sampled_from([(), (Share("R", reserved),)])),
        channels=draw(st.sampled_from([(), (Share("P", phone), Share("V", capacity - phone))])),
    )
    entry = st.tuples(
        st.sampled_from(["", *sorted(terms.group_codes)]),
        st.sampled_from(["", *sorted(terms.channel_codes)]),
        st.integers(1, 3),
    )
    entries = [Entry(ticket, *draw(entry)) for ticket in draw(TICKETS)]
    numbers = draw(st.lists(st.integers(1, 45), min_size=6, max_size=6, unique=True))
    return Commitment(terms, LOTTERY), entries, ",".join(map(str, sorted(numbers)))
