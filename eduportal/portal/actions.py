"""What staff write down about a day."""

from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa

from eduportal.catalog.models import Center
from eduportal.portal.models import DailyLog
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused

Centers = frozenset[int] | None


class Reason(StrEnum):
    """Why a log is not saved."""

    TO_COME = "아직 오지 않은 날의 일지는 쓸 수 없습니다."
    CHANGED = (
        "그 사이 다른 담당자가 이 일지를 고쳤습니다. 아래에 적으신 내용은 그대로 있습니다. "
        "위의 저장된 내용을 보고 합친 뒤 다시 저장해 주세요."
    )


@dataclass(frozen=True)
class Remarks:
    """What is added by hand."""

    weather: str | None
    visitors: int | None
    work: str | None
    facilities: str | None
    remarks: str | None


@writing
def write_log(
    by: By, center_id: int, day: date, remarks: Remarks, seen: int, centers: Centers
) -> None:
    """Save the log of a center's day; `seen` is the version that its writer had before them.

    Raises Refused for a day to come, and where somebody else saved it meanwhile; Missing for a
    center that is not theirs.
    """
    if centers is not None and center_id not in centers:
        raise Missing
    # Two who write the first log of a day at once stand in line here.
    center = sa.select(Center.id).where(Center.id == center_id).with_for_update(key_share=True)
    if db.session.scalar(center) is None:
        raise Missing
    if day > clock.today():
        raise Refused(Reason.TO_COME)
    log = db.session.scalar(
        sa.select(DailyLog)
        .where(DailyLog.center_id == center_id, DailyLog.day == day)
        .execution_options(populate_existing=True)
    )
    if (log.version if log else 0) != seen:
        raise Refused(Reason.CHANGED)
    _write(by, center_id, day, remarks, log)


def _write(by: By, center_id: int, day: date, remarks: Remarks, log: DailyLog | None) -> None:
    old = {name: getattr(log, name) for name in asdict(remarks)} if log else None
    if old == asdict(remarks):
        return
    if log is None:
        log = DailyLog(center_id=center_id, day=day, version=0)
        db.session.add(log)
    for name, value in asdict(remarks).items():
        setattr(log, name, value)
    log.version += 1
    log.written_by, log.written_at = by.account_id, clock.now()
    db.session.flush()
    events.record(
        by,
        "log.written",
        subject="daily_log",
        subject_id=log.id,
        old=old,
        new=asdict(remarks),
    )
