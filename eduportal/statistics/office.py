"""Staff: the figures of a month and of a year, and the runs behind each number."""

from collections.abc import Callable, Sequence
from datetime import date

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from eduportal.shared import clock
from eduportal.shared.downloads import csv_download, xlsx_download
from eduportal.shared.guard import center_ids, viewer
from eduportal.shared.tables import Table
from eduportal.statistics import queries
from eduportal.statistics.figures import Slice
from eduportal.statistics.forms import MonthForm, ReportForm, SliceForm, YearForm
from eduportal.statistics.rules import Period

Answer = str | Response | tuple[str, int]
Tables = Sequence[Table]
Printer = Callable[[ReportForm, Tables], Answer]

blueprint = Blueprint(
    "statistics_office", __name__, url_prefix="/office/statistics", template_folder="templates"
)


@blueprint.route("")
@viewer
def index() -> Answer:
    """This month."""
    return redirect(url_for("statistics_office.month"), 303)


@blueprint.route("/month")
@viewer
def month() -> Answer:
    """A month as of a day."""
    return _answer(_month_form(), _month_tables, _page)


@blueprint.route("/month.csv")
@viewer
def month_csv() -> Answer:
    """The month's first table as CSV."""
    return _answer(_month_form(), _month_tables, _csv)


@blueprint.route("/month.xlsx")
@viewer
def month_xlsx() -> Answer:
    """The month's tables as an Excel workbook."""
    return _answer(_month_form(), _month_tables, _xlsx)


@blueprint.route("/year")
@viewer
def year() -> Answer:
    """A year so far, as of a day."""
    return _answer(_year_form(), _year_tables, _page)


@blueprint.route("/year.csv")
@viewer
def year_csv() -> Answer:
    """The year's first table as CSV."""
    return _answer(_year_form(), _year_tables, _csv)


@blueprint.route("/year-by-month.csv")
@viewer
def year_by_month_csv() -> Answer:
    """The year month by month, as CSV."""
    return _answer(_year_form(), _months_only, _csv)


@blueprint.route("/year.xlsx")
@viewer
def year_xlsx() -> Answer:
    """The year's tables as an Excel workbook."""
    return _answer(_year_form(), _year_tables, _xlsx)


@blueprint.route("/runs")
@viewer
def runs() -> Answer:
    """The runs that a number counts."""
    asked, table = _runs_behind()
    return render_template("statistics/runs.html", table=table, asked=asked)


@blueprint.route("/runs.csv")
@viewer
def runs_csv() -> Answer:
    """The runs that a number counts, as CSV."""
    asked, table = _runs_behind()
    return csv_download(table, _filename(table, asked.as_of, "csv"))


@blueprint.route("/runs.xlsx")
@viewer
def runs_xlsx() -> Answer:
    """The runs that a number counts, as an Excel workbook."""
    asked, table = _runs_behind()
    return xlsx_download(table, _filename(table, asked.as_of, "xlsx"))


def _answer(
    form: ReportForm,
    tables: Callable[[Period, date], Tables],
    printed: Printer,
) -> Answer:
    """The tables, printed; where the form does not say of what, the page that says so."""
    if not form.validate():
        return _page(form, ()), 422
    return printed(form, tables(form.period, form.day))


def _page(form: ReportForm, tables: Tables) -> str:
    return render_template("statistics/report.html", form=form, tables=tables)


def _csv(form: ReportForm, tables: Tables) -> Response:
    return csv_download(tables[0], _filename(tables[0], form.day, "csv"))


def _xlsx(form: ReportForm, tables: Tables) -> Response:
    first, *others = tables
    filled = [table for table in others if table.groups]
    return xlsx_download(first, _filename(first, form.day, "xlsx"), *filled)


def _month_tables(period: Period, as_of: date) -> Tables:
    return (
        queries.month_table(period.first, as_of, center_ids()),
        queries.people_table(period, as_of, center_ids()),
    )


def _year_tables(period: Period, as_of: date) -> Tables:
    return (
        queries.year_table(period.first.year, as_of, center_ids()),
        *_months_only(period, as_of),
        queries.people_table(period, as_of, center_ids()),
    )


def _months_only(period: Period, as_of: date) -> Tables:
    return (queries.months_table(period.first.year, as_of, center_ids()),)


def _runs_behind() -> tuple[Slice, Table]:
    asked = SliceForm(request.args).asked()
    table = queries.runs_behind(asked, center_ids()) if asked else None
    if asked is None or table is None:
        abort(404)
    return asked, table


def _month_form() -> MonthForm:
    return MonthForm(_args(month=f"{clock.today():%Y-%m}"))


def _year_form() -> YearForm:
    return YearForm(_args(year=f"{clock.today():%Y}"))


def _args(**usual: str) -> MultiDict[str, str]:
    """What the address asks for; today's where it says nothing."""
    usual["as_of"] = clock.today().isoformat()
    return MultiDict({**usual, **request.args.to_dict()})


def _filename(table: Table, as_of: date, ending: str) -> str:
    """`2019년 5월 교육 실적 (2019-05-31 기준).csv`."""
    return _("%(title)s (%(day)s 기준)", title=table.title, day=as_of) + f".{ending}"
