"""Stretches of time in which a room is used for something else than classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import sqlalchemy as sa

from eduportal.catalog import rules
from eduportal.catalog.actions.rooms import Centers, locked_room
from eduportal.catalog.models import Room, RoomBlock
from eduportal.catalog.obstacles import obstacles_around
from eduportal.catalog.refusals import refuse, refused
from eduportal.catalog.rules import BlockKind, Obstacles, Slot, Span
from eduportal.catalog.rules import places as place_rules
from eduportal.shared import dates, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing


@dataclass(frozen=True)
class BlockFacts:
    """What a room is used for."""

    kind: BlockKind
    title: str
    note: str | None = None


@writing
def add_blocks(
    by: By, room_id: int, spans: Sequence[Span], facts: BlockFacts, centers: Centers
) -> list[int]:
    """Keep a room free of classes then; refused where a class or another block stands already.

    The room's lock decides between this and a class that is claimed meanwhile.
    """
    room = locked_room(room_id, centers)
    for span in spans:
        _refuse_outside(room, span)
    refuse(_own_clash(spans))
    slots = [Slot(span, room_id, None) for span in spans]
    there = obstacles_around(slots)
    in_the_room = Obstacles(taken=there.taken, blocked=there.blocked)
    for slot in slots:
        for refusal in rules.obstacles_to(slot, room.center_id, 0, in_the_room):
            raise refused(refusal)
    rows = [_block(room_id, span, facts) for span in spans]
    db.session.add_all(rows)
    db.session.flush()
    when = [[span.start.isoformat(), span.end.isoformat()] for span in spans]
    events.record(
        by, "room.blocked", subject="room", subject_id=room_id, title=facts.title, spans=when
    )
    return [row.id for row in rows]


@writing
def remove_block(by: By, block_id: int, centers: Centers) -> int:
    """Let a room be had for classes again; returns the room's id."""
    room_id = db.session.scalar(sa.select(RoomBlock.room_id).where(RoomBlock.id == block_id))
    if room_id is None:
        raise Missing
    locked_room(room_id, centers)
    gone = db.session.execute(
        sa.delete(RoomBlock).where(RoomBlock.id == block_id).returning(RoomBlock.title)
    ).one_or_none()
    if gone is None:
        raise Missing
    events.record(by, "room.unblocked", subject="room", subject_id=room_id, title=gone.title)
    return room_id


def _block(room_id: int, span: Span, facts: BlockFacts) -> RoomBlock:
    return RoomBlock(
        room_id=room_id,
        starts_at=span.start,
        ends_at=span.end,
        kind=facts.kind,
        title=facts.title,
        note=facts.note,
    )


def _refuse_outside(room: Room, span: Span) -> None:
    first, last = dates.seoul_date(span.start), dates.seoul_date(span.end)
    if first < room.opened_on:
        raise refused((place_rules.Reason.BLOCK_OUTSIDE, {"day": first, "room": room.name}))
    if room.closed_on is not None and last > room.closed_on:
        raise refused((place_rules.Reason.BLOCK_OUTSIDE, {"day": last, "room": room.name}))


def _own_clash(spans: Sequence[Span]) -> rules.Refusal | None:
    in_order = sorted(spans, key=lambda span: span.start)
    for span, following in pairwise(in_order):
        if rules.overlap(span, following):
            return place_rules.Reason.BLOCK_OVERLAPS_ITSELF, {"when": span}
    return None
