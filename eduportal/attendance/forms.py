"""The attendance sheet as a form: one choice a person."""

from collections.abc import Sequence

from wtforms import HiddenField, RadioField, SubmitField
from wtforms.validators import Optional

from eduportal.attendance.queries import Line
from eduportal.attendance.rules import Mark
from eduportal.booking.rules import State
from eduportal.shared.forms import Form, labelled, options


class SheetForm(Form):
    """Base of every sheet; `sheet_form` adds its people."""

    # Pressed without JavaScript; with it the page fills the choices in, to be looked at first.
    all = SubmitField()

    booking_ids: Sequence[int] = ()

    @property
    def marks(self) -> dict[int, Mark]:
        """What was chosen anew, by booking: who is as the page had shown them is left out."""
        chosen = {booking: self[mark_name(booking)].data for booking in self.booking_ids}
        return {
            booking: mark
            for booking, mark in chosen.items()
            if mark and mark is not self.seen[booking]
        }

    @property
    def seen(self) -> dict[int, Mark | None]:
        """What the page had shown, by booking."""
        return {booking: self[seen_name(booking)].data for booking in self.booking_ids}


def sheet_form(lines: Sequence[Line]) -> SheetForm:
    """The form of those on a sheet who can be marked."""
    placed = [line for line in lines if line.state is State.PLACED]
    fields: dict[str, object] = {"booking_ids": [line.booking_id for line in placed]}
    for line in placed:
        fields[mark_name(line.booking_id)] = RadioField(
            line.name,
            choices=options(labelled(Mark)),
            coerce=Mark,
            default=line.mark,
            validate_choice=False,
            validators=[Optional()],
        )
        fields[seen_name(line.booking_id)] = HiddenField(default=line.mark, filters=[_mark_or_none])
    form: SheetForm = type("SheetOfPeople", (SheetForm,), fields)()
    return form


def mark_name(booking_id: int) -> str:
    """What a person's choice is called."""
    return f"mark-{booking_id}"


def seen_name(booking_id: int) -> str:
    """What the mark that the page had shown is called."""
    return f"seen-{booking_id}"


def _mark_or_none(text: str | None) -> Mark | None:
    return Mark(text) if text else None
