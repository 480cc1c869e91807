"""What a run costs, as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from eduportal.catalog.models import Reduction, Run
from eduportal.catalog.rules.fees import Lesson, Step, longer_than_a_month, reduced, refund_steps
from eduportal.shared.dates import seoul_date
from eduportal.shared.db import db


@dataclass(frozen=True)
class Cheaper:
    """What a group pays for a run."""

    name: str
    percent: int
    amount: int


@dataclass(frozen=True)
class RunMoney:
    """Who pays how much for a run, and until when how much is paid back."""

    reductions: Sequence[Cheaper]
    refunds: Sequence[Step]
    by_month: bool


def reductions() -> list[Reduction]:
    """Every reduction, the retired ones last."""
    return list(
        db.session.scalars(
            sa.select(Reduction).order_by(Reduction.active.desc(), Reduction.position, Reduction.id)
        )
    )


def reduction(reduction_id: int) -> Reduction | None:
    """One of them."""
    return db.session.get(Reduction, reduction_id)


def run_money(run: Run) -> RunMoney | None:
    """What a run's page says about money; None for a free one. The run's meetings are loaded."""
    if not run.fee:
        return None
    lessons = [
        Lesson(seoul_date(meeting.starts_at), meeting.starts_at, meeting.ends_at)
        for meeting in run.meetings
        if meeting.cancelled_at is None
    ]
    return RunMoney(
        [
            Cheaper(one.name, one.percent, reduced(run.fee, one.percent))
            for one in reductions()
            if one.active
        ],
        refund_steps(run.fee, lessons),
        bool(lessons) and longer_than_a_month(lessons[0].day, lessons[-1].day),
    )
