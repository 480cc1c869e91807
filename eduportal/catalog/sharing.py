"""How a run is told of outside the portal: in a few plain lines, and as schema.org/Course."""

import re
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from eduportal.catalog.models import Office, Run
from eduportal.catalog.queries import CenterLine
from eduportal.catalog.queries.calendar import Announcement
from eduportal.catalog.rules import RunState, Status, weekdays_in_words
from eduportal.shared.dates import seoul, written_date, written_datetime

# Signs that neither XML nor a calendar file may hold, however they were typed.
UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
SCHEMA = "https://schema.org"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
AVAILABILITY = {
    Status.UPCOMING: "PreOrder",
    Status.OPEN: "InStock",
    Status.LEFT_OVER: "LimitedAvailability",
    Status.WAITLIST: "BackOrder",
}


# What the lines are made of.
Offered = Run | Announcement


def readable(text: str) -> str:
    """Text without the signs that would break a file."""
    return UNREADABLE.sub("", text)


def where(center: CenterLine, room: str | None) -> str:
    """`정보문화센터 제1강의실 (대림1동)`."""
    name = " ".join(part for part in (center.name, room) if part)
    return f"{name} ({center.place})" if center.place else name


def when(run: Offered) -> str:
    """`화·목 10:00~12:00`."""
    return f"{weekdays_in_words(run.weekdays)} {run.time_of_day or _('(시간은 날마다 다름)')}"


def price(amount: int) -> str:
    """`무료`, `10,000원`."""
    return _("%(amount)s원", amount=f"{amount:,}") if amount else _("무료")


def lines_about(run: Offered, center: CenterLine, room: str | None) -> list[str]:
    """What somebody asks first: when, where, until when to apply, how much."""
    lines = []
    if run.starts_on:
        days = _days(run.starts_on, run.ends_on)
        lines.append(_("기간: %(days)s, %(when)s", days=days, when=when(run)))
    window = f"{written_datetime(run.apply_from)} ~ {written_datetime(run.apply_until)}"
    return [
        *lines,
        _("장소: %(place)s", place=where(center, room)),
        _("접수: %(window)s", window=window),
        _("수강료: %(price)s", price=price(run.fee)),
    ]


def description(run: Run, status: Status, center: CenterLine) -> str:
    """A run in one line, for the preview of a shared link."""
    lines = lines_about(run, center, run.room.name if run.room else None)
    return " · ".join([f"[{_(status.label)}]", *lines])


def course_data(
    run: Run, status: Status, center: CenterLine, office: Office | None, url: str
) -> dict[str, Any]:
    """The run as schema.org/Course, for search engines."""
    offer = _offer(run, status, url)
    return {
        "@context": SCHEMA,
        "@type": "Course",
        "name": run.full_title,
        "description": run.course.summary,
        "url": url,
        "inLanguage": "ko",
        "provider": _provider(office, center),
        "offers": offer,
        "hasCourseInstance": _instance(run, center) | {"offers": offer},
    }


def _days(first: date, last: date | None) -> str:
    both = last is not None and last != first
    return f"{written_date(first)} ~ {written_date(last)}" if both else written_date(first)


def _provider(office: Office | None, center: CenterLine) -> dict[str, Any]:
    name = office.name if office else center.name
    phone = (office.phone if office else None) or center.phone
    return {"@type": "GovernmentOrganization", "name": name} | _known(telephone=phone)


def _offer(run: Run, status: Status, url: str) -> dict[str, Any]:
    return {
        "@type": "Offer",
        "price": run.fee,
        "priceCurrency": "KRW",
        "category": "Paid" if run.fee else "Free",
        "availability": f"{SCHEMA}/{AVAILABILITY.get(status, 'SoldOut')}",
        "availabilityStarts": _iso(run.apply_from),
        "availabilityEnds": _iso(run.apply_until),
        "url": url,
    }


def _instance(run: Run, center: CenterLine) -> dict[str, Any]:
    off = run.state is RunState.CANCELLED
    teacher = run.instructor.name if run.instructor and run.instructor.name_is_public else None
    return {
        "@type": "CourseInstance",
        "name": run.full_title,
        "courseMode": "Onsite",
        "eventStatus": f"{SCHEMA}/{'EventCancelled' if off else 'EventScheduled'}",
        "eventAttendanceMode": f"{SCHEMA}/OfflineEventAttendanceMode",
        "location": {"@type": "Place", "name": center.name} | _known(address=center.place),
        "maximumAttendeeCapacity": run.capacity,
    } | _known(
        startDate=_iso(run.starts_at),
        endDate=_iso(run.ends_at),
        courseWorkload=f"PT{run.minutes}M" if run.minutes else None,
        courseSchedule=_schedule(run) if run.starts_on else None,
        instructor=teacher and {"@type": "Person", "name": teacher},
    )


def _schedule(run: Run) -> dict[str, Any]:
    start, _gap, end = run.time_of_day.partition("~")
    days = [f"{SCHEMA}/{DAYS[int(number)]}" for number in run.weekdays.split(",") if number]
    return {
        "@type": "Schedule",
        "repeatFrequency": "P1W",
        "repeatCount": run.meeting_count,
        "byDay": days,
        "scheduleTimezone": "Asia/Seoul",
    } | _known(
        startDate=run.starts_on and run.starts_on.isoformat(),
        endDate=run.ends_on and run.ends_on.isoformat(),
        startTime=start or None,
        endTime=end or None,
    )


def _known(**facts: Any) -> dict[str, Any]:
    return {name: fact for name, fact in facts.items() if fact}


def _iso(instant: datetime | None) -> str | None:
    return seoul(instant).isoformat() if instant else None
