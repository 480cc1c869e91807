"""A job's way: started, claimed under a lease, finished or put back."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from eduportal.jobs.models import Job, due
from eduportal.jobs.rules import LEASE, MOST_TRIES, Claimed, JobState, Reason, due_again
from eduportal.shared import clock
from eduportal.shared.db import append, db, writing
from eduportal.shared.events import By

Result = dict[str, Any]


@writing
def start(by: By, kind: str, title: str, given: Mapping[str, Any]) -> int:
    """Put long work in the line; returns the job's id. `given` is what JSON can hold."""
    job = Job(
        kind=kind,
        title=title,
        state=JobState.WAITING,
        account_id=by.account_id,
        by=asdict(by),
        given=dict(given),
        created_at=clock.now(),
    )
    db.session.add(job)
    db.session.flush()
    return job.id


@writing
def claim(kinds: Collection[str], job_id: int | None = None) -> Claimed | None:
    """Take the lease on the next job that is due, or on that one; None if there is none."""
    now = clock.now()
    next_one = sa.select(Job.id).where(due(now, kinds), Job.tries < MOST_TRIES)
    if job_id is not None:
        next_one = next_one.where(Job.id == job_id)
    head = next_one.order_by(Job.created_at, Job.id).limit(1).with_for_update(skip_locked=True)
    taken = db.session.execute(
        sa.update(Job)
        .where(Job.id == head.scalar_subquery())
        .values(state=JobState.RUNNING, claimed_until=now + LEASE, tries=Job.tries + 1)
        .returning(Job.id, Job.kind, Job.by, Job.given, Job.tries)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return Claimed(*taken) if taken else None


def tell_progress(job: Claimed, done: int, total: int) -> None:
    """Write down how far it is, and hold the lease; in a transaction of its own."""
    append(_held(job).values(done=done, total=total, claimed_until=clock.now() + LEASE))


@writing
def finish(job: Claimed, result: Result) -> None:
    """It is done, unless the lease ran out and another worker took over."""
    _end(job, state=JobState.DONE, result=result, done=Job.total)


@writing
def fail(job: Claimed, sentence: str) -> None:
    """It cannot be done, and why."""
    _end(job, state=JobState.FAILED, result={"sentence": sentence})


@writing
def put_back(job: Claimed, stumbled: bool) -> None:
    """Let another worker do it: after a rest and one of its tries where this one stumbled."""
    rest = due_again(clock.now()) if stumbled else None
    tries = job.tries if stumbled else job.tries - 1
    db.session.execute(_held(job).values(state=JobState.WAITING, claimed_until=rest, tries=tries))


@writing
def give_up_the_killers() -> int:
    """Jobs in the middle of which every worker stopped are not tried again; returns how many."""
    result = db.session.execute(
        sa.update(Job)
        .where(due(clock.now()), Job.tries >= MOST_TRIES)
        .values(
            state=JobState.FAILED,
            claimed_until=None,
            finished_at=clock.now(),
            result={"sentence": Reason.GIVEN_UP.value},
        )
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE counts its rows


@writing
def forget(kept: Mapping[str, timedelta]) -> None:
    """Take away each kind's jobs that are older than they are kept, with all they were given."""
    for kind, age in kept.items():
        db.session.execute(
            sa.delete(Job).where(Job.kind == kind, Job.created_at < clock.now() - age)
        )


def _held(job: Claimed) -> sa.Update:
    return (
        sa.update(Job)
        .where(Job.id == job.id, Job.tries == job.tries, Job.state == JobState.RUNNING)
        .execution_options(synchronize_session=False)
    )


def _end(job: Claimed, **facts: Any) -> None:
    db.session.execute(_held(job).values(claimed_until=None, finished_at=clock.now(), **facts))
