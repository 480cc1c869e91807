"""What calendars, schedules and feeds show: runs by their moments, and when they changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from eduportal.accounts.rules import Audience
from eduportal.catalog.models import Course, Instructor, Room, Run
from eduportal.catalog.queries.among import Condition
from eduportal.catalog.queries.runs import (
    OPEN_TO_NEWCOMERS,
    RunLine,
    lines,
    not_over,
    public,
    status_is,
)
from eduportal.catalog.rules import Kind, RunState, Status
from eduportal.shared.dates import next_month
from eduportal.shared.db import db
from eduportal.shared.events import Event

# A calendar that was subscribed to still has to hear of what was called off not long ago.
KEPT_IN_CALENDARS = timedelta(days=60)
NEWEST = 100
# What is done to a run without changing anything that everybody sees of it.
UNSEEN = ("run.told", "run.closed", "run.shares_set")


@dataclass(frozen=True)
class Announcement:
    """A run as the world outside is told of it; `version` counts what was changed about it."""

    id: int
    title: str
    section: str | None
    summary: str
    center_id: int
    room: str | None
    kind: Kind
    audience: Audience
    state: RunState
    fee: int
    starts_on: date | None
    ends_on: date | None
    weekdays: str
    time_of_day: str
    apply_from: datetime
    apply_until: datetime
    created_at: datetime
    published_at: datetime
    changed_at: datetime | None
    version: int

    @property
    def full_title(self) -> str:
        """Title with its section."""
        return f"{self.title} ({self.section})" if self.section else self.title

    @property
    def cancelled(self) -> bool:
        """Whether it is not held after all."""
        return self.state is RunState.CANCELLED

    @property
    def updated_at(self) -> datetime:
        """When something about it was last new to everybody."""
        return max(self.published_at, self.changed_at or self.published_at)


def windows_within(
    first: datetime, after: datetime, now: datetime, center_id: int | None = None
) -> list[RunLine]:
    """Public runs whose window opens or closes, or whose classes begin, from first to after."""
    moments = (Run.apply_from, Run.apply_until, Run.starts_at)
    within = sa.or_(*(sa.and_(moment >= first, moment < after) for moment in moments))
    return lines([public(now), within, *_at(center_id)], (Run.apply_from, Run.title, Run.id), now)


def opening_within(
    first: datetime, after: datetime, now: datetime, center_id: int | None = None
) -> list[RunLine]:
    """Public runs that are held and whose window opens from first to after, in that order."""
    held = Run.state == RunState.PUBLISHED
    where = [public(now), held, Run.apply_from >= first, Run.apply_from < after, *_at(center_id)]
    return lines(where, (Run.apply_from, Run.title, Run.id), now)


def next_opening(after: datetime, now: datetime, center_id: int | None = None) -> datetime | None:
    """When the first window after a moment opens."""
    return db.session.scalar(
        sa.select(sa.func.min(Run.apply_from)).where(
            public(now), Run.state == RunState.PUBLISHED, Run.apply_from >= after, *_at(center_id)
        )
    )


def open_at(center_id: int, now: datetime) -> list[RunLine]:
    """A center's runs that newcomers can apply for, and those that open next."""
    wanted = [status_is(one, now) for one in (*OPEN_TO_NEWCOMERS, Status.UPCOMING)]
    order = (Run.apply_from > now, Run.apply_until <= now, Run.apply_until, Run.starts_at, Run.id)
    return lines([public(now), Run.center_id == center_id, sa.or_(*wanted)], order, now)


def held_in(month: date, center_id: int, now: datetime) -> list[RunLine]:
    """A center's public runs with classes in a month: those that begin in it, then the others."""
    where = [
        public(now),
        Run.center_id == center_id,
        Run.starts_on < next_month(month),
        Run.ends_on >= month,
    ]
    return lines(where, (Run.starts_on < month, Run.starts_at, Run.title, Run.id), now)


def public_instructors(run_ids: Sequence[int]) -> dict[int, str]:
    """Who teaches a run, where the instructor lets everybody know."""
    rows = db.session.execute(
        sa.select(Run.id, Instructor.name)
        .join(Instructor, Instructor.id == Run.instructor_id)
        .where(Run.id.in_(run_ids), Instructor.name_is_public)
    )
    return {row.id: row.name for row in rows}


def related(run: Run, now: datetime, most: int = 4) -> list[RunLine]:
    """Other runs to come of the same course, then of the same track, for the same audience."""
    where = [
        public(now),
        not_over(now),
        Run.state == RunState.PUBLISHED,
        Run.id != run.id,
        Run.audience == run.audience,
        sa.or_(Run.course_id == run.course_id, Run.track == run.track),
        Run.starts_at > now,
    ]
    order = (Run.course_id != run.course_id, Run.apply_until <= now, Run.starts_at, Run.id)
    return lines(where, order, now, most)


def announced(run_id: int, now: datetime) -> Announcement | None:
    """One public run, as a calendar is told of it."""
    found = _announcements([public(now), Run.id == run_id])
    return found[0] if found else None


def announced_among(run_ids: Iterable[int], now: datetime) -> dict[int, Announcement]:
    """Those of some runs that are public, by their ids."""
    where = [public(now), Run.id.in_(sorted(run_ids))]
    return {run.id: run for run in _announcements(where)}


def news(
    now: datetime, center_id: int | None = None, kind: Kind | None = None
) -> list[Announcement]:
    """Public runs that are not over, the newest or latest changed first."""
    where = [public(now), not_over(now), *_at(center_id)]
    if kind is not None:
        where.append(Run.kind == kind)
    found = sorted(_announcements(where), key=lambda one: (one.updated_at, one.id), reverse=True)
    return found[:NEWEST]


def windows_to_come(now: datetime, center_id: int | None = None) -> list[Announcement]:
    """Public runs whose window closes from not long ago on, by when it opens."""
    where = [public(now), Run.apply_until > now - KEPT_IN_CALENDARS, *_at(center_id)]
    return sorted(_announcements(where), key=lambda one: (one.apply_from, one.id))


def sitemap_lines(now: datetime) -> list[tuple[int, datetime]]:
    """Every public run that is not over, with when something about it was last new."""
    return [(run.id, run.updated_at) for run in _announcements([public(now), not_over(now)])]


def _at(center_id: int | None) -> list[Condition]:
    return [] if center_id is None else [Run.center_id == center_id]


def _announcements(where: Sequence[Condition]) -> list[Announcement]:
    # Bookings leave events of the same run: only what was done to the run itself counts.
    of_run = sa.and_(
        Event.run_id == Run.id, Event.verb.startswith("run."), Event.verb.not_in(UNSEEN)
    )
    rows = db.session.execute(
        sa.select(
            Run.id,
            Run.title,
            Run.section,
            Course.summary,
            Run.center_id,
            Room.name.label("room"),
            Run.kind,
            Run.audience,
            Run.state,
            Run.fee,
            Run.starts_on,
            Run.ends_on,
            Run.weekdays,
            Run.time_of_day,
            Run.apply_from,
            Run.apply_until,
            Run.created_at,
            Run.published_at,
            sa.select(sa.func.max(Event.at)).where(of_run).scalar_subquery().label("changed_at"),
            sa.select(sa.func.count(Event.id)).where(of_run).scalar_subquery().label("version"),
        )
        .join(Course, Course.id == Run.course_id)
        .outerjoin(Room, Room.id == Run.room_id)
        .where(*where)
    )
    return [Announcement(**row._mapping) for row in rows]
