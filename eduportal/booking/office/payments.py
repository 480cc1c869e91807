"""The desk: what people paid, pay less or got back."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eduportal.booking import queries as bookings
from eduportal.booking.actions import payments as actions
from eduportal.booking.forms.payments import (
    OTHER,
    FullNamesForm,
    LineForm,
    PaymentForm,
    RefundForm,
    VoidForm,
    WaiverForm,
)
from eduportal.booking.models import Payment
from eduportal.booking.money import Reason
from eduportal.booking.queries import Standing
from eduportal.booking.queries import payments as queries
from eduportal.booking.queries.payments import BookingMoney
from eduportal.catalog import queries as catalog
from eduportal.catalog.models import Run
from eduportal.shared import clock, events, guard
from eduportal.shared.downloads import csv_download, xlsx_download
from eduportal.shared.forms import Form, carried_out, options
from eduportal.shared.guard import desk
from eduportal.shared.refusal import Refused
from eduportal.shared.tables import Table

Answer = str | Response | tuple[str, int]

blueprint = Blueprint(
    "booking_payments", __name__, url_prefix="/office", template_folder="templates"
)


@blueprint.route("/bookings/<int:booking_id>/payments", methods=["GET", "POST"])
@desk
def booking(booking_id: int) -> Answer:
    """What is on record for somebody, and money that came in."""
    _standing, money = _booking(booking_id)
    form = PaymentForm(day=clock.today(), amount=max(0, money.case.ledger.open) or None)
    asks = False
    if form.validate_on_submit():
        try:
            actions.record_payment(
                guard.by(),
                booking_id,
                guard.center_ids(),
                form.line(),
                bool(form.more_than_due.data),
            )
        except Refused as refused:
            form.form_errors.append(refused.sentence)
            asks = refused.reason is Reason.MORE_THAN_DUE
        else:
            flash(_("받은 돈을 기록했습니다."))
            return _to_booking(booking_id)
    return _page("booking/payments/booking.html", form, booking_id, asks=asks)


@blueprint.route("/bookings/<int:booking_id>/payments/waiver", methods=["GET", "POST"])
@desk
def waiver(booking_id: int) -> Answer:
    """Let somebody pay less."""
    _standing, money = _booking(booking_id)
    form = WaiverForm(day=clock.today())
    groups = queries.reduction_choices(money.case.ledger.fee)
    form.reduction_id.choices = options([*groups, (OTHER, _("그 밖의 사유"))])

    def act() -> None:
        line = form.line()
        actions.waive(guard.by(), booking_id, guard.center_ids(), line, form.reduction)

    return _record(form, act, booking_id, _("감면을 기록했습니다."), "booking/payments/waiver.html")


@blueprint.route("/bookings/<int:booking_id>/payments/refund", methods=["GET", "POST"])
@desk
def refund(booking_id: int) -> Answer:
    """Pay somebody back; the law's table proposes how much."""
    _standing, money = _booking(booking_id)
    form = RefundForm(day=clock.today(), amount=money.back or None)

    def act() -> None:
        actions.refund(guard.by(), booking_id, guard.center_ids(), form.line())

    return _record(form, act, booking_id, _("환불을 기록했습니다."), "booking/payments/refund.html")


@blueprint.route("/payments/<int:payment_id>/void", methods=["GET", "POST"])
@desk
def void(payment_id: int) -> Answer:
    """Let a wrong line count no more."""
    line, form = _line(payment_id), VoidForm()
    booking_id = line.booking_id

    def act() -> None:
        actions.void(guard.by(), payment_id, guard.center_ids(), form.reason.data or "")

    if form.validate_on_submit() and carried_out(form, act):
        flash(_("기록을 무효로 했습니다."))
        return _to_booking(booking_id)
    return _page("booking/payments/void.html", form, booking_id, line=_line(payment_id))


@blueprint.route("/runs/<int:run_id>/payments")
@desk
def run(run_id: int) -> Answer:
    """Who paid, of a run."""
    return _run_page(run_id, FullNamesForm())


@blueprint.route("/runs/<int:run_id>/payments.csv")
@desk
def run_csv(run_id: int) -> Response:
    """The same with masked names, as CSV."""
    table = _table(run_id)
    return csv_download(table, f"{table.title}.csv")


@blueprint.route("/runs/<int:run_id>/payments.xlsx")
@desk
def run_xlsx(run_id: int) -> Response:
    """The same with masked names, as an Excel workbook."""
    table = _table(run_id)
    return xlsx_download(table, f"{table.title}.xlsx")


@blueprint.route("/runs/<int:run_id>/payments/full-names", methods=["POST"])
@desk
def full_names(run_id: int) -> Answer:
    """The same with whole names: with a reason, which is written down."""
    form = FullNamesForm()
    if not form.validate_on_submit():
        return _run_page(run_id, form)
    table = _table(run_id, f"payments of run {run_id} with names: {form.reason.data}")
    return xlsx_download(table, f"{table.title}.xlsx")


@blueprint.route("/refunds")
@desk
def refunds() -> str:
    """Who is still to be paid back."""
    found = queries.to_refund(guard.center_ids())
    events.looked_at(guard.by(), "refunds to be made", address=request.remote_addr)
    return render_template(
        "booking/payments/refunds.html",
        refunds=found,
        centers=catalog.center_names(clock.today()),
        today=clock.today(),
        total=sum(one.amount for one in found),
    )


def _record(
    form: LineForm, act: Callable[[], object], booking_id: int, done: str, template: str
) -> Answer:
    if form.validate_on_submit() and carried_out(form, act):
        flash(done)
        return _to_booking(booking_id)
    return _page(template, form, booking_id)


def _page(template: str, form: Form, booking_id: int, **values: object) -> Answer:
    standing, money = _booking(booking_id)
    _looked(standing)
    page = render_template(template, form=form, standing=standing, money=money, **values)
    return (page, 422) if form.errors else page


def _run_page(run_id: int, form: FullNamesForm) -> Answer:
    run = _run(run_id)
    events.looked_at(guard.by(), f"payments of run {run_id}", address=request.remote_addr)
    page = render_template(
        "booking/payments/run.html",
        run=_run(run_id),
        money=queries.run_payments(run.id),
        form=form,
        now=clock.now(),
    )
    return (page, 422) if form.errors else page


def _table(run_id: int, why_full: str | None = None) -> Table:
    run = _run(run_id)
    table = queries.payments_table(run, queries.run_payments(run_id), why_full is not None)
    what = why_full or f"payments of run {run_id} as a file"
    events.looked_at(guard.by(), what, address=request.remote_addr)
    return table


def _looked(standing: Standing) -> None:
    events.looked_at(
        guard.by(),
        f"payments of booking {standing.booking.id}",
        person_id=standing.booking.person_id,
        address=request.remote_addr,
    )


def _to_booking(booking_id: int) -> Response:
    return redirect(url_for("booking_payments.booking", booking_id=booking_id), 303)


def _run(run_id: int) -> Run:
    run = bookings.office_run(run_id, guard.center_ids())
    if run is None:
        abort(404)
    return run


def _booking(booking_id: int) -> tuple[Standing, BookingMoney]:
    standing = bookings.office_booking(booking_id, guard.center_ids())
    money = queries.booking_money(booking_id, guard.center_ids())
    if standing is None or money is None:
        abort(404)
    return standing, money


def _line(payment_id: int) -> Payment:
    line = queries.payment(payment_id, guard.center_ids())
    if line is None:
        abort(404)
    return line
