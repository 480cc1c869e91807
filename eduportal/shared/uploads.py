"""A file that somebody sends: CSV or Excel, read into rows of text with their line numbers."""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from eduportal.shared.resident_number import contains_resident_number

# What a workbook may unfold to; a small file can hold a mountain of zeros.
MOST_UNFOLDED = 200 * 1024 * 1024
# How far down a workbook's head may stand: titles come before it.
HEAD_WITHIN = 20
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_TAGS = re.compile(rb"<[^>]*>")


class Unreadable(Exception):
    """The file as a whole cannot be read; `sentence` says why, and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Line:
    """One row: its cells by column, as they stand in the file, and where it begins, from 1.

    `extra`: it has cells beyond the last column.
    """

    number: int
    cells: dict[str, str]
    extra: bool = False


@dataclass(frozen=True)
class Upload:
    """The columns of a file and its rows; empty rows are left out."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def read(content: bytes, needed: Collection[str]) -> Upload:
    """The rows of a CSV file (UTF-8 or CP949) or of a workbook's first sheet.

    Columns are found by their names, in any order; raises Unreadable where one of `needed` is
    missing.
    """
    rows = _workbook_rows(content, needed) if _is_workbook(content) else _csv_rows(content)
    _number, head = next(rows, (1, []))
    columns = tuple(cell.strip() for cell in head)
    _refuse_missing(columns, needed)
    lines = (_line(number, columns, cells) for number, cells in rows if any(cells))
    return Upload(columns, tuple(lines))


def holds_resident_number(content: bytes) -> bool:
    """Whether a resident registration number stands anywhere in the file; reads it only roughly."""
    if not _is_workbook(content):
        text = _decoded(content)
        return text is not None and contains_resident_number(text)
    return any(contains_resident_number(text) for text in _workbook_texts(content))


def _refuse_missing(columns: Collection[str], needed: Collection[str]) -> None:
    missing = [name for name in needed if name not in columns]
    if len(missing) == len(needed):
        raise Unreadable(
            _(
                "첫 줄에서 열 이름을 찾지 못했습니다. "
                "UTF-8이나 CP949로 저장한 CSV 파일, 또는 엑셀(.xlsx) 파일인지 확인해 주세요."
            )
        )
    if missing:
        raise Unreadable(_("%(columns)s 열이 없습니다.", columns=", ".join(missing)))


def _line(number: int, columns: Sequence[str], cells: Sequence[str]) -> Line:
    padded = [*cells, *[""] * (len(columns) - len(cells))]
    extra = any(cells[len(columns) :])
    return Line(number, dict(zip(columns, padded, strict=False)), extra)


# CSV


def _csv_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    if content.startswith(_OLD_EXCEL):
        raise Unreadable(
            _("옛 엑셀 파일(.xls)은 읽지 못합니다. .xlsx나 CSV로 다시 저장해 올려 주세요.")
        )
    text = _decoded(content)
    if text is None:
        raise Unreadable(
            _("글자를 읽을 수 없습니다. UTF-8이나 CP949로 저장한 CSV 파일을 올려 주세요.")
        )
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = 0
    try:
        for cells in reader:
            # A cell may hold line breaks: a row begins after the last line of the one before.
            yield before + 1, cells
            before = reader.line_num
    except csv.Error as error:
        raise Unreadable(
            _(
                "%(line)s번째 줄부터 CSV로 읽을 수 없습니다. "
                "큰따옴표의 짝과 쉼표를 확인해 다시 올려 주세요.",
                line=before + 1,
            )
        ) from error


def _decoded(content: bytes) -> str | None:
    if content.startswith(_UTF_16):
        return None
    for encoding in ("utf-8-sig", "cp949"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Macs write Korean syllables in parts; names are compared as whole ones.
        return None if "\0" in text else unicodedata.normalize("NFC", text)
    return None


# Excel


def _is_workbook(content: bytes) -> bool:
    return content.startswith(_ZIP)


def _workbook_rows(content: bytes, needed: Collection[str]) -> Iterator[tuple[int, list[str]]]:
    sheet = _first_sheet(content)
    rows = [[_written(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    head = next(
        (
            n
            for n, row in enumerate(rows[:HEAD_WITHIN])
            if {cell.strip() for cell in row} & {*needed}
        ),
        0,
    )
    _refuse_merged(sheet, head + 1, rows[head] if rows else [])
    for number, cells in enumerate(rows[head:], start=head + 1):
        while cells and not cells[-1]:
            cells.pop()
        yield number, cells


def _first_sheet(content: bytes) -> Worksheet:
    unreadable = Unreadable(
        _("엑셀 파일을 열 수 없습니다. 엑셀에서 .xlsx로 다시 저장해 올려 주세요.")
    )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unfolded = sum(part.file_size for part in archive.infolist())
        if unfolded > MOST_UNFOLDED:
            raise Unreadable(_("엑셀 파일이 너무 큽니다. 나누어 올려 주세요."))
        return load_workbook(io.BytesIO(content), data_only=True).worksheets[0]
    except Unreadable:
        raise
    except Exception as error:
        # A broken workbook breaks the library in many ways: zip, XML, a missing part.
        raise unreadable from error


def _refuse_merged(sheet: Worksheet, head: int, columns: Sequence[str]) -> None:
    wide = max((n for n, name in enumerate(columns, start=1) if name.strip()), default=0)
    merged = [
        str(cells)
        for cells in sheet.merged_cells.ranges
        if cells.max_row >= head and cells.min_col <= wide
    ]
    if merged:
        raise Unreadable(
            _(
                "합친 칸이 있습니다(%(cells)s). 엑셀에서 ‘셀 병합’을 풀고 칸마다 값을 채워 다시 올려 주세요.",
                cells=", ".join(sorted(merged)[:10]),
            )
        )


def _written(value: Any) -> str:
    """A cell as its text: days and times as the formats of files write them."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        whole_day = value.time() == time.min
        return value.date().isoformat() if whole_day else value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time | timedelta):
        return _clock_time(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return unicodedata.normalize("NFC", str(value))


def _clock_time(value: time | timedelta) -> str:
    if isinstance(value, timedelta):
        minutes, second = divmod(int(value.total_seconds()) % 86_400, 60)
        value = time(*divmod(minutes, 60), second)
    return value.strftime("%H:%M:%S" if value.second else "%H:%M")


def _workbook_texts(content: bytes) -> Iterable[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [part for part in archive.infolist() if part.filename.startswith("xl/")]
            if sum(part.file_size for part in parts) > MOST_UNFOLDED:
                return
            for part in parts:
                if part.filename.endswith(".xml"):
                    yield _TAGS.sub(b" ", archive.read(part)).decode(errors="replace")
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        # Reading it in earnest says what is wrong.
        return
