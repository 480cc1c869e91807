"""What the three pages share on which it is set how places are given."""

from collections.abc import Mapping
from typing import TypeVar

from eduportal.catalog.forms.policies import IntakeForm, PolicyForm
from eduportal.catalog.models import Run
from eduportal.catalog.policies import findings_of
from eduportal.catalog.queries.groups import groups
from eduportal.catalog.rules import RELATIONS
from eduportal.catalog.rules.policy import findings
from eduportal.catalog.wording import group_names

Shown = TypeVar("Shown", bound=IntakeForm)


def filled_in(kind: type[Shown], values: Mapping[str, object], seen: Mapping[str, object]) -> Shown:
    """The form with these values in its fields, which remembers what was there."""
    form = kind(data=values)
    form.remember(seen)
    names = group_names()
    retired = {group.code for group in groups() if not group.active}
    form.choose_among(names, names.keys() - retired)
    return form


def is_fine(form: PolicyForm) -> bool:
    """Whether what came in can be saved; what is wrong is said at its field."""
    if not form.validate_on_submit() or not form.show(form.shape_findings()):
        return False
    return form.show(findings(form.policy(), RELATIONS))


def is_fine_for(run: Run, form: IntakeForm) -> bool:
    """The same for a run, whose window and applicants are known."""
    if not form.validate_on_submit() or not form.show(form.shape_findings()):
        return False
    return form.show(findings_of(run, form.intake()))
