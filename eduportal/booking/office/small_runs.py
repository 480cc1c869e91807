"""Staff: a run that is too small, and who could come to it."""

from functools import partial

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.booking import invitations
from eduportal.booking import mailing as mailings
from eduportal.booking.actions import small_runs as actions
from eduportal.booking.forms.small_runs import InvitationForm, KeepForm
from eduportal.booking.mailing import Mailing
from eduportal.booking.rules.small_runs import Reason
from eduportal.catalog.models import Run
from eduportal.shared import clock, events, guard
from eduportal.shared.forms import carried_out
from eduportal.shared.guard import staff
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]

blueprint = Blueprint(
    "booking_small_runs", __name__, url_prefix="/office", template_folder="templates"
)


@blueprint.route("/runs/<int:run_id>/invitation", methods=["GET", "POST"])
@staff
def invite(run_id: int) -> Answer:
    """Tell those who wait in sibling runs: look at it first, then send it."""
    form = InvitationForm(body=_ready_made(_run(run_id)))
    step = request.form.get("step", "look")
    looks = form.validate_on_submit() and step != "edit"
    mailing = _looked_over(form, _run(run_id)) if looks else None
    act = partial(
        actions.invite_waiting, guard.by(), run_id, guard.center_ids(), form.body.data or ""
    )
    if mailing and step == "send" and carried_out(form, act):
        flash(_("%(count)s명에게 안내했습니다.", count=len(mailing.reached)))
        return redirect(url_for("portal_risk.runs"), 303)
    run = _run(run_id)
    page = render_template(
        "booking/small_runs/invitation.html",
        form=form,
        run=run,
        mailing=None if form.errors else mailing,
        siblings=[one for one in invitations.siblings(run) if one.fitting],
        is_open=invitations.is_open(run, clock.now()),
        invited=invitations.invited([run_id]).get(run_id, 0),
    )
    return (page, 422) if form.errors else page


@blueprint.route("/runs/<int:run_id>/keep", methods=["GET", "POST"])
@staff
def keep(run_id: int) -> Answer:
    """Decide to hold a run although it is too small."""
    form = KeepForm()
    act = partial(actions.keep_run, guard.by(), run_id, guard.center_ids(), form.reason.data or "")
    if form.validate_on_submit() and carried_out(form, act):
        flash(_("그대로 열기로 정했습니다. 사유를 기록했습니다."))
        return redirect(url_for("portal_risk.runs"), 303)
    page = render_template("booking/small_runs/keep.html", form=form, run=_run(run_id))
    return (page, 422) if form.errors else page


def _looked_over(form: InvitationForm, run: Run) -> Mailing | None:
    """What would be sent; None, with a sentence on the form, where nothing can be."""
    body = form.body.data or ""
    unknown = mailings.unknown_placeholder(body)
    if unknown is not None:
        form.body.errors = [Refused(mailings.Reason.UNKNOWN_PLACEHOLDER, name=unknown).sentence]
        return None
    mailing = invitations.mailing(run, body)
    if not mailing.recipients:
        form.form_errors.append(Refused(Reason.NOBODY_LEFT).sentence)
        return None
    if mailing.refusal:
        reason, facts = mailing.refusal
        form.form_errors.append(Refused(reason, **facts).sentence)
        return None
    what = f"people to invite to run {run.id}, names masked"
    events.looked_at(guard.by(), what, address=request.remote_addr)
    return mailing


def _ready_made(run: Run) -> str:
    base = str(current_app.config["PUBLIC_URL"]).rstrip("/")
    text = _(
        "[정보화교육] {이름} 님, 기다리시는 강좌와 비슷한 ‘{강좌}’에 자리가 있습니다. "
        "첫 수업 {첫수업}, {강의실}. 대기 순번은 그대로입니다. 문의 {문의전화}"
    )
    return f"{text}\n{base}/runs/{run.id}" if base else text


def _run(run_id: int) -> Run:
    run = mailings.run_of(run_id, guard.center_ids())
    if run is None:
        abort(404)
    return run
