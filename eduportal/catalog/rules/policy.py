"""What an office sets as the default of its runs (모집 기준)."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self

from eduportal.catalog.rules.intake import (
    PRIORITY,
    WHO,
    Admission,
    Intake,
    Selection,
    collected_until,
)
from eduportal.catalog.rules.windows import WindowPattern


class Reason(StrEnum):
    """Why these defaults cannot be, or why an office cannot open yet."""

    WINDOW_BACKWARDS = "접수를 마감하는 때는 시작하는 때보다 뒤여야 합니다."
    FAIR_TOO_LONG = "처음 추첨하는 시간(%(hours)s시간)은 접수 기간보다 짧아야 합니다."
    GROUPS_NEEDED = "우선선발을 하려면 우선 대상을 하나 이상 골라 주세요."
    RESERVE_NEEDED = (
        "우선선발 후 선착순에는 우선 대상에게 남겨 둘 자리나 먼저 신청할 시간을 정해 주세요."
    )
    APPROVAL_AND_DRAW = (
        "승인과 추첨은 함께 쓸 수 없습니다. 부서 승인을 빼거나 뽑는 방법을 선착순으로 바꿔 주세요."
    )
    WAY_NEEDED = "접수 방법을 하나 이상 골라 주세요."
    STRIKES_NEEDED = "몇 번째부터 며칠인지 앞에서부터 빠짐없이 적어 주세요."
    RESERVE_TOO_LARGE = "우선 대상에게 남겨 두는 자리는 정원의 0%부터 100%까지입니다."
    SHARES_TOO_LARGE = (
        "접수 방법별 자리를 모두 더하면 정원의 %(percent)s%%입니다. 100%%를 넘지 않게 해 주세요."
    )
    STAGE_TOO_LATE = "‘%(who)s’의 접수 시작이 접수 마감보다 늦습니다. 시간을 줄여 주세요."
    CHANNEL_TOO_LATE = "‘%(channel)s’ 접수의 시작이 접수 마감보다 늦습니다. 시간을 줄여 주세요."
    NOBODY_MAY_APPLY = (
        "이대로는 아무도 신청할 수 없습니다. 신청할 수 있는 사람과 접수 방법을 확인해 주세요."
    )
    OFFER_HOURS_BACKWARDS = "빈자리를 안내하는 시간의 끝은 시작보다 뒤여야 합니다."
    AGES_BACKWARDS = "최고 나이는 최저 나이보다 적을 수 없습니다."
    LIST_CLOSED = (
        "추첨 명단이 이미 정해졌습니다. 추첨할 때까지 접수 기간을 바꿀 수 없습니다. 추첨한 뒤에 바꿔"
        " 주세요."
    )
    LIST_AT_ONCE = "추첨 강좌의 접수 마감은 지금보다 뒤여야 합니다. 알린 때까지 신청을 받아 주세요."
    TRAVEL_TOO_LONG = "이동 시간은 0분부터 240분까지입니다."
    OFFICE_NEEDED = "사무소 이름과 연락처를 먼저 저장해 주세요."
    POLICY_NEEDED = "기본 모집 기준을 먼저 확인해 저장해 주세요."


Refusal = tuple[Reason, dict[str, object]]

# What each value is called where two changed it at once, or where a change is on record.
LABELS = {
    "window_from_day": "접수 시작일",
    "window_from_time": "접수 시작 시각",
    "window_until_day": "접수 마감일",
    "window_until_time": "접수 마감 시각",
    "monthly_limit": "한 달에 신청할 수 있는 강좌",
    "waiting_limit": "대기 인원",
    "minimum_age": "최저 나이",
    "completion_percent": "수료 기준",
    "minimum_percent": "최소 인원",
    "selection": "뽑는 방법",
    "fair_hours": "처음 추첨하는 시간",
    "stages": "접수 순서",
    "groups": "우선 대상",
    "age_free_groups": "나이와 상관없는 대상",
    "reserved_percent": "우선 대상에게 남겨 두는 자리",
    "reserve_hours": "우선 대상의 자리를 남겨 두는 시간",
    "loss_memory": "떨어진 횟수만큼 추첨권 더 드리기",
    "draw_source": "추첨에 쓸 공개 값",
    "channels": "접수 방법",
    "share_hours": "접수 방법별 자리를 남겨 두는 시간",
    "repeat_months": "재수강 제한 기간",
    "repeat": "재수강하시는 분",
    "travel_minutes": "교육장 사이를 옮겨 갈 시간",
    "offer_hours": "빈자리를 맡아 두는 시간",
    "offer_to_midnight": "밤 12시까지 맡아 두기",
    "offer_opens": "안내 시작 시각",
    "offer_closes": "안내 끝 시각",
    "last_meeting": "빈자리를 드리는 마지막 수업",
    "left_over": "남은 자리 계속 접수",
    "seat_choice": "좌석 정하기",
    "accessible_hours": "휠체어 좌석을 비워 두는 시간",
    "waiting_line": "대기줄",
    "strikes": "무단불참 제한",
    "late_cancel_hours": "늦은 취소",
    "strike_months": "무단불참을 세는 기간",
    "decision_days": "폐강을 정하는 날",
}


@dataclass(frozen=True)
class Policy:
    """The defaults of every run; what they mean stands in models/office.py."""

    window_from_day: int = 15
    window_from_time: time = time(10)
    window_until_day: int = 17
    window_until_time: time = time(18)
    monthly_limit: int = 2
    waiting_limit: int = 10
    minimum_age: int = 14
    completion_percent: int = 80
    minimum_percent: int = 50
    intake: Intake = field(default_factory=Intake)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """Out of what a course keeps."""
        facts = dict(kept)
        facts["intake"] = Intake.of(facts.get("intake"))
        for name in ("window_from_time", "window_until_time"):
            if name in facts:
                facts[name] = time.fromisoformat(facts[name])
        return cls(**facts)

    def kept(self) -> dict[str, Any]:
        """For a course's row, in what JSON can hold."""
        facts = {name: value for name, value in asdict(self).items() if name != "intake"}
        plain = {n: f"{v:%H:%M}" if isinstance(v, time) else v for n, v in facts.items()}
        return plain | {"intake": self.intake.kept()}

    @property
    def window(self) -> WindowPattern:
        """When people may apply."""
        return WindowPattern(
            self.window_from_day,
            self.window_from_time,
            self.window_until_day,
            self.window_until_time,
        )


# The values that an office keeps in columns of their own.
COLUMNS = tuple(one for one in Policy.__dataclass_fields__ if one != "intake")


def policy_refusal(policy: Policy) -> Refusal | None:
    """Why these defaults contradict themselves."""
    opens = (policy.window_from_day, policy.window_from_time)
    closes = (policy.window_until_day, policy.window_until_time)
    return (Reason.WINDOW_BACKWARDS, {}) if closes <= opens else None


# What of an intake is wrong, and in which field of the form.
Finding = tuple[str, Reason, dict[str, object]]


def intake_findings(
    intake: Intake,
    relations: Collection[str],
    window: timedelta | None = None,
    needs_approval: bool = False,
) -> list[Finding]:
    """Why an intake contradicts itself, field by field; `window`: how long people may apply.

    `needs_approval`: the run's departments approve each application.
    """
    found = _share_findings(intake) + _selection_findings(intake, needs_approval)
    if intake.offer_closes <= intake.offer_opens:
        found.append(("offer_closes", Reason.OFFER_HOURS_BACKWARDS, {}))
    if not 0 <= intake.travel_minutes <= 240:
        found.append(("travel_minutes", Reason.TRAVEL_TOO_LONG, {}))
    return found + (_window_findings(intake, relations, window) if window else [])


def window_refusal(
    intake: Intake,
    old: tuple[datetime, datetime],
    new: tuple[datetime, datetime],
    selected_at: datetime | None,
    now: datetime,
) -> Refusal | None:
    """Why a window (from, until) stays as it is: nobody chooses who is in a draw by moving it."""
    if not intake.selection.draws or selected_at is not None:
        return None
    before, after = collected_until(intake, *old), collected_until(intake, *new)
    if before == after:
        return None
    if now >= before:
        return Reason.LIST_CLOSED, {}
    return (Reason.LIST_AT_ONCE, {}) if after <= now else None


_NEED_GROUPS = {Selection.PRIORITY_DRAW, Selection.PRIORITY_FIRST_COME}


def _selection_findings(intake: Intake, needs_approval: bool) -> list[Finding]:
    found: list[Finding] = []
    if needs_approval and intake.selection.collects:
        found.append(("selection", Reason.APPROVAL_AND_DRAW, {}))
    if intake.selection in _NEED_GROUPS and not intake.groups:
        found.append(("groups", Reason.GROUPS_NEEDED, {}))
    preferred = intake.reserved_percent or any(one.who == PRIORITY for one in intake.stages)
    if intake.selection is Selection.PRIORITY_FIRST_COME and not preferred:
        found.append(("reserved_percent", Reason.RESERVE_NEEDED, {}))
    return found


def _share_findings(intake: Intake) -> list[Finding]:
    found: list[Finding] = []
    if not 0 <= intake.reserved_percent <= 100:
        found.append(("reserved_percent", Reason.RESERVE_TOO_LARGE, {}))
    if intake.reserved_percent and not intake.groups and intake.selection not in _NEED_GROUPS:
        found.append(("groups", Reason.GROUPS_NEEDED, {}))
    shares = sum(share.percent for share in intake.channels)
    if shares > 100 or any(share.percent < 0 for share in intake.channels):
        found.append(("channels", Reason.SHARES_TOO_LARGE, {"percent": shares}))
    return found


def _window_findings(
    intake: Intake, relations: Collection[str], window: timedelta
) -> list[Finding]:
    found: list[Finding] = []
    if intake.selection is Selection.FAIR_WINDOW and timedelta(hours=intake.fair_hours) >= window:
        found.append(("fair_hours", Reason.FAIR_TOO_LONG, {"hours": intake.fair_hours}))
    late = [stage for stage in intake.stages if timedelta(hours=stage.hours) >= window]
    found += [("stages", Reason.STAGE_TOO_LATE, {"who": WHO[stage.who]}) for stage in late]
    too_late = [way for way in intake.channels if timedelta(hours=way.hours) >= window]
    found += [
        ("channels", Reason.CHANNEL_TOO_LATE, {"channel": Admission(way.channel).label})
        for way in too_late
    ]
    shut_out = {stage.who for stage in late}
    everybody = set(relations) - shut_out
    ways_shut = bool(intake.channels) and len(too_late) == len(intake.channels)
    if ways_shut or (not everybody and (PRIORITY in shut_out or not intake.groups)):
        found.append(("stages", Reason.NOBODY_MAY_APPLY, {}))
    return found


def findings(policy: Policy, relations: Collection[str]) -> list[Finding]:
    """Everything that contradicts itself in defaults, each at its field."""
    refusal = policy_refusal(policy)
    if refusal is not None:
        return [("window_until_day", *refusal), *intake_findings(policy.intake, relations)]
    return intake_findings(policy.intake, relations, shortest_window(policy))


def shortest_window(policy: Policy) -> timedelta:
    """How long people may apply at least, by the pattern of these defaults."""
    opens, closes = policy.window_from_time, policy.window_until_time
    return timedelta(
        days=policy.window_until_day - policy.window_from_day,
        hours=closes.hour - opens.hour,
        minutes=closes.minute - opens.minute,
    )


def facts_of(policy: Policy) -> dict[str, Any]:
    """Every value of these defaults by its name, those of the intake among them."""
    facts = policy.kept()
    own = {name: fact for name, fact in facts.items() if name != "intake"}
    return own | policy.intake.kept()


def with_facts(policy: Policy, facts: Mapping[str, Any]) -> Policy:
    """These defaults, with some of their values by name as `facts_of` gives them."""
    own = {name: fact for name, fact in facts.items() if name in Policy.__dataclass_fields__}
    return Policy.of(policy.kept() | own | {"intake": policy.intake.kept() | dict(facts)})


def opening_refusal(has_office: bool, policy_was_set: bool) -> Refusal | None:
    """Why an office cannot open: without a name, or with rules that nobody has looked over."""
    if not has_office:
        return Reason.OFFICE_NEEDED, {}
    return None if policy_was_set else (Reason.POLICY_NEEDED, {})
