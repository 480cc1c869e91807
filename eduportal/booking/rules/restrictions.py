"""Who may not apply for a while, and why (노쇼, R14); plain values, no database."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from eduportal.booking.rules import State

LONGEST_DAYS = 365
# Whoever left later or did not come; who completed was there.
HAD_A_PLACE = frozenset({State.PLACED, State.WITHDRAWN, State.NOT_COMPLETED})


class Reason(StrEnum):
    """Why the register stays as it is."""

    NOT_PUNISHED = "이 강좌의 모집 기준에는 무단불참에 대한 제한이 없습니다."
    HAD_NO_PLACE = "수강이 확정되었던 신청만 무단불참으로 적을 수 있습니다."
    NOT_BEGUN = "첫 수업(%(starts)s)이 시작된 뒤에 무단불참으로 적을 수 있습니다."
    RECORDED = "이 신청에는 같은 기록이 이미 있습니다. 제한 관리대장에서 확인해 주세요."
    ERASED = "개인정보가 파기된 신청이라 적을 수 없습니다."
    TOO_MANY_DAYS = "제한 기간은 1일부터 %(most)s일까지입니다."
    LIFTED = "이미 해제된 기록입니다. 화면을 새로 고쳐 확인해 주세요."
    APPEALED = "이의신청은 한 번만 하실 수 있습니다. 이미 접수한 내용을 확인해 주세요."
    ANSWERED = "이미 답한 이의신청입니다. 화면을 새로 고쳐 확인해 주세요."


Refusal = tuple[Reason, dict[str, object]]


class Cause(StrEnum):
    """What a restriction is for."""

    NO_SHOW = "no_show"
    LATE_CANCEL = "late_cancel"
    BY_HAND = "by_hand"

    @property
    def label(self) -> str:
        """As written in the register."""
        return {"no_show": "무단불참", "late_cancel": "늦은 취소", "by_hand": "담당자 지정"}[
            self.value
        ]


class Standing(StrEnum):
    """Where a line of the register stands today."""

    NOW = "now"
    TO_COME = "to_come"
    WARNING = "warning"
    OVER = "over"
    LIFTED = "lifted"

    @property
    def label(self) -> str:
        """As written in the register."""
        return {
            "now": "제한 중",
            "to_come": "시작 전",
            "warning": "경고",
            "over": "끝남",
            "lifted": "해제",
        }[self.value]


@dataclass(frozen=True)
class Held:
    """A line of the register, as far as it matters for the next one."""

    cause: Cause
    decided_on: date
    until_on: date | None = None
    lifted: bool = False


@dataclass(frozen=True)
class Penalty:
    """What a strike leads to: the how manieth it is, and the days, both included; None: a warning.

    `next_days` is what one more would lead to.
    """

    step: int
    first: date | None
    last: date | None
    next_days: int = 0

    @property
    def is_warning(self) -> bool:
        """Whether nothing follows this time."""
        return self.first is None


def penalty(strikes: Sequence[int], months: int, held: Sequence[Held], today: date) -> Penalty:
    """What one more no-show or late cancellation leads to, by a policy that punishes them."""
    step = 1 + _counted(held, months, today)
    days = days_for(strikes, step)
    first, last = _span(days, held, today) if days else (None, None)
    return Penalty(step, first, last, days_for(strikes, step + 1))


def by_hand(days: int, held: Sequence[Held], today: date) -> Penalty:
    """So many days that staff decide on."""
    return Penalty(1, *_span(days, held, today))


def days_for(strikes: Sequence[int], step: int) -> int:
    """The days for the first, second … strike; the last of them holds for all that follow."""
    return strikes[min(step, len(strikes)) - 1] if strikes else 0


def is_late(
    hours: int, starts_at: datetime | None, held_from: datetime | None, now: datetime
) -> bool:
    """Whether giving a place up now, before the first meeting, is so late that it is held against.

    Whoever got the place in those last hours had no earlier moment to give it up.
    """
    if not hours or starts_at is None or held_from is None:
        return False
    late_from = starts_at - timedelta(hours=hours)
    return late_from <= now < starts_at and held_from < late_from


def no_show_refusal(
    strikes: Sequence[int], state: State, starts_at: datetime | None, now: datetime
) -> Refusal | None:
    """Why a booking is no no-show."""
    if not strikes:
        return Reason.NOT_PUNISHED, {}
    if state not in HAD_A_PLACE:
        return Reason.HAD_NO_PLACE, {}
    if starts_at is None or now < starts_at:
        return Reason.NOT_BEGUN, {"starts": starts_at}
    return None


def days_refusal(days: int) -> Refusal | None:
    """Why nobody is restricted for so long."""
    fine = 1 <= days <= LONGEST_DAYS
    return None if fine else (Reason.TOO_MANY_DAYS, {"most": LONGEST_DAYS})


def appeal_refusal(lifted: bool, appealed: bool) -> Refusal | None:
    """Why a person may not appeal, or not once more."""
    if appealed:
        return Reason.APPEALED, {}
    return (Reason.LIFTED, {}) if lifted else None


def standing(from_on: date | None, until_on: date | None, lifted: bool, today: date) -> Standing:
    """Where a line stands today."""
    if lifted:
        return Standing.LIFTED
    if from_on is None or until_on is None:
        return Standing.WARNING
    if today < from_on:
        return Standing.TO_COME
    return Standing.NOW if today <= until_on else Standing.OVER


def _counted(held: Iterable[Held], months: int, today: date) -> int:
    since = months_before(today, months)
    return sum(
        one.cause is not Cause.BY_HAND and not one.lifted and one.decided_on > since for one in held
    )


def _span(days: int, held: Iterable[Held], today: date) -> tuple[date, date]:
    """So many days from today on, or from the day after the last one that is set already."""
    set_already = [one.until_on for one in held if one.until_on is not None and not one.lifted]
    first = max([today, *(day + timedelta(days=1) for day in set_already)])
    return first, first + timedelta(days=days - 1)


def months_before(day: date, months: int) -> date:
    """The same day so many months before, or the last one of that month."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))
