"""Verbs that staff use on courses, runs and meetings; every one runs in one turn to write.

Locks are taken in one order: run, then room, then instructor. A clash is looked for under the
locks of the room and the instructor, so that of two savings that clash one is refused.
"""

from eduportal.catalog.actions.courses import create_course, edit_course
from eduportal.catalog.actions.following import follow_meetings
from eduportal.catalog.actions.instructors import add_instructor
from eduportal.catalog.actions.meetings import (
    add_meeting,
    delete_meeting,
    move_meeting,
    set_meetings,
)
from eduportal.catalog.actions.runs import (
    create_run,
    delete_draft,
    edit_run,
    publish_run,
    take_back_run,
)

__all__ = [
    "add_instructor",
    "add_meeting",
    "create_course",
    "create_run",
    "delete_draft",
    "delete_meeting",
    "edit_course",
    "edit_run",
    "follow_meetings",
    "move_meeting",
    "publish_run",
    "set_meetings",
    "take_back_run",
]
