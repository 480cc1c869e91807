"""Staff give a waiting person a place before their turn, with a reason."""

from eduportal.booking.actions import places
from eduportal.booking.actions.places import Centers
from eduportal.booking.rules import Reason, State
from eduportal.shared import clock
from eduportal.shared.db import writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused


@writing
def place(by: By, booking_id: int, centers: Centers, reason: str) -> None:
    """Place a waiting booking on a free seat; limit and overlap are asked again.

    Raises Refused when there is no free place, the booking no longer waits, or a rule says no.
    """
    if not reason.strip():
        raise Refused(Reason.REASON_NEEDED)
    seen = places.booking_facts(booking_id)
    person = places.locked_person(seen.person_id)
    run = places.locked_run(seen.run_id, centers)
    booking = places.booking_facts(booking_id)
    if booking.state is not State.WAITING:
        raise Refused(Reason.NOT_LIVE)
    if clock.now() >= run.ends_at:
        raise Refused(Reason.RUN_ENDED)
    if run.places_taken >= run.capacity:
        raise Refused(Reason.FULL)
    places.refuse(places.why_not_now(run, booking, person))
    places.place_waiting(run, booking, person, by, reason=reason)
