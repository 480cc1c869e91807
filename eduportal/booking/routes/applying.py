"""A resident applies, sees what happened, and cancels."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.booking import actions, line_pages, queries, rules
from eduportal.booking.forms import ConfirmForm
from eduportal.booking.queries import Standing
from eduportal.booking.rules import LIVE, Reason
from eduportal.catalog import queries as catalog
from eduportal.catalog.queries import alternatives
from eduportal.shared import clock, guard
from eduportal.shared.guard import resident
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]

blueprint = Blueprint("booking", __name__, template_folder="templates")


@blueprint.route("/runs/<int:run_id>/apply", methods=["GET", "POST"])
@resident
def apply(run_id: int) -> Answer:
    """The last look before applying, and the application itself."""
    if (to_the_line := line_pages.not_yet(run_id)) is not None:
        return to_the_line
    form = ConfirmForm()
    if not form.validate_on_submit():
        return _last_look(run_id, form)
    try:
        booking_id = actions.apply(guard.by(), run_id, _person_id())
    except Refused as refused:
        return _refused(run_id, form, refused)
    return redirect(url_for("booking.booking", booking_id=booking_id), 303)


@blueprint.route("/my")
@resident
def my() -> str:
    """나의 신청 내역."""
    return render_template(
        "booking/my.html", standings=queries.own_bookings(_person_id()), live=LIVE
    )


@blueprint.route("/my/bookings/<int:booking_id>")
@resident
def booking(booking_id: int) -> str:
    """What happened to one application, and what comes next."""
    standing, now = _own(booking_id), clock.now()
    held = (one for one in standing.booking.run.meetings if one.cancelled_at is None)
    coming = (meeting for meeting in held if meeting.ends_at > now)
    return render_template(
        "booking/booking.html",
        standing=standing,
        can_cancel=_can_cancel(standing),
        next_meeting=next(coming, None),
        reason=queries.ending_reason(booking_id),
        has_begun=rules.has_begun(now, standing.booking.run.starts_at),
        alternatives=alternatives.alternatives(standing.booking.run_id, now),
        names=catalog.center_names(clock.today()),
    )


@blueprint.route("/my/bookings/<int:booking_id>/cancellation", methods=["GET", "POST"])
@resident
def cancellation(booking_id: int) -> Answer:
    """Giving the place up, after one more question."""
    standing = _own(booking_id)
    form = ConfirmForm()
    if not form.validate_on_submit():
        return render_template(
            "booking/cancellation.html",
            standing=standing,
            form=form,
            can_cancel=_can_cancel(standing),
        )
    try:
        actions.cancel_own(guard.by(), booking_id, queries.office_phone())
    except Refused as refused:
        flash(refused.sentence, "danger")
    else:
        flash(_("신청을 취소했습니다."))
    return redirect(url_for("booking.booking", booking_id=booking_id), 303)


def _last_look(run_id: int, form: ConfirmForm, sentence: str | None = None) -> Answer:
    run = catalog.run(run_id, clock.now())
    if run is None:
        abort(404)
    page = render_template("booking/apply.html", run=run, form=form, sentence=sentence)
    return (page, 409) if sentence else page


def _refused(run_id: int, form: ConfirmForm, refused: Refused) -> Answer:
    # The second of two taps, or a page that was open in two tabs: the answer is the booking.
    if refused.reason is Reason.ALREADY_BOOKED:
        booking_id = queries.live_booking_id(run_id, _person_id())
        if booking_id is None:
            return redirect(url_for("booking.my"), 303)
        return redirect(url_for("booking.booking", booking_id=booking_id), 303)
    return _last_look(run_id, form, refused.sentence)


def _own(booking_id: int) -> Standing:
    standing = queries.own_booking(booking_id, _person_id())
    if standing is None:
        abort(404)
    return standing


def _can_cancel(standing: Standing) -> bool:
    booking = standing.booking
    return rules.may_cancel(booking.state, clock.now(), booking.run.cancel_until)


def _person_id() -> int:
    person_id = guard.user().person_id
    if person_id is None:
        abort(403)
    return person_id
