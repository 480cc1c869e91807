"""How long an offer of a free place lasts, and how likely one is to come (빈자리 안내, R9).

Plain values, no database; instants are aware. Hours of the day are those of Seoul.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from statistics import median
from zoneinfo import ZoneInfo

from eduportal.catalog.rules.intake import Intake

SEOUL = ZoneInfo("Asia/Seoul")
DAY = timedelta(days=1)
# Nobody is asked for less: whoever has an hour of the day can read a message and answer.
SHORTEST = timedelta(hours=1)
# Near the start an offer takes at most this part of what is left, so that others can be asked too.
PART = 3
# Where staff offer by hand and the run's policy offers nothing by itself.
USUAL_HOURS = 24
LEAST_RUNS = 3
LOOKS_BACK = timedelta(days=731)
OFTEN, SELDOM = 2 / 3, 1 / 3


class Reason(StrEnum):
    """Why an offer cannot be made, changed or answered."""

    OFFER_OVER = "안내 기한이 지나 자리가 다음 분께 돌아갔습니다."
    NOT_OFFERED = "지금은 답을 기다리는 빈자리 안내가 없습니다. 화면을 새로 고쳐 확인해 주세요."
    TOO_LATE_TO_OFFER = (
        "답을 기다릴 시간이 한 시간도 남지 않았습니다. 전화로 여쭈어 보고 바로 확정해 주세요."
    )
    BEYOND_CUT_OFF = "자리를 드리는 때(%(until)s)보다 뒤로 늘릴 수 없습니다."
    NOT_LONGER = "지금 기한(%(until)s)보다 뒤의 때를 적어 주세요."


def may_ask(now: datetime, intake: Intake, gives_until: datetime) -> bool:
    """Whether an hour of the day is left in which somebody can be asked and answer."""
    return _allowed_time(now, gives_until, intake) >= SHORTEST


def offer_deadline(now: datetime, intake: Intake, gives_until: datetime) -> datetime | None:
    """Until when an offer made now lasts; None where it is too late to ask, and staff call.

    Counted in the allowed hours of the day, or until the next day is over; never beyond
    `gives_until`, and near it at most a part of the hours that are left.
    """
    left = _allowed_time(now, gives_until, intake)
    if left < SHORTEST:
        return None
    most = max(SHORTEST, left / PART)
    if intake.offer_to_midnight:
        ends = min(_end_of_next_day(now), _after(now, most, intake))
    else:
        hours = timedelta(hours=intake.offer_hours or USUAL_HOURS)
        ends = _after(now, min(hours, most), intake)
    return min(_to_the_minute(ends), gives_until)


def told_at(now: datetime, intake: Intake) -> datetime | None:
    """When a message about an offer goes out: None, at once; made at night, in the morning."""
    start, _end = next(_allowed(now, intake))
    return start if start > now else None


def extension_refusal(
    until: datetime, old: datetime, gives_until: datetime
) -> tuple[Reason, dict[str, object]] | None:
    """Why an offer cannot last until then."""
    if until <= old:
        return Reason.NOT_LONGER, {"until": old}
    return (Reason.BEYOND_CUT_OFF, {"until": gives_until}) if until > gives_until else None


def _allowed(since: datetime, intake: Intake) -> Iterator[tuple[datetime, datetime]]:
    """The spans of the allowed hours from a moment on, day after day."""
    opens, closes, ends_on = intake.offer_opens, intake.offer_closes, timedelta()
    if closes <= opens:
        # Hours that make no sense keep nobody from being asked: the whole day is allowed.
        opens, closes, ends_on = time.min, time.min, DAY
    day = since.astimezone(SEOUL).date()
    while True:
        start = max(since, datetime.combine(day, opens, tzinfo=SEOUL))
        end = datetime.combine(day + ends_on, closes, tzinfo=SEOUL)
        if start < end:
            yield start, end
        day += DAY


def _allowed_time(since: datetime, until: datetime, intake: Intake) -> timedelta:
    total = timedelta()
    for start, end in _allowed(since, intake):
        if start >= until:
            break
        total += min(end, until) - start
    return total


def _after(since: datetime, spent: timedelta, intake: Intake) -> datetime:
    """The moment at which so much of the allowed hours is over."""
    for start, end in _allowed(since, intake):
        if spent <= end - start:
            return start + spent
        spent -= end - start
    raise AssertionError("days do not end")


def _end_of_next_day(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(SEOUL).date() + 2 * DAY, time.min, tzinfo=SEOUL)


def _to_the_minute(instant: datetime) -> datetime:
    """Up to a whole minute, as people read it."""
    whole = instant.replace(second=0, microsecond=0)
    return whole if whole == instant else whole + timedelta(minutes=1)


# How likely a place is


class Said(StrEnum):
    """What somebody who waits is told about their chances."""

    FREED = "지난 %(runs)s번의 강좌에서 접수가 끝난 뒤 %(capacity)s명 중 %(freed)s명꼴로 자리가 났습니다."
    NONE_FREED = "지난 %(runs)s번의 강좌에서는 접수가 끝난 뒤 자리가 거의 나지 않았습니다."
    UNKNOWN = "비슷한 지난 강좌가 적어 자리가 얼마나 날지 미리 말씀드리기 어렵습니다."
    LIKELY = "자리가 날 가능성이 높습니다."
    OPEN = "자리가 날 수도 있고 나지 않을 수도 있습니다."
    UNLIKELY = "자리가 날 가능성이 낮습니다. 다른 강좌도 함께 살펴봐 주세요."


@dataclass(frozen=True)
class Past:
    """A run that has begun: how many places it had, and how many came free after the window."""

    capacity: int
    freed: int


def chances(
    past: Sequence[Past], capacity: int, rank: int, freed: int
) -> list[tuple[Said, dict[str, object]]]:
    """What can honestly be said to whoever waits as `rank` in a run where `freed` came free so far.

    No number out of fewer than three runs, and no more exact a one than whole people.
    """
    if len(past) < LEAST_RUNS or capacity < 1:
        return [(Said.UNKNOWN, {})]
    parts = [min(1.0, one.freed / one.capacity) for one in past if one.capacity]
    usual = round(median(parts) * capacity)
    facts: dict[str, object] = {"runs": len(past)}
    if usual:
        said = [(Said.FREED, facts | {"capacity": capacity, "freed": usual})]
    else:
        said = [(Said.NONE_FREED, facts)]
    enough = sum(round(part * capacity) >= rank + freed for part in parts) / len(parts)
    return [*said, (_likelihood(enough), {})]


def _likelihood(enough: float) -> Said:
    if enough >= OFTEN:
        return Said.LIKELY
    return Said.UNLIKELY if enough <= SELDOM else Said.OPEN
