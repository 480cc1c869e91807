"""Rows for tests: plain functions, each with everything it needs; overrides by keyword.

They write past the verbs on purpose, so that a test can put the world into any state.
"""

import itertools
import secrets
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from argon2 import PasswordHasher
from sqlalchemy import func, select

from eduportal.accounts.models import Account, Person, RoleGrant
from eduportal.accounts.rules import Audience, Relation, Role, age_band
from eduportal.booking.models import Booking
from eduportal.booking.rules import State
from eduportal.catalog.models import (
    Center,
    CenterName,
    Course,
    Instructor,
    Meeting,
    Office,
    Room,
    Run,
    Seat,
)
from eduportal.catalog.policies import keep
from eduportal.catalog.rules import Kind, RunState, normalized
from eduportal.catalog.rules.intake import Intake
from eduportal.shared.dates import at, next_month, seoul_date
from eduportal.shared.db import db

Row = TypeVar("Row")
PASSWORD = "correct-horse-battery"
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
_serial = itertools.count(1)


def now() -> datetime:
    """This moment to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def until_the_tenth(hour: int = 10) -> timedelta:
    """From now to an hour of the tenth of the month after next: no month ends near it."""
    tenth = next_month(next_month(seoul_date(now()))) + timedelta(days=9)
    return at(tenth, time(hour)) - now()


def save(row: Row) -> Row:
    """Add and commit."""
    db.session.add(row)
    db.session.commit()
    return row


def create_office(**given: Any) -> Office:
    """The one office row."""
    fields = {"id": 1, "name": "한강구청", "department": "홍보전산과", "phone": "0220000000"}
    return save(Office(**fields | given))


def create_center(name: str = "정보문화센터", place: str = "대림1동", **given: Any) -> Center:
    """A center with one name, valid since 1999."""
    center = save(Center(**{"position": 0, "phone": "0220000001"} | given))
    save(CenterName(center_id=center.id, name=name, place=place, valid_from=date(1999, 1, 1)))
    return center


def create_room(center: Center | None = None, seats: int = 28, **given: Any) -> Room:
    """A room with numbered seats."""
    center_id = center.id if center else create_center().id
    fields = {
        "center_id": center_id,
        "name": f"제{next(_serial)}강의실",
        "opened_on": date(1999, 1, 1),
    }
    room = save(Room(**fields | given))
    db.session.add_all(Seat(room_id=room.id, number=n) for n in range(1, seats + 1))
    db.session.commit()
    return room


def create_course(title: str | None = None, **given: Any) -> Course:
    """A regular course for residents."""
    fields = {
        "title": title or f"엑셀 기초 {next(_serial)}",
        "summary": "표를 만들고 더해 봅니다.",
        "kind": Kind.REGULAR,
        "track": "기초·활용",
        "audience": Audience.RESIDENT,
        "created_at": now(),
    }
    return save(Course(**fields | given))


def create_run(
    course: Course | None = None,
    room: Room | None = None,
    *,
    meetings: int = 2,
    starts_in: timedelta = timedelta(days=20),
    intake: Intake | None = None,
    **given: Any,
) -> Run:
    """A published run whose window is open now, with daily meetings of two hours."""
    course = course or create_course()
    room = room or create_room()
    first = now() + starts_in
    spans = [
        (first + timedelta(days=n), first + timedelta(days=n, hours=2)) for n in range(meetings)
    ]
    fields = {
        "course_id": course.id,
        "center_id": room.center_id,
        "room_id": room.id,
        "title": course.title,
        "kind": course.kind,
        "track": course.track,
        "audience": course.audience,
        "state": RunState.PUBLISHED,
        "published_at": now() - timedelta(days=2),
        "capacity": 5,
        "waiting_limit": 10,
        "monthly_limit": 2,
        "minimum_age": 14,
        "relations": "lives,works,studies",
        "apply_from": now() - timedelta(days=1),
        "apply_until": now() + timedelta(days=2),
        "cancel_until": first - timedelta(hours=12),
        "starts_at": spans[0][0] if spans else None,
        "ends_at": spans[-1][1] if spans else None,
        "starts_on": seoul_date(spans[0][0]) if spans else None,
        "ends_on": seoul_date(spans[-1][1]) if spans else None,
        "meeting_count": len(spans),
        "minutes": 120 * len(spans),
        "weekdays": ",".join(sorted({str(seoul_date(start).weekday()) for start, _end in spans})),
        "search_text": normalized(course.title + course.summary),
        "created_at": now(),
    }
    run = Run(**fields | given)
    keep(run, intake or Intake(), [start for start, _end in spans])
    save(run)
    db.session.add_all(
        Meeting(
            run_id=run.id,
            room_id=room.id,
            instructor_id=run.instructor_id,
            starts_at=start,
            ends_at=end,
        )
        for start, end in spans
    )
    db.session.commit()
    return run


def create_account(**given: Any) -> Account:
    """A phone account; pass email (and name) for a work account with PASSWORD."""
    fields: dict[str, Any] = {"session_stamp": secrets.token_hex(8), "created_at": now()}
    if "email" in given:
        fields |= {"password_hash": HASH, "name": "김담당"}
    else:
        fields |= {"phone": f"0100{next(_serial):07d}"}
    return save(Account(**fields | given))


def create_person(account: Account | None = None, **given: Any) -> Person:
    """A resident of 72 who lives in the district, with an own phone account."""
    account = account or create_account()
    fields = {
        "account_id": account.id,
        "name": f"홍길동{next(_serial)}",
        "birth_date": date(1954, 3, 1),
        "relation": Relation.LIVES,
        "audience": Audience.RESIDENT,
        "dong": "대림1동",
        "phone": account.phone,
        "email": account.email,
        "created_at": now(),
    }
    return save(Person(**fields | given))


def create_employee(**given: Any) -> Person:
    """A district employee as a learner, with an e-mail account."""
    serial = next(_serial)
    account = create_account(email=f"employee{serial}@example.org", name="이직원")
    fields = {
        "audience": Audience.EMPLOYEE,
        "relation": Relation.WORKS,
        "department": "총무과",
        "employee_number": f"E{serial:05d}",
        "birth_date": date(1985, 5, 5),
    }
    return create_person(account, **fields | given)


def create_staff(center: Center | None = None, role: Role = Role.STAFF, **given: Any) -> Account:
    """An account with a role at one center; an administrator when there is none."""
    account = create_account(**{"email": f"staff{next(_serial)}@example.org"} | given)
    role = role if center else Role.ADMIN
    save(
        RoleGrant(
            account_id=account.id,
            role=role,
            center_id=center.id if center else None,
            granted_at=now(),
        )
    )
    return account


def create_instructor(center: Center, **given: Any) -> Instructor:
    """An instructor with an account and the role at a center."""
    account = create_staff(center, Role.INSTRUCTOR)
    return save(Instructor(**{"account_id": account.id, "name": "박강사"} | given))


def create_booking(run: Run, person: Person | None = None, **given: Any) -> Booking:
    """A placed booking with the next number; keeps the run's counts true."""
    person = person or create_person()
    last = db.session.scalar(select(func.max(Booking.number)).where(Booking.run_id == run.id)) or 0
    state = given.get("state", State.PLACED)
    held = state in (State.PLACED, State.COMPLETED, State.NOT_COMPLETED)
    fields = {
        "run_id": run.id,
        "person_id": person.id,
        "number": last + 1,
        "state": state,
        "channel": "online",
        "applied_at": now(),
        "changed_at": now(),
        "held_from": now() if held else None,
        "age_band": age_band(seoul_date(now()), person.birth_date),
        "sex": person.sex,
        "dong": person.dong,
        "relation": person.relation,
        "audience": person.audience,
    }
    booking = save(Booking(**fields | given))
    run = db.session.get_one(Run, run.id, populate_existing=True)
    run.last_number = last + 1
    run.places_taken += held
    run.waiting += state is State.WAITING
    db.session.commit()
    return booking
