"""`eduportal import courses` and `eduportal export courses`: the national standard set.

Exit code 0: done; 1: the file, or what would go into it, has something wrong, and nothing was
written; 2: what was asked for cannot be asked.
"""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from eduportal.catalog import standard_work
from eduportal.catalog.actions.standard import bring_in
from eduportal.catalog.queries.standard import Outgoing, standard_lines
from eduportal.catalog.rules import Kind
from eduportal.catalog.rules.standard import Reason
from eduportal.catalog.standard_set import reading
from eduportal.catalog.standard_set.planning import Defaults, usual_defaults
from eduportal.catalog.standard_set.surveying import Standing, Survey, survey
from eduportal.catalog.standard_set.writing import CP949, UTF_8, as_csv, letters_lacking_in
from eduportal.shared import clock, uploads
from eduportal.shared.events import SYSTEM
from eduportal.shared.log import say
from eduportal.shared.refusal import Refused

imports = AppGroup("import", help="Bring in what the office kept elsewhere.")
exports = AppGroup("export", help="Write files for others.")
DAY = click.DateTime(["%Y-%m-%d"])


@imports.command("courses")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@click.option("--good-lines-only", is_flag=True, help="Bring in the good lines of a file.")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), help="Of new courses.")
@click.option("--track", help="Of new courses: 기초·활용, 창업·취업 …")
def import_courses(
    file: Path, dry_run: bool, good_lines_only: bool, kind: str | None, track: str | None
) -> None:
    """Bring in a CSV or Excel file of the standard set: every line, or none."""
    found = _surveyed(file, _defaults(kind, track))
    for fault in found.faults:
        say(fault.sentence, error=True)
    _say_what_is_to_see(found)
    if dry_run:
        _say_what_would_happen(found)
        sys.exit(1 if found.faults and not good_lines_only else 0)
    try:
        brought = bring_in(SYSTEM, found, good_lines_only, file.name)
    except Refused as refused:
        _end(refused.sentence, 1)
    for sentence in standard_work.sentences(brought):
        say(sentence)


@exports.command("courses")
@click.option("--from", "first", type=DAY, help="Runs not over before this day; today.")
@click.option("--until", "last", type=DAY, help="Runs that begin until this day; all to come.")
@click.option("--encoding", type=click.Choice([UTF_8, CP949]), default=UTF_8, show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Else: the screen.")
def export_courses(
    first: date | None, last: date | None, encoding: str, output: Path | None
) -> None:
    """Write public runs, and drafts that a file declared, as a CSV file of the standard set."""
    asked = Outgoing(_day(first) or clock.today(), _day(last))
    if asked.last and asked.last < asked.first:
        _end(_("--until은 --from보다 빠를 수 없습니다."), 2)
    text = as_csv(standard_lines(asked))
    lacking = letters_lacking_in(text, encoding)
    if lacking:
        _end(_(Reason.LETTERS_LACKING.value, letters=" ".join(lacking)), 1)
    _put(text.encode(encoding), output)


def _surveyed(file: Path, defaults: Defaults) -> Survey:
    try:
        return survey(reading.read(file.read_bytes()), defaults)
    except uploads.Unreadable as unreadable:
        _end(unreadable.sentence, 1)


def _defaults(kind: str | None, track: str | None) -> Defaults:
    usual = usual_defaults()
    if track is not None and not 1 <= len(track.strip()) <= 40:
        _end(_("--track은 1자부터 40자까지 쓸 수 있습니다."), 2)
    return replace(
        usual,
        kind=Kind(kind) if kind else usual.kind,
        track=track.strip() if track else usual.track,
    )


def _say_what_is_to_see(found: Survey) -> None:
    for line in found.lines:
        kept = [f"{one.column}: {_(one.kept.value)}" for one in line.changes if one.kept]
        for sentence in (*line.notes, *kept):
            number = line.planned.line.number
            say(_("%(line)s번째 줄: %(reason)s", line=number, reason=sentence))


def _say_what_would_happen(found: Survey) -> None:
    counts = {standing.value: found.count(standing) for standing in Standing}
    say(
        _(
            "새 강좌 %(new)s개, 바뀜 %(changed)s개, 그대로 %(unchanged)s개, 고칠 줄 %(bad)s개",
            **counts,
        )
    )
    names = [center.name for center in found.new_centers]
    rooms = [f"{room.center} {room.name}" for room in found.new_rooms]
    for label, made in ((_("만들 교육장"), names), (_("만들 강의실"), rooms)):
        if made:
            say(f"{label}: {', '.join(made)}")


def _put(body: bytes, output: Path | None) -> None:
    if output is None:
        click.echo(body, nl=False)
        return
    try:
        output.write_bytes(body)
    except OSError as error:
        reason = error.strerror
        _end(_("%(file)s에 쓸 수 없습니다(%(reason)s).", file=output, reason=reason), 1)


def _day(moment: date | None) -> date | None:
    """Click reads a day as its first moment."""
    return date(moment.year, moment.month, moment.day) if moment else None


def _end(sentence: str, code: int) -> NoReturn:
    say(sentence, error=True)
    sys.exit(code)
