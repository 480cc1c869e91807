"""The register of restrictions: lines that are written, lifted, appealed against and answered.

The person's row is locked first: it guards everything that stands about them.
"""

from collections.abc import Callable

import sqlalchemy as sa

from eduportal.booking import messages_restrictions as messages
from eduportal.booking import strikes
from eduportal.booking.actions import places, register
from eduportal.booking.actions.leaving import fill_where_passed_over
from eduportal.booking.actions.places import Centers, Facts
from eduportal.booking.models import Appeal, Booking, Restriction
from eduportal.booking.rules import State
from eduportal.booking.rules import restrictions as rules
from eduportal.booking.rules.restrictions import Cause, Reason
from eduportal.catalog.models import Run
from eduportal.shared import clock
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused


def record_no_show(by: By, booking_id: int, centers: Centers, reason: str) -> int:
    """Write down that somebody who had a place did not come; gives the line's id.

    Where they still have the place it is given up, and on to whoever waits while places are given.
    Raises Refused, and Missing for a booking that is not theirs.
    """
    line_id, person_id = _record_no_show(by, booking_id, centers, reason)
    fill_where_passed_over(person_id)
    return line_id


@writing
def _record_no_show(by: By, booking_id: int, centers: Centers, reason: str) -> tuple[int, int]:
    person_id, run_id = _locked_person_of(booking_id, centers)
    run = places.locked_run(run_id, centers)
    booking = places.booking_facts(booking_id)
    intake = places.intake_of(run)
    _refuse_twice(booking_id, Cause.NO_SHOW)
    places.refuse(rules.no_show_refusal(intake.strikes, booking.state, run.starts_at, clock.now()))
    penalty = strikes.next_penalty(person_id, intake)
    line_id = register.write_line(by, run, booking, Cause.NO_SHOW, penalty, reason)
    if booking.state is State.PLACED:
        places.move(booking, State.WITHDRAWN, held_until=clock.now())
        places.change_run(run.id, places_taken=-1)
        places.note(by, State.WITHDRAWN, run.id, booking, reason=reason, from_state=booking.state)
        places.fill(run.id)
    return line_id, person_id


@writing
def restrict(by: By, booking_id: int, centers: Centers, reason: str, days: int) -> int:
    """Staff let the person of a booking not apply for so many days; gives the line's id."""
    person_id, run_id = _locked_person_of(booking_id, centers)
    places.refuse(rules.days_refusal(days))
    _refuse_twice(booking_id, Cause.BY_HAND)
    run, booking = _run(run_id), places.booking_facts(booking_id)
    penalty = rules.by_hand(days, strikes.against(person_id), clock.today())
    return register.write_line(by, run, booking, Cause.BY_HAND, penalty, reason)


def lift(by: By, restriction_id: int, centers: Centers, reason: str) -> None:
    """Let a line count no more (면제, 해제), with a reason; it stays in the register.

    An appeal that waits for its answer is granted by that. Free places of lists in which the
    person waits are theirs again.
    """
    _fill_for(_lift_by_staff(by, restriction_id, centers, reason))


@writing
def _lift_by_staff(by: By, restriction_id: int, centers: Centers, reason: str) -> int | None:
    line = _locked_line(restriction_id, _theirs(centers))
    if line.lifted_at is not None:
        raise Refused(Reason.LIFTED)
    appeal = _appeal(restriction_id)
    if appeal is not None and appeal.answered_at is None:
        _answer(by, appeal, granted=True, text=reason)
    _lift(by, line, reason)
    return line.person_id


@writing
def appeal(by: By, restriction_id: int, text: str) -> None:
    """A person says, once, why a line about them should not stand."""
    line = _locked_line(restriction_id, Restriction.person_id == by.person_id)
    appealed = _appeal(restriction_id) is not None
    places.refuse(rules.appeal_refusal(line.lifted_at is not None, appealed))
    db.session.add(Appeal(restriction_id=restriction_id, text=text, made_at=clock.now()))
    db.session.flush()
    register.record(by, line, "appeal_made")
    _tell(line, messages.tell_appealed)


def answer(by: By, restriction_id: int, centers: Centers, granted: bool, text: str) -> None:
    """Staff answer an appeal; one that is granted lifts the line."""
    person_id = _answer_by_staff(by, restriction_id, centers, granted, text)
    if granted:
        _fill_for(person_id)


@writing
def _answer_by_staff(
    by: By, restriction_id: int, centers: Centers, granted: bool, text: str
) -> int | None:
    line = _locked_line(restriction_id, _theirs(centers))
    found = _appeal(restriction_id)
    if found is None:
        raise Missing
    if found.answered_at is not None:
        raise Refused(Reason.ANSWERED)
    _answer(by, found, granted, text)
    if granted and line.lifted_at is None:
        _lift(by, line, text)
        return line.person_id
    register.record(by, line, "appeal_refused", text)
    contact = _contact_of(line)
    if contact is not None:
        messages.tell_refused(*contact, line, text)
    return line.person_id


def _fill_for(person_id: int | None) -> None:
    if person_id is not None:
        fill_where_passed_over(person_id)


def _locked_person_of(booking_id: int, centers: Centers) -> tuple[int, int]:
    """Who it is about, locked before their run, and which run."""
    there = Booking.run_id.in_(_runs_of(centers))
    booking = places.booking_facts(booking_id, there)
    if booking.person_id is None:
        raise Refused(Reason.ERASED)
    places.locked_person(booking.person_id)
    return booking.person_id, booking.run_id


def _locked_line(restriction_id: int, theirs: sa.ColumnElement[bool]) -> Restriction:
    """A line, read anew under its person's lock."""
    query = sa.select(Restriction).where(Restriction.id == restriction_id, theirs)
    line = db.session.scalar(query)
    if line is None:
        raise Missing
    if line.person_id is not None:
        places.locked_person(line.person_id)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _theirs(centers: Centers) -> sa.ColumnElement[bool]:
    if centers is None:
        return sa.true()
    there = sa.select(Booking.id).where(Booking.run_id.in_(_runs_of(centers)))
    return Restriction.booking_id.in_(there)


def _runs_of(centers: Centers) -> sa.Select[int]:
    runs = sa.select(Run.id)
    return runs if centers is None else runs.where(Run.center_id.in_(centers))


def _refuse_twice(booking_id: int, cause: Cause) -> None:
    query = sa.select(Restriction.id).where(
        Restriction.booking_id == booking_id, Restriction.cause == cause
    )
    if db.session.scalar(query) is not None:
        raise Refused(Reason.RECORDED)


def _appeal(restriction_id: int) -> Appeal | None:
    query = sa.select(Appeal).where(Appeal.restriction_id == restriction_id)
    return db.session.scalar(query.execution_options(populate_existing=True))


def _answer(by: By, found: Appeal, granted: bool, text: str) -> None:
    found.granted, found.answer = granted, text
    found.answered_at, found.account_id = clock.now(), by.account_id


def _lift(by: By, line: Restriction, reason: str) -> None:
    line.lifted_at, line.lifted_reason = clock.now(), reason
    line.lifted_account_id = by.account_id
    db.session.flush()
    register.record(by, line, "lifted", reason)
    _tell(line, messages.tell_lifted)


def _tell(line: Restriction, say: Callable[[Facts, Facts, Restriction], None]) -> None:
    contact = _contact_of(line)
    if contact is not None:
        say(*contact, line)


def _contact_of(line: Restriction) -> tuple[Facts, Facts] | None:
    """The run that a line is about, and where its person is reached."""
    if line.person_id is None or line.booking_id is None:
        return None
    run_id = places.booking_facts(line.booking_id).run_id
    return _run(run_id), places.contact(line.person_id)


def _run(run_id: int) -> Facts:
    return db.session.execute(sa.select(*places.RUN_FACTS).where(Run.id == run_id)).one()
