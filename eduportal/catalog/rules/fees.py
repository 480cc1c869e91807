"""What a run costs, who pays less, and what is paid back; plain values, no database.

Won, and whole tens of it wherever something is computed: what is below ten is dropped, as public
funds count. What nobody computed (the whole fee, all of it back) stays as it is.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import groupby

# Paid back within so many days after somebody left (평생교육법 시행령 별표 3).
REFUND_DAYS = 5
_TICK = timedelta(microseconds=1)


class Reason(StrEnum):
    """Why a verb about reductions says no."""

    NAME_TAKEN = "‘%(name)s’ 감면이 이미 있습니다. 다른 이름을 써 주세요."
    CHANGED_MEANWHILE = (
        "그사이 다른 담당자가 ‘%(name)s’, %(percent)s%%(으)로 바꾸었습니다. "
        "확인하고 다시 저장해 주세요."
    )


@dataclass(frozen=True)
class Lesson:
    """A class that is held, on its Seoul day; make-up classes are among them, called-off not."""

    day: date
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Step:
    """What is paid back to whoever leaves before `until`; None: from then on."""

    until: datetime | None
    amount: int


def won(amount: int) -> str:
    """`10,000원`."""
    return f"{amount:,}원"


def whole_tens(amount: Fraction | int) -> int:
    """Without what is below ten won."""
    return int(amount) // 10 * 10


def reduced(fee: int, percent: int) -> int:
    """What somebody pays who has so many percent off."""
    return whole_tens(Fraction(fee * (100 - percent), 100))


def longer_than_a_month(first: date, last: date) -> bool:
    """Whether these days, both included, are more than a month (민법 제160조)."""
    month = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    days = monthrange(month.year, month.month)[1]
    if first.day > days:
        return last > month.replace(day=days)
    return last >= month.replace(day=first.day)


def refund(paid: int, lessons: Sequence[Lesson], at: datetime) -> int:
    """What is paid back to somebody who leaves at a moment (평생교육법 시행령 별표 3).

    Before the first class all; until a third of the hours have passed two thirds; until half of
    them one half; then nothing. Of a run longer than a month, this goes for the calendar month in
    which they leave, and the later months' share, by their hours, is paid back whole.
    """
    if not lessons:
        return paid
    back = sum(part * _left(month, at) for part, month in _shares(lessons))
    return paid if back == 1 else whole_tens(paid * back)


def refund_steps(fee: int, lessons: Sequence[Lesson]) -> list[Step]:
    """The same as dates: until when how much; the last step is what then holds for good."""
    moments = sorted({moment for _part, month in _shares(lessons) for moment in _turns(month)})
    steps: list[Step] = []
    for moment in moments:
        step = Step(moment.replace(second=0, microsecond=0), refund(fee, lessons, moment - _TICK))
        if steps and steps[-1].amount == step.amount:
            steps.pop()
        steps.append(step)
    told = [step for step in steps if step.amount]
    return [*told, Step(None, 0)] if steps else []


def refund_of_provider(paid: int, first: date, last: date, stopped_on: date) -> int:
    """What is paid back when classes cannot be held any more: by the days that are left."""
    days = (last - first).days + 1
    left = min(max((last - stopped_on).days + 1, 0), days)
    return paid if left == days else whole_tens(Fraction(paid * left, days))


def _shares(lessons: Sequence[Lesson]) -> list[tuple[Fraction, list[Lesson]]]:
    """The months that are charged for, each with its part of the fee."""
    lessons = sorted(lessons, key=lambda lesson: lesson.start)
    if not lessons or not longer_than_a_month(lessons[0].day, lessons[-1].day):
        return [(Fraction(1), lessons)] if lessons else []
    whole = _length(lessons)
    months = groupby(lessons, key=lambda lesson: (lesson.day.year, lesson.day.month))
    listed = [list(month) for _key, month in months]
    return [(Fraction(_length(month) // _TICK, whole // _TICK), month) for month in listed]


def _left(month: Sequence[Lesson], at: datetime) -> Fraction:
    if at < month[0].start:
        return Fraction(1)
    whole, passed = _length(month), _passed(month, at)
    if passed * 3 <= whole:
        return Fraction(2, 3)
    return Fraction(1, 2) if passed * 2 <= whole else Fraction(0)


def _turns(month: Sequence[Lesson]) -> list[datetime]:
    """The moments from which less is paid back."""
    whole = _length(month)
    return [month[0].start, _moment_after(month, whole // 3), _moment_after(month, whole // 2)]


def _moment_after(month: Sequence[Lesson], length: timedelta) -> datetime:
    """The last moment at which no more than so much has passed."""
    for lesson in month:
        if length < lesson.end - lesson.start:
            return lesson.start + length
        length -= lesson.end - lesson.start
    return month[-1].end


def _passed(month: Sequence[Lesson], at: datetime) -> timedelta:
    lengths = (min(lesson.end, at) - lesson.start for lesson in month if lesson.start < at)
    return sum(lengths, timedelta())


def _length(month: Sequence[Lesson]) -> timedelta:
    return sum((lesson.end - lesson.start for lesson in month), timedelta())
