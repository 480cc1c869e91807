"""The `eduportal` command: what each feature adds, and what is about the whole portal."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
import flask_migrate
from flask import Flask, current_app
from flask.cli import FlaskGroup, with_appcontext
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from eduportal import config, create_app, demo
from eduportal.accounts import work_accounts
from eduportal.accounts.rules import setup_code
from eduportal.booking import promises
from eduportal.booking.draw_commands import draw
from eduportal.drill.commands import drill
from eduportal.portal import readiness
from eduportal.portal.readiness import Lack
from eduportal.shared.log import say

# Measured (bench/): one blocking thread a worker beats more of them, since writers stand in line
# anyway and a second thread only takes the GIL away from the first.
WORKERS = 2
THREADS = 1


MISSING = {
    Lack.OFFICE: "The office has no name or phone yet.",
    Lack.CENTER: "There is no center.",
    Lack.SEATS: "There is no room with a seat that can be used.",
    Lack.POLICY: "Nobody has looked over the default rules for applying.",
    Lack.STAFF: "Nobody works here besides the administrator.",
    Lack.SENDER_LOCKED: "What is kept to send messages with was enciphered with another"
    " SECRET_KEY: type it in again, or bring the old key back.",
    Lack.SMS: "There is no way to send text messages, so residents get no sign-in codes.",
    Lack.EMAIL: "There is no way to send e-mail.",
    Lack.COURSE: "There is no course.",
    Lack.PUBLISHED: "No run is published.",
    Lack.OPENED: "The office has not been opened (/office/setup).",
}


def _app() -> Flask:
    try:
        return create_app()
    except config.ConfigError as error:
        say(str(error), error=True)
        sys.exit(2)


@click.group(cls=FlaskGroup, create_app=_app, add_default_commands=False, add_version_option=False)
def main() -> None:
    """Class registration for a district office's education centers."""


@main.command("check")
@with_appcontext
def check() -> None:
    """Ask the rows whether every promise is kept, and what is missing; exit 1 if one is not."""
    broken = promises.broken()
    for sentence in broken:
        say(sentence, error=True)
    if not broken:
        say("Every promise is kept.")
    _say_what_is_missing()
    if broken:
        sys.exit(1)


def _say_what_is_missing() -> None:
    lacks = readiness.missing()
    if lacks:
        say("Before residents can come:")
    for lack in lacks:
        say(f"  - {MISSING[lack]}")


@main.command("demo")
@click.option("--fresh", is_flag=True, help="Throw the demo office away and make it anew.")
@with_appcontext
def fill_demo(fresh: bool) -> None:
    """Fill an empty database with a demo office around today."""
    try:
        demo.fill(fresh=fresh)
    except demo.NotEmpty as error:
        say(str(error), error=True)
        sys.exit(1)
    say(demo.who_can_sign_in())


@main.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", envvar="PORT", default="8000", show_default=True, help="Also: PORT.")
@with_appcontext
def serve(host: str, port: str) -> None:
    """Bring the database up to date, then serve the portal and send its messages."""
    number = _free_port(host, port)
    flask_migrate.upgrade()
    if current_app.config["DEMO"]:
        demo.fill_if_empty()
    say(f"eduportal is at http://{host}:{number} (stop it with Ctrl-C)")
    if current_app.config["DEMO"]:
        say(demo.who_can_sign_in())
    if not work_accounts.has_admin():
        code = setup_code(str(current_app.config["SECRET_KEY"]))
        say(f"There is no administrator yet. Open http://{host}:{number}/setup")
        say(f"and type the set-up code {code} (good until there is one).")
    with _worker():
        _serve(host, number)


main.add_command(draw)
main.add_command(drill)


def _free_port(host: str, port: str) -> int:
    if not port.isdigit() or not 1 <= int(port) <= 65535:
        say(f"PORT={port!r} cannot be used: write a whole number from 1 to 65535.", error=True)
        sys.exit(2)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            reason = error.strerror
            say(f"{host}:{port} cannot be used ({reason}). Choose another: PORT=8001.", error=True)
            sys.exit(1)
    return int(port)


@contextmanager
def _worker() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", "eduportal", "work"], env=os.environ)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            # It is in the middle of a sending that hangs; its lease on the row makes this safe.
            process.kill()


def _serve(host: str, port: int) -> None:
    Granian(
        "wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS,
        working_dir=config.PROJECT,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()
