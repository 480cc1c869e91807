"""Reads of the register of restrictions (제한 관리대장), for the office and for the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from eduportal.accounts.models import Account
from eduportal.booking.models import Appeal, Booking, Restriction
from eduportal.booking.rules import restrictions as rules
from eduportal.booking.rules.restrictions import Standing
from eduportal.catalog.models import Run
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from eduportal.shared.events import Event

Centers = frozenset[int] | None
Condition = sa.ColumnElement[bool]

# A person sees what was decided in the last so many months beside what still holds.
SHOWN_MONTHS = 12


class Show(StrEnum):
    """Which lines of the register."""

    NOW = "now"
    WARNINGS = "warnings"
    OVER = "over"
    APPEALS = "appeals"
    ALL = "all"

    @property
    def label(self) -> str:
        """As staff read it."""
        return {
            "now": "지금 제한 중",
            "warnings": "경고",
            "over": "끝난 것",
            "appeals": "이의신청 대기",
            "all": "전체",
        }[self.value]


@dataclass(frozen=True)
class Line:
    """A line of the register with the appeal against it, as it stands today."""

    restriction: Restriction
    appeal: Appeal | None

    @property
    def standing(self) -> Standing:
        """Where it stands today."""
        one = self.restriction
        lifted = one.lifted_at is not None
        return rules.standing(one.from_on, one.until_on, lifted, clock.today())

    @property
    def run(self) -> Run | None:
        """The run that it happened in."""
        return self.restriction.booking.run if self.restriction.booking else None

    @property
    def awaits_answer(self) -> bool:
        """Whether somebody has to answer an appeal."""
        return self.appeal is not None and self.appeal.answered_at is None

    @property
    def may_appeal(self) -> bool:
        """Whether the person can still say something against it."""
        lifted = self.restriction.lifted_at is not None
        return rules.appeal_refusal(lifted, self.appeal is not None) is None


@dataclass(frozen=True)
class Act:
    """Something that was done about a line: what, when, by whom."""

    event: Event
    by: str | None


def register(show: Show, centers: Centers) -> list[Line]:
    """The lines of the runs of these centers, the newest first."""
    return _lines(_shown(show, clock.today()), _theirs(centers))


def office_line(restriction_id: int, centers: Centers) -> Line | None:
    """One line of the register, if it is of one of these centers."""
    return next(iter(_lines(Restriction.id == restriction_id, _theirs(centers))), None)


def own_lines(person_id: int) -> list[Line]:
    """What a person should know of: what holds or is to come, and what is not long ago."""
    since = rules.months_before(clock.today(), SHOWN_MONTHS)
    lines = _lines(Restriction.person_id == person_id)
    return [line for line in lines if _matters(line.restriction, since)]


def own_line(restriction_id: int, person_id: int) -> Line | None:
    """One line about the person, or None: somebody else's does not exist for them."""
    lines = _lines(Restriction.id == restriction_id, Restriction.person_id == person_id)
    return next(iter(lines), None)


def lines_of_person(person_id: int | None, centers: Centers) -> list[Line]:
    """What these centers have written down about a person."""
    return _lines(Restriction.person_id == person_id, _theirs(centers)) if person_id else []


def history(restriction_id: int) -> list[Act]:
    """What was done about a line, in order."""
    rows = db.session.execute(
        sa.select(Event, Account.name)
        .outerjoin(Account, Account.id == Event.account_id)
        .where(Event.subject == "restriction", Event.subject_id == restriction_id)
        .order_by(Event.id)
    )
    return [Act(event, name) for event, name in rows]


def open_appeals(centers: Centers) -> int:
    """How many appeals wait for an answer."""
    query = sa.select(sa.func.count(Appeal.id)).join(
        Restriction, Restriction.id == Appeal.restriction_id
    )
    return db.session.scalar(query.where(Appeal.answered_at.is_(None), _theirs(centers))) or 0


def _lines(*where: Condition) -> list[Line]:
    rows: Sequence[sa.Row[Restriction, Appeal | None]] = db.session.execute(
        sa.select(Restriction, Appeal)
        .outerjoin(Appeal, Appeal.restriction_id == Restriction.id)
        .where(*where)
        .options(
            joinedload(Restriction.person),
            joinedload(Restriction.booking).joinedload(Booking.run),
        )
        .order_by(Restriction.decided_at.desc(), Restriction.id.desc())
    ).all()
    return [Line(*row) for row in rows]


def _shown(show: Show, today: date) -> Condition:
    holds = sa.and_(Restriction.lifted_at.is_(None), Restriction.until_on >= today)
    warning = sa.and_(Restriction.lifted_at.is_(None), Restriction.until_on.is_(None))
    over = sa.or_(Restriction.lifted_at.is_not(None), Restriction.until_on < today)
    awaits = sa.and_(Appeal.id.is_not(None), Appeal.answered_at.is_(None))
    return {
        Show.NOW: holds,
        Show.WARNINGS: warning,
        Show.OVER: over,
        Show.APPEALS: awaits,
        Show.ALL: sa.true(),
    }[show]


def _matters(one: Restriction, since: date) -> bool:
    holds = one.until_on is not None and one.until_on >= clock.today()
    return holds or dates.seoul_date(one.decided_at) > since


def _theirs(centers: Centers) -> Condition:
    if centers is None:
        return sa.true()
    there = (
        sa.select(Booking.id).join(Run, Run.id == Booking.run_id).where(Run.center_id.in_(centers))
    )
    return Restriction.booking_id.in_(there)
