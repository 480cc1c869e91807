"""What staff and the person write about restrictions; shape only."""

from wtforms import IntegerField, RadioField, TextAreaField

from eduportal.booking.forms.bookings import ReasonForm
from eduportal.booking.rules.restrictions import LONGEST_DAYS
from eduportal.shared.forms import (
    Form,
    at_most,
    between,
    blank_to_none,
    chosen,
    lazy_text,
    options,
    required,
)
from eduportal.shared.forms import lazy as _l


class RestrictForm(ReasonForm):
    """Why somebody may not apply for a while, and for how long."""

    days = IntegerField(
        _l("제한 기간(일)"),
        [
            chosen(_l("며칠인지 숫자로 입력해 주세요.")),
            between(
                1,
                LONGEST_DAYS,
                lazy_text("1일부터 %(most)s일까지 숫자로 입력해 주세요.", most=LONGEST_DAYS),
            ),
        ],
    )


class AppealForm(Form):
    """What a person says against a restriction."""

    text = TextAreaField(
        _l("하고 싶은 말"),
        [required(_l("어떤 사정이 있었는지 적어 주세요.")), at_most(1000)],
        filters=[blank_to_none],
    )


class AnswerForm(Form):
    """What the office answers to an appeal."""

    granted = RadioField(
        _l("결정"),
        [chosen()],
        choices=options(
            [("yes", _l("받아들여 해제합니다")), ("no", _l("받아들이지 않고 그대로 둡니다"))]
        ),
    )
    text = TextAreaField(
        _l("답변"),
        [required(_l("답변을 적어 주세요. 신청하신 분께 그대로 전해집니다.")), at_most(1000)],
        filters=[blank_to_none],
    )
