"""What is typed about reductions; shape only."""

from wtforms import HiddenField, IntegerField, StringField

from eduportal.catalog.actions.reductions import Terms
from eduportal.shared.forms import Form, at_most, between, blank_to_none, required
from eduportal.shared.forms import lazy_text as _l


class ReductionForm(Form):
    """Whom a reduction is for, and how much less they pay."""

    name = StringField(
        _l("감면 대상"),
        [required(_l("누가 덜 내는지 적어 주세요. 예: 기초생활수급자")), at_most(80)],
        filters=[blank_to_none],
    )
    percent = IntegerField(
        _l("감면율(%)"), [between(1, 100, _l("1부터 100까지 숫자로 입력해 주세요."))]
    )

    @property
    def wanted(self) -> Terms:
        """What was typed, once the form is valid."""
        return Terms(self.data["name"], self.data["percent"])


class ReductionChangeForm(ReductionForm):
    """The same, from what the page showed (`seen_…`)."""

    seen_name = HiddenField()
    seen_percent = HiddenField()

    @property
    def seen(self) -> Terms:
        """What the page showed."""
        percent = str(self.seen_percent.data or "")
        return Terms(str(self.seen_name.data or ""), int(percent) if percent.isdecimal() else 0)
