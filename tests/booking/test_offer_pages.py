"""The offer on a person's phone and at the desk; who may see and answer it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from eduportal.accounts.models import Account, Person
from eduportal.booking import actions, promises
from eduportal.booking.models import Booking
from eduportal.booking.rules import State
from eduportal.catalog.models import Center, Run
from eduportal.catalog.rules.intake import Intake
from eduportal.shared.db import db
from eduportal.shared.events import AccessLine, Event
from tests import factories
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.booking.conftest import apply, booking, by, fresh, states

MORNING = datetime.fromisoformat("2026-12-01T10:00:00+09:00")


@pytest.fixture(autouse=True)
def morning() -> Iterator[time_machine.Traveller]:
    """Every test begins in the morning."""
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def run(app: Flask) -> Run:
    """One place; freed places are offered."""
    factories.create_office()
    return factories.create_run(
        capacity=1, waiting_limit=3, starts_in=timedelta(days=20), intake=Intake(offer_hours=24)
    )


@pytest.fixture
def offered(run: Run, people: list[Person]) -> Booking:
    """The second, to whom the first's place is offered; a third waits."""
    first, second, _third = [apply(person, run) for person in people[:3]]
    actions.cancel_own(by(people[0]), first.id, "")
    return booking(second.id)


@pytest.fixture
def staff(run: Run) -> Account:
    """Staff of the run's center."""
    return factories.create_staff(db.session.get_one(Center, run.center_id))


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    """A page's text."""
    answer = client.get(path)
    assert answer.status_code == status
    return unescape(answer.text)


def test_the_offer_says_until_when_and_has_one_button(
    client: FlaskClient, offered: Booking, people: list[Person]
) -> None:
    sign_in(client, people[1])
    text = page(client, f"/my/bookings/{offered.id}/offer")
    assert "2026. 12. 2.(수) 21:00까지 답해 주세요" in text
    assert "네, 수강하겠습니다" in text
    assert "1번" in text


def test_the_own_pages_lead_to_the_offer(
    client: FlaskClient, offered: Booking, people: list[Person]
) -> None:
    sign_in(client, people[1])
    for path in (f"/my/bookings/{offered.id}", "/my"):
        assert f"/my/bookings/{offered.id}/offer" in page(client, path)


def test_a_link_scanner_accepts_nothing(
    client: FlaskClient, offered: Booking, people: list[Person]
) -> None:
    sign_in(client, people[1])
    for path in ("offer", "offer/decline"):
        client.get(f"/my/bookings/{offered.id}/{path}")
        client.head(f"/my/bookings/{offered.id}/{path}")
    assert booking(offered.id).state is State.OFFERED


def test_one_tap_takes_the_place(
    client: FlaskClient, offered: Booking, people: list[Person]
) -> None:
    sign_in(client, people[1])
    for _tap in range(2):
        answer = client.post(f"/my/bookings/{offered.id}/offer")
        assert (answer.status_code, answer.location) == (303, f"/my/bookings/{offered.id}")
    assert "수강이 확정되었습니다" in page(client, f"/my/bookings/{offered.id}")
    assert promises.broken() == []


def test_declining_asks_once_more(
    client: FlaskClient, run: Run, offered: Booking, people: list[Person]
) -> None:
    sign_in(client, people[1])
    assert "되돌릴 수 없습니다" in page(client, f"/my/bookings/{offered.id}/offer/decline")
    client.post(f"/my/bookings/{offered.id}/offer/decline")
    assert states(run) == ["cancelled", "declined", "offered"]
    assert "빈자리를 받지 않으셨습니다" in page(client, f"/my/bookings/{offered.id}")


def test_too_late_is_said_kindly(
    client: FlaskClient,
    run: Run,
    offered: Booking,
    people: list[Person],
    morning: time_machine.Traveller,
) -> None:
    sign_in(client, people[1])
    assert offered.offer_until
    morning.move_to(offered.offer_until)
    sign_in(client, people[1])
    assert "안내 기한이 지났습니다" in page(client, f"/my/bookings/{offered.id}")
    assert client.get(f"/my/bookings/{offered.id}/offer").status_code == 303
    answer = client.post(f"/my/bookings/{offered.id}/offer", follow_redirects=True)
    assert "아쉽게도" in unescape(answer.text)
    assert states(run) == ["cancelled", "lapsed", "offered"]


def test_what_stands_in_the_way_meanwhile_is_said(
    client: FlaskClient, run: Run, offered: Booking, people: list[Person]
) -> None:
    other = factories.create_run(starts_in=timedelta(days=20))
    factories.create_booking(other, people[1])
    sign_in(client, people[1])
    answer = client.post(f"/my/bookings/{offered.id}/offer")
    assert answer.status_code == 409
    assert "수업 시간이 겹칩니다" in unescape(answer.text)
    assert states(run)[1] == "offered"


def test_somebody_elses_offer_is_not_there(
    client: FlaskClient, offered: Booking, people: list[Person]
) -> None:
    sign_in(client, people[2])
    for path in ("offer", "offer/decline"):
        assert client.get(f"/my/bookings/{offered.id}/{path}").status_code == 404
        assert client.post(f"/my/bookings/{offered.id}/{path}").status_code == 404


def test_whoever_waits_reads_what_to_expect(
    client: FlaskClient, run: Run, offered: Booking, people: list[Person]
) -> None:
    sign_in(client, people[2])
    sentence = "비슷한 지난 강좌가 적어"
    assert sentence in page(client, "/my")
    assert sentence in page(client, f"/my/bookings/{offered.id + 1}")
    assert "대기 2번으로 접수되고" in page(client, f"/runs/{run.id}")
    assert sentence in page(client, f"/runs/{run.id}")


# At the desk


def test_staff_see_every_offer_and_whom_to_call(
    client: FlaskClient, run: Run, offered: Booking, people: list[Person], staff: Account
) -> None:
    person = db.session.get_one(Person, people[1].id)
    person.phone, person.email = "0220001234", None
    db.session.commit()
    sign_in_to_work(client, staff)
    text = page(client, "/office/offers")
    assert "전화로 알릴 분 1명" in text
    assert person.name not in text
    client.post(f"/office/bookings/{offered.id}/offer/called")
    assert "전화함" in page(client, "/office/offers")
    looked = db.session.scalars(sa.select(AccessLine.what)).all()
    assert "offers of all runs" in looked


def test_staff_of_another_center_see_and_do_nothing(
    client: FlaskClient, run: Run, offered: Booking
) -> None:
    sign_in_to_work(client, factories.create_staff(factories.create_center("다른 교육장")))
    assert run.title not in page(client, "/office/offers")
    for path in ("", "/by-hand", "/extension", "/withdrawal"):
        assert client.get(f"/office/bookings/{offered.id}/offer{path}").status_code == 404
    for path in ("/accepted", "/declined", "/called"):
        assert client.post(f"/office/bookings/{offered.id}/offer{path}").status_code == 404
    assert booking(offered.id).state is State.OFFERED


def test_the_answer_by_phone_is_recorded(
    client: FlaskClient, offered: Booking, staff: Account
) -> None:
    sign_in_to_work(client, staff)
    answer = client.post(f"/office/bookings/{offered.id}/offer/accepted", follow_redirects=True)
    assert "수강을 확정했습니다" in unescape(answer.text)
    answer = client.post(f"/office/bookings/{offered.id}/offer/declined", follow_redirects=True)
    assert "이미 ‘수강확정’ 상태" in unescape(answer.text)
    event = db.session.scalars(
        sa.select(Event).where(Event.booking_id == offered.id).order_by(Event.id.desc())
    ).first()
    assert event
    assert (event.verb, event.channel) == ("booking.placed", "phone")


def test_more_time_needs_a_reason_and_a_later_moment(
    client: FlaskClient, offered: Booking, staff: Account
) -> None:
    sign_in_to_work(client, staff)
    path = f"/office/bookings/{offered.id}/offer/extension"
    assert client.get(path).status_code == 200
    for data in (
        {"until": "2026-12-03 12:00"},
        {"until": "2026-12-01 12:00", "reason": "여행"},
        {"until": "2027-12-03 12:00", "reason": "여행"},
        {"until": "언젠가", "reason": "여행"},
    ):
        assert client.post(path, data=data).status_code == 422
    good = {"until": "2026-12-03 12:00", "reason": "여행 중이셔서"}
    assert client.post(path, data=good).status_code == 303
    until = fresh(offered).offer_until
    assert until == datetime.fromisoformat("2026-12-03T12:00:00+09:00")


def test_an_offer_is_withdrawn_with_a_reason(
    client: FlaskClient, run: Run, offered: Booking, staff: Account
) -> None:
    sign_in_to_work(client, staff)
    path = f"/office/bookings/{offered.id}/offer/withdrawal"
    assert client.post(path).status_code == 422
    assert client.post(path, data={"reason": "잘못 안내함"}).status_code == 303
    assert states(run) == ["cancelled", "cancelled", "offered"]


def test_an_offer_out_of_turn_needs_a_free_place(
    client: FlaskClient, run: Run, offered: Booking, staff: Account
) -> None:
    sign_in_to_work(client, staff)
    answer = client.post(
        f"/office/bookings/{offered.id + 1}/offer/by-hand", data={"reason": "동행"}
    )
    assert answer.status_code == 422
    assert "남은 자리가 없습니다" in unescape(answer.text)


def test_the_roster_says_until_when_somebody_is_waited_for(
    client: FlaskClient, run: Run, offered: Booking, staff: Account
) -> None:
    sign_in_to_work(client, staff)
    text = page(client, f"/office/runs/{run.id}/roster")
    assert "2026. 12. 2.(수) 21:00까지 답을 기다립니다" in text
    assert f"/office/bookings/{offered.id}/offer" in text


def test_runs_where_it_is_too_late_to_ask_are_listed_to_be_called(
    client: FlaskClient, run: Run, people: list[Person], morning: time_machine.Traveller
) -> None:
    first = apply(people[0], run)
    apply(people[1], run)
    assert run.starts_at
    morning.move_to(run.starts_at - timedelta(minutes=30))
    actions.cancel(by(people[0]), first.id, None, "아픔")
    sign_in_to_work(client, factories.create_staff())
    assert "전화로 확정할 강좌 1개" in page(client, "/office/offers")


# The worker


def test_the_worker_closes_what_is_over(
    app: Flask, run: Run, offered: Booking, morning: time_machine.Traveller
) -> None:
    assert offered.offer_until
    morning.move_to(offered.offer_until)
    answer = app.test_cli_runner().invoke(args=["work", "--once"])
    assert "Offers closed in 1 runs." in answer.output
    assert states(run) == ["cancelled", "lapsed", "offered"]
