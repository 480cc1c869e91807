"""What is typed about the national standard set; shape only."""

from flask_wtf.file import FileField
from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Optional

from eduportal.accounts.rules import Audience
from eduportal.catalog.forms.fields import SearchForm
from eduportal.catalog.rules import Kind
from eduportal.catalog.standard_set.planning import Defaults
from eduportal.catalog.standard_set.writing import CP949, UTF_8
from eduportal.shared.forms import (
    DayField,
    Form,
    TimeOfDayField,
    at_most,
    between,
    blank_to_none,
    chosen,
    labelled,
    options,
    required,
)
from eduportal.shared.forms import lazy_text as _l


class UploadForm(Form):
    """A file of the set."""

    file = FileField(_l("파일"), [required(_l("파일을 골라 주세요."))])


class DefaultsForm(Form):
    """What the format does not say, for the whole file; and how it is brought in."""

    kind = RadioField(_l("구분"), [chosen()], choices=options(labelled(Kind)))
    track = StringField(
        _l("분야"), [required(_l("분야를 입력해 주세요.")), at_most(40)], filters=[blank_to_none]
    )
    audience = RadioField(
        _l("교육대상이 분명하지 않을 때"), [chosen()], choices=options(labelled(Audience))
    )
    opens = TimeOfDayField(
        _l("접수 시작 시각"), [InputRequired(_l("접수를 시작하는 시각을 입력해 주세요."))]
    )
    closes = TimeOfDayField(
        _l("접수 마감 시각"), [InputRequired(_l("접수를 마감하는 시각을 입력해 주세요."))]
    )
    waiting_limit = IntegerField(
        _l("대기 인원"),
        [between(0, 500, _l("대기 인원은 0명부터 500명까지 숫자로 입력해 주세요."))],
    )
    monthly_limit = IntegerField(
        _l("한 달에 신청할 수 있는 강좌"),
        [between(1, 50, _l("1개부터 50개까지 숫자로 입력해 주세요."))],
    )
    minimum_age = IntegerField(
        _l("최저 나이"), [Optional(), between(0, 150, _l("나이는 숫자로 입력해 주세요."))]
    )
    good_only = BooleanField(_l("좋은 줄만 들여오기"))

    def defaults(self) -> Defaults:
        """What was typed, for the plan."""
        typed = {name: self.data[name] for name in Defaults.__dataclass_fields__}
        return Defaults(
            **{**typed, "kind": Kind(typed["kind"]), "audience": Audience(typed["audience"])}
        )


class ExportForm(SearchForm):
    """Which runs go out, and in which letters."""

    first = DayField(
        _l("언제부터"), [InputRequired(_l("시작하는 날을 입력해 주세요."))], name="from"
    )
    last = DayField(_l("언제까지"), [Optional()], name="until")
    encoding = SelectField(
        _l("글자"),
        default=UTF_8,
        choices=options([(UTF_8, _l("UTF-8 (기본)")), (CP949, _l("CP949 (옛 엑셀)"))]),
    )
