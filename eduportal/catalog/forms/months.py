"""What is typed when a month is made out of another; shape only."""

from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, Field, HiddenField, IntegerField, MonthField, SelectField
from wtforms.validators import InputRequired, Optional, ValidationError

from eduportal.catalog.forms.fields import WEEKDAY_NAMES, Checkboxes, SearchForm, whole_number
from eduportal.catalog.rules import MOST_MEETINGS
from eduportal.catalog.rules.calendar import EARLIEST_YEAR, LATEST_YEAR
from eduportal.catalog.rules.months import ClockTimes, Reason
from eduportal.shared.forms import (
    DayField,
    Form,
    MomentField,
    TimeOfDayField,
    between,
    options,
    required,
)
from eduportal.shared.forms import lazy_text as _l


class MonthsForm(SearchForm):
    """Out of which month which other one is made, and for which centers."""

    source = SelectField(_l("가져올 달"))
    target = MonthField(
        _l("새로 만들 달"), [InputRequired(_l("새로 만들 달을 2026-12처럼 입력해 주세요."))]
    )
    centers = Checkboxes(_l("교육장"), coerce=int)

    def validate_target(self, field: MonthField) -> None:
        """Another month, of a year that calendars go to."""
        if field.data is None:
            return
        if not EARLIEST_YEAR < field.data.year < LATEST_YEAR:
            raise ValidationError(_("2000년부터 2100년 사이의 달을 입력해 주세요."))
        if f"{field.data:%Y-%m}" == self.source.data:
            raise ValidationError(_(Reason.SAME_MONTH.value))


class PartForm(Form):
    """A part of a page's one form; the page's own part carries the token."""

    class Meta:
        """The token stands once."""

        csrf = False


class WindowForm(PartForm):
    """When people may apply for all of them; nothing typed: as the office usually does."""

    apply_from = MomentField(_l("접수 시작"), [Optional()])
    apply_until = MomentField(_l("접수 마감"), [Optional()])


class DraftForm(PartForm):
    """One run as it is to be made: its days, its place and who teaches."""

    there = HiddenField(default="yes")
    shown = HiddenField()
    chosen = BooleanField(_l("만들기"))
    first = DayField(_l("첫 수업일"))
    weekdays = Checkboxes(
        _l("요일"),
        [required(_l("수업하는 요일을 하나 이상 골라 주세요."))],
        coerce=int,
        choices=options((number, name) for number, name in WEEKDAY_NAMES),
    )
    count = IntegerField(
        _l("수업 횟수"),
        [between(1, MOST_MEETINGS, _l("수업 횟수는 1번부터 60번까지 숫자로 입력해 주세요."))],
    )
    starts = TimeOfDayField(_l("시작 시각"), [Optional()])
    ends = TimeOfDayField(_l("끝 시각"), [Optional()])
    room_id = SelectField(_l("강의실"), coerce=whole_number)
    instructor_id = SelectField(_l("강사"), coerce=whole_number)

    def validate_first(self, field: Field) -> None:
        """A day; what is none says so itself."""
        if field.data is None and not field.errors:
            raise ValidationError(_("첫 수업일을 입력해 주세요."))

    def validate_starts(self, _field: Field) -> None:
        """Both ends of a class, or neither."""
        if self.ends.data is None:
            raise ValidationError(_("시작 시각과 끝 시각을 함께 입력해 주세요."))

    def validate_ends(self, _field: Field) -> None:
        """Both ends of a class, or neither."""
        if self.starts.data is None:
            raise ValidationError(_("시작 시각과 끝 시각을 함께 입력해 주세요."))

    @property
    def clock(self) -> ClockTimes | None:
        """From when until when, where it was typed."""
        typed: dict[str, Any] = self.data
        return (typed["starts"], typed["ends"]) if typed["starts"] else None
