"""`eduportal drill`: the opening minute, before it comes."""

import resource
import signal
import sys
from dataclasses import replace

import click

from eduportal.drill.plan import Plan, refusals
from eduportal.drill.rehearsal import rehearse
from eduportal.drill.scratch import NotToBeHad
from eduportal.drill.server import NotStarted
from eduportal.drill.verdict import page
from eduportal.shared.log import say

# Seconds after which somebody gives up who stands in line.
WITH_LINE = 900.0


@click.command("drill")
@click.option("--people", default=2000, show_default=True, help="Residents who apply.")
@click.option("--runs", default=20, show_default=True, help="Runs that open.")
@click.option("--seats", default=400, show_default=True, help="Seats of all runs together.")
@click.option("--waiting", default=10, show_default=True, help="Waiting list of each run.")
@click.option("--seconds", default=1.0, show_default=True, help="Time over which they click.")
@click.option(
    "--database",
    default="sqlite",
    show_default=True,
    help="sqlite, postgresql (a server of its own), or a server's address to make a database on.",
)
@click.option("--line", is_flag=True, help="Everybody comes through the waiting line.")
def drill(**asked: int) -> None:
    """Rehearse an opening on a scratch database and say what this server bears.

    Exit 1 if anything was wrong: an error, an oversold seat, an order violation, no answer.
    """
    plan = Plan(**asked)  # type: ignore[arg-type]  # click has read each option by its default
    if plan.line:
        plan = replace(plan, patience=WITH_LINE)
    wrong = list(refusals(plan))
    if wrong:
        for sentence in wrong:
            say(sentence, error=True)
        sys.exit(2)
    # Being told to stop ends as Ctrl-C does: nothing of the drill stays behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _allow_connections()
    say("연습용 데이터베이스와 서버를 준비합니다. 실제 자료는 건드리지 않습니다.")
    try:
        verdict = rehearse(plan)
    except (NotToBeHad, NotStarted) as error:
        say(str(error), error=True)
        sys.exit(2)
    say(page(verdict))
    if not verdict.is_clean:
        sys.exit(1)


def _allow_connections() -> None:
    """As many open connections as this user may have; everybody clicks at once."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
