"""A table of figures: one object that the page, the terminal, CSV and XLSX all print."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

Value = str | int | Decimal | date | None


class Role(StrEnum):
    """What a row is: one of the parts, the sum of a group, or the sum of the table."""

    PART = "part"
    SUBTOTAL = "subtotal"
    TOTAL = "total"


@dataclass(frozen=True)
class Column:
    """One column; a numeric one may show `decimals` and name its `metric`.

    One that is `in_files_only` is left out on pages, which are narrower than a spreadsheet.
    """

    label: str
    unit: str = ""
    numeric: bool = False
    decimals: int = 0
    metric: str = ""
    in_files_only: bool = False

    @property
    def head(self) -> str:
        """The label with its unit: `수강인원(명)`."""
        return f"{self.label}({self.unit})" if self.unit else self.label

    def written(self, value: Value) -> str:
        """A value as people read it: `1,998`, `81.3`, `2019-05-02`; a dash for a missing number."""
        if value is None:
            return "-" if self.numeric else ""
        if isinstance(value, int | Decimal):
            return f"{value:,.{self.decimals}f}"
        return str(value)


@dataclass(frozen=True)
class Cell:
    """A value, and what to ask for to see the rows that it counts (None: nothing to open)."""

    value: Value
    behind: Mapping[str, str | int] | None = None


@dataclass(frozen=True)
class Row:
    """Cells in the order of the columns."""

    cells: tuple[Cell, ...]
    role: Role = Role.PART


@dataclass(frozen=True)
class Group:
    """Rows that belong together. A group with a title has it as the first cell of each row."""

    rows: tuple[Row, ...]
    title: str | None = None


@dataclass(frozen=True)
class Footnote:
    """The definition of a term, or a remark without one (※)."""

    text: str
    term: str = ""

    @property
    def line(self) -> str:
        """As one line under the table."""
        return f"※ {self.term}: {self.text}" if self.term else f"※ {self.text}"


@dataclass(frozen=True)
class Table:
    """What is printed. `summary` says the headline figures in sentences; `as_of` is written out."""

    title: str
    columns: tuple[Column, ...]
    groups: tuple[Group, ...] = ()
    period: str = ""
    as_of: str = ""
    summary: tuple[str, ...] = ()
    footnotes: tuple[Footnote, ...] = ()

    @property
    def rows(self) -> Iterator[Row]:
        """Every row, group after group."""
        for group in self.groups:
            yield from group.rows

    @property
    def page_columns(self) -> list[Column]:
        """The columns that a page has room for."""
        return [column for column in self.columns if not column.in_files_only]

    def page_cells(self, group: Group, row: Row) -> list[tuple[Column, Cell]]:
        """A row's cells for a page, where a titled group's first one spans all its rows."""
        cells = zip(self.columns, row.cells, strict=True)
        drawn = [(column, cell) for column, cell in cells if not column.in_files_only]
        return drawn[1:] if group.title else drawn

    @property
    def dates(self) -> str:
        """Period and as-of day on one line."""
        return " · ".join(part for part in (self.period, self.as_of) if part)

    @property
    def definitions(self) -> list[Footnote]:
        """The footnotes that define a term."""
        return [note for note in self.footnotes if note.term]

    @property
    def remarks(self) -> list[Footnote]:
        """The footnotes that do not."""
        return [note for note in self.footnotes if not note.term]


def text(table: Table) -> str:
    """The table for a terminal, its columns aligned although Korean letters are two cells wide."""
    lines = [[column.head for column in table.columns]]
    lines += [
        [column.written(cell.value) for column, cell in zip(table.columns, row.cells, strict=True)]
        for row in table.rows
    ]
    widths = [max(map(width, column)) for column in zip(*lines, strict=True)]
    head, *body = (_aligned(line, table.columns, widths) for line in lines)
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    above = [table.title, table.dates, *table.summary, ""]
    return "\n".join([*above, head, rule, *body, "", *(note.line for note in table.footnotes)])


def width(line: str) -> int:
    """How many terminal cells a line takes; letters that combine with others take none."""
    return sum(
        2 if unicodedata.east_asian_width(letter) in "WF" else not unicodedata.combining(letter)
        for letter in line
    )


def _aligned(line: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> str:
    cells = []
    for words, column, wide in zip(line, columns, widths, strict=True):
        gap = " " * (wide - width(words))
        cells.append(gap + words if column.numeric else words + gap)
    return "  ".join(cells).rstrip()
