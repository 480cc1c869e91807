"""Every route, tried by those it is not for: a stranger, a resident, an instructor, other staff.

The largest class of advisories of systems like this one is reading what belongs to another center
or person; a new route is in this walk without being named here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from eduportal.accounts.models import Account, Person, PersonGroup, PriorityGroup
from eduportal.booking.models import Appeal, Booking, Payment, Restriction
from eduportal.booking.rules import PaymentKind, State
from eduportal.booking.rules.restrictions import Cause
from eduportal.catalog.models import ClosedDay, RoomBlock, Run
from eduportal.catalog.models.openings import Opening
from eduportal.catalog.rules import BlockKind
from eduportal.jobs.models import Job
from eduportal.jobs.rules import JobState
from eduportal.notices.models import Channel, Delivery, Notice
from eduportal.shared import clock
from eduportal.shared.db import db
from tests import factories
from tests.accounts.steps import sign_in, sign_in_to_work

SIGNING_OUT = ("static", "accounts.sign_out", "accounts.sign_out_everywhere", "kiosk.set_up")
OFFICE = ("viewer", "desk", "staff")
# The run is one for residents.
FOR_EMPLOYEES = ("<int:run_id>/training", "/unapproved", "/employee-entry")
# Without the step before them they lead back to where it is taken, or ask for it.
SECOND_STEPS = ("/office/runs/bulk", "/drop", "/make-up", "/office/months/plan")
NOTHING_THERE = (
    *("/sent-messages", "/my/calendar.ics", "/invitation", "/kiosk"),  # No demo, and no key.
    # The job that is there is no upload.
    *("/office/standard-set/<int:job_id>", "/office/standard-set/<int:job_id>/faults.csv"),
    # First come, first served: neither lots nor a screening decide.
    *(f"/runs/<int:run_id>/draw{kind}" for kind in ("", ".json")),
    *(f"/office/runs/<int:run_id>/{way}" for way in ("draw", "screening")),
    # The runs behind which number? None is named.
    *(f"/office/statistics/runs{kind}" for kind in ("", ".csv", ".xlsx")),
)
# What staff of every center share, and figures that are cut to one's own centers.
SHARED = (
    *("/office/courses", "/office/statistics", "/office/instructors"),
    # A person belongs to no center.
    *("/office/people", "/office/desk/people"),
)


@dataclass
class World:
    """One center's run with everything in it, and people who have nothing to do with it."""

    run: Run
    values: dict[str, Any]
    resident: Person
    instructor: Account
    other_staff: Account
    own_staff: Account


@pytest.fixture
def world(app: Flask) -> World:
    """Somebody is placed and somebody waits in a run of one center."""
    factories.create_office()
    here, elsewhere = factories.create_center(), factories.create_center("창업스마트교육장")
    run = factories.create_run(room=factories.create_room(here), capacity=1)
    booking = factories.create_booking(run)
    factories.create_booking(run, state=State.WAITING)
    own_staff = factories.create_staff(here)
    return World(
        run=run,
        values={
            "run_id": run.id,
            "booking_id": booking.id,
            "meeting_id": run.meetings[0].id,
            "course_id": run.course_id,
            "center_id": run.center_id,
            "room_id": run.room_id,
            "instructor_id": factories.create_instructor(here).id,
            "account_id": 1,
            "grant_id": 1,
            "purpose": "news",
            "answer": "no",
            "day": clock.today().isoformat(),
            "person_id": booking.person_id,
            "restriction_id": restriction_of(booking.id),
            **rows_of(run, booking.id, own_staff),
        },
        resident=factories.create_person(),
        instructor=db_account(factories.create_instructor(elsewhere).account_id),
        other_staff=factories.create_staff(elsewhere),
        own_staff=own_staff,
    )


def rows_of(run: Run, booking_id: int, staff: Account) -> dict[str, int]:
    """What else a center has, a row each."""
    moments = {"created_at": factories.now(), "next_try_at": factories.now()}
    kept: dict[str, Any] = {
        "payment_id": Payment(
            booking_id=booking_id,
            kind=PaymentKind.PAYMENT,
            amount=1000,
            day=clock.today(),
            at=factories.now(),
        ),
        "notice_id": Notice(
            channel=Channel.SMS,
            address="01000000000",
            kind="booking.placed",
            subject="-",
            body="-",
            secret=False,
            dedupe=f"booking:{booking_id}:placed",
            delivery=Delivery.FAILED,
            tries=12,
            **moments,
        ),
        "block_id": RoomBlock(
            room_id=run.room_id,
            starts_at=factories.now(),
            ends_at=factories.now() + timedelta(hours=1),
            kind=BlockKind.EXAM,
            title="자격시험",
        ),
        "closed_id": ClosedDay(
            center_id=run.center_id,
            first_on=clock.today(),
            last_on=clock.today(),
            name="점검",
        ),
        "opening_id": Opening(
            opens_at=factories.now() - timedelta(hours=1),
            secret="00" * 32,
            secret_hash="-",
            ticket_key="00" * 32,
            created_at=factories.now() - timedelta(days=1),
        ),
        "flag_id": PersonGroup(
            person_id=about_person(booking_id),
            group_id=factories.save(PriorityGroup(code="disabled", name="장애인")).id,
            verified_at=factories.now(),
        ),
        "job_id": Job(
            kind="other",
            title="-",
            state=JobState.DONE,
            account_id=staff.id,
            by={},
            given={},
            created_at=factories.now(),
        ),
    }
    names = (
        "reduction_id",
        "name_id",
        "override_id",
        "hours_id",
        "absence_id",
        "move_id",
        "group_id",
    )
    others = dict.fromkeys(names, 1)
    return others | {name: factories.save(row).id for name, row in kept.items()}


def about_person(booking_id: int) -> int:
    """Whose booking it is."""
    return db.session.get_one(Booking, booking_id).person_id or 0


def restriction_of(booking_id: int) -> int:
    """A line of the register with an appeal that waits for its answer."""
    line = factories.save(
        Restriction(
            person_id=about_person(booking_id),
            booking_id=booking_id,
            cause=Cause.NO_SHOW,
            step=1,
            reason="-",
            decided_at=factories.now(),
        )
    )
    factories.save(Appeal(restriction_id=line.id, text="-", made_at=factories.now()))
    return line.id


def db_account(account_id: int | None) -> Account:
    """An account by its id."""
    return db.session.get_one(Account, account_id)


def test_a_stranger_is_asked_to_sign_in(app: Flask, client: FlaskClient, world: World) -> None:
    for rule, method, path in doors(app, world):
        if mark_of(app, rule) != "public":
            answer = client.open(path, method=method)
            assert (rule.rule, answer.status_code) == (rule.rule, 303)
            assert "/sign-in" in answer.location


def test_a_resident_sees_nobody_elses_booking_and_no_office(
    app: Flask, client: FlaskClient, world: World
) -> None:
    sign_in(client, world.resident)
    for rule, method, path in doors(app, world):
        answer = client.open(path, method=method)
        mark = mark_of(app, rule)
        if mark in ("instructor", "department", "admin", *OFFICE):
            assert (rule.rule, answer.status_code) == (rule.rule, 403)
        elif "booking_id" in rule.arguments:
            assert (rule.rule, answer.status_code) == (rule.rule, 404)
        assert answer.status_code < 500


def test_an_instructor_has_no_office_and_no_sheet_of_another(
    app: Flask, client: FlaskClient, world: World
) -> None:
    sign_in_to_work(client, world.instructor)
    for rule, method, path in doors(app, world):
        answer = client.open(path, method=method)
        mark = mark_of(app, rule)
        if mark in ("department", "admin", "resident", *OFFICE):
            assert (rule.rule, answer.status_code) == (rule.rule, 403)
        elif "meeting_id" in rule.arguments or (
            mark == "instructor" and "run_id" in rule.arguments
        ):
            assert (rule.rule, answer.status_code) == (rule.rule, 404)
        assert answer.status_code < 500


def test_staff_of_the_other_center_find_nothing_of_this_one(
    app: Flask, client: FlaskClient, world: World
) -> None:
    sign_in_to_work(client, world.other_staff)
    for rule, method, path in doors(app, world):
        answer = client.open(path, method=method)
        mark = mark_of(app, rule)
        if mark in ("instructor", "department", "resident", "admin"):
            assert (rule.rule, answer.status_code) == (rule.rule, 403)
        elif mark in OFFICE and rule.arguments and not rule.rule.startswith(SHARED):
            assert (rule.rule, answer.status_code) == (rule.rule, 404)
        elif mark in OFFICE and method == "GET":
            # A course is called like its runs.
            names_courses = "/courses" in rule.rule
            assert names_courses or world.run.title.encode() not in answer.data
        assert answer.status_code < 500


def test_own_staff_open_every_page_of_their_run(
    app: Flask, client: FlaskClient, world: World
) -> None:
    sign_in_to_work(client, world.own_staff)
    strange = [
        (rule.rule, status)
        for rule, method, path in doors(app, world)
        if method == "GET" and mark_of(app, rule) in (*OFFICE, "public", "signed_in")
        if (status := client.get(path).status_code) not in expected(rule)
    ]

    assert strange == []


def expected(rule: Rule) -> tuple[int, ...]:
    """What a page of theirs answers: steps of signing in, and second steps, lead on."""
    if rule.rule in NOTHING_THERE or rule.rule.endswith(FOR_EMPLOYEES):
        return (404,)
    if rule.rule.endswith(SECOND_STEPS):
        return (303, 422)
    return (200, 302, 303) if rule.rule.startswith(("/sign-in", "/office/statistics")) else (200,)


def doors(app: Flask, world: World) -> Iterator[tuple[Rule, str, str]]:
    """Every route with every method it takes, filled with the run's own numbers."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint in SIGNING_OUT:
            continue
        values = {name: world.values[name] for name in rule.arguments}
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield rule, method, adapter.build(rule.endpoint, values)


def mark_of(app: Flask, rule: Rule) -> str:
    """Who may call it."""
    view: Any = app.view_functions[rule.endpoint]
    return str(view.mark)
