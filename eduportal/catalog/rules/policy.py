"""What an office sets as the default of its runs (모집 기준)."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from eduportal.catalog.rules.windows import WindowPattern


class Reason(StrEnum):
    """Why these defaults cannot be, or why an office cannot open yet."""

    WINDOW_BACKWARDS = "접수를 마감하는 때는 시작하는 때보다 뒤여야 합니다."
    OFFICE_NEEDED = "사무소 이름과 연락처를 먼저 저장해 주세요."
    POLICY_NEEDED = "기본 모집 기준을 먼저 확인해 저장해 주세요."


Refusal = tuple[Reason, dict[str, object]]


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

    @property
    def window(self) -> WindowPattern:
        """When people may apply."""
        return WindowPattern(
            self.window_from_day,
            self.window_from_time,
            self.window_until_day,
            self.window_until_time,
        )


def policy_refusal(policy: Policy) -> Refusal | None:
    """Why these defaults contradict themselves."""
    opens = (policy.window_from_day, policy.window_from_time)
    closes = (policy.window_until_day, policy.window_until_time)
    return (Reason.WINDOW_BACKWARDS, {}) if closes <= opens else None


def opening_refusal(has_office: bool, policy_was_set: bool) -> Refusal | None:
    """Why an office cannot open: without a name, or with rules that nobody has looked over."""
    if not has_office:
        return Reason.OFFICE_NEEDED, {}
    return None if policy_was_set else (Reason.POLICY_NEEDED, {})
