"""Who teaches: what and when, what stands against it, and how many hours."""

import time as waiting
from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts.models import Account
from eduportal.catalog import actions as catalog
from eduportal.catalog.actions import instructors as actions
from eduportal.catalog.actions.instructors import Contact, Introduction
from eduportal.catalog.models import (
    Center,
    Instructor,
    InstructorAbsence,
    InstructorCourse,
    InstructorHours,
    Meeting,
    Room,
    Run,
)
from eduportal.catalog.queries import teaching as queries
from eduportal.catalog.rules import Reason as CatalogReason
from eduportal.catalog.rules import RunState
from eduportal.catalog.rules import instructors as rules
from eduportal.catalog.rules.instructors import Reason, Stretch
from eduportal.catalog.teaching_hours import held_in, month_table, months_of
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from eduportal.shared.events import AccessLine, Event
from eduportal.shared.refusal import Missing, Refused
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.catalog.steps import STAFF, class_on, draft_in, in_days, last_event, read, words
from tests.factories import (
    create_center,
    create_course,
    create_instructor,
    create_office,
    create_person,
    create_room,
    create_run,
    create_staff,
    save,
)
from tests.race.racer import all_at_once

NINE, NOON, THREE = time(9), time(12), time(15)

# Rules


def test_stretches_that_touch_become_one() -> None:
    morning, late = Stretch(0, NINE, NOON), Stretch(0, time(14), time(18))
    tuesday = Stretch(1, NINE, NOON)
    whole, met = rules.joined(Stretch(0, NOON, THREE), [morning, late, tuesday])
    assert whole == Stretch(0, NINE, time(18))
    assert met == [morning, late]


def test_a_stretch_alone_stays_as_it_is() -> None:
    new = Stretch(0, time(13), THREE)
    assert rules.joined(new, [Stretch(0, NINE, NOON)]) == (new, [])


def test_hours_and_absences_run_forwards() -> None:
    assert rules.hours_refusal(Stretch(0, NOON, NOON)) == (Reason.HOURS_BACKWARDS, {})
    today = date(2026, 12, 1)
    tomorrow = today + timedelta(days=1)
    assert rules.absence_refusal(tomorrow, today, today) == (Reason.ABSENCE_BACKWARDS, {})
    assert rules.absence_refusal(today, today, tomorrow) == (Reason.ABSENCE_OVER, {})
    assert rules.absence_refusal(today, tomorrow, tomorrow) is None


def test_who_holds_classes_may_not_leave_and_some_are_named() -> None:
    assert rules.leaving_refusal([]) is None
    refusal = rules.leaving_refusal(["가", "나", "다", "라"])
    assert refusal == (Reason.HOLDS_CLASSES, {"count": 4, "classes": "가, 나, 다 …"})


def test_minutes_are_hours_with_two_decimals() -> None:
    assert [rules.hours(minutes) for minutes in (120, 100, 0)] == [
        Decimal("2.00"),
        Decimal("1.67"),
        Decimal("0.00"),
    ]


# Verbs


@pytest.fixture
def center(app: Flask) -> Center:
    create_office()
    return create_center("창업스마트교육장")


@pytest.fixture
def room(center: Center) -> Room:
    return create_room(center)


@pytest.fixture
def teacher(center: Center) -> Instructor:
    return create_instructor(center, name="박강사")


def stretches(teacher: Instructor) -> list[tuple[int, str, str]]:
    db.session.rollback()
    return [
        (row.weekday, f"{row.starts:%H:%M}", f"{row.ends:%H:%M}")
        for row in queries.hours_of(teacher.id)
    ]


def against(teacher: Instructor) -> list[str]:
    db.session.rollback()
    return [one.sentence for one in queries.contradictions(teacher.id)]


def test_one_without_an_account_can_be_planned_with(room: Room) -> None:
    instructor_id = actions.add_instructor(STAFF, None, "최강사", "01012345678")
    assert draft_in(room, class_on(in_days(12)), instructor_id=instructor_id)
    assert last_event().verb == "run.meetings_set"


def test_hours_are_joined_and_taken_away(teacher: Instructor) -> None:
    actions.add_hours(STAFF, teacher.id, [0, 2], Stretch(0, NINE, NOON))
    actions.add_hours(STAFF, teacher.id, [0], Stretch(0, NOON, THREE))
    actions.add_hours(STAFF, teacher.id, [0], Stretch(0, time(18), time(20)))
    assert stretches(teacher) == [
        (0, "09:00", "15:00"),
        (0, "18:00", "20:00"),
        (2, "09:00", "12:00"),
    ]
    actions.remove_hours(STAFF, teacher.id, queries.hours_of(teacher.id)[0].id)
    assert len(stretches(teacher)) == 2
    with pytest.raises(Refused):
        actions.add_hours(STAFF, teacher.id, [0], Stretch(0, NOON, NINE))


def test_nobodys_rows_are_taken_away_through_another(center: Center, teacher: Instructor) -> None:
    other = create_instructor(center)
    actions.add_hours(STAFF, teacher.id, [0], Stretch(0, NINE, NOON))
    actions.add_absence(STAFF, teacher.id, in_days(1), in_days(2), "출장")
    hours_id = queries.hours_of(teacher.id)[0].id
    absence_id = queries.absences_of(teacher.id)[0].id
    with pytest.raises(Missing):
        actions.remove_hours(STAFF, other.id, hours_id)
    with pytest.raises(Missing):
        actions.remove_absence(STAFF, other.id, absence_id)
    with pytest.raises(Missing):
        actions.set_active(STAFF, 999, False)


def test_two_pages_of_courses_lose_nothing_of_each_other(teacher: Instructor) -> None:
    one, two, three = (create_course().id for _n in range(3))
    actions.set_courses(STAFF, teacher.id, [], [one])
    actions.set_courses(STAFF, teacher.id, [one], [one, two])
    actions.set_courses(STAFF, teacher.id, [one], [three])
    assert queries.course_ids_of(teacher.id) == [two, three]
    before = last_event().id
    actions.set_courses(STAFF, teacher.id, [two, three], [two, three])
    assert last_event().id == before


def test_two_pages_about_one_instructor_lose_nothing_of_each_other(teacher: Instructor) -> None:
    seen = Contact("박강사", None)
    actions.edit_instructor(STAFF, teacher.id, seen, Contact("박강사", "01011112222"))
    actions.edit_instructor(STAFF, teacher.id, seen, Contact("박선생", None))
    db.session.refresh(teacher)
    assert (teacher.name, teacher.phone) == ("박선생", "01011112222")
    assert last_event().detail["changed"] == {"name": ["박강사", "박선생"]}


def test_what_another_changed_meanwhile_is_not_overwritten(teacher: Instructor) -> None:
    seen, own = Contact("박강사", None), Introduction(None, None, False)
    actions.edit_instructor(STAFF, teacher.id, seen, Contact("박강사", "01011112222"))
    # Wanting what is there by now is no quarrel.
    actions.edit_instructor(STAFF, teacher.id, seen, Contact("박강사", "01011112222"))
    with pytest.raises(Refused) as caught:
        actions.edit_instructor(STAFF, teacher.id, seen, Contact("박선생", "01033334444"))
    assert "그사이 다른 분이" in caught.value.sentence
    with pytest.raises(Refused):
        actions.edit_own(STAFF, teacher.id, own, Introduction("글", "01033334444", True))
    db.session.refresh(teacher)
    kept = (teacher.name, teacher.phone, teacher.introduction, teacher.consented_at)
    assert kept == ("박강사", "01011112222", None, None)


def test_what_is_saved_names_the_classes_that_stand_against_it(
    room: Room, teacher: Instructor
) -> None:
    day = in_days(12)
    draft_in(room, class_on(day, 10, 12), instructor_id=teacher.id)
    assert against(teacher) == []

    actions.add_hours(STAFF, teacher.id, [day.weekday()], Stretch(0, time(14), time(18)))
    assert [("수업할 수 있는 시간이 아닙니다" in one) for one in against(teacher)] == [True]
    actions.add_hours(STAFF, teacher.id, [day.weekday()], Stretch(0, time(9), time(14)))
    assert against(teacher) == []

    actions.add_absence(STAFF, teacher.id, day, day, "출장")
    assert ["출장" in one for one in against(teacher)] == [True]
    actions.remove_absence(STAFF, teacher.id, queries.absences_of(teacher.id)[0].id)
    actions.set_courses(STAFF, teacher.id, [], [create_course().id])
    assert ["맡을 수 있는 과정이 아닙니다" in one for one in against(teacher)] == [True]


def test_who_holds_classes_stays_active(room: Room, teacher: Instructor) -> None:
    run_id = draft_in(room, class_on(in_days(12)), instructor_id=teacher.id)
    with pytest.raises(Refused) as caught:
        actions.set_active(STAFF, teacher.id, False)
    assert caught.value.reason is Reason.HOLDS_CLASSES
    assert "1번" in caught.value.sentence
    catalog.delete_draft(STAFF, run_id, None)
    actions.set_active(STAFF, teacher.id, False)
    assert last_event().verb == "instructor.deactivated"
    with pytest.raises(Refused) as caught:
        draft_in(room, class_on(in_days(12)), instructor_id=teacher.id)
    assert caught.value.reason is CatalogReason.INSTRUCTOR_GONE


def test_leaving_and_being_planned_at_once_never_both_succeed(
    app: Flask, room: Room, teacher: Instructor, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = draft_in(room, instructor_id=teacher.id)
    fast = rules.leaving_refusal

    def slow(classes: Any) -> Any:
        waiting.sleep(0.05)
        return fast(classes)

    monkeypatch.setattr(rules, "leaving_refusal", slow)
    acts: list[Callable[[], str]] = [
        partial(said, actions.set_active, teacher.id, False),
        partial(said, catalog.set_meetings, run_id, [class_on(in_days(12))], None),
    ]
    told = all_at_once(app, acts)
    assert told["done"] == 1
    db.session.rollback()
    planned = db.session.scalar(sa.select(sa.func.count()).select_from(Meeting))
    active = db.session.scalar(sa.select(Instructor.active).where(Instructor.id == teacher.id))
    assert bool(planned) is bool(active)


def said(verb: Callable[..., object], *given: Any) -> str:
    try:
        verb(STAFF, *given)
    except Refused as refused:
        return refused.reason.name
    return "done"


def test_an_absence_entered_while_planning_is_seen(
    app: Flask, room: Room, teacher: Instructor
) -> None:
    run_id = draft_in(room, instructor_id=teacher.id)
    day = in_days(12)
    told = all_at_once(
        app,
        [
            partial(said, actions.add_absence, teacher.id, day, day, "출장"),
            partial(said, catalog.set_meetings, run_id, [class_on(day)], None),
        ],
    )
    # Whichever came first: the class is refused, or it stands in the list of contradictions.
    refused = told["INSTRUCTOR_AWAY"] == 1
    assert refused or ["출장" in one for one in against(teacher)] == [True]


def test_consent_is_kept_with_its_moment_and_taken_back(teacher: Instructor) -> None:
    nothing = Introduction(None, None, False)
    said_yes = Introduction("천천히 가르칩니다.", "01012345678", True)
    actions.edit_own(STAFF, teacher.id, nothing, said_yes)
    db.session.refresh(teacher)
    assert teacher.consented_at is not None
    assert teacher.name_is_public is True
    assert last_event().verb == "instructor.consented"
    actions.edit_own(
        STAFF, teacher.id, said_yes, Introduction("천천히 가르칩니다.", "01012345678", False)
    )
    kept = sa.select(Instructor.consented_at, Instructor.name_is_public, Instructor.introduction)
    assert tuple(db.session.execute(kept).one()) == (None, False, "천천히 가르칩니다.")
    assert last_event().verb == "instructor.consent_withdrawn"


def test_one_without_an_account_takes_that_of_a_new_invitation(
    room: Room, teacher: Instructor
) -> None:
    old = actions.add_instructor(STAFF, None, "최강사")
    run_id = draft_in(room, class_on(in_days(12)), instructor_id=old)
    account_id, new = teacher.account_id, teacher.id
    actions.add_hours(STAFF, new, [0], Stretch(0, NINE, NOON))
    actions.take_account(STAFF, old, new)
    rows = db.session.execute(sa.select(Instructor.id, Instructor.account_id)).all()
    assert [tuple(row) for row in rows] == [(old, account_id)]
    assert read(run_id).instructor_id == old
    with pytest.raises(Missing):
        actions.take_account(STAFF, old, new)


def test_the_account_of_one_who_has_taught_stays_theirs(room: Room, teacher: Instructor) -> None:
    draft_in(room, class_on(in_days(12)), instructor_id=teacher.id)
    other = actions.add_instructor(STAFF, None, "최강사")
    with pytest.raises(Refused) as caught:
        actions.take_account(STAFF, other, teacher.id)
    assert caught.value.reason is Reason.HAS_TAUGHT
    assert queries.accounts_to_take() == []


# Hours


def past_run(room: Room, teacher: Instructor, **given: Any) -> Run:
    """Two classes of two hours, on the tenth and eleventh of last month."""
    tenth = last_month() + timedelta(days=9)
    starts_in = dates.at(tenth, time(10)) - clock.now()
    return create_run(room=room, instructor_id=teacher.id, starts_in=starts_in, **given)


def last_month() -> date:
    first = dates.first_of_month(clock.today())
    return dates.first_of_month(first - timedelta(days=1))


def test_hours_are_of_classes_held_by_who_held_them(
    center: Center, room: Room, teacher: Instructor
) -> None:
    run = past_run(room, teacher, meetings=3)
    other = create_instructor(center, name="정강사")
    first, second, _third = run.meetings
    first.instructor_id = other.id
    second.cancelled_at = clock.now()
    second.cancelled_reason = "강사 사정"
    db.session.commit()
    create_run(room=room, instructor_id=teacher.id)

    lines = {one.instructor: (one.meetings, one.minutes) for one in held_in(last_month())}
    assert lines == {"박강사": (1, 120), "정강사": (1, 120)}
    assert held_in(clock.today()) == []
    assert [(one.meetings, one.minutes) for one in months_of(teacher.id)] == [(1, 120)]


def test_a_cancelled_run_counts_what_was_held_before(room: Room, teacher: Instructor) -> None:
    run = past_run(room, teacher)
    second = dates.seoul_date(run.meetings[1].starts_at)
    run.state, run.cancelled_on = RunState.CANCELLED, second
    db.session.commit()
    assert [one.meetings for one in held_in(last_month())] == [1]


def test_hours_of_another_center_are_not_seen(
    center: Center, room: Room, teacher: Instructor
) -> None:
    past_run(room, teacher)
    past_run(create_room(create_center("정보문화센터")), teacher)
    assert len(held_in(last_month(), frozenset({center.id}))) == 1
    assert len(held_in(last_month())) == 2


def test_the_table_has_each_ones_sum_and_the_total(
    center: Center, room: Room, teacher: Instructor
) -> None:
    past_run(room, teacher)
    past_run(create_room(center), create_instructor(center, name="정강사"))
    table = month_table(last_month(), held_in(last_month()))
    numbers = [tuple(cell.value for cell in row.cells[2:]) for row in table.rows]
    assert numbers == [(2, 240, Decimal("4.00"))] * 4 + [(4, 480, Decimal("8.00"))]


# Pages


@pytest.fixture
def staff(client: FlaskClient, center: Center) -> FlaskClient:
    sign_in_to_work(client, create_staff(center))
    return client


def pages(instructor_id: int) -> list[str]:
    one = f"/office/instructors/{instructor_id}"
    return [
        "/office/instructors",
        "/office/instructors/new",
        "/office/instructors/hours",
        "/office/instructors/hours.csv",
        "/office/instructors/hours.xlsx",
        one,
        *(f"{one}/{part}" for part in ("edit", "courses", "hours", "absences")),
    ]


def test_the_pages_are_for_staff_only(
    app: Flask, client: FlaskClient, center: Center, teacher: Instructor
) -> None:
    addresses = pages(teacher.id)
    assert {client.get(address).status_code for address in addresses} == {303}
    sign_in(client, create_person())
    assert {client.get(address).status_code for address in addresses} == {403}
    own = app.test_client()
    sign_in_to_work(own, db.session.get_one(Account, teacher.account_id))
    assert {own.get(address).status_code for address in addresses} == {403}
    office = app.test_client()
    sign_in_to_work(office, create_staff(center))
    assert {office.get(address).status_code for address in addresses} == {200}
    assert office.get("/office/instructors/999").status_code == 404


def test_the_list_finds_by_name_and_by_activity(staff: FlaskClient, teacher: Instructor) -> None:
    save(Instructor(name="윤강사", active=False))
    assert "박강사" in words(staff.get("/office/instructors"))
    assert "윤강사" not in words(staff.get("/office/instructors"))
    assert "윤강사" in words(staff.get("/office/instructors?active=no"))
    assert "찾으시는 강사가 없습니다" in words(staff.get("/office/instructors?q=없는"))


def test_staff_add_and_change_an_instructor(staff: FlaskClient) -> None:
    assert staff.post("/office/instructors/new", data={"name": ""}).status_code == 422
    staff.post("/office/instructors/new", data={"name": "최강사", "phone": "010-1234-5678"})
    one = db.session.scalars(sa.select(Instructor)).one()
    assert (one.name, one.phone, one.account_id) == ("최강사", "01012345678", None)
    page = f"/office/instructors/{one.id}/edit"
    shown = {"seen_name": "최강사", "seen_phone": "01012345678"}
    assert staff.post(page, data=shown | {"name": "최강사", "phone": ""}).status_code == 303
    db.session.rollback()
    assert db.session.scalar(sa.select(Instructor.phone)) is None


def test_staff_set_courses_hours_and_absences(
    staff: FlaskClient, room: Room, teacher: Instructor
) -> None:
    day = in_days(12)
    draft_in(room, class_on(day), instructor_id=teacher.id)
    course = create_course("한글 문서")
    one = f"/office/instructors/{teacher.id}"
    saved = staff.post(f"{one}/courses", data={"courses": [str(course.id)], "seen": ""})
    assert saved.status_code == 303
    assert "이미 정한 수업과 맞지 않습니다" in words(staff.get(one))
    assert "한글 문서" in words(staff.get(one))

    bad = staff.post(f"{one}/hours", data={"weekdays": ["0"], "starts": "12:00", "ends": "09:00"})
    assert bad.status_code == 422
    assert "뒤여야 합니다" in words(bad)
    hours = {"weekdays": ["0", "2"], "starts": "09:00", "ends": "12:00"}
    assert staff.post(f"{one}/hours", data=hours).status_code == 303
    assert "월요일 09:00 ~ 12:00" in words(staff.get(one))
    hours_id = db.session.scalars(sa.select(InstructorHours.id)).all()[0]
    assert staff.post(f"{one}/hours/{hours_id}/removal").status_code == 303
    assert db.session.scalar(sa.select(sa.func.count()).select_from(InstructorHours)) == 1

    absence = {"first": day.isoformat(), "last": day.isoformat(), "reason": "출장"}
    answer = staff.post(f"{one}/absences", data=absence, follow_redirects=True)
    assert "이미 정한 수업 1번과 맞지 않습니다" in words(answer)
    absence_id = db.session.scalars(sa.select(InstructorAbsence.id)).one()
    assert staff.post(f"{one}/absences/{absence_id}/removal").status_code == 303
    assert db.session.scalar(sa.select(sa.func.count()).select_from(InstructorAbsence)) == 0
    backwards = absence | {"last": in_days(1).isoformat()}
    assert staff.post(f"{one}/absences", data=backwards).status_code == 422


def test_an_administrator_joins_an_account_and_staff_do_not(
    app: Flask, staff: FlaskClient, teacher: Instructor
) -> None:
    other = actions.add_instructor(STAFF, None, "최강사")
    address = f"/office/instructors/{other}/account"
    assert staff.get(address).status_code == 403
    admin = app.test_client()
    sign_in_to_work(admin, create_staff())
    assert "박강사" in words(admin.get(address))
    assert admin.post(address, data={}).status_code == 422
    assert admin.post(address, data={"other_id": str(teacher.id)}).status_code == 303
    assert admin.get(address).status_code == 404


def test_ending_activity_is_refused_with_the_classes(
    staff: FlaskClient, room: Room, teacher: Instructor
) -> None:
    run_id = draft_in(room, class_on(in_days(12)), instructor_id=teacher.id)
    address = f"/office/instructors/{teacher.id}/activity"
    answer = staff.post(address, data={"active": "no"})
    assert answer.status_code == 409
    assert "활동을 마칠 수 없습니다" in words(answer)
    catalog.delete_draft(STAFF, run_id, None)
    # Two pages that both end it: the second leaves it ended.
    for _n in range(2):
        assert staff.post(address, data={"active": "no"}).status_code == 303
    assert "다시 활동하기" in words(staff.get(f"/office/instructors/{teacher.id}"))
    assert staff.post(address).status_code == 400


def test_pages_that_show_a_phone_leave_a_line(staff: FlaskClient, teacher: Instructor) -> None:
    one = f"/office/instructors/{teacher.id}"
    for page in ("/office/instructors", one, f"{one}/edit"):
        staff.get(page)
    lines = list(db.session.scalars(sa.select(AccessLine.what).order_by(AccessLine.id)))
    assert lines == ["instructors", *[f"instructor {teacher.id}"] * 2]


def test_the_month_is_a_page_and_a_file(
    staff: FlaskClient, room: Room, teacher: Instructor
) -> None:
    past_run(room, teacher)
    month = f"{last_month():%Y-%m}"
    page = words(staff.get(f"/office/instructors/hours?month={month}"))
    assert "박강사" in page
    assert "4.00" in page
    file = staff.get(f"/office/instructors/hours.csv?month={month}")
    assert "박강사" in file.data.decode("utf-8-sig")
    assert staff.get("/office/instructors/hours?month=1").status_code == 422
    assert "이 달에 끝난 수업이 없습니다" in words(
        staff.get("/office/instructors/hours?month=2001-01")
    )


def test_residents_read_the_introduction_by_consent_only(
    client: FlaskClient, room: Room, teacher: Instructor
) -> None:
    run = create_run(room=room, instructor_id=teacher.id)
    said_yes = Introduction("천천히 가르칩니다.", None, True)
    said_no = Introduction("천천히 가르칩니다.", None, False)
    actions.edit_own(STAFF, teacher.id, Introduction(None, None, False), said_no)
    assert "천천히" not in words(client.get(f"/runs/{run.id}"))
    actions.edit_own(STAFF, teacher.id, said_no, said_yes)
    assert "천천히 가르칩니다." in words(client.get(f"/runs/{run.id}"))
    actions.edit_own(STAFF, teacher.id, said_yes, said_no)
    page = words(client.get(f"/runs/{run.id}"))
    assert "천천히" not in page
    assert "박강사" not in page


def test_every_reason_is_a_sentence_and_every_event_a_word() -> None:
    assert all(why.value.endswith(".") for why in Reason)


def test_every_change_is_on_record(teacher: Instructor) -> None:
    actions.add_absence(STAFF, teacher.id, in_days(1), in_days(1), "출장")
    event = db.session.scalars(sa.select(Event).order_by(Event.id.desc())).first()
    assert event
    assert (event.verb, event.subject, event.subject_id) == (
        "instructor.absence_added",
        "instructor",
        teacher.id,
    )
    assert db.session.scalar(sa.select(sa.func.count()).select_from(InstructorCourse)) == 0
