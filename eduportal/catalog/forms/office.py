"""What is typed about the office and the defaults of its runs; shape only."""

from wtforms import Field, IntegerField, StringField
from wtforms.validators import InputRequired, Optional, Regexp, ValidationError

from eduportal.accounts.rules import is_email
from eduportal.catalog.actions.office import OfficeFacts
from eduportal.catalog.forms.places import SeenForm
from eduportal.catalog.rules.policy import Policy
from eduportal.shared.forms import (
    PhoneField,
    TimeOfDayField,
    at_most,
    between,
    blank_to_none,
    required,
)
from eduportal.shared.forms import lazy_text as _l


class OfficeForm(SeenForm):
    """What everybody reads about the office."""

    name = StringField(
        _l("사무소 이름"),
        [required(_l("사무소 이름을 입력해 주세요. 예: 한강구청")), at_most(80)],
        filters=[blank_to_none],
    )
    department = StringField(
        _l("담당 부서"),
        [required(_l("담당 부서를 입력해 주세요. 예: 홍보전산과")), at_most(80)],
        filters=[blank_to_none],
    )
    phone = PhoneField(_l("대표 전화"), [required(_l("구민이 문의할 전화번호를 입력해 주세요."))])
    email = StringField(_l("이메일"), [Optional(), at_most(254)], filters=[blank_to_none])
    homepage = StringField(
        _l("누리집"),
        [
            Optional(),
            at_most(200),
            Regexp(r"https?://\S+$", message=_l("https://로 시작하는 주소를 적어 주세요.")),
        ],
        filters=[blank_to_none],
    )

    def validate_email(self, field: Field) -> None:
        """An address, if any."""
        if field.data and not is_email(field.data):
            raise ValidationError(_l("이메일 주소를 다시 확인해 주세요."))

    def facts(self) -> OfficeFacts:
        """What was typed, for the verb."""
        typed = self.data
        return OfficeFacts(**{name: typed[name] for name in OfficeFacts.__dataclass_fields__})


def _day(label: str) -> IntegerField:
    sentence = _l("날짜는 1부터 31까지 숫자로 입력해 주세요.")
    return IntegerField(label, [InputRequired(sentence), between(1, 31, sentence)])


def _time(label: str) -> TimeOfDayField:
    return TimeOfDayField(label, [InputRequired(_l("시각을 입력해 주세요. 예: 10:00"))])


def _number(label: str, low: int, high: int) -> IntegerField:
    sentence = _l("%(low)s부터 %(high)s까지 숫자로 입력해 주세요.", low=low, high=high)
    return IntegerField(label, [InputRequired(sentence), between(low, high, sentence)])


class PolicyForm(SeenForm):
    """The defaults of every run (모집 기준)."""

    window_from_day = _day(_l("접수를 시작하는 날(일)"))
    window_from_time = _time(_l("접수를 시작하는 시각"))
    window_until_day = _day(_l("접수를 마감하는 날(일)"))
    window_until_time = _time(_l("접수를 마감하는 시각"))
    monthly_limit = _number(_l("한 사람이 한 달에 신청할 수 있는 강좌(개)"), 1, 50)
    waiting_limit = _number(_l("대기 인원(명)"), 0, 500)
    minimum_age = _number(_l("최저 나이(만, 세)"), 0, 150)
    completion_percent = _number(_l("수료에 필요한 출석률(%)"), 1, 100)
    minimum_percent = _number(_l("강좌를 여는 데 필요한 인원(정원의 %)"), 0, 100)

    def policy(self) -> Policy:
        """What was typed, for the verb."""
        typed = self.data
        names = Policy.__dataclass_fields__.keys() - {"intake"}
        return Policy(**{name: typed[name] for name in names})
