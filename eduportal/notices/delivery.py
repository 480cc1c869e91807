"""Carriers: how a message leaves the house. They know no database."""

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

import httpx

from eduportal.notices.models import Channel
from eduportal.notices.rules import Message, text_type
from eduportal.shared import clock

SECONDS = 10.0
NEEDED = {Channel.SMS: ("SMS_URL", "SMS_FROM"), Channel.EMAIL: ("SMTP_URL", "MAIL_FROM")}
# These 4xx answers speak of our key, our address or our pace, which can be mended; the others
# of the message, which stays as it is.
NOT_THE_MESSAGE = frozenset({401, 402, 403, 404, 405, 407, 408, 409, 425, 429})


class Undelivered(Exception):
    """It did not go out, and may later; the text says why, without personal data."""


class Undeliverable(Exception):
    """It will never go out; the text says why, without personal data."""


class NotYet(Exception):
    """It is to stay where it is until a moment."""

    def __init__(self, until: datetime) -> None:
        super().__init__("not yet")
        self.until = until


class Carrier(Protocol):
    """One way out. Returns when the message was taken over; raises one of the above."""

    def send(self, message: Message) -> None:
        """Hand the message over."""


def missing(channel: Channel, settings: Mapping[str, Any]) -> list[str]:
    """The settings without which a channel cannot send."""
    return [name for name in NEEDED[channel] if not settings[name]]


def carriers(settings: Mapping[str, Any]) -> dict[Channel, Carrier]:
    """The carrier of every channel that has one; in the demo a page stands in for the others."""
    found: dict[Channel, Carrier] = {}
    if settings["DEMO"]:
        found = {channel: Shown() for channel in Channel}
    if not missing(Channel.SMS, settings):
        found[Channel.SMS] = TextMessages(settings)
    if not missing(Channel.EMAIL, settings):
        found[Channel.EMAIL] = Mail(settings)
    return found


class Shown:
    """The demo's page is the delivery: a secret stays there as long as it is good."""

    def send(self, message: Message) -> None:
        """Nothing leaves; raises NotYet while a secret must stay readable."""
        if message.secret and not message.too_late(clock.now()):
            raise NotYet(message.good_until)


class TextMessages:
    """A text message service, spoken to by JSON over HTTP."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.url = str(settings["SMS_URL"])
        self.sender = str(settings["SMS_FROM"])
        self.key = str(settings["SMS_KEY"])

    def send(self, message: Message) -> None:
        """One POST; the same idempotency key on every repeat."""
        _refuse_if_too_late(message)
        try:
            answer = httpx.post(
                self.url,
                json=self._payload(message),
                headers=self._headers(message),
                timeout=SECONDS,
            )
        except httpx.HTTPError as error:
            raise Undelivered(type(error).__name__) from error
        _judge(answer.status_code)

    def _payload(self, message: Message) -> dict[str, str]:
        return {
            "from": self.sender,
            "to": message.address,
            "text": message.body,
            "type": text_type(message.body),
            "id": message.token,
        }

    def _headers(self, message: Message) -> dict[str, str]:
        authorization = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return {"Idempotency-Key": message.token, **authorization}


def _judge(status: int) -> None:
    if 200 <= status < 300:
        return
    if 400 <= status < 500 and status not in NOT_THE_MESSAGE:
        raise Undeliverable(f"HTTP {status}")
    raise Undelivered(f"HTTP {status}")


class Mail:
    """An SMTP server."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.server = urlsplit(str(settings["SMTP_URL"]))
        self.sender = str(settings["MAIL_FROM"])

    def send(self, message: Message) -> None:
        """One connection, one mail; the same Message-ID on every repeat."""
        _refuse_if_too_late(message)
        mail = self._mail(message)
        try:
            with _connection(self.server) as smtp:
                smtp.send_message(mail)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
            raise _verdict(error) from error
        except smtplib.SMTPResponseException as error:
            # About the connection, our sign-in or our sender: for the operator to mend.
            raise Undelivered(_named(error, error.smtp_code)) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Undeliverable(type(error).__name__) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Undelivered(type(error).__name__) from error

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        domain = parseaddr(self.sender)[1].rpartition("@")[2] or "localhost"
        try:
            mail["From"] = self.sender
            mail["To"] = message.address
        except ValueError:
            raise Undeliverable("the address is not one") from None
        mail["Subject"] = " ".join(message.subject.split())
        mail["Date"] = format_datetime(message.created_at)
        mail["Message-ID"] = f"<{message.token}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.body)
        return mail


@contextmanager
def _connection(server: SplitResult) -> Iterator[smtplib.SMTP]:
    """The mail server, encrypted wherever it can be, signed in if the address names a user."""
    context = ssl.create_default_context()
    smtp = _opened(server, context)
    try:
        smtp.ehlo_or_helo_if_needed()
        if server.scheme == "smtp" and smtp.has_extn("starttls"):
            smtp.starttls(context=context)
        if server.username:
            _sign_in(smtp, server)
        yield smtp
        # By now the mail is taken over; a server that stumbles over the farewell changes nothing.
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()
    finally:
        smtp.close()


def _opened(server: SplitResult, context: ssl.SSLContext) -> smtplib.SMTP:
    host = server.hostname or ""
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, server.port or 465, timeout=SECONDS, context=context)
    return smtplib.SMTP(host, server.port or 25, timeout=SECONDS)


def _sign_in(smtp: smtplib.SMTP, server: SplitResult) -> None:
    # Somebody in between can hide that a server offers STARTTLS; the password stays here then.
    if not isinstance(smtp.sock, ssl.SSLSocket):
        raise Undelivered("the mail server offers no encryption, so the password was not sent")
    try:
        smtp.login(unquote(server.username or ""), unquote(server.password or ""))
    except smtplib.SMTPNotSupportedError as error:
        raise Undelivered(
            "the mail server takes no password; leave it out of the address"
        ) from error


def _verdict(
    error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError,
) -> Undelivered | Undeliverable:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max(code for code, _text in error.recipients.values())
    else:
        code = error.smtp_code
    # The server's own words may hold the address; its code says enough.
    return (Undeliverable if code >= 500 else Undelivered)(_named(error, code))


def _named(error: Exception, code: int) -> str:
    return f"{type(error).__name__} {code}"


def _refuse_if_too_late(message: Message) -> None:
    if message.too_late(clock.now()):
        raise Undeliverable("the code had expired before it could be sent")
