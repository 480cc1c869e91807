"""What is typed about instructors; shape only."""

from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SearchField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional

from eduportal.catalog.actions.instructors import Contact, Introduction
from eduportal.catalog.forms.fields import WEEKDAY_NAMES, Checkboxes, SearchForm
from eduportal.catalog.rules.instructors import Stretch
from eduportal.shared.forms import (
    DayField,
    Form,
    PhoneField,
    TimeOfDayField,
    at_most,
    blank_to_none,
    chosen,
    options,
    required,
)
from eduportal.shared.forms import lazy as _l


class InstructorFilterForm(SearchForm):
    """Whom the list shows."""

    words = SearchField(_l("이름"), [at_most(80)], name="q")
    active = RadioField(
        _l("활동"),
        default="yes",
        choices=options([("yes", _l("활동하는 강사")), ("no", _l("활동을 마친 강사"))]),
    )


class InstructorForm(Form):
    """What the office keeps of somebody who teaches."""

    name = StringField(
        _l("이름"), [required(_l("이름을 입력해 주세요.")), at_most(80)], filters=[blank_to_none]
    )
    phone = PhoneField(_l("전화번호"), [Optional()])
    seen_name = HiddenField(filters=[blank_to_none])
    seen_phone = HiddenField(filters=[blank_to_none])

    @property
    def wanted(self) -> Contact:
        """What was typed."""
        return Contact(str(self.name.data), self.phone.data)

    @property
    def seen(self) -> Contact:
        """What the page had shown."""
        return Contact(self.seen_name.data or "", self.seen_phone.data)


class AccountForm(Form):
    """Which account somebody who has none signs in by from now on."""

    other_id = SelectField(_l("로그인 계정"), [chosen(_l("계정을 골라 주세요."))], coerce=int)


class CoursesForm(Form):
    """Which courses they may teach."""

    courses = Checkboxes(_l("맡을 수 있는 과정"), coerce=int)
    seen = HiddenField()

    @property
    def seen_ids(self) -> list[int]:
        """What the page had shown."""
        return [int(word) for word in (self.seen.data or "").split(",") if word.isdecimal()]


class HoursForm(Form):
    """One more stretch in which they can teach, on several weekdays at once."""

    weekdays = Checkboxes(
        _l("요일"),
        [required(_l("요일을 하나 이상 골라 주세요."))],
        coerce=int,
        choices=options(WEEKDAY_NAMES),
    )
    starts = TimeOfDayField(_l("시작 시각"), [InputRequired(_l("시작 시각을 입력해 주세요."))])
    ends = TimeOfDayField(_l("끝 시각"), [InputRequired(_l("끝 시각을 입력해 주세요."))])

    def stretch(self) -> Stretch:
        """What was typed, on a Monday."""
        typed = self.data
        return Stretch(0, typed["starts"], typed["ends"])


class AbsenceForm(Form):
    """Days on which they cannot teach."""

    first = DayField(_l("첫날"), [InputRequired(_l("첫날을 입력해 주세요."))])
    last = DayField(_l("마지막 날"), [InputRequired(_l("마지막 날을 입력해 주세요."))])
    reason = StringField(
        _l("사유"),
        [required(_l("사유를 적어 주세요. 예: 출장")), at_most(80)],
        filters=[blank_to_none],
    )

    def days(self) -> tuple[Any, Any, str]:
        """What was typed: the first day, the last, and why."""
        return self.first.data, self.last.data, str(self.reason.data)


class IntroductionForm(Form):
    """What instructors say of themselves, and whether everybody may read it."""

    introduction = TextAreaField(
        _l("소개 글"), [Optional(), at_most(1000)], filters=[blank_to_none]
    )
    phone = PhoneField(_l("전화번호"), [Optional()])
    public = BooleanField(
        _l("내 이름과 소개 글을 강좌 안내 화면에 공개하는 데 동의합니다."),
    )
    seen_introduction = HiddenField(filters=[blank_to_none])
    seen_phone = HiddenField(filters=[blank_to_none])
    seen_public = HiddenField()

    @property
    def wanted(self) -> Introduction:
        """What was typed."""
        return Introduction(_lines(self.introduction.data), self.phone.data, self.public.data)

    @property
    def seen(self) -> Introduction:
        """What the page had shown."""
        text = _lines(self.seen_introduction.data)
        return Introduction(text, self.seen_phone.data, self.seen_public.data == "yes")


def _lines(text: str | None) -> str | None:
    # A browser sends line ends of its own from a text area, and none of them from a hidden field.
    return "\n".join(text.splitlines()) if text else None
