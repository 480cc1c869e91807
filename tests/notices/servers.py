"""A mail server and a text message service of the tests' own."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from aiosmtpd.controller import Controller


@dataclass
class Mailbox:
    """What a mail server took over; `answer` is what it says to each mail."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    answer: Callable[[], str] = lambda: "250 OK"
    recipient_answer: str = "250 OK"
    takes_passwords: ClassVar[bool] = True

    @property
    def url(self) -> str:
        """As the setting takes it."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def ids(self) -> list[str]:
        """Message-IDs in the order in which mails came."""
        return [mail["Message-ID"] for mail in self.mails]

    async def handle_EHLO(  # noqa: N802 (aiosmtpd's name)
        self, _server: Any, session: Any, _envelope: Any, name: str, offers: list[str]
    ) -> list[str]:
        """Say what it can."""
        session.host_name = name
        return [offer for offer in offers if self.takes_passwords or "AUTH" not in offer]

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Say whether there is such a mailbox."""
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        """Take a mail over, or not."""
        answer = self.answer()
        if answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=policy.default)
            self.mails.append(mail)
        return answer


@contextmanager
def mail_server(**how: Any) -> Iterator[Mailbox]:
    """A mail server for as long as the block lasts; `how` is what its library may be told."""
    mailbox = Mailbox(_free_port())
    controller = Controller(
        mailbox, hostname="127.0.0.1", port=mailbox.port, enable_SMTPUTF8=False, **how
    )
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


@dataclass
class TextService:
    """What a text message service was sent; it answers with `status` after `seconds`."""

    url: str = ""
    requests: list[tuple[dict[str, str], dict[str, str]]] = field(default_factory=list)
    status: int = 200
    seconds: float = 0

    @property
    def texts(self) -> list[dict[str, str]]:
        """The bodies, in the order in which they came."""
        return [body for _headers, body in self.requests]


@contextmanager
def text_service() -> Iterator[TextService]:
    """A text message service for as long as the block lasts."""
    service = TextService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            service.requests.append((dict(self.headers), body))
            time.sleep(service.seconds)
            self.send_response(service.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.url = f"http://127.0.0.1:{server.server_port}/messages"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield service
        server.shutdown()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
