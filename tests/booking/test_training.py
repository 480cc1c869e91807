"""Employee training: departments approve and nominate, and none takes more than its share."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts.models import Account, Person, RoleGrant
from eduportal.accounts.rules import Audience, Role
from eduportal.booking import actions, promises, rules
from eduportal.booking.actions import applying, approving
from eduportal.booking.models import Booking
from eduportal.booking.queries import training
from eduportal.booking.rules import Reason, Shares, State
from eduportal.catalog.models import DepartmentQuota, Run
from eduportal.notices.models import Notice
from eduportal.shared.db import db
from eduportal.shared.events import AccessLine, By, Event
from eduportal.shared.refusal import Missing, Refused
from tests import factories
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.booking.conftest import STAFF, by, fresh, states
from tests.catalog.steps import words
from tests.race.racer import all_at_once, everybody_applies

GENERAL = frozenset({"총무과"})
LEAD = By("employee")


# Rules


def test_a_share_is_full_when_as_many_have_a_place() -> None:
    assert rules.share_refusal("총무과", 2, 1) is None
    assert rules.share_refusal("총무과", None, 99) is None
    refusal = rules.share_refusal("총무과", 2, 2)
    assert refusal == (Reason.DEPARTMENT_FULL, {"department": "총무과", "places": 2})


def test_a_department_has_its_own_share_or_the_usual_one() -> None:
    shares = Shares(3, {"세무과": 0})
    assert (shares.of("총무과"), shares.of("세무과")) == (3, 0)


def test_two_pages_of_shares_lose_nothing_of_each_other() -> None:
    seen = Shares(3, {"세무과": 1, "총무과": 2})
    there = Shares(3, {"세무과": 5, "총무과": 2, "복지과": 4})
    wanted = Shares(6, {"세무과": 1})
    assert rules.merged_shares(seen, wanted, there) == Shares(6, {"세무과": 5, "복지과": 4})


def test_a_department_approves_until_the_first_meeting() -> None:
    now = factories.now()
    assert rules.approval_refusal("published", now + timedelta(hours=1), now) is None
    assert rules.approval_refusal("published", now, now) == (Reason.APPROVAL_TOO_LATE, {})
    assert rules.approval_refusal("cancelled", now, now) == (Reason.RUN_CANCELLED, {})


# Verbs


@pytest.fixture
def course(app: Flask) -> Run:
    """A run for employees: two places, three may wait, departments approve."""
    factories.create_office()
    return factories.create_run(
        capacity=2,
        waiting_limit=3,
        audience=Audience.EMPLOYEE,
        needs_approval=True,
        starts_in=factories.until_the_tenth(),
    )


@pytest.fixture
def free(app: Flask) -> Run:
    """A run for employees without approval: ten places."""
    return factories.create_run(
        capacity=10, audience=Audience.EMPLOYEE, starts_in=factories.until_the_tenth(14)
    )


def employees(number: int, department: str = "총무과") -> list[Person]:
    return [factories.create_employee(department=department) for _n in range(number)]


def apply(person: Person, run: Run) -> int:
    return actions.apply(by(person), run.id, person.id)


def why(caught: pytest.ExceptionInfo[Refused]) -> Any:
    return caught.value.reason


def verbs_of(booking_id: int) -> list[str]:
    query = sa.select(Event.verb).where(Event.booking_id == booking_id).order_by(Event.id)
    return list(db.session.scalars(query))


def bodies() -> list[str]:
    return list(db.session.scalars(sa.select(Notice.body).order_by(Notice.id)))


def test_an_application_waits_for_the_department_and_holds_no_place(course: Run) -> None:
    (person,) = employees(1)
    booking = db.session.get_one(Booking, apply(person, course))
    assert (booking.state, booking.number, booking.department) == (State.APPLIED, 1, "총무과")
    assert (fresh(course).places_taken, course.waiting) == (0, 0)
    assert "부서 승인을 기다립니다" in bodies()[-1]
    assert promises.broken() == []


def test_the_order_of_approvals_is_the_order_of_places(course: Run) -> None:
    first, second, third = (apply(person, course) for person in employees(3))
    for booking_id in (third, second, first):
        approving.approve(LEAD, booking_id, GENERAL)
    numbers = dict(db.session.execute(sa.select(Booking.id, Booking.number)).all())
    assert numbers == {third: 4, second: 5, first: 6}
    assert states(course) == ["placed", "placed", "waiting"]
    assert (fresh(course).places_taken, course.waiting, course.last_number) == (2, 1, 6)
    assert verbs_of(third) == ["booking.applied", "booking.approved", "booking.placed"]
    assert promises.broken() == []


def test_another_department_has_no_say(course: Run) -> None:
    booking_id = apply(employees(1)[0], course)
    with pytest.raises(Missing):
        approving.approve(LEAD, booking_id, frozenset({"세무과"}))
    with pytest.raises(Missing):
        approving.turn_down(LEAD, booking_id, frozenset({"세무과"}), "업무")
    assert states(course) == ["applied"]


def test_an_application_is_approved_once(course: Run) -> None:
    booking_id = apply(employees(1)[0], course)
    approving.approve(LEAD, booking_id, GENERAL)
    with pytest.raises(Refused) as caught:
        approving.approve(LEAD, booking_id, GENERAL)
    assert why(caught) is Reason.NOT_AWAITING_APPROVAL
    assert fresh(course).places_taken == 1


def test_after_the_first_meeting_only_staff_approve(course: Run) -> None:
    booking_id = apply(employees(1)[0], course)
    course.starts_at = factories.now() - timedelta(minutes=1)
    db.session.commit()
    with pytest.raises(Refused) as caught:
        approving.approve(LEAD, booking_id, GENERAL)
    assert why(caught) is Reason.APPROVAL_TOO_LATE
    approving.approve_for_department(STAFF, booking_id, None, "부서장 구두 승인")
    assert states(course) == ["placed"]


def test_who_is_turned_down_is_told_why_and_may_apply_again(course: Run) -> None:
    (person,) = employees(1)
    booking_id = apply(person, course)
    with pytest.raises(Refused):
        approving.turn_down(LEAD, booking_id, GENERAL, " ")
    approving.turn_down(LEAD, booking_id, GENERAL, "행사 준비")
    assert states(course) == ["not_selected"]
    assert "행사 준비" in bodies()[-1]
    assert apply(person, course) != booking_id


def test_an_applicant_may_leave_and_a_cancelled_run_takes_all_along(course: Run) -> None:
    one, other = employees(2)
    actions.cancel_own(by(one), apply(one, course), "")
    apply(other, course)
    actions.cancel_run(STAFF, course.id, None, "강사 사정")
    assert states(course) == ["cancelled", "cancelled"]
    assert promises.broken() == []


def test_staff_end_what_was_not_approved_when_the_window_is_closed(course: Run) -> None:
    apply(employees(1)[0], course)
    with pytest.raises(Refused) as caught:
        approving.end_unapproved(STAFF, course.id, None, "기한 지남")
    assert why(caught) is Reason.STILL_OPEN
    course.apply_until = factories.now() - timedelta(minutes=1)
    db.session.commit()
    assert approving.end_unapproved(STAFF, course.id, None, "기한 지남") == 1
    assert states(course) == ["not_selected"]
    with pytest.raises(Refused) as caught:
        approving.end_unapproved(STAFF, course.id, None, "기한 지남")
    assert why(caught) is Reason.NOBODY_AWAITS


@pytest.mark.parametrize("how", ["turned down", "ended"])
def test_an_application_that_ends_lets_its_person_have_the_place_it_stood_before(
    course: Run, how: str
) -> None:
    wanted = factories.create_run(
        capacity=1,
        monthly_limit=1,
        audience=Audience.EMPLOYEE,
        starts_in=factories.until_the_tenth(14),
    )
    one, two = employees(2)
    held = apply(one, wanted)
    apply(two, wanted)
    applied = apply(two, course)
    actions.cancel(STAFF, held, None, "본인 요청")
    assert states(wanted) == ["cancelled", "waiting"]
    if how == "turned down":
        approving.turn_down(LEAD, applied, GENERAL, "행사 준비")
    else:
        course.apply_until = factories.now() - timedelta(minutes=1)
        db.session.commit()
        assert approving.end_unapproved(STAFF, course.id, None, "기한 지남") == 1
    assert states(wanted) == ["cancelled", "placed"]
    assert promises.broken() == []


def test_staff_of_another_center_have_no_say(course: Run) -> None:
    (person,) = employees(1)
    booking_id = apply(person, course)
    who = str(person.employee_number), person.name
    elsewhere = frozenset({course.center_id + 1})
    for act in (
        partial(approving.approve_for_department, STAFF, booking_id, elsewhere, "대신"),
        partial(approving.end_unapproved, STAFF, course.id, elsewhere, "정리"),
        partial(approving.set_shares, STAFF, course.id, elsewhere, Shares(), Shares(1)),
        partial(applying.enter_employee, STAFF, course.id, elsewhere, *who),
    ):
        with pytest.raises(Missing):
            act()
    assert states(course) == ["applied"]


def test_who_is_nominated_has_a_place_at_once_and_is_told(course: Run) -> None:
    (person,) = employees(1)
    booking_id = approving.nominate(LEAD, course.id, person.id, GENERAL)
    assert states(course) == ["placed"]
    assert "소속 부서에서 이 강좌에 추천했습니다." in bodies()[-1]
    event = db.session.scalars(sa.select(Event).where(Event.booking_id == booking_id)).one()
    assert event.detail["nominated"] is True


def test_nobody_else_is_nominated(course: Run) -> None:
    for person in (*employees(1, "세무과"), factories.create_person()):
        with pytest.raises(Missing):
            approving.nominate(LEAD, course.id, person.id, GENERAL)
    assert states(course) == []


# Shares


def test_a_full_department_gets_no_more_with_or_without_approval(course: Run, free: Run) -> None:
    approving.set_shares(STAFF, free.id, None, Shares(), Shares(None, {"총무과": 1}))
    approving.set_shares(STAFF, course.id, None, Shares(), Shares(1))
    one, two = employees(2)
    apply(one, free)
    with pytest.raises(Refused) as caught:
        apply(two, free)
    assert why(caught) is Reason.DEPARTMENT_FULL
    assert "총무과에서 1명까지" in caught.value.sentence
    assert apply(employees(1, "세무과")[0], free)


def test_approval_asks_for_the_share(course: Run) -> None:
    approving.set_shares(STAFF, course.id, None, Shares(), Shares(1))
    first, second = (apply(person, course) for person in employees(2))
    approving.approve(LEAD, first, GENERAL)
    with pytest.raises(Refused) as caught:
        approving.approve(LEAD, second, GENERAL)
    assert why(caught) is Reason.DEPARTMENT_FULL
    assert states(course) == ["applied", "placed"]


def test_who_waits_in_a_full_department_is_passed_over_and_keeps_the_place(app: Flask) -> None:
    factories.create_office()
    run = factories.create_run(
        capacity=2, audience=Audience.EMPLOYEE, starts_in=factories.until_the_tenth()
    )
    one, two = employees(2)
    (tax, welfare) = *employees(1, "세무과"), *employees(1, "복지과")
    held = [apply(person, run) for person in (one, tax)]
    waits = apply(two, run)
    apply(welfare, run)
    approving.set_shares(STAFF, run.id, None, Shares(), Shares(None, {"총무과": 1}))
    actions.cancel(STAFF, held[1], None, "본인 요청")
    assert states(run) == ["placed", "cancelled", "waiting", "placed"]
    assert verbs_of(waits)[-1] == "booking.passed_over"
    assert promises.broken() == []
    actions.cancel(STAFF, held[0], None, "본인 요청")
    assert states(run) == ["cancelled", "cancelled", "placed", "placed"]


def test_a_larger_share_goes_to_those_who_wait(app: Flask) -> None:
    factories.create_office()
    run = factories.create_run(
        capacity=2, audience=Audience.EMPLOYEE, starts_in=factories.until_the_tenth()
    )
    one, two = employees(2)
    tax = apply(employees(1, "세무과")[0], run)
    apply(one, run)
    apply(two, run)
    approving.set_shares(STAFF, run.id, None, Shares(), Shares(1))
    actions.cancel(STAFF, tax, None, "본인 요청")
    assert states(run) == ["cancelled", "placed", "waiting"]
    approving.set_shares(STAFF, run.id, None, Shares(1), Shares(2))
    assert states(run) == ["cancelled", "placed", "placed"]
    assert promises.broken() == []


def test_staff_place_nobody_past_the_share(app: Flask) -> None:
    factories.create_office()
    run = factories.create_run(
        capacity=2, audience=Audience.EMPLOYEE, starts_in=factories.until_the_tenth()
    )
    one, two = employees(2)
    tax = apply(employees(1, "세무과")[0], run)
    apply(one, run)
    waits = apply(two, run)
    approving.set_shares(STAFF, run.id, None, Shares(), Shares(1))
    actions.cancel(STAFF, tax, None, "본인 요청")
    with pytest.raises(Refused) as caught:
        actions.place(STAFF, waits, None, "급함")
    assert why(caught) is Reason.DEPARTMENT_FULL


def test_a_share_is_never_less_than_those_placed(free: Run) -> None:
    for person in employees(2):
        apply(person, free)
    with pytest.raises(Refused) as caught:
        approving.set_shares(STAFF, free.id, None, Shares(), Shares(1))
    assert why(caught) is Reason.SHARE_BELOW_PLACED
    assert "2명" in caught.value.sentence
    assert fresh(free).department_limit is None


def test_shares_are_for_employees_only(app: Flask) -> None:
    run = factories.create_run()
    with pytest.raises(Refused) as caught:
        approving.set_shares(STAFF, run.id, None, Shares(), Shares(1))
    assert why(caught) is Reason.NOT_FOR_EMPLOYEES


def test_the_department_stays_as_it_was_after_a_transfer(free: Run) -> None:
    approving.set_shares(STAFF, free.id, None, Shares(), Shares(1))
    one, two = employees(2)
    apply(one, free)
    fresh(one).department = "세무과"
    db.session.commit()
    with pytest.raises(Refused):
        apply(two, free)


def test_five_of_one_department_at_once_get_two_places(app: Flask, free: Run) -> None:
    approving.set_shares(STAFF, free.id, None, Shares(), Shares(2))
    people = [person.id for person in employees(5)]
    told = everybody_applies(app, [free.id], people)
    assert told == {"applied": 2, "DEPARTMENT_FULL": 3}
    assert promises.broken() == []


def test_five_approvals_at_once_give_two_places(app: Flask, course: Run) -> None:
    approving.set_shares(STAFF, course.id, None, Shares(), Shares(2))
    ids = [apply(person, course) for person in employees(5)]
    course.capacity = 5
    db.session.commit()

    def approve(booking_id: int) -> str:
        try:
            approving.approve(LEAD, booking_id, GENERAL)
        except Refused as refused:
            return refused.reason.name
        return "approved"

    told = all_at_once(app, [partial(approve, booking_id) for booking_id in ids])
    assert told == {"approved": 2, "DEPARTMENT_FULL": 3}
    assert promises.broken() == []


def test_an_employee_is_entered_by_number_and_name_together(free: Run) -> None:
    (person,) = employees(1)
    number = str(person.employee_number)
    with pytest.raises(Refused) as caught:
        applying.enter_employee(STAFF, free.id, None, number, "다른 사람")
    assert why(caught) is Reason.NO_SUCH_EMPLOYEE
    booking_id = applying.enter_employee(STAFF, free.id, None, number, f" {person.name} ")
    assert db.session.get_one(Booking, booking_id).channel == "visit"


# Pages


def lead_of(department: str) -> Account:
    """An account that looks after a department's training."""
    account = factories.create_account(email=f"lead-{department.encode().hex()}@example.org")
    factories.save(
        RoleGrant(
            account_id=account.id,
            role=Role.DEPARTMENT,
            department=department,
            granted_at=factories.now(),
        )
    )
    return account


@pytest.fixture
def lead(client: FlaskClient, course: Run) -> FlaskClient:
    sign_in_to_work(client, lead_of("총무과"))
    return client


@pytest.fixture
def office(client: FlaskClient, course: Run) -> FlaskClient:
    sign_in_to_work(client, factories.create_staff(course.center))
    return client


def test_each_page_is_for_its_own_people(app: Flask, client: FlaskClient, course: Run) -> None:
    booking_id = apply(employees(1)[0], course)
    department = [
        "/department",
        f"/department/bookings/{booking_id}/refusal",
        f"/department/runs/{course.id}/nomination",
    ]
    office = [
        f"/office/runs/{course.id}/training",
        f"/office/runs/{course.id}/unapproved",
        f"/office/runs/{course.id}/employee-entry",
        f"/office/bookings/{booking_id}/approval",
    ]
    teacher = factories.create_instructor(course.center)
    people = {
        "lead": lead_of("총무과"),
        "staff": factories.create_staff(course.center),
        "teacher": db.session.get_one(Account, teacher.account_id),
    }

    def answers(account: Account | None, addresses: list[str]) -> set[int]:
        browser = app.test_client()
        if account:
            sign_in_to_work(browser, account)
        return {browser.get(address).status_code for address in addresses}

    assert answers(None, department + office) == {303}
    assert answers(people["teacher"], department + office) == {403}
    assert answers(people["lead"], office) == {403}
    assert answers(people["lead"], department) == {200}
    assert answers(people["staff"], department) == {403}
    assert answers(people["staff"], office) == {200}
    sign_in(client, factories.create_person())
    assert {client.get(address).status_code for address in department + office} == {403}


def test_another_departments_lead_finds_nothing(app: Flask, course: Run) -> None:
    booking_id = apply(employees(1)[0], course)
    other = app.test_client()
    sign_in_to_work(other, lead_of("세무과"))
    assert "승인을 기다리는 신청 0건" in words(other.get("/department"))
    assert other.post(f"/department/bookings/{booking_id}/approval").status_code == 404
    assert other.get(f"/department/bookings/{booking_id}/refusal").status_code == 404
    assert states(course) == ["applied"]


def test_the_lead_approves_and_turns_down_with_a_reason(lead: FlaskClient, course: Run) -> None:
    first, second = (apply(person, course) for person in employees(2))
    assert "승인을 기다리는 신청 2건" in words(lead.get("/department"))
    answer = lead.post(f"/department/bookings/{first}/approval", follow_redirects=True)
    assert "승인했습니다" in words(answer)
    lead.get(f"/department/bookings/{second}/refusal")
    bare = lead.post(f"/department/bookings/{second}/refusal", data={"reason": ""})
    assert bare.status_code == 422
    lead.post(f"/department/bookings/{second}/refusal", data={"reason": "업무 공백"})
    assert sorted(states(course)) == ["not_selected", "placed"]
    lines = db.session.scalars(sa.select(AccessLine.what)).all()
    assert "employees of department 총무과" in lines
    assert lines.count(f"application {second}") == 2


def test_staff_who_open_an_approval_leave_a_line(app: Flask, course: Run) -> None:
    booking_id = apply(employees(1)[0], course)
    client = app.test_client()
    sign_in_to_work(client, factories.create_staff())
    assert client.get(f"/office/bookings/{booking_id}/approval").status_code == 200
    assert f"approval of booking {booking_id}" in db.session.scalars(sa.select(AccessLine.what))


def test_the_lead_nominates_out_of_the_departments_list(lead: FlaskClient, course: Run) -> None:
    one, _two = employees(2)
    (stranger,) = employees(1, "세무과")
    address = f"/department/runs/{course.id}/nomination"
    page = words(lead.get(address))
    assert one.name in page
    assert stranger.name not in page
    assert lead.post(address, data={}).status_code == 422
    assert lead.post(address, data={"people": [str(stranger.id)]}).status_code == 422
    answer = lead.post(address, data={"people": [str(one.id)]}, follow_redirects=True)
    assert f"추천했습니다: {one.name}" in words(answer)
    assert states(course) == ["placed"]


def test_who_may_not_be_nominated_is_said_and_the_others_are_in(
    lead: FlaskClient, course: Run
) -> None:
    approving.set_shares(STAFF, course.id, None, Shares(), Shares(1))
    one, two = employees(2)
    address = f"/department/runs/{course.id}/nomination"
    page = words(
        lead.post(address, data={"people": [str(one.id), str(two.id)]}, follow_redirects=True)
    )
    assert "총무과에서 1명까지" in page
    assert states(course) == ["placed"]


def test_a_run_that_is_not_open_cannot_be_nominated_for(lead: FlaskClient, course: Run) -> None:
    course.apply_until = factories.now() - timedelta(minutes=1)
    db.session.commit()
    assert lead.get(f"/department/runs/{course.id}/nomination").status_code == 404


def test_staff_see_who_awaits_masked_and_approve_with_a_reason(
    office: FlaskClient, course: Run
) -> None:
    (person,) = employees(1)
    booking_id = apply(person, course)
    page = words(office.get(f"/office/runs/{course.id}/training"))
    assert "승인 대기 1명" in page
    assert person.name not in page
    assert "승인 대기 1명" in words(office.get(f"/office/runs/{course.id}/roster"))
    address = f"/office/bookings/{booking_id}/approval"
    assert office.post(address, data={"reason": ""}).status_code == 422
    assert office.post(address, data={"reason": "부서장 통화"}).status_code == 303
    assert states(course) == ["placed"]


def test_staff_set_shares_on_the_page(office: FlaskClient, course: Run) -> None:
    employees(1)
    address = f"/office/runs/{course.id}/training"
    general = f"places-{'총무과'.encode().hex()}"
    assert general in office.get(address).text
    sent = {"usual": "3", general: "2", "new_department": "감사담당관", "new_places": "1"}
    assert office.post(address, data=sent).status_code == 303
    kept = training.kept_shares(fresh(course))
    assert kept == Shares(3, {"총무과": 2, "감사담당관": 1})
    assert office.post(address, data={"usual": "많이"}).status_code == 422
    assert office.post(address, data={"new_department": "세무과"}).status_code == 422
    cleared = {"usual": "3", "seen_usual": "3", general: "", general.replace("places", "seen"): "2"}
    office.post(address, data=cleared)
    assert set(db.session.scalars(sa.select(DepartmentQuota.department))) == {"감사담당관"}


def test_staff_end_the_unapproved_after_one_more_question(office: FlaskClient, course: Run) -> None:
    apply(employees(1)[0], course)
    course.apply_until = factories.now() - timedelta(minutes=1)
    db.session.commit()
    address = f"/office/runs/{course.id}/unapproved"
    assert "되돌릴 수 없습니다" in words(office.get(address))
    assert office.post(address, data={"reason": "기한 지남"}).status_code == 303
    assert states(course) == ["not_selected"]


def test_the_desk_enters_an_employee(app: Flask, course: Run) -> None:
    desk = app.test_client()
    sign_in_to_work(desk, factories.create_staff(course.center, Role.DESK))
    (person,) = employees(1)
    address = f"/office/runs/{course.id}/employee-entry"
    sent = {"channel": "phone", "employee_number": "없음", "name": person.name}
    assert "등록된 직원이 없습니다" in words(desk.post(address, data=sent))
    assert desk.post(address, data=sent | {"employee_number": person.employee_number}).location
    assert states(course) == ["applied"]


def test_a_run_for_residents_has_no_such_pages(
    app: Flask, office: FlaskClient, course: Run
) -> None:
    run = factories.create_run(room=course.room)
    for page in ("training", "unapproved", "employee-entry"):
        assert office.get(f"/office/runs/{run.id}/{page}").status_code == 404


def test_an_employee_reads_that_the_department_decides(app: Flask, course: Run) -> None:
    (person,) = employees(1)
    browser = app.test_client()
    sign_in_to_work(browser, db.session.get_one(Account, person.account_id))
    assert "소속 부서의 승인" in words(browser.get(f"/runs/{course.id}/apply"))
    answer = browser.post(f"/runs/{course.id}/apply", follow_redirects=True)
    assert "부서 승인을 기다립니다" in words(answer)
    booking_id = db.session.scalars(sa.select(Booking.id)).one()
    approving.turn_down(LEAD, booking_id, GENERAL, "행사 준비")
    page = words(browser.get(f"/my/bookings/{booking_id}"))
    assert "승인되지 않은 신청입니다" in page
    assert "행사 준비" in page
