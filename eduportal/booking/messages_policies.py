"""What people are told when it is changed how the places of their run are given."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from eduportal.booking.messages import tell
from eduportal.shared import clock

Facts = sa.Row[*tuple[Any, ...]]


def tell_policy_changed(
    run: Facts, booking_id: int, person: Facts, reason: str, now: Sequence[str], gone: Sequence[str]
) -> None:
    """What is true from now on, and what no longer is."""
    lines = [_("모집 기준이 바뀌었습니다. 사유: %(reason)s", reason=reason)]
    if now:
        lines += [_("이제 이렇게 합니다."), *(f"- {sentence}" for sentence in now)]
    if gone:
        lines += [_("이 내용은 더는 적용하지 않습니다."), *(f"- {sentence}" for sentence in gone)]
    # Each change is an occasion of its own, also back to what it was.
    tell(run, booking_id, person, f"policy_changed:{clock.now():%Y%m%d%H%M%S%f}", *lines)
