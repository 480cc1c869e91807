import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import openpyxl
import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eduportal.accounts.rules import Role
from eduportal.catalog.models import Center
from eduportal.shared.db import db
from eduportal.statistics import queries
from tests import factories
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.statistics.files import OF_2019, brought_in, csv_of

NOW = "2026-12-01 12:00 +0900"
HOME = "/office/statistics"
YEAR = f"{HOME}/year?year=2019&as_of=2019-05-31"
RUNS = f"{HOME}/runs?year=2019&as_of=2019-05-31&metric=runs"
PAGES = [
    *(HOME, f"{HOME}/month", f"{HOME}/month.csv", f"{HOME}/month.xlsx"),
    *(f"{HOME}/year", f"{HOME}/year.csv", f"{HOME}/year.xlsx", f"{HOME}/year-by-month.csv"),
    *(RUNS, RUNS.replace("runs?", "runs.csv?"), RUNS.replace("runs?", "runs.xlsx?")),
]


@pytest.fixture(autouse=True)
def office(app: Flask) -> Iterator[None]:
    """An office, at noon of 1 December 2026."""
    with time_machine.travel(NOW, tick=False):
        factories.create_office()
        yield


@pytest.fixture
def admin(client: FlaskClient) -> FlaskClient:
    """A browser in which an administrator is signed in."""
    sign_in_to_work(client, factories.create_staff())
    return client


def page(client: FlaskClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.text


def csv_lines(response: TestResponse) -> list[list[str]]:
    assert response.status_code == 200
    return list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"), newline="")))


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that the database is asked in the meantime."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_asked_to_sign_in(client: FlaskClient, path: str) -> None:
    response = client.get(path)

    assert (response.status_code, response.location) == (303, "/sign-in/work")


@pytest.mark.parametrize("path", PAGES)
def test_a_resident_may_not_look(client: FlaskClient, path: str) -> None:
    sign_in(client, factories.create_person())

    assert client.get(path).status_code == 403


def test_an_instructor_may_not_look(client: FlaskClient) -> None:
    center = factories.create_center()
    sign_in_to_work(client, factories.create_staff(center, Role.INSTRUCTOR))

    assert client.get(f"{HOME}/month").status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_an_administrator_may(admin: FlaskClient, path: str) -> None:
    brought_in(OF_2019)

    assert admin.get(path, follow_redirects=True).status_code == 200


def test_staff_see_their_own_center_and_no_other(client: FlaskClient) -> None:
    brought_in(OF_2019)
    own, other = db.session.scalars(sa.select(Center).order_by(Center.id).limit(2))
    sign_in_to_work(client, factories.create_staff(own))

    assert "구민: 29회 661명" in page(client, YEAR)
    assert "제2정보문화센터" not in page(client, YEAR)
    assert "합계 29개 강좌" in page(client, RUNS)
    assert "제2정보문화센터" not in client.get(RUNS.replace("runs?", "runs.csv?")).text
    assert client.get(f"{RUNS}&center={own.id}").status_code == 200
    assert client.get(f"{RUNS}&center={other.id}").status_code == 404


def test_the_page_says_what_the_reports_say(admin: FlaskClient) -> None:
    brought_in(OF_2019)
    shown = page(admin, YEAR)

    assert "구민: 87회 1,998명(정규 80회 1,821명, 무료특강 7회 177명)" in shown
    assert "직원: 6회 142명" in shown
    assert "2019. 1. 1. ~ 2019. 5. 31. · 2019. 5. 31.(금) 기준" in shown
    assert "수강인원(명)</dt>" in shown
    assert "2019년 월별 교육 실적" in shown


def test_a_number_opens_the_runs_behind_it(admin: FlaskClient) -> None:
    brought_in(OF_2019)
    link = "track=%EC%B0%BD%EC%97%85%C2%B7%EC%B7%A8%EC%97%85&amp;metric=enrollments"
    assert f"audience=resident&amp;{link}" in page(admin, YEAR)

    shown = page(
        admin,
        f"{HOME}/runs?year=2019&as_of=2019-05-31&audience=resident&track=창업·취업"
        "&metric=enrollments",
    )
    assert "2019년 · 구민 · 창업·취업 · 수강인원 80명의 강좌" in shown
    assert "합계 4개 강좌" in shown
    for title in ("인터넷쇼핑몰만들기", "코딩엔트리기초", "1인개인방송", "ITQ파워포인트"):
        assert title in shown


def test_a_run_of_the_portal_is_one_more_click_away(admin: FlaskClient) -> None:
    run = factories.create_run(starts_in=-timedelta(hours=3))

    shown = page(admin, f"{HOME}/runs?month=2026-12&as_of=2026-12-01&metric=runs")
    assert f'href="/office/runs/{run.id}"' in shown


def test_without_a_choice_it_is_this_month_as_of_today(admin: FlaskClient) -> None:
    factories.create_run(starts_in=-timedelta(hours=3))

    assert "2026년 12월 교육 실적" in page(admin, f"{HOME}/month")
    assert "2026. 12. 1. ~ 2026. 12. 1. · 2026. 12. 1.(화) 기준" in page(admin, f"{HOME}/month")
    assert "2026년 교육 실적 누계" in page(admin, f"{HOME}/year")


def test_a_period_without_runs_says_so(admin: FlaskClient) -> None:
    shown = page(admin, f"{HOME}/month?month=2015-01")

    assert "강좌가 없습니다" in shown
    assert "<table" not in shown
    assert "이 수에 든 강좌가 없습니다." in page(admin, RUNS)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("month?month=abc", "달을 다시 확인해 주세요. 예: 2019-05"),
        ("month?month=", "달을 입력해 주세요. 예: 2019-05"),
        ("month?month=2028-01", "2027년 12월까지 볼 수 있습니다."),
        ("month?month=1989-12", "1990년 1월부터 볼 수 있습니다."),
        ("month?month=2019-05&as_of=2026-12-02", "기준일은 오늘(2026-12-01)까지"),
        ("month?month=2019-05&as_of=x", "날짜를 다시 확인해 주세요."),
        ("month.csv?month=abc", "달을 다시 확인해 주세요. 예: 2019-05"),
        ("month.xlsx?month=abc", "달을 다시 확인해 주세요. 예: 2019-05"),
        ("year?year=abc", "연도를 다시 확인해 주세요. 예: 2019"),
        ("year.csv?year=", "연도를 입력해 주세요. 예: 2019"),
        ("year-by-month.csv?year=2028", "2027년 12월까지 볼 수 있습니다."),
    ],
)
def test_what_cannot_be_read_is_said_and_kept(
    admin: FlaskClient, query: str, sentence: str
) -> None:
    response = admin.get(f"{HOME}/{query}")

    assert response.status_code == 422
    assert sentence in response.text
    typed = query.rpartition("=")[2]
    assert f'value="{typed}"' in response.text


@pytest.mark.parametrize(
    "query",
    [
        *("", "metric=runs", "month=2019-05&metric=runs", "month=2019-05&as_of=2019-05-31"),
        "month=2019-05&as_of=2019-05-31&metric=nothing",
        "month=2019-05&as_of=2019-05-31&metric=runs&audience=x",
        "month=2019-05&as_of=2019-05-31&metric=runs&center=x",
        "month=2019-05&as_of=2019-05-31&metric=runs&center=99",
        "month=x&as_of=2019-05-31&metric=runs",
    ],
)
def test_an_address_that_makes_no_sense_leads_nowhere(admin: FlaskClient, query: str) -> None:
    assert admin.get(f"{HOME}/runs?{query}").status_code == 404
    assert admin.get(f"{HOME}/runs.csv?{query}").status_code == 404


def test_csv_has_the_numbers_of_the_page(admin: FlaskClient) -> None:
    brought_in(OF_2019)
    response = admin.get(YEAR.replace("year?", "year.csv?"))
    lines = csv_lines(response)

    assert lines[0][:6] == ["교육장", "대상", "구분", "분야", "강좌 수(회)", "정원(명)"]
    total = next(line for line in lines if line[:2] == ["합계", "모두"])
    assert total[4:] == ["93", "2442", "2317", "2140", "87.6", "1840", "86.0", "0"]
    assert "2019-05-31" in response.headers["Content-Disposition"]
    assert response.headers["Cache-Control"] == "no-store"


def test_csv_by_month_adds_up_to_the_year(admin: FlaskClient) -> None:
    brought_in(OF_2019)
    lines = csv_lines(admin.get(YEAR.replace("year?", "year-by-month.csv?")))

    residents = [line for line in lines if line and line[0] == "구민"]
    assert [line[1] for line in residents] == ["1월", "2월", "3월", "4월", "5월", "계"]
    assert sum(int(line[5]) for line in residents[:-1]) == int(residents[-1][5]) == 1998


def test_xlsx_has_every_table_that_has_rows_with_numbers_as_numbers(admin: FlaskClient) -> None:
    brought_in(OF_2019)
    response = admin.get(YEAR.replace("year?", "year.xlsx?"))
    workbook = openpyxl.load_workbook(io.BytesIO(response.data))

    assert workbook.sheetnames == [
        "1 2019년 교육 실적 누계",
        "2 2019년 월별 교육 실적",
    ]
    rows = list(workbook.worksheets[0].iter_rows(values_only=True))
    total = next(row for row in rows if row[:2] == ("합계", "모두"))
    assert total[4:] == (93, 2442, 2317, 2140, 87.6, 1840, 86, 0)


def test_xlsx_of_a_month_has_the_people_beside_the_results(admin: FlaskClient) -> None:
    factories.create_booking(factories.create_run(starts_in=-timedelta(hours=3)))
    workbook = openpyxl.load_workbook(io.BytesIO(admin.get(f"{HOME}/month.xlsx").data))

    assert workbook.sheetnames == ["1 2026년 12월 교육 실적", "2 실인원과 출석"]
    rows = list(workbook.worksheets[1].iter_rows(values_only=True))
    assert ("합계", 1, 1, 0) in rows


def test_a_title_that_is_a_formula_runs_nowhere(admin: FlaskClient) -> None:
    brought_in(csv_of({"강좌명": "=HYPERLINK(1)", "분야": "@기초"}))

    lines = csv_lines(admin.get(RUNS.replace("runs?", "runs.csv?")))
    assert lines[1][0] == "'=HYPERLINK(1)"
    workbook = openpyxl.load_workbook(
        io.BytesIO(admin.get(RUNS.replace("runs?", "runs.xlsx?")).data)
    )
    cell = next(row[0] for row in workbook.worksheets[0].iter_rows() if row[9].value == 28)
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


def test_the_number_of_queries_does_not_grow_with_runs(admin: FlaskClient) -> None:
    brought_in(csv_of({}))
    with statements() as few:
        page(admin, YEAR)
    brought_in(OF_2019)
    with statements() as many:
        page(admin, YEAR)

    assert len(few) == len(many)


def test_a_table_takes_two_queries(app: Flask) -> None:
    brought_in(OF_2019)
    with statements() as asked:
        queries.month_table(date(2019, 5, 1), date(2019, 5, 31))

    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 2
