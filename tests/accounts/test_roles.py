"""Roles given and taken; what each of them opens; the record of it."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from eduportal.accounts import actions
from eduportal.accounts.actions import Places
from eduportal.accounts.models import Account, RoleGrant
from eduportal.accounts.rules import (
    Grant,
    Holding,
    Reason,
    Role,
    centers_of,
    close_refusal,
    grant_refusal,
    is_setup_code,
    may_do,
    revoke_refusal,
    setup_code,
)
from eduportal.catalog.models import Center, Instructor, Run
from eduportal.shared.db import db
from eduportal.shared.events import AccessLine, By, Event
from eduportal.shared.refusal import Missing, Refused
from tests.accounts.steps import is_in, sign_in, sign_in_to_work, verbs
from tests.factories import (
    create_account,
    create_booking,
    create_center,
    create_instructor,
    create_office,
    create_person,
    create_room,
    create_run,
    create_staff,
    now,
    save,
)
from tests.race.racer import all_at_once

ADMIN = By("admin", "online", 1)


@pytest.fixture
def center(app: Flask) -> Center:
    create_office()
    return create_center("창업스마트교육장")


@pytest.fixture
def run(center: Center) -> Run:
    run = create_run(room=create_room(center))
    create_booking(run)
    return run


def signed_in(app: Flask, account: Account) -> FlaskClient:
    client = app.test_client()
    assert sign_in_to_work(client, account).status_code == 303
    return client


def roles_of(account: Account) -> set[tuple[str, int | None]]:
    rows = db.session.execute(
        sa.select(RoleGrant.role, RoleGrant.center_id).where(
            RoleGrant.account_id == account.id, RoleGrant.revoked_at.is_(None)
        )
    )
    return {(role.value, center_id) for role, center_id in rows}


# Rules


def test_each_role_may_what_the_ones_below_it_may() -> None:
    desk = [Grant(Role.DESK, 1)]

    assert may_do(desk, Role.VIEWER)
    assert may_do(desk, Role.DESK)
    assert not may_do(desk, Role.STAFF)
    assert not may_do([Grant(Role.INSTRUCTOR, 1)], Role.VIEWER)


def test_what_somebody_may_is_asked_center_by_center() -> None:
    mixed = [Grant(Role.VIEWER, 1), Grant(Role.STAFF, 2)]

    assert centers_of(mixed, Role.VIEWER) == frozenset({1, 2})
    assert centers_of(mixed, Role.STAFF) == frozenset({2})
    assert centers_of([Grant(Role.DESK, None)], Role.VIEWER) is None


def test_the_last_keys_and_ones_own_stay() -> None:
    last, one_of_two = Holding(1, True, 0), Holding(1, True, 1)

    assert revoke_refusal(Role.ADMIN, last, 2) == (Reason.LAST_ADMIN, {})
    assert revoke_refusal(Role.ADMIN, one_of_two, 1) == (Reason.OWN_ADMIN, {})
    assert revoke_refusal(Role.ADMIN, one_of_two, 2) is None
    assert revoke_refusal(Role.STAFF, last, 1) is None
    assert close_refusal(one_of_two, 1) == (Reason.OWN_ACCOUNT, {})
    assert close_refusal(last, None) == (Reason.LAST_ADMIN, {})


def test_a_role_is_for_something() -> None:
    assert grant_refusal(Role.STAFF, [], None) == (Reason.CENTER_NEEDED, {})
    assert grant_refusal(Role.DEPARTMENT, [1], None) == (Reason.DEPARTMENT_NEEDED, {})
    assert grant_refusal(Role.ADMIN, [], None) is None
    assert grant_refusal(Role.VIEWER, [None], None) is None


def test_the_setup_code_is_the_same_everywhere_and_forgives_how_it_is_typed() -> None:
    code = setup_code("key")

    assert code == setup_code("key") != setup_code("other key")
    assert is_setup_code(f" {code.lower().replace('-', ' ')} ", "key")
    assert not is_setup_code("", "key")
    assert not is_setup_code("설정번호", "key")


# Verbs


def test_a_role_is_given_at_centers_and_taken_at_one(center: Center) -> None:
    other, account = create_center("다른 곳"), create_account(email="kim@example.org")
    actions.grant_role(ADMIN, account.id, Role.DESK, Places((center.id, other.id)))
    assert roles_of(account) == {("desk", center.id), ("desk", other.id)}

    grant = db.session.scalars(sa.select(RoleGrant).order_by(RoleGrant.id)).first()
    assert grant
    actions.revoke_grant(ADMIN, account.id, grant.id)
    actions.revoke_grant(ADMIN, account.id, grant.id)

    assert roles_of(account) == {("desk", other.id)}
    assert verbs() == ["role_granted", "role_granted", "role_revoked"]


def test_what_somebody_has_already_is_refused(center: Center) -> None:
    account = create_staff(center)

    with pytest.raises(Refused) as refused:
        actions.grant_role(ADMIN, account.id, Role.STAFF, Places((center.id,)))
    assert refused.value.reason is Reason.GRANTED_ALREADY


def test_a_department_is_looked_after_by_name(app: Flask) -> None:
    account = create_account(email="kim@example.org")
    actions.grant_role(ADMIN, account.id, Role.DEPARTMENT, Places(department=" 총무과 "))

    grant = db.session.scalars(sa.select(RoleGrant)).one()
    assert (grant.role, grant.center_id, grant.department) == (Role.DEPARTMENT, None, "총무과")


def test_a_grant_of_another_account_is_not_there(center: Center) -> None:
    one, other = create_staff(center), create_staff(center)
    grant = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.account_id == one.id)).one()

    with pytest.raises(Missing):
        actions.revoke_grant(ADMIN, other.id, grant.id)
    with pytest.raises(Missing):
        actions.close_account(ADMIN, 999)


def test_a_phone_has_no_roles(center: Center) -> None:
    with pytest.raises(Missing):
        actions.grant_role(ADMIN, create_account().id, Role.STAFF, Places((center.id,)))


def test_two_who_take_the_last_keys_from_each_other_leave_one(app: Flask) -> None:
    one, other = create_staff(), create_staff()

    def take(mine: int, theirs: int) -> str:
        try:
            actions.revoke_role(By("admin", "online", mine), theirs, Role.ADMIN)
        except Refused as refused:
            return refused.reason.name
        return "taken"

    answers = all_at_once(app, [lambda: take(one.id, other.id), lambda: take(other.id, one.id)])

    assert answers == {"taken": 1, "LAST_ADMIN": 1}
    assert len(roles_of(one) | roles_of(other)) == 1


def test_an_administrator_who_never_came_holds_no_keys(app: Flask) -> None:
    one, invited = create_staff(), create_account(email="new@example.org")
    actions.grant_role(ADMIN, invited.id, Role.ADMIN, Places())
    actions.invite_again(ADMIN, invited.id, actions.Letter("token"))

    with pytest.raises(Refused) as refused:
        actions.close_account(By("system"), one.id)
    assert refused.value.reason is Reason.LAST_ADMIN

    actions.accept_invitation("token", "hash", "192.0.2.1")
    actions.close_account(By("system"), one.id)


def test_a_new_link_takes_no_keys_from_whoever_came_before(app: Flask) -> None:
    one, other = create_staff(), create_staff()
    signed_in(app, other)
    actions.invite_again(ADMIN, other.id, actions.Letter("token"))

    actions.close_account(By("system"), one.id)


# Pages


def test_a_role_counts_with_the_next_request_and_is_gone_with_it(
    app: Flask, center: Center
) -> None:
    admin, account = signed_in(app, create_staff()), create_account(email="kim@example.org")
    them = signed_in(app, account)
    assert them.get("/office").status_code == 403

    page = f"/office/people/{account.id}"
    assert admin.post(page, data={"role": "viewer", "centers": center.id}).location == page
    assert them.get("/office").status_code == 200

    grant = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.account_id == account.id)).one()
    assert admin.post(f"{page}/grants/{grant.id}/revoke").location == page
    assert them.get("/office").status_code == 403


def test_closing_an_account_ends_its_sessions_and_opening_it_gives_all_back(
    app: Flask, center: Center
) -> None:
    admin, account = signed_in(app, create_staff()), create_staff(center)
    them = signed_in(app, account)

    admin.post(f"/office/people/{account.id}/close")
    assert not is_in(them)
    assert sign_in_to_work(app.test_client(), account).status_code == 422

    admin.post(f"/office/people/{account.id}/reopen")
    assert not is_in(them)
    assert signed_in(app, account).get("/office/runs").status_code == 200


def test_nobody_locks_themselves_out(app: Flask, center: Center) -> None:
    create_staff()
    account = create_staff()
    admin = signed_in(app, account)
    grant = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.account_id == account.id)).one()

    page = f"/office/people/{account.id}"
    admin.post(f"{page}/grants/{grant.id}/revoke")
    admin.post(f"{page}/close")

    shown = admin.get(page).text
    assert Reason.OWN_ADMIN in shown
    assert Reason.OWN_ACCOUNT in shown
    assert "이 계정 닫기" not in shown
    assert roles_of(account) == {("admin", None)}


def test_the_list_says_who_may_what_and_finds_learners_too(app: Flask, center: Center) -> None:
    create_staff(center, Role.DESK, name="오창구", email="oh@example.org")
    create_account(email="learner@example.org", name="학습자")
    admin = signed_in(app, create_staff(name="최관리"))

    page = admin.get("/office/people").text
    assert "접수 창구 · 창업스마트교육장" in " ".join(page.split())
    assert "오창구" in page
    assert "학습자" not in page
    assert "학습자" in admin.get("/office/people?q=LEARNER").text
    assert "맞는 계정이 없습니다" in admin.get("/office/people?q=아무도").text


def test_an_instructor_by_grant_can_be_chosen_once(app: Flask, center: Center) -> None:
    admin, account = signed_in(app, create_staff()), create_account(email="kim@example.org")
    other = create_center("다른 곳")
    for number in (center.id, other.id):
        data = {"role": "instructor", "centers": number}
        assert admin.post(f"/office/people/{account.id}", data=data).status_code == 303

    assert [row.account_id for row in db.session.scalars(sa.select(Instructor))] == [account.id]


def test_the_record_says_who_gave_what_to_whom(app: Flask, center: Center) -> None:
    admin = signed_in(app, create_staff(name="최관리", email="choi@example.org"))
    one = create_account(email="kim@example.org", name="김담당")
    other = create_account(email="lee@example.org", name="이담당")
    for account in (one, other):
        admin.post(f"/office/people/{account.id}", data={"role": "staff", "centers": center.id})
    admin.post(f"/office/people/{one.id}/close")
    create_person()

    page = admin.get("/office/people/record").text
    assert page.count("최관리 (choi@example.org)") == 3
    assert "계정을 닫음" in page
    only = admin.get(f"/office/people/record?account={other.id}").text
    assert "이담당 (lee@example.org)" in only
    assert "김담당 (kim@example.org)" not in only

    file = admin.get(f"/office/people/record.csv?account={one.id}")
    lines = file.data.decode("utf-8-sig").splitlines()
    assert lines[0] == "때,한 일,누구에게,권한,범위,누가,경로"
    assert "권한을 줌,김담당 (kim@example.org),담당자,창업스마트교육장" in lines[2]
    assert "record of roles as a file" in db.session.scalars(sa.select(AccessLine.what)).all()


def test_the_record_turns_its_pages(app: Flask) -> None:
    account = create_staff()
    db.session.add_all(
        Event(
            at=now(),
            verb="account_closed",
            by_kind="system",
            channel="system",
            subject="account",
            subject_id=account.id,
            detail={},
        )
        for _line in range(51)
    )
    db.session.commit()
    admin = signed_in(app, account)

    assert 'rel="next"' in admin.get("/office/people/record").text
    second = admin.get("/office/people/record?page=2").text
    assert second.count("계정을 닫음") == 1
    assert "서버 명령" in second
    assert 'rel="next"' not in second
    assert admin.get(f"/office/people/record?page={10**20}").status_code == 200
    assert admin.get(f"/office/people/record?account={10**20}").status_code == 404


# What each role opens

READ = (
    "/office",
    "/office/runs",
    "/office/runs/{run}",
    "/office/courses",
    "/office/statistics/month",
)
DESK = ("/office/runs/{run}/roster", "/office/runs/{run}/entry", "/office/runs/{run}/attendance")
PLAN = ("/office/runs/{run}/edit", "/office/courses/new", "/office/runs/{run}/cancellation")
RULE = (
    "/office/people",
    "/office/people/invite",
    "/office/people/record",
    "/office/settings",
    "/office/settings/policy",
    "/office/settings/sender",
    "/office/setup",
    "/office/readiness",
)


@pytest.mark.parametrize(
    ("role", "opened"),
    [
        (Role.VIEWER, READ),
        (Role.DESK, READ + DESK),
        (Role.STAFF, READ + DESK + PLAN),
        (Role.INSTRUCTOR, ()),
    ],
)
def test_each_role_opens_its_pages_and_no_others(
    app: Flask, run: Run, center: Center, role: Role, opened: tuple[str, ...]
) -> None:
    them = signed_in(app, create_staff(center, role))

    for path in READ + DESK + PLAN + RULE:
        status = them.get(path.format(run=run.id)).status_code
        assert (path, status) == (path, 200 if path in opened else 403)


def test_administrators_open_every_page(app: Flask, run: Run) -> None:
    admin = signed_in(app, create_staff())

    for path in READ + DESK + PLAN + RULE:
        assert (path, admin.get(path.format(run=run.id)).status_code) == (path, 200)


def test_strangers_sign_in_first_and_residents_stay_out(app: Flask, run: Run) -> None:
    resident = app.test_client()
    sign_in(resident, create_person())

    for path in READ + DESK + PLAN + RULE:
        assert app.test_client().get(path.format(run=run.id)).status_code == 303
        assert resident.get(path.format(run=run.id)).status_code == 403


def test_a_viewer_here_and_staff_there_sees_each_accordingly(
    app: Flask, run: Run, center: Center
) -> None:
    there = create_center("정보문화센터")
    elsewhere = create_run(room=create_room(there))
    account = create_staff(center, Role.VIEWER)
    save(RoleGrant(account_id=account.id, role=Role.STAFF, center_id=there.id, granted_at=now()))
    them = signed_in(app, account)

    assert them.get(f"/office/runs/{run.id}").status_code == 200
    assert "내용 고치기" not in them.get(f"/office/runs/{run.id}").text
    assert "수강생 명단" not in them.get(f"/office/runs/{run.id}").text
    assert "내용 고치기" in them.get(f"/office/runs/{elsewhere.id}").text
    assert them.get(f"/office/runs/{run.id}/edit").status_code == 404
    assert them.get(f"/office/runs/{run.id}/roster").status_code == 404
    assert them.get(f"/office/runs/{elsewhere.id}/edit").status_code == 200


def test_no_page_of_a_role_offers_what_it_may_not(app: Flask, run: Run, center: Center) -> None:
    viewer = signed_in(app, create_staff(center, Role.VIEWER))
    desk = signed_in(app, create_staff(center, Role.DESK))

    for client, pages in ((viewer, READ), (desk, READ + DESK)):
        for page in pages:
            answer = client.get(page.format(run=run.id), follow_redirects=True)
            for href in set(re_links(answer.text)):
                status = client.get(href).status_code
                assert (page, href, status) == (page, href, 200 if status != 303 else 303)


def re_links(page: str) -> list[str]:
    links = [part.split('"')[0] for part in page.split('href="')[1:]]
    return [
        link.replace("&amp;", "&")
        for link in links
        if link.startswith("/") and not link.startswith(("/static", "/my", "/me", "/sent"))
    ]


# The console


def test_the_console_takes_a_role_and_closes_an_account(
    runner: FlaskCliRunner, center: Center
) -> None:
    account = create_staff(center, email="kim@example.org")

    result = runner.invoke(args=["account", "revoke", "Kim@example.org", "staff"])
    assert (result.exit_code, roles_of(account)) == (0, set())
    again = runner.invoke(args=["account", "revoke", "kim@example.org", "staff"])
    assert "does not have the role staff" in again.output

    assert "is closed" in runner.invoke(args=["account", "close", "kim@example.org"]).output
    db.session.refresh(account)
    assert not account.active


def test_the_console_keeps_the_last_administrator(runner: FlaskCliRunner) -> None:
    account = create_staff(email="choi@example.org")

    for words in (["revoke", "choi@example.org", "admin"], ["close", "choi@example.org"]):
        result = runner.invoke(args=["account", *words])
        assert result.exit_code == 1
        assert "last administrator" in result.output
    assert roles_of(account) == {("admin", None)}
    unknown = runner.invoke(args=["account", "close", "nobody@example.org"])
    assert "no account with the e-mail" in unknown.output


@pytest.mark.parametrize(
    ("role", "options", "sentence"),
    [
        ("desk", ["--center-id", "CENTER"], "was added"),
        ("viewer", [], "say at which center"),
        ("department", ["--department", "총무과"], "was added"),
        ("department", [], "say whose training"),
    ],
)
def test_the_console_adds_every_role(
    runner: FlaskCliRunner, center: Center, role: str, options: list[str], sentence: str
) -> None:
    given = [str(center.id) if word == "CENTER" else word for word in options]
    words = ["--email", "kim@example.org", "--name", "김담당", "--role", role, *given]

    result = runner.invoke(
        args=["account", "add", "--password-stdin", *words], input="long-enough-password\n"
    )
    assert sentence in result.output


def test_a_teacher_has_no_office_even_as_an_instructor_of_every_center(
    app: Flask, center: Center
) -> None:
    instructor = create_instructor(center)
    them = signed_in(app, db.session.get_one(Account, instructor.account_id))

    assert them.get("/teach").status_code == 200
    assert them.get("/office").status_code == 403
