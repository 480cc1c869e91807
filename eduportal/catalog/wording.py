"""How places of a run are given, in written sentences, with what the office calls its groups."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from eduportal.accounts.models import PriorityGroup
from eduportal.accounts.rules import Audience
from eduportal.catalog.models import Run
from eduportal.catalog.policies import intake_of
from eduportal.catalog.rules.intake import COMPUTED_GROUPS, Intake
from eduportal.catalog.rules.intake_words import Around, Sentence, parts
from eduportal.shared import dates
from eduportal.shared.db import db


def group_names() -> dict[str, str]:
    """What every priority group is called, by code: the office's in its order, then the rest."""
    rows = db.session.execute(
        sa.select(PriorityGroup.code, PriorityGroup.name).order_by(
            PriorityGroup.position, PriorityGroup.id
        )
    )
    names = dict(rows.all())
    return names | {code: _(name) for code, name in COMPUTED_GROUPS.items()}


def in_words(intake: Intake) -> list[str]:
    """The sentences that people read about an intake, wherever it will hold."""
    return [sentence for part in parts_in_words(intake).values() for sentence in part]


def parts_in_words(intake: Intake) -> dict[str, list[str]]:
    """The same sentences by what they are about: selection, groups and so on."""
    found = parts(intake, Around(names=_names_for(intake)))
    return {name: _written(part) for name, part in found.items()}


def run_in_words(run: Run, intake: Intake | None = None) -> list[str]:
    """The sentences about a run as it stands, or as it would stand with another intake."""
    intake = intake or intake_of(run)
    around = Around(
        _names_for(intake), run.capacity, run.apply_from, run.apply_until, run.minimum_people
    )
    found = parts(intake, around)
    if run.needs_approval and run.audience is Audience.EMPLOYEE:
        # The departments decide, in the order of their approvals.
        del found["selection"]
    return [sentence for part in found.values() for sentence in _written(part)]


def _names_for(intake: Intake) -> Mapping[str, str]:
    # Most runs name no group: in the opening minute that is one question less.
    return group_names() if intake.groups or intake.age_free_groups else {}


def _written(sentences: Iterable[Sentence]) -> list[str]:
    return [
        _(words.value, **{name: _fact(fact) for name, fact in facts.items()})
        for words, facts in sentences
    ]


def _fact(fact: object) -> object:
    return dates.written_datetime(fact) if isinstance(fact, datetime) else fact
