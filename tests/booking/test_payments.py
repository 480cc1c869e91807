"""Money that staff record: paid, waived, paid back; and what is still open."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts.models import Person
from eduportal.accounts.rules import Role
from eduportal.booking import actions as bookings
from eduportal.booking import money
from eduportal.booking.actions import payments as actions
from eduportal.booking.actions.payments import Line
from eduportal.booking.models import Booking, Payment
from eduportal.booking.money import Case, Ledger, Payable, Reason
from eduportal.booking.queries import payments as queries
from eduportal.booking.rules import State
from eduportal.catalog.models import Center, Reduction, Run
from eduportal.catalog.rules import RunState
from eduportal.catalog.rules.fees import Lesson
from eduportal.shared import clock
from eduportal.shared.dates import seoul_date
from eduportal.shared.db import db
from eduportal.shared.events import AccessLine, Event
from eduportal.shared.refusal import Missing, Refused
from tests import factories
from tests.accounts.steps import count, sign_in, sign_in_to_work
from tests.booking.conftest import STAFF, fresh
from tests.catalog.steps import counted, words
from tests.race.racer import all_at_once


@pytest.fixture
def paid_run(app: Flask) -> Run:
    """A run of two classes that costs 10,000 won."""
    factories.create_office()
    return factories.create_run(starts_in=factories.until_the_tenth(), fee=10000)


@pytest.fixture
def booking(paid_run: Run) -> Booking:
    """Somebody who has a place in it."""
    return factories.create_booking(paid_run, factories.create_person(name="홍길동"))


@pytest.fixture
def half(app: Flask) -> Reduction:
    """Half off."""
    return factories.save(Reduction(name="장애인", percent=50))


def line(amount: int, seen: int = 0, **given: Any) -> Line:
    """A line of today."""
    fields: dict[str, Any] = {"amount": amount, "day": clock.today(), "seen": seen}
    return Line(**fields | given)


def pay(booking: Booking, amount: int, seen: int = 0, **given: Any) -> int:
    """Record money that came in."""
    return actions.record_payment(STAFF, booking.id, None, line(amount, seen), **given)


def case_of(booking: Booking) -> Case:
    """How its money stands."""
    db.session.rollback()
    found = money.case(booking.id, None)
    assert found
    return found


def refused(act: Callable[[], object]) -> Refused:
    """What a verb said when it said no."""
    with pytest.raises(Refused) as caught:
        act()
    return caught.value


# How it stands, on plain values


def standing(state: State, ledger: Ledger, **given: Any) -> Case:
    """A booking's money."""
    now = clock.now()
    fields: dict[str, Any] = {
        "booking_id": 1,
        "run_id": 1,
        "person_id": 1,
        "state": state,
        "held_from": now,
        "left_at": now,
        "run_state": RunState.PUBLISHED,
        "run_cancelled_on": None,
        "starts_on": None,
        "ends_on": None,
        "ledger": ledger,
    }
    return Case(**fields | given)


@pytest.mark.parametrize(
    ("state", "ledger", "payable", "owes"),
    [
        (State.PLACED, Ledger(0), None, 0),
        (State.PLACED, Ledger(10000), Payable.UNPAID, 10000),
        (State.WAITING, Ledger(10000), None, 0),
        (State.PLACED, Ledger(10000, paid=4000), Payable.PARTLY, 6000),
        (State.PLACED, Ledger(10000, paid=10000), Payable.PAID, 0),
        (State.PLACED, Ledger(10000, paid=5000, waived=5000), Payable.PAID, 0),
        (State.PLACED, Ledger(10000, waived=10000), Payable.WAIVED, 0),
        (State.PLACED, Ledger(10000, paid=10000, waived=5000), Payable.OVERPAID, 0),
        (State.PLACED, Ledger(10000, paid=10000, refunded=10000), Payable.UNPAID, 10000),
        (State.COMPLETED, Ledger(10000), Payable.UNPAID, 10000),
        (State.CANCELLED, Ledger(10000), None, 0),
        (State.CANCELLED, Ledger(10000, paid=10000), Payable.TO_REFUND, 0),
        (State.WITHDRAWN, Ledger(10000, 10000, 0, 5000, date.max), Payable.REFUNDED, 0),
        (State.WITHDRAWN, Ledger(10000, 10000, 0, 5000, date.min), Payable.TO_REFUND, 0),
        (State.WITHDRAWN, Ledger(10000, 10000, 0, 10000, date.min), Payable.REFUNDED, 0),
    ],
)
def test_how_money_stands(state: State, ledger: Ledger, payable: Payable | None, owes: int) -> None:
    case = standing(state, ledger)

    assert (case.payable, case.owes) == (payable, owes)


def test_what_was_paid_too_much_is_paid_back_whole() -> None:
    case = standing(State.PLACED, Ledger(10000, paid=10000, waived=5000))

    assert case.to_pay_back([], clock.now()) == 10000
    assert standing(State.WITHDRAWN, Ledger(0, paid=500)).to_pay_back([], clock.now()) == 500


def test_who_never_had_a_place_gets_all_back() -> None:
    case = standing(State.CANCELLED, Ledger(10000, paid=10000), held_from=None)

    assert case.to_pay_back([], clock.now()) == 10000


def test_who_only_waits_gets_all_back() -> None:
    yesterday = clock.now() - timedelta(days=1)
    lessons = [Lesson(seoul_date(yesterday), yesterday, yesterday + timedelta(hours=2))]
    case = standing(State.WAITING, Ledger(10000, paid=10000), held_from=None)

    assert case.to_pay_back(lessons, clock.now()) == 10000


def test_a_run_that_was_cancelled_pays_back_by_the_day() -> None:
    today = clock.today()
    case = standing(
        State.WITHDRAWN,
        Ledger(10000, paid=10000),
        run_state=RunState.CANCELLED,
        run_cancelled_on=today,
        starts_on=today - timedelta(days=1),
        ends_on=today + timedelta(days=2),
    )

    assert case.to_pay_back([], clock.now()) == 7500


def test_what_was_paid_back_is_taken_off() -> None:
    case = standing(State.CANCELLED, Ledger(10000, paid=10000, refunded=4000), held_from=None)

    assert case.to_pay_back([], clock.now()) == 6000


# Recording


def test_money_that_came_in_is_on_record(booking: Booking) -> None:
    payment_id = pay(booking, 10000)

    assert case_of(booking).payable is Payable.PAID
    event = db.session.scalars(sa.select(Event)).one()
    assert (event.verb, event.booking_id, event.subject_id) == (
        "payment.recorded",
        booking.id,
        payment_id,
    )
    assert (event.detail["amount"], event.detail["open_before"]) == (10000, 10000)


def test_a_second_click_is_told_what_the_first_did(booking: Booking) -> None:
    first = pay(booking, 10000)

    told = refused(partial(pay, booking, 10000))
    assert told.reason is Reason.RECORDED_MEANWHILE
    assert "납부 10,000원" in told.sentence
    assert case_of(booking).ledger.paid == 10000
    # Who has seen the first one may mean a second one.
    pay(booking, 10000, first, more_than_due=True)
    assert case_of(booking).ledger.paid == 20000


def test_two_desks_in_the_same_second_record_once(app: Flask, booking: Booking) -> None:
    booking_id = booking.id

    def act() -> str:
        try:
            actions.record_payment(STAFF, booking_id, None, line(10000))
        except Refused as refusal:
            return refusal.reason.name
        return "recorded"

    assert all_at_once(app, [act] * 4) == {"recorded": 1, "RECORDED_MEANWHILE": 3}
    assert case_of(booking).ledger.paid == 10000


def test_more_than_is_due_asks_first(booking: Booking) -> None:
    told = refused(partial(pay, booking, 100000))

    assert told.reason is Reason.MORE_THAN_DUE
    assert "10,000원" in told.sentence
    assert count(Payment) == 0
    pay(booking, 100000, more_than_due=True)
    assert case_of(booking).payable is Payable.OVERPAID


def test_no_money_came_in_tomorrow(booking: Booking) -> None:
    ahead = line(10000, day=clock.today() + timedelta(days=1))

    told = refused(partial(actions.record_payment, STAFF, booking.id, None, ahead))
    assert told.reason is Reason.DAY_AHEAD
    assert count(Payment) == 0


def test_nothing_is_recorded_for_another_center(booking: Booking) -> None:
    elsewhere = frozenset({factories.create_center("다른 곳").id})

    for act in (
        partial(actions.record_payment, STAFF, booking.id, elsewhere, line(10000)),
        partial(actions.waive, STAFF, booking.id, elsewhere, line(10000), None),
        partial(actions.refund, STAFF, booking.id, elsewhere, line(10000)),
        partial(actions.record_payment, STAFF, 999, None, line(10000)),
        partial(actions.void, STAFF, 999, None, "잘못"),
    ):
        with pytest.raises(Missing):
            act()
    assert count(Payment) == 0


# Paying less


def test_a_reduction_takes_off_its_percentage(booking: Booking, half: Reduction) -> None:
    actions.waive(STAFF, booking.id, None, line(0, reason="복지카드 확인"), half.id)

    case = case_of(booking)
    assert (case.ledger.due, case.owes, case.payable) == (5000, 5000, Payable.UNPAID)
    row = db.session.scalars(sa.select(Payment)).one()
    assert (row.amount, row.reduction_id, row.reason) == (5000, half.id, "복지카드 확인")


def test_one_reduction_a_person(booking: Booking, half: Reduction) -> None:
    first = actions.waive(STAFF, booking.id, None, line(0), half.id)

    again = partial(actions.waive, STAFF, booking.id, None, line(0, first), half.id)
    assert refused(again).reason is Reason.ONE_REDUCTION


def test_a_later_change_of_the_percentage_leaves_what_was_given(
    booking: Booking, half: Reduction
) -> None:
    actions.waive(STAFF, booking.id, None, line(0), half.id)
    fresh(half).percent = 10
    db.session.commit()

    assert case_of(booking).ledger.waived == 5000


def test_a_retired_reduction_is_given_to_nobody(booking: Booking, half: Reduction) -> None:
    half.active = False
    db.session.commit()

    act = partial(actions.waive, STAFF, booking.id, None, line(0), half.id)
    assert refused(act).reason is Reason.REDUCTION_GONE


def test_no_more_is_waived_than_the_fee(booking: Booking) -> None:
    act = partial(actions.waive, STAFF, booking.id, None, line(10001), None)
    assert refused(act).reason is Reason.NOTHING_TO_WAIVE

    actions.waive(STAFF, booking.id, None, line(10000), None)
    assert case_of(booking).payable is Payable.WAIVED


# Paying back


def test_no_more_is_paid_back_than_was_paid(booking: Booking) -> None:
    paid = pay(booking, 4000)

    act = partial(actions.refund, STAFF, booking.id, None, line(4001, paid))
    told = refused(act)
    assert told.reason is Reason.MORE_THAN_PAID
    assert "4,000원" in told.sentence
    back = actions.refund(STAFF, booking.id, None, line(3000, paid))
    assert refused(partial(actions.refund, STAFF, booking.id, None, line(1001, back)))
    assert case_of(booking).ledger.kept == 1000


def test_who_cancels_before_the_first_class_has_all_coming(booking: Booking, paid_run: Run) -> None:
    paid = pay(booking, 10000)
    assert queries.to_refund(None) == []
    bookings.cancel(STAFF, booking.id, None, "개인 사정")

    (coming,) = queries.to_refund(None)
    assert (coming.amount, coming.left_on) == (10000, clock.today())
    assert coming.until == clock.today() + timedelta(days=5)
    assert queries.to_refund(frozenset({paid_run.center_id + 1})) == []
    actions.refund(STAFF, booking.id, None, line(10000, paid))
    assert queries.to_refund(None) == []


def test_a_refund_that_was_voided_is_coming_again(booking: Booking) -> None:
    paid = pay(booking, 10000)
    bookings.cancel(STAFF, booking.id, None, "개인 사정")
    back = actions.refund(STAFF, booking.id, None, line(10000, paid))
    actions.void(STAFF, back, None, "계좌 오류")

    assert [one.amount for one in queries.to_refund(None)] == [10000]


def test_what_was_paid_back_before_leaving_hides_nothing(booking: Booking) -> None:
    paid = pay(booking, 10000)
    earlier = line(1000, paid, day=clock.today() - timedelta(days=1))
    back = actions.refund(STAFF, booking.id, None, earlier)
    bookings.cancel(STAFF, booking.id, None, "개인 사정")

    assert [one.amount for one in queries.to_refund(None)] == [9000]
    assert case_of(booking).payable is Payable.TO_REFUND
    actions.refund(STAFF, booking.id, None, line(5000, back))
    assert queries.to_refund(None) == []
    assert case_of(booking).payable is Payable.REFUNDED


def test_who_left_after_half_has_nothing_coming(app: Flask) -> None:
    factories.create_office()
    run = factories.create_run(starts_in=timedelta(days=-3), meetings=2, fee=10000)
    booking = factories.create_booking(
        run,
        held_from=clock.now() - timedelta(days=9),
        held_until=clock.now(),
        state=State.WITHDRAWN,
    )
    pay(booking, 10000)

    assert queries.to_refund(None) == []
    money = queries.booking_money(booking.id, None)
    assert money
    assert money.back == 0


def test_a_cancelled_run_owes_everybody(booking: Booking, paid_run: Run) -> None:
    pay(booking, 10000)
    bookings.cancel_run(STAFF, paid_run.id, None, "인원 부족")

    assert [one.amount for one in queries.to_refund(None)] == [10000]


# Wrong lines


def test_a_wrong_line_is_voided_and_stays(booking: Booking) -> None:
    payment_id = pay(booking, 10000)
    actions.void(STAFF, payment_id, None, "다른 분의 돈")

    assert case_of(booking).payable is Payable.UNPAID
    row = db.session.get_one(Payment, payment_id)
    assert (row.amount, row.voided_reason) == (10000, "다른 분의 돈")
    assert row.voided_at
    again = partial(actions.void, STAFF, payment_id, None, "또")
    assert refused(again).reason is Reason.ALREADY_VOID


def test_money_that_was_paid_back_from_is_not_voided(booking: Booking) -> None:
    paid = pay(booking, 10000)
    back = actions.refund(STAFF, booking.id, None, line(1000, paid))

    assert refused(partial(actions.void, STAFF, paid, None, "잘못")).reason is Reason.REFUND_STANDS
    actions.void(STAFF, back, None, "잘못")
    actions.void(STAFF, paid, None, "잘못")
    assert case_of(booking).ledger == Ledger(10000)


# The list of a run


def test_the_list_of_a_run_sums_up(paid_run: Run, half: Reduction) -> None:
    first, second, third, fourth = (factories.create_booking(paid_run) for _n in range(4))
    pay(first, 10000)
    actions.waive(STAFF, second.id, None, line(0), half.id)
    paid = pay(third, 10000)
    bookings.cancel(STAFF, third.id, None, "개인 사정")
    actions.refund(STAFF, third.id, None, line(10000, paid))

    money = queries.run_payments(paid_run.id)
    assert [payer.case.booking_id for payer in money.payers] == [
        first.id,
        second.id,
        third.id,
        fourth.id,
    ]
    assert (money.due, money.waived, money.paid, money.refunded, money.owed) == (
        25000,
        5000,
        20000,
        10000,
        15000,
    )


def test_the_list_asks_the_same_number_of_questions_for_many(paid_run: Run) -> None:
    def asked() -> int:
        with counted() as statements:
            queries.run_payments(paid_run.id)
            queries.to_refund(None)
        return len(statements)

    pay(factories.create_booking(paid_run), 10000)
    few = asked()
    for _n in range(4):
        pay(factories.create_booking(paid_run), 10000)
    assert asked() == few


# Pages


def signed_in(app: Flask, center: Center | None, role: Role = Role.DESK) -> FlaskClient:
    """A browser of somebody who works there."""
    client = app.test_client()
    sign_in_to_work(client, factories.create_staff(center, role))
    return client


@pytest.fixture
def desk(app: Flask, paid_run: Run) -> FlaskClient:
    return signed_in(app, db.session.get_one(Center, paid_run.center_id))


def addresses(booking: Booking, payment_id: int) -> list[str]:
    return [
        f"/office/bookings/{booking.id}/payments",
        f"/office/bookings/{booking.id}/payments/waiver",
        f"/office/bookings/{booking.id}/payments/refund",
        f"/office/payments/{payment_id}/void",
        f"/office/runs/{booking.run_id}/payments",
        f"/office/runs/{booking.run_id}/payments.csv",
        f"/office/runs/{booking.run_id}/payments.xlsx",
    ]


def test_money_is_for_the_desk_of_the_center(
    app: Flask, booking: Booking, desk: FlaskClient
) -> None:
    pages = addresses(booking, pay(booking, 10000))
    stranger, resident = app.test_client(), app.test_client()
    sign_in(resident, factories.create_person())
    viewer = signed_in(app, db.session.get_one(Center, booking.run.center_id), Role.VIEWER)
    elsewhere = signed_in(app, factories.create_center("다른 곳"))

    for page in [*pages, "/office/refunds"]:
        assert stranger.get(page).status_code == 303
        assert resident.get(page).status_code == 403
        assert viewer.get(page).status_code == 403
        assert desk.get(page).status_code == 200
    for page in pages:
        assert elsewhere.get(page).status_code == 404
    names = f"/office/runs/{booking.run_id}/payments/full-names"
    assert elsewhere.post(names, data={"reason": "회계"}).status_code == 404
    assert viewer.post(names, data={"reason": "회계"}).status_code == 403


def test_the_desk_records_what_came_in(booking: Booking, desk: FlaskClient) -> None:
    page = f"/office/bookings/{booking.id}/payments"
    first = desk.get(page)
    assert 'value="10000"' in first.text
    assert "홍길동" not in first.text
    assert "홍*동" in first.text
    form = {"amount": "10000", "day": clock.today().isoformat(), "seen": "0", "reason": "카드"}

    assert desk.post(page, data=form).status_code == 303
    assert "완납" in words(desk.get(page))
    twice = desk.post(page, data=form)
    assert twice.status_code == 422
    assert "‘납부 10,000원’ 기록이 더해졌습니다" in words(twice)
    assert count(Payment) == 1
    looked = db.session.scalars(sa.select(AccessLine.person_id)).all()
    assert booking.person_id in looked


def test_every_page_about_somebodys_money_leaves_a_line(
    booking: Booking, desk: FlaskClient
) -> None:
    pages = addresses(booking, pay(booking, 10000))[:4]
    for page in pages:
        desk.get(page)
    desk.post(pages[0], data={"amount": "0"})

    looked = list(db.session.scalars(sa.select(AccessLine.person_id)))
    assert looked == [booking.person_id] * 5


def test_the_desk_says_so_when_more_came_in(booking: Booking, desk: FlaskClient) -> None:
    page = f"/office/bookings/{booking.id}/payments"
    form = {"amount": "20000", "day": clock.today().isoformat(), "seen": "0"}

    asked = desk.post(page, data=form)
    assert asked.status_code == 422
    assert 'name="more_than_due"' in asked.text
    assert desk.post(page, data=form | {"more_than_due": "y"}).status_code == 303
    assert case_of(booking).ledger.paid == 20000


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "0"},
        {"amount": "-10000"},
        {"amount": "만원"},
        {"amount": "99999999999"},
        {"day": ""},
        {"day": "2026-02-30"},
        {"reason": "900101-1234567"},
    ],
)
def test_what_is_no_payment_is_refused(
    booking: Booking, desk: FlaskClient, wrong: dict[str, str]
) -> None:
    form = {"amount": "10000", "day": clock.today().isoformat(), "seen": "0"} | wrong
    page = f"/office/bookings/{booking.id}/payments"

    assert desk.post(page, data=form).status_code == 422
    assert count(Payment) == 0


def test_a_page_that_hides_what_it_saw_is_asked_to_look(
    booking: Booking, desk: FlaskClient
) -> None:
    pay(booking, 1000)
    form = {"amount": "2000", "day": clock.today().isoformat(), "seen": "DROP"}

    assert desk.post(f"/office/bookings/{booking.id}/payments", data=form).status_code == 422
    assert count(Payment) == 1


def test_the_desk_waives_by_a_group_or_by_an_amount(
    booking: Booking, half: Reduction, desk: FlaskClient
) -> None:
    page = f"/office/bookings/{booking.id}/payments/waiver"
    assert "장애인 (50%, 5,000원 감면)" in words(desk.get(page))
    today = clock.today().isoformat()
    by_group = {"reduction_id": str(half.id), "amount": "", "day": today, "seen": "0"}

    assert desk.post(page, data=by_group).status_code == 422
    assert "무엇을 보고 확인했는지" in words(desk.post(page, data=by_group))
    by_group["reason"] = "복지카드 확인"
    assert desk.post(page, data=by_group).status_code == 303
    other = {"reduction_id": "0", "amount": "", "day": today, "reason": "구청장 결정"}
    assert "금액은 1원부터" in words(desk.post(page, data=other))
    seen = str(db.session.scalar(sa.select(sa.func.max(Payment.id))))
    assert desk.post(page, data=other | {"amount": "5000", "seen": seen}).status_code == 303
    assert case_of(booking).payable is Payable.WAIVED
    assert desk.post(page, data=other | {"reduction_id": "77"}).status_code == 422


def test_the_desk_pays_back_what_the_table_proposes(booking: Booking, desk: FlaskClient) -> None:
    paid = pay(booking, 10000)
    bookings.cancel(STAFF, booking.id, None, "개인 사정")
    assert "홍*동" in words(desk.get("/office/refunds"))
    page = f"/office/bookings/{booking.id}/payments/refund"
    shown = desk.get(page)
    assert "기준에 따른 금액: 10,000원" in words(shown)
    assert 'value="10000"' in shown.text
    form = {"amount": "10000", "day": clock.today().isoformat(), "seen": str(paid)}

    assert desk.post(page, data=form).status_code == 422
    assert desk.post(page, data=form | {"reason": "개인 사정"}).status_code == 303
    assert "돌려드릴 돈이 없습니다." in words(desk.get("/office/refunds"))


def test_the_desk_voids_with_a_reason(booking: Booking, desk: FlaskClient) -> None:
    payment_id = pay(booking, 10000)
    page = f"/office/payments/{payment_id}/void"

    assert desk.post(page, data={"reason": " "}).status_code == 422
    assert desk.post(page, data={"reason": "다른 분의 돈"}).status_code == 303
    assert "무효: 다른 분의 돈" in words(desk.get(f"/office/bookings/{booking.id}/payments"))
    assert desk.post(page, data={"reason": "또"}).status_code == 422


def test_the_roster_shows_how_money_stands(app: Flask, booking: Booking, paid_run: Run) -> None:
    staff = signed_in(app, db.session.get_one(Center, paid_run.center_id), Role.STAFF)
    roster = f"/office/runs/{paid_run.id}/roster"
    assert "미납" in words(staff.get(roster))

    pay(booking, 10000)
    assert "완납" in words(staff.get(roster))


def test_a_free_runs_roster_says_nothing_of_money(app: Flask) -> None:
    factories.create_office()
    run = factories.create_run()
    factories.create_booking(run)
    staff = signed_in(app, db.session.get_one(Center, run.center_id), Role.STAFF)

    page = words(staff.get(f"/office/runs/{run.id}/roster"))
    assert "납부" not in page
    assert "미납" not in page


def cells(answer: Any) -> list[list[Any]]:
    """The rows of a workbook."""
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_files_mask_names_unless_there_is_a_reason(booking: Booking, desk: FlaskClient) -> None:
    pay(booking, 10000)
    address = f"/office/runs/{booking.run_id}/payments"
    csv = desk.get(f"{address}.csv").data.decode("utf-8-sig")
    assert "홍*동" in csv
    assert "홍길동" not in csv
    assert any("홍*동" in row for row in cells(desk.get(f"{address}.xlsx")))

    assert desk.post(f"{address}/full-names", data={"reason": ""}).status_code == 422
    full = desk.post(f"{address}/full-names", data={"reason": "회계 증빙 제출"})
    assert any("홍길동" in row for row in cells(full))
    lines = db.session.scalars(sa.select(AccessLine.what)).all()
    assert f"payments of run {booking.run_id} with names: 회계 증빙 제출" in lines


def test_the_record_outlives_the_person(booking: Booking, desk: FlaskClient) -> None:
    pay(booking, 10000)
    row = db.session.get_one(Booking, booking.id)
    person_id, row.person_id = row.person_id, None
    db.session.flush()
    db.session.execute(sa.delete(Person).where(Person.id == person_id))
    db.session.commit()

    for page in (
        f"/office/bookings/{booking.id}/payments",
        f"/office/runs/{booking.run_id}/payments",
    ):
        assert "(파기됨)" in words(desk.get(page))


def test_a_payments_day_may_be_past(booking: Booking) -> None:
    early = line(10000, day=date(2026, 1, 2))
    actions.record_payment(STAFF, booking.id, None, early)

    assert db.session.scalars(sa.select(Payment.day)).one() == date(2026, 1, 2)
