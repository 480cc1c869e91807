"""What of a run's policy may still be changed, once people have applied for it (R1, R2)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eduportal.catalog.rules.intake import Intake, Selection, collected_until

# How it is decided who gets a place, and what such a decision is made from.
DECIDES = frozenset({"selection", "fair_hours", "loss_memory", "draw_source"})
TERMS = DECIDES | {
    *("groups", "reserved_percent", "reserve_hours", "channels", "share_hours"),
}


class Reason(StrEnum):
    """Why a policy stays as it is."""

    REASON_NEEDED = "접수가 시작되었거나 신청한 분이 있는 강좌입니다. 바꾸는 사유를 적어 주세요."
    DECIDED = "이미 대상자를 정했습니다. 뽑는 방법은 이제 바꿀 수 없습니다."
    CLOSED = "뽑을 명단이 이미 정해졌습니다. 대상자를 정할 때까지 뽑는 방법을 바꿀 수 없습니다."
    FAIR_HOURS_OVER = (
        "접수를 시작하고 %(hours)s시간이 이미 지났습니다. 지난 시간을 이제 와서 추첨으로 바꿀 수"
        " 없습니다."
    )
    SOMEBODY_STANDS = (
        "선착순으로 이미 확정되었거나 기다리는 분이 %(people)s명 있습니다. 추첨이나 심사로 바꿀 수"
        " 없습니다. 다음 강좌부터 바꿔 주세요."
    )
    PLACE_ALL_FIRST = (
        "먼저 신청해도 유리하지 않다고 알리고 %(people)s명의 신청을 받았습니다. 모두에게 자리를"
        " 드릴 때에만 선착순으로 바꿀 수 있습니다. 아래에서 골라 주세요."
    )
    MORE_THAN_PLACES = (
        "먼저 신청해도 유리하지 않다고 알리고 %(people)s명의 신청을 받았는데, 자리는"
        " %(free)s개입니다. 선착순으로 바꾸면 나중에 신청한 분이 손해를 봅니다. 정원을 늘리거나"
        " 정해진 대로 뽑아 주세요."
    )
    CANNOT_HAVE_PLACE = (
        "신청한 분 가운데 지금 자리를 받을 수 없는 분이 있어 선착순으로 바꿀 수 없습니다: %(why)s"
    )
    LINE_TOO_LATE = "접수가 이미 시작되어 대기줄을 켤 수 없습니다."
    ALREADY_FOLLOWS = "작성중인 강좌에서만 할 수 있습니다."


Refusal = tuple[StrEnum, dict[str, object]]


@dataclass(frozen=True)
class Standing:
    """How far a run has come: its window, its counts, and whether it was decided."""

    apply_from: datetime
    apply_until: datetime
    capacity: int
    places_taken: int
    waiting: int
    applied: int
    selected_at: datetime | None


def change_refusal(
    run: Standing,
    old: Intake,
    new: Intake,
    changed: Collection[str],
    now: datetime,
    place_all: bool = False,
) -> Refusal | None:
    """Why a run's policy may not be changed so: nobody who applied may be worse off unseen."""
    if new.waiting_line and not old.waiting_line and now >= run.apply_from:
        return Reason.LINE_TOO_LATE, {}
    refusal = _decision_refusal(run, old, changed, now)
    if refusal is not None or ("selection" not in changed and "fair_hours" not in changed):
        return refusal
    if new.selection.collects:
        return _collecting_refusal(run, old, new, now)
    return _first_come_refusal(run, old, place_all)


def _decision_refusal(
    run: Standing, old: Intake, changed: Collection[str], now: datetime
) -> Refusal | None:
    if not old.selection.collects:
        return None
    if run.selected_at is not None:
        return (Reason.DECIDED, {}) if DECIDES & set(changed) else None
    is_closed = now >= list_closes_at(old, run)
    return (Reason.CLOSED, {}) if is_closed and TERMS & set(changed) else None


def _collecting_refusal(run: Standing, old: Intake, new: Intake, now: datetime) -> Refusal | None:
    standing = run.places_taken + run.waiting
    if not old.selection.collects and standing:
        return Reason.SOMEBODY_STANDS, {"people": standing}
    if new.selection is Selection.FAIR_WINDOW and now >= list_closes_at(new, run):
        return Reason.FAIR_HOURS_OVER, {"hours": new.fair_hours}
    return None


def _first_come_refusal(run: Standing, old: Intake, place_all: bool) -> Refusal | None:
    if not old.selection.collects or not run.applied:
        return None
    free = run.capacity - run.places_taken
    if run.applied > free:
        return Reason.MORE_THAN_PLACES, {"people": run.applied, "free": free}
    return None if place_all else (Reason.PLACE_ALL_FIRST, {"people": run.applied})


def list_closes_at(intake: Intake, run: Standing) -> datetime:
    """Until when whoever applies is decided about together with the others."""
    return collected_until(intake, run.apply_from, run.apply_until)
