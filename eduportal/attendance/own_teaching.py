"""An instructor's own pages: runs, hours, when they can teach, what everybody may read."""

from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.catalog.actions import instructors as actions
from eduportal.catalog.forms import chosen_in
from eduportal.catalog.forms.instructors import AbsenceForm, HoursForm, IntroductionForm
from eduportal.catalog.forms.search import MonthForm
from eduportal.catalog.models import Instructor
from eduportal.catalog.queries import teaching as queries
from eduportal.catalog.rules import WEEKDAYS, RunState
from eduportal.catalog.teaching_hours import held_in, month_table
from eduportal.shared import clock, dates, guard
from eduportal.shared.forms import Form, carried_out
from eduportal.shared.guard import instructor

Answer = str | Response | tuple[str, int]

blueprint = Blueprint("teaching", __name__, url_prefix="/teach", template_folder="templates")


@blueprint.route("/runs")
@instructor
def runs() -> str:
    """The runs that they hold, to come and past."""
    own, now = queries.own_runs(_own().id), clock.now()
    to_come = [run for run in own if run.ends_at and run.ends_at > now]
    return render_template(
        "attendance/teaching/runs.html",
        to_come=list(reversed(to_come)),
        past=[run for run in own if run not in to_come],
        cancelled=RunState.CANCELLED,
    )


@blueprint.route("/profile", methods=["GET", "POST"])
@instructor
def profile() -> Answer:
    """What they say of themselves, and whether everybody may read it."""
    own = _own()
    public = own.consented_at is not None
    form = IntroductionForm(
        introduction=own.introduction,
        phone=own.phone,
        public=public,
        seen_introduction=own.introduction,
        seen_phone=own.phone,
        seen_public="yes" if public else "",
    )

    def act() -> None:
        actions.edit_own(guard.by(), own.id, form.seen, form.wanted)

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("저장했습니다."))
        return redirect(url_for("teaching.profile"), 303)
    return _page("attendance/teaching/profile.html", form, own=own)


@blueprint.route("/availability", methods=["GET", "POST"])
@instructor
def availability() -> Answer:
    """When they can teach, week by week."""
    own, form = _own(), HoursForm()

    def act() -> None:
        actions.add_hours(guard.by(), own.id, form.weekdays.data or [], form.stretch())

    if form.validate_on_submit() and carried_out(form, act):
        return _saved(own.id, "teaching.availability")
    return _page(
        "attendance/teaching/availability.html",
        form,
        hours=queries.hours_of(own.id),
        weekdays=WEEKDAYS,
        contradictions=queries.contradictions(own.id),
    )


@blueprint.route("/availability/<int:hours_id>/removal", methods=["POST"])
@instructor
def remove_hours(hours_id: int) -> Response:
    """Take a stretch away."""
    own = _own()
    actions.remove_hours(guard.by(), own.id, hours_id)
    return _saved(own.id, "teaching.availability")


@blueprint.route("/absences", methods=["GET", "POST"])
@instructor
def absences() -> Answer:
    """Days on which they cannot teach."""
    own, form = _own(), AbsenceForm()
    if form.validate_on_submit() and carried_out(form, partial(_add_absence, own.id, form)):
        return _saved(own.id, "teaching.absences")
    return _page(
        "attendance/teaching/absences.html",
        form,
        absences=queries.absences_of(own.id),
        contradictions=queries.contradictions(own.id),
    )


@blueprint.route("/absences/<int:absence_id>/removal", methods=["POST"])
@instructor
def remove_absence(absence_id: int) -> Response:
    """They can teach on those days after all."""
    own = _own()
    actions.remove_absence(guard.by(), own.id, absence_id)
    return _saved(own.id, "teaching.absences")


@blueprint.route("/hours")
@instructor
def hours() -> Answer:
    """The hours that they taught in a month."""
    form = _month_form()
    month = dates.first_of_month(chosen_in(form.month) or clock.today())
    table = month_table(month, held_in(month, instructor_id=_own().id), with_names=False)
    page = render_template("attendance/teaching/hours.html", form=form, table=table)
    return (page, 422) if form.errors else page


def _own() -> Instructor:
    """Whoever teaches and signs in by this account."""
    own = queries.instructor_of(guard.user().account_id)
    if own is None:
        abort(404)
    return own


def _page(template: str, form: Form, **values: object) -> Answer:
    page = render_template(template, form=form, **values)
    return (page, 422) if form.errors else page


def _saved(instructor_id: int, endpoint: str) -> Response:
    flash(_("저장했습니다."))
    against = {one.meeting.id for one in queries.contradictions(instructor_id)}
    if against:
        flash(
            _(
                "이미 정한 수업 %(count)s번과 맞지 않습니다. 담당자에게 꼭 알려 주세요.",
                count=len(against),
            ),
            "warning",
        )
    return redirect(url_for(endpoint), 303)


def _add_absence(instructor_id: int, form: AbsenceForm) -> None:
    actions.add_absence(guard.by(), instructor_id, *form.days())


def _month_form() -> MonthForm:
    if not request.args:
        return MonthForm(data={"month": clock.today()})
    form = MonthForm(request.args)
    form.validate()
    return form
