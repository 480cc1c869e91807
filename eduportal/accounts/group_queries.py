"""Reads of priority groups: whom somebody has verified, by whom, until when."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from eduportal.accounts import group_rules as rules
from eduportal.accounts.group_rules import SOON, Standing
from eduportal.accounts.models import Account, Person, PersonGroup, PriorityGroup
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.events import Event

MOST = 200


@dataclass(frozen=True)
class FlagLine:
    """A flag of a person, who verified it, and who took it back."""

    flag: PersonGroup
    verified_by: str | None
    revoked_by: str | None

    @property
    def standing(self) -> Standing:
        """Whether it holds today."""
        return _standing(self.flag)


@dataclass(frozen=True)
class Ending:
    """Somebody whose flag is soon over, or was over lately."""

    flag: PersonGroup
    person: Person

    @property
    def standing(self) -> Standing:
        """Whether it holds today."""
        return _standing(self.flag)


def groups() -> Sequence[PriorityGroup]:
    """The groups that are used, in the office's order."""
    return db.session.scalars(
        sa.select(PriorityGroup)
        .where(PriorityGroup.active)
        .order_by(PriorityGroup.position, PriorityGroup.id)
    ).all()


def flags_of(person_id: int) -> list[FlagLine]:
    """Every flag of a person, those that hold first, the newest before the older."""
    verifier = aliased(Account)
    revoker = (
        sa.select(Account.name)
        .join(Event, Event.account_id == Account.id)
        .where(
            Event.verb == "group_revoked",
            Event.subject == "person_group",
            Event.subject_id == PersonGroup.id,
            Event.person_id == PersonGroup.person_id,
        )
        .limit(1)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(PersonGroup, verifier.name, revoker)
        .outerjoin(verifier, verifier.id == PersonGroup.verified_by)
        .where(PersonGroup.person_id == person_id)
        .options(joinedload(PersonGroup.group))
        .order_by(PersonGroup.revoked_at.is_not(None), PersonGroup.id.desc())
    )
    return [FlagLine(*row) for row in rows]


def own_flags(person_id: int) -> list[FlagLine]:
    """What a person should know of: what holds, and what is over for want of a new proof."""
    return [one for one in flags_of(person_id) if one.standing is not Standing.REVOKED]


def ending_soon() -> list[Ending]:
    """Whose flags end in the next weeks, or ended in the last ones, the first to end first."""
    today = clock.today()
    rows = db.session.execute(
        sa.select(PersonGroup, Person)
        .join(Person, Person.id == PersonGroup.person_id)
        .where(
            PersonGroup.revoked_at.is_(None),
            PersonGroup.valid_until.between(today - SOON, today + SOON),
        )
        .options(joinedload(PersonGroup.group))
        .order_by(PersonGroup.valid_until, PersonGroup.id)
        .limit(MOST)
    )
    return [Ending(*row) for row in rows]


def _standing(flag: PersonGroup) -> Standing:
    return rules.standing(flag.valid_until, flag.revoked_at is not None, clock.today())
