"""A person's own data: what is kept, and what they agreed to."""

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.accounts import actions, consents, group_queries, queries
from eduportal.accounts.forms import ResidenceForm
from eduportal.accounts.routes.base import Page, blueprint, form_page
from eduportal.accounts.rules import Purpose
from eduportal.shared import guard
from eduportal.shared.guard import resident, signed_in
from eduportal.shared.refusal import Refused


@blueprint.route("/my/profile")
@signed_in
def me() -> str:
    """What is kept about whoever is signed in."""
    person_id = guard.user().person_id
    return render_template(
        "accounts/me.html",
        person=queries.person(person_id) if person_id else None,
        phone=queries.phone_of(guard.user().account_id),
        texts=consents.TEXTS,
        answers=queries.latest_answers(person_id) if person_id else {},
        flags=group_queries.own_flags(person_id) if person_id else [],
    )


@blueprint.route("/my/profile/residence", methods=["GET", "POST"])
@resident
def residence() -> Page:
    """Change how one belongs to the district."""
    person_id = guard.user().person_id or 0
    form = ResidenceForm(obj=queries.person(person_id))
    if form.validate_on_submit():
        actions.change_residence(guard.by(), person_id, form.relation.data, form.dong.data)
        flash(_("바꾸었습니다. 이미 신청한 강좌의 기록은 그대로입니다."))
        return redirect(url_for("accounts.me"), 303)
    return form_page("accounts/residence.html", form)


@blueprint.route("/my/profile/consents/<string:purpose>/<string:answer>", methods=["POST"])
@resident
def answer_consent(purpose: str, answer: str) -> Response:
    """Agree to something optional, or take that back."""
    if purpose not in set(Purpose) or answer not in ("yes", "no"):
        abort(404)
    try:
        person_id = guard.user().person_id or 0
        actions.answer_consent(guard.by(), person_id, Purpose(purpose), answer == "yes")
        flash(_("동의 여부를 바꾸었습니다."))
    except Refused as refused:
        flash(refused.sentence, "warning")
    return redirect(url_for("accounts.me"), 303)


@blueprint.route("/my/profile/sign-out-everywhere", methods=["POST"])
@signed_in
def sign_out_everywhere() -> Response:
    """End every session of the account, on every device."""
    actions.sign_out_everywhere(guard.by())
    flash(_("모든 기기에서 로그아웃했습니다. 다시 로그인해 주세요."))
    return redirect("/", 303)
