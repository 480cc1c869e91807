"""The lines of a file: each as plain values, or what is wrong with it; no database."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import partial
from typing import Any

from flask_babel import gettext as _

from eduportal.catalog.rules import WEEKDAYS as WEEKDAY_LETTERS
from eduportal.catalog.standard_set import columns as c
from eduportal.catalog.standard_set.columns import COLUMNS, Cells, key_of
from eduportal.shared import uploads
from eduportal.shared.resident_number import contains_resident_number

# As many letters as the database holds, or a page has room for.
MOST_LETTERS = {c.TITLE: 120, c.PLACE: 160, c.SUMMARY: 2000}
OTHERWISE = 200
MOST_LINES = 20_000
NEEDED = (c.TITLE, c.FIRST_DAY, c.LAST_DAY, c.STARTS, c.ENDS, c.PLACE, c.CAPACITY)
FLAGS = (c.SUBSIDIZED, c.CREDITS, c.ACCOUNT)
_BETWEEN_WEEKDAYS = re.compile(r"매주|요일|[\s,+·ㆍ・/&]+")
_WEEKDAYS_TO = re.compile("([월화수목금토일])[~∼-]([월화수목금토일])")
_AGE = re.compile(r"(\d{1,3})\s*세\s*(이상|이하|미만|초과)")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line; lines are counted from 1, the head is the first."""

    line: int
    title: str
    reason: str
    has_resident_number: bool = False

    @property
    def sentence(self) -> str:
        """As the one who sent the file reads it."""
        return _("%(line)s번째 줄: %(reason)s", line=self.line, reason=self.reason)


@dataclass(frozen=True)
class StandardLine:
    """One good line: its cells as they stand in the file, and what they say."""

    number: int
    cells: Cells
    key: str
    title: str
    instructor: str
    first: date
    last: date
    starts: time
    ends: time
    summary: str
    for_employees: bool
    minimum_age: int | None
    maximum_age: int | None
    weekdays: frozenset[int]
    place: str
    capacity: int
    fee: int
    address: str
    apply_from: date | None
    apply_until: date | None


@dataclass(frozen=True)
class Reading:
    """The good lines of a file, and what is wrong with the others."""

    lines: tuple[StandardLine, ...]
    faults: tuple[Fault, ...]


def read(content: bytes) -> Reading:
    """Every line of a file; raises uploads.Unreadable where it is none of this set."""
    rows = uploads.read(content, COLUMNS).lines
    if not rows:
        raise uploads.Unreadable(_("강좌가 한 줄도 없습니다."))
    if len(rows) > MOST_LINES:
        raise uploads.Unreadable(
            _("한 번에 %(most)s줄까지 들여올 수 있습니다. 파일을 나누어 주세요.", most=MOST_LINES)
        )
    lines: dict[str, StandardLine] = {}
    faults: list[Fault] = []
    for row in rows:
        # Columns that others add on merging (26 and 27) are theirs.
        cells = {name: row.cells[name] for name in COLUMNS}
        title = _speakable(cells[c.TITLE])
        reasons = list(_reasons(row, cells))
        if not reasons:
            line = _standard_line(row.number, cells)
            first = lines.setdefault(line.key, line)
            reasons = [] if first is line else [_same_as(first)]
        forbidden = _has_resident_number(row)
        faults += [Fault(row.number, title, reason, forbidden) for reason in reasons]
    return Reading(tuple(lines.values()), tuple(faults))


def _same_as(first: StandardLine) -> str:
    return _(
        "%(line)s번째 줄과 강좌명, 교육시작일자, 교육시작시각, 교육장소가 모두 같습니다.",
        line=first.number,
    )


def _speakable(text: str) -> str:
    return "" if contains_resident_number(text) else text.strip()[:120]


def _has_resident_number(row: uploads.Line) -> bool:
    # One look at the whole line is enough for almost every line of a long file.
    if not contains_resident_number("\t\t".join(row.cells.values())):
        return False
    return any(contains_resident_number(text) for text in row.cells.values())


# What is wrong


def _reasons(row: uploads.Line, cells: Cells) -> Iterator[str]:
    if _has_resident_number(row):
        # Nothing else is said of such a line: a sentence might repeat the number.
        yield _("주민등록번호로 보이는 숫자가 있습니다. 지우고 다시 올려 주세요.")
        return
    if row.extra:
        yield _("칸이 열보다 많습니다. 쉼표가 든 글은 큰따옴표로 묶어 주세요.")
    yield from _letter_reasons(cells)
    yield from _shape_reasons(cells)
    yield from _order_reasons(cells)


def _letter_reasons(cells: Cells) -> Iterator[str]:
    for name, text in cells.items():
        most = MOST_LETTERS.get(name, OTHERWISE)
        if name in NEEDED and not text.strip():
            yield _("%(column)s: 비어 있습니다.", column=name)
        elif len(text) > most:
            yield _("%(column)s: %(most)s자까지 쓸 수 있습니다.", column=name, most=most)
        elif "\0" in text:
            yield _("%(column)s: 쓸 수 없는 글자가 있습니다.", column=name)


def _shape_reasons(cells: Cells) -> Iterator[str]:
    for name, (shape, example) in _SHAPES.items():
        text = cells[name].strip()
        if text and shape(text) is None:
            yield _(
                "%(column)s: ‘%(value)s’을(를) 읽을 수 없습니다. %(example)s",
                column=name,
                value=text[:40],
                example=_(example),
            )
    if not cells[c.WEEKDAYS].strip() and _day(cells[c.FIRST_DAY]) != _day(cells[c.LAST_DAY]):
        yield _("%(column)s: 비어 있습니다. 예: 화+목", column=c.WEEKDAYS)


def _order_reasons(cells: Cells) -> Iterator[str]:
    for earlier, later, parsed, sentence in _ORDERS:
        one, other = parsed(cells[earlier]), parsed(cells[later])
        if one is not None and other is not None and other < one:
            yield _(sentence)
    starts, ends = _time(cells[c.STARTS]), _time(cells[c.ENDS])
    if starts is not None and starts == ends:
        yield _("교육종료시각이 교육시작시각과 같습니다.")


# What a cell says; None where it cannot be read


def _day(text: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip(), re.ASCII):
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2100 else None


def _time(text: str) -> time | None:
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", text.strip(), re.ASCII)
    if not found:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return time(hour, minute, second)
    except ValueError:
        return None


def _number(text: str, low: int, high: int) -> int | None:
    if not re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII):
        return None
    return int(text) if low <= int(text) <= high else None


def _weekdays(text: str) -> frozenset[int] | None:
    letters = _WEEKDAYS_TO.sub(_from_to, _BETWEEN_WEEKDAYS.sub("", text))
    if not letters or set(letters) - set(WEEKDAY_LETTERS):
        return None
    return frozenset(WEEKDAY_LETTERS.index(letter) for letter in letters)


def _from_to(found: re.Match[str]) -> str:
    first, last = (WEEKDAY_LETTERS.index(letter) for letter in found.groups())
    return "".join(WEEKDAY_LETTERS[first : last + 1])


def _flag(text: str) -> str | None:
    return text if text in ("Y", "N") else None


_capacity = partial(_number, low=1, high=500)
_fee = partial(_number, low=0, high=10_000_000)
_DAY_EXAMPLE = "예: 2027-01-05"
_TIME_EXAMPLE = "예: 10:00"
_SHAPES: Mapping[str, tuple[Callable[[str], Any], str]] = {
    **dict.fromkeys(
        (c.FIRST_DAY, c.LAST_DAY, c.APPLY_FROM, c.APPLY_UNTIL, c.AS_OF), (_day, _DAY_EXAMPLE)
    ),
    **dict.fromkeys((c.STARTS, c.ENDS), (_time, _TIME_EXAMPLE)),
    c.WEEKDAYS: (_weekdays, "예: 화+목"),
    c.CAPACITY: (_capacity, "1부터 500까지 숫자로 적어 주세요."),
    c.FEE: (_fee, "숫자로 적어 주세요. 없으면 0입니다."),
    **dict.fromkeys(FLAGS, (_flag, "Y나 N으로 적어 주세요.")),
}
_ORDERS: tuple[tuple[str, str, Callable[[str], Any], str], ...] = (
    (c.FIRST_DAY, c.LAST_DAY, _day, "교육종료일자가 교육시작일자보다 빠릅니다."),
    (c.STARTS, c.ENDS, _time, "교육종료시각이 교육시작시각보다 빠릅니다."),
    (c.APPLY_FROM, c.APPLY_UNTIL, _day, "접수종료일자가 접수시작일자보다 빠릅니다."),
)


def _standard_line(number: int, cells: Cells) -> StandardLine:
    text = {name: cell.strip() for name, cell in cells.items()}
    first, last = _known(_day(text[c.FIRST_DAY])), _known(_day(text[c.LAST_DAY]))
    youngest, oldest = _ages(text[c.AUDIENCE])
    return StandardLine(
        number=number,
        cells=cells,
        key=key_of(cells),
        title=" ".join(text[c.TITLE].split()),
        instructor=text[c.INSTRUCTOR],
        first=first,
        last=last,
        starts=_known(_time(text[c.STARTS])),
        ends=_known(_time(text[c.ENDS])),
        summary=text[c.SUMMARY],
        for_employees=_for_employees(text[c.AUDIENCE]),
        minimum_age=youngest,
        maximum_age=oldest,
        weekdays=_weekdays(text[c.WEEKDAYS]) or frozenset({first.weekday()}),
        place=" ".join(text[c.PLACE].split()),
        capacity=_known(_capacity(text[c.CAPACITY])),
        fee=_fee(text[c.FEE]) or 0,
        address=text[c.ADDRESS],
        apply_from=_day(text[c.APPLY_FROM]),
        apply_until=_day(text[c.APPLY_UNTIL]),
    )


def _for_employees(audience: str) -> bool:
    """`직원`, `소속 공무원`; not `구민·관내 직장인`, who are residents to us."""
    return bool(re.search("직원|공무원", audience)) and "구민" not in audience


def _ages(audience: str) -> tuple[int | None, int | None]:
    """The youngest and oldest who may apply: `55세 이상 구민`, `19세 미만`."""
    youngest = oldest = None
    for years, word in _AGE.findall(audience):
        age = int(years)
        if word in ("이상", "초과"):
            youngest = age + (word == "초과")
        else:
            oldest = age - (word == "미만")
    return youngest, oldest


def _known(value: Any) -> Any:
    """A value that was asked for before: the line has no faults."""
    if value is None:
        raise ValueError("a line with faults")
    return value
