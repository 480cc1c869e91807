"""Settings: defaults, then instance/config.py, then EDUPORTAL_* from the environment."""

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

PREFIX = "EDUPORTAL_"
PROJECT = Path(__file__).resolve().parent.parent


class ConfigError(Exception):
    """A setting cannot be used; the text says which one and what to write instead."""


@dataclass(frozen=True)
class Setting:
    """One setting: its default, and how its text is read (ValueError with what to write)."""

    default: Any
    read: Callable[[str], Any]


def _flag(text: str) -> bool:
    known = {
        "1": True,
        "true": True,
        "yes": True,
        "0": False,
        "false": False,
        "no": False,
        "": False,
    }
    if text.lower() not in known:
        raise ValueError("write 1 or 0")
    return known[text.lower()]


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdigit() or not low <= int(text) <= high:
            raise ValueError(f"write a whole number from {low} to {high}")
        return int(text)

    return read


def _database(text: str) -> str:
    if text.startswith(("sqlite:///", "postgresql+psycopg://")):
        return text
    raise ValueError("write sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE")


def _web_address(text: str) -> str:
    if text and (urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).hostname):
        raise ValueError("write a full address that starts with https://")
    return text


def _mail_server(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("smtp", "smtps") or not parts.hostname):
        raise ValueError("write smtp://USER:PASSWORD@HOST:PORT, or smtps:// for TLS from the start")
    return text


def _hosts(text: str) -> list[str]:
    return [host.strip() for host in text.split(",") if host.strip()]


def _level(text: str) -> str:
    if text.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError("write DEBUG, INFO, WARNING or ERROR")
    return text.upper()


SETTINGS: dict[str, Setting] = {
    "SECRET_KEY": Setting("", str),
    "DATABASE_URL": Setting("", _database),
    "DEMO": Setting(False, _flag),
    "COOKIE_SECURE": Setting(False, _flag),
    "TRUSTED_PROXIES": Setting(0, _whole(0, 5)),
    "TRUSTED_HOSTS": Setting([], _hosts),
    "IDLE_MINUTES": Setting(30, _whole(1, 1440)),
    "SMTP_URL": Setting("", _mail_server),
    "MAIL_FROM": Setting("", str),
    "SMS_URL": Setting("", _web_address),
    "SMS_KEY": Setting("", str),
    "SMS_FROM": Setting("", str),
    "OFFICIAL_BANNER": Setting(False, _flag),
    "PUBLIC_URL": Setting("", _web_address),
    "LOG_LEVEL": Setting("WARNING", _level),
    "LINE_RATE": Setting(50, _whole(1, 10_000)),
}


def load(app: Flask, given: Mapping[str, object] | None) -> None:
    """Fill app.config; `given` (tests, scripts) stands above everything. Raises ConfigError."""
    _make_folder(Path(app.instance_path))
    app.config.update({name: setting.default for name, setting in SETTINGS.items()})
    app.config.from_pyfile("config.py", silent=True)
    app.config.update(_from_environment(os.environ))
    app.config.update(given or {})
    app.config["DATABASE_URL"] = _database_url(app)
    app.config["SECRET_KEY"] = app.config["SECRET_KEY"] or _kept_secret(Path(app.instance_path))
    app.config.update(_fixed(app.config))


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values = {}
    for name, setting in SETTINGS.items():
        text = environment.get(PREFIX + name)
        if text is not None:
            values[name] = _read(PREFIX + name, setting, text)
    return values


def _read(name: str, setting: Setting, text: str) -> Any:
    try:
        return setting.read(text)
    except ValueError as error:
        # The terminal's words are kept in logs; a password in an address is not for them.
        shown = re.sub(r"^(\w[\w+.-]*://)?.*@", r"\1…@", text, flags=re.DOTALL)
        raise ConfigError(f"{name}={shown!r} cannot be used: {error}.") from None


def _database_url(app: Flask) -> str:
    url = str(app.config["DATABASE_URL"])
    if url:
        return str(_read(f"{PREFIX}DATABASE_URL", SETTINGS["DATABASE_URL"], url))
    return f"sqlite:///{Path(app.instance_path) / 'eduportal.db'}"


def _fixed(config: Mapping[str, Any]) -> dict[str, Any]:
    """What other libraries' settings follow from ours."""
    return {
        "SESSION_COOKIE_NAME": "eduportal",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": config["COOKIE_SECURE"],
        # Longer than the idle limit, which accounts/session.py keeps: whoever comes back late is
        # told so, and a form that was open since the morning is still good.
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "SESSION_REFRESH_EACH_REQUEST": False,
        # A slow reader's form stays good as long as the session does.
        "WTF_CSRF_TIME_LIMIT": None,
        "MAX_CONTENT_LENGTH": 8 * 1024 * 1024,
        "BABEL_DEFAULT_LOCALE": "ko",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Seoul",
        "TRUSTED_HOSTS": config["TRUSTED_HOSTS"] or None,
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=7),
    }


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"The folder {folder} cannot be made: {error.strerror}.") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigError(f"The folder {folder} cannot be written to; give this user the right to.")


def _kept_secret(folder: Path) -> str:
    """The key that signs cookies: made once, kept beside the database, readable by its owner."""
    path = folder / "secret_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    return path.read_text(encoding="ascii").strip()
