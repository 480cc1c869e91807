"""The draw of a run: its list is closed and published, then lots decide, once and for all.

Closing and drawing are turns of their own, so that the list is public before it is drawn from;
what was begun when a worker died is taken up by the next one.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from eduportal.booking import drawing, messages_draws, rules
from eduportal.booking.actions import places
from eduportal.booking.actions.draw_lists import close
from eduportal.booking.actions.places import Centers, Facts
from eduportal.booking.actions.promising import renew_promise, to_commit
from eduportal.booking.actions.selecting import Selecting, in_words, locked_applicants
from eduportal.booking.models import Draw, DrawEntry
from eduportal.booking.rules import State
from eduportal.booking.rules import drawing as draw_rules
from eduportal.booking.rules.draw_terms import BadDraw, PublicValue, normal_value
from eduportal.booking.rules.drawing import Reason
from eduportal.catalog.models import Run
from eduportal.catalog.rules import RunState
from eduportal.catalog.rules.intake import Selection
from eduportal.notices.actions import together
from eduportal.shared import clock, dates, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import SYSTEM, By
from eduportal.shared.refusal import Missing, Refused

LONGEST_VALUE = 200


def advance(by: By, run_id: int, centers: Centers = None) -> None:
    """Take a run's draw as far as it goes now: promise, list, and lots where no value is needed."""
    _refuse_strange(run_id, centers)
    renew_promise(by, run_id)
    draw = close(by, run_id)
    if draw is not None and needs_nothing(draw):
        draw_lots(by, run_id, centers)


def due(now: datetime) -> list[int]:
    """Runs whose draw can go on."""
    by_lot = [selection for selection in Selection if selection.draws]
    rows = db.session.execute(
        sa.select(Run, Draw)
        .outerjoin(Draw, sa.and_(Draw.run_id == Run.id, Draw.voided_at.is_(None)))
        .where(
            Run.state == RunState.PUBLISHED,
            Run.selection.in_(by_lot),
            Run.selected_at.is_(None),
            Run.apply_from <= now,
            Run.ends_at > now,
        )
    )
    return sorted({*to_commit(now), *(run.id for run, draw in rows if _goes_on(run, draw, now))})


def _goes_on(run: Run, draw: Draw | None, now: datetime) -> bool:
    if not drawing.draws(run):
        return False
    if draw is None or draw.closed_at is None:
        return now >= drawing.basis_of(run).closes_at
    return draw.drawn_at is None and needs_nothing(draw)


def needs_nothing(draw: Draw) -> bool:
    """Whether a closed list can be drawn at once: by a secret, or since there is room for all."""
    return draw.secret is not None or not drawing.is_contested(draw)


def normalized(run_id: int, value: str) -> str:
    """A public value as it will be used, for whoever typed it to look over; raises Refused."""
    draw = drawing.standing_draw(run_id)
    if draw is None:
        raise Refused(Reason.NOT_BY_LOT)
    _refuse_unready(draw)
    return _normal(draw, value)


def enter_value(by: By, run_id: int, centers: Centers, value: str, seen: str) -> None:
    """Draw with the public value that was promised; `seen` is how the page showed it.

    Raises Refused before the list is closed or the value can be known, and after the draw.
    """
    draw_lots(by, run_id, centers, value, seen)


@writing
def draw_lots(
    by: By, run_id: int, centers: Centers, value: str | None = None, seen: str | None = None
) -> None:
    """Let lots decide, once: places, the waiting list and the others, in one turn.

    Raises Refused where the list is open, it is drawn already, or the value is not one.
    """
    _refuse_strange(run_id, centers)
    people = locked_applicants(run_id)
    run = places.locked_run(run_id, centers)
    draw = drawing.standing_draw(run_id)
    if draw is None or run.state != RunState.PUBLISHED:
        raise Refused(Reason.NOT_BY_LOT)
    _refuse_unready(draw)
    if value is not None:
        _take_value(by, draw, value, seen)
    elif not needs_nothing(draw):
        raise Refused(Reason.VALUE_NEEDED)
    draw.drawn_at = clock.now()
    db.session.flush()
    _Drawing(Selecting(by, run, people, draw_id=draw.id), draw).carry_out()
    # More places than were promised, since the closing: the list gets them at once.
    places.fill(run_id, by)


def _refuse_unready(draw: Draw) -> None:
    if draw.drawn_at is not None:
        raise Refused(Reason.ALREADY_DRAWN)
    if draw.closed_at is None:
        raise Refused(Reason.NOT_CLOSED)


def _take_value(by: By, draw: Draw, value: str, seen: str | None) -> None:
    normal = _normal(draw, value)
    if seen is not None and normal != seen:
        raise Refused(Reason.VALUE_CHANGED)
    draw.public_value, draw.value_at, draw.account_id = normal, clock.now(), by.account_id


def _normal(draw: Draw, value: str) -> str:
    if draw.secret is not None or not drawing.is_contested(draw):
        raise Refused(Reason.NO_VALUE_NEEDED)
    comes = drawing.comes_at(draw)
    if comes is not None and clock.now() < comes:
        raise Refused(Reason.VALUE_TOO_EARLY, comes=dates.written_datetime(comes))
    source = drawing.commitment_of(draw).source
    if isinstance(source, PublicValue) and draw_rules.has_thousands(source, value):
        raise Refused(Reason.THOUSANDS)
    try:
        normal = normal_value(source, value)
    except BadDraw as bad:
        raise Refused(bad.reason, **bad.facts) from bad
    if len(normal) > LONGEST_VALUE:
        raise Refused(Reason.VALUE_TOO_LONG)
    return normal


def _refuse_strange(run_id: int, centers: Centers) -> None:
    query = sa.select(Run.id).where(Run.id == run_id)
    if centers is not None:
        query = query.where(Run.center_id.in_(centers))
    if db.session.scalar(query) is None:
        raise Missing


class _Drawing:
    """One draw carried out on the bookings."""

    def __init__(self, selecting: Selecting, draw: Draw) -> None:
        self.selecting, self.draw = selecting, draw
        self.basis, self.document = drawing.promised(draw), drawing.document_of(draw)
        self.capacity = min(self.basis.capacity, selecting.free)
        self._winners = self._waiters = 0

    def carry_out(self) -> None:
        """The tickets in their order, then whoever came after them by arrival."""
        rows = drawing.rows_of(self.draw.id)
        by_ticket = {row.ticket: row for row in rows}
        line = drawing.line_of(self.draw, rows)
        outcomes = {ticket: self._decide(by_ticket[ticket]) for ticket in line}
        with events.together(), together():
            self._give(rows, line, outcomes)
        ranks = {one.ticket: one.rank for one in self.document.result} if self.document else {}
        # Written together in the end: a change in between would go out before every query.
        for row in rows:
            row.rank, row.outcome = ranks.get(row.ticket), outcomes[row.ticket]
        with events.together(), together():
            self._decide_by_arrival({row.booking_id for row in rows})
        self.selecting.finish("run.drawn", entries_hash=self.draw.entries_hash)

    def _decide(self, row: DrawEntry) -> State | None:
        """What a ticket gets; None where it was given up before, or a rule says no."""
        booking = self.selecting.applied.get(row.booking_id)
        if booking is None:
            return None
        if self._winners < self.capacity:
            refusal = self.selecting.refusal(booking)
            if refusal is not None:
                self._pass_over(booking, row, refusal)
                return None
            self._winners += 1
            return State.PLACED
        self._waiters += 1
        return State.WAITING if self._waiters <= self.basis.waiting else State.NOT_SELECTED

    def _give(
        self,
        rows: Iterable[DrawEntry],
        line: Iterable[str],
        outcomes: Mapping[str, State | None],
    ) -> None:
        """What was decided, written.

        Numbers and seats go by arrival: by the published order, a neighbor's seat would say which
        ticket is theirs, and so whether they are in a priority group.
        """
        by_ticket = {row.ticket: row for row in rows}
        for row in by_ticket.values():
            if outcomes[row.ticket] is State.PLACED:
                self._place(self.selecting.applied[row.booking_id], row)
        for row in (by_ticket[ticket] for ticket in line):
            if outcomes[row.ticket] is State.WAITING:
                self._let_wait(self.selecting.applied[row.booking_id], row)
            elif outcomes[row.ticket] is State.NOT_SELECTED:
                self._leave_out(self.selecting.applied[row.booking_id], row)

    def _place(self, booking: Facts, row: DrawEntry) -> None:
        seat = self.selecting.place(booking, ticket=row.ticket)
        if self.document is None:
            messages_draws.tell_all_placed(*self._whom(booking), seat)
        else:
            messages_draws.tell_won(*self._whom(booking), seat, row.ticket)

    def _let_wait(self, booking: Facts, row: DrawEntry) -> None:
        rank = self.selecting.wait(booking, ticket=row.ticket)
        messages_draws.tell_waits(*self._whom(booking), row.ticket, rank)

    def _leave_out(self, booking: Facts, row: DrawEntry) -> None:
        self.selecting.leave_out(booking, ticket=row.ticket)
        lots = draw_rules.lots(row.lots) if self.basis.loss_memory else None
        messages_draws.tell_lost(*self._whom(booking), row.ticket, lots)

    def _pass_over(self, booking: Facts, row: DrawEntry, refusal: rules.Refusal) -> None:
        why = in_words(refusal)
        run_id, code = self.draw.run_id, refusal[0].name
        places.note(self.selecting.by, "passed_over", run_id, booking, why=code, ticket=row.ticket)
        self.selecting.leave_out(booking, reason=why, ticket=row.ticket)
        messages_draws.tell_passed_over(*self._whom(booking), why)

    def _decide_by_arrival(self, drawn: set[int]) -> None:
        for booking in self._others(drawn):
            seat, rank, state = None, 0, self.selecting.by_arrival(booking)
            if state is State.PLACED:
                seat = self.selecting.place(booking)
                messages_draws.tell_by_arrival(*self._whom(booking), seat, None)
                continue
            if state is State.WAITING:
                rank = self.selecting.wait(booking)
            else:
                self.selecting.leave_out(booking)
            messages_draws.tell_by_arrival(*self._whom(booking), seat, rank)

    def _others(self, drawn: set[int]) -> Iterable[Facts]:
        others = [one for one in self.selecting.applied.values() if one.id not in drawn]
        return sorted(others, key=lambda one: (one.gives_way, one.number))

    def _whom(self, booking: Facts) -> tuple[Facts, int, Facts]:
        return self.selecting.run, booking.id, self.selecting.person(booking)


def sweep(by: By = SYSTEM) -> int:
    """Take every draw as far as it goes; returns how many went on."""
    run_ids = due(clock.now())
    for run_id in run_ids:
        try:
            advance(by, run_id)
        except Refused:
            # Another worker was here first.
            continue
    return len(run_ids)
