"""Staff: the attendance of their centers' runs, and closing a run."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.attendance import actions, queries
from eduportal.attendance.actions import calling_off
from eduportal.attendance.rules import written_rate
from eduportal.attendance.sheet_page import Crumbs, show_or_save
from eduportal.booking.forms import ReasonForm
from eduportal.booking.office.meetings import ask_for_calls
from eduportal.booking.queries import meetings
from eduportal.booking.rules import State
from eduportal.catalog.models import Meeting
from eduportal.catalog.queries import office_run
from eduportal.shared import events, guard
from eduportal.shared.forms import carried_out
from eduportal.shared.guard import desk, staff
from eduportal.shared.refusal import Refused

blueprint = Blueprint(
    "attendance_office", __name__, url_prefix="/office", template_folder="templates"
)


@blueprint.route("/runs/<int:run_id>/attendance")
@desk
def run(run_id: int) -> str:
    """Everybody's marks in every meeting, names masked; who would complete."""
    grid = queries.grid(run_id, guard.center_ids())
    if grid is None:
        abort(404)
    events.looked_at(guard.by(), f"attendance of run {run_id}", address=request.remote_addr)
    return render_template(
        "attendance/run.html",
        grid=grid,
        crumbs=[*_crumbs(run_id, grid.title), (_("출석 현황"), None)],
        written_rate=written_rate,
        placed=State.PLACED,
        may_close=office_run(run_id, guard.user().centers_of("staff")) is not None,
    )


@blueprint.route("/runs/<int:run_id>/completion", methods=["POST"])
@staff
def close(run_id: int) -> Response:
    """Close a run (수료 처리)."""
    try:
        closed = actions.close_run(guard.by(), run_id, guard.center_ids())
    except Refused as refused:
        flash(refused.sentence, "danger")
    else:
        facts = {"completed": closed.completed, "others": closed.not_completed}
        flash(
            _("수료 처리를 마쳤습니다. 수료 %(completed)s명, 미수료 %(others)s명입니다.", **facts)
        )
    return redirect(url_for("attendance_office.run", run_id=run_id), 303)


@blueprint.route("/meetings/<int:meeting_id>/sheet", methods=["GET", "POST"])
@desk
def sheet(meeting_id: int) -> str | Response:
    """Who came to one meeting of their centers."""
    lesson = queries.lesson_in(meeting_id, guard.center_ids())
    if lesson is None:
        abort(404)
    overview = url_for("attendance_office.run", run_id=lesson.run_id)
    crumbs = [*_crumbs(lesson.run_id, lesson.full_title), (_("출석 현황"), overview)]
    return show_or_save(lesson, [*crumbs, (_("출석부"), None)])


@blueprint.route("/meetings/<int:meeting_id>/calling-off", methods=["GET", "POST"])
@staff
def call_off(meeting_id: int) -> str | Response | tuple[str, int]:
    """Call one class off (휴강), with the reason that everybody in the run is told."""
    meeting, form = _meeting(meeting_id), ReasonForm()
    told = meetings.told(meeting.run)

    def act() -> None:
        reason = form.reason.data or ""
        calling_off.call_off(guard.by(), meeting_id, guard.center_ids(), reason)

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("수업을 휴강하고 신청하신 분들께 알렸습니다. 이제 보강을 잡을 수 있습니다."))
        ask_for_calls(meeting.run_id, told.by_phone)
        return redirect(url_for("catalog_office.run", run_id=meeting.run_id), 303)
    page = render_template(
        "attendance/call_off.html", form=form, meeting=meeting, run=meeting.run, told=told
    )
    return (page, 422) if form.errors else page


@blueprint.route("/meetings/<int:meeting_id>/restoring", methods=["POST"])
@staff
def restore(meeting_id: int) -> Response:
    """Hold a class after all that was called off."""
    meeting = _meeting(meeting_id)
    told = meetings.told(meeting.run)
    try:
        calling_off.restore(guard.by(), meeting_id, guard.center_ids())
    except Refused as refused:
        flash(refused.sentence, "danger")
    else:
        flash(_("휴강을 취소하고 신청하신 분들께 다시 알렸습니다."))
        ask_for_calls(meeting.run_id, told.by_phone)
    return redirect(url_for("catalog_office.run", run_id=meeting.run_id), 303)


def _meeting(meeting_id: int) -> Meeting:
    found = meetings.meeting(meeting_id, guard.center_ids())
    if found is None:
        abort(404)
    return found


def _crumbs(run_id: int, title: str) -> Crumbs:
    return [
        (_("업무"), url_for("portal_office.today")),
        (_("강좌"), url_for("catalog_office.runs")),
        (title, url_for("catalog_office.run", run_id=run_id)),
    ]
