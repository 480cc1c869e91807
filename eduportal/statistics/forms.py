"""Which period, as of which day."""

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar, cast

from flask_babel import gettext, lazy_gettext
from wtforms import IntegerField, StringField
from wtforms.validators import Optional, ValidationError

from eduportal.accounts.rules import Audience
from eduportal.catalog.rules import Kind
from eduportal.shared import clock
from eduportal.shared.forms import DayField, Form, chosen, required
from eduportal.statistics import metrics, rules
from eduportal.statistics.figures import Slice
from eduportal.statistics.rules import Period, Reason, Refusal

E = TypeVar("E", bound=StrEnum)

# WTForms shows a lazy text like any other; its types know only str.
_l = cast(Callable[[str], str], lazy_gettext)


class MonthField(StringField):
    """A month, typed as 2019-05; data is a Period."""

    data: Period | None  # type: ignore[assignment]

    def process_formdata(self, valuelist: list[str]) -> None:
        """To a period; ValueError with a sentence where it is none."""
        text = (valuelist[0] if valuelist else "").strip()
        self.data = rules.month_in(text)
        if text and self.data is None:
            raise ValueError(gettext(Reason.NOT_A_MONTH.value))

    def _value(self) -> str:
        return _typed(self)


class YearField(StringField):
    """A year, typed as 2019; data is a Period."""

    data: Period | None  # type: ignore[assignment]

    def process_formdata(self, valuelist: list[str]) -> None:
        """To a period; ValueError with a sentence where it is none."""
        text = (valuelist[0] if valuelist else "").strip()
        self.data = rules.year_in(text)
        if text and self.data is None:
            raise ValueError(gettext(Reason.NOT_A_YEAR.value))

    def _value(self) -> str:
        return _typed(self)


class ChoiceField(StringField, Generic[E]):
    """One value of an enum, or none."""

    data: E | None

    def __init__(self, enum: type[E], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._enum = enum

    def process_formdata(self, valuelist: list[str]) -> None:
        """To a member; ValueError where there is none of that value."""
        text = valuelist[0] if valuelist else ""
        self.data = self._enum(text) if text else None


class ReportForm(Form):
    """What month and year have in common; asked for in the address, so it changes nothing."""

    class Meta:
        """No token: nothing is written, and the address is to be passed on."""

        csrf = False

    period_field: ClassVar[str]
    as_of: DayField

    @property
    def period(self) -> Period:
        """The period of a form that is valid."""
        return cast(Period, self[self.period_field].data)

    @property
    def day(self) -> date:
        """The as-of day; today where none is given."""
        return self.as_of.data or clock.today()

    def validate_as_of(self, field: DayField) -> None:
        """Not in the future."""
        if field.data:
            _raise(rules.as_of_refusal(field.data, clock.today()))


class MonthForm(ReportForm):
    """A month as of a day."""

    period_field = "month"

    month = MonthField(_l("달"), [chosen(_l("달을 입력해 주세요. 예: 2019-05"))])
    as_of = DayField(_l("기준일"))

    def validate_month(self, field: MonthField) -> None:
        """Within what the office may have."""
        if field.data:
            _raise(rules.period_refusal(field.data, clock.today()))


class YearForm(ReportForm):
    """A year as of a day."""

    period_field = "year"

    year = YearField(_l("연도"), [chosen(_l("연도를 입력해 주세요. 예: 2019"))])
    as_of = DayField(_l("기준일"))

    def validate_year(self, field: YearField) -> None:
        """Within what the office may have."""
        if field.data:
            _raise(rules.period_refusal(field.data, clock.today()))


class SliceForm(Form):
    """What the address of a number's runs asks for."""

    class Meta:
        """No token: nothing is written."""

        csrf = False

    month = MonthField()
    year = YearField()
    as_of = DayField(validators=[required()])
    metric = StringField(validators=[required()])
    center = IntegerField(validators=[Optional()])
    audience = ChoiceField(Audience)
    kind = ChoiceField(Kind)
    track = StringField()

    def asked(self) -> Slice | None:
        """The part of the figures, or None where the address makes no sense."""
        metric = metrics.BY_NAME.get(self.metric.data or "")
        period = self.month.data or self.year.data
        if not self.validate() or metric is None or period is None or self.as_of.data is None:
            return None
        return Slice(
            period,
            self.as_of.data,
            metric,
            self.center.data,
            self.audience.data,
            self.kind.data,
            self.track.data or None,
        )


def _typed(field: MonthField | YearField) -> str:
    typed = field.raw_data[0] if field.raw_data else None
    return str(typed) if typed is not None else field.data.key if field.data else ""


def _raise(refusal: Refusal | None) -> None:
    if refusal:
        reason, facts = refusal
        raise ValidationError(gettext(reason.value, **facts))
