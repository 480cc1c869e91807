"""What verbs and pages read of draws alike: the one that stands, what is public, who lost."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eduportal.booking.models import Booking, Draw, DrawEntry
from eduportal.booking.rules import State, awaits_approval
from eduportal.booking.rules import draw as library
from eduportal.booking.rules.draw_file import Document, read
from eduportal.booking.rules.draw_terms import Commitment, Entry
from eduportal.booking.rules.drawing import Basis, Codes
from eduportal.booking.standing import HELD
from eduportal.catalog.models import Course, Run
from eduportal.catalog.rules.intake import Intake
from eduportal.shared.db import db

Facts = sa.Row[*tuple[Any, ...]]

LOST = (State.WAITING, State.NOT_SELECTED)
# Whoever got a place after all, or was offered one and did not take it, has lost nothing.
NOT_LOST = (*HELD, State.DECLINED, State.LAPSED)


def draws(run: Facts | Run) -> bool:
    """Whether lots decide who gets a place; where departments approve, they decide instead."""
    if awaits_approval(run.audience, run.needs_approval):
        return False
    return Intake.of(run.intake).selection.draws


def basis_of(run: Facts | Run) -> Basis:
    """What a run would promise now."""
    return Basis.of(
        Intake.of(run.intake),
        run.capacity - run.places_taken,
        run.waiting_limit,
        run.apply_from,
        run.apply_until,
    )


def standing_draw(run_id: int) -> Draw | None:
    """The draw of a run that is not void."""
    return db.session.scalars(
        sa.select(Draw)
        .where(Draw.run_id == run_id, Draw.voided_at.is_(None))
        .execution_options(populate_existing=True)
    ).one_or_none()


def seats_promised(run: Facts | Run) -> int:
    """The seats that a closed list will be drawn for: until then none of them may go."""
    draw = standing_draw(run.id) if draws(run) else None
    if draw is None or draw.closed_at is None or draw.drawn_at is not None:
        return 0
    return promised(draw).capacity


def promised(draw: Draw) -> Basis:
    """What it was committed to."""
    return Basis.kept(draw.terms["basis"])


def codes_of(draw: Draw) -> Codes:
    """Which letters stand for whom; never shown."""
    return Codes(draw.terms["priority"], draw.terms["channels"])


def comes_at(draw: Draw) -> datetime | None:
    """Before which moment nobody can know the public value."""
    comes: str | None = draw.terms["comes_at"]
    return datetime.fromisoformat(comes) if comes else None


def commitment_of(draw: Draw) -> Commitment:
    """What was promised, out of the very text that was published."""
    plain = json.loads(draw.commitment)
    commitment = {
        "terms": plain["terms"],
        "source": plain["source"],
        "sha256": draw.commitment_hash,
    }
    whole = {
        "version": plain["version"],
        "commitment": commitment,
        "list": {"entries": [], "sha256": ""},
        "value": "",
        "result": [],
    }
    return read(json.dumps(whole)).commitment


def entries_of(draw: Draw) -> tuple[Entry, ...]:
    """The list, out of the very text that was published."""
    lines = (draw.entries or "").splitlines()[2:]
    parts = (line.split(",") for line in lines)
    return tuple(Entry(ticket, group, way, int(lots)) for ticket, group, way, lots in parts)


def is_contested(draw: Draw) -> bool:
    """Whether there are more tickets than seats; if not, everybody gets one without lots."""
    return len(entries_of(draw)) > promised(draw).capacity


def value_of(draw: Draw) -> str | None:
    """What the seed was made of; a secret is known only after the draw."""
    if draw.secret:
        return draw.secret if draw.drawn_at else None
    return draw.public_value


def document_of(draw: Draw) -> Document | None:
    """All that is published after lots were drawn, with the result computed anew."""
    value = value_of(draw)
    if draw.drawn_at is None or value is None or not is_contested(draw):
        return None
    commitment, entries = commitment_of(draw), entries_of(draw)
    return Document(
        commitment=commitment,
        commitment_hash=draw.commitment_hash,
        entries=entries,
        list_hash=draw.entries_hash or "",
        value=value,
        result=library.draw(commitment, entries, value),
    )


def rows_of(draw_id: int) -> Sequence[DrawEntry]:
    """The entries of a draw, in the order of arrival."""
    return db.session.scalars(
        sa.select(DrawEntry).where(DrawEntry.draw_id == draw_id).order_by(DrawEntry.number)
    ).all()


def line_of(draw: Draw, rows: Sequence[DrawEntry]) -> list[str]:
    """The tickets in the order in which they come to a place: by lot, or else by arrival."""
    document = document_of(draw)
    if document is None:
        return [row.ticket for row in rows]
    return [one.ticket for one in document.result]


def losses(person_ids: Collection[int], course_id: int) -> Mapping[int, int]:
    """How many draws of a course's family each person lost since they last had a place in it."""
    family = _family(course_id)
    lost: dict[int, list[datetime]] = {}
    for person_id, drawn_at in db.session.execute(_lost(person_ids).where(family)):
        lost.setdefault(person_id, []).append(drawn_at)
    had: dict[int, datetime] = dict(db.session.execute(_last_held(lost.keys()).where(family)).all())
    return {
        person_id: sum(person_id not in had or at > had[person_id] for at in moments)
        for person_id, moments in lost.items()
    }


def courses_lost(person_id: int) -> Sequence[tuple[int, str]]:
    """The courses (id, title) in whose draws a person did not get a place, a family once."""
    rows = db.session.execute(
        _lost([person_id]).with_only_columns(Course.id, Course.title, Course.family).distinct()
    )
    families = {
        family or f"course {course_id}": (course_id, title) for course_id, title, family in rows
    }
    return sorted(families.values(), key=lambda course: course[1])


def _family(course_id: int) -> sa.ColumnElement[bool]:
    family = db.session.scalar(sa.select(Course.family).where(Course.id == course_id))
    return Course.family == family if family else Course.id == course_id


def _lost(person_ids: Collection[int]) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Booking.person_id, Draw.drawn_at)
        .join(DrawEntry, DrawEntry.booking_id == Booking.id)
        .join(Draw, Draw.id == DrawEntry.draw_id)
        .join(Run, Run.id == Booking.run_id)
        .join(Course, Course.id == Run.course_id)
        .where(
            Booking.person_id.in_(person_ids),
            Draw.voided_at.is_(None),
            Draw.drawn_at.is_not(None),
            DrawEntry.outcome.in_(LOST),
            Booking.state.not_in(NOT_LOST),
            # Whoever had a place and gave it up did not lose either.
            Booking.held_from.is_(None),
        )
    )


def _last_held(person_ids: Collection[int]) -> sa.Select[*tuple[Any, ...]]:
    had = sa.or_(Booking.state.in_(HELD), Booking.state == State.CANCELLED)
    return (
        sa.select(Booking.person_id, sa.func.max(Booking.held_from))
        .join(Run, Run.id == Booking.run_id)
        .join(Course, Course.id == Run.course_id)
        .where(Booking.person_id.in_(person_ids), had, Booking.held_from.is_not(None))
        .group_by(Booking.person_id)
    )
