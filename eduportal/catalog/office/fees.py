"""Administrators: who pays less."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.catalog.actions import reductions as actions
from eduportal.catalog.forms.fees import ReductionChangeForm, ReductionForm
from eduportal.catalog.models import Reduction
from eduportal.catalog.queries import fees as queries
from eduportal.catalog.rules.fees import won
from eduportal.shared import guard
from eduportal.shared.forms import carried_out
from eduportal.shared.guard import admin
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]

blueprint = Blueprint("catalog_fees", __name__, url_prefix="/office", template_folder="templates")
blueprint.add_app_template_filter(won, "won")


@blueprint.route("/reductions", methods=["GET", "POST"])
@admin
def reductions() -> Answer:
    """All reductions, and a form for one more."""
    form = ReductionForm()
    if form.validate_on_submit() and carried_out(
        form, lambda: actions.add_reduction(guard.by(), form.wanted)
    ):
        flash(_("감면 대상을 더했습니다."))
        return _back()
    page = render_template(
        "catalog/fees/reductions.html", form=form, reductions=queries.reductions()
    )
    return (page, 422) if form.errors else page


@blueprint.route("/reductions/<int:reduction_id>", methods=["GET", "POST"])
@admin
def reduction(reduction_id: int) -> Answer:
    """Change one."""
    found = _reduction(reduction_id)
    form = ReductionChangeForm(obj=found)

    def act() -> None:
        actions.change_reduction(guard.by(), reduction_id, form.seen, form.wanted)

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("감면 대상을 바꾸었습니다."))
        return _back()
    page = render_template(
        "catalog/fees/reduction.html", form=form, reduction=_reduction(reduction_id)
    )
    return (page, 422) if form.errors else page


@blueprint.route("/reductions/<int:reduction_id>/retire", methods=["POST"])
@admin
def retire(reduction_id: int) -> Answer:
    """Take one out of use."""
    return _done(actions.retire_reduction, reduction_id, _("더는 쓰지 않도록 했습니다."))


@blueprint.route("/reductions/<int:reduction_id>/restore", methods=["POST"])
@admin
def restore(reduction_id: int) -> Answer:
    """Use one again."""
    return _done(actions.restore_reduction, reduction_id, _("다시 쓰도록 했습니다."))


@blueprint.route("/reductions/<int:reduction_id>/up", methods=["POST"])
@admin
def up(reduction_id: int) -> Answer:
    """Show one earlier."""
    return _done(partial(actions.move_reduction, up=True), reduction_id, _("순서를 바꾸었습니다."))


@blueprint.route("/reductions/<int:reduction_id>/down", methods=["POST"])
@admin
def down(reduction_id: int) -> Answer:
    """Show one later."""
    return _done(partial(actions.move_reduction, up=False), reduction_id, _("순서를 바꾸었습니다."))


def _done(verb: Callable[..., None], reduction_id: int, sentence: str) -> Answer:
    try:
        verb(guard.by(), reduction_id)
    except Refused as refused:
        flash(refused.sentence, "danger")
    else:
        flash(sentence)
    return _back()


def _back() -> Response:
    return redirect(url_for("catalog_fees.reductions"), 303)


def _reduction(reduction_id: int) -> Reduction:
    found = queries.reduction(reduction_id)
    if found is None:
        abort(404)
    return found
