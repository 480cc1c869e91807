"""How a run's places are given, changed with care: those who applied are asked for and told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa

from eduportal.accounts.models import Person
from eduportal.accounts.rules import age_on
from eduportal.booking import messages, messages_policies, standing
from eduportal.booking.actions import places, promising
from eduportal.booking.actions.places import Centers, Facts
from eduportal.booking.actions.runs import people_in
from eduportal.booking.actions.selecting import People, Selecting, in_words, locked_applicants
from eduportal.booking.models import Booking
from eduportal.booking.rules import Reason as BookingReason
from eduportal.booking.rules import State, entry, policies
from eduportal.booking.rules.policies import Reason
from eduportal.catalog.actions.openings import opening_for
from eduportal.catalog.actions.places import slots_of
from eduportal.catalog.actions.policies import Changes, merged
from eduportal.catalog.models import Course, Run
from eduportal.catalog.policies import findings_of, intake_of, keep, policy_for
from eduportal.catalog.refusals import refused
from eduportal.catalog.rules import RunState, publishing
from eduportal.catalog.rules.intake import Intake
from eduportal.catalog.rules.policy import Policy
from eduportal.catalog.wording import run_in_words
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused


@writing
def change_policy(
    by: By,
    run_id: int,
    centers: Centers,
    intake: Intake,
    reason: str | None = None,
    seen: Mapping[str, str] | None = None,
    place_all: bool = False,
) -> bool:
    """Give a run's places otherwise from now on; whether anything changed.

    A draft, or a run whose window is to come, is free; then it needs a reason, and everybody in it
    is told in sentences. `seen` is what whoever edits was shown. `place_all` gives everybody who
    applied a place, which alone makes first come fair out of a draw. Raises Refused.
    """
    people = locked_applicants(run_id) if place_all else {}
    facts = places.locked_run(run_id, centers)
    run = db.session.get_one(Run, run_id, populate_existing=True)
    old = intake_of(run)
    new, changed = _merged(run, old, intake, seen)
    if not changed:
        return False
    _refuse(run, old, new, changed, place_all)
    before = run_in_words(run, old)
    was_open = _is_public(run) and _is_noticed(run)
    if was_open and not (reason or "").strip():
        raise Refused(Reason.REASON_NEEDED)
    if place_all and run.applied and not new.selection.collects:
        _place_everybody(by, facts, people)
        run = db.session.get_one(Run, run_id, populate_existing=True)
    keep(run, new, [slot.span.start for slot in slots_of(run_id)])
    db.session.flush()
    events.record(by, "run.policy", run_id=run_id, reason=reason, changed=changed)
    if run.state is RunState.PUBLISHED:
        _follow(by, run, changed)
    if was_open:
        _tell(places.locked_run(run_id), str(reason), before, run_in_words(run, new))
    return True


@writing
def follow_policy(by: By, run_id: int, centers: Centers) -> None:
    """Let a draft have what its course or the office has by its publication."""
    places.locked_run(run_id, centers)
    run = db.session.get_one(Run, run_id, populate_existing=True)
    if run.state is not RunState.DRAFT:
        raise Refused(Reason.ALREADY_FOLLOWS)
    if run.intake is None:
        return
    events.record(by, "run.policy_dropped", run_id=run_id, old=run.intake)
    usual = policy_for(db.session.get(Course, run.course_id)).intake
    keep(run, usual, [slot.span.start for slot in slots_of(run_id)])
    run.intake = None


def _merged(
    run: Run, old: Intake, wanted: Intake, seen: Mapping[str, str] | None
) -> tuple[Intake, Changes]:
    there = replace(policy_for(db.session.get(Course, run.course_id)), intake=old)
    policy, changed = merged(seen or {}, replace(there, intake=wanted), there)
    own: Policy = policy
    return own.intake, changed


def _refuse(run: Run, old: Intake, new: Intake, changed: Changes, place_all: bool) -> None:
    if run.state is RunState.CANCELLED:
        raise Refused(BookingReason.RUN_CANCELLED)
    if run.state is RunState.PUBLISHED and run.ends_at and clock.now() >= run.ends_at:
        raise Refused(BookingReason.RUN_ENDED)
    for _field, reason, facts in findings_of(run, new):
        raise refused((reason, facts))
    if run.state is RunState.PUBLISHED:
        stands = policies.Standing(
            run.apply_from,
            run.apply_until,
            run.capacity,
            run.places_taken,
            run.waiting,
            run.applied,
            run.selected_at,
        )
        now = clock.now()
        places.refuse(policies.change_refusal(stands, old, new, changed, now, place_all))


def _is_public(run: Run) -> bool:
    return not publishing.is_hidden(run.state, run.published_at, clock.now())


def _is_noticed(run: Run) -> bool:
    """Whether people go by what was said: its window has begun, or somebody applied before."""
    return clock.now() >= run.apply_from or run.last_number > 0


def _place_everybody(by: By, facts: Facts, people: People) -> None:
    """All who applied get a place, in the order of arrival; refused where one of them may not."""
    selecting = Selecting(by, facts, people)
    for booking in list(selecting.applied.values()):
        refusal = selecting.refusal(booking)
        if refusal is not None:
            raise Refused(Reason.CANNOT_HAVE_PLACE, why=in_words(refusal))
        seat = selecting.place(booking)
        messages.tell_placed(facts, booking.id, selecting.person(booking), seat)
    selecting.finish("run.placed_all")
    # Lots decided nothing here.
    db.session.execute(sa.update(Run).where(Run.id == facts.id).values(selected_at=None))


def _follow(by: By, run: Run, changed: Changes) -> None:
    """What else comes of it: groups told anew, the draw's promise, the line, freed places."""
    if changed.keys() & {"groups"}:
        _regroup(run)
    if "waiting_line" in changed and run.waiting_line:
        opening_for(by, run.apply_from)
    # A draw that people were promised otherwise is called void and promised anew, by its own rule.
    promising.keep_promise(places.locked_run(run.id), by)
    places.fill(run.id, by)


def _regroup(run: Run) -> None:
    """Those about whom nothing is decided are in the groups that count from now on."""
    if run.starts_on is None:
        return
    intake = intake_of(run)
    rows = db.session.execute(
        sa.select(Booking.id, Booking.person_id, Booking.first_timer, Person.birth_date)
        .join(Person, Person.id == Booking.person_id)
        .where(Booking.run_id == run.id, Booking.state.in_((State.APPLIED, State.WAITING)))
    )
    for booking_id, person_id, first_timer, born in rows.all():
        verified = standing.verified_groups(int(person_id or 0), clock.today())
        age = age_on(run.starts_on, born)
        group = entry.group_of(intake, verified, age, bool(first_timer))
        db.session.execute(
            sa.update(Booking).where(Booking.id == booking_id).values(priority_group=group)
        )


def _tell(run: Facts, reason: str, before: Sequence[str], after: Sequence[str]) -> None:
    now = [sentence for sentence in after if sentence not in before]
    gone = [sentence for sentence in before if sentence not in after]
    if not now and not gone:
        return
    for booking, person in people_in(run.id):
        messages_policies.tell_policy_changed(run, booking.id, person, reason, now, gone)
