"""A resident applies, sees what happened, and cancels."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.booking import actions, line_pages, queries, rules, rush, strikes
from eduportal.booking.forms import ConfirmForm
from eduportal.booking.messages_restrictions import penalty_in_words
from eduportal.booking.preferred import preferred_as
from eduportal.booking.queries import Standing, waiting
from eduportal.booking.queries import draws as draw_queries
from eduportal.booking.queries.full import is_full_for
from eduportal.booking.queries.restrictions import own_lines
from eduportal.booking.queries.seats import has_accessible_seats
from eduportal.booking.rules import LIVE, Reason
from eduportal.booking.rules.restrictions import Penalty
from eduportal.catalog import queries as catalog
from eduportal.catalog.policies import intake_of
from eduportal.catalog.queries import alternatives
from eduportal.catalog.wording import run_in_words
from eduportal.shared import clock, guard
from eduportal.shared.db import Busy
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
    # The token of every POST was looked at before; the form holds nothing else.
    if request.method == "GET":
        return _last_look(run_id, ConfirmForm())
    if is_full_for(run_id, _person_id()):
        return rush.full(run_id)
    try:
        booking_id = actions.apply(
            guard.by(), run_id, _person_id(), needs_accessible="needs_accessible" in request.form
        )
    except Refused as refused:
        return _refused(run_id, ConfirmForm(), refused)
    except Busy:
        return rush.try_again(run_id)
    return redirect(url_for("booking.booking", booking_id=booking_id), 303)


@blueprint.route("/my")
@resident
def my() -> str:
    """나의 신청 내역."""
    return render_template(
        "booking/my.html",
        standings=(standings := queries.own_bookings(_person_id())),
        outlook=waiting.chances_of(standings),
        live=LIVE,
        remembered=draw_queries.remembered(_person_id()),
        restrictions=own_lines(_person_id()),
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
        outlook=waiting.chances_of([standing]).get(booking_id, []),
        ticket=draw_queries.own_ticket(booking_id),
        chances=draw_queries.chances(standing.booking.run, _person_id()),
        next_lots=draw_queries.next_lots(standing.booking),
        can_cancel=_can_cancel(standing),
        next_meeting=next(coming, None),
        reason=queries.ending_reason(booking_id),
        gives_no_more=rules.has_begun(now, standing.booking.run.given_until),
        alternatives=alternatives.alternatives(standing.booking.run_id, now),
        names=catalog.center_names(clock.today()),
    )


@blueprint.route("/my/bookings/<int:booking_id>/cancellation", methods=["GET", "POST"])
@resident
def cancellation(booking_id: int) -> Answer:
    """Giving the place up, after one more question."""
    standing = _own(booking_id)
    form = ConfirmForm()
    late = _late_penalty(standing)
    # Nobody is punished for what did not stand on the page that they answered.
    if not form.validate_on_submit() or (late and "knows" not in request.form):
        return render_template(
            "booking/cancellation.html",
            standing=standing,
            form=form,
            can_cancel=_can_cancel(standing),
            late=penalty_in_words(late) if late else None,
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
    page = render_template(
        "booking/apply.html",
        run=run,
        form=form,
        sentence=sentence,
        words=run_in_words(run),
        chances=draw_queries.chances(run, _person_id()),
        has_wide_seats=has_accessible_seats(run.room_id),
        preferred=preferred_as(run, _person_id()),
    )
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


def _late_penalty(standing: Standing) -> Penalty | None:
    run = standing.booking.run
    return strikes.late_penalty(standing.booking, intake_of(run), run.starts_at)


def _person_id() -> int:
    person_id = guard.user().person_id
    if person_id is None:
        abort(403)
    return person_id
