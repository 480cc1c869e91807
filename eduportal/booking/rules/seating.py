"""Who sits where: the seat a person gets or may choose, and what a broken PC takes from a run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from eduportal.booking.rules import HOLDING, Refusal, State


class Reason(StrEnum):
    """Why nobody can be seated so."""

    SEAT_TAKEN = "그사이 다른 분이 %(seat)s 자리를 골랐습니다. 지금 배치에서 다시 골라 주세요."
    SEAT_UNUSABLE = "%(seat)s 자리는 PC가 고장 나 지금 쓸 수 없습니다. 다른 자리를 골라 주세요."
    SEAT_KEPT = (
        "%(seat)s 자리는 휠체어나 넓은 자리가 필요한 분을 위해 남겨 두었습니다. "
        "다른 자리를 골라 주세요."
    )
    SEATS_ARE_GIVEN = (
        "이 강좌는 자리를 교육장에서 정해 드립니다. 옮기고 싶으시면 강사에게 말씀해 주세요."
    )
    ALREADY_BEGUN = "첫 수업이 시작되어 직접 바꿀 수 없습니다. 강사에게 말씀해 주세요."
    NO_PLACE_YET = "수강이 확정되면 자리를 고를 수 있습니다."
    SEATING_CHANGED = (
        "그사이 다른 사람이 자리를 바꾸었습니다. 지금 배치를 확인하고 다시 옮겨 주세요."
    )
    NOTHING_IN_RETURN = (
        "그 자리에 앉은 분께 드릴 자리가 없어 서로 바꿀 수 없습니다. 빈자리로 옮겨 주세요."
    )
    SAME_SEAT = "이미 그 자리에 앉아 있습니다. 다른 자리를 골라 주세요."
    NOTHING_TO_UNDO = "되돌릴 것이 없습니다. 그사이 자리가 또 바뀌었습니다."
    RELEASED_ALREADY = "휠체어 좌석은 이미 누구나 앉을 수 있습니다."
    OVER = "이미 끝났거나 폐강된 강좌라 자리를 바꿀 수 없습니다."
    NOTHING_TO_RAISE = (
        "지금은 정원을 늘릴 수 없습니다. 고장 난 좌석이 남아 있거나 이미 되돌린 강좌입니다."
    )


@dataclass(frozen=True)
class Chair:
    """A seat that may be given."""

    id: int
    number: int
    accessible: bool = False


def are_released(
    released_at: datetime | None, starts_at: datetime, hours: int, now: datetime
) -> bool:
    """Whether accessible seats are kept no longer: staff say so, or the first class is near."""
    return released_at is not None or now >= starts_at - timedelta(hours=hours)


def accessible_rank(needs: bool, released: bool) -> int:
    """Where accessible seats stand among the others: before (-1), as any (0), after them (1).

    They are given last rather than never: keeping them must not make a class smaller.
    """
    if needs:
        return -1
    return 0 if released else 1


def seat_for(free: Iterable[Chair], needs: bool, released: bool) -> Chair | None:
    """The seat that somebody gets by rule: the lowest number, kept ones after all others."""
    rank = accessible_rank(needs, released)
    return min(free, key=lambda chair: (rank * chair.accessible, chair.number), default=None)


def is_kept(accessible: bool, needs: bool, released: bool) -> bool:
    """Whether somebody may not choose a seat, since it is kept for those who need it."""
    return accessible and not needs and not released


def choice_refusal(
    state: State, by_person: bool, run_state: str, starts_at: datetime, now: datetime
) -> Refusal | None:
    """Why a person may not choose where to sit, whichever seat it is."""
    if not by_person:
        return Reason.SEATS_ARE_GIVEN, {}
    if state not in HOLDING or run_state != "published":
        return Reason.NO_PLACE_YET, {}
    return (Reason.ALREADY_BEGUN, {}) if now >= starts_at else None


def move_refusal(run_state: str, ends_at: datetime, now: datetime) -> Refusal | None:
    """Why nobody is moved any more in a run."""
    return (Reason.OVER, {}) if run_state != "published" or now >= ends_at else None


# A broken PC


def capacity_within(capacity: int, taken: int, seats: "Seats", lost: int) -> int:
    """How many places a run still offers when seats are broken.

    Free places without a working seat go, but never somebody's place, nor more places than seats
    are broken; `lost`: what broken seats took off the capacity before.
    """
    most = max(0, seats.broken - lost)
    return min(capacity, max(capacity - most, seats.working, taken, 1))


def capacity_restored(capacity: int, lost: int, seats: "Seats") -> int:
    """What the capacity may be again: as before the breakdown, as far as seats work now."""
    return max(capacity, min(capacity + lost, seats.working))


@dataclass(frozen=True)
class Seats:
    """How many seats of a room work, and how many are broken."""

    working: int
    broken: int


@dataclass(frozen=True)
class Sitter:
    """Somebody with a place: the number of the application, and where else they could go."""

    number: int
    fits: tuple[int, ...] = ()


def whom_to_move(people: Sequence[Sitter], most: int) -> list[Sitter]:
    """Whom to ask first when a full class lacks seats: who could go elsewhere, the last to come."""
    return sorted(people, key=lambda one: (not one.fits, -one.number))[:most]
