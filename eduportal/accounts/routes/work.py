"""Employees, instructors and staff sign in; everybody signs out."""

from flask import current_app, flash, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.accounts import actions, passwords, queries, session
from eduportal.accounts.actions import Ticket
from eduportal.accounts.forms import WorkForm
from eduportal.accounts.routes.base import Page, address, blueprint, form_page, own_landing, show
from eduportal.accounts.rules import DEMO_PASSWORD, Reason
from eduportal.shared.guard import public
from eduportal.shared.refusal import Refused


@blueprint.route("/sign-in/work", methods=["GET", "POST"])
@public
def work_sign_in() -> Page:
    """Ask for e-mail and password."""
    demo = current_app.config["DEMO"]
    form = WorkForm(email=request.args.get("email") if demo else None)
    if request.method == "GET" and own_landing():
        return redirect(own_landing() or "/", 303)
    if form.validate_on_submit():
        try:
            ticket = _ticket(str(form.email.data), str(form.password.data))
            return redirect(session.open_for(ticket), 303)
        except Refused as refused:
            show(form, refused)
    people = queries.demo_workers() if demo else []
    return form_page("accounts/work_sign_in.html", form, people=people, demo_password=DEMO_PASSWORD)


@blueprint.route("/sign-out", methods=["POST"])
@public
def sign_out() -> Response:
    """End the session."""
    session.close()
    flash(_("로그아웃했습니다."))
    return redirect("/", 303)


def _ticket(email: str, password: str) -> Ticket:
    try_id = actions.begin_try(email, address())
    account = queries.by_email(email)
    stored = account.password_hash if account else None
    if not passwords.is_right(stored, password) or account is None:
        actions.fail_try(account.id if account else None, address())
        raise Refused(Reason.PASSWORD_WRONG)
    new_hash = passwords.hashed(password) if passwords.is_dated(account.password_hash) else None
    return actions.pass_try(try_id, account.id, address(), stored, new_hash)
