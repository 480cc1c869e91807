"""A week of classes side by side, and single classes called off, made up for or moved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eduportal.catalog.rules.meetings import Slot, Span, own_clash_refusal
from eduportal.catalog.rules.obstacles import Obstacles, obstacles_to
from eduportal.catalog.rules.reasons import Reason as Catalog
from eduportal.catalog.rules.reasons import Refusal

# Minutes in one row of the timetable.
STEP = 30
# From and until what minute of the day the timetable always shows.
USUAL_DAY = (9 * 60, 18 * 60)
MOST_FREE_SLOTS = 6
ABOUT_THE_INSTRUCTOR = frozenset(
    {
        Catalog.INSTRUCTOR_TAKEN,
        Catalog.INSTRUCTOR_AWAY,
        Catalog.INSTRUCTOR_UNAVAILABLE,
        Catalog.INSTRUCTOR_OTHER_COURSES,
    }
)


class Reason(StrEnum):
    """Why a single class cannot be called off, brought back, made up for or taught by another."""

    NOT_OFFERED = "공개한 강좌의 수업에서만 할 수 있습니다."
    RUN_CLOSED = "수료 처리를 마친 강좌입니다. 수업을 더 바꿀 수 없습니다."
    CALLED_OFF = "휴강한 수업입니다. 휴강을 취소한 뒤에 다시 해 주세요."
    CALLED_OFF_ALREADY = "이미 휴강한 수업입니다."
    NOT_CALLED_OFF = "휴강한 수업이 아닙니다. 화면을 새로 고쳐 확인해 주세요."
    ONLY_MEETING = (
        "남은 수업이 이것 하나뿐이라 휴강할 수 없습니다. 강좌를 열지 않으려면 폐강해 주세요."
    )
    MARKED = "출석을 적은 수업은 휴강할 수 없습니다."
    CLASS_IS_PAST = "수업 시각이 지나 휴강을 취소할 수 없습니다. 보강을 잡아 주세요."
    MADE_UP = "이 수업의 보강을 %(when)s에 이미 잡았습니다."
    MAKE_UP_STANDS = (
        "이 수업의 보강을 %(when)s에 잡았습니다. 휴강을 취소하려면 그 보강을 먼저 휴강해 주세요."
    )
    NOTHING_TO_MAKE_UP = "보강할 수업이 그사이 다시 열렸습니다. 화면을 새로 고쳐 확인해 주세요."
    IN_THE_PAST = "이미 지난 시각입니다. 앞으로 올 날짜와 시각을 골라 주세요."
    CALLED_OFF_THEN = "이 강좌의 휴강한 수업이 같은 시각에 있습니다. 그 휴강을 취소하거나 다른 시각을 골라 주세요."
    ALTERNATIVE_GONE = "대신 안내할 강좌 가운데 그사이 없어진 것이 있습니다. 다시 골라 주세요."


@dataclass(frozen=True)
class Class:
    """A class of a run, held or called off; `makes_up_for` is the id of another."""

    id: int
    span: Span
    called_off: bool = False
    makes_up_for: int | None = None


def standing_make_up(meeting_id: int, classes: Iterable[Class]) -> Class | None:
    """The make-up of a class that is to be held, if there is one."""
    return next(
        (one for one in classes if one.makes_up_for == meeting_id and not one.called_off), None
    )


def calling_off_refusal(meeting: Class, classes: Sequence[Class]) -> Refusal | None:
    """Why one of a run's classes cannot be called off."""
    if meeting.called_off:
        return Reason.CALLED_OFF_ALREADY, {}
    if not any(one.id != meeting.id and not one.called_off for one in classes):
        return Reason.ONLY_MEETING, {}
    return None


def restoring_refusal(meeting: Class, classes: Sequence[Class], now: datetime) -> Refusal | None:
    """Why a class that was called off cannot be held after all."""
    if not meeting.called_off:
        return Reason.NOT_CALLED_OFF, {}
    if meeting.span.start <= now:
        return Reason.CLASS_IS_PAST, {}
    if meeting.makes_up_for is not None:
        return make_up_refusal(meeting.makes_up_for, meeting.span, classes, now)
    if made_up := standing_make_up(meeting.id, classes):
        return Reason.MAKE_UP_STANDS, {"when": made_up.span}
    return None


def make_up_refusal(
    makes_up_for: int | None, span: Span, classes: Sequence[Class], now: datetime
) -> Refusal | None:
    """Why a class cannot be added then, for one that was called off or (None) as an extra one."""
    if span.start <= now:
        return Reason.IN_THE_PAST, {}
    if makes_up_for is None:
        return None
    if not any(one.id == makes_up_for and one.called_off for one in classes):
        return Reason.NOTHING_TO_MAKE_UP, {}
    if made_up := standing_make_up(makes_up_for, classes):
        return Reason.MADE_UP, {"when": made_up.span}
    return None


def beside_refusal(
    span: Span, classes: Iterable[Class], but_for: int | None = None
) -> Refusal | None:
    """Why a class cannot stand beside the others of its run; two never begin at one moment."""
    others = [one for one in classes if one.id != but_for]
    if refusal := own_clash_refusal(span, [one.span for one in others if not one.called_off]):
        return refusal
    if any(one.called_off and one.span.start == span.start for one in others):
        return Reason.CALLED_OFF_THEN, {}
    return None


def instructor_refusals(
    slot: Slot, center_id: int, course_id: int, there: Obstacles
) -> list[Refusal]:
    """What stands in the way of the instructor alone: the class has its room and time already."""
    refusals = obstacles_to(slot, center_id, course_id, there)
    return [refusal for refusal in refusals if refusal[0] in ABOUT_THE_INSTRUCTOR]


def free_slots(
    candidates: Iterable[Slot],
    own: Sequence[Span],
    center_id: int,
    course_id: int,
    there: Obstacles,
    most: int = MOST_FREE_SLOTS,
) -> list[Slot]:
    """The first of these classes with nothing in their way, one for each day they begin on."""
    free: dict[object, Slot] = {}
    for slot in candidates:
        if len(free) == most:
            break
        day = slot.span.start.date()
        if day in free or own_clash_refusal(slot.span, own):
            continue
        if not obstacles_to(slot, center_id, course_id, there, planning=True):
            free[day] = slot
    return list(free.values())


@dataclass(frozen=True)
class Place:
    """Where something stands in a column of the timetable: rows from 0, side by side if need be."""

    row: int
    rows: int
    lane: int = 0
    lanes: int = 1


def hours_shown(spans: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """From which full hour until which the timetable goes, in minutes of the day."""
    all_spans = [*spans, USUAL_DAY]
    first = min(start for start, _end in all_spans) // 60 * 60
    last = -(-max(end for _start, end in all_spans) // 60) * 60
    return first, last


def places(spans: Sequence[tuple[int, int]], first: int) -> list[Place]:
    """Where each stretch of minutes stands in its column; what meets in a row goes side by side."""
    rows = [(_row(start, first), _end_row(start, end, first)) for start, end in spans]
    lanes = _lanes(rows)
    return [
        Place(start, end - start, lanes[n], _width(n, rows, lanes))
        for n, (start, end) in enumerate(rows)
    ]


def shut(open_hours: Sequence[tuple[int, int]] | None, hours: tuple[int, int]) -> list[Place]:
    """The rows outside the opening hours; None: open always."""
    if open_hours is None:
        return []
    first, last = hours
    gaps, at = [], first
    for opens, closes in sorted(open_hours):
        gaps.append((at, min(opens, last)))
        at = max(at, closes)
    gaps.append((at, last))
    return places([gap for gap in gaps if gap[0] < gap[1]], first)


def _row(minute: int, first: int) -> int:
    return (minute - first) // STEP


def _end_row(start: int, end: int, first: int) -> int:
    return max(-(-(end - first) // STEP), _row(start, first) + 1)


def _lanes(rows: Sequence[tuple[int, int]]) -> Mapping[int, int]:
    ends: list[int] = []
    lanes: dict[int, int] = {}
    for n in sorted(range(len(rows)), key=lambda n: rows[n]):
        start, end = rows[n]
        free = next((lane for lane, taken in enumerate(ends) if taken <= start), None)
        if free is None:
            ends.append(end)
            free = len(ends) - 1
        else:
            ends[free] = end
        lanes[n] = free
    return lanes


def _width(n: int, rows: Sequence[tuple[int, int]], lanes: Mapping[int, int]) -> int:
    # All that touch one another, however far apart, share one width.
    group, new = {n}, {n}
    while new:
        new = {
            other
            for other in range(len(rows))
            if other not in group and any(_meet(rows[other], rows[one]) for one in group)
        }
        group |= new
    return max(lanes[one] for one in group) + 1


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
