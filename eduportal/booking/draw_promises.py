"""What must always be true of draws, asked of their rows: each can be drawn again and agrees."""

from collections.abc import Iterable

import sqlalchemy as sa

from eduportal.booking import drawing
from eduportal.booking.models import Booking, Draw, DrawEntry
from eduportal.booking.rules import State
from eduportal.booking.rules.draw import canonical_list
from eduportal.booking.rules.draw_file import verify
from eduportal.booking.rules.draw_terms import Entry, sha256
from eduportal.booking.rules.drawing import settled
from eduportal.catalog.models import Run
from eduportal.catalog.rules import RunState
from eduportal.shared.db import db
from eduportal.shared.events import Event


def promises_are_as_published() -> Iterable[str]:
    """The text of every promise has the hash that was published, void ones too."""
    for draw in db.session.scalars(sa.select(Draw).order_by(Draw.id)):
        if sha256(draw.commitment) != draw.commitment_hash:
            yield f"draw {draw.id}: the promise is not the one that was published"
        elif drawing.commitment_of(draw).text != draw.commitment:
            yield f"draw {draw.id}: the promise cannot be read as it was written"


def lists_are_as_published() -> Iterable[str]:
    """Every closed list has the hash that was published, and the rows say the same."""
    closed = sa.select(Draw).where(Draw.closed_at.is_not(None)).order_by(Draw.id)
    for draw in db.session.scalars(closed):
        if sha256(draw.entries or "") != draw.entries_hash:
            yield f"draw {draw.id}: the list is not the one that was published"
        elif canonical_list(draw.commitment_hash, _entries(draw)) != draw.entries:
            yield f"draw {draw.id}: its entries are not those of the published list"


def draws_come_out_the_same() -> Iterable[str]:
    """Every draw, drawn again from its rows, gives what it gave."""
    for draw in db.session.scalars(_drawn()):
        document = drawing.document_of(draw)
        if document is not None:
            yield from (f"draw {draw.id}: {sentence}" for sentence in verify(document))
        yield from _differences(draw)


def drawn_bookings_are_as_drawn() -> Iterable[str]:
    """Whoever a draw gave a place has or had it; whoever it gave nothing has none."""
    rows = db.session.execute(
        sa.select(DrawEntry.ticket, DrawEntry.outcome, Booking)
        .join(Draw, Draw.id == DrawEntry.draw_id)
        .join(Booking, Booking.id == DrawEntry.booking_id)
        .where(Draw.drawn_at.is_not(None))
        .order_by(DrawEntry.id)
    )
    for ticket, outcome, booking in rows:
        if not _agrees(outcome, booking):
            yield f"ticket {ticket}: drew {outcome}, and booking {booking.id} is {booking.state}"


def nobody_is_in_a_draw_without_a_promise() -> Iterable[str]:
    """Who applied where lots decide had a promise to read, and a decided run was drawn."""
    query = sa.select(Run).where(
        Run.state == RunState.PUBLISHED, sa.or_(Run.applied > 0, Run.selected_at.is_not(None))
    )
    for run in db.session.scalars(query):
        if not drawing.draws(run):
            continue
        draw = drawing.standing_draw(run.id)
        if draw is None:
            yield f"run {run.id}: somebody applied, and nothing is promised about its draw"
        elif (draw.drawn_at is None) != (run.selected_at is None):
            yield f"run {run.id}: its draw and its decision do not agree"


def _drawn() -> sa.Select[Draw]:
    return sa.select(Draw).where(Draw.drawn_at.is_not(None)).order_by(Draw.id)


def _entries(draw: Draw) -> Iterable[Entry]:
    for row in drawing.rows_of(draw.id):
        yield Entry(row.ticket, row.group_code, row.channel_code, row.lots)


def _differences(draw: Draw) -> Iterable[str]:
    rows = drawing.rows_of(draw.id)
    document, basis = drawing.document_of(draw), drawing.promised(draw)
    ranks = {one.ticket: one.rank for one in document.result} if document else {}
    skipped = {row.ticket for row in rows if row.outcome is None}
    expected = settled(drawing.line_of(draw, rows), skipped, basis.capacity, basis.waiting)
    for row in rows:
        if row.rank != ranks.get(row.ticket) or row.outcome != expected[row.ticket]:
            yield f"draw {draw.id}: ticket {row.ticket} is written down with another result"


def _agrees(outcome: State | None, booking: Booking) -> bool:
    if outcome is State.PLACED:
        return booking.held_from is not None
    if outcome is State.WAITING:
        return booking.state not in (State.APPLIED, State.NOT_SELECTED)
    if outcome is State.NOT_SELECTED:
        return booking.state is State.NOT_SELECTED
    # Skipped: it was given up before, or a rule said no, which is on record.
    return booking.state is State.CANCELLED or _was_passed_over(booking.id)


def _was_passed_over(booking_id: int) -> bool:
    query = sa.select(Event.id).where(
        Event.booking_id == booking_id, Event.verb == "booking.passed_over"
    )
    return db.session.scalar(query.limit(1)) is not None


QUESTIONS = (
    promises_are_as_published,
    lists_are_as_published,
    draws_come_out_the_same,
    drawn_bookings_are_as_drawn,
    nobody_is_in_a_draw_without_a_promise,
)
