"""When somebody is taken for one of a priority group (우선 대상, R4); plain values, no database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

LONGEST = timedelta(days=3653)
SOON = timedelta(days=30)


class Reason(StrEnum):
    """Why a flag is not set, or not taken away."""

    NO_SUCH_GROUP = "지금은 쓰지 않는 우선 대상입니다. 다시 골라 주세요."
    IN_THE_PAST = "이미 지난 날입니다. 오늘이나 그 뒤의 날을 적어 주세요."
    TOO_FAR = "10년 안의 날을 적어 주세요. 끝이 없으면 비워 두세요."
    RESIDENTS_ONLY = "우선 대상은 구민만 확인합니다."
    REVOKED = "이미 거둔 확인입니다. 화면을 새로 고쳐 확인해 주세요."


Refusal = tuple[Reason, dict[str, object]]


class Standing(StrEnum):
    """Whether a flag holds today."""

    HOLDS = "holds"
    SOON_OVER = "soon_over"
    OVER = "over"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        """As the desk reads it."""
        return {
            "holds": "유효",
            "soon_over": "곧 끝남",
            "over": "기한 지남",
            "revoked": "거둠",
        }[self.value]


@dataclass(frozen=True)
class Flag:
    """A flag that is not revoked: of which group, until when (None: for good)."""

    id: int
    group_id: int
    valid_until: date | None


def verify_refusal(active: bool, valid_until: date | None, today: date) -> Refusal | None:
    """Why nobody is taken for one of this group until then."""
    if not active:
        return Reason.NO_SUCH_GROUP, {}
    if valid_until is not None and valid_until < today:
        return Reason.IN_THE_PAST, {}
    far = valid_until is not None and valid_until > today + LONGEST
    return (Reason.TOO_FAR, {}) if far else None


def same(flags: Iterable[Flag], group_id: int, valid_until: date | None) -> Flag | None:
    """The flag that says the very same already: the second of two taps."""
    wanted = (group_id, valid_until)
    return next((one for one in flags if (one.group_id, one.valid_until) == wanted), None)


def standing(valid_until: date | None, revoked: bool, today: date) -> Standing:
    """Whether a flag holds."""
    if revoked:
        return Standing.REVOKED
    if valid_until is None:
        return Standing.HOLDS
    if valid_until < today:
        return Standing.OVER
    return Standing.SOON_OVER if valid_until <= today + SOON else Standing.HOLDS
