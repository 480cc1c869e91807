"""The command, and the demo's page."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from eduportal.config import PROJECT
from eduportal.notices import commands
from eduportal.notices.models import Delivery
from eduportal.notices.rules import BLANKED
from eduportal.shared import clock
from eduportal.shared.db import Busy, db
from tests.factories import create_office
from tests.notices.conftest import only_notice, outbox, post_mail, post_text
from tests.notices.servers import Mailbox


def test_once_sends_what_is_due_and_says_how_it_went(
    runner: FlaskCliRunner, mailbox: Mailbox
) -> None:
    post_mail(1)
    post_mail(2)

    result = runner.invoke(args=["work", "--once"])

    assert "2 sent, 0 to be tried again, 0 given up." in result.output
    assert len(mailbox.mails) == 2


def test_it_says_what_keeps_messages_waiting(runner: FlaskCliRunner) -> None:
    post_text()

    result = runner.invoke(args=["work", "--once"])

    expected = "No sms can be sent without EDUPORTAL_SMS_URL and EDUPORTAL_SMS_FROM; 1 waiting."
    assert expected in result.output
    assert only_notice().delivery is Delivery.WAITING


def test_a_failure_is_logged_without_the_address(runner: FlaskCliRunner, mailbox: Mailbox) -> None:
    post_mail()
    mailbox.recipient_answer = "550 person1@example.org is unknown"

    result = runner.invoke(args=["work", "--once"])

    assert "SMTPRecipientsRefused 550" in result.output
    assert "person1" not in result.output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_works_until_told_to_stop_and_ends_cleanly(
    app: Flask, mailbox: Mailbox, number: signal.Signals
) -> None:
    with _started(app) as process:
        post_mail()
        _wait_for(lambda: bool(mailbox.mails))
        process.send_signal(number)
        assert process.wait(timeout=30) == 0

    assert only_notice().delivery is Delivery.SENT


def test_a_database_out_of_reach_is_waited_for(
    runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections = []

    def stumble(_ways: object, stop: Event) -> None:
        connections.append(db.engine.pool.checkedout())  # type: ignore[attr-defined]
        if len(connections) == 2:
            stop.set()
        raise Busy

    monkeypatch.setattr(commands, "drain", stumble)
    monkeypatch.setattr(commands, "IDLE_SECONDS", 0.01)
    # What works beside the sender has connections of its own.
    monkeypatch.setattr(commands, "_companions", list)

    result = runner.invoke(args=["work"])

    assert result.exit_code == 0
    assert result.output.count("outbox out of reach") == 2
    assert connections == [0, 0]


@pytest.mark.usefixtures("demo")
def test_in_the_demo_messages_are_sent_by_being_shown(runner: FlaskCliRunner) -> None:
    post_text()

    runner.invoke(args=["work", "--once"])

    assert only_notice().delivery is Delivery.SENT


@pytest.mark.usefixtures("demo")
def test_in_the_demo_a_code_stays_readable_while_it_is_good(runner: FlaskCliRunner) -> None:
    post_text(body="번호는 123456", secret=True)

    with time_machine.travel(clock.now() + timedelta(seconds=170)):
        runner.invoke(args=["work", "--once"])
        assert only_notice().body == "번호는 123456"
    with time_machine.travel(clock.now() + timedelta(minutes=3)):
        runner.invoke(args=["work", "--once"])

    assert (only_notice().body, only_notice().delivery) == (BLANKED, Delivery.SENT)


@pytest.mark.usefixtures("demo")
def test_the_demos_page_shows_the_newest_first_with_masked_numbers(client: FlaskClient) -> None:
    create_office()
    post_text(1, body="먼저 온 것")
    post_text(2, body="번호는 123456", secret=True)

    page = client.get("/sent-messages").text

    assert page.index("123456") < page.index("먼저 온 것")
    assert "010-****-0002" in page
    assert "01000000002" not in page


@pytest.mark.usefixtures("demo")
def test_the_demos_page_shows_fifty(client: FlaskClient) -> None:
    create_office()
    for number in range(51):
        post_text(number, body=f"알림 {number:02d} 끝")

    page = client.get("/sent-messages").text

    assert "알림 50 끝" in page
    assert "알림 00 끝" not in page
    assert len(outbox()) == 51


@contextmanager
def _started(app: Flask) -> Iterator[subprocess.Popen[bytes]]:
    names = ("DATABASE_URL", "INSTANCE_PATH", "SECRET_KEY", "SMTP_URL", "MAIL_FROM")
    settings = {f"EDUPORTAL_{name}": str(app.config[name]) for name in names}
    command = [sys.executable, "-m", "eduportal", "work"]
    with subprocess.Popen(command, cwd=PROJECT, env=os.environ | settings) as process:
        try:
            yield process
        finally:
            process.kill()


def _wait_for(happened: Callable[[], bool]) -> None:
    for _try in range(1200):
        if happened():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen within a minute")
