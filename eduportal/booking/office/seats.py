"""Staff: who sits where in a run, and what broken PCs take away."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.booking import seats_page
from eduportal.booking.actions import seating
from eduportal.booking.actions import seats as actions
from eduportal.booking.queries import seats as queries
from eduportal.booking.seated import Reach
from eduportal.booking.seats_page import Answer, Crumbs, Doors, found
from eduportal.catalog import queries as catalog
from eduportal.shared import clock, events, guard
from eduportal.shared.guard import desk, staff
from eduportal.shared.refusal import Refused

blueprint = Blueprint(
    "booking_office_seats", __name__, url_prefix="/office", template_folder="templates"
)

DOORS = Doors(
    plan="booking_office_seats.plan",
    undo="booking_office_seats.undo",
    wide="booking_office_seats.wide",
    door="booking_office_seats.door",
    release="booking_office_seats.release",
    breakage="booking_office_seats.breakage",
    repair="booking_office_seats.repair",
)


@blueprint.route("/runs/<int:run_id>/seats", methods=["GET", "POST"])
@desk
def plan(run_id: int) -> Answer:
    """Who sits where; a POST moves somebody."""
    return seats_page.show_or_move(run_id, _reach(), DOORS, _crumbs(run_id))


@blueprint.route("/runs/<int:run_id>/seats/moves/<int:move_id>/undo", methods=["POST"])
@desk
def undo(run_id: int, move_id: int) -> Response:
    """Take the last move back."""
    return seats_page.undo(run_id, move_id, _reach(), DOORS)


@blueprint.route("/runs/<int:run_id>/seats/wide", methods=["POST"])
@desk
def wide(run_id: int) -> Response:
    """Write down who needs a wide seat."""
    return seats_page.note_wide(run_id, _reach(), DOORS)


@blueprint.route("/runs/<int:run_id>/seats/print")
@desk
def door(run_id: int) -> str:
    """The plan on one sheet."""
    return seats_page.for_the_door(run_id, _reach(), DOORS, _crumbs(run_id))


@blueprint.route("/runs/<int:run_id>/seats/release", methods=["POST"])
@desk
def release(run_id: int) -> Response:
    """Keep accessible seats no longer."""
    try:
        actions.release_seats(guard.by(), run_id, _reach())
    except Refused as refused:
        flash(refused.sentence, "danger")
    else:
        flash(_("이제 휠체어 좌석에도 누구나 앉을 수 있습니다."))
    return redirect(url_for("booking_office_seats.plan", run_id=run_id), 303)


@blueprint.route("/runs/<int:run_id>/seats/breakage", methods=["POST"])
@desk
def breakage(run_id: int) -> Response:
    """A PC of the run's room is broken."""
    _set_order(run_id, out_of_order=True)
    return redirect(url_for("booking_office_seats.plan", run_id=run_id), 303)


@blueprint.route("/runs/<int:run_id>/seats/repair", methods=["POST"])
@desk
def repair(run_id: int) -> Response:
    """A PC of the run's room works again."""
    _set_order(run_id, out_of_order=False)
    return redirect(url_for("booking_office_seats.plan", run_id=run_id), 303)


@blueprint.route("/broken-seats")
@desk
def broken() -> str:
    """Classes that lack seats, whom to move, and what can be put back after a repair."""
    centers = guard.center_ids()
    short = queries.short_of_seats(centers)
    if short:
        what = "people of classes that lack seats"
        events.looked_at(guard.by(), what, address=request.remote_addr)
    return render_template(
        "booking/seats/broken.html",
        short=short,
        lowered=queries.to_raise(centers),
        names=catalog.center_names(clock.today()),
    )


@blueprint.route("/runs/<int:run_id>/capacity/restoring", methods=["POST"])
@staff
def restore(run_id: int) -> Response:
    """Offer again what broken PCs took off a run."""
    try:
        capacity = seating.restore_capacity(guard.by(), run_id, guard.center_ids())
    except Refused as refused:
        flash(refused.sentence, "danger")
    else:
        flash(
            _(
                "정원을 %(capacity)s명으로 되돌렸습니다. 기다리는 분께 자리를 드립니다.",
                capacity=capacity,
            )
        )
    return redirect(url_for("booking_office_seats.broken"), 303)


def _set_order(run_id: int, out_of_order: bool) -> None:
    run = found(run_id, _reach())
    plan = queries.run_plan(run)
    cell = next((one for one in plan.cells if str(one.seat_id) == request.form.get("seat")), None)
    if cell is None:
        flash(_("고장 난 자리를 골라 주세요."), "danger")
        return
    verb = seating.break_seat if out_of_order else seating.repair_seat
    verb(guard.by(), cell.seat_id, guard.center_ids())
    if not out_of_order:
        flash(_("%(seat)s 자리를 다시 씁니다.", seat=cell.words))
        return
    flash(_("%(seat)s 자리를 고장으로 적었습니다.", seat=cell.words))
    if queries.count_short(guard.center_ids()):
        flash(
            _("자리가 모자란 강좌가 있습니다. ‘고장 난 자리’에서 옮길 분을 정해 주세요."), "warning"
        )


def _reach() -> Reach:
    return Reach(centers=guard.center_ids())


def _crumbs(run_id: int) -> Crumbs:
    run = found(run_id, _reach())
    return [
        (_("업무"), url_for("portal_office.today")),
        (_("강좌"), url_for("catalog_office.runs")),
        (run.full_title, url_for("catalog_office.run", run_id=run_id)),
    ]
