from datetime import date, timedelta
from functools import partial

import pytest
from flask import Flask
from time_machine import Traveller

from eduportal.attendance.actions import Closed, close_run, mark_sheet
from eduportal.attendance.rules import Mark, Reason
from eduportal.booking import promises
from eduportal.booking.rules import State, may_move
from eduportal.catalog.models import Office, Run
from eduportal.catalog.rules import RunState
from eduportal.shared.db import db
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused
from tests import factories
from tests.attendance.conftest import NOON, Class, booking, told
from tests.race.racer import all_at_once

P, L, A, X = Mark.PRESENT, Mark.LATE, Mark.ABSENT, Mark.EXCUSED
STAFF = By("staff", "online", None, None)
AFTER = NOON + timedelta(days=4)


@pytest.fixture
def over(lesson: Class, clock: Traveller) -> Class:
    """Three meetings are over: the first came always, the second twice, the third once."""
    clock.move_to(AFTER)
    first, second, third = lesson.bookings
    mark_sheet(lesson.by, lesson.yesterday, {first: P, second: P, third: P})
    mark_sheet(lesson.by, lesson.today, {first: P, second: P, third: A})
    mark_sheet(lesson.by, lesson.tomorrow, {first: P, second: A, third: A})
    return lesson


def test_whoever_reaches_the_percentage_completes(over: Class) -> None:
    assert close_run(STAFF, over.run.id) == Closed(completed=1, not_completed=2)

    states = [booking(one).state for one in over.bookings]
    assert states == [State.COMPLETED, State.NOT_COMPLETED, State.NOT_COMPLETED]


def test_the_office_says_which_percentage(over: Class) -> None:
    db.session.get_one(Office, 1).completion_percent = 60
    db.session.commit()

    assert close_run(STAFF, over.run.id) == Closed(completed=2, not_completed=1)


def test_an_excused_meeting_does_not_stand_in_the_way(over: Class) -> None:
    _first, second, _third = over.bookings
    mark_sheet(over.by, over.tomorrow, {second: X})

    assert close_run(STAFF, over.run.id) == Closed(completed=2, not_completed=1)


def test_completion_is_of_the_day_of_the_last_meeting(over: Class) -> None:
    close_run(STAFF, over.run.id)

    completed, not_completed, _other = (booking(one) for one in over.bookings)
    assert (completed.completed_on, not_completed.completed_on) == (date(2026, 12, 2), None)
    assert completed.changed_at == AFTER


def test_places_stay_held_and_counted(over: Class) -> None:
    close_run(STAFF, over.run.id)

    run = db.session.get_one(Run, over.run.id)
    assert run.places_taken == 3
    assert {booking(one).held_until for one in over.bookings} == {None}
    assert list(promises.places_are_counted_right()) == []
    assert list(promises.holding_has_its_dates()) == []


def test_the_run_and_each_booking_say_so(over: Class) -> None:
    close_run(STAFF, over.run.id)

    [event] = told("run.closed")
    assert event.run_id == over.run.id
    assert event.detail == {"completed": 1, "not_completed": 2, "percent": 80}
    assert [told.booking_id for told in told("booking.completed")] == over.bookings[:1]
    assert [told.booking_id for told in told("booking.not_completed")] == over.bookings[1:]


def test_only_placed_people_are_decided_about(over: Class) -> None:
    withdrawn = factories.create_booking(over.run, state=State.WITHDRAWN)
    waiting = factories.create_booking(over.run, state=State.WAITING)

    close_run(STAFF, over.run.id)

    assert booking(withdrawn.id).state is State.WITHDRAWN
    # Whoever still waited has waited in vain: the list ends with the run.
    assert booking(waiting.id).state is State.CANCELLED
    assert list(promises.places_are_counted_right()) == []


def test_the_table_of_moves_allows_it() -> None:
    assert may_move(State.PLACED, State.COMPLETED)
    assert may_move(State.PLACED, State.NOT_COMPLETED)


def test_a_run_that_is_not_over_is_not_closed(lesson: Class) -> None:
    sentence = _refuses(Reason.NOT_OVER, lesson.run.id)

    assert "2026. 12. 2.(수) 13:00" in sentence


def test_every_meeting_must_be_marked_for_everybody(over: Class) -> None:
    factories.create_booking(over.run)

    sentence = _refuses(Reason.UNMARKED, over.run.id)

    assert "2026. 11. 30.(월), 2026. 12. 1.(화), 2026. 12. 2.(수)" in sentence


def test_a_cancelled_run_is_not_closed(over: Class) -> None:
    run = db.session.get_one(Run, over.run.id)
    run.state, run.cancelled_on = RunState.CANCELLED, NOON.date()
    db.session.commit()

    _refuses(Reason.RUN_CANCELLED, over.run.id)


def test_closing_twice_is_refused(over: Class) -> None:
    close_run(STAFF, over.run.id)

    _refuses(Reason.NOBODY_LEFT, over.run.id)


def test_a_closed_run_is_not_marked_any_more(over: Class) -> None:
    close_run(STAFF, over.run.id)

    with pytest.raises(Refused) as refused:
        mark_sheet(over.by, over.today, {over.bookings[0]: A})

    assert refused.value.reason is Reason.NOBODY_PLACED


def test_another_centers_run_is_missing(over: Class) -> None:
    with pytest.raises(Missing):
        close_run(STAFF, over.run.id, frozenset({over.center.id + 1}))


def test_of_many_who_close_at_once_one_does(app: Flask, over: Class) -> None:
    answers = all_at_once(app, [partial(_close, over.run.id) for _each in range(8)])

    assert answers == {"closed": 1, "NOBODY_LEFT": 7}
    assert len(told("run.closed")) == 1


def test_a_mark_that_comes_with_the_closing_is_before_it_or_refused(
    app: Flask, over: Class
) -> None:
    third = over.bookings[2]
    answers = all_at_once(
        app,
        [
            partial(_close, over.run.id),
            *(partial(_mark, over, third, mark) for mark in (P, L) * 4),
        ],
    )

    marked_after_closing = told("attendance.marked")[-1].id > told("run.closed")[0].id
    assert answers["closed"] == 1
    assert not marked_after_closing


def _close(run_id: int) -> str:
    try:
        close_run(STAFF, run_id)
    except Refused as refused:
        return refused.reason.name
    return "closed"


def _mark(over: Class, booking_id: int, mark: Mark) -> str:
    try:
        mark_sheet(over.by, over.today, {booking_id: mark})
    except Refused as refused:
        return refused.reason.name
    return "marked"


def _refuses(reason: Reason, run_id: int) -> str:
    with pytest.raises(Refused) as refused:
        close_run(STAFF, run_id)

    assert refused.value.reason is reason
    return refused.value.sentence
