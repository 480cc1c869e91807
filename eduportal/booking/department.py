"""A department's own page: it approves its people's applications, and nominates them for runs."""

from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.booking.actions import approving
from eduportal.booking.forms.training import NominationForm, RefusalForm
from eduportal.booking.queries import training
from eduportal.booking.queries.training import Application
from eduportal.catalog.models import Run
from eduportal.shared import clock, events, guard
from eduportal.shared.forms import carried_out, options
from eduportal.shared.guard import department
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]

blueprint = Blueprint("department", __name__, url_prefix="/department", template_folder="templates")


@blueprint.route("")
@department
def index() -> str:
    """What waits for the department's approval, open runs, and who takes part."""
    own, now = guard.user().departments, clock.now()
    _note_look()
    return render_template(
        "booking/training/department.html",
        departments=sorted(own),
        applications=training.awaiting(own),
        runs=training.open_runs(now),
        taking_part=training.taking_part(own, now),
    )


@blueprint.route("/bookings/<int:booking_id>/approval", methods=["POST"])
@department
def approve(booking_id: int) -> Response:
    """Approve one application."""
    try:
        approving.approve(guard.by(), booking_id, guard.user().departments)
    except Refused as refused:
        flash(refused.sentence, "danger")
    else:
        flash(_("승인했습니다. 결과는 신청한 직원에게 바로 전해집니다."))
    return redirect(url_for("department.index"), 303)


@blueprint.route("/bookings/<int:booking_id>/refusal", methods=["GET", "POST"])
@department
def turn_down(booking_id: int) -> Answer:
    """Do not approve one application, and say why."""
    application, form = _application(booking_id), RefusalForm()
    act = partial(
        approving.turn_down,
        guard.by(),
        booking_id,
        guard.user().departments,
        form.reason.data or "",
    )
    if form.validate_on_submit() and carried_out(form, act):
        flash(_("승인하지 않았습니다. 사유를 신청한 직원에게 알렸습니다."))
        return redirect(url_for("department.index"), 303)
    events.looked_at(
        guard.by(),
        f"application {booking_id}",
        person_id=application.booking.person_id,
        address=request.remote_addr,
    )
    page = render_template("booking/training/turn_down.html", application=application, form=form)
    return (page, 422) if form.is_submitted() else page


@blueprint.route("/runs/<int:run_id>/nomination", methods=["GET", "POST"])
@department
def nominate(run_id: int) -> Answer:
    """Send people of the department to a run."""
    run, own = _run(run_id), guard.user().departments
    people = training.colleagues(own, run_id)
    form = NominationForm()
    form.people.choices = options(
        (person.id, f"{person.name} ({person.department}, {person.employee_number})")
        for person in people
    )
    if form.validate_on_submit():
        _nominate(run_id, {one.id: one.name for one in people}, form.people.data or [])
        return redirect(url_for("department.index"), 303)
    _note_look()
    page = render_template(
        "booking/training/nominate.html",
        run=run,
        form=form,
        people=people,
        shares=training.own_shares(run, own),
    )
    return (page, 422) if form.is_submitted() else page


def _nominate(run_id: int, names: dict[int, str], chosen: list[int]) -> None:
    """One after another, each in a turn of its own: who may not is said, the others are in."""
    done = []
    for person_id in chosen:
        try:
            approving.nominate(guard.by("department"), run_id, person_id, guard.user().departments)
        except Refused as refused:
            flash(f"{names[person_id]}: {refused.sentence}", "danger")
        else:
            done.append(names[person_id])
    if done:
        flash(_("추천했습니다: %(names)s. 결과를 본인에게 알렸습니다.", names=", ".join(done)))


def _application(booking_id: int) -> Application:
    application = training.own_application(booking_id, guard.user().departments)
    if application is None:
        abort(404)
    return application


def _run(run_id: int) -> Run:
    run = training.open_run(run_id, clock.now())
    if run is None:
        abort(404)
    return run


def _note_look() -> None:
    own = ", ".join(sorted(guard.user().departments))
    events.looked_at(
        guard.by(), f"employees of department {own}"[:200], address=request.remote_addr
    )
