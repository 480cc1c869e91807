"""What the desk fills in about priority groups; shape only."""

from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.validators import Optional

from eduportal.shared.forms import DayField, Form, PhoneField, at_most, chosen, required
from eduportal.shared.forms import lazy as _l


class FindPersonForm(Form):
    """Whose groups."""

    phone = PhoneField(_l("전화번호"), [required(_l("찾으실 분의 전화번호를 입력해 주세요."))])


class VerifyForm(Form):
    """That the proof was seen."""

    group_id = RadioField(
        _l("우선 대상"), [chosen(_l("우선 대상을 하나 골라 주세요."))], coerce=int
    )
    valid_until = DayField(_l("언제까지"), [Optional()])
    seen = BooleanField(
        _l("증빙을 눈으로 확인했습니다. 서류는 보관하지 않습니다."),
        [required(_l("증빙을 확인하신 뒤 표시해 주세요."))],
    )


class RevokeForm(Form):
    """Why somebody is one of the group no longer."""

    reason = TextAreaField(_l("사유"), [required(_l("거두는 사유를 적어 주세요.")), at_most(500)])
