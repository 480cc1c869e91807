"""What is written: past results, brought in from a file."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

import sqlalchemy as sa
from flask_babel import gettext as _

from eduportal.catalog.models import Center, CenterName, Office, Room
from eduportal.shared import clock
from eduportal.shared.db import db, writing
from eduportal.shared.events import By, record
from eduportal.statistics.models import PastRun
from eduportal.statistics.past_runs import BadFile, Fault, PastResult, Sheet, read

# What a later file may correct; the rest is the key.
CORRECTABLE = (
    *("kind", "track", "audience", "ends_on", "meeting_count", "hours"),
    *("capacity", "applications", "enrollments", "completions", "note"),
)
Place = TypeVar("Place", Center, CenterName, Room)
# Title, center, name of the room, first day.
Key = tuple[str, int, str, date]


@dataclass
class Imported:
    """What became of the lines, and which centers and rooms had to be made for them."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    centers: list[str] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)


def import_past_runs(by: By, content: bytes, source: str = "") -> Imported:
    """Bring in every line of a CSV file, or none: BadFile says what is wrong with it.

    A line that is there already is left alone, or corrected where it differs. `source` is the
    file's name.
    """
    return _bring_in(by, read(content), source)


@writing
def _bring_in(by: By, sheet: Sheet, source: str) -> Imported:
    # Two imports at once would each make the same missing center.
    db.session.execute(sa.select(Office.id).with_for_update())
    imported = Imported()
    places = _Places(sheet, imported)
    lines = _keyed(sheet, places)
    kept = _kept(sheet)
    for key, result in lines.items():
        if key in kept:
            _correct(by, kept[key], result, imported)
        else:
            _add(key, result, places, imported)
    if imported.new or imported.changed:
        record(by, "import_past_runs", subject="past_run", source=source, **vars(imported))
    return imported


class _Places:
    """The centers and rooms that the lines name; missing ones are made, and listed."""

    def __init__(self, sheet: Sheet, imported: Imported) -> None:
        self._imported = imported
        self._since = min((result.starts_on for result in sheet.results), default=clock.today())
        self._names = list(db.session.scalars(sa.select(CenterName)))
        self._rooms = list(db.session.scalars(sa.select(Room)))

    def center_id(self, name: str, day: date) -> int | None:
        """The center that ever had the name; of several the one that had it on the day, or None."""
        named = [dated for dated in self._names if dated.name == name]
        on_day = {dated.center_id for dated in named if _covers(dated, day)}
        ever = {dated.center_id for dated in named}
        if not ever:
            return self._make_center(name)
        found = on_day or ever
        return found.pop() if len(found) == 1 else None

    def room_id(self, center_id: int, center: str, name: str, day: date) -> int:
        """The room of that name, preferably the one that was open on the day."""
        named = [room for room in self._rooms if (room.center_id, room.name) == (center_id, name)]
        open_then = [room for room in named if _was_open(room, day)]
        if not named:
            return self._make_room(center_id, center, name)
        return (open_then or named)[0].id

    def _make_center(self, name: str) -> int:
        last = db.session.scalar(sa.select(sa.func.max(Center.position))) or 0
        center = _saved(Center(position=last + 1))
        dated = CenterName(center_id=center.id, name=name, valid_from=self._since)
        self._names.append(_saved(dated))
        self._imported.centers.append(name)
        return center.id

    def _make_room(self, center_id: int, center: str, name: str) -> int:
        room = _saved(Room(center_id=center_id, name=name, opened_on=self._since))
        self._rooms.append(room)
        self._imported.rooms.append(f"{center} {name}")
        return room.id


def _keyed(sheet: Sheet, places: _Places) -> dict[Key, PastResult]:
    faults = list(sheet.faults)
    lines: dict[Key, PastResult] = {}
    for result in sheet.results:
        center_id = places.center_id(result.center, result.starts_on)
        if center_id is None:
            reason = _("교육장: ‘%(name)s’ 이름을 쓴 교육장이 여럿입니다.", name=result.center)
            faults.append(Fault(result.line, reason))
            continue
        first = lines.setdefault((result.title, center_id, result.room, result.starts_on), result)
        if first is not result:
            reason = _(
                "%(line)s번째 줄과 강좌명, 교육장, 강의실, 시작일이 모두 같습니다.", line=first.line
            )
            faults.append(Fault(result.line, reason))
    if faults:
        raise BadFile(faults)
    return lines


def _kept(sheet: Sheet) -> dict[Key, PastRun]:
    """The past runs of those days by their key; by the room's name, since rooms are rebuilt."""
    days = {result.starts_on for result in sheet.results}
    rows = db.session.execute(
        sa.select(PastRun, Room.name)
        .join(Room, Room.id == PastRun.room_id)
        .where(PastRun.starts_on.between(min(days), max(days)))
    )
    return {(run.title, run.center_id, room, run.starts_on): run for run, room in rows}


def _add(key: Key, result: PastResult, places: _Places, imported: Imported) -> None:
    title, center_id, room, starts_on = key
    db.session.add(
        PastRun(
            title=title,
            center_id=center_id,
            room_id=places.room_id(center_id, result.center, room, starts_on),
            starts_on=starts_on,
            imported_at=clock.now(),
            **_correctable(result),
        )
    )
    imported.new += 1


def _correct(by: By, run: PastRun, result: PastResult, imported: Imported) -> None:
    old, new = _correctable(run), _correctable(result)
    differing = [name for name in CORRECTABLE if old[name] != new[name]]
    if not differing:
        imported.unchanged += 1
        return
    for name in differing:
        setattr(run, name, new[name])
    run.imported_at = clock.now()
    imported.changed += 1
    # The old counts were reported to somebody: they stay readable.
    record(
        by,
        "correct_past_run",
        subject="past_run",
        subject_id=run.id,
        before={name: _plain(old[name]) for name in differing},
        after={name: _plain(new[name]) for name in differing},
    )


def _correctable(run: PastRun | PastResult) -> dict[str, Any]:
    return {name: getattr(run, name) for name in CORRECTABLE}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _covers(dated: CenterName, day: date) -> bool:
    return dated.valid_from <= day <= (dated.valid_until or date.max)


def _was_open(room: Room, day: date) -> bool:
    return room.opened_on <= day <= (room.closed_on or date.max)


def _saved(row: Place) -> Place:
    db.session.add(row)
    db.session.flush()
    return row
