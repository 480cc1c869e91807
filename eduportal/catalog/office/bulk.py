"""Staff: one act on many runs of the list; looked at run by run before it is done."""

from collections.abc import Sequence
from typing import Any, cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.catalog import queries
from eduportal.catalog.actions import bulk as actions
from eduportal.catalog.actions.bulk import Outcome
from eduportal.catalog.forms.bulk import (
    FORMS,
    NOBODY,
    ChangeForm,
    InstructorChangeForm,
    PublishForm,
)
from eduportal.catalog.models import Run
from eduportal.catalog.office.run_editing import is_hidden
from eduportal.catalog.office.run_words import RunWords
from eduportal.catalog.queries import runs as run_queries
from eduportal.catalog.rules.bulk import Act, Reason
from eduportal.shared import clock, guard
from eduportal.shared.forms import Form, carried_out, options
from eduportal.shared.guard import staff

Answer = str | Response | tuple[str, int]

blueprint = Blueprint(
    "catalog_bulk", __name__, url_prefix="/office/runs", template_folder="templates"
)


@blueprint.route("/bulk", methods=["GET", "POST"])
@staff
def bulk() -> Answer:
    """Say what is to change, look at what it does to each run, and do it."""
    runs = run_queries.office_runs(request.values.getlist("run", type=int), guard.center_ids())
    act = _act()
    if not runs or act is None:
        flash(_("강좌를 하나 이상 고르고, 할 일을 골라 주세요."), "warning")
        return redirect(url_for("catalog_office.runs"), 303)
    form = _form(act, runs)
    if request.method == "GET" or not form.validate_on_submit() or not _has_content(form):
        return _page(act, form, runs)
    if request.form.get("step") == "save":
        done = _publish(form, runs) if act is Act.PUBLISH else _do(act, form, runs)
        if done:
            return done
    return _page(act, form, runs, _tried(act, form, runs))


def _act() -> Act | None:
    named = request.values.get("act", "")
    return Act(named) if named in set(Act) else None


def _form(act: Act, runs: Sequence[Run]) -> Form:
    form = FORMS[act]()
    if isinstance(form, InstructorChangeForm):
        people = [(one.id, one.name) for one in queries.instructors()]
        form.instructor_id.choices = options(
            [*people, (NOBODY, _("정하지 않음"))], _("바꾸지 않음")
        )
    if isinstance(form, ChangeForm) and not any(_needs_reason(run) for run in runs):
        del form.reason
    return form


def _needs_reason(run: Run) -> bool:
    """Whether somebody can have counted on it as it is."""
    return not is_hidden(run) and (run.last_number > 0 or clock.now() >= run.apply_from)


def _has_content(form: Form) -> bool:
    """Whether a change was typed at all."""
    if isinstance(form, ChangeForm) and not form.values():
        form.form_errors.append(_(Reason.NOTHING_TYPED.value))
        return False
    return True


def _ids(runs: Sequence[Run]) -> list[int]:
    return [run.id for run in runs]


def _reason(form: Form) -> str | None:
    return cast(ChangeForm, form).reason.data if "reason" in form else None


def _tried(act: Act, form: Form, runs: Sequence[Run]) -> Sequence[Outcome]:
    """What it would do to each."""
    by, ids, centers = guard.by(), _ids(runs), guard.center_ids()
    if isinstance(form, PublishForm):
        return actions.try_publishing(by, ids, centers, form.moment)
    if isinstance(form, ChangeForm):
        return actions.try_changing(by, ids, form.values(), centers, _reason(form))
    return actions.try_deleting(by, ids, centers)


def _do(act: Act, form: Form, runs: Sequence[Run]) -> Response | None:
    """Change or delete them all; None where it was refused, which the form says."""
    by, ids, centers = guard.by(), _ids(runs), guard.center_ids()

    def carry_out() -> None:
        if isinstance(form, ChangeForm):
            actions.change_runs(by, ids, form.values(), centers, _reason(form))
        else:
            actions.delete_drafts(by, ids, centers)

    if not carried_out(form, carry_out):
        return None
    if act is Act.DELETE:
        flash(_("초안 %(count)s개를 지웠습니다.", count=len(ids)))
    else:
        flash(_("강좌 %(count)s개를 바꾸었습니다.", count=len(ids)))
    return redirect(url_for("catalog_office.runs"), 303)


def _publish(form: Form, runs: Sequence[Run]) -> Answer:
    """Publish those that can be; the others stay on the page with what they lack."""
    at = cast(PublishForm, form).moment
    outcomes = actions.publish_runs(guard.by(), _ids(runs), guard.center_ids(), at)
    done = [one for one in outcomes if not one.refusal]
    if done:
        said = (
            _("강좌 %(count)s개를 그때 공개합니다.")
            if at
            else _("강좌 %(count)s개를 공개했습니다.")
        )
        flash(said.replace("%(count)s", str(len(done))))
    if len(done) == len(outcomes):
        return redirect(url_for("catalog_office.runs"), 303)
    left = {one.run_id for one in outcomes if one.refusal}
    rest = [one for one in outcomes if one.refusal]
    return _page(Act.PUBLISH, form, [run for run in runs if run.id in left], rest, 409)


def _page(
    act: Act,
    form: Form,
    runs: Sequence[Run],
    outcomes: Sequence[Outcome] = (),
    status: int = 200,
) -> Answer:
    page = render_template(
        "catalog/bulk.html",
        act=act,
        form=form,
        runs=runs,
        outcomes={one.run_id: one for one in outcomes},
        refused=[one for one in outcomes if one.refusal],
        nothing=isinstance(form, ChangeForm) and not any(one.changed for one in outcomes),
        words=RunWords(),
        centers=_center_names(),
    )
    return page, 422 if form.errors else status


def _center_names() -> dict[int, Any]:
    return {one.id: one.name for one in queries.centers(clock.today(), guard.center_ids())}
