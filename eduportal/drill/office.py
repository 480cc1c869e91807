"""A scratch office: one center, its rooms, the runs that open, and residents who signed in."""

from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from eduportal.accounts.models import Account, Person
from eduportal.accounts.rules import Audience, Relation
from eduportal.catalog.actions.openings import make_missing_openings
from eduportal.catalog.models import Center, CenterName, Course, Meeting, Office, Room, Run, Seat
from eduportal.catalog.rules import Kind, RunState, normalized
from eduportal.drill.plan import Plan
from eduportal.drill.residents import Resident
from eduportal.shared import clock, dates
from eduportal.shared.db import db, writing

STAMP, FOUNDED = "drill", date(1999, 1, 1)
TRACK = "기초·활용"


@writing
def build(plan: Plan, opens_at: datetime) -> None:
    """Everything that there is before the opening."""
    now = clock.now()
    db.session.add(
        Office(
            id=1,
            name="연습구청",
            department="개통 연습",
            phone="020000000",
            policy_set_at=now,
            opened_at=now,
        )
    )
    center = Center(
        position=1,
        phone="020000001",
        names=[CenterName(name="연습교육장", place="1층", valid_from=FOUNDED)],
    )
    db.session.add(center)
    db.session.flush()
    for number in range(plan.runs):
        _open_run(plan, number, center.id, opens_at)
    _register(plan.people, now)


@writing
def move_opening(opens_at: datetime) -> None:
    """Let every run open at a moment, with the line of that moment where there is one."""
    db.session.execute(sa.update(Run).values(apply_from=opens_at))
    make_missing_openings()


def residents(app: Flask, plan: Plan) -> list[Resident]:
    """Everybody with the cookie of a session that just began, and the run they want."""
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    if signer is None:
        raise RuntimeError("without a secret key nobody can be signed in")
    name, seen_at = app.config["SESSION_COOKIE_NAME"], int(clock.now().timestamp())
    return [
        Resident(
            person_id=number,
            run_id=(number - 1) % plan.runs + 1,
            cookies={name: str(signer.dumps(_session(number, seen_at)))},
        )
        for number in range(1, plan.people + 1)
    ]


def _session(number: int, seen_at: int) -> dict[str, Any]:
    return {"_user_id": f"{number}:{number}:{STAMP}", "_fresh": True, "seen_at": seen_at}


def _open_run(plan: Plan, number: int, center_id: int, opens_at: datetime) -> None:
    seats = plan.seats_of(number)
    room = Room(center_id=center_id, name=f"제{number + 1}강의실", opened_on=FOUNDED)
    room.seats = [Seat(number=seat) for seat in range(1, seats + 1)]
    course = _course(number)
    db.session.add_all((room, course))
    db.session.flush()
    db.session.add(_run(plan, number, course, room, opens_at))
    db.session.flush()


def _run(plan: Plan, number: int, course: Course, room: Room, opens_at: datetime) -> Run:
    first = dates.at(clock.today() + timedelta(days=30 + number), time(10))
    spans = [
        (first + timedelta(days=7 * n), first + timedelta(days=7 * n, hours=2)) for n in (0, 1)
    ]
    return Run(
        id=number + 1,
        course_id=course.id,
        center_id=room.center_id,
        room_id=room.id,
        title=course.title,
        kind=course.kind,
        track=course.track,
        audience=course.audience,
        state=RunState.PUBLISHED,
        published_at=clock.now() - timedelta(days=3),
        capacity=len(room.seats),
        waiting_limit=plan.waiting,
        waiting_line=plan.line,
        monthly_limit=2,
        apply_from=opens_at,
        apply_until=opens_at + timedelta(days=3),
        cancel_until=first - timedelta(days=1),
        starts_at=first,
        ends_at=spans[-1][1],
        starts_on=dates.seoul_date(first),
        ends_on=dates.seoul_date(spans[-1][0]),
        meeting_count=len(spans),
        minutes=120 * len(spans),
        weekdays=str(first.weekday()),
        search_text=normalized(course.title),
        created_at=clock.now(),
        meetings=[Meeting(room_id=room.id, starts_at=s, ends_at=e) for s, e in spans],
    )


def _course(number: int) -> Course:
    return Course(
        title=f"연습 강좌 {number + 1}",
        summary="개통을 연습합니다.",
        kind=Kind.REGULAR,
        track=TRACK,
        audience=Audience.RESIDENT,
        created_at=clock.now(),
    )


def _register(people: int, now: datetime) -> None:
    numbers = range(1, people + 1)
    accounts = [
        {"id": n, "phone": _phone(n), "session_stamp": STAMP, "created_at": now} for n in numbers
    ]
    persons = [
        {
            "id": n,
            "account_id": n,
            "name": f"연습{n}",
            "birth_date": date(1954, 3, 1),
            "relation": Relation.LIVES,
            "audience": Audience.RESIDENT,
            "dong": "대림1동",
            "phone": _phone(n),
            "created_at": now - timedelta(days=30),
        }
        for n in numbers
    ]
    db.session.execute(sa.insert(Account), accounts)
    db.session.execute(sa.insert(Person), persons)


def _phone(number: int) -> str:
    # Nobody can have these.
    return f"0100{number:07d}"
