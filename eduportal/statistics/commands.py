"""`eduportal import past-runs` and `eduportal report`."""

import sys
from datetime import date
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from eduportal.catalog.standard_commands import imports
from eduportal.shared import clock
from eduportal.shared.events import SYSTEM
from eduportal.shared.log import say
from eduportal.shared.tables import text
from eduportal.statistics import actions, queries, rules
from eduportal.statistics.actions import Imported
from eduportal.statistics.past_runs import BadFile
from eduportal.statistics.rules import Period, Reason, Refusal

reports = AppGroup("report", help="Print the figures of a month or a year.")
AS_OF = click.option("--as-of", metavar="DAY", help="The last day that counts; today by default.")


@imports.command("past-runs")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_past_runs(file: Path) -> None:
    """Bring in a CSV file of earlier runs: every line, or none with all that is wrong."""
    try:
        imported = actions.import_past_runs(SYSTEM, file.read_bytes(), file.name)
    except BadFile as bad:
        _say_what_is_wrong(bad)
        sys.exit(1)
    _say_what_came_in(imported)


@reports.command("month")
@click.argument("month")
@AS_OF
def month(month: str, as_of: str | None) -> None:
    """Print a month, written as 2019-05."""
    period, day = _asked(rules.month_in(month), Reason.NOT_A_MONTH, as_of)
    say(text(queries.month_table(period.first, day)))


@reports.command("year")
@click.argument("year")
@AS_OF
def year(year: str, as_of: str | None) -> None:
    """Print a year so far, written as 2019."""
    period, day = _asked(rules.year_in(year), Reason.NOT_A_YEAR, as_of)
    say(text(queries.year_table(period.first.year, day)))


def _asked(period: Period | None, otherwise: Reason, as_of: str | None) -> tuple[Period, date]:
    """What was asked for; where there is none such, the sentence that says why, and exit code 2."""
    today = clock.today()
    day = rules.day_in(as_of) if as_of else today
    if period is None:
        _refuse((otherwise, {}))
    if day is None:
        _refuse((Reason.NOT_A_DAY, {}))
    refusal = rules.period_refusal(period, today) or rules.as_of_refusal(day, today)
    if refusal:
        _refuse(refusal)
    return period, day


def _refuse(refusal: Refusal) -> NoReturn:
    reason, facts = refusal
    say(_(reason.value, **facts), error=True)
    sys.exit(2)


def _say_what_is_wrong(bad: BadFile) -> None:
    for fault in bad.faults:
        say(fault.sentence, error=True)
    say(
        _("고칠 곳이 %(number)s군데 있어 아무것도 들여오지 않았습니다.", number=len(bad.faults)),
        error=True,
    )


def _say_what_came_in(imported: Imported) -> None:
    say(
        _(
            "새로 넣은 강좌 %(new)s개, 바뀐 강좌 %(changed)s개, 그대로인 강좌 %(unchanged)s개",
            new=imported.new,
            changed=imported.changed,
            unchanged=imported.unchanged,
        )
    )
    for label, names in (
        (_("새로 만든 교육장"), imported.centers),
        (_("새로 만든 강의실"), imported.rooms),
    ):
        if names:
            say(f"{label}: {', '.join(names)}")
