"""Who gets in, when and before whom: windows in a row, ways in, places kept for some (R2-R5, R8).

Plain values, no database; instants are aware.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from eduportal.booking.rules import State
from eduportal.catalog.rules.intake import (
    FIRST_TIMER,
    PRIORITY,
    SENIOR_55,
    SENIOR_65,
    Intake,
    Repeat,
    ends_at,
    seats_of,
)


class Reason(StrEnum):
    """Why somebody does not get in, or not yet."""

    NOT_YET_FOR_YOU = "%(opens)s부터 신청하실 수 있습니다. 그때 다시 신청해 주세요."
    NOT_THIS_WAY = "이 강좌는 %(channel)s 접수를 하지 않습니다. 다른 방법으로 신청해 주세요."
    NOT_YET_THIS_WAY = "%(channel)s 접수는 %(opens)s에 시작합니다. 그때 다시 신청해 주세요."
    TOOK_IT_LATELY = "최근 %(months)s개월 안에 같은 과정을 수강하셨습니다. 다른 과정을 골라 주세요."
    RESTRICTED = (
        "%(until)s까지 새로 신청하실 수 없습니다. 이유는 ‘나의 신청 내역’의 ‘이용 제한 안내’에서 보고, "
        "그곳에서 이의신청을 하실 수 있습니다."
    )
    TOO_FAR = "‘%(other)s’ 강좌와 수업 사이에 옮겨 갈 시간(%(minutes)s분)이 모자랍니다."
    BEING_DECIDED = "접수가 끝났습니다. 곧 수강하실 분을 정해 알려 드립니다."
    KEPT_FOR_OTHERS = "지금 남은 자리는 우선 대상이나 다른 방법으로 신청하는 분의 자리입니다."


Refusal = tuple[Reason, dict[str, object]]


@dataclass(frozen=True)
class Newcomer:
    """Who comes, and how: what the order of places asks of an application."""

    channel: str
    group: str | None = None
    gives_way: bool = False
    needs_accessible: bool = False


@dataclass(frozen=True)
class Window:
    """When applications come in; `gives_until`: until when free places are given."""

    opens: datetime
    closes: datetime
    gives_until: datetime


def way_refusal(intake: Intake, window: Window, channel: str, now: datetime) -> Refusal | None:
    """Why nobody may come this way, or not yet (R5)."""
    share = intake.share_of(channel)
    if share is None:
        return Reason.NOT_THIS_WAY, {"channel": channel}
    opens = window.opens + timedelta(hours=share.hours)
    if now < opens:
        return Reason.NOT_YET_THIS_WAY, {"channel": channel, "opens": opens}
    return None


def stage_refusal(
    intake: Intake, window: Window, relation: str, group: str | None, now: datetime
) -> Refusal | None:
    """Why this person may not apply yet: windows open one after another (R2)."""
    who = (relation, PRIORITY) if group else (relation,)
    opens = window.opens + intake.opens_after(who)
    return (Reason.NOT_YET_FOR_YOU, {"opens": opens}) if now < opens else None


def repeat_refusal(intake: Intake, took_it: bool) -> Refusal | None:
    """Why somebody who took the same course lately may not have it again (R8)."""
    if took_it and intake.repeat is Repeat.REFUSE:
        return Reason.TOOK_IT_LATELY, {"months": intake.repeat_months}
    return None


def restriction_refusal(until: date | None) -> Refusal | None:
    """Why a restricted person may not apply (R14); `until` is the last day."""
    return (Reason.RESTRICTED, {"until": until}) if until is not None else None


def group_of(intake: Intake, verified: Collection[str], age: int, first_timer: bool) -> str | None:
    """The first of the policy's priority groups that a person is in (R4)."""
    computed = {SENIOR_55: age >= 55, SENIOR_65: age >= 65, FIRST_TIMER: first_timer}
    return next(
        (code for code in intake.groups if code in verified or computed.get(code, False)), None
    )


def ages_matter(intake: Intake, verified: Collection[str]) -> bool:
    """Whether the run's ages hold for somebody: some groups may come at any age."""
    return not set(intake.age_free_groups) & set(verified)


def collects(intake: Intake, selected_at: datetime | None) -> bool:
    """Whether applications are still being collected, to be decided together."""
    return intake.selection.collects and selected_at is None


@dataclass(frozen=True)
class Pool:
    """Seats kept for those of one way in, or (channel None) for those of a priority group."""

    seats: int
    taken: int
    channel: str | None = None

    @property
    def kept(self) -> int:
        """How many of them are still kept."""
        return max(0, self.seats - self.taken)

    def is_for(self, newcomer: Newcomer) -> bool:
        """Whether somebody may take one of them."""
        if self.channel is None:
            return newcomer.group is not None
        return newcomer.channel == self.channel


# How many hold a place, by way in and by whether they are in a priority group.
Held = Mapping[tuple[str, bool], int]


def pools(intake: Intake, capacity: int, window: Window, now: datetime, held: Held) -> list[Pool]:
    """The seats that not everybody may take at this moment."""
    found = []
    if intake.reserved_percent and now < ends_at(window.opens, window.closes, intake.reserve_hours):
        taken = sum(count for (_channel, preferred), count in held.items() if preferred)
        found.append(Pool(seats_of(intake.reserved_percent, capacity), taken))
    if now < ends_at(window.opens, window.closes, intake.share_hours):
        found += [
            Pool(
                seats_of(share.percent, capacity),
                sum(count for (channel, _one), count in held.items() if channel == share.channel),
                share.channel,
            )
            for share in intake.channels
            if share.percent
        ]
    return found


def keeps_places(intake: Intake, window: Window, now: datetime) -> bool:
    """Whether some seats are not for everybody at this moment."""
    return bool(pools(intake, 100, window, now, {}))


def free_for(newcomer: Newcomer, free: int, kept: Iterable[Pool]) -> int:
    """How many of the free seats this one may take."""
    return free - sum(pool.kept for pool in kept if not pool.is_for(newcomer))


def may_have_now(newcomer: Newcomer, window: Window, now: datetime) -> bool:
    """Whether it is their time: who took the course lately waits until the window is over."""
    return not newcomer.gives_way or now >= window.closes


def state_for(free: int, waiting: int, waiting_limit: int) -> State | None:
    """Placed, waiting, or None when both are full; `free`: places this one may take.

    Nobody gets past those who wait (R9): beside them a free place is given in the list's order,
    so whoever may have one joins the list however long it is.
    """
    if free > 0 and waiting == 0:
        return State.PLACED
    return State.WAITING if free > 0 or waiting < waiting_limit else None


Times = Sequence[tuple[datetime, datetime]]


def too_close(one: Times, other: Times, minutes: int) -> bool:
    """Whether there is no time to go from a class of one run to a class of the other (R7)."""
    travel = timedelta(minutes=minutes)
    return any(
        start < its_end + travel and its_start < end + travel
        for start, end in one
        for its_start, its_end in other
    )
