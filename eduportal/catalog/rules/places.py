"""Centers and rooms: what they are called and when they are open, and what may not be."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from eduportal.catalog.rules.words import normalized

MOST_BLOCKS = 200
LAST_DAY = date.max


class Reason(StrEnum):
    """Why a verb about centers and rooms says no."""

    NAME_DAY_TAKEN = (
        "%(day)s보다 뒤의 날을 넣어 주세요. 그날부터 ‘%(name)s’ 이름을 쓰는 것으로 되어 있습니다."
    )
    NAME_USED = "같은 때에 다른 교육장이 ‘%(name)s’ 이름을 씁니다. 다른 이름을 써 주세요."
    NAME_BEGUN = "이미 쓰기 시작한 이름은 되돌릴 수 없습니다. ‘오타 고치기’로 고쳐 주세요."
    ONLY_NAME = "하나뿐인 이름은 지울 수 없습니다."
    CHANGED_MEANWHILE = (
        "그사이 다른 담당자가 %(fields)s을(를) 다르게 바꾸었습니다. "
        "화면을 새로 열어 지금 내용을 확인하고 다시 고쳐 주세요."
    )
    HOURS_BACKWARDS = "%(weekday)s요일: 닫는 시각은 여는 시각보다 뒤여야 합니다."
    HOURS_INCOMPLETE = "%(weekday)s요일: 여는 시각과 닫는 시각을 함께 넣어 주세요."
    DAYS_BACKWARDS = "마지막 날은 처음 날보다 앞설 수 없습니다."
    CLOSED_ALREADY = "%(first)s ~ %(last)s은(는) ‘%(name)s’(으)로 이미 휴관일입니다."
    HOLIDAY_ALREADY = "%(day)s은(는) ‘%(name)s’(으)로 이미 공휴일입니다."
    NO_HOLIDAY = "%(day)s은(는) 공휴일이 아닙니다. 화면을 새로 고쳐 확인해 주세요."
    OVERRIDDEN = "%(day)s은(는) 이미 따로 정해 둔 날입니다. 먼저 되돌려 주세요."
    ROOM_NAME_TAKEN = "이 교육장에 같은 때 쓰는 ‘%(name)s’이(가) 있습니다. 다른 이름을 써 주세요."
    ROOM_NAME_LEFT = "교육장과 이름, 여는 날이 같은 강의실이 있습니다. 여는 날을 다르게 해 주세요."
    ROOM_CLOSES_EARLY = "마지막으로 쓰는 날은 여는 날(%(opened)s)보다 앞설 수 없습니다."
    ROOM_NEEDED_LATER = (
        "%(day)s 뒤에 이 강의실에서 하는 수업이 있습니다: %(runs)s. 먼저 수업을 옮겨 주세요."
    )
    ROOM_NEEDED_EARLIER = (
        "%(day)s 전에 이 강의실에서 하는 수업이 있습니다: %(runs)s. 여는 날을 앞당겨 주세요."
    )
    ROOM_USED = (
        "강좌나 수업, 예약에 쓰인 강의실은 지울 수 없습니다. "
        "‘강의실 닫기’에서 마지막으로 쓰는 날을 넣어 주세요."
    )
    BLOCK_BACKWARDS = "끝나는 때는 시작하는 때보다 뒤여야 합니다."
    BLOCK_EMPTY = "고른 요일이 그 기간에 없습니다. 요일이나 기간을 다시 골라 주세요."
    BLOCK_TOO_MANY = "한 번에 %(most)s번까지 넣을 수 있습니다. 기간을 나누어 넣어 주세요."
    BLOCK_OVERLAPS_ITSELF = (
        "%(when)s이(가) 다음 날의 예약과 겹칩니다. 시작과 끝 시각을 다시 확인해 주세요."
    )
    BLOCK_OUTSIDE = "%(day)s에는 %(room)s을(를) 쓰지 않습니다. 강의실을 여는 기간을 확인해 주세요."


Refusal = tuple[Reason, dict[str, object]]
# Weekday (Monday is 0) → from, until.
Week = Mapping[int, tuple[time, time]]


@dataclass(frozen=True)
class DaySpan:
    """What something is called from a day until a day, both included (None: open)."""

    name: str
    first: date
    last: date | None = None


def name_day_refusal(names: Sequence[DaySpan], day: date) -> Refusal | None:
    """Why a center cannot take a new name on a day: it must lie after all its names' first days."""
    latest = max(names, key=lambda one: one.first)
    if day <= latest.first:
        return Reason.NAME_DAY_TAKEN, {"day": latest.first, "name": latest.name}
    return None


def same_name(wanted: DaySpan, others: Iterable[DaySpan]) -> DaySpan | None:
    """The first of the others that goes by the same name on a same day."""
    for other in others:
        if normalized(other.name) == normalized(wanted.name) and _share_a_day(wanted, other):
            return other
    return None


def _share_a_day(one: DaySpan, other: DaySpan) -> bool:
    return one.first <= (other.last or LAST_DAY) and other.first <= (one.last or LAST_DAY)


def in_text(value: object) -> str:
    """A value as two readers of a form compare it."""
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def merged(
    seen: Mapping[str, str], wanted: Mapping[str, object], now: Mapping[str, object]
) -> tuple[dict[str, object], list[str]]:
    """What of the wanted is to be written over what is there now, and what must not be.

    Somebody who left a value as they had seen it wants nothing of it; where they changed what
    another has changed otherwise meanwhile, neither is to be lost.
    """
    changes, lost = {}, []
    for name, value in wanted.items():
        there, mine = in_text(now[name]), in_text(value)
        before = seen.get(name, there)
        if mine in (before, there):
            continue
        changes[name] = value
        lost += [name] * (there != before)
    return changes, lost


def week_refusal(rows: Mapping[int, tuple[time | None, time | None]]) -> Refusal | None:
    """Why these opening hours contradict themselves."""
    for weekday, (opens, closes) in sorted(rows.items()):
        if (opens is None) != (closes is None):
            return Reason.HOURS_INCOMPLETE, {"weekday": WEEKDAY[weekday]}
        if opens is not None and closes is not None and opens >= closes:
            return Reason.HOURS_BACKWARDS, {"weekday": WEEKDAY[weekday]}
    return None


WEEKDAY = ("월", "화", "수", "목", "금", "토", "일")


def is_open(week: Week, start: datetime, end: datetime) -> bool:
    """Whether a center is open from a moment to another of the Seoul clock; no hours: always."""
    if not week:
        return True
    hours = week.get(start.weekday())
    if hours is None or start.date() != end.date():
        return False
    return hours[0] <= start.time() and end.time() <= hours[1]


class Repeat(StrEnum):
    """How the stretches of a room's block follow each other."""

    THROUGH = "through"
    DAILY = "daily"
    WEEKLY = "weekly"

    @property
    def label(self) -> str:
        """As written on screen."""
        return {
            "through": "처음부터 끝까지 계속",
            "daily": "날마다 같은 시간",
            "weekly": "매주 고른 요일, 같은 시간",
        }[self.value]


@dataclass(frozen=True)
class BlockPattern:
    """From a day to a day, from a clock time to another; naive, on the Seoul clock."""

    first: date
    last: date
    starts: time
    ends: time
    repeat: Repeat = Repeat.THROUGH
    weekdays: Collection[int] = ()


Stretch = tuple[datetime, datetime]


def stretches(pattern: BlockPattern) -> list[Stretch]:
    """The stretches of a block, naive on the Seoul clock."""
    if pattern.repeat is Repeat.THROUGH:
        start = datetime.combine(pattern.first, pattern.starts)
        return [(start, datetime.combine(pattern.last, pattern.ends))]
    return [
        (datetime.combine(day, pattern.starts), datetime.combine(day, pattern.ends))
        for day in _days(pattern.first, pattern.last)
        if pattern.repeat is Repeat.DAILY or day.weekday() in pattern.weekdays
    ]


def block_refusal(pattern: BlockPattern) -> Refusal | None:
    """Why a block cannot be like that."""
    if pattern.last < pattern.first:
        return Reason.DAYS_BACKWARDS, {}
    found = stretches(pattern)
    if not found:
        return Reason.BLOCK_EMPTY, {}
    if len(found) > MOST_BLOCKS:
        return Reason.BLOCK_TOO_MANY, {"most": MOST_BLOCKS}
    if any(start >= end for start, end in found):
        return Reason.BLOCK_BACKWARDS, {}
    return None


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
