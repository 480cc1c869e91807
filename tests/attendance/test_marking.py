from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from time_machine import Traveller

from eduportal.attendance.actions import Saved, mark_sheet
from eduportal.attendance.rules import Mark, Reason
from eduportal.booking.rules import State
from eduportal.catalog.models import Run
from eduportal.catalog.rules import RunState
from eduportal.shared.db import db
from eduportal.shared.refusal import Missing, Refused
from tests import factories
from tests.attendance.conftest import NOON, Class, create_class, marks, rows, told
from tests.race.racer import all_at_once

P, L, A = Mark.PRESENT, Mark.LATE, Mark.ABSENT


def test_a_mark_says_who_made_it_and_when(lesson: Class) -> None:
    first, *_others = lesson.bookings

    assert mark_sheet(lesson.by, lesson.today, {first: P}) == Saved(1, 0)

    [row] = rows(lesson.today)
    assert (row.booking_id, row.mark) == (first, P)
    assert (row.marked_at, row.marked_by) == (NOON, lesson.instructor.account_id)


def test_one_event_tells_every_change_from_what_to_what(lesson: Class) -> None:
    first, second, _third = lesson.bookings
    mark_sheet(lesson.by, lesson.today, {first: P})

    mark_sheet(lesson.by, lesson.today, {first: A, second: P})

    *_before, last = told("attendance.marked")
    assert last.detail == {
        "marks": {str(first): ["present", "absent"], str(second): [None, "present"]}
    }
    assert (last.run_id, last.subject, last.subject_id) == (lesson.run.id, "meeting", lesson.today)


def test_saving_twice_changes_nothing(lesson: Class, clock: Traveller) -> None:
    same = dict.fromkeys(lesson.bookings, P)
    mark_sheet(lesson.by, lesson.today, same)
    clock.shift(timedelta(minutes=5))

    assert mark_sheet(lesson.by, lesson.today, same) == Saved(0, 0)

    assert {row.marked_at for row in rows(lesson.today)} == {NOON}
    assert len(told("attendance.marked")) == 1


def test_only_what_differs_gets_a_new_time(lesson: Class, clock: Traveller) -> None:
    first, second, third = lesson.bookings
    mark_sheet(lesson.by, lesson.today, {first: P, second: P})
    clock.shift(timedelta(minutes=5))

    mark_sheet(lesson.by, lesson.today, {first: P, second: L, third: A})

    later = NOON + timedelta(minutes=5)
    assert [row.marked_at for row in rows(lesson.today)] == [NOON, later, later]


def test_filling_leaves_those_who_have_a_mark(lesson: Class) -> None:
    first, second, third = lesson.bookings
    mark_sheet(lesson.by, lesson.today, {first: A})

    mark_sheet(lesson.by, lesson.today, {second: L}, fill=P)

    assert marks(lesson.today) == {first: A, second: L, third: P}


def test_a_whole_sheet_is_one_statement(clock: Traveller) -> None:
    factories.create_office()
    big = create_class(people=28)

    with _statements() as sent:
        mark_sheet(big.by, big.today, {}, fill=P)

    assert len([text for text in sent if text.startswith("INSERT INTO attendance")]) == 1
    assert len(marks(big.today)) == 28


def test_what_somebody_else_changed_meanwhile_stays(lesson: Class) -> None:
    first, second, _third = lesson.bookings
    mark_sheet(lesson.by, lesson.today, {first: A})

    saved = mark_sheet(lesson.by, lesson.today, {first: P, second: P}, seen={first: None})

    assert saved == Saved(1, 1)
    assert marks(lesson.today) == {first: A, second: P}


def test_nobody_is_marked_before_the_day(lesson: Class) -> None:
    with pytest.raises(Refused) as refused:
        mark_sheet(lesson.by, lesson.tomorrow, dict.fromkeys(lesson.bookings, P))

    assert refused.value.reason is Reason.TOO_EARLY
    assert "2026. 12. 2.(수)" in refused.value.sentence
    assert marks(lesson.tomorrow) == {}


def test_the_day_begins_at_midnight_in_seoul(lesson: Class, clock: Traveller) -> None:
    midnight = NOON + timedelta(hours=12)
    everybody = dict.fromkeys(lesson.bookings, P)
    clock.move_to(midnight - timedelta(seconds=1))
    with pytest.raises(Refused):
        mark_sheet(lesson.by, lesson.tomorrow, everybody)

    clock.move_to(midnight)

    assert mark_sheet(lesson.by, lesson.tomorrow, everybody) == Saved(3, 0)


def test_a_cancelled_run_is_not_marked(lesson: Class) -> None:
    run = db.session.get_one(Run, lesson.run.id)
    run.state, run.cancelled_on = RunState.CANCELLED, NOON.date()
    db.session.commit()

    _refuses(Reason.RUN_CANCELLED, lesson, lesson.bookings[0])


@pytest.mark.parametrize("state", [State.WAITING, State.CANCELLED, State.COMPLETED])
def test_whoever_has_no_place_is_not_marked(lesson: Class, state: State) -> None:
    other = factories.create_booking(lesson.run, state=state)

    _refuses(Reason.NOT_ON_SHEET, lesson, other.id)


def test_nobody_of_another_run_is_marked(lesson: Class) -> None:
    _refuses(Reason.NOT_ON_SHEET, lesson, create_class().bookings[0])


def test_a_class_without_people_is_not_marked(clock: Traveller) -> None:
    empty = create_class(people=0)

    with pytest.raises(Refused) as refused:
        mark_sheet(empty.by, empty.today, {}, fill=P)

    assert refused.value.reason is Reason.NOBODY_PLACED


def test_a_meeting_that_is_gone_is_missing(lesson: Class) -> None:
    with pytest.raises(Missing):
        mark_sheet(lesson.by, 999_999, {})


def test_of_many_who_save_at_once_every_mark_stays_once(app: Flask, lesson: Class) -> None:
    first, second, third = lesson.bookings
    sheets = [{first: mark, second: P} for mark in (P, L, A) for _copy in range(4)]
    sheets.append({third: A})
    saves = [partial(_save, lesson, sheet) for sheet in sheets]

    assert all_at_once(app, saves) == {"saved": len(sheets)}

    assert set(marks(lesson.today)) == {first, second, third}
    assert len(rows(lesson.today)) == 3
    _events_lead_to_the_marks(lesson)


def test_of_two_who_fill_at_once_one_writes(app: Flask, lesson: Class) -> None:
    fills = [partial(_save, lesson, {}, fill=P) for _each in range(8)]

    all_at_once(app, fills)

    assert marks(lesson.today) == dict.fromkeys(lesson.bookings, P)
    assert len(told("attendance.marked")) == 1


def _save(lesson: Class, sheet: dict[int, Mark], **how: Any) -> str:
    mark_sheet(lesson.by, lesson.today, sheet, **how)
    return "saved"


def _events_lead_to_the_marks(lesson: Class) -> None:
    """Each change starts from where the one before had ended."""
    reached: dict[str, str | None] = {}
    for one in told("attendance.marked"):
        for booking_id, (old, new) in one.detail["marks"].items():
            assert reached.get(booking_id) == old
            reached[booking_id] = new
    assert reached == {str(booking): mark.value for booking, mark in marks(lesson.today).items()}


def _refuses(reason: Reason, lesson: Class, booking_id: int) -> None:
    with pytest.raises(Refused) as refused:
        mark_sheet(lesson.by, lesson.today, {booking_id: P})

    assert refused.value.reason is reason
    assert marks(lesson.today) == {}
    assert told("attendance.marked") == []


@contextmanager
def _statements() -> Iterator[list[str]]:
    sent: list[str] = []

    def note(*facts: Any) -> None:
        sent.append(facts[2])

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


def test_the_database_keeps_one_mark_a_person_and_meeting(lesson: Class) -> None:
    mark_sheet(lesson.by, lesson.today, {lesson.bookings[0]: P})
    [row] = rows(lesson.today)
    db.session.expunge(row)
    sa.orm.make_transient(row)
    row.id = row.id + 1

    with pytest.raises(sa.exc.IntegrityError):
        factories.save(row)
