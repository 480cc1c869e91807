"""Calling a class off (휴강), and holding it after all; here, since a class with marks was held."""

import sqlalchemy as sa
from flask_babel import gettext as _

from eduportal.attendance.models import Attendance
from eduportal.booking import messages
from eduportal.booking.actions import meetings, places, runs
from eduportal.booking.actions.places import Centers, Facts
from eduportal.catalog.actions.meetings import call_off_meeting, restore_meeting
from eduportal.catalog.rules.timetable import Reason
from eduportal.shared import dates
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused


def call_off(by: By, meeting_id: int, centers: Centers, reason: str) -> None:
    """Call one class off, to come or (the instructor did not come) begun, and tell everybody why.

    Raises Refused where somebody was marked in it, where it is the only one left, and once the
    run is closed.
    """
    run_id = _call_off(by, meeting_id, centers, reason)
    runs.fill_where_freed(run_id)


@writing
def _call_off(by: By, meeting_id: int, centers: Centers, reason: str) -> int:
    run = places.locked_run(runs.run_of(meeting_id), centers)
    # Under the lock that marking takes as well: nobody is marked in what is called off.
    if db.session.scalar(sa.select(sa.exists().where(Attendance.meeting_id == meeting_id))):
        raise Refused(Reason.MARKED)
    meetings.refuse_closed(run.id)
    call_off_meeting(by, meeting_id, reason)
    meeting = meetings.meeting_facts(meeting_id)
    when = (meeting.starts_at, meeting.ends_at)
    for booking, person in runs.people_in(run.id):
        messages.tell_called_off(run, booking.id, person, when, reason)
    _tell_teacher(run, meeting, _("%(when)s 수업은 휴강합니다.", when=dates.written_span(*when)))
    # Without its first class a run begins later: until then a free place goes to who waits.
    places.fill(run.id)
    return int(run.id)


@writing
def restore(by: By, meeting_id: int, centers: Centers) -> None:
    """Hold a class that was called off after all, and tell everybody again.

    Raises Refused when its time has come, when something stands in the way by now, and while its
    make-up stands.
    """
    run = places.locked_run(runs.run_of(meeting_id), centers)
    meetings.refuse_closed(run.id)
    restore_meeting(by, meeting_id)
    meeting = meetings.meeting_facts(meeting_id)
    when = (meeting.starts_at, meeting.ends_at)
    room = meetings.room_name(meeting.room_id)
    for booking, person in runs.people_in(run.id):
        messages.tell_restored(run, booking.id, person, when, room)
    written = dates.written_span(*when)
    _tell_teacher(run, meeting, _("휴강하기로 했던 %(when)s 수업을 합니다.", when=written))


def _tell_teacher(run: Facts, meeting: Facts, sentence: str) -> None:
    runs.tell_teacher(run, meeting.id, meeting.instructor_id, sentence)
