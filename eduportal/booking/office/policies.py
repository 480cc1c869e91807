"""Staff: how the places of one run are given, and what becomes of those who applied."""

from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.booking import queries
from eduportal.booking.actions.policies import change_policy, follow_policy
from eduportal.booking.office.meetings import ask_for_calls
from eduportal.booking.rules.policies import Reason
from eduportal.catalog import queries as catalog
from eduportal.catalog.forms.policies import ChangePolicyForm, typed_of
from eduportal.catalog.models import Run
from eduportal.catalog.office import policy_pages
from eduportal.catalog.policies import intake_of
from eduportal.catalog.rules import RunState, publishing
from eduportal.catalog.wording import parts_in_words, run_in_words
from eduportal.shared import clock, guard
from eduportal.shared.guard import staff
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]

blueprint = Blueprint(
    "booking_policies", __name__, url_prefix="/office", template_folder="templates"
)


@blueprint.route("/runs/<int:run_id>/policy", methods=["GET", "POST"])
@staff
def run(run_id: int) -> Answer:
    """Look at what a change means first, then make it; those who applied are told."""
    found = _run(run_id)
    now = intake_of(found)
    form = policy_pages.filled_in(ChangePolicyForm, typed_of(now), now.kept())
    told = _is_told(found)
    if not told:
        del form.reason
    if not _may_place_all(found):
        del form.place_all
    fine = policy_pages.is_fine_for(found, form)
    if fine and request.form.get("step") != "look" and _changed(found, form):
        return redirect(url_for("catalog_office.run", run_id=run_id), 303)
    shown = form.intake() if fine else now
    page = render_template(
        "booking/policy.html",
        form=form,
        run=found,
        looked=fine and not form.errors,
        words=run_in_words(found, shown),
        before=run_in_words(found, now),
        parts=parts_in_words(shown),
        told=found.applied + found.waiting + found.places_taken if told else 0,
        is_draft=found.state is RunState.DRAFT,
    )
    return (page, 422) if form.errors else page


@blueprint.route("/runs/<int:run_id>/policy/follow", methods=["POST"])
@staff
def follow(run_id: int) -> Answer:
    """Let a draft follow its course or the office again."""
    try:
        follow_policy(guard.by(), run_id, guard.center_ids())
    except Refused as refused:
        flash(refused.sentence, "danger")
    else:
        flash(_("이 강좌만의 모집 기준을 지웠습니다. 공개할 때의 기본 모집 기준을 따릅니다."))
    return redirect(url_for("catalog_office.run", run_id=run_id), 303)


def _changed(found: Run, form: ChangePolicyForm) -> bool:
    """Whether it was done; what the rules refuse is said on the form."""
    told = _is_told(found)
    act = partial(
        change_policy,
        guard.by(),
        found.id,
        guard.center_ids(),
        form.intake(),
        form.reason.data if "reason" in form else None,
        form.as_seen(),
        bool("place_all" in form and form.place_all.data),
    )
    try:
        is_new = act()
    except Refused as refused:
        if refused.reason is Reason.REASON_NEEDED:
            form.reason.errors = [refused.sentence]
        else:
            form.form_errors.append(refused.sentence)
        return False
    flash(_("모집 기준을 바꾸었습니다.") if is_new else _("바뀐 것이 없습니다."))
    if told and is_new:
        ask_for_calls(found.id, queries.unreachable(found.id))
    return True


def _is_told(found: Run) -> bool:
    """Whether people go by what it says now: it is public, and open or applied for."""
    now = clock.now()
    hidden = publishing.is_hidden(found.state, found.published_at, now)
    return not hidden and (now >= found.apply_from or found.last_number > 0)


def _may_place_all(found: Run) -> bool:
    return bool(found.applied) and intake_of(found).selection.collects


def _run(run_id: int) -> Run:
    found = catalog.office_run(run_id, guard.center_ids())
    if found is None:
        abort(404)
    return found
