"""A run from a draft to its end: what it is, how it stands, and what it lacks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eduportal.catalog.rules.intake import Selection
from eduportal.catalog.rules.reasons import Reason, Refusal

RELATIONS = ("lives", "works", "studies", "elsewhere")


class Kind(StrEnum):
    """정규, 무료특강, 찾아가는 교육."""

    REGULAR = "regular"
    FREE_SPECIAL = "free_special"
    OUTREACH = "outreach"

    @property
    def label(self) -> str:
        """As written on screen and in reports."""
        return {"regular": "정규", "free_special": "무료특강", "outreach": "찾아가는 교육"}[
            self.value
        ]


class RunState(StrEnum):
    """What staff did with a run; everything else about it is computed."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class Status(StrEnum):
    """What residents read; computed from rows and clock, never typed."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    UPCOMING = "upcoming"
    OPEN = "open"
    WAITLIST = "waitlist"
    CLOSED = "closed"
    DECIDING = "deciding"
    LEFT_OVER = "left_over"
    STARTING = "starting"
    RUNNING = "running"
    ENDED = "ended"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """As written on screen."""
        return _STATUS_LABELS[self]


_STATUS_LABELS = {
    Status.DRAFT: "작성중",
    Status.SCHEDULED: "공개예정",
    Status.UPCOMING: "접수예정",
    Status.OPEN: "접수중",
    Status.WAITLIST: "대기접수",
    Status.CLOSED: "접수마감",
    Status.DECIDING: "선정중",
    Status.LEFT_OVER: "빈자리접수",
    Status.STARTING: "교육예정",
    Status.RUNNING: "교육중",
    Status.ENDED: "종료",
    Status.CANCELLED: "폐강",
}


@dataclass(frozen=True)
class Standing:
    """What the status of a run is computed from; instants are aware."""

    state: RunState
    apply_from: datetime
    apply_until: datetime
    starts_at: datetime | None
    ends_at: datetime | None
    capacity: int
    places_taken: int
    waiting: int
    waiting_limit: int
    published_at: datetime | None = None
    selection: Selection = Selection.FIRST_COME
    selected_at: datetime | None = None
    left_over: bool = False
    gives_until: datetime | None = None

    @property
    def seats_left(self) -> int:
        """Places that a newcomer can still get: none while people wait for them."""
        return 0 if self.waiting else self.capacity - self.places_taken

    @property
    def collects(self) -> bool:
        """Whether applications are collected still, to be decided together."""
        return self.selection.collects and self.selected_at is None

    @property
    def left_over_until(self) -> datetime | None:
        """Until when free places go to whoever comes after the window; None: they do not."""
        return (self.gives_until or self.starts_at) if self.left_over else None


def status(run: Standing, now: datetime) -> Status:
    """The status at a moment. An application window stands above the course's own dates."""
    if run.state is RunState.CANCELLED:
        return Status.CANCELLED
    if run.state is RunState.DRAFT:
        return Status.DRAFT
    if run.published_at is not None and now < run.published_at:
        return Status.SCHEDULED
    if now < run.apply_from:
        return Status.UPCOMING
    if now < run.apply_until:
        return _open_status(run)
    return _course_status(run, now)


def _open_status(run: Standing) -> Status:
    # Whoever applies for a draw is taken in. A seat that is free while people wait is theirs.
    if run.collects or run.seats_left:
        return Status.OPEN
    return Status.WAITLIST if run.waiting < run.waiting_limit else Status.CLOSED


def _course_status(run: Standing, now: datetime) -> Status:
    if run.collects and (run.starts_at is None or now < run.starts_at):
        return Status.DECIDING
    if _has_left_over(run, now):
        return Status.LEFT_OVER
    if run.starts_at is None or run.ends_at is None or now < run.starts_at:
        return Status.STARTING
    return Status.RUNNING if now < run.ends_at else Status.ENDED


def _has_left_over(run: Standing, now: datetime) -> bool:
    until = run.left_over_until
    return until is not None and now < until and not run.collects and run.seats_left > 0


@dataclass(frozen=True)
class CourseContent:
    """What staff write about a course."""

    title: str
    summary: str
    preparation: str | None
    kind: Kind
    track: str
    audience: str


@dataclass(frozen=True)
class RunPlan:
    """What staff decide about a run, apart from its meetings; instants are aware."""

    center_id: int
    room_id: int | None
    instructor_id: int | None
    section: str | None
    note: str | None
    fee: int
    book_fee: int
    capacity: int
    apply_from: datetime
    apply_until: datetime
    cancel_until: datetime
    waiting_limit: int
    monthly_limit: int
    minimum_age: int | None
    maximum_age: int | None
    relations: str
    material_fee: int = 0
    minimum_people: int | None = None
    needs_approval: bool = False
    department_limit: int | None = None


# Where a published run is held and for how many is changed by verbs that ask and tell the people
# in it, also for how many of one department.
SETTLED_BY_PUBLICATION = frozenset({"center_id", "room_id", "capacity", "department_limit"})


@dataclass(frozen=True)
class Readiness:
    """What is asked of a draft before everybody sees it; instants are aware."""

    room_id: int | None
    seats: int
    capacity: int
    starts_at: datetime | None
    apply_until: datetime
    cancel_until: datetime


def plan_refusal(plan: RunPlan) -> Refusal | None:
    """Why a plan contradicts itself."""
    if plan.apply_from >= plan.apply_until:
        return Reason.WINDOW_BACKWARDS, {}
    if not plan.relations:
        return Reason.RELATION_NEEDED, {}
    youngest, oldest = plan.minimum_age, plan.maximum_age
    if youngest is not None and oldest is not None and oldest < youngest:
        return Reason.AGES_BACKWARDS, {}
    return None


def window_refusals(
    starts_at: datetime, apply_until: datetime, cancel_until: datetime
) -> list[Refusal]:
    """Why a window does not go with the first meeting: both end when the class begins."""
    refusals: list[Refusal] = []
    if apply_until > starts_at:
        refusals.append((Reason.WINDOW_AFTER_START, {"first": starts_at}))
    if cancel_until > starts_at:
        refusals.append((Reason.CANCEL_AFTER_START, {"first": starts_at}))
    return refusals


def publication_refusals(draft: Readiness, now: datetime) -> list[Refusal]:
    """Everything that a draft still lacks; nothing when it can be published."""
    refusals: list[Refusal] = []
    if draft.room_id is None:
        refusals.append((Reason.ROOM_NEEDED, {}))
    elif draft.capacity > draft.seats:
        facts: dict[str, object] = {"capacity": draft.capacity, "seats": draft.seats}
        refusals.append((Reason.CAPACITY_ABOVE_SEATS, facts))
    if draft.apply_until <= now:
        refusals.append((Reason.WINDOW_OVER, {"until": draft.apply_until}))
    if draft.starts_at is None:
        return [*refusals, (Reason.MEETINGS_NEEDED, {})]
    return refusals + window_refusals(draft.starts_at, draft.apply_until, draft.cancel_until)


def edit_refusal(
    state: RunState,
    changed: Collection[str],
    applied: bool,
    opened: bool,
    reason: str | None,
    hidden: bool = False,
) -> Refusal | None:
    """Why these fields of a run may not be changed so: a draft is free, a published run is not.

    `applied`: somebody has applied; `opened`: its window has begun. Both ask for a reason.
    `hidden`: nobody but staff has seen it, as a draft or as one that is published later.
    """
    if state is RunState.CANCELLED:
        return Reason.RUN_CANCELLED, {}
    if hidden or state is RunState.DRAFT or not changed:
        return None
    if SETTLED_BY_PUBLICATION & set(changed):
        return Reason.SETTLED, {}
    if (applied or opened) and not reason:
        return Reason.REASON_NEEDED, {}
    return None
