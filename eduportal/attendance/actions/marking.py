"""Marking who came."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from eduportal.attendance import rules
from eduportal.attendance.models import Attendance
from eduportal.attendance.rules import Mark, Reason
from eduportal.booking.actions import places
from eduportal.booking.models import Booking
from eduportal.booking.rules import State
from eduportal.catalog.models import Meeting
from eduportal.catalog.rules import RunState
from eduportal.shared import clock, dates, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused

# Both databases know ON CONFLICT, each by an INSERT of its own dialect.
INSERT: Mapping[str, Callable[[type[Attendance]], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
Marks = Mapping[int, Mark]
# By booking; None for somebody without a mark.
Sheet = Mapping[int, Mark | None]


@dataclass(frozen=True)
class Saved:
    """How many marks were written, and how many stayed since somebody else had changed them."""

    written: int
    kept: int


@writing
def mark_sheet(
    by: By, meeting_id: int, marks: Marks, *, seen: Sheet | None = None, fill: Mark | None = None
) -> Saved:
    """Write the marks of one meeting by booking; `fill` goes to everybody left without one.

    `seen` is what the page showed: where somebody else has marked since, theirs stays. Raises
    Refused before the meeting's day, in a cancelled or closed run, and for people not in it.
    """
    run_id = _locked_run_of(meeting_id)
    sheet = _sheet(run_id, meeting_id)
    _refuse_strangers(marks, sheet)
    wanted = {booking: mark for booking, mark in marks.items() if mark is not sheet[booking]}
    kept = [booking for booking in wanted if seen and seen.get(booking) is not sheet[booking]]
    changes = {booking: mark for booking, mark in wanted.items() if booking not in kept}
    if fill:
        changes |= _filled(fill, sheet, changes)
    if changes:
        _upsert(by, meeting_id, changes)
        _note(by, run_id, meeting_id, sheet, changes)
    return Saved(len(changes), len(kept))


def _locked_run_of(meeting_id: int) -> int:
    """The run of the meeting, locked; raises Refused where nobody can be marked."""
    run_id = db.session.scalar(sa.select(Meeting.run_id).where(Meeting.id == meeting_id))
    if run_id is None:
        raise Missing
    run = places.locked_run(run_id)
    # Under the lock: it may have been moved or called off while somebody marked on paper.
    meeting = db.session.execute(
        sa.select(Meeting.starts_at, Meeting.cancelled_at).where(Meeting.id == meeting_id)
    ).one()
    day = dates.seoul_date(meeting.starts_at)
    called_off = meeting.cancelled_at is not None
    published = run.state is RunState.PUBLISHED
    reason = rules.marking_refusal(published, day, clock.today(), called_off)
    if reason:
        raise Refused(reason, day=dates.written_date(day))
    return run.id  # type: ignore[no-any-return]


def _sheet(run_id: int, meeting_id: int) -> Sheet:
    """Who can be marked, and how they are so far."""
    here = sa.and_(Attendance.booking_id == Booking.id, Attendance.meeting_id == meeting_id)
    rows = db.session.execute(
        sa.select(Booking.id, Attendance.mark)
        .outerjoin(Attendance, here)
        .where(Booking.run_id == run_id, Booking.state == State.PLACED)
    )
    return dict(rows.all())


def _refuse_strangers(marks: Marks, sheet: Sheet) -> None:
    if not sheet:
        raise Refused(Reason.NOBODY_PLACED)
    if marks.keys() - sheet.keys():
        raise Refused(Reason.NOT_ON_SHEET)


def _filled(fill: Mark, sheet: Sheet, changes: Marks) -> dict[int, Mark]:
    unmarked = (booking for booking, mark in sheet.items() if mark is None)
    return {booking: fill for booking in unmarked if booking not in changes}


def _upsert(by: By, meeting_id: int, marks: Marks) -> None:
    """All marks in one statement; a mark that is so already keeps its time and its author."""
    sides = {"meeting_id": meeting_id, "marked_at": clock.now(), "marked_by": by.account_id}
    rows = [sides | {"booking_id": booking, "mark": mark} for booking, mark in marks.items()]
    insert = INSERT[db.engine.dialect.name](Attendance).values(rows)
    upsert = insert.on_conflict_do_update(
        index_elements=["meeting_id", "booking_id"],
        set_={name: insert.excluded[name] for name in ("mark", "marked_at", "marked_by")},
        where=Attendance.mark != insert.excluded["mark"],
    )
    db.session.connection().execute(upsert)


def _note(by: By, run_id: int, meeting_id: int, before: Sheet, changes: Marks) -> None:
    events.record(
        by,
        "attendance.marked",
        run_id=run_id,
        subject="meeting",
        subject_id=meeting_id,
        marks={str(booking): [before[booking], mark] for booking, mark in changes.items()},
    )
