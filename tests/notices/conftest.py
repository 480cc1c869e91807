"""An office that sends: its mail server, its text message service, its outbox."""

from collections import Counter
from collections.abc import Iterator
from threading import Event

import pytest
import sqlalchemy as sa
from flask import Flask, current_app

from eduportal.notices import actions
from eduportal.notices.delivery import carriers
from eduportal.notices.models import Channel, Notice
from eduportal.notices.sender import Outcome, drain
from eduportal.shared.db import db
from tests.notices.servers import Mailbox, TextService, mail_server, text_service


@pytest.fixture
def mailbox(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """The office's mail server."""
    with mail_server() as box:
        monkeypatch.setitem(app.config, "SMTP_URL", box.url)
        monkeypatch.setitem(app.config, "MAIL_FROM", "교육장 <edu@hangang.example>")
        yield box


@pytest.fixture
def texts(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[TextService]:
    """The office's text message service."""
    with text_service() as service:
        monkeypatch.setitem(app.config, "SMS_URL", service.url)
        monkeypatch.setitem(app.config, "SMS_KEY", "key")
        monkeypatch.setitem(app.config, "SMS_FROM", "0220000000")
        yield service


@pytest.fixture
def demo(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo office."""
    monkeypatch.setitem(app.config, "DEMO", True)


def post_mail(number: int = 1, **given: object) -> None:
    """A mail in the outbox."""
    facts = {
        "channel": Channel.EMAIL,
        "address": f"person{number}@example.org",
        "kind": "placed",
        "subject": "수강이 확정되었습니다",
        "body": "12월 1일 10시까지 와 주세요.",
        "dedupe": f"mail-{number}",
    }
    actions.post(**facts | given)  # type: ignore[arg-type]


def post_text(number: int = 1, **given: object) -> None:
    """A text message in the outbox."""
    address = f"0100000{number:04d}"
    post_mail(
        number, **{"channel": Channel.SMS, "address": address, "dedupe": f"text-{number}"} | given
    )


def send() -> Counter[Outcome]:
    """Send what is due, as a worker does."""
    return drain(carriers(current_app.config), Event())


def outbox() -> list[Notice]:
    """Every row, read anew."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Notice).order_by(Notice.id)))


def only_notice() -> Notice:
    """The one row there is, read anew."""
    [notice] = outbox()
    return notice
