"""From an empty installation to an office that is open."""

from datetime import date, time

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts import actions as accounts
from eduportal.accounts.models import Account, RoleGrant
from eduportal.accounts.rules import Reason, Role, setup_code
from eduportal.catalog.actions.office import OfficeFacts, save_office, save_policy
from eduportal.catalog.models import Center, Office, Room, Seat
from eduportal.catalog.queries import rooms
from eduportal.catalog.rules.intake import Intake
from eduportal.catalog.rules.policy import Policy, policy_refusal
from eduportal.portal.forms import FirstRoomForm
from eduportal.portal.readiness import Lack, missing
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.events import SYSTEM, Event
from eduportal.shared.refusal import Refused
from tests.accounts.steps import NOON, count, is_in, sign_in, sign_in_to_work
from tests.catalog.steps import as_typed, words
from tests.factories import (
    create_account,
    create_center,
    create_office,
    create_person,
    create_room,
    create_run,
    create_staff,
)
from tests.race.racer import all_at_once

CODE = setup_code("test")
ME = {
    "name": "최관리",
    "email": "Choi@Example.org",
    "password": "a-long-password",
    "again": "a-long-password",
}
OFFICE = {"name": "한강구청", "department": "홍보전산과", "phone": "02-2670-1234"}
POLICY = {
    "window_from_day": 15,
    "window_from_time": "10:00",
    "window_until_day": 17,
    "window_until_time": "18:00",
    "monthly_limit": 2,
    "waiting_limit": 10,
    "minimum_age": 14,
    "completion_percent": 80,
    "minimum_percent": 50,
} | as_typed(Intake())


@pytest.fixture
def admin(client: FlaskClient) -> FlaskClient:
    sign_in_to_work(client, create_staff())
    return client


def begin(client: FlaskClient) -> int:
    client.post("/setup", data={"code": CODE})
    return client.post("/setup", data=ME).status_code


# The first administrator


def test_an_empty_installation_says_that_it_is_being_prepared(
    app: Flask, client: FlaskClient
) -> None:
    page = client.get("/").text
    assert "준비 중입니다" in page
    assert 'href="/setup"' in page
    for path in ("/runs", "/privacy", "/sign-in"):
        assert client.get(path).status_code == 200

    create_office()
    create_staff()
    assert "준비 중입니다" not in client.get("/").text


def test_the_code_opens_the_way_to_the_first_administrator(app: Flask, client: FlaskClient) -> None:
    assert "설정 번호" in client.get("/setup").text
    assert client.post("/setup", data={"code": CODE.lower().replace("-", " ")}).status_code == 303
    assert "첫 관리자" in client.get("/setup").text

    answer = client.post("/setup", data=ME)

    assert (answer.status_code, answer.location) == (303, "/office/setup")
    assert is_in(client)
    assert client.get("/office/setup").status_code == 200
    account = db.session.scalars(sa.select(Account)).one()
    assert (account.email, account.name) == ("choi@example.org", "최관리")
    grant = db.session.scalars(sa.select(RoleGrant)).one()
    assert (grant.role, grant.center_id) == (Role.ADMIN, None)


def test_set_up_is_not_there_once_there_is_an_administrator(
    app: Flask, client: FlaskClient
) -> None:
    proved = app.test_client()
    proved.post("/setup", data={"code": CODE})
    begin(client)

    for other in (app.test_client(), proved):
        assert other.get("/setup").status_code == 404
        assert other.post("/setup", data={"code": CODE}).status_code == 404
        assert other.post("/setup", data=ME | {"email": "b@example.org"}).status_code == 404
    assert count(Account) == 1
    assert 'href="/setup"' not in app.test_client().get("/").text


def test_without_the_code_nobody_becomes_administrator(app: Flask, client: FlaskClient) -> None:
    assert client.post("/setup", data=ME).status_code == 422
    assert client.post("/setup", data=ME | {"code": "AAAA-BBBB-CCCC"}).status_code == 422
    assert count(Account) == 0


def test_a_wrong_code_is_counted_and_then_the_right_one_waits(app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        for _try in range(5):
            page = app.test_client().post("/setup", data={"code": "AAAA-BBBB-CCCC"})
            assert Reason.SETUP_CODE_WRONG in page.text
        blocked = app.test_client().post("/setup", data={"code": CODE})
        assert blocked.status_code == 422
        assert "15분" in blocked.text

        traveller.shift(15 * 60)
        assert app.test_client().post("/setup", data={"code": CODE}).status_code == 303


def test_the_code_is_not_in_the_page_nor_in_the_record(app: Flask, client: FlaskClient) -> None:
    client.post("/setup", data={"code": "ZZZZ-ZZZZ-ZZZZ"})

    assert CODE not in client.get("/setup").text
    for event in db.session.scalars(sa.select(Event)):
        assert "ZZZZ" not in str(event.detail)


def test_the_right_code_is_good_for_half_an_hour(app: Flask, client: FlaskClient) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        client.post("/setup", data={"code": CODE})
        traveller.shift(31 * 60)
        assert client.post("/setup", data=ME).status_code == 422
    assert count(Account) == 0


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": ""}, "이름을 입력해 주세요"),
        ({"email": "choi"}, "이메일 주소를 다시 확인해 주세요"),
        ({"password": "short", "again": "short"}, "10자 이상"),
        ({"again": "another-password"}, "두 비밀번호가 다릅니다"),
        ({"email": "taken@example.org"}, "이미 있는 이메일입니다"),
    ],
)
def test_what_is_missing_of_the_administrator_is_said(
    app: Flask, client: FlaskClient, given: dict[str, str], sentence: str
) -> None:
    create_account(email="taken@example.org")
    client.post("/setup", data={"code": CODE})

    answer = client.post("/setup", data=ME | given)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert count(RoleGrant) == 0


def test_of_two_who_would_be_first_one_is(app: Flask) -> None:
    def become(number: int) -> str:
        try:
            accounts.add_first_administrator(
                f"choi{number}@example.org", "최관리", "hash", "192.0.2.1"
            )
        except Refused as refused:
            return refused.reason.name
        return "in"

    acts = [lambda number=number: become(number) for number in range(4)]

    assert all_at_once(app, acts) == {"in": 1, "SETUP_OVER": 3}
    assert count(RoleGrant) == 1


# The steps


def test_an_office_is_opened_step_by_step(app: Flask, client: FlaskClient) -> None:
    begin(client)
    assert client.get("/office/setup").text.count("아직") >= 7
    assert client.post("/office/settings/office", data=OFFICE).location == "/office/setup"
    for name in ("창업스마트교육장", "정보문화센터"):
        client.post("/office/setup/centers", data={"name": name})
    first, second = db.session.scalars(sa.select(Center.id).order_by(Center.id))
    for center_id, name, seats in (
        (first, "제1강의실", 28),
        (first, "제2강의실", 22),
        (second, "제1강의실", 26),
    ):
        data = {"center_id": center_id, "name": name, "seats": seats}
        assert client.post("/office/setup/rooms", data=data).status_code == 303
    assert [room.seats for room in rooms(None, clock.today())] == [28, 22, 26]
    assert client.post("/office/settings/policy", data=POLICY).location == "/office/setup"

    page = words(client.get("/office/setup/open"))
    assert "제2강의실 (22석)" in page
    answer = client.post("/office/setup/open")

    assert answer.location == "/office"
    office = db.session.get_one(Office, 1, populate_existing=True)
    assert office.opened_at
    assert office.policy_set_at
    assert (office.name, office.phone) == ("한강구청", "0226701234")
    assert "사무소를 아직 열지 않았습니다" not in client.get("/office").text
    verbs = set(db.session.scalars(sa.select(Event.verb)))
    assert {"office.added", "center.added", "room.added", "office.opened"} <= verbs


def test_set_up_can_be_left_and_taken_up_again(app: Flask, client: FlaskClient) -> None:
    begin(client)
    client.post("/office/settings/office", data=OFFICE)
    client.post("/sign-out")
    account = db.session.scalars(sa.select(Account)).one()
    later = app.test_client()
    sign_in_to_work(later, account, ME["password"])

    page = words(later.get("/office/setup"))
    assert "1. 사무소 이름과 연락처 마침" in page
    assert "2. 교육장 아직" in page
    assert "사무소를 아직 열지 않았습니다" in later.get("/office").text


def test_an_office_opens_only_when_nothing_it_needs_is_missing(admin: FlaskClient) -> None:
    assert admin.post("/office/setup/open").status_code == 200
    create_office()
    create_room(create_center())

    page = admin.post("/office/setup/open")

    assert Lack.POLICY in page.text
    assert "사무소 열기" not in page.text
    assert db.session.get_one(Office, 1, populate_existing=True).opened_at is None


def test_seats_stand_in_rows_and_are_as_many_as_was_said(app: Flask) -> None:
    with app.test_request_context():
        for seats in (1, 2, 7, 22, 23, 28, 150):
            rows, columns = FirstRoomForm(formdata=None, seats=seats).rows_and_columns()
            assert rows * columns >= seats > (rows - 1) * columns
            assert max(rows, columns) <= 15


def test_a_room_of_23_has_23_seats_with_their_places(admin: FlaskClient) -> None:
    create_office()
    center = create_center()
    data = {"center_id": center.id, "name": "제1강의실", "seats": 23}
    admin.post("/office/setup/rooms", data=data)

    seats = db.session.scalars(sa.select(Seat).order_by(Seat.number)).all()
    assert [seat.number for seat in seats] == list(range(1, 24))
    assert len({(seat.row, seat.column) for seat in seats}) == 23


@pytest.mark.parametrize(
    ("path", "data", "sentence"),
    [
        ("/office/setup/centers", {"name": ""}, "교육장 이름을 입력해 주세요"),
        ("/office/setup/centers", {"name": "정보문화센터"}, "이름을 씁니다"),
        ("/office/setup/rooms", {"seats": "many", "name": "제1"}, "1개부터 150개까지"),
        ("/office/setup/rooms", {"seats": 0, "name": "제1"}, "1개부터 150개까지"),
        ("/office/setup/rooms", {"seats": 9, "name": ""}, "강의실 이름을 입력해 주세요"),
        ("/office/settings/office", OFFICE | {"name": " "}, "사무소 이름을 입력해 주세요"),
        ("/office/settings/office", OFFICE | {"phone": "1"}, "전화번호를 다시 확인해 주세요"),
        ("/office/settings/office", OFFICE | {"email": "x"}, "이메일 주소를 다시 확인해"),
        ("/office/settings/office", OFFICE | {"homepage": "javascript:x"}, "https://로 시작하는"),
        ("/office/settings/policy", POLICY | {"window_until_day": 14}, "뒤여야 합니다"),
        ("/office/settings/policy", POLICY | {"window_from_day": 32}, "1부터 31까지"),
        ("/office/settings/policy", POLICY | {"completion_percent": 0}, "1부터 100까지"),
        ("/office/settings/policy", POLICY | {"window_from_time": "25:00"}, "시각을 다시 확인"),
    ],
)
def test_bad_input_gets_a_sentence_and_changes_nothing(
    admin: FlaskClient, path: str, data: dict[str, object], sentence: str
) -> None:
    create_office()
    center = create_center("정보문화센터")
    events = count(Event)
    given = {"center_id": center.id} if path.endswith("rooms") else {}

    answer = admin.post(path, data=given | data)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert (count(Center), count(Room), count(Event)) == (1, 0, events)


def test_set_up_and_settings_are_for_administrators(app: Flask) -> None:
    create_office()
    staff, resident = app.test_client(), app.test_client()
    sign_in_to_work(staff, create_staff(create_center()))
    sign_in(resident, create_person())
    create_staff()

    for path in (
        *("/office/setup", "/office/setup/centers", "/office/setup/rooms", "/office/setup/open"),
        *("/office/readiness", "/office/settings", "/office/settings/office"),
        "/office/settings/policy",
    ):
        assert staff.get(path).status_code == 403
        assert resident.get(path).status_code == 403
        assert "/sign-in/work" in app.test_client().get(path).location


# The rules of an office


def test_the_defaults_are_read_back_as_residents_will_read_them(client: FlaskClient) -> None:
    create_office()
    with time_machine.travel("2026-12-01T03:00:00Z", tick=False):
        sign_in_to_work(client, create_staff())
        data = POLICY | {"step": "look", "monthly_limit": 3, "window_from_day": 12}
        page = words(client.post("/office/settings/policy", data=data))

    assert "앞 달 12일 10:00부터 17일 18:00까지" in page
    assert "강좌를 3개까지 신청할 수 있습니다" in page
    # The twelfth is a Saturday; the window moves to the Monday after it.
    assert "2026. 12. 14.(월) 10:00 ~ 2026. 12. 17.(목) 18:00" in page
    assert db.session.get_one(Office, 1).policy_set_at is None


def test_looking_over_the_defaults_is_enough_to_have_set_them(admin: FlaskClient) -> None:
    create_office()
    admin.post("/office/settings/policy", data=POLICY)

    assert db.session.get_one(Office, 1, populate_existing=True).policy_set_at


def test_a_change_of_the_defaults_keeps_old_and_new(admin: FlaskClient) -> None:
    create_office(opened_at=clock.now())
    data = POLICY | {"monthly_limit": 3, "window_from_time": "09:00"}

    assert admin.post("/office/settings/policy", data=data).location == "/office/settings"

    event = db.session.scalars(sa.select(Event).where(Event.verb == "office.policy")).one()
    assert event.detail["changed"] == {
        "monthly_limit": [2, 3],
        "window_from_time": ["10:00", "09:00"],
    }


def test_two_who_save_the_office_lose_nothing_of_each_other(app: Flask) -> None:
    create_office()
    shown = {"name": "한강구청", "department": "홍보전산과", "phone": "0220000000"}
    save_office(SYSTEM, OfficeFacts("한강구청", "전산과", "0220000000"), shown)
    save_office(SYSTEM, OfficeFacts("한강구", "홍보전산과", "0220000000"), shown)
    with pytest.raises(Refused):
        save_office(SYSTEM, OfficeFacts("한강구청", "정보과", "0220000000"), shown)

    office = db.session.get_one(Office, 1, populate_existing=True)
    assert (office.name, office.department) == ("한강구", "전산과")


def test_halves_of_two_windows_do_not_make_one_that_ends_before_it_begins(app: Flask) -> None:
    create_office()
    shown = {"window_from_day": "15", "window_until_day": "17"}
    save_policy(SYSTEM, Policy(window_from_day=16), shown)
    with pytest.raises(Refused):
        save_policy(SYSTEM, Policy(window_from_day=15, window_until_day=15), shown)

    assert db.session.get_one(Office, 1, populate_existing=True).window_until_day == 17


def test_an_office_is_made_once_by_two(app: Flask) -> None:
    def save(name: str) -> str:
        try:
            save_office(SYSTEM, OfficeFacts(name, "과", "0220000000"), {"name": ""})
        except Refused:
            return "refused"
        return "saved"

    all_at_once(app, [lambda: save("가구청"), lambda: save("나구청")])

    assert count(Office) == 1


def test_a_window_ends_after_it_begins() -> None:
    assert policy_refusal(Policy()) is None
    assert policy_refusal(Policy(window_until_day=15, window_until_time=time(10)))
    assert policy_refusal(Policy(window_until_day=15, window_until_time=time(11))) is None


# What is missing


def test_an_empty_office_lacks_everything_in_the_order_in_which_to_do_it(app: Flask) -> None:
    assert missing() == [lack for lack in Lack if lack is not Lack.SENDER_LOCKED]


def test_what_is_there_is_not_missing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    create_office(policy_set_at=clock.now(), opened_at=clock.now())
    center = create_center()
    create_staff(center)
    create_run(room=create_room(center))
    assert missing() == [Lack.SMS, Lack.EMAIL]

    monkeypatch.setitem(app.config, "DEMO", True)
    assert missing() == []


def test_a_closed_room_or_broken_seats_are_no_seats(app: Flask) -> None:
    create_office()
    center = create_center()
    create_room(center, closed_on=date(2000, 1, 1))
    create_room(center, seats=0)

    assert Lack.SEATS in missing()


def test_every_lack_leads_to_the_page_that_mends_it(admin: FlaskClient) -> None:
    page = admin.get("/office/readiness").text
    hrefs = [part.split('"')[0] for part in page.split('href="')[1:]]

    for path in (
        *("/office/settings/office", "/office/setup/centers", "/office/setup/rooms"),
        *("/office/settings/policy", "/office/settings/sender", "/office/people/invite"),
        *("/office/courses/new", "/office/setup/open"),
    ):
        assert path in hrefs
        assert admin.get(path).status_code in (200, 303)


def test_only_administrators_see_what_is_missing(app: Flask) -> None:
    create_office()
    staff = app.test_client()
    sign_in_to_work(staff, create_staff(create_center()))

    assert "사무소를 아직 열지 않았습니다" not in staff.get("/office").text
