"""What staff fill in about draws and screenings; shape only."""

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Optional

from eduportal.shared.forms import Form, at_most, blank_to_none, required
from eduportal.shared.forms import lazy as _l


class ValueForm(Form):
    """The public value that was promised; `seen` is how it stood on the page to look over."""

    value = StringField(
        _l("나온 값"), [required(_l("나온 값을 그대로 입력해 주세요.")), at_most(300)]
    )
    seen = HiddenField(validators=[Optional(), at_most(300)], filters=[blank_to_none])


class VoidForm(Form):
    """Why a draw is called void, for everybody to read."""

    reason = TextAreaField(
        _l("사유"), [required(_l("사유를 적어 주세요. 추첨 화면에 공개됩니다.")), at_most(500)]
    )


class ScreeningForm(Form):
    """What those are told who get no place."""

    reason = TextAreaField(
        _l("선정되지 않는 분께 알릴 사유"), [Optional(), at_most(500)], filters=[blank_to_none]
    )
