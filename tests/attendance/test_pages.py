"""What instructors, staff, residents and strangers get to see and do."""

import re
from datetime import timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from time_machine import Traveller
from werkzeug.test import TestResponse

from eduportal.accounts.models import Account
from eduportal.attendance import queries
from eduportal.attendance.actions import mark_sheet
from eduportal.attendance.rules import Mark
from eduportal.booking.models import Booking
from eduportal.booking.rules import State
from eduportal.catalog.models import Meeting, Seat
from eduportal.shared.db import db
from eduportal.shared.events import AccessLine
from tests import factories
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.attendance.conftest import Class, booking, create_class, marks, told

P, L, A = Mark.PRESENT, Mark.LATE, Mark.ABSENT


@pytest.fixture
def teaching(client: FlaskClient, lesson: Class) -> FlaskClient:
    """The instructor's browser."""
    sign_in_to_work(client, _account(lesson.instructor.account_id))
    return client


@pytest.fixture
def office(client: FlaskClient, lesson: Class) -> FlaskClient:
    """The browser of somebody who works in the class's center."""
    sign_in_to_work(client, lesson.staff)
    return client


# The instructor's day


def test_the_day_shows_own_meetings_of_today_first(teaching: FlaskClient, lesson: Class) -> None:
    create_class()

    page = teaching.get("/teach").text

    assert page.count("<h3") == 3
    assert page.index(f"/teach/meetings/{lesson.today}") < page.index("지난 수업")
    assert page.index("지난 수업") < page.index(f"/teach/meetings/{lesson.yesterday}")
    assert page.index("다음 수업") < page.index(f"/teach/meetings/{lesson.tomorrow}")
    assert "3번 가운데 2번째" in page
    assert "출석 표시 안 한 분 3명" in page


def test_a_day_without_meetings_says_so(
    teaching: FlaskClient, lesson: Class, clock: Traveller
) -> None:
    clock.shift(timedelta(minutes=20))
    db.session.execute(sa.update(Meeting).values(instructor_id=None))
    lesson.run.instructor_id = None
    db.session.commit()

    assert "오늘은 맡으신 수업이 없습니다." in teaching.get("/teach").text


def test_a_substitute_sees_the_one_meeting(client: FlaskClient, lesson: Class) -> None:
    substitute = factories.create_instructor(lesson.center)
    meeting = db.session.get_one(Meeting, lesson.today)
    meeting.instructor_id = substitute.id
    db.session.commit()
    sign_in_to_work(client, _account(substitute.account_id))

    assert client.get(f"/teach/meetings/{lesson.today}").status_code == 200
    assert client.get(f"/teach/meetings/{lesson.yesterday}").status_code == 404


# The sheet


def test_a_sheet_shows_seat_name_and_absences_before(teaching: FlaskClient, lesson: Class) -> None:
    mark_sheet(lesson.by, lesson.yesterday, {lesson.bookings[0]: A})

    page = teaching.get(f"/teach/meetings/{lesson.today}").text

    assert page.count('<fieldset class="sheet-row">') == 3
    assert _name(lesson.bookings[0]) in page
    assert page.count("지난 결석 1번") == 1


def test_a_sheet_names_seats_as_they_are_labeled_in_order_of_number(lesson: Class) -> None:
    db.session.execute(sa.update(Seat).where(Seat.number == 2).values(label="창가"))
    db.session.commit()
    found = queries.lesson_in(lesson.today, None)
    assert found is not None
    assert [line.seat for line in queries.sheet(found)] == ["1", "창가", "3"]


def test_saving_shows_the_sheet_again_with_its_counts(teaching: FlaskClient, lesson: Class) -> None:
    first, second, _third = lesson.bookings

    answer = _save(teaching, lesson, {first: "present", second: "absent"})

    assert answer.status_code == 303
    assert marks(lesson.today) == {first: P, second: A}
    page = teaching.get(answer.location).text
    assert "출석부를 저장했습니다." in page
    assert _counts(page) == {
        "present": 1,
        "late": 0,
        "left_early": 0,
        "absent": 1,
        "excused": 0,
        "": 1,
    }


def test_all_present_in_one_tap_keeps_what_is_chosen(teaching: FlaskClient, lesson: Class) -> None:
    first, second, third = lesson.bookings

    _save(teaching, lesson, {first: "absent"}, all="present")

    assert marks(lesson.today) == {first: A, second: P, third: P}


def test_saving_the_same_again_says_that_nothing_changed(
    teaching: FlaskClient, lesson: Class
) -> None:
    first, *_others = lesson.bookings
    _save(teaching, lesson, {first: "present"})

    answer = _save(teaching, lesson, {first: "present"})

    assert "바뀐 것이 없습니다." in teaching.get(answer.location).text
    assert len(told("attendance.marked")) == 1


def test_an_old_page_does_not_undo_what_somebody_else_marked(
    teaching: FlaskClient, lesson: Class
) -> None:
    first, second, _third = lesson.bookings
    old_page = {f"seen-{first}": "", f"seen-{second}": ""}
    mark_sheet(lesson.by, lesson.today, {first: A})

    answer = _save(teaching, lesson, {first: "present", second: "present"}, **old_page)

    assert marks(lesson.today) == {first: A, second: P}
    assert (
        "그사이 다른 사람이 바꾼 표시 1개는 그대로 두었습니다."
        in teaching.get(answer.location).text
    )


def test_a_mark_that_does_not_exist_is_not_saved(teaching: FlaskClient, lesson: Class) -> None:
    answer = _save(teaching, lesson, {lesson.bookings[0]: "asleep"})

    assert answer.status_code == 200
    assert marks(lesson.today) == {}


def test_a_meeting_to_come_shows_its_people_and_a_sentence(
    teaching: FlaskClient, lesson: Class
) -> None:
    page = teaching.get(f"/teach/meetings/{lesson.tomorrow}").text

    assert "2026. 12. 2.(수)부터 출석을 적을 수 있습니다." in page
    assert _name(lesson.bookings[0]) in page
    assert 'class="sheet"' not in page


def test_a_post_for_a_meeting_to_come_is_refused_with_the_sentence(
    teaching: FlaskClient, lesson: Class
) -> None:
    data = {f"mark-{lesson.bookings[0]}": "present"}
    answer = teaching.post(f"/teach/meetings/{lesson.tomorrow}", data=data)

    assert "아직 수업 전입니다." in answer.text
    assert marks(lesson.tomorrow) == {}


def test_whoever_withdrew_after_being_marked_stands_apart(
    teaching: FlaskClient, lesson: Class
) -> None:
    first, second, _third = lesson.bookings
    mark_sheet(lesson.by, lesson.yesterday, {first: A})
    for one in (first, second):
        booking(one).state = State.WITHDRAWN
        db.session.commit()

    page = teaching.get(f"/teach/meetings/{lesson.today}").text

    assert page.index("그만둔 분") < page.index(_name(first))
    assert _name(second) not in page


def test_a_closed_run_shows_its_marks_and_no_form(
    office: FlaskClient, lesson: Class, clock: Traveller
) -> None:
    _close(office, lesson, clock)

    page = office.get(f"/office/meetings/{lesson.today}/sheet").text

    assert "수료 처리를 마친 강좌라 출석을 고칠 수 없습니다." in page
    assert 'class="sheet"' not in page


def test_opening_a_sheet_leaves_a_line(teaching: FlaskClient, lesson: Class) -> None:
    teaching.get(f"/teach/meetings/{lesson.today}")

    [line] = db.session.scalars(sa.select(AccessLine))
    assert line.what == f"attendance sheet of meeting {lesson.today}"
    assert (line.by_kind, line.account_id) == ("instructor", lesson.instructor.account_id)


# The office


def test_staff_see_masked_names_marks_and_rates(office: FlaskClient, lesson: Class) -> None:
    first, second, _third = lesson.bookings
    mark_sheet(lesson.by, lesson.yesterday, {first: P, second: A})
    mark_sheet(lesson.by, lesson.today, {first: P})

    page = office.get(f"/office/runs/{lesson.run.id}/attendance").text

    assert _name(first) not in page
    assert "100.0%" in page
    assert "0.0%" in page
    assert "50.0%" in page
    assert page.count("미표시 1명") == 1
    assert page.count("미표시 2명") == 1


def test_staff_mark_sheets_of_their_center(office: FlaskClient, lesson: Class) -> None:
    path = f"/office/meetings/{lesson.today}/sheet"

    answer = office.post(path, data={"all": "present"})

    assert answer.location == path
    assert len(marks(lesson.today)) == 3
    assert told("attendance.marked")[0].by_kind == "staff"


def test_before_closing_staff_see_who_would_complete(
    office: FlaskClient, lesson: Class, clock: Traveller
) -> None:
    page = _all_marked_and_over(office, lesson, clock)

    assert "80% 이상인 2명은 수료, 나머지 1명은 미수료로 처리합니다." in page


def test_staff_close_a_run(office: FlaskClient, lesson: Class, clock: Traveller) -> None:
    answer = _close(office, lesson, clock)

    assert "수료 2명, 미수료 1명입니다." in office.get(answer.location).text
    assert booking(lesson.bookings[0]).state is State.COMPLETED


def test_a_run_with_unmarked_meetings_cannot_be_closed_by_a_button(
    office: FlaskClient, lesson: Class, clock: Traveller
) -> None:
    clock.shift(timedelta(days=4))
    sign_in_to_work(office, lesson.staff)
    path = f"/office/runs/{lesson.run.id}"

    assert "아직 수료 처리를 할 수 없습니다." in office.get(f"{path}/attendance").text
    answer = office.post(f"{path}/completion")
    assert "출석을 적지 않은 수업이 있습니다" in office.get(answer.location).text


# The learner


def test_a_resident_sees_their_own_marks(client: FlaskClient, lesson: Class) -> None:
    mark_sheet(lesson.by, lesson.yesterday, {lesson.bookings[0]: L})
    _sign_in(client, lesson.bookings[0])

    page = client.get(f"/my/bookings/{lesson.bookings[0]}/attendance").text

    assert "지각" in page
    assert "100.0%" in page


def test_nobody_elses_attendance_is_shown(client: FlaskClient, lesson: Class) -> None:
    _sign_in(client, lesson.bookings[0])

    assert client.get(f"/my/bookings/{lesson.bookings[1]}/attendance").status_code == 404


def test_whoever_never_had_a_place_has_no_attendance(client: FlaskClient, lesson: Class) -> None:
    waiting = factories.create_booking(lesson.run, state=State.WAITING)
    _sign_in(client, waiting.id)

    assert client.get(f"/my/bookings/{waiting.id}/attendance").status_code == 404


# Who may not


def test_a_stranger_is_asked_to_sign_in(client: FlaskClient, lesson: Class) -> None:
    for path in _work_paths(lesson):
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (303, "/sign-in/work")


def test_a_resident_may_open_none_of_it(client: FlaskClient, lesson: Class) -> None:
    _sign_in(client, lesson.bookings[0])

    assert {client.get(path).status_code for path in _work_paths(lesson)} == {403}


def test_another_instructor_finds_no_sheet(client: FlaskClient, lesson: Class) -> None:
    sign_in_to_work(client, _account(factories.create_instructor(lesson.center).account_id))
    path = f"/teach/meetings/{lesson.today}"

    assert client.get(path).status_code == 404
    assert client.post(path, data={"all": "present"}).status_code == 404
    assert marks(lesson.today) == {}


def test_an_instructor_may_not_open_the_office(teaching: FlaskClient, lesson: Class) -> None:
    assert teaching.get(f"/office/runs/{lesson.run.id}/attendance").status_code == 403
    assert teaching.post(f"/office/runs/{lesson.run.id}/completion").status_code == 403


def test_staff_of_the_other_center_find_nothing(client: FlaskClient, lesson: Class) -> None:
    sign_in_to_work(client, create_class().staff)
    sheet = f"/office/meetings/{lesson.today}/sheet"

    assert client.get(f"/office/runs/{lesson.run.id}/attendance").status_code == 404
    assert client.get(sheet).status_code == 404
    assert client.post(sheet, data={"all": "present"}).status_code == 404
    assert client.post(f"/office/runs/{lesson.run.id}/completion").status_code == 404
    assert marks(lesson.today) == {}


def test_an_administrator_sees_every_center(client: FlaskClient, lesson: Class) -> None:
    sign_in_to_work(client, factories.create_staff())

    assert client.get(f"/office/runs/{lesson.run.id}/attendance").status_code == 200


# Rates for other features


def test_the_rate_of_a_run_leaves_out_those_who_withdrew(app: Flask, lesson: Class) -> None:
    first, second, third = lesson.bookings
    mark_sheet(lesson.by, lesson.today, {first: P, second: A, third: A})
    booking(third).state = State.WITHDRAWN
    db.session.commit()

    assert queries.rate_of_run(lesson.run.id) == Fraction(1, 2)


def test_a_run_that_nobody_marked_has_no_rate(lesson: Class) -> None:
    assert queries.rate_of_run(lesson.run.id) is None


def _work_paths(lesson: Class) -> list[str]:
    return [
        "/teach",
        f"/teach/meetings/{lesson.today}",
        f"/office/runs/{lesson.run.id}/attendance",
        f"/office/meetings/{lesson.today}/sheet",
    ]


def _save(
    client: FlaskClient, lesson: Class, chosen: dict[int, str], **others: str
) -> TestResponse:
    data = {f"mark-{one}": mark for one, mark in chosen.items()} | others
    return client.post(f"/teach/meetings/{lesson.today}", data=data)


def _all_marked_and_over(office: FlaskClient, lesson: Class, clock: Traveller) -> str:
    clock.shift(timedelta(days=4))
    for meeting in (lesson.yesterday, lesson.today, lesson.tomorrow):
        mark_sheet(lesson.by, meeting, {lesson.bookings[2]: A}, fill=P)
    sign_in_to_work(office, lesson.staff)
    return office.get(f"/office/runs/{lesson.run.id}/attendance").text


def _close(office: FlaskClient, lesson: Class, clock: Traveller) -> TestResponse:
    _all_marked_and_over(office, lesson, clock)
    return office.post(f"/office/runs/{lesson.run.id}/completion")


def _counts(page: str) -> dict[str, int]:
    found = re.findall(r'<b data-count="(\w*)">(\d+)</b>', page)
    return {mark: int(count) for mark, count in found}


def _name(booking_id: int) -> str:
    person = booking(booking_id).person
    assert person
    return person.name


def _account(account_id: int | None) -> Account:
    return db.session.get_one(Account, account_id)


def _sign_in(client: FlaskClient, booking_id: int) -> None:
    person = db.session.get_one(Booking, booking_id).person
    assert person
    sign_in(client, person)
