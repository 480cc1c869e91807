"""Who pays less (감면): groups with a percentage, the same for the whole office."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from eduportal.catalog.models import Reduction
from eduportal.catalog.rules.fees import Reason
from eduportal.shared import events
from eduportal.shared.db import Again, db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused

Value = TypeVar("Value", str, int)


@dataclass(frozen=True)
class Terms:
    """Whom a reduction is for, and how many percent they have off."""

    name: str
    percent: int


@writing
def add_reduction(by: By, terms: Terms) -> int:
    """Add a group at the end of the list; refused where its name is taken."""
    _refuse_taken_name(terms.name)
    last = db.session.scalar(sa.select(sa.func.max(Reduction.position)))
    reduction = Reduction(name=terms.name, percent=terms.percent, position=(last or 0) + 1)
    db.session.add(reduction)
    _flush()
    _note(by, "added", reduction, new=[terms.name, terms.percent])
    return reduction.id


@writing
def change_reduction(by: By, reduction_id: int, seen: Terms, wanted: Terms) -> None:
    """Change a group from what was seen; what is on record for people stays as it was.

    Refused where somebody else has changed the same in between.
    """
    reduction = _locked(reduction_id)
    there = Terms(reduction.name, reduction.percent)
    name = _settled(seen.name, wanted.name, there.name)
    percent = _settled(seen.percent, wanted.percent, there.percent)
    if name is None or percent is None:
        raise Refused(Reason.CHANGED_MEANWHILE, name=there.name, percent=there.percent)
    if (name, percent) == (there.name, there.percent):
        return
    _refuse_taken_name(name, reduction_id)
    reduction.name, reduction.percent = name, percent
    _flush()
    _note(by, "changed", reduction, old=[there.name, there.percent], new=[name, percent])


@writing
def retire_reduction(by: By, reduction_id: int) -> None:
    """Let nobody have it any more; what is on record keeps it."""
    _switch(by, reduction_id, active=False)


@writing
def restore_reduction(by: By, reduction_id: int) -> None:
    """Let people have a retired one again."""
    _switch(by, reduction_id, active=True)


@writing
def move_reduction(by: By, reduction_id: int, up: bool) -> None:
    """One place up or down in the list that people read."""
    listed = _all_locked()
    index = next((n for n, one in enumerate(listed) if one.id == reduction_id), None)
    if index is None:
        raise Missing
    other = index - 1 if up else index + 1
    if not 0 <= other < len(listed):
        return
    order = [*listed]
    order[index], order[other] = order[other], order[index]
    for position, reduction in enumerate(order, start=1):
        reduction.position = position
    _note(by, "moved", listed[index], old=index + 1, new=other + 1)


def _switch(by: By, reduction_id: int, active: bool) -> None:
    reduction = _locked(reduction_id)
    if reduction.active == active:
        return
    reduction.active = active
    _note(by, "restored" if active else "retired", reduction, name=reduction.name)


def _settled(seen: Value, wanted: Value, there: Value) -> Value | None:
    """What holds after both: one's own change, else what is there; None where they differ."""
    if wanted == seen:
        return there
    return wanted if there in (seen, wanted) else None


def _locked(reduction_id: int) -> Reduction:
    reduction = db.session.get(
        Reduction, reduction_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if reduction is None:
        raise Missing
    return reduction


def _all_locked() -> Sequence[Reduction]:
    # Locked in the order of their ids, whoever moves; read in the order that people see.
    listed = db.session.scalars(
        sa.select(Reduction)
        .order_by(Reduction.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return sorted(listed, key=lambda one: (not one.active, one.position, one.id))


def _refuse_taken_name(name: str, but_for: int = 0) -> None:
    same = sa.select(Reduction.id).where(Reduction.name == name, Reduction.id != but_for)
    if db.session.scalar(same) is not None:
        raise Refused(Reason.NAME_TAKEN, name=name)


def _flush() -> None:
    try:
        db.session.flush()
    except IntegrityError as error:
        # Somebody took the name in the same moment: the next try sees it and says so.
        raise Again from error


def _note(by: By, verb: str, reduction: Reduction, **detail: Any) -> None:
    events.record(by, f"reduction.{verb}", subject="reduction", subject_id=reduction.id, **detail)
