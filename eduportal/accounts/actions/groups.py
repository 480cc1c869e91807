"""Priority groups of a person: verified by somebody who saw the proof, which is never kept."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from eduportal.accounts import group_rules as rules
from eduportal.accounts.group_rules import Flag, Reason
from eduportal.accounts.models import Person, PersonGroup, PriorityGroup
from eduportal.accounts.rules import Audience
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused


@writing
def verify_group(by: By, person_id: int, group_id: int, valid_until: date | None) -> int:
    """Write down that the proof was seen; gives the flag's id.

    The same once more is the same flag; with another last day it takes the place of the one before.
    """
    _refuse_unless_resident(person_id)
    active = db.session.scalar(sa.select(PriorityGroup.active).where(PriorityGroup.id == group_id))
    refusal = rules.verify_refusal(bool(active), valid_until, clock.today())
    if refusal:
        raise Refused(refusal[0], **refusal[1])
    flags = _flags(person_id)
    there = rules.same(flags, group_id, valid_until)
    if there is not None:
        return there.id
    for flag in flags:
        if flag.group_id == group_id:
            _revoke(by, person_id, flag.id, _("다시 확인함"))
    return _write(by, person_id, group_id, valid_until)


@writing
def revoke_group(by: By, person_id: int, flag_id: int, reason: str) -> None:
    """Take a person for one of the group no longer; the flag stays, with the reason."""
    _locked(person_id)
    revoked_at = db.session.execute(
        sa.select(PersonGroup.revoked_at).where(
            PersonGroup.id == flag_id, PersonGroup.person_id == person_id
        )
    ).one_or_none()
    if revoked_at is None:
        raise Missing
    if revoked_at[0] is not None:
        raise Refused(Reason.REVOKED)
    _revoke(by, person_id, flag_id, reason)


def _refuse_unless_resident(person_id: int) -> None:
    if _locked(person_id) is not Audience.RESIDENT:
        raise Refused(Reason.RESIDENTS_ONLY)


def _locked(person_id: int) -> Audience:
    """The person's row, locked: it guards their flags."""
    locked = sa.select(Person.audience).where(Person.id == person_id)
    audience = db.session.scalar(locked.with_for_update(key_share=True))
    if audience is None:
        raise Missing
    return audience


def _flags(person_id: int) -> Sequence[Flag]:
    rows = db.session.execute(
        sa.select(PersonGroup.id, PersonGroup.group_id, PersonGroup.valid_until).where(
            PersonGroup.person_id == person_id, PersonGroup.revoked_at.is_(None)
        )
    )
    return [Flag(*row) for row in rows]


def _write(by: By, person_id: int, group_id: int, valid_until: date | None) -> int:
    flag = PersonGroup(
        person_id=person_id,
        group_id=group_id,
        verified_at=clock.now(),
        verified_by=by.account_id,
        valid_until=valid_until,
    )
    db.session.add(flag)
    db.session.flush()
    until = valid_until.isoformat() if valid_until else None
    _record(by, "group_verified", person_id, flag.id, group_id=group_id, valid_until=until)
    return flag.id


def _revoke(by: By, person_id: int, flag_id: int, reason: str) -> None:
    db.session.execute(
        sa.update(PersonGroup)
        .where(PersonGroup.id == flag_id)
        .values(revoked_at=clock.now(), revoked_reason=reason)
    )
    _record(by, "group_revoked", person_id, flag_id, reason)


def _record(
    by: By,
    verb: str,
    person_id: int,
    flag_id: int,
    reason: str | None = None,
    **detail: Any,
) -> None:
    events.record(
        by,
        verb,
        person_id=person_id,
        subject="person_group",
        subject_id=flag_id,
        reason=reason,
        **detail,
    )
