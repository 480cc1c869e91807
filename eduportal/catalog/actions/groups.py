"""Priority groups (우선 대상): named and put in order by the office, never taken away."""

import secrets
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from eduportal.accounts.models import PriorityGroup
from eduportal.catalog.rules.groups import START_SET, Reason
from eduportal.shared import events
from eduportal.shared.db import Again, db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused


@writing
def add_group(by: By, name: str) -> int:
    """Add a group at the end of the list; refused where its name is taken."""
    _refuse_taken_name(name)
    return _add(by, f"group-{secrets.token_hex(4)}", name)


@writing
def add_start_set(by: By) -> int:
    """Add the groups that many offices have, as far as they are missing; returns how many."""
    rows = db.session.execute(sa.select(PriorityGroup.code, PriorityGroup.name))
    there = {text for row in rows for text in row}
    missing = [(code, name) for code, name in START_SET.items() if not {code, name} & there]
    for code, name in missing:
        _add(by, code, name)
    return len(missing)


@writing
def rename_group(by: By, group_id: int, seen: str, name: str) -> None:
    """Call a group otherwise; refused where somebody else has done so in between."""
    group = _locked(group_id)
    if name in (seen, group.name):
        return
    if group.name != seen:
        raise Refused(Reason.CHANGED_MEANWHILE, name=group.name)
    _refuse_taken_name(name, group_id)
    old, group.name = group.name, name
    _flush()
    _note(by, "renamed", group, old=old, new=name)


@writing
def switch_group(by: By, group_id: int, active: bool) -> None:
    """Use a group no longer for what is to come, or again; whoever is in it stays so."""
    group = _locked(group_id)
    if group.active != active:
        group.active = active
        _note(by, "restored" if active else "retired", group, name=group.name)


@writing
def move_group(by: By, group_id: int, up: bool) -> None:
    """One place up or down in the list."""
    listed = _all_locked()
    index = next((n for n, one in enumerate(listed) if one.id == group_id), None)
    if index is None:
        raise Missing
    other = index - 1 if up else index + 1
    if not 0 <= other < len(listed):
        return
    order = [*listed]
    order[index], order[other] = order[other], order[index]
    for position, group in enumerate(order, start=1):
        group.position = position
    _note(by, "moved", listed[index], old=index + 1, new=other + 1)


def _add(by: By, code: str, name: str) -> int:
    last = db.session.scalar(sa.select(sa.func.max(PriorityGroup.position)))
    group = PriorityGroup(code=code, name=name, position=(last or 0) + 1)
    db.session.add(group)
    _flush()
    _note(by, "added", group, name=name)
    return group.id


def _locked(group_id: int) -> PriorityGroup:
    group = db.session.get(
        PriorityGroup, group_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if group is None:
        raise Missing
    return group


def _all_locked() -> Sequence[PriorityGroup]:
    # Locked in the order of their ids, whoever moves; read in the order that people see.
    listed = db.session.scalars(
        sa.select(PriorityGroup)
        .order_by(PriorityGroup.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return sorted(listed, key=lambda one: (not one.active, one.position, one.id))


def _refuse_taken_name(name: str, but_for: int = 0) -> None:
    same = sa.select(PriorityGroup.id).where(
        PriorityGroup.name == name, PriorityGroup.id != but_for
    )
    if db.session.scalar(same) is not None:
        raise Refused(Reason.NAME_TAKEN, name=name)


def _flush() -> None:
    try:
        db.session.flush()
    except IntegrityError as error:
        # Somebody took the name in the same moment: the next try sees it and says so.
        raise Again from error


def _note(by: By, verb: str, group: PriorityGroup, **detail: Any) -> None:
    events.record(
        by, f"priority_group.{verb}", subject="priority_group", subject_id=group.id, **detail
    )
