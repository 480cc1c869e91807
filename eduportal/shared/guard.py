"""Who may call a view: one mark on each, one place that asks."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from eduportal.shared.events import By

View = TypeVar("View", bound=Callable[..., Any])


class User(Protocol):
    """What the guard asks of whoever is signed in."""

    is_authenticated: bool
    account_id: int
    person_id: int | None
    is_learner: bool
    is_instructor: bool
    is_staff: bool
    is_admin: bool
    center_ids: frozenset[int] | None
    kind: str


def _mark(name: str) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.mark = name  # type: ignore[attr-defined]
        return view

    return mark


public = _mark("public")
signed_in = _mark("signed_in")
resident = _mark("resident")
instructor = _mark("instructor")
staff = _mark("staff")
admin = _mark("admin")

_ALLOWED: dict[str, Callable[[User], bool]] = {
    "signed_in": lambda user: True,
    "resident": lambda user: user.is_learner,
    "instructor": lambda user: user.is_instructor,
    "staff": lambda user: user.is_staff,
    "admin": lambda user: user.is_admin,
}


def user() -> User:
    """Whoever is signed in."""
    return cast(User, current_user)


def by(channel: str = "online") -> By:
    """The actor of this request, for a verb."""
    if not current_user.is_authenticated:
        return By("stranger", channel)
    return By(user().kind, channel, user().account_id, user().person_id)


def center_ids() -> frozenset[int] | None:
    """The centers that the staff user of this request is bound to; None means all of them."""
    return user().center_ids


def protect(app: Flask) -> None:
    """Ask for the mark before every request."""
    app.before_request(_refuse_strangers)


def _refuse_strangers() -> Response | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    mark = getattr(current_app.view_functions[request.endpoint], "mark", None)
    if mark is None:
        raise RuntimeError(f"{request.endpoint} does not say who may call it")
    if mark == "public":
        return None
    if not current_user.is_authenticated:
        return _sign_in_first(mark)
    if not _ALLOWED[mark](user()):
        abort(403)
    return None


def _sign_in_first(mark: str) -> Response:
    # Back to the page that was asked for; a POST cannot be repeated, its page can be opened again.
    session["after_sign_in"] = request.full_path if request.method == "GET" else "/"
    if mark in ("instructor", "staff", "admin"):
        return redirect(url_for("accounts.work_sign_in"), 303)
    return redirect(url_for("accounts.sign_in"), 303)
