"""What every test can ask for: a clean database (each test runs on both), the portal, a browser."""

import contextvars
import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask, has_app_context
from flask.testing import FlaskClient, FlaskCliRunner
from playwright.sync_api import Browser, sync_playwright
from werkzeug.test import TestResponse

from eduportal import create_app
from eduportal.shared.db import db
from tests import postgres

LEFT_OUT = "left out: "
BACKENDS = ("sqlite", "postgresql")
# Debian's Chromium as a test drives it: by root, without a screen, and with no way out.
CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)

# The portal


@pytest.fixture
def app(portals: "Portals", backend: str) -> Iterator[Flask]:
    """The portal on a clean database, its context open for the rows that a test makes and reads."""
    app = portals.on(backend)
    with app.app_context():
        empty(db.engine)
        yield app
        db.session.remove()
        # Whatever a test left open ends here, not in the test after it.
        db.engine.dispose()


@pytest.fixture
def database(app: Flask) -> str:
    """The address of a clean database with every table."""
    return str(app.config["DATABASE_URL"])


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript: keeps cookies, follows nothing by itself."""
    return app.test_client()


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    """The console, for the commands of app.cli."""
    return app.test_cli_runner()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database that this round of a test runs on."""
    return str(request.param)


@pytest.fixture(scope="session")
def portals(
    blank: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator["Portals"]:
    """The portal on each kind of database, made when the first test asks for it."""
    with ExitStack() as open_until_the_end:
        yield Portals(blank, tmp_path_factory.mktemp("instance"), open_until_the_end)


class Portals:
    """One portal per kind of database for all tests: making one takes longer than a test."""

    def __init__(self, blank: Callable[[str], str], instance: Path, stack: ExitStack) -> None:
        self._blank, self._instance, self._stack = blank, instance, stack
        self._made: dict[str, Flask] = {}

    def on(self, backend: str) -> Flask:
        """The portal on this kind of database, with every table made."""
        if backend not in self._made:
            app = portal_on(self._blank(backend), self._instance / backend)
            self._stack.enter_context(disposed(app))
            with app.app_context():
                db.create_all()
            self._made[backend] = app
        return self._made[backend]


def portal_on(url: str, instance: Path, **settings: Any) -> Flask:
    """A portal as tests use it, on the database at `url`."""
    given = {
        "TESTING": True,
        "SECRET_KEY": "test",
        "DATABASE_URL": url,
        "INSTANCE_PATH": str(instance),
        # The tokens have tests of their own (test_house.py) and the browser's story.
        "WTF_CSRF_ENABLED": False,
    }
    app = create_app(given | settings)
    app.test_client_class = Client
    # Factories write past the verbs, so no event tells that a kept page is old.
    app.extensions.pop("eduportal.pages")
    app.test_cli_runner_class = Console
    return app


@contextmanager
def disposed(app: Flask) -> Iterator[Flask]:
    """Close a portal's connections in the end."""
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


class Client(FlaskClient):
    """Each request stands alone, as on a server; then the test reads rows anew.

    Without this a request would share the test's own app context: whoever was signed in by the
    request before, and a session that still sees yesterday's rows.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send one request."""
        end_reading()
        response = contextvars.Context().run(super().open, *args, **kwargs)
        end_reading()
        return response


class Console(FlaskCliRunner):
    """Each command stands alone, as in a terminal; then the test reads rows anew."""

    def invoke(self, *args: Any, **kwargs: Any) -> Result:
        """Run one command."""
        end_reading()
        result = contextvars.Context().run(super().invoke, *args, **kwargs)
        end_reading()
        return result


def end_reading() -> None:
    """Let the test's next look at a row be a fresh one."""
    if has_app_context():
        db.session.rollback()


# Databases


@pytest.fixture(scope="session")
def blank(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """Makes a database without any table, of the kind asked for; gives its address."""

    def make(backend: str) -> str:
        if backend == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'eduportal.db'}"
        server: postgres.Server = request.getfixturevalue("postgres_server")
        name = f"blank_{next(numbers)}"
        engine = sa.create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return server.url(name)

    numbers = iter(range(1, 1_000_000))
    return make


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A PostgreSQL server, started when the first test asks for it."""
    lacking = postgres.lacking()
    if lacking:
        leave_out(f"{lacking}: every test on PostgreSQL was left out.")
    with postgres.running() as server:
        yield server


def empty(engine: sa.Engine) -> None:
    """Take every row out of every table, and let numbering start anew."""
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        names = [f'"{table.name}"' for table in db.metadata.tables.values()]
        deletes = "".join(f"DELETE FROM {name};" for name in names)
        if engine.dialect.name == "sqlite":
            raw.executescript(
                f"PRAGMA foreign_keys=OFF; BEGIN; {deletes} COMMIT; PRAGMA foreign_keys=ON;"
            )
        else:
            raw.execute(f"SET session_replication_role = replica; {deletes} {restart_numbers()}")
            raw.execute("RESET session_replication_role")
            raw.commit()


def restart_numbers() -> str:
    """The statements that let PostgreSQL's sequences begin at 1."""
    return "SELECT setval(seqrelid, seqstart, false) FROM pg_sequence;"


# The browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, for tests that need a real one."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        leave_out("Chromium is not installed: the tests in a browser were left out.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM))
        yield chromium
        chromium.close()


# What a machine lacks, and an orderly end


def leave_out(sentence: str) -> NoReturn:
    """Skip the test and say why at the end; where CI must see everything, fail it."""
    if os.environ.get("CI"):
        pytest.fail(sentence, pytrace=False)
    pytest.skip(LEFT_OUT + sentence)


def pytest_configure() -> None:
    """Being told to stop ends as Ctrl-C does, so that no server is left behind."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One sentence for all that was left out for one reason."""
    reasons = {str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])}
    sentences = {reason.rpartition(LEFT_OUT)[2].rstrip("')") for reason in reasons}
    for sentence in sorted(sentences):
        terminalreporter.write_line(f"{sentence} `make test-setup` installs it.")


# No way out


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Let nothing that a test starts in this process reach another machine."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise RuntimeError(f"a test tried to reach {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_here)
        yield
