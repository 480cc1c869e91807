"""Staff decide about those who applied, all together (심사): chosen, looked over, carried out."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.booking import queries as bookings
from eduportal.booking.actions.screening import Choice, decide
from eduportal.booking.forms.draws import ScreeningForm
from eduportal.booking.models import Booking
from eduportal.booking.queries import draws as queries
from eduportal.booking.rules import screening as rules
from eduportal.booking.rules.screening import Reason
from eduportal.catalog.models import Run
from eduportal.catalog.rules.intake import Selection
from eduportal.shared import clock, events, guard
from eduportal.shared.forms import carried_out
from eduportal.shared.guard import staff
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]
PLACE, WAIT, NEITHER = "place", "wait", "no"

blueprint = Blueprint(
    "screening_office", __name__, url_prefix="/office", template_folder="templates"
)


@dataclass(frozen=True)
class Marked:
    """What the page says about one application: what it gets, and where it waits."""

    booking: Booking
    answer: str = NEITHER
    rank: str = ""


@blueprint.route("/runs/<int:run_id>/screening", methods=["GET", "POST"])
@staff
def screening(run_id: int) -> Answer:
    """Who gets a place, who waits in which order, and who gets nothing."""
    run, form = _run(run_id), ScreeningForm()
    applications = queries.applications(run_id)
    marks = [_marked(booking) for booking in applications]
    choice = _choice(form, marks, run) if form.validate_on_submit() else None
    preview = choice is not None and request.form.get("step") == "preview"
    if choice is not None and not preview:
        act = partial(decide, guard.by(), run_id, guard.center_ids(), choice)
        if carried_out(form, act):
            flash(_("대상자를 정하고 신청하신 분들께 결과를 알렸습니다."))
            return redirect(url_for("booking_office.roster", run_id=run_id), 303)
    events.looked_at(guard.by(), f"applications of run {run_id}", address=request.remote_addr)
    page = render_template(
        "booking/draws/screening.html",
        run=run,
        form=form,
        marks=marks,
        preview=choice if preview else None,
        by_id={mark.booking.id: mark for mark in marks},
        groups=queries.group_names(),
        is_open=clock.now() < run.apply_until,
        free=run.capacity - run.places_taken,
    )
    return (page, 422) if form.errors else page


def _run(run_id: int) -> Run:
    run = bookings.office_run(run_id, guard.center_ids())
    if run is None or run.selection is not Selection.SCREENING or run.selected_at is not None:
        abort(404)
    return run


def _marked(booking: Booking) -> Marked:
    answer = request.form.get(f"answer-{booking.id}", NEITHER)
    rank = request.form.get(f"rank-{booking.id}", "").strip()[:4]
    return Marked(booking, answer if answer in (PLACE, WAIT) else NEITHER, rank)


def _choice(form: ScreeningForm, marks: Sequence[Marked], run: Run) -> Choice | None:
    """What was marked; None, with a sentence on the form, where it cannot be so."""
    placed = [mark.booking.id for mark in marks if mark.answer == PLACE]
    waiting = sorted((mark for mark in marks if mark.answer == WAIT), key=_order)
    refusal = _twice(waiting) or rules.choice_refusal(
        placed, [mark.booking.id for mark in waiting], run.capacity - run.places_taken,
        run.waiting_limit,
    )  # fmt: skip
    rest = len(marks) - len(placed) - len(waiting)
    if refusal is None and rest and not form.reason.data:
        refusal = (Reason.REASON_NEEDED, {})
    if refusal is not None:
        form.form_errors.append(Refused(refusal[0], **refusal[1]).sentence)
        return None
    seen = {int(text) for text in request.form.getlist("seen") if text.isdecimal()}
    return Choice(
        frozenset(seen), placed, [mark.booking.id for mark in waiting], form.reason.data or ""
    )


def _twice(waiting: Sequence[Marked]) -> rules.Refusal | None:
    ranks = [mark.rank for mark in waiting if mark.rank]
    twice = [rank for rank in ranks if ranks.count(rank) > 1]
    return (Reason.RANK_TWICE, {"rank": twice[0]}) if twice else None


def _order(mark: Marked) -> tuple[int, int]:
    # Without a number one waits behind those with one, by arrival.
    rank = int(mark.rank) if mark.rank.isdecimal() else 10_000
    return rank, mark.booking.number
