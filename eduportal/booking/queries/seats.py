"""The plan of a run's room with those who sit in it, and runs that broken PCs leave short."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from eduportal.accounts.models import Person
from eduportal.booking import messages
from eduportal.booking.models import Booking
from eduportal.booking.rules import HOLDING, State, seating
from eduportal.booking.rules.seating import Seats, Sitter
from eduportal.booking.seated import (
    Reach,
    fewest_seats,
    last_move,
    runs_with_broken_seats,
    seats_in,
    to_come,
    within,
)
from eduportal.catalog.models import Meeting, Run
from eduportal.catalog.policies import intake_of
from eduportal.catalog.queries import RunLine
from eduportal.catalog.queries.alternatives import candidates
from eduportal.catalog.rules import RunState, seats
from eduportal.catalog.rules.intake import SeatChoice
from eduportal.catalog.rules.seats import Place, Standing
from eduportal.shared import clock
from eduportal.shared.db import db

SEATED = HOLDING | {State.COMPLETED, State.NOT_COMPLETED}
# How many people are named of a class that lacks seats.
MOST_NAMED = 3
Facts = sa.Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Guest:
    """Somebody with a place in a run."""

    booking_id: int
    person_id: int | None
    name: str | None
    number: int
    state: State
    needs_accessible: bool
    seat_id: int | None

    @property
    def may_be_moved(self) -> bool:
        """Whether they are still in the class."""
        return self.state in HOLDING


@dataclass(frozen=True)
class Cell:
    """A seat of the plan, and whoever sits there."""

    seat_id: int
    place: Place
    words: str
    guest: Guest | None
    kept: bool

    @property
    def free(self) -> bool:
        """Whether somebody can be seated here."""
        return self.guest is None and not self.place.out_of_order


@dataclass(frozen=True)
class RunPlan:
    """A run's room row by row, None being an aisle; and who of the run has no seat in it."""

    run: Run
    grid: list[list[Cell | None]]
    standing: list[Guest]
    released: bool
    by_person: bool

    @property
    def cells(self) -> list[Cell]:
        """The seats by number."""
        found = [cell for row in self.grid for cell in row if cell is not None]
        return sorted(found, key=lambda cell: cell.place.number)

    @property
    def guests(self) -> list[Guest]:
        """Everybody who can be moved, by seat; those without one in front."""
        sitting = [cell.guest for cell in self.cells if cell.guest is not None]
        return [one for one in (*self.standing, *sitting) if one.may_be_moved]

    @property
    def at_broken(self) -> list[Cell]:
        """Broken seats that somebody sits on."""
        return [cell for cell in self.cells if cell.place.out_of_order and cell.guest]

    @property
    def misplaced(self) -> list[Guest]:
        """Those who need a wide seat and sit on another."""
        wide = {cell.seat_id for cell in self.cells if cell.place.accessible}
        return [one for one in self.guests if one.needs_accessible and one.seat_id not in wide]

    @property
    def has_accessible(self) -> bool:
        """Whether the room has seats to keep."""
        return any(cell.place.accessible for cell in self.cells)

    @property
    def open_to_change(self) -> bool:
        """Whether people can still be moved."""
        moment = self.run.ends_at
        return self.run.state is RunState.PUBLISHED and moment is not None and moment > clock.now()


def run_in_reach(run_id: int, reach: Reach) -> Run | None:
    """A run that has been published, if somebody may look at its seats."""
    return db.session.scalar(
        sa.select(Run)
        .where(Run.id == run_id, within(reach))
        .options(joinedload(Run.room))
        .execution_options(populate_existing=True)
    )


def run_plan(run: Run, needs: bool = False) -> RunPlan:
    """The seats of a run as they are now; `needs`: as somebody sees them who needs a wide one."""
    rows = {row.number: row for row in seats_in(run.room_id)}
    plan = seats.laid_out(
        Standing(row.number, row.row, row.column, row.label, row.accessible, row.out_of_order)
        for row in rows.values()
    )
    guests = _guests(run.id)
    there = {one.seat_id: one for one in guests if one.seat_id is not None}
    released, intake = _released(run), intake_of(run)
    grid = [
        [
            _cell(place, rows[place.number], there, needs, released) if place else None
            for place in row
        ]
        for row in seats.grid(plan)
    ]
    ids = {row.id for row in rows.values()}
    return RunPlan(
        run,
        grid,
        [one for one in guests if one.seat_id not in ids],
        released,
        intake.seat_choice is SeatChoice.PERSON,
    )


@dataclass(frozen=True)
class Move:
    """The last move in a run, which can be taken back."""

    id: int
    name: str | None
    old: str
    new: str


def undoable(run_id: int) -> Move | None:
    """The last move, if nothing was done to the seats after it."""
    last = last_move(run_id)
    if last is None:
        return None
    name = db.session.scalar(sa.select(Person.name).where(Person.id == last.person_id))
    return Move(last.id, name, last.detail["old"], last.detail["new"])


def has_accessible_seats(room_id: int | None) -> bool:
    """Whether a room has seats for those who need wide ones."""
    return any(row.accessible for row in seats_in(room_id))


# Broken PCs


@dataclass(frozen=True)
class Candidate:
    """Somebody who could be asked to go elsewhere, and the runs that would suit."""

    guest: Guest
    elsewhere: list[RunLine]


@dataclass(frozen=True)
class Short:
    """A run with more people than seats that work."""

    run: Run
    people: int
    seats: int
    candidates: list[Candidate]
    elsewhere: list[RunLine]


@dataclass(frozen=True)
class Repaired:
    """A run whose capacity broken PCs lowered, and what it may be again."""

    run: Run
    capacity: int


def short_of_seats(centers: frozenset[int] | None) -> list[Short]:
    """Runs that are not over with more people than working seats, and whom to ask."""
    found = []
    for run in runs_with_broken_seats(centers):
        seats_there = fewest_seats(run)
        if run.places_taken > seats_there.working:
            found.append(_short(run, seats_there))
    return found


def count_short(centers: frozenset[int] | None) -> int:
    """How many runs have more people than working seats."""
    runs = runs_with_broken_seats(centers)
    return sum(run.places_taken > fewest_seats(run).working for run in runs)


def to_raise(centers: frozenset[int] | None) -> list[Repaired]:
    """Runs whose capacity broken PCs lowered, with what it may be now."""
    runs = db.session.scalars(
        sa.select(Run).where(*to_come(centers), Run.lost_places > 0).order_by(Run.starts_at)
    )
    return [
        Repaired(run, seating.capacity_restored(run.capacity, run.lost_places, fewest_seats(run)))
        for run in runs
    ]


def _short(run: Run, seats_there: Seats) -> Short:
    lines = candidates(run, clock.now())
    guests = {one.number: one for one in _guests(run.id) if one.may_be_moved}
    busy = _overlapping(run.id, [line.id for line in lines])
    people = [
        Sitter(
            one.number,
            tuple(line.id for line in lines if (one.person_id, line.id) not in busy),
        )
        for one in guests.values()
    ]
    by_id = {line.id: line for line in lines}
    return Short(
        run,
        run.places_taken,
        seats_there.working,
        [
            Candidate(guests[one.number], [by_id[run_id] for run_id in one.fits])
            for one in seating.whom_to_move(people, MOST_NAMED)
        ],
        lines,
    )


def _overlapping(run_id: int, others: Collection[int]) -> set[tuple[int | None, int]]:
    """(person, run) where something else that a person has is held at the same time."""
    here, theirs = aliased(Booking), aliased(Booking)
    held, new = aliased(Meeting), aliased(Meeting)
    rows = db.session.execute(
        sa.select(here.person_id, new.run_id)
        .join(theirs, sa.and_(theirs.person_id == here.person_id, theirs.run_id != run_id))
        .join(held, held.run_id == theirs.run_id)
        .join(
            new,
            sa.and_(new.starts_at < held.ends_at, held.starts_at < new.ends_at),
        )
        .where(
            here.run_id == run_id,
            here.state.in_(HOLDING),
            theirs.state.in_(HOLDING),
            new.run_id.in_(others),
            held.cancelled_at.is_(None),
            new.cancelled_at.is_(None),
        )
        .distinct()
    )
    return {(person_id, other) for person_id, other in rows}


def _guests(run_id: int) -> list[Guest]:
    rows = db.session.execute(
        sa.select(
            Booking.id.label("booking_id"),
            Booking.person_id,
            Person.name,
            Booking.number,
            Booking.state,
            Booking.needs_accessible,
            Booking.seat_id,
        )
        .outerjoin(Person, Person.id == Booking.person_id)
        .where(Booking.run_id == run_id, Booking.state.in_(SEATED))
        .order_by(Booking.number)
    )
    return [Guest(**row._mapping) for row in rows]


def _released(run: Run) -> bool:
    if run.starts_at is None:
        return True
    hours = intake_of(run).accessible_hours
    return seating.are_released(run.seats_released_at, run.starts_at, hours, clock.now())


def _cell(place: Place, row: Facts, there: dict[int, Guest], needs: bool, released: bool) -> Cell:
    return Cell(
        row.id,
        place,
        messages.seat_in_words(row),
        there.get(row.id),
        seating.is_kept(row.accessible, needs, released),
    )
