"""One class taught by somebody else, while the run keeps its instructor."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts.models import Account
from eduportal.booking.actions.meetings import substitute
from eduportal.catalog.models import (
    Instructor,
    InstructorAbsence,
    InstructorCourse,
    Meeting,
    Run,
)
from eduportal.catalog.rules import Reason, timetable
from eduportal.notices.models import Notice
from eduportal.shared import dates
from eduportal.shared.db import db
from eduportal.shared.refusal import Missing, Refused
from tests.accounts.steps import sign_in_to_work
from tests.booking.conftest import STAFF
from tests.catalog.steps import last_event, words
from tests.factories import (
    create_booking,
    create_center,
    create_course,
    create_instructor,
    create_office,
    create_room,
    create_run,
    create_staff,
    save,
    until_the_tenth,
)


@pytest.fixture
def own(app: Flask) -> Instructor:
    create_office()
    return create_instructor(create_center(), name="박강사")


@pytest.fixture
def other(own: Instructor) -> Instructor:
    return create_instructor(create_center("다른 곳"), name="최강사", phone="01000009999")


@pytest.fixture
def run(own: Instructor) -> Run:
    return create_run(starts_in=until_the_tenth(), instructor_id=own.id)


def meeting_of(run: Run) -> Meeting:
    db.session.rollback()
    query = sa.select(Meeting).where(Meeting.run_id == run.id).order_by(Meeting.starts_at)
    return db.session.scalars(query).all()[0]


def day_of(run: Run) -> date:
    return dates.seoul_date(meeting_of(run).starts_at)


def notices() -> list[Notice]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Notice).order_by(Notice.id)))


def test_one_class_gets_another_instructor_and_both_are_told(
    run: Run, own: Instructor, other: Instructor
) -> None:
    create_booking(run)
    substitute(STAFF, meeting_of(run).id, None, other.id, "병가")

    assert meeting_of(run).instructor_id == other.id
    assert db.session.get_one(Run, run.id).instructor_id == own.id
    account = db.session.get_one(Account, own.account_id)
    assert {notice.address for notice in notices()} == {account.email, "01000009999"}
    assert (last_event().verb, last_event().reason) == ("run.meeting_substituted", "병가")


def test_giving_it_back_tells_both_again(run: Run, own: Instructor, other: Instructor) -> None:
    meeting_id = meeting_of(run).id
    substitute(STAFF, meeting_id, None, other.id)
    substitute(STAFF, meeting_id, None, own.id)
    substitute(STAFF, meeting_id, None, own.id)

    assert meeting_of(run).instructor_id == own.id
    assert len(notices()) == 4


def test_a_substitute_must_be_free_present_and_teach_the_course(
    run: Run, other: Instructor
) -> None:
    day = day_of(run)
    create_run(starts_in=until_the_tenth(), instructor_id=other.id)
    absent = create_instructor(create_center(), name="한강사")
    save(InstructorAbsence(instructor_id=absent.id, first_on=day, last_on=day, reason="휴가"))
    stranger = create_instructor(create_center(), name="오강사")
    save(InstructorCourse(instructor_id=stranger.id, course_id=create_course().id))
    gone = create_instructor(create_center(), name="윤강사", active=False)

    for who, reason in (
        (other, Reason.INSTRUCTOR_TAKEN),
        (absent, Reason.INSTRUCTOR_AWAY),
        (stranger, Reason.INSTRUCTOR_OTHER_COURSES),
        (gone, Reason.INSTRUCTOR_GONE),
    ):
        with pytest.raises(Refused) as refused:
            substitute(STAFF, meeting_of(run).id, None, who.id)
        assert refused.value.reason is reason
    assert notices() == []


def test_a_class_that_is_called_off_has_no_substitute(run: Run, other: Instructor) -> None:
    meeting = meeting_of(run)
    meeting.cancelled_at = run.created_at
    db.session.commit()

    with pytest.raises(Refused) as refused:
        substitute(STAFF, meeting.id, None, other.id)
    assert refused.value.reason is timetable.Reason.CALLED_OFF


def test_a_class_of_another_center_is_not_there(run: Run, other: Instructor) -> None:
    with pytest.raises(Missing):
        substitute(STAFF, meeting_of(run).id, frozenset(), other.id)
    with pytest.raises(Missing):
        substitute(STAFF, 999, None, other.id)


def test_the_form_offers_who_is_free_and_says_why_others_are_not(
    client: FlaskClient, run: Run, other: Instructor
) -> None:
    sign_in_to_work(client, create_staff())
    day = day_of(run)
    absent = create_instructor(create_center(), name="한강사")
    save(InstructorAbsence(instructor_id=absent.id, first_on=day, last_on=day, reason="휴가"))
    address = f"/office/meetings/{meeting_of(run).id}/substitute"
    text = words(client.get(address))

    assert "최강사" in text
    assert "한강사: 한강사 강사는" in text
    assert client.post(address, data={}).status_code == 422
    assert client.post(address, data={"instructor_id": absent.id}).status_code == 422
    answer = client.post(address, data={"instructor_id": other.id}, follow_redirects=True)
    assert "대강" in words(answer)
    assert meeting_of(run).instructor_id == other.id
    back = f"/office/meetings/{meeting_of(run).id}/own-instructor"
    assert "원래 강사가 다시 맡습니다" in words(client.post(back, follow_redirects=True))
    assert meeting_of(run).instructor_id == run.instructor_id


def test_the_pages_are_for_staff_of_the_center(
    app: Flask, client: FlaskClient, run: Run, own: Instructor
) -> None:
    address = f"/office/meetings/{meeting_of(run).id}/substitute"
    assert client.get(address).status_code == 303
    sign_in_to_work(client, db.session.get_one(Account, own.account_id))
    assert client.get(address).status_code == 403
    stranger = app.test_client()
    sign_in_to_work(stranger, create_staff(create_center("먼 곳")))
    assert stranger.get(address).status_code == 404
    assert stranger.post(address.replace("substitute", "own-instructor")).status_code == 404


def test_the_class_is_the_substitutes_and_no_longer_the_others(
    app: Flask, client: FlaskClient, own: Instructor, other: Instructor
) -> None:
    run = create_run(
        room=create_room(), starts_in=timedelta(hours=-1), meetings=2, instructor_id=own.id
    )
    create_booking(run)
    meeting = meeting_of(run)
    substitute(STAFF, meeting.id, None, other.id)
    sheet = f"/teach/meetings/{meeting.id}"

    sign_in_to_work(client, db.session.get_one(Account, own.account_id))
    assert client.get(sheet).status_code == 404
    assert client.post(sheet, data={}).status_code == 404
    stand_in = app.test_client()
    sign_in_to_work(stand_in, db.session.get_one(Account, other.account_id))
    assert sheet in stand_in.get("/teach").text
    assert "강사: 최강사" in words(stand_in.get(sheet))


def test_everybody_reads_the_substitutes_name_only_where_it_is_public(
    client: FlaskClient, run: Run, other: Instructor
) -> None:
    substitute(STAFF, meeting_of(run).id, None, other.id)
    assert "최강사" not in words(client.get(f"/runs/{run.id}"))

    db.session.get_one(Instructor, other.id).name_is_public = True
    db.session.commit()
    assert "최강사" in words(client.get(f"/runs/{run.id}"))
