"""How places are given (모집 기준): what holds after two changed it, and a course's own."""

from collections.abc import Mapping
from typing import Any

from eduportal.catalog.models import Course
from eduportal.catalog.policies import policy_for
from eduportal.catalog.refusals import refused
from eduportal.catalog.rules import RELATIONS, places
from eduportal.catalog.rules.policy import (
    LABELS,
    Policy,
    facts_of,
    findings,
    with_facts,
)
from eduportal.shared import events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing

Changes = dict[str, list[Any]]


@writing
def set_course_policy(by: By, course_id: int, policy: Policy, seen: Mapping[str, str]) -> None:
    """Give a course defaults of its own for its runs to come; the record keeps old and new."""
    course = _locked(course_id)
    new, changed = merged(seen, policy, policy_for(course))
    refuse_findings(new)
    if course.policy is not None and not changed:
        return
    course.policy = new.kept()
    _note(by, "course.policy", course_id, changed=changed)


@writing
def drop_course_policy(by: By, course_id: int) -> None:
    """Let a course's runs to come follow the office again."""
    course = _locked(course_id)
    if course.policy is None:
        return
    _note(by, "course.policy_dropped", course_id, old=course.policy)
    course.policy = None


def merged(seen: Mapping[str, str], wanted: Policy, there: Policy) -> tuple[Policy, Changes]:
    """What holds when somebody who saw `seen` wants `wanted`, and what that changes, old and new.

    Refused where somebody else has changed the same to something else meanwhile.
    """
    now = facts_of(there)
    changes, lost = places.merged(seen, facts_of(wanted), now)
    if lost:
        fields = ", ".join(LABELS[name] for name in lost)
        raise refused((places.Reason.CHANGED_MEANWHILE, {"fields": fields}))
    return with_facts(there, changes), {name: [now[name], new] for name, new in changes.items()}


def refuse_findings(policy: Policy) -> None:
    """Raise the first thing that contradicts itself in defaults."""
    for _field, reason, facts in findings(policy, RELATIONS):
        raise refused((reason, facts))


def _locked(course_id: int) -> Course:
    course = db.session.get(
        Course, course_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if course is None:
        raise Missing
    return course


def _note(by: By, verb: str, course_id: int, **detail: Any) -> None:
    events.record(by, verb, subject="course", subject_id=course_id, **detail)
