from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from eduportal.catalog import actions
from eduportal.catalog.actions.runs import plan_of
from eduportal.catalog.models import (
    Center,
    ClosedDay,
    Course,
    DepartmentQuota,
    Meeting,
    Room,
    Run,
    StandardRecord,
)
from eduportal.catalog.rules import CourseContent, Kind, Reason, RunState
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from eduportal.shared.refusal import Missing, Refused
from tests.catalog.steps import (
    STAFF,
    class_on,
    draft_in,
    in_days,
    last_event,
    only,
    plan_in,
    read,
)
from tests.factories import (
    create_booking,
    create_center,
    create_course,
    create_instructor,
    create_room,
    create_run,
    now,
    save,
)

DAY = timedelta(days=1)
CONTENT = CourseContent("엑셀 기초", "표를 만듭니다.", None, Kind.REGULAR, "기초·활용", "resident")


@pytest.fixture
def room(app: Flask) -> Room:
    return create_room(seats=22)


def published_in(room: Room) -> int:
    run_id = draft_in(room, class_on(in_days(12)), class_on(in_days(14)))
    actions.publish_run(STAFF, run_id, None)
    return run_id


def center_of(room: Room) -> Center:
    return db.session.get_one(Center, room.center_id)


def reason_of(refused: pytest.ExceptionInfo[Refused]) -> Reason:
    return Reason(refused.value.reason)


# Courses


def test_a_course_is_created_and_written_down(app: Flask) -> None:
    course_id = actions.create_course(STAFF, CONTENT)

    assert db.session.get_one(Course, course_id).title == "엑셀 기초"
    assert (last_event().verb, last_event().subject_id) == ("course.created", course_id)


def test_two_courses_cannot_share_a_title(app: Flask) -> None:
    actions.create_course(STAFF, CONTENT)

    with pytest.raises(Refused) as refused:
        actions.create_course(STAFF, CONTENT)
    assert "‘엑셀 기초’ 과정이 이미 있습니다" in refused.value.sentence


def test_drafts_follow_their_course_and_what_was_offered_stays(room: Room) -> None:
    course_id = actions.create_course(STAFF, CONTENT)
    course = db.session.get_one(Course, course_id)
    offered = create_run(course, room).id
    draft = draft_in(room, course=course)

    changed = CourseContent("엑셀 첫걸음", "새 내용", None, Kind.REGULAR, "새 분야", "resident")
    actions.edit_course(STAFF, course_id, changed)

    assert (read(draft).title, read(draft).track) == ("엑셀 첫걸음", "새 분야")
    assert (read(offered).title, read(offered).track) == ("엑셀 기초", "기초·활용")
    assert "새내용" in read(offered).search_text
    assert last_event().detail["changed"]["title"] == ["엑셀 기초", "엑셀 첫걸음"]


# Plans


def test_a_run_copies_its_course_and_starts_as_a_draft(room: Room) -> None:
    course = create_course("드론", kind=Kind.FREE_SPECIAL, track="창업·취업")
    run = read(draft_in(room, course=course))

    assert (run.state, run.title, run.kind, run.track) == (
        RunState.DRAFT,
        "드론",
        Kind.FREE_SPECIAL,
        "창업·취업",
    )
    assert "드론" in run.search_text


def test_a_run_is_planned_at_ones_own_centers_only(room: Room) -> None:
    course_id, elsewhere = create_course().id, create_center("다른 곳")

    with pytest.raises(Missing):
        actions.create_run(STAFF, course_id, plan_in(room), only(elsewhere))


def test_the_room_belongs_to_the_center(room: Room) -> None:
    with pytest.raises(Refused) as refused:
        draft_in(room, center_id=create_center("다른 곳").id)
    assert reason_of(refused) is Reason.ROOM_ELSEWHERE


def test_an_instructor_who_has_left_is_not_planned(room: Room) -> None:
    gone = create_instructor(create_center(), active=False)

    with pytest.raises(Refused) as refused:
        draft_in(room, instructor_id=gone.id)
    assert reason_of(refused) is Reason.INSTRUCTOR_GONE


@pytest.mark.parametrize(
    "verb",
    [
        lambda run, meeting, theirs: actions.edit_run(STAFF, run, None, theirs),  # type: ignore[arg-type]
        lambda run, meeting, theirs: actions.publish_run(STAFF, run, theirs),
        lambda run, meeting, theirs: actions.delete_draft(STAFF, run, theirs),
        lambda run, meeting, theirs: actions.set_meetings(STAFF, run, [], theirs),
        lambda run, meeting, theirs: actions.delete_meeting(STAFF, meeting, theirs),
        lambda run, meeting, theirs: actions.add_meeting(STAFF, run, now(), now() + DAY, theirs),
        lambda run, meeting, theirs: actions.move_meeting(
            STAFF, meeting, now(), now() + DAY, 1, theirs
        ),
    ],
)
def test_nobody_touches_the_runs_of_another_center(room: Room, verb: object) -> None:
    run_id = draft_in(room, class_on(in_days(12)))
    meeting_id = read(run_id).meetings[0].id

    with pytest.raises(Missing):
        verb(run_id, meeting_id, only(create_center("다른 곳")))  # type: ignore[operator]


# Meetings


def test_a_run_keeps_what_follows_from_its_meetings(room: Room) -> None:
    monday = in_days(30) - timedelta(days=in_days(30).weekday())
    run = read(draft_in(room, class_on(monday), class_on(monday + 2 * DAY)))

    assert (run.starts_at, run.ends_at) == (
        class_on(monday).start,
        class_on(monday + 2 * DAY).end,
    )
    assert (run.starts_on, run.ends_on) == (monday, monday + 2 * DAY)
    assert (run.meeting_count, run.minutes) == (2, 240)
    assert (run.weekdays, run.time_of_day) == ("0,2", "10:00~12:00")


def test_new_meetings_stand_instead_of_the_old(room: Room) -> None:
    run_id = draft_in(room, class_on(in_days(12)), class_on(in_days(14)))
    actions.set_meetings(STAFF, run_id, [class_on(in_days(13))], None)

    assert [meeting.starts_at for meeting in read(run_id).meetings] == [class_on(in_days(13)).start]


def test_without_meetings_a_draft_has_no_start(room: Room) -> None:
    run_id = draft_in(room, class_on(in_days(12)))
    actions.delete_meeting(STAFF, read(run_id).meetings[0].id, None)

    assert (read(run_id).starts_at, read(run_id).weekdays) == (None, "")


def test_one_meeting_is_added(room: Room) -> None:
    run_id = draft_in(room, class_on(in_days(12)))
    span = class_on(in_days(13), 14, 17)
    actions.add_meeting(STAFF, run_id, span.start, span.end, None)

    assert (read(run_id).meeting_count, read(run_id).minutes) == (2, 300)
    assert read(run_id).time_of_day == ""


def test_a_meeting_needs_a_room(room: Room) -> None:
    with pytest.raises(Refused) as refused:
        draft_in(room, class_on(in_days(12)), room_id=None)
    assert reason_of(refused) is Reason.ROOM_NEEDED


def test_meetings_of_one_run_do_not_overlap(room: Room) -> None:
    run_id = draft_in(room, class_on(in_days(12)))
    span = class_on(in_days(12), 11, 13)

    with pytest.raises(Refused) as refused:
        actions.add_meeting(STAFF, run_id, span.start, span.end, None)
    assert reason_of(refused) is Reason.OVERLAPS_ITSELF


def test_no_meeting_in_a_room_that_is_closed_by_then(app: Flask) -> None:
    room = create_room(closed_on=in_days(12))
    draft_in(room, class_on(in_days(12)))

    with pytest.raises(Refused) as refused:
        draft_in(room, class_on(in_days(13)))
    assert dates.written_date(in_days(13)) in refused.value.sentence


def test_a_meeting_is_moved_and_the_run_follows(room: Room) -> None:
    run_id = published_in(room)
    meeting, other = read(run_id).meetings[0], create_room(center_of(room), seats=30)
    span = class_on(in_days(13), 14, 16)
    actions.move_meeting(STAFF, meeting.id, span.start, span.end, other.id)

    run = read(run_id)
    assert (run.starts_at, run.meetings[0].room_id) == (span.start, other.id)
    assert last_event().detail["new"] == {
        "meeting": [span.start.isoformat(), span.end.isoformat()],
        "room": other.id,
    }


def test_a_meeting_does_not_move_to_a_room_with_too_few_seats(room: Room) -> None:
    run_id = published_in(room)
    small = create_room(center_of(room), seats=19)
    span = class_on(in_days(13))

    with pytest.raises(Refused) as refused:
        actions.move_meeting(STAFF, read(run_id).meetings[0].id, span.start, span.end, small.id)
    assert "20명이 강의실에서 쓸 수 있는 좌석 19개보다" in refused.value.sentence


def test_meetings_of_a_published_run_are_not_set_anew(room: Room) -> None:
    run_id = published_in(room)
    with pytest.raises(Refused) as refused:
        actions.set_meetings(STAFF, run_id, [], None)
    assert reason_of(refused) is Reason.NOT_A_DRAFT


# Publication


def test_a_complete_draft_is_published_and_written_down(room: Room) -> None:
    run = read(published_in(room))

    assert run.state is RunState.PUBLISHED
    assert run.published_at
    assert last_event().verb == "run.published"


def test_a_draft_that_lacks_something_is_not_published(room: Room) -> None:
    run_id = draft_in(room)

    with pytest.raises(Refused) as refused:
        actions.publish_run(STAFF, run_id, None)
    assert reason_of(refused) is Reason.MEETINGS_NEEDED
    assert read(run_id).state is RunState.DRAFT


def test_broken_seats_are_not_offered(room: Room) -> None:
    room.seats[0].out_of_order = True
    db.session.commit()
    run_id = draft_in(room, class_on(in_days(12)), capacity=22)

    with pytest.raises(Refused) as refused:
        actions.publish_run(STAFF, run_id, None)
    assert "정원 22명이 강의실에서 쓸 수 있는 좌석 21개보다" in refused.value.sentence


def test_a_run_is_published_once(room: Room) -> None:
    run_id = published_in(room)
    with pytest.raises(Refused) as refused:
        actions.publish_run(STAFF, run_id, None)
    assert reason_of(refused) is Reason.NOT_A_DRAFT


def test_a_draft_is_deleted_with_its_meetings(room: Room) -> None:
    run_id = draft_in(room, class_on(in_days(12)))
    actions.delete_draft(STAFF, run_id, None)

    assert db.session.scalars(sa.select(Run)).all() == []
    assert db.session.scalars(sa.select(Meeting)).all() == []
    assert (last_event().verb, last_event().run_id) == ("run.deleted", run_id)


def test_what_was_published_is_never_deleted(room: Room) -> None:
    run_id = published_in(room)
    with pytest.raises(Refused) as refused:
        actions.delete_draft(STAFF, run_id, None)
    assert reason_of(refused) is Reason.NOT_A_DRAFT


# Edits


def test_an_edit_keeps_old_and_new(room: Room) -> None:
    run_id = published_in(room)
    actions.edit_run(STAFF, run_id, plan_in(room, note="새 소식"), None)

    assert read(run_id).note == "새 소식"
    assert last_event().detail["changed"] == {"note": [None, "새 소식"]}


def test_saving_without_a_change_writes_nothing(room: Room) -> None:
    run_id = published_in(room)
    actions.edit_run(STAFF, run_id, plan_in(room), None)

    assert last_event().verb == "run.published"


def test_once_somebody_applied_an_edit_needs_a_reason(room: Room) -> None:
    run_id = published_in(room)
    create_booking(read(run_id))
    later = plan_in(room, apply_until=dates.start_of(in_days(4)))

    with pytest.raises(Refused) as refused:
        actions.edit_run(STAFF, run_id, later, None)
    assert reason_of(refused) is Reason.REASON_NEEDED
    actions.edit_run(STAFF, run_id, later, None, "문의가 많아 늘립니다")
    assert last_event().reason == "문의가 많아 늘립니다"
    assert read(run_id).apply_until == later.apply_until


def test_the_capacity_of_a_published_run_is_not_edited_here(room: Room) -> None:
    run_id = published_in(room)
    with pytest.raises(Refused) as refused:
        actions.edit_run(STAFF, run_id, plan_in(room, capacity=21), None, "까닭")
    assert reason_of(refused) is Reason.SETTLED


def test_a_published_window_still_ends_before_the_first_meeting(room: Room) -> None:
    run_id = published_in(room)
    late = plan_in(room, apply_until=dates.start_of(in_days(13)))

    with pytest.raises(Refused) as refused:
        actions.edit_run(STAFF, run_id, late, None)
    assert dates.written_datetime(class_on(in_days(12)).start) in refused.value.sentence


def test_the_meetings_of_a_draft_move_with_it_to_another_room(room: Room) -> None:
    run_id = draft_in(room, class_on(in_days(12)))
    other = create_room()
    actions.edit_run(STAFF, run_id, plan_in(other), None)

    assert [meeting.room_id for meeting in read(run_id).meetings] == [other.id]


def test_a_draft_with_meetings_keeps_a_room(room: Room) -> None:
    run_id = draft_in(room, class_on(in_days(12)))
    with pytest.raises(Refused) as refused:
        actions.edit_run(STAFF, run_id, plan_in(room, room_id=None), None)
    assert reason_of(refused) is Reason.ROOM_NEEDED


def test_a_new_instructor_holds_what_is_still_to_come(app: Flask) -> None:
    center = create_center()
    old, new = create_instructor(center), create_instructor(center)
    room = create_room(center)
    run_id = create_run(
        room=room,
        starts_in=-DAY,
        meetings=3,
        apply_until=now() - 2 * DAY,
        instructor_id=old.id,
        apply_from=now() - 9 * DAY,
        cancel_until=now() - 3 * DAY,
        capacity=20,
    ).id
    run = read(run_id)
    plan = plan_in(
        room,
        instructor_id=new.id,
        apply_from=run.apply_from,
        apply_until=run.apply_until,
        cancel_until=run.cancel_until,
    )
    with clock.moved_to(now() + timedelta(minutes=5)):
        actions.edit_run(STAFF, run_id, plan, None, "강사 사정")

    assert [meeting.instructor_id for meeting in read(run_id).meetings] == [old.id, old.id, new.id]


def test_a_cancelled_run_is_not_edited(room: Room) -> None:
    run = create_run(room=room, state=RunState.CANCELLED, cancelled_on=date(2026, 1, 1))
    save(run)
    with pytest.raises(Refused) as refused:
        actions.edit_run(STAFF, run.id, plan_in(room), None, "까닭")
    assert reason_of(refused) is Reason.RUN_CANCELLED


def test_the_places_of_a_department_are_settled_by_publication(room: Room) -> None:
    run_id = published_in(room)
    with pytest.raises(Refused) as refused:
        actions.edit_run(STAFF, run_id, plan_in(room, department_limit=2), None, "까닭")
    assert reason_of(refused) is Reason.SETTLED
    assert read(run_id).department_limit is None


def test_a_draft_with_shares_and_a_line_of_the_standard_set_can_be_deleted(room: Room) -> None:
    run_id = draft_in(room, class_on(in_days(12)))
    save(DepartmentQuota(run_id=run_id, department="총무과", places=2))
    save(StandardRecord(run_id=run_id, key="열쇠", declared={}, imported_at=clock.now()))

    actions.delete_draft(STAFF, run_id, None)

    assert db.session.get(Run, run_id) is None
    assert db.session.scalar(sa.select(sa.func.count(DepartmentQuota.id))) == 0


def test_another_instructor_is_not_kept_out_by_a_class_that_is_over(room: Room) -> None:
    old, new = create_instructor(center_of(room)), create_instructor(center_of(room))
    run = create_run(
        room=room,
        starts_in=-DAY,
        instructor_id=old.id,
        meetings=3,
        apply_from=now() - 9 * DAY,
        apply_until=now() - 5 * DAY,
    )
    yesterday = dates.seoul_date(run.meetings[0].starts_at)
    save(ClosedDay(center_id=None, first_on=yesterday, last_on=yesterday, name="단수"))

    plan = replace(plan_of(read(run.id)), instructor_id=new.id)
    actions.edit_run(STAFF, run.id, plan, None, "강사 사정")

    assert [one.instructor_id for one in read(run.id).meetings] == [old.id, old.id, new.id]
