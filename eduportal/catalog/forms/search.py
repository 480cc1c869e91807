"""Which runs a list shows."""

from flask_babel import gettext as _
from wtforms import MonthField, SearchField, SelectField
from wtforms.validators import Optional, ValidationError

from eduportal.accounts.rules import Audience
from eduportal.catalog.forms.fields import ALL, WEEKDAY_NAMES, SearchForm, whole_number
from eduportal.catalog.rules import Kind, Status
from eduportal.catalog.rules.calendar import EARLIEST_YEAR, LATEST_YEAR
from eduportal.shared.forms import at_most, labelled, options
from eduportal.shared.forms import lazy_text as _l

PUBLIC_STATUSES = [
    (one.value, one.label) for one in Status if one not in (Status.DRAFT, Status.SCHEDULED)
]


class RunFilterForm(SearchForm):
    """Which runs of the list to show."""

    words = SearchField(_l("강좌 찾기"), [at_most(60)], name="q")
    center = SelectField(_l("교육장"), coerce=whole_number)
    status = SelectField(
        _l("상태"),
        default="",
        choices=options(PUBLIC_STATUSES, ALL),
    )
    weekday = SelectField(_l("요일"), coerce=whole_number, choices=options(WEEKDAY_NAMES, ALL))
    kind = SelectField(_l("구분"), default="", choices=options(labelled(Kind), ALL))
    track = SelectField(_l("분야"), default="")
    audience = SelectField(_l("대상"), default="", choices=options(labelled(Audience), ALL))


class MonthForm(SearchForm):
    """Which month to show."""

    month = MonthField(_l("달"), [Optional()])

    def validate_month(self, field: MonthField) -> None:
        """No month that a calendar could not go on from."""
        if field.data and not EARLIEST_YEAR <= field.data.year <= LATEST_YEAR:
            raise ValidationError(_("2000년부터 2100년 사이의 달을 입력해 주세요."))


class OpeningsForm(MonthForm):
    """Which openings to show."""

    center = SelectField(_l("교육장"), coerce=whole_number)


class NewsForm(SearchForm):
    """Which runs a feed tells of."""

    center = SelectField(_l("교육장"), coerce=whole_number)
    kind = SelectField(_l("구분"), default="", choices=options(labelled(Kind), ALL))


class OfficeFilterForm(MonthForm):
    """Which runs of the office to show."""

    words = SearchField(_l("강좌 찾기"), [at_most(60)], name="q")
    center = SelectField(_l("교육장"), coerce=whole_number)
    month = MonthField(_l("시작하는 달"), [Optional()])
    status = SelectField(_l("상태"), default="", choices=options(labelled(Status), ALL))
