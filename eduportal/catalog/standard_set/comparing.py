"""A line beside the run that it is about: what came before, what the file says now, what we have.

What the file did not change stays as staff have it. What it changed is taken over where staff left
it alone and nobody has seen the run yet; else it is reported, and ours stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from eduportal.catalog.rules import RunState, normalized
from eduportal.catalog.rules.standard import Kept
from eduportal.catalog.standard_set import columns as c
from eduportal.catalog.standard_set import facts
from eduportal.catalog.standard_set.columns import COLUMNS, Cells, plain
from eduportal.catalog.standard_set.known import KnownRun
from eduportal.catalog.standard_set.planning import Planned

Pairs = dict[str, list[Any]]

MEETINGS, CAPACITY, FEE, WINDOW = "meetings", "capacity", "fee", "window"
AUDIENCE, INSTRUCTOR, SUMMARY = "audience", "instructor", "summary"
# What of a run changes together, and the columns that say it.
FACETS: Mapping[str, tuple[str, ...]] = {
    MEETINGS: (c.FIRST_DAY, c.LAST_DAY, c.STARTS, c.ENDS, c.WEEKDAYS),
    CAPACITY: (c.CAPACITY,),
    FEE: (c.FEE,),
    WINDOW: (c.APPLY_FROM, c.APPLY_UNTIL),
    AUDIENCE: (c.AUDIENCE,),
    INSTRUCTOR: (c.INSTRUCTOR,),
    SUMMARY: (c.SUMMARY,),
}
# The other columns we only keep as they are declared.
KEPT_ONLY = tuple(name for name in COLUMNS if not any(name in names for names in FACETS.values()))
# A new day on the file, or another spacing of what it is known by, changes no course.
NOT_TOLD = frozenset({c.AS_OF, c.TITLE, c.PLACE})


@dataclass(frozen=True)
class Change:
    """A column that the file changed; `kept`: why ours stands all the same."""

    column: str
    before: str
    after: str
    kept: Kept | None = None


@dataclass(frozen=True)
class Comparison:
    """What a line changes: the facets to take over, and what is declared from now on."""

    declared: Pairs
    changes: tuple[Change, ...] = ()
    facets: frozenset[str] = frozenset()


def declared_of_new(planned: Planned, office: str) -> Pairs:
    """What a line declares about the draft that it becomes."""
    ours = facts.written(planned.facts, office)
    return {name: [planned.line.cells[name], _then(name, planned, ours)] for name in COLUMNS}


def compare(planned: Planned, known: KnownRun, office: str) -> Comparison:
    """The line beside its run."""
    beside = _Beside(planned, known, office)
    pairs, changes, facets = beside.kept_only()
    for facet, columns in FACETS.items():
        verdict = beside.verdict(facet)
        pairs |= {name: beside.pair(name, verdict) for name in columns}
        changes += beside.changes(columns, verdict)
        if verdict is _Verdict.TAKE:
            facets.add(facet)
    return Comparison(pairs, tuple(changes), frozenset(facets))


class _Verdict(Enum):
    SAME = auto()
    TAKE = auto()
    # We have it so already.
    AGREED = auto()
    # We keep the words, and have nothing that could follow them.
    TOLD = auto()
    EDITED = auto()
    PUBLISHED = auto()
    CANCELLED = auto()

    @property
    def kept(self) -> Kept | None:
        """Why ours stands."""
        return Kept[self.name] if self.name in Kept.__members__ else None


class _Beside:
    """One line and its run."""

    def __init__(self, planned: Planned, known: KnownRun, office: str) -> None:
        self.planned, self.known = planned, known
        self.now = known.ours
        self.before: Pairs = known.declared or {
            name: [words, words] for name, words in known.ours.items()
        }
        self.said = self._said()
        target = facts.written(planned.facts, office)
        self.target = target | {c.SUMMARY: " ".join(planned.line.summary.split())}

    def verdict(self, facet: str) -> _Verdict:
        """What becomes of the columns that say a facet."""
        columns = FACETS[facet]
        if not any(self.differs(name) for name in columns):
            return _Verdict.SAME
        if self._agrees(facet):
            return _Verdict.AGREED
        if facet == SUMMARY:
            return self._about_the_summary()
        if self.known.state is not RunState.DRAFT:
            return _Verdict[self.known.state.name]
        return _Verdict.EDITED if self._edited(facet) else _Verdict.TAKE

    def differs(self, name: str) -> bool:
        """Whether the file says something else than it did; its own spacing aside."""
        return plain(self.said[name]) != plain(self.before[name][0])

    def pair(self, name: str, verdict: _Verdict) -> list[Any]:
        """What is declared from now on, and the fact of ours that it stands for."""
        then = self.before[name][1]
        if verdict in (_Verdict.TAKE, _Verdict.AGREED):
            then = _then(name, self.planned, self.target)
        elif verdict.kept and self.differs(name):
            then = None
        return [self.said[name], then]

    def changes(self, columns: tuple[str, ...], verdict: _Verdict) -> list[Change]:
        """The columns that differ, as people read them."""
        return [
            Change(
                name,
                str(self.now[name] if verdict.kept else self.before[name][0]),
                self.said[name],
                verdict.kept,
            )
            for name in columns
            if self.differs(name) and name not in NOT_TOLD
        ]

    def kept_only(self) -> tuple[Pairs, list[Change], set[str]]:
        """The columns that we only keep."""
        pairs = {
            name: [self.said[name], self.now[name] if self.differs(name) else self.before[name][1]]
            for name in KEPT_ONLY
        }
        return pairs, self.changes(KEPT_ONLY, _Verdict.TOLD), set()

    def _said(self) -> Cells:
        """What the file says; our own page's address, which we wrote into it, is nothing said."""
        said = self.planned.line.cells
        if plain(said[c.HOMEPAGE]).endswith(f"/runs/{self.known.id}"):
            return said | {c.HOMEPAGE: self.before[c.HOMEPAGE][0]}
        return said

    def _agrees(self, facet: str) -> bool:
        if facet == INSTRUCTOR:
            teacher = self.planned.teacher
            return (teacher.id if teacher else None) == self.known.instructor_id
        return all(self.target[name] == self.now[name] for name in FACETS[facet])

    def _edited(self, facet: str) -> bool:
        """Whether staff changed it since the file was brought in."""
        if facet == INSTRUCTOR:
            # Our words hide a name that may not be told, so the person is asked for.
            declared = normalized(self.before[c.INSTRUCTOR][0])
            return bool(self.known.instructor) and normalized(self.known.instructor) != declared
        return any(self.before[name][1] != self.now[name] for name in FACETS[facet])

    def _about_the_summary(self) -> _Verdict:
        said, then = self.before[c.SUMMARY]
        if then != self.now[c.SUMMARY]:
            return _Verdict.EDITED
        # A course has one text for all its runs: only the line that it came from changes it.
        own = bool(self.target[c.SUMMARY]) and " ".join(said.split()) == then
        return _Verdict.TAKE if own else _Verdict.TOLD


def _then(name: str, planned: Planned, ours: Cells) -> str | None:
    """Our own words for a column; None where the declared ones may not be told to everybody."""
    if name == c.INSTRUCTOR and planned.teacher and not planned.teacher.told:
        return None
    return ours[name]
