"""What counts, sentence by sentence; then any rows on any day against a count in plain Python."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eduportal.accounts.models import Person
from eduportal.accounts.rules import Audience, Relation
from eduportal.attendance.models import Attendance
from eduportal.attendance.rules import Mark
from eduportal.booking.models import Booking
from eduportal.booking.rules import State
from eduportal.catalog.models import Course, Meeting, Room, Run
from eduportal.catalog.rules import Kind, RunState
from eduportal.shared.clock import SEOUL
from eduportal.shared.db import db
from eduportal.shared.tables import Table, Value
from eduportal.statistics import queries
from eduportal.statistics.figures import Slice
from eduportal.statistics.metrics import (
    CANCELLED_RUNS,
    ENROLLMENTS,
    PEOPLE,
    RUNS,
)
from eduportal.statistics.models import PastRun
from eduportal.statistics.rules import Period, month_of, year_of
from tests import conftest, factories
from tests.statistics.files import brought_in, csv_of

# 10 May 2019, midnight in Seoul.
MIDNIGHT = datetime(2019, 5, 9, 15, tzinfo=UTC)
MAY = month_of(date(2019, 5, 1))
pytestmark = pytest.mark.usefixtures("app")


def moment(day: int, hour: int = 10) -> datetime:
    """An hour of a day in May 2019, by the Seoul clock."""
    return MIDNIGHT + timedelta(days=day - 10, hours=hour)


def may(day: int) -> date:
    return date(2019, 5, day)


def run_on(day: int, **given: Any) -> Run:
    """A run in May 2019 with one meeting of two hours."""
    start = moment(day)
    fields: dict[str, Any] = {
        "starts_at": start,
        "ends_at": start + timedelta(hours=2),
        "starts_on": may(day),
        "ends_on": may(day),
        "capacity": 20,
    }
    return factories.create_run(meetings=0, **fields | given)


def book(run: Run, **given: Any) -> Booking:
    """A booking of the last of April that holds its place."""
    fields = {"applied_at": moment(0), "held_from": moment(0)}
    return factories.create_booking(run, **fields | given)


def totals(as_of: date, period: Period = MAY) -> dict[str, Any]:
    """The last row: everything."""
    month = period.is_month
    table = (
        queries.month_table(period.first, as_of)
        if month
        else queries.year_table(period.first.year, as_of)
    )
    return numbers(table, -1)


def numbers(table: Table, index: int) -> dict[str, Any]:
    rows = list(table.rows)
    if not rows:
        return {}
    pairs = zip(table.columns, rows[index].cells, strict=True)
    return {column.metric: cell.value for column, cell in pairs if column.metric}


def test_a_run_counts_from_the_day_of_its_first_meeting_on() -> None:
    run_on(15)

    assert totals(may(14)) == {}
    assert totals(may(15))["runs"] == 1


def test_a_run_that_starts_just_before_midnight_in_seoul_counts_that_day() -> None:
    run_on(15, starts_at=moment(15, 23) + timedelta(minutes=59))

    assert totals(may(15))["runs"] == 1


def test_a_draft_never_counts() -> None:
    run_on(15, state=RunState.DRAFT, published_at=None)

    assert totals(may(31)) == {}


def test_a_cancelled_run_counts_until_the_day_before_it_was_cancelled() -> None:
    run_on(10, state=RunState.CANCELLED, cancelled_on=may(20))

    assert (totals(may(19))["runs"], totals(may(19))["cancelled-runs"]) == (1, 0)
    assert (totals(may(20))["runs"], totals(may(20))["cancelled-runs"]) == (0, 1)
    assert totals(may(20))["capacity"] == 0


def test_a_run_cancelled_before_it_began_is_counted_as_cancelled_only() -> None:
    run_on(20, state=RunState.CANCELLED, cancelled_on=may(10))

    assert totals(may(9)) == {}
    assert totals(may(10))["cancelled-runs"] == 1


def test_a_run_that_was_never_offered_is_no_cancelled_one() -> None:
    run_on(20, state=RunState.CANCELLED, cancelled_on=may(10), published_at=None)

    assert totals(may(31)) == {}


def test_whoever_held_a_place_after_the_first_meeting_is_enrolled_even_if_they_withdrew() -> None:
    run = run_on(10)
    book(run, state=State.WITHDRAWN, held_until=moment(10, 11))

    assert totals(may(31))["enrollments"] == 1


def test_whoever_gave_the_place_up_before_the_first_meeting_is_not_enrolled() -> None:
    run = run_on(10)
    book(run, state=State.CANCELLED, held_until=moment(10))

    assert totals(may(31))["enrollments"] == 0
    assert totals(may(31))["applications"] == 1


def test_whoever_only_waited_is_not_enrolled() -> None:
    book(run_on(10), state=State.WAITING, held_from=None)

    assert (totals(may(31))["applications"], totals(may(31))["enrollments"]) == (1, 0)


def test_whoever_came_in_late_is_enrolled_from_that_day_on() -> None:
    book(run_on(10), held_from=moment(15, 9), applied_at=moment(15, 9))

    assert totals(may(14))["enrollments"] == totals(may(14))["applications"] == 0
    assert totals(may(15))["enrollments"] == totals(may(15))["applications"] == 1


def test_completions_count_from_their_day_on() -> None:
    book(run_on(10), state=State.COMPLETED, completed_on=may(20))

    assert (totals(may(19))["completions"], totals(may(20))["completions"]) == (0, 1)
    assert str(totals(may(20))["completion-rate"]) == "100.0"


def test_one_person_in_two_runs_is_two_enrollments_and_one_person() -> None:
    person = factories.create_person()
    book(run_on(10), person=person)
    book(run_on(12), person=person)
    book(run_on(12), held_from=None, state=State.WAITING)

    people = numbers(queries.people_table(MAY, may(31)), -1)
    assert totals(may(31))["enrollments"] == 2
    assert people == {"portal-enrollments": 2, "people": 1, "present": 0}


def test_present_is_whoever_came_at_least_once_late_or_not() -> None:
    run = run_on(10)
    meeting = factories.save(
        Meeting(run_id=run.id, room_id=run.room_id, starts_at=run.starts_at, ends_at=run.ends_at)
    )
    for mark in (Mark.PRESENT, Mark.LATE, Mark.LEFT_EARLY, Mark.ABSENT, Mark.EXCUSED):
        attended(meeting.id, book(run).id, mark)

    assert numbers(queries.people_table(MAY, may(10)), -1)["present"] == 3
    assert numbers(queries.people_table(MAY, may(10)), -1)["portal-enrollments"] == 5


def attended(meeting_id: int, booking_id: int, mark: Mark) -> None:
    factories.save(
        Attendance(
            meeting_id=meeting_id, booking_id=booking_id, mark=mark, marked_at=factories.now()
        )
    )


def test_the_runs_behind_a_number_are_those_that_it_counts() -> None:
    held = run_on(10)
    book(held)
    called_off = run_on(12, state=RunState.CANCELLED, cancelled_on=may(1), section="오전")

    assert listed(Slice(MAY, may(31), RUNS)) == [held.title, "합계 1개 강좌"]
    assert listed(Slice(MAY, may(31), CANCELLED_RUNS)) == [
        f"{called_off.title} (오전)",
        "합계 1개 강좌",
    ]


def test_people_are_counted_in_the_portals_own_runs_only() -> None:
    book(run_on(10))
    brought_in(csv_of({}))

    assert len(listed(Slice(MAY, may(31), ENROLLMENTS))) == 3
    assert len(listed(Slice(MAY, may(31), PEOPLE))) == 2
    assert totals(may(31))["enrollments"] == 21
    assert numbers(queries.people_table(MAY, may(31)), -1)["people"] == 1


def test_a_run_can_be_opened_and_a_past_one_has_nothing_more_to_show() -> None:
    run = run_on(10)
    brought_in(csv_of({}))
    table = queries.runs_behind(Slice(MAY, may(31), RUNS))

    assert table
    assert [row.cells[0].behind for row in table.rows] == [None, {"run_id": run.id}, None]


def listed(asked: Slice) -> list[Value]:
    """The titles of the runs behind a number."""
    table = queries.runs_behind(asked)
    assert table
    return [row.cells[0].value for row in table.rows]


# Any rows, any day


@dataclass(frozen=True)
class ARun:
    """A run that hypothesis made up; hours count from 10 May 2019 in Seoul, days too."""

    starts: int
    capacity: int
    center: int
    audience: Audience
    kind: Kind
    track: str
    cancelled: int | None
    offered: bool


@dataclass(frozen=True)
class ABooking:
    """A booking that hypothesis made up."""

    applied: int
    held_from: int | None
    held_for: int | None
    completed: int | None
    came: bool


@dataclass(frozen=True)
class APast:
    """A past run that hypothesis made up."""

    starts: int
    days: int
    center: int
    audience: Audience
    counts: tuple[int, int, int, int]


DAYS = st.integers(-45, 45)
HOURS = st.integers(-45 * 24, 45 * 24)
A_RUN = st.builds(
    ARun,
    starts=HOURS,
    capacity=st.integers(1, 30),
    center=st.integers(0, 1),
    audience=st.sampled_from(Audience),
    kind=st.sampled_from(Kind),
    track=st.sampled_from(["창업·취업", "기초·활용"]),
    cancelled=st.none() | DAYS,
    offered=st.booleans() | st.just(True),
)
A_BOOKING = st.builds(
    ABooking,
    applied=HOURS,
    held_from=st.none() | HOURS,
    held_for=st.none() | st.integers(0, 40 * 24),
    completed=st.none() | DAYS,
    came=st.booleans(),
)
A_PAST = st.builds(
    APast,
    starts=DAYS,
    days=st.integers(0, 20),
    center=st.integers(0, 1),
    audience=st.sampled_from(Audience),
    counts=st.tuples(*[st.integers(0, 30)] * 4).map(lambda four: tuple(sorted(four))),
)
RUNS_MADE, PEOPLE_MADE = 4, 3
BOOKINGS = st.dictionaries(
    st.tuples(st.integers(0, RUNS_MADE - 1), st.integers(0, PEOPLE_MADE - 1)), A_BOOKING
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    runs=st.lists(A_RUN, min_size=RUNS_MADE, max_size=RUNS_MADE),
    bookings=BOOKINGS,
    past=st.lists(A_PAST, max_size=3),
    as_of=DAYS,
)
def test_sql_and_a_plain_count_agree_on_any_day(
    app: Flask,
    runs: list[ARun],
    bookings: dict[tuple[int, int], ABooking],
    past: list[APast],
    as_of: int,
) -> None:
    db.session.rollback()
    conftest.empty(db.engine)
    written(runs, bookings, past)
    day = day_of(as_of)

    for period in (MAY, month_of(date(2019, 6, 1)), year_of(2019)):
        expected = counted(runs, bookings, past, day, period)
        assert totals(day, period) == expected
        people = counted_people(runs, bookings, day, period)
        assert numbers(queries.people_table(period, day), -1) == people
    for metric in (ENROLLMENTS, CANCELLED_RUNS):
        asked = Slice(year_of(2019), day, metric)
        assert sums_of_runs(asked).items() <= totals(day, asked.period).items()


def sums_of_runs(asked: Slice) -> dict[str, Any]:
    """The last line of the runs behind a number."""
    table = queries.runs_behind(asked)
    assert table
    return numbers(table, -1)


def counted(
    runs: list[ARun],
    bookings: dict[tuple[int, int], ABooking],
    past: list[APast],
    day: date,
    period: Period,
) -> dict[str, Any]:
    """The totals, counted in plain Python."""
    held = [n for n, run in enumerate(runs) if is_held(run, day, period)]
    called_off = sum(is_called_off(run, day, period) for run in runs)
    over = [one for one in past if period.first <= day_of(one.starts) <= min(day, period.last)]
    own = [(runs[n], booking) for (n, _person), booking in bookings.items() if n in held]
    if not held and not called_off and not over:
        return {}
    counts = {
        "runs": len(held) + len(over),
        "capacity": sum(runs[n].capacity for n in held) + sum(one.counts[3] for one in over),
        "applications": sum(hour_of(b.applied).date() <= day for _run, b in own)
        + sum(one.counts[2] for one in over),
        "enrollments": sum(is_enrolled(run, b, day) for run, b in own)
        + sum(one.counts[1] for one in over),
        "completions": sum(
            b.completed is not None and day_of(b.completed) <= day for _run, b in own
        )
        + sum(one.counts[0] for one in over if day_of(one.starts + one.days) <= day),
        "cancelled-runs": called_off,
    }
    return counts | {
        "fill-rate": rate(counts["enrollments"], counts["capacity"]),
        "completion-rate": rate(counts["completions"], counts["enrollments"]),
    }


def counted_people(
    runs: list[ARun],
    bookings: dict[tuple[int, int], ABooking],
    day: date,
    period: Period,
) -> dict[str, Any]:
    """The numbers of people, counted in plain Python."""
    enrolled = {
        (n, person): booking
        for (n, person), booking in bookings.items()
        if is_held(runs[n], day, period) and is_enrolled(runs[n], booking, day)
    }
    if not enrolled:
        return {}
    return {
        "portal-enrollments": len(enrolled),
        "people": len({person for _n, person in enrolled}),
        "present": sum(booking.came for booking in enrolled.values()),
    }


def is_held(run: ARun, day: date, period: Period) -> bool:
    started = hour_of(run.starts).date()
    cancelled = run.cancelled is not None and day_of(run.cancelled) <= day
    return run.offered and period.first <= started <= min(day, period.last) and not cancelled


def is_called_off(run: ARun, day: date, period: Period) -> bool:
    in_period = period.first <= hour_of(run.starts).date() <= period.last
    return bool(
        run.offered and in_period and run.cancelled is not None and day_of(run.cancelled) <= day
    )


def is_enrolled(run: ARun, booking: ABooking, day: date) -> bool:
    if booking.held_from is None or hour_of(booking.held_from).date() > day:
        return False
    return booking.held_for is None or booking.held_from + booking.held_for > run.starts


def rate(part: int, whole: int) -> Decimal | None:
    """Half-up to one decimal, in whole numbers."""
    return Decimal((2000 * part + whole) // (2 * whole)) / 10 if whole else None


def day_of(number: int) -> date:
    return may(10) + timedelta(days=number)


def hour_of(number: int) -> datetime:
    return (MIDNIGHT + timedelta(hours=number)).astimezone(SEOUL)


def written(runs: list[ARun], bookings: dict[tuple[int, int], ABooking], past: list[APast]) -> None:
    """The made-up rows, in the database."""
    rooms = [factories.create_room(seats=1) for _n in range(2)]
    course = factories.create_course()
    people = [factories.create_person() for _n in range(PEOPLE_MADE)]
    db.session.add_all(row_of_past(n, one, rooms[one.center]) for n, one in enumerate(past))
    rows = [row_of_run(run, rooms[run.center], course) for run in runs]
    meetings = [
        Meeting(run=row, room_id=row.room_id, starts_at=row.starts_at, ends_at=row.ends_at)
        for row in rows
    ]
    db.session.add_all([*rows, *meetings])
    db.session.flush()
    for (n, who), booking in bookings.items():
        row = row_of_booking(booking, rows[n], people[who], who)
        db.session.add(row)
        db.session.flush()
        mark = Mark.LATE if booking.came else Mark.ABSENT
        db.session.add(
            Attendance(meeting_id=meetings[n].id, booking_id=row.id, mark=mark, marked_at=MIDNIGHT)
        )
    db.session.commit()


def row_of_run(run: ARun, room: Room, course: Course) -> Run:
    start = hour_of(run.starts)
    state = RunState.PUBLISHED if run.offered else RunState.DRAFT
    return Run(
        course_id=course.id,
        center_id=room.center_id,
        room_id=room.id,
        title=course.title,
        kind=run.kind,
        track=run.track,
        audience=run.audience,
        state=state if run.cancelled is None else RunState.CANCELLED,
        published_at=MIDNIGHT if run.offered else None,
        cancelled_on=None if run.cancelled is None else day_of(run.cancelled),
        capacity=run.capacity,
        apply_from=start - timedelta(days=9),
        apply_until=start - timedelta(days=8),
        cancel_until=start,
        waiting_limit=10,
        monthly_limit=2,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        starts_on=start.date(),
        ends_on=start.date(),
        created_at=MIDNIGHT,
    )


def row_of_booking(booking: ABooking, run: Run, person: Person, number: int) -> Booking:
    held_from = None if booking.held_from is None else hour_of(booking.held_from)
    held_for = booking.held_for
    left = None
    if held_from is not None and held_for is not None:
        left = held_from + timedelta(hours=held_for)
    return Booking(
        run_id=run.id,
        person_id=person.id,
        number=number,
        state=State.COMPLETED if booking.completed is not None else State.WITHDRAWN,
        channel="online",
        applied_at=hour_of(booking.applied),
        changed_at=MIDNIGHT,
        held_from=held_from,
        held_until=left,
        completed_on=None if booking.completed is None else day_of(booking.completed),
        age_band="70대",
        relation=Relation.LIVES,
        audience=run.audience,
    )


def row_of_past(number: int, past: APast, room: Room) -> PastRun:
    completions, enrollments, applications, capacity = past.counts
    return PastRun(
        title=f"이전 강좌 {number}",
        center_id=room.center_id,
        room_id=room.id,
        kind=Kind.REGULAR,
        track="기초·활용",
        audience=past.audience,
        starts_on=day_of(past.starts),
        ends_on=day_of(past.starts + past.days),
        meeting_count=8,
        hours=16,
        capacity=capacity,
        applications=applications,
        enrollments=enrollments,
        completions=completions,
        imported_at=MIDNIGHT,
    )
