"""What goes out in the national standard set."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from eduportal.catalog.models import Run, StandardRecord
from eduportal.catalog.queries.among import Centers, in_centers
from eduportal.catalog.queries.runs import public
from eduportal.catalog.rules import RunState
from eduportal.catalog.standard_set import columns as c
from eduportal.catalog.standard_set.columns import Cells
from eduportal.catalog.standard_set.known import KnownRun, known_runs
from eduportal.catalog.standard_set.writing import words_out
from eduportal.shared import clock, dates
from eduportal.shared.db import db
from eduportal.shared.events import Event

# What changes the words of a run, however it is done.
TOLD_BY = ("run.", "course.", "center.", "room.", "office.", "instructor.", "standard_set.")


@dataclass(frozen=True)
class Outgoing:
    """Which runs go out: those that touch these days (`last` None: all to come).

    `public_only`: what everybody sees; else also drafts that a file declared. `base` is the
    portal's address, where it is known.
    """

    first: date
    last: date | None = None
    public_only: bool = False
    among: Centers = None
    base: str | None = None


def standard_lines(asked: Outgoing) -> list[Cells]:
    """The lines of the file, in the order in which the runs were made."""
    now = clock.now()
    shown = public(now)
    going = shown if asked.public_only else sa.or_(shown, StandardRecord.id.is_not(None))
    runs = known_runs(
        Run.state != RunState.CANCELLED,
        going,
        Run.ends_on >= asked.first,
        Run.starts_on <= asked.last if asked.last else sa.true(),
        in_centers(Run.center_id, asked.among),
    )
    today = clock.today()
    return [words_out(_with_page(run, asked.base, now), run.declared, today) for run in runs]


def changed_at() -> datetime:
    """When the public file last became another one: an act, a publication, or a new day."""
    now = clock.now()
    told = sa.or_(*(Event.verb.startswith(verb) for verb in TOLD_BY))
    act = db.session.scalar(sa.select(Event.at).where(told).order_by(Event.id.desc()).limit(1))
    published = db.session.scalar(
        sa.select(sa.func.max(Run.published_at)).where(Run.published_at <= now)
    )
    moments = (act, published, dates.start_of(clock.today()))
    return max(moment for moment in moments if moment)


def _with_page(run: KnownRun, base: str | None, now: datetime) -> Cells:
    shown = run.published_at is not None and run.published_at <= now
    if not base or not shown or run.state is RunState.DRAFT:
        return run.ours
    return run.ours | {c.HOMEPAGE: f"{base.rstrip('/')}/runs/{run.id}"}
