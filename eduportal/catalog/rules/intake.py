"""How places of a run are given (모집 기준): selection, order, shares, offers, restrictions.

An intake is one value. It is kept as JSON in the row that it belongs to and copied whole: from the
office to a course that has none of its own, from there to a run when it is published.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self

PRIORITY = "priority"
SENIOR_55, SENIOR_65, FIRST_TIMER = "senior55", "senior65", "first_timer"

# Groups that nobody has to verify: the rows know them.
COMPUTED_GROUPS = {
    SENIOR_55: "만 55세 이상",
    SENIOR_65: "만 65세 이상",
    FIRST_TIMER: "처음 오시는 분",
}


# Whom a window in a row is for, as residents read it.
WHO = {
    PRIORITY: "우선 대상인 분",
    "lives": "우리 구에 사는 분",
    "works": "우리 구에 직장이 있는 분",
    "studies": "우리 구에 다니는 학교가 있는 분",
    "elsewhere": "다른 지역에 사는 분",
}


class Selection(StrEnum):
    """How it is decided who gets a place (선정방법, R1)."""

    FIRST_COME = "first_come"
    FAIR_WINDOW = "fair_window"
    DRAW = "draw"
    PRIORITY_DRAW = "priority_draw"
    PRIORITY_FIRST_COME = "priority_first"
    SCREENING = "screening"

    @property
    def label(self) -> str:
        """As written on screen."""
        return _SELECTION_LABELS[self]

    @property
    def draws(self) -> bool:
        """Whether lots decide."""
        return self in {Selection.FAIR_WINDOW, Selection.DRAW, Selection.PRIORITY_DRAW}

    @property
    def collects(self) -> bool:
        """Whether applications are collected first, and decided together."""
        return self.draws or self is Selection.SCREENING


_SELECTION_LABELS = {
    Selection.FIRST_COME: "선착순",
    Selection.FAIR_WINDOW: "공정 접수(처음 시간대 추첨, 이후 선착순)",
    Selection.DRAW: "추첨",
    Selection.PRIORITY_DRAW: "우선선발 후 추첨",
    Selection.PRIORITY_FIRST_COME: "우선선발 후 선착순",
    Selection.SCREENING: "심사",
}


class Repeat(StrEnum):
    """What happens to somebody who took the same course lately (재수강, R8)."""

    REFUSE = "refuse"
    WAIT = "wait"

    @property
    def label(self) -> str:
        """As written on screen."""
        return {
            "refuse": "신청을 받지 않습니다",
            "wait": "받되, 다른 분들 다음에 자리를 드립니다",
        }[self.value]


class SeatChoice(StrEnum):
    """Who says where a person sits."""

    AUTOMATIC = "automatic"
    PERSON = "person"

    @property
    def label(self) -> str:
        """As written on screen."""
        return {"automatic": "자동으로 정합니다", "person": "수강하는 분이 고릅니다"}[self.value]


class Admission(StrEnum):
    """How an application comes in (접수방법, R5)."""

    ONLINE = "online"
    PHONE = "phone"
    VISIT = "visit"
    KIOSK = "kiosk"

    @property
    def label(self) -> str:
        """As written on screen."""
        return {"online": "온라인", "phone": "전화", "visit": "방문", "kiosk": "무인 접수기"}[
            self.value
        ]


@dataclass(frozen=True)
class Stage:
    """Since how many hours after the opening somebody may apply; `who`: priority or a relation."""

    who: str
    hours: int


@dataclass(frozen=True)
class ChannelShare:
    """One way in: the part of the capacity kept for it, and how many hours later it opens."""

    channel: str
    percent: int = 0
    hours: int = 0


@dataclass(frozen=True)
class Intake:
    """How places are given. What stands here by default is plain first come, first served.

    `stages`: windows in a row; who is not named may apply from the opening on. `groups`: codes of
    priority groups (R4), `reserved_percent` of the capacity is theirs until `reserve_hours` after
    the opening (None: until the window closes); `age_free_groups` may come at any age. `channels`:
    the ways in, all where none is named, with their shares until `share_hours` after the opening
    (None: until the window closes). `draw_source`: the public value that will be the seed, in
    words; "" draws with a secret of the office. `repeat_months` 0: no rule. `travel_minutes`
    between classes in two centers. `offer_hours` 0: a freed place is given without asking;
    otherwise the offer lasts that many hours between `offer_opens` and `offer_closes`, or until
    the next midnight (`offer_to_midnight`). `last_meeting`: offers and left-over places end when
    this meeting begins. `left_over`: free places go to whoever comes after the window too.
    `accessible_hours`: accessible seats are kept until so long before the first meeting.
    `strikes`: days of restriction for the first, second … no-show or late cancellation, 0 being a
    warning; () punishes nobody. `late_cancel_hours` before the first meeting a cancellation is
    late. `strike_months`: what is older is forgotten. `decision_days` before the first meeting a
    run that is too small is decided.
    """

    selection: Selection = Selection.FIRST_COME
    fair_hours: int = 24
    stages: tuple[Stage, ...] = ()
    groups: tuple[str, ...] = ()
    age_free_groups: tuple[str, ...] = ()
    reserved_percent: int = 0
    reserve_hours: int | None = None
    loss_memory: bool = False
    draw_source: str = ""
    channels: tuple[ChannelShare, ...] = ()
    share_hours: int | None = None
    repeat_months: int = 0
    repeat: Repeat = Repeat.REFUSE
    travel_minutes: int = 0
    offer_hours: int = 0
    offer_to_midnight: bool = False
    offer_opens: time = time(8)
    offer_closes: time = time(21)
    last_meeting: int = 1
    left_over: bool = False
    seat_choice: SeatChoice = SeatChoice.AUTOMATIC
    accessible_hours: int = 0
    waiting_line: bool = False
    strikes: tuple[int, ...] = ()
    late_cancel_hours: int = 0
    strike_months: int = 12
    decision_days: int = 3

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> Self:
        """Out of what a row keeps; what is not there is as by default."""
        kept = kept or {}
        known = {field.name: kept[field.name] for field in fields(cls) if field.name in kept}
        return cls(
            **{
                name: _READ[name](value) if name in _READ else value
                for name, value in known.items()
            }
        )

    def kept(self) -> dict[str, Any]:
        """For the row, in what JSON can hold."""
        return {name: _plain(value) for name, value in asdict(self).items()}

    def opens_after(self, who: Iterable[str]) -> timedelta:
        """How long after the opening the first of these (priority, a relation) may apply."""
        named = {stage.who: stage.hours for stage in self.stages}
        hours = [named.get(one, 0) for one in who if one != PRIORITY or one in named]
        return timedelta(hours=min(hours, default=0))

    def share_of(self, channel: str) -> ChannelShare | None:
        """The channel's own share; None where it is not a way in."""
        if not self.channels:
            return ChannelShare(channel)
        return next((share for share in self.channels if share.channel == channel), None)


def proposed() -> Intake:
    """What a new office is shown first (domain.md 1.5): draws, with priority, and asked offers."""
    return Intake(
        selection=Selection.PRIORITY_DRAW,
        groups=(SENIOR_65,),
        reserved_percent=20,
        loss_memory=True,
        travel_minutes=30,
        offer_hours=24,
        last_meeting=2,
        left_over=True,
        strikes=(0, 30),
        late_cancel_hours=38,
    )


def ends_at(opens: datetime, closes: datetime, hours: int | None) -> datetime:
    """When what is kept for some falls to all: so long after the opening, at latest at closing."""
    return closes if hours is None else min(closes, opens + timedelta(hours=hours))


def collected_until(intake: Intake, opens: datetime, closes: datetime) -> datetime:
    """Until when applications are decided about together: the window's end, or its first hours'."""
    if intake.selection is not Selection.FAIR_WINDOW:
        return closes
    return min(closes, opens + timedelta(hours=intake.fair_hours))


def seats_of(percent: int, capacity: int) -> int:
    """How many seats a part of the capacity is, in whole seats (half a seat is one)."""
    return (capacity * percent + 50) // 100


def _time(text: str) -> time:
    return time.fromisoformat(text)


def ways_in(shares: Iterable[ChannelShare]) -> tuple[ChannelShare, ...]:
    """Shares as they are kept: nothing where every way is open to all from the beginning."""
    kept = tuple(shares)
    return () if {*kept} == {ChannelShare(way) for way in Admission} else kept


_READ: dict[str, Any] = {
    "selection": Selection,
    "stages": lambda rows: tuple(Stage(**row) for row in rows),
    "groups": tuple,
    "age_free_groups": tuple,
    "channels": lambda rows: tuple(ChannelShare(**row) for row in rows),
    "repeat": Repeat,
    "offer_opens": _time,
    "offer_closes": _time,
    "seat_choice": SeatChoice,
    "strikes": tuple,
}


def _plain(value: Any) -> Any:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value
