"""How a job stands; plain values, no database."""

from enum import StrEnum


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


_LABELS = {
    JobState.WAITING: "순서를 기다리는 중",
    JobState.RUNNING: "하는 중",
    JobState.DONE: "끝남",
    JobState.FAILED: "끝내지 못함",
}
