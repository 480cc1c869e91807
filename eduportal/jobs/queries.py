"""Jobs as a page shows them; what they were given stays out of it, it may be a whole file."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eduportal.jobs.models import Job, due
from eduportal.jobs.rules import JobState, percent
from eduportal.shared import clock
from eduportal.shared.db import db

LISTED = 50


@dataclass(frozen=True)
class JobLine:
    """A job and how far it is; `sentence` and `path` are what came of it."""

    id: int
    kind: str
    title: str
    state: JobState
    done: int
    total: int
    created_at: datetime
    finished_at: datetime | None
    sentence: str | None
    path: str | None

    @property
    def percent(self) -> int | None:
        """How much is done, of a hundred."""
        return percent(self.done, self.total)


@dataclass(frozen=True)
class Kept:
    """What a job was given, and what came of it."""

    id: int
    given: dict[str, Any]
    result: dict[str, Any] | None


def job(job_id: int, account_id: int | None) -> JobLine | None:
    """A job of that account; `account_id` None: anybody's."""
    lines = _lines(sa.select(*_SHOWN).where(Job.id == job_id, _theirs(account_id)))
    return lines[0] if lines else None


def jobs(account_id: int) -> list[JobLine]:
    """The newest jobs of an account."""
    newest = sa.select(*_SHOWN).where(_theirs(account_id)).order_by(Job.id.desc())
    return _lines(newest.limit(LISTED))


def kept(job_id: int, kind: str, account_id: int | None) -> Kept | None:
    """What a job of this kind was given and came to; `account_id` None: anybody's."""
    row = db.session.execute(
        sa.select(Job.id, Job.given, Job.result).where(
            Job.id == job_id, Job.kind == kind, _theirs(account_id)
        )
    ).one_or_none()
    return Kept(*row) if row else None


def anything_due(kinds: Collection[str]) -> bool:
    """Whether a worker that knows these kinds has anything to do."""
    first = sa.select(Job.id).where(due(clock.now(), kinds)).limit(1)
    return db.session.scalar(first) is not None


_SHOWN = (
    *(Job.id, Job.kind, Job.title, Job.state, Job.done, Job.total),
    *(Job.created_at, Job.finished_at),
    Job.result["sentence"].as_string(),
    Job.result["path"].as_string(),
)


def _theirs(account_id: int | None) -> sa.ColumnElement[bool]:
    return sa.true() if account_id is None else Job.account_id == account_id


def _lines(statement: sa.Select[Any]) -> list[JobLine]:
    return [JobLine(*row) for row in db.session.execute(statement)]
