"""Staff: a message to the people of one run."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.booking import mailing as mailings
from eduportal.booking.actions import telling as actions
from eduportal.booking.forms.telling import RosterMessageForm
from eduportal.booking.mailing import Audience, Mailing, Reason
from eduportal.booking.queries import messages as queries
from eduportal.catalog.models import Run
from eduportal.shared import events, guard
from eduportal.shared.forms import carried_out
from eduportal.shared.guard import staff
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]

blueprint = Blueprint(
    "booking_telling", __name__, url_prefix="/office", template_folder="templates"
)


@blueprint.route("/runs/<int:run_id>/messages", methods=["GET", "POST"])
@staff
def run(run_id: int) -> Answer:
    """Write to the people of a run: look at it first, then send it; and what was sent before."""
    found = _run(run_id)
    form = RosterMessageForm(
        audience=Audience.PLACED.value, body=_ready_made(found).get(request.args.get("text", ""))
    )
    step = request.form.get("step", "look")
    looks = form.validate_on_submit() and step != "edit"
    mailing = _looked_over(form, found) if looks else None
    if mailing and step == "send" and carried_out(form, lambda: _send(form, run_id)):
        flash(_("%(count)s명에게 보냈습니다.", count=len(mailing.reached)))
        return redirect(url_for("booking_telling.run", run_id=run_id), 303)
    page = render_template(
        "booking/telling/run.html",
        run=_run(run_id),
        form=form,
        mailing=None if form.errors else mailing,
        seen=queries.newest_message(run_id),
        sent=queries.messages_of(run_id),
        ready_made=[
            ("class", _("수업 안내")),
            ("things", _("준비물")),
            ("room", _("강의실 변경")),
            ("own", _("직접 쓰기")),
        ],
        placeholders=mailings.PLACEHOLDERS,
    )
    return (page, 422) if form.errors else page


def _looked_over(form: RosterMessageForm, run: Run) -> Mailing | None:
    """What would be sent; None, with a sentence on the form, where nothing can be."""
    unknown = mailings.unknown_placeholder(form.text)
    if unknown is not None:
        form.body.errors = [Refused(Reason.UNKNOWN_PLACEHOLDER, name=unknown).sentence]
        return None
    mailing = mailings.mailing(run, Audience(form.audience.data), form.text)
    if mailing.refusal:
        reason, facts = mailing.refusal
        form.form_errors.append(Refused(reason, **facts).sentence)
        return None
    what = f"message to run {run.id}, names masked"
    events.looked_at(guard.by(), what, address=request.remote_addr)
    return mailing


def _send(form: RosterMessageForm, run_id: int) -> None:
    audience, body = Audience(form.audience.data), form.text
    actions.tell_roster(guard.by(), run_id, guard.center_ids(), audience, body, form.newest_seen)


def _ready_made(run: Run) -> dict[str, str]:
    things = run.course.preparation or _("(준비물을 적어 주세요)")
    return {
        "class": _(
            "[정보화교육] {이름} 님, ‘{강좌}’ 첫 수업은 {첫수업}, {강의실}입니다. 좌석: {좌석}. "
            "문의 {문의전화}"
        ),
        "things": _(
            "[정보화교육] {이름} 님, ‘{강좌}’ 준비물: %(things)s. 첫 수업 {첫수업}. 문의 {문의전화}",
            things=things,
        ),
        "room": _(
            "[정보화교육] {이름} 님, ‘{강좌}’ 강의실이 {강의실}(으)로 바뀌었습니다. 문의 {문의전화}"
        ),
    }


def _run(run_id: int) -> Run:
    run = mailings.run_of(run_id, guard.center_ids())
    if run is None:
        abort(404)
    return run
