"""Two who edit one run at once: what each saw, what each wants, and what is written."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from eduportal.catalog.rules.runs import RunPlan

FIELDS = tuple(RunPlan.__dataclass_fields__)


class Reason(StrEnum):
    """Why an edit is not written yet."""

    CHANGED_BY_TWO = "그사이 다른 담당자가 같은 항목을 바꾸었습니다. 어느 쪽으로 할지 골라 주세요."
    STALE = "이 화면이 오래되었습니다. 화면을 새로 열어 다시 고쳐 주세요."


@dataclass(frozen=True)
class Merged:
    """What is to be written; `theirs`: changed by others meanwhile; `both`: by them and by me."""

    plan: RunPlan
    theirs: frozenset[str]
    both: frozenset[str]


def merged(seen: RunPlan, mine: RunPlan, now: RunPlan) -> Merged:
    """What I changed goes on top of what is there now; what both changed has to be chosen."""
    theirs = differing(seen, now)
    changed = differing(seen, mine)
    both = {name for name in theirs & changed if getattr(mine, name) != getattr(now, name)}
    taken = {name: getattr(mine, name) for name in changed - both}
    return Merged(replace(now, **taken), frozenset(theirs - both), frozenset(both))


def differing(one: RunPlan, other: RunPlan) -> frozenset[str]:
    """The fields in which two plans differ."""
    return frozenset(name for name in FIELDS if getattr(one, name) != getattr(other, name))


def shown_next(seen: RunPlan, now: RunPlan, both: Collection[str]) -> RunPlan:
    """What whoever chooses has seen by then: of the fields in dispute, what stands there now."""
    return replace(seen, **{name: getattr(now, name) for name in both})
