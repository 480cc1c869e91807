"""How a job stands; plain values, no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

# A worker that died is noticed after this; one that lives tells of itself more often.
LEASE = timedelta(minutes=1)
MOST_TRIES = 3
# How long a job rests after a worker stumbled over it.
PAUSE = timedelta(seconds=10)
# How long a list shows what was done.
KEPT = timedelta(days=30)


class JobState(StrEnum):
    """What became of a job."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """As written on screen."""
        return _LABELS[self]

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self in (JobState.DONE, JobState.FAILED)


_LABELS = {
    JobState.WAITING: "순서를 기다리는 중",
    JobState.RUNNING: "하는 중",
    JobState.DONE: "끝남",
    JobState.FAILED: "끝내지 못함",
}


class Reason(StrEnum):
    """Why a job could not be brought to its end."""

    GIVEN_UP = "하는 도중에 여러 번 멈추어 끝내지 못했습니다. 다시 시도하고, 계속되면 관리자에게 알려 주세요."


@dataclass(frozen=True)
class Claimed:
    """A job in the hands of one worker; `tries` tells its lease from every other."""

    id: int
    kind: str
    by: dict[str, Any]
    given: dict[str, Any]
    tries: int


def percent(done: int, total: int) -> int | None:
    """How much is done, of a hundred; None while nobody knows how much there is."""
    return min(100, done * 100 // total) if total else None


def due_again(now: datetime) -> datetime:
    """When a job that a worker stumbled over is taken up again."""
    return now + PAUSE
