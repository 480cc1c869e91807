"""Mail over a real SMTP server."""

import json
import subprocess
import sys
import threading
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
import time_machine
from flask import Flask

from eduportal.config import PROJECT
from eduportal.notices import actions, delivery
from eduportal.notices.actions import LEASE
from eduportal.notices.models import Delivery
from eduportal.notices.rules import BLANKED, TRIES, Message
from eduportal.notices.sender import Outcome
from eduportal.shared import clock
from tests.notices.conftest import only_notice, outbox, post_mail, send
from tests.notices.servers import Mailbox


def test_a_mail_arrives_as_it_was_written(mailbox: Mailbox) -> None:
    post_mail(subject="수강이\n확정되었습니다")

    assert send() == {Outcome.SENT: 1}

    [mail] = mailbox.mails
    assert mail["From"] == "교육장 <edu@hangang.example>"
    assert mail["To"] == "person1@example.org"
    assert mail["Subject"] == "수강이 확정되었습니다"
    assert mail.get_content().strip() == "12월 1일 10시까지 와 주세요."
    assert mail["Message-ID"].endswith("@hangang.example>")


def test_what_was_sent_is_not_sent_again(mailbox: Mailbox) -> None:
    post_mail()
    send()

    assert send() == {}
    assert only_notice().delivery is Delivery.SENT
    assert only_notice().sent_at
    assert len(mailbox.mails) == 1


def test_a_secret_is_blanked_once_sent(mailbox: Mailbox) -> None:
    post_mail(body="번호는 123456", secret=True)

    send()

    assert "123456" in mailbox.mails[0].get_content()
    assert only_notice().body == BLANKED


def test_two_workers_deliver_everything_once(app: Flask, mailbox: Mailbox) -> None:
    for number in range(30):
        post_mail(number)

    def work() -> None:
        with app.app_context():
            send()

    workers = [threading.Thread(target=work) for _worker in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(mailbox.ids) == len(set(mailbox.ids)) == 30
    assert {(notice.delivery, notice.tries) for notice in outbox()} == {(Delivery.SENT, 1)}


def test_a_temporary_failure_is_tried_again(mailbox: Mailbox) -> None:
    post_mail()
    mailbox.answer = lambda: "451 try later"
    assert send() == {Outcome.LATER: 1}
    assert send() == {}
    assert only_notice().error == "SMTPDataError 451"

    mailbox.answer = lambda: "250 OK"
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        assert send() == {Outcome.SENT: 1}


def test_after_many_failures_it_is_given_up(mailbox: Mailbox) -> None:
    post_mail(secret=False)
    mailbox.answer = lambda: "451 try later"

    with time_machine.travel(clock.now()) as traveller:
        for _try in range(TRIES):
            send()
            traveller.shift(timedelta(hours=4))

    notice = only_notice()
    assert (notice.delivery, notice.tries) == (Delivery.FAILED, TRIES)


@pytest.mark.parametrize(
    ("at", "error"), [("recipient", "SMTPRecipientsRefused 550"), ("data", "SMTPDataError 554")]
)
def test_a_permanent_failure_ends_it_and_keeps_no_address(
    mailbox: Mailbox, at: str, error: str
) -> None:
    post_mail(body="번호는 123456", secret=True)
    if at == "recipient":
        mailbox.recipient_answer = "550 person1@example.org is unknown"
    else:
        mailbox.answer = lambda: "554 not wanted by person1@example.org"

    assert send() == {Outcome.FAILED: 1}

    notice = only_notice()
    assert (notice.delivery, notice.error) == (Delivery.FAILED, error)
    assert notice.body == BLANKED


def test_a_full_mailbox_is_tried_again(mailbox: Mailbox) -> None:
    post_mail()
    mailbox.recipient_answer = "452 mailbox full"

    assert send() == {Outcome.LATER: 1}


def test_an_address_that_is_none_ends_it(mailbox: Mailbox) -> None:
    post_mail(address="person@example.org\nBcc: all@example.org")

    assert send() == {Outcome.FAILED: 1}
    assert mailbox.mails == []


def test_an_address_the_server_cannot_take_ends_it(mailbox: Mailbox) -> None:
    post_mail(address="사람@example.org")

    assert send() == {Outcome.FAILED: 1}
    assert only_notice().error == "SMTPNotSupportedError"


def test_a_server_out_of_reach_is_tried_again(
    app: Flask, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_mail()
    monkeypatch.setitem(app.config, "SMTP_URL", "smtp://127.0.0.1:9")

    assert send() == {Outcome.LATER: 1}
    assert only_notice().error == "ConnectionRefusedError"


def test_a_password_never_leaves_without_encryption(
    app: Flask, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_mail()
    url = mailbox.url.replace("//", "//user:secret@")
    monkeypatch.setitem(app.config, "SMTP_URL", url)

    assert send() == {Outcome.LATER: 1}
    assert "no encryption" in str(only_notice().error)


def test_an_expired_code_is_not_sent(mailbox: Mailbox) -> None:
    post_mail(body="번호는 123456", secret=True)

    with time_machine.travel(clock.now() + timedelta(minutes=3)):
        assert send() == {Outcome.FAILED: 1}

    assert mailbox.mails == []
    assert only_notice().body == BLANKED


def test_a_message_that_breaks_its_carrier_does_not_stop_the_others(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_mail(1)
    post_mail(2)
    send_well = delivery.Mail.send

    def stumble(self: delivery.Mail, message: Message) -> None:
        if message.address.startswith("person1"):
            raise KeyError(message.address)
        send_well(self, message)

    monkeypatch.setattr(delivery.Mail, "send", stumble)

    assert send() == {Outcome.LATER: 1, Outcome.SENT: 1}
    assert [notice.error for notice in outbox()] == ["KeyError", None]


def test_a_crash_in_mid_send_repeats_the_message_and_loses_none(
    app: Flask, mailbox: Mailbox
) -> None:
    post_mail(1)
    post_mail(2)

    assert _die_while_sending(app) == 9
    assert len(mailbox.mails) == 1
    assert send() == {Outcome.SENT: 1}
    with time_machine.travel(clock.now() + LEASE):
        assert send() == {Outcome.SENT: 1}

    first, _other, again = mailbox.mails
    assert first["Message-ID"] == again["Message-ID"]
    assert parsedate_to_datetime(first["Date"]) == parsedate_to_datetime(again["Date"])
    assert {notice.delivery for notice in outbox()} == {Delivery.SENT}


def test_a_message_that_kills_every_sender_is_given_up(mailbox: Mailbox) -> None:
    post_mail()
    with time_machine.travel(clock.now()) as traveller:
        for _try in range(TRIES):
            assert actions.claim(delivery.NEEDED)
            traveller.shift(LEASE)

        assert send() == {Outcome.FAILED: 1}

    assert mailbox.mails == []


def _die_while_sending(app: Flask) -> int:
    names = ("DATABASE_URL", "INSTANCE_PATH", "SECRET_KEY", "SMTP_URL", "MAIL_FROM")
    config = json.dumps({name: app.config[name] for name in names})
    command = [sys.executable, "-m", "tests.notices.dying_sender", config]
    return subprocess.run(command, cwd=PROJECT, check=False).returncode
