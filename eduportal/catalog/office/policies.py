"""A course's own defaults, and the priority groups that everybody's defaults name."""

from collections.abc import Callable, Iterable
from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.accounts.models import PriorityGroup
from eduportal.catalog import queries
from eduportal.catalog.actions import groups as group_actions
from eduportal.catalog.actions.policies import drop_course_policy, set_course_policy
from eduportal.catalog.forms.policies import GroupForm, PolicyForm, seen_of, typed_of_policy
from eduportal.catalog.models import Course
from eduportal.catalog.office import policy_pages
from eduportal.catalog.office.settings import next_window
from eduportal.catalog.policies import policy_for
from eduportal.catalog.queries import groups as group_queries
from eduportal.catalog.rules.groups import START_SET
from eduportal.catalog.wording import in_words, parts_in_words
from eduportal.shared import guard
from eduportal.shared.forms import Form, carried_out
from eduportal.shared.guard import admin, staff
from eduportal.shared.refusal import Refused

Answer = str | Response | tuple[str, int]

blueprint = Blueprint(
    "catalog_policies", __name__, url_prefix="/office", template_folder="templates"
)


@blueprint.route("/courses/<int:course_id>/policy", methods=["GET", "POST"])
@staff
def course(course_id: int) -> Answer:
    """이 과정만의 모집 기준: what its runs to come begin with."""
    found = _course(course_id)
    now = policy_for(found)
    form = policy_pages.filled_in(PolicyForm, typed_of_policy(now), seen_of(now))
    fine = policy_pages.is_fine(form)

    def act() -> None:
        set_course_policy(guard.by(), course_id, form.policy(), form.as_seen())

    if fine and request.form.get("step") != "look" and carried_out(form, act):
        flash(_("이 과정만의 모집 기준을 저장했습니다. 이제부터 만드는 강좌에 들어갑니다."))
        return redirect(url_for("catalog_office.course", course_id=course_id), 303)
    shown = form.policy() if fine else now
    return _page(
        "catalog/policies/course.html",
        form,
        course=found,
        policy=shown,
        preview=next_window(shown),
        looked=fine,
        words=in_words(shown.intake),
        parts=parts_in_words(shown.intake),
    )


@blueprint.route("/courses/<int:course_id>/policy/drop", methods=["POST"])
@staff
def drop(course_id: int) -> Answer:
    """Follow the office again."""
    drop_course_policy(guard.by(), _course(course_id).id)
    flash(_("이 과정의 모집 기준을 지웠습니다. 이제부터 사무소의 기본 모집 기준을 따릅니다."))
    return redirect(url_for("catalog_office.course", course_id=course_id), 303)


@blueprint.route("/settings/groups", methods=["GET", "POST"])
@admin
def groups() -> Answer:
    """All priority groups, and a form for one more."""
    form = GroupForm()

    def act() -> None:
        group_actions.add_group(guard.by(), str(form.name.data))

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("우선 대상을 더했습니다."))
        return _to_groups()
    listed = group_queries.groups()
    missing = [name for code, name in START_SET.items() if not _is_there(code, name, listed)]
    return _page("catalog/policies/groups.html", form, groups=listed, missing=missing)


@blueprint.route("/settings/groups/start-set", methods=["POST"])
@admin
def start_set() -> Answer:
    """Add the groups that many offices have."""
    count = group_actions.add_start_set(guard.by())
    flash(_("우선 대상 %(count)s가지를 더했습니다.", count=count))
    return _to_groups()


@blueprint.route("/settings/groups/<int:group_id>", methods=["GET", "POST"])
@admin
def group(group_id: int) -> Answer:
    """Call one otherwise."""
    found = _group(group_id)
    form = GroupForm(obj=found)
    form.remember({"name": found.name})

    def act() -> None:
        seen = form.as_seen().get("name", found.name)
        group_actions.rename_group(guard.by(), group_id, seen, str(form.name.data))

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("우선 대상의 이름을 바꾸었습니다."))
        return _to_groups()
    return _page("catalog/policies/group.html", form, group=_group(group_id))


@blueprint.route("/settings/groups/<int:group_id>/retire", methods=["POST"])
@admin
def retire(group_id: int) -> Answer:
    """Choose one no longer."""
    return _done(partial(group_actions.switch_group, active=False), group_id)


@blueprint.route("/settings/groups/<int:group_id>/restore", methods=["POST"])
@admin
def restore(group_id: int) -> Answer:
    """Use one again."""
    return _done(partial(group_actions.switch_group, active=True), group_id)


@blueprint.route("/settings/groups/<int:group_id>/up", methods=["POST"])
@admin
def up(group_id: int) -> Answer:
    """Show one earlier."""
    return _done(partial(group_actions.move_group, up=True), group_id)


@blueprint.route("/settings/groups/<int:group_id>/down", methods=["POST"])
@admin
def down(group_id: int) -> Answer:
    """Show one later."""
    return _done(partial(group_actions.move_group, up=False), group_id)


def _done(verb: Callable[..., None], group_id: int) -> Answer:
    try:
        verb(guard.by(), group_id)
    except Refused as refused:
        flash(refused.sentence, "danger")
    else:
        flash(_("바꾸었습니다."))
    return _to_groups()


def _to_groups() -> Response:
    return redirect(url_for("catalog_policies.groups"), 303)


def _is_there(code: str, name: str, listed: Iterable[PriorityGroup]) -> bool:
    return any(code == one.code or name == one.name for one in listed)


def _course(course_id: int) -> Course:
    found = queries.course(course_id)
    if found is None:
        abort(404)
    return found


def _group(group_id: int) -> PriorityGroup:
    found = group_queries.group(group_id)
    if found is None:
        abort(404)
    return found


def _page(template: str, form: Form, **values: object) -> Answer:
    page = render_template(template, form=form, **values)
    return (page, 422) if form.errors else page
