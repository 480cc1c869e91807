"""The desk: a phone number, a person, a run, done; under the same rules as everybody."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from eduportal.accounts.models import Consent, Person
from eduportal.accounts.rules import Role
from eduportal.booking.models import Booking
from eduportal.booking.queries.desk import Share
from eduportal.booking.rules import State
from eduportal.booking.rules.parity import by_way_and_age
from eduportal.catalog.models import Run
from eduportal.catalog.rules.intake import ChannelShare, Intake
from eduportal.notices.models import Notice
from eduportal.shared.db import db
from eduportal.shared.events import AccessLine
from tests import factories
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.booking.conftest import apply, fresh


def text(response: object) -> str:
    return response.get_data(as_text=True)  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def at_the_desk(client: FlaskClient, run: Run) -> FlaskClient:
    sign_in_to_work(client, factories.create_staff(run.center, Role.DESK))
    return client


def call(client: FlaskClient, person: Person) -> str:
    """The address that a phone number leads to."""
    answer = client.post("/office/desk", data={"phone": person.phone})
    assert answer.status_code == 303
    return str(answer.location)


def test_a_phone_number_and_a_word_are_enough(
    at_the_desk: FlaskClient, run: Run, people: list[Person]
) -> None:
    page = call(at_the_desk, people[0])
    answer = at_the_desk.post(page, data={"words": run.title[:2], "channel": "phone"})
    assert answer.status_code == 303
    booking = db.session.scalars(sa.select(Booking)).one()
    assert (booking.person_id, booking.state, booking.channel) == (
        people[0].id,
        State.PLACED,
        "phone",
    )
    slip = text(at_the_desk.get(str(answer.location)))
    assert "수강이 확정되었습니다" in slip
    assert people[0].name in slip
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Notice)) == 1


def test_a_word_that_leaves_two_runs_applies_for_neither(
    at_the_desk: FlaskClient, run: Run, people: list[Person]
) -> None:
    factories.create_run(
        course=run.course, room=run.room, starts_in=timedelta(days=25), section="오후"
    )
    answer = at_the_desk.post(
        f"/office/desk/people/{people[0].id}", data={"words": run.title, "channel": "phone"}
    )
    assert answer.status_code == 200
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 0


def test_somebody_new_takes_three_fields_and_a_yes(at_the_desk: FlaskClient, run: Run) -> None:
    asked = at_the_desk.post("/office/desk", data={"phone": "010-0000-7777"})
    assert "처음 오시는 분입니다" in text(asked)
    facts = {
        "phone": "010-0000-7777",
        "name": "새사람",
        "birth_date": "19500101",
        "relation": "lives",
    }
    refused = at_the_desk.post("/office/desk/people", data=facts)
    assert refused.status_code == 422
    assert db.session.scalars(sa.select(Person).where(Person.name == "새사람")).first() is None

    entered = at_the_desk.post("/office/desk/people", data={**facts, "consent": "y"})
    person = db.session.scalars(sa.select(Person).where(Person.name == "새사람")).one()
    assert str(entered.location).endswith(f"/office/desk/people/{person.id}")
    consent = db.session.scalars(sa.select(Consent).where(Consent.person_id == person.id)).first()
    assert consent is not None
    assert consent.channel == "phone"


def test_two_people_of_one_phone_are_told_apart(at_the_desk: FlaskClient, run: Run) -> None:
    one = factories.create_person()
    other = factories.create_person(phone=one.phone, name="배우자")
    page = text(at_the_desk.post("/office/desk", data={"phone": one.phone}))
    assert f"/office/desk/people/{one.id}" in page
    assert f"/office/desk/people/{other.id}" in page


def test_a_rule_says_no_on_the_page_and_nothing_is_written(
    at_the_desk: FlaskClient, run: Run, people: list[Person]
) -> None:
    people[0].birth_date = factories.now().date()
    db.session.commit()
    answer = at_the_desk.post(
        f"/office/desk/people/{people[0].id}", data={"run_id": run.id, "channel": "visit"}
    )
    assert answer.status_code == 422
    assert "만 14세 이상" in text(answer)
    assert fresh(run).last_number == 0


def test_the_desk_stands_in_the_same_line(
    at_the_desk: FlaskClient, run: Run, people: list[Person]
) -> None:
    for person in people[:2]:
        apply(person, run)
    page = f"/office/desk/people/{people[2].id}"
    answer = at_the_desk.post(page, data={"run_id": run.id, "channel": "phone"})
    assert "대기 1번입니다" in text(at_the_desk.get(str(answer.location)))


def test_seats_kept_for_the_phone_are_had_by_phone_alone(
    at_the_desk: FlaskClient, run: Run, people: list[Person]
) -> None:
    kept = factories.create_run(
        room=run.room,
        capacity=2,
        waiting_limit=3,
        starts_in=timedelta(days=40),
        intake=Intake(channels=(ChannelShare("online"), ChannelShare("phone", percent=50))),
    )
    assert apply(people[0], kept).state is State.PLACED
    assert apply(people[1], kept).state is State.WAITING
    page = f"/office/desk/people/{people[2].id}"
    line = text(at_the_desk.get(page)).split(f'id="run-{kept.id}"')[1]
    assert "남은 자리 1석" in line
    at_the_desk.post(page, data={"run_id": kept.id, "channel": "phone"})
    booking = db.session.scalars(sa.select(Booking).where(Booking.person_id == people[2].id)).one()
    assert booking.state is State.PLACED
    answer = at_the_desk.post(
        f"/office/desk/people/{people[3].id}", data={"run_id": kept.id, "channel": "visit"}
    )
    assert "방문 접수를 하지 않습니다" in text(answer)


def test_runs_of_the_other_center_are_not_there(
    at_the_desk: FlaskClient, run: Run, people: list[Person]
) -> None:
    elsewhere = factories.create_run(starts_in=timedelta(days=30))
    assert elsewhere.center_id != run.center_id
    page = f"/office/desk/people/{people[0].id}"
    assert f"run-{elsewhere.id}" not in text(at_the_desk.get(page))
    at_the_desk.post(page, data={"run_id": elsewhere.id, "channel": "phone"})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 0


def test_looking_somebody_up_leaves_a_line(
    at_the_desk: FlaskClient, run: Run, people: list[Person]
) -> None:
    at_the_desk.get(call(at_the_desk, people[0]))
    lines = db.session.scalars(sa.select(AccessLine.person_id)).all()
    assert people[0].id in lines


def test_nobody_else_is_at_the_desk(client: FlaskClient, run: Run, people: list[Person]) -> None:
    sign_in(client, people[0])
    for path in ("/office/desk", f"/office/desk/people/{people[1].id}", "/office/desk/parity"):
        assert client.get(path).status_code == 403


def test_parity_says_how_each_way_went(
    at_the_desk: FlaskClient, run: Run, people: list[Person]
) -> None:
    for person in people[:3]:
        apply(person, run)
    page = text(at_the_desk.get("/office/desk/parity"))
    assert "2 / 3명" in page
    assert "67%" in page
    empty = text(at_the_desk.get("/office/desk/parity?day=2020-01-06"))
    assert "이 주에는 들어온 신청이 없습니다" in empty
    assert at_the_desk.get("/office/desk/parity?day=nonsense").status_code == 200


def test_a_parity_table_adds_up() -> None:
    table = by_way_and_age(
        [
            Share("online", "70대", 3, 1),
            Share("phone", "70대", 1, 1),
            Share("online", "10세 미만", 1, 0),
        ]
    )
    assert table.ways == ["온라인", "전화", "방문"]
    assert [band for band, _cells, _sum in table.rows] == ["10세 미만", "70대"]
    assert [cell.applications for cell in table.sums] == [4, 1, 0]
    assert [cell.percent for cell in table.sums] == [25, 100, None]
    assert (table.all.applications, table.all.placed) == (5, 2)


def test_what_is_done_on_the_machine_counts_as_such(
    client: FlaskClient, run: Run, people: list[Person]
) -> None:
    sign_in_to_work(client, factories.create_staff())
    began = client.post("/office/kiosk")
    assert str(began.location).endswith("/kiosk")
    assert client.get("/office").status_code == 303

    sign_in(client, people[0])
    page = client.get("/runs")
    assert "url=/kiosk" in page.headers["Refresh"]
    client.post(f"/runs/{run.id}/apply")
    assert db.session.scalars(sa.select(Booking.channel)).one() == "kiosk"

    assert "무엇을 하시겠습니까" in text(client.get("/kiosk"))
    assert client.get("/my").status_code == 303, "nobody stays signed in"


def test_a_forged_machine_is_an_ordinary_browser(client: FlaskClient, run: Run) -> None:
    client.set_cookie("eduportal_kiosk", "forged")
    assert client.get("/kiosk").status_code == 404
    assert "Refresh" not in client.get("/runs").headers
