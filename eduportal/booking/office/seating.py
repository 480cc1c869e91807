"""Staff: the plan of a room's seats."""

from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from eduportal.booking.actions.seating import arrange_seats
from eduportal.booking.forms.seating import SeatPlanForm, seat_plan_form
from eduportal.booking.queries.seating import Sitting, at_broken_seats
from eduportal.catalog.models import Room
from eduportal.catalog.queries import sites
from eduportal.catalog.refusals import refused
from eduportal.catalog.rules import seats
from eduportal.catalog.rules.seats import Place
from eduportal.shared import clock, events, guard
from eduportal.shared.forms import carried_out
from eduportal.shared.guard import staff

Answer = str | Response | tuple[str, int]

blueprint = Blueprint(
    "booking_seating", __name__, url_prefix="/office", template_folder="templates"
)


@blueprint.route("/rooms/<int:room_id>/seats", methods=["GET", "POST"])
@staff
def seat_plan(room_id: int) -> Answer:
    """Arrange a room's seats: a table of cells, which a script turns into the room itself."""
    room = _room(room_id)
    plan = sites.seat_plan(room_id)
    form = seat_plan_form(plan, _shape(plan))
    if not form.validate_on_submit():
        return _page(form, room)
    places = form.places()
    step = request.form.get("step", "save")
    if step != "save":
        return _page(_reshaped(form, places, step), room)
    if _is_a_plan(form, places) and carried_out(form, partial(_arrange, room_id, form, places)):
        flash(_("좌석 배치를 저장했습니다."))
        return redirect(url_for("booking_seating.seat_plan", room_id=room_id), 303)
    return _page(form, room)


def _arrange(room_id: int, form: SeatPlanForm, places: list[Place]) -> None:
    wanted = {place.number: place for place in places}
    arrange_seats(guard.by(), room_id, wanted, form.as_seen(), guard.center_ids())


def _is_a_plan(form: SeatPlanForm, places: list[Place]) -> bool:
    found = seats.refusals(places)
    form.form_errors.extend(refused(refusal).sentence for refusal in found)
    return not found


def _reshaped(form: SeatPlanForm, places: list[Place], step: str) -> SeatPlanForm:
    """The form with one more row, column or aisle; nothing is saved."""
    typed = {place.number: place for place in places}
    if len(typed) != len(places):
        _is_a_plan(form, places)
        return form
    rows, columns = form.shape
    if step == "row":
        rows += 1
    else:
        columns += 1
    if step == "aisle":
        typed = seats.with_aisle(typed, form.aisle_after.data or 0)
    return _unsent(typed, (rows, columns), form.seen.data)


def _unsent(plan: dict[int, Place], shape: tuple[int, int], seen: str | None) -> SeatPlanForm:
    """A form that shows a plan although another was sent."""
    return seat_plan_form(plan, shape, seen, formdata=MultiDict())


def _shape(plan: dict[int, Place]) -> tuple[int, int]:
    """The shape that was sent, else that of the plan."""
    rows, columns = seats.shape(plan)
    return (
        request.form.get("rows", rows, type=int) or 1,
        request.form.get("columns", columns, type=int) or 1,
    )


def _page(form: SeatPlanForm, room: Room) -> Answer:
    page = render_template(
        "booking/seating/seat_plan.html",
        form=form,
        room=room,
        site=sites.site(room.center_id, None, clock.today()),
        grid=seats.grid(sites.seat_plan(room.id)),
        sitting=_sitting(room.id),
    )
    return (page, 422) if form.errors else page


def _sitting(room_id: int) -> list[Sitting]:
    sitting = at_broken_seats(room_id)
    if sitting:
        what = f"people at broken seats of room {room_id}"
        events.looked_at(guard.by(), what, address=request.remote_addr)
    return sitting


def _room(room_id: int) -> Room:
    room = sites.room(room_id, guard.center_ids())
    if room is None:
        abort(404)
    return room
