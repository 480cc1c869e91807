"""What people are told about their seats."""

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from eduportal.booking import messages
from eduportal.shared import clock

Facts = sa.Row[*tuple[Any, ...]]


def tell_seat_moved(
    run: Facts, booking_id: int, person: Facts, old: str | None, new: str, why: str
) -> None:
    """Somebody sits elsewhere from now on, and not by their own wish."""
    now = _("새 좌석: %(seat)s", seat=new)
    before = _("이전 좌석: %(seat)s", seat=old) if old else None
    # Each moving is an occasion of its own, also back to where it was.
    occasion = f"seat_moved:{clock.now():%Y%m%d%H%M%S%f}"
    messages.tell(run, booking_id, person, occasion, why, *filter(None, (now, before)))
