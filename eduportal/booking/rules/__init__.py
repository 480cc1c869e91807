"""Who gets a place, and how a booking moves; plain values, no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where a booking stands."""

    APPLIED = "applied"
    PLACED = "placed"
    WAITING = "waiting"
    OFFERED = "offered"
    NOT_SELECTED = "not_selected"
    DECLINED = "declined"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"
    NOT_COMPLETED = "not_completed"

    @property
    def label(self) -> str:
        """As residents and staff read it."""
        return _LABELS[self]


_LABELS = {
    State.APPLIED: "신청 접수",
    State.PLACED: "수강확정",
    State.WAITING: "대기",
    State.OFFERED: "빈자리 안내",
    State.NOT_SELECTED: "미선정",
    State.DECLINED: "안내 거절",
    State.LAPSED: "안내 기한 지남",
    State.CANCELLED: "취소",
    State.WITHDRAWN: "중도 포기",
    State.COMPLETED: "수료",
    State.NOT_COMPLETED: "미수료",
}


class PaymentKind(StrEnum):
    """What staff record about money."""

    PAYMENT = "payment"
    WAIVER = "waiver"
    REFUND = "refund"

    @property
    def label(self) -> str:
        """As written on screen."""
        return {"payment": "납부", "waiver": "감면·면제", "refund": "환불"}[self.value]


LIVE = frozenset({State.APPLIED, State.WAITING, State.OFFERED, State.PLACED})
HOLDING = frozenset({State.OFFERED, State.PLACED})
ATTENDED = frozenset({State.PLACED, State.COMPLETED, State.NOT_COMPLETED, State.WITHDRAWN})

# The only table of moves; None is a booking that does not exist yet.
MOVES: dict[State | None, frozenset[State]] = {
    None: frozenset({State.APPLIED, State.PLACED, State.WAITING}),
    State.APPLIED: frozenset({State.PLACED, State.WAITING, State.NOT_SELECTED, State.CANCELLED}),
    # Waiting goes straight to placed while a freed seat is given at once, without an offer.
    State.WAITING: frozenset({State.OFFERED, State.PLACED, State.CANCELLED}),
    State.OFFERED: frozenset({State.PLACED, State.DECLINED, State.LAPSED, State.CANCELLED}),
    State.PLACED: frozenset(
        {State.CANCELLED, State.WITHDRAWN, State.COMPLETED, State.NOT_COMPLETED}
    ),
}


def may_move(old: State | None, new: State) -> bool:
    """Whether a booking may go from one state to another."""
    return new in MOVES.get(old, frozenset())


class Reason(StrEnum):
    """Why a verb says no; other files of rules have reasons of their own."""

    NOT_PUBLISHED = "아직 신청을 받지 않는 강좌입니다."
    RUN_CANCELLED = "폐강된 강좌입니다. 다른 강좌를 살펴봐 주세요."
    NOT_YET_OPEN = "접수는 %(opens)s에 시작합니다. 그때 다시 신청해 주세요."
    CLOSED = "접수가 %(closed)s에 끝났습니다."
    OTHER_AUDIENCE = "%(audience)s을 위한 강좌입니다. 다른 강좌를 골라 주세요."
    TOO_YOUNG = "첫 수업일에 만 %(age)s세 이상인 분을 위한 강좌입니다."
    TOO_OLD = "첫 수업일에 만 %(age)s세 이하인 분을 위한 강좌입니다."
    OTHER_RELATION = "%(relations)s을 위한 강좌입니다."
    ALREADY_BOOKED = "이미 신청하신 강좌입니다. ‘나의 신청 내역’에서 확인해 주세요."
    OVERLAPS = "신청하신 ‘%(other)s’ 강좌와 수업 시간이 겹칩니다."
    MONTHLY_LIMIT = "%(month)s월에 시작하는 강좌는 모든 교육장을 합해 한 사람이 %(limit)s개까지 신청할 수 있습니다."
    WAITING_FULL = "정원과 대기 인원이 모두 찼습니다."
    FULL = "남은 자리가 없습니다. 정원을 늘리거나 대기로 신청해 주세요."
    TOO_LATE_TO_CANCEL = "취소 기한(%(until)s까지)이 지났습니다. %(phone)s번으로 전화해 주세요."
    NOT_LIVE = "이미 끝난 신청입니다. 화면을 새로 고쳐 확인해 주세요."
    REASON_NEEDED = "사유를 적어 주세요."
    NOT_RUNNING = "공개된 강좌만 폐강할 수 있습니다. 작성 중인 강좌는 삭제해 주세요."
    RUN_ENDED = "이미 끝난 강좌입니다."
    MEETING_BEGUN = "이미 시작한 수업은 옮길 수 없습니다."
    CAPACITY_BELOW_PLACED = "이미 확정된 %(taken)s명보다 정원을 적게 할 수 없습니다."
    DEPARTMENT_FULL = (
        "이 강좌는 %(department)s에서 %(places)s명까지 수강할 수 있고, 이미 그만큼 확정되었습니다."
    )
    SHARE_BELOW_PLACED = (
        "%(department)s에서 이미 %(placed)s명이 확정되어 부서 인원을 그보다 적게 할 수 없습니다."
    )
    NOT_AWAITING_APPROVAL = "이미 처리된 신청입니다. 화면을 새로 고쳐 확인해 주세요."
    APPROVAL_TOO_LATE = (
        "첫 수업이 시작되어 부서에서 승인할 수 없습니다. 교육 담당자에게 문의해 주세요."
    )
    STILL_OPEN = "접수가 끝난 뒤(%(closes)s)에 정리할 수 있습니다."
    NOBODY_AWAITS = "승인을 기다리는 신청이 없습니다."
    NOT_FOR_EMPLOYEES = "직원 대상 강좌에서만 할 수 있습니다."
    NO_SUCH_EMPLOYEE = "그 직원 번호와 이름으로 등록된 직원이 없습니다. 다시 확인해 주세요."
    CAPACITY_ABOVE_SEATS = "강의실 좌석 %(seats)s개보다 정원을 많게 할 수 없습니다."


# Every rule file has its own reasons.
Refusal = tuple[StrEnum, dict[str, object]]


@dataclass(frozen=True)
class Applicant:
    """What a rule asks of a person. `age` is in full years on the first meeting's day."""

    audience: str
    relation: str
    age: int
    any_age: bool = False


@dataclass(frozen=True)
class Offering:
    """What a rule asks of a run; instants are aware."""

    state: str
    audience: str
    apply_from: datetime
    apply_until: datetime
    minimum_age: int | None
    maximum_age: int | None
    relations: frozenset[str]
    monthly_limit: int
    left_over_until: datetime | None = None


@dataclass(frozen=True)
class Load:
    """What else the person has: live bookings that start that month, and one that overlaps."""

    in_month: int
    month: int
    overlapping: str | None


def window_refusal(run: Offering, now: datetime) -> Refusal | None:
    """Why nobody can apply now (R2)."""
    if run.state == "cancelled":
        return Reason.RUN_CANCELLED, {}
    if run.state != "published":
        return Reason.NOT_PUBLISHED, {}
    if now < run.apply_from:
        return Reason.NOT_YET_OPEN, {"opens": run.apply_from}
    if now >= (run.left_over_until or run.apply_until):
        return Reason.CLOSED, {"closed": run.apply_until}
    return None


def eligibility_refusal(run: Offering, person: Applicant) -> Refusal | None:
    """Why this person is not among those the run is for (R3)."""
    if person.audience != run.audience:
        return Reason.OTHER_AUDIENCE, {"audience": run.audience}
    if not person.any_age and (refusal := _age_refusal(run, person.age)):
        return refusal
    if run.audience == "resident" and person.relation not in run.relations:
        return Reason.OTHER_RELATION, {"relations": run.relations}
    return None


def _age_refusal(run: Offering, age: int) -> Refusal | None:
    if run.minimum_age is not None and age < run.minimum_age:
        return Reason.TOO_YOUNG, {"age": run.minimum_age}
    if run.maximum_age is not None and age > run.maximum_age:
        return Reason.TOO_OLD, {"age": run.maximum_age}
    return None


def load_refusal(run: Offering, load: Load) -> Refusal | None:
    """Why what the person already has stands in the way (R6, R7)."""
    if load.overlapping is not None:
        return Reason.OVERLAPS, {"other": load.overlapping}
    if load.in_month >= run.monthly_limit:
        return Reason.MONTHLY_LIMIT, {"month": load.month, "limit": run.monthly_limit}
    return None


def awaits_approval(audience: str, needs_approval: bool) -> bool:
    """Whether an application waits for the employee's department before it counts."""
    return audience == "employee" and needs_approval


def approval_refusal(run_state: str, starts_at: datetime, now: datetime) -> Refusal | None:
    """Why a department can approve no longer: it may until the first meeting."""
    if run_state == "cancelled":
        return Reason.RUN_CANCELLED, {}
    return (Reason.APPROVAL_TOO_LATE, {}) if has_begun(now, starts_at) else None


def share_refusal(department: str, places: int | None, taken: int) -> Refusal | None:
    """Why one more of a department may not have a place; `places` None: as many as wish."""
    if places is None or taken < places:
        return None
    return Reason.DEPARTMENT_FULL, {"department": department, "places": places}


@dataclass(frozen=True)
class Shares:
    """How many of a department may hold a place: `usual`, and other numbers for some of them.

    None: as many as there are places.
    """

    usual: int | None = None
    others: Mapping[str, int] = field(default_factory=dict)

    def of(self, department: str) -> int | None:
        """How many of this department."""
        return self.others.get(department, self.usual)


def merged_shares(seen: Shares, wanted: Shares, there: Shares) -> Shares:
    """What is kept when somebody who saw `seen` wants `wanted`, and `there` is now in the rows.

    Only what was changed on the page is taken over, so that nobody's other change is lost.
    """
    others = dict(there.others)
    for department in seen.others.keys() | wanted.others.keys():
        new = wanted.others.get(department)
        if new == seen.others.get(department):
            continue
        if new is None:
            others.pop(department, None)
        else:
            others[department] = new
    return Shares(there.usual if wanted.usual == seen.usual else wanted.usual, others)


def shares_refusal(shares: Shares, placed: Mapping[str, int]) -> Refusal | None:
    """Why departments may not have these shares: more of one have a place already."""
    for department, taken in sorted(placed.items()):
        places = shares.of(department)
        if places is not None and taken > places:
            return Reason.SHARE_BELOW_PLACED, {"department": department, "placed": taken}
    return None


def passes_on(now: datetime, gives_until: datetime) -> bool:
    """Whether a freed seat still goes to the waiting list by itself: until the policy's meeting.

    After it staff place people by hand, since whoever comes has missed a part.
    """
    return now < gives_until


def may_cancel(state: State, now: datetime, cancel_until: datetime) -> bool:
    """Whether a person may still give up by themselves (R13): who has no place yet, at any time."""
    if state is State.PLACED:
        return now < cancel_until
    return state in LIVE


def has_begun(now: datetime, starts_at: datetime | None) -> bool:
    """Whether the first meeting has started."""
    return starts_at is not None and now >= starts_at


def state_after_leaving(state: State, now: datetime, starts_at: datetime) -> State:
    """Cancelled before the first meeting, withdrawn after it (only a placed one can withdraw)."""
    if state is State.PLACED and now >= starts_at:
        return State.WITHDRAWN
    return State.CANCELLED


def lowest_free(numbers: Sequence[int], taken: frozenset[int]) -> int | None:
    """The first seat number nobody holds, or None."""
    return next((number for number in sorted(numbers) if number not in taken), None)
