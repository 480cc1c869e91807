"""An instructor's day, the sheets of their meetings, and a learner's own attendance."""

from flask import Blueprint, abort, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.attendance import queries
from eduportal.attendance.rules import Mark, written_rate
from eduportal.attendance.sheet_page import show_or_save
from eduportal.shared import clock, guard
from eduportal.shared.guard import instructor, resident

blueprint = Blueprint("attendance", __name__, template_folder="templates")

TONES = {
    Mark.PRESENT: "success",
    Mark.LATE: "warning",
    Mark.LEFT_EARLY: "warning",
    Mark.ABSENT: "danger",
    Mark.EXCUSED: "info",
}


@blueprint.route("/teach")
@instructor
def today() -> str:
    """Today's meetings, the next few and the last few."""
    days = queries.days_of(guard.user().account_id)
    return render_template("attendance/today.html", days=days, day=clock.today())


@blueprint.route("/teach/meetings/<int:meeting_id>", methods=["GET", "POST"])
@instructor
def sheet(meeting_id: int) -> str | Response:
    """Who came to one of their meetings."""
    lesson = queries.lesson_of(meeting_id, guard.user().account_id)
    if lesson is None:
        abort(404)
    crumbs = [(_("오늘 수업"), url_for("attendance.today")), (_("출석부"), None)]
    return show_or_save(lesson, crumbs)


@blueprint.route("/my/bookings/<int:booking_id>/attendance")
@resident
def own(booking_id: int) -> str:
    """A learner's own attendance in one run."""
    attended = queries.own_attendance(booking_id, guard.user().person_id)
    if attended is None:
        abort(404)
    return render_template(
        "attendance/own.html", attended=attended, written_rate=written_rate, tones=TONES
    )
