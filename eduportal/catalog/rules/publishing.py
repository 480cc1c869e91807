"""When everybody gets to see a run; plain values, no database."""

from datetime import datetime
from enum import StrEnum

from eduportal.catalog.rules.reasons import Reason as Catalog
from eduportal.catalog.rules.reasons import Refusal
from eduportal.catalog.rules.runs import RunState


class Reason(StrEnum):
    """Why a run cannot be published then, or be taken back."""

    IN_THE_PAST = "공개하는 때(%(at)s)가 이미 지났습니다. 앞으로 올 때를 적거나 지금 공개해 주세요."
    OPENS_BEFORE = (
        "접수 시작은 공개(%(at)s)보다 빠를 수 없습니다. 먼저 공개하거나 접수 시작을 늦춰 주세요."
    )
    SCHEDULED = "%(at)s에 공개하기로 정한 강좌입니다. 공개 예약을 취소하면 작성중으로 돌아가 고칠 수 있습니다."
    NOT_SCHEDULED = "공개를 예약한 강좌가 아닙니다. 화면을 새로 고쳐 확인해 주세요."
    SEEN_ALREADY = "이미 공개되어 작성중으로 되돌릴 수 없습니다."


def is_hidden(state: RunState, published_at: datetime | None, now: datetime) -> bool:
    """Whether nobody but staff has seen a run: a draft, or one whose time is still to come."""
    scheduled = published_at is not None and now < published_at
    return state is RunState.DRAFT or (state is RunState.PUBLISHED and scheduled)


def time_refusal(at: datetime | None, apply_from: datetime, now: datetime) -> Refusal | None:
    """Why a draft cannot be published then; None is now, when it may be open at once."""
    if at is None:
        return None
    if at <= now:
        return Reason.IN_THE_PAST, {"at": at}
    return (Catalog.WINDOW_BEFORE_PUBLICATION, {"opens": apply_from}) if at > apply_from else None


def opening_refusal(
    published_at: datetime | None, apply_from: datetime, moved: bool
) -> Refusal | None:
    """Why people cannot apply from then on: nobody could have seen the run.

    `moved`: the opening is changed now. One that was published late stays as it is.
    """
    if not moved or published_at is None or apply_from >= published_at:
        return None
    return Reason.OPENS_BEFORE, {"at": published_at}


def taking_back_refusal(
    state: RunState, published_at: datetime | None, applied: bool, now: datetime
) -> Refusal | None:
    """Why a run cannot become a draft again: only while its publication is still to come."""
    if state is not RunState.PUBLISHED:
        return Reason.NOT_SCHEDULED, {}
    if applied or not is_hidden(state, published_at, now):
        return Reason.SEEN_ALREADY, {}
    return None
