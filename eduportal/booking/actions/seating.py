"""Where the seats of a room stand, and which of them can be used; people sit on them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from eduportal.booking.actions import places, sitting
from eduportal.booking.models import Booking
from eduportal.booking.rules import HOLDING, seating
from eduportal.booking.seated import fewest_seats
from eduportal.catalog.actions.rooms import locked_room
from eduportal.catalog.models import Meeting, Room, Run, Seat
from eduportal.catalog.refusals import refused
from eduportal.catalog.rules import RunState, seats
from eduportal.catalog.rules.seats import Place, Plan, Reason, Standing
from eduportal.shared import clock, events
from eduportal.shared.db import Again, db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused

Centers = frozenset[int] | None
Facts = sa.Row[*tuple[Any, ...]]


@writing
def arrange_seats(by: By, room_id: int, wanted: Plan, seen: Plan, centers: Centers) -> None:
    """Let a room's seats stand as wanted; what another changed meanwhile elsewhere stays.

    A seat that leaves the plan keeps its row, and is the same seat when its number comes back.
    Refused where a run would lack seats, or somebody's seat would be gone. A seat that is out of
    order from now on is taken out of the runs instead: see `sitting.keep_within_seats`.
    """
    runs, rows = _locked(room_id, centers)
    now = plan_of(rows.values())
    plan, lost = seats.merged(seen, wanted, now)
    if lost:
        raise refused((Reason.SEAT_CHANGED_MEANWHILE, {"seats": ", ".join(lost)}))
    for refusal in seats.refusals(plan.values()):
        raise refused(refusal)
    _refuse_too_few(runs, now, plan)
    _refuse_held([rows[number] for number in now.keys() - plan.keys()])
    _write(room_id, rows, plan)
    _record(by, room_id, now, plan)
    _keep_within_seats(by, runs)


@writing
def break_seat(by: By, seat_id: int, centers: Centers) -> None:
    """A PC is broken: nobody is seated there until it is repaired."""
    _set_order(by, seat_id, centers, out_of_order=True)


@writing
def repair_seat(by: By, seat_id: int, centers: Centers) -> None:
    """A PC works again; `restore_capacity` offers what it took off a run."""
    _set_order(by, seat_id, centers, out_of_order=False)


@writing
def restore_capacity(by: By, run_id: int, centers: Centers) -> int:
    """Offer again what broken seats took off a run, as far as they work; the new capacity.

    Free places go to the waiting list at once. Raises Refused where there is nothing to put back.
    """
    run = places.locked_run(run_id, centers)
    places.refuse(seating.move_refusal(run.state, run.ends_at, clock.now()))
    capacity = seating.capacity_restored(run.capacity, run.lost_places, fewest_seats(run))
    if capacity == run.capacity:
        raise Refused(seating.Reason.NOTHING_TO_RAISE)
    lost = run.lost_places - (capacity - run.capacity)
    sitting.write_capacity(run, capacity, lost)
    reason = _("고친 좌석")
    events.record(by, "run.capacity", run_id=run_id, reason=reason, old=run.capacity, new=capacity)
    places.fill(run_id)
    return capacity


def _set_order(by: By, seat_id: int, centers: Centers, out_of_order: bool) -> None:
    room_id = db.session.scalar(
        sa.select(Seat.room_id).where(Seat.id == seat_id, Seat.removed_at.is_(None))
    )
    if room_id is None:
        raise Missing
    runs, rows = _locked(room_id, centers)
    seat = next((row for row in rows.values() if row.id == seat_id), None)
    if seat is None or seat.removed_at is not None:
        raise Missing
    if seat.out_of_order is out_of_order:
        return
    now = plan_of(rows.values())
    seat.out_of_order = out_of_order
    db.session.flush()
    _record(by, room_id, now, plan_of(rows.values()))
    _keep_within_seats(by, runs)


def _locked(room_id: int, centers: Centers) -> tuple[Sequence[Facts], dict[int, Seat]]:
    """The runs in a room, then its seats by number, all locked and fresh."""
    _refuse_strange(room_id, centers)
    # Runs before rooms, as everywhere: whoever publishes, applies or changes a capacity meanwhile
    # comes before or after this.
    runs = _locked_runs(room_id)
    locked_room(room_id, centers)
    rows = {row.number: row for row in _seats(room_id)}
    if set(_runs_in(room_id)) != {run.id for run in runs}:
        raise Again
    return runs, rows


def _keep_within_seats(by: By, runs: Sequence[Facts]) -> None:
    db.session.flush()
    for run in runs:
        sitting.keep_within_seats(run, by)


def _record(by: By, room_id: int, now: Plan, plan: Plan) -> None:
    changed = sorted(n for n in now.keys() | plan.keys() if now.get(n) != plan.get(n))
    if changed:
        events.record(
            by,
            "room.seats_arranged",
            subject="room",
            subject_id=room_id,
            old=[_written(now.get(number)) for number in changed],
            new=[_written(plan.get(number)) for number in changed],
        )


def plan_of(rows: Collection[Seat]) -> dict[int, Place]:
    """The plan of the seats that are in it."""
    return seats.laid_out(
        Standing(row.number, row.row, row.column, row.label, row.accessible, row.out_of_order)
        for row in rows
        if row.removed_at is None
    )


def _refuse_strange(room_id: int, centers: Centers) -> None:
    query = sa.select(Room.id).where(Room.id == room_id)
    if centers is not None:
        query = query.where(Room.center_id.in_(centers))
    if db.session.scalar(query) is None:
        raise Missing


def _of_room(room_id: int) -> sa.ColumnElement[bool]:
    """Drafts, which may be published meanwhile, and published runs that are not over."""
    now = clock.now()
    held_here = sa.exists().where(
        Meeting.run_id == Run.id,
        Meeting.room_id == room_id,
        Meeting.cancelled_at.is_(None),
        Meeting.ends_at > now,
    )
    going_on = sa.or_(Run.ends_at.is_(None), Run.ends_at > now)
    return sa.and_(
        Run.state != RunState.CANCELLED, going_on, sa.or_(Run.room_id == room_id, held_here)
    )


def _runs_in(room_id: int) -> Sequence[int]:
    return db.session.scalars(sa.select(Run.id).where(_of_room(room_id))).all()


def _locked_runs(room_id: int) -> Sequence[Facts]:
    return db.session.execute(
        sa.select(*places.RUN_FACTS)
        .where(_of_room(room_id))
        .order_by(Run.id)
        .with_for_update(key_share=True)
    ).all()


def _seats(room_id: int) -> Sequence[Seat]:
    return db.session.scalars(
        sa.select(Seat)
        .where(Seat.room_id == room_id)
        .order_by(Seat.number)
        .execution_options(populate_existing=True)
    ).all()


def _refuse_too_few(runs: Sequence[Facts], now: Plan, plan: Plan) -> None:
    # A seat that breaks is no reason to refuse: only those that leave the plan are counted.
    as_before = {
        number: replace(place, out_of_order=now[number].out_of_order) if number in now else place
        for number, place in plan.items()
    }
    left = seats.working(as_before)
    if left >= seats.working(now):
        return
    short = [run for run in runs if run.state is RunState.PUBLISHED and run.capacity > left]
    if short:
        raise refused((Reason.TOO_FEW_SEATS, {"seats": left, "runs": _named(short)}))


def _refuse_held(leaving: Collection[Seat]) -> None:
    names = {seat.id: seat.name for seat in leaving}
    held = db.session.execute(
        sa.select(Booking.seat_id, Run.id, Run.title, Run.section)
        .join(Run, Run.id == Booking.run_id)
        .where(
            Booking.seat_id.in_(names),
            Booking.state.in_(HOLDING),
            Run.state == RunState.PUBLISHED,
            Run.ends_at > clock.now(),
        )
        .order_by(Run.starts_at, Run.id)
    ).all()
    if held:
        seat_names = sorted({names[row.seat_id] for row in held})
        facts: dict[str, object] = {"seats": ", ".join(seat_names), "runs": _named(held)}
        raise refused((Reason.SEAT_HELD, facts))


def _named(runs: Sequence[Facts]) -> str:
    titles = [f"{run.title} ({run.section})" if run.section else run.title for run in runs]
    return ", ".join(f"‘{title}’" for title in dict.fromkeys(titles))


def _write(room_id: int, rows: dict[int, Seat], plan: Plan) -> None:
    for number, row in rows.items():
        if number not in plan and row.removed_at is None:
            row.removed_at = clock.now()
    for number, place in plan.items():
        seat = rows.get(number) or Seat(room_id=room_id, number=number)
        seat.row, seat.column, seat.label = place.row, place.column, place.label
        seat.accessible, seat.out_of_order = place.accessible, place.out_of_order
        seat.removed_at = None
        db.session.add(seat)


def _written(place: Place | None) -> dict[str, object] | None:
    return vars(place).copy() if place else None
