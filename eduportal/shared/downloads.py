"""Tables as files that staff open in a spreadsheet."""

import csv
import io
import math
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from urllib.parse import quote

import xlsxwriter
from flask import Response
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from eduportal.shared.tables import Column, Role, Row, Table, Value, width

CSV_TYPE = "text/csv"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet takes for the beginning of a formula; Korean and Japanese ones take the
# full-width signs as well.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
FONT = "맑은 고딕"
A4 = 9
NARROWEST, WIDEST = 8, 40
LINE_HEIGHT = 16

_SETTINGS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_format_properties": {"font_name": FONT, "font_size": 10, "valign": "vcenter"},
}
_LOOKS: Mapping[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 14},
    "dates": {"font_color": "#58616a"},
    "head": {
        "bold": True,
        "bg_color": "#eef2f7",
        "border": 1,
        "align": "center",
        "text_wrap": True,
    },
    "note": {"text_wrap": True, "valign": "top", "font_color": "#464c53"},
}
_ROLE_LOOKS: Mapping[Role, dict[str, object]] = {
    Role.PART: {"border": 1},
    Role.SUBTOTAL: {"border": 1, "bg_color": "#f4f5f6"},
    Role.TOTAL: {"border": 1, "bg_color": "#eef2f7", "bold": True},
}


def csv_download(table: Table, filename: str) -> Response:
    """The table as CSV that Excel opens in Korean; title, dates and footnotes stand below it."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([_plain(column.head) for column in table.columns])
    writer.writerows([_plain(cell.value) for cell in row.cells] for row in table.rows)
    writer.writerow([])
    below = [table.title, table.dates, *table.summary, *(note.line for note in table.footnotes)]
    writer.writerows([_plain(line)] for line in below if line)
    return _attachment(file.getvalue().encode("utf-8-sig"), CSV_TYPE, filename)


def xlsx_download(table: Table, filename: str, *more: Table) -> Response:
    """The tables as an Excel workbook, a sheet each, ready to print on A4."""
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, dict(_SETTINGS))
    for number, each in enumerate((table, *more), start=1):
        name = _sheet_name(f"{number} {each.title}" if more else each.title)
        _Sheet(workbook, workbook.add_worksheet(name), each).write()
    workbook.close()
    return _attachment(file.getvalue(), XLSX_TYPE, filename)


class _Sheet:
    """One table on one worksheet, from the title down to the footnotes."""

    def __init__(self, workbook: Workbook, sheet: Worksheet, table: Table) -> None:
        self._workbook, self._sheet, self._table = workbook, sheet, table
        self._formats: dict[tuple[object, ...], Format] = {}
        self._widths = [_column_width(table, index) for index in range(len(table.columns))]
        self._next = 0

    def write(self) -> None:
        """Everything, in the order in which it is read."""
        self._write_line(self._table.title, "title")
        for line in (self._table.dates, *self._table.summary):
            if line:
                self._write_line(line, "dates")
        self._write_head()
        for row in self._table.rows:
            self._write_row(row)
        self._next += 1
        for note in self._table.footnotes:
            self._write_note(note.line)
        self._set_up_page()

    def _write_line(self, words: str, look: str) -> None:
        self._sheet.write_string(self._next, 0, words, self._look(look))
        self._next += 1

    def _write_head(self) -> None:
        for index, column in enumerate(self._table.columns):
            self._sheet.write_string(self._next, index, column.head, self._look("head"))
        self._sheet.freeze_panes(self._next + 1, 0)
        self._sheet.repeat_rows(self._next)
        self._next += 1

    def _write_row(self, row: Row) -> None:
        for index, (column, cell) in enumerate(zip(self._table.columns, row.cells, strict=True)):
            self._write_value(index, cell.value, self._cell_format(column, row.role))
        self._next += 1

    def _write_value(self, index: int, value: Value, look: Format) -> None:
        if value is None:
            self._sheet.write_blank(self._next, index, None, look)
        elif isinstance(value, int | Decimal):
            self._sheet.write_number(self._next, index, value, look)
        else:
            self._sheet.write_string(self._next, index, str(value), look)

    def _write_note(self, line: str) -> None:
        # A merged cell does not grow by itself, so its height is reckoned from the letters.
        last = len(self._table.columns) - 1
        if last:
            self._sheet.merge_range(self._next, 0, self._next, last, "", self._look("note"))
        self._sheet.write_string(self._next, 0, line, self._look("note"))
        lines = math.ceil(width(line) / max(1, sum(self._widths)))
        self._sheet.set_row(self._next, LINE_HEIGHT * lines)
        self._next += 1

    def _set_up_page(self) -> None:
        for index, wide in enumerate(self._widths):
            self._sheet.set_column(index, index, wide)
        self._sheet.set_paper(A4)
        self._sheet.set_landscape()
        self._sheet.fit_to_pages(1, 0)
        self._sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self._sheet.set_footer("&C&P / &N")

    def _look(self, name: str) -> Format:
        return self._format((name,), _LOOKS[name])

    def _cell_format(self, column: Column, role: Role) -> Format:
        look = dict(_ROLE_LOOKS[role])
        if column.numeric:
            look |= {"num_format": _number_format(column), "align": "right"}
        return self._format((role, look.get("num_format")), look)

    def _format(self, key: tuple[object, ...], look: Mapping[str, object]) -> Format:
        if key not in self._formats:
            self._formats[key] = self._workbook.add_format(dict(look))
        return self._formats[key]


def _plain(value: Value) -> str | int | Decimal:
    """A value for CSV: numbers stay numbers, and text that a spreadsheet would run is quoted."""
    if isinstance(value, int | Decimal):
        return value
    words = value.isoformat() if isinstance(value, date) else value or ""
    return f"'{words}" if words.startswith(FORMULA_STARTS) else words


def _number_format(column: Column) -> str:
    decimals = f".{'0' * column.decimals}" if column.decimals else ""
    return f"#,##0{decimals}" + ('"%"' if column.unit == "%" else "")


def _column_width(table: Table, index: int) -> int:
    column = table.columns[index]
    words = [column.head, *(column.written(row.cells[index].value) for row in table.rows)]
    return min(WIDEST, max(NARROWEST, *map(width, words)) + 2)


def _sheet_name(title: str) -> str:
    return "".join(letter for letter in title if letter not in "[]:*?/\\'")[:31]


def _attachment(body: bytes, mimetype: str, filename: str) -> Response:
    response = Response(body, mimetype=mimetype)
    # A header is ASCII: the Korean name goes in the encoded form (RFC 8187).
    encoded = f"UTF-8''{quote(filename, safe='')}"
    response.headers.set("Content-Disposition", "attachment", **{"filename*": encoded})
    return response
