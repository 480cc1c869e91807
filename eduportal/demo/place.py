"""The demo's centers and rooms, as their dated history tells, and those who work there."""

from dataclasses import dataclass
from datetime import date

from eduportal.accounts import actions as accounts
from eduportal.accounts.actions import NewEmployee
from eduportal.accounts.passwords import hashed
from eduportal.accounts.rules import DEMO_PASSWORD, Role
from eduportal.catalog.actions.groups import add_start_set
from eduportal.catalog.models import Center, CenterName, Instructor, Office, Room, Seat
from eduportal.catalog.rules.intake import proposed
from eduportal.demo.furnishing import furnish
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.events import SYSTEM

FOUNDED, MOVED = date(2001, 1, 1), date(2019, 5, 2)


@dataclass(frozen=True)
class Lab:
    """A room of today, the center it is in, and who teaches there."""

    center_id: int
    room_id: int
    seats: int
    instructor_id: int
    account_id: int


@dataclass(frozen=True)
class Site:
    """What the month happens in."""

    labs: tuple[Lab, ...]
    staff_account_id: int
    employee_ids: tuple[int, ...]


def build() -> Site:
    """The office, its centers, its rooms and its people; inside a turn to write."""
    db.session.add(
        Office(
            id=1,
            name="한강구청",
            department="홍보전산과",
            phone="020000000",
            is_demo=True,
            intake=proposed().kept(),
            policy_set_at=clock.now(),
            opened_at=clock.now(),
        )
    )
    add_start_set(SYSTEM)
    start_up, culture = _centers()
    password = hashed(DEMO_PASSWORD)
    _account("admin@demo.example", "최관리", password, Role.ADMIN)
    staff = _account("staff1@demo.example", "김담당", password, Role.STAFF, start_up)
    _account("staff2@demo.example", "이담당", password, Role.STAFF, culture)
    rooms = (
        (start_up, "제1강의실", 28, MOVED),
        (start_up, "제2강의실", 22, MOVED),
        (culture, "제1강의실", 28, FOUNDED),
        (culture, "제2강의실", 24, FOUNDED),
    )
    teachers = ("박강사", "정강사", "윤강사", "한강사")
    labs = [
        _lab(*room, name, f"teacher{number}@demo.example", password)
        for number, (room, name) in enumerate(zip(rooms, teachers, strict=True), start=1)
    ]
    furnish(clock.today(), password, (start_up, culture))
    return Site(tuple(labs), staff, tuple(_employees(password)))


def _centers() -> tuple[int, int]:
    start_up = Center(
        position=1,
        phone="020000001",
        summary="창업과 취업에 필요한 디지털 기술을 배웁니다.",
        names=[
            CenterName(
                name="제1정보문화센터",
                place="당산1동 주민센터 3층",
                valid_from=date(1999, 11, 29),
                valid_until=date(2019, 4, 19),
            ),
            CenterName(
                name="창업스마트교육장",
                place="에이스하이테크시티 창업지원센터 4동 3층",
                valid_from=MOVED,
            ),
        ],
    )
    culture = Center(
        position=2,
        phone="020000002",
        summary="컴퓨터와 스마트폰을 처음부터 차근차근 배웁니다.",
        names=[
            CenterName(
                name="제2정보문화센터",
                place="대림1동",
                valid_from=FOUNDED,
                valid_until=date(2019, 5, 1),
            ),
            CenterName(name="정보문화센터", place="대림1동", valid_from=MOVED),
        ],
    )
    db.session.add_all((start_up, culture))
    db.session.flush()
    for number in (1, 2):
        _room(start_up.id, f"제{number}강의실", 26, date(1999, 11, 29), date(2019, 4, 19))
    return start_up.id, culture.id


def _room(center_id: int, name: str, seats: int, opened: date, closed: date | None = None) -> int:
    room = Room(center_id=center_id, name=name, opened_on=opened, closed_on=closed)
    columns = 7 if seats > 24 else 6
    room.seats = [
        Seat(
            number=number,
            row=(number - 1) // columns + 1,
            column=(number - 1) % columns + 1,
            # By the door, in the first row.
            accessible=number == columns,
        )
        for number in range(1, seats + 1)
    ]
    db.session.add(room)
    db.session.flush()
    return room.id


def _lab(
    center_id: int, name: str, seats: int, opened: date, teacher: str, email: str, password: str
) -> Lab:
    room_id = _room(center_id, name, seats, opened)
    account_id = _account(email, teacher, password, Role.INSTRUCTOR, center_id)
    instructor = Instructor(
        account_id=account_id, name=teacher, name_is_public=True, consented_at=clock.now()
    )
    db.session.add(instructor)
    db.session.flush()
    return Lab(center_id, room_id, seats, instructor.id, account_id)


def _account(
    email: str, name: str, password: str, role: Role | None = None, center_id: int | None = None
) -> int:
    return accounts.add_account(
        SYSTEM,
        email=email,
        name=name,
        password_hash=password,
        role=role,
        center_ids=[center_id] if center_id else [],
    )


def _employees(password: str) -> list[int]:
    departments = ("총무과", "세무과", "민원여권과", "복지정책과", "도시계획과", "보건소")
    ids = []
    for number in range(1, 31):
        name = (
            f"{'강고구권남노문배서송'[number % 10]}{'민서지현수영도윤하준'[number // 3 % 10]}직원"
        )
        account_id = _account(f"employee{number}@demo.example", name, password)
        new = NewEmployee(
            name,
            date(1970 + number, 1 + number % 12, 1 + number % 28),
            departments[number % len(departments)],
            f"D{number:05d}",
        )
        ids.append(accounts.add_employee(SYSTEM, account_id, new))
    return ids
