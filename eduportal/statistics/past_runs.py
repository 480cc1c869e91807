"""A file of past runs, read line by line; what is wrong with it is said all at once."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlite_utils.utils import Format, rows_from_file

from eduportal.accounts.rules import Audience
from eduportal.catalog.rules import Kind
from eduportal.shared.resident_number import contains_resident_number

KINDS = {kind.label: kind for kind in Kind}
AUDIENCES = {audience.label: audience for audience in Audience}
# As many letters as the columns of the database hold.
TEXTS = {"강좌명": 120, "교육장": 80, "강의실": 80, "분야": 40}
DAYS = ("시작일", "종료일")
NUMBERS = ("차시수", "교육시간", "정원", "신청인원", "수강인원", "수료인원")
COLUMNS = ("강좌명", "교육장", "강의실", "구분", "분야", "대상", *DAYS, *NUMBERS, "비고")
EXTRA = "칸"
HEAD_LINE = 1

Cells = Mapping[str, Any]


class BadFile(Exception):
    """Nothing was written; `faults` say which lines are wrong, and why."""

    def __init__(self, faults: "list[Fault]") -> None:
        super().__init__(f"{len(faults)} bad lines")
        self.faults = sorted(faults, key=lambda fault: fault.line)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line; lines are counted from 1, the head is the first."""

    line: int
    reason: str

    @property
    def sentence(self) -> str:
        """As the one who sent the file reads it."""
        return _("%(line)s번째 줄: %(reason)s", line=self.line, reason=self.reason)


@dataclass(frozen=True)
class PastResult:
    """One good line."""

    line: int
    title: str
    center: str
    room: str
    kind: Kind
    track: str
    audience: Audience
    starts_on: date
    ends_on: date
    meeting_count: int
    hours: int
    capacity: int
    applications: int
    enrollments: int
    completions: int
    note: str | None


@dataclass(frozen=True)
class Sheet:
    """What a file holds: its good lines, and what is wrong with the others."""

    results: tuple[PastResult, ...]
    faults: tuple[Fault, ...]


def read(content: bytes) -> Sheet:
    """The lines of a CSV file in UTF-8 (with or without BOM) or CP949."""
    text = _decoded(content)
    if text is None:
        return _unusable(
            _("글자를 읽을 수 없습니다. UTF-8이나 CP949로 저장한 CSV 파일을 보내 주세요.")
        )
    try:
        lines = list(zip(_line_numbers(text), _rows(text), strict=True))
    except csv.Error:
        return _unusable(_("CSV 파일로 읽을 수 없습니다. 쉼표로 나눈 CSV 파일을 보내 주세요."))
    if not lines:
        return _unusable(_("강좌가 한 줄도 없습니다."))
    missing = [name for name in COLUMNS if name not in lines[0][1]]
    if missing:
        return _unusable(_("%(columns)s 열이 없습니다.", columns=", ".join(missing)))
    return _sheet(lines)


def _sheet(lines: list[tuple[int, Cells]]) -> Sheet:
    results, faults = [], []
    for line, cells in lines:
        reasons = list(_reasons(cells))
        faults += [Fault(line, reason) for reason in reasons]
        if not reasons:
            results.append(_result(line, cells))
    return Sheet(tuple(results), tuple(faults))


def _unusable(reason: str) -> Sheet:
    return Sheet((), (Fault(HEAD_LINE, reason),))


def _decoded(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "cp949"):
        try:
            # Macs write Korean syllables in parts; names are compared as whole ones.
            return unicodedata.normalize("NFC", content.decode(encoding))
        except UnicodeDecodeError:
            continue
    return None


def _rows(text: str) -> Iterator[Cells]:
    rows, _format = rows_from_file(
        io.BytesIO(text.encode()), format=Format.CSV, encoding="utf-8", extras_key=EXTRA
    )
    for row in rows:
        yield {
            name: value.strip() if isinstance(value, str) else value for name, value in row.items()
        }


def _line_numbers(text: str) -> Iterator[int]:
    """Where each row after the head begins: a cell may hold line breaks, a line may be empty."""
    reader = csv.reader(io.StringIO(text, newline=""))
    next(reader, None)
    before = reader.line_num
    for cells in reader:
        if cells:
            yield before + 1
        before = reader.line_num


def _reasons(cells: Cells) -> Iterator[str]:
    if any(contains_resident_number(str(value)) for value in cells.values()):
        # Nothing else is said of such a line: a sentence might repeat the number.
        yield _("주민등록번호로 보이는 숫자가 있습니다. 지우고 다시 보내 주세요.")
        return
    if EXTRA in cells:
        yield _("칸이 열보다 많습니다. 쉼표가 든 글은 큰따옴표로 묶어 주세요.")
    yield from _text_reasons(cells)
    yield from _choice_reasons(cells)
    yield from _day_reasons(cells)
    yield from _number_reasons(cells)


def _text_reasons(cells: Cells) -> Iterator[str]:
    for name, most in TEXTS.items():
        if not cells[name]:
            yield _("%(column)s: 비어 있습니다.", column=name)
        elif len(cells[name]) > most:
            yield _("%(column)s: %(most)s자까지 쓸 수 있습니다.", column=name, most=most)


def _choice_reasons(cells: Cells) -> Iterator[str]:
    for name, choices in (("구분", KINDS), ("대상", AUDIENCES)):
        if cells[name] not in choices:
            known = ", ".join(choices)
            yield _(
                "%(column)s: ‘%(value)s’은(는) 없는 값입니다. %(known)s 가운데 하나를 적어 주세요.",
                column=name,
                value=cells[name] or "",
                known=known,
            )


def _day_reasons(cells: Cells) -> Iterator[str]:
    days = [_day(cells[name]) for name in DAYS]
    for name, day in zip(DAYS, days, strict=True):
        if day is None:
            yield _(
                "%(column)s: ‘%(value)s’은(는) 날짜가 아닙니다. 예: 2019-05-31",
                column=name,
                value=cells[name] or "",
            )
    first, last = days
    if first and last and last < first:
        yield _("종료일이 시작일보다 빠릅니다.")


def _number_reasons(cells: Cells) -> Iterator[str]:
    numbers = {name: _number(cells[name]) for name in NUMBERS}
    for name, number in numbers.items():
        if number is None:
            yield _(
                "%(column)s: ‘%(value)s’은(는) 0 이상의 수가 아닙니다.",
                column=name,
                value=cells[name] or "",
            )
    for less, more in (("수료인원", "수강인원"), ("수강인원", "신청인원"), ("수강인원", "정원")):
        small, large = numbers[less], numbers[more]
        if small is not None and large is not None and small > large:
            yield _(
                "%(less)s %(small)s이(가) %(more)s %(large)s보다 많습니다.",
                less=less,
                small=small,
                more=more,
                large=large,
            )


def _result(line: int, cells: Cells) -> PastResult:
    first, last = (date.fromisoformat(cells[name]) for name in DAYS)
    meetings, hours, capacity, applications, enrollments, completions = (
        int(cells[name]) for name in NUMBERS
    )
    return PastResult(
        line,
        cells["강좌명"],
        cells["교육장"],
        cells["강의실"],
        KINDS[cells["구분"]],
        cells["분야"],
        AUDIENCES[cells["대상"]],
        first,
        last,
        meetings,
        hours,
        capacity,
        applications,
        enrollments,
        completions,
        cells["비고"] or None,
    )


def _day(text: str | None) -> date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text or "", re.ASCII):
        return None
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"\d{1,6}", text, re.ASCII) else None
