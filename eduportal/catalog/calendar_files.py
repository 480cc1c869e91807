"""Calendar files (.ics) that phones and mail programs take in."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask_babel import gettext as _
from icalendar import Calendar, Event, Timezone, TimezoneStandard

from eduportal.catalog.models import Meeting
from eduportal.catalog.queries import CenterLine
from eduportal.catalog.queries.calendar import Announcement
from eduportal.catalog.sharing import lines_about, readable, where
from eduportal.shared.clock import SEOUL

TYPE = "text/calendar"
ASKED_AGAIN_AFTER = timedelta(hours=12)
# How long an opening stands in a calendar: long enough to be seen, no longer than the window.
OPENING_LASTS = timedelta(hours=1)
AddressOf = Callable[[int], str]


@dataclass(frozen=True)
class Appointment:
    """One entry of a calendar; `uid` stays with it for good, `version` grows with each change."""

    uid: str
    summary: str
    starts_at: datetime
    ends_at: datetime
    location: str
    description: str
    url: str
    changed_at: datetime
    version: int
    cancelled: bool


def calendar_file(name: str, appointments: Iterable[Appointment]) -> str:
    """The appointments as a calendar of this name, in Seoul's time."""
    calendar = Calendar()
    calendar.add("prodid", "-//Eduportal//Eduportal//KO")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", readable(name))
    calendar.add("x-wr-timezone", "Asia/Seoul")
    calendar.add("refresh-interval", ASKED_AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    calendar.add_component(_seoul())
    for appointment in appointments:
        calendar.add_component(_event(appointment))
    return str(calendar.to_ical(), "utf-8")


def openings(
    announcements: Iterable[Announcement],
    centers: Mapping[int, CenterLine],
    address_of: AddressOf,
) -> list[Appointment]:
    """An appointment for the beginning of each run's window."""
    return [_opening(run, centers[run.center_id], address_of(run.id)) for run in announcements]


def classes(
    run: Announcement, meetings: Iterable[Meeting], center: CenterLine, url: str
) -> list[Appointment]:
    """An appointment for each of a run's meetings; those called off stay, as called off."""
    return [class_of(run, meeting, center, url) for meeting in meetings]


def class_of(run: Announcement, meeting: Meeting, center: CenterLine, url: str) -> Appointment:
    """An appointment for one meeting of a run."""
    off = run.cancelled or meeting.cancelled_at is not None
    return Appointment(
        uid=f"meeting-{meeting.id}@{_host(url)}",
        summary=_kind_of(run, meeting) + run.full_title,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        location=where(center, meeting.room.name),
        description="\n".join(filter(None, (meeting.cancelled_reason, url))),
        url=url,
        changed_at=max(run.updated_at, meeting.cancelled_at or run.updated_at),
        version=run.version,
        cancelled=off,
    )


def _opening(run: Announcement, center: CenterLine, url: str) -> Appointment:
    off = _("폐강: ") if run.cancelled else ""
    return Appointment(
        uid=f"run-{run.id}-opening@{_host(url)}",
        summary=off + _("접수 시작: %(title)s", title=run.full_title),
        starts_at=run.apply_from,
        ends_at=min(run.apply_from + OPENING_LASTS, run.apply_until),
        location=center.name,
        description="\n".join([*lines_about(run, center, run.room), url]),
        url=url,
        changed_at=run.updated_at,
        version=run.version,
        cancelled=run.cancelled,
    )


def _kind_of(run: Announcement, meeting: Meeting) -> str:
    if run.cancelled:
        return _("폐강: ")
    if meeting.cancelled_at is not None:
        return _("휴강: ")
    return _("보강: ") if meeting.makes_up_for_id else ""


def _event(appointment: Appointment) -> Event:
    event = Event()
    event.add("uid", appointment.uid)
    event.add("summary", readable(appointment.summary))
    event.add("dtstart", appointment.starts_at.astimezone(SEOUL))
    event.add("dtend", appointment.ends_at.astimezone(SEOUL))
    event.add("location", readable(appointment.location))
    event.add("description", readable(appointment.description))
    event.add("url", appointment.url)
    # Not the moment of asking: the file stays the same, letter by letter, until something changes.
    event.add("dtstamp", appointment.changed_at)
    event.add("last-modified", appointment.changed_at)
    event.add("sequence", appointment.version)
    event.add("status", "CANCELLED" if appointment.cancelled else "CONFIRMED")
    return event


def _seoul() -> Timezone:
    # Korea keeps one time all year; the library's own history of 1987 and 1988 helps nobody.
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", "Asia/Seoul")
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 (local by the standard)
    standard.add("tzoffsetfrom", timedelta(hours=9))
    standard.add("tzoffsetto", timedelta(hours=9))
    standard.add("tzname", "KST")
    zone.add_component(standard)
    return zone


def _host(url: str) -> str:
    return urlsplit(url).hostname or "localhost"
