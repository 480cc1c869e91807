"""Runs that are too small: when they are shown, who could come, and what staff decide."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts.models import Person
from eduportal.accounts.rules import Relation, Role
from eduportal.booking import invitations
from eduportal.booking.actions.small_runs import invite_waiting, keep_run
from eduportal.booking.mailing import Reason as MailReason
from eduportal.booking.models import Booking, Restriction
from eduportal.booking.rules import State, small_runs
from eduportal.booking.rules.restrictions import Cause
from eduportal.booking.rules.small_runs import Reason
from eduportal.catalog.models import Center, Course, Run
from eduportal.catalog.rules import RunState
from eduportal.catalog.rules.intake import Intake
from eduportal.notices.models import Notice
from eduportal.portal import queries
from eduportal.portal.rules import Task, Todo
from eduportal.portal.runs_at_risk import RunAtRisk, at_risk, kept_runs, with_ways_out
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.events import By, Event
from eduportal.shared.refusal import Missing, Refused
from tests import factories
from tests.accounts.steps import sign_in_to_work
from tests.race.racer import all_at_once

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
STAFF = By("staff", "online", None)
TEXT = "{이름} 님, ‘{강좌}’에 자리가 있습니다. {첫수업}"


# Rules


def test_the_decision_lies_some_days_before_the_first_class() -> None:
    day = small_runs.decision_day(date(2026, 12, 20), 3)
    assert day == date(2026, 12, 17)
    assert not small_runs.is_near(day, date(2026, 12, 9))
    assert small_runs.is_near(day, date(2026, 12, 10))
    assert small_runs.is_near(day, date(2026, 12, 18))


@pytest.mark.parametrize(
    ("age", "low", "high", "fits"),
    [(50, None, None, True), (50, 51, None, False), (50, 50, 50, True), (50, None, 49, False)],
)
def test_who_is_too_young_or_old_does_not_fit(
    age: int, low: int | None, high: int | None, fits: bool
) -> None:
    assert small_runs.fits_age(age, low, high) is fits


# What is shown


@pytest.fixture
def center(app: Flask) -> Center:
    factories.create_office()
    return factories.create_center()


@pytest.fixture
def course(center: Center) -> Course:
    return factories.create_course("엑셀 기초")


def run_of(center: Center, course: Course | None = None, **given: Any) -> Run:
    """A run with a free place that begins in five days, its window open."""
    fields: dict[str, Any] = {"starts_in": 5 * DAY, "capacity": 4, "monthly_limit": 5}
    room = factories.create_room(center)
    return factories.create_run(course, room, **fields | given)


def found(centers: frozenset[int] | None = None) -> list[RunAtRisk]:
    return with_ways_out(at_risk(centers, clock.now()))


def ids(centers: frozenset[int] | None = None) -> list[int]:
    return [one.run.id for one in found(centers)]


def waits(run: Run, person: Person | None = None) -> Booking:
    return factories.create_booking(run, person, state=State.WAITING)


def test_a_run_is_shown_a_week_before_its_decision(center: Center) -> None:
    near = run_of(center, starts_in=10 * DAY, intake=Intake(decision_days=3))
    run_of(center, starts_in=12 * DAY, intake=Intake(decision_days=3))
    early = run_of(center, starts_in=15 * DAY, intake=Intake(decision_days=10))
    assert ids() == [early.id, near.id]


def test_who_is_still_to_be_drawn_counts(center: Center) -> None:
    run = run_of(center)
    run.applied = 2
    db.session.commit()
    assert ids() == []


def test_its_own_minimum_goes_before_the_share(center: Center) -> None:
    run = run_of(center, minimum_people=3)
    factories.create_booking(run)
    factories.create_booking(run)
    (one,) = found()
    assert (one.people, one.minimum) == (2, 3)
    run_of(center, minimum_people=0)
    assert ids() == [run.id]


def test_on_its_day_the_decision_stands_on_top_of_the_day(center: Center) -> None:
    run_of(center, starts_in=3 * DAY, intake=Intake(decision_days=3))
    run_of(center, starts_in=9 * DAY, intake=Intake(decision_days=3))
    day = queries.office_day(None, clock.now())
    assert day.tasks[0] == Task(Todo.DECIDE, 1)
    assert Task(Todo.TOO_SMALL, 1) in day.tasks


def test_of_other_centers_nothing_is_shown(center: Center) -> None:
    run = run_of(center)
    assert ids(frozenset({center.id})) == [run.id]
    assert ids(frozenset({-1})) == []


# Who could come


def test_who_waits_in_a_sibling_run_of_any_center_could_come(
    center: Center, course: Course
) -> None:
    run = run_of(center, course)
    sibling = run_of(factories.create_center("다른 곳"), course, starts_in=40 * DAY)
    other = run_of(center, factories.create_course("사진"), starts_in=40 * DAY)
    one, two = waits(sibling), waits(sibling)
    waits(other)
    assert [row.id for row in invitations.candidates(run)] == [one.id, two.id]
    (found_sibling,) = invitations.siblings(run)
    assert (found_sibling.run.id, found_sibling.fitting) == (sibling.id, 2)


def test_courses_of_one_family_are_siblings(center: Center) -> None:
    one, two = (factories.create_course(family="엑셀") for _n in range(2))
    alone = factories.create_course()
    run = run_of(center, one)
    sibling = run_of(center, two, starts_in=40 * DAY)
    run_of(center, alone, starts_in=40 * DAY)
    assert [found.run.id for found in invitations.siblings(run)] == [sibling.id]
    # Without a family a course is one of its own.
    assert invitations.siblings(run_of(center, factories.create_course())) == []


def test_who_does_not_fit_is_left_out(center: Center, course: Course) -> None:
    run = run_of(center, course, minimum_age=60, relations="lives", monthly_limit=2)
    sibling = run_of(center, course, starts_in=60 * DAY)
    fits = waits(sibling)
    waits(sibling, factories.create_person(birth_date=date(2000, 1, 1)))
    waits(sibling, factories.create_person(relation=Relation.WORKS))

    here = factories.create_person()
    waits(sibling, here)
    factories.create_booking(run, here)
    left = factories.create_person()
    waits(sibling, left)
    factories.create_booking(run, left, state=State.CANCELLED)

    busy = factories.create_person()
    waits(sibling, busy)
    factories.create_booking(run_of(center, starts_in=5 * DAY + HOUR), busy)

    restricted = waits(sibling, factories.create_person())
    factories.save(
        Restriction(
            person_id=restricted.person_id,
            booking_id=restricted.id,
            cause=Cause.BY_HAND,
            step=1,
            reason="-",
            from_on=clock.today(),
            until_on=clock.today() + DAY,
            decided_at=factories.now(),
        )
    )
    assert [row.id for row in invitations.candidates(run)] == [fits.id]


def test_who_has_enough_that_month_is_left_out(center: Center, course: Course) -> None:
    run = run_of(center, course, monthly_limit=1)
    sibling = run_of(center, course, starts_in=60 * DAY)
    person = factories.create_person()
    waits(sibling, person)
    assert len(invitations.candidates(run)) == 1
    factories.create_booking(run_of(center, starts_in=5 * DAY + 5 * HOUR), person)
    assert invitations.candidates(run) == []


def test_somebody_who_waits_twice_is_one(center: Center, course: Course) -> None:
    run, person = run_of(center, course), factories.create_person()
    first = waits(run_of(center, course, starts_in=40 * DAY), person)
    waits(run_of(center, course, starts_in=50 * DAY), person)
    assert [row.id for row in invitations.candidates(run)] == [first.id]


def test_free_places_of_open_siblings_are_a_way_out(center: Center, course: Course) -> None:
    run_of(center, course)
    sibling = run_of(center, course, starts_in=40 * DAY, capacity=3)
    closed = run_of(
        center,
        course,
        starts_in=41 * DAY,
        apply_until=factories.now() - HOUR,
        apply_from=factories.now() - 2 * DAY,
    )
    (one,) = found()
    assert one.with_room == [sibling.id]
    assert {found.run.id: found.free for found in one.siblings} == {sibling.id: 3, closed.id: 0}


# Inviting


@pytest.fixture
def thin(center: Center, course: Course) -> Run:
    return run_of(center, course)


@pytest.fixture
def sibling(thin: Run, center: Center, course: Course) -> Run:
    return run_of(center, course, starts_in=40 * DAY)


def refused(verb: Callable[..., object], *args: Any) -> Any:
    with pytest.raises(Refused) as caught:
        verb(*args)
    return caught.value.reason


def told() -> list[str]:
    db.session.rollback()
    query = sa.select(Notice.body).where(Notice.kind == invitations.INVITED)
    return list(db.session.scalars(query.order_by(Notice.id)))


def test_everybody_is_invited_once(thin: Run, sibling: Run) -> None:
    first = waits(sibling)
    assert invite_waiting(STAFF, thin.id, None, TEXT) == 1
    assert refused(invite_waiting, STAFF, thin.id, None, TEXT) is Reason.NOBODY_LEFT
    waits(sibling)
    assert invite_waiting(STAFF, thin.id, None, TEXT) == 1

    assert len(told()) == 2
    assert "엑셀 기초" in told()[0]
    assert first.person
    assert first.person.name in told()[0]
    assert invitations.invited([thin.id]) == {thin.id: 2}
    query = sa.select(Event.verb).where(Event.run_id == thin.id).order_by(Event.id)
    assert db.session.scalars(query).all() == ["booking.invited", "run.invited"] * 2


def test_nobody_is_invited_to_what_is_closed_begun_or_elsewhere(thin: Run, sibling: Run) -> None:
    waits(sibling)
    with pytest.raises(Missing):
        invite_waiting(STAFF, thin.id, frozenset({-1}), TEXT)
    assert refused(invite_waiting, STAFF, thin.id, None, "{비밀}") is (
        MailReason.UNKNOWN_PLACEHOLDER
    )
    thin.apply_until = factories.now() - HOUR
    db.session.commit()
    assert refused(invite_waiting, STAFF, thin.id, None, TEXT) is Reason.NOT_OPEN
    thin.state, thin.cancelled_on = RunState.CANCELLED, clock.today()
    db.session.commit()
    assert refused(invite_waiting, STAFF, thin.id, None, TEXT) is Reason.NOT_TO_COME
    assert told() == []


def test_two_clicks_send_one_message_each(app: Flask, thin: Run, sibling: Run) -> None:
    for _n in range(3):
        waits(sibling)
    run_id = thin.id

    def act() -> str:
        try:
            return f"{invite_waiting(STAFF, run_id, None, TEXT)}"
        except Refused as refused:
            return refused.reason.name

    assert all_at_once(app, [act] * 3) == {"3": 1, "NOBODY_LEFT": 2}
    assert len(told()) == 3


# Deciding


def test_a_run_that_is_held_anyway_leaves_the_list_with_its_reason(thin: Run) -> None:
    keep_run(STAFF, thin.id, None, "다음 단계로 이어집니다.")
    assert refused(keep_run, STAFF, thin.id, None, "또") is Reason.KEPT
    assert ids() == []
    assert [one.event.reason for one in kept_runs(None, clock.now())] == ["다음 단계로 이어집니다."]
    assert kept_runs(frozenset({-1}), clock.now()) == []


def test_only_its_own_staff_hold_a_run(thin: Run) -> None:
    with pytest.raises(Missing):
        keep_run(STAFF, thin.id, frozenset({-1}), "-")


# Pages


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


@pytest.fixture
def at_work(client: FlaskClient, center: Center) -> FlaskClient:
    sign_in_to_work(client, factories.create_staff(center))
    return client


def test_the_page_offers_the_ways_out(at_work: FlaskClient, thin: Run, sibling: Run) -> None:
    waits(sibling)
    other = run_of(factories.create_center("남의 곳"), factories.create_course("남의 강좌"))
    page = text(at_work.get("/office/runs-at-risk"))
    assert f"/office/runs/{thin.id}/invitation" in page
    assert f"/office/runs/{thin.id}/keep" in page
    assert f"/office/runs/{thin.id}/edit" in page
    assert other.title not in page
    assert "신청이 모자란 강좌" in text(at_work.get("/office"))


def test_siblings_are_chosen_already_when_it_is_cancelled(
    at_work: FlaskClient, thin: Run, sibling: Run
) -> None:
    address = f"/office/runs/{thin.id}/cancellation?instead={sibling.id}"
    assert address.replace("&", "&amp;") in text(at_work.get("/office/runs-at-risk"))
    page = text(at_work.get(address))
    assert f'checked id="instead-0" name="instead" type="checkbox" value="{sibling.id}"' in page


def test_an_invitation_is_looked_at_before_it_goes(
    at_work: FlaskClient, thin: Run, sibling: Run
) -> None:
    name = factories.create_person(name="홍길순")
    waits(sibling, name)
    address = f"/office/runs/{thin.id}/invitation"
    assert "{이름}" in text(at_work.get(address))
    seen = text(at_work.post(address, data={"body": TEXT}))
    assert "홍*순" in seen
    assert "홍길순" not in seen
    assert told() == []
    assert at_work.post(address, data={"body": TEXT, "step": "send"}).status_code == 303
    assert len(told()) == 1
    assert at_work.post(address, data={"body": TEXT, "step": "send"}).status_code == 422


def test_bad_input_is_said_and_nothing_goes(at_work: FlaskClient, thin: Run, sibling: Run) -> None:
    waits(sibling)
    address = f"/office/runs/{thin.id}/invitation"
    for body in ("", "{비밀}", "가" * 1001):
        assert at_work.post(address, data={"body": body, "step": "send"}).status_code == 422
    assert at_work.post(f"/office/runs/{thin.id}/keep", data={"reason": " "}).status_code == 422
    assert told() == []
    assert ids() == [thin.id]


def test_the_desk_reads_and_does_not_decide(client: FlaskClient, center: Center, thin: Run) -> None:
    sign_in_to_work(client, factories.create_staff(center, Role.DESK))
    assert client.get("/office/runs-at-risk").status_code == 200
    assert client.get(f"/office/runs/{thin.id}/keep").status_code == 403
