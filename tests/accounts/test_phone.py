import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts import actions
from eduportal.accounts.models import Account, Consent, Person, SignInCode, SignInTry
from eduportal.accounts.rules import Reason
from eduportal.notices.models import Channel, Notice
from eduportal.shared.db import db
from eduportal.shared.events import Event
from eduportal.shared.refusal import Refused
from tests.accounts.steps import (
    NOON,
    PHONE,
    ask_code,
    count,
    is_in,
    last_code,
    prove,
    sign_in,
    type_code,
    verbs,
    wrong,
)
from tests.factories import create_account, create_office, create_person

KEY = "test"
NEW = {
    "name": "홍길동",
    "birth_date": "19540301",
    "relation": "lives",
    "dong": "대림 1동",
    "sex": "m",
    "consent_service": "y",
    "consent_statistics": "y",
}


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    create_office()


# The code


def test_a_code_goes_to_the_phone_and_is_not_kept(client: FlaskClient) -> None:
    assert ask_code(client, "010-0000-1234").location == "/sign-in/code"

    notice = db.session.scalars(sa.select(Notice)).one()
    assert (notice.channel, notice.address, notice.secret) == (Channel.SMS, PHONE, True)
    kept = db.session.scalars(sa.select(SignInCode)).one()
    assert last_code() not in kept.code_hash
    assert len(kept.code_hash) == 64


def test_known_and_unknown_numbers_get_the_same_answer(app: Flask) -> None:
    person = create_person()
    known, unknown = app.test_client(), app.test_client()

    answers = [ask_code(known, str(person.phone)), ask_code(unknown, "01000009999")]
    pages = [known.get("/sign-in/code").text, unknown.get("/sign-in/code").text]

    assert len({(answer.status, answer.location, answer.text) for answer in answers}) == 1
    assert len(set(map(without_what_always_differs, pages))) == 1


def without_what_always_differs(page: str) -> str:
    """The page without its number, its times and its token."""
    page = re.sub(r"010-\d{4}-\d{4}|\d+[분초]|\d\d:\d\d(:\d\d)?", "", page)
    return re.sub(r"csrf_token.*", "", page)


@pytest.mark.parametrize("typed", ["", "02-123-4567", "010-123-4567", "011-1234-5678", "hello"])
def test_a_number_that_no_text_message_reaches_is_refused(client: FlaskClient, typed: str) -> None:
    assert ask_code(client, typed).status_code == 422
    assert count(Notice) == 0


def test_a_code_may_be_pasted_with_spaces(client: FlaskClient) -> None:
    ask_code(client)
    code = last_code()

    assert type_code(client, f" {code[:3]} {code[3:]} ").status_code == 303


def test_a_wrong_code_is_refused_with_the_tries_left(client: FlaskClient) -> None:
    ask_code(client)

    answer = type_code(client, wrong(last_code()))

    assert answer.status_code == 422
    assert "4번 더" in answer.text
    assert verbs() == ["sign_in_failed"]


def test_five_wrong_codes_use_it_up(client: FlaskClient) -> None:
    ask_code(client)
    code = last_code()
    for _try in range(5):
        type_code(client, wrong(code))

    assert "쓸 수 없습니다" in type_code(client, code).text


def test_a_code_is_over_after_three_minutes(client: FlaskClient) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        ask_code(client)
        clock.shift(timedelta(minutes=3))

        assert "지났습니다" in type_code(client, last_code()).text


def test_a_code_is_good_once(client: FlaskClient) -> None:
    ask_code(client)
    code = last_code()

    assert actions.try_code(PHONE, code, KEY) is None
    assert type_code(client, code).status_code == 422


def test_a_code_is_no_good_for_another_phone(app: Flask) -> None:
    actions.send_code("01000005555", "192.0.2.1", KEY)
    code = last_code()
    actions.send_code(PHONE, "192.0.2.1", KEY)

    assert code == last_code() or actions.try_code(PHONE, code, KEY) is not None
    assert actions.try_code("01000005555", code, KEY) is None


def test_only_the_newest_code_is_good(client: FlaskClient) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        ask_code(client)
        first = last_code()
        clock.shift(timedelta(seconds=30))
        assert client.post("/sign-in/code/again").location == "/sign-in/code"
        second = last_code()

        assert first == second or type_code(client, first).status_code == 422
        assert type_code(client, second).status_code == 303


def test_a_second_code_comes_after_30_seconds_only(client: FlaskClient) -> None:
    ask_code(client)
    client.post("/sign-in/code/again")

    page = client.get("/sign-in/code").text
    assert "초 뒤에 다시" in page
    assert "다시 보냈습니다" not in page
    assert count(Notice) == 1


def test_asking_twice_by_mistake_leads_to_the_code_that_is_there(client: FlaskClient) -> None:
    ask_code(client)

    assert ask_code(client).location == "/sign-in/code"
    assert count(Notice) == 1


def test_another_browser_waits_for_the_same_number(app: Flask, client: FlaskClient) -> None:
    ask_code(client)

    assert ask_code(app.test_client()).status_code == 422
    assert count(Notice) == 1


def test_five_codes_an_hour(app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _time in range(5):
            actions.send_code(PHONE, "192.0.2.1", KEY)
            clock.shift(timedelta(seconds=31))
        with pytest.raises(Refused) as refused:
            actions.send_code(PHONE, "192.0.2.1", KEY)
        assert refused.value.reason is Reason.CODE_TOO_MANY

        clock.shift(timedelta(hours=1))
        actions.send_code(PHONE, "192.0.2.1", KEY)


def test_a_classroom_shares_an_address(app: Flask) -> None:
    for seat in range(28):
        actions.send_code(f"010000020{seat:02d}", "192.0.2.1", KEY)

    assert count(Notice) == 28


def test_a_flood_from_one_address_is_held_back(app: Flask) -> None:
    now = NOON
    db.session.add_all(
        SignInTry(at=now, who="address:192.0.2.1", what="code_sent", succeeded=True)
        for _time in range(200)
    )
    db.session.commit()

    with time_machine.travel(NOON, tick=False):
        with pytest.raises(Refused) as refused:
            actions.send_code(PHONE, "192.0.2.1", KEY)
        actions.send_code(PHONE, "192.0.2.2", KEY)
    assert refused.value.reason is Reason.ADDRESS_TOO_MANY


def test_tries_and_codes_are_forgotten_after_a_day(app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        actions.send_code(PHONE, "192.0.2.1", KEY)
        clock.shift(timedelta(days=1, minutes=1))
        actions.send_code("01000005555", "192.0.2.1", KEY)

    assert db.session.scalars(sa.select(SignInCode.phone)).all() == ["01000005555"]
    assert count(SignInTry) == 2


def test_guesses_made_at_once_all_count(app: Flask) -> None:
    actions.send_code(PHONE, "192.0.2.1", KEY)
    code = last_code()
    together = Barrier(12)

    def guess(number: int) -> object:
        together.wait()
        with app.app_context():
            return actions.try_code(PHONE, f"{(int(code) + number) % 1_000_000:06d}", KEY)

    with ThreadPoolExecutor(12) as pool:
        refusals = list(pool.map(guess, range(1, 13)))

    assert sorted(str(refusal[0].name) for refusal in refusals if isinstance(refusal, tuple)) == (
        ["CODE_USED_UP"] * 8 + ["CODE_WRONG"] * 4
    )
    assert actions.try_code(PHONE, code, KEY) == (Reason.CODE_USED_UP, {})


def test_codes_asked_for_at_once_are_one(app: Flask) -> None:
    together = Barrier(8)

    def ask(_number: int) -> bool:
        together.wait()
        with app.app_context():
            try:
                actions.send_code(PHONE, "192.0.2.1", KEY)
            except Refused:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(8))) == 1
    assert count(Notice) == 1


# The first time


def test_whoever_is_new_says_who_they_are_and_is_in(client: FlaskClient) -> None:
    assert prove(client).location == "/sign-in/new-person"

    assert client.post("/sign-in/new-person", data=NEW).location == "/my"

    person = db.session.scalars(sa.select(Person)).one()
    assert (person.name, person.birth_date, person.dong) == ("홍길동", date(1954, 3, 1), "대림1동")
    assert (person.relation.value, person.sex, person.phone) == ("lives", "m", PHONE)
    assert is_in(client)


def test_every_answer_is_kept_with_its_version_a_no_as_well(client: FlaskClient) -> None:
    prove(client)
    client.post("/sign-in/new-person", data=NEW)

    consents = db.session.scalars(sa.select(Consent).order_by(Consent.id)).all()
    assert [(row.purpose, row.agreed) for row in consents] == [
        ("service", True),
        ("statistics", True),
        ("news", False),
    ]
    assert {row.text_version for row in consents} == {"2026-11"}


def test_no_consent_is_ticked_beforehand(client: FlaskClient) -> None:
    prove(client)
    page = client.get("/sign-in/new-person").text

    boxes = re.findall(r"<input[^>]*type=\"checkbox\"[^>]*>", page)
    assert len(boxes) == 3
    assert not any("checked" in box for box in boxes)


def test_all_options_off_is_enough(client: FlaskClient) -> None:
    prove(client)
    least = {name: NEW[name] for name in ("name", "birth_date", "relation", "dong")}

    answer = client.post("/sign-in/new-person", data=least | {"consent_service": "y"})

    assert answer.location == "/my"
    assert db.session.scalars(sa.select(Person.sex)).one() is None


def test_the_required_consent_is_needed(client: FlaskClient) -> None:
    prove(client)

    fields = {name: value for name, value in NEW.items() if name != "consent_service"}
    answer = client.post("/sign-in/new-person", data=fields)

    assert answer.status_code == 422
    assert count(Person) == 0


def test_sex_is_not_kept_without_consent_to_it(client: FlaskClient) -> None:
    prove(client)
    fields = {name: value for name, value in NEW.items() if name != "consent_statistics"}

    client.post("/sign-in/new-person", data=fields)

    assert db.session.scalars(sa.select(Person.sex)).one() is None


def test_children_come_with_a_guardian_and_nothing_is_stored(client: FlaskClient) -> None:
    prove(client)

    answer = client.post("/sign-in/new-person", data=NEW | {"birth_date": "20200101"})

    assert answer.status_code == 422
    assert "보호자와 함께" in answer.text
    assert count(Person) == count(Account) == count(Consent) == 0


def test_whoever_lives_here_says_where(client: FlaskClient) -> None:
    prove(client)

    assert client.post("/sign-in/new-person", data=NEW | {"dong": ""}).status_code == 422
    works = NEW | {"dong": "", "relation": "works"}
    assert client.post("/sign-in/new-person", data=works).status_code == 303


@pytest.mark.parametrize("name", ["Nguyễn Thị Minh Khai", "王小明", "Ольга Ким", "O'Neil-Kim"])
def test_a_name_may_be_in_any_script(client: FlaskClient, name: str) -> None:
    prove(client)

    client.post("/sign-in/new-person", data=NEW | {"name": name})

    assert db.session.scalars(sa.select(Person.name)).one() == name


@pytest.mark.parametrize("field", ["name", "birth_date", "dong"])
def test_a_resident_registration_number_is_refused_and_not_shown_again(
    client: FlaskClient, field: str
) -> None:
    prove(client)

    answer = client.post("/sign-in/new-person", data=NEW | {field: "540301-1234567"})

    assert answer.status_code == 422
    assert "주민등록번호" in answer.text
    assert "540301-1234567" not in answer.text
    assert count(Person) == 0


@pytest.mark.parametrize(("path", "field"), [("/sign-in", "phone"), ("/sign-in/work", "email")])
def test_nor_is_it_taken_where_people_sign_in(client: FlaskClient, path: str, field: str) -> None:
    answer = client.post(path, data={field: "540301-1234567", "password": "x"})

    assert answer.status_code == 422
    assert "540301-1234567" not in answer.text


def test_two_tabs_register_one_person(client: FlaskClient) -> None:
    prove(client)
    client.post("/sign-in/new-person", data=NEW)

    assert client.post("/sign-in/new-person", data=NEW).location == "/my"
    assert (count(Person), count(Account), count(Consent)) == (1, 1, 3)


def test_two_tabs_at_once_register_one_person(app: Flask) -> None:
    prove(client := app.test_client())
    other = app.test_client()
    cookie = client.get_cookie("eduportal")
    assert cookie
    other.set_cookie("eduportal", cookie.value)
    together = Barrier(2)

    def register(browser: FlaskClient) -> int:
        together.wait()
        return browser.post("/sign-in/new-person", data=NEW).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(register, [client, other])) == [303, 303]
    assert (count(Person), count(Account), count(Consent)) == (1, 1, 3)


def test_without_a_proved_phone_nobody_registers(client: FlaskClient) -> None:
    assert client.post("/sign-in/new-person", data=NEW).location == "/sign-in"
    ask_code(client)
    assert client.post("/sign-in/new-person", data=NEW).location == "/sign-in"
    assert count(Person) == 0


def test_a_proof_does_not_last(client: FlaskClient) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        prove(client)
        clock.shift(timedelta(minutes=30))

        assert client.post("/sign-in/new-person", data=NEW).location == "/sign-in"


@pytest.mark.parametrize("page", ["code", "person", "new-person", "birth-date"])
def test_nobody_skips_the_phone_number(client: FlaskClient, page: str) -> None:
    assert client.get(f"/sign-in/{page}", follow_redirects=True).request.path == "/sign-in"


def test_nobody_asks_for_another_code_without_a_number(client: FlaskClient) -> None:
    assert client.post("/sign-in/code/again").location == "/sign-in"
    assert count(Notice) == 0


def test_whoever_is_new_has_nobody_to_choose(client: FlaskClient) -> None:
    prove(client)

    assert client.get("/sign-in/birth-date").location == "/sign-in/person"
    assert client.get("/sign-in/person").location == "/sign-in/new-person"


# Who it is


def test_one_person_is_asked_for_the_birth_date_at_once(client: FlaskClient) -> None:
    person = create_person()

    assert prove(client, str(person.phone)).location == "/sign-in/birth-date"
    page = client.get("/sign-in/birth-date").text
    assert person.name in page

    answer = client.post("/sign-in/birth-date", data={"birth_date": "1954.3.1"})
    assert answer.location == "/my"
    assert "signed_in" in verbs()


def test_a_couple_shares_a_phone(client: FlaskClient) -> None:
    account = create_account(phone=PHONE)
    create_person(account, name="김철수")
    wife = create_person(account, name="이영희", birth_date=date(1956, 5, 5))
    assert prove(client).location == "/sign-in/person"

    page = client.get("/sign-in/person").text
    assert "김철수" in page
    assert "이영희" in page
    assert client.post("/sign-in/person", data={"person": wife.id}).location == (
        "/sign-in/birth-date"
    )
    assert client.post("/sign-in/birth-date", data={"birth_date": "19560505"}).location == "/my"
    assert "이영희" in client.get("/my/profile").text


def test_nobody_of_another_phone_can_be_chosen(client: FlaskClient) -> None:
    stranger = create_person()
    account = create_account(phone=PHONE)
    create_person(account)
    create_person(account)
    prove(client)

    assert client.post("/sign-in/person", data={"person": stranger.id}).status_code == 422
    with pytest.raises(Refused):
        actions.admit(PHONE, stranger.id)
    with pytest.raises(Refused):
        actions.confirm_birth_date(PHONE, stranger.id, stranger.birth_date)


def test_another_family_member_is_added(client: FlaskClient) -> None:
    create_person(create_account(phone=PHONE), name="김철수")
    prove(client)

    assert client.post("/sign-in/new-person", data=NEW).location == "/my"
    assert db.session.scalars(sa.select(Person.name).order_by(Person.id)).all() == [
        "김철수",
        "홍길동",
    ]
    assert count(Account) == 1


def test_a_wrong_birth_date_is_refused(client: FlaskClient) -> None:
    person = create_person()
    prove(client, str(person.phone))

    answer = client.post("/sign-in/birth-date", data={"birth_date": "19540302"})

    assert answer.status_code == 422
    assert not is_in(client)


def test_after_five_wrong_birth_dates_the_right_one_waits_an_hour(app: Flask) -> None:
    person = create_person()
    phone, born = str(person.phone), person.birth_date
    with time_machine.travel(NOON, tick=False) as clock:
        for day in range(1, 6):
            actions.confirm_birth_date(phone, person.id, born + timedelta(days=day))
        assert actions.confirm_birth_date(phone, person.id, born) == (
            Reason.BIRTH_DATE_TOO_MANY,
            {},
        )
        clock.shift(timedelta(hours=1, seconds=1))
        assert actions.confirm_birth_date(phone, person.id, born) is None


def test_birth_dates_guessed_at_once_all_count(app: Flask) -> None:
    person_id, phone, born = (person := create_person()).id, str(person.phone), person.birth_date
    actions.send_code(phone, "192.0.2.1", KEY)
    together = Barrier(10)

    def guess(day: int) -> object:
        together.wait()
        with app.app_context():
            return actions.confirm_birth_date(phone, person_id, born + timedelta(days=day))

    with ThreadPoolExecutor(10) as pool:
        refusals = list(pool.map(guess, range(1, 11)))

    assert refusals.count((Reason.BIRTH_DATE_WRONG, {})) == 5
    assert refusals.count((Reason.BIRTH_DATE_TOO_MANY, {})) == 5


def test_an_own_device_is_not_asked_for_the_birth_date_again(client: FlaskClient) -> None:
    person = create_person()
    phone = str(person.phone)
    with time_machine.travel(NOON, tick=False) as clock:
        prove(client, phone)
        own = {"birth_date": "19540301", "own_device": "y"}
        client.post("/sign-in/birth-date", data=own)
        client.post("/sign-out")
        clock.shift(timedelta(days=30))

        assert prove(client, phone).location == "/my"


def test_a_device_is_asked_again_unless_it_was_called_own(client: FlaskClient) -> None:
    person = create_person()
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client, person)
        client.post("/sign-out")
        clock.shift(timedelta(minutes=2))

        assert prove(client, str(person.phone)).location == "/sign-in/birth-date"


def test_an_own_device_is_forgotten_with_the_stamp(client: FlaskClient) -> None:
    person = create_person()
    phone = str(person.phone)
    with time_machine.travel(NOON, tick=False) as clock:
        prove(client, phone)
        own = {"birth_date": "19540301", "own_device": "y"}
        client.post("/sign-in/birth-date", data=own)
        client.post("/my/profile/sign-out-everywhere")
        clock.shift(timedelta(minutes=2))

        assert prove(client, phone).location == "/sign-in/birth-date"


def test_an_own_device_belongs_to_one_person(client: FlaskClient) -> None:
    account = create_account(phone=PHONE)
    husband, wife = create_person(account), create_person(account)
    with time_machine.travel(NOON, tick=False) as clock:
        prove(client)
        client.post("/sign-in/person", data={"person": husband.id})
        own = {"birth_date": "19540301", "own_device": "y"}
        client.post("/sign-in/birth-date", data=own)
        client.post("/sign-out")
        clock.shift(timedelta(minutes=2))
        prove(client)

        chosen = client.post("/sign-in/person", data={"person": wife.id})
        assert chosen.location == "/sign-in/birth-date"
        assert client.post("/sign-in/person", data={"person": husband.id}).location == "/my"


def test_a_closed_account_stays_out(client: FlaskClient) -> None:
    person = create_person(create_account(phone=PHONE, active=False))
    prove(client)

    answer = client.post("/sign-in/birth-date", data={"birth_date": str(person.birth_date)})

    assert answer.location == "/sign-in"
    assert not is_in(client)


def test_whoever_the_desk_entered_without_an_account_is_found_again(client: FlaskClient) -> None:
    person = create_person(account_id=None, phone=PHONE, name="김철수")

    assert prove(client).location == "/sign-in/birth-date"
    client.post("/sign-in/birth-date", data={"birth_date": "19540301"})

    assert is_in(client)
    db.session.refresh(person)
    assert person.account_id is not None
    assert "person_claimed" in verbs()


def test_an_employee_is_not_let_in_by_a_phone_that_reaches_them(client: FlaskClient) -> None:
    account = create_account(email="kim@example.org")
    create_person(account, phone=PHONE)

    assert prove(client).location == "/sign-in/new-person"


def test_no_line_of_the_record_holds_a_number_or_a_name(client: FlaskClient) -> None:
    person = create_person()
    prove(client, str(person.phone))
    client.post("/sign-in/birth-date", data={"birth_date": "19540302"})
    client.post("/sign-in/birth-date", data={"birth_date": "19540301"})
    client.post("/sign-out")

    events = db.session.scalars(sa.select(Event).order_by(Event.id)).all()
    assert [event.verb for event in events] == ["sign_in_failed", "signed_in", "signed_out"]
    texts = " ".join(f"{event.detail} {event.reason}" for event in events)
    assert str(person.phone) not in texts
    assert person.name not in texts
