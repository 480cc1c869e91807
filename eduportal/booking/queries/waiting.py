"""Reads of waiting lists: how likely a place is, which offers are out, whom to call."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from sqlalchemy.orm import aliased, joinedload

from eduportal.booking.models import Booking
from eduportal.booking.offered import ends_at, lapsed
from eduportal.booking.queries.bookings import Standing
from eduportal.booking.rules import State, offers
from eduportal.booking.rules.offers import LEAST_RUNS, LOOKS_BACK, Past
from eduportal.catalog.models import Course, Run
from eduportal.catalog.rules import RunState
from eduportal.shared import clock, dates, phones
from eduportal.shared.db import db
from eduportal.shared.events import Event

Centers = frozenset[int] | None
ENDINGS = ("booking.placed", "booking.declined", "booking.lapsed", "booking.cancelled")


@dataclass(frozen=True)
class Offer:
    """An offer as staff see it: who, until when, and whether somebody has called."""

    booking: Booking
    called_at: datetime | None

    @property
    def until(self) -> datetime:
        """When it ends."""
        return ends_at(self.booking)

    @property
    def by_phone(self) -> bool:
        """Whether no message reaches the person."""
        person = self.booking.person
        return person is not None and not (phones.is_mobile(person.phone) or person.email)


def chances_of(standings: Iterable[Standing]) -> dict[int, list[str]]:
    """What each that waits is told about a place: {booking: sentences}."""
    ranks = {one.booking.run_id: one.rank for one in standings if one.rank}
    ids = {one.booking.run_id: one.booking.id for one in standings if one.rank}
    return {ids[run_id]: said for run_id, said in chances(ranks).items()}


def chance_of_next(run: Run) -> list[str]:
    """What somebody is told who would join a run's list now."""
    return chances({run.id: run.waiting + 1})[run.id]


def chances(ranks: Mapping[int, int]) -> dict[int, list[str]]:
    """What can be said about a place for whoever waits as {run: rank}, from runs that have begun.

    Of the same course, else of its family, else of its kind in the same center.
    """
    rows = db.session.execute(_past_of(ranks.keys())).all() if ranks else []
    by_run: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_run[row.id].append(row)
    return {run_id: _said(by_run[run_id], rank) for run_id, rank in ranks.items()}


def offers_out(centers: Centers) -> list[Offer]:
    """The offers that wait for an answer, those that end first before the others."""
    out = _offers(_is_out(), centers=centers)
    return sorted(out, key=lambda one: (one.until, one.booking.id))


def offers_answered_today(centers: Centers) -> list[Offer]:
    """The offers that ended today, however; the newest first."""
    ended = sa.exists().where(
        Event.booking_id == Booking.id,
        Event.verb.in_(ENDINGS),
        Event.at >= dates.start_of(clock.today()),
    )
    where = (
        Booking.offered_at.is_not(None),
        Booking.state != State.OFFERED,
        Booking.changed_at >= dates.start_of(clock.today()),
        ended,
    )
    return sorted(
        _offers(*where, centers=centers), key=lambda one: one.booking.changed_at, reverse=True
    )


def to_call_for(centers: Centers) -> Sequence[Run]:
    """Runs with a free place and somebody waiting, where no time is left to wait for an answer."""
    now = clock.now()
    query = sa.select(Run).where(
        Run.state == RunState.PUBLISHED,
        Run.waiting > 0,
        Run.places_taken < Run.capacity,
        Run.ends_at > now,
    )
    if centers is not None:
        query = query.where(Run.center_id.in_(centers))
    return db.session.scalars(query.order_by(Run.starts_at, Run.id)).all()


def offer_of(booking_id: int) -> Offer | None:
    """The offer of one booking that the page has fetched already; None where none is out."""
    found = _offers(Booking.id == booking_id, _is_out(), centers=None)
    return found[0] if found else None


def _is_out() -> sa.ColumnElement[bool]:
    return sa.and_(Booking.state == State.OFFERED, ~lapsed(clock.now()))


def _offers(*where: sa.ColumnElement[bool], centers: Centers) -> list[Offer]:
    called = (
        sa.select(sa.func.max(Event.at))
        .where(Event.booking_id == Booking.id, Event.verb == "booking.offer_called")
        .scalar_subquery()
    )
    query = (
        sa.select(Booking, called)
        .join(Run, Run.id == Booking.run_id)
        .where(*where)
        .options(joinedload(Booking.run), joinedload(Booking.person), joinedload(Booking.seat))
    )
    if centers is not None:
        query = query.where(Run.center_id.in_(centers))
    return [Offer(*row) for row in db.session.execute(query)]


def _said(rows: Sequence[Any], rank: int) -> list[str]:
    if not rows:
        return [gettext(offers.Said.UNKNOWN.value)]
    closest = min((n for n in (1, 2, 3) if _at(rows, n) >= LEAST_RUNS), default=0)
    past = [Past(row.capacity, row.freed) for row in rows if row.closeness <= closest]
    said = offers.chances(past, rows[0].places, rank, rows[0].freed_here)
    return [str(gettext(sentence.value, **facts)) for sentence, facts in said]


def _at(rows: Sequence[Any], closeness: int) -> int:
    return sum(row.closeness <= closeness for row in rows)


def _past_of(run_ids: Iterable[int]) -> sa.Select[*tuple[Any, ...]]:
    """Per run of these, those that have begun: (id, places, freed_here, capacity, freed, …)."""
    this, past = aliased(Run), aliased(Run)
    course, other = aliased(Course), aliased(Course)
    same = past.course_id == this.course_id
    family = sa.and_(course.family != "", other.family == course.family)
    alike = sa.and_(past.kind == this.kind, past.center_id == this.center_id)
    now = clock.now()
    return (
        sa.select(
            this.id,
            this.capacity.label("places"),
            _freed(this).label("freed_here"),
            past.capacity,
            _freed(past).label("freed"),
            sa.case((same, 1), (family, 2), else_=3).label("closeness"),
        )
        .join(course, course.id == this.course_id)
        .join(past, past.id != this.id)
        .join(other, other.id == past.course_id)
        .where(
            this.id.in_(run_ids),
            past.state == RunState.PUBLISHED,
            past.audience == this.audience,
            past.starts_at <= now,
            past.starts_at > now - LOOKS_BACK,
            sa.or_(same, family, alike),
        )
    )


def _freed(run: Any) -> sa.ScalarSelect[int]:
    """How many places came free between the closing of the window and the cut-off."""
    booking = aliased(Booking)
    return (
        sa.select(sa.func.count(booking.id))
        .where(
            booking.run_id == run.id,
            booking.held_until >= run.apply_until,
            booking.held_until < sa.func.coalesce(run.gives_until, run.starts_at),
        )
        .correlate(run)
        .scalar_subquery()
    )
