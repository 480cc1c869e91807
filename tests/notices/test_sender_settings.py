"""How messages go out, as an administrator sets it on a page."""

import time

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from eduportal import cli
from eduportal.accounts.models import Account
from eduportal.notices import sender_row
from eduportal.notices.models import Channel, Delivery, Sender
from eduportal.notices.secrets import Undecipherable, deciphered, enciphered
from eduportal.shared import seen
from eduportal.shared.db import db
from eduportal.shared.events import SYSTEM, Event
from eduportal.shared.refusal import Refused
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.factories import create_center, create_office, create_person, create_staff
from tests.notices.conftest import only_notice, outbox, post_mail
from tests.notices.servers import mail_server, text_service
from tests.notices.test_work import _started

KEY = "test"
PAGE = "/office/settings/sender"
MAIL = {"smtp_url": "smtp://edu:s3cret-word@127.0.0.1:2525", "mail_from": "교육장 <edu@a.example>"}
TEXT = {"sms_url": "http://127.0.0.1:9/messages", "sms_key": "k3y-word", "sms_from": "02-2670-0000"}


@pytest.fixture
def account(app: Flask) -> Account:
    create_office()
    return create_staff(email="choi@example.org")


@pytest.fixture
def admin(client: FlaskClient, account: Account) -> FlaskClient:
    sign_in_to_work(client, account)
    return client


def row() -> Sender:
    db.session.rollback()
    return db.session.get_one(Sender, 1, populate_existing=True)


# Ciphers and merging


def test_a_secret_is_read_by_the_same_key_only() -> None:
    stored = enciphered("s3cret", "key")

    assert "s3cret" not in stored
    assert deciphered(stored, "key") == "s3cret"
    with pytest.raises(Undecipherable):
        deciphered(stored, "other key")
    with pytest.raises(Undecipherable):
        deciphered("not a token", "key")


def test_what_two_wrote_is_told_apart() -> None:
    saw, now = {"a": "1", "b": "1"}, {"a": "1", "b": "2"}

    assert seen.changed_by(saw, {"a": "3", "b": "1"}, now) == ["a"]
    assert seen.overtaken(saw, {"a": "3", "b": "1"}, now) == []
    assert seen.overtaken(saw, {"a": "1", "b": "3"}, now) == ["b"]
    assert seen.overtaken(saw, {"a": "1", "b": "2"}, now) == []
    assert seen.changed_by({}, {"a": "1"}, {"a": "1"}) == []


def test_settings_of_the_server_stand_above_by_channel(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender_row.save(SYSTEM, {"SMTP_URL": "smtp://kept", "SMS_URL": "https://kept"}, KEY)
    monkeypatch.setitem(app.config, "SMS_FROM", "0212345678")

    settings = sender_row.in_force(app.config)

    assert settings["SMTP_URL"] == "smtp://kept"
    # A kept address never gets what the server's own settings hold, nor the other way around.
    assert (settings["SMS_URL"], settings["SMS_FROM"]) == ("", "0212345678")


# The page


def test_what_is_saved_is_enciphered_and_never_shown(admin: FlaskClient) -> None:
    assert admin.post(PAGE, data=MAIL | TEXT).status_code == 303

    kept, page = row(), admin.get(PAGE).text
    assert "s3cret-word" not in f"{kept.smtp_url}{kept.sms_key}"
    assert deciphered(str(kept.smtp_url), KEY) == MAIL["smtp_url"]
    assert (kept.mail_from, kept.sms_from) == ("교육장 <edu@a.example>", "0226700000")
    for secret in ("s3cret-word", "k3y-word"):
        assert secret not in page
    assert "저장되어 있습니다" in page
    assert "edu@a.example" in page
    event = db.session.scalars(sa.select(Event).where(Event.verb == "sender.changed")).one()
    assert "s3cret" not in str(event.detail)
    assert set(event.detail["changed"]) == set(sender_row.COLUMNS)


def test_a_secret_is_kept_replaced_and_cleared(admin: FlaskClient) -> None:
    admin.post(PAGE, data=MAIL | TEXT)

    admin.post(PAGE, data=MAIL | TEXT | {"smtp_url": "", "sms_key": ""})
    assert deciphered(str(row().smtp_url), KEY) == MAIL["smtp_url"]
    admin.post(PAGE, data=MAIL | TEXT | {"smtp_url": "smtps://other.example", "sms_key": ""})
    assert deciphered(str(row().smtp_url), KEY) == "smtps://other.example"
    cleared = {"smtp_url": "", "smtp_url_clear": "y", "sms_key": "", "sms_key_clear": "y"}
    admin.post(PAGE, data=MAIL | TEXT | cleared)
    assert (row().smtp_url, row().sms_key) == (None, None)
    assert row().mail_from == MAIL["mail_from"]


def test_a_kept_key_goes_to_no_other_address(admin: FlaskClient) -> None:
    admin.post(PAGE, data=TEXT)
    elsewhere = {"sms_url": "https://elsewhere.example"}

    answer = admin.post(PAGE, data=TEXT | elsewhere | {"sms_key": ""})
    assert answer.status_code == 422
    assert "열쇠도 새로 적거나 지워 주세요" in answer.text
    admin.post(PAGE, data=TEXT | {"sms_url": "", "sms_key": ""})
    assert admin.post(PAGE, data=TEXT | elsewhere | {"sms_key": ""}).status_code == 422
    assert (row().sms_url, deciphered(str(row().sms_key), KEY)) == (None, TEXT["sms_key"])

    assert admin.post(PAGE, data=TEXT | elsewhere | {"sms_key": "new"}).status_code == 303
    cleared = TEXT | {"sms_key": "", "sms_key_clear": "y"}
    assert admin.post(PAGE, data=cleared).status_code == 303
    assert (row().sms_url, row().sms_key) == (TEXT["sms_url"], None)


def test_texts_wait_while_their_key_cannot_be_read(app: Flask) -> None:
    values = {"SMS_URL": "https://kept", "SMS_KEY": "k3y", "SMS_FROM": "0212345678"}
    sender_row.save(SYSTEM, values | {"MAIL_FROM": "a@b.example"}, "other key")

    settings = sender_row.in_force(app.config)

    assert (settings["SMS_URL"], settings["SMS_FROM"]) == ("", "")
    assert settings["MAIL_FROM"] == "a@b.example"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"smtp_url": "mail.example.org"}, "smtp://사용자:비밀번호@서버:포트"),
        ({"smtp_url": "smtp://mail.example.org:abc"}, "smtp://사용자:비밀번호@서버:포트"),
        ({"mail_from": "edu"}, "보내는 이메일 주소를 적어 주세요"),
        ({"mail_from": "a@b.example\nBcc: all@b.example"}, "보내는 이메일 주소를 적어 주세요"),
        ({"sms_url": "ftp://example.org"}, "https://로 시작하는 전체 주소"),
        ({"sms_from": "12"}, "전화번호를 다시 확인해 주세요"),
    ],
)
def test_what_cannot_be_used_is_said_and_not_kept(
    admin: FlaskClient, given: dict[str, str], sentence: str
) -> None:
    answer = admin.post(PAGE, data=MAIL | TEXT | given)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert db.session.get(Sender, 1) is None


def test_of_two_who_change_the_same_nobodys_is_lost(admin: FlaskClient) -> None:
    admin.post(PAGE, data=MAIL | TEXT)
    shown = {"MAIL_FROM": MAIL["mail_from"], "SMS_FROM": "0226700000"}
    other = {"MAIL_FROM": "b@a.example"}
    sender_row.save(SYSTEM, other, KEY, shown)

    with pytest.raises(Refused):
        sender_row.save(SYSTEM, {"MAIL_FROM": "c@a.example"}, KEY, shown)
    sender_row.save(SYSTEM, {"MAIL_FROM": shown["MAIL_FROM"], "SMS_FROM": "0211112222"}, KEY, shown)

    assert (row().mail_from, row().sms_from) == ("b@a.example", "0211112222")


def test_the_page_says_what_stands_above_it(
    app: Flask, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SMTP_URL", "smtp://mail.example.org")

    assert "EDUPORTAL_SMTP_URL" in admin.get(PAGE).text


def test_another_secret_key_is_said_and_breaks_nothing(
    app: Flask, admin: FlaskClient, runner: FlaskCliRunner
) -> None:
    sender_row.save(SYSTEM, {"SMTP_URL": "smtp://kept", "MAIL_FROM": "a@b.example"}, "other key")
    post_mail()

    assert "비밀 열쇠" in admin.get(PAGE).text
    assert "enciphered with another SECRET_KEY" in runner.invoke(cli.main, ["check"]).output
    assert runner.invoke(args=["work", "--once"]).exit_code == 0
    assert only_notice().delivery is Delivery.WAITING
    assert admin.post(PAGE, data=MAIL).status_code == 303
    assert not sender_row.is_locked(app.config)


def test_the_page_is_for_administrators(app: Flask) -> None:
    create_office()
    staff, resident = app.test_client(), app.test_client()
    sign_in_to_work(staff, create_staff(create_center()))
    sign_in(resident, create_person())

    for client, status in ((staff, 403), (resident, 403), (app.test_client(), 303)):
        assert client.get(PAGE).status_code == status
        assert client.post(PAGE, data=MAIL).status_code == status
        for way in ("test-mail", "test-text"):
            assert client.post(f"{PAGE}/{way}").status_code == status
    assert db.session.get(Sender, 1) is None


# Trying it


def test_a_test_mail_goes_to_oneself_and_the_page_says_how_it_went(
    admin: FlaskClient, runner: FlaskCliRunner
) -> None:
    with mail_server() as box:
        admin.post(PAGE, data={"smtp_url": box.url, "mail_from": "edu@a.example"})
        admin.post(f"{PAGE}/test-mail")
        assert "기다리는 중" in admin.get(PAGE).text

        runner.invoke(args=["work", "--once"])

        [mail] = box.mails
    assert (mail["To"], mail["From"]) == ("choi@example.org", "edu@a.example")
    assert "보냄" in admin.get(PAGE).text


def test_a_server_that_is_not_there_is_said_in_korean(
    admin: FlaskClient, runner: FlaskCliRunner
) -> None:
    admin.post(PAGE, data={"smtp_url": "smtp://127.0.0.1:9", "mail_from": "edu@a.example"})
    admin.post(f"{PAGE}/test-mail")

    runner.invoke(args=["work", "--once"])

    page = admin.get(PAGE).text
    assert "다시 보내는 중" in page
    assert "서버에 연결하지 못했습니다" in page


def test_a_test_text_goes_to_ones_own_phone(admin: FlaskClient, runner: FlaskCliRunner) -> None:
    with text_service() as service:
        admin.post(PAGE, data=TEXT | {"sms_url": service.url})
        assert admin.post(f"{PAGE}/test-text", data={"phone": "123"}).status_code == 422
        assert admin.post(f"{PAGE}/test-text", data={"phone": "010-0000-1234"}).status_code == 303

        runner.invoke(args=["work", "--once"])

        [(headers, body)] = service.requests
    assert headers["Authorization"] == "Bearer k3y-word"
    assert (body["to"], body["from"]) == ("01000001234", "0226700000")
    assert only_notice().channel is Channel.SMS
    assert "010-****-1234" in admin.get(PAGE).text


def test_a_worker_that_runs_takes_up_what_changes(app: Flask, admin: FlaskClient) -> None:
    with mail_server() as box:
        app.config["SMTP_URL"] = app.config["MAIL_FROM"] = ""
        with _started(app) as process:
            time.sleep(1)
            post_mail()
            admin.post(PAGE, data={"smtp_url": box.url, "mail_from": "edu@a.example"})
            for _try in range(600):
                if box.mails:
                    break
                time.sleep(0.05)
            process.terminate()
            assert process.wait(timeout=30) == 0

        assert len(box.mails) == 1
    assert outbox()[0].delivery is Delivery.SENT
