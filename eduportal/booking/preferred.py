"""What a person is to a run's policy before they apply: one of a priority group, or not."""

import sqlalchemy as sa

from eduportal.accounts.models import Person, PriorityGroup
from eduportal.booking.standing import group_of, held_before, verified_groups
from eduportal.catalog.models import Run
from eduportal.catalog.policies import intake_of
from eduportal.catalog.rules.intake import COMPUTED_GROUPS
from eduportal.shared import clock
from eduportal.shared.db import db


def preferred_as(run: Run, person_id: int) -> str | None:
    """The first of the run's priority groups that the person is in, by its name."""
    intake = intake_of(run)
    if not intake.groups or run.starts_on is None:
        return None
    person = db.session.execute(
        sa.select(Person.birth_date, held_before(Person.id).label("held_before")).where(
            Person.id == person_id
        )
    ).one()
    verified = verified_groups(person_id, clock.today())
    code = group_of(intake, person, run.starts_on, verified)
    if code is None or code in COMPUTED_GROUPS:
        return COMPUTED_GROUPS.get(code or "")
    return db.session.scalar(sa.select(PriorityGroup.name).where(PriorityGroup.code == code))
