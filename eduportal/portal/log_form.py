"""What is typed into a day's log; shape only."""

from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import Optional

from eduportal.portal.actions import Remarks
from eduportal.shared.forms import Form, at_most, between, blank_to_none
from eduportal.shared.forms import lazy as _l


class LogForm(Form):
    """The part of a log that no row knows."""

    seen = HiddenField(default="0")
    weather = StringField(_l("날씨"), [Optional(), at_most(40)], filters=[blank_to_none])
    visitors = IntegerField(
        _l("방문 인원"),
        [Optional(), between(0, 100_000, _l("방문 인원은 0 이상의 숫자로 입력해 주세요."))],
    )
    work = TextAreaField(_l("주요 업무"), [Optional(), at_most(2000)], filters=[blank_to_none])
    facilities = TextAreaField(
        _l("시설과 장비"), [Optional(), at_most(2000)], filters=[blank_to_none]
    )
    remarks = TextAreaField(_l("특이사항"), [Optional(), at_most(2000)], filters=[blank_to_none])

    def typed(self) -> Remarks:
        """What was typed, for the verb."""
        return Remarks(
            weather=self.weather.data,
            visitors=self.visitors.data,
            work=self.work.data,
            facilities=self.facilities.data,
            remarks=self.remarks.data,
        )

    @property
    def version(self) -> int:
        """The version that the writer saw; what is no number is none."""
        text = self.seen.data or ""
        return int(text) if text.isdecimal() and len(text) < 9 else 0
