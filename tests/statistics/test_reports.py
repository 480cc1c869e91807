"""The figures of 2019, as the office published them, out of the constructed rows."""

from datetime import date

import pytest
import time_machine
from flask.testing import FlaskCliRunner

from eduportal.accounts.rules import Audience
from eduportal.catalog.models import CenterName
from eduportal.shared.db import db
from eduportal.shared.tables import Role, Table, Value
from eduportal.statistics import queries
from eduportal.statistics.metrics import COUNTS
from tests import factories
from tests.statistics.files import OF_2019, brought_in, csv_of

END_OF_MAY = date(2019, 5, 31)
pytestmark = pytest.mark.usefixtures("app")


def cells(table: Table) -> dict[tuple[str, ...], dict[str, Value]]:
    """The numbers of each row by its heads and the metric."""
    heads = sum(not column.numeric for column in table.columns)
    return {
        tuple(str(cell.value) for cell in row.cells[:heads]): {
            column.metric: cell.value
            for column, cell in zip(table.columns[heads:], row.cells[heads:], strict=True)
        }
        for row in table.rows
    }


def figures(table: Table, *heads: str) -> tuple[Value, Value]:
    """Runs and enrollments of a row."""
    row = cells(table)[heads]
    return row["runs"], row["enrollments"]


def parts(table: Table) -> list[dict[str, Value]]:
    """The rows of the centers, without any sum."""
    rows = [row for group in table.groups[:-1] for row in group.rows if row.role is Role.PART]
    return [
        {column.metric: cell.value for column, cell in zip(table.columns, row.cells, strict=True)}
        for row in rows
    ]


def test_2019_as_of_may_reads_as_published() -> None:
    brought_in(OF_2019)
    table = queries.year_table(2019, END_OF_MAY)

    assert figures(table, "합계", "구민", "계", "계") == (87, 1998)
    assert figures(table, "합계", "구민", "정규", "계") == (80, 1821)
    assert figures(table, "합계", "구민", "무료특강", "계") == (7, 177)
    assert figures(table, "합계", "구민", "계", "창업·취업") == (4, 80)
    assert figures(table, "합계", "직원", "계", "계") == (6, 142)
    assert figures(table, "합계", "모두", "계", "계") == (93, 2140)
    assert table.summary == (
        "구민: 87회 1,998명(정규 80회 1,821명, 무료특강 7회 177명)",
        "구민 분야별: 기초·활용 83회 1,918명, 창업·취업 4회 80명",
        "직원: 6회 142명",
    )


def test_the_two_reports_print_these_figures(runner: FlaskCliRunner) -> None:
    brought_in(OF_2019)

    year = runner.invoke(args=["report", "year", "2019", "--as-of", "2019-05-31"])
    month = runner.invoke(args=["report", "month", "2019-05"])

    assert (year.exit_code, month.exit_code) == (0, 0)
    assert "구민: 87회 1,998명(정규 80회 1,821명, 무료특강 7회 177명)" in year.output
    assert "창업·취업 4회 80명" in year.output
    assert "직원: 6회 142명" in year.output
    assert "2019. 1. 1. ~ 2019. 5. 31. · 2019. 5. 31.(금) 기준" in year.output
    assert "구민: 20회 465명(정규 19회 437명, 무료특강 1회 28명)" in month.output
    assert "※ 수강인원(명): 강좌별 합계입니다." in month.output


def test_another_file_gives_other_figures() -> None:
    brought_in(csv_of({}, {"강좌명": "특강", "구분": "무료특강", "수강인원": "5", "수료인원": "5"}))
    table = queries.year_table(2019, END_OF_MAY)

    assert table.summary == (
        "구민: 2회 25명(정규 1회 20명, 무료특강 1회 5명)",
        "직원: 0회 0명",
    )


def test_a_past_run_belongs_to_the_month_it_starts_in() -> None:
    brought_in(csv_of({"시작일": "2019-04-30"}))

    assert queries.month_table(date(2019, 5, 1), END_OF_MAY).groups == ()
    april = queries.month_table(date(2019, 4, 1), END_OF_MAY)
    assert figures(april, "합계", "모두", "계", "계") == (1, 20)


def test_a_past_run_counts_from_its_first_day_and_its_completions_from_its_last() -> None:
    brought_in(csv_of({}))
    month = date(2019, 5, 1)

    assert queries.month_table(month, date(2019, 5, 1)).groups == ()
    during = cells(queries.month_table(month, date(2019, 5, 19)))["합계", "모두", "계", "계"]
    after = cells(queries.month_table(month, date(2019, 5, 20)))["합계", "모두", "계", "계"]
    assert (during["runs"], during["enrollments"], during["completions"]) == (1, 20, 0)
    assert (after["runs"], after["enrollments"], after["completions"]) == (1, 20, 15)


@pytest.mark.parametrize("as_of", [date(2019, 1, 31), date(2019, 4, 3), END_OF_MAY])
def test_totals_are_the_sums_of_their_parts(as_of: date) -> None:
    brought_in(OF_2019)
    table = queries.year_table(2019, as_of)
    total = cells(table)["합계", "모두", "계", "계"]
    audiences = [cells(table)["합계", audience.label, "계", "계"] for audience in Audience]
    months = queries.months_table(2019, as_of)

    for name in (metric.name for metric in COUNTS):
        assert total[name] == sum(int(str(row[name])) for row in parts(table))
        assert total[name] == sum(int(str(row[name])) for row in audiences)
        assert total[name] == cells(months)["합계", "계"][name]
        assert total[name] == sum(int(str(row[name])) for row in parts(months))


def test_rates_come_from_totals_and_are_no_averages() -> None:
    brought_in(
        csv_of(
            {"정원": "10", "신청인원": "10", "수강인원": "10", "수료인원": "10"},
            {"강좌명": "엑셀", "정원": "30", "신청인원": "5", "수강인원": "5", "수료인원": "0"},
        )
    )
    total = cells(queries.year_table(2019, END_OF_MAY))["합계", "모두", "계", "계"]

    assert (str(total["fill-rate"]), str(total["completion-rate"])) == ("37.5", "66.7")


def test_a_rate_of_nothing_is_left_empty() -> None:
    brought_in(csv_of({}))
    employees = cells(queries.year_table(2019, END_OF_MAY))["합계", "직원", "계", "계"]

    assert (employees["fill-rate"], employees["completion-rate"]) == (None, None)


def test_a_center_keeps_its_figures_through_a_renaming_which_is_noted() -> None:
    center = factories.create_center("제2정보문화센터")
    center.names[0].valid_until = date(2019, 5, 1)
    db.session.add(
        CenterName(center_id=center.id, name="정보문화센터", valid_from=date(2019, 5, 2))
    )
    db.session.commit()
    brought_in(csv_of({"교육장": "제2정보문화센터", "시작일": "2019-03-04"}, {}))

    before = queries.year_table(2019, date(2019, 4, 30))
    after = queries.year_table(2019, END_OF_MAY)

    assert figures(before, "제2정보문화센터", "소계", "", "") == (1, 20)
    assert figures(after, "정보문화센터", "소계", "", "") == (2, 40)
    remark = "“제2정보문화센터” → “정보문화센터” 명칭 변경(2019. 5. 2.)"
    assert remark not in [note.text for note in before.footnotes]
    assert remark in [note.text for note in after.footnotes]


def test_centers_that_are_not_ones_own_are_left_out() -> None:
    brought_in(OF_2019)
    center_id = next(iter(queries.center_names()))
    own = queries.year_table(2019, END_OF_MAY, frozenset({center_id}))

    assert [group.title for group in own.groups] == ["제1정보문화센터", "합계"]
    assert figures(own, "합계", "모두", "계", "계") == (29, 661)
    assert queries.year_table(2019, END_OF_MAY, frozenset()).groups == ()


def test_every_number_opens_the_runs_that_it_counts() -> None:
    brought_in(OF_2019)
    table = queries.year_table(2019, END_OF_MAY)
    names = queries.center_names()

    assert len(names) == 4
    for row in table.rows:
        for column, cell in zip(table.columns, row.cells, strict=True):
            assert (cell.behind is not None) == (
                column.numeric and column.metric != "cancelled-runs"
            )


@time_machine.travel("2026-12-01 12:00 +0900", tick=False)
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["month", "abc"], "달을 다시 확인해 주세요. 예: 2019-05"),
        (["month", "2019-13"], "달을 다시 확인해 주세요. 예: 2019-05"),
        (["month", "1989-12"], "1990년 1월부터 볼 수 있습니다."),
        (["month", "2028-01"], "2027년 12월까지 볼 수 있습니다."),
        (["year", "두천십구"], "연도를 다시 확인해 주세요. 예: 2019"),
        (["year", "2019", "--as-of", "x"], "기준일을 다시 확인해 주세요. 예: 2019-05-31"),
        (
            ["year", "2019", "--as-of", "2026-12-02"],
            "기준일은 오늘(2026-12-01)까지 고를 수 있습니다.",
        ),
    ],
)
def test_a_report_that_cannot_be_made_says_why_and_fails(
    runner: FlaskCliRunner, words: list[str], sentence: str
) -> None:
    result = runner.invoke(args=["report", *words])

    assert result.exit_code == 2
    assert result.output == f"eduportal: {sentence}\n"
