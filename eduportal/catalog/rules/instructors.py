"""When instructors can teach, and when they may leave; plain values, no database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from eduportal.catalog.rules.reasons import Reason as CatalogReason
from eduportal.catalog.rules.reasons import Refusal

# What an instructor's own courses, hours and absences say about a class.
OWN_OBSTACLES = frozenset(
    {
        CatalogReason.INSTRUCTOR_AWAY,
        CatalogReason.INSTRUCTOR_OTHER_COURSES,
        CatalogReason.INSTRUCTOR_UNAVAILABLE,
    }
)
NAMED_CLASSES = 3


class Reason(StrEnum):
    """Why a verb about instructors says no."""

    HOURS_BACKWARDS = "끝나는 시각은 시작하는 시각보다 뒤여야 합니다."
    ABSENCE_BACKWARDS = "마지막 날은 첫날보다 앞설 수 없습니다."
    ABSENCE_OVER = "이미 지난 날입니다. 오늘 이후의 날을 입력해 주세요."
    HAS_TAUGHT = "이미 강좌를 맡은 강사의 계정은 다른 강사에게 이을 수 없습니다."
    HOLDS_CLASSES = (
        "앞으로 맡은 수업이 %(count)s번 있어 활동을 마칠 수 없습니다: %(classes)s. "
        "다른 강사를 정한 뒤 다시 해 주세요."
    )


@dataclass(frozen=True)
class Stretch:
    """A stretch of a weekday (Monday is 0), by Seoul's clock."""

    weekday: int
    starts: time
    ends: time


def hours_refusal(stretch: Stretch) -> Refusal | None:
    """Why nobody can teach in such a stretch."""
    return (Reason.HOURS_BACKWARDS, {}) if stretch.starts >= stretch.ends else None


def joined(new: Stretch, there: Iterable[Stretch]) -> tuple[Stretch, list[Stretch]]:
    """The new stretch made one with those that it touches, and which ones they are.

    A class that reaches over two stretches side by side lies in one of them in this way.
    """
    met = [
        one
        for one in there
        if one.weekday == new.weekday and one.starts <= new.ends and new.starts <= one.ends
    ]
    whole = Stretch(
        new.weekday,
        min(one.starts for one in (new, *met)),
        max(one.ends for one in (new, *met)),
    )
    return whole, met


def absence_refusal(first: date, last: date, today: date) -> Refusal | None:
    """Why these days cannot be an absence."""
    if last < first:
        return Reason.ABSENCE_BACKWARDS, {}
    return (Reason.ABSENCE_OVER, {}) if last < today else None


def leaving_refusal(classes: Sequence[str]) -> Refusal | None:
    """Why somebody with these classes to come may not stop teaching."""
    if not classes:
        return None
    named = ", ".join(classes[:NAMED_CLASSES]) + (" …" if len(classes) > NAMED_CLASSES else "")
    return Reason.HOLDS_CLASSES, {"count": len(classes), "classes": named}


def hours(minutes: int) -> Decimal:
    """Minutes as hours with two decimals, rounded half up: 100 are 1.67."""
    return (Decimal(minutes) / 60).quantize(Decimal("0.01"), ROUND_HALF_UP)
