"""Text messages over a service of our own."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from eduportal.notices import delivery
from eduportal.notices.models import Delivery
from eduportal.notices.sender import Outcome
from eduportal.shared import clock
from tests.notices.conftest import only_notice, post_text, send
from tests.notices.servers import TextService


def test_a_text_is_one_post_of_json(texts: TextService) -> None:
    post_text(body="짧은 알림")

    assert send() == {Outcome.SENT: 1}

    [(headers, body)] = texts.requests
    token = headers["Idempotency-Key"]
    assert headers["Authorization"] == "Bearer key"
    assert body == {
        "from": "0220000000",
        "to": "01000000001",
        "text": "짧은 알림",
        "type": "SMS",
        "id": token,
    }


def test_a_long_text_travels_as_lms(texts: TextService) -> None:
    post_text(body="긴 알림 " * 20)

    send()

    assert texts.texts[0]["type"] == "LMS"


def test_a_service_without_a_key_is_sent_none(
    app: Flask, texts: TextService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SMS_KEY", "")
    post_text()

    send()

    assert "Authorization" not in texts.requests[0][0]


@pytest.mark.parametrize("status", [500, 503, 429, 401, 302])
def test_what_the_service_or_the_operator_can_mend_is_tried_again(
    texts: TextService, status: int
) -> None:
    texts.status = status
    post_text()

    assert send() == {Outcome.LATER: 1}
    assert only_notice().error == f"HTTP {status}"


def test_a_repeat_carries_the_same_name(texts: TextService) -> None:
    texts.status = 500
    post_text()
    send()
    texts.status = 200

    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        assert send() == {Outcome.SENT: 1}

    first, again = texts.texts
    assert first["id"] == again["id"]


def test_what_is_wrong_with_the_message_ends_it(texts: TextService) -> None:
    texts.status = 400
    post_text()

    assert send() == {Outcome.FAILED: 1}
    assert (only_notice().delivery, only_notice().error) == (Delivery.FAILED, "HTTP 400")


def test_a_slow_service_is_tried_again(texts: TextService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "SECONDS", 0.1)
    texts.seconds = 0.4
    post_text()

    assert send() == {Outcome.LATER: 1}
    assert only_notice().error == "ReadTimeout"


def test_an_expired_code_is_not_sent(texts: TextService) -> None:
    post_text(secret=True)

    with time_machine.travel(clock.now() + timedelta(minutes=3)):
        assert send() == {Outcome.FAILED: 1}

    assert texts.requests == []
