"""Where a person sits, and who sits where in an instructor's own classes."""

from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.booking import queries, seats_page
from eduportal.booking.actions import seats as actions
from eduportal.booking.forms.seats import WideSeatForm, seat_form
from eduportal.booking.models import Booking
from eduportal.booking.queries.seats import Cell, RunPlan, run_plan
from eduportal.booking.rules import HOLDING, has_begun
from eduportal.booking.rules.seating import choice_refusal
from eduportal.booking.seated import Reach
from eduportal.booking.seats_page import Answer, Crumbs, Doors
from eduportal.shared import clock, guard
from eduportal.shared.forms import carried_out
from eduportal.shared.guard import instructor, resident
from eduportal.shared.refusal import Refused

blueprint = Blueprint("booking_seats", __name__, template_folder="templates")

DOORS = Doors(
    plan="booking_seats.plan",
    undo="booking_seats.undo",
    wide="booking_seats.wide",
    door="booking_seats.door",
)


@blueprint.route("/my/bookings/<int:booking_id>/seat", methods=["GET", "POST"])
@resident
def own(booking_id: int) -> Answer:
    """One's seat in the room; chosen here where the policy allows."""
    booking = _own(booking_id)
    plan = run_plan(booking.run, booking.needs_accessible)
    form = seat_form(plan, booking.seat_id)
    act = partial(_choose, booking_id, form.seat.data)
    if form.validate_on_submit() and carried_out(form, act):
        flash(_("자리를 정했습니다."))
        return redirect(url_for("booking_seats.own", booking_id=booking_id), 303)
    if form.errors:
        # Whoever was faster is on the plan by now.
        booking = _own(booking_id)
        plan = run_plan(booking.run, booking.needs_accessible)
    page = render_template(
        "booking/seats/own.html",
        booking=booking,
        plan=plan,
        form=form,
        options={option.data: option for option in form.seat},
        may_choose=_may_choose(booking, plan),
        may_take=partial(_may_take, booking.seat_id),
        wide_form=WideSeatForm(formdata=None, needs=booking.needs_accessible),
        holding=HOLDING,
        begun=has_begun(clock.now(), booking.run.starts_at),
    )
    return (page, 422) if form.errors else page


@blueprint.route("/my/bookings/<int:booking_id>/wide-seat", methods=["POST"])
@resident
def own_wide(booking_id: int) -> Response:
    """Say that one needs a wide seat, or needs none."""
    _own(booking_id)
    needs = bool(WideSeatForm().needs.data)
    try:
        seat = actions.ask_for_wide_seat(guard.by(), booking_id, needs)
    except Refused as refused:
        flash(refused.sentence, "danger")
    else:
        flash(_wide_in_words(needs, seat))
    return redirect(url_for("booking_seats.own", booking_id=booking_id), 303)


@blueprint.route("/teach/runs/<int:run_id>/seats", methods=["GET", "POST"])
@instructor
def plan(run_id: int) -> Answer:
    """Who sits where in one of their runs; a POST moves somebody."""
    return seats_page.show_or_move(run_id, _reach(), DOORS, _crumbs())


@blueprint.route("/teach/runs/<int:run_id>/seats/moves/<int:move_id>/undo", methods=["POST"])
@instructor
def undo(run_id: int, move_id: int) -> Response:
    """Take the last move back."""
    return seats_page.undo(run_id, move_id, _reach(), DOORS)


@blueprint.route("/teach/runs/<int:run_id>/seats/wide", methods=["POST"])
@instructor
def wide(run_id: int) -> Response:
    """Write down who needs a wide seat."""
    return seats_page.note_wide(run_id, _reach(), DOORS)


@blueprint.route("/teach/runs/<int:run_id>/seats/print")
@instructor
def door(run_id: int) -> str:
    """The plan on one sheet."""
    return seats_page.for_the_door(run_id, _reach(), DOORS, _crumbs())


def _own(booking_id: int) -> Booking:
    person_id = guard.user().person_id
    standing = queries.own_booking(booking_id, person_id) if person_id else None
    if standing is None:
        abort(404)
    return standing.booking


def _choose(booking_id: int, seat: str | None) -> None:
    actions.choose_seat(guard.by(), booking_id, int(seat or 0))


def _may_choose(booking: Booking, plan: RunPlan) -> bool:
    """Whether there is anything to choose: it is theirs to do, and another seat is free."""
    run, now = booking.run, clock.now()
    if choice_refusal(booking.state, plan.by_person, run.state, run.starts_at or now, now):
        return False
    return any(cell.free and not cell.kept for cell in plan.cells)


def _may_take(own_seat: int | None, cell: Cell) -> bool:
    return cell.seat_id == own_seat or (cell.free and not cell.kept)


def _wide_in_words(needs: bool, seat: str | None) -> str:
    if seat is not None:
        return _("넓은 자리가 필요하다고 적고 %(seat)s 자리로 옮겨 드렸습니다.", seat=seat)
    if needs:
        return _("넓은 자리가 필요하다고 적었습니다. 담당자가 자리를 살펴봅니다.")
    return _("적은 것을 지웠습니다.")


def _reach() -> Reach:
    return Reach(taught_by=guard.user().account_id)


def _crumbs() -> Crumbs:
    return [
        (_("오늘 수업"), url_for("attendance.today")),
        (_("내가 맡은 강좌"), url_for("teaching.runs")),
    ]
