"""What an intake means for whoever applies, in short sentences (모집 기준 안내).

Each is a sentence with its facts, to be written out by whoever shows it; what is as everybody
expects it is not said.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from eduportal.catalog.rules.intake import (
    PRIORITY,
    WHO,
    Admission,
    ChannelShare,
    Intake,
    Repeat,
    SeatChoice,
    Selection,
    ends_at,
    seats_of,
)


class Words(StrEnum):
    """The sentences that people read before they apply."""

    FIRST_COME = "먼저 신청한 순서대로 자리를 드립니다."
    FAIR_WINDOW = (
        "처음 %(hours)s시간 안에 신청하신 분은 모두 똑같습니다. 순서는 컴퓨터 추첨으로 정합니다."
    )
    AFTER_FAIR_WINDOW = "그 뒤에 신청하신 분께는 남은 자리를 신청한 순서대로 드립니다."
    DRAW = "신청이 정원보다 많으면 컴퓨터 추첨으로 정합니다."
    PRIORITY_DRAW = "우선 대상인 분께 먼저 자리를 드리고, 남은 자리는 컴퓨터 추첨으로 정합니다."
    SHARE_THEN_DRAW = (
        "우선 대상인 분의 자리를 먼저 뽑고, 남은 자리는 모두 함께 컴퓨터 추첨으로 정합니다."
    )
    PRIORITY_FIRST_COME = (
        "우선 대상인 분께 먼저 자리를 드리고, 남은 자리는 먼저 신청한 순서대로 드립니다."
    )
    SCREENING = "접수가 끝나면 담당자가 신청을 살펴보고 자리를 드릴 분을 정합니다."
    NO_HURRY = "먼저 신청해도 유리하지 않습니다. 접수 기간 안에 천천히 신청해 주세요."
    PUBLIC_SOURCE = "추첨에는 ‘%(source)s’ 값을 씁니다."
    CHECKED = "추첨 결과는 누구나 다시 계산해 확인할 수 있습니다."
    LOSS_MEMORY = (
        "전에 추첨에서 떨어진 횟수만큼 추첨권을 더 드립니다. 뽑히면 추첨권은 다시 한 장이 됩니다."
    )
    STAGE = "%(who)s은 %(opens)s부터 신청하실 수 있습니다."
    STAGE_HOURS = "%(who)s은 접수를 시작하고 %(hours)s시간 뒤부터 신청하실 수 있습니다."
    STAGE_FIRST = "%(who)s은 접수를 시작할 때부터 신청하실 수 있습니다."
    GROUPS = "우선 대상: %(groups)s"
    AGE_FREE = "나이와 상관없이 신청하실 수 있는 분: %(groups)s"
    RESERVED = "정원 %(capacity)s명 가운데 %(seats)s자리는 %(people)s께 먼저 드립니다."
    RESERVED_PERCENT = "정원의 %(percent)s%%는 %(people)s께 먼저 드립니다."
    RELEASED = "이 자리가 남으면 %(until)s부터 다른 분께 드립니다."
    RELEASED_AFTER = "이 자리가 남으면 접수를 시작하고 %(hours)s시간 뒤부터 다른 분께 드립니다."
    RELEASED_AT_CLOSING = "이 자리가 남으면 접수가 끝난 뒤 다른 분께 드립니다."
    WAYS = "신청을 받는 방법: %(ways)s"
    WAY_OPENS = "%(way)s 접수는 %(opens)s부터 받습니다."
    WAY_OPENS_AFTER = "%(way)s 접수는 시작하고 %(hours)s시간 뒤부터 받습니다."
    SHARE = "정원 %(capacity)s명 가운데 %(seats)s자리는 %(way)s 접수로 신청하신 분께 먼저 드립니다."
    SHARE_PERCENT = "정원의 %(percent)s%%는 %(way)s 접수로 신청하신 분께 먼저 드립니다."
    REPEAT_REFUSED = "최근 %(months)s개월 안에 같은 과정을 들으신 분은 신청하실 수 없습니다."
    REPEAT_WAITS = (
        "최근 %(months)s개월 안에 같은 과정을 들으신 분은 다른 분들 다음에 자리를 드립니다."
    )
    TRAVEL = (
        "다른 교육장 수업도 들으신다면, 두 수업 사이에 옮겨 갈 시간이 %(minutes)s분 이상 있어야"
        " 합니다."
    )
    GIVEN = "자리가 나면 대기하신 순서대로 확정하고 바로 알려 드립니다."
    OFFERED = (
        "자리가 나면 대기하신 순서대로 문자로 안내하고, %(hours)s시간 동안 자리를 맡아 둡니다."
    )
    OFFER_HOURS = "이 시간은 %(opens)s~%(closes)s만 셉니다. 밤에는 세지 않습니다."
    OFFERED_TO_MIDNIGHT = (
        "자리가 나면 대기하신 순서대로 문자로 안내하고, 다음 날이 될 때(밤 12시)까지 자리를"
        " 맡아 둡니다."
    )
    PASSED_ON = "그때까지 답이 없으면 다음 분께 자리가 돌아갑니다."
    LAST_MEETING = "빈자리는 %(number)s번째 수업을 시작하기 전까지 드립니다."
    LEFT_OVER = "접수가 끝나도 자리가 남아 있으면 먼저 신청한 순서대로 드립니다."
    SEAT_CHOICE = "수강이 확정되면 앉을 자리를 직접 고르실 수 있습니다."
    ACCESSIBLE = "휠체어 좌석은 첫 수업 %(hours)s시간 전까지 필요한 분을 위해 비워 둡니다."
    WAITING_LINE = (
        "접수를 시작할 때 신청이 몰리면 대기줄에 섭니다. 시작하기 전에 오신 분들의 순서는"
        " 추첨으로 정합니다."
    )
    WARNED = "연락 없이 첫 수업에 오지 않으시면 %(times)s번째까지는 경고만 합니다."
    RESTRICTED = (
        "연락 없이 첫 수업에 오지 않으시면, %(times)s번째에는 %(days)s일 동안 신청하실 수 없습니다."
    )
    LATE_CANCEL = "첫 수업까지 %(hours)s시간이 남지 않았을 때 취소하셔도 한 번으로 셉니다."
    FORGOTTEN = "%(months)s개월이 지난 일은 세지 않습니다."
    DECISION = "%(people)s명이 모이지 않으면 첫 수업 %(days)s일 전에 열지 폐강할지 정합니다."
    DECISION_DAY = "신청이 적으면 첫 수업 %(days)s일 전에 열지 폐강할지 정합니다."


# A sentence and its facts; moments among them are written out as the portal writes them.
Sentence = tuple[Words, dict[str, object]]


@dataclass(frozen=True)
class Around:
    """What the sentences say beside the intake; None: not known yet, as for a whole office."""

    names: Mapping[str, str] = field(default_factory=dict)
    capacity: int | None = None
    opens: datetime | None = None
    closes: datetime | None = None
    minimum: int | None = None


def sentences(intake: Intake, around: Around | None = None) -> list[Sentence]:
    """All that is to be said of an intake, the way to a place first."""
    return [sentence for part in parts(intake, around).values() for sentence in part]


def parts(intake: Intake, around: Around | None = None) -> dict[str, list[Sentence]]:
    """The same sentences by what they are about."""
    around = around or Around()
    return {name: list(part(intake, around)) for name, part in _PARTS.items()}


def _selection(intake: Intake, _around: Around) -> Iterator[Sentence]:
    how = _HOW[intake.selection]
    if how is Words.PRIORITY_DRAW and intake.reserved_percent:
        how = Words.SHARE_THEN_DRAW
    yield how, {"hours": intake.fair_hours}
    if intake.selection is Selection.FAIR_WINDOW:
        yield Words.AFTER_FAIR_WINDOW, {}
    elif intake.selection.collects:
        yield Words.NO_HURRY, {}
    if intake.selection.draws:
        yield from _lots(intake)


def _lots(intake: Intake) -> Iterator[Sentence]:
    if intake.draw_source:
        yield Words.PUBLIC_SOURCE, {"source": intake.draw_source}
    yield Words.CHECKED, {}
    if intake.loss_memory:
        yield Words.LOSS_MEMORY, {}


def _groups(intake: Intake, around: Around) -> Iterator[Sentence]:
    preferred = intake.selection in (Selection.PRIORITY_DRAW, Selection.PRIORITY_FIRST_COME)
    first = any(stage.who == PRIORITY for stage in intake.stages)
    if intake.groups and (preferred or first or intake.reserved_percent):
        yield Words.GROUPS, {"groups": ", ".join(_named(intake.groups, around))}
    if intake.reserved_percent and intake.groups:
        people = ", ".join(map(_people, _named(intake.groups, around)))
        yield _share(intake.reserved_percent, around, Words.RESERVED, people=people)
        yield _release(intake.reserve_hours, around)
    if intake.age_free_groups:
        yield Words.AGE_FREE, {"groups": ", ".join(_named(intake.age_free_groups, around))}


def _stages(intake: Intake, around: Around) -> Iterator[Sentence]:
    if intake.waiting_line:
        yield Words.WAITING_LINE, {}
    later = any(stage.hours for stage in intake.stages)
    for stage in sorted(intake.stages, key=lambda one: one.hours):
        who = {"who": WHO[stage.who]}
        if stage.hours:
            yield _after(stage.hours, around, (Words.STAGE, Words.STAGE_HOURS), who)
        elif later:
            yield Words.STAGE_FIRST, {**who}


def _ways(intake: Intake, around: Around) -> Iterator[Sentence]:
    labels = {share.channel: Admission(share.channel).label for share in intake.channels}
    if intake.channels and len(labels) < len(Admission):
        yield Words.WAYS, {"ways": ", ".join(labels.values())}
    for share in intake.channels:
        yield from _way(share, around)
    if any(share.percent for share in intake.channels):
        yield _release(intake.share_hours, around)


def _way(share: ChannelShare, around: Around) -> Iterator[Sentence]:
    way = {"way": Admission(share.channel).label}
    if share.hours:
        yield _after(share.hours, around, (Words.WAY_OPENS, Words.WAY_OPENS_AFTER), way)
    if share.percent:
        yield _share(share.percent, around, Words.SHARE, **way)


def _limits(intake: Intake, _around: Around) -> Iterator[Sentence]:
    if intake.repeat_months:
        refused = intake.repeat is Repeat.REFUSE
        words = Words.REPEAT_REFUSED if refused else Words.REPEAT_WAITS
        yield words, {"months": intake.repeat_months}
    if intake.travel_minutes:
        yield Words.TRAVEL, {"minutes": intake.travel_minutes}


def _freed(intake: Intake, _around: Around) -> Iterator[Sentence]:
    yield from _offers(intake)
    if intake.last_meeting > 1:
        yield Words.LAST_MEETING, {"number": intake.last_meeting}
    if intake.left_over:
        yield Words.LEFT_OVER, {}


def _offers(intake: Intake) -> Iterator[Sentence]:
    if not intake.offer_hours:
        yield Words.GIVEN, {}
        return
    if intake.offer_to_midnight:
        yield Words.OFFERED_TO_MIDNIGHT, {}
    else:
        yield Words.OFFERED, {"hours": intake.offer_hours}
        hours = {"opens": f"{intake.offer_opens:%H:%M}", "closes": f"{intake.offer_closes:%H:%M}"}
        yield Words.OFFER_HOURS, {**hours}
    yield Words.PASSED_ON, {}


def _seats(intake: Intake, _around: Around) -> Iterator[Sentence]:
    if intake.seat_choice is SeatChoice.PERSON:
        yield Words.SEAT_CHOICE, {}
    if intake.accessible_hours:
        yield Words.ACCESSIBLE, {"hours": intake.accessible_hours}


def _strikes(intake: Intake, _around: Around) -> Iterator[Sentence]:
    if intake.strikes:
        yield from _penalties(intake)
        yield from _counting(intake)


def _penalties(intake: Intake) -> Iterator[Sentence]:
    warnings = next((n for n, days in enumerate(intake.strikes) if days), len(intake.strikes))
    if warnings:
        yield Words.WARNED, {"times": warnings}
    for times, days in enumerate(intake.strikes, start=1):
        if days:
            yield Words.RESTRICTED, {"times": times, "days": days}


def _counting(intake: Intake) -> Iterator[Sentence]:
    if intake.late_cancel_hours:
        yield Words.LATE_CANCEL, {"hours": intake.late_cancel_hours}
    if intake.strike_months:
        yield Words.FORGOTTEN, {"months": intake.strike_months}


def _decision(intake: Intake, around: Around) -> Iterator[Sentence]:
    if around.minimum:
        yield Words.DECISION, {"people": around.minimum, "days": intake.decision_days}
    elif around.capacity is None:
        yield Words.DECISION_DAY, {"days": intake.decision_days}


def _after(
    hours: int, around: Around, words: tuple[Words, Words], facts: Mapping[str, object]
) -> Sentence:
    """So long after the opening: as a moment where that is known, else in hours."""
    if around.opens is None:
        return words[1], {**facts, "hours": hours}
    return words[0], {**facts, "opens": around.opens + timedelta(hours=hours)}


def _share(percent: int, around: Around, words: Words, **facts: object) -> Sentence:
    """A part of the capacity: in seats where that is known, else in percent."""
    if around.capacity is None:
        return _IN_PERCENT[words], {**facts, "percent": percent}
    seats = seats_of(percent, around.capacity)
    return words, {**facts, "capacity": around.capacity, "seats": seats}


def _release(hours: int | None, around: Around) -> Sentence:
    """When what is kept for some falls to all."""
    if hours is None:
        return Words.RELEASED_AT_CLOSING, {}
    if around.opens is None or around.closes is None:
        return Words.RELEASED_AFTER, {"hours": hours}
    return Words.RELEASED, {"until": ends_at(around.opens, around.closes, hours)}


def _named(codes: tuple[str, ...], around: Around) -> list[str]:
    return [around.names.get(code, code) for code in codes]


def _people(name: str) -> str:
    return name if name.endswith("분") else f"{name}인 분"


_HOW = {
    Selection.FIRST_COME: Words.FIRST_COME,
    Selection.FAIR_WINDOW: Words.FAIR_WINDOW,
    Selection.DRAW: Words.DRAW,
    Selection.PRIORITY_DRAW: Words.PRIORITY_DRAW,
    Selection.PRIORITY_FIRST_COME: Words.PRIORITY_FIRST_COME,
    Selection.SCREENING: Words.SCREENING,
}
_IN_PERCENT = {Words.RESERVED: Words.RESERVED_PERCENT, Words.SHARE: Words.SHARE_PERCENT}
_PARTS = {
    "selection": _selection,
    "groups": _groups,
    "stages": _stages,
    "ways": _ways,
    "limits": _limits,
    "freed": _freed,
    "seats": _seats,
    "strikes": _strikes,
    "decision": _decision,
}
