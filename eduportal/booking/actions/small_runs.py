"""What staff do about a run that is too small: invite who waits elsewhere, or hold it anyway."""

import sqlalchemy as sa
from flask_babel import gettext as _

from eduportal.booking import invitations, mailing
from eduportal.booking.actions import places
from eduportal.booking.actions.places import Centers
from eduportal.booking.invitations import INVITED
from eduportal.booking.mailing import Mailing
from eduportal.booking.messages import titled
from eduportal.booking.rules.small_runs import Reason
from eduportal.catalog.models import Run
from eduportal.catalog.rules import RunState
from eduportal.notices.actions import post
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By, Event
from eduportal.shared.refusal import Missing, Refused


@writing
def invite_waiting(by: By, run_id: int, centers: Centers, body: str) -> int:
    """Tell whoever waits in a sibling run and fits that there is room here; how many were told.

    Everybody is told once of a run, however often this is done. Raises Refused.
    """
    run = _locked(run_id, centers)
    if not invitations.is_open(run, clock.now()):
        raise Refused(Reason.NOT_OPEN)
    unknown = mailing.unknown_placeholder(body)
    if unknown is not None:
        raise Refused(mailing.Reason.UNKNOWN_PLACEHOLDER, name=unknown)
    found = invitations.mailing(run, body)
    if not found.recipients:
        raise Refused(Reason.NOBODY_LEFT)
    if found.refusal:
        raise Refused(found.refusal[0], **found.refusal[1])
    _post(by, run, found, body)
    return len(found.reached)


@writing
def keep_run(by: By, run_id: int, centers: Centers, reason: str) -> None:
    """Decide to hold a run although it is too small; it is asked about no more."""
    run = _locked(run_id, centers)
    kept = sa.select(Event.id).where(Event.run_id == run_id, Event.verb == "run.kept")
    if db.session.scalar(kept.limit(1)) is not None:
        raise Refused(Reason.KEPT)
    events.record(by, "run.kept", run_id=run_id, reason=reason, placed=run.places_taken)


def _locked(run_id: int, centers: Centers) -> Run:
    """A run that is still to come; its row guards who has been invited to it."""
    places.locked_run(run_id, centers)
    run = mailing.run_of(run_id, centers)
    if run is None:
        raise Missing
    if run.state is not RunState.PUBLISHED or run.starts_at is None or run.starts_at <= clock.now():
        raise Refused(Reason.NOT_TO_COME)
    return run


def _post(by: By, run: Run, found: Mailing, body: str) -> None:
    subject = _("[정보화교육] %(title)s", title=titled(run.title, run.section))
    people = {one.id: one.person_id for one in invitations.candidates(run)}
    for one in found.reached:
        key = f"booking:{one.booking_id}:invited:{run.id}"
        post(one.channel, str(one.address), INVITED, subject, one.text, key)
        events.record(
            by,
            INVITED,
            run_id=run.id,
            person_id=people[one.booking_id],
            booking_id=one.booking_id,
        )
    count, unreached = len(found.reached), len(found.unreachable)
    events.record(
        by, "run.invited", run_id=run.id, body=body, recipients=count, unreachable=unreached
    )
