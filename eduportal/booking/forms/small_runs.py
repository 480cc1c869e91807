"""What staff write about a run that is too small; shape only."""

from wtforms import TextAreaField

from eduportal.shared.forms import Form, at_most, required
from eduportal.shared.forms import lazy as _l


def _tidy(text: str | None) -> str:
    """Line ends as one sign, so that a length is the length that is sent."""
    return (text or "").replace("\r\n", "\n").strip()


class InvitationForm(Form):
    """What those who wait elsewhere read."""

    body = TextAreaField(
        _l("보낼 글"), [required(_l("보낼 글을 적어 주세요.")), at_most(1000)], filters=[_tidy]
    )


class KeepForm(Form):
    """Why a run is held although it is too small."""

    reason = TextAreaField(
        _l("사유"), [required(_l("그대로 여는 사유를 적어 주세요.")), at_most(500)], filters=[_tidy]
    )
