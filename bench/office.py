"""A database to measure on, people who are signed in, and the server that `serve` starts."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from flask import Flask, g, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf

from eduportal import create_app
from eduportal.accounts.actions import Ticket
from eduportal.accounts.models import Person
from eduportal.accounts.session import open_for
from eduportal.catalog.models import Meeting, Run
from eduportal.shared.db import db
from tests import factories

WORKERS, THREADS = 2, 1


@contextmanager
def portal(url: str, instance: str) -> Iterator[Flask]:
    """The portal on an empty database with every table, its context open."""
    app = create_app({"DATABASE_URL": url, "SECRET_KEY": "bench", "INSTANCE_PATH": instance})
    with app.app_context():
        db.drop_all()
        db.create_all()
        factories.create_office()
        yield app
        db.session.remove()
        db.engine.dispose()


@contextmanager
def server(target: str, url: str, instance: str, **settings: Any) -> Iterator[int]:
    """Granian on a free port, with the same processes and threads for whatever is measured."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", str(settings.get("workers", WORKERS))]
    command += ["--blocking-threads", str(settings.get("threads", THREADS))]
    command += ["--log-level", "error", target]
    environment = os.environ | {
        "EDUPORTAL_DATABASE_URL": url,
        "EDUPORTAL_SECRET_KEY": "bench",
        "EDUPORTAL_INSTANCE_PATH": instance,
    }
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        _wait_for(port)
        yield port
    finally:
        # Not SIGINT: whoever measures in the background has it ignored, and so would the server.
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_for(port: int) -> None:
    for _try in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                time.sleep(1.5)
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


def opened_run(people: int) -> Run:
    """A run of 28 places whose list takes everybody else."""
    room = factories.create_room(seats=28)
    return factories.create_run(room=room, capacity=28, waiting_limit=people)


def open_runs(count: int) -> None:
    """Runs that are open, each with its meetings."""
    _many(factories.create_run(), count)


def past_runs(count: int) -> None:
    """Runs that ended a quarter ago, each with its meetings: what ten years leave behind."""
    now, day = factories.now(), timedelta(days=1)
    window = {"apply_from": now - 120 * day, "apply_until": now - 100 * day}
    _many(factories.create_run(starts_in=-90 * day, **window), count)


def _many(first: Run, count: int) -> None:
    # All in one transaction.
    run, meetings = _values(first), [_values(meeting) for meeting in first.meetings]
    for n in range(1, count):
        run_id = db.session.execute(
            sa.insert(Run).values(run | {"title": f"{first.title} {n}"}).returning(Run.id)
        ).scalar_one()
        db.session.execute(sa.insert(Meeting), [m | {"run_id": run_id} for m in meetings])
    db.session.commit()


def _values(row: Any) -> dict[str, Any]:
    names = [column.key for column in sa.inspect(type(row)).column_attrs]
    return {name: getattr(row, name) for name in names if name != "id"}


def residents(count: int) -> list[Any]:
    """Rows of (account, person, stamp) of residents who registered."""
    now = factories.now()
    accounts = [
        {"phone": f"0100{n:07d}", "session_stamp": "bench", "created_at": now, "active": True}
        for n in range(count)
    ]
    db.session.execute(sa.insert(factories.Account), accounts)
    db.session.commit()
    for account_id, phone in db.session.execute(
        sa.select(factories.Account.id, factories.Account.phone)
    ).all():
        db.session.add(_person(account_id, phone))
    db.session.commit()
    return list(db.session.execute(sa.select(Person.account_id, Person.id)).all())


def _person(account_id: int, phone: str) -> Person:
    return Person(
        account_id=account_id,
        name=f"주민{account_id}",
        birth_date=factories.date(1954, 3, 1),
        relation="lives",
        audience="resident",
        dong="대림1동",
        phone=phone,
        created_at=factories.now() - timedelta(days=30),
    )


def post(app: Flask, path: str, account_id: int, person_id: int) -> bytes:
    """A form as the person's browser sends it: with the session's cookie and the form's token."""
    with app.test_request_context(
        headers={"User-Agent": "bench"}, environ_base={"REMOTE_ADDR": "127.0.0.1"}
    ):
        g.pop("csrf_token", None)  # The block's app context remembers the person before.
        open_for(Ticket(account_id, person_id, "bench"))
        token = generate_csrf()
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer
        cookie = signer.dumps(dict(session))
    body = f"csrf_token={quote(token)}"
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\n"
        f"Cookie: eduportal={cookie}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def get(path: str) -> bytes:
    """A page as a stranger's browser asks for it."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
