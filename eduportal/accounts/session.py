"""What a browser's session holds: the way in, who is signed in, and when they were last seen.

Before: `way_in` (phone, until when its code is good, until when it is proved, who was chosen) and
`after_sign_in`. After: Flask-Login's `_user_id` and `seen_at`. Nothing secret: the cookie is
signed, yet its owner can read it.
"""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from flask import Response, current_app, flash, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user
from itsdangerous import BadSignature, URLSafeTimedSerializer

from eduportal.accounts import actions, queries, rules
from eduportal.accounts.actions import Ticket
from eduportal.accounts.rules import DEVICE_LIFE, PROVED_LIFE
from eduportal.accounts.user import User, parsed_id
from eduportal.shared import clock
from eduportal.shared.events import By

DEVICE_COOKIE = "eduportal_device"
# The cookie is written anew at most this often.
SEEN_EVERY = 60


@dataclass(frozen=True)
class WayIn:
    """How far somebody has come with signing in by phone; moments are seconds since 1970."""

    phone: str
    code_until: float
    proved_until: float = 0
    person_id: int | None = None

    @property
    def is_proved(self) -> bool:
        """Whether the phone's code was right, not long ago."""
        return _seconds() < self.proved_until

    @property
    def code_over_at(self) -> datetime:
        """When the code stops being good."""
        return datetime.fromtimestamp(self.code_until, UTC)

    @property
    def seconds_left(self) -> int:
        """How long the code is good for."""
        return max(0, int(self.code_until - _seconds()))


def way_in() -> WayIn | None:
    """How far this browser has come; None where it has not begun."""
    kept = session.get("way_in")
    return WayIn(**kept) if kept else None


def begin_way_in(phone: str, code_until: datetime) -> None:
    """A code was sent to the phone."""
    _keep(WayIn(phone, code_until.timestamp()))


def prove(way: WayIn) -> WayIn:
    """The code was right: the way in from here."""
    return _keep(replace(way, proved_until=_seconds() + PROVED_LIFE.total_seconds()))


def choose(way: WayIn, person_id: int) -> None:
    """Somebody of the phone's people was chosen."""
    _keep(replace(way, person_id=person_id))


def proved_way_in() -> WayIn | None:
    """The way in of a phone whose code was right, or of whoever is signed in by phone already."""
    way = way_in()
    if way:
        return way if way.is_proved else None
    phone = queries.phone_of(current_user.account_id) if current_user.is_authenticated else None
    return WayIn(phone, 0, _seconds() + PROVED_LIFE.total_seconds()) if phone else None


def open_for(ticket: Ticket) -> str:
    """Begin a session that keeps nothing of the one before; returns the path to go on to."""
    user = queries.signed_in(ticket.account_id, ticket.person_id, ticket.stamp)
    if user is None:
        raise LookupError("an account that was just let in is gone")
    wished = str(session.get("after_sign_in", "")).removesuffix("?")
    session.clear()
    login_user(user)
    session["seen_at"] = int(_seconds())
    return wished if rules.is_path_here(wished) else rules.landing(user.kind)


def close() -> None:
    """End the session; nothing of it stays."""
    if current_user.is_authenticated:
        actions.leave(_by(current_user))
    session.clear()


def load_user(kept: str) -> User | None:
    """Flask-Login's way from what the session kept to who it is; None signs out."""
    parts = parsed_id(kept)
    user = queries.signed_in(*parts) if parts else None
    if user is None:
        session.pop("_user_id", None)
    return user


def sign_out_idle() -> None:
    """Before each request: end a session that nobody has used for too long, else note its use."""
    if "_user_id" not in session or request.endpoint == "static":
        return
    idle = _seconds() - session.get("seen_at", 0)
    minutes = current_app.config["IDLE_MINUTES"]
    if idle > minutes * 60:
        _end_idle(minutes)
    elif idle > SEEN_EVERY:
        session["seen_at"] = int(_seconds())


def remember_device(response: Response, ticket: Ticket) -> None:
    """Let this browser off the birth date for one person, until the account's stamp changes."""
    response.set_cookie(
        DEVICE_COOKIE,
        _signer().dumps([ticket.person_id, ticket.stamp]),
        max_age=DEVICE_LIFE,
        path=url_for("accounts.sign_in"),
        secure=current_app.config["COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def is_own_device(phone: str, person_id: int) -> bool:
    """Whether this browser may leave out the person's birth date."""
    try:
        kept = _signer().loads(
            request.cookies.get(DEVICE_COOKIE, ""), max_age=int(DEVICE_LIFE.total_seconds())
        )
    except BadSignature:
        return False
    return bool(kept == [person_id, queries.session_stamp(phone)])


def _end_idle(minutes: int) -> None:
    if current_user.is_authenticated:
        actions.leave(_by(current_user), why="idle")
    session.clear()
    current_app.login_manager._update_request_context_with_user()  # type: ignore[attr-defined]
    flash(_("%(minutes)s분 동안 쓰지 않아 안전을 위해 로그아웃했습니다.", minutes=minutes), "info")


def _keep(way: WayIn) -> WayIn:
    session["way_in"] = asdict(way)
    return way


def _by(user: User) -> By:
    return By(user.kind, "online", user.account_id, user.person_id)


def _seconds() -> float:
    return clock.now().timestamp()


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="eduportal.device")
