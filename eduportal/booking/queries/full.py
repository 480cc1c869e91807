"""Whether a run takes nobody more: asked before the turn to write, which others need more."""

import sqlalchemy as sa

from eduportal.booking.models import Booking
from eduportal.booking.rules import LIVE, State
from eduportal.catalog.models import Run
from eduportal.catalog.rules import RunState
from eduportal.catalog.rules.intake import Selection
from eduportal.shared import clock
from eduportal.shared.db import UTCDateTime, db

_NOW = sa.bindparam("now", type_=UTCDateTime)
_OF_RUN = Booking.run_id == Run.id
_FULL = sa.select(
    sa.exists(
        sa.select(Run.id).where(
            Run.id == sa.bindparam("run_id"),
            Run.state == RunState.PUBLISHED,
            Run.selection == Selection.FIRST_COME,
            Run.apply_from <= _NOW,
            Run.apply_until > _NOW,
            Run.places_taken >= Run.capacity,
            Run.waiting >= Run.waiting_limit,
            # An offer may be over, and its place free for the next write.
            ~sa.exists().where(_OF_RUN, Booking.state == State.OFFERED),
            # Whoever is in it already gets their booking for an answer.
            ~sa.exists().where(
                _OF_RUN,
                Booking.person_id == sa.bindparam("person_id"),
                Booking.state.in_(LIVE),
            ),
        )
    )
)


def is_full_for(run_id: int, person_id: int) -> bool:
    """Whether a run is full to the end of its waiting list at this moment, for a newcomer.

    False leaves it to the verb, which asks under the locks.
    """
    values = {"run_id": run_id, "person_id": person_id, "now": clock.now()}
    return bool(db.session.connection().execute(_FULL, values).scalar())
