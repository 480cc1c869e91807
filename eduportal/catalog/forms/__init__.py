"""What is typed about the catalog; shape only."""

from eduportal.catalog.forms.courses import (
    CourseForm,
)
from eduportal.catalog.forms.fields import (
    ALL,
    WEEKDAY_NAMES,
    Checkboxes,
    SearchForm,
    chosen_in,
    whole_number,
)
from eduportal.catalog.forms.meetings import (
    MeetingForm,
    PatternForm,
)
from eduportal.catalog.forms.runs import (
    RunForm,
)
from eduportal.catalog.forms.search import (
    OfficeFilterForm,
    RunFilterForm,
)

__all__ = [
    "ALL",
    "WEEKDAY_NAMES",
    "Checkboxes",
    "CourseForm",
    "MeetingForm",
    "OfficeFilterForm",
    "PatternForm",
    "RunFilterForm",
    "RunForm",
    "SearchForm",
    "chosen_in",
    "whole_number",
]
