"""Administrators: the office's name and contact, and the defaults of its runs."""

from dataclasses import replace
from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.catalog import queries
from eduportal.catalog.actions import office as actions
from eduportal.catalog.actions.office import OfficeFacts
from eduportal.catalog.closed_days import closed_days
from eduportal.catalog.forms.office import OfficeForm
from eduportal.catalog.forms.policies import PolicyForm, seen_of, typed_of_policy
from eduportal.catalog.models import Office
from eduportal.catalog.office import policy_pages
from eduportal.catalog.policies import policy_of
from eduportal.catalog.rules import usual_window
from eduportal.catalog.rules.intake import Intake, Selection, proposed
from eduportal.catalog.rules.policy import Policy
from eduportal.catalog.wording import in_words, parts_in_words
from eduportal.shared import clock, dates, guard
from eduportal.shared.forms import Form, carried_out
from eduportal.shared.guard import admin

Answer = str | Response | tuple[str, int]

blueprint = Blueprint(
    "catalog_settings", __name__, url_prefix="/office/settings", template_folder="templates"
)


@blueprint.route("")
@admin
def index() -> str:
    """What can be set, and what it is now."""
    office = queries.office()
    policy = policy_of(office) if office else None
    return render_template(
        "catalog/settings/index.html",
        row=office,
        policy=policy,
        preview=next_window(policy) if policy else None,
        words=in_words(policy.intake) if policy else [],
    )


@blueprint.route("/office", methods=["GET", "POST"])
@admin
def office() -> Answer:
    """What the office is called and how it is reached."""
    row = queries.office()
    form = OfficeForm(obj=row)
    names = OfficeFacts.__dataclass_fields__
    form.remember({name: getattr(row, name) if row else None for name in names})

    def act() -> None:
        actions.save_office(guard.by(), form.facts(), form.as_seen() if row else {})

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("사무소 이름과 연락처를 저장했습니다."))
        return _onward()
    return _page("catalog/settings/office.html", form)


@blueprint.route("/policy", methods=["GET", "POST"])
@admin
def policy() -> Answer:
    """The defaults of every run: look at what they mean first, then save them."""
    row = queries.office()
    if row is None:
        flash(_("사무소 이름과 연락처를 먼저 저장해 주세요."), "warning")
        return redirect(url_for("catalog_settings.office"), 303)
    now = policy_of(row)
    start = replace(now, intake=_proposal(row, now.intake))
    form = policy_pages.filled_in(PolicyForm, typed_of_policy(start), seen_of(now))
    fine = policy_pages.is_fine(form)

    def act() -> None:
        actions.save_policy(guard.by(), form.policy(), form.as_seen())

    if fine and request.form.get("step") != "look" and carried_out(form, act):
        flash(_("기본 모집 기준을 저장했습니다."))
        return _onward()
    shown = form.policy() if fine else start
    return _page(
        "catalog/settings/policy.html",
        form,
        policy=shown,
        preview=next_window(shown),
        looked=fine,
        words=in_words(shown.intake),
        parts=parts_in_words(shown.intake),
        is_new=row.policy_set_at is None,
        first_come=start.intake.selection is Selection.FIRST_COME,
    )


def _proposal(row: Office, now: Intake) -> Intake:
    """What is shown first: a proposal until somebody has saved what this office wants."""
    if row.policy_set_at is not None or now != Intake():
        return now
    return now if request.args.get("start") == "first-come" else proposed()


def next_window(policy: Policy) -> tuple[datetime, datetime]:
    """When people may apply for next month's runs, weekends and closed days left out."""
    month = dates.next_month(clock.today())
    first = dates.first_of_month(month - timedelta(days=1))
    opens, closes = usual_window(
        policy.window, month, closed_days(first, month + timedelta(days=31))
    )
    return dates.at(opens.date(), opens.time()), dates.at(closes.date(), closes.time())


def _onward() -> Response:
    """Back to where the administrator came from: the steps of set-up, until the office is open."""
    row = queries.office()
    opened = row is not None and row.opened_at is not None
    return redirect(url_for("catalog_settings.index" if opened else "portal_setup.steps"), 303)


def _page(template: str, form: Form, **values: object) -> Answer:
    page = render_template(template, form=form, **values)
    return (page, 422) if form.errors else page
