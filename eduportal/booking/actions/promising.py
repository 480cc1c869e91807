"""What a run promises before its draw: published before the window closes, changed only openly.

One promise stands for a run. Where the policy or the capacity changes before the closing it is
called void, with the reason, and a new one is made; after the closing nothing changes it.
"""

import secrets
from datetime import datetime

import sqlalchemy as sa

from eduportal.booking import drawing, messages
from eduportal.booking.actions import places
from eduportal.booking.actions.places import Centers, Facts
from eduportal.booking.models import Draw
from eduportal.booking.rules import drawing as rules
from eduportal.booking.rules.draw import CODE_BYTES, readable
from eduportal.booking.rules.draw_terms import VERSION, Commitment, OfficeSecret, Source
from eduportal.booking.rules.drawing import Basis, Codes, Reason
from eduportal.catalog.models import Run
from eduportal.catalog.rules import RunState
from eduportal.catalog.rules.intake import Selection
from eduportal.shared import clock, dates, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import SYSTEM, By
from eduportal.shared.refusal import Refused


@writing
def renew_promise(by: By, run_id: int) -> None:
    """See that a run's promise stands and says what its policy says now."""
    keep_promise(places.locked_run(run_id), by)


@writing
def void(by: By, run_id: int, centers: Centers, reason: str) -> None:
    """Call a promise, or a closed list, void before it is drawn; a new one is made at once.

    Raises Refused after the draw: no drawn result can be taken back; nor one that everybody can
    compute by now, since the list and the value are out.
    """
    run = places.locked_run(run_id, centers)
    draw = drawing.standing_draw(run_id)
    if draw is None:
        raise Refused(Reason.NOT_BY_LOT)
    if draw.drawn_at is not None:
        raise Refused(Reason.ALREADY_DRAWN)
    _refuse_second_try(draw)
    end_promise(by, draw, reason)
    keep_promise(run, by)


def _refuse_second_try(draw: Draw) -> None:
    comes = drawing.comes_at(draw)
    is_out = comes is not None and clock.now() >= comes
    if draw.closed_at is not None and is_out and drawing.is_contested(draw):
        raise Refused(Reason.VALUE_IS_OUT)


def keep_promise(run: Facts, by: By = SYSTEM) -> Draw | None:
    """The run's promise, made or made anew where that is due; None where lots do not decide.

    The run is locked.
    """
    draw = drawing.standing_draw(run.id)
    if draw is not None and draw.drawn_at is not None:
        return draw
    if run.state != RunState.PUBLISHED or not drawing.draws(run):
        if draw is not None and run.state == RunState.PUBLISHED:
            end_promise(by, draw, Reason.NO_LONGER_BY_LOT.value)
        return None
    if draw is not None and (draw.closed_at or drawing.promised(draw) == drawing.basis_of(run)):
        return draw
    return _promise_anew(by, run, draw)


def _promise_anew(by: By, run: Facts, draw: Draw | None) -> Draw | None:
    if run.selected_at is not None:
        return None
    basis = drawing.basis_of(run)
    if draw is None:
        return promise(by, run, basis)
    end_promise(by, draw, rules.changed(drawing.promised(draw), basis))
    # The hash that people saw first goes on: who changes a policy chooses no other secret by it.
    return promise(by, run, basis, draw.secret)


def make_sure(run: Facts, by: By) -> None:
    """Before somebody is in a draw its promise is written down; the run is locked."""
    if drawing.draws(run) and drawing.standing_draw(run.id) is None:
        keep_promise(run, by)


def promise(by: By, run: Facts, basis: Basis, secret: str | None = None) -> Draw:
    """Write down what is promised; nobody may know the value then, nor choose it later."""
    codes = Codes(_code(), {channel: _code() for channel in basis.channels})
    since = max(basis.closes_at, clock.now())
    if not basis.source and secret is None:
        secret = secrets.token_bytes(32).hex()
    secret = None if basis.source else secret
    source = OfficeSecret.of(secret) if secret else _public(basis, since)
    title = messages.titled(run.title, run.section)
    closes = dates.written_datetime(basis.closes_at)
    commitment = Commitment(rules.terms(basis, codes, title, closes), source)
    comes = None if secret else rules.comes_at(basis.source, since)
    draw = Draw(
        run_id=run.id,
        version=VERSION,
        terms={
            "basis": basis.plain(),
            "priority": codes.priority,
            "channels": dict(codes.channels),
            "comes_at": comes.isoformat() if comes else None,
        },
        source=basis.source,
        secret=secret,
        secret_hash=source.sha256 if isinstance(source, OfficeSecret) else None,
        commitment=commitment.text,
        commitment_hash=commitment.sha256,
        committed_at=clock.now(),
    )
    db.session.add(draw)
    db.session.flush()
    _record(by, "draw.committed", draw)
    return draw


def end_promise(by: By, draw: Draw, reason: str) -> None:
    """Call a promise void, for everybody to see."""
    draw.voided_at, draw.voided_reason = clock.now(), reason
    db.session.flush()
    _record(by, "draw.voided", draw, reason)


def refuse_capacity(run: Facts, capacity: int) -> None:
    """Between the closing and the draw the seats that are promised stay."""
    seats = drawing.seats_promised(run)
    if seats and capacity < run.places_taken + seats:
        raise Refused(Reason.SEATS_PROMISED, seats=run.places_taken + seats)


def to_commit(now: datetime) -> list[int]:
    """Runs that everybody sees and whose promise is missing, or is not what their policy says."""
    stands = sa.and_(Draw.run_id == Run.id, Draw.voided_at.is_(None))
    by_lot = [selection for selection in Selection if selection.draws]
    rows = db.session.execute(
        sa.select(Run, Draw)
        .outerjoin(Draw, stands)
        .where(
            Run.state == RunState.PUBLISHED,
            Run.published_at <= now,
            Run.selected_at.is_(None),
            Run.starts_at > now,
            sa.or_(Run.selection.in_(by_lot), Draw.id.is_not(None)),
            Draw.closed_at.is_(None),
        )
    )
    return [run.id for run, draw in rows if _is_due(run, draw)]


def _is_due(run: Run, draw: Draw | None) -> bool:
    if not drawing.draws(run):
        return draw is not None
    return draw is None or drawing.promised(draw) != drawing.basis_of(run)


def _public(basis: Basis, since: datetime) -> Source:
    return rules.public_value(basis.source, since, dates.written_datetime(since))


def _code() -> str:
    return readable(secrets.token_bytes(CODE_BYTES))


def _record(by: By, verb: str, draw: Draw, reason: str | None = None) -> None:
    events.record(
        by,
        verb,
        run_id=draw.run_id,
        subject="draw",
        subject_id=draw.id,
        reason=reason,
        commitment=draw.commitment_hash,
    )
