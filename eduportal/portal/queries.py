"""What the gathering pages show of every feature."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from eduportal.attendance.models import ON_SHEET, Attendance
from eduportal.booking.models import Booking
from eduportal.booking.queries.draws import to_select
from eduportal.booking.queries.payments import to_refund
from eduportal.booking.queries.restrictions import open_appeals
from eduportal.booking.queries.seats import count_short
from eduportal.booking.rules import State
from eduportal.catalog.models import Meeting, Run
from eduportal.catalog.rules import RunState
from eduportal.portal import rules
from eduportal.portal.failed_messages import failed_messages
from eduportal.portal.models import DailyLog
from eduportal.portal.rules import Task, Todo
from eduportal.portal.runs_at_risk import RunAtRisk, at_risk
from eduportal.shared import clock, dates
from eduportal.shared.db import db

Centers = frozenset[int] | None
Condition = sa.ColumnElement[bool]

SHEET_DAYS = timedelta(days=14)
DRAFT_DAYS = timedelta(days=3)
MOST = 20


@dataclass(frozen=True)
class Sheet:
    """A class with how many sit in it, and how many of them are marked."""

    meeting: Meeting
    people: int
    marked: int


@dataclass(frozen=True)
class Day:
    """What staff find in the morning."""

    meetings: Sequence[Sheet]
    windows: Sequence[Run]
    opening: Sequence[Run]
    closing: Sequence[Run]
    small: Sequence[RunAtRisk]
    waited_for: Sequence[Run]
    unsaved: Sequence[Sheet]
    to_close: Sequence[Run]
    drafts: Sequence[Run]
    unapproved: Sequence[Run]
    select: Sequence[Run]
    tasks: Sequence[Task]


def office_day(centers: Centers, now: datetime) -> Day:
    """Today's classes and windows, and all that waits for somebody to do it."""
    small, waited_for = at_risk(centers, now), _waited_for(centers, now)
    unsaved, to_close = _unsaved(centers, now), _to_close(centers, now)
    drafts, unapproved = _drafts(centers, now), _unapproved(centers, now)
    select = to_select(centers, now)
    counts = {
        Todo.SELECT: len(select),
        Todo.DECIDE: sum(one.is_due for one in small),
        Todo.APPEALS: open_appeals(centers),
        Todo.CALL_WAITING: len(waited_for),
        Todo.BROKEN_SEATS: count_short(centers),
        Todo.SHEETS: len(unsaved),
        Todo.MESSAGES: len(failed_messages(centers, now)),
        Todo.REFUNDS: len(to_refund(centers)),
        Todo.APPROVALS: len(unapproved),
        Todo.DRAFTS: len(drafts),
        Todo.TOO_SMALL: sum(not one.is_due for one in small),
        Todo.CLOSE: len(to_close),
        Todo.LOG: _logs_missing(centers, now),
    }
    todo = rules.tasks(counts, clock.today().day, _runs_next_month(centers))
    return Day(
        meetings=_meetings_today(centers),
        windows=_windows(centers, now),
        opening=_turning_today(Run.apply_from, centers),
        closing=_turning_today(Run.apply_until, centers),
        small=small,
        waited_for=waited_for,
        unsaved=unsaved,
        to_close=to_close,
        drafts=drafts,
        unapproved=unapproved,
        select=select,
        tasks=todo,
    )


def _sheets() -> sa.Select[Meeting, int, int]:
    people = sa.select(sa.func.count(Booking.id)).where(
        Booking.run_id == Meeting.run_id, Booking.state.in_(ON_SHEET)
    )
    marked = people.join(Attendance, Attendance.booking_id == Booking.id).where(
        Attendance.meeting_id == Meeting.id
    )
    return (
        sa.select(
            Meeting,
            people.correlate(Meeting).scalar_subquery().label("people"),
            marked.correlate(Meeting).scalar_subquery().label("marked"),
        )
        .join(Run, Run.id == Meeting.run_id)
        .where(Run.state == RunState.PUBLISHED)
        .options(joinedload(Meeting.run), joinedload(Meeting.room), joinedload(Meeting.instructor))
        .order_by(Meeting.starts_at, Meeting.id)
    )


def _meetings_today(centers: Centers) -> Sequence[Sheet]:
    today = clock.today()
    rows = db.session.execute(
        _sheets().where(
            Meeting.starts_at >= dates.start_of(today),
            Meeting.starts_at < dates.end_of(today),
            _theirs(centers),
        )
    )
    return [Sheet(*row) for row in rows]


def _unsaved(centers: Centers, now: datetime) -> Sequence[Sheet]:
    """Classes that are over, of runs not closed yet, with somebody not marked."""
    open_run = sa.exists().where(Booking.run_id == Run.id, Booking.state == State.PLACED)
    sheets = _sheets()
    people, marked = sheets.selected_columns[-2:]
    rows = db.session.execute(
        sheets.where(
            Meeting.cancelled_at.is_(None),
            Meeting.ends_at <= now,
            Meeting.ends_at > now - SHEET_DAYS,
            marked < people,
            open_run,
            _theirs(centers),
        )
    )
    return [Sheet(*row) for row in rows]


def _windows(centers: Centers, now: datetime) -> Sequence[Run]:
    return _runs(Run.apply_until > now, _theirs(centers), order=(Run.apply_from, Run.id), most=MOST)


def _turning_today(column: Any, centers: Centers) -> Sequence[Run]:
    """Runs whose window begins, or ends, today: all of them, however many."""
    start, end = dates.start_of(clock.today()), dates.end_of(clock.today())
    return _runs(column >= start, column < end, _theirs(centers), order=(column, Run.id))


def _waited_for(centers: Centers, now: datetime) -> Sequence[Run]:
    """Runs with a free place and somebody waiting: after the first class staff give it by hand."""
    return _runs(
        Run.waiting > 0,
        Run.places_taken < Run.capacity,
        Run.ends_at > now,
        _theirs(centers),
        order=(Run.starts_at, Run.id),
    )


def _to_close(centers: Centers, now: datetime) -> Sequence[Run]:
    undecided = sa.exists().where(Booking.run_id == Run.id, Booking.state == State.PLACED)
    return _runs(Run.ends_at <= now, undecided, _theirs(centers), order=(Run.ends_at, Run.id))


def _drafts(centers: Centers, now: datetime) -> Sequence[Run]:
    return db.session.scalars(
        sa.select(Run)
        .where(
            Run.state == RunState.DRAFT,
            Run.apply_from <= now + DRAFT_DAYS,
            sa.or_(Run.starts_at.is_(None), Run.starts_at > now),
            _theirs(centers),
        )
        .order_by(Run.apply_from, Run.id)
    ).all()


def _unapproved(centers: Centers, now: datetime) -> Sequence[Run]:
    """Employees' runs whose window is over with somebody whom no department has approved."""
    applied = sa.exists().where(Booking.run_id == Run.id, Booking.state == State.APPLIED)
    return _runs(
        Run.needs_approval.is_(True),
        Run.apply_until <= now,
        Run.ends_at > now,
        applied,
        _theirs(centers),
        order=(Run.starts_at, Run.id),
    )


def _runs_next_month(centers: Centers) -> int:
    first = dates.next_month(clock.today())
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(Run)
            .where(
                Run.state != RunState.CANCELLED,
                Run.starts_on >= first,
                Run.starts_on < dates.next_month(first),
                _theirs(centers),
            )
        )
        or 0
    )


def _logs_missing(centers: Centers, now: datetime) -> int:
    """Days of the last week with a class at a center, and no log written."""
    first = dates.start_of(clock.today() - timedelta(days=7))
    held = db.session.execute(
        sa.select(Run.center_id, Meeting.starts_at)
        .join(Run, Run.id == Meeting.run_id)
        .where(
            Run.state == RunState.PUBLISHED,
            Meeting.cancelled_at.is_(None),
            Meeting.starts_at >= first,
            Meeting.ends_at <= now,
            _theirs(centers),
        )
    )
    days = {(center_id, dates.seoul_date(starts_at)) for center_id, starts_at in held}
    return len(days - _written(clock.today() - timedelta(days=7)))


def _written(since: date) -> set[tuple[int, date]]:
    rows = db.session.execute(
        sa.select(DailyLog.center_id, DailyLog.day).where(DailyLog.day >= since)
    )
    return {(center_id, day) for center_id, day in rows}


def _runs(*where: Condition, order: tuple[object, ...], most: int | None = None) -> Sequence[Run]:
    query = sa.select(Run).where(Run.state == RunState.PUBLISHED, *where)
    return db.session.scalars(query.order_by(*order).limit(most)).all()  # type: ignore[arg-type]


def _theirs(centers: Centers) -> Condition:
    return sa.true() if centers is None else Run.center_id.in_(centers)
