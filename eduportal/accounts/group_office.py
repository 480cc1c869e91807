"""The desk: who is in a priority group, seen with one's own eyes."""

from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.accounts import group_queries, queries
from eduportal.accounts.actions import groups as actions
from eduportal.accounts.group_forms import FindPersonForm, RevokeForm, VerifyForm
from eduportal.accounts.group_queries import FlagLine
from eduportal.accounts.models import Person
from eduportal.accounts.rules import Audience
from eduportal.shared import events, guard
from eduportal.shared.forms import Form, carried_out, options
from eduportal.shared.guard import desk

Answer = str | Response | tuple[str, int]

blueprint = Blueprint(
    "accounts_groups", __name__, url_prefix="/office", template_folder="templates"
)


@blueprint.route("/priority-people", methods=["GET", "POST"])
@desk
def people() -> Answer:
    """Find somebody by phone; and whose proof has to be seen anew soon."""
    form = FindPersonForm()
    found = None
    if form.validate_on_submit():
        found = [
            one
            for one in queries.people_with_phone(str(form.phone.data))
            if one.audience is Audience.RESIDENT
        ]
        _looked("people of a phone, names masked")
    _looked("priority groups that end soon, names masked")
    page = render_template(
        "accounts/groups/people.html",
        form=form,
        found=found,
        ending=group_queries.ending_soon(),
    )
    return (page, 422) if form.errors else page


@blueprint.route("/people/<int:person_id>/groups", methods=["GET", "POST"])
@desk
def person(person_id: int) -> Answer:
    """A person's groups, and one more that was verified."""
    name, form = _person(person_id).name, VerifyForm()
    form.group_id.choices = options((one.id, one.name) for one in group_queries.groups())
    act = partial(
        actions.verify_group,
        guard.by("visit"),
        person_id,
        form.group_id.data or 0,
        form.valid_until.data,
    )
    if form.validate_on_submit() and carried_out(form, act):
        flash(_("%(name)s 님의 우선 대상을 확인했습니다.", name=name))
        return _to_person(person_id)
    _looked("priority groups", person_id)
    return _page(
        "accounts/groups/person.html",
        form,
        person=_person(person_id),
        flags=group_queries.flags_of(person_id),
    )


@blueprint.route("/people/<int:person_id>/groups/<int:flag_id>/revocation", methods=["GET", "POST"])
@desk
def revoke(person_id: int, flag_id: int) -> Answer:
    """Take a flag back, with the reason."""
    _flag(person_id, flag_id)
    form = RevokeForm()
    act = partial(
        actions.revoke_group, guard.by("visit"), person_id, flag_id, form.reason.data or ""
    )
    if form.validate_on_submit() and carried_out(form, act):
        flash(_("확인을 거두었습니다. 지금부터 우선 대상이 아닙니다."))
        return _to_person(person_id)
    _looked("priority group to revoke", person_id)
    return _page(
        "accounts/groups/revoke.html",
        form,
        person=_person(person_id),
        line=_flag(person_id, flag_id),
    )


def _looked(what: str, person_id: int | None = None) -> None:
    events.looked_at(guard.by(), what, person_id=person_id, address=request.remote_addr)


def _person(person_id: int) -> Person:
    found = queries.person(person_id)
    if found is None:
        abort(404)
    return found


def _flag(person_id: int, flag_id: int) -> FlagLine:
    flags = group_queries.flags_of(person_id)
    found = next((one for one in flags if one.flag.id == flag_id), None)
    if found is None:
        abort(404)
    return found


def _to_person(person_id: int) -> Response:
    return redirect(url_for("accounts_groups.person", person_id=person_id), 303)


def _page(template: str, form: Form, **values: object) -> Answer:
    page = render_template(template, form=form, **values)
    return (page, 422) if form.is_submitted() else page
