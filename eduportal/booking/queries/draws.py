"""Reads of draws: what everybody sees, one's own ticket and chances, and what staff look after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from eduportal.accounts.models import PriorityGroup
from eduportal.booking import drawing
from eduportal.booking.drawing import draws, standing_draw
from eduportal.booking.models import Booking, Draw, DrawEntry
from eduportal.booking.rules import State
from eduportal.booking.rules import drawing as rules
from eduportal.booking.rules.draw_file import Document
from eduportal.booking.rules.draw_terms import Commitment, Entry
from eduportal.booking.rules.drawing import Basis
from eduportal.catalog.models import Run
from eduportal.catalog.rules import RunState
from eduportal.catalog.rules.intake import COMPUTED_GROUPS, Selection
from eduportal.shared import clock
from eduportal.shared.db import db

Centers = frozenset[int] | None


@dataclass(frozen=True)
class Published:
    """All that everybody may know of a run's draw at this moment; no person is named in it.

    `basis` and `sentences` are what is promised, or would be now where nothing is promised yet.
    `skipped`: tickets that got nothing although it was their turn; `moved_up`: those that got
    their places.
    """

    basis: Basis
    sentences: Sequence[str]
    draw: Draw | None
    commitment: Commitment | None
    tickets: Sequence[Entry]
    document: Document | None
    skipped: Sequence[str]
    moved_up: Sequence[str]
    voided: Sequence[Draw]

    @property
    def is_contested(self) -> bool:
        """Whether there are more tickets than seats."""
        return len(self.tickets) > self.basis.capacity


def published(run: Run) -> Published | None:
    """What is public of a run's draw; None where lots do not decide, and never were to."""
    draw, voided = standing_draw(run.id), _voided(run.id)
    if draw is None and not draws(run) and not voided:
        return None
    basis = drawing.promised(draw) if draw else drawing.basis_of(run)
    document = drawing.document_of(draw) if draw else None
    skipped, moved_up = _otherwise(draw, document)
    return Published(
        basis=basis,
        sentences=tuple(rules.sentences(basis)),
        draw=draw,
        commitment=drawing.commitment_of(draw) if draw else None,
        tickets=drawing.entries_of(draw) if draw else (),
        document=document,
        skipped=skipped,
        moved_up=moved_up,
        voided=voided,
    )


def _voided(run_id: int) -> Sequence[Draw]:
    return db.session.scalars(
        sa.select(Draw)
        .where(Draw.run_id == run_id, Draw.voided_at.is_not(None))
        .order_by(Draw.voided_at, Draw.id)
    ).all()


def _otherwise(draw: Draw | None, document: Document | None) -> tuple[list[str], list[str]]:
    """The tickets that were skipped, and those that got more than the lot alone gave."""
    if draw is None or document is None:
        return [], []
    rows = {row.ticket: row for row in drawing.rows_of(draw.id)}
    skipped = [one.ticket for one in document.result if rows[one.ticket].outcome is None]
    moved_up = [
        one.ticket
        for one in document.result
        if one.outcome != State.PLACED and rows[one.ticket].outcome is State.PLACED
    ]
    return skipped, moved_up


@dataclass(frozen=True)
class OwnTicket:
    """A person's own ticket; `of` how many there were."""

    entry: DrawEntry
    draw: Draw
    of: int


def own_ticket(booking_id: int) -> OwnTicket | None:
    """The ticket of a booking in the draw that stands; None before the closing."""
    row = db.session.execute(
        sa.select(DrawEntry, Draw)
        .join(Draw, Draw.id == DrawEntry.draw_id)
        .where(DrawEntry.booking_id == booking_id, Draw.voided_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    entry, draw = row
    return OwnTicket(entry, draw, len(drawing.entries_of(draw)))


@dataclass(frozen=True)
class Chances:
    """How many draws of a course somebody lost, and how many lots that gives."""

    losses: int
    lots: int
    title: str = ""


def chances(run: Run, person_id: int) -> Chances | None:
    """What somebody has in a run's draw; None where every application has one lot."""
    if run.selected_at is not None or not draws(run) or not drawing.basis_of(run).loss_memory:
        return None
    return _chances(person_id, run.course_id)


def next_lots(booking: Booking) -> Chances | None:
    """What a lost draw gives in the next one of its family; None where it is not counted."""
    if booking.person_id is None or not draws(booking.run):
        return None
    if not drawing.basis_of(booking.run).loss_memory:
        return None
    return _chances(booking.person_id, booking.run.course_id)


def remembered(person_id: int) -> Sequence[Chances]:
    """The courses whose draws a person lost since they last had a place in them."""
    found = [
        _chances(person_id, course_id, title)
        for course_id, title in drawing.courses_lost(person_id)
    ]
    return [one for one in found if one.losses]


def _chances(person_id: int, course_id: int, title: str = "") -> Chances:
    losses = drawing.losses([person_id], course_id).get(person_id, 0)
    return Chances(losses, rules.lots(losses), title)


# The office


def entries(draw: Draw) -> Sequence[DrawEntry]:
    """The tickets with their bookings and people: by rank, or else by arrival."""
    return db.session.scalars(
        sa.select(DrawEntry)
        .where(DrawEntry.draw_id == draw.id)
        .options(joinedload(DrawEntry.booking).joinedload(Booking.person))
        .order_by(DrawEntry.rank, DrawEntry.number)
    ).all()


def applications(run_id: int) -> Sequence[Booking]:
    """Those about whom a screening decides, in the order of arrival."""
    return db.session.scalars(
        sa.select(Booking)
        .where(Booking.run_id == run_id, Booking.state == State.APPLIED)
        .options(joinedload(Booking.person))
        .order_by(Booking.number)
    ).all()


def group_names() -> dict[str, str]:
    """What priority groups are called, by code."""
    rows = db.session.execute(sa.select(PriorityGroup.code, PriorityGroup.name))
    return COMPUTED_GROUPS | dict(rows.all())


def to_select(centers: Centers, now: datetime | None = None) -> Sequence[Run]:
    """Runs whose window is over and that wait for staff: for a value, or for a screening."""
    now = now or clock.now()
    value_missing = sa.exists().where(
        Draw.run_id == Run.id,
        Draw.voided_at.is_(None),
        Draw.closed_at.is_not(None),
        Draw.drawn_at.is_(None),
    )
    screened = sa.and_(Run.selection == Selection.SCREENING, Run.apply_until <= now)
    query = sa.select(Run).where(
        Run.state == RunState.PUBLISHED,
        Run.selected_at.is_(None),
        Run.ends_at > now,
        sa.or_(value_missing, screened),
    )
    if centers is not None:
        query = query.where(Run.center_id.in_(centers))
    return db.session.scalars(query.order_by(Run.starts_at, Run.id)).all()
