"""Which policy (모집 기준) holds: the office's, the course's own, or what a run keeps."""

from datetime import datetime

from eduportal.catalog.models import Course, Office, Run
from eduportal.catalog.rules.intake import Intake
from eduportal.catalog.rules.policy import COLUMNS, Finding, Policy, intake_findings
from eduportal.shared.db import db


def policy_of(office: Office) -> Policy:
    """What the office has set."""
    columns = {name: getattr(office, name) for name in COLUMNS}
    return Policy(**columns, intake=Intake.of(office.intake))


def policy_for(course: Course | None) -> Policy:
    """The defaults of a course's runs: its own, else the office's."""
    if course is not None and course.policy is not None:
        return Policy.of(course.policy)
    office = db.session.get(Office, 1)
    return policy_of(office) if office else Policy()


def intake_of(run: Run) -> Intake:
    """How a run's places are given: what it keeps, or would keep when it were published now."""
    if run.intake is not None:
        return Intake.of(run.intake)
    return policy_for(db.session.get(Course, run.course_id)).intake


def completion_percent(run_id: int) -> int:
    """The attendance that completes a run: its course's own rate, else the office's."""
    return policy_for(db.session.get_one(Run, run_id).course).completion_percent


def findings_of(run: Run, intake: Intake | None = None) -> list[Finding]:
    """What contradicts itself in how a run's places are given, or would be by another intake."""
    relations = run.relations.split(",")
    window = run.apply_until - run.apply_from
    return intake_findings(intake or intake_of(run), relations, window, run.needs_approval)


def keep(run: Run, intake: Intake, meetings: list[datetime]) -> None:
    """Write an intake into a run, with what lists ask for; `meetings`: when its classes begin."""
    run.intake = intake.kept()
    run.selection = intake.selection
    run.waiting_line = intake.waiting_line
    run.left_over = intake.left_over
    run.gives_until = gives_until(intake, meetings)


def gives_until(intake: Intake, meetings: list[datetime]) -> datetime | None:
    """When freed places are given no longer: as the intake's last meeting begins."""
    return meetings[min(intake.last_meeting, len(meetings)) - 1] if meetings else None
