"""Centers (교육장): added, renamed from a day on, and when they are open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

import sqlalchemy as sa

from eduportal.catalog.actions.following import follow_texts
from eduportal.catalog.models import Center, CenterName, Office, OpeningHours, Run
from eduportal.catalog.refusals import refuse, refused
from eduportal.catalog.rules import places as rules
from eduportal.catalog.rules.places import DaySpan, Reason
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused

Centers = frozenset[int] | None
Seen = Mapping[str, str]
# Weekday (Monday is 0) → from, until; both None where the center is closed.
TypedWeek = Mapping[int, tuple[time | None, time | None]]

FACTS = {"phone": "전화", "summary": "소개", "position": "차례"}
NAMES = {"name": "이름", "place": "주소"}


@dataclass(frozen=True)
class Named:
    """What a center is called and where it is, from a day on."""

    name: str
    place: str | None
    since: date


@writing
def add_center(by: By, named: Named, phone: str | None, summary: str | None) -> int:
    """Open a center, after the others; refused where its name is in use. Returns its id."""
    _lock_office()
    _refuse_same_name(DaySpan(named.name, named.since), but_for=0)
    last = db.session.scalar(sa.select(sa.func.max(Center.position)))
    position = 0 if last is None else last + 1
    center = Center(phone=phone, summary=summary, position=position)
    center.names = [CenterName(name=named.name, place=named.place, valid_from=named.since)]
    db.session.add(center)
    db.session.flush()
    _record(by, "center.added", center.id, name=named.name, since=named.since.isoformat())
    return center.id


@writing
def rename_center(by: By, center_id: int, named: Named) -> None:
    """Let a center be called, or be, otherwise from a day on; what it was before stays known.

    The center stays the same one: its runs, figures and rooms go on.
    """
    _lock_office()
    names = _locked_names(center_id)
    spans = [DaySpan(one.name, one.valid_from, one.valid_until) for one in names]
    refuse(rules.name_day_refusal(spans, named.since))
    _refuse_same_name(DaySpan(named.name, named.since), center_id)
    last, day_before = names[-1], named.since - timedelta(days=1)
    last.valid_until = min(last.valid_until or day_before, day_before)
    db.session.add(
        CenterName(center_id=center_id, name=named.name, place=named.place, valid_from=named.since)
    )
    db.session.flush()
    _follow(center_id)
    _record(
        by,
        "center.renamed",
        center_id,
        old=[last.name, last.place],
        new=[named.name, named.place],
        since=named.since.isoformat(),
    )


@writing
def correct_center_name(by: By, name_id: int, name: str, place: str | None, seen: Seen) -> None:
    """Mend how a name or an address is written, for all the time that it is valid."""
    _lock_office()
    center_id = _center_of(name_id)
    row = next(one for one in _locked_names(center_id) if one.id == name_id)
    now = {"name": row.name, "place": row.place}
    changes = _merged(seen, {"name": name, "place": place}, now, NAMES)
    if not changes:
        return
    _refuse_same_name(DaySpan(name, row.valid_from, row.valid_until), center_id)
    for field, value in changes.items():
        setattr(row, field, value)
    db.session.flush()
    _follow(center_id)
    old = {field: now[field] for field in changes}
    _record(by, "center.name_corrected", center_id, old=old, new=changes)


@writing
def withdraw_center_name(by: By, name_id: int) -> None:
    """Take back a name that was to be valid from a day to come."""
    _lock_office()
    center_id = _center_of(name_id)
    names = _locked_names(center_id)
    row = names[-1]
    if row.id != name_id or row.valid_from <= clock.today():
        raise Refused(Reason.NAME_BEGUN)
    if len(names) == 1:
        raise Refused(Reason.ONLY_NAME)
    if names[-2].valid_until == row.valid_from - timedelta(days=1):
        names[-2].valid_until = None
    db.session.delete(row)
    db.session.flush()
    _follow(center_id)
    _record(by, "center.name_withdrawn", center_id, name=row.name)


@writing
def edit_center(
    by: By, center_id: int, wanted: Mapping[str, object], seen: Seen, centers: Centers
) -> None:
    """Change a center's phone, summary or place in the order (those of them that are given)."""
    center = locked_center(center_id, centers)
    now = {field: getattr(center, field) for field in FACTS}
    changes = _merged(seen, wanted, now, FACTS)
    for field, value in changes.items():
        setattr(center, field, value)
    if changes:
        old = {field: now[field] for field in changes}
        _record(by, "center.edited", center_id, old=old, new=changes)


@writing
def set_opening_hours(
    by: By, center_id: int, wanted: TypedWeek, seen: Seen, centers: Centers
) -> None:
    """Say when a center is open, by weekday; with no hours at all it is open always."""
    refuse(rules.week_refusal(wanted))
    locked_center(center_id, centers)
    rows = {row.weekday: row for row in db.session.scalars(_hours_of(center_id))}
    now = {str(day): hours_in_text(_hours(rows.get(day))) for day in range(7)}
    typed = {str(day): hours_in_text(wanted[day]) for day in wanted}
    weekdays = {str(day): f"{name}요일" for day, name in enumerate(rules.WEEKDAY)}
    changes = _merged(seen, typed, now, weekdays)
    for day in map(int, changes):
        _write_hours(center_id, day, rows.get(day), wanted[day])
    if changes:
        old = {day: now[day] for day in changes}
        _record(by, "center.hours", center_id, old=old, new=changes)


def hours_in_text(hours: tuple[time | None, time | None]) -> str:
    """`09:00~18:00`, or nothing: how two readers of the hours compare them."""
    opens, closes = hours
    return f"{opens:%H:%M}~{closes:%H:%M}" if opens and closes else ""


def locked_center(center_id: int, centers: Centers) -> Center:
    """The center, locked and fresh. Missing where it is not theirs."""
    query = sa.select(Center).where(Center.id == center_id)
    if centers is not None:
        query = query.where(Center.id.in_(centers))
    found = db.session.scalar(
        query.with_for_update(key_share=True).execution_options(populate_existing=True)
    )
    if found is None:
        raise Missing
    return found


def _lock_office() -> None:
    # Names are compared over all centers: who changes one waits for who changes another.
    db.session.execute(sa.select(Office.id).with_for_update(key_share=True)).all()


def _locked_names(center_id: int) -> list[CenterName]:
    # The whole lock: a run that is being added to the center comes before or after the change,
    # and is found by what the center is called in either case.
    query = sa.select(Center.id).where(Center.id == center_id).with_for_update()
    if db.session.scalar(query) is None:
        raise Missing
    return list(
        db.session.scalars(
            sa.select(CenterName)
            .where(CenterName.center_id == center_id)
            .order_by(CenterName.valid_from)
            .execution_options(populate_existing=True)
        )
    )


def _center_of(name_id: int) -> int:
    query = sa.select(CenterName.center_id).where(CenterName.id == name_id)
    center_id = db.session.scalar(query)
    if center_id is None:
        raise Missing
    return center_id


def _refuse_same_name(wanted: DaySpan, but_for: int) -> None:
    rows = db.session.execute(
        sa.select(CenterName.name, CenterName.valid_from, CenterName.valid_until).where(
            CenterName.center_id != but_for
        )
    )
    if rules.same_name(wanted, [DaySpan(*row) for row in rows]):
        raise refused((Reason.NAME_USED, {"name": wanted.name}))


def _follow(center_id: int) -> None:
    runs = db.session.scalars(
        sa.select(Run)
        .where(Run.center_id == center_id)
        .order_by(Run.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    follow_texts(runs)


def _merged(
    seen: Seen,
    wanted: Mapping[str, object],
    now: Mapping[str, object],
    labels: Mapping[str, str],
) -> dict[str, object]:
    changes, lost = rules.merged(seen, wanted, now)
    if lost:
        names = ", ".join(labels[field] for field in lost)
        raise refused((Reason.CHANGED_MEANWHILE, {"fields": names}))
    return changes


def _hours_of(center_id: int) -> sa.Select[OpeningHours]:
    return (
        sa.select(OpeningHours)
        .where(OpeningHours.center_id == center_id)
        .execution_options(populate_existing=True)
    )


def _hours(row: OpeningHours | None) -> tuple[time | None, time | None]:
    return (row.opens, row.closes) if row else (None, None)


def _write_hours(
    center_id: int, day: int, row: OpeningHours | None, hours: tuple[time | None, time | None]
) -> None:
    opens, closes = hours
    if opens is None or closes is None:
        if row is not None:
            db.session.delete(row)
    elif row is not None:
        row.opens, row.closes = opens, closes
    else:
        new = OpeningHours(center_id=center_id, weekday=day, opens=opens, closes=closes)
        db.session.add(new)


def _record(by: By, verb: str, center_id: int, **detail: Any) -> None:
    events.record(by, verb, subject="center", subject_id=center_id, **detail)
