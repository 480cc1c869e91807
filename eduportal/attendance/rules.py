"""Marks, rates and completion; plain values, no database."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction


class Mark(StrEnum):
    """What an instructor notes of one person in one meeting."""

    PRESENT = "present"
    LATE = "late"
    LEFT_EARLY = "left_early"
    ABSENT = "absent"
    EXCUSED = "excused"

    @property
    def label(self) -> str:
        """As written on screen."""
        return _LABELS[self]


_LABELS = {
    Mark.PRESENT: "출석",
    Mark.LATE: "지각",
    Mark.LEFT_EARLY: "조퇴",
    Mark.ABSENT: "결석",
    Mark.EXCUSED: "공결",
}
CAME = frozenset({Mark.PRESENT, Mark.LATE, Mark.LEFT_EARLY})
SLIPS_PER_ABSENCE = 3


def rate(marks: Iterable[Mark]) -> Fraction | None:
    """Attendance rate from 0 to 1 over the marked meetings, or None where none counts (R15, R16).

    Three times late or left early make one absence; excused meetings are not counted.
    """
    counted = [mark for mark in marks if mark is not Mark.EXCUSED]
    if not counted:
        return None
    slips = sum(mark in (Mark.LATE, Mark.LEFT_EARLY) for mark in counted)
    absences = sum(mark is Mark.ABSENT for mark in counted) + slips // SLIPS_PER_ABSENCE
    return Fraction(max(0, len(counted) - absences), len(counted))


def completes(marks: Iterable[Mark], percent: int) -> bool:
    """Whether the rate reaches the completion threshold (80 typical, R16)."""
    reached = rate(marks)
    return reached is not None and reached * 100 >= percent


def average(rates: Iterable[Fraction | None]) -> Fraction | None:
    """The rate of a run: the mean over its people who have one, or None."""
    known = [one for one in rates if one is not None]
    return sum(known, Fraction()) / len(known) if known else None


def written_rate(reached: Fraction | None) -> str:
    """`85.7%`, rounded half up as in reports; a dash for none."""
    if reached is None:
        return "-"
    percent = Decimal(reached.numerator * 100) / Decimal(reached.denominator)
    return f"{percent.quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


class Reason(StrEnum):
    """Why a verb says no."""

    RUN_CANCELLED = "폐강된 강좌입니다. 출석을 적지 않습니다."
    CALLED_OFF = "휴강한 수업입니다. 출석을 적지 않습니다."
    TOO_EARLY = "아직 수업 전입니다. %(day)s부터 출석을 적을 수 있습니다."
    NOBODY_PLACED = "출석을 적을 수강생이 없습니다. 수료 처리가 끝났다면 담당자에게 알려 주세요."
    NOT_ON_SHEET = "그사이 수강생이 바뀌었습니다. 명단을 확인하고 다시 저장해 주세요."
    NOT_OVER = "마지막 수업이 끝난 뒤(%(ends)s)에 수료 처리를 할 수 있습니다."
    NOBODY_LEFT = "수료 처리할 수강생이 없습니다."
    UNMARKED = "출석을 적지 않은 수업이 있습니다: %(days)s. 출석부를 먼저 적어 주세요."


def marking_refusal(
    published: bool, day: date, today: date, called_off: bool = False
) -> Reason | None:
    """Why nobody can be marked in a meeting of that Seoul day."""
    if not published:
        return Reason.RUN_CANCELLED
    if called_off:
        return Reason.CALLED_OFF
    return Reason.TOO_EARLY if today < day else None


def closing_refusal(published: bool, ends_at: datetime | None, now: datetime) -> Reason | None:
    """Why a run cannot be closed now: it must have been held to its end."""
    if not published or ends_at is None:
        return Reason.RUN_CANCELLED
    return Reason.NOT_OVER if now < ends_at else None
