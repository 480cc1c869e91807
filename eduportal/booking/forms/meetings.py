"""What staff choose about single meetings, and about a run that is called off; shape only."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, cast

from flask_babel import gettext as _
from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import Optional, StopValidation

from eduportal.booking.forms.bookings import ReasonForm
from eduportal.catalog.forms import Checkboxes, SearchForm, whole_number
from eduportal.catalog.rules import Slot, Span
from eduportal.shared import dates
from eduportal.shared.forms import (
    DayField,
    Form,
    TimeOfDayField,
    at_most,
    blank_to_none,
    chosen,
    required,
)
from eduportal.shared.forms import lazy as _l

OTHER = "other"


class TimetableForm(SearchForm):
    """Which week of which rooms to show."""

    center = SelectField(_l("교육장"), coerce=whole_number)
    room = SelectField(_l("강의실"), coerce=whole_number)
    week = DayField(_l("이 날이 든 주"), [Optional()])


class DropForm(Form):
    """Where a meeting was let go in the timetable; `week` and `room` are what the page showed."""

    day = DayField(_l("날짜"), [required()])
    starts = TimeOfDayField(_l("시작 시각"), [required()])
    room_id = IntegerField(_l("강의실"), [chosen()])
    week = DayField(_l("보던 주"), [Optional()])
    room = IntegerField(_l("보던 강의실"), [Optional()])
    on_holiday = BooleanField(_l("공휴일에 수업하는 것이 맞습니다."))

    def span(self, length: Span) -> Span:
        """When it would be, as long as it was."""
        start = dates.at(cast(date, self.day.data), cast(time, self.starts.data))
        return Span(start, start + (length.end - length.start))


class SubstituteForm(Form):
    """Who teaches one meeting instead."""

    instructor_id = RadioField(
        _l("대신 가르칠 강사"), [chosen(_l("강사를 한 분 골라 주세요."))], coerce=whole_number
    )
    reason = StringField(_l("사유"), [Optional(), at_most(500)], filters=[blank_to_none])


def _needed_for_another_time(form: Form, field: DayField | TimeOfDayField) -> None:
    if form["slot"].data != OTHER:
        field.errors = []
        raise StopValidation
    if not field.data and not field.errors:
        raise StopValidation(_("꼭 입력해 주세요."))


class AddedClassForm(Form):
    """When one more meeting is held: one of the times that are free, or another."""

    slot = RadioField(
        _l("수업할 때"),
        [chosen(_l("수업할 때를 골라 주세요."))],
        validate_choice=False,
    )
    day = DayField(_l("날짜"), [_needed_for_another_time])
    starts = TimeOfDayField(_l("시작 시각"), [_needed_for_another_time])
    ends = TimeOfDayField(_l("끝 시각"), [_needed_for_another_time])
    room_id = SelectField(_l("강의실"), coerce=whole_number)
    on_holiday = BooleanField(_l("공휴일에 수업하는 것이 맞습니다."))

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """A day that was typed means another time, whether or not that was ticked."""
        if not self.slot.data and self.day.data:
            self.slot.data, self.slot.raw_data = OTHER, [OTHER]
        return super().validate(extra_validators)

    def validate_slot(self, field: RadioField) -> None:
        """One of the values that `written` gives, whether it is still free or not."""
        if field.data != OTHER and _read(field.data or "") is None:
            raise StopValidation(_("수업할 때를 골라 주세요."))

    def when_and_where(self) -> tuple[tuple[datetime, datetime], int]:
        """Start, end and room, once the form is valid."""
        found = _read(self.slot.data)
        if found is not None:
            return found
        day = cast(date, self.day.data)
        start = dates.at(day, cast(time, self.starts.data))
        end = dates.at(day, cast(time, self.ends.data))
        return (start, end), cast(int, self.room_id.data)


class CancelRunForm(ReasonForm):
    """Why a run is off, and what is offered instead."""

    instead = Checkboxes(_l("대신 안내할 강좌"), coerce=int)


def written(slot: Slot) -> str:
    """A free slot as the value of a choice."""
    start, end = slot.span.start, slot.span.end
    return f"{start:%Y%m%dT%H%M}/{end:%Y%m%dT%H%M}/{slot.room_id}"


def _read(text: str) -> tuple[tuple[datetime, datetime], int] | None:
    try:
        start, end, room_id = text.split("/")
        span = (_moment(start), _moment(end))
        return span, int(room_id)
    except ValueError:
        return None


def _moment(text: str) -> datetime:
    return datetime.strptime(f"{text}+0000", "%Y%m%dT%H%M%z")
