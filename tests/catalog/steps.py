"""What the tests of the catalog share: moments, plans, and the plain words of a page."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from werkzeug.test import TestResponse

from eduportal.catalog import actions
from eduportal.catalog.forms.policies import typed_of
from eduportal.catalog.models import Center, Course, Room, Run
from eduportal.catalog.rules import RunPlan, Span
from eduportal.catalog.rules.intake import Intake
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from eduportal.shared.events import By, Event
from tests.factories import create_course

STAFF = By("staff")


def in_days(number: int) -> date:
    """A day, counted from today."""
    return clock.today() + timedelta(days=number)


def class_on(day: date, start: int = 10, end: int = 12) -> Span:
    """A class on a Seoul day, by the hours of the clock."""
    return Span(dates.at(day, time(start)), dates.at(day, time(end)))


def plan_in(room: Room, **given: Any) -> RunPlan:
    """A plan whose window opens tomorrow."""
    plan = RunPlan(
        center_id=room.center_id,
        room_id=room.id,
        instructor_id=None,
        section=None,
        note=None,
        fee=0,
        book_fee=0,
        capacity=20,
        apply_from=dates.start_of(in_days(1)),
        apply_until=dates.start_of(in_days(3)),
        cancel_until=dates.start_of(in_days(10)),
        waiting_limit=10,
        monthly_limit=2,
        minimum_age=14,
        maximum_age=None,
        relations="lives,works,studies",
    )
    return replace(plan, **given)


def draft_in(room: Room, *spans: Span, course: Course | None = None, **given: Any) -> int:
    """A draft with its meetings, made by the verbs."""
    course_id = (course or create_course()).id
    run_id = actions.create_run(STAFF, course_id, plan_in(room, **given), None)
    if spans:
        actions.set_meetings(STAFF, run_id, spans, None)
    return run_id


def read(run_id: int) -> Run:
    """The run as it stands now."""
    db.session.rollback()
    return db.session.get_one(Run, run_id, populate_existing=True)


def as_typed(intake: Intake) -> dict[str, Any]:
    """An intake as a browser sends the form that shows it."""
    shown = {name: "" if value is None else value for name, value in typed_of(intake).items()}
    ticked = {name: "y" for name, value in shown.items() if value is True}
    return {name: value for name, value in shown.items() if value is not False} | ticked


def only(center: Center) -> frozenset[int]:
    """The centers of somebody who works at one."""
    return frozenset({center.id})


def last_event() -> Event:
    """What was written down last."""
    return db.session.scalars(sa.select(Event).order_by(Event.id.desc())).first()  # type: ignore[return-value]


def words(response: TestResponse) -> str:
    """What a reader sees of a page, each gap as one space."""
    body = re.sub(r"<script.*?</script>|<[^>]+>", " ", response.text, flags=re.DOTALL)
    return " ".join(body.replace("\u00a0", " ").split())


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that the database is asked meanwhile."""
    statements: list[str] = []

    def note(*given: Any) -> None:
        statements.append(given[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def local(moment: datetime) -> str:
    """A moment as staff type it."""
    return f"{dates.seoul(moment):%Y-%m-%d %H:%M:%S}"
