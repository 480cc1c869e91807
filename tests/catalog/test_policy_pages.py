"""The office's and a course's own way of giving places, and the groups that they name."""

from datetime import time

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts.models import PriorityGroup
from eduportal.catalog.actions import publish_run
from eduportal.catalog.actions.groups import add_group, add_start_set, rename_group
from eduportal.catalog.actions.months import create_drafts
from eduportal.catalog.actions.policies import drop_course_policy, set_course_policy
from eduportal.catalog.forms.policies import typed_of_policy
from eduportal.catalog.models import Course, DepartmentQuota, Office, Run
from eduportal.catalog.month_plans import Draft
from eduportal.catalog.policies import completion_percent, intake_of, policy_for
from eduportal.catalog.queries import runs as run_queries
from eduportal.catalog.rules.groups import START_SET, Reason
from eduportal.catalog.rules.intake import SENIOR_65, Intake, Selection, proposed
from eduportal.catalog.rules.policy import Policy, facts_of, findings, with_facts
from eduportal.catalog.rules.policy import Reason as PolicyReason
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.events import SYSTEM, Event
from eduportal.shared.refusal import Refused
from tests.accounts.steps import sign_in_to_work
from tests.catalog.steps import as_typed, class_on, draft_in, in_days, plan_in, read, words
from tests.factories import (
    create_center,
    create_course,
    create_office,
    create_room,
    create_run,
    create_staff,
)

DRAW = Intake(selection=Selection.DRAW)


@pytest.fixture
def admin(client: FlaskClient) -> FlaskClient:
    sign_in_to_work(client, create_staff())
    return client


def typed(policy: Policy) -> dict[str, object]:
    """Defaults as a browser sends the form that shows them."""
    values = typed_of_policy(policy)
    columns = {name: values[name] for name in values if not hasattr(Intake(), name)}
    plain = {n: f"{v:%H:%M}" if isinstance(v, time) else v for n, v in columns.items()}
    return {n: v for n, v in plain.items() if v not in (None, True, False)} | as_typed(
        policy.intake
    )


# The office


def test_a_new_office_is_shown_a_proposal_with_first_come_one_click_away(
    admin: FlaskClient,
) -> None:
    create_office()

    page = admin.get("/office/settings/policy")
    assert "우선 대상인 분의 자리를 먼저 뽑고" in words(page)
    assert "/office/settings/policy?start=first-come" in page.text
    first_come = words(admin.get("/office/settings/policy?start=first-come"))
    assert "먼저 신청한 순서대로 자리를 드립니다." in first_come

    admin.post("/office/settings/policy", data=typed(Policy(intake=proposed())))
    office = db.session.get_one(Office, 1, populate_existing=True)
    assert Intake.of(office.intake) == proposed()
    assert "권하는 기준을 미리" not in words(admin.get("/office/settings/policy"))


def test_what_the_form_shows_is_what_it_reads() -> None:
    for intake in (Intake(), proposed(), DRAW):
        policy = Policy(intake=intake)
        assert with_facts(Policy(), facts_of(policy)) == policy
        assert Policy.of(policy.kept()) == policy
        assert findings(policy, ("lives", "works", "studies")) == []


def test_a_window_that_ends_before_it_begins_is_said_at_its_field(admin: FlaskClient) -> None:
    create_office()
    answer = admin.post("/office/settings/policy", data=typed(Policy()) | {"window_until_day": 14})

    assert answer.status_code == 422
    assert 'id="window_until_day-error"' in answer.text


# A course


def test_a_course_has_its_own_until_it_follows_the_office_again(admin: FlaskClient) -> None:
    create_office(policy_set_at=clock.now())
    course = create_course()
    path = f"/office/courses/{course.id}/policy"
    own = Policy(window_from_day=3, window_until_day=5, intake=DRAW)

    assert "정원이 차면" in words(admin.post(path, data=typed(own) | {"step": "look"}))
    assert db.session.get_one(Course, course.id, populate_existing=True).policy is None
    assert admin.post(path, data=typed(own)).status_code == 303
    kept = db.session.get_one(Course, course.id, populate_existing=True)
    assert policy_for(kept) == own

    form = words(admin.get(f"/office/courses/{course.id}/runs/new"))
    assert "이 과정만 따로 정한" in words(admin.get(f"/office/courses/{course.id}"))
    assert form
    assert admin.post(f"{path}/drop").status_code == 303
    assert db.session.get_one(Course, course.id, populate_existing=True).policy is None


def test_a_new_run_of_a_course_gets_the_courses_dates_and_places(admin: FlaskClient) -> None:
    create_office()
    own = Policy(window_from_day=3, window_until_day=5, monthly_limit=7, intake=DRAW)
    course, room = create_course(policy=own.kept()), create_room()

    page = admin.get(f"/office/courses/{course.id}/runs/new").text
    assert 'value="7"' in page
    run_id = draft_in(room, class_on(in_days(20)), course=course)
    publish_run(SYSTEM, run_id, None)

    assert read(run_id).selection is Selection.DRAW
    # What the run keeps stays, whatever becomes of the course's.
    drop_course_policy(SYSTEM, course.id)
    assert intake_of(read(run_id)) == DRAW


def test_of_two_who_change_a_course_nothing_is_lost(app: Flask) -> None:
    create_office()
    course = create_course()
    seen = {name: str(fact) for name, fact in facts_of(Policy()).items()}

    set_course_policy(SYSTEM, course.id, Policy(monthly_limit=3), seen)
    set_course_policy(SYSTEM, course.id, Policy(waiting_limit=5), seen)
    with pytest.raises(Refused):
        set_course_policy(SYSTEM, course.id, Policy(monthly_limit=4), seen)

    kept = policy_for(db.session.get_one(Course, course.id, populate_existing=True))
    assert (kept.monthly_limit, kept.waiting_limit) == (3, 5)


def test_a_copied_run_takes_its_places_and_shares_along(app: Flask) -> None:
    create_office()
    source = create_run(intake=DRAW)
    db.session.add(DepartmentQuota(run_id=source.id, department="총무과", places=2))
    db.session.commit()
    spans = (class_on(in_days(60)),)
    plan = plan_in(source.room)  # type: ignore[arg-type]
    draft = Draft(source.id, source.course_id, source.title, plan, spans)

    (run_id,) = create_drafts(SYSTEM, [draft], None)

    assert intake_of(read(run_id)) == DRAW
    assert read(run_id).selection is Selection.DRAW
    shares = sa.select(DepartmentQuota.places).where(DepartmentQuota.run_id == run_id)
    assert db.session.scalars(shares).all() == [2]


def test_approval_and_a_draw_do_not_go_together(app: Flask) -> None:
    create_office(intake=DRAW.kept())
    run_id = draft_in(create_room(), class_on(in_days(20)), needs_approval=True)

    with pytest.raises(Refused) as caught:
        publish_run(SYSTEM, run_id, None)

    assert caught.value.reason is PolicyReason.APPROVAL_AND_DRAW
    assert "승인과 추첨은 함께" in " ".join(run_queries.lacking(read(run_id), clock.now()))


# Priority groups


def test_groups_are_added_named_put_in_order_and_retired(admin: FlaskClient) -> None:
    admin.post("/office/settings/groups/start-set")
    admin.post("/office/settings/groups", data={"name": "다자녀가구"})
    first, second = listed()[:2]

    admin.post(f"/office/settings/groups/{first.id}/down")
    admin.post(f"/office/settings/groups/{second.id}", data={"name": "차상위"})
    admin.post(f"/office/settings/groups/{first.id}/retire")

    page = words(admin.get("/office/settings/groups"))
    assert [one.name for one in listed()][:2] == ["차상위", "기초생활수급자"]
    assert "다자녀가구" in page
    assert "기초생활수급자 쓰지 않음" in page
    create_office()
    choices = admin.get("/office/settings/policy").text
    assert 'value="near_poor"' in choices
    assert 'value="basic_livelihood"' not in choices
    verbs = db.session.scalars(sa.select(Event.verb).where(Event.subject == "priority_group"))
    assert {"priority_group.added", "priority_group.renamed"} <= set(verbs)


def test_the_start_set_is_added_once(app: Flask) -> None:
    assert add_start_set(SYSTEM) == len(START_SET)
    assert add_start_set(SYSTEM) == 0


def test_two_groups_never_have_one_name(app: Flask) -> None:
    first, second = add_group(SYSTEM, "가"), add_group(SYSTEM, "나")
    with pytest.raises(Refused) as caught:
        rename_group(SYSTEM, second, "나", "가")
    assert caught.value.reason is Reason.NAME_TAKEN
    rename_group(SYSTEM, first, "가", "다")
    with pytest.raises(Refused) as caught:
        rename_group(SYSTEM, first, "가", "라")
    assert caught.value.reason is Reason.CHANGED_MEANWHILE


def test_groups_are_for_administrators_and_courses_for_staff(app: Flask) -> None:
    create_office()
    staff = app.test_client()
    sign_in_to_work(staff, create_staff(create_center()))

    assert staff.get("/office/settings/groups").status_code == 403
    assert staff.get(f"/office/courses/{create_course().id}/policy").status_code == 200
    assert staff.get("/office/courses/999/policy").status_code == 404
    assert app.test_client().get("/office/settings/groups").status_code == 303


def test_a_group_named_in_a_policy_is_read_by_its_name(admin: FlaskClient) -> None:
    add_start_set(SYSTEM)
    kept = Intake(groups=("disabled", SENIOR_65), reserved_percent=20)
    run: Run = create_run(intake=kept, capacity=10)

    page = words(admin.get(f"/runs/{run.id}"))
    assert "2자리는 장애인인 분, 만 65세 이상인 분께 먼저 드립니다." in page


def listed() -> list[PriorityGroup]:
    db.session.rollback()
    rows = sa.select(PriorityGroup).order_by(PriorityGroup.position, PriorityGroup.id)
    return list(db.session.scalars(rows))


def test_a_courses_own_rate_completes_its_runs(app: Flask) -> None:
    create_office()
    own = create_course(policy=Policy(completion_percent=60).kept())

    assert completion_percent(create_run(own).id) == 60
    assert completion_percent(create_run().id) == 80
