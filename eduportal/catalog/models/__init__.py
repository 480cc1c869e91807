"""Centers, rooms and seats; instructors; courses, their runs and meetings."""

from eduportal.catalog.models.instructors import (
    Instructor,
    InstructorAbsence,
    InstructorCourse,
    InstructorHours,
)
from eduportal.catalog.models.office import (
    ClosedDay,
    HolidayOverride,
    Office,
    Reduction,
)
from eduportal.catalog.models.places import (
    Center,
    CenterName,
    OpeningHours,
    Room,
    RoomBlock,
    Seat,
)
from eduportal.catalog.models.runs import (
    Course,
    DepartmentQuota,
    Meeting,
    Run,
    RunAlternative,
    StandardRecord,
)

__all__ = [
    "Center",
    "CenterName",
    "ClosedDay",
    "Course",
    "DepartmentQuota",
    "HolidayOverride",
    "Instructor",
    "InstructorAbsence",
    "InstructorCourse",
    "InstructorHours",
    "Meeting",
    "Office",
    "OpeningHours",
    "Reduction",
    "Room",
    "RoomBlock",
    "Run",
    "RunAlternative",
    "Seat",
    "StandardRecord",
]
