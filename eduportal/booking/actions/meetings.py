"""What staff do to one meeting of a run, told to everybody whom it concerns."""

from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from eduportal.booking import messages
from eduportal.booking.actions import places, runs
from eduportal.booking.actions.places import Centers, Facts
from eduportal.booking.models import Booking
from eduportal.booking.rules import State
from eduportal.catalog.actions import meetings as catalog
from eduportal.catalog.models import Meeting, Room, Run
from eduportal.catalog.rules import RunState, Slot, Span, timetable
from eduportal.shared import clock, dates
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused

When = tuple[datetime, datetime]


@writing
def substitute(
    by: By, meeting_id: int, centers: Centers, instructor_id: int, reason: str | None = None
) -> None:
    """Let somebody else teach one meeting (대강), and tell both; the run keeps its instructor.

    Raises Refused where they cannot teach it. Nobody is told of a class that is over or in a draft.
    """
    run = places.locked_run(runs.run_of(meeting_id), centers)
    old = meeting_facts(meeting_id)
    if old.instructor_id == instructor_id:
        return
    refuse_closed(run.id)
    catalog.change_instructor(by, meeting_id, instructor_id, reason)
    if run.state is RunState.PUBLISHED and old.ends_at > clock.now():
        _tell_both(run, old, instructor_id)


@writing
def make_up(
    by: By,
    run_id: int,
    centers: Centers,
    when: When,
    room_id: int,
    makes_up_for: int | None = None,
) -> int:
    """Hold one more meeting: for one that was called off (보강), or an extra one; returns its id.

    By the run's own instructor. Tells everybody in the run. Raises Refused where something stands
    in the way then and there, and where the called-off meeting is made up for already.
    """
    run = places.locked_run(run_id, centers)
    refuse_closed(run_id)
    teaches = db.session.scalar(sa.select(Run.instructor_id).where(Run.id == run_id))
    slot = Slot(Span(*when), room_id, teaches)
    meeting_id = catalog.hold_again(by, run_id, slot, makes_up_for)
    instead_of = meeting_facts(makes_up_for).starts_at if makes_up_for else None
    room = room_name(room_id)
    for booking, person in runs.people_in(run_id):
        messages.tell_added(run, booking.id, person, when, room, instead_of)
    runs.tell_teacher(
        run,
        meeting_id,
        teaches,
        _("%(when)s, %(room)s 수업이 더해졌습니다.", when=dates.written_span(*when), room=room),
    )
    return meeting_id


def meeting_facts(meeting_id: int) -> Facts:
    """When a meeting is, where, and who teaches it; to be asked under the run's lock."""
    return db.session.execute(
        sa.select(
            Meeting.id,
            Meeting.starts_at,
            Meeting.ends_at,
            Meeting.room_id,
            Meeting.instructor_id,
            Meeting.cancelled_at,
        ).where(Meeting.id == meeting_id)
    ).one()


def room_name(room_id: int) -> str:
    """What a room is called."""
    return str(db.session.scalar(sa.select(Room.name).where(Room.id == room_id)))


def refuse_closed(run_id: int) -> None:
    """Raise Refused once a run's people were completed: its classes are settled then."""
    decided = sa.exists().where(
        Booking.run_id == run_id, Booking.state.in_((State.COMPLETED, State.NOT_COMPLETED))
    )
    if db.session.scalar(sa.select(decided)):
        raise Refused(timetable.Reason.RUN_CLOSED)


def _tell_both(run: Facts, meeting: Facts, instructor_id: int) -> None:
    facts = {
        "when": dates.written_span(meeting.starts_at, meeting.ends_at),
        "room": room_name(meeting.room_id),
    }
    relieved = _("%(when)s, %(room)s 수업은 다른 강사가 맡습니다.", **facts)
    runs.tell_teacher(run, meeting.id, meeting.instructor_id, relieved)
    asked = _("%(when)s, %(room)s 수업을 맡아 주세요.", **facts)
    runs.tell_teacher(run, meeting.id, instructor_id, asked)
