"""A person is offered a free place: sees it, takes it or gives it back. A GET answers nothing."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.booking import queries
from eduportal.booking.actions import offers
from eduportal.booking.forms import ConfirmForm
from eduportal.booking.offered import ends_at
from eduportal.booking.queries import Standing, waiting
from eduportal.booking.rules import State
from eduportal.catalog.models import Run
from eduportal.shared import clock, guard
from eduportal.shared.guard import resident
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]

blueprint = Blueprint("booking_offer", __name__, template_folder="../templates")


@blueprint.route("/my/bookings/<int:booking_id>/offer", methods=["GET", "POST"])
@resident
def offer(booking_id: int) -> Answer:
    """The place that is kept, until when, and one big button; the POST takes it."""
    standing, form = _own(booking_id), ConfirmForm()
    if not form.validate_on_submit():
        return _page("booking/offer.html", standing, form)
    return _answered(offers.accept_own, standing, "booking/offer.html", form)


@blueprint.route("/my/bookings/<int:booking_id>/offer/decline", methods=["GET", "POST"])
@resident
def decline(booking_id: int) -> Answer:
    """Giving the place back, after one more question."""
    standing, form = _own(booking_id), ConfirmForm()
    if not form.validate_on_submit():
        return _page("booking/offer_decline.html", standing, form)
    return _answered(offers.decline_own, standing, "booking/offer_decline.html", form)


@blueprint.app_template_global("waiting_outlook")
def outlook(run: Run) -> list[str]:
    """What somebody is told who would join a full run's list now; for the run's own page."""
    return waiting.chance_of_next(run)


def _answered(
    verb: Callable[..., State], standing: Standing, template: str, form: ConfirmForm
) -> Answer:
    booking_id = standing.booking.id
    try:
        state = verb(guard.by(), booking_id)
    except Refused as refused:
        page = _page(template, _own(booking_id), form, refused.sentence)
        return (page, 409) if isinstance(page, str) else page
    if state is State.DECLINED:
        flash(_("알려 주셔서 고맙습니다. 자리는 다음 분께 돌아갑니다."))
    if state is State.LAPSED:
        flash(_("아쉽게도 답하실 기한이 지나 자리가 다음 분께 돌아갔습니다."), "warning")
    # Whatever it is now, its own page says so: taken, too late, or answered before.
    return redirect(url_for("booking.booking", booking_id=booking_id), 303)


def _page(
    template: str, standing: Standing, form: ConfirmForm, sentence: str | None = None
) -> str | Response:
    booking = standing.booking
    if booking.state is not State.OFFERED:
        return redirect(url_for("booking.booking", booking_id=booking.id), 303)
    return render_template(
        template,
        standing=standing,
        form=form,
        sentence=sentence,
        until=ends_at(booking),
        now=clock.now(),
    )


def _own(booking_id: int) -> Standing:
    person_id = guard.user().person_id
    standing = queries.own_booking(booking_id, person_id) if person_id is not None else None
    if standing is None:
        abort(404)
    return standing
