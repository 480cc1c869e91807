"""What the desk types about money; shape only."""

from datetime import date
from typing import cast

from wtforms import BooleanField, IntegerField, RadioField, StringField
from wtforms.validators import Optional

from eduportal.booking.actions.payments import Line
from eduportal.shared.forms import (
    DayField,
    Form,
    at_most,
    between,
    blank_to_none,
    chosen,
    required,
)
from eduportal.shared.forms import lazy as _l

MOST = 10_000_000
OTHER = "0"
_AMOUNT = _l("금액은 1원부터 숫자로 입력해 주세요.")


class LineForm(Form):
    """A line of money. `seen` comes with the page: the newest line that it showed."""

    amount = IntegerField(_l("금액(원)"), [between(1, MOST, _AMOUNT)])
    day = DayField(_l("날짜"), [required(_l("돈이 오간 날을 입력해 주세요."))])
    seen = StringField()

    def line(self) -> Line:
        """What was typed, once the form is valid."""
        seen = str(self.seen.data or "")
        return Line(
            cast(int, self.amount.data),
            cast(date, self.day.data),
            int(seen) if seen.isdecimal() else 0,
            self.data.get("reason"),
        )


class PaymentForm(LineForm):
    """Money that was received."""

    reason = StringField(_l("메모"), [Optional(), at_most(200)], filters=[blank_to_none])
    more_than_due = BooleanField(_l("받을 돈보다 많이 받은 것이 맞습니다"))


class RefundForm(LineForm):
    """Money that was paid back."""

    reason = StringField(
        _l("사유"),
        [required(_l("왜 돌려드리는지 적어 주세요.")), at_most(200)],
        filters=[blank_to_none],
    )


class WaiverForm(LineForm):
    """Who pays less, and how that was checked."""

    reduction_id = RadioField(_l("감면 대상"), [chosen()])
    amount = IntegerField(_l("감면할 금액(원)"))
    reason = StringField(
        _l("확인한 방법과 사유"),
        [required(_l("무엇을 보고 확인했는지 적어 주세요. 예: 복지카드 확인")), at_most(200)],
        filters=[blank_to_none],
    )

    def validate_amount(self, field: IntegerField) -> None:
        """Without a group somebody has to say how much; a group says it itself."""
        if self.reduction_id.data == OTHER:
            between(1, MOST, _AMOUNT)(self, field)
        else:
            field.data, field.errors = 0, []

    @property
    def reduction(self) -> int | None:
        """The group that was chosen, or None."""
        return int(self.reduction_id.data) or None


class VoidForm(Form):
    """Why a line was wrong."""

    reason = StringField(
        _l("무효로 하는 사유"),
        [required(_l("무엇이 잘못되었는지 적어 주세요.")), at_most(200)],
        filters=[blank_to_none],
    )


class FullNamesForm(Form):
    """Why somebody needs a file with whole names."""

    reason = StringField(
        _l("전체 이름이 필요한 사유"),
        [required(_l("전체 이름이 왜 필요한지 적어 주세요.")), at_most(100)],
        filters=[blank_to_none],
    )
