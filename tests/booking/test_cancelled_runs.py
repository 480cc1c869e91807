"""A run that is called off, and what its people are offered instead."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts.rules import Role
from eduportal.booking import actions
from eduportal.booking.promises import broken
from eduportal.booking.rules import Reason, State
from eduportal.catalog.models import Center, Run, RunAlternative
from eduportal.catalog.queries.alternatives import alternatives, candidates
from eduportal.catalog.rules import RunState
from eduportal.catalog.rules.timetable import Reason as TimetableReason
from eduportal.notices.models import Notice
from eduportal.shared.db import db
from eduportal.shared.events import AccessLine
from eduportal.shared.refusal import Refused
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.booking.conftest import STAFF, apply, by, fresh, states
from tests.catalog.steps import words
from tests.factories import (
    create_booking,
    create_center,
    create_course,
    create_instructor,
    create_office,
    create_person,
    create_room,
    create_run,
    create_staff,
    now,
    until_the_tenth,
)


@pytest.fixture
def center(app: Flask) -> Center:
    create_office()
    return create_center("창업스마트교육장")


@pytest.fixture
def run(center: Center) -> Run:
    return create_run(
        create_course("엑셀 기초"), create_room(center), starts_in=until_the_tenth(), section="오전"
    )


def like(run: Run, **given: object) -> Run:
    """A run of the same course a week later."""
    room = create_room(given.pop("center", None))  # type: ignore[arg-type]
    course = given.pop("course", run.course)
    later = until_the_tenth() + timedelta(days=7)
    return create_run(course, room, starts_in=later, **given)  # type: ignore[arg-type]


def offered(run: Run) -> list[int]:
    db.session.rollback()
    return [line.id for line in candidates(db.session.get_one(Run, run.id), now())]


def promises_broken() -> list[str]:
    """All but one: the factories place people past the verbs, so nobody is on record for it."""
    db.session.rollback()
    return [sentence for sentence in broken() if "on record" not in sentence]


def bodies() -> list[str]:
    db.session.rollback()
    query = sa.select(Notice.body).where(Notice.kind == "booking.run_cancelled")
    return list(db.session.scalars(query))


def test_what_is_most_like_it_comes_first(run: Run, center: Center) -> None:
    other_course = like(run, course=create_course("엑셀 활용"))
    elsewhere = like(run)
    here = like(run, center=center)

    assert offered(run) == [here.id, elsewhere.id, other_course.id]


def test_only_open_runs_with_a_free_place_for_the_same_people_are_offered(run: Run) -> None:
    like(run, course=create_course(track="취업"))
    like(run, audience="employee")
    like(run, state=RunState.DRAFT)
    like(run, published_at=now() + timedelta(days=1))
    like(run, capacity=1, places_taken=1)
    like(run, waiting=1)
    like(run, apply_until=now() - timedelta(minutes=1))
    yet_to_open = like(run, apply_from=now() + timedelta(days=1))

    assert offered(run) == [yet_to_open.id]


def test_what_is_chosen_is_kept_named_and_shown(
    app: Flask, client: FlaskClient, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://edu.example.org/")
    other = like(run, section="오후")
    person = create_person()
    booking = create_booking(run, person)
    actions.cancel_run(STAFF, run.id, None, "강사 사정", [other.id])

    assert [line.id for line in alternatives(run.id, now())] == [other.id]
    (body,) = bodies()
    assert "엑셀 기초 (오후), 첫 수업 " in body
    assert f"https://edu.example.org/runs/{other.id}" in body
    assert "대신 이런 강좌가 있습니다" in words(client.get(f"/runs/{run.id}"))
    sign_in(client, person)
    page = client.get(f"/my/bookings/{booking.id}")
    assert "대신 이런 강좌가 있습니다" in words(page)
    assert f"/runs/{other.id}" in page.text


def test_without_a_choice_nothing_is_named(client: FlaskClient, run: Run) -> None:
    create_booking(run)
    actions.cancel_run(STAFF, run.id, None, "강사 사정")

    assert "대신" not in bodies()[0]
    assert "대신 이런 강좌가" not in words(client.get(f"/runs/{run.id}"))


def test_an_alternative_that_is_gone_is_refused_and_nothing_is_cancelled(run: Run) -> None:
    create_booking(run)
    gone = like(run, state=RunState.DRAFT)

    for ids in ([gone.id], [999], [run.id]):
        with pytest.raises(Refused) as refused:
            actions.cancel_run(STAFF, run.id, None, "강사 사정", ids)
        assert refused.value.reason is TimetableReason.ALTERNATIVE_GONE
    assert states(run) == ["placed"]
    assert bodies() == []


def test_a_run_that_nobody_could_see_yet_is_never_shown(client: FlaskClient, run: Run) -> None:
    hidden = like(run, published_at=now() + timedelta(days=1))
    actions.cancel_run(STAFF, hidden.id, None, "계획 변경")
    actions.cancel_run(STAFF, run.id, None, "계획 변경")

    assert fresh(hidden).published_at is None
    assert client.get(f"/runs/{hidden.id}").status_code == 404
    assert fresh(run).published_at is not None
    assert client.get(f"/runs/{run.id}").status_code == 200


def test_who_waited_elsewhere_because_of_it_gets_the_free_place(run: Run) -> None:
    person, others = create_person(), [create_person() for _n in range(1)]
    other = create_run(create_course(), starts_in=until_the_tenth(), capacity=1)
    apply(others[0], other)
    create_booking(other, person, state=State.WAITING)
    create_booking(run, person)
    actions.cancel_own(by(others[0]), 1, "")
    assert states(other)[1] == "waiting"

    actions.cancel_run(STAFF, run.id, None, "강사 사정")
    assert states(other)[1] == "placed"
    assert promises_broken() == []


def test_staff_look_before_they_cancel(client: FlaskClient, run: Run, center: Center) -> None:
    other = like(run)
    create_booking(run)
    create_booking(run, create_person(phone="0212345678", email=None, name="전화만"))
    sign_in_to_work(client, create_staff(center))
    address = f"/office/runs/{run.id}/cancellation"
    assert "엑셀 기초, " in words(client.get(address))

    typed = {"reason": "강사 사정", "instead": [other.id]}
    look = client.post(address, data=typed | {"step": "preview"})
    assert look.status_code == 200
    assert "알림을 받는 분 1명 전화해야 하는 분 1명" in words(look)
    assert states(run) == ["placed", "placed"]
    done = client.post(address, data=typed | {"step": "cancel"}, follow_redirects=True)
    assert "전화할 분 보기" in words(done)
    assert states(run) == ["cancelled", "cancelled"]
    rows = db.session.execute(sa.select(RunAlternative.run_id, RunAlternative.other_id)).all()
    assert rows == [(run.id, other.id)]


def test_a_cancellation_without_a_reason_or_with_a_strange_choice_is_refused(
    client: FlaskClient, run: Run, center: Center
) -> None:
    create_booking(run)
    sign_in_to_work(client, create_staff(center))
    address = f"/office/runs/{run.id}/cancellation"

    for typed in ({"reason": ""}, {"reason": "사유", "instead": ["999"]}):
        assert client.post(address, data=typed).status_code == 422
    assert states(run) == ["placed"]


def test_the_numbers_to_call_are_for_the_desk_and_leave_a_line(
    app: Flask, client: FlaskClient, run: Run, center: Center
) -> None:
    create_booking(run, create_person(phone="0212345678", email=None, name="전화만"))
    create_booking(run, create_person(name="문자받음"))
    address = f"/office/runs/{run.id}/calls"
    reader = app.test_client()
    sign_in_to_work(reader, create_staff(center, Role.VIEWER))
    assert reader.get(address).status_code == 403
    stranger = app.test_client()
    sign_in_to_work(stranger, create_staff(create_center("먼 곳"), Role.DESK))
    assert stranger.get(address).status_code == 404

    sign_in_to_work(client, create_staff(center, Role.DESK))
    text = words(client.get(address))
    assert "전화만 02-1234-5678" in text
    assert "문자받음" not in text
    lines = list(db.session.scalars(sa.select(AccessLine.what)))
    assert f"numbers to call of run {run.id}" in lines
    actions.cancel_run(STAFF, run.id, None, "강사 사정")
    assert "전화만 02-1234-5678" in words(client.get(address))


def test_no_fewer_places_than_people(run: Run) -> None:
    create_booking(run)
    create_booking(run)

    with pytest.raises(Refused) as refused:
        actions.change_capacity(STAFF, run.id, None, 1)
    assert refused.value.reason is Reason.CAPACITY_BELOW_PLACED
    assert "이미 확정된 2명보다" in refused.value.sentence


def test_no_more_places_than_seats_where_a_single_class_is_held(run: Run, center: Center) -> None:
    small = create_room(center, 10)
    meeting = run.meetings[0]
    actions.move_meeting(STAFF, meeting.id, None, meeting.starts_at, meeting.ends_at, small.id)

    with pytest.raises(Refused) as refused:
        actions.change_capacity(STAFF, run.id, None, 11)
    assert refused.value.reason is Reason.CAPACITY_ABOVE_SEATS
    actions.change_capacity(STAFF, run.id, None, 10)


def test_who_teaches_hears_of_a_move_and_once_of_the_end(center: Center) -> None:
    teacher = create_instructor(center, phone="01000001234")
    run = create_run(
        room=create_room(center), starts_in=until_the_tenth(), instructor_id=teacher.id
    )
    meeting, hour = run.meetings[0], timedelta(hours=1)
    start, end = meeting.starts_at + hour, meeting.ends_at + hour
    actions.move_meeting(STAFF, meeting.id, None, start, end, meeting.room_id)
    actions.cancel_run(STAFF, run.id, None, "인원 부족")

    db.session.rollback()
    told = sa.select(Notice.body).where(Notice.kind == "meeting.instructor").order_by(Notice.id)
    moved, ended = db.session.scalars(told)
    assert "(으)로 바뀌었습니다." in moved
    assert "강좌가 폐강되었습니다. 사유: 인원 부족" in ended
