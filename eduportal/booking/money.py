"""Money of bookings as staff recorded it: what is due, paid, waived, paid back, and still open.

Reading code that verbs and pages share; the rules about amounts stand on plain values.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from eduportal.booking.models import Booking, Payment
from eduportal.booking.rules import LIVE, PaymentKind, State
from eduportal.catalog.models import Meeting, Run
from eduportal.catalog.rules import RunState
from eduportal.catalog.rules.fees import Lesson, refund, refund_of_provider
from eduportal.shared.dates import seoul_date
from eduportal.shared.db import db

Facts = sa.Row[*tuple[Any, ...]]
Centers = frozenset[int] | None
HAS_PLACE = frozenset({State.PLACED, State.OFFERED, State.COMPLETED, State.NOT_COMPLETED})
ENDED = frozenset(State) - LIVE - {State.COMPLETED, State.NOT_COMPLETED}


class Reason(StrEnum):
    """Why a verb about money says no."""

    RECORDED_MEANWHILE = (
        "이 화면을 연 뒤에 ‘%(line)s’ 기록이 더해졌습니다. 아래 내역을 확인하고, "
        "그것과 다른 새 기록이면 다시 눌러 주세요."
    )
    MORE_THAN_DUE = (
        "받을 돈은 %(due)s인데 %(amount)s을 적으셨습니다. 맞으면 아래에 표시하고 다시 눌러 주세요."
    )
    DAY_AHEAD = "오늘보다 뒤의 날짜는 적을 수 없습니다."
    NOTHING_TO_WAIVE = "감면할 수 있는 돈은 %(left)s까지입니다."
    REDUCTION_GONE = "고른 감면은 지금 쓰지 않습니다. 다시 골라 주세요."
    ONE_REDUCTION = "감면은 한 사람에 한 가지만 적용합니다. 먼저 있는 감면 기록을 무효로 해 주세요."
    MORE_THAN_PAID = "돌려드릴 수 있는 돈은 받은 돈에서 이미 돌려드린 돈을 뺀 %(left)s까지입니다."
    ALREADY_VOID = "이미 무효로 한 기록입니다."
    REFUND_STANDS = "이 돈에서 돌려드린 기록이 있습니다. 먼저 환불 기록을 무효로 해 주세요."


class Payable(StrEnum):
    """How the money of a booking stands, in one word."""

    UNPAID = "unpaid"
    PARTLY = "partly"
    PAID = "paid"
    WAIVED = "waived"
    OVERPAID = "overpaid"
    TO_REFUND = "to_refund"
    REFUNDED = "refunded"

    @property
    def label(self) -> str:
        """As staff read it."""
        return _LABELS[self]

    @property
    def tone(self) -> str:
        """The color of its badge."""
        return _TONES.get(self, "success")


_LABELS = {
    Payable.UNPAID: "미납",
    Payable.PARTLY: "일부 납부",
    Payable.PAID: "완납",
    Payable.WAIVED: "면제",
    Payable.OVERPAID: "더 받음",
    Payable.TO_REFUND: "환불 확인",
    Payable.REFUNDED: "환불함",
}
_TONES = {
    Payable.UNPAID: "warning",
    Payable.PARTLY: "warning",
    Payable.OVERPAID: "danger",
    Payable.TO_REFUND: "danger",
    Payable.REFUNDED: "gray",
}


@dataclass(frozen=True)
class Ledger:
    """The sums of a booking's lines that stand, in won, and the day of the newest refund."""

    fee: int
    paid: int = 0
    waived: int = 0
    refunded: int = 0
    refunded_on: date | None = None

    @property
    def due(self) -> int:
        """What the tuition comes to for this person."""
        return max(0, self.fee - self.waived)

    @property
    def kept(self) -> int:
        """What was paid and not paid back."""
        return self.paid - self.refunded

    @property
    def open(self) -> int:
        """What is still to be paid; below zero: what was paid too much."""
        return self.due - self.kept


@dataclass(frozen=True)
class Case:
    """A booking and its run, as far as money goes."""

    booking_id: int
    run_id: int
    person_id: int | None
    state: State
    held_from: datetime | None
    left_at: datetime
    run_state: RunState
    run_cancelled_on: date | None
    starts_on: date | None
    ends_on: date | None
    ledger: Ledger

    @property
    def has_left(self) -> bool:
        """Whether it ended before its run did."""
        return self.state in ENDED

    @property
    def payable(self) -> Payable | None:
        """How it stands; None where there is nothing to say."""
        money = self.ledger
        if self.state in ENDED:
            return self._after_leaving()
        if not (money.fee or money.paid or money.waived):
            return None
        if money.open < 0:
            return Payable.OVERPAID
        if money.kept > 0:
            return Payable.PARTLY if money.open else Payable.PAID
        if money.open == 0:
            return Payable.WAIVED if money.waived else None
        return Payable.UNPAID if self.state in HAS_PLACE else None

    @property
    def settled(self) -> bool:
        """Whether money was paid back on the day they left or later.

        What was paid back before, in a correction say, does not answer for their leaving.
        """
        day = self.ledger.refunded_on
        return self.has_left and day is not None and day >= seoul_date(self.left_at)

    @property
    def owes(self) -> int:
        """What is still to be collected from somebody who has a place."""
        return max(0, self.ledger.open) if self.state in HAS_PLACE else 0

    @property
    def stopped_by_provider(self) -> bool:
        """Whether it ended because the run was cancelled."""
        cancelled = self.run_cancelled_on
        return (
            self.run_state is RunState.CANCELLED
            and cancelled is not None
            and seoul_date(self.left_at) >= cancelled
        )

    def to_pay_back(self, lessons: Sequence[Lesson], now: datetime) -> int:
        """What leaving gives back by the law's table, beside what was paid too much.

        As of when they left, else of now; what was paid back already is taken off.
        """
        money = self.ledger
        tuition = min(money.paid, money.due)
        back = money.paid - tuition + self._back_of(tuition, lessons, now)
        return max(0, back - money.refunded)

    def _back_of(self, tuition: int, lessons: Sequence[Lesson], now: datetime) -> int:
        if self.held_from is None:
            # Never had a place: nothing was held for this money.
            return tuition
        if self.state not in ENDED:
            return refund(tuition, lessons, now)
        if self.stopped_by_provider and self.starts_on and self.ends_on and self.run_cancelled_on:
            return refund_of_provider(tuition, self.starts_on, self.ends_on, self.run_cancelled_on)
        return refund(tuition, lessons, self.left_at)

    def _after_leaving(self) -> Payable | None:
        money = self.ledger
        if money.refunded and (self.settled or money.kept <= 0):
            return Payable.REFUNDED
        return Payable.TO_REFUND if money.paid else None


_CASE = (
    Booking.id.label("booking_id"),
    Booking.run_id,
    Booking.person_id,
    Booking.state,
    Booking.held_from,
    sa.func.coalesce(Booking.held_until, Booking.changed_at).label("left_at"),
    Run.state.label("run_state"),
    Run.cancelled_on.label("run_cancelled_on"),
    Run.starts_on,
    Run.ends_on,
)


def cases(*where: sa.ColumnElement[bool], centers: Centers = None) -> list[Case]:
    """Bookings with their money, in the order of their numbers, by two statements."""
    query = (
        sa.select(*_CASE, Run.fee)
        .join(Run, Run.id == Booking.run_id)
        .where(*where)
        .order_by(Booking.run_id, Booking.number)
    )
    if centers is not None:
        query = query.where(Run.center_id.in_(centers))
    rows: Sequence[Facts] = db.session.execute(query).all()
    sums = _sums(*where, centers=centers)
    return [_case(row, Ledger(row.fee, **sums.get(row.booking_id, {}))) for row in rows]


def case(booking_id: int, centers: Centers) -> Case | None:
    """One booking's money, if it is of these centers."""
    found = cases(Booking.id == booking_id, centers=centers)
    return found[0] if found else None


def lessons_of(run_ids: Iterable[int]) -> Mapping[int, list[Lesson]]:
    """The classes of runs that are held, make-up classes among them, in their order."""
    rows = db.session.execute(
        sa.select(Meeting.run_id, Meeting.starts_at, Meeting.ends_at)
        .where(Meeting.run_id.in_(set(run_ids)), Meeting.cancelled_at.is_(None))
        .order_by(Meeting.starts_at)
    )
    found: dict[int, list[Lesson]] = defaultdict(list)
    for run_id, starts_at, ends_at in rows:
        found[run_id].append(Lesson(seoul_date(starts_at), starts_at, ends_at))
    return found


def last_line(booking_id: int) -> tuple[int, PaymentKind, int] | None:
    """The newest line of a booking, void or not: its id, kind and amount."""
    row = db.session.execute(
        sa.select(Payment.id, Payment.kind, Payment.amount)
        .where(Payment.booking_id == booking_id)
        .order_by(Payment.id.desc())
        .limit(1)
    ).one_or_none()
    return (row.id, row.kind, row.amount) if row else None


def _case(row: Facts, ledger: Ledger) -> Case:
    facts = {column.key: getattr(row, column.key) for column in _CASE}
    return Case(**facts, ledger=ledger)


def _sums(*where: sa.ColumnElement[bool], centers: Centers) -> dict[int, dict[str, Any]]:
    query = (
        sa.select(
            Payment.booking_id,
            Payment.kind,
            sa.func.sum(Payment.amount),
            sa.func.max(Payment.day),
        )
        .join(Booking, Booking.id == Payment.booking_id)
        .join(Run, Run.id == Booking.run_id)
        .where(Payment.voided_at.is_(None), *where)
        .group_by(Payment.booking_id, Payment.kind)
    )
    if centers is not None:
        query = query.where(Run.center_id.in_(centers))
    names = {
        PaymentKind.PAYMENT: "paid",
        PaymentKind.WAIVER: "waived",
        PaymentKind.REFUND: "refunded",
    }
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for booking_id, kind, amount, newest in db.session.execute(query):
        found[booking_id][names[kind]] = int(amount)
        if kind is PaymentKind.REFUND:
            found[booking_id]["refunded_on"] = newest
    return found
