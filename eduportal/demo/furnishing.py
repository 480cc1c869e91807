"""What makes the demo's places believable: hours, a block, who pays less, who teaches how."""

from datetime import date, time, timedelta

import sqlalchemy as sa

from eduportal.accounts import actions as accounts
from eduportal.accounts.rules import Role
from eduportal.catalog.models import (
    ClosedDay,
    Instructor,
    InstructorAbsence,
    OpeningHours,
    Reduction,
    Room,
    RoomBlock,
)
from eduportal.catalog.rules import BlockKind
from eduportal.shared import dates
from eduportal.shared.db import db
from eduportal.shared.events import SYSTEM

SATURDAY = 5
EQUIPMENT = "PC, 98인치 전자칠판, 빔프로젝터, 컬러 프린터"
INTRODUCTION = (
    "어르신과 처음 배우는 분을 15년 가르쳤습니다. 천천히, 같은 설명을 몇 번이고 되풀이합니다."
)


def furnish(today: date, password: str, center_ids: tuple[int, int]) -> None:
    """Equip the centers of a new demo office; inside a turn to write."""
    start_up, culture = center_ids
    for center_id in center_ids:
        db.session.add_all(
            OpeningHours(center_id=center_id, weekday=day, opens=time(9), closes=time(22))
            for day in range(7)
        )
    for position, (name, percent) in enumerate(
        (("기초생활수급자", 100), ("장애인", 50), ("국가유공자", 50), ("65세 이상", 30)), start=1
    ):
        db.session.add(Reduction(name=name, percent=percent, position=position))
    for room in db.session.scalars(sa.select(Room).where(Room.closed_on.is_(None))):
        room.equipment = EQUIPMENT
    _occupy(today, start_up)
    _let_instructors_say_who_they_are(today)
    _let_others_in(password, culture)


def _occupy(today: date, center_id: int) -> None:
    """A weekend on which no story is told, and a day of repairs far ahead."""
    saturday = today + timedelta(days=(SATURDAY - today.weekday()) % 7 or 7)
    # Stories that are held today may be held on the same weekday again.
    day = saturday + timedelta(days=today.weekday() == SATURDAY)
    room_id = db.session.scalars(
        sa.select(Room.id)
        .where(Room.center_id == center_id, Room.closed_on.is_(None))
        .order_by(Room.id)
        .limit(1)
    ).one()
    db.session.add(
        RoomBlock(
            room_id=room_id,
            starts_at=dates.at(day, time(10)),
            ends_at=dates.at(day, time(17)),
            kind=BlockKind.EXHIBITION,
            title="수강생 작품전시회",
        )
    )
    repairs = today + timedelta(days=150)
    db.session.add(
        ClosedDay(center_id=center_id, first_on=repairs, last_on=repairs, name="전기 설비 점검")
    )


def _let_instructors_say_who_they_are(today: date) -> None:
    first, second = db.session.scalars(sa.select(Instructor).order_by(Instructor.id).limit(2)).all()
    first.introduction = INTRODUCTION
    first.consented_at = dates.start_of(today)
    away = today + timedelta(days=150)
    db.session.add(
        InstructorAbsence(
            instructor_id=second.id, first_on=away, last_on=away + timedelta(days=4), reason="휴가"
        )
    )


def _let_others_in(password: str, center_id: int) -> None:
    """Whoever only receives people, only reads, or looks after a department's training."""
    for email, name, role, department in (
        ("desk1@demo.example", "오접수", Role.DESK, None),
        ("viewer1@demo.example", "문조회", Role.VIEWER, None),
        ("lead1@demo.example", "서교육", Role.DEPARTMENT, "총무과"),
    ):
        accounts.add_account(
            SYSTEM,
            email=email,
            name=name,
            password_hash=password,
            role=role,
            center_ids=[] if department else [center_id],
            department=department,
        )
