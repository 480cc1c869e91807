"""The forms by which people sign in and say who they are."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, cast

from flask_babel import lazy_gettext
from wtforms import BooleanField, EmailField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import EqualTo, Length, Regexp, ValidationError

from eduportal.accounts.actions import NewPerson
from eduportal.accounts.queries import Known
from eduportal.accounts.rules import CODE_DIGITS, PASSWORD_LETTERS, Purpose, Relation, Sex
from eduportal.shared.forms import (
    DayField,
    Form,
    PhoneField,
    at_most,
    blank_to_none,
    chosen,
    mobile_only,
    required,
)

# WTForms shows a lazy text like any other; its types know only str.
_l = cast(Callable[[str], str], lazy_gettext)

DONG_NEEDED = _l("사는 동을 적어 주세요. 예: 대림1동")


def _bare(text: str | None) -> str:
    """A code as it is pasted: without spaces and dashes."""
    return "".join((text or "").split()).replace("-", "")


def _lower(text: str | None) -> str | None:
    return (text or "").strip().lower() or None


class PhoneForm(Form):
    """Where the code goes."""

    phone = PhoneField(
        _l("휴대전화 번호"), [required(_l("휴대전화 번호를 입력해 주세요.")), mobile_only]
    )


class CodeForm(Form):
    """The code that came."""

    code = StringField(
        _l("인증번호"),
        [
            required(_l("문자로 받은 인증번호 6자리를 입력해 주세요.")),
            Regexp(rf"^\d{{{CODE_DIGITS}}}$", message=_l("숫자 6자리를 입력해 주세요.")),
        ],
        filters=[_bare],
    )


class PersonForm(Form):
    """Who of the phone's people it is."""

    person = RadioField(_l("이름"), [chosen(_l("누구신지 골라 주세요."))], coerce=int)

    def offer(self, people: Iterable[Known]) -> None:
        """Let one of these be chosen."""
        self.person.choices = [SelectChoice(str(known.person_id), known.name) for known in people]


class BirthDateForm(Form):
    """What only the person (and their family) knows."""

    birth_date = DayField(_l("생년월일"), [required(_l("생년월일을 입력해 주세요."))])
    own_device = BooleanField(_l("이 기기는 저만 씁니다 (다음부터 생년월일을 묻지 않습니다)"))


class ResidenceForm(Form):
    """How somebody belongs to the district."""

    relation = RadioField(
        _l("우리 구와의 관계"),
        [chosen()],
        choices=[
            SelectChoice(Relation.LIVES.value, _l("우리 구에 삽니다")),
            SelectChoice(Relation.WORKS.value, _l("우리 구에 있는 직장에 다닙니다")),
            SelectChoice(Relation.STUDIES.value, _l("우리 구에 있는 학교에 다닙니다")),
            SelectChoice(Relation.ELSEWHERE.value, _l("우리 구에 살거나 다니지 않습니다")),
        ],
        coerce=Relation,
    )
    dong = StringField(_l("사는 동"), [at_most(40)], filters=[blank_to_none])

    def validate_dong(self, field: StringField) -> None:
        """Whoever lives here says where; the others may."""
        if self.relation.data is Relation.LIVES and not field.data:
            raise ValidationError(DONG_NEEDED)


class NewPersonForm(ResidenceForm):
    """Somebody who comes for the first time."""

    name = StringField(
        _l("이름"), [required(_l("이름을 입력해 주세요.")), at_most(80)], filters=[blank_to_none]
    )
    birth_date = DayField(_l("생년월일"), [required(_l("생년월일을 입력해 주세요."))])
    sex = RadioField(
        _l("성별"),
        choices=[
            SelectChoice("", _l("말하지 않음")),
            SelectChoice(Sex.FEMALE.value, Sex.FEMALE.label),
            SelectChoice(Sex.MALE.value, Sex.MALE.label),
        ],
        coerce=lambda value: Sex(value) if value else None,
    )
    consent_service = BooleanField(
        _l("수강신청과 교육 운영에 동의합니다"),
        [required(_l("수강신청에 꼭 필요한 동의입니다. 동의하시면 표시해 주세요."))],
    )
    consent_statistics = BooleanField(_l("성별 통계에 동의합니다"))
    consent_news = BooleanField(_l("새 강좌 안내 문자에 동의합니다"))

    def consent_field(self, purpose: Purpose) -> Any:
        """The field that answers one question."""
        return self[f"consent_{purpose.value}"]

    def answers(self) -> dict[Purpose, bool]:
        """The answer to each question; a no as well."""
        return {purpose: bool(self.consent_field(purpose).data) for purpose in Purpose}

    def new_person(self, phone: str) -> NewPerson:
        """Whoever filled it in."""
        return NewPerson(
            phone=phone,
            name=str(self.name.data),
            birth_date=cast(date, self.birth_date.data),
            relation=self.relation.data,
            dong=self.dong.data,
            sex=self.sex.data,
        )


class WorkForm(Form):
    """E-mail and password."""

    email = EmailField(
        _l("이메일"), [required(_l("이메일을 입력해 주세요.")), at_most(254)], filters=[_lower]
    )
    password = PasswordField(
        _l("비밀번호"), [required(_l("비밀번호를 입력해 주세요.")), Length(max=200)]
    )


class NewPasswordForm(Form):
    """A password of one's own, typed twice."""

    password = PasswordField(
        _l("새 비밀번호"),
        [
            required(_l("비밀번호를 입력해 주세요.")),
            Length(
                PASSWORD_LETTERS,
                200,
                _l("비밀번호는 %(min)d자 이상으로 정해 주세요."),
            ),
        ],
    )
    again = PasswordField(
        _l("새 비밀번호 한 번 더"),
        [
            required(_l("비밀번호를 한 번 더 입력해 주세요.")),
            EqualTo("password", _l("두 비밀번호가 다릅니다. 다시 입력해 주세요.")),
        ],
    )


class EmptyForm(Form):
    """A button, with its token."""
