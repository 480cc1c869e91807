"""Days without classes: closed days (휴관일), and what stands above the public holidays."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from eduportal.catalog.actions.centers import Centers, locked_center
from eduportal.catalog.closed_days import public_holidays
from eduportal.catalog.models import ClosedDay, HolidayOverride, Office
from eduportal.catalog.refusals import refused
from eduportal.catalog.rules.places import Reason
from eduportal.shared import events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused


@dataclass(frozen=True)
class Closure:
    """Days on which a center is closed, both included, and why."""

    first: date
    last: date
    name: str


@writing
def close_center_on(by: By, center_id: int, closure: Closure, centers: Centers) -> int:
    """Close one center on some days; returns the id of the entry."""
    locked_center(center_id, centers)
    return _close(by, center_id, closure)


@writing
def close_all_on(by: By, closure: Closure) -> int:
    """Close every center on some days; returns the id of the entry."""
    _lock_office()
    return _close(by, None, closure)


@writing
def open_center_again(by: By, closed_id: int, centers: Centers) -> None:
    """Take a center's closed days back."""
    row = _locked_closed_day(closed_id)
    if row.center_id is None or (centers is not None and row.center_id not in centers):
        raise Missing
    _open(by, row)


@writing
def open_all_again(by: By, closed_id: int) -> None:
    """Take closed days of every center back."""
    row = _locked_closed_day(closed_id)
    if row.center_id is not None:
        raise Missing
    _open(by, row)


@writing
def add_holiday(by: By, day: date, name: str) -> None:
    """Let a day be a public holiday that the calendar does not know (임시공휴일)."""
    _lock_office()
    _refuse_overridden(day)
    there = public_holidays([day.year]).get(day)
    if there is not None:
        raise refused((Reason.HOLIDAY_ALREADY, {"day": day, "name": there}))
    _override(by, day, name, is_holiday=True)


@writing
def work_on_holiday(by: By, day: date) -> None:
    """Let a public holiday be a day like others."""
    _lock_office()
    _refuse_overridden(day)
    there = public_holidays([day.year]).get(day)
    if there is None:
        raise refused((Reason.NO_HOLIDAY, {"day": day}))
    _override(by, day, there[:80], is_holiday=False)


@writing
def undo_override(by: By, override_id: int) -> None:
    """Let the calendar's word stand for a day again."""
    _lock_office()
    row = db.session.get(HolidayOverride, override_id)
    if row is None:
        raise Missing
    events.record(by, "holiday.restored", day=row.day.isoformat(), name=row.name)
    db.session.delete(row)


def _close(by: By, center_id: int | None, closure: Closure) -> int:
    if closure.last < closure.first:
        raise Refused(Reason.DAYS_BACKWARDS)
    row = ClosedDay(
        center_id=center_id, first_on=closure.first, last_on=closure.last, name=closure.name
    )
    _refuse_same(row)
    db.session.add(row)
    db.session.flush()
    _record(by, "center.closed_days_added", row)
    return row.id


def _refuse_same(row: ClosedDay) -> None:
    same = db.session.scalar(
        sa.select(ClosedDay).where(
            ClosedDay.center_id.is_not_distinct_from(row.center_id),
            ClosedDay.first_on <= row.first_on,
            ClosedDay.last_on >= row.last_on,
        )
    )
    if same is not None:
        facts = {"first": same.first_on, "last": same.last_on, "name": same.name}
        raise refused((Reason.CLOSED_ALREADY, facts))


def _locked_closed_day(closed_id: int) -> ClosedDay:
    row = db.session.scalar(
        sa.select(ClosedDay)
        .where(ClosedDay.id == closed_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise Missing
    return row


def _open(by: By, row: ClosedDay) -> None:
    _record(by, "center.closed_days_removed", row)
    db.session.delete(row)


def _lock_office() -> None:
    db.session.execute(sa.select(Office.id).with_for_update(key_share=True)).all()


def _refuse_overridden(day: date) -> None:
    if db.session.scalar(sa.select(HolidayOverride.id).where(HolidayOverride.day == day)):
        raise refused((Reason.OVERRIDDEN, {"day": day}))


def _override(by: By, day: date, name: str, is_holiday: bool) -> None:
    db.session.add(HolidayOverride(day=day, name=name, is_holiday=is_holiday))
    verb = "holiday.added" if is_holiday else "holiday.worked"
    events.record(by, verb, day=day.isoformat(), name=name)


def _record(by: By, verb: str, row: ClosedDay) -> None:
    days = [row.first_on.isoformat(), row.last_on.isoformat()]
    events.record(by, verb, subject="center", subject_id=row.center_id, days=days, name=row.name)
