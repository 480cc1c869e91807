"""A screening (심사): staff choose among those who applied; plain values, no database."""

from collections.abc import Collection, Sequence
from enum import StrEnum

Refusal = tuple["Reason", dict[str, object]]


class Reason(StrEnum):
    """Why a choice cannot be carried out."""

    NOT_SCREENED = "심사로 뽑는 강좌가 아닙니다."
    STILL_COLLECTING = "%(closes)s에 접수가 끝난 뒤에 정할 수 있습니다."
    ALREADY_DECIDED = "이미 대상자를 정했습니다. 화면을 새로 고쳐 확인해 주세요."
    CHANGED_MEANWHILE = (
        "그사이 신청한 분이 바뀌었습니다(취소 또는 새 신청). 목록을 다시 확인해 주세요."
    )
    TOO_MANY_PLACES = "수강확정으로 고른 분이 %(chosen)s명입니다. 남은 자리는 %(free)s석입니다."
    TOO_MANY_WAITING = "대기로 고른 분이 %(chosen)s명입니다. 대기는 %(limit)s명까지입니다."
    RANK_TWICE = "대기 순서 %(rank)s번이 두 번 있습니다. 서로 다른 번호를 적어 주세요."
    CHOSEN_TWICE = "한 분을 두 번 골랐습니다. 목록을 다시 확인해 주세요."
    NOT_NOW = "접수 %(number)s번은 확정할 수 없습니다. %(why)s"
    REASON_NEEDED = "선정되지 않는 분께 알려 드릴 사유를 적어 주세요."


def choice_refusal(
    placed: Collection[int], waiting: Sequence[int], free: int, limit: int
) -> Refusal | None:
    """Why so many may not get places, or wait."""
    if len(placed) > free:
        return Reason.TOO_MANY_PLACES, {"chosen": len(placed), "free": free}
    if len(waiting) > limit:
        return Reason.TOO_MANY_WAITING, {"chosen": len(waiting), "limit": limit}
    return None
