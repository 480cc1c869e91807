"""Administrators: the office's name and contact, and the defaults of its runs."""

from dataclasses import asdict
from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.catalog import queries
from eduportal.catalog.actions import office as actions
from eduportal.catalog.actions.office import OfficeFacts
from eduportal.catalog.closed_days import closed_days
from eduportal.catalog.forms.office import OfficeForm, PolicyForm
from eduportal.catalog.policies import policy_of
from eduportal.catalog.refusals import refused
from eduportal.catalog.rules import usual_window
from eduportal.catalog.rules.policy import Policy, policy_refusal
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
    shown_now = {name: fact for name, fact in asdict(now).items() if name != "intake"}
    form = PolicyForm(data=shown_now)
    form.remember(shown_now)
    fine = form.validate_on_submit()

    def act() -> None:
        actions.save_policy(guard.by(), form.policy(), form.as_seen())

    if fine and request.form.get("step") != "look" and carried_out(form, act):
        flash(_("기본 모집 기준을 저장했습니다."))
        return _onward()
    shown = form.policy() if fine else now
    refusal = policy_refusal(shown)
    if refusal and not form.form_errors:
        form.form_errors.append(refused(refusal).sentence)
    return _page(
        "catalog/settings/policy.html",
        form,
        policy=now if refusal else shown,
        preview=next_window(now if refusal else shown),
        looked=fine and not refusal,
    )


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
