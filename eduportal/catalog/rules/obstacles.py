"""What stands in the way of a class: other classes, blocks, closed days, hours, instructors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from eduportal.catalog.rules.meetings import Slot, Span, overlap
from eduportal.catalog.rules.reasons import Reason, Refusal


class BlockKind(StrEnum):
    """Why a room is not to be had for classes."""

    EXHIBITION = "exhibition"
    EXAM = "exam"
    CLEANING = "cleaning"
    RENTAL = "rental"
    OTHER = "other"

    @property
    def label(self) -> str:
        """As written on screen."""
        return _BLOCK_LABELS[self]


_BLOCK_LABELS = {
    BlockKind.EXHIBITION: "전시",
    BlockKind.EXAM: "시험",
    BlockKind.CLEANING: "청소·점검",
    BlockKind.RENTAL: "대관",
    BlockKind.OTHER: "기타",
}


@dataclass(frozen=True)
class Taken:
    """A class of another run that stands already, with what it is called by."""

    slot: Slot
    title: str
    center: str
    room: str
    instructor: str | None


@dataclass(frozen=True)
class Blocked:
    """A stretch of time in which a room is used for something else."""

    room_id: int
    room: str
    span: Span
    kind: BlockKind
    title: str


@dataclass(frozen=True)
class ClosedSpan:
    """Days on which a center is closed; `center_id` None: all of them.

    A public holiday is not `firm`: plans leave it out, yet staff may hold a class on it.
    """

    center_id: int | None
    span: Span
    name: str
    firm: bool = True


@dataclass(frozen=True)
class Hours:
    """The stretches in which somebody or something is there; None where no hours are kept."""

    spans: Sequence[Span] | None = None

    def hold(self, span: Span) -> bool:
        """Whether a stretch lies within one of them."""
        if self.spans is None:
            return True
        return any(one.start <= span.start and span.end <= one.end for one in self.spans)


@dataclass(frozen=True)
class Teaching:
    """What is known of an instructor; `courses` None: any course."""

    name: str
    hours: Hours = field(default_factory=Hours)
    away: Sequence[tuple[Span, str]] = ()
    courses: frozenset[int] | None = None


@dataclass(frozen=True)
class Obstacles:
    """Everything that may stand in the way of classes of one center in a stretch of time."""

    taken: Sequence[Taken] = ()
    blocked: Sequence[Blocked] = ()
    closed: Sequence[ClosedSpan] = ()
    hours: Mapping[int, Hours] = field(default_factory=dict)
    teaching: Mapping[int, Teaching] = field(default_factory=dict)


def clash_refusal(slots: Iterable[Slot], taken: Iterable[Taken]) -> Refusal | None:
    """The first class of another run in the same room, or by the same instructor, meanwhile."""
    others = list(taken)
    return next((refusal for slot in slots for refusal in _clashes(slot, others)), None)


def obstacles_to(
    slot: Slot, center_id: int, course_id: int, there: Obstacles, planning: bool = False
) -> list[Refusal]:
    """All that stands in the way of one class; `planning` counts public holidays as well."""
    return [
        *_closed(slot, center_id, there, planning),
        *_blocked(slot, there.blocked),
        *_clashes(slot, there.taken),
        *_instructor(slot, course_id, there.teaching),
    ]


def _closed(slot: Slot, center_id: int, there: Obstacles, planning: bool) -> list[Refusal]:
    refusals: list[Refusal] = [
        (Reason.CENTER_CLOSED, {"day": slot.span.start, "name": closed.name})
        for closed in there.closed
        if closed.center_id in (None, center_id)
        and (closed.firm or planning)
        and overlap(slot.span, closed.span)
    ]
    if not refusals and not there.hours.get(center_id, Hours()).hold(slot.span):
        refusals.append((Reason.OUTSIDE_HOURS, {"when": slot.span}))
    return refusals


def _blocked(slot: Slot, blocked: Iterable[Blocked]) -> list[Refusal]:
    return [
        (
            Reason.ROOM_BLOCKED,
            {
                "room": one.room,
                "when": one.span,
                "title": one.title,
                "kind": one.kind.label,
            },
        )
        for one in blocked
        if one.room_id == slot.room_id and overlap(slot.span, one.span)
    ]


def _clashes(slot: Slot, others: Iterable[Taken]) -> list[Refusal]:
    return [
        refusal
        for other in others
        if overlap(slot.span, other.slot.span) and (refusal := _clash(slot, other))
    ]


def _clash(slot: Slot, other: Taken) -> Refusal | None:
    facts: dict[str, object] = {
        "when": other.slot.span,
        "other": other.title,
        "center": other.center,
    }
    if slot.room_id == other.slot.room_id:
        return Reason.ROOM_TAKEN, facts | {"room": other.room}
    if slot.instructor_id is not None and slot.instructor_id == other.slot.instructor_id:
        return Reason.INSTRUCTOR_TAKEN, facts | {"instructor": other.instructor}
    return None


def _instructor(slot: Slot, course_id: int, teaching: Mapping[int, Teaching]) -> list[Refusal]:
    who = teaching.get(slot.instructor_id) if slot.instructor_id is not None else None
    if who is None:
        return []
    facts: dict[str, object] = {"instructor": who.name}
    if who.courses is not None and course_id not in who.courses:
        return [(Reason.INSTRUCTOR_OTHER_COURSES, facts)]
    for span, name in who.away:
        if overlap(slot.span, span):
            day = {"day": slot.span.start, "name": name}
            return [(Reason.INSTRUCTOR_AWAY, facts | day)]
    if not who.hours.hold(slot.span):
        return [(Reason.INSTRUCTOR_UNAVAILABLE, facts | {"when": slot.span})]
    return []
