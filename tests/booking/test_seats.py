"""Where people sit: by rule, by their own choice, by staff; wide seats kept for who needs them."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from eduportal.accounts.models import Person
from eduportal.booking import actions, promises
from eduportal.booking.actions import places
from eduportal.booking.actions.seats import (
    ask_for_wide_seat,
    choose_seat,
    move_person,
    note_wide_seat,
    release_seats,
    undo_move,
)
from eduportal.booking.models import Booking
from eduportal.booking.queries.seats import run_plan, undoable
from eduportal.booking.rules import State, seating
from eduportal.booking.rules.seating import Chair, Reason
from eduportal.booking.seated import Reach
from eduportal.catalog.models import Room, Run, Seat
from eduportal.catalog.rules.intake import Intake, SeatChoice
from eduportal.notices.models import Notice
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.events import By, Event
from eduportal.shared.refusal import Missing, Refused
from tests.booking.conftest import STAFF, by, fresh, seat_of
from tests.factories import (
    create_booking,
    create_center,
    create_instructor,
    create_office,
    create_person,
    create_room,
    create_run,
)
from tests.race.racer import all_at_once

ALL = Reach()
CHOSEN = Intake(seat_choice=SeatChoice.PERSON)


@pytest.fixture
def room(app: Flask) -> Room:
    """Six seats, the first of which is a wide one."""
    create_office()
    room = create_room(create_center(), 6)
    mark(room, 1, accessible=True)
    return room


def mark(room: Room, number: int, **values: bool | str) -> int:
    """Change a seat past the verbs; its id."""
    seat = seat_in(room, number)
    for name, value in values.items():
        setattr(seat, name, value)
    db.session.commit()
    return seat.id


def seat_in(room: Room, number: int) -> Seat:
    db.session.rollback()
    return db.session.scalars(
        sa.select(Seat).where(Seat.room_id == room.id, Seat.number == number)
    ).one()


def applied(run: Run, needs: bool = False) -> Booking:
    """Somebody applies."""
    person = create_person()
    booking_id = actions.apply(by(person), run.id, person.id, needs_accessible=needs)
    db.session.rollback()
    return db.session.get_one(Booking, booking_id)


def acting(booking: Booking) -> By:
    return By("resident", "online", None, booking.person_id)


def number_of(booking: Booking) -> int | None:
    return seat_of(fresh(booking))


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.reason.name


def bodies() -> list[str]:
    db.session.rollback()
    kind = Notice.kind == "booking.seat_moved"
    return list(db.session.scalars(sa.select(Notice.body).where(kind).order_by(Notice.id)))


# Rules

CHAIRS = st.lists(
    st.tuples(st.integers(1, 40), st.booleans()), max_size=12, unique_by=lambda one: one[0]
)


@given(CHAIRS, st.booleans(), st.booleans())
def test_a_free_seat_is_never_withheld(
    given_chairs: list[tuple[int, bool]], needs: bool, released: bool
) -> None:
    chairs = [Chair(number, number, wide) for number, wide in given_chairs]
    found = seating.seat_for(chairs, needs, released)

    assert (found is None) == (not chairs)
    if found is not None and not needs and not released:
        assert not found.accessible or all(chair.accessible for chair in chairs)
    if found is not None and needs:
        assert found.accessible or not any(chair.accessible for chair in chairs)


def test_seats_are_released_by_staff_or_when_the_class_is_near() -> None:
    now = clock.now()
    start = now + timedelta(hours=10)

    assert not seating.are_released(None, start, 0, now)
    assert not seating.are_released(None, start, 9, now)
    assert seating.are_released(None, start, 10, now)
    assert seating.are_released(None, start, 24, now)
    assert seating.are_released(now, start, 0, now)
    assert seating.are_released(None, now, 0, now)


@pytest.mark.parametrize("needs", [False, True])
@pytest.mark.parametrize("released", [False, True])
def test_the_statement_of_the_opening_minute_agrees_with_the_rule(
    room: Room, needs: bool, released: bool
) -> None:
    mark(room, 4, accessible=True)
    mark(room, 2, out_of_order=True)
    since = clock.now() if released else None
    run = create_run(room=room, capacity=5, seats_released_at=since)
    order: list[places.Facts] = []
    for _n in range(5):
        db.session.rollback()
        found = places.free_seat(places.locked_run(run.id), needs)
        taken = {one.number for one in order}
        free = [
            Chair(seat.id, seat.number, seat.accessible)
            for seat in db.session.scalars(sa.select(Seat).where(Seat.room_id == room.id))
            if not seat.out_of_order and seat.number not in taken
        ]
        expected = seating.seat_for(free, needs, released)
        assert found is not None
        assert expected is not None
        assert found.id == expected.id
        order.append(found)
        db.session.rollback()
        create_booking(run, seat_id=found.id)


# By rule


def test_wide_seats_are_given_last_but_they_are_given(room: Room) -> None:
    run = create_run(room=room, capacity=6)
    seats = [number_of(applied(run)) for _n in range(6)]

    assert seats == [2, 3, 4, 5, 6, 1]
    assert promises.broken() == []


def test_who_needs_a_wide_seat_gets_it_first(room: Room) -> None:
    run = create_run(room=room, capacity=6)

    assert number_of(applied(run)) == 2
    assert number_of(applied(run, needs=True)) == 1
    assert number_of(applied(run, needs=True)) == 3


def test_released_seats_are_seats_like_others(room: Room) -> None:
    run = create_run(room=room, capacity=6)
    release_seats(STAFF, run.id, ALL)

    assert number_of(applied(run)) == 1
    assert refusal(lambda: release_seats(STAFF, run.id, ALL)) == "RELEASED_ALREADY"


def test_a_wish_stays_with_whoever_waits(room: Room) -> None:
    run = create_run(room=room, capacity=1)
    first, waits = applied(run), applied(run, needs=True)
    actions.cancel(STAFF, first.id, None, "-")

    assert fresh(waits).state is State.PLACED
    assert number_of(waits) == 1


def test_whoever_says_later_that_they_need_a_wide_seat_is_moved_there(room: Room) -> None:
    run = create_run(room=room, capacity=6)
    first, second = applied(run), applied(run)

    assert ask_for_wide_seat(acting(first), first.id, True) == "1번"
    assert number_of(first) == 1
    # Nobody is sent away from a wide seat: staff see the wish.
    assert note_wide_seat(STAFF, run.id, second.id, True, ALL) is None
    assert number_of(second) == 3
    assert [one.booking_id for one in run_plan(fresh(run)).misplaced] == [second.id]
    assert ask_for_wide_seat(acting(first), first.id, False) is None
    assert number_of(first) == 1


def test_nobody_speaks_for_somebody_else(room: Room) -> None:
    first = applied(create_run(room=room, capacity=6))
    stranger = by(create_person())

    with pytest.raises(Missing):
        ask_for_wide_seat(stranger, first.id, True)
    with pytest.raises(Missing):
        choose_seat(stranger, first.id, mark(room, 3))


# By choice


def test_a_person_chooses_among_the_free_seats(room: Room) -> None:
    run = create_run(room=room, capacity=6, intake=CHOSEN)
    first, second = applied(run), applied(run)
    choose_seat(acting(first), first.id, mark(room, 5))

    assert number_of(first) == 5
    assert refusal(lambda: choose_seat(acting(second), second.id, mark(room, 5))) == "SEAT_TAKEN"
    assert refusal(lambda: choose_seat(acting(second), second.id, mark(room, 1))) == "SEAT_KEPT"
    mark(room, 6, out_of_order=True)
    broken = mark(room, 6)
    assert refusal(lambda: choose_seat(acting(second), second.id, broken)) == "SEAT_UNUSABLE"
    assert number_of(second) == 3
    events = db.session.scalars(sa.select(Event).where(Event.verb == "booking.seat_moved")).all()
    assert [(one.booking_id, one.detail["old"], one.detail["new"]) for one in events] == [
        (first.id, "2번", "5번")
    ]
    assert bodies() == []


def test_choosing_ends_with_the_first_class_and_is_not_for_every_run(room: Room) -> None:
    given = applied(create_run(room=room, capacity=6))
    begun = create_run(
        room=room, capacity=6, intake=CHOSEN, starts_in=timedelta(hours=-1), meetings=3
    )
    late = create_booking(begun, seat_id=mark(room, 2))
    waits = create_booking(create_run(room=room, intake=CHOSEN), state=State.WAITING)
    seat = mark(room, 5)

    assert refusal(lambda: choose_seat(acting(given), given.id, seat)) == "SEATS_ARE_GIVEN"
    assert refusal(lambda: choose_seat(acting(late), late.id, seat)) == "ALREADY_BEGUN"
    assert refusal(lambda: choose_seat(acting(waits), waits.id, seat)) == "NO_PLACE_YET"


def test_a_seat_of_another_room_is_not_there(room: Room) -> None:
    first = applied(create_run(room=room, capacity=6, intake=CHOSEN))
    elsewhere = mark(create_room(create_center("다른 곳"), 3), 1)

    with pytest.raises(Missing):
        choose_seat(acting(first), first.id, elsewhere)


def test_of_two_who_choose_one_seat_at_once_one_has_it(app: Flask, room: Room) -> None:
    run = create_run(room=room, capacity=6, intake=CHOSEN)
    bookings = [applied(run) for _n in range(4)]
    seat = mark(room, 6)
    pairs = [(one.id, one.person_id) for one in bookings]
    db.session.rollback()

    def choosing(booking_id: int, person_id: int | None) -> Callable[[], str]:
        def choose() -> str:
            try:
                choose_seat(By("resident", "online", None, person_id), booking_id, seat)
            except Refused as refused:
                return refused.reason.name
            return "sits"

        return choose

    told = all_at_once(app, [choosing(*pair) for pair in pairs])

    assert told == {"sits": 1, "SEAT_TAKEN": 3}
    assert promises.broken() == []


# By instructors and staff


def test_a_person_is_moved_told_and_moved_back(room: Room) -> None:
    run = create_run(room=room, capacity=6)
    first = applied(run)
    move_person(STAFF, run.id, first.id, mark(room, 5), None, ALL)

    assert number_of(first) == 5
    assert "새 좌석: 5번\n이전 좌석: 2번" in bodies()[0]
    last = undoable(run.id)
    assert last is not None
    undo_move(STAFF, run.id, last.id, ALL)
    assert number_of(first) == 2
    assert undoable(run.id) is None
    assert refusal(lambda: undo_move(STAFF, run.id, last.id, ALL)) == "NOTHING_TO_UNDO"


def test_two_people_swap_and_swap_back(room: Room) -> None:
    run = create_run(room=room, capacity=6)
    first, second = applied(run), applied(run)
    move_person(STAFF, run.id, first.id, mark(room, 3), second.id, ALL)

    assert (number_of(first), number_of(second)) == (3, 2)
    last = undoable(run.id)
    assert last is not None
    undo_move(STAFF, run.id, last.id, ALL)
    assert (number_of(first), number_of(second)) == (2, 3)
    moved = db.session.scalars(
        sa.select(Event.booking_id).where(Event.verb == "booking.seat_moved").order_by(Event.id)
    ).all()
    assert Counter(moved) == {first.id: 2, second.id: 2}
    assert promises.broken() == []


def test_a_move_that_was_meant_for_other_seats_is_refused(room: Room) -> None:
    run = create_run(room=room, capacity=6)
    first, second = applied(run), applied(run)
    third = mark(room, 3)

    assert refusal(lambda: move_person(STAFF, run.id, first.id, third, None, ALL)) == (
        "SEATING_CHANGED"
    )
    assert refusal(lambda: move_person(STAFF, run.id, second.id, third, None, ALL)) == "SAME_SEAT"
    mark(room, 6, out_of_order=True)
    broken = mark(room, 6)
    assert refusal(lambda: move_person(STAFF, run.id, first.id, broken, None, ALL)) == (
        "SEAT_UNUSABLE"
    )


def test_nobody_gives_a_seat_away_for_none_or_for_a_broken_one(room: Room) -> None:
    run = create_run(room=room, capacity=6)
    seated = applied(run)
    stands = create_booking(run)
    second = mark(room, 2)

    assert refusal(lambda: move_person(STAFF, run.id, stands.id, second, seated.id, ALL)) == (
        "NOTHING_IN_RETURN"
    )
    assert number_of(seated) == 2
    move_person(STAFF, run.id, stands.id, mark(room, 4), None, ALL)
    assert number_of(stands) == 4


def test_an_undo_after_somebody_else_moved_is_refused(room: Room) -> None:
    run = create_run(room=room, capacity=6)
    first = applied(run)
    move_person(STAFF, run.id, first.id, mark(room, 5), None, ALL)
    last = undoable(run.id)
    assert last is not None
    other = applied(run)

    assert number_of(other) == 2
    assert refusal(lambda: undo_move(STAFF, run.id, last.id, ALL)) == "NOTHING_TO_UNDO"


def test_who_may_move_people(room: Room) -> None:
    teacher = create_instructor(create_center("다른 곳"))
    run = create_run(room=room, capacity=6, instructor_id=teacher.id)
    other = create_run(room=room, capacity=6, starts_in=timedelta(days=40))
    first, there = applied(run), applied(other)
    own = Reach(taught_by=teacher.account_id)
    elsewhere = Reach(centers=frozenset({run.center_id + 1}))

    with pytest.raises(Missing):
        move_person(STAFF, run.id, first.id, mark(room, 5), None, elsewhere)
    with pytest.raises(Missing):
        move_person(STAFF, other.id, there.id, mark(room, 5), None, own)
    with pytest.raises(Missing):
        # Somebody of another run.
        move_person(STAFF, run.id, there.id, mark(room, 5), None, own)
    move_person(STAFF, run.id, first.id, mark(room, 5), None, own)
    assert number_of(first) == 5


def test_nobody_is_told_of_a_move_once_the_class_has_begun(room: Room) -> None:
    run = create_run(room=room, capacity=6, starts_in=timedelta(hours=-1), meetings=3)
    booking = create_booking(run, seat_id=mark(room, 2))
    move_person(STAFF, run.id, booking.id, mark(room, 5), None, ALL)

    assert number_of(booking) == 5
    assert bodies() == []


def test_the_seats_of_a_run_that_is_over_stay_as_they_were(room: Room) -> None:
    run = create_run(room=room, capacity=6, starts_in=timedelta(days=-30))
    booking = create_booking(run, seat_id=mark(room, 2))

    assert refusal(lambda: move_person(STAFF, run.id, booking.id, mark(room, 5), None, ALL)) == (
        Reason.OVER.name
    )


def test_a_seat_is_named_as_people_read_it(room: Room) -> None:
    mark(room, 2, label="창가")
    person: Person = create_person()
    run = create_run(room=room, capacity=6)
    actions.apply(by(person), run.id, person.id)

    body = db.session.scalar(sa.select(Notice.body).where(Notice.kind == "booking.placed"))
    assert "좌석: 창가" in (body or "")
