"""Staff: employees entered at the desk, approvals in a department's place, departments' shares."""

from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.accounts.rules import Audience
from eduportal.booking import queries
from eduportal.booking.actions import applying, approving
from eduportal.booking.forms import ReasonForm
from eduportal.booking.forms.training import (
    EmployeeEntryForm,
    SharesForm,
    places_name,
    seen_name,
    shares_form,
)
from eduportal.booking.queries import Standing, training
from eduportal.booking.rules import State
from eduportal.catalog.models import Run
from eduportal.shared import clock, events, guard
from eduportal.shared.forms import carried_out
from eduportal.shared.guard import desk, staff
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]

blueprint = Blueprint(
    "booking_training", __name__, url_prefix="/office", template_folder="templates"
)


@blueprint.route("/runs/<int:run_id>/training", methods=["GET", "POST"])
@staff
def run(run_id: int) -> Answer:
    """What awaits approval in a run for employees, and how many of each department may come."""
    found = _run(run_id)
    shares = training.shares_in(found)
    form = shares_form([share.department for share in shares], training.kept_shares(found))
    if form.validate_on_submit() and carried_out(form, partial(_set_shares, run_id, form)):
        flash(_("부서별 인원을 저장했습니다."))
        return _back(run_id)
    events.looked_at(guard.by(), f"approvals of run {run_id}", address=request.remote_addr)
    page = render_template(
        "booking/training/run.html",
        run=found,
        form=form,
        shares=shares,
        awaiting=training.awaiting_in(run_id),
        closed=clock.now() >= found.apply_until,
        places_name=places_name,
        seen_name=seen_name,
    )
    return (page, 422) if form.is_submitted() else page


@blueprint.route("/bookings/<int:booking_id>/approval", methods=["GET", "POST"])
@staff
def approve(booking_id: int) -> Answer:
    """Approve in a department's place."""
    standing, form = _booking(booking_id), ReasonForm()
    act = partial(
        approving.approve_for_department,
        guard.by(),
        booking_id,
        guard.center_ids(),
        form.reason.data or "",
    )
    if form.validate_on_submit() and carried_out(form, act):
        flash(_("부서를 대신해 승인했습니다."))
        return _back(standing.booking.run_id)
    events.looked_at(
        guard.by(),
        f"approval of booking {booking_id}",
        person_id=standing.booking.person_id,
        address=request.remote_addr,
    )
    page = render_template(
        "booking/act.html",
        form=form,
        standing=standing,
        title=_("부서 대신 승인"),
        lead=_("부서에서 승인할 수 없을 때만 대신 승인합니다. 사유가 기록에 남습니다."),
        button=_("승인하기"),
    )
    return (page, 422) if form.is_submitted() else page


@blueprint.route("/runs/<int:run_id>/unapproved", methods=["GET", "POST"])
@staff
def end_unapproved(run_id: int) -> Answer:
    """End the applications that no department has approved."""
    found, form = _run(run_id), ReasonForm()
    act = partial(
        approving.end_unapproved,
        guard.by(),
        run_id,
        guard.center_ids(),
        form.reason.data or "",
    )
    if form.validate_on_submit() and carried_out(form, act):
        flash(_("승인되지 않은 신청을 정리하고 신청한 직원에게 알렸습니다."))
        return _back(run_id)
    page = render_template(
        "booking/training/end_unapproved.html",
        form=form,
        run=found,
        awaiting=training.awaiting_in(run_id),
    )
    return (page, 422) if form.is_submitted() else page


@blueprint.route("/runs/<int:run_id>/employee-entry", methods=["GET", "POST"])
@desk
def entry(run_id: int) -> Answer:
    """Enter an employee who called or came."""
    found, form = _run(run_id), EmployeeEntryForm()
    if form.validate_on_submit():
        try:
            booking_id = _enter(run_id, form)
        except Refused as refused:
            form.form_errors.append(refused.sentence)
        else:
            flash(_entered(_booking(booking_id)))
            return redirect(url_for("booking_office.roster", run_id=run_id), 303)
    page = render_template("booking/training/entry.html", form=form, run=found)
    return (page, 422) if form.is_submitted() else page


def _run(run_id: int) -> Run:
    found = queries.office_run(run_id, guard.center_ids())
    if found is None or found.audience is not Audience.EMPLOYEE:
        abort(404)
    return found


def _booking(booking_id: int) -> Standing:
    standing = queries.office_booking(booking_id, guard.center_ids())
    if standing is None:
        abort(404)
    return standing


def _back(run_id: int) -> Response:
    return redirect(url_for("booking_training.run", run_id=run_id), 303)


def _set_shares(run_id: int, form: SharesForm) -> None:
    approving.set_shares(guard.by(), run_id, guard.center_ids(), form.seen, form.wanted)


def _enter(run_id: int, form: EmployeeEntryForm) -> int:
    return applying.enter_employee(
        guard.by(form.channel.data),
        run_id,
        guard.center_ids(),
        form.employee_number.data or "",
        form.name.data or "",
        form.late_reason.data,
    )


def _entered(standing: Standing) -> str:
    booking = standing.booking
    if booking.state is State.APPLIED:
        return _("신청을 넣었습니다. 부서 승인을 기다립니다.")
    if standing.rank:
        return _("대기 %(rank)s번으로 접수했습니다.", rank=standing.rank)
    return _("수강을 확정했습니다.")
