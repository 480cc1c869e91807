"""What is typed about those who work here; shape only."""

from wtforms import EmailField, Field, RadioField, StringField
from wtforms.validators import Optional, ValidationError

from eduportal.accounts.actions import NewWorker, Places
from eduportal.accounts.rules import Role, is_email
from eduportal.catalog.forms.fields import Checkboxes, SearchForm
from eduportal.shared.forms import (
    Form,
    at_most,
    blank_to_none,
    chosen,
    options,
    required,
)
from eduportal.shared.forms import lazy_text as _l

EVERY = "all"
WHAT_THEY_DO = (
    (Role.ADMIN, _l("관리자: 모든 교육장의 모든 일을 하고, 권한과 설정을 정합니다.")),
    (Role.STAFF, _l("담당자: 강좌를 만들고 고치고 공개합니다. 접수 창구의 일도 합니다.")),
    (Role.DESK, _l("접수 창구: 전화·방문 신청을 넣고, 명단과 출석부를 봅니다.")),
    (Role.INSTRUCTOR, _l("강사: 자기 수업의 출석부를 적습니다.")),
    (Role.VIEWER, _l("조회 전용: 강좌와 실적을 보기만 합니다. 개인정보는 보지 않습니다.")),
    (Role.DEPARTMENT, _l("부서 교육담당: 자기 부서 직원의 신청을 봅니다.")),
)
BOUND = frozenset({Role.STAFF, Role.DESK, Role.INSTRUCTOR, Role.VIEWER})


def _lower(text: str | None) -> str | None:
    return (text or "").strip().lower() or None


class GrantForm(Form):
    """A role, and what it is for."""

    role = RadioField(
        _l("권한"), [chosen(_l("권한을 골라 주세요."))], choices=options(WHAT_THEY_DO)
    )
    centers = Checkboxes(_l("일하는 교육장"))
    department = StringField(_l("맡은 부서"), [Optional(), at_most(80)], filters=[blank_to_none])

    def offer(self, centers: dict[int, str]) -> None:
        """Let these centers be chosen, or all."""
        self.centers.choices = options([(EVERY, _l("모든 교육장")), *centers.items()])

    def validate_centers(self, field: Field) -> None:
        """Whoever works at centers says at which."""
        if self.role.data in BOUND and not field.data:
            raise ValidationError(_l("일하는 교육장을 골라 주세요."))

    def validate_department(self, field: Field) -> None:
        """Whoever looks after a department says after which."""
        if self.role.data == Role.DEPARTMENT and not field.data:
            raise ValidationError(_l("교육을 맡은 부서의 이름을 적어 주세요."))

    def granted(self) -> tuple[Role, Places]:
        """What was chosen, for the verb."""
        role = Role(self.role.data)
        bound = (self.centers.data or []) if role in BOUND else []
        center_ids = tuple(None if text == EVERY else int(text) for text in bound)
        return role, Places(center_ids, self.department.data if role is Role.DEPARTMENT else None)


class InviteForm(GrantForm):
    """Somebody new."""

    name = StringField(
        _l("이름"), [required(_l("이름을 입력해 주세요.")), at_most(80)], filters=[blank_to_none]
    )
    email = EmailField(
        _l("이메일"), [required(_l("이메일을 입력해 주세요.")), at_most(254)], filters=[_lower]
    )

    def validate_email(self, field: Field) -> None:
        """An address."""
        if field.data and not is_email(field.data):
            raise ValidationError(_l("이메일 주소를 다시 확인해 주세요."))

    def worker(self) -> NewWorker:
        """Who was typed, for the verb."""
        role, places = self.granted()
        return NewWorker(
            str(self.email.data),
            str(self.name.data),
            role,
            places.center_ids,
            places.department,
        )


class FindForm(SearchForm):
    """Whom to find."""

    q = StringField(_l("이름이나 이메일"), [Optional(), at_most(80)], filters=[blank_to_none])
