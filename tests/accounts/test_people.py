from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts import actions, consents, queries
from eduportal.accounts.actions import NewPerson
from eduportal.accounts.models import Account, Consent, Person
from eduportal.accounts.rules import Purpose, Reason, Relation, Sex
from eduportal.shared.db import db, writing
from eduportal.shared.events import By, Event
from eduportal.shared.refusal import Missing, Refused
from tests.accounts.steps import PHONE, count, is_in, sign_in, sign_in_to_work, verbs
from tests.factories import (
    create_account,
    create_center,
    create_employee,
    create_office,
    create_person,
    create_staff,
)

DESK = By("staff", "phone", account_id=1)
BORN = date(1954, 3, 1)


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    create_office()


def enter(name: str = "홍길동", phone: str = PHONE, born: date = BORN) -> int:
    return actions.enter_person(
        DESK, phone=phone, name=name, birth_date=born, relation=Relation.LIVES, dong="대림 1동"
    )


# The desk


def test_the_desk_enters_somebody_new(app: Flask) -> None:
    person = db.session.get_one(Person, enter(" 홍  길동 "))

    assert (person.name, person.dong, person.phone) == ("홍 길동", "대림1동", PHONE)
    assert verbs() == ["account_added", "person_entered", "consent_answered"]
    channels = db.session.scalars(sa.select(Event.channel).where(Event.verb == "person_entered"))
    assert channels.all() == ["phone"]


def test_the_desk_finds_the_same_person_again(app: Flask) -> None:
    assert enter() == enter() == enter(" 홍길동 ")
    assert (count(Person), count(Account)) == (1, 1)


def test_the_desk_finds_whoever_registered_online(app: Flask) -> None:
    online = actions.register(
        NewPerson(PHONE, "홍길동", BORN, Relation.WORKS), {Purpose.SERVICE: True}
    )

    assert enter() == online


def test_the_desk_finds_whoever_has_the_phone_without_an_account(app: Flask) -> None:
    person = create_person(account_id=None, phone=PHONE, name="홍길동")

    assert enter() == person.id


def test_whoever_the_desk_entered_is_found_online(client: FlaskClient) -> None:
    person = db.session.get_one(Person, enter())

    sign_in(client, person)

    assert is_in(client)
    assert count(Person) == 1


def test_another_name_or_birth_date_is_another_person(app: Flask) -> None:
    assert len({enter(), enter("홍길순"), enter(born=date(1954, 3, 2))}) == 3
    assert count(Account) == 1


def test_nobody_is_entered_who_is_not_born_yet(app: Flask) -> None:
    with pytest.raises(Refused) as refused:
        enter(born=date(2100, 1, 1))
    assert refused.value.reason is Reason.BIRTH_DATE_IMPOSSIBLE


def test_entering_joins_the_turn_of_the_verb_that_asks(app: Flask) -> None:
    @writing
    def verb() -> None:
        enter()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        verb()
    assert count(Person) == 0


def test_everybody_with_a_phone(app: Flask) -> None:
    account = create_account(phone=PHONE)
    create_person(account, name="김철수")
    create_person(account_id=None, phone=PHONE, name="이영희")
    create_person(create_account(email="park@example.org"), phone=PHONE, name="박직원")
    create_person(name="최다른")

    names = [known.name for known in queries.people_with_phone(PHONE)]
    assert sorted(names) == ["김철수", "박직원", "이영희"]
    assert sorted(known.name for known in queries.family(PHONE)) == ["김철수", "이영희"]


def test_somebody_entered_twice_is_listed_once(app: Flask) -> None:
    account = create_account(phone=PHONE)
    create_person(account_id=None, phone=PHONE, name="김철수")
    person = create_person(account, name="김철수")

    assert [known.person_id for known in queries.family(PHONE)] == [person.id]


# One's own data


def test_people_see_what_is_kept_about_them(client: FlaskClient) -> None:
    person = create_person(sex=Sex.FEMALE)
    sign_in(client, person)

    page = client.get("/my/profile").text

    assert person.name in page
    assert "1954. 3. 1.(월)" in page
    assert "대림1동" in page
    assert "여성" in page
    for text in consents.TEXTS:
        assert str(text.why) in page


def test_employees_see_their_department(client: FlaskClient) -> None:
    person = create_employee(department="총무과")
    sign_in_to_work(client, db.session.get_one(Account, person.account_id))

    assert "총무과" in client.get("/my/profile").text


def test_staff_without_a_person_see_their_name(client: FlaskClient) -> None:
    sign_in_to_work(client, create_staff(create_center(), name="김담당"))

    assert "김담당" in client.get("/my/profile").text
    assert client.get("/my/profile/residence").status_code == 403


def test_people_change_where_they_belong(client: FlaskClient) -> None:
    person = create_person()
    sign_in(client, person)

    answer = client.post("/my/profile/residence", data={"relation": "works", "dong": "문래 동"})

    assert answer.location == "/my/profile"
    db.session.refresh(person)
    assert (person.relation, person.dong) == (Relation.WORKS, "문래동")
    assert verbs()[-1] == "person_changed"


def test_a_form_with_a_mistake_is_shown_again(client: FlaskClient) -> None:
    sign_in(client, create_person())

    answer = client.post("/my/profile/residence", data={"relation": "lives", "dong": ""})

    assert answer.status_code == 422
    assert "사는 동을 적어 주세요" in answer.text


def test_nobody_is_changed_who_is_not_there(app: Flask) -> None:
    with pytest.raises(Missing):
        actions.change_residence(DESK, 99, Relation.WORKS, None)


def test_a_changed_mind_is_a_new_answer(client: FlaskClient) -> None:
    person = create_person()
    sign_in(client, person)

    client.post("/my/profile/consents/news/yes")
    client.post("/my/profile/consents/news/no")

    rows = db.session.scalars(sa.select(Consent).order_by(Consent.id)).all()
    assert [(row.purpose, row.agreed) for row in rows] == [("news", True), ("news", False)]
    assert queries.latest_answers(person.id)[Purpose.NEWS].agreed is False


def test_taking_back_the_consent_to_sex_erases_it(client: FlaskClient) -> None:
    person = create_person(sex=Sex.MALE)
    sign_in(client, person)

    client.post("/my/profile/consents/statistics/no")

    db.session.refresh(person)
    assert person.sex is None


def test_the_required_consent_is_not_taken_back_by_a_button(client: FlaskClient) -> None:
    sign_in(client, create_person())

    client.post("/my/profile/consents/service/no")

    assert "전화로 문의" in client.get("/my/profile").text
    assert count(Consent) == 0


@pytest.mark.parametrize("path", ["advertising/yes", "news/perhaps"])
def test_there_are_no_other_questions(client: FlaskClient, path: str) -> None:
    sign_in(client, create_person())

    assert client.post(f"/my/profile/consents/{path}").status_code == 404


def test_every_purpose_has_one_text(app: Flask) -> None:
    assert [text.purpose for text in consents.TEXTS] == list(Purpose)


# Registering, as a verb


def test_a_refused_registration_leaves_nothing(app: Flask) -> None:
    new = NewPerson(PHONE, "홍길동", BORN, Relation.LIVES)
    with pytest.raises(Refused) as refused:
        actions.register(new, {Purpose.NEWS: True})
    assert refused.value.reason is Reason.CONSENT_NEEDED
    assert count(Account) == 0


def test_whoever_the_desk_entered_answers_when_they_register(app: Flask) -> None:
    person_id = enter()

    again = actions.register(
        NewPerson(PHONE, "홍길동", BORN, Relation.LIVES), {Purpose.SERVICE: True}
    )

    assert again == person_id
    assert count(Consent) == 3
