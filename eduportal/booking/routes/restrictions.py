"""What keeps a person from applying: what, why, until when, and their say against it."""

from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.booking.actions import restrictions as actions
from eduportal.booking.forms.restrictions import AppealForm
from eduportal.booking.queries import restrictions as queries
from eduportal.booking.queries.restrictions import Line
from eduportal.shared import guard
from eduportal.shared.forms import carried_out
from eduportal.shared.guard import resident

Answer = str | Response | tuple[str, int]

blueprint = Blueprint("restrictions", __name__, template_folder="templates")


@blueprint.route("/my/restrictions/<int:restriction_id>", methods=["GET", "POST"])
@resident
def own(restriction_id: int) -> Answer:
    """One of one's own, and an appeal against it."""
    line, form = _own(restriction_id), AppealForm()
    act = partial(actions.appeal, guard.by(), restriction_id, form.text.data or "")
    if form.validate_on_submit() and carried_out(form, act):
        flash(_("이의신청을 접수했습니다. 담당자가 살펴보고 답을 알려 드립니다."))
        return redirect(url_for("restrictions.own", restriction_id=restriction_id), 303)
    page = render_template(
        "booking/restriction_own.html", line=_own(line.restriction.id), form=form
    )
    return (page, 422) if form.is_submitted() else page


def _own(restriction_id: int) -> Line:
    line = queries.own_line(restriction_id, guard.user().person_id or 0)
    if line is None:
        abort(404)
    return line
