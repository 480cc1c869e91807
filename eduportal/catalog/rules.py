"""Kinds of runs, their status, and how their meetings fall; plain values, no database."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

MOST_MEETINGS = 60
RELATIONS = ("lives", "works", "studies")
WEEKDAYS = ("월", "화", "수", "목", "금", "토", "일")


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
    UPCOMING = "upcoming"
    OPEN = "open"
    WAITLIST = "waitlist"
    CLOSED = "closed"
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
    Status.UPCOMING: "접수예정",
    Status.OPEN: "접수중",
    Status.WAITLIST: "대기접수",
    Status.CLOSED: "접수마감",
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

    @property
    def seats_left(self) -> int:
        """Places that a newcomer can still get: none while people wait for them."""
        return 0 if self.waiting else self.capacity - self.places_taken


def status(run: Standing, now: datetime) -> Status:
    """The status at a moment. An application window stands above the course's own dates."""
    if run.state is RunState.CANCELLED:
        return Status.CANCELLED
    if run.state is RunState.DRAFT:
        return Status.DRAFT
    if now < run.apply_from:
        return Status.UPCOMING
    if now < run.apply_until:
        return _open_status(run)
    return _course_status(run, now)


def _open_status(run: Standing) -> Status:
    # A seat that is free while people wait is theirs, not a newcomer's.
    if run.places_taken < run.capacity and run.waiting == 0:
        return Status.OPEN
    return Status.WAITLIST if run.waiting < run.waiting_limit else Status.CLOSED


def _course_status(run: Standing, now: datetime) -> Status:
    if run.starts_at is None or run.ends_at is None or now < run.starts_at:
        return Status.STARTING
    return Status.RUNNING if now < run.ends_at else Status.ENDED


@dataclass(frozen=True)
class Span:
    """A stretch of time, aware; the end is no longer part of it."""

    start: datetime
    end: datetime


def overlap(one: Span, other: Span) -> bool:
    """Whether two spans share a moment."""
    return one.start < other.end and other.start < one.end


@dataclass(frozen=True)
class Pattern:
    """`count` classes from a day on, on certain weekdays (Monday is 0), always at one time."""

    first: date
    weekdays: Collection[int]
    count: int
    starts: time
    ends: time


def meeting_days(
    first: date, weekdays: Collection[int], count: int, closed: Collection[date]
) -> list[date]:
    """`count` days from `first` on, on the given weekdays (Monday is 0), closed days left out.

    ValueError when no weekday is given or count is not between 1 and 60.
    """
    if not weekdays or not 1 <= count <= MOST_MEETINGS:
        raise ValueError("a pattern needs weekdays and 1 to 60 meetings")
    days: list[date] = []
    day = first
    while len(days) < count:
        if day.weekday() in weekdays and day not in closed:
            days.append(day)
        day += timedelta(days=1)
    return days


def skipped_days(
    first: date, last: date, weekdays: Collection[int], closed: Mapping[date, str]
) -> list[tuple[date, str]]:
    """The closed days, with their names, that a pattern would have met on until its last day."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [(day, closed[day]) for day in days if day.weekday() in weekdays and day in closed]


def weekdays_of(days: Sequence[date]) -> list[int]:
    """The weekdays that occur, Monday first."""
    return sorted({day.weekday() for day in days})


def weekdays_in_words(weekdays: str) -> str:
    """`화·목` from the `1,3` that a run keeps."""
    return "·".join(WEEKDAYS[int(number)] for number in weekdays.split(",") if number)


def time_of_day(times: Iterable[tuple[time, time]]) -> str:
    """`10:00~12:00` when all meetings begin and end alike, else nothing."""
    different = set(times)
    if len(different) != 1:
        return ""
    start, end = different.pop()
    return f"{start:%H:%M}~{end:%H:%M}"


def hours_in_words(minutes: int) -> str:
    """`16시간`, `1시간 30분`."""
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{hours}시간"] * bool(hours) + [f"{rest}분"] * bool(rest))


def normalized(text: str) -> str:
    """How titles and searches are compared: one form of each sign, lower case, no white space."""
    return "".join(unicodedata.normalize("NFKC", text).lower().replace("\0", "").split())


def searchable(parts: Iterable[str | None]) -> str:
    """What a run is found by. The parts stay apart, so that no word is found across two."""
    return "\n".join(normalized(part) for part in parts if part)


def search_words(text: str) -> tuple[str, ...]:
    """The words somebody typed, each as it is compared; ten are enough."""
    return tuple(word for word in map(normalized, text.split()[:10]) if word)


@dataclass(frozen=True)
class Dated:
    """What a center is called, and where it is, from a day on."""

    valid_from: date
    name: str
    place: str | None


def as_of(names: Sequence[Dated], day: date) -> Dated:
    """The name on a day: the last one that had begun, else the first one there is."""
    begun = [dated for dated in names if dated.valid_from <= day]
    return begun[-1] if begun else names[0]


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


# Where a published run is held and for how many is changed by verbs that tell the people in it.
SETTLED_BY_PUBLICATION = frozenset({"center_id", "room_id", "capacity"})


@dataclass(frozen=True)
class Readiness:
    """What is asked of a draft before everybody sees it; instants are aware."""

    room_id: int | None
    seats: int
    capacity: int
    starts_at: datetime | None
    apply_until: datetime
    cancel_until: datetime


class Reason(StrEnum):
    """Why a verb says no."""

    TITLE_TAKEN = "‘%(title)s’ 과정이 이미 있습니다. 다른 이름을 써 주세요."
    WINDOW_BACKWARDS = "접수 마감은 접수 시작보다 뒤여야 합니다."
    AGES_BACKWARDS = "최고 나이는 최저 나이보다 적을 수 없습니다."
    RELATION_NEEDED = "신청할 수 있는 사람(거주, 직장, 재학)을 하나 이상 골라 주세요."
    ROOM_ELSEWHERE = "고른 강의실은 이 교육장의 강의실이 아닙니다. 강의실을 다시 골라 주세요."
    INSTRUCTOR_GONE = "고른 강사는 지금 활동하지 않습니다. 강사를 다시 골라 주세요."
    MEETING_BACKWARDS = "끝나는 시각은 시작하는 시각보다 뒤여야 합니다."
    OVERLAPS_ITSELF = "이 강좌의 %(when)s 수업과 시간이 겹칩니다."
    ROOM_TAKEN = (
        "%(room)s에서는 %(when)s에 ‘%(other)s’(%(center)s) 수업이 있습니다. "
        "시간이나 강의실을 바꿔 주세요."
    )
    INSTRUCTOR_TAKEN = (
        "%(instructor)s 강사는 %(when)s에 ‘%(other)s’(%(center)s) 수업을 합니다. "
        "시간이나 강사를 바꿔 주세요."
    )
    ROOM_CLOSED = "%(day)s에는 %(room)s을(를) 쓸 수 없습니다. 다른 강의실을 골라 주세요."
    ROOM_NEEDED = "강의실을 골라 주세요."
    MEETINGS_NEEDED = "수업 날짜를 넣어 주세요."
    CAPACITY_ABOVE_SEATS = (
        "정원 %(capacity)s명이 강의실에서 쓸 수 있는 좌석 %(seats)s개보다 많습니다. "
        "정원을 줄이거나 강의실을 바꿔 주세요."
    )
    WINDOW_AFTER_START = "접수는 첫 수업(%(first)s) 전에 끝나야 합니다."
    CANCEL_AFTER_START = "취소 기한은 첫 수업(%(first)s)보다 늦을 수 없습니다."
    WINDOW_OVER = "접수 마감(%(until)s)이 이미 지났습니다. 접수 기간을 다시 정해 주세요."
    NOT_A_DRAFT = "이미 공개한 강좌입니다. 작성중인 강좌에서만 할 수 있습니다."
    RUN_CANCELLED = "폐강된 강좌는 바꿀 수 없습니다."
    SETTLED = "공개한 강좌의 교육장과 강의실, 정원은 여기서 바꿀 수 없습니다."
    REASON_NEEDED = "접수가 시작되었거나 신청한 분이 있는 강좌입니다. 바꾸는 사유를 적어 주세요."


Refusal = tuple[Reason, dict[str, object]]


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
    state: RunState, changed: Collection[str], applied: bool, opened: bool, reason: str | None
) -> Refusal | None:
    """Why these fields of a run may not be changed so: a draft is free, a published run is not.

    `applied`: somebody has applied; `opened`: its window has begun. Both ask for a reason.
    """
    if state is RunState.CANCELLED:
        return Reason.RUN_CANCELLED, {}
    if state is RunState.DRAFT or not changed:
        return None
    if SETTLED_BY_PUBLICATION & set(changed):
        return Reason.SETTLED, {}
    if (applied or opened) and not reason:
        return Reason.REASON_NEEDED, {}
    return None


@dataclass(frozen=True)
class Slot:
    """A class to be held: when, in which room, by whom."""

    span: Span
    room_id: int
    instructor_id: int | None


@dataclass(frozen=True)
class Taken:
    """A class of another run that stands already, with what it is called by."""

    slot: Slot
    title: str
    center: str
    room: str
    instructor: str | None


def clash_refusal(slots: Iterable[Slot], taken: Iterable[Taken]) -> Refusal | None:
    """The first class of another run in the same room, or by the same instructor, meanwhile."""
    others = list(taken)
    for slot in slots:
        for other in others:
            if overlap(slot.span, other.slot.span) and (refusal := _clash(slot, other)):
                return refusal
    return None


def _clash(slot: Slot, other: Taken) -> Refusal | None:
    facts: dict[str, object] = {
        "when": other.slot.span,
        "other": other.title,
        "center": other.center,
    }
    if slot.room_id == other.slot.room_id:
        return Reason.ROOM_TAKEN, facts | {"room": other.room}
    if slot.instructor_id is not None and slot.instructor_id == other.slot.instructor_id:
        return Reason.INSTRUCTOR_TAKEN, facts | {"instructor": other.instructor}
    return None


def pattern_refusal(spans: Iterable[Span]) -> Refusal | None:
    """Why the meetings of one run cannot stand side by side."""
    placed: list[Span] = []
    for span in spans:
        if refusal := own_clash_refusal(span, placed):
            return refusal
        placed.append(span)
    return None


def own_clash_refusal(span: Span, others: Iterable[Span]) -> Refusal | None:
    """Why a meeting cannot stand beside the others of its run."""
    if span.start >= span.end:
        return Reason.MEETING_BACKWARDS, {}
    for other in others:
        if overlap(span, other):
            return Reason.OVERLAPS_ITSELF, {"when": other}
    return None
