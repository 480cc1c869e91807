"""The plan of a room's seats (좌석 배치): where each stands, and what a plan may not be.

A plan is {number: place}. Rows and columns count from the board's left, from 1; a cell without a
seat is an aisle.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

Thing = TypeVar("Thing")

MOST_ROWS = MOST_COLUMNS = 15
HIGHEST_NUMBER = 999


class Reason(StrEnum):
    """Why a plan of seats cannot be."""

    NUMBER_TWICE = "좌석 번호 %(name)s이(가) 두 번 있습니다. 번호를 서로 다르게 넣어 주세요."
    NAME_TWICE = "이름표 ‘%(name)s’이(가) 두 번 있습니다. 이름표를 서로 다르게 넣어 주세요."
    CELL_TWICE = (
        "%(row)s줄 %(column)s칸에 좌석이 두 개 놓입니다. "
        "그사이 다른 담당자가 배치를 바꾸었으면 화면을 새로 열어 주세요."
    )
    SEAT_CHANGED_MEANWHILE = (
        "그사이 다른 담당자가 좌석 %(seats)s을(를) 다르게 바꾸었습니다. "
        "화면을 새로 열어 지금 배치를 확인해 주세요."
    )
    PLAN_TOO_LARGE = "좌석은 %(rows)s줄, %(columns)s칸까지 놓을 수 있습니다."
    TOO_FEW_SEATS = (
        "쓸 수 있는 좌석이 %(seats)s개로 줄어 정원보다 적어지는 강좌가 있습니다: %(runs)s. "
        "먼저 정원을 줄이거나 강의실을 바꿔 주세요."
    )
    SEAT_HELD = "좌석 %(seats)s에 앉는 분이 있어 뺄 수 없습니다: %(runs)s. 먼저 자리를 옮겨 주세요."


Refusal = tuple[Reason, dict[str, object]]


@dataclass(frozen=True)
class Place:
    """Where a seat stands and how it is; `name` is what people read on it."""

    number: int
    row: int
    column: int
    label: str | None = None
    accessible: bool = False
    out_of_order: bool = False

    @property
    def name(self) -> str:
        """The label, or the number."""
        return self.label or str(self.number)


Plan = Mapping[int, Place]


def numbered(rows: int, columns: int) -> dict[int, Place]:
    """A full plan, numbered row by row from the board's left."""
    cells = [(row, column) for row in range(1, rows + 1) for column in range(1, columns + 1)]
    return {number: Place(number, *cell) for number, cell in enumerate(cells, start=1)}


@dataclass(frozen=True)
class Standing:
    """A seat as it is kept: seats of before there were plans stand nowhere."""

    number: int
    row: int | None
    column: int | None
    label: str | None
    accessible: bool
    out_of_order: bool


def laid_out(seats: Iterable[Standing]) -> dict[int, Place]:
    """The plan of a room; seats that stand nowhere yet follow the others, in rows."""
    kept = sorted(seats, key=lambda seat: seat.number)
    standing = [seat for seat in kept if seat.row is not None and seat.column is not None]
    loose = [seat for seat in kept if seat.row is None or seat.column is None]
    below = max((seat.row or 0 for seat in standing), default=0)
    wide = max((seat.column or 0 for seat in standing), default=0) or usual_width(len(loose))
    plan = {seat.number: _place(seat, seat.row or 1, seat.column or 1) for seat in standing}
    for n, seat in enumerate(loose):
        plan[seat.number] = _place(seat, below + 1 + n // wide, 1 + n % wide)
    return dict(sorted(plan.items()))


def usual_width(count: int) -> int:
    """In how many columns seats fill their rows best."""
    return min(count, min((5, 6, 7, 8), key=lambda wide: (-count % wide, wide))) or 1


def shape(plan: Plan) -> tuple[int, int]:
    """How many rows and columns a plan takes."""
    rows = max((place.row for place in plan.values()), default=0)
    return rows, max((place.column for place in plan.values()), default=0)


def grid(plan: Plan) -> list[list[Place | None]]:
    """The plan row by row, None where there is an aisle."""
    rows, columns = shape(plan)
    there = {(place.row, place.column): place for place in plan.values()}
    return [
        [there.get((row, column)) for column in range(1, columns + 1)] for row in range(1, rows + 1)
    ]


def with_aisle(plan: Plan, after: int) -> dict[int, Place]:
    """The plan with an empty column after one of its columns."""
    return {
        number: replace(place, column=place.column + 1) if place.column > after else place
        for number, place in plan.items()
    }


def working(plan: Plan) -> int:
    """How many of its seats can be used."""
    return sum(not place.out_of_order for place in plan.values())


def merged(seen: Plan, wanted: Plan, now: Plan) -> tuple[dict[int, Place], list[str]]:
    """The plan with what was changed in the one that was seen, and the seats changed by two."""
    plan, lost = dict(now), []
    for number in sorted(seen.keys() | wanted.keys()):
        before, mine, there = seen.get(number), wanted.get(number), now.get(number)
        if mine in (before, there):
            continue
        if there != before:
            lost.append((there or mine or before or Place(number, 1, 1)).name)
        if mine is None:
            plan.pop(number, None)
        else:
            plan[number] = mine
    return plan, lost


def refusals(places: Iterable[Place]) -> list[Refusal]:
    """All that keeps these places from being a plan."""
    places = list(places)
    found: list[Refusal] = [
        (Reason.NUMBER_TWICE, {"name": number}) for number in _twice(one.number for one in places)
    ]
    if not found:
        names = _twice(one.name for one in places)
        found = [(Reason.NAME_TWICE, {"name": name}) for name in names]
    cells = _twice((one.row, one.column) for one in places)
    found += [(Reason.CELL_TWICE, {"row": row, "column": column}) for row, column in cells]
    rows, columns = shape({place.number: place for place in places})
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        found.append((Reason.PLAN_TOO_LARGE, {"rows": MOST_ROWS, "columns": MOST_COLUMNS}))
    return found


def _twice(things: Iterable[Thing]) -> list[Thing]:
    return [thing for thing, times in Counter(things).items() if times > 1]


def _place(seat: Standing, row: int, column: int) -> Place:
    return Place(seat.number, row, column, seat.label, seat.accessible, seat.out_of_order)
