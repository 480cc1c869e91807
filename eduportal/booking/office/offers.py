"""Staff: which free places are offered to whom, whom to call, and what was said on the phone."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.booking import queries
from eduportal.booking.actions import offers, placing
from eduportal.booking.forms import ReasonForm
from eduportal.booking.forms.offers import ExtensionForm
from eduportal.booking.offered import ends_at
from eduportal.booking.queries import Standing
from eduportal.booking.queries import waiting as lists
from eduportal.booking.rules import State
from eduportal.shared import events, guard
from eduportal.shared.forms import Form, carried_out
from eduportal.shared.guard import desk
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]

blueprint = Blueprint(
    "booking_offers", __name__, url_prefix="/office", template_folder="../templates"
)


@blueprint.route("/offers")
@desk
def all_offers() -> str:
    """Every offer that waits for an answer, whom to call, and what was answered today."""
    centers = guard.center_ids()
    out = lists.offers_out(centers)
    events.looked_at(guard.by(), "offers of all runs", address=request.remote_addr)
    return render_template(
        "booking/offers.html",
        out=[one for one in out if not one.by_phone],
        by_phone=[one for one in out if one.by_phone],
        to_call_for=lists.to_call_for(centers),
        answered=lists.offers_answered_today(centers),
    )


@blueprint.route("/bookings/<int:booking_id>/offer")
@desk
def one_offer(booking_id: int) -> str:
    """One person's offer, and all that can be done with it."""
    standing = _booking(booking_id)
    return render_template(
        "booking/offer_desk.html", standing=standing, offer=lists.offer_of(booking_id)
    )


@blueprint.route("/bookings/<int:booking_id>/offer/by-hand", methods=["GET", "POST"])
@desk
def by_hand(booking_id: int) -> Answer:
    """Offer a free place out of turn, with a reason."""
    form = ReasonForm()
    act = partial(
        placing.offer, guard.by("phone"), booking_id, guard.center_ids(), form.reason.data or ""
    )
    return _with_reason(
        booking_id,
        form,
        act,
        title=_("순서 밖 빈자리 안내"),
        lead=_(
            "순서보다 먼저 자리를 안내합니다. 답하실 때까지 자리를 맡아 두고, 사유가 기록에 남습니다."
        ),
        button=_("안내하기"),
        done=_("빈자리를 안내했습니다."),
    )


@blueprint.route("/bookings/<int:booking_id>/offer/withdrawal", methods=["GET", "POST"])
@desk
def withdrawal(booking_id: int) -> Answer:
    """Take an offer back, with a reason that is told."""
    form = ReasonForm()
    act = partial(
        offers.withdraw, guard.by("phone"), booking_id, guard.center_ids(), form.reason.data or ""
    )
    return _with_reason(
        booking_id,
        form,
        act,
        title=_("빈자리 안내 거두기"),
        lead=_(
            "안내를 거두면 이 신청은 끝나고(대기 순번도 없어집니다) 자리는 다음 분께 돌아갑니다. 사유는 신청하신 분께 전해집니다."
        ),
        button=_("안내 거두기"),
        done=_("안내를 거두었습니다. 자리는 다음 분께 돌아갑니다."),
    )


@blueprint.route("/bookings/<int:booking_id>/offer/extension", methods=["GET", "POST"])
@desk
def extension(booking_id: int) -> Answer:
    """Give somebody more time to answer, with a reason."""
    standing = _booking(booking_id)
    offered = standing.booking.state is State.OFFERED
    form = ExtensionForm(until=ends_at(standing.booking) if offered else None)
    until, reason = form.until.data, form.reason.data or ""
    if (
        form.validate_on_submit()
        and until
        and carried_out(
            form,
            partial(
                offers.lengthen, guard.by("phone"), booking_id, guard.center_ids(), until, reason
            ),
        )
    ):
        flash(_("답할 기한을 늘렸습니다."))
        return _to_offer(booking_id)
    page = render_template("booking/offer_extension.html", standing=standing, form=form)
    return (page, 422) if form.is_submitted() else page


@blueprint.route("/bookings/<int:booking_id>/offer/accepted", methods=["POST"])
@desk
def accepted(booking_id: int) -> Response:
    """Somebody said on the phone that they come."""
    said = {State.PLACED: _("수강을 확정했습니다.")}
    return _answered(offers.accept_for, booking_id, said)


@blueprint.route("/bookings/<int:booking_id>/offer/declined", methods=["POST"])
@desk
def declined(booking_id: int) -> Response:
    """Somebody said on the phone that they do not come."""
    said = {State.DECLINED: _("받지 않으신다고 적었습니다. 자리는 다음 분께 돌아갑니다.")}
    return _answered(offers.decline_for, booking_id, said)


@blueprint.route("/bookings/<int:booking_id>/offer/called", methods=["POST"])
@desk
def called(booking_id: int) -> Response:
    """Somebody was told of their offer on the phone."""
    _booking(booking_id)
    try:
        offers.note_call(guard.by("phone"), booking_id, guard.center_ids())
        flash(_("전화로 알렸다고 적었습니다."))
    except Refused as refused:
        flash(refused.sentence, "warning")
    return redirect(url_for("booking_offers.all_offers"), 303)


def _answered(verb: Callable[..., State], booking_id: int, said: dict[State, str]) -> Response:
    _booking(booking_id)
    try:
        state = verb(guard.by("phone"), booking_id, guard.center_ids())
    except Refused as refused:
        flash(refused.sentence, "warning")
        return _to_offer(booking_id)
    if state in said:
        flash(said[state])
    else:
        flash(_("이미 ‘%(state)s’ 상태라 바꾸지 않았습니다.", state=state.label), "warning")
    return _to_offer(booking_id)


def _with_reason(
    booking_id: int,
    form: ReasonForm,
    act: Callable[[], object],
    *,
    done: str,
    **texts: str,
) -> Answer:
    standing = _booking(booking_id)
    if form.validate_on_submit() and carried_out(form, act):
        flash(done)
        return redirect(url_for("booking_office.roster", run_id=standing.booking.run_id), 303)
    return _page(form, standing=standing, **texts)


def _page(form: Form, **values: object) -> Answer:
    page = render_template("booking/act.html", form=form, **values)
    return (page, 422) if form.is_submitted() else page


def _to_offer(booking_id: int) -> Response:
    return redirect(url_for("booking_offers.one_offer", booking_id=booking_id), 303)


def _booking(booking_id: int) -> Standing:
    standing = queries.office_booking(booking_id, guard.center_ids())
    if standing is None:
        abort(404)
    return standing
