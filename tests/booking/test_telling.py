"""A message to the people of one run: looked over, sent once, and what became of it."""

import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eduportal.accounts.rules import Role
from eduportal.booking import mailing as mailings
from eduportal.booking import promises
from eduportal.booking.actions import telling as actions
from eduportal.booking.mailing import Audience, Reason, filled_in, unknown_placeholder
from eduportal.booking.models import Booking, RosterMessage
from eduportal.booking.queries import messages as queries
from eduportal.booking.rules import State
from eduportal.catalog.models import Center, Run
from eduportal.notices.models import Delivery, Notice
from eduportal.shared.db import db
from eduportal.shared.events import AccessLine, Event
from eduportal.shared.refusal import Missing, Refused
from tests import factories
from tests.accounts.steps import count, sign_in, sign_in_to_work
from tests.booking.conftest import STAFF
from tests.catalog.steps import counted, words
from tests.race.racer import all_at_once

BODY = "{이름} 님, {강좌} 첫 수업은 {첫수업}, {강의실}, {좌석}입니다. {문의전화}"


@pytest.fixture
def roster(app: Flask) -> Run:
    """Two with a place (one by e-mail), one who waits, one who left, one nobody reaches."""
    factories.create_office()
    run = factories.create_run(
        factories.create_course("엑셀 기초"), starts_in=factories.until_the_tenth(), section="오전"
    )
    seats = run.room.seats if run.room else []
    person = factories.create_person
    factories.create_booking(run, person(name="홍길동"), seat_id=seats[2].id)
    factories.create_booking(run, person(name="김이", phone=None, email="kim@example.org"))
    factories.create_booking(run, person(name="박대기"), state=State.WAITING)
    factories.create_booking(run, person(name="최취소"), state=State.CANCELLED)
    factories.create_booking(run, person(name="정연락", phone="0220001234"))
    return run


def tell(run: Run, audience: Audience = Audience.PLACED, body: str = BODY, seen: int = 0) -> int:
    """Send it."""
    return actions.tell_roster(STAFF, run.id, None, audience, body, seen)


def sent() -> list[Notice]:
    """What is in the outbox."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Notice).order_by(Notice.id)))


def refused(act: Any) -> Refused:
    """What a verb said when it said no."""
    with pytest.raises(Refused) as caught:
        act()
    return caught.value


# Placeholders


def test_each_placeholder_is_filled_in_once() -> None:
    facts = {"이름": "{강좌}", "강좌": "엑셀"}

    assert filled_in("{이름}, {강좌}, {{강좌}} }{", facts) == "{강좌}, 엑셀, {엑셀} }{"


@pytest.mark.parametrize(
    ("body", "unknown"),
    [
        (BODY, None),
        ("그냥 글", None),
        ("{이름} {주민번호}", "주민번호"),
        ("{ 이름 }", " 이름 "),
        ("{}", ""),
        ("{0.__class__}", "0.__class__"),
    ],
)
def test_only_known_placeholders_are_filled_in(body: str, unknown: str | None) -> None:
    assert unknown_placeholder(body) == unknown


# Sending


def test_everybody_with_a_place_gets_their_own_text(roster: Run) -> None:
    message_id = tell(roster)

    first, second = sent()
    assert first.body.startswith("홍길동 님, 엑셀 기초 (오전) 첫 수업은 ")
    assert "3번입니다. 02-2000-0001" in first.body
    assert second.address == "kim@example.org"
    assert "당일 안내입니다." in second.body
    assert {notice.kind for notice in (first, second)} == {"booking.roster"}
    message = db.session.get_one(RosterMessage, message_id)
    assert (message.recipients, message.unreachable, message.body) == (2, 1, BODY)
    event = db.session.scalars(sa.select(Event)).one()
    assert (event.verb, event.run_id, event.detail["recipients"]) == ("run.told", roster.id, 2)
    assert list(promises.no_message_without_its_booking()) == []


@pytest.mark.parametrize(
    ("audience", "names"),
    [
        (Audience.PLACED, ["홍길동", "김이", "정연락"]),
        (Audience.WAITING, ["박대기"]),
        (Audience.ALL, ["홍길동", "김이", "박대기", "정연락"]),
    ],
)
def test_it_goes_to_those_who_are_meant(roster: Run, audience: Audience, names: list[str]) -> None:
    meant = mailings.mailing(roster, audience, "안녕하세요")

    assert [one.name for one in meant.recipients] == names


def test_a_second_click_sends_nothing_more(roster: Run) -> None:
    first = tell(roster)

    assert tell(roster) == first
    assert (count(RosterMessage), len(sent())) == (1, 2)
    # Who has seen it and sends the same words again means it.
    assert tell(roster, seen=first) != first
    assert len(sent()) == 4


def test_four_clicks_at_once_send_one_message(app: Flask, roster: Run) -> None:
    act = partial(actions.tell_roster, STAFF, roster.id, None, Audience.ALL, "안녕하세요", 0)

    told = all_at_once(app, [lambda: str(act())] * 4)
    assert sorted(told.values()) == [4]
    assert (count(RosterMessage), len(sent())) == (1, 3)


def test_nothing_is_sent_with_a_word_that_nothing_stands_for(roster: Run) -> None:
    told = refused(lambda: tell(roster, body="{이름} {비밀}"))

    assert told.reason is Reason.UNKNOWN_PLACEHOLDER
    assert "‘{비밀}’" in told.sentence
    assert (count(RosterMessage), sent()) == (0, [])


def test_nothing_is_sent_to_nobody(roster: Run) -> None:
    empty = factories.create_run()
    assert refused(lambda: tell(empty)).reason is Reason.NOBODY

    factories.create_booking(empty, factories.create_person(phone="0220001234"))
    assert refused(lambda: tell(empty)).reason is Reason.NOBODY_REACHED


def test_no_more_than_so_many_at_once(roster: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailings, "MOST_RECIPIENTS", 1)

    assert refused(lambda: tell(roster)).reason is Reason.TOO_MANY
    assert sent() == []


def test_no_longer_than_one_long_message(roster: Run) -> None:
    told = refused(lambda: tell(roster, body="가" * 1001))

    assert told.reason is Reason.TOO_LONG
    assert "2002바이트" in told.sentence


def test_nothing_is_sent_for_another_center(roster: Run) -> None:
    elsewhere = frozenset({factories.create_center("다른 곳").id})

    for act in (
        partial(actions.tell_roster, STAFF, roster.id, elsewhere, Audience.ALL, BODY, 0),
        partial(actions.tell_roster, STAFF, 999, None, Audience.ALL, BODY, 0),
    ):
        with pytest.raises(Missing):
            act()
    assert sent() == []


def test_a_person_who_was_erased_is_left_out(roster: Run) -> None:
    booking = db.session.scalars(sa.select(Booking).order_by(Booking.id)).first()
    assert booking
    booking.person_id = None
    db.session.commit()
    tell(roster)

    assert [notice.address for notice in sent()] == ["kim@example.org"]


# What became of it


def test_delivery_is_counted_by_message(roster: Run) -> None:
    first = tell(roster)
    tell(roster, Audience.ALL, "안녕하세요", first)
    notices = sent()
    notices[0].delivery = Delivery.SENT
    notices[1].delivery = Delivery.FAILED
    db.session.commit()

    newest, oldest = queries.messages_of(roster.id)
    assert newest.delivery == {"waiting": 3}
    assert oldest.delivery == {"sent": 1, "failed": 1}
    assert queries.newest_message(roster.id) == newest.message.id


def test_messages_are_read_by_the_same_number_of_questions(roster: Run) -> None:
    def asked() -> int:
        with counted() as statements:
            queries.messages_of(roster.id)
        return len(statements)

    last = tell(roster)
    few = asked()
    for _n in range(3):
        last = tell(roster, seen=last)
    assert asked() == few


# The page


@pytest.fixture
def staff(app: Flask, client: FlaskClient, roster: Run) -> FlaskClient:
    center = db.session.get_one(Center, roster.center_id)
    sign_in_to_work(client, factories.create_staff(center))
    return client


def address(run: Run) -> str:
    return f"/office/runs/{run.id}/messages"


def test_messages_are_for_the_staff_of_the_center(
    app: Flask, staff: FlaskClient, roster: Run
) -> None:
    center = db.session.get_one(Center, roster.center_id)
    stranger, resident, desk = (app.test_client() for _n in range(3))
    sign_in(resident, factories.create_person())
    sign_in_to_work(desk, factories.create_staff(center, Role.DESK))
    elsewhere = app.test_client()
    sign_in_to_work(elsewhere, factories.create_staff(factories.create_center("다른 곳")))
    form = {"audience": "placed", "body": BODY, "step": "send"}

    assert stranger.get(address(roster)).status_code == 303
    for client, status in ((resident, 403), (desk, 403), (elsewhere, 404), (staff, 200)):
        assert client.get(address(roster)).status_code == status
    for client in (resident, desk, elsewhere):
        assert client.post(address(roster), data=form).status_code in (403, 404)
    assert count(RosterMessage) == 0


def hidden(answer: TestResponse, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found
    return found[1]


def test_staff_look_it_over_and_send_it(staff: FlaskClient, roster: Run) -> None:
    form = {"audience": "placed", "body": BODY}

    shown = staff.post(address(roster), data=form)
    page = words(shown)
    assert "홍*동 님, 엑셀 기초 (오전) 첫 수업은" in page
    assert "홍길동" not in page
    assert "받을 사람 2명" in page
    assert "1명은 문자도 이메일도 받을 수 없습니다" in page
    assert "정*락" in page
    assert count(RosterMessage) == 0

    step = form | {"step": "send", "seen": hidden(shown, "seen")}
    assert staff.post(address(roster), data=step).status_code == 303
    assert staff.post(address(roster), data=step).status_code == 303
    page = words(staff.get(address(roster)))
    assert "2명에게 보냈습니다." in page
    assert "보내는 중 2" in page
    assert "보낼 수 없음 1" in page
    assert "김담당" in page
    assert count(RosterMessage) == 1
    lines = db.session.scalars(sa.select(AccessLine.what)).all()
    assert f"message to run {roster.id}, names masked" in lines


def test_what_was_written_can_be_changed_after_looking(staff: FlaskClient, roster: Run) -> None:
    form = {"audience": "all", "body": "고칠 글", "step": "edit"}

    shown = staff.post(address(roster), data=form)
    assert shown.status_code == 200
    assert "고칠 글</textarea>" in shown.text
    assert "이렇게 갑니다" not in shown.text


@pytest.mark.parametrize("text", ["class", "things", "room"])
def test_ready_made_texts_can_be_sent_as_they_are(
    staff: FlaskClient, roster: Run, text: str
) -> None:
    page = staff.get(f"{address(roster)}?text={text}")
    body = re.search(r"<textarea[^>]*>\s*(.*?)</textarea>", page.text, re.DOTALL)
    assert body
    assert unknown_placeholder(body[1]) is None
    shown = staff.post(address(roster), data={"audience": "placed", "body": body[1]})

    assert "[정보화교육] 홍*동 님" in words(shown)


def test_a_text_of_ones_own_begins_empty(staff: FlaskClient, roster: Run) -> None:
    page = staff.get(f"{address(roster)}?text=own")

    assert re.search(r"<textarea[^>]*>\s*</textarea>", page.text)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"body": " "}, "보낼 글을 적어 주세요."),
        ({"body": "가" * 1001}, "1000자까지 쓸 수 있습니다."),
        ({"body": "{이름} {전화}"}, "‘{전화}’은(는) 쓸 수 없습니다."),
        ({"body": "900101-1234567"}, "주민등록번호는 받지 않습니다."),
        ({"audience": "everybody"}, "보낼"),
        ({"audience": ""}, "하나를 골라 주세요."),
    ],
)
@pytest.mark.parametrize("step", ["look", "send"])
def test_what_cannot_be_sent_is_said(
    staff: FlaskClient, roster: Run, wrong: dict[str, str], sentence: str, step: str
) -> None:
    answer = staff.post(
        address(roster), data={"audience": "placed", "body": BODY, "step": step} | wrong
    )

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert count(RosterMessage) == 0


def test_nobody_to_send_to_is_said(staff: FlaskClient, roster: Run) -> None:
    empty = factories.create_run(room=roster.room, starts_in=timedelta(days=90))

    answer = staff.post(address(empty), data={"audience": "waiting", "body": "안녕하세요"})
    assert answer.status_code == 422
    assert "받을 분이 없습니다." in words(answer)
