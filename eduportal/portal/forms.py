"""What is typed on the way to opening an office; shape only."""

from math import ceil, sqrt

from wtforms import Field, IntegerField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from eduportal.accounts.forms import NewPasswordForm
from eduportal.accounts.rules import is_email
from eduportal.shared.forms import (
    Form,
    PhoneField,
    at_most,
    between,
    blank_to_none,
    required,
)
from eduportal.shared.forms import lazy_text as _l

WIDEST = 10
MOST_SEATS = 150


def _lower(text: str | None) -> str | None:
    return (text or "").strip().lower() or None


class SetupCodeForm(Form):
    """The code that the server's start printed."""

    code = PasswordField(
        _l("설정 번호"), [required(_l("설정 번호를 입력해 주세요.")), Length(max=40)]
    )


class AdministratorForm(NewPasswordForm):
    """The office's first administrator."""

    name = StringField(
        _l("이름"), [required(_l("이름을 입력해 주세요.")), at_most(80)], filters=[blank_to_none]
    )
    email = StringField(
        _l("이메일"), [required(_l("이메일을 입력해 주세요.")), at_most(254)], filters=[_lower]
    )

    def validate_email(self, field: Field) -> None:
        """An address."""
        if field.data and not is_email(field.data):
            raise ValidationError(_l("이메일 주소를 다시 확인해 주세요."))


class FirstCenterForm(Form):
    """A center, as little of it as it takes to begin."""

    name = StringField(
        _l("교육장 이름"),
        [required(_l("교육장 이름을 입력해 주세요.")), at_most(80)],
        filters=[blank_to_none],
    )
    place = StringField(_l("주소"), [Optional(), at_most(200)], filters=[blank_to_none])
    phone = PhoneField(_l("전화"), [Optional()])


class FirstRoomForm(Form):
    """A room with so many seats, set out in rows."""

    center_id = SelectField(_l("교육장"), coerce=int)
    name = StringField(
        _l("강의실 이름"),
        [required(_l("강의실 이름을 입력해 주세요.")), at_most(80)],
        filters=[blank_to_none],
    )
    seats = IntegerField(
        _l("좌석 수"),
        [
            InputRequired(_l("좌석 수를 입력해 주세요.")),
            between(1, MOST_SEATS, _l("좌석은 1개부터 150개까지 숫자로 입력해 주세요.")),
        ],
    )

    def rows_and_columns(self) -> tuple[int, int]:
        """A usual computer room: wider than deep; the last row may have a gap."""
        seats = self.seats.data or 1
        columns = min(WIDEST, ceil(sqrt(seats * 1.5)))
        return ceil(seats / columns), columns
