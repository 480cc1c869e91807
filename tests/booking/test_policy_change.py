"""A run's policy is changed with care: free before it opens, then with a reason, and told."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eduportal.booking.actions import apply
from eduportal.booking.actions.policies import change_policy, follow_policy
from eduportal.booking.models import Booking, Draw
from eduportal.booking.promises import broken
from eduportal.booking.rules import State
from eduportal.booking.rules.policies import Reason
from eduportal.catalog.actions import publish_run
from eduportal.catalog.models import Run
from eduportal.catalog.models.openings import Opening
from eduportal.catalog.rules import places
from eduportal.catalog.rules.intake import SENIOR_65, ChannelShare, Intake, Selection
from eduportal.catalog.rules.policy import Reason as PolicyReason
from eduportal.notices.models import Notice
from eduportal.shared import clock
from eduportal.shared.clock import now
from eduportal.shared.db import db
from eduportal.shared.events import By, Event
from eduportal.shared.refusal import Missing, Refused
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.catalog.steps import as_typed, class_on, draft_in, in_days, words
from tests.factories import (
    create_center,
    create_employee,
    create_person,
    create_room,
    create_run,
    create_staff,
)

STAFF = By("staff", "online", 1)
DRAW = Intake(selection=Selection.DRAW)


def read(run_id: int) -> Run:
    db.session.rollback()
    return db.session.get_one(Run, run_id, populate_existing=True)


def intake(run_id: int) -> Intake:
    return Intake.of(read(run_id).intake)


def ahead(**given: object) -> Run:
    """A run that opens tomorrow."""
    window = {"apply_from": now() + timedelta(days=1), "apply_until": now() + timedelta(days=4)}
    return create_run(**window | given)  # type: ignore[arg-type]


def applied(run: Run, people: int) -> list[int]:
    return [apply(By("resident"), run.id, create_person().id) for _n in range(people)]


def messages() -> list[str]:
    query = sa.select(Notice.body).where(Notice.kind == "booking.policy_changed")
    return [str(body) for body in db.session.scalars(query)]


def refused(run: Run, new: Intake, reason: str | None = "사유", place_all: bool = False) -> Refused:
    with pytest.raises(Refused) as caught:
        change_policy(STAFF, run.id, None, new, reason, place_all=place_all)
    db.session.rollback()
    return caught.value


# Before and after the opening


def test_before_the_opening_a_change_is_free_and_on_record(app: Flask) -> None:
    run = ahead()

    assert change_policy(STAFF, run.id, None, Intake(travel_minutes=30, last_meeting=2))

    assert intake(run.id).travel_minutes == 30
    assert read(run.id).gives_until == run.meetings[1].starts_at
    event = db.session.scalars(sa.select(Event).where(Event.verb == "run.policy")).one()
    assert event.detail["changed"] == {"travel_minutes": [0, 30], "last_meeting": [1, 2]}
    assert not change_policy(STAFF, run.id, None, Intake(travel_minutes=30, last_meeting=2))


def test_after_the_opening_it_takes_a_reason_and_everybody_in_it_is_told(app: Flask) -> None:
    run = create_run(capacity=1)
    applied(run, 2)
    new = Intake(offer_hours=24)

    assert refused(run, new, "  ").reason is Reason.REASON_NEEDED
    change_policy(STAFF, run.id, None, new, "문의가 많아서")

    told = messages()
    assert len(told) == 2
    assert "사유: 문의가 많아서" in told[0]
    assert "24시간 동안 자리를 맡아 둡니다" in told[0]
    assert "- 자리가 나면 대기하신 순서대로 확정하고" in told[0].split("더는 적용하지")[1]
    assert broken() == []


def test_a_change_that_nobody_would_read_tells_nobody(app: Flask) -> None:
    run = create_run()
    applied(run, 1)

    change_policy(STAFF, run.id, None, Intake(fair_hours=30), "정리")

    assert messages() == []


def test_a_draft_has_its_own_until_it_follows_again(app: Flask) -> None:
    run_id = draft_in(create_room(), class_on(in_days(20)))

    change_policy(STAFF, run_id, None, DRAW)
    assert read(run_id).selection is Selection.DRAW
    follow_policy(STAFF, run_id, None)
    assert read(run_id).intake is None
    assert read(run_id).selection is Selection.FIRST_COME

    publish_run(STAFF, run_id, None)
    with pytest.raises(Refused):
        follow_policy(STAFF, run_id, None)


def test_of_two_who_change_it_nothing_is_lost(app: Flask) -> None:
    run = ahead()
    seen = {name: str(value) for name, value in Intake().kept().items()}

    change_policy(STAFF, run.id, None, Intake(travel_minutes=30), seen=seen)
    change_policy(STAFF, run.id, None, Intake(left_over=True), seen=seen)
    with pytest.raises(Refused) as caught:
        change_policy(STAFF, run.id, None, Intake(travel_minutes=60), seen=seen)

    assert caught.value.reason is places.Reason.CHANGED_MEANWHILE
    assert intake(run.id) == Intake(travel_minutes=30, left_over=True)


def test_what_contradicts_itself_is_refused(app: Flask) -> None:
    run = ahead()
    shares = (ChannelShare("phone", 60), ChannelShare("visit", 60))

    assert refused(run, Intake(channels=shares)).reason is PolicyReason.SHARES_TOO_LARGE
    assert refused(run, Intake(selection=Selection.FAIR_WINDOW, fair_hours=100)).reason is (
        PolicyReason.FAIR_TOO_LONG
    )
    assert intake(run.id) == Intake()


def test_somebody_elses_run_is_missing(app: Flask) -> None:
    run = ahead()
    with pytest.raises(Missing):
        change_policy(STAFF, run.id, frozenset({run.center_id + 1}), DRAW)


# What people were promised


def test_a_run_with_places_given_cannot_be_drawn_any_more(app: Flask) -> None:
    run = create_run()
    applied(run, 1)

    assert refused(run, DRAW).reason is Reason.SOMEBODY_STANDS
    assert intake(run.id).selection is Selection.FIRST_COME


def test_a_draw_becomes_first_come_only_where_everybody_gets_a_place(app: Flask) -> None:
    run = create_run(intake=DRAW, capacity=2)
    bookings = applied(run, 2)

    assert refused(run, Intake()).reason is Reason.PLACE_ALL_FIRST
    change_policy(STAFF, run.id, None, Intake(), "신청이 적어서", place_all=True)

    rows = db.session.scalars(sa.select(Booking).where(Booking.id.in_(bookings)))
    assert {booking.state for booking in rows} == {State.PLACED}
    assert (read(run.id).places_taken, read(run.id).applied) == (2, 0)
    assert read(run.id).selected_at is None
    assert broken() == []


def test_a_draw_with_more_people_than_places_stays_a_draw(app: Flask) -> None:
    run = create_run(intake=DRAW, capacity=1)
    applied(run, 2)

    refusal = refused(run, Intake(), place_all=True)
    assert refusal.reason is Reason.MORE_THAN_PLACES
    assert "나중에 신청한 분이 손해를 봅니다" in refusal.sentence
    assert read(run.id).applied == 2


def test_once_the_window_is_closed_or_it_is_decided_the_draw_stays(app: Flask) -> None:
    over = create_run(intake=DRAW, apply_until=now() - timedelta(minutes=1))
    decided = create_run(intake=DRAW, selected_at=now())

    assert refused(over, Intake(selection=Selection.SCREENING)).reason is Reason.CLOSED
    assert refused(decided, Intake()).reason is Reason.DECIDED
    assert change_policy(STAFF, over.id, None, Intake(selection=Selection.DRAW, offer_hours=5), "x")


def test_hours_that_are_over_cannot_become_a_fair_window(app: Flask) -> None:
    run = create_run(intake=DRAW)
    fair = Intake(selection=Selection.FAIR_WINDOW, fair_hours=3)

    assert refused(run, fair).reason is Reason.FAIR_HOURS_OVER


def test_a_changed_draw_is_promised_anew_and_the_old_promise_called_void(app: Flask) -> None:
    run = create_run(intake=DRAW)
    change_policy(STAFF, run.id, None, Intake(selection=Selection.DRAW, offer_hours=1), "하나")

    change_policy(
        STAFF,
        run.id,
        None,
        Intake(selection=Selection.DRAW, offer_hours=1, groups=(SENIOR_65,), reserved_percent=40),
        "둘",
    )

    draws = db.session.scalars(sa.select(Draw).order_by(Draw.id)).all()
    assert [draw.voided_at is None for draw in draws] == [False, True]
    assert "우선 대상 자리" in str(draws[0].voided_reason)


def test_groups_that_count_from_now_on_are_found_for_those_who_applied(app: Flask) -> None:
    run = create_run(intake=DRAW)
    (booking_id,) = applied(run, 1)
    new = Intake(selection=Selection.DRAW, groups=(SENIOR_65,), reserved_percent=20)

    change_policy(STAFF, run.id, None, new, "어르신을 위해")

    booking = db.session.get_one(Booking, booking_id, populate_existing=True)
    assert booking.priority_group == SENIOR_65


def test_places_that_are_kept_no_longer_go_to_those_who_wait(app: Flask) -> None:
    kept = Intake(channels=(ChannelShare("online"), ChannelShare("visit", 100)))
    run = create_run(intake=kept, capacity=1)
    (booking_id,) = applied(run, 1)
    assert db.session.get_one(Booking, booking_id).state is State.WAITING

    change_policy(STAFF, run.id, None, Intake(), "방문하시는 분이 없어서")

    assert db.session.get_one(Booking, booking_id, populate_existing=True).state is State.PLACED
    assert broken() == []


def test_a_waiting_line_has_its_opening_and_is_not_begun_too_late(app: Flask) -> None:
    run, open_run = ahead(), create_run()

    change_policy(STAFF, run.id, None, Intake(waiting_line=True))

    assert read(run.id).waiting_line
    assert db.session.scalars(sa.select(Opening.opens_at)).all() == [run.apply_from]
    assert refused(open_run, Intake(waiting_line=True)).reason is Reason.LINE_TOO_LATE


def test_approval_and_a_draw_do_not_go_together(app: Flask) -> None:
    employee = create_employee()
    run = ahead(audience=employee.audience, needs_approval=True)

    assert refused(run, DRAW).reason is PolicyReason.APPROVAL_AND_DRAW


# The page


@pytest.fixture
def staff(client: FlaskClient) -> FlaskClient:
    sign_in_to_work(client, create_staff())
    return client


def test_staff_look_at_the_sentences_before_they_save(staff: FlaskClient) -> None:
    run = ahead(capacity=28)
    typed = as_typed(Intake(selection=Selection.DRAW, groups=(SENIOR_65,), reserved_percent=20))

    page = words(staff.post(f"/office/runs/{run.id}/policy", data=typed | {"step": "look"}))

    assert "정원 28명 가운데 6자리는 만 65세 이상인 분께 먼저 드립니다." in page
    assert "더는 적용하지 않는 것 먼저 신청한 순서대로" in page
    assert intake(run.id) == Intake()
    assert staff.post(f"/office/runs/{run.id}/policy", data=typed).status_code == 303
    assert intake(run.id).reserved_percent == 20


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"selection": "priority_draw"}, "우선 대상을 하나 이상"),
        ({"reserved_percent": "101", "groups": SENIOR_65}, "0%부터 100%까지"),
        ({"way_phone_percent": "60", "way_visit_percent": "60"}, "모두 더하면 정원의 120%"),
        ({"offer_closes": "07:00"}, "끝은 시작보다 뒤여야"),
        ({"stage_lives": "500"}, "‘우리 구에 사는 분’의 접수 시작이"),
        ({"strike_2": "30"}, "앞에서부터 빠짐없이"),
        ({"last_meeting": "x"}, "1부터 60까지 숫자로"),
        ({"selection": "fair_window", "fair_hours": "200"}, "접수 기간보다 짧아야"),
        ({"selection": "priority_first", "groups": SENIOR_65}, "먼저 신청할 시간을 정해"),
    ],
)
def test_bad_input_gets_a_sentence_at_its_field_and_nothing_is_saved(
    staff: FlaskClient, typed: dict[str, str], sentence: str
) -> None:
    run = ahead()

    answer = staff.post(f"/office/runs/{run.id}/policy", data=as_typed(Intake()) | typed)

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert "field-error" in answer.text
    assert intake(run.id) == Intake()


def test_a_policy_that_lets_nobody_in_is_refused(staff: FlaskClient) -> None:
    run = ahead()
    typed = {name: text for name, text in as_typed(Intake()).items() if text != "y"}

    answer = staff.post(f"/office/runs/{run.id}/policy", data=typed)

    assert "접수 방법을 하나 이상" in words(answer)
    assert intake(run.id) == Intake()


def test_an_open_run_asks_for_the_reason_on_its_page(staff: FlaskClient) -> None:
    run = create_run(capacity=2)
    applied(run, 1)
    typed = as_typed(Intake(travel_minutes=30))

    assert "바꾸는 사유" in words(staff.get(f"/office/runs/{run.id}/policy"))
    answer = staff.post(f"/office/runs/{run.id}/policy", data=typed)
    assert "바꾸는 사유를 적어 주세요" in words(answer)
    typed["reason"] = "교육장이 멀어서"
    assert staff.post(f"/office/runs/{run.id}/policy", data=typed).status_code == 303
    assert len(messages()) == 1


def test_only_staff_of_the_center_change_it(app: Flask) -> None:
    run = ahead()
    stranger, resident = app.test_client(), app.test_client()
    sign_in_to_work(stranger, create_staff(create_center()))
    sign_in(resident, create_person())

    assert stranger.get(f"/office/runs/{run.id}/policy").status_code == 404
    assert stranger.post(f"/office/runs/{run.id}/policy/follow").status_code == 404
    assert resident.get(f"/office/runs/{run.id}/policy").status_code == 403


def test_residents_read_it_before_they_apply(app: Flask, client: FlaskClient) -> None:
    run = create_run(
        intake=Intake(selection=Selection.DRAW, groups=(SENIOR_65,), reserved_percent=20),
        capacity=5,
    )
    sign_in(client, create_person())

    for path in (f"/runs/{run.id}", f"/runs/{run.id}/apply"):
        page = words(client.get(path))
        assert "정원 5명 가운데 1자리는 만 65세 이상인 분께 먼저 드립니다." in page
        assert "먼저 신청해도 유리하지 않습니다" in page


def test_a_draw_shows_how_many_applied_instead_of_seats(app: Flask, client: FlaskClient) -> None:
    run = create_run(intake=DRAW, capacity=5)
    applied(run, 2)

    for path in ("/runs", f"/runs/{run.id}", "/"):
        assert "추첨 · 신청 2명 / 정원 5명" in words(client.get(path))
    over = create_run(intake=DRAW, apply_until=now() - timedelta(minutes=1))
    assert "추첨 예정" in words(client.get(f"/runs/{over.id}"))
    left = create_run(intake=Intake(left_over=True), apply_until=now() - timedelta(minutes=1))
    page = words(client.get(f"/runs/{left.id}"))
    assert "빈자리접수" in page
    assert "신청하기" in page
    assert clock.now() < left.apply_from + timedelta(days=5)


def test_fewer_places_than_people_names_whom_it_would_cost(staff: FlaskClient) -> None:
    run = create_run(capacity=3)
    for name in ("김하나", "이두리", "박세라"):
        apply(By("resident"), run.id, create_person(name=name).id)

    answer = staff.post(f"/office/runs/{run.id}/capacity", data={"capacity": 2})

    assert answer.status_code == 422
    page = words(answer)
    assert "자리를 잃게 될 분 (1명) 박*라, 3번째 신청" in page
    assert "이두리" not in page
    assert read(run.id).capacity == 3
