"""What is typed about the way messages go out; shape only."""

import re
from email.utils import parseaddr
from urllib.parse import urlsplit

from wtforms import BooleanField, Field, StringField
from wtforms.validators import Optional, StopValidation, ValidationError

from eduportal.config import SETTINGS
from eduportal.shared.forms import (
    Form,
    PhoneField,
    at_most,
    blank_to_none,
    mobile_only,
    required,
)
from eduportal.shared.forms import lazy as _l
from eduportal.shared.seen import SeenField

_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>.]+(\.[^@\s<>.]+)+")
_SENTENCES = {
    "SMTP_URL": _l(
        "smtp://사용자:비밀번호@서버:포트 모양으로 적어 주세요. "
        "처음부터 암호화하는 서버는 smtps://로 시작합니다."
    ),
    "SMS_URL": _l("https://로 시작하는 전체 주소를 적어 주세요."),
    "MAIL_FROM": _l("보내는 이메일 주소를 적어 주세요. 예: 정보화교육 <edu@example.go.kr>"),
}


class _Setting:
    """A validator: the same reader as for the server's own setting of that name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, _form: Form, field: Field) -> None:
        """Say what to write instead."""
        try:
            SETTINGS[self.name].read(field.data)
            # A port that is no number shows only when it is asked for.
            urlsplit(field.data).port  # noqa: B018
        except ValueError:
            raise StopValidation(_SENTENCES[self.name]) from None


class SenderForm(Form):
    """How mail and text messages go out."""

    seen = SeenField()
    smtp_url = StringField(
        _l("메일 서버"), [Optional(), at_most(400), _Setting("SMTP_URL")], filters=[blank_to_none]
    )
    smtp_url_clear = BooleanField(_l("저장된 메일 서버 지우기"))
    mail_from = StringField(
        _l("보내는 이메일"), [Optional(), at_most(254)], filters=[blank_to_none]
    )
    sms_url = StringField(
        _l("문자 서비스 주소"),
        [Optional(), at_most(400), _Setting("SMS_URL")],
        filters=[blank_to_none],
    )
    sms_key = StringField(
        _l("문자 서비스 열쇠"), [Optional(), at_most(400)], filters=[blank_to_none]
    )
    sms_key_clear = BooleanField(_l("저장된 문자 서비스 열쇠 지우기"))
    sms_from = PhoneField(_l("보내는 전화번호"), [Optional()], filters=[blank_to_none])

    def validate_mail_from(self, field: Field) -> None:
        """An address, with or without a name before it."""
        whole = field.data or ""
        if "\n" in whole or "\r" in whole or not _ADDRESS.fullmatch(parseaddr(whole)[1]):
            raise ValidationError(_SENTENCES["MAIL_FROM"])

    def values(self) -> dict[str, str | None]:
        """What was typed, by the settings' names; an empty secret is left as it is."""
        typed = {
            "MAIL_FROM": self.mail_from.data,
            "SMS_URL": self.sms_url.data,
            "SMS_FROM": self.sms_from.data,
        }
        for name, field, clear in (
            ("SMTP_URL", self.smtp_url, self.smtp_url_clear),
            ("SMS_KEY", self.sms_key, self.sms_key_clear),
        ):
            if field.data:
                typed[name] = field.data
            elif clear.data:
                typed[name] = None
        return typed


class TestMailForm(Form):
    """A mail to oneself: a button, with its token."""


class TestTextForm(Form):
    """A text message to one's own phone."""

    phone = PhoneField(
        _l("내 휴대전화 번호"), [required(_l("휴대전화 번호를 입력해 주세요.")), mobile_only]
    )
