"""A believable office to try everything on: two centers, their past, and a living month.

It is made by the same verbs as everything else, each at its own moment, so that every page has
something true to show and every promise holds. Nobody in it exists.
"""

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from eduportal.accounts import queries as accounts
from eduportal.accounts.models import Account
from eduportal.accounts.rules import DEMO_PASSWORD
from eduportal.catalog.models import Center, Office
from eduportal.demo import fairness, month, people, place
from eduportal.shared import clock
from eduportal.shared.db import db, writing
from eduportal.shared.events import SYSTEM
from eduportal.shared.phones import written
from eduportal.statistics import actions as statistics

PAST_RUNS = Path(__file__).with_name("past-runs-2019-01-05.csv")


class NotEmpty(Exception):
    """The database is not one to fill; the text says why and what to do."""


def fill_if_empty() -> None:
    """Fill a database that has nothing in it; leave any other as it is."""
    if not _has_rows():
        fill()


def fill(fresh: bool = False) -> None:
    """Make the demo office around today; `fresh` throws the one that is there away first.

    Raises NotEmpty where a real office would be filled or lost.
    """
    if not current_app.config["DEMO"]:
        raise NotEmpty("This is not a demo. Set EDUPORTAL_DEMO=1 to fill this database with one.")
    if _has_rows() and not _is_demo():
        raise NotEmpty("This database holds a real office, which is never filled or emptied.")
    if _has_rows() and not fresh:
        raise NotEmpty("The demo office is there already. `eduportal demo --fresh` makes it anew.")
    _fill()


def who_can_sign_in() -> str:
    """The people of the demo, a line each, for the terminal."""
    residents = [
        f"  {person.title} {person.name}: {written(person.sign_in)}, {person.birth_date}"
        for person in accounts.demo_residents()
    ]
    workers = [
        f"  {person.title} {person.name}: {person.sign_in}" for person in accounts.demo_workers()
    ]
    return "\n".join(
        (
            "Residents sign in with a phone number; the code is shown at /sent-messages:",
            *residents,
            f"Everybody else signs in at /sign-in/work with the password {DEMO_PASSWORD}:",
            *workers,
        )
    )


@writing
def _fill() -> None:
    now = clock.now()
    for table in reversed(db.metadata.sorted_tables):
        db.session.execute(sa.delete(table))
    with clock.moved_to(now - timedelta(days=200)):
        site = place.build()
        statistics.import_past_runs(SYSTEM, PAST_RUNS.read_bytes())
        residents = people.settle(now.date())
        fairness.verify(site, residents, now.date())
    month.live(site, residents, now)
    fairness.hear(site, now)


def _has_rows() -> bool:
    rows = (sa.exists().where(model.id.is_not(None)) for model in (Office, Center, Account))
    return bool(db.session.scalar(sa.select(sa.or_(*rows))))


def _is_demo() -> bool:
    return bool(db.session.scalar(sa.select(Office.is_demo)))
