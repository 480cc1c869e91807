"""Messages that did not arrive, each with the run that it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from eduportal.booking.models import Booking
from eduportal.catalog.models import Meeting, Run
from eduportal.notices.models import Channel, Delivery, Notice
from eduportal.shared.db import db
from eduportal.shared.masking import masked_phone

KEPT = timedelta(days=14)


@dataclass(frozen=True)
class FailedMessage:
    """A notice that was given up, and whose run it is about where it is about one."""

    notice: Notice
    run: Run | None
    booking_id: int | None

    @property
    def masked_address(self) -> str:
        """Where it was to go, so that the wrong eyes learn little."""
        if self.notice.channel is Channel.SMS:
            return masked_phone(self.notice.address)
        name, _at, host = self.notice.address.partition("@")
        return f"{name[:2]}***@{host}"


def failed_messages(centers: frozenset[int] | None, now: datetime) -> list[FailedMessage]:
    """What failed in the last two weeks, the newest first.

    Those of other centers' runs are left out; so is, for whoever is bound to centers, what is
    about no run at all.
    """
    notices = db.session.scalars(
        sa.select(Notice)
        .where(
            Notice.delivery == Delivery.FAILED,
            Notice.created_at > now - KEPT,
            Notice.secret.is_(False),
        )
        .order_by(Notice.created_at.desc(), Notice.id.desc())
    ).all()
    runs, of_meetings = _runs_of(notices), _runs_of_meetings(notices)
    found = [_about(notice, runs, of_meetings) for notice in notices]
    if centers is None:
        return found
    return [one for one in found if one.run is not None and one.run.center_id in centers]


def booking_of(dedupe: str) -> int | None:
    """The booking that an occasion names: `booking:7:placed`, `roster:3:7`."""
    parts = dedupe.split(":")
    place = {"booking": 1, "roster": 2}.get(parts[0])
    if place is None or len(parts) <= place or not parts[place].isdecimal():
        return None
    return int(parts[place])


def _runs_of(notices: Sequence[Notice]) -> dict[int, Run]:
    ids = {booking_of(notice.dedupe) for notice in notices} - {None}
    rows = db.session.execute(
        sa.select(Booking.id, Run).join(Run, Run.id == Booking.run_id).where(Booking.id.in_(ids))
    )
    return dict(rows.all())


def _meeting_of(dedupe: str) -> int | None:
    """The class that a message to an instructor names: `meeting:7:instructor:2:…`."""
    kind, _colon, rest = dedupe.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind == "meeting" and number.isdecimal() else None


def _runs_of_meetings(notices: Sequence[Notice]) -> dict[int, Run]:
    ids = {_meeting_of(notice.dedupe) for notice in notices} - {None}
    rows = db.session.execute(
        sa.select(Meeting.id, Run).join(Run, Run.id == Meeting.run_id).where(Meeting.id.in_(ids))
    )
    return dict(rows.all())


def _about(notice: Notice, runs: dict[int, Run], of_meetings: dict[int, Run]) -> FailedMessage:
    booking_id, meeting_id = booking_of(notice.dedupe), _meeting_of(notice.dedupe)
    if booking_id is not None:
        return FailedMessage(notice, runs.get(booking_id), booking_id)
    run = of_meetings.get(meeting_id) if meeting_id is not None else None
    return FailedMessage(notice, run, None)
