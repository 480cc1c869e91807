"""What the pages of signing in share."""

from flask import Blueprint, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from eduportal.accounts import rules
from eduportal.accounts.rules import Refusal
from eduportal.shared.forms import Form
from eduportal.shared.refusal import Refused

blueprint = Blueprint("accounts", __name__, template_folder="../templates")

Page = str | tuple[str, int] | Response


def form_page(template: str, form: Form, **context: object) -> Page:
    """A page with its form; 422 where what was sent was not accepted."""
    page = render_template(template, form=form, **context)
    return (page, 422) if form.errors else page


def show(form: Form, refused: Refused) -> None:
    """Put the sentence of a refusal on top of the form."""
    form.form_errors.append(refused.sentence)


def as_refused(refusal: Refusal) -> Refused:
    """A rule's answer, as what a verb raises."""
    reason, facts = refusal
    return Refused(reason, **facts)


def address() -> str:
    """The network address that asks."""
    return request.remote_addr or "unknown"


def own_landing() -> str | None:
    """Where somebody who is signed in already belongs."""
    return rules.landing(current_user.kind) if current_user.is_authenticated else None
