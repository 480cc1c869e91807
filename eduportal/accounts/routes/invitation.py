"""Whoever was invited sets a password of their own."""

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from eduportal.accounts import actions, passwords, session, work_accounts
from eduportal.accounts.forms import NewPasswordForm
from eduportal.accounts.routes.base import Page, address, blueprint, form_page
from eduportal.accounts.rules import PASSWORD_LETTERS
from eduportal.shared.guard import public
from eduportal.shared.refusal import Refused


@blueprint.route("/invitation", methods=["GET", "POST"])
@public
def invitation() -> Page:
    """Ask for a password; the token stands in the query, which no log keeps."""
    token = request.args.get("token", "")
    name = work_accounts.invited(token)
    if name is None:
        return _over()
    form = NewPasswordForm()
    if form.validate_on_submit():
        return _let_in(token, str(form.password.data))
    return form_page("accounts/invitation.html", form, name=name, letters=PASSWORD_LETTERS)


def _let_in(token: str, password: str) -> Page:
    try:
        ticket = actions.accept_invitation(token, passwords.hashed(password), address())
    except Refused:
        return _over()
    return redirect(session.open_for(ticket), 303)


def _over() -> tuple[str, int] | Response:
    return render_template("accounts/invitation_over.html"), 404
