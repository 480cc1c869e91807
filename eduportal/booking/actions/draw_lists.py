"""The list of a draw: frozen when the window closes, and published at once."""

import secrets
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from eduportal.booking import drawing
from eduportal.booking.actions import places
from eduportal.booking.actions.places import Facts
from eduportal.booking.actions.promising import end_promise, keep_promise, promise
from eduportal.booking.models import Booking, Draw, DrawEntry
from eduportal.booking.rules import State
from eduportal.booking.rules import draw as library
from eduportal.booking.rules import drawing as rules
from eduportal.booking.rules.draw_terms import Entry, sha256
from eduportal.booking.rules.drawing import Reason
from eduportal.catalog.models import Run
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By, Event


@writing
def close(by: By, run_id: int) -> Draw | None:
    """Freeze the list of those who applied in time, and publish it; None where it is too early."""
    run = places.locked_run(run_id)
    draw = keep_promise(run, by)
    if draw is None or draw.closed_at is not None:
        return draw
    basis, now = drawing.promised(draw), clock.now()
    if now < basis.closes_at:
        return None
    if rules.is_too_late(drawing.comes_at(draw), now):
        end_promise(by, draw, Reason.CLOSED_LATE.value)
        draw = promise(by, run, basis)
    entries = _write_entries(draw, run)
    draw.entries = library.canonical_list(draw.commitment_hash, entries)
    draw.entries_hash = sha256(draw.entries)
    draw.closed_at = now
    events.record(
        by,
        "draw.closed",
        run_id=run_id,
        subject="draw",
        subject_id=draw.id,
        entries=len(entries),
        entries_hash=draw.entries_hash,
    )
    return draw


def _write_entries(draw: Draw, run: Facts) -> list[Entry]:
    basis, codes = drawing.promised(draw), drawing.codes_of(draw)
    bookings = [one for one in places.applied(run.id) if not one.gives_way]
    in_time = _in_time(run.id, basis.closes_at, bool(basis.fair_hours))
    bookings = [one for one in bookings if one.id in in_time]
    lost: Mapping[int, int] = {}
    if basis.loss_memory and bookings:
        course_id = db.session.scalars(sa.select(Run.course_id).where(Run.id == run.id)).one()
        lost = drawing.losses([one.person_id for one in bookings], course_id)
    tickets = _tickets(len(bookings))
    rows = [
        {
            "draw_id": draw.id,
            "booking_id": one.id,
            "ticket": tickets.pop(),
            "group_code": codes.group(one.priority_group) if basis.knows_priority else "",
            "channel_code": codes.channel(one.channel),
            "lots": rules.lots(lost.get(one.person_id, 0)),
            "number": one.number,
        }
        for one in bookings
    ]
    if rows:
        db.session.execute(sa.insert(DrawEntry), rows)
    return [
        Entry(row["ticket"], row["group_code"], row["channel_code"], row["lots"]) for row in rows
    ]


def _in_time(run_id: int, closes: datetime, only_first_hours: bool) -> set[int]:
    """Applications that are in the draw: whoever staff let in late, with a reason, is not."""
    in_time: sa.ColumnElement[bool] = Booking.applied_at < closes
    if not only_first_hours:
        # The window was asked about a moment before the application was written.
        late = sa.exists().where(
            Event.booking_id == Booking.id,
            Event.verb == "booking.applied",
            Event.reason.is_not(None),
        )
        in_time = sa.or_(in_time, ~late)
    return set(
        db.session.scalars(
            sa.select(Booking.id).where(
                Booking.run_id == run_id, Booking.state == State.APPLIED, in_time
            )
        )
    )


def _tickets(count: int) -> set[str]:
    found: set[str] = set()
    while len(found) < count:
        found.add(library.readable(secrets.token_bytes(library.TICKET_BYTES)))
    return found
