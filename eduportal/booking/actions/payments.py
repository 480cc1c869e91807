"""Recording money that came in, was waived or was paid back; nothing is paid online.

A line is never changed or deleted: a wrong one is voided with a reason. All verbs lock the
booking's row first, and a line is added only to what its writer has seen: a second click, or a
second desk, is told what was recorded meanwhile.
"""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from eduportal.booking import money
from eduportal.booking.models import Booking, Payment
from eduportal.booking.money import Case, Centers, Reason
from eduportal.booking.rules import PaymentKind
from eduportal.catalog.models import Reduction
from eduportal.catalog.rules.fees import reduced, won
from eduportal.shared import clock, events
from eduportal.shared.db import db, writing
from eduportal.shared.events import By
from eduportal.shared.refusal import Missing, Refused


@dataclass(frozen=True)
class Line:
    """What is to be recorded; `seen` is the booking's newest line when the page was drawn."""

    amount: int
    day: date
    seen: int
    reason: str | None = None


@writing
def record_payment(
    by: By, booking_id: int, centers: Centers, line: Line, more_than_due: bool = False
) -> int:
    """Write down money that was received. Above what is due only where that was said to be so."""
    case = _locked(booking_id, centers)
    _refuse_unseen(booking_id, line)
    if line.amount > case.ledger.open and not more_than_due:
        due = won(max(0, case.ledger.open))
        raise Refused(Reason.MORE_THAN_DUE, due=due, amount=won(line.amount))
    return _add(by, case, PaymentKind.PAYMENT, line)


@writing
def waive(by: By, booking_id: int, centers: Centers, line: Line, reduction_id: int | None) -> int:
    """Write down that somebody pays less: by a reduction's percentage, else the line's amount.

    The reason says how it was checked; no document is kept.
    """
    case = _locked(booking_id, centers)
    _refuse_unseen(booking_id, line)
    amount = line.amount
    if reduction_id is not None:
        if case.ledger.waived:
            raise Refused(Reason.ONE_REDUCTION)
        amount = case.ledger.fee - reduced(case.ledger.fee, _percent(reduction_id))
    left = case.ledger.due
    if not 0 < amount <= left:
        raise Refused(Reason.NOTHING_TO_WAIVE, left=won(left))
    return _add(by, case, PaymentKind.WAIVER, line, amount, reduction_id)


@writing
def refund(by: By, booking_id: int, centers: Centers, line: Line) -> int:
    """Write down money that was paid back: never more than was paid."""
    case = _locked(booking_id, centers)
    _refuse_unseen(booking_id, line)
    if line.amount > case.ledger.kept:
        raise Refused(Reason.MORE_THAN_PAID, left=won(case.ledger.kept))
    return _add(by, case, PaymentKind.REFUND, line)


@writing
def void(by: By, payment_id: int, centers: Centers, reason: str) -> int:
    """Let a wrong line count no more; it stays readable. Gives the booking's id."""
    booking_id = db.session.scalar(sa.select(Payment.booking_id).where(Payment.id == payment_id))
    if booking_id is None:
        raise Missing
    case = _locked(booking_id, centers)
    line = db.session.get_one(Payment, payment_id, populate_existing=True)
    if line.voided_at is not None:
        raise Refused(Reason.ALREADY_VOID)
    if line.kind is PaymentKind.PAYMENT and case.ledger.kept < line.amount:
        raise Refused(Reason.REFUND_STANDS)
    line.voided_at, line.voided_reason = clock.now(), reason
    _note(by, "voided", case, line, reason=reason)
    return int(booking_id)


def _locked(booking_id: int, centers: Centers) -> Case:
    db.session.execute(
        sa.select(Booking.id).where(Booking.id == booking_id).with_for_update(key_share=True)
    )
    case = money.case(booking_id, centers)
    if case is None:
        raise Missing
    return case


def _refuse_unseen(booking_id: int, line: Line) -> None:
    if line.day > clock.today():
        raise Refused(Reason.DAY_AHEAD)
    newest = money.last_line(booking_id)
    if newest and newest[0] > line.seen:
        _id, kind, amount = newest
        raise Refused(Reason.RECORDED_MEANWHILE, line=f"{kind.label} {won(amount)}")


def _percent(reduction_id: int) -> int:
    percent = db.session.scalar(
        sa.select(Reduction.percent).where(Reduction.id == reduction_id, Reduction.active)
    )
    if percent is None:
        raise Refused(Reason.REDUCTION_GONE)
    return percent


def _add(
    by: By,
    case: Case,
    kind: PaymentKind,
    line: Line,
    amount: int | None = None,
    reduction_id: int | None = None,
) -> int:
    row = Payment(
        booking_id=case.booking_id,
        kind=kind,
        amount=amount or line.amount,
        reduction_id=reduction_id,
        reason=line.reason,
        day=line.day,
        at=clock.now(),
        account_id=by.account_id,
    )
    db.session.add(row)
    db.session.flush()
    _note(by, "recorded", case, row, reason=line.reason, open_before=case.ledger.open)
    return row.id


def _note(
    by: By, verb: str, case: Case, line: Payment, reason: str | None, **detail: object
) -> None:
    events.record(
        by,
        f"payment.{verb}",
        run_id=case.run_id,
        person_id=case.person_id,
        booking_id=case.booking_id,
        subject="payment",
        subject_id=line.id,
        reason=reason,
        kind=line.kind.value,
        amount=line.amount,
        day=line.day.isoformat(),
        reduction_id=line.reduction_id,
        **detail,
    )
