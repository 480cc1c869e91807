"""Money of bookings, as the office's pages and files show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import aliased

from eduportal.accounts.models import Account, Person
from eduportal.booking import money
from eduportal.booking.messages import titled
from eduportal.booking.models import Booking, Payment
from eduportal.booking.money import ENDED, Case, Centers
from eduportal.booking.rules import PaymentKind
from eduportal.catalog.models import Reduction, Run
from eduportal.catalog.rules.fees import REFUND_DAYS, reduced
from eduportal.shared import clock, dates
from eduportal.shared.dates import seoul_date
from eduportal.shared.db import db
from eduportal.shared.masking import masked_name
from eduportal.shared.tables import Cell, Column, Footnote, Group, Role, Row, Table


@dataclass(frozen=True)
class Recorded:
    """A line of payment with who wrote it down, and the reduction it is for."""

    line: Payment
    by: str | None
    reduction: str | None


@dataclass(frozen=True)
class BookingMoney:
    """All that is on record about the money of a booking; `back` is what leaving gives back."""

    case: Case
    lines: Sequence[Recorded]
    back: int

    @property
    def seen(self) -> int:
        """The newest line that the page shows."""
        return max((recorded.line.id for recorded in self.lines), default=0)


@dataclass(frozen=True)
class Payer:
    """A booking in a run's list."""

    case: Case
    number: int
    name: str | None


@dataclass(frozen=True)
class RunPayments:
    """The list of a run, with its sums."""

    payers: Sequence[Payer]
    due: int
    waived: int
    paid: int
    refunded: int
    owed: int

    @property
    def sums(self) -> tuple[int, ...]:
        """In the order of a table's columns."""
        return self.due, self.waived, self.paid, self.refunded, self.owed


@dataclass(frozen=True)
class ToRefund:
    """Somebody who left, paid and was paid nothing back since."""

    case: Case
    title: str
    center_id: int
    name: str | None
    left_on: date
    until: date
    amount: int


def booking_money(booking_id: int, centers: Centers) -> BookingMoney | None:
    """One booking's money."""
    case = money.case(booking_id, centers)
    if case is None:
        return None
    lessons = money.lessons_of([case.run_id])[case.run_id]
    return BookingMoney(case, _lines(booking_id), case.to_pay_back(lessons, clock.now()))


def payment(payment_id: int, centers: Centers) -> Payment | None:
    """A line of a booking in these centers."""
    query = (
        sa.select(Payment)
        .join(Booking, Booking.id == Payment.booking_id)
        .join(Run, Run.id == Booking.run_id)
        .where(Payment.id == payment_id)
    )
    if centers is not None:
        query = query.where(Run.center_id.in_(centers))
    return db.session.scalars(query).one_or_none()


def reduction_choices(fee: int) -> list[tuple[int, str]]:
    """The reductions in use, with what each takes off a fee."""
    rows = db.session.execute(
        sa.select(Reduction.id, Reduction.name, Reduction.percent)
        .where(Reduction.active)
        .order_by(Reduction.position, Reduction.id)
    )
    return [
        (
            row.id,
            _(
                "%(name)s (%(percent)s%%, %(amount)s원 감면)",
                name=row.name,
                percent=row.percent,
                amount=f"{fee - reduced(fee, row.percent):,}",
            ),
        )
        for row in rows
    ]


def by_booking(run_id: int) -> dict[int, Case]:
    """How the money of everybody in a run stands, by booking."""
    return {case.booking_id: case for case in money.cases(Booking.run_id == run_id)}


def run_payments(run_id: int) -> RunPayments:
    """Everybody in a run of whom money is due or on record."""
    cases = [case for case in by_booking(run_id).values() if case.payable]
    people = {
        row.id: row
        for row in db.session.execute(
            sa.select(Booking.id, Booking.number, Person.name)
            .outerjoin(Person, Person.id == Booking.person_id)
            .where(Booking.run_id == run_id)
        )
    }
    return RunPayments(
        [
            Payer(case, people[case.booking_id].number, people[case.booking_id].name)
            for case in cases
        ],
        due=sum(case.ledger.due for case in cases if case.state not in ENDED),
        waived=sum(case.ledger.waived for case in cases),
        paid=sum(case.ledger.paid for case in cases),
        refunded=sum(case.ledger.refunded for case in cases),
        owed=sum(case.owes for case in cases),
    )


def payments_table(run: Run, listed: RunPayments, full_names: bool = False) -> Table:
    """A run's list for a file; names are masked unless there was a reason."""
    columns = (
        Column(_("접수 번호"), numeric=True),
        Column(_("이름")),
        Column(_("상태")),
        Column(_("낼 돈"), _("원"), numeric=True),
        Column(_("감면"), _("원"), numeric=True),
        Column(_("받은 돈"), _("원"), numeric=True),
        Column(_("돌려준 돈"), _("원"), numeric=True),
        Column(_("남은 돈"), _("원"), numeric=True),
        Column(_("납부")),
    )
    rows = tuple(_row(payer, full_names) for payer in listed.payers)
    total = (None, _("합계"), "", *listed.sums, "")
    return Table(
        title=_("%(title)s 납부 현황", title=run.full_title),
        columns=columns,
        groups=(Group((*rows, Row(tuple(Cell(value) for value in total), Role.TOTAL))),),
        as_of=_("%(at)s 현재", at=dates.written_datetime(clock.now())),
        footnotes=(
            Footnote(_("수강료에서 감면을 뺀 금액. 합계는 그만둔 분을 뺀 것"), _("낼 돈")),
            Footnote(_("무효로 한 기록은 세지 않았습니다.")),
        ),
    )


def to_refund(centers: Centers) -> list[ToRefund]:
    """Who left after paying, has money coming by the table, got none since: the oldest first."""
    left = money.cases(Booking.state.in_(ENDED), _has_line(PaymentKind.PAYMENT), centers=centers)
    cases = [case for case in left if not case.settled]
    lessons = money.lessons_of({case.run_id for case in cases})
    amounts = {
        case.booking_id: case.to_pay_back(lessons[case.run_id], clock.now()) for case in cases
    }
    told = _told({booking_id for booking_id, amount in amounts.items() if amount})
    found = [
        ToRefund(
            case,
            titled(row.title, row.section),
            row.center_id,
            row.name,
            seoul_date(case.left_at),
            seoul_date(case.left_at) + timedelta(days=REFUND_DAYS),
            amounts[case.booking_id],
        )
        for case in cases
        if (row := told.get(case.booking_id))
    ]
    return sorted(found, key=lambda one: (one.until, one.case.booking_id))


def _has_line(kind: PaymentKind) -> sa.Exists:
    line = aliased(Payment)
    return sa.exists().where(
        line.booking_id == Booking.id, line.kind == kind, line.voided_at.is_(None)
    )


def _told(booking_ids: set[int]) -> dict[int, sa.Row[int, str, str | None, int, str]]:
    rows = db.session.execute(
        sa.select(Booking.id, Run.title, Run.section, Run.center_id, Person.name)
        .join(Run, Run.id == Booking.run_id)
        .outerjoin(Person, Person.id == Booking.person_id)
        .where(Booking.id.in_(booking_ids))
    )
    return {row.id: row for row in rows}


def _lines(booking_id: int) -> list[Recorded]:
    rows = db.session.execute(
        sa.select(Payment, Account.name, Reduction.name)
        .outerjoin(Account, Account.id == Payment.account_id)
        .outerjoin(Reduction, Reduction.id == Payment.reduction_id)
        .where(Payment.booking_id == booking_id)
        .order_by(Payment.id)
    )
    return [Recorded(*row) for row in rows]


def _row(payer: Payer, full_names: bool) -> Row:
    case, ledger = payer.case, payer.case.ledger
    name = payer.name if full_names or payer.name is None else masked_name(payer.name)
    values = (
        payer.number,
        name or _("(파기됨)"),
        _(case.state.label),
        ledger.due,
        ledger.waived,
        ledger.paid,
        ledger.refunded,
        case.owes,
        _(case.payable.label) if case.payable else "",
    )
    return Row(tuple(Cell(value) for value in values))
