"""Reads for employee training: what awaits approval, who may be nominated, and the shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from eduportal.accounts.models import Person, RoleGrant
from eduportal.accounts.rules import Audience
from eduportal.booking.models import Booking
from eduportal.booking.rules import HOLDING, LIVE, Shares, State
from eduportal.booking.shares import placed_by_department, shares_of
from eduportal.catalog.models import Run
from eduportal.catalog.rules import RunState
from eduportal.shared import clock
from eduportal.shared.db import db

Departments = frozenset[str]


@dataclass(frozen=True)
class Share:
    """How many of a department have a place in a run, and how many may (None: no limit)."""

    department: str
    placed: int
    places: int | None


@dataclass(frozen=True)
class Application:
    """A booking that awaits approval, with its department's share in the run."""

    booking: Booking
    share: Share


def awaiting(departments: Departments) -> list[Application]:
    """The applications that some departments have to decide about, by run and arrival."""
    query = (
        _bookings(State.APPLIED)
        .where(Booking.department.in_(departments), Run.state == RunState.PUBLISHED)
        .order_by(Run.starts_at, Run.id, Booking.number)
    )
    shares: dict[int, tuple[Shares, dict[str, int]]] = {}
    return [_with_share(booking, shares) for booking in db.session.scalars(query)]


def own_application(booking_id: int, departments: Departments) -> Application | None:
    """One application that awaits approval by one of these departments."""
    query = _bookings(State.APPLIED).where(
        Booking.id == booking_id, Booking.department.in_(departments)
    )
    booking = db.session.scalar(query)
    return _with_share(booking, {}) if booking else None


def taking_part(departments: Departments, now: datetime) -> Sequence[Booking]:
    """Who of some departments has a place, or waits for one, in a run that is not over."""
    query = (
        _bookings(*HOLDING, State.WAITING)
        .where(
            Booking.department.in_(departments),
            Run.audience == Audience.EMPLOYEE,
            Run.ends_at > now,
        )
        .order_by(Run.starts_at, Run.id, Booking.department, Booking.number)
    )
    return db.session.scalars(query).all()


def open_runs(now: datetime) -> Sequence[Run]:
    """Runs for employees that can be applied for, those that close first in front."""
    return db.session.scalars(
        sa.select(Run).where(*_open(now)).order_by(Run.apply_until, Run.starts_at, Run.id)
    ).all()


def open_run(run_id: int, now: datetime) -> Run | None:
    """A run for employees that can be applied for."""
    return db.session.scalar(
        sa.select(Run).where(Run.id == run_id, *_open(now)).options(joinedload(Run.room))
    )


def colleagues(departments: Departments, run_id: int) -> Sequence[Person]:
    """The employees of some departments who have not applied for a run."""
    applied = sa.exists().where(
        Booking.person_id == Person.id, Booking.run_id == run_id, Booking.state.in_(LIVE)
    )
    return db.session.scalars(
        sa.select(Person)
        .where(Person.department.in_(departments), Person.audience == Audience.EMPLOYEE, ~applied)
        .order_by(Person.department, Person.name, Person.id)
    ).all()


def awaiting_in(run_id: int) -> Sequence[Booking]:
    """The applications of one run that await approval, in the order of arrival."""
    query = _bookings(State.APPLIED).where(Booking.run_id == run_id).order_by(Booking.number)
    return db.session.scalars(query).all()


def shares_in(run: Run) -> list[Share]:
    """Every department that is known, with its people in a run and how many may be."""
    shares, placed = shares_of(run.id, run.department_limit), placed_by_department(run.id)
    names = {*_departments(), *shares.others, *placed}
    return [Share(name, placed.get(name, 0), shares.of(name)) for name in sorted(names)]


def own_shares(run: Run, departments: Departments) -> list[Share]:
    """The shares of some departments in a run."""
    shares, placed = shares_of(run.id, run.department_limit), placed_by_department(run.id)
    return [Share(name, placed.get(name, 0), shares.of(name)) for name in sorted(departments)]


def kept_shares(run: Run) -> Shares:
    """How many of each department may have a place, as it is kept."""
    return shares_of(run.id, run.department_limit)


def _bookings(*states: State) -> sa.Select[Booking]:
    return (
        sa.select(Booking)
        .join(Run, Run.id == Booking.run_id)
        .where(Booking.state.in_(states))
        .options(joinedload(Booking.run), joinedload(Booking.person))
    )


def _open(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Run.audience == Audience.EMPLOYEE,
        Run.state == RunState.PUBLISHED,
        Run.published_at <= now,
        Run.apply_from <= now,
        Run.apply_until > now,
    )


def _with_share(booking: Booking, read: dict[int, tuple[Shares, dict[str, int]]]) -> Application:
    run, department = booking.run, booking.department or ""
    if run.id not in read:
        read[run.id] = shares_of(run.id, run.department_limit), placed_by_department(run.id)
    shares, placed = read[run.id]
    share = Share(department, placed.get(department, 0), shares.of(department))
    return Application(booking, share)


def _departments() -> set[str]:
    learning = sa.select(Person.department).where(Person.audience == Audience.EMPLOYEE)
    looking_after = sa.select(RoleGrant.department).where(
        sa.or_(RoleGrant.revoked_at.is_(None), RoleGrant.revoked_at > clock.now())
    )
    names = db.session.scalars(sa.union(learning, looking_after))
    return {name for name in names if name}
