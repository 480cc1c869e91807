"""What a run promises before its draw, and what comes of a draw; plain values, no database."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self
from zoneinfo import ZoneInfo

from eduportal.booking.rules import State
from eduportal.booking.rules.draw_terms import MOST_LOTS, PublicValue, Share, Terms
from eduportal.catalog.rules.intake import Admission, Intake, Selection, collected_until, seats_of

SEOUL = ZoneInfo("Asia/Seoul")
LOTTERY = "로또"
# The first national lottery draw; there is one every Saturday, its tickets are sold until 20:00.
FIRST_LOTTERY, SOLD_UNTIL, DRAWN_FROM = date(2002, 12, 7), time(20), time(20, 30)
# The list has to be out before anybody can know the value.
AHEAD = timedelta(hours=1)
ROUND, BRACKETS = re.compile(r"제?\s*(\d{1,5})\s*회"), re.compile(r"\([^)]*\)")
THOUSANDS = re.compile(r"\d,\d{3}(?!\d)")
MOST_ROUNDS = 10_000
HEXADECIMAL = ("16진", "hex", "beacon")


class Reason(StrEnum):
    """Why something about a draw cannot be done, or why a promise no longer holds."""

    NOT_BY_LOT = "추첨으로 뽑는 강좌가 아닙니다."
    STILL_COLLECTING = "%(closes)s에 접수가 끝난 뒤에 할 수 있습니다."
    NOT_CLOSED = "추첨 명단을 아직 굳히지 않았습니다. 명단을 굳힌 뒤에 추첨할 수 있습니다."
    ALREADY_DRAWN = "이미 추첨했습니다. 추첨 결과는 바꿀 수 없습니다."
    VALUE_NEEDED = "약속한 값이 나오면 그 값을 입력해 추첨합니다."
    NO_VALUE_NEEDED = "사무소의 비밀값으로 추첨하는 강좌라 값을 입력하지 않습니다."
    VALUE_TOO_EARLY = "약속한 값은 %(comes)s에 나옵니다. 그 뒤에 입력해 주세요."
    THOUSANDS = "천 단위 쉼표를 빼고 입력해 주세요. 예: 2650.31"
    VALUE_TOO_LONG = "값이 너무 깁니다. 다시 확인해 주세요."
    VALUE_CHANGED = "확인하신 값과 다릅니다. 값을 다시 확인해 주세요."
    VALUE_IS_OUT = (
        "약속한 값이 이미 나와 결과를 계산할 수 있습니다. 명단을 무효로 하지 말고 그 값으로 추첨해"
        " 주세요."
    )
    SEATS_PROMISED = (
        "추첨 명단을 굳힌 뒤 추첨할 때까지는 정원을 %(seats)s명보다 줄일 수 없습니다."
        " 추첨한 뒤에 바꿔 주세요."
    )
    CLOSED_LATE = "명단을 제때 굳히지 못해, 명단보다 나중에 나오는 값으로 바꾸었습니다."
    NO_LONGER_BY_LOT = "추첨하지 않는 방법으로 모집 기준이 바뀌었습니다."


@dataclass(frozen=True)
class Basis:
    """What of a run's policy a draw depends on; where it changes, the promise has to as well.

    `channels`: seats for each way in that has a share; `closes`: until when applications are in
    the draw, as an ISO instant.
    """

    selection: str
    capacity: int
    waiting: int
    closes: str
    priority_first: bool
    reserved: int
    channels: dict[str, int]
    fair_hours: int
    loss_memory: bool
    source: str

    @classmethod
    def of(
        cls, intake: Intake, capacity: int, waiting: int, opens: datetime, closes: datetime
    ) -> Self:
        """Out of how a run's places are given."""
        ends = collected_until(intake, opens, closes)
        reserved = _seats_at(intake.reserve_hours, opens, ends, intake.reserved_percent, capacity)
        by_lot = intake.selection is Selection.PRIORITY_DRAW
        return cls(
            selection=intake.selection.value,
            capacity=capacity,
            waiting=waiting,
            closes=ends.isoformat(),
            priority_first=by_lot and not intake.reserved_percent,
            reserved=reserved,
            channels=_channel_seats(intake, opens, ends, capacity),
            fair_hours=intake.fair_hours if intake.selection is Selection.FAIR_WINDOW else 0,
            loss_memory=intake.loss_memory,
            source=intake.draw_source,
        )

    @classmethod
    def kept(cls, plain: Mapping[str, Any]) -> Self:
        """Out of what a row keeps."""
        return cls(**plain)

    def plain(self) -> dict[str, Any]:
        """For the row."""
        return asdict(self)

    @property
    def closes_at(self) -> datetime:
        """Until when applications are in the draw."""
        return datetime.fromisoformat(self.closes)

    @property
    def knows_priority(self) -> bool:
        """Whether it matters in this draw that somebody is in a priority group."""
        return self.priority_first or self.reserved > 0


def _seats_at(
    hours: int | None, opens: datetime, ends: datetime, percent: int, capacity: int
) -> int:
    """Seats that are still kept for some when the draw is held."""
    if hours is not None and opens + timedelta(hours=hours) < ends:
        return 0
    return seats_of(percent, capacity)


def _channel_seats(
    intake: Intake, opens: datetime, ends: datetime, capacity: int
) -> dict[str, int]:
    found: dict[str, int] = {}
    for share in intake.channels:
        seats = _seats_at(intake.share_hours, opens, ends, share.percent, capacity)
        # Halves that were rounded up are no seats more than there are.
        seats = min(seats, capacity - sum(found.values()))
        if seats > 0:
            found[share.channel] = seats
    return found


@dataclass(frozen=True)
class Codes:
    """Which opaque letters stand for whom in one draw."""

    priority: str
    channels: Mapping[str, str]

    def group(self, priority_group: str | None) -> str:
        """The letters of somebody's group; which of the groups it is nobody reads."""
        return self.priority if priority_group else ""

    def channel(self, channel: str) -> str:
        """The letters of a way in; none where it has no share."""
        return self.channels.get(channel, "")


def terms(basis: Basis, codes: Codes, run: str, closes: str) -> Terms:
    """What is published; `run` and `closes` in words."""
    return Terms(
        run=_readable(run),
        closes_at=closes,
        capacity=basis.capacity,
        waiting=basis.waiting,
        first=(codes.priority,) if basis.priority_first else (),
        reserved=(Share(codes.priority, basis.reserved),) if basis.reserved else (),
        channels=tuple(Share(codes.channels[name], n) for name, n in basis.channels.items()),
        rules=tuple(sentences(basis)),
    )


def _readable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:200]


def sentences(basis: Basis) -> Iterator[str]:
    """The rules of a draw in plain words, as people read them before they apply."""
    yield from _who_is_drawn(basis)
    if basis.priority_first:
        yield (
            "우선 대상인 분께 먼저 자리를 드립니다. 우선 대상인 분이 자리보다 많으면 그분들끼리"
            " 추첨하고, 남은 자리를 다른 분들이 추첨합니다."
        )
    if basis.reserved:
        yield (
            f"우선 대상인 분께 {basis.reserved}자리 이상 드립니다."
            " 우선 대상인 분이 모자라면 그 자리도 모두 함께 추첨합니다."
        )
    for channel, seats in basis.channels.items():
        yield f"{Admission(channel).label} 접수로 신청하신 분께 {seats}자리 이상 드립니다."
    if basis.loss_memory:
        yield (
            "같은 과정의 추첨에서 떨어질 때마다 추첨권이 한 장씩 늘어납니다."
            " 자리를 받으면 다시 한 장이 됩니다."
        )
    yield "신청하신 분이 자리보다 많지 않으면 추첨하지 않고 모두 확정합니다."
    yield (
        "추첨하기 전에 취소하셨거나 그사이 신청 기준에 맞지 않게 된 추첨 번호는 건너뛰고,"
        " 그 자리는 다음 번호에게 드립니다."
    )


def _who_is_drawn(basis: Basis) -> Iterator[str]:
    if basis.fair_hours:
        yield (
            f"접수를 시작하고 {basis.fair_hours}시간 안에 신청하신 분은 모두 같은 때에 신청하신"
            f" 것으로 보고 {basis.capacity}자리를 추첨합니다."
        )
        yield "그 뒤에 신청하신 분께는 남은 자리를 신청하신 순서대로 드립니다."
    else:
        yield (
            f"신청하신 분 가운데 {basis.capacity}명을 추첨으로 뽑습니다."
            " 먼저 신청하셔도 늦게 신청하셔도 같습니다."
        )
    if basis.waiting:
        yield f"뽑히지 않은 분 가운데 {basis.waiting}명까지 추첨 순위대로 대기하십니다."


def public_value(source: str, since: datetime, since_in_words: str) -> PublicValue:
    """The value that will be the seed: the first of its kind to come out after a moment."""
    if LOTTERY in source:
        day = _lottery_day(source, since)
        number = (day - FIRST_LOTTERY).days // 7 + 1
        moment = f"제{number}회({day.year}. {day.month}. {day.day}. 추첨), 보너스 번호 빼고 6개"
        return PublicValue(_without_round(source), moment, "numbers", 6)
    form = "hex" if any(word in source.lower() for word in HEXADECIMAL) else "numbers"
    moment = f"{since_in_words} 뒤 처음 발표되는 값"
    how = " (천 단위 쉼표 없이)" if form == "numbers" else ""
    return PublicValue(_readable(source), moment + how, form)


def has_thousands(source: PublicValue, value: str) -> bool:
    """Whether a number is written in a way that could be read as several: nobody may choose."""
    return source.form == "numbers" and not source.count and bool(THOUSANDS.search(value))


def comes_at(source: str, since: datetime) -> datetime | None:
    """Before which moment nobody can know that value; None where we do not know it either."""
    if LOTTERY not in source:
        return None
    return datetime.combine(_lottery_day(source, since), DRAWN_FROM, SEOUL)


def is_too_late(comes: datetime | None, now: datetime) -> bool:
    """Whether a list that is closed now might be one that was chosen for its value."""
    return comes is not None and now > comes - AHEAD / 2


def _lottery_day(source: str, since: datetime) -> date:
    """The day of the round that the office named, if it is still to come, else of the next one."""
    local = (since + AHEAD).astimezone(SEOUL)
    named = ROUND.search(source)
    if named and 0 < (number := int(named[1])) < MOST_ROUNDS:
        day = FIRST_LOTTERY + timedelta(days=7 * (number - 1))
        if local < datetime.combine(day, SOLD_UNTIL, SEOUL):
            return day
    day = local.date() + timedelta(days=(5 - local.weekday()) % 7)
    return day + timedelta(days=7) if local >= datetime.combine(day, SOLD_UNTIL, SEOUL) else day


def _without_round(source: str) -> str:
    """The name alone: the round is said beside it."""
    return _readable(" ".join(ROUND.sub("", BRACKETS.sub("", source)).split()))


_CHANGES = {
    "selection": "뽑는 방법",
    "capacity": "추첨할 자리 수",
    "waiting": "대기 인원",
    "closes": "접수 마감",
    "priority_first": "우선선발",
    "reserved": "우선 대상 자리",
    "channels": "접수 방법별 자리",
    "fair_hours": "함께 추첨하는 시간",
    "loss_memory": "추첨권 늘리기",
    "source": "씨앗이 될 값",
}


def changed(old: Basis, new: Basis) -> str:
    """Why a promise no longer holds: what of the policy has changed since."""
    before, after = old.plain(), new.plain()
    names = [word for name, word in _CHANGES.items() if before[name] != after[name]]
    facts = f"({old.capacity}석에서 {new.capacity}석으로)" if old.capacity != new.capacity else ""
    return f"접수를 마감하기 전에 모집 기준이 바뀌었습니다: {', '.join(names)}{facts}"


def lots(losses: int) -> int:
    """How many lots somebody has who lost so many draws of this family (R4)."""
    return min(1 + losses, MOST_LOTS)


def settled(
    line: Sequence[str], skipped: Collection[str], capacity: int, waiting: int
) -> dict[str, State | None]:
    """What each ticket gets, in the order of the draw, when some of them get nothing."""
    found: dict[str, State | None] = dict.fromkeys(line)
    standing = [ticket for ticket in line if ticket not in skipped]
    for at, ticket in enumerate(standing):
        placed, waits = at < capacity, at < capacity + waiting
        found[ticket] = State.PLACED if placed else State.WAITING if waits else State.NOT_SELECTED
    return found
