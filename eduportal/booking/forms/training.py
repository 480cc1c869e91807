"""What departments and staff fill in about employee training; shape only."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from wtforms import HiddenField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from eduportal.booking.rules import Shares
from eduportal.catalog.forms import Checkboxes
from eduportal.shared.forms import (
    Form,
    at_most,
    between,
    blank_to_none,
    chosen,
    options,
    required,
)
from eduportal.shared.forms import lazy as _l

_PLACES = between(0, 500, _l("인원은 0명부터 500명까지 숫자로 입력해 주세요."))


def _number(text: Any) -> int | None:
    return int(text) if str("" if text is None else text).isdecimal() else None


class EmployeeEntryForm(Form):
    """An employee who called or came."""

    channel = RadioField(
        _l("접수 방법"), [chosen()], choices=options([("phone", _l("전화")), ("visit", _l("방문"))])
    )
    employee_number = StringField(
        _l("직원 번호"),
        [required(_l("직원 번호를 입력해 주세요.")), at_most(40)],
        filters=[blank_to_none],
    )
    name = StringField(
        _l("이름"), [required(_l("이름을 입력해 주세요.")), at_most(80)], filters=[blank_to_none]
    )
    late_reason = StringField(
        _l("접수기간이 지난 신청의 사유"), [Optional(), at_most(500)], filters=[blank_to_none]
    )


class RefusalForm(Form):
    """Why a department does not approve."""

    reason = TextAreaField(
        _l("사유"),
        [required(_l("사유를 적어 주세요. 신청한 직원에게 전해집니다.")), at_most(500)],
    )


class NominationForm(Form):
    """Which of its people a department sends."""

    people = Checkboxes(
        _l("추천할 직원"), [required(_l("추천할 직원을 한 명 이상 골라 주세요."))], coerce=int
    )


class SharesForm(Form):
    """How many of each department may have a place; `shares_form` adds the departments."""

    usual = IntegerField(
        _l("부서마다"),
        [Optional(), between(1, 500, _l("인원은 1명부터 500명까지 숫자로 입력해 주세요."))],
    )
    seen_usual = HiddenField(filters=[_number])
    new_department = StringField(
        _l("부서 이름"), [Optional(), at_most(80)], filters=[blank_to_none]
    )
    new_places = IntegerField(_l("인원"), [Optional(), _PLACES])

    departments: Sequence[str] = ()

    @property
    def wanted(self) -> Shares:
        """The shares as typed."""
        others = {
            name: cast(int, self[places_name(name)].data)
            for name in self.departments
            if self[places_name(name)].data is not None
        }
        if self.new_department.data and self.new_places.data is not None:
            others[self.new_department.data] = self.new_places.data
        return Shares(self.usual.data, others)

    @property
    def seen(self) -> Shares:
        """The shares as the page had shown them."""
        others = {
            name: cast(int, self[seen_name(name)].data)
            for name in self.departments
            if self[seen_name(name)].data is not None
        }
        return Shares(cast(int | None, self.seen_usual.data), others)

    def validate_new_department(self, _field: StringField) -> None:
        """A name needs its number."""
        self._need_both()

    def validate_new_places(self, _field: IntegerField) -> None:
        """A number needs its name."""
        self._need_both()

    def _need_both(self) -> None:
        if (self.new_places.data is None) != (self.new_department.data is None):
            raise ValidationError(_l("더할 부서의 이름과 인원을 함께 입력해 주세요."))


def shares_form(departments: Iterable[str], kept: Shares) -> SharesForm:
    """The form of these departments, filled in with what is kept."""
    names = list(departments)
    fields: dict[str, Any] = {"departments": names}
    for name in names:
        places: Any = kept.others.get(name)
        fields[places_name(name)] = IntegerField(name, [Optional(), _PLACES], default=places)
        fields[seen_name(name)] = HiddenField(default=places, filters=[_number])
    form: SharesForm = type("SharesOfDepartments", (SharesForm,), fields)(
        usual=kept.usual, seen_usual=kept.usual
    )
    return form


def places_name(department: str) -> str:
    """What a department's number is called: the same on every page, whoever joins the list."""
    return f"places-{department.encode().hex()}"


def seen_name(department: str) -> str:
    """What the number that the page had shown is called."""
    return f"seen-{department.encode().hex()}"
