"""What residents and staff fill in about bookings; shape only."""

from datetime import date, datetime, time, timedelta
from typing import cast

from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from eduportal.accounts.rules import Relation, Sex
from eduportal.booking.actions.applying import Entry
from eduportal.shared import clock, dates
from eduportal.shared.forms import (
    DayField,
    Form,
    PhoneField,
    TimeOfDayField,
    at_most,
    between,
    blank_to_none,
    chosen,
    options,
    required,
)
from eduportal.shared.forms import lazy as _l


class ConfirmForm(Form):
    """One button."""


class ReasonForm(Form):
    """An act of the office that needs a reason."""

    reason = TextAreaField(
        _l("사유"), [required(_l("사유를 적어 주세요. 신청하신 분께도 전해집니다.")), at_most(500)]
    )


class EntryForm(Form):
    """Somebody who called or came to the desk."""

    channel = RadioField(
        _l("접수 방법"), [chosen()], choices=options([("phone", _l("전화")), ("visit", _l("방문"))])
    )
    phone = PhoneField(_l("전화번호"), [required(_l("연락받을 전화번호를 입력해 주세요."))])
    name = StringField(_l("이름"), [required(), at_most(80)], filters=[blank_to_none])
    birth_date = DayField(_l("생년월일"), [required()])
    relation = RadioField(
        _l("우리 구와의 관계"),
        [chosen()],
        choices=options((relation, relation.label) for relation in Relation),
    )
    dong = StringField(_l("사는 동"), [Optional(), at_most(40)], filters=[blank_to_none])
    sex = SelectField(
        _l("성별"),
        [Optional()],
        choices=options(((sex, sex.label) for sex in Sex), nothing=_l("말하지 않음")),
    )
    consent = BooleanField(
        _l("개인정보 수집·이용에 동의하신다는 답을 들었습니다."),
        [required(_l("동의를 확인하신 뒤 표시해 주세요. 동의 없이는 접수할 수 없습니다."))],
    )
    late_reason = StringField(
        _l("접수기간이 지난 신청의 사유"), [Optional(), at_most(500)], filters=[blank_to_none]
    )

    def entry(self) -> Entry:
        """Who it is, once the form is valid."""
        return Entry(
            phone=cast(str, self.phone.data),
            name=cast(str, self.name.data),
            birth_date=cast(date, self.birth_date.data),
            relation=Relation(self.relation.data),
            dong=self.dong.data,
            sex=Sex(self.sex.data) if self.sex.data else None,
        )


class CapacityForm(Form):
    """How many places a run offers."""

    capacity = IntegerField(
        _l("정원"),
        [chosen(), between(1, 500, _l("정원은 1명부터 500명까지 숫자로 입력해 주세요."))],
    )


class MeetingForm(Form):
    """When and where one meeting is held."""

    day = DayField(_l("날짜"), [required()])
    starts = TimeOfDayField(_l("시작 시각"), [required()])
    ends = TimeOfDayField(_l("끝 시각"), [required()])
    room_id = SelectField(_l("강의실"), [chosen()], coerce=int)
    on_holiday = BooleanField(_l("공휴일에 수업하는 것이 맞습니다."))

    def moments(self) -> tuple[datetime, datetime]:
        """Start and end as UTC instants, once the form is valid."""
        day = cast(date, self.day.data)
        return (
            dates.at(day, cast(time, self.starts.data)),
            dates.at(day, cast(time, self.ends.data)),
        )

    def validate_ends(self, field: TimeOfDayField) -> None:
        """A meeting ends after it starts, on the same day."""
        if self.starts.data and field.data and field.data <= self.starts.data:
            raise ValidationError(_l("끝 시각은 시작 시각보다 늦어야 합니다."))

    def validate_day(self, field: DayField) -> None:
        """Not moved beyond a year: most likely a slip of the keyboard."""
        if field.data and field.data > clock.today() + timedelta(days=400):
            raise ValidationError(_l("1년 안의 날짜를 입력해 주세요."))
