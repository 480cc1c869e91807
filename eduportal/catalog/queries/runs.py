"""Runs: lists as plain rows, single ones whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import joinedload, selectinload

from eduportal.accounts.models import Account
from eduportal.accounts.rules import Audience
from eduportal.catalog.models import Instructor, Meeting, Room, Run
from eduportal.catalog.policies import findings_of
from eduportal.catalog.queries.among import Centers, Condition, in_centers
from eduportal.catalog.refusals import refused
from eduportal.catalog.rules import (
    Kind,
    RunState,
    Standing,
    Status,
    publication_refusals,
    status,
)
from eduportal.catalog.rules.intake import Selection
from eduportal.shared.dates import next_month
from eduportal.shared.db import db
from eduportal.shared.events import Event

PER_PAGE = 24
OPEN_TO_NEWCOMERS = (Status.OPEN, Status.WAITLIST, Status.LEFT_OVER)
MOST_PAGES = 10_000


def public(now: datetime) -> Condition:
    """What everybody sees: a run from its publication on; no draft, not even a cancelled one."""
    return sa.and_(Run.state != RunState.DRAFT, Run.published_at <= now)


@dataclass(frozen=True)
class Filters:
    """What a list of runs is narrowed to; every word must be found."""

    center_id: int | None = None
    status: Status | None = None
    kind: Kind | None = None
    track: str | None = None
    audience: Audience | None = None
    weekday: int | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class OfficeFilters:
    """What the office's list is narrowed to; `month` is the first day of one."""

    center_id: int | None = None
    status: Status | None = None
    month: date | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChangedBy:
    """Who changed something of a run last, and when; no name where no account did."""

    at: datetime
    name: str | None


@dataclass(frozen=True)
class RunLine:
    """A run as a list shows it."""

    id: int
    title: str
    kind: Kind
    track: str
    audience: Audience
    center_id: int
    room: str | None
    status: Status
    weekdays: str
    time_of_day: str
    starts_at: datetime | None
    starts_on: date | None
    ends_on: date | None
    meeting_count: int
    apply_from: datetime
    apply_until: datetime
    capacity: int
    places_taken: int
    waiting: int
    seats_left: int
    selection: Selection = Selection.FIRST_COME
    collects: bool = False
    applied: int = 0


class RunLines(Pagination):
    """One page of run lines; `statement` and `where` are the query, `now` dates the status."""

    def _query_items(self) -> list[RunLine]:
        page = self._query_args["statement"].limit(self.per_page).offset(self._query_offset)
        return _lines(page, self._query_args["now"])

    def _query_count(self) -> int:
        count = sa.select(sa.func.count()).select_from(Run).where(*self._query_args["where"])
        return db.session.scalar(count) or 0


def status_is(wanted: Status, now: datetime) -> Condition:
    """The condition in SQL that `rules.status` answers `wanted`; a test holds the two together."""
    published = Run.state == RunState.PUBLISHED
    shown = sa.and_(published, Run.published_at <= now)
    begun = sa.and_(shown, Run.apply_from <= now)
    if wanted is Status.DRAFT:
        return Run.state == RunState.DRAFT
    if wanted is Status.CANCELLED:
        return Run.state == RunState.CANCELLED
    if wanted is Status.SCHEDULED:
        return sa.and_(published, Run.published_at > now)
    if wanted is Status.UPCOMING:
        return sa.and_(shown, Run.apply_from > now)
    if wanted in (Status.OPEN, Status.WAITLIST, Status.CLOSED):
        return sa.and_(begun, Run.apply_until > now, _open_status_is(wanted))
    return sa.and_(begun, Run.apply_until <= now, _course_status_is(wanted, now))


COLLECTING = tuple(one for one in Selection if one.collects)


def collects() -> Condition:
    """The condition in SQL that applications of a run are collected still."""
    return sa.and_(Run.selection.in_(COLLECTING), Run.selected_at.is_(None))


def _open_status_is(wanted: Status) -> Condition:
    takes_in = sa.or_(collects(), _has_place())
    if wanted is Status.OPEN:
        return takes_in
    may_wait = Run.waiting < Run.waiting_limit
    return sa.and_(~takes_in, may_wait if wanted is Status.WAITLIST else ~may_wait)


def _has_place() -> Condition:
    return sa.and_(Run.places_held < Run.capacity, Run.waiting == 0)


def _course_status_is(wanted: Status, now: datetime) -> Condition:
    # No moment compared with none is neither true nor false: it is asked for first.
    to_start = sa.or_(Run.starts_at.is_(None), Run.starts_at > now)
    deciding = sa.and_(collects(), to_start)
    if wanted is Status.DECIDING:
        return deciding
    until = sa.func.coalesce(Run.gives_until, Run.starts_at)
    gives = sa.and_(until.is_not(None), until > now)
    left_over = sa.and_(Run.left_over, gives, ~collects(), _has_place())
    if wanted is Status.LEFT_OVER:
        return left_over
    return sa.and_(~deciding, ~left_over, _stage_is(wanted, now))


def _stage_is(wanted: Status, now: datetime) -> Condition:
    if wanted is Status.STARTING:
        return sa.or_(Run.starts_at.is_(None), Run.ends_at.is_(None), Run.starts_at > now)
    ended = Run.ends_at <= now
    return sa.and_(Run.starts_at <= now, ended if wanted is Status.ENDED else Run.ends_at > now)


def runs_page(filters: Filters, now: datetime, page: int = 1) -> RunLines:
    """Runs that everybody sees: open ones first, then those that open soonest, then by start.

    Ended ones only where asked for by status, the latest first.
    """
    where = [public(now), *_narrowed(filters, now)]
    return _page(where, _public_order(filters.status, now), now, page)


def open_now(now: datetime, most: int = 6) -> list[RunLine]:
    """Runs with a place or a waiting list open to newcomers, those that close first in front.

    Employees' runs stand behind: most who come are residents.
    """
    is_open = sa.or_(*(status_is(one, now) for one in OPEN_TO_NEWCOMERS))
    order = (
        Run.audience != Audience.RESIDENT,
        status_is(Status.WAITLIST, now),
        Run.apply_until <= now,
        Run.apply_until,
        Run.starts_at,
        Run.id,
    )
    return _lines(_select_lines([public(now), is_open], order).limit(most), now)


def opening_next(now: datetime, most: int = 6) -> list[RunLine]:
    """Runs whose window has not begun, the next one in front."""
    order = (Run.audience != Audience.RESIDENT, Run.apply_from, Run.starts_at, Run.id)
    upcoming = [public(now), status_is(Status.UPCOMING, now)]
    return _lines(_select_lines(upcoming, order).limit(most), now)


def lines(
    where: Sequence[Condition], order: Sequence[Any], now: datetime, most: int | None = None
) -> list[RunLine]:
    """The runs that meet every condition, one row each, `most` of them or all."""
    return _lines(_select_lines(where, order).limit(most), now)


def run(run_id: int, now: datetime) -> Run | None:
    """A run that everybody may see, with all that its page shows."""
    return _whole(Run.id == run_id, public(now))


def office_runs_page(
    filters: OfficeFilters, among: Centers, now: datetime, page: int = 1
) -> RunLines:
    """Runs of the given centers, drafts included; ended ones only by month or status."""
    where = [in_centers(Run.center_id, among), *_office_narrowed(filters, now)]
    latest_first = filters.status is Status.ENDED
    start = Run.starts_at.desc() if latest_first else Run.starts_at
    order = (Run.state != RunState.DRAFT, start, Run.id)
    return _page(where, order, now, page)


def office_run(run_id: int, among: Centers) -> Run | None:
    """A run of the given centers, in any state, with all that its page shows."""
    return _whole(Run.id == run_id, in_centers(Run.center_id, among))


def office_meeting(meeting_id: int, among: Centers) -> Meeting | None:
    """A meeting of a run of the given centers."""
    return db.session.scalar(
        sa.select(Meeting)
        .join(Meeting.run)
        .where(Meeting.id == meeting_id, in_centers(Run.center_id, among))
    )


def draft_count(among: Centers) -> int:
    """How many drafts the given centers have."""
    drafts = sa.select(sa.func.count()).where(
        Run.state == RunState.DRAFT, in_centers(Run.center_id, among)
    )
    return db.session.scalar(drafts) or 0


def office_runs(run_ids: Sequence[int], among: Centers) -> Sequence[Run]:
    """These runs, as far as they are of the given centers, by their first class."""
    return db.session.scalars(
        sa.select(Run)
        .where(Run.id.in_(run_ids), in_centers(Run.center_id, among))
        .order_by(Run.starts_at.is_(None), Run.starts_at, Run.id)
    ).all()


def last_changes(run_id: int) -> dict[str, ChangedBy]:
    """Who changed each field of a run's plan last, as far as the latest edits tell."""
    rows = db.session.execute(
        sa.select(Event.verb, Event.at, Event.detail, Account.name)
        .outerjoin(Account, Account.id == Event.account_id)
        .where(Event.run_id == run_id, Event.verb.in_(("run.edited", "run.capacity")))
        .order_by(Event.id.desc())
        .limit(100)
    )
    found: dict[str, ChangedBy] = {}
    for verb, at, detail, name in rows:
        for changed in ("capacity",) if verb == "run.capacity" else detail.get("changed", ()):
            found.setdefault(changed, ChangedBy(at, name))
    return found


def room_names() -> dict[int, str]:
    """What every room is called, by its id."""
    return dict(db.session.execute(sa.select(Room.id, Room.name)).all())


def instructor_names() -> dict[int, str]:
    """What everybody who teaches or taught is called, by their id."""
    return dict(db.session.execute(sa.select(Instructor.id, Instructor.name)).all())


def lacking(draft: Run, now: datetime) -> list[str]:
    """Sentences that name what a draft still needs before it can be published."""
    contradictions = [(reason, facts) for _field, reason, facts in findings_of(draft)]
    refusals = [*publication_refusals(draft.readiness, now), *contradictions]
    return [refused(refusal).sentence for refusal in refusals]


_LINE = (
    Run.id,
    Run.title,
    Run.section,
    Run.kind,
    Run.track,
    Run.audience,
    Run.center_id,
    Room.name.label("room"),
    Run.state,
    Run.published_at,
    Run.apply_from,
    Run.apply_until,
    Run.starts_at,
    Run.ends_at,
    Run.capacity,
    Run.places_held.label("places_taken"),
    Run.waiting,
    Run.waiting_limit,
    Run.applied,
    Run.selection,
    Run.selected_at,
    Run.left_over,
    Run.gives_until,
    Run.weekdays,
    Run.time_of_day,
    Run.starts_on,
    Run.ends_on,
    Run.meeting_count,
)


def _page(where: Sequence[Condition], order: Sequence[Any], now: datetime, page: int) -> RunLines:
    return RunLines(
        page=min(max(page, 1), MOST_PAGES),
        per_page=PER_PAGE,
        error_out=False,
        statement=_select_lines(where, order),
        where=where,
        now=now,
    )


def _select_lines(where: Sequence[Condition], order: Sequence[Any]) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(*_LINE).outerjoin(Room, Room.id == Run.room_id).where(*where).order_by(*order)


def _lines(statement: sa.Select[*tuple[Any, ...]], now: datetime) -> list[RunLine]:
    return [_line(row, now) for row in db.session.execute(statement)]


def _line(row: sa.Row[*tuple[Any, ...]], now: datetime) -> RunLine:
    standing = _standing(row)
    return RunLine(
        id=row.id,
        title=f"{row.title} ({row.section})" if row.section else row.title,
        kind=row.kind,
        track=row.track,
        audience=row.audience,
        center_id=row.center_id,
        room=row.room,
        status=status(standing, now),
        weekdays=row.weekdays,
        time_of_day=row.time_of_day,
        starts_at=row.starts_at,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        meeting_count=row.meeting_count,
        apply_from=row.apply_from,
        apply_until=row.apply_until,
        capacity=row.capacity,
        places_taken=row.places_taken,
        waiting=row.waiting,
        seats_left=standing.seats_left,
        selection=row.selection,
        collects=standing.collects,
        applied=row.applied,
    )


def _standing(row: sa.Row[*tuple[Any, ...]]) -> Standing:
    return Standing(
        row.state,
        row.apply_from,
        row.apply_until,
        row.starts_at,
        row.ends_at,
        row.capacity,
        row.places_taken,
        row.waiting,
        row.waiting_limit,
        row.published_at,
        row.selection,
        row.selected_at,
        row.left_over,
        row.gives_until,
    )


def _narrowed(filters: Filters, now: datetime) -> list[Condition]:
    chosen: list[Condition] = [
        column == value
        for column, value in (
            (Run.center_id, filters.center_id),
            (Run.kind, filters.kind),
            (Run.track, filters.track),
            (Run.audience, filters.audience),
        )
        if value is not None
    ]
    if filters.weekday is not None:
        chosen.append(Run.weekdays.contains(str(filters.weekday)))
    chosen += [Run.search_text.contains(word, autoescape=True) for word in filters.words]
    return [*chosen, status_is(filters.status, now) if filters.status else not_over(now)]


def _office_narrowed(filters: OfficeFilters, now: datetime) -> list[Condition]:
    chosen: list[Condition] = []
    if filters.center_id is not None:
        chosen.append(Run.center_id == filters.center_id)
    if filters.month is not None:
        month, after = filters.month, next_month(filters.month)
        chosen.append(sa.and_(Run.starts_on >= month, Run.starts_on < after))
    if filters.status is not None:
        chosen.append(status_is(filters.status, now))
    chosen += [Run.search_text.contains(word, autoescape=True) for word in filters.words]
    if filters.month is None and filters.status is None:
        chosen.append(not_over(now))
    return chosen


def not_over(now: datetime) -> Condition:
    """What a list shows unless it is asked for more: nothing whose last meeting has ended."""
    # Of cancelled runs too: they stay in the list until their last meeting would have ended.
    return sa.or_(Run.ends_at > now, Run.ends_at.is_(None), Run.apply_until > now)


def _public_order(wanted: Status | None, now: datetime) -> tuple[Any, ...]:
    if wanted is Status.ENDED:
        return Run.starts_at.desc(), Run.id.desc()
    upcoming = status_is(Status.UPCOMING, now)
    rank = sa.case(
        (status_is(Status.OPEN, now), 0),
        (status_is(Status.LEFT_OVER, now), 1),
        (status_is(Status.WAITLIST, now), 2),
        (upcoming, 3),
        (Run.state == RunState.PUBLISHED, 4),
        else_=5,
    )
    return rank, sa.case((upcoming, Run.apply_from)), Run.starts_at, Run.id


def _whole(*where: Condition) -> Run | None:
    return db.session.scalar(
        sa.select(Run)
        .where(*where)
        .options(
            joinedload(Run.course),
            joinedload(Run.center),
            joinedload(Run.room),
            joinedload(Run.instructor),
            selectinload(Run.meetings).options(
                joinedload(Meeting.room), joinedload(Meeting.instructor)
            ),
        )
    )
