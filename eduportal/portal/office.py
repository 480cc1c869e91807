"""Where staff begin their day, and the messages that did not arrive."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.notices import actions as notices
from eduportal.portal import queries
from eduportal.portal.failed_messages import failed_messages
from eduportal.shared import clock, guard
from eduportal.shared.guard import desk, viewer

blueprint = Blueprint("portal_office", __name__, template_folder="templates")


@blueprint.route("/office")
@viewer
def today() -> str:
    """Today's classes and windows, what waits to be done, and the way to everything else."""
    day = queries.office_day(guard.center_ids(), clock.now())
    return render_template("portal/office.html", day=day, today=clock.today(), now=clock.now())


@blueprint.route("/office/messages")
@desk
def messages() -> str:
    """Messages that did not arrive, of one's centers."""
    failed = failed_messages(guard.center_ids(), clock.now())
    return render_template("portal/messages.html", failed=failed)


@blueprint.route("/office/messages/<int:notice_id>/again", methods=["POST"])
@desk
def send_again(notice_id: int) -> Response:
    """Try a message anew."""
    theirs = failed_messages(guard.center_ids(), clock.now())
    if notice_id not in {one.notice.id for one in theirs}:
        abort(404)
    if notices.send_again(guard.by(), notice_id):
        flash(_("다시 보내도록 했습니다. 잠시 뒤 도착합니다."))
    return redirect(url_for("portal_office.messages"), 303)
