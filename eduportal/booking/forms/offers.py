"""What staff fill in about an offer; shape only."""

from wtforms import TextAreaField

from eduportal.shared.forms import Form, MomentField, at_most, required
from eduportal.shared.forms import lazy as _l


class ExtensionForm(Form):
    """More time to answer."""

    until = MomentField(_l("새 기한"), [required()])
    reason = TextAreaField(_l("사유"), [required(_l("사유를 적어 주세요.")), at_most(500)])
