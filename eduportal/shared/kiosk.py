"""A machine that stands in a center for everybody (무인 접수기): what is done on it counts as such.

Staff make a browser one, by a signed cookie. Nobody stays signed in on it: every page goes back to
the beginning by itself.
"""

from flask import Flask, Response, current_app, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

COOKIE = "eduportal_kiosk"
LIFE = 60 * 60 * 24 * 365
# Long enough to read a page at 72, short enough for the next in line.
IDLE_SECONDS = 120


def here() -> bool:
    """Whether this request comes from such a machine."""
    kept = request.cookies.get(COOKIE)
    if not kept:
        return False
    try:
        _signer().loads(kept, max_age=LIFE)
    except BadSignature:
        return False
    return True


def begin(response: Response) -> None:
    """Make the browser that gets this answer one."""
    response.set_cookie(
        COOKIE,
        _signer().dumps("kiosk"),
        max_age=LIFE,
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )


def end(response: Response) -> None:
    """Make the browser that gets this answer an ordinary one."""
    response.delete_cookie(COOKIE)


def watch(app: Flask, beginning: str) -> None:
    """Send every page of such a machine back to the `beginning` (an endpoint) after a while."""

    @app.after_request
    def go_back(response: Response) -> Response:
        if response.mimetype == "text/html" and here() and request.endpoint != beginning:
            response.headers.setdefault("Refresh", f"{IDLE_SECONDS}; url={url_for(beginning)}")
        return response

    app.add_template_global(here, "on_kiosk")


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="kiosk")
