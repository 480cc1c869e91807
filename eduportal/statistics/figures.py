"""The figures that come out of the database, and the part of them that a number stands for."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from eduportal.accounts.rules import Audience
from eduportal.catalog.rules import Kind
from eduportal.statistics.metrics import Metric
from eduportal.statistics.rules import DatedName, Period

Centers = Mapping[int, Sequence[DatedName]]


@dataclass(frozen=True)
class Line:
    """The counts of one center, audience, kind, track and month; `has_past`: past results in it."""

    center_id: int
    audience: Audience
    kind: Kind
    track: str
    month: int
    has_past: bool
    counts: Mapping[str, int]


@dataclass(frozen=True)
class PeopleLine:
    """Counts of people of one audience, or of all (None)."""

    audience: Audience | None
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Slice:
    """Which part of the figures: a period as of a day, narrowed by what is not None."""

    period: Period
    as_of: date
    metric: Metric
    center_id: int | None = None
    audience: Audience | None = None
    kind: Kind | None = None
    track: str | None = None

    @property
    def parts(self) -> dict[str, int | str]:
        """What it is narrowed to, by column."""
        parts: dict[str, int | str | None] = {
            "center_id": self.center_id,
            "audience": self.audience,
            "kind": self.kind,
            "track": self.track,
        }
        return {name: value for name, value in parts.items() if value is not None}

    @property
    def address(self) -> dict[str, int | str]:
        """As the query of an address."""
        parts = {"center" if name == "center_id" else name: v for name, v in self.parts.items()}
        span = "month" if self.period.is_month else "year"
        as_of = self.as_of.isoformat()
        return {span: self.period.key, "as_of": as_of, **parts, "metric": self.metric.name}

    def holds(self, line: Line) -> bool:
        """Whether a line of the same year lies in it."""
        in_period = self.period.first.month <= line.month <= self.period.last.month
        return in_period and all(getattr(line, name) == v for name, v in self.parts.items())

    def of(self, metric: Metric) -> "Slice":
        """The same part of another metric."""
        return replace(self, metric=metric)


def summed(lines: Iterable[Line]) -> Counter[str]:
    """The counts of several lines, added up; what is not there is 0."""
    total: Counter[str] = Counter()
    for line in lines:
        total.update(line.counts)
    return total
