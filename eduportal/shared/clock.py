"""What time it is: the only place that asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo("Asia/Seoul")

_moved_to: ContextVar[datetime | None] = ContextVar("moved_to", default=None)


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _moved_to.get() or datetime.now(UTC)


def today() -> date:
    """The date in Seoul at this moment."""
    return now().astimezone(SEOUL).date()


@contextmanager
def moved_to(instant: datetime) -> Iterator[None]:
    """Let the verbs within happen at another moment: how the demo office gets its past."""
    token = _moved_to.set(instant)
    try:
        yield
    finally:
        _moved_to.reset(token)
