"""The standard set as long work: looking a file over, and bringing it in."""

import base64
import zlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Flask
from flask_babel import gettext as _

from eduportal.catalog.actions.standard import Brought, bring_in
from eduportal.catalog.rules.standard import Reason
from eduportal.catalog.standard_set import columns as c
from eduportal.catalog.standard_set import reading
from eduportal.catalog.standard_set.facts import FIRST_COME
from eduportal.catalog.standard_set.places import Centers
from eduportal.catalog.standard_set.planning import Defaults
from eduportal.catalog.standard_set.surveying import Standing, Survey, Surveyed, survey
from eduportal.jobs import queries, work
from eduportal.jobs.work import Failed, Progress
from eduportal.shared import dates, uploads
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused

PREVIEW, IMPORT = "standard-preview", "standard-import"
# An upload is looked at and brought in, or forgotten.
KEPT = timedelta(days=1)
MOST_NAMES = 10

Result = dict[str, Any]


def add_to(app: Flask) -> None:
    """Let the worker do both."""
    work.handler(app, PREVIEW, preview, KEPT, "catalog_standard.preview")
    work.handler(app, IMPORT, bring, page="catalog_standard.index")


def given_for(name: str, content: bytes, defaults: Defaults, centers: Centers) -> dict[str, Any]:
    """What a look at a file is asked with; the file itself lies in it until it is forgotten."""
    return {
        "name": name,
        "content": base64.b64encode(zlib.compress(content)).decode(),
        "defaults": defaults.in_json,
        "centers": None if centers is None else sorted(centers),
    }


def preview(_by: By, given: Mapping[str, Any], progress: Progress) -> Result:
    """What the file would do; nothing is written."""
    found = _survey(given, progress)
    counts = {standing.value: found.count(standing) for standing in Standing}
    return {
        "sentence": _(
            "새 강좌 %(new)s개, 바뀜 %(changed)s개, 그대로 %(unchanged)s개, 고칠 줄 %(bad)s개",
            **counts,
        ),
        "counts": counts,
        "centers": [center.name for center in found.new_centers],
        "rooms": [
            _("%(center)s %(room)s (%(seats)s석)", center=r.center, room=r.name, seats=r.seats)
            for r in found.new_rooms
        ],
        "other_selection": sum(_is_no_first_come(line) for line in found.lines),
        "lines": sorted((*_good(found), *_bad(found)), key=lambda line: int(line["line"])),
    }


def bring(by: By, given: Mapping[str, Any], progress: Progress) -> Result:
    """Write what the file says; asked again, it finds everything as it is."""
    kept = queries.kept(given["preview"], PREVIEW, None)
    if kept is None:
        raise Refused(Reason.UPLOAD_GONE)
    found = _survey(kept.given, progress)
    centers = _centers(kept.given)
    brought = bring_in(by, found, bool(given["good_only"]), kept.given["name"], centers)
    return {"sentence": " ".join(sentences(brought)), "path": "/office/runs?status=draft"}


def sentences(brought: Brought) -> list[str]:
    """What came in, as people read it."""
    said = [
        _(
            "새로 넣은 강좌 %(new)s개, 바뀐 강좌 %(changed)s개, 그대로인 강좌 %(unchanged)s개.",
            new=brought.new,
            changed=brought.changed,
            unchanged=brought.unchanged,
        )
    ]
    if brought.kept:
        said.append(_("바꾸지 않고 둔 값이 있는 강좌 %(count)s개.", count=brought.kept))
    if brought.left_out:
        said.append(_("들여오지 않은 줄 %(count)s개.", count=brought.left_out))
    if brought.centers:
        said.append(_("새로 만든 교육장: %(names)s.", names=_listed(brought.centers)))
    if brought.rooms:
        said.append(_("새로 만든 강의실: %(names)s.", names=_listed(brought.rooms)))
    return said


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    first = ", ".join(names[:MOST_NAMES])
    return _("%(names)s 등 %(count)s곳", names=first, count=len(names)) if more > 0 else first


def _survey(given: Mapping[str, Any], progress: Progress) -> Survey:
    content = zlib.decompress(base64.b64decode(given["content"]))
    progress(0, 0)
    try:
        lines = reading.read(content)
    except uploads.Unreadable as unreadable:
        raise Failed(unreadable.sentence) from unreadable
    return survey(lines, Defaults.out_of(given["defaults"]), _centers(given), progress)


def _centers(given: Mapping[str, Any]) -> Centers:
    return None if given["centers"] is None else frozenset(given["centers"])


def _good(found: Survey) -> list[Result]:
    return [
        {
            "line": line.planned.line.number,
            "title": line.planned.line.title,
            "standing": line.standing.value,
            "place": f"{line.planned.place.center} {line.planned.place.room}",
            "when": _when(line),
            "changes": [
                [one.column, one.before, one.after, one.kept.value if one.kept else None]
                for one in line.changes
            ],
            "notes": list(line.notes),
        }
        for line in found.lines
    ]


def _bad(found: Survey) -> list[Result]:
    reasons: dict[int, Result] = {}
    for fault in found.faults:
        line = reasons.setdefault(
            fault.line,
            {"line": fault.line, "title": fault.title, "standing": Standing.BAD, "reasons": []},
        )
        line["reasons"].append(fault.reason)
    return list(reasons.values())


def _when(line: Surveyed) -> str:
    spans = line.planned.spans
    first, last = (dates.written_date(span.start) for span in (spans[0], spans[-1]))
    days = first if first == last else f"{first} ~ {last}"
    hours = f"{dates.written_time(spans[0].start)}~{dates.written_time(spans[0].end)}"
    return _("%(days)s %(hours)s, 수업 %(count)s번", days=days, hours=hours, count=len(spans))


def _is_no_first_come(line: Surveyed) -> bool:
    return line.planned.line.cells[c.SELECTION].strip() not in ("", FIRST_COME)
