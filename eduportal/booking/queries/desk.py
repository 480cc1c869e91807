"""What the desk sees with a caller on the line: runs to apply for, and how it went by channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eduportal.accounts.rules import Audience
from eduportal.booking.models import Booking
from eduportal.booking.rules import LIVE, State
from eduportal.booking.rules.entry import Newcomer, free_for
from eduportal.booking.standing import pools_of
from eduportal.catalog.models import Run
from eduportal.catalog.queries import public
from eduportal.catalog.rules import RunState, search_words
from eduportal.catalog.rules.intake import Intake, Selection
from eduportal.shared.db import db

Centers = frozenset[int] | None

# What became of an application that was meant to get a place.
GOT_A_PLACE = (State.PLACED, State.COMPLETED, State.NOT_COMPLETED, State.WITHDRAWN)


@dataclass(frozen=True)
class Open:
    """A run that takes applications now; `booked`: the person is in it already."""

    id: int
    title: str
    center_id: int
    starts_at: datetime | None
    time_of_day: str
    capacity: int
    seats_left: int
    waiting: int
    applied: int
    selection: Selection
    booked: bool


@dataclass(frozen=True)
class Share:
    """Applications that came one way, of one age band: how many, and how many got a place."""

    channel: str
    age_band: str
    applications: int
    placed: int


def open_runs(
    centers: Centers, person_id: int, audience: Audience, words: str, now: datetime, channel: str
) -> Sequence[Open]:
    """Runs of the user's centers to apply for now, the first to begin first.

    Their places left are those for somebody who comes by `channel`.
    """
    booked = sa.exists().where(
        Booking.run_id == Run.id, Booking.person_id == person_id, Booking.state.in_(LIVE)
    )
    until = sa.case(
        (Run.left_over, sa.func.coalesce(Run.gives_until, Run.starts_at)), else_=Run.apply_until
    )
    query = (
        sa.select(Run, booked)
        .where(
            public(now),
            Run.state == RunState.PUBLISHED,
            Run.audience == audience,
            Run.apply_from <= now,
            until > now,
            *(Run.search_text.contains(word, autoescape=True) for word in search_words(words)),
        )
        .order_by(Run.starts_at, Run.id)
    )
    if centers is not None:
        query = query.where(Run.center_id.in_(centers))
    return [_open(run, is_booked, channel) for run, is_booked in db.session.execute(query)]


def parity(centers: Centers, first: datetime, after: datetime) -> Sequence[Share]:
    """Decided applications of a span by way in and age band, and how many got a place."""
    got = sa.func.count().filter(Booking.state.in_(GOT_A_PLACE))
    query = (
        sa.select(Booking.channel, Booking.age_band, sa.func.count(), got)
        .join(Run, Run.id == Booking.run_id)
        .where(
            Booking.applied_at >= first,
            Booking.applied_at < after,
            # About these lots or a screening decide yet.
            Booking.state != State.APPLIED,
        )
        .group_by(Booking.channel, Booking.age_band)
        .order_by(Booking.channel, Booking.age_band)
    )
    if centers is not None:
        query = query.where(Run.center_id.in_(centers))
    return [Share(*row) for row in db.session.execute(query)]


def _left(run: Any, channel: str) -> int:
    """Places that somebody who comes this way can get: some are kept for other ways in."""
    pools = pools_of(run, Intake.of(run.intake))
    if not pools:
        return int(run.seats_left)
    return max(0, free_for(Newcomer(channel), run.capacity - run.places_held, pools))


def _open(run: Run, booked: bool, channel: str) -> Open:
    return Open(
        run.id,
        run.full_title,
        run.center_id,
        run.starts_at,
        run.time_of_day,
        run.capacity,
        _left(run, channel),
        run.waiting,
        run.applied,
        run.selection,
        booked,
    )
