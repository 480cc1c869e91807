"""What is typed about courses, runs and meetings; shape only."""

from collections.abc import Callable
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import (
    Field,
    IntegerField,
    MonthField,
    RadioField,
    SearchField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from eduportal.accounts.rules import Audience, Relation
from eduportal.catalog.rules import (
    MOST_MEETINGS,
    RELATIONS,
    WEEKDAYS,
    CourseContent,
    Kind,
    Pattern,
    RunPlan,
    Span,
    Status,
)
from eduportal.shared import dates
from eduportal.shared.forms import (
    DayField,
    Form,
    MomentField,
    TimeOfDayField,
    at_most,
    between,
    blank_to_none,
    chosen,
    labelled,
    options,
    required,
)

# WTForms asks for str; a lazy text is one by the time a page shows it.
_l = cast(Callable[..., str], lazy_gettext)


_PLANNED = frozenset(RunPlan.__dataclass_fields__)

ALL = _l("전체")
WEEKDAY_NAMES = [(number, _l("%(day)s요일", day=day)) for number, day in enumerate(WEEKDAYS)]
PUBLIC_STATUSES = [(one.value, one.label) for one in Status if one is not Status.DRAFT]


def whole_number(text: Any) -> int | None:
    """A choice's value as a number; nothing chosen is None."""
    return int(text) if text not in ("", None) else None


class Checkboxes(SelectMultipleField):
    """Several of a few choices."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class SearchForm(Form):
    """What somebody looks for. What cannot be chosen is left out, not refused."""

    class Meta:
        """A GET form changes nothing, so it carries no token into the address."""

        csrf = False


def chosen_in(field: Field) -> Any:
    """What was chosen in a field of a search, or None: all of them."""
    return None if field.errors or field.data in ("", None) else field.data


class RunFilterForm(SearchForm):
    """Which runs of the list to show."""

    words = SearchField(_l("강좌 찾기"), [at_most(60)], name="q")
    center = SelectField(_l("교육장"), coerce=whole_number)
    status = SelectField(
        _l("상태"),
        default="",
        choices=options(PUBLIC_STATUSES, ALL),
    )
    weekday = SelectField(_l("요일"), coerce=whole_number, choices=options(WEEKDAY_NAMES, ALL))
    kind = SelectField(_l("구분"), default="", choices=options(labelled(Kind), ALL))
    track = SelectField(_l("분야"), default="")
    audience = SelectField(_l("대상"), default="", choices=options(labelled(Audience), ALL))


class OfficeFilterForm(SearchForm):
    """Which runs of the office to show."""

    center = SelectField(_l("교육장"), coerce=whole_number)
    month = MonthField(_l("시작하는 달"), [Optional()])
    status = SelectField(_l("상태"), default="", choices=options(labelled(Status), ALL))

    def validate_month(self, field: MonthField) -> None:
        """No month that a calendar could not go on from."""
        if field.data and not 2000 <= field.data.year <= 2100:
            raise ValidationError(_("2000년부터 2100년 사이의 달을 입력해 주세요."))


class CourseForm(Form):
    """What a course is."""

    title = StringField(
        _l("과정 이름"),
        [required(_l("과정 이름을 입력해 주세요.")), at_most(120)],
        filters=[blank_to_none],
    )
    kind = RadioField(_l("구분"), [chosen()], choices=options(labelled(Kind)))
    track = StringField(
        _l("분야"), [required(_l("분야를 입력해 주세요.")), at_most(40)], filters=[blank_to_none]
    )
    audience = RadioField(_l("대상"), [chosen()], choices=options(labelled(Audience)))
    summary = TextAreaField(
        _l("배우는 내용"),
        [required(_l("무엇을 배우는지 적어 주세요.")), at_most(2000)],
        filters=[blank_to_none],
    )
    preparation = TextAreaField(_l("준비물"), [Optional(), at_most(1000)], filters=[blank_to_none])

    def content(self) -> CourseContent:
        """What was typed, for the verbs."""
        typed = self.data
        return CourseContent(
            title=typed["title"],
            summary=typed["summary"],
            preparation=typed["preparation"],
            kind=Kind(typed["kind"]),
            track=typed["track"],
            audience=Audience(typed["audience"]),
        )


class RunForm(Form):
    """What staff decide about a run, apart from its meetings."""

    center_id = SelectField(_l("교육장"), coerce=int)
    room_id = SelectField(_l("강의실"), coerce=whole_number)
    instructor_id = SelectField(_l("강사"), coerce=whole_number)
    section = StringField(_l("반"), [Optional(), at_most(40)], filters=[blank_to_none])
    capacity = IntegerField(
        _l("정원"), [between(1, 500, _l("정원은 1명부터 500명까지 숫자로 입력해 주세요."))]
    )
    waiting_limit = IntegerField(
        _l("대기 인원"),
        [between(0, 500, _l("대기 인원은 0명부터 500명까지 숫자로 입력해 주세요."))],
    )
    apply_from = MomentField(
        _l("접수 시작"), [InputRequired(_l("접수를 시작하는 때를 입력해 주세요."))]
    )
    apply_until = MomentField(
        _l("접수 마감"), [InputRequired(_l("접수를 마감하는 때를 입력해 주세요."))]
    )
    cancel_until = MomentField(
        _l("취소 기한"), [InputRequired(_l("직접 취소할 수 있는 마지막 때를 입력해 주세요."))]
    )
    monthly_limit = IntegerField(
        _l("한 달에 신청할 수 있는 강좌"),
        [between(1, 50, _l("1개부터 50개까지 숫자로 입력해 주세요."))],
    )
    minimum_age = IntegerField(
        _l("최저 나이"), [Optional(), between(0, 150, _l("나이는 숫자로 입력해 주세요."))]
    )
    maximum_age = IntegerField(
        _l("최고 나이"), [Optional(), between(0, 150, _l("나이는 숫자로 입력해 주세요."))]
    )
    relations = Checkboxes(
        _l("신청할 수 있는 사람"),
        choices=options(labelled(Relation)),
    )
    fee = IntegerField(
        _l("수강료(원)"),
        [between(0, 10_000_000, _l("수강료는 숫자로 입력해 주세요. 없으면 0입니다."))],
    )
    book_fee = IntegerField(
        _l("교재비(원)"),
        [between(0, 10_000_000, _l("교재비는 숫자로 입력해 주세요. 없으면 0입니다."))],
    )
    note = TextAreaField(_l("알리는 말"), [Optional(), at_most(2000)], filters=[blank_to_none])
    reason = StringField(_l("바꾸는 사유"), [Optional(), at_most(500)], filters=[blank_to_none])

    def plan(self, **settled: Any) -> RunPlan:
        """What was typed, for the verbs; `settled` stands for fields that are not shown."""
        typed = {name: value for name, value in self.data.items() if name in _PLANNED}
        typed["relations"] = ",".join(one for one in RELATIONS if one in typed["relations"])
        return RunPlan(**typed | settled)


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
