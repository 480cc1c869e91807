"""Runs that may be too small to be held (R18): when that is decided; plain values, no database."""

from datetime import date, timedelta
from enum import StrEnum

# So many days before the decision there is still time to do something about it.
WARNED_DAYS = 7


class Reason(StrEnum):
    """Why nobody is invited, or nothing is left to decide."""

    NOT_OPEN = "지금은 이 강좌의 접수 기간이 아닙니다. 접수 기간을 먼저 늘려 주세요."
    NOBODY_LEFT = "더 안내할 분이 없습니다. 이미 안내했거나 대상이 맞는 분이 없습니다."
    NOT_TO_COME = "이미 시작했거나 폐강된 강좌입니다. 화면을 새로 고쳐 확인해 주세요."
    KEPT = "이미 그대로 열기로 정한 강좌입니다. 화면을 새로 고쳐 확인해 주세요."


def decision_day(starts_on: date, decision_days: int) -> date:
    """By when it is decided whether a run that is too small is held."""
    return starts_on - timedelta(days=decision_days)


def is_near(decide_on: date, today: date) -> bool:
    """Whether it is time to look at a run that is too small."""
    return today >= decide_on - timedelta(days=WARNED_DAYS)


def fits_age(age: int, minimum: int | None, maximum: int | None) -> bool:
    """Whether somebody is neither too young nor too old."""
    return (minimum is None or age >= minimum) and (maximum is None or age <= maximum)
