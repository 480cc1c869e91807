"""What is typed about meetings; shape only."""

from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired

from eduportal.catalog.forms.fields import WEEKDAY_NAMES, Checkboxes
from eduportal.catalog.rules import MOST_MEETINGS, Pattern, Span
from eduportal.shared import dates
from eduportal.shared.forms import DayField, Form, TimeOfDayField, between, options, required
from eduportal.shared.forms import lazy_text as _l


class PatternForm(Form):
    """A weekly pattern of meetings."""

    weekdays = Checkboxes(
        _l("요일"),
        [required(_l("수업하는 요일을 하나 이상 골라 주세요."))],
        coerce=int,
        choices=options(WEEKDAY_NAMES),
    )
    first = DayField(_l("시작하는 날"), [InputRequired(_l("시작하는 날을 입력해 주세요."))])
    count = IntegerField(
        _l("수업 횟수"),
        [between(1, MOST_MEETINGS, _l("수업 횟수는 1번부터 60번까지 숫자로 입력해 주세요."))],
    )
    starts = TimeOfDayField(_l("시작 시각"), [InputRequired(_l("시작 시각을 입력해 주세요."))])
    ends = TimeOfDayField(_l("끝 시각"), [InputRequired(_l("끝 시각을 입력해 주세요."))])

    def pattern(self) -> Pattern:
        """What was typed, for the rules."""
        typed = self.data
        return Pattern(
            typed["first"], typed["weekdays"], typed["count"], typed["starts"], typed["ends"]
        )


class MeetingForm(Form):
    """One more meeting."""

    day = DayField(_l("날짜"), [InputRequired(_l("수업하는 날을 입력해 주세요."))])
    starts = TimeOfDayField(_l("시작 시각"), [InputRequired(_l("시작 시각을 입력해 주세요."))])
    ends = TimeOfDayField(_l("끝 시각"), [InputRequired(_l("끝 시각을 입력해 주세요."))])
    room_id = SelectField(_l("강의실"), coerce=int)

    def span(self) -> Span:
        """When the meeting is."""
        typed = self.data
        return Span(dates.at(typed["day"], typed["starts"]), dates.at(typed["day"], typed["ends"]))
