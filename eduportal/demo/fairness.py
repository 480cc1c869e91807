"""Who comes first and who stays away for a while: the demo's priority people and its register."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from eduportal.accounts.actions.groups import verify_group
from eduportal.accounts.models import PriorityGroup
from eduportal.booking.actions import restrictions
from eduportal.booking.models import Restriction
from eduportal.demo.place import Site
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.events import By

# Whose proof was seen: every so-manieth resident; after how many days it is to be seen again.
FLAGS = (
    ("basic_livelihood", 23, 160),
    ("disabled", 17, None),
    ("veteran", 61, None),
    ("single_parent", 71, 12),
)
WHY = "병원에 있었습니다. 퇴원 확인서를 보여 드릴 수 있습니다."
SEEN = "입원 확인서를 눈으로 확인했습니다."


def verify(site: Site, residents: Sequence[int], today: date) -> None:
    """Flag those who belong to a priority group; inside a turn to write."""
    staff = By("staff", "visit", site.staff_account_id)
    ids = {group.code: group.id for group in db.session.scalars(sa.select(PriorityGroup))}
    for code, every, days in FLAGS:
        until = today + timedelta(days=days) if days else None
        for person_id in residents[every::every]:
            verify_group(staff, person_id, ids[code], until)


def hear(site: Site, now: datetime) -> None:
    """One who is restricted says why that is wrong; one who was warned proved it already."""
    lines = db.session.scalars(
        sa.select(Restriction).where(Restriction.lifted_at.is_(None)).order_by(Restriction.id)
    ).all()
    restricted = [line for line in lines if line.until_on is not None]
    warned = [line for line in lines if line.until_on is None]
    with clock.moved_to(now - timedelta(hours=20)):
        for line in restricted[:1]:
            restrictions.appeal(By("resident", "online", None, line.person_id), line.id, WHY)
    with clock.moved_to(now - timedelta(hours=18)):
        for line in warned[-1:]:
            restrictions.lift(By("staff", "visit", site.staff_account_id), line.id, None, SEEN)
