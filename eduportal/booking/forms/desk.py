"""What the desk types with a caller on the line; shape only."""

from datetime import date
from typing import Any, cast

from wtforms import BooleanField, DateField, IntegerField, RadioField, StringField
from wtforms.validators import Optional

from eduportal.accounts.rules import Relation
from eduportal.catalog.forms.fields import SearchForm
from eduportal.shared.forms import (
    DayField,
    Form,
    PhoneField,
    at_most,
    blank_to_none,
    chosen,
    options,
    required,
)
from eduportal.shared.forms import lazy as _l

CHANNELS = (("phone", _l("전화")), ("visit", _l("방문")))


class CallerForm(Form):
    """Who is on the line, by phone number alone."""

    phone = PhoneField(_l("전화번호"), [required(_l("거신 분의 전화번호를 입력해 주세요."))])


class NewCallerForm(CallerForm):
    """Somebody who is not known yet: three fields, and what they agreed to."""

    name = StringField(_l("이름"), [required(), at_most(80)], filters=[blank_to_none])
    birth_date = DayField(_l("생년월일"), [required()])
    relation = RadioField(
        _l("우리 구와의 관계"),
        [chosen()],
        choices=options((relation, relation.label) for relation in Relation),
        default=Relation.LIVES.value,
    )
    consent = BooleanField(
        _l("개인정보 수집·이용에 동의하신다는 답을 들었습니다."),
        [required(_l("동의를 확인하신 뒤 표시해 주세요. 동의 없이는 접수할 수 없습니다."))],
    )

    def who(self) -> dict[str, Any]:
        """The person's facts, once the form is valid."""
        return {
            "phone": cast(str, self.phone.data),
            "name": cast(str, self.name.data),
            "birth_date": cast(date, self.birth_date.data),
            "relation": Relation(self.relation.data),
        }


class DeskForm(Form):
    """Which run, by what way; `words` narrow the list, and are enough where one is left."""

    words = StringField(_l("강좌 찾기"), [Optional(), at_most(80)])
    run_id = IntegerField(_l("강좌"), [Optional()])
    channel = RadioField(_l("접수 방법"), [chosen()], choices=options(CHANNELS), default="phone")


class WeekForm(SearchForm):
    """Which week, by one of its days."""

    day = DateField(_l("주"), [Optional()])
