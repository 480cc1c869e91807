"""Mail over TLS, with a password: the server's certificate is made for the test."""

import shutil
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from flask import Flask

from eduportal.notices.sender import Outcome
from tests.conftest import leave_out
from tests.notices.conftest import only_notice, post_mail, send
from tests.notices.servers import Mailbox, mail_server


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of this machine, and its key."""
    if not shutil.which("openssl"):
        leave_out("OpenSSL's command is not installed: mail over TLS was left out.")
    folder = tmp_path_factory.mktemp("certificate")
    files = folder / "certificate.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
    command += f" -addext subjectAltName=IP:127.0.0.1 -out {files[0]} -keyout {files[1]}"
    subprocess.run(command.split(), check=True, capture_output=True)
    return files


@pytest.fixture
def tls(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The server's side of TLS; this process trusts it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


def test_a_password_goes_over_starttls(
    app: Flask, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = _sent(app, monkeypatch, "smtp://edu:p%40ss@", tls_context=tls, **_login())

    assert outcome == {Outcome.SENT: 1}


# The test's server does not know that TLS began before it did.
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_password_goes_over_tls_from_the_start(
    app: Flask, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    how = _login() | {"auth_require_tls": False}
    outcome = _sent(app, monkeypatch, "smtps://edu:p%40ss@", ssl_context=tls, **how)

    assert outcome == {Outcome.SENT: 1}


def test_a_wrong_password_is_for_the_operator_to_mend(
    app: Flask, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = _sent(app, monkeypatch, "smtp://edu:wrong@", tls_context=tls, **_login())

    assert outcome == {Outcome.LATER: 1}
    assert only_notice().error == "SMTPAuthenticationError 535"


def test_so_is_a_server_that_takes_no_password(
    app: Flask, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Mailbox, "takes_passwords", False)

    assert _sent(app, monkeypatch, "smtp://edu:p%40ss@", tls_context=tls) == {Outcome.LATER: 1}
    assert "takes no password" in str(only_notice().error)


def test_a_server_that_cannot_prove_who_it_is_gets_nothing(
    app: Flask, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")

    outcome = _sent(app, monkeypatch, "smtp://", tls_context=tls)

    assert outcome == {Outcome.LATER: 1}
    assert only_notice().error == "SSLCertVerificationError"


def _login() -> dict[str, Any]:
    def ask(_server: Any, _session: Any, _envelope: Any, _way: str, given: Any) -> AuthResult:
        known = LoginPassword(b"edu", b"p@ss")
        return AuthResult(success=given == known, handled=False)

    return {"authenticator": ask, "auth_required": True}


def _sent(app: Flask, monkeypatch: pytest.MonkeyPatch, url: str, **how: Any) -> Any:
    """Send one mail to a server that is told `how`; `url` is its address up to the host."""
    post_mail()
    with mail_server(**how) as box:
        monkeypatch.setitem(app.config, "SMTP_URL", f"{url}127.0.0.1:{box.port}")
        monkeypatch.setitem(app.config, "MAIL_FROM", "edu@hangang.example")
        return send()
