"""Choosing a seat, and moving people; shape only."""

import re

from wtforms import BooleanField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, Regexp

from eduportal.booking.queries.seats import Cell, RunPlan
from eduportal.shared.forms import Form, chosen, options
from eduportal.shared.forms import lazy as _l

SEAT_AND_SEEN = re.compile(r"(\d{1,9}):(\d{0,9})")


class SeatForm(Form):
    """Where a person wants to sit."""

    seat = RadioField(_l("자리"), [chosen(_l("앉을 자리를 하나 골라 주세요."))])


class MoveForm(Form):
    """Whom to seat where; the seat carries the booking that was seen on it."""

    person = SelectField(
        _l("옮길 분"),
        [InputRequired(_l("옮길 분을 골라 주세요."))],
        validate_choice=False,
        coerce=str,
    )
    seat = SelectField(
        _l("옮길 자리"),
        [
            InputRequired(_l("옮길 자리를 골라 주세요.")),
            Regexp(SEAT_AND_SEEN.pattern + r"\Z", message=_l("옮길 자리를 골라 주세요.")),
        ],
        validate_choice=False,
        coerce=str,
    )

    @property
    def booking_id(self) -> int:
        """The booking of whoever moves; 0 where nonsense was sent."""
        typed = self.person.data or ""
        return int(typed) if typed.isdecimal() and len(typed) < 10 else 0

    @property
    def target(self) -> tuple[int, int | None]:
        """The seat, and the booking that was seen on it."""
        found = SEAT_AND_SEEN.fullmatch(self.seat.data or "")
        seat, seen = found.groups() if found else ("0", "")
        return int(seat), int(seen) if seen else None


class WideSeatForm(Form):
    """Whether somebody needs a wide seat."""

    booking = IntegerField()
    needs = BooleanField(_l("휠체어나 넓은 자리가 필요합니다"))


class BrokenSeatForm(Form):
    """Which PC is broken."""

    seat = SelectField(_l("고장 난 자리"), [InputRequired(_l("고장 난 자리를 골라 주세요."))])


def seat_form(plan: RunPlan, own: int | None) -> SeatForm:
    """The form for a plan's seats; `own`: the seat that the person has."""
    form = SeatForm(seat=str(own) if own else None)
    form.seat.choices = options((cell.seat_id, cell.words) for cell in plan.cells)
    return form


def seen_on(cell: Cell) -> str:
    """A seat's value in the form: its id, and the booking that is seen on it."""
    return f"{cell.seat_id}:{cell.guest.booking_id if cell.guest else ''}"
