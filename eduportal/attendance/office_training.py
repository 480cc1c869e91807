"""Staff: the list of employees' training for the personnel system, on a page and as a file."""

from datetime import date

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms import RadioField, TextAreaField
from wtforms.validators import ValidationError

from eduportal.attendance.training_hours import learned_in, learned_table
from eduportal.catalog.forms import SearchForm
from eduportal.shared import clock, dates, events, guard
from eduportal.shared.downloads import csv_download, xlsx_download
from eduportal.shared.forms import DayField, Form, at_most, chosen, options, required
from eduportal.shared.forms import lazy as _l
from eduportal.shared.guard import staff
from eduportal.shared.tables import Table

Answer = str | Response | tuple[str, int]

blueprint = Blueprint(
    "attendance_training", __name__, url_prefix="/office/training", template_folder="templates"
)


class PeriodForm(SearchForm):
    """From which day to which."""

    first = DayField(_l("첫날"), [required()])
    last = DayField(_l("마지막 날"), [required()])

    def validate_last(self, field: DayField) -> None:
        """Not before the first day."""
        if self.first.data and field.data and field.data < self.first.data:
            raise ValidationError(_("마지막 날은 첫날보다 앞설 수 없습니다."))

    @property
    def days(self) -> tuple[date, date]:
        """The period, once it is valid."""
        return self.first.data or clock.today(), self.last.data or clock.today()


class DownloadForm(Form):
    """Why somebody takes people's data out of the portal, and in which form."""

    first = DayField(_l("첫날"), [required()])
    last = DayField(_l("마지막 날"), [required()])
    ending = RadioField(
        _l("파일"),
        [chosen()],
        choices=options([("xlsx", _l("엑셀(XLSX)")), ("csv", _l("CSV"))]),
        default="xlsx",
    )
    reason = TextAreaField(
        _l("내려받는 사유"),
        [required(_l("사유를 적어 주세요. 예: 12월 상시학습 인사 시스템 등록")), at_most(150)],
    )


@blueprint.route("")
@staff
def index() -> Answer:
    """The list of a period, names and numbers masked."""
    form = PeriodForm(request.args) if request.args else PeriodForm(data=_this_month())
    if request.args and not form.validate():
        return _page(form, None), 422
    return _page(form, DownloadForm(data=_days(form.days)))


@blueprint.route("/file", methods=["POST"])
@staff
def download() -> Answer:
    """The list as a file, names and numbers whole: a POST, since a reason goes with it."""
    form = DownloadForm()
    if not form.validate_on_submit():
        days = form.first.data or clock.today(), form.last.data or clock.today()
        return _page(PeriodForm(data=_days(days)), form), 422
    first, last = form.first.data or clock.today(), form.last.data or clock.today()
    table = _table(first, last, masked=False)
    what = f"training list {first}~{last}, {form.ending.data}: {form.reason.data}"
    events.looked_at(guard.by(), what[:200], address=request.remote_addr)
    filename = f"{table.title} ({first}~{last}).{form.ending.data}"
    return (xlsx_download if form.ending.data == "xlsx" else csv_download)(table, filename)


def _page(form: PeriodForm, download: DownloadForm | None) -> str:
    table = None
    if download:
        table = _table(*form.days, masked=True)
        events.looked_at(guard.by(), "training list", address=request.remote_addr)
    return render_template(
        "attendance/training/index.html", form=form, download=download, table=table
    )


def _table(first: date, last: date, masked: bool) -> Table:
    return learned_table(first, last, learned_in(first, last, guard.center_ids()), masked)


def _this_month() -> dict[str, date]:
    return _days((dates.first_of_month(clock.today()), clock.today()))


def _days(days: tuple[date, date]) -> dict[str, date]:
    return {"first": days[0], "last": days[1]}
