"""One test per sentence of giving up a place, and of what staff do to places."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from eduportal.accounts.models import Person
from eduportal.booking import actions, promises
from eduportal.booking.models import Booking
from eduportal.booking.rules import Reason, State
from eduportal.catalog.models import Run
from eduportal.catalog.rules import RunState
from eduportal.notices.models import Notice
from eduportal.shared.db import db
from eduportal.shared.refusal import Missing, Refused
from tests import factories
from tests.booking.conftest import STAFF, apply, booking, by, fresh, seat_of, states


@pytest.fixture
def full(run: Run, people: list[Person]) -> list[Booking]:
    """Two placed, two waiting; the bookings in order."""
    return [apply(person, run) for person in people[:4]]


def refused(verb: Callable[..., object], *args: Any) -> Any:
    with pytest.raises(Refused) as caught:
        verb(*args)
    return caught.value.reason


def test_a_freed_seat_goes_to_the_head_of_the_list_at_once(
    run: Run, full: list[Booking], people: list[Person]
) -> None:
    actions.cancel_own(by(people[0]), full[0].id, "")
    assert states(run) == ["cancelled", "placed", "placed", "waiting"]
    assert seat_of(booking(full[2].id)) == 1
    assert promises.broken() == []


def test_who_moves_up_is_told(full: list[Booking], people: list[Person]) -> None:
    actions.cancel_own(by(people[0]), full[0].id, "")
    bodies = db.session.scalars(sa.select(Notice.body).where(Notice.address == people[2].phone))
    assert any("자리가 나서" in body for body in bodies)


def test_leaving_the_list_frees_noseat_of(
    run: Run, full: list[Booking], people: list[Person]
) -> None:
    actions.cancel_own(by(people[2]), full[2].id, "")
    assert states(run) == ["placed", "placed", "cancelled", "waiting"]
    assert (fresh(run).places_taken, run.waiting) == (2, 1)


def test_after_the_set_time_the_office_must_be_called(
    run: Run, full: list[Booking], people: list[Person]
) -> None:
    run.cancel_until = factories.now()
    db.session.commit()
    assert (
        refused(actions.cancel_own, by(people[0]), full[0].id, "02-1") is Reason.TOO_LATE_TO_CANCEL
    )
    actions.cancel_own(by(people[2]), full[2].id, "02-1")
    assert booking(full[2].id).state is State.CANCELLED


def test_nobody_cancels_for_somebody_else(full: list[Booking], people: list[Person]) -> None:
    with pytest.raises(Missing):
        actions.cancel_own(by(people[1]), full[0].id, "")
    assert booking(full[0].id).state is State.PLACED


def test_cancelling_twice_is_refused_and_changes_nothing(
    run: Run, full: list[Booking], people: list[Person]
) -> None:
    actions.cancel_own(by(people[0]), full[0].id, "")
    assert refused(actions.cancel_own, by(people[0]), full[0].id, "") is Reason.NOT_LIVE
    assert fresh(run).places_taken == 2


def test_the_office_cancels_with_a_reason_that_is_told(
    full: list[Booking], people: list[Person]
) -> None:
    actions.cancel(STAFF, full[0].id, None, "이중 신청")
    bodies = db.session.scalars(sa.select(Notice.body).where(Notice.address == people[0].phone))
    assert any("이중 신청" in body for body in bodies)


def test_after_the_first_meeting_leaving_is_withdrawing_and_the_seat_stays_free(
    run: Run, full: list[Booking]
) -> None:
    run.starts_at = run.gives_until = factories.now() - timedelta(hours=1)
    db.session.commit()
    actions.cancel(STAFF, full[0].id, None, "본인 요청")
    gone = booking(full[0].id)
    assert gone.state is State.WITHDRAWN
    assert gone.held_until
    assert run.starts_at
    assert gone.held_until > run.starts_at
    assert states(run).count("waiting") == 2


def test_staff_place_somebody_out_of_turn_with_a_reason(run: Run, full: list[Booking]) -> None:
    run.capacity = 3
    db.session.commit()
    actions.place(STAFF, full[3].id, None, "동반 가족과 함께")
    moved = booking(full[3].id)
    assert (moved.state, moved.out_of_turn_reason) == (State.PLACED, "동반 가족과 함께")


def test_placing_needs_a_free_place_a_waiting_booking_and_a_reason(
    run: Run, full: list[Booking]
) -> None:
    assert refused(actions.place, STAFF, full[3].id, None, " ") is Reason.REASON_NEEDED
    assert refused(actions.place, STAFF, full[3].id, None, "사유") is Reason.FULL
    assert refused(actions.place, STAFF, full[0].id, None, "사유") is Reason.NOT_LIVE


def test_placing_asks_the_limit_again(run: Run, full: list[Booking], people: list[Person]) -> None:
    for hours in (4, 8):
        other = factories.create_run(starts_in=factories.until_the_tenth(10 + hours))
        factories.create_booking(other, people[3])
    run.capacity = 3
    db.session.commit()
    assert refused(actions.place, STAFF, full[3].id, None, "사유") in (
        Reason.MONTHLY_LIMIT,
        Reason.OVERLAPS,
    )


def test_more_capacity_goes_to_the_list(run: Run, full: list[Booking]) -> None:
    actions.change_capacity(STAFF, run.id, None, 3)
    assert states(run) == ["placed", "placed", "placed", "waiting"]
    assert promises.broken() == []


def test_capacity_stays_between_those_placed_and_the_seats(run: Run, full: list[Booking]) -> None:
    assert refused(actions.change_capacity, STAFF, run.id, None, 1) is Reason.CAPACITY_BELOW_PLACED
    assert refused(actions.change_capacity, STAFF, run.id, None, 29) is Reason.CAPACITY_ABOVE_SEATS


def test_a_cancelled_run_cancels_and_tells_everybody(
    run: Run, full: list[Booking], people: list[Person]
) -> None:
    actions.cancel_run(STAFF, run.id, None, "강사 사정")
    assert set(states(run)) == {"cancelled"}
    assert (fresh(run).state, run.places_taken, run.waiting) == (RunState.CANCELLED, 0, 0)
    told = db.session.scalars(sa.select(Notice.address).where(Notice.body.contains("강사 사정")))
    assert set(told) == {person.phone for person in people[:4]}
    assert promises.broken() == []


def test_a_run_is_cancelled_once(run: Run) -> None:
    actions.cancel_run(STAFF, run.id, None, "강사 사정")
    assert refused(actions.cancel_run, STAFF, run.id, None, "또") is Reason.NOT_RUNNING


def test_a_moved_meeting_is_told_to_everybody_in_the_run(
    run: Run, full: list[Booking], people: list[Person]
) -> None:
    meeting = run.meetings[0]
    later = meeting.starts_at + timedelta(days=5)
    room_id, meeting_id = meeting.room_id, meeting.id
    actions.move_meeting(STAFF, meeting_id, None, later, later + timedelta(hours=2), room_id)
    told = db.session.scalars(sa.select(Notice.address).where(Notice.kind == "booking.moved"))
    assert set(told) == {person.phone for person in people[:4]}


def test_moving_back_and_forth_is_told_each_time_and_no_change_is_not(
    run: Run, people: list[Person]
) -> None:
    apply(people[0], run)
    meeting = run.meetings[1]
    meeting_id, room_id = meeting.id, meeting.room_id
    here, there = meeting.starts_at, meeting.starts_at + timedelta(days=5)
    for start in (there, here, there, there):
        actions.move_meeting(STAFF, meeting_id, None, start, start + timedelta(hours=2), room_id)
    count = sa.select(sa.func.count()).where(Notice.kind == "booking.moved")
    assert db.session.scalar(count) == 3


def test_what_has_begun_or_is_over_stays_where_it_was(run: Run, full: list[Booking]) -> None:
    first = run.meetings[0]
    first.starts_at = run.starts_at = factories.now() - timedelta(hours=1)
    db.session.commit()
    later = factories.now() + timedelta(days=50)
    moved = (STAFF, first.id, None, later, later + timedelta(hours=2), first.room_id)
    assert refused(actions.move_meeting, *moved) is Reason.MEETING_BEGUN
    run.ends_at = factories.now() - timedelta(minutes=1)
    db.session.commit()
    assert refused(actions.move_meeting, *moved) is Reason.RUN_ENDED
    assert refused(actions.change_capacity, STAFF, run.id, None, 3) is Reason.RUN_ENDED


def test_whoever_was_passed_over_gets_the_free_place_when_the_obstacle_goes(
    people: list[Person],
) -> None:
    factories.create_office()
    tenth = factories.until_the_tenth()
    wanted = factories.create_run(capacity=1, monthly_limit=1, starts_in=tenth)
    other = factories.create_run(starts_in=tenth + timedelta(hours=5))
    holder = apply(people[0], wanted)
    waiting = apply(people[1], wanted)
    in_other = apply(people[1], other)
    actions.cancel_own(by(people[0]), holder.id, "")
    assert booking(waiting.id).state is State.WAITING
    actions.cancel_own(by(people[1]), in_other.id, "")
    assert booking(waiting.id).state is State.PLACED
    assert promises.broken() == []


def test_waiting_for_a_run_that_has_begun_stands_in_nobodys_way(
    run: Run, full: list[Booking], people: list[Person]
) -> None:
    run.starts_at = factories.now() - timedelta(hours=1)
    db.session.commit()
    for days in (3, 6):
        other = factories.create_run(starts_in=factories.until_the_tenth() + timedelta(days=days))
        assert apply(people[2], other).state is State.PLACED
    assert promises.broken() == []
