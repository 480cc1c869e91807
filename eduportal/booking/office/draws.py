"""Staff: how a run's draw stands, the value that it waits for, and its result with the people."""

from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.booking import queries as bookings
from eduportal.booking.actions import draws as actions
from eduportal.booking.actions import promising
from eduportal.booking.forms.draws import ValueForm, VoidForm
from eduportal.booking.queries import draws as queries
from eduportal.booking.queries.draws import Published
from eduportal.catalog.models import Run
from eduportal.shared import clock, events, guard
from eduportal.shared.forms import carried_out
from eduportal.shared.guard import admin, staff
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]

blueprint = Blueprint("draw_office", __name__, url_prefix="/office", template_folder="templates")


@blueprint.route("/runs/<int:run_id>/draw", methods=["GET", "POST"])
@staff
def draw(run_id: int) -> Answer:
    """How the draw stands; the public value is looked over, then drawn with."""
    run, published = _published(run_id)
    form = ValueForm()
    normal = None
    if form.validate_on_submit():
        if request.form.get("step") == "draw" and _drawn(run_id, form):
            flash(_("추첨했습니다. 신청하신 분들께 결과를 알렸습니다."))
            return redirect(url_for("draw_office.draw", run_id=run_id), 303)
        normal = None if form.errors else _normalized(run_id, form)
    page = _page(run, published, form, normal)
    return (page, 422) if form.errors else page


@blueprint.route("/runs/<int:run_id>/draw/advance", methods=["POST"])
@staff
def advance(run_id: int) -> Response:
    """Do at once what the worker would do: publish the promise, close the list, draw."""
    _published(run_id)
    try:
        actions.advance(guard.by(), run_id, guard.center_ids())
    except Refused as refused:
        flash(refused.sentence, "danger")
    else:
        flash(_("할 수 있는 데까지 진행했습니다."))
    return redirect(url_for("draw_office.draw", run_id=run_id), 303)


@blueprint.route("/runs/<int:run_id>/draw/void", methods=["GET", "POST"])
@admin
def void(run_id: int) -> Answer:
    """Call a promise or a closed list void before it is drawn, for everybody to see."""
    run, published = _published(run_id)
    form = VoidForm()
    act = partial(
        promising.void, guard.by(), run_id, guard.center_ids(), (form.reason.data or "").strip()
    )
    if form.validate_on_submit() and carried_out(form, act):
        flash(_("무효로 하고 다시 공고했습니다. 사유가 추첨 화면에 공개됩니다."))
        return redirect(url_for("draw_office.draw", run_id=run_id), 303)
    page = render_template("booking/draws/void.html", form=form, run=run, published=published)
    return (page, 422) if form.errors else page


def _drawn(run_id: int, form: ValueForm) -> bool:
    value, seen = str(form.value.data), form.seen.data or ""
    act = partial(
        actions.enter_value, guard.by(), run_id, guard.center_ids(), value=value, seen=seen
    )
    return carried_out(form, act)


def _normalized(run_id: int, form: ValueForm) -> str | None:
    try:
        normal = actions.normalized(run_id, str(form.value.data))
    except Refused as refused:
        form.form_errors.append(refused.sentence)
        return None
    form.seen.data = normal
    return normal


def _page(run: Run, published: Published, form: ValueForm, normal: str | None) -> str:
    draw, entries = published.draw, []
    if draw is not None and draw.closed_at is not None:
        entries = list(queries.entries(draw))
        events.looked_at(guard.by(), f"draw of run {run.id}", address=request.remote_addr)
    return render_template(
        "booking/draws/office.html",
        run=run,
        published=published,
        entries=entries,
        form=form,
        normal=normal,
        now=clock.now(),
    )


def _published(run_id: int) -> tuple[Run, Published]:
    run = bookings.office_run(run_id, guard.center_ids())
    published = queries.published(run) if run else None
    if run is None or published is None:
        abort(404)
    return run, published
