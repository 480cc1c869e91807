"""Telling the people of one run something, once."""

import sqlalchemy as sa

from eduportal.booking import mailing as mailings
from eduportal.booking import messages
from eduportal.booking.mailing import Audience, Centers, Reason
from eduportal.booking.models import RosterMessage
from eduportal.catalog.models import Run
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused


@writing
def tell_roster(
    by: By, run_id: int, centers: Centers, audience: Audience, body: str, seen: int
) -> int:
    """Post a message to everybody of a run who is meant and can be reached; gives its id.

    `seen` is the run's newest message when the text was looked over: the same words sent since
    then (a second click) are the same message.
    """
    locked = sa.select(Run.id).where(Run.id == run_id).with_for_update(key_share=True)
    if db.session.scalar(locked) is None:
        raise Missing
    run = mailings.run_of(run_id, centers)
    if run is None:
        raise Missing
    same = _sent_since(run_id, audience, body, seen)
    if same is not None:
        return same
    _refuse_unknown(body)
    mailing = mailings.mailing(run, audience, body)
    if mailing.refusal:
        reason, facts = mailing.refusal
        raise Refused(reason, **facts)
    return _post(by, mailing, audience, body)


def _sent_since(run_id: int, audience: Audience, body: str, seen: int) -> int | None:
    return db.session.scalar(
        sa.select(RosterMessage.id)
        .where(
            RosterMessage.run_id == run_id,
            RosterMessage.id > seen,
            RosterMessage.audience == audience.value,
            RosterMessage.body == body,
        )
        .order_by(RosterMessage.id)
    )


def _refuse_unknown(body: str) -> None:
    unknown = mailings.unknown_placeholder(body)
    if unknown is not None:
        raise Refused(Reason.UNKNOWN_PLACEHOLDER, name=unknown)


def _post(by: By, mailing: mailings.Mailing, audience: Audience, body: str) -> int:
    reached = mailing.reached
    message = RosterMessage(
        run_id=mailing.run.id,
        body=body,
        audience=audience.value,
        recipients=len(reached),
        unreachable=len(mailing.unreachable),
        at=clock.now(),
        account_id=by.account_id,
    )
    db.session.add(message)
    db.session.flush()
    for one in reached:
        messages.tell_roster(
            mailing.run, message.id, one.booking_id, one.channel, str(one.address), one.text
        )
    events.record(
        by,
        "run.told",
        run_id=mailing.run.id,
        subject="roster_message",
        subject_id=message.id,
        audience=audience.value,
        recipients=message.recipients,
        unreachable=message.unreachable,
    )
    return message.id
