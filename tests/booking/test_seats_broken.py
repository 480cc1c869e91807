"""A PC breaks: runs with room offer less, full ones say whom to move, nobody loses a place."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from eduportal.booking import actions, promises
from eduportal.booking.actions import places, sitting
from eduportal.booking.actions.seating import (
    arrange_seats,
    break_seat,
    repair_seat,
    restore_capacity,
)
from eduportal.booking.models import Booking
from eduportal.booking.queries.seats import count_short, short_of_seats, to_raise
from eduportal.booking.rules import State, seating
from eduportal.booking.rules.seating import Seats, Sitter
from eduportal.catalog import actions as catalog
from eduportal.catalog.models import Center, Room, Run, Seat
from eduportal.catalog.queries import sites
from eduportal.catalog.rules import RunState
from eduportal.notices.models import Notice
from eduportal.shared import db as shared_db
from eduportal.shared.db import db
from eduportal.shared.events import By, Event
from eduportal.shared.refusal import Missing, Refused
from tests.accounts.steps import sign_in_to_work
from tests.booking.conftest import STAFF, by, fresh, seat_of
from tests.booking.test_seating import with_broken, without
from tests.catalog.steps import class_on, draft_in, in_days, words
from tests.factories import (
    create_booking,
    create_center,
    create_course,
    create_office,
    create_person,
    create_room,
    create_run,
    create_staff,
)
from tests.race.racer import all_at_once


@pytest.fixture
def center(app: Flask) -> Center:
    create_office()
    return create_center("창업스마트교육장")


@pytest.fixture
def room(center: Center) -> Room:
    return create_room(center, 6, name="제1강의실")


def seat_id(room: Room, number: int) -> int:
    db.session.rollback()
    query = sa.select(Seat.id).where(Seat.room_id == room.id, Seat.number == number)
    return db.session.scalars(query).one()


def full(run: Run, people: int) -> list[Booking]:
    """So many apply."""
    bookings = []
    for _n in range(people):
        person = create_person()
        booking_id = actions.apply(by(person), run.id, person.id)
        db.session.rollback()
        bookings.append(db.session.get_one(Booking, booking_id))
    return bookings


def capacity(run: Run) -> tuple[int, int]:
    """What a run offers, and what broken seats took off it."""
    fresh(run)
    return run.capacity, run.lost_places


def breaks(room: Room, number: int) -> None:
    break_seat(STAFF, seat_id(room, number), None)


# Rules


@given(
    st.integers(1, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 9), st.integers(0, 9)
)
def test_nobody_loses_a_place_and_no_more_goes_than_broke(
    offered: int, taken: int, working: int, broken: int, lost: int
) -> None:
    taken = min(taken, offered)
    now = seating.capacity_within(offered, taken, Seats(working, broken), lost)

    assert max(1, taken) <= now <= offered
    assert offered - now <= max(0, broken - lost)
    again = seating.capacity_restored(now, offered - now, Seats(working + broken, 0))
    assert now <= again <= offered


def test_whoever_could_go_elsewhere_is_asked_first_then_the_last_to_come() -> None:
    people = [Sitter(1), Sitter(2, (7,)), Sitter(3), Sitter(4, (7,))]

    assert [one.number for one in seating.whom_to_move(people, 3)] == [4, 2, 3]


# The verb


def test_a_run_with_room_offers_one_place_less(room: Room) -> None:
    run = create_run(room=room, capacity=6)
    breaks(room, 6)

    assert capacity(run) == (5, 1)
    told = db.session.scalars(sa.select(Event).where(Event.verb == "run.capacity")).one()
    assert (told.detail["old"], told.detail["new"]) == (6, 5)
    assert told.reason == "고장 난 좌석: 6번"
    assert [one.state for one in full(run, 6)][-1] is State.WAITING
    assert promises.broken() == []


def test_whoever_sits_there_moves_to_a_free_seat_and_is_told(room: Room) -> None:
    run = create_run(room=room, capacity=4)
    first, second = full(run, 2)
    breaks(room, 1)

    assert capacity(run) == (4, 0)
    assert (seat_of(fresh(first)), seat_of(fresh(second))) == (3, 2)
    body = db.session.scalar(sa.select(Notice.body).where(Notice.kind == "booking.seat_moved"))
    assert "PC가 고장 나 자리를 옮겨 드렸습니다.\n새 좌석: 3번\n이전 좌석: 1번" in (body or "")


def test_a_full_run_keeps_everybody_and_is_flagged(center: Center, room: Room) -> None:
    course = create_course("엑셀 기초")
    run = create_run(course, room, capacity=6)
    other = create_run(
        course, create_room(center, 4), capacity=4, starts_in=timedelta(days=30), section="오후"
    )
    bookings = full(run, 6)
    breaks(room, 2)

    assert capacity(run) == (6, 0)
    assert [fresh(one).state for one in bookings] == [State.PLACED] * 6
    assert seat_of(fresh(bookings[1])) == 2
    short = short_of_seats(None)
    assert [(one.run.id, one.people, one.seats) for one in short] == [(run.id, 6, 5)]
    assert [one.guest.number for one in short[0].candidates] == [6, 5, 4]
    assert [line.id for line in short[0].candidates[0].elsewhere] == [other.id]
    assert count_short(None) == 1
    assert count_short(frozenset({center.id + 1})) == 0


def test_somebody_who_is_busy_then_is_not_sent_there(center: Center, room: Room) -> None:
    course = create_course("엑셀 기초")
    run = create_run(course, room, capacity=6)
    create_run(course, create_room(center, 4), capacity=4, starts_in=timedelta(days=30))
    last = full(run, 6)[-1]
    busy = create_run(room=create_room(center, 4), starts_in=timedelta(days=30, hours=1))
    create_booking(busy, db.session.get_one(type(create_person()), last.person_id))
    breaks(room, 2)

    candidates = short_of_seats(None)[0].candidates
    assert [one.guest.number for one in candidates] == [5, 4, 3]


def test_the_next_place_that_comes_free_goes_to_whoever_has_no_seat(room: Room) -> None:
    run = create_run(room=room, capacity=6)
    bookings, waits = full(run, 6), full(run, 1)[0]
    breaks(room, 2)
    actions.cancel(STAFF, bookings[4].id, None, "-")

    assert capacity(run) == (5, 1)
    assert seat_of(fresh(bookings[1])) == 5
    assert fresh(waits).state is State.WAITING
    assert count_short(None) == 0
    actions.cancel(STAFF, bookings[5].id, None, "-")
    assert fresh(waits).state is State.PLACED
    assert seat_of(waits) == 6
    assert promises.broken() == []


def test_a_repaired_seat_comes_back_and_the_place_in_one_click(room: Room) -> None:
    run = create_run(room=room, capacity=6)
    full(run, 5)
    breaks(room, 6)
    waits = full(run, 1)[0]
    with pytest.raises(Refused) as refused:
        restore_capacity(STAFF, run.id, None)
    assert refused.value.reason is seating.Reason.NOTHING_TO_RAISE
    assert [(one.run.id, one.capacity) for one in to_raise(None)] == [(run.id, 5)]

    repair_seat(STAFF, seat_id(room, 6), None)
    assert capacity(run) == (5, 1)
    assert [one.capacity for one in to_raise(None)] == [6]
    assert restore_capacity(STAFF, run.id, None) == 6
    assert capacity(run) == (6, 0)
    assert fresh(waits).state is State.PLACED
    assert seat_of(waits) == 6
    assert to_raise(None) == []


def test_a_capacity_that_staff_set_is_theirs(room: Room) -> None:
    run = create_run(room=room, capacity=6)
    breaks(room, 6)
    actions.change_capacity(STAFF, run.id, None, 3)

    assert capacity(run) == (3, 0)
    repair_seat(STAFF, seat_id(room, 6), None)
    assert to_raise(None) == []


def test_marked_twice_is_marked_once(room: Room) -> None:
    run = create_run(room=room, capacity=6)
    breaks(room, 6)
    breaks(room, 6)

    assert capacity(run) == (5, 1)
    with pytest.raises(Missing):
        break_seat(STAFF, 999, None)
    with pytest.raises(Missing):
        break_seat(STAFF, seat_id(room, 1), frozenset({room.center_id + 1}))


def test_only_runs_to_come_in_that_room_are_touched(center: Center, room: Room) -> None:
    over = create_run(room=room, capacity=6, starts_in=timedelta(days=-60))
    off = create_run(room=room, capacity=6, state=RunState.CANCELLED, cancelled_on=in_days(-1))
    draft = create_run(room=room, capacity=6, state=RunState.DRAFT)
    elsewhere = create_run(room=create_room(center, 6), capacity=6)
    guest = create_run(room=create_room(center, 9), capacity=6)
    guest.meetings[0].room_id = room.id
    db.session.commit()
    breaks(room, 6)

    assert [capacity(run)[0] for run in (over, off, draft, elsewhere, guest)] == [6, 6, 6, 6, 5]


def test_the_plan_of_the_room_does_the_same(room: Room) -> None:
    run = create_run(room=room, capacity=6)
    plan = sites.seat_plan(room.id)
    db.session.rollback()
    arrange_seats(STAFF, room.id, with_broken(plan, 1, 2), plan, None)

    assert capacity(run) == (4, 2)


def test_taking_a_seat_out_of_the_plan_is_still_refused(room: Room) -> None:
    create_run(room=room, capacity=6)
    plan = sites.seat_plan(room.id)
    db.session.rollback()

    with pytest.raises(Refused) as refused:
        arrange_seats(STAFF, room.id, without(with_broken(plan, 1), 6), plan, None)
    assert refused.value.reason.name == "TOO_FEW_SEATS"


# At once


def test_nobody_gets_the_seat_that_breaks_while_they_apply(app: Flask, center: Center) -> None:
    for _round in range(5):
        room = create_room(center, 3)
        run = create_run(room=room, capacity=3)
        full(run, 2)
        person_id, run_id, last = create_person().id, run.id, seat_id(room, 3)
        db.session.rollback()

        def apply(run_id: int = run_id, person_id: int = person_id) -> str:
            actions.apply(by_id(person_id), run_id, person_id)
            return "applied"

        def break_it(last: int = last) -> str:
            break_seat(STAFF, last, None)
            return "broken"

        assert all_at_once(app, [apply, break_it]) == {"applied": 1, "broken": 1}
        one = db.session.scalars(
            sa.select(Booking).where(Booking.run_id == run_id, Booking.person_id == person_id)
        ).one()
        # Who came first has the place, and is flagged; who came after waits.
        if one.state is State.PLACED:
            assert capacity(run) == (3, 0)
        else:
            assert capacity(run) == (2, 1)
    assert promises.broken() == []


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is given a seat thinks about it, as a busy server does by itself."""
    look = places.free_seat

    def look_slowly(*given: Any) -> Any:
        found = look(*given)
        time.sleep(0.4)
        return found

    monkeypatch.setattr(places, "free_seat", look_slowly)


@pytest.fixture
def unlocked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The turn to write switched off: every statement for itself, no row locked."""
    turn = app.extensions.pop("eduportal.turn", None)
    if db.engine.dialect.name == "sqlite":
        monkeypatch.setattr(db.engine.dialect, "do_begin", lambda _connection: None)
    monkeypatch.setattr(sa.Select, "with_for_update", lambda self, **_options: self)
    for name in ("PERSON_LOCKED", "RUN_LOCKED"):
        twin = getattr(places, name)._generate()
        twin._for_update_arg = None
        monkeypatch.setattr(places, name, twin)
    yield
    if turn:
        app.extensions["eduportal.turn"] = turn


def apply_while_the_first_seat_breaks(app: Flask, room: Room) -> list[bool]:
    """Whether whoever applied in that moment sits on the broken PC."""
    run = create_run(room=room, capacity=3)
    person_id, run_id, first = create_person().id, run.id, seat_id(room, 1)
    db.session.rollback()

    def apply() -> str:
        actions.apply(by_id(person_id), run_id, person_id)
        return "applied"

    def break_it() -> str:
        time.sleep(0.15)
        break_seat(STAFF, first, None)
        return "broken"

    assert all_at_once(app, [apply, break_it]) == {"applied": 1, "broken": 1}
    db.session.rollback()
    held = db.session.scalars(sa.select(Booking.seat_id).where(Booking.run_id == run_id))
    return [one == first for one in held]


@pytest.mark.usefixtures("unlocked", "slowly")
def test_without_the_locks_somebody_is_seated_on_a_broken_pc(app: Flask, room: Room) -> None:
    assert apply_while_the_first_seat_breaks(app, room) == [True]


@pytest.mark.usefixtures("slowly")
def test_with_the_locks_nobody_is(app: Flask, room: Room) -> None:
    assert apply_while_the_first_seat_breaks(app, room) == [False]


def test_a_publication_and_a_breakage_at_once_sell_no_more_than_works(
    app: Flask, center: Center
) -> None:
    for n in range(4):
        room = create_room(center, 6)
        run_id = draft_in(room, class_on(in_days(12 + n)), capacity=6)
        last = seat_id(room, 6)
        db.session.rollback()

        def publish(run_id: int = run_id) -> str:
            try:
                catalog.publish_run(STAFF, run_id, None)
            except Refused as refused:
                return refused.reason.name
            return "published"

        def break_it(last: int = last) -> str:
            break_seat(STAFF, last, None)
            return "broken"

        answers = all_at_once(app, [publish, break_it])
        run = db.session.get_one(Run, run_id, populate_existing=True)
        if answers["published"]:
            assert run.capacity == 5
        else:
            assert answers["CAPACITY_ABOVE_SEATS"] == 1
            assert run.state is RunState.DRAFT


def by_id(person_id: int) -> By:
    return By("resident", "online", None, person_id)


# The pages


@pytest.fixture
def staff(client: FlaskClient, center: Center) -> FlaskClient:
    sign_in_to_work(client, create_staff(center))
    return client


def test_staff_mark_a_pc_and_read_whom_to_move(staff: FlaskClient, room: Room) -> None:
    run = create_run(create_course("엑셀 기초"), room, capacity=6)
    full(run, 6)
    address = f"/office/runs/{run.id}/seats"
    marked = staff.post(f"{address}/breakage", data={"seat": seat_id(room, 2)})

    assert marked.status_code == 303
    page = words(staff.get(address))
    assert "2번 자리를 고장으로 적었습니다." in page
    assert "PC가 고장 난 자리에 앉은 분이 1명 있습니다." in page
    assert "PC가 고장 나 자리가 모자란 강좌 1개" in words(staff.get("/office"))
    page = words(staff.get("/office/broken-seats"))
    assert "확정된 분 6명, 쓸 수 있는 자리 5개." in page
    assert "1명이 앉을 자리가 없습니다." in page
    staff.post(f"{address}/repair", data={"seat": seat_id(room, 2)})
    assert "자리가 모자란 강좌가 없습니다." in words(staff.get("/office/broken-seats"))


def test_staff_put_a_place_back_in_one_click(staff: FlaskClient, room: Room) -> None:
    run = create_run(create_course("엑셀 기초"), room, capacity=6)
    breaks(room, 6)
    assert "아직 고치지 않은 자리가 있습니다" in words(staff.get("/office/broken-seats"))
    address = f"/office/runs/{run.id}/capacity/restoring"
    assert staff.post(address).status_code == 303
    assert "지금은 정원을 늘릴 수 없습니다." in words(staff.get("/office/broken-seats"))
    repair_seat(STAFF, seat_id(room, 6), None)
    assert "정원을 6명으로" in words(staff.get("/office/broken-seats"))
    staff.post(address)
    assert capacity(run) == (6, 0)


def test_a_seat_that_is_not_of_the_room_is_not_marked(staff: FlaskClient, room: Room) -> None:
    run = create_run(room=room, capacity=6)
    elsewhere = seat_id(create_room(create_center("다른 곳"), 2), 1)
    for seat in (elsewhere, "", "x"):
        staff.post(f"/office/runs/{run.id}/seats/breakage", data={"seat": seat})
    assert not db.session.get_one(Seat, elsewhere, populate_existing=True).out_of_order
    assert capacity(run) == (6, 0)


def test_keeping_within_seats_is_nothing_where_no_pc_is_broken(room: Room) -> None:
    """A room with too few seats for other reasons is for staff to settle."""
    run = create_run(room=room, capacity=20)
    full(run, 1)

    @shared_db.writing
    def keep() -> bool:
        return sitting.keep_within_seats(places.locked_run(run.id))

    assert keep() is False
    assert capacity(run) == (20, 0)
