"""The office itself: what it is called, the defaults of its runs, and when it opened."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from eduportal.accounts.actions.once import insert_once
from eduportal.catalog.actions.policies import merged, refuse_findings
from eduportal.catalog.models import Office
from eduportal.catalog.policies import policy_of
from eduportal.catalog.refusals import refuse, refused
from eduportal.catalog.rules import places
from eduportal.catalog.rules import policy as rules
from eduportal.catalog.rules.policy import Policy, Reason
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused

LABELS = {
    "name": "사무소 이름",
    "department": "담당 부서",
    "phone": "대표 전화",
    "email": "이메일",
    "homepage": "누리집",
}


@dataclass(frozen=True)
class OfficeFacts:
    """What everybody reads about the office."""

    name: str
    department: str
    phone: str
    email: str | None = None
    homepage: str | None = None


@writing
def save_office(by: By, facts: OfficeFacts, seen: Mapping[str, str]) -> None:
    """Say what the office is called and how it is reached; the first time makes its row.

    Of two who save at once, nobody's change is lost: the same one twice is refused.
    """
    if insert_once(Office, ["id"], {"id": 1, **asdict(facts)}):
        events.record(by, "office.added", subject="office", subject_id=1, **asdict(facts))
        return
    _change(by, "office.edited", _locked(), asdict(facts), seen)


@writing
def save_policy(by: By, policy: Policy, seen: Mapping[str, str]) -> None:
    """Set the defaults of every run to come; the record keeps old and new."""
    refuse_findings(policy)
    office = _locked()
    new, changed = merged(seen, policy, policy_of(office))
    # What was merged out of two people's changes must hold together too.
    refuse_findings(new)
    for name in rules.COLUMNS:
        setattr(office, name, getattr(new, name))
    office.intake = new.intake.kept()
    office.policy_set_at = clock.now()
    if changed:
        events.record(by, "office.policy", subject="office", subject_id=1, changed=changed)


@writing
def open_office(by: By) -> None:
    """Set-up is finished: the office's pages no longer say what is missing."""
    office = db.session.get(Office, 1, with_for_update=True, populate_existing=True)
    refuse(rules.opening_refusal(office is not None, bool(office and office.policy_set_at)))
    if office is None or office.opened_at is not None:
        return
    office.opened_at = clock.now()
    events.record(by, "office.opened", subject="office", subject_id=1)


def _locked() -> Office:
    office = db.session.scalar(
        sa.select(Office).with_for_update().execution_options(populate_existing=True)
    )
    if office is None:
        raise Refused(Reason.OFFICE_NEEDED)
    return office


def _change(
    by: By, verb: str, office: Office, wanted: Mapping[str, object], seen: Mapping[str, str]
) -> None:
    now = {name: getattr(office, name) for name in wanted}
    changes, lost = places.merged(seen, wanted, now)
    if lost:
        fields = ", ".join(LABELS[name] for name in lost)
        raise refused((places.Reason.CHANGED_MEANWHILE, {"fields": fields}))
    for name, value in changes.items():
        setattr(office, name, value)
    if changes:
        changed = {name: [now[name], new] for name, new in changes.items()}
        events.record(by, verb, subject="office", subject_id=1, changed=changed)
