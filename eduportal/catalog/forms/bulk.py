"""What is typed when many runs are changed at once: only what is filled in is set; shape only."""

from collections.abc import Mapping
from typing import Any

from wtforms import IntegerField, RadioField, SelectField, StringField
from wtforms.validators import Optional

from eduportal.catalog.rules.bulk import Act
from eduportal.shared.forms import (
    Form,
    MomentField,
    at_most,
    between,
    blank_to_none,
    options,
)
from eduportal.shared.forms import lazy_text as _l

# How "nobody" is chosen, apart from choosing nothing.
NOBODY = "0"


def _number(label: str, low: int, high: int) -> IntegerField:
    sentence = _l("%(low)s부터 %(high)s까지 숫자로 입력해 주세요.", low=low, high=high)
    return IntegerField(label, [Optional(), between(low, high, sentence)])


class ChangeForm(Form):
    """A change to many runs, and why where one of them is open already."""

    reason = StringField(_l("바꾸는 사유"), [Optional(), at_most(500)], filters=[blank_to_none])

    def values(self) -> dict[str, Any]:
        """What was filled in, by the names of a run's plan."""
        typed: Mapping[str, Any] = self.data
        left_out = {"reason", "csrf_token"}
        return {n: v for n, v in typed.items() if n not in left_out and v not in (None, "")}


class WindowChangeForm(ChangeForm):
    """When people may apply."""

    apply_from = MomentField(_l("접수 시작"), [Optional()])
    apply_until = MomentField(_l("접수 마감"), [Optional()])
    cancel_until = MomentField(_l("취소 기한"), [Optional()])


class InstructorChangeForm(ChangeForm):
    """Who teaches."""

    instructor_id = SelectField(_l("강사"), [Optional()])

    def values(self) -> dict[str, Any]:
        """The instructor, or nobody; nothing while none was chosen."""
        chosen = self.instructor_id.data
        if not chosen:
            return {}
        return {"instructor_id": None if chosen == NOBODY else int(chosen)}


class FeesChangeForm(ChangeForm):
    """What it costs."""

    fee = _number(_l("수강료(원)"), 0, 10_000_000)
    book_fee = _number(_l("교재비(원)"), 0, 10_000_000)
    material_fee = _number(_l("재료비(원)"), 0, 10_000_000)


class NumbersChangeForm(ChangeForm):
    """For whom and how many."""

    waiting_limit = _number(_l("대기 인원"), 0, 500)
    minimum_people = _number(_l("최소 인원"), 1, 500)
    minimum_age = _number(_l("최저 나이"), 0, 150)
    maximum_age = _number(_l("최고 나이"), 0, 150)
    monthly_limit = _number(_l("한 달에 신청할 수 있는 강좌"), 1, 50)


class PublishForm(Form):
    """When everybody gets to see a run."""

    when = RadioField(
        _l("언제 공개하나요"),
        choices=options([("now", _l("지금")), ("later", _l("정한 때"))]),
        default="now",
    )
    at = MomentField(_l("공개하는 때"), [Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """A moment where one is wanted."""
        fine = bool(super().validate(extra_validators))
        if self.when.data == "later" and self.at.data is None and not self.at.errors:
            self.at.errors = [_l("공개하는 때를 입력해 주세요. 예: 2026-12-10 09:00")]
            fine = False
        if self.when.data != "later" and self.at.errors:
            self.at.errors, fine = [], not self.when.errors
        return fine

    @property
    def moment(self) -> Any:
        """The moment, or None: now."""
        return self.at.data if self.when.data == "later" else None


class DeleteForm(Form):
    """Nothing is typed."""


FORMS: dict[Act, type[Form]] = {
    Act.WINDOW: WindowChangeForm,
    Act.INSTRUCTOR: InstructorChangeForm,
    Act.FEES: FeesChangeForm,
    Act.NUMBERS: NumbersChangeForm,
    Act.PUBLISH: PublishForm,
    Act.DELETE: DeleteForm,
}
