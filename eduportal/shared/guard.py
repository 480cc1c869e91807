"""Who may call a view: one mark on each, one place that asks."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from eduportal.shared import kiosk
from eduportal.shared.events import By

View = TypeVar("View", bound=Callable[..., Any])


class User(Protocol):
    """What the guard asks of whoever is signed in."""

    is_authenticated: bool
    account_id: int
    person_id: int | None
    is_learner: bool
    is_instructor: bool
    is_viewer: bool
    is_desk: bool
    is_staff: bool
    is_admin: bool
    departments: frozenset[str]
    kind: str

    def centers_of(self, mark: str) -> frozenset[int] | None:
        """The centers for which they may do what an office mark asks for; None: every one."""


def _mark(name: str) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.mark = name  # type: ignore[attr-defined]
        return view

    return mark


public = _mark("public")
signed_in = _mark("signed_in")
resident = _mark("resident")
instructor = _mark("instructor")
department = _mark("department")
viewer = _mark("viewer")
desk = _mark("desk")
staff = _mark("staff")
admin = _mark("admin")

_ALLOWED: dict[str, Callable[[User], bool]] = {
    "signed_in": lambda user: True,
    "resident": lambda user: user.is_learner,
    "instructor": lambda user: user.is_instructor,
    "department": lambda user: bool(user.departments),
    "viewer": lambda user: user.is_viewer,
    "desk": lambda user: user.is_desk,
    "staff": lambda user: user.is_staff,
    "admin": lambda user: user.is_admin,
}


WORK_MARKS = frozenset({"instructor", "department", "viewer", "desk", "staff", "admin"})


def user() -> User:
    """Whoever is signed in."""
    return cast(User, current_user)


def by(channel: str | None = None) -> By:
    """The actor of this request, for a verb; by the machine in the center where it is one."""
    channel = channel or ("kiosk" if kiosk.here() else "online")
    if not current_user.is_authenticated:
        return By("stranger", channel)
    return By(user().kind, channel, user().account_id, user().person_id)


def may(mark: str) -> bool:
    """Whether whoever is signed in may open what a mark protects."""
    return bool(current_user.is_authenticated and _ALLOWED[mark](user()))


def center_ids() -> frozenset[int] | None:
    """The centers for which the user may do what this view's mark asks for; None: all of them."""
    return user().centers_of(_mark_of_view() or "staff")


def protect(app: Flask) -> None:
    """Ask for the mark before every request."""
    app.before_request(_refuse_strangers)


def _refuse_strangers() -> Response | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    mark = _mark_of_view()
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
    if mark in WORK_MARKS:
        return redirect(url_for("accounts.work_sign_in"), 303)
    return redirect(url_for("accounts.sign_in"), 303)


def _mark_of_view() -> str | None:
    view = current_app.view_functions[request.endpoint or ""]
    mark: str | None = getattr(view, "mark", None)
    return mark
