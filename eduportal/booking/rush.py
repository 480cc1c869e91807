"""Light pages of the opening minute: whoever has to try again, and whom no place was left for."""

import random

from flask import Response, make_response, render_template, url_for

from eduportal.booking.rules import Reason
from eduportal.shared.refusal import Refused

# Spread, so that those who were turned away together do not come back together.
SOONEST, LATEST = 2, 5


def try_again(run_id: int) -> Response:
    """The turn to write could not be had; the page applies again by itself.

    Nothing is lost by it: applying twice is applying once, a ticket of the line stays good.
    """
    seconds = random.randint(SOONEST, LATEST)  # noqa: S311 (spreads tries only)
    refresh = f"{seconds};url={url_for('booking.apply', run_id=run_id)}"
    page = render_template("booking/busy.html", run_id=run_id, seconds=seconds, refresh=refresh)
    return make_response(page, 503, {"Retry-After": str(seconds)})


def full(run_id: int) -> Response:
    """Most who apply in a rush are told this: a page without the run's facts, which cost most."""
    sentence = Refused(Reason.WAITING_FULL).sentence
    return make_response(
        render_template("booking/full.html", run_id=run_id, sentence=sentence), 409
    )
