"""Staff: courses that the centers share, and the runs and meetings of their own centers."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.accounts.rules import Audience
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
from eduportal.catalog.forms.bulk import PublishForm
from eduportal.catalog.forms.runs import EMPLOYEES_ONLY
from eduportal.catalog.models import Course, Run
from eduportal.catalog.office import run_editing
from eduportal.catalog.office.run_editing import Seen
from eduportal.catalog.office.run_words import RunWords
from eduportal.catalog.policies import policy_for
from eduportal.catalog.queries import OfficeFilters
from eduportal.catalog.queries.runs import draft_count, last_changes
from eduportal.catalog.rules import RunPlan, RunState, Span, Status, editing, months
from eduportal.catalog.rules.bulk import Act
from eduportal.catalog.rules.policy import Policy
from eduportal.catalog.wording import in_words, run_in_words
from eduportal.shared import clock, dates, guard
from eduportal.shared.forms import Form, carried_out, options
from eduportal.shared.guard import staff, viewer
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]
USUAL_CAPACITY = 20

blueprint = Blueprint("catalog_office", __name__, url_prefix="/office", template_folder="templates")


@dataclass(frozen=True)
class Preview:
    """The days that a weekly pattern gives, and the public holidays that it leaves out."""

    spans: list[Span]
    skipped: list[tuple[date, str]]


@blueprint.route("/runs")
@viewer
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
        "catalog/office_runs.html",
        page=page,
        form=form,
        centers=names,
        query=_query(form),
        months=_months_near(form),
        drafts=draft_count(guard.center_ids()),
        acts=list(Act),
    )


@blueprint.route("/runs/<int:run_id>")
@viewer
def run(run_id: int) -> str:
    """A run with its meetings, and what can be done with it."""
    return _run_page(_run(run_id))


@blueprint.route("/courses/<int:course_id>/runs/new", methods=["GET", "POST"])
@staff
def new_run(course_id: int) -> Answer:
    """Plan a run of a course."""
    course = _course(course_id)
    policy = policy_for(course)
    form = _filled_in(RunForm(data=_usual_plan(policy)))
    _leave_out(form, ("reason", "seen"))
    _leave_out(form, () if course.audience is Audience.EMPLOYEE else EMPLOYEES_ONLY)
    if form.validate_on_submit():
        plan = form.plan()
        if plan.minimum_people is None:
            plan = replace(plan, minimum_people=_usual_minimum(policy, plan.capacity))
        try:
            run_id = actions.create_run(guard.by(), course_id, plan, guard.center_ids())
        except Refused as refused:
            form.form_errors.append(refused.sentence)
        else:
            flash(_("강좌를 만들었습니다. 이제 수업 날짜를 넣어 주세요."))
            return redirect(url_for("catalog_office.meetings", run_id=run_id), 303)
    return _page(
        "catalog/office_new_run.html",
        form,
        course=course,
        usual=(USUAL_CAPACITY, _usual_minimum(policy, USUAL_CAPACITY)),
    )


@blueprint.route("/runs/<int:run_id>/edit", methods=["GET", "POST"])
@staff
def edit_run(run_id: int) -> Answer:
    """Change a run's plan; where somebody else changed the same meanwhile, choose."""
    run = _run(run_id)
    try:
        seen = run_editing.seen_of(run)
    except run_editing.Stale:
        form = _edit_form(run, run_editing.seen_now(run))
        form.seen.data = request.form["seen"]
        form.form_errors.append(_(editing.Reason.STALE.value))
        return _page("catalog/office_edit_run.html", form, run=run)
    form = _edit_form(run, seen)
    if form.validate_on_submit():
        done = _edited(run, form, seen)
        if done:
            return done
    return _page("catalog/office_edit_run.html", form, run=run)


@blueprint.route("/runs/<int:run_id>/meetings", methods=["GET", "POST"])
@staff
def meetings(run_id: int) -> Answer:
    """Set a draft's meetings by a weekly pattern: look at the days first, then save them."""
    run = _run(run_id)
    form = PatternForm(data=_pattern_of(run))
    preview = _preview(form, run.center_id) if form.validate_on_submit() else None
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
    """Let everybody see a draft, now or from a moment to come."""
    form = PublishForm()
    if not form.validate():
        return _run_page(_run(run_id), form=form), 422
    act = partial(actions.publish_run, guard.by(), run_id, guard.center_ids(), form.moment)
    if form.moment is None:
        return _act_on_run(run_id, act, _("강좌를 공개했습니다."))
    at = dates.written_datetime(form.moment)
    return _act_on_run(run_id, act, _("%(at)s에 공개합니다.", at=at), form)


@blueprint.route("/runs/<int:run_id>/take-back", methods=["POST"])
@staff
def take_back(run_id: int) -> Answer:
    """Make a draft again of a run that nobody has seen yet."""
    act = partial(actions.take_back_run, guard.by(), run_id, guard.center_ids())
    return _act_on_run(run_id, act, _("공개 예약을 취소했습니다. 다시 작성중인 강좌입니다."))


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
@viewer
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
    return _page(
        "catalog/office_course.html",
        form,
        course=found,
        tracks=queries.tracks(),
        words=in_words(policy_for(found).intake),
    )


def _page(template: str, form: Form, **values: object) -> Answer:
    page = render_template(template, form=form, **values)
    return (page, 422) if form.errors else page


def _run_page(run: Run, refusal: str | None = None, form: PublishForm | None = None) -> str:
    is_draft = run.state is RunState.DRAFT
    return render_template(
        "catalog/office_run.html",
        run=run,
        status=rules.status(run.standing, clock.now()),
        center=_center_names()[run.center_id],
        lacking=queries.lacking(run, clock.now()) if is_draft else [],
        words=run_in_words(run),
        is_draft=is_draft,
        refusal=refusal,
        form=form or PublishForm(None, data={"when": "now"}),
        now=clock.now(),
    )


def _act_on_run(
    run_id: int, act: Callable[[], object], done: str, form: PublishForm | None = None
) -> Answer:
    try:
        act()
    except Refused as refused:
        return _run_page(_run(run_id), refused.sentence, form), 409
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
        words=rules.search_words(chosen_in(form.words) or ""),
    )


def _months_near(form: OfficeFilterForm) -> list[tuple[str, str, bool]]:
    """Last month, this one and the next: as called, as the address has it, whether it is shown."""
    this = dates.first_of_month(clock.today())
    near = [
        (_("지난달"), dates.first_of_month(this - timedelta(days=1))),
        (_("이번 달"), this),
        (_("다음 달"), dates.next_month(this)),
    ]
    return [(name, f"{month:%Y-%m}", chosen_in(form.month) == month) for name, month in near]


def _query(form: OfficeFilterForm) -> dict[str, str]:
    """The chosen filters as the address has them."""
    month = chosen_in(form.month)
    chosen = {
        "center": chosen_in(form.center),
        "month": f"{month:%Y-%m}" if month else None,
        "status": chosen_in(form.status),
        "q": chosen_in(form.words),
    }
    return {name: value for name, value in chosen.items() if value is not None}


def _usual_plan(policy: Policy) -> dict[str, object]:
    opens, closes, month = _usual_window(policy)
    return {
        "capacity": USUAL_CAPACITY,
        "waiting_limit": policy.waiting_limit,
        "monthly_limit": policy.monthly_limit,
        "minimum_age": policy.minimum_age,
        "apply_from": opens,
        "apply_until": closes,
        "cancel_until": dates.start_of(month),
        "material_fee": 0,
        "relations": list(rules.RELATIONS),
        "fee": 0,
        "book_fee": 0,
    }


def _usual_minimum(policy: Policy, capacity: int) -> int | None:
    """How many people a run of so many places needs, by these defaults; None: any number."""
    return math.ceil(capacity * policy.minimum_percent / 100) or None


def _usual_window(policy: Policy) -> tuple[datetime, datetime, date]:
    """The next window that is not over yet, and the month whose classes it is for."""
    month = dates.next_month(clock.today())
    while True:
        before = dates.first_of_month(month - timedelta(days=1))
        closed = closed_days(before, month + timedelta(days=31))
        opens, closes = rules.usual_window(policy.window, month, closed)
        if dates.at(closes.date(), closes.time()) > clock.now():
            break
        month = dates.next_month(month)
    return (
        dates.at(opens.date(), opens.time()),
        dates.at(closes.date(), closes.time()),
        month,
    )


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


def _edit_form(run: Run, seen: Seen) -> RunForm:
    """The form with what its reader was shown; what it does not show stays as it is."""
    values = {name: getattr(seen.plan, name) for name in editing.FIELDS}
    form = RunForm(data=values | {"relations": seen.plan.relations.split(",")})
    form.seen.data = run_editing.token_of(run, seen)
    _filled_in(form, seen.plan.instructor_id)
    if run_editing.is_hidden(run):
        del form.reason
    _leave_out(form, () if seen.free else sorted(rules.SETTLED_BY_PUBLICATION))
    _leave_out(form, () if run.audience is Audience.EMPLOYEE else EMPLOYEES_ONLY)
    return form


def _leave_out(form: RunForm, names: Iterable[str]) -> None:
    for name in names:
        delattr(form, name)


def _edited(run: Run, form: RunForm, seen: Seen) -> Answer | None:
    """What comes of an edit: the run's page, a choice, or None where the form says why not."""
    mine = run_editing.typed_plan(form, seen)
    if run_editing.is_undecided(seen):
        return _choice_page(run, mine, seen)
    reason = form.reason.data if "reason" in form else None
    try:
        theirs = actions.edit_run(guard.by(), run.id, mine, guard.center_ids(), reason, seen.plan)
    except Refused as refused:
        if refused.reason is editing.Reason.CHANGED_BY_TWO:
            return _choice_page(_run(run.id), mine, seen)
        form.form_errors.append(refused.sentence)
        return None
    flash(_("강좌를 바꾸었습니다."))
    if theirs - set(seen.asked):
        flash(_theirs_in_words(run.id, theirs - set(seen.asked)), "info")
    return _to_run(run.id)


def _choice_page(run: Run, mine: RunPlan, seen: Seen) -> Answer:
    """Field by field: what it was, what the other made of it, what was typed."""
    found, shown = run_editing.choices(run, mine, seen)
    page = render_template(
        "catalog/office_edit_choice.html",
        run=run,
        choices=found,
        again=bool(seen.asked),
        seen=run_editing.token_of(run, shown),
        typed=run_editing.typed_again(),
    )
    return page, 409


def _theirs_in_words(run_id: int, names: Iterable[str]) -> str:
    """Who changed what else meanwhile, and when."""
    who, words = last_changes(run_id), RunWords()
    labels = ", ".join(words.label(name) for name in editing.FIELDS if name in names)
    last = max((who[name] for name in names if name in who), key=lambda one: one.at, default=None)
    if last is None:
        return _("그사이 다른 담당자가 바꾼 내용은 그대로 두었습니다: %(labels)s", labels=labels)
    return _(
        "그사이 %(name)s 님이 %(at)s에 바꾼 내용은 그대로 두었습니다: %(labels)s",
        name=last.name or _("다른 담당자"),
        at=dates.written_datetime(last.at),
        labels=labels,
    )


def _pattern_of(run: Run) -> dict[str, object]:
    if not run.meeting_count:
        return {"count": 8}
    first = run.meetings[0]
    return {
        "weekdays": [int(number) for number in run.weekdays.split(",")],
        "first": run.starts_on,
        "count": run.meeting_count,
        "starts": dates.seoul(first.starts_at).time(),
        "ends": dates.seoul(first.ends_at).time(),
    }


def _preview(form: PatternForm, center_id: int) -> Preview | None:
    """The days of a pattern; None, with a sentence on the form, where it gives none."""
    pattern = form.pattern()
    first = dates.written_date(pattern.first)
    if months.long_ago(pattern.first, clock.today()):
        form.form_errors.append(_(months.Reason.LONG_AGO.value, first=first))
        return None
    closed = closed_days(pattern.first, pattern.first + rules.MOST_DAYS, center_id)
    days = rules.meeting_days(pattern.first, pattern.weekdays, pattern.count, closed)
    if len(days) < pattern.count:
        form.form_errors.append(_(months.Reason.NO_CLASS_DAYS.value, first=first))
        return None
    return Preview(
        [Span(dates.at(day, pattern.starts), dates.at(day, pattern.ends)) for day in days],
        rules.skipped_days(pattern.first, days[-1], pattern.weekdays, closed),
    )
