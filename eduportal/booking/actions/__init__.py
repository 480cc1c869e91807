"""Verbs that give and take places; every one runs in one turn to write.

Locks are taken in one order: person, then run. A candidate of the waiting list is locked after
the run, but only if nobody else holds it; otherwise the verb starts over.
"""

from eduportal.booking.actions.applying import apply, enter
from eduportal.booking.actions.leaving import cancel, cancel_own
from eduportal.booking.actions.placing import place
from eduportal.booking.actions.runs import cancel_run, change_capacity, move_meeting

__all__ = [
    "apply",
    "cancel",
    "cancel_own",
    "cancel_run",
    "change_capacity",
    "enter",
    "move_meeting",
    "place",
]
