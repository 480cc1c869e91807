"""How this office sends: what its administrators keep, under what the settings say."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from eduportal.notices.models import Sender
from eduportal.notices.secrets import Undecipherable, deciphered, enciphered
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused
from eduportal.shared.seen import Reason as Overtaken
from eduportal.shared.seen import changed_by, overtaken

# Setting: column.
COLUMNS = {
    "SMTP_URL": "smtp_url",
    "MAIL_FROM": "mail_from",
    "SMS_URL": "sms_url",
    "SMS_KEY": "sms_key",
    "SMS_FROM": "sms_from",
}
# Kept enciphered, and never shown again.
SECRET = frozenset({"SMTP_URL", "SMS_KEY"})
# All of one channel come from one place: a key that was meant for one service must not go to
# the address of another.
CHANNELS = (("SMTP_URL", "MAIL_FROM"), ("SMS_URL", "SMS_KEY", "SMS_FROM"))

_INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Reason(StrEnum):
    """Why a verb says no."""

    KEY_NEEDED = (
        "문자 서비스 주소를 바꾸면 열쇠도 새로 적거나 지워 주세요. "
        "저장된 열쇠는 다른 주소로 보내지 않습니다."
    )


def kept(settings: Mapping[str, Any]) -> dict[str, str]:
    """What the office keeps, deciphered; what cannot be deciphered is left out."""
    row = db.session.get(Sender, 1, populate_existing=True)
    found: dict[str, str] = {}
    for name, column in COLUMNS.items():
        stored = getattr(row, column) if row else None
        if stored:
            text = _read(name, stored, settings)
            if text is not None:
                found[name] = text
    return found


def in_force(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings, with what the office keeps wherever they say nothing about a channel.

    A channel of which something cannot be deciphered sends nothing: its messages wait.
    """
    merged = dict(settings)
    own = kept(settings)
    locked = stored_names() - own.keys()
    for names in CHANNELS:
        if not any(settings[name] for name in names):
            found = {} if locked.intersection(names) else own
            merged |= {name: found.get(name, "") for name in names}
    return merged


def stored_names() -> set[str]:
    """What is kept at all, decipherable or not."""
    row = db.session.get(Sender, 1, populate_existing=True)
    return {name for name, column in COLUMNS.items() if row and getattr(row, column)}


def is_locked(settings: Mapping[str, Any]) -> bool:
    """Whether something is kept that this portal's secret key does not open."""
    return bool(stored_names() - kept(settings).keys())


@writing
def save(
    by: By, values: Mapping[str, str | None], key: str, seen: Mapping[str, str] | None = None
) -> None:
    """Keep these settings; a name that is not given stays as it is, None clears it.

    `seen` is what the writer had before their eyes: Refused where somebody else has changed the
    same meanwhile. The record names what was changed, and never a secret.
    """
    _make()
    row = db.session.get_one(Sender, 1, with_for_update=True, populate_existing=True)
    current = {name: _value(row, name, key) or "" for name in values}
    wanted = {name: text or "" for name, text in values.items()}
    if overtaken(seen or {}, wanted, current):
        raise Refused(Overtaken.CHANGED_MEANWHILE)
    changed = changed_by(seen or {}, wanted, current)
    # Nobody learns a key that is not shown by having it sent to an address of their own.
    if values.get("SMS_URL") and "SMS_URL" in changed and row.sms_key and "SMS_KEY" not in values:
        raise Refused(Reason.KEY_NEEDED)
    for name in changed:
        text = values[name]
        stored = enciphered(text, key) if text and name in SECRET else text
        setattr(row, COLUMNS[name], stored or None)
    if changed:
        row.changed_at = clock.now()
        events.record(by, "sender.changed", subject="sender", subject_id=1, changed=changed)


def _value(row: Sender, name: str, key: str) -> str | None:
    stored: str | None = getattr(row, COLUMNS[name])
    if not stored or name not in SECRET:
        return stored or None
    try:
        return deciphered(stored, key)
    except Undecipherable:
        # Whatever is written now replaces it; what is not a text never equals it.
        return stored


def _read(name: str, stored: str, settings: Mapping[str, Any]) -> str | None:
    if name not in SECRET:
        return stored
    try:
        return deciphered(stored, str(settings["SECRET_KEY"]))
    except Undecipherable:
        return None


def _make() -> None:
    insert = _INSERTS[db.engine.dialect.name](Sender)
    once = insert.values(id=1, changed_at=clock.now()).on_conflict_do_nothing()
    db.session.connection().execute(once)
