"""Long work that somebody asked for."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eduportal.jobs.rules import JobState
from eduportal.shared.db import Model, choice


class Job(Model):
    """One piece of long work, of a `kind` that some feature knows how to do.

    `given` is what it was asked with, `done` of `total` steps are behind it, `result` is what came
    of it (a sentence, a path to go on to, or a refusal). `claimed_until` is the worker's lease.
    `by` is who asked, for the record of what it writes.
    """

    __tablename__ = "job"
    __table_args__ = (sa.Index("ix_job_due", "state", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(200))
    state: Mapped[JobState] = mapped_column(choice(JobState, "state"))
    account_id: Mapped[int | None] = mapped_column(index=True)
    by: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    given: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    result: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


def due(now: datetime, kinds: Collection[str] | None = None) -> sa.ColumnElement[bool]:
    """What a worker that knows these kinds (None: any) may take up at a moment."""
    free = sa.or_(Job.claimed_until.is_(None), Job.claimed_until <= now)
    open_still = Job.state.in_((JobState.WAITING, JobState.RUNNING))
    known = sa.true() if kinds is None else Job.kind.in_(kinds)
    return sa.and_(open_still, free, known)
