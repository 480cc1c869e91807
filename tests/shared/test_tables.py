import csv
import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from werkzeug.wrappers import Response

from eduportal.shared.downloads import csv_download, xlsx_download
from eduportal.shared.tables import (
    Cell,
    Column,
    Footnote,
    Group,
    Role,
    Row,
    Table,
    Value,
    text,
    width,
)

COLUMNS = (
    Column("교육장"),
    Column("수강인원", "명", numeric=True),
    Column("충원율", "%", numeric=True, decimals=1),
)


def table(*rows: tuple[Value, ...]) -> Table:
    parts = tuple(Row(tuple(map(Cell, row))) for row in rows)
    return Table(
        title="2019년 5월 교육 실적",
        columns=COLUMNS,
        groups=(Group(parts),),
        period="2019. 5. 1. ~ 2019. 5. 31.",
        as_of="2019. 5. 31.(금) 기준",
        footnotes=(Footnote("강좌별 합계입니다.", "수강인원(명)"), Footnote("명칭 변경")),
    )


def csv_lines(response: Response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"), newline="")))


def sheet(response: Response) -> Worksheet:
    found = openpyxl.load_workbook(io.BytesIO(response.data)).active
    assert isinstance(found, Worksheet)
    return found


def row_of(found: Worksheet, first: str) -> tuple[object, ...]:
    return next(row for row in found.iter_rows(values_only=True) if row[0] == first)


@pytest.mark.parametrize(
    ("line", "cells"), [("abc", 3), ("정보문화센터", 12), ("ITQ 한글", 8), ("e\u0301", 1), ("", 0)]
)
def test_korean_letters_are_two_cells_wide_on_a_terminal(line: str, cells: int) -> None:
    assert width(line) == cells


def test_terminal_columns_stand_under_each_other() -> None:
    lines = text(table(("정보문화센터", 1998, Decimal("81.3")), ("A", 7, None))).splitlines()
    start = lines.index("") + 1

    assert [width(line) for line in lines[start : start + 4]] == [37, 37, 37, 37]
    assert lines[start + 2].endswith("1,998       81.3")
    assert lines[start + 3].endswith("7          -")


def test_terminal_text_ends_with_what_the_words_mean() -> None:
    assert text(table()).endswith("※ 수강인원(명): 강좌별 합계입니다.\n※ 명칭 변경")


def test_csv_opens_in_korean_excel_and_names_its_columns_first() -> None:
    response = csv_download(table(("정보문화센터", 1998, Decimal("81.3"))), "실적.csv")

    assert response.data.startswith(b"\xef\xbb\xbf")
    assert response.mimetype == "text/csv"
    assert csv_lines(response)[:2] == [
        ["교육장", "수강인원(명)", "충원율(%)"],
        ["정보문화센터", "1998", "81.3"],
    ]


def test_csv_says_below_what_it_is_and_what_the_words_mean() -> None:
    assert csv_lines(csv_download(table(("가", 1, None)), "실적.csv"))[2:] == [
        [],
        ["2019년 5월 교육 실적"],
        ["2019. 5. 1. ~ 2019. 5. 31. · 2019. 5. 31.(금) 기준"],
        ["※ 수강인원(명): 강좌별 합계입니다."],
        ["※ 명칭 변경"],
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_csv_text_that_a_spreadsheet_would_run_stays_text(start: str) -> None:
    assert csv_lines(csv_download(table((f"{start}1+1", 1, None)), "x.csv"))[1][0] == f"'{start}1+1"


def test_csv_numbers_stay_numbers_negative_ones_too() -> None:
    row = csv_lines(csv_download(table(("가", -5, Decimal("-0.5"))), "x.csv"))[1]

    assert row == ["가", "-5", "-0.5"]


def test_csv_writes_days_as_days_and_nothing_for_nothing() -> None:
    row = csv_lines(csv_download(table((date(2019, 5, 2), None, None)), "x.csv"))[1]

    assert row == ["2019-05-02", "", ""]


def test_a_download_keeps_its_korean_name_and_is_not_kept_by_caches() -> None:
    response = csv_download(table(), "2019년 실적.csv")

    assert "filename*=UTF-8''2019%EB%85%84" in response.headers["Content-Disposition"]
    assert "Cache-Control" not in response.headers  # security.py answers with no-store


def test_xlsx_numbers_are_numbers_in_the_format_of_their_column() -> None:
    found = sheet(xlsx_download(table(("정보문화센터", -1998, Decimal("81.3"))), "실적.xlsx"))
    cells = next(row for row in found.iter_rows() if row[0].value == "정보문화센터")

    assert [cell.value for cell in cells] == ["정보문화센터", -1998, 81.3]
    assert [cell.number_format for cell in cells[1:]] == ["#,##0", '#,##0.0"%"']


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "https://example.org", "007"])
def test_xlsx_text_stays_text(typed: str) -> None:
    found = sheet(xlsx_download(table((typed, 1, None)), "x.xlsx"))
    cell = next(row[0] for row in found.iter_rows() if row[1].value == 1)

    assert (cell.value, cell.data_type, cell.hyperlink) == (typed, "s", None)


def test_xlsx_has_its_title_above_and_its_definitions_below() -> None:
    found = sheet(xlsx_download(table(("가", 1, None)), "x.xlsx"))
    first = [row[0] for row in found.iter_rows(values_only=True)]

    assert first == [
        "2019년 5월 교육 실적",
        "2019. 5. 1. ~ 2019. 5. 31. · 2019. 5. 31.(금) 기준",
        "교육장",
        "가",
        None,
        "※ 수강인원(명): 강좌별 합계입니다.",
        "※ 명칭 변경",
    ]


def test_xlsx_prints_on_one_width_of_a4_landscape_in_a_korean_font() -> None:
    found = sheet(xlsx_download(table(("가", 1, None)), "x.xlsx"))

    assert (found.page_setup.orientation, found.page_setup.paperSize) == ("landscape", 9)
    assert found.sheet_properties.pageSetUpPr
    assert found.sheet_properties.pageSetUpPr.fitToPage
    # One page wide is what the format takes for granted; as many pages long as it needs.
    assert (found.page_setup.fitToWidth or 1, found.page_setup.fitToHeight) == (1, 0)
    assert found["A4"].font.name == "맑은 고딕"
    assert found.freeze_panes == "A4"


def test_xlsx_has_a_sheet_for_each_table() -> None:
    response = xlsx_download(table(), "x.xlsx", table(("가", 1, None)))
    workbook = openpyxl.load_workbook(io.BytesIO(response.data))

    assert workbook.sheetnames == ["1 2019년 5월 교육 실적", "2 2019년 5월 교육 실적"]


def test_a_page_leaves_out_what_only_files_have_room_for() -> None:
    wide = Table("표", (Column("강좌명"), Column("강의실", in_files_only=True)))
    row = Row((Cell("엑셀"), Cell("제1강의실")))

    assert [column.label for column in wide.page_columns] == ["강좌명"]
    assert [cell.value for _column, cell in wide.page_cells(Group((row,)), row)] == ["엑셀"]


def test_a_titled_group_draws_its_title_once() -> None:
    row = Row((Cell("정보문화센터"), Cell(1), Cell(None)), Role.SUBTOTAL)
    shown = table().page_cells(Group((row,), "정보문화센터"), row)

    assert [cell.value for _column, cell in shown] == [1, None]
