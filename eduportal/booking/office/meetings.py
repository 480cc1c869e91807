"""Staff: single meetings moved in the timetable, taught by another, made up for; who to phone."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from eduportal.booking import actions
from eduportal.booking import queries as bookings
from eduportal.booking.actions import meetings as verbs
from eduportal.booking.forms.meetings import (
    OTHER,
    AddedClassForm,
    DropForm,
    SubstituteForm,
    written,
)
from eduportal.booking.on_holiday import is_meant
from eduportal.booking.queries import meetings as queries
from eduportal.booking.queries.meetings import Check
from eduportal.catalog import queries as catalog
from eduportal.catalog.models import Meeting, Run
from eduportal.catalog.rules import Span
from eduportal.shared import clock, dates, events, guard
from eduportal.shared.forms import Form, carried_out, options
from eduportal.shared.guard import desk, staff
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]

blueprint = Blueprint(
    "booking_meetings", __name__, url_prefix="/office", template_folder="templates"
)


@blueprint.route("/meetings/<int:meeting_id>/drop", methods=["GET", "POST"])
@staff
def drop(meeting_id: int) -> Answer:
    """What moving a meeting to a place of the timetable would meet; the POST moves it there."""
    meeting = _meeting(meeting_id)
    asked = request.method == "GET"
    form = DropForm(request.args, meta={"csrf": False}) if asked else DropForm()
    if not form.validate() or form.room_id.data is None:
        return redirect(url_for("booking_office.move_meeting", meeting_id=meeting_id), 303)
    span = form.span(Span(meeting.starts_at, meeting.ends_at))
    check = queries.move_check(meeting, span, form.room_id.data)
    if not asked and _moved(form, meeting, span, check):
        return _to_timetable(form, meeting)
    page = render_template(
        "booking/timetable/drop.html",
        form=form,
        meeting=meeting,
        run=meeting.run,
        new=span,
        check=check,
        told=queries.told(meeting.run),
        back=_timetable(form, meeting),
    )
    return page if asked else (page, 422)


@blueprint.route("/meetings/<int:meeting_id>/substitute", methods=["GET", "POST"])
@staff
def substitute(meeting_id: int) -> Answer:
    """Let somebody else teach one meeting (대강)."""
    meeting, form = _meeting(meeting_id), SubstituteForm()
    found = queries.instructors_for(meeting)
    free = [one for one, refusals in found if not refusals]
    form.instructor_id.choices = options((one.id, one.name) for one in free)

    def act() -> None:
        instructor_id = form.instructor_id.data
        verbs.substitute(
            guard.by(), meeting_id, guard.center_ids(), instructor_id, form.reason.data
        )

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("강사를 바꾸고 두 강사에게 알렸습니다."))
        return _to_run(meeting.run_id)
    busy = [(one, refusals) for one, refusals in found if refusals]
    return _page(
        "booking/meetings/substitute.html", form, meeting=meeting, run=meeting.run, busy=busy
    )


@blueprint.route("/meetings/<int:meeting_id>/own-instructor", methods=["POST"])
@staff
def give_back(meeting_id: int) -> Response:
    """Let the run's own instructor teach a meeting again."""
    meeting = _meeting(meeting_id)
    if meeting.run.instructor_id is None:
        abort(404)
    own = meeting.run.instructor_id
    act = partial(verbs.substitute, guard.by(), meeting_id, guard.center_ids(), own)
    return _done(act, _("원래 강사가 다시 맡습니다. 두 강사에게 알렸습니다."), meeting.run_id)


@blueprint.route("/meetings/<int:meeting_id>/make-up", methods=["GET", "POST"])
@staff
def make_up(meeting_id: int) -> Answer:
    """Hold a meeting that was called off at another time (보강)."""
    meeting = _meeting(meeting_id)
    if meeting.cancelled_at is None:
        return _to_run(meeting.run_id)
    # One make-up after another stands for the class that was called off first.
    return _added_class(meeting, meeting.makes_up_for_id or meeting.id)


@blueprint.route("/runs/<int:run_id>/extra-class", methods=["GET", "POST"])
@staff
def extra_class(run_id: int) -> Answer:
    """Hold one more meeting of a published run."""
    run = _run(run_id, guard.center_ids())
    if not run.meetings:
        abort(404)
    return _added_class(run.meetings[-1], None)


@blueprint.route("/runs/<int:run_id>/calls")
@desk
def calls(run_id: int) -> str:
    """The people of a run whom no message reaches, with their numbers."""
    run = _run(run_id, guard.center_ids())
    people = queries.to_be_called(run)
    events.looked_at(guard.by(), f"numbers to call of run {run_id}", address=request.remote_addr)
    return render_template("booking/meetings/calls.html", run=run, people=people)


def ask_for_calls(run_id: int, people: int) -> None:
    """Say how many no message reaches, with a link to their numbers."""
    if people:
        link = Markup('<a href="{}">{}</a>').format(
            url_for("booking_meetings.calls", run_id=run_id), _("전화할 분 보기")
        )
        count = _("문자를 받을 수 없는 분이 %(count)s명 있습니다. 전화해 주세요.", count=people)
        flash(Markup("{} {}").format(count, link), "warning")


def _moved(form: DropForm, meeting: Meeting, span: Span, check: Check) -> bool:
    if check.holidays and not form.on_holiday.data:
        form.on_holiday.errors = [_("공휴일에 수업하려면 이 칸에 표시해 주세요.")]
        return False
    told = queries.told(meeting.run)
    act = partial(
        actions.move_meeting,
        guard.by(),
        meeting.id,
        guard.center_ids(),
        span.start,
        span.end,
        form.room_id.data or 0,
    )
    if not carried_out(form, act):
        return False
    flash(_("수업을 옮겼습니다."))
    ask_for_calls(meeting.run_id, told.by_phone)
    return True


def _added_class(like: Meeting, makes_up_for: int | None) -> Answer:
    run = like.run
    form = _added_class_form(run, like)

    def act() -> None:
        when, room_id = form.when_and_where()
        verbs.make_up(guard.by(), run.id, guard.center_ids(), when, room_id, makes_up_for)

    told = queries.told(run)
    fine = form.validate_on_submit() and is_meant(form, form.when_and_where()[0][0])
    if fine and carried_out(form, act):
        flash(_("수업을 더하고 신청하신 분들께 알렸습니다."))
        ask_for_calls(run.id, told.by_phone)
        return _to_run(run.id)
    return _page(
        "booking/meetings/added_class.html",
        form,
        run=run,
        called_off=like if makes_up_for else None,
        told=told,
    )


def _added_class_form(run: Run, like: Meeting) -> AddedClassForm:
    start, end = dates.seoul(like.starts_at), dates.seoul(like.ends_at)
    form = AddedClassForm(starts=start.time(), ends=end.time(), room_id=run.room_id)
    rooms = catalog.room_choices(run.center_id, clock.today())
    names = dict(rooms)
    free = [
        (
            written(slot),
            f"{dates.written_span(slot.span.start, slot.span.end)}, {names[slot.room_id]}",
        )
        for slot in queries.free_slots(run, like)
        if slot.room_id in names
    ]
    form.slot.choices = options([*free, (OTHER, _("다른 때로 직접 정하기"))])
    form.room_id.choices = options(rooms)
    return form


def _page(template: str, form: Form, **values: object) -> Answer:
    page = render_template(template, form=form, **values)
    return (page, 422) if form.is_submitted() else page


def _done(act: Callable[[], object], sentence: str, run_id: int) -> Response:
    try:
        act()
    except Refused as refused:
        flash(refused.sentence, "danger")
    else:
        flash(sentence)
    return _to_run(run_id)


def _meeting(meeting_id: int) -> Meeting:
    found = queries.meeting(meeting_id, guard.center_ids())
    if found is None:
        abort(404)
    return found


def _run(run_id: int, centers: frozenset[int] | None) -> Run:
    found = bookings.office_run(run_id, centers)
    if found is None:
        abort(404)
    return found


def _to_run(run_id: int) -> Response:
    return redirect(url_for("catalog_office.run", run_id=run_id), 303)


def _to_timetable(form: DropForm, meeting: Meeting) -> Response:
    return redirect(_timetable(form, meeting, moved=meeting.id), 303)


def _timetable(form: DropForm, meeting: Meeting, moved: int | None = None) -> str:
    return url_for(
        "booking_timetable.timetable",
        center=meeting.run.center_id,
        room=form.room.data,
        week=form.week.data or dates.seoul_date(meeting.starts_at),
        moved=moved,
    )
