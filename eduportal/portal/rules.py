"""What staff had better do next; plain values, no database."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil


class Todo(StrEnum):
    """Something that waits for staff, the most pressing one first."""

    DECIDE = "decide"
    SELECT = "select"
    CALL_WAITING = "call_waiting"
    BROKEN_SEATS = "broken_seats"
    SHEETS = "sheets"
    MESSAGES = "messages"
    APPEALS = "appeals"
    REFUNDS = "refunds"
    APPROVALS = "approvals"
    DRAFTS = "drafts"
    TOO_SMALL = "too_small"
    CLOSE = "close"
    NEXT_MONTH = "next_month"
    LOG = "log"


@dataclass(frozen=True)
class Task:
    """One line of the list: what, and how many of them."""

    todo: Todo
    count: int


# From this day of a month on, the next one should have its runs.
PLAN_FROM_DAY = 5


def tasks(counts: dict[Todo, int], day_of_month: int, runs_next_month: int) -> list[Task]:
    """What there is to do, in the order in which to do it; nothing where all is done."""
    counts = dict(counts)
    if day_of_month >= PLAN_FROM_DAY and not runs_next_month:
        counts[Todo.NEXT_MONTH] = 1
    return [Task(todo, counts[todo]) for todo in Todo if counts.get(todo)]


def minimum(capacity: int, minimum_people: int | None, percent: int) -> int:
    """How many people a run needs to be held (R18): its own number, else a share of its places."""
    return minimum_people if minimum_people is not None else ceil(capacity * percent / 100)
