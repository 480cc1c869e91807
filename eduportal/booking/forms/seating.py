"""A plan of seats as a table of cells; shape only."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, StringField
from wtforms.validators import NumberRange, Optional

from eduportal.catalog.rules.seats import HIGHEST_NUMBER, MOST_COLUMNS, MOST_ROWS, Place, Plan
from eduportal.shared.forms import Form, at_most, between, blank_to_none
from eduportal.shared.forms import lazy_text as _l

Cell = tuple[int, int]


class SeatPlanForm(Form):
    """As many rows and columns as are shown; the cells' fields are put in by `seat_plan_form`."""

    rows = HiddenField()
    columns = HiddenField()
    seen = HiddenField()
    aisle_after = IntegerField(
        _l("통로를 넣을 자리"),
        [Optional(), NumberRange(1, MOST_COLUMNS, _l("칸 번호를 숫자로 입력해 주세요."))],
    )

    shape: tuple[int, int] = (1, 1)

    def cells(self) -> Iterator[Cell]:
        """The cells of the table, row by row from the board's left."""
        rows, columns = self.shape
        return ((row, column) for row in range(1, rows + 1) for column in range(1, columns + 1))

    def fields_of(self, cell: Cell) -> dict[str, Any]:
        """The fields of a cell: number, label, accessible and out_of_order."""
        row, column = cell
        names = ("number", "label", "accessible", "out_of_order")
        return {name: self[f"{name}_{row}_{column}"] for name in names}

    def places(self) -> list[Place]:
        """The seats as they were typed, for the rules and the verb."""
        found = []
        for cell in self.cells():
            typed = {name: field.data for name, field in self.fields_of(cell).items()}
            if typed["number"] is not None:
                label = typed["label"] if typed["label"] != str(typed["number"]) else None
                typed["label"] = label
                found.append(Place(row=cell[0], column=cell[1], **typed))
        return found

    def as_seen(self) -> dict[int, Place]:
        """The plan as it was when the form was opened; empty where the browser sent nonsense."""
        try:
            kept = json.loads(self.seen.data or "[]")
            return {one["number"]: Place(**one) for one in kept}
        except (ValueError, TypeError, KeyError):
            return {}


def seat_plan_form(
    plan: Plan, shape: tuple[int, int], seen: str | None = None, **given: Any
) -> SeatPlanForm:
    """The form for a plan, or for what was typed where there is something; of the given shape.

    `seen`: the plan when the form was opened, where that was before; `given`: as for any form.
    """
    rows, columns = (min(max(1, asked), most) for asked, most in zip(shape, _MOST, strict=True))
    fields: dict[str, Any] = {"shape": (rows, columns)}
    for row in range(1, rows + 1):
        for column in range(1, columns + 1):
            fields |= _cell_fields((row, column))
    made: type[SeatPlanForm] = type("SeatPlanForm", (SeatPlanForm,), fields)
    form = made(data=_values(plan), **given)
    form.rows.data, form.columns.data = str(rows), str(columns)
    if form.seen.data is None:
        form.seen.data = seen or written(plan)
    return form


def written(plan: Plan) -> str:
    """A plan as the form carries it."""
    return json.dumps([asdict(place) for place in plan.values()], ensure_ascii=False)


_MOST = (MOST_ROWS, MOST_COLUMNS)


def _cell_fields(cell: Cell) -> dict[str, Any]:
    row, column = cell
    where = {"row": row, "column": column}
    sentence = _l("좌석 번호는 1부터 %(most)s까지 숫자로 입력해 주세요.", most=HIGHEST_NUMBER)
    return {
        f"number_{row}_{column}": IntegerField(
            _l("%(row)s줄 %(column)s칸 좌석 번호", **where),
            [Optional(), between(1, HIGHEST_NUMBER, sentence)],
        ),
        f"label_{row}_{column}": StringField(
            _l("%(row)s줄 %(column)s칸 이름표", **where),
            [Optional(), at_most(8)],
            filters=[blank_to_none],
        ),
        f"accessible_{row}_{column}": BooleanField(
            _l("%(row)s줄 %(column)s칸 휠체어 좌석", **where)
        ),
        f"out_of_order_{row}_{column}": BooleanField(_l("%(row)s줄 %(column)s칸 고장", **where)),
    }


def _values(plan: Plan) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for place in plan.values():
        cell = f"{place.row}_{place.column}"
        values[f"number_{cell}"] = place.number
        values[f"label_{cell}"] = place.label
        values[f"accessible_{cell}"] = place.accessible
        values[f"out_of_order_{cell}"] = place.out_of_order
    return values
