"""Single classes called off, held after all, and made up for."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts.models import Account
from eduportal.attendance.actions import close_run, mark_sheet
from eduportal.attendance.actions.calling_off import call_off, restore
from eduportal.attendance.models import Attendance
from eduportal.attendance.queries import grid
from eduportal.attendance.rules import Mark
from eduportal.attendance.rules import Reason as AttendanceReason
from eduportal.booking import actions
from eduportal.booking.actions.meetings import make_up
from eduportal.booking.promises import broken
from eduportal.booking.queries.meetings import free_slots
from eduportal.booking.rules import State
from eduportal.catalog.models import Center, ClosedDay, Instructor, Meeting, Room, Run
from eduportal.catalog.rules import Reason, RunState, Span, timetable
from eduportal.catalog.rules.timetable import Class
from eduportal.notices.models import Notice
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from eduportal.shared.refusal import Missing, Refused
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.booking.conftest import STAFF, apply, by, fresh, states
from tests.catalog.steps import class_on, draft_in, last_event, words
from tests.factories import (
    create_booking,
    create_center,
    create_instructor,
    create_office,
    create_person,
    create_room,
    create_run,
    create_staff,
    save,
    until_the_tenth,
)
from tests.race.racer import all_at_once

Refusals = timetable.Reason


@pytest.fixture
def center(app: Flask) -> Center:
    create_office()
    return create_center()


@pytest.fixture
def room(center: Center) -> Room:
    return create_room(center)


@pytest.fixture
def teacher(center: Center) -> Instructor:
    return create_instructor(center)


@pytest.fixture
def run(room: Room, teacher: Instructor) -> Run:
    """Three classes, one person."""
    run = create_run(room=room, meetings=3, starts_in=until_the_tenth(), instructor_id=teacher.id)
    create_booking(run)
    return run


@pytest.fixture
def begun(room: Room, teacher: Instructor) -> Run:
    """A class yesterday, one now, one tomorrow; one person."""
    run = create_run(
        room=room,
        meetings=3,
        starts_in=timedelta(days=-1, minutes=-5),
        instructor_id=teacher.id,
        apply_from=clock.now() - timedelta(days=20),
        apply_until=clock.now() - timedelta(days=9),
    )
    create_booking(run)
    return run


def meetings(run: Run) -> list[Meeting]:
    db.session.rollback()
    query = sa.select(Meeting).where(Meeting.run_id == run.id).order_by(Meeting.starts_at)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def promises_broken() -> list[str]:
    """All but one: the factories place people past the verbs, so nobody is on record for it."""
    db.session.rollback()
    return [sentence for sentence in broken() if "on record" not in sentence]


def ids(run: Run) -> list[int]:
    return [meeting.id for meeting in meetings(run)]


def told(kind: str = "booking.") -> list[str]:
    db.session.rollback()
    query = sa.select(Notice.body).where(Notice.kind.startswith(kind)).order_by(Notice.id)
    return list(db.session.scalars(query))


def refusal_of(act: Callable[[], object]) -> object:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reason


def weeks_later(run: Run, weeks: int = 1) -> tuple[datetime, datetime]:
    first = meetings(run)[0]
    return first.starts_at + timedelta(weeks=weeks), first.ends_at + timedelta(weeks=weeks)


# Rules

NOON = datetime(2026, 12, 1, 3, tzinfo=UTC)


def held(number: int, days: int = 0, **given: object) -> Class:
    start = NOON + timedelta(days=days)
    return Class(number, Span(start, start + timedelta(hours=2)), **given)  # type: ignore[arg-type]


def test_a_make_up_stands_until_it_is_called_off_itself() -> None:
    off, made_up = held(1, called_off=True), held(2, 7, makes_up_for=1)
    gone = held(2, 7, makes_up_for=1, called_off=True)

    assert timetable.standing_make_up(1, [off, made_up]) == made_up
    assert timetable.standing_make_up(1, [off, gone]) is None


def test_a_make_up_does_not_come_back_beside_another() -> None:
    off, gone = held(1, called_off=True), held(2, 7, makes_up_for=1, called_off=True)
    another = held(3, 8, makes_up_for=1)

    refusal = timetable.restoring_refusal(gone, [off, gone, another], NOON)
    assert refusal is not None
    assert refusal[0] is Refusals.MADE_UP
    assert timetable.restoring_refusal(gone, [off, gone], NOON) is None
    refusal = timetable.restoring_refusal(gone, [held(1), gone], NOON)
    assert refusal is not None
    assert refusal[0] is Refusals.NOTHING_TO_MAKE_UP


# Calling off


def test_a_class_that_is_called_off_stays_and_counts_nowhere(run: Run, teacher: Instructor) -> None:
    first, second, _third = meetings(run)
    call_off(STAFF, first.id, None, "강사 병가")

    off = meetings(run)[0]
    assert off.cancelled_at is not None
    assert off.cancelled_reason == "강사 병가"
    changed = fresh(run)
    assert (changed.meeting_count, changed.minutes) == (2, 240)
    assert changed.starts_at == second.starts_at
    assert ["휴강합니다. 사유: 강사 병가" in body for body in told()] == [True]
    address = db.session.get_one(Account, teacher.account_id).email
    assert db.session.scalar(sa.select(Notice.address).where(Notice.kind == "meeting.instructor"))
    assert address
    assert last_event().verb == "run.meeting_called_off"
    assert promises_broken() == []


def test_a_class_that_began_without_its_instructor_can_be_called_off(begun: Run) -> None:
    call_off(STAFF, ids(begun)[1], None, "강사가 오지 못함")

    assert [bool(meeting.cancelled_at) for meeting in meetings(begun)] == [False, True, False]


def test_a_class_with_marks_was_held(begun: Run) -> None:
    meeting_id = ids(begun)[0]
    mark_sheet(STAFF, meeting_id, {}, fill=Mark.PRESENT)

    assert refusal_of(lambda: call_off(STAFF, meeting_id, None, "사유")) is Refusals.MARKED


def test_nobody_is_marked_in_a_class_that_is_called_off(begun: Run) -> None:
    meeting_id = ids(begun)[0]
    call_off(STAFF, meeting_id, None, "사유")

    refused = refusal_of(lambda: mark_sheet(STAFF, meeting_id, {}, fill=Mark.PRESENT))
    assert refused is AttendanceReason.CALLED_OFF
    overview = grid(begun.id, None)
    assert overview is not None
    assert [lesson.id for lesson in overview.lessons] == ids(begun)[1:]


def test_the_only_class_left_is_not_called_off(run: Run) -> None:
    first, second, third = ids(run)
    call_off(STAFF, first, None, "사유")
    call_off(STAFF, second, None, "사유")

    assert refusal_of(lambda: call_off(STAFF, third, None, "사유")) is Refusals.ONLY_MEETING
    twice = refusal_of(lambda: call_off(STAFF, first, None, "사유"))
    assert twice is Refusals.CALLED_OFF_ALREADY


def test_drafts_cancelled_and_closed_runs_are_left_as_they_are(room: Room, begun: Run) -> None:
    draft = db.session.get_one(Run, draft_in(room, *two_classes()))
    assert refusal_of(lambda: call_off(STAFF, ids(draft)[0], None, "사유")) is Refusals.NOT_OFFERED

    gone = create_run(room=create_room(), state=RunState.CANCELLED, cancelled_on=clock.today())
    assert refusal_of(lambda: call_off(STAFF, ids(gone)[0], None, "사유")) is Reason.RUN_CANCELLED
    create_booking(begun, state=State.COMPLETED)
    closed = refusal_of(lambda: call_off(STAFF, ids(begun)[1], None, "사유"))
    assert closed is Refusals.RUN_CLOSED


def two_classes() -> list[Span]:
    first = dates.seoul_date(clock.now() + until_the_tenth())
    return [class_on(first + timedelta(days=30 + n)) for n in range(2)]


def test_another_centers_class_is_not_there(run: Run) -> None:
    for act in (
        lambda: call_off(STAFF, ids(run)[0], frozenset(), "사유"),
        lambda: restore(STAFF, ids(run)[0], frozenset()),
        lambda: make_up(STAFF, run.id, frozenset(), weeks_later(run), run.room_id or 0),
        lambda: call_off(STAFF, 999, None, "사유"),
    ):
        with pytest.raises(Missing):
            act()


def test_the_seat_that_is_free_until_the_later_start_goes_to_who_waits(begun: Run) -> None:
    waiting = create_booking(begun, state=State.WAITING)
    for meeting_id in ids(begun)[:2]:
        call_off(STAFF, meeting_id, None, "강사 병가")

    assert fresh(waiting).state is State.PLACED
    assert promises_broken() == []


def test_a_class_that_stood_in_the_way_elsewhere_does_so_no_more(run: Run) -> None:
    person, other_person = create_person(), create_person()
    other = create_run(meetings=1, starts_in=until_the_tenth(), capacity=1)
    first = apply(other_person, other)
    create_booking(other, person, state=State.WAITING)
    create_booking(run, person)
    actions.cancel_own(by(other_person), first.id, "")
    assert states(other) == ["cancelled", "waiting"]

    call_off(STAFF, ids(run)[0], None, "강사 병가")
    assert states(other) == ["cancelled", "placed"]


def test_a_class_is_not_moved_onto_one_that_is_called_off(run: Run) -> None:
    first, second, _third = meetings(run)
    call_off(STAFF, first.id, None, "사유")
    room_id = run.room_id or 0

    def move(meeting: Meeting) -> object:
        return refusal_of(
            lambda: actions.move_meeting(
                STAFF,
                meeting.id,
                None,
                first.starts_at,
                first.ends_at - timedelta(hours=1),
                room_id,
            )
        )

    assert move(second) is Refusals.CALLED_OFF_THEN
    assert move(first) is Refusals.CALLED_OFF


# Holding it after all


def test_a_class_is_held_after_all_and_everybody_is_told_again(run: Run) -> None:
    first = meetings(run)[0]
    call_off(STAFF, first.id, None, "강사 병가")
    restore(STAFF, first.id, None)

    back = meetings(run)[0]
    assert (back.cancelled_at, back.cancelled_reason) == (None, None)
    assert fresh(run).starts_at == first.starts_at
    assert "그대로 합니다" in told()[-1]
    assert len(told()) == 2
    assert refusal_of(lambda: restore(STAFF, first.id, None)) is Refusals.NOT_CALLED_OFF


def test_a_class_that_is_past_or_in_the_way_by_now_stays_called_off(
    run: Run, begun: Run, room: Room
) -> None:
    call_off(STAFF, ids(begun)[0], None, "사유")
    assert refusal_of(lambda: restore(STAFF, ids(begun)[0], None)) is Refusals.CLASS_IS_PAST

    first = meetings(run)[0]
    call_off(STAFF, first.id, None, "사유")
    draft_in(room, Span(first.starts_at, first.ends_at))
    assert refusal_of(lambda: restore(STAFF, first.id, None)) is Reason.ROOM_TAKEN


# Making up


def test_a_make_up_counts_again_and_everybody_is_told(run: Run) -> None:
    first = meetings(run)[0]
    call_off(STAFF, first.id, None, "강사 병가")
    when = weeks_later(run)
    meeting_id = make_up(STAFF, run.id, None, when, run.room_id or 0, first.id)

    made_up = meetings(run)[-1]
    assert (made_up.id, made_up.makes_up_for_id) == (meeting_id, first.id)
    assert made_up.instructor_id == run.instructor_id
    changed = fresh(run)
    assert (changed.meeting_count, changed.minutes, changed.ends_at) == (3, 360, when[1])
    assert "보강을" in told()[-1]


def test_a_class_has_one_make_up_until_that_is_called_off_too(run: Run) -> None:
    first, room_id = meetings(run)[0], run.room_id or 0
    call_off(STAFF, first.id, None, "사유")
    one = make_up(STAFF, run.id, None, weeks_later(run), room_id, first.id)

    def again() -> int:
        return make_up(STAFF, run.id, None, weeks_later(run, 2), room_id, first.id)

    assert refusal_of(again) is Refusals.MADE_UP
    assert refusal_of(lambda: restore(STAFF, first.id, None)) is Refusals.MAKE_UP_STANDS
    call_off(STAFF, one, None, "사유")
    again()
    assert refusal_of(lambda: restore(STAFF, one, None)) is Refusals.MADE_UP


def test_a_class_that_is_held_is_not_made_up_for(run: Run) -> None:
    refused = refusal_of(
        lambda: make_up(STAFF, run.id, None, weeks_later(run), run.room_id or 0, ids(run)[0])
    )
    assert refused is Refusals.NOTHING_TO_MAKE_UP


def test_an_extra_class_needs_no_reason_but_a_free_room_with_enough_seats(
    run: Run, room: Room, center: Center
) -> None:
    make_up(STAFF, run.id, None, weeks_later(run), room.id)
    assert fresh(run).meeting_count == 4
    assert "한 번 더 합니다" in told()[-1]

    taken = Span(*weeks_later(run, 2))
    draft_in(room, taken)
    busy = refusal_of(lambda: make_up(STAFF, run.id, None, weeks_later(run, 2), room.id))
    assert busy is Reason.ROOM_TAKEN
    small = create_room(center, seats=2).id
    few = refusal_of(lambda: make_up(STAFF, run.id, None, weeks_later(run, 3), small))
    assert few is Reason.CAPACITY_ABOVE_SEATS
    yesterday = (clock.now() - timedelta(days=1), clock.now() - timedelta(hours=22))
    late = refusal_of(lambda: make_up(STAFF, run.id, None, yesterday, room.id))
    assert late is Refusals.IN_THE_PAST


def test_a_class_before_the_windows_end_is_refused(run: Run, room: Room) -> None:
    tomorrow = (clock.now() + timedelta(days=1), clock.now() + timedelta(days=1, hours=1))

    assert refusal_of(lambda: make_up(STAFF, run.id, None, tomorrow, room.id)) is (
        Reason.WINDOW_AFTER_START
    )
    assert fresh(run).meeting_count == 3


def test_a_run_whose_last_class_fell_through_can_still_be_made_up_for(
    room: Room, teacher: Instructor
) -> None:
    run = create_run(
        room=room,
        starts_in=timedelta(days=-3),
        instructor_id=teacher.id,
        apply_from=clock.now() - timedelta(days=20),
        apply_until=clock.now() - timedelta(days=9),
    )
    create_booking(run)
    first, last = ids(run)
    mark_sheet(STAFF, first, {}, fill=Mark.PRESENT)
    call_off(STAFF, last, None, "강사가 오지 못함")
    make_up(STAFF, run.id, None, weeks_later(run), room.id, last)
    ends_at = fresh(run).ends_at
    assert ends_at > clock.now()

    with time_machine.travel(ends_at + timedelta(hours=1), tick=False):
        mark_sheet(STAFF, ids(run)[-1], {}, fill=Mark.PRESENT)
        assert close_run(STAFF, run.id).completed == 1
        late = (clock.now() + timedelta(days=1), clock.now() + timedelta(days=1, hours=1))
        assert refusal_of(lambda: make_up(STAFF, run.id, None, late, room.id)) is (
            Refusals.RUN_CLOSED
        )


def test_free_times_are_the_next_days_with_room_and_instructor_free(
    run: Run, room: Room, center: Center, teacher: Instructor
) -> None:
    other_room = create_room(center, name="다른강의실")
    like = meetings(run)[0]
    days = [dates.seoul_date(slot.span.start) for slot in free_slots(fresh(run), like)]
    assert len(days) == timetable.MOST_FREE_SLOTS
    assert days == sorted(set(days))

    first, second = days[:2]
    save(ClosedDay(center_id=center.id, first_on=first, last_on=first, name="내부 공사"))
    draft_in(room, class_on(second, 10, 12))
    slots = {dates.seoul_date(slot.span.start): slot for slot in free_slots(fresh(run), like)}
    assert first not in slots
    assert slots[second].room_id == other_room.id
    assert {dates.seoul(slot.span.start).time() for slot in slots.values()} == {time(10)}


# Pages


@pytest.fixture
def staff(client: FlaskClient, center: Center) -> FlaskClient:
    sign_in_to_work(client, create_staff(center))
    return client


def test_staff_call_a_class_off_make_up_for_it_and_take_it_back(
    staff: FlaskClient, run: Run
) -> None:
    meeting_id = ids(run)[0]
    address = f"/office/meetings/{meeting_id}/calling-off"
    assert "신청하신 1명에게" in words(staff.get(address))
    assert staff.post(address, data={"reason": ""}).status_code == 422
    answer = staff.post(address, data={"reason": "강사 병가"}, follow_redirects=True)
    assert "휴강 사유: 강사 병가" in words(answer)
    assert "보강 잡기" in words(answer)
    assert "휴강 취소" in words(answer)

    form = f"/office/meetings/{meeting_id}/make-up"
    value = staff.get(form).text.split('name="slot"')[1].split('value="')[1].split('"')[0]
    done = staff.post(form, data={"slot": value}, follow_redirects=True)
    assert "수업을 더하고" in words(done)
    assert "보강 잡기" not in words(done)
    undo = staff.post(f"/office/meetings/{meeting_id}/restoring", follow_redirects=True)
    assert "그 보강을 먼저 휴강해 주세요" in words(undo)


def test_another_time_is_typed(staff: FlaskClient, run: Run) -> None:
    address = f"/office/runs/{run.id}/extra-class"
    start = weeks_later(run)[0]
    typed = {
        "slot": "other",
        "day": dates.seoul_date(start).isoformat(),
        "starts": "15:00",
        "ends": "16:00",
        "room_id": run.room_id,
    }
    typed["on_holiday"] = "y"
    for wrong in ({"slot": ""}, {"slot": "x/y"}, {"slot": "other"}, typed | {"ends": "14:00"}):
        assert staff.post(address, data=wrong).status_code == 422
    # A day that was typed says enough.
    assert staff.post(address, data=typed | {"slot": ""}).status_code == 303
    assert len(meetings(run)) == 4


def test_a_held_class_needs_no_make_up(staff: FlaskClient, run: Run) -> None:
    assert staff.get(f"/office/meetings/{ids(run)[0]}/make-up").status_code == 303


def test_the_pages_are_for_staff_of_the_center(
    app: Flask, client: FlaskClient, run: Run, teacher: Instructor
) -> None:
    meeting_id = ids(run)[0]
    addresses = [
        f"/office/meetings/{meeting_id}/calling-off",
        f"/office/meetings/{meeting_id}/make-up",
        f"/office/runs/{run.id}/extra-class",
    ]
    assert {client.get(address).status_code for address in addresses} == {303}
    sign_in_to_work(client, db.session.get_one(Account, teacher.account_id))
    assert {client.get(address).status_code for address in addresses} == {403}
    stranger = app.test_client()
    sign_in_to_work(stranger, create_staff(create_center("먼 곳")))
    assert {stranger.get(address).status_code for address in addresses} == {404}
    assert stranger.post(f"/office/meetings/{meeting_id}/restoring").status_code == 404


def test_everybody_reads_that_it_is_called_off_and_why(
    app: Flask, client: FlaskClient, begun: Run, teacher: Instructor, center: Center
) -> None:
    meeting_id = ids(begun)[1]
    person = create_person()
    booking = create_booking(begun, person)
    call_off(STAFF, meeting_id, None, "강사 병가")

    sign_in(client, person)
    for address in (f"/runs/{begun.id}", f"/my/bookings/{booking.id}"):
        text = words(client.get(address))
        assert "휴강" in text
        assert "강사 병가" in text
    at_work = app.test_client()
    sign_in_to_work(at_work, db.session.get_one(Account, teacher.account_id))
    assert "휴강 강사 병가" in words(at_work.get("/teach"))
    sheet = words(at_work.get(f"/teach/meetings/{meeting_id}"))
    assert "휴강한 수업입니다" in sheet
    assert "강사 병가" in sheet


# Two at once


def test_calling_off_while_somebody_marks_leaves_one_of_them(
    app: Flask, teacher: Instructor, center: Center
) -> None:
    for _round in range(4):
        run = create_run(
            room=create_room(center),
            starts_in=timedelta(minutes=-30),
            apply_until=clock.now() - timedelta(hours=1),
            cancel_until=clock.now() - timedelta(hours=1),
        )
        create_booking(run)
        meeting_id = ids(run)[0]
        db.session.rollback()
        answers = all_at_once(app, list(itertools.chain(calling(meeting_id), marking(meeting_id))))

        db.session.rollback()
        off = db.session.get_one(Meeting, meeting_id, populate_existing=True).cancelled_at
        marks = db.session.scalar(
            sa.select(sa.func.count()).where(Attendance.meeting_id == meeting_id)
        )
        assert answers in ({"called off": 1, "CALLED_OFF": 1}, {"marked": 1, "MARKED": 1})
        assert bool(off) != bool(marks)
        db.session.rollback()


def calling(meeting_id: int) -> list[Callable[[], str]]:
    return [answering(lambda: call_off(STAFF, meeting_id, None, "사유"), "called off")]


def marking(meeting_id: int) -> list[Callable[[], str]]:
    return [answering(lambda: mark_sheet(STAFF, meeting_id, {}, fill=Mark.PRESENT), "marked")]


def answering(act: Callable[[], object], done: str) -> Callable[[], str]:
    def run() -> str:
        try:
            act()
        except Refused as refused:
            return refused.reason.name
        return done

    return run
