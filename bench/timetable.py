"""How long a week of a month with many runs takes, and how many queries."""

import statistics
import time
from datetime import timedelta

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import event

from bench import office
from eduportal.catalog.models import Center, Meeting, Room
from eduportal.shared import dates
from eduportal.shared.db import db
from tests import factories
from tests.catalog.steps import class_on

RUNS, ROOMS, LOOKS = 60, 12, 20


def measure(backend: str, url: str, instance: str) -> None:
    """The page of one week with a few runs and with a month of sixty."""
    with office.portal(url, instance) as app:
        # The client's own sign-in, past the token that a browser sends.
        app.config["WTF_CSRF_ENABLED"] = False
        center = factories.create_center()
        rooms = [factories.create_room(center) for _n in range(ROOMS)]
        staff = factories.create_staff(center)
        client = app.test_client()
        client.post("/sign-in/work", data={"email": staff.email, "password": factories.PASSWORD})
        address = _furnished(center, rooms, 2)
        few = _queries(client, address)
        _furnished(center, rooms, RUNS)
        many = _queries(client, address)
        spent = [_seconds(client, address) for _look in range(LOOKS)]
    print(
        f"timetable of a month with {RUNS} runs, {backend}:"
        f" {statistics.median(spent) * 1000:.0f} ms a week;"
        f" queries with 2 runs: {few}, with {RUNS}: {many}"
    )


def _furnished(center: Center, rooms: list[Room], runs: int) -> str:
    """Runs of eight classes, two a week; gives the address of the second of their weeks."""
    first = dates.seoul_date(factories.now() + factories.until_the_tenth())
    monday = first + timedelta(days=7 - first.weekday())
    for n in range(runs):
        run = factories.create_run(room=rooms[n % len(rooms)], meetings=0, state="draft")
        hour, weekday = 9 + 2 * (n // (2 * len(rooms)) % 3), n // len(rooms) % 2
        days = [
            monday + timedelta(weeks=week, days=weekday + twice)
            for week in range(4)
            for twice in (0, 2)
        ]
        spans = [class_on(day, hour, hour + 2) for day in days]
        rows = [
            {"run_id": run.id, "room_id": run.room_id, "starts_at": span.start, "ends_at": span.end}
            for span in spans
        ]
        db.session.execute(sa.insert(Meeting), rows)
        db.session.commit()
    return f"/office/timetable?center={center.id}&week={monday + timedelta(weeks=1)}"


def _queries(client: FlaskClient, address: str) -> int:
    statements: list[str] = []

    def count(_conn: sa.Connection, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    _seconds(client, address)
    event.remove(db.engine, "before_cursor_execute", count)
    return len(statements)


def _seconds(client: FlaskClient, address: str) -> float:
    start = time.perf_counter()
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"the timetable could not be opened: {answer.status_code}")
    return time.perf_counter() - start
