"""Files that people send, and what is wrong with them."""

import io
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
from flask import Flask

from eduportal.shared import uploads
from eduportal.shared.uploads import Unreadable

NEEDED = ("이름", "날")
pytestmark = pytest.mark.usefixtures("speaking")


@pytest.fixture(scope="module")
def backend() -> str:
    """No rows are read, so one database is enough."""
    return "sqlite"


@pytest.fixture
def speaking(app: Flask) -> None:
    """Sentences need the portal's language."""


def csv_of(text: str, encoding: str = "utf-8") -> bytes:
    return text.encode(encoding)


def workbook(*rows: list[object], merged: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    if merged:
        sheet.merge_cells(merged)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def sentence_about(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        uploads.read(content, NEEDED)
    return refused.value.sentence


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_korean_is_read_as_offices_save_it(encoding: str) -> None:
    upload = uploads.read(csv_of("이름,날\r\n홍길동,2027-01-05\r\n", encoding), NEEDED)

    assert upload.lines[0].cells == {"이름": "홍길동", "날": "2027-01-05"}


def test_columns_stand_in_any_order_and_others_are_let_be() -> None:
    upload = uploads.read(csv_of("날,코드,이름\n2027-01-05,77,홍길동\n"), NEEDED)

    assert upload.lines[0].cells == {"날": "2027-01-05", "코드": "77", "이름": "홍길동"}


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    upload = uploads.read(csv_of('이름,날\n"두\n줄",a\n\n셋,b\n'), NEEDED)

    assert [line.number for line in upload.lines] == [2, 5]


def test_short_lines_are_filled_and_long_ones_are_told() -> None:
    upload = uploads.read(csv_of("이름,날\n하나\n둘,2,3\n셋,3,,\n"), NEEDED)

    assert upload.lines[0].cells == {"이름": "하나", "날": ""}
    assert [line.extra for line in upload.lines] == [False, True, False]


def test_syllables_that_a_mac_writes_in_parts_are_put_together() -> None:
    parts = "\u110b\u1175\u1105\u1173\u11b7"  # 이름
    assert "이름" in uploads.read(csv_of(f"{parts},날\n1,2\n"), NEEDED).columns


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_get_one_sentence(encoding: str) -> None:
    assert "UTF-8이나 CP949" in sentence_about(csv_of("이름,날\n1,2\n", encoding))


def test_japanese_bytes_get_one_sentence() -> None:
    assert "UTF-8이나 CP949" in sentence_about(csv_of("名前,日付\nテスト,1\n", "euc-jp"))


def test_a_missing_column_is_named() -> None:
    assert sentence_about(csv_of("이름\n1\n")) == "날 열이 없습니다."


def test_a_quote_without_its_end_is_told_by_its_line() -> None:
    assert sentence_about(csv_of('이름,날\n1,2\n"3,4\n')).startswith("3번째 줄부터")


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_an_empty_file_gets_one_sentence(content: bytes) -> None:
    assert "열 이름을 찾지 못했습니다" in sentence_about(content)


def test_an_old_workbook_says_how_to_save_it() -> None:
    assert ".xlsx" in sentence_about(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


@pytest.mark.parametrize("content", [b"PK\x03\x04nonsense", b"PK\x03\x04"])
def test_a_broken_workbook_gets_one_sentence(content: bytes) -> None:
    assert "엑셀 파일을 열 수 없습니다" in sentence_about(content)


def test_a_workbook_that_unfolds_to_a_mountain_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_UNFOLDED", 1000)

    assert "너무 큽니다" in sentence_about(workbook(["이름", "날"], [1, 2]))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (28, "28"),
        (28.0, "28"),
        (2.5, "2.5"),
        (datetime(2027, 1, 5), "2027-01-05"),  # noqa: DTZ001 (a workbook knows no zones)
        (date(2027, 1, 5), "2027-01-05"),
        (time(10, 0), "10:00"),
        (time(10, 0, 30), "10:00:30"),
        (timedelta(hours=9, minutes=30), "09:30"),
        (None, ""),
        ("홍길동", "홍길동"),
    ],
)
def test_a_workbooks_cells_become_text(cell: object, text: str) -> None:
    upload = uploads.read(workbook(["이름", "날"], ["x", cell]), NEEDED)

    assert upload.lines[0].cells["날"] == text


def test_a_workbooks_head_may_stand_below_a_title() -> None:
    upload = uploads.read(workbook(["2027년 강좌"], [], ["이름", "날"], ["가", 1]), NEEDED)

    assert (upload.lines[0].number, upload.lines[0].cells["이름"]) == (4, "가")


def test_a_merged_title_is_no_matter() -> None:
    content = workbook(["2027년 강좌", ""], ["이름", "날"], ["가", 1], merged="A1:B1")

    assert uploads.read(content, NEEDED).lines


def test_merged_cells_in_the_table_are_named() -> None:
    content = workbook(["이름", "날"], ["가", 1], ["", 2], merged="A2:A3")

    assert "A2:A3" in sentence_about(content)
    assert "셀 병합" in sentence_about(content)


def test_merged_cells_beside_the_table_are_no_matter() -> None:
    content = workbook(["이름", "날"], ["가", 1], merged="E2:F2")

    assert uploads.read(content, NEEDED).lines


@pytest.mark.parametrize("make", [csv_of, lambda text: workbook(*[[text], ["이름", "날"]])])
def test_a_resident_number_is_found_without_reading_in_earnest(
    make: Callable[[str], bytes],
) -> None:
    assert uploads.holds_resident_number(make("900101-1234567"))
    assert not uploads.holds_resident_number(make("2027-01-05"))
