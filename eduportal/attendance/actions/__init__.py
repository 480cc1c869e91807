"""Verbs about who came; every one runs in one turn to write, under the lock of its run."""

from eduportal.attendance.actions.closing import Closed, close_run
from eduportal.attendance.actions.marking import Saved, mark_sheet

__all__ = ["Closed", "Saved", "close_run", "mark_sheet"]
