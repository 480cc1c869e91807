"""Staff: who teaches, what and when, and how many hours a month."""

from collections.abc import Callable
from datetime import date
from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.catalog.actions import instructors as actions
from eduportal.catalog.forms import chosen_in
from eduportal.catalog.forms.instructors import (
    AbsenceForm,
    AccountForm,
    CoursesForm,
    HoursForm,
    InstructorFilterForm,
    InstructorForm,
)
from eduportal.catalog.forms.search import MonthForm
from eduportal.catalog.models import Instructor
from eduportal.catalog.queries import courses as all_courses
from eduportal.catalog.queries import teaching as queries
from eduportal.catalog.rules import WEEKDAYS
from eduportal.catalog.teaching_hours import held_in, month_table, months_of
from eduportal.shared import clock, dates, events, guard
from eduportal.shared.downloads import csv_download, xlsx_download
from eduportal.shared.forms import Form, carried_out, options
from eduportal.shared.guard import admin, staff
from eduportal.shared.refusal import Refused
from eduportal.shared.tables import Table

Answer = str | Response | tuple[str, int]

blueprint = Blueprint(
    "catalog_instructors", __name__, url_prefix="/office/instructors", template_folder="templates"
)


@blueprint.route("")
@staff
def index() -> str:
    """Everybody who teaches, or no longer does."""
    form = InstructorFilterForm(request.args)
    form.validate()
    active = form.active.data != "no"
    lines = queries.instructor_lines(active, chosen_in(form.words))
    events.looked_at(guard.by(), "instructors", address=request.remote_addr)
    return render_template("catalog/instructors/index.html", form=form, lines=lines, active=active)


@blueprint.route("/new", methods=["GET", "POST"])
@staff
def new() -> Answer:
    """Add somebody who teaches, without an account for now."""
    form = InstructorForm()
    if form.validate_on_submit():
        wanted = form.wanted
        instructor_id = actions.add_instructor(guard.by(), None, wanted.name, wanted.phone)
        flash(_("강사를 더했습니다. 맡을 수 있는 과정과 시간을 정해 주세요."))
        return _to(instructor_id)
    return _page("catalog/instructors/edit.html", form, instructor=None)


@blueprint.route("/<int:instructor_id>")
@staff
def instructor(instructor_id: int) -> str:
    """One who teaches: what, when, and the classes to come."""
    return _instructor_page(_instructor(instructor_id))


@blueprint.route("/<int:instructor_id>/edit", methods=["GET", "POST"])
@staff
def edit(instructor_id: int) -> Answer:
    """Change what the office keeps of them."""
    one = _instructor(instructor_id)
    form = InstructorForm(name=one.name, phone=one.phone, seen_name=one.name, seen_phone=one.phone)

    def act() -> None:
        actions.edit_instructor(guard.by(), instructor_id, form.seen, form.wanted)

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("저장했습니다."))
        return _to(instructor_id)
    _looked(instructor_id)
    return _page("catalog/instructors/edit.html", form, instructor=one)


@blueprint.route("/<int:instructor_id>/account", methods=["GET", "POST"])
@admin
def account(instructor_id: int) -> Answer:
    """Let somebody who was added without an account sign in."""
    one, form = _instructor(instructor_id), AccountForm()
    if one.account_id is not None:
        abort(404)
    form.other_id.choices = options(queries.accounts_to_take())
    act = partial(_take_account, instructor_id, form)
    if form.validate_on_submit() and carried_out(form, act):
        flash(_("이제 이 계정으로 로그인합니다."))
        return _to(instructor_id)
    return _page("catalog/instructors/account.html", form, instructor=one)


@blueprint.route("/<int:instructor_id>/activity", methods=["POST"])
@staff
def change_activity(instructor_id: int) -> Answer:
    """Let them teach, or no longer."""
    wanted = request.form.get("active")
    if wanted not in ("yes", "no"):
        abort(400)
    active = wanted == "yes"
    try:
        actions.set_active(guard.by(), instructor_id, active)
    except Refused as refused:
        return _instructor_page(_instructor(instructor_id), refused.sentence), 409
    flash(_("다시 활동합니다.") if active else _("활동을 마친 것으로 바꾸었습니다."))
    return _to(instructor_id)


@blueprint.route("/<int:instructor_id>/courses", methods=["GET", "POST"])
@staff
def courses(instructor_id: int) -> Answer:
    """Which courses they may teach."""
    one, listed = _instructor(instructor_id), queries.course_ids_of(instructor_id)
    form = CoursesForm(courses=listed, seen=",".join(map(str, listed)))
    form.courses.choices = options((course.id, course.title) for course in all_courses())

    def act() -> None:
        wanted = form.courses.data or []
        actions.set_courses(guard.by(), instructor_id, form.seen_ids, wanted)

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("맡을 수 있는 과정을 저장했습니다."))
        return _warned(instructor_id)
    return _page("catalog/instructors/courses.html", form, instructor=one)


@blueprint.route("/<int:instructor_id>/hours", methods=["GET", "POST"])
@staff
def hours(instructor_id: int) -> Answer:
    """When they can teach, week by week."""
    one, form = _instructor(instructor_id), HoursForm()

    def act() -> None:
        weekdays = form.weekdays.data or []
        actions.add_hours(guard.by(), instructor_id, weekdays, form.stretch())

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("수업할 수 있는 시간을 더했습니다."))
        return _warned(instructor_id)
    rows = queries.hours_of(instructor_id)
    return _page(
        "catalog/instructors/hours.html", form, instructor=one, hours=rows, weekdays=WEEKDAYS
    )


@blueprint.route("/<int:instructor_id>/hours/<int:hours_id>/removal", methods=["POST"])
@staff
def remove_hours(instructor_id: int, hours_id: int) -> Response:
    """Take a stretch away."""
    actions.remove_hours(guard.by(), instructor_id, hours_id)
    flash(_("수업할 수 있는 시간을 지웠습니다."))
    return _warned(instructor_id)


@blueprint.route("/<int:instructor_id>/absences", methods=["GET", "POST"])
@staff
def absences(instructor_id: int) -> Answer:
    """Days on which they cannot teach."""
    one, form = _instructor(instructor_id), AbsenceForm()
    act = partial(_add_absence, instructor_id, form)
    if form.validate_on_submit() and carried_out(form, act):
        flash(_("수업할 수 없는 날을 더했습니다."))
        return _warned(instructor_id)
    rows = queries.absences_of(instructor_id)
    return _page("catalog/instructors/absences.html", form, instructor=one, absences=rows)


@blueprint.route("/<int:instructor_id>/absences/<int:absence_id>/removal", methods=["POST"])
@staff
def remove_absence(instructor_id: int, absence_id: int) -> Response:
    """They can teach on those days after all."""
    actions.remove_absence(guard.by(), instructor_id, absence_id)
    flash(_("수업할 수 없는 날을 지웠습니다."))
    return _warned(instructor_id)


@blueprint.route("/hours")
@staff
def month() -> Answer:
    """Everybody's hours in a month."""
    form = _month_form()
    table = _month_table(form)
    events.looked_at(guard.by(), table.title, address=request.remote_addr)
    page = render_template(
        "catalog/instructors/month.html", form=form, table=table, month=_month(form)
    )
    return (page, 422) if form.errors else page


@blueprint.route("/hours.csv")
@staff
def month_csv() -> Response:
    """The month as CSV."""
    return _download(csv_download, "csv")


@blueprint.route("/hours.xlsx")
@staff
def month_xlsx() -> Response:
    """The month as an Excel workbook."""
    return _download(xlsx_download, "xlsx")


def _page(template: str, form: Form, **values: object) -> Answer:
    page = render_template(template, form=form, **values)
    return (page, 422) if form.errors else page


def _instructor_page(one: Instructor, refusal: str | None = None) -> str:
    listed = set(queries.course_ids_of(one.id))
    _looked(one.id)
    return render_template(
        "catalog/instructors/instructor.html",
        instructor=one,
        email=queries.email_of(one),
        courses=[course.title for course in all_courses() if course.id in listed],
        hours=queries.hours_of(one.id),
        weekdays=WEEKDAYS,
        absences=queries.absences_of(one.id),
        classes=queries.classes_to_come(one.id),
        contradictions=queries.contradictions(one.id),
        months=months_of(one.id),
        refusal=refusal,
    )


def _instructor(instructor_id: int) -> Instructor:
    one = queries.instructor(instructor_id)
    if one is None:
        abort(404)
    return one


def _looked(instructor_id: int) -> None:
    events.looked_at(guard.by(), f"instructor {instructor_id}", address=request.remote_addr)


def _to(instructor_id: int) -> Response:
    return redirect(url_for("catalog_instructors.instructor", instructor_id=instructor_id), 303)


def _warned(instructor_id: int) -> Response:
    """Back to the page, with a word about the classes that stand against what was saved."""
    against = {one.meeting.id for one in queries.contradictions(instructor_id)}
    if against:
        flash(
            _(
                "이미 정한 수업 %(count)s번과 맞지 않습니다. 아래에서 확인해 주세요.",
                count=len(against),
            ),
            "warning",
        )
    return _to(instructor_id)


def _add_absence(instructor_id: int, form: AbsenceForm) -> None:
    actions.add_absence(guard.by(), instructor_id, *form.days())


def _take_account(instructor_id: int, form: AccountForm) -> None:
    actions.take_account(guard.by(), instructor_id, form.other_id.data)


def _month_form() -> MonthForm:
    if not request.args:
        return MonthForm(data={"month": clock.today()})
    form = MonthForm(request.args)
    form.validate()
    return form


def _month(form: MonthForm) -> date:
    return dates.first_of_month(chosen_in(form.month) or clock.today())


def _month_table(form: MonthForm) -> Table:
    month = _month(form)
    return month_table(month, held_in(month, guard.center_ids()))


def _download(printed: Callable[[Table, str], Response], ending: str) -> Response:
    table = _month_table(_month_form())
    events.looked_at(guard.by(), f"{table.title}, {ending}", address=request.remote_addr)
    return printed(table, f"{table.title}.{ending}")
