"""Who could come to a run that is too small: people who wait in its sibling runs.

Siblings are runs of the same course or of its family, in any center. The verb that invites and the
pages that show whom it would invite both read this, so that they agree.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from eduportal.accounts.models import Person
from eduportal.accounts.rules import Audience, age_on
from eduportal.booking import mailing as mailings
from eduportal.booking.mailing import Mailing
from eduportal.booking.models import Booking
from eduportal.booking.rules import LIVE, State
from eduportal.booking.rules.small_runs import fits_age
from eduportal.booking.standing import restricted_until, window_of
from eduportal.catalog.models import Course, Meeting, Run
from eduportal.catalog.rules import RunState
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from eduportal.shared.events import Event

Candidate = sa.Row[*tuple[Any, ...]]
Condition = sa.ColumnElement[bool]

INVITED = "booking.invited"


@dataclass(frozen=True)
class Sibling:
    """A run of the same course or family: how many wait there, and how many of them fit here."""

    run: Run
    fitting: int

    @property
    def free(self) -> int:
        """Places that somebody of the run at risk could have instead."""
        run, now = self.run, clock.now()
        is_open = run.apply_until > now and run.starts_at is not None and run.starts_at > now
        return run.seats_left if is_open else 0


def siblings(run: Run) -> list[Sibling]:
    """The sibling runs that are not over, those of the same course first."""
    found = db.session.scalars(
        _siblings_of(run, sa.select(Run)).order_by(
            Run.course_id != run.course_id, Run.center_id != run.center_id, Run.starts_at, Run.id
        )
    ).all()
    fitting = Counter(one.run_id for one in candidates(run))
    return [Sibling(one, fitting[one.id]) for one in found]


def candidates(run: Run) -> Sequence[Candidate]:
    """Who waits in a sibling run and could apply for this one, each once, by arrival.

    Whoever was in this run, was invited to it already, or has what stands in the way, is left out.
    """
    rows = db.session.execute(
        sa.select(
            Booking.id,
            Booking.run_id,
            Booking.person_id,
            Person.name,
            Person.phone,
            Person.email,
            Person.birth_date,
            sa.null().label("number"),
            sa.null().label("label"),
        )
        .join(Person, Person.id == Booking.person_id)
        .where(
            Booking.run_id.in_(_siblings_of(run, sa.select(Run.id))),
            Booking.state == State.WAITING,
            *_could_apply(run),
        )
        .order_by(Booking.applied_at, Booking.id),
        {"today": clock.today()},
    ).all()
    once = {row.person_id: row for row in reversed(rows) if _is_of_age(run, row)}
    return sorted(once.values(), key=lambda row: row.id)


def mailing(run: Run, body: str) -> Mailing:
    """What a text becomes for everybody who could come."""
    return mailings.mailing_to(run, candidates(run), body)


def is_open(run: Run, now: datetime) -> bool:
    """Whether whoever is invited could apply at this moment."""
    until = window_of(run).gives_until if run.left_over else run.apply_until  # type: ignore[arg-type]
    return run.state is RunState.PUBLISHED and run.apply_from <= now < until


def invited(run_ids: Sequence[int]) -> dict[int, int]:
    """How many people have been invited to these runs."""
    rows = db.session.execute(
        sa.select(Event.run_id, sa.func.count())
        .where(Event.verb == INVITED, Event.run_id.in_(run_ids))
        .group_by(Event.run_id)
    )
    return {run_id: count for run_id, count in rows if run_id is not None}


def _siblings_of(run: Run, query: sa.Select[Any]) -> sa.Select[Any]:
    family = sa.select(Course.family).where(Course.id == run.course_id).scalar_subquery()
    return query.join(Course, Course.id == Run.course_id).where(
        Run.id != run.id,
        Run.state == RunState.PUBLISHED,
        Run.published_at <= clock.now(),
        Run.audience == run.audience,
        Run.ends_at > clock.now(),
        sa.or_(
            Run.course_id == run.course_id,
            sa.and_(Course.family != "", Course.family == family),
        ),
    )


def _could_apply(run: Run) -> list[Condition]:
    """Nothing that the rows know stands in the way of their applying for this run."""
    other = aliased(Booking)
    was_here = sa.exists().where(other.run_id == run.id, other.person_id == Person.id)
    was_invited = sa.exists().where(
        Event.verb == INVITED, Event.run_id == run.id, Event.person_id == Person.id
    )
    found = [
        ~was_here,
        ~was_invited,
        ~_has_class_then(run),
        _bookings_that_month(run) < run.monthly_limit,
        restricted_until(Person.id).is_(None),
        Person.audience == run.audience,
    ]
    if run.audience is Audience.RESIDENT:
        found.append(Person.relation.in_(run.relations.split(",")))
    return found


def _has_class_then(run: Run) -> Condition:
    other, theirs, new = aliased(Booking), aliased(Meeting), aliased(Meeting)
    return sa.exists().where(
        other.person_id == Person.id,
        other.state.in_(LIVE),
        theirs.run_id == other.run_id,
        new.run_id == run.id,
        theirs.starts_at < new.ends_at,
        new.starts_at < theirs.ends_at,
        theirs.cancelled_at.is_(None),
        new.cancelled_at.is_(None),
    )


def _bookings_that_month(run: Run) -> sa.ScalarSelect[int]:
    other, its_run = aliased(Booking), aliased(Run)
    first = dates.first_of_month(run.starts_on or clock.today())
    return (
        sa.select(sa.func.count(other.id))
        .join(its_run, its_run.id == other.run_id)
        .where(
            other.person_id == Person.id,
            other.state.in_(LIVE),
            its_run.starts_on >= first,
            its_run.starts_on < dates.next_month(first),
        )
        .correlate(Person)
        .scalar_subquery()
    )


def _is_of_age(run: Run, row: Candidate) -> bool:
    age = age_on(run.starts_on or clock.today(), row.birth_date)
    return fits_age(age, run.minimum_age, run.maximum_age)
