"""Staff: courses that the centers share, and the runs and meetings of their own centers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.catalog import actions, queries, rules
from eduportal.catalog.closed_days import closed_days
from eduportal.catalog.forms import (
    ALL,
    CourseForm,
    MeetingForm,
    OfficeFilterForm,
    PatternForm,
    RunForm,
    chosen_in,
)
from eduportal.catalog.models import Course, Run
from eduportal.catalog.queries import OfficeFilters
from eduportal.catalog.rules import Pattern, RunState, Span, Status
from eduportal.shared import clock, dates, guard
from eduportal.shared.forms import Form, carried_out, options
from eduportal.shared.guard import staff
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]

blueprint = Blueprint("catalog_office", __name__, url_prefix="/office", template_folder="templates")


@dataclass(frozen=True)
class Preview:
    """The days that a weekly pattern gives, and the public holidays that it leaves out."""

    spans: list[Span]
    skipped: list[tuple[date, str]]


@blueprint.route("/runs")
@staff
def runs() -> str:
    """The runs of one's centers, drafts included."""
    names = _center_names()
    form = OfficeFilterForm(request.args)
    form.center.choices = options(names.items(), ALL)
    form.validate()
    page = queries.office_runs_page(
        _filters(form), guard.center_ids(), clock.now(), request.args.get("page", 1, type=int)
    )
    return render_template(
        "catalog/office_runs.html", page=page, form=form, centers=names, query=_query(form)
    )


@blueprint.route("/runs/<int:run_id>")
@staff
def run(run_id: int) -> str:
    """A run with its meetings, and what can be done with it."""
    return _run_page(_run(run_id))


@blueprint.route("/courses/<int:course_id>/runs/new", methods=["GET", "POST"])
@staff
def new_run(course_id: int) -> Answer:
    """Plan a run of a course."""
    course = _course(course_id)
    form = _filled_in(RunForm(data=_usual_plan()))
    del form.reason
    if form.validate_on_submit():
        try:
            run_id = actions.create_run(guard.by(), course_id, form.plan(), guard.center_ids())
        except Refused as refused:
            form.form_errors.append(refused.sentence)
        else:
            flash(_("강좌를 만들었습니다. 이제 수업 날짜를 넣어 주세요."))
            return redirect(url_for("catalog_office.meetings", run_id=run_id), 303)
    return _page("catalog/office_new_run.html", form, course=course)


@blueprint.route("/runs/<int:run_id>/edit", methods=["GET", "POST"])
@staff
def edit_run(run_id: int) -> Answer:
    """Change a run's plan; a published one keeps its center, room and capacity."""
    run = _run(run_id)
    form, settled = _edit_form(run)

    def act() -> None:
        reason = form.reason.data if "reason" in form else None
        plan = form.plan(**settled)
        actions.edit_run(guard.by(), run_id, plan, guard.center_ids(), reason)

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("강좌를 바꾸었습니다."))
        return _to_run(run_id)
    return _page("catalog/office_edit_run.html", form, run=run)


@blueprint.route("/runs/<int:run_id>/meetings", methods=["GET", "POST"])
@staff
def meetings(run_id: int) -> Answer:
    """Set a draft's meetings by a weekly pattern: look at the days first, then save them."""
    run = _run(run_id)
    form = PatternForm(data=_pattern_of(run))
    preview = _preview(form.pattern(), run.center_id) if form.validate_on_submit() else None
    if preview and request.form.get("step") == "save":
        act = partial(actions.set_meetings, guard.by(), run_id, preview.spans, guard.center_ids())
        if carried_out(form, act):
            flash(_("수업 날짜를 저장했습니다."))
            return _to_run(run_id)
    return _page("catalog/office_meetings.html", form, run=run, preview=preview)


@blueprint.route("/runs/<int:run_id>/meetings/new", methods=["GET", "POST"])
@staff
def new_meeting(run_id: int) -> Answer:
    """Add one meeting to a draft."""
    run = _run(run_id)
    form = MeetingForm(room_id=run.room_id)
    form.room_id.choices = options(queries.room_choices(run.center_id, clock.today()))

    def act() -> None:
        span = form.span()
        actions.add_meeting(
            guard.by(), run_id, span.start, span.end, guard.center_ids(), form.room_id.data
        )

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("수업을 더했습니다."))
        return _to_run(run_id)
    return _page("catalog/office_new_meeting.html", form, run=run)


@blueprint.route("/meetings/<int:meeting_id>/delete", methods=["POST"])
@staff
def delete_meeting(meeting_id: int) -> Answer:
    """Take one meeting out of a draft."""
    meeting = queries.office_meeting(meeting_id, guard.center_ids())
    if meeting is None:
        abort(404)
    run_id = meeting.run_id
    act = partial(actions.delete_meeting, guard.by(), meeting_id, guard.center_ids())
    return _act_on_run(run_id, act, _("수업을 지웠습니다."))


@blueprint.route("/runs/<int:run_id>/publish", methods=["POST"])
@staff
def publish(run_id: int) -> Answer:
    """Let everybody see a draft."""
    act = partial(actions.publish_run, guard.by(), run_id, guard.center_ids())
    return _act_on_run(run_id, act, _("강좌를 공개했습니다."))


@blueprint.route("/runs/<int:run_id>/delete", methods=["POST"])
@staff
def delete_draft(run_id: int) -> Answer:
    """Take a draft away."""
    try:
        actions.delete_draft(guard.by(), run_id, guard.center_ids())
    except Refused as refused:
        return _run_page(_run(run_id), refused.sentence), 409
    flash(_("작성중인 강좌를 지웠습니다."))
    return redirect(url_for("catalog_office.runs"), 303)


@blueprint.route("/courses")
@staff
def courses() -> str:
    """All courses."""
    return render_template("catalog/office_courses.html", courses=queries.courses())


@blueprint.route("/courses/new", methods=["GET", "POST"])
@staff
def new_course() -> Answer:
    """Add a course."""
    form = CourseForm()

    def act() -> None:
        actions.create_course(guard.by(), form.content())

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("과정을 만들었습니다."))
        return redirect(url_for("catalog_office.courses"), 303)
    return _page("catalog/office_course.html", form, course=None, tracks=queries.tracks())


@blueprint.route("/courses/<int:course_id>", methods=["GET", "POST"])
@staff
def course(course_id: int) -> Answer:
    """Change a course."""
    found = _course(course_id)
    form = CourseForm(obj=found)

    def act() -> None:
        actions.edit_course(guard.by(), course_id, form.content())

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("과정을 바꾸었습니다."))
        return redirect(url_for("catalog_office.courses"), 303)
    return _page("catalog/office_course.html", form, course=found, tracks=queries.tracks())


def _page(template: str, form: Form, **values: object) -> Answer:
    page = render_template(template, form=form, **values)
    return (page, 422) if form.errors else page


def _run_page(run: Run, refusal: str | None = None) -> str:
    is_draft = run.state is RunState.DRAFT
    return render_template(
        "catalog/office_run.html",
        run=run,
        status=rules.status(run.standing, clock.now()),
        center=_center_names()[run.center_id],
        lacking=queries.lacking(run, clock.now()) if is_draft else [],
        is_draft=is_draft,
        refusal=refusal,
        now=clock.now(),
    )


def _act_on_run(run_id: int, act: Callable[[], object], done: str) -> Answer:
    try:
        act()
    except Refused as refused:
        return _run_page(_run(run_id), refused.sentence), 409
    flash(done)
    return _to_run(run_id)


def _to_run(run_id: int) -> Response:
    return redirect(url_for("catalog_office.run", run_id=run_id), 303)


def _run(run_id: int) -> Run:
    run = queries.office_run(run_id, guard.center_ids())
    if run is None:
        abort(404)
    return run


def _course(course_id: int) -> Course:
    course = queries.course(course_id)
    if course is None:
        abort(404)
    return course


def _center_names() -> dict[int, str]:
    centers = queries.centers(clock.today(), guard.center_ids())
    return {center.id: center.name for center in centers}


def _filters(form: OfficeFilterForm) -> OfficeFilters:
    status = chosen_in(form.status)
    return OfficeFilters(
        center_id=chosen_in(form.center),
        status=Status(status) if status else None,
        month=chosen_in(form.month),
    )


def _query(form: OfficeFilterForm) -> dict[str, str]:
    """The chosen filters as the address has them."""
    month = chosen_in(form.month)
    chosen = {
        "center": chosen_in(form.center),
        "month": f"{month:%Y-%m}" if month else None,
        "status": chosen_in(form.status),
    }
    return {name: value for name, value in chosen.items() if value is not None}


def _usual_plan() -> dict[str, object]:
    office = queries.office()
    return {
        "capacity": 20,
        "waiting_limit": office.waiting_limit if office else 10,
        "monthly_limit": office.monthly_limit if office else 2,
        "minimum_age": office.minimum_age if office else None,
        "material_fee": 0,
        "relations": list(rules.RELATIONS),
        "fee": 0,
        "book_fee": 0,
    }


def _filled_in(form: RunForm, instructor_id: int | None = None) -> RunForm:
    names = _center_names()
    rooms = queries.rooms(guard.center_ids(), clock.today())
    none_yet = _("아직 정하지 않음")
    form.center_id.choices = options(names.items())
    form.room_id.choices = options(
        ((room.id, f"{names[room.center_id]} {room.label}") for room in rooms), none_yet
    )
    form.instructor_id.choices = options(
        ((one.id, one.name) for one in queries.instructors(instructor_id)), none_yet
    )
    return form


def _edit_form(run: Run) -> tuple[RunForm, dict[str, object]]:
    """The form with what the run has; what it no longer shows stays as it is."""
    values = {name: getattr(run, name) for name in rules.RunPlan.__dataclass_fields__}
    form = RunForm(data=values | {"relations": run.relations.split(",")})
    _filled_in(form, run.instructor_id)
    if run.state is RunState.DRAFT:
        del form.reason
        return form, {}
    settled = {name: values[name] for name in rules.SETTLED_BY_PUBLICATION}
    for name in settled:
        delattr(form, name)
    return form, settled


def _pattern_of(run: Run) -> dict[str, object]:
    if not run.meetings:
        return {"count": 8}
    first = run.meetings[0]
    return {
        "weekdays": [int(number) for number in run.weekdays.split(",")],
        "first": run.starts_on,
        "count": run.meeting_count,
        "starts": dates.seoul(first.starts_at).time(),
        "ends": dates.seoul(first.ends_at).time(),
    }


def _preview(pattern: Pattern, center_id: int) -> Preview:
    # Sixty meetings, one a week, holidays between them: not more than two years.
    closed = closed_days(pattern.first, pattern.first + timedelta(days=800), center_id)
    days = rules.meeting_days(pattern.first, pattern.weekdays, pattern.count, closed)
    return Preview(
        [Span(dates.at(day, pattern.starts), dates.at(day, pattern.ends)) for day in days],
        rules.skipped_days(pattern.first, days[-1], pattern.weekdays, closed),
    )
