"""Staff give or offer a waiting person a place before their turn, with a reason."""

from eduportal.booking.actions import places
from eduportal.booking.actions.places import Centers, Facts
from eduportal.booking.rules import Reason, State, offers
from eduportal.booking.standing import window_of
from eduportal.shared import clock
from eduportal.shared.db import writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused


@writing
def place(by: By, booking_id: int, centers: Centers, reason: str) -> None:
    """Place a waiting booking on a free seat; limit and overlap are asked again.

    Raises Refused when there is no free place, the booking no longer waits, or a rule says no.
    """
    run, booking, person = _locked(booking_id, centers, reason)
    if clock.now() >= run.ends_at:
        raise Refused(Reason.RUN_ENDED)
    _ask_the_rules(run, booking, person)
    places.place_waiting(run, booking, person, by, reason=reason)


@writing
def offer(by: By, booking_id: int, centers: Centers, reason: str) -> None:
    """Offer a waiting booking a free place out of turn: it is kept until the person answers.

    Raises Refused as `place` does, and where no time is left to wait for an answer.
    """
    run, booking, person = _locked(booking_id, centers, reason)
    until = places.deadline(run)
    if until is None or run.state != "published" or clock.now() >= window_of(run).gives_until:
        raise Refused(offers.Reason.TOO_LATE_TO_OFFER)
    _ask_the_rules(run, booking, person)
    places.offer_waiting(run, booking, person, by, until, reason)


def _locked(booking_id: int, centers: Centers, reason: str) -> tuple[Facts, Facts, Facts]:
    """Run, booking and person, locked; Refused where no reason is given, or nobody waits."""
    if not reason.strip():
        raise Refused(Reason.REASON_NEEDED)
    seen = places.booking_facts(booking_id)
    person = places.locked_person(seen.person_id)
    run = places.locked_run(seen.run_id, centers)
    booking = places.booking_facts(booking_id)
    if booking.state is not State.WAITING:
        raise Refused(Reason.NOT_LIVE)
    return run, booking, person


def _ask_the_rules(run: Facts, booking: Facts, person: Facts) -> None:
    if run.places_taken >= run.capacity:
        raise Refused(Reason.FULL)
    places.refuse(places.why_not_now(run, booking, person))
