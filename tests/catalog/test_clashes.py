"""A room and an instructor are in one place at a time, whoever saves and however many at once."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eduportal.catalog import actions, obstacles
from eduportal.catalog.actions import places
from eduportal.catalog.models import Center, Instructor, Room
from eduportal.catalog.rules import Obstacles, Reason, RunState
from eduportal.shared import dates
from eduportal.shared.db import db
from eduportal.shared.refusal import Refused
from tests.catalog.steps import STAFF, class_on, draft_in, in_days, plan_in, read
from tests.factories import create_center, create_course, create_instructor, create_room
from tests.race.racer import all_at_once

DAY = 12


@pytest.fixture
def center(app: Flask) -> Center:
    return create_center("창업스마트교육장")


@pytest.fixture
def room(center: Center) -> Room:
    return create_room(center, name="제1강의실")


@pytest.fixture
def teacher(center: Center) -> Instructor:
    return create_instructor(center, name="박강사")


def test_a_room_clash_names_what_when_and_where(room: Room) -> None:
    draft_in(room, class_on(in_days(DAY)), course=create_course("엑셀 기초"), section="오전")

    with pytest.raises(Refused) as refused:
        draft_in(room, class_on(in_days(DAY), 11, 13))
    assert refused.value.reason is Reason.ROOM_TAKEN
    for named in ("제1강의실", "엑셀 기초 (오전)", "창업스마트교육장", "10:00 ~ 12:00"):
        assert named in refused.value.sentence
    assert dates.written_date(in_days(DAY)) in refused.value.sentence


def test_an_instructor_clash_names_the_other_center(room: Room, teacher: Instructor) -> None:
    elsewhere = create_room(create_center("정보문화센터"))
    draft_in(elsewhere, class_on(in_days(DAY)), instructor_id=teacher.id)

    with pytest.raises(Refused) as refused:
        draft_in(room, class_on(in_days(DAY)), instructor_id=teacher.id)
    assert refused.value.reason is Reason.INSTRUCTOR_TAKEN
    assert "박강사" in refused.value.sentence
    assert "정보문화센터" in refused.value.sentence


def test_one_class_may_follow_another_at_once(room: Room) -> None:
    draft_in(room, class_on(in_days(DAY), 10, 12))

    assert read(draft_in(room, class_on(in_days(DAY), 12, 14))).meeting_count == 1


def test_a_cancelled_run_leaves_its_room(room: Room) -> None:
    run = read(draft_in(room, class_on(in_days(DAY))))
    run.state, run.cancelled_on = RunState.CANCELLED, date(2026, 1, 1)
    db.session.commit()

    assert read(draft_in(room, class_on(in_days(DAY)))).meeting_count == 1


def test_a_run_does_not_clash_with_itself(room: Room) -> None:
    run_id = draft_in(room, class_on(in_days(DAY)))
    actions.set_meetings(STAFF, run_id, [class_on(in_days(DAY), 11, 13)], None)

    assert read(run_id).time_of_day == "11:00~13:00"


def test_a_meeting_is_not_moved_into_another_class(room: Room) -> None:
    draft_in(room, class_on(in_days(DAY)))
    meeting = read(draft_in(room, class_on(in_days(DAY + 1)))).meetings[0]
    span = class_on(in_days(DAY))

    with pytest.raises(Refused) as refused:
        actions.move_meeting(STAFF, meeting.id, span.start, span.end, room.id)
    assert refused.value.reason is Reason.ROOM_TAKEN


def test_a_meeting_is_not_added_into_another_class(room: Room) -> None:
    draft_in(room, class_on(in_days(DAY)))
    run_id, span = draft_in(room), class_on(in_days(DAY))

    with pytest.raises(Refused) as refused:
        actions.add_meeting(STAFF, run_id, span.start, span.end, None)
    assert refused.value.reason is Reason.ROOM_TAKEN


def test_a_new_room_or_instructor_is_asked_for_all_meetings(
    center: Center, room: Room, teacher: Instructor
) -> None:
    draft_in(room, class_on(in_days(DAY)), instructor_id=teacher.id)
    other_room = create_room(center)
    run_id = draft_in(other_room, class_on(in_days(DAY)))

    with pytest.raises(Refused) as refused:
        actions.edit_run(STAFF, run_id, plan_in(room), None)
    assert refused.value.reason is Reason.ROOM_TAKEN
    with pytest.raises(Refused) as refused:
        actions.edit_run(STAFF, run_id, plan_in(other_room, instructor_id=teacher.id), None)
    assert refused.value.reason is Reason.INSTRUCTOR_TAKEN


# Two at once


def saving(run_id: int, hours: tuple[int, int]) -> Callable[[], str]:
    def save() -> str:
        try:
            actions.set_meetings(STAFF, run_id, [class_on(in_days(DAY), *hours)], None)
        except Refused as refused:
            return refused.reason.name
        return "saved"

    return save


@pytest.fixture
def unlocked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No turn to write and no row locked, and a pause between looking and writing."""
    turn = app.extensions.pop("eduportal.turn", None)
    if db.engine.dialect.name == "sqlite":
        monkeypatch.setattr(db.engine.dialect, "do_begin", lambda _connection: None)
    monkeypatch.setattr(sa.Select, "with_for_update", lambda self, **_options: self)
    look = obstacles.obstacles_around

    def look_slowly(*given: Any) -> Obstacles:
        there = look(*given)
        time.sleep(0.2)
        return there

    monkeypatch.setattr(places, "obstacles_around", look_slowly)
    yield
    if turn:
        app.extensions["eduportal.turn"] = turn


def test_without_the_locks_two_classes_would_stand_in_one_room(
    app: Flask, room: Room, request: pytest.FixtureRequest
) -> None:
    saves = [saving(draft_in(room), (10, 12)), saving(draft_in(room), (11, 13))]
    request.getfixturevalue("unlocked")

    assert all_at_once(app, saves) == {"saved": 2}


def test_of_two_that_take_one_room_at_once_one_is_refused(app: Flask, room: Room) -> None:
    for _round in range(5):
        saves = [saving(draft_in(room), (10, 12)), saving(draft_in(room), (11, 13))]
        run_ids = all_at_once(app, saves)

        assert run_ids == {"saved": 1, "ROOM_TAKEN": 1}
        empty(room)


def test_of_two_that_take_one_instructor_at_once_one_is_refused(
    app: Flask, center: Center, teacher: Instructor
) -> None:
    rooms = [create_room(center), create_room(create_center("정보문화센터"))]
    for _round in range(5):
        saves = [saving(draft_in(room, instructor_id=teacher.id), (10, 12)) for room in rooms]
        assert all_at_once(app, saves) == {"saved": 1, "INSTRUCTOR_TAKEN": 1}
        for room in rooms:
            empty(room)


def test_rooms_taken_crosswise_end_well(app: Flask, center: Center) -> None:
    rooms = [create_room(center), create_room(center)]
    runs = [draft_in(room, class_on(in_days(DAY + n))) for n, room in enumerate(rooms)]
    meetings = [read(run_id).meetings[0].id for run_id in runs]

    def move(meeting_id: int, room: Room, day: int) -> Callable[[], str]:
        room_id, span = room.id, class_on(in_days(day))

        def act() -> str:
            actions.move_meeting(STAFF, meeting_id, span.start, span.end, room_id)
            return "moved"

        return act

    acts = [move(meetings[0], rooms[1], DAY + 3), move(meetings[1], rooms[0], DAY + 3)]
    assert all_at_once(app, acts) == {"moved": 2}


def empty(room: Room) -> None:
    """Let the next round find the room free."""
    db.session.rollback()
    db.session.execute(db.metadata.tables["meeting"].delete().where(True))  # type: ignore[arg-type]
    db.session.commit()
