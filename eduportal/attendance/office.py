"""Staff: the attendance of their centers' runs, and closing a run."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.attendance import actions, queries
from eduportal.attendance.rules import written_rate
from eduportal.attendance.sheet_page import Crumbs, show_or_save
from eduportal.booking.rules import State
from eduportal.shared import events, guard
from eduportal.shared.guard import staff
from eduportal.shared.refusal import Refused

blueprint = Blueprint(
    "attendance_office", __name__, url_prefix="/office", template_folder="templates"
)


@blueprint.route("/runs/<int:run_id>/attendance")
@staff
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
@staff
def sheet(meeting_id: int) -> str | Response:
    """Who came to one meeting of their centers."""
    lesson = queries.lesson_in(meeting_id, guard.center_ids())
    if lesson is None:
        abort(404)
    overview = url_for("attendance_office.run", run_id=lesson.run_id)
    crumbs = [*_crumbs(lesson.run_id, lesson.full_title), (_("출석 현황"), overview)]
    return show_or_save(lesson, [*crumbs, (_("출석부"), None)])


def _crumbs(run_id: int, title: str) -> Crumbs:
    return [
        (_("업무"), url_for("portal_office.today")),
        (_("강좌"), url_for("catalog_office.runs")),
        (title, url_for("catalog_office.run", run_id=run_id)),
    ]
