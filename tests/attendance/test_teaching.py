"""An instructor's own pages, and the list of employees' training for the personnel system."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts.models import Account
from eduportal.accounts.rules import Audience
from eduportal.attendance.models import Attendance
from eduportal.attendance.rules import Mark
from eduportal.attendance.training_hours import learned_in, learned_table
from eduportal.booking.rules import State
from eduportal.catalog.models import Center, Instructor, InstructorAbsence, InstructorHours, Run
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from eduportal.shared.events import AccessLine, Event
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.catalog.steps import class_on, draft_in, in_days, words
from tests.factories import (
    create_booking,
    create_center,
    create_employee,
    create_instructor,
    create_office,
    create_person,
    create_room,
    create_run,
    create_staff,
)

PAGES = ("/teach/runs", "/teach/profile", "/teach/availability", "/teach/absences", "/teach/hours")


@pytest.fixture
def center(app: Flask) -> Center:
    create_office()
    return create_center("창업스마트교육장")


@pytest.fixture
def teacher(center: Center) -> Instructor:
    return create_instructor(center, name="박강사")


@pytest.fixture
def own(client: FlaskClient, teacher: Instructor) -> FlaskClient:
    sign_in_to_work(client, db.session.get_one(Account, teacher.account_id))
    return client


def fresh(teacher: Instructor) -> Instructor:
    db.session.rollback()
    db.session.refresh(teacher)
    return teacher


def verbs() -> list[str]:
    return list(db.session.scalars(sa.select(Event.verb).order_by(Event.id)))


# Own pages


def test_the_pages_are_for_instructors_only(
    app: Flask, client: FlaskClient, center: Center
) -> None:
    assert {client.get(address).status_code for address in PAGES} == {303}
    sign_in(client, create_person())
    assert {client.get(address).status_code for address in PAGES} == {403}
    office = app.test_client()
    sign_in_to_work(office, create_staff(center))
    assert {office.get(address).status_code for address in PAGES} == {403}


def test_an_instructor_sees_own_runs_and_no_others(
    own: FlaskClient, center: Center, teacher: Instructor
) -> None:
    mine = create_run(room=create_room(center), instructor_id=teacher.id, title="엑셀")
    create_run(
        room=create_room(center),
        instructor_id=teacher.id,
        starts_in=timedelta(days=-30),
        title="지난 한글",
    )
    substituted = create_run(room=create_room(center), title="대신 맡은 파이썬")
    substituted.meetings[0].instructor_id = teacher.id
    create_run(
        room=create_room(center), instructor_id=create_instructor(center).id, title="남의 강좌"
    )
    create_booking(mine)
    page = words(own.get("/teach/runs"))
    for title in ("엑셀", "지난 한글", "대신 맡은 파이썬", "정원 5명 가운데 1명"):
        assert title in page
    assert "남의 강좌" not in page


def profile(**given: Any) -> dict[str, Any]:
    return {
        "introduction": "천천히 가르칩니다.",
        "phone": "010-1234-5678",
        "seen_public": "",
    } | given


def test_an_instructor_says_yes_and_takes_it_back(own: FlaskClient, teacher: Instructor) -> None:
    own.post("/teach/profile", data=profile(public="y"))
    assert fresh(teacher).consented_at is not None
    assert (teacher.phone, teacher.introduction) == ("01012345678", "천천히 가르칩니다.")
    assert "동의하셨습니다" in words(own.get("/teach/profile"))
    seen = {"seen_introduction": "천천히 가르칩니다.", "seen_phone": "01012345678"}
    own.post("/teach/profile", data=profile(**seen, seen_public="yes"))
    assert fresh(teacher).consented_at is None
    assert verbs()[-2:] == ["instructor.consented", "instructor.consent_withdrawn"]


def test_an_instructor_says_when_they_can_teach(
    own: FlaskClient, center: Center, teacher: Instructor
) -> None:
    day = in_days(12)
    draft_in(create_room(center), class_on(day), instructor_id=teacher.id)
    hours = {"weekdays": ["0"], "starts": "09:00", "ends": "09:30"}
    answer = own.post("/teach/availability", data=hours, follow_redirects=True)
    assert "이미 정한 수업 1번과 맞지 않습니다" in words(answer)
    assert "월요일 09:00 ~ 09:30" in words(answer)
    hours_id = db.session.scalars(sa.select(InstructorHours.id)).one()
    own.post(f"/teach/availability/{hours_id}/removal")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(InstructorHours)) == 0

    absence = {"first": day.isoformat(), "last": day.isoformat(), "reason": "출장"}
    assert "맞지 않습니다" in words(
        own.post("/teach/absences", data=absence, follow_redirects=True)
    )
    assert own.post("/teach/absences", data=absence | {"reason": ""}).status_code == 422
    absence_id = db.session.scalars(sa.select(InstructorAbsence.id)).one()
    own.post(f"/teach/absences/{absence_id}/removal")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(InstructorAbsence)) == 0


def test_nobody_touches_anothers_times(
    own: FlaskClient, center: Center, teacher: Instructor
) -> None:
    other = create_instructor(center)
    db.session.add(
        InstructorAbsence(
            instructor_id=other.id, first_on=in_days(1), last_on=in_days(1), reason="출장"
        )
    )
    db.session.commit()
    absence_id = db.session.scalars(sa.select(InstructorAbsence.id)).one()
    assert own.post(f"/teach/absences/{absence_id}/removal").status_code == 404
    assert own.post("/teach/availability/1/removal").status_code == 404


def test_an_instructor_reads_own_hours_only(
    own: FlaskClient, center: Center, teacher: Instructor
) -> None:
    past = timedelta(days=-40)
    mine = create_run(
        room=create_room(center), instructor_id=teacher.id, starts_in=past, meetings=1
    )
    create_run(
        room=create_room(center),
        instructor_id=create_instructor(center).id,
        starts_in=past,
        title="남의 강좌",
    )
    month = f"{dates.seoul_date(mine.meetings[0].starts_at):%Y-%m}"
    page = words(own.get(f"/teach/hours?month={month}"))
    assert "2.00" in page
    assert "남의 강좌" not in page
    assert own.get("/teach/hours?month=아무").status_code == 422


def test_an_account_that_nobody_teaches_by_finds_nothing(
    own: FlaskClient, teacher: Instructor
) -> None:
    teacher.account_id = None
    db.session.commit()
    assert {own.get(address).status_code for address in PAGES} == {404}


# For the personnel system


@pytest.fixture
def course(center: Center) -> Run:
    """A run for employees that ended, with one who completed, one who did not, one still open."""
    run = create_run(
        room=create_room(center),
        audience=Audience.EMPLOYEE,
        starts_in=timedelta(days=-10),
        title="문서 실무",
    )
    for name, number, state in (
        ("김수료", "A1001", State.COMPLETED),
        ("이미수", "A1002", State.NOT_COMPLETED),
        ("정아직", "A1003", State.PLACED),
    ):
        person = create_employee(name=name, employee_number=number)
        booking = create_booking(run, person, state=state, department="총무과")
        db.session.add(
            Attendance(
                meeting_id=run.meetings[0].id,
                booking_id=booking.id,
                mark=Mark.PRESENT,
                marked_at=clock.now(),
            )
        )
    create_booking(run, create_employee(), state=State.CANCELLED)
    db.session.commit()
    return run


def period(run: Run) -> tuple[Any, Any]:
    assert run.starts_on
    assert run.ends_on
    return run.starts_on, run.ends_on


def test_hours_count_where_the_run_was_completed(course: Run) -> None:
    lines = learned_in(*period(course), None)
    assert {line.name: line.minutes_that_count for line in lines} == {
        "김수료": 240,
        "이미수": 0,
        "정아직": 0,
    }
    assert learned_in(*period(course), frozenset({course.center_id + 1})) == []
    before = course.starts_on - timedelta(days=9) if course.starts_on else None
    assert before
    assert learned_in(before, before, None) == []


def test_the_page_masks_and_the_file_does_not(course: Run) -> None:
    lines = learned_in(*period(course), None)
    page = [row.cells[:2] for row in learned_table(*period(course), lines, masked=True).rows]
    file = [row.cells[:2] for row in learned_table(*period(course), lines, masked=False).rows]
    assert [cell.value for cell in page[0]] == ["A1***", "김*료"]
    assert [cell.value for cell in file[0]] == ["A1001", "김수료"]


def test_a_download_asks_for_a_reason_and_leaves_a_line(
    client: FlaskClient, center: Center, course: Run
) -> None:
    sign_in_to_work(client, create_staff(center))
    first, last = period(course)
    address = f"/office/training?first={first}&last={last}"
    assert "문서 실무" in words(client.get(address))
    assert "김수료" not in words(client.get(address))
    sent = {"first": first.isoformat(), "last": last.isoformat(), "ending": "csv"}
    refused = client.post("/office/training/file", data=sent)
    assert refused.status_code == 422
    assert "김수료" not in words(refused)
    file = client.post("/office/training/file", data=sent | {"reason": "인사 시스템 등록"})
    text = file.data.decode("utf-8-sig")
    assert "A1001,김수료,총무과,문서 실무" in text
    lines = db.session.scalars(sa.select(AccessLine.what)).all()
    assert any("인사 시스템 등록" in line for line in lines)
    excel = client.post("/office/training/file", data=sent | {"ending": "xlsx", "reason": "등록"})
    assert excel.data[:2] == b"PK"


def test_the_list_is_for_staff_only(app: Flask, client: FlaskClient, teacher: Instructor) -> None:
    assert client.get("/office/training").status_code == 303
    sign_in(client, create_person())
    assert client.get("/office/training").status_code == 403
    assert client.post("/office/training/file").status_code == 403
    own = app.test_client()
    sign_in_to_work(own, db.session.get_one(Account, teacher.account_id))
    assert own.get("/office/training").status_code == 403


def test_a_period_that_is_none_is_said(client: FlaskClient, center: Center) -> None:
    sign_in_to_work(client, create_staff(center))
    answer = client.get("/office/training?first=2026-12-02&last=2026-12-01")
    assert answer.status_code == 422
    assert "앞설 수 없습니다" in words(answer)
    assert client.get("/office/training").status_code == 200
