"""What is decided about a run, in words: the name of each field, and its value."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from eduportal.accounts.rules import Relation
from eduportal.catalog import queries
from eduportal.catalog.forms import RunForm
from eduportal.catalog.queries import runs as run_queries
from eduportal.shared import clock, dates

_MONEY = frozenset({"fee", "book_fee", "material_fee"})
_PEOPLE = frozenset({"capacity", "waiting_limit", "minimum_people", "department_limit"})
_AGES = frozenset({"minimum_age", "maximum_age"})


class RunWords:
    """Labels and values as staff read them; places and people are looked up once."""

    def __init__(self) -> None:
        self._names: dict[str, dict[int, str]] = {}

    def label(self, name: str) -> str:
        """What a field of a run's plan is called."""
        return str(getattr(RunForm, name).args[0])

    def value(self, name: str, value: Any) -> str:
        """A value of that field."""
        if value is None:
            return _("없음")
        if name.endswith("_id"):
            return self._named(name).get(value, _("없음"))
        if isinstance(value, datetime):
            return dates.written_datetime(value)
        if isinstance(value, bool):
            return _("예") if value else _("아니요")
        return _counted(name, value)

    def _named(self, name: str) -> dict[int, str]:
        if name not in self._names:
            self._names[name] = dict(_LOOK_UP[name]())
        return self._names[name]


def _counted(name: str, value: Any) -> str:
    if name in _MONEY:
        return _("%(amount)s원", amount=f"{value:,}")
    if name in _PEOPLE:
        return _("%(count)s명", count=value)
    if name in _AGES:
        return _("만 %(age)s세", age=value)
    if name == "relations":
        return ", ".join(Relation(one).label for one in value.split(",") if one)
    return str(value)


_LOOK_UP = {
    "center_id": lambda: queries.center_names(clock.today()).items(),
    "room_id": lambda: run_queries.room_names().items(),
    "instructor_id": lambda: run_queries.instructor_names().items(),
}
