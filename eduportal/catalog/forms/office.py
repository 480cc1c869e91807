"""What is typed about the office; shape only."""

from wtforms import Field, StringField
from wtforms.validators import Optional, Regexp, ValidationError

from eduportal.accounts.rules import is_email
from eduportal.catalog.actions.office import OfficeFacts
from eduportal.catalog.forms.places import SeenForm
from eduportal.shared.forms import PhoneField, at_most, blank_to_none, required
from eduportal.shared.forms import lazy_text as _l


class OfficeForm(SeenForm):
    """What everybody reads about the office."""

    name = StringField(
        _l("사무소 이름"),
        [required(_l("사무소 이름을 입력해 주세요. 예: 한강구청")), at_most(80)],
        filters=[blank_to_none],
    )
    department = StringField(
        _l("담당 부서"),
        [required(_l("담당 부서를 입력해 주세요. 예: 홍보전산과")), at_most(80)],
        filters=[blank_to_none],
    )
    phone = PhoneField(_l("대표 전화"), [required(_l("구민이 문의할 전화번호를 입력해 주세요."))])
    email = StringField(_l("이메일"), [Optional(), at_most(254)], filters=[blank_to_none])
    homepage = StringField(
        _l("누리집"),
        [
            Optional(),
            at_most(200),
            Regexp(r"https?://\S+$", message=_l("https://로 시작하는 주소를 적어 주세요.")),
        ],
        filters=[blank_to_none],
    )

    def validate_email(self, field: Field) -> None:
        """An address, if any."""
        if field.data and not is_email(field.data):
            raise ValidationError(_l("이메일 주소를 다시 확인해 주세요."))

    def facts(self) -> OfficeFacts:
        """What was typed, for the verb."""
        typed = self.data
        return OfficeFacts(**{name: typed[name] for name in OfficeFacts.__dataclass_fields__})
