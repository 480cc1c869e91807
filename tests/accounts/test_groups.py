"""Priority groups of a person: verified by eye, until a day, taken back with a reason."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts import group_queries
from eduportal.accounts import group_rules as rules
from eduportal.accounts.actions.groups import revoke_group, verify_group
from eduportal.accounts.group_rules import LONGEST, Flag, Reason, Standing
from eduportal.accounts.models import Person, PersonGroup, PriorityGroup
from eduportal.accounts.rules import Role
from eduportal.booking import standing
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.events import AccessLine, By
from eduportal.shared.refusal import Missing, Refused
from tests import factories
from tests.accounts.steps import sign_in, sign_in_to_work, verbs
from tests.race.racer import all_at_once

DAY = timedelta(days=1)
TODAY = date(2026, 12, 10)
DESK = By("desk", "visit", 7)


# Rules


@pytest.mark.parametrize(
    ("active", "until", "reason"),
    [
        (True, None, None),
        (True, TODAY, None),
        (True, TODAY + LONGEST, None),
        (True, TODAY - DAY, Reason.IN_THE_PAST),
        (True, TODAY + LONGEST + DAY, Reason.TOO_FAR),
        (False, None, Reason.NO_SUCH_GROUP),
    ],
)
def test_a_proof_holds_until_a_day_to_come(
    active: bool, until: date | None, reason: Reason | None
) -> None:
    refusal = rules.verify_refusal(active, until, TODAY)
    assert (refusal[0] if refusal else None) is reason


def test_the_same_group_until_the_same_day_is_the_same() -> None:
    flags = [Flag(1, 5, TODAY), Flag(2, 6, None)]
    assert rules.same(flags, 5, TODAY) == flags[0]
    assert rules.same(flags, 5, None) is None


@pytest.mark.parametrize(
    ("until", "revoked", "found"),
    [
        (None, False, Standing.HOLDS),
        (TODAY + 31 * DAY, False, Standing.HOLDS),
        (TODAY + 30 * DAY, False, Standing.SOON_OVER),
        (TODAY, False, Standing.SOON_OVER),
        (TODAY - DAY, False, Standing.OVER),
        (None, True, Standing.REVOKED),
    ],
)
def test_a_flag_stands_somewhere(until: date | None, revoked: bool, found: Standing) -> None:
    assert rules.standing(until, revoked, TODAY) is found


# Verbs


@pytest.fixture
def person(app: Flask) -> Person:
    factories.create_office()
    return factories.create_person()


@pytest.fixture
def group(app: Flask) -> PriorityGroup:
    return factories.save(PriorityGroup(code="disabled", name="장애인"))


def flags() -> list[PersonGroup]:
    db.session.rollback()
    query = sa.select(PersonGroup).order_by(PersonGroup.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def refused(verb: Callable[..., object], *args: Any) -> Any:
    with pytest.raises(Refused) as caught:
        verb(*args)
    return caught.value.reason


def in_days(days: int) -> date:
    return clock.today() + days * DAY


def test_a_verified_group_counts_from_then_until_its_day(
    person: Person, group: PriorityGroup
) -> None:
    verify_group(DESK, person.id, group.id, in_days(10))
    (flag,) = flags()
    assert (flag.verified_by, flag.valid_until, flag.revoked_at) == (7, in_days(10), None)
    assert standing.verified_groups(person.id, in_days(10)) == {"disabled"}
    assert standing.verified_groups(person.id, in_days(11)) == frozenset()
    assert verbs() == ["group_verified"]


def test_another_day_takes_the_place_of_the_one_before(
    person: Person, group: PriorityGroup
) -> None:
    first = verify_group(DESK, person.id, group.id, in_days(10))
    second = verify_group(DESK, person.id, group.id, in_days(400))
    assert second != first
    assert [flag.revoked_reason for flag in flags()] == ["다시 확인함", None]
    assert verbs() == ["group_verified", "group_revoked", "group_verified"]


def test_what_is_taken_back_counts_no_more_and_stays(person: Person, group: PriorityGroup) -> None:
    flag_id = verify_group(DESK, person.id, group.id, None)
    revoke_group(DESK, person.id, flag_id, "다른 분과 헷갈림")
    assert refused(revoke_group, DESK, person.id, flag_id, "또") is Reason.REVOKED
    assert flags()[0].revoked_reason == "다른 분과 헷갈림"
    assert standing.verified_groups(person.id, clock.today()) == frozenset()
    assert verify_group(DESK, person.id, group.id, None) != flag_id


def test_nobody_is_verified_for_what_is_not_there(person: Person, group: PriorityGroup) -> None:
    group_id = group.id
    assert refused(verify_group, DESK, person.id, group_id + 1, None) is Reason.NO_SUCH_GROUP
    assert refused(verify_group, DESK, person.id, group_id, in_days(-1)) is Reason.IN_THE_PAST
    employee = factories.create_employee()
    assert refused(verify_group, DESK, employee.id, group_id, None) is Reason.RESIDENTS_ONLY
    with pytest.raises(Missing):
        verify_group(DESK, 10**6, group_id, None)
    assert flags() == []


def test_a_flag_of_somebody_else_is_not_there(person: Person, group: PriorityGroup) -> None:
    flag_id = verify_group(DESK, person.id, group.id, None)
    other = factories.create_person()
    with pytest.raises(Missing):
        revoke_group(DESK, other.id, flag_id, "-")
    assert flags()[0].revoked_at is None


def test_two_taps_are_one_flag(app: Flask, person: Person, group: PriorityGroup) -> None:
    ids = (person.id, group.id)

    def act() -> str:
        verify_group(DESK, *ids, None)
        return "done"

    assert all_at_once(app, [act] * 4) == {"done": 4}
    assert len(flags()) == 1


def test_two_who_verify_at_once_leave_one_that_holds(
    app: Flask, person: Person, group: PriorityGroup
) -> None:
    ids, days = (person.id, group.id), [in_days(10), in_days(20), in_days(30)]

    def until(day: date) -> Callable[[], str]:
        def act() -> str:
            verify_group(DESK, *ids, day)
            return "done"

        return act

    assert all_at_once(app, [until(day) for day in days]) == {"done": 3}
    assert sum(flag.revoked_at is None for flag in flags()) == 1


def test_what_ends_soon_is_listed_the_first_to_end_first(
    person: Person, group: PriorityGroup
) -> None:
    later = factories.create_person()
    verify_group(DESK, later.id, group.id, in_days(20))
    verify_group(DESK, person.id, group.id, in_days(3))
    verify_group(DESK, factories.create_person().id, group.id, in_days(60))
    verify_group(DESK, factories.create_person().id, group.id, None)
    assert [one.person.id for one in group_queries.ending_soon()] == [person.id, later.id]


# Pages


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


@pytest.fixture
def at_desk(client: FlaskClient, person: Person) -> FlaskClient:
    """Somebody at the desk of one center."""
    sign_in_to_work(client, factories.create_staff(factories.create_center(), Role.DESK))
    return client


def test_the_desk_finds_verifies_and_takes_back(
    at_desk: FlaskClient, person: Person, group: PriorityGroup
) -> None:
    found = text(at_desk.post("/office/priority-people", data={"phone": person.phone}))
    address = f"/office/people/{person.id}/groups"
    assert address in found
    assert person.name not in found
    at_desk.post(address, data={"group_id": group.id, "valid_until": "", "seen": "y"})
    (flag,) = flags()
    assert "장애인" in text(at_desk.get(address))
    revocation = f"{address}/{flag.id}/revocation"
    assert at_desk.get(revocation).status_code == 200
    assert at_desk.post(revocation, data={"reason": ""}).status_code == 422
    assert at_desk.post(revocation, data={"reason": "착오"}).status_code == 303
    assert "착오" in text(at_desk.get(address))


def test_bad_input_is_said_and_nothing_is_written(
    at_desk: FlaskClient, person: Person, group: PriorityGroup
) -> None:
    address = f"/office/people/{person.id}/groups"
    good = {"group_id": str(group.id), "valid_until": "", "seen": "y"}
    for bad in (
        {"seen": ""},
        {"group_id": ""},
        {"group_id": "999999"},
        {"group_id": "x"},
        {"valid_until": "2020-01-01"},
        {"valid_until": "어제"},
    ):
        data = {name: value for name, value in (good | bad).items() if value}
        answer = at_desk.post(address, data=data)
        assert (bad, answer.status_code) == (bad, 422)
    assert flags() == []
    assert at_desk.get("/office/people/999999/groups").status_code == 404
    assert at_desk.post("/office/priority-people", data={"phone": "12"}).status_code == 422


def test_looking_leaves_a_line(at_desk: FlaskClient, person: Person) -> None:
    at_desk.get(f"/office/people/{person.id}/groups")
    query = sa.select(AccessLine.what).where(AccessLine.person_id == person.id)
    assert db.session.scalars(query).all() == ["priority groups"]


def test_a_person_sees_their_own(client: FlaskClient, person: Person, group: PriorityGroup) -> None:
    other = factories.save(PriorityGroup(code="veteran", name="국가유공자"))
    verify_group(DESK, person.id, group.id, in_days(5))
    flag_id = verify_group(DESK, person.id, other.id, None)
    revoke_group(DESK, person.id, flag_id, "착오")
    sign_in(client, person)
    page = text(client.get("/my/profile"))
    assert "장애인" in page
    assert "곧 끝남" in page
    assert "국가유공자" not in page
