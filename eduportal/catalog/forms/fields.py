"""Kinds of fields and forms that the catalog's pages share."""

from typing import Any

from wtforms import Field, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from eduportal.catalog.rules import WEEKDAYS
from eduportal.shared.forms import Form
from eduportal.shared.forms import lazy_text as _l

ALL = _l("전체")
WEEKDAY_NAMES = [(number, _l("%(day)s요일", day=day)) for number, day in enumerate(WEEKDAYS)]


def whole_number(text: Any) -> int | None:
    """A choice's value as a number; nothing chosen is None."""
    return int(text) if text not in ("", None) else None


class Checkboxes(SelectMultipleField):
    """Several of a few choices."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class SearchForm(Form):
    """What somebody looks for. What cannot be chosen is left out, not refused."""

    class Meta:
        """A GET form changes nothing, so it carries no token into the address."""

        csrf = False


def chosen_in(field: Field) -> Any:
    """What was chosen in a field of a search, or None: all of them."""
    return None if field.errors or field.data in ("", None) else field.data
