"""What is counted: each metric once, with its Korean name and definition and its SQL.

A figure as of a day is a WHERE on dates kept in the rows, so it comes out the same whenever it
is asked for. A run is `held` or `called_off` as of a day; counts are of the runs held.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from eduportal.attendance.models import Attendance
from eduportal.attendance.rules import CAME
from eduportal.booking.models import Booking
from eduportal.booking.rules import State
from eduportal.catalog.models import Meeting, Run
from eduportal.catalog.rules import RunState
from eduportal.shared.dates import end_of
from eduportal.statistics.models import PastRun
from eduportal.statistics.rules import percent

Counts = Mapping[str, int]
Expression = sa.SQLColumnExpression[int]
Condition = sa.ColumnElement[bool]


@dataclass(frozen=True)
class Metric:
    """What every metric has: a name for addresses and columns, and what it means."""

    name: str
    label: LazyString
    unit: LazyString
    definition: LazyString
    decimals = 0


@dataclass(frozen=True)
class Count(Metric):
    """A number per run that is added up: in SQL of the portal's runs and of past results.

    Both expressions are asked per run, as of a day; the portal's over the run and its bookings.
    """

    portal: Callable[[date], Expression]
    past: Callable[[date], Expression]


@dataclass(frozen=True)
class Rate(Metric):
    """One count divided by another; of totals always, never an average of rates."""

    part: Count
    whole: Count
    decimals = 1


def held(as_of: date) -> Condition:
    """A run that had its first meeting by then, and was not cancelled by then."""
    standing = sa.or_(Run.cancelled_on.is_(None), Run.cancelled_on > as_of)
    return sa.and_(_was_published(), Run.starts_at < end_of(as_of), standing)


def called_off(as_of: date) -> Condition:
    """A run that was offered, and cancelled by then."""
    return sa.and_(_was_published(), Run.cancelled_on <= as_of)


def enrolled(as_of: date) -> Condition:
    """A booking that held a place at any time from the first meeting on, by then."""
    stayed = sa.or_(Booking.held_until.is_(None), Booking.held_until > Run.starts_at)
    return sa.and_(Booking.held_from < end_of(as_of), stayed)


def was_present(as_of: date) -> Condition:
    """A booking with a meeting, begun by then, to which the person came."""
    return sa.exists(
        sa.select(Attendance.id)
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .where(
            Attendance.booking_id == Booking.id,
            Attendance.mark.in_(CAME),
            Meeting.starts_at < end_of(as_of),
        )
    )


def measured(metric: Metric, counts: Counts) -> int | Decimal | None:
    """The metric's value over some counts."""
    if isinstance(metric, Rate):
        return percent(counts[metric.part.name], counts[metric.whole.name])
    return counts[metric.name]


def _was_published() -> Condition:
    return sa.and_(Run.state != RunState.DRAFT, Run.published_at.is_not(None))


def _one(condition: Condition) -> Expression:
    return sa.case((condition, 1), else_=0)


def _bookings(*conditions: Condition) -> Expression:
    return sa.func.count(Booking.id).filter(*conditions)


RUNS = Count(
    "runs",
    _l("강좌 수"),
    _l("회"),
    _l(
        "기준일까지 첫 수업을 시작했고 폐강되지 않은 강좌의 수입니다."
        " 첫 수업일이 있는 달에 넣습니다. 1회는 강좌 하나이며, 수업(차시) 한 번이 아닙니다."
    ),
    portal=lambda as_of: _one(held(as_of)),
    past=lambda _as_of: sa.literal(1),
)
CAPACITY = Count(
    "capacity",
    _l("정원"),
    _l("명"),
    _l("그 강좌들의 정원을 더한 수입니다."),
    portal=lambda as_of: sa.case((held(as_of), Run.capacity), else_=0),
    past=lambda _as_of: PastRun.capacity,
)
APPLICATIONS = Count(
    "applications",
    _l("신청인원"),
    _l("명"),
    _l("그 강좌들에 기준일까지 들어온 신청의 수입니다. 대기와 취소한 신청도 들어갑니다."),
    portal=lambda as_of: _bookings(held(as_of), Booking.applied_at < end_of(as_of)),
    past=lambda _as_of: PastRun.applications,
)
ENROLLMENTS = Count(
    "enrollments",
    _l("수강인원"),
    _l("명"),
    _l(
        "강좌별 합계입니다. 첫 수업이 시작된 뒤 자리를 가졌던 사람을 강좌마다 세며, 중간에 그만둔"
        " 사람도 들어갑니다. 한 사람이 두 강좌를 들으면 2명입니다."
    ),
    portal=lambda as_of: _bookings(held(as_of), enrolled(as_of)),
    past=lambda _as_of: PastRun.enrollments,
)
COMPLETIONS = Count(
    "completions",
    _l("수료인원"),
    _l("명"),
    _l("그 강좌들에서 기준일까지 수료한 사람의 수이며, 강좌별 합계입니다."),
    portal=lambda as_of: _bookings(
        held(as_of), Booking.state == State.COMPLETED, Booking.completed_on <= as_of
    ),
    past=lambda as_of: sa.case((PastRun.ends_on <= as_of, PastRun.completions), else_=0),
)
CANCELLED_RUNS = Count(
    "cancelled-runs",
    _l("폐강"),
    _l("회"),
    _l(
        "신청을 받기로 알린 뒤 기준일까지 폐강한 강좌의 수입니다. 강좌 수에는 들어가지 않습니다."
        " 이전 실적에는 폐강한 강좌가 없습니다."
    ),
    portal=lambda as_of: _one(called_off(as_of)),
    past=lambda _as_of: sa.literal(0),
)
FILL_RATE = Rate(
    "fill-rate",
    _l("충원율"),
    _l("%"),
    _l(
        "수강인원 ÷ 정원 × 100입니다. 소수 둘째 자리에서 반올림하고, 소계와 합계는 더한 인원으로 다시"
        " 계산합니다."
    ),
    part=ENROLLMENTS,
    whole=CAPACITY,
)
COMPLETION_RATE = Rate(
    "completion-rate",
    _l("수료율"),
    _l("%"),
    _l("수료인원 ÷ 수강인원 × 100입니다. 아직 끝나지 않은 강좌의 수강인원도 넣어 계산합니다."),
    part=COMPLETIONS,
    whole=ENROLLMENTS,
)

PORTAL_ENROLLMENTS = Metric(
    "portal-enrollments",
    _l("수강인원"),
    _l("명"),
    _l("이 포털에서 신청을 받은 강좌의 수강인원입니다."),
)
PEOPLE = Metric(
    "people",
    _l("실인원"),
    _l("명"),
    _l(
        "왼쪽 수강인원에 든 사람을 한 번씩만 센 수입니다. 개인정보를 지운 사람은 신청 한 건을 한"
        " 명으로 셉니다."
    ),
)
PRESENT = Metric(
    "present",
    _l("한 번이라도 출석"),
    _l("명"),
    _l("왼쪽 수강인원 가운데 출석·지각·조퇴가 한 번이라도 있는 사람의 수이며, 강좌별 합계입니다."),
)

# In the order of the table's columns.
METRICS: tuple[Metric, ...] = (
    RUNS,
    CAPACITY,
    APPLICATIONS,
    ENROLLMENTS,
    FILL_RATE,
    COMPLETIONS,
    COMPLETION_RATE,
    CANCELLED_RUNS,
)
COUNTS: tuple[Count, ...] = tuple(metric for metric in METRICS if isinstance(metric, Count))
# What is shown of a single run.
PER_RUN = (CAPACITY, APPLICATIONS, ENROLLMENTS, COMPLETIONS)
PEOPLE_METRICS = (PORTAL_ENROLLMENTS, PEOPLE, PRESENT)
BY_NAME: Mapping[str, Metric] = {metric.name: metric for metric in (*METRICS, *PEOPLE_METRICS)}
