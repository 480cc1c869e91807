"""The plan of a run with its people, the same for whoever may open it: instructors and staff."""

from dataclasses import dataclass
from functools import partial

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.booking.actions import seats as actions
from eduportal.booking.forms.seats import BrokenSeatForm, MoveForm, WideSeatForm, seen_on
from eduportal.booking.queries import seats as queries
from eduportal.booking.queries.seats import Cell, Guest, RunPlan
from eduportal.booking.seated import Reach
from eduportal.catalog import queries as catalog
from eduportal.catalog.models import Run
from eduportal.shared import clock, events, guard
from eduportal.shared.forms import carried_out, options
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]
Crumbs = list[tuple[str, str | None]]


@dataclass(frozen=True)
class Doors:
    """The endpoints of one kind of user; `release` and `breakage` are for the office alone."""

    plan: str
    undo: str
    wide: str
    door: str
    release: str | None = None
    breakage: str | None = None
    repair: str | None = None


def show_or_move(run_id: int, reach: Reach, doors: Doors, crumbs: Crumbs) -> Answer:
    """The plan; a POST moves somebody."""
    run, form = found(run_id, reach), MoveForm()
    if form.validate_on_submit() and carried_out(form, partial(_move, run_id, form, reach)):
        flash(_("자리를 바꾸었습니다."))
        return redirect(url_for(doors.plan, run_id=run_id), 303)
    plan = queries.run_plan(run)
    _looked_at(run_id)
    page = render_template(
        "booking/seats/plan.html",
        run=run,
        plan=plan,
        form=_with_choices(form, plan),
        broken_form=_broken_form(plan) if doors.breakage else None,
        doors=doors,
        crumbs=[*crumbs, (_("자리 배치"), None)],
        last=queries.undoable(run_id),
        seen_on=seen_on,
    )
    return (page, 422) if form.errors else page


def undo(run_id: int, move_id: int, reach: Reach, doors: Doors) -> Response:
    """Take the last move back."""
    found(run_id, reach)
    try:
        actions.undo_move(guard.by(), run_id, move_id, reach)
    except Refused as refused:
        flash(refused.sentence, "danger")
    else:
        flash(_("마지막으로 옮긴 것을 되돌렸습니다."))
    return redirect(url_for(doors.plan, run_id=run_id), 303)


def note_wide(run_id: int, reach: Reach, doors: Doors) -> Response:
    """Write down who needs a wide seat."""
    found(run_id, reach)
    form = WideSeatForm()
    booking_id, needs = form.booking.data or 0, bool(form.needs.data)
    try:
        seat = actions.note_wide_seat(guard.by(), run_id, booking_id, needs, reach)
    except Refused as refused:
        flash(refused.sentence, "danger")
    else:
        flash(_wide_in_words(needs, seat))
    return redirect(url_for(doors.plan, run_id=run_id), 303)


def for_the_door(run_id: int, reach: Reach, doors: Doors, crumbs: Crumbs) -> str:
    """The plan on one sheet: masked names for the door, full ones for the instructor's desk."""
    run = found(run_id, reach)
    full = request.args.get("names") == "full"
    if full:
        _looked_at(run_id)
    return render_template(
        "booking/seats/door.html",
        run=run,
        plan=queries.run_plan(run),
        full=full,
        doors=doors,
        center=catalog.center_names(clock.today())[run.center_id],
        crumbs=[
            *crumbs,
            (_("자리 배치"), url_for(doors.plan, run_id=run_id)),
            (_("인쇄"), None),
        ],
    )


def found(run_id: int, reach: Reach) -> Run:
    """The run, if it is in reach."""
    run = queries.run_in_reach(run_id, reach)
    if run is None:
        abort(404)
    return run


def _move(run_id: int, form: MoveForm, reach: Reach) -> None:
    seat_id, seen = form.target
    actions.move_person(guard.by(), run_id, form.booking_id, seat_id, seen, reach)


def _with_choices(form: MoveForm, plan: RunPlan) -> MoveForm:
    by_id = {cell.seat_id: cell for cell in plan.cells}
    form.person.choices = options(
        ((one.booking_id, _guest_in_words(one, by_id)) for one in plan.guests), nothing=_("고르기")
    )
    usable = [cell for cell in plan.cells if not cell.place.out_of_order]
    form.seat.choices = options(
        ((seen_on(cell), _seat_in_words(cell)) for cell in usable), nothing=_("고르기")
    )
    return form


def _broken_form(plan: RunPlan) -> BrokenSeatForm:
    form = BrokenSeatForm(formdata=None)
    working = [cell for cell in plan.cells if not cell.place.out_of_order]
    form.seat.choices = options(
        ((cell.seat_id, _seat_in_words(cell)) for cell in working), nothing=_("고르기")
    )
    return form


def _guest_in_words(one: Guest, by_id: dict[int, Cell]) -> str:
    cell = by_id.get(one.seat_id) if one.seat_id else None
    name = one.name or _("(파기됨)")
    return f"{cell.words} {name}" if cell else _("자리 없음 %(name)s", name=name)


def _seat_in_words(cell: Cell) -> str:
    if cell.guest is None:
        return _("%(seat)s (비어 있음)", seat=cell.words)
    return _("%(seat)s (%(name)s 님)", seat=cell.words, name=cell.guest.name or _("(파기됨)"))


def _wide_in_words(needs: bool, seat: str | None) -> str:
    if seat is not None:
        return _("넓은 자리가 필요한 분으로 적고 %(seat)s 자리로 옮겼습니다.", seat=seat)
    return _("넓은 자리가 필요한 분으로 적었습니다.") if needs else _("적은 것을 지웠습니다.")


def _looked_at(run_id: int) -> None:
    events.looked_at(guard.by(), f"seats of run {run_id}", address=request.remote_addr)
