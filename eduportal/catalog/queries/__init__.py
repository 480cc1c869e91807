"""What is asked of the catalog: plain rows for lists, whole ones for pages."""

from eduportal.catalog.queries.among import (
    Centers,
    Condition,
    in_centers,
)
from eduportal.catalog.queries.courses import (
    course,
    courses,
    instructors,
    tracks,
)
from eduportal.catalog.queries.places import (
    CenterLine,
    RoomLine,
    center_names,
    centers,
    office,
    room_choices,
    rooms,
)
from eduportal.catalog.queries.runs import (
    Filters,
    OfficeFilters,
    RunLine,
    RunLines,
    lacking,
    office_meeting,
    office_run,
    office_runs_page,
    open_now,
    opening_next,
    public,
    run,
    runs_page,
    status_is,
)

__all__ = [
    "CenterLine",
    "Centers",
    "Condition",
    "Filters",
    "OfficeFilters",
    "RoomLine",
    "RunLine",
    "RunLines",
    "center_names",
    "centers",
    "course",
    "courses",
    "in_centers",
    "instructors",
    "lacking",
    "office",
    "office_meeting",
    "office_run",
    "office_runs_page",
    "open_now",
    "opening_next",
    "public",
    "room_choices",
    "rooms",
    "run",
    "runs_page",
    "status_is",
    "tracks",
]
