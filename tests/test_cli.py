"""The console's own commands, and the sentences of a start that cannot be."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from eduportal import cli, config, create_app, demo
from eduportal.booking import promises
from eduportal.catalog.models import Office
from eduportal.portal.readiness import Lack
from eduportal.shared.db import db
from eduportal.statistics.models import PastRun
from tests import factories


def test_check_says_that_every_promise_is_kept(runner: FlaskCliRunner) -> None:
    result = runner.invoke(cli.main, ["check"])
    assert result.exit_code == 0
    assert result.output.startswith("Every promise is kept.\n")


def test_check_says_what_is_missing_without_failing(runner: FlaskCliRunner) -> None:
    result = runner.invoke(cli.main, ["check"])
    assert result.exit_code == 0
    assert "Before residents can come:\n  - The office has no name or phone yet.\n" in result.output
    assert set(cli.MISSING) == set(Lack)


def test_check_of_a_demo_says_only_that_all_is_well(
    app: Flask, runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "DEMO", True)
    factories.create_office(policy_set_at=factories.now(), opened_at=factories.now())
    center = factories.create_center()
    factories.create_staff(center)
    factories.create_run(room=factories.create_room(center))
    assert runner.invoke(cli.main, ["check"]).output == "Every promise is kept.\n"


def test_check_names_what_is_broken_and_fails(runner: FlaskCliRunner) -> None:
    run = factories.create_run()
    run.places_taken = 3
    db.session.commit()
    result = runner.invoke(cli.main, ["check"])
    assert result.exit_code == 1
    assert f"run {run.id}: 3 places" in result.output


def test_the_demo_is_an_office_in_which_every_promise_holds(
    app: Flask, runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "DEMO", True)
    result = runner.invoke(cli.main, ["demo"])
    assert result.exit_code == 0
    assert "010-0000-0001" in result.output
    assert promises.broken() == []
    assert db.session.query(PastRun).count() == 93
    again = runner.invoke(cli.main, ["demo"])
    assert again.exit_code == 1
    assert "--fresh" in again.output


def test_a_real_office_is_never_filled(
    app: Flask, runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "EDUPORTAL_DEMO=1" in runner.invoke(cli.main, ["demo"]).output
    monkeypatch.setitem(app.config, "DEMO", True)
    factories.create_office()
    result = runner.invoke(cli.main, ["demo", "--fresh"])
    assert result.exit_code == 1
    assert "real office" in result.output
    assert db.session.get(Office, 1)


def test_an_office_that_has_rows_is_left_as_it_is(app: Flask) -> None:
    factories.create_center()
    demo.fill_if_empty()
    assert db.session.get(Office, 1) is None


def served(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`eduportal serve`, which is expected to say no."""
    given = {"EDUPORTAL_INSTANCE_PATH": str(tmp_path)} | environment
    command = [sys.executable, "-m", "eduportal", "serve"]
    return subprocess.run(
        command, env=os.environ | given, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = served(tmp_path, PORT=str(port))
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert f"127.0.0.1:{port} cannot be used" in result.stderr


@pytest.mark.parametrize("port", ["abc", "0", "70000"])
def test_no_port_is_said_in_one_sentence(tmp_path: Path, port: str) -> None:
    result = served(tmp_path, PORT=port)
    assert result.returncode == 2
    assert "write a whole number from 1 to 65535" in result.stderr


def test_a_setting_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    result = served(tmp_path, EDUPORTAL_DATABASE_URL="mysql://x")
    assert result.returncode == 2
    assert "EDUPORTAL_DATABASE_URL='mysql://x' cannot be used: write sqlite:///" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DEMO", "perhaps"),
        ("TRUSTED_PROXIES", "-1"),
        ("IDLE_MINUTES", "0"),
        ("SMTP_URL", "mail.example.org"),
        ("SMS_URL", "ftp://example.org"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_every_setting_says_what_to_write_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    monkeypatch.setenv(f"EDUPORTAL_{name}", text)
    with pytest.raises(config.ConfigError, match=f"EDUPORTAL_{name}=.* cannot be used: write "):
        create_app({"INSTANCE_PATH": str(tmp_path)})


@pytest.mark.parametrize("text", ["smpt://edu:s3:cr@t@mail.example.org", "edu:s3:cr@t@mail"])
def test_a_password_in_a_setting_is_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("EDUPORTAL_SMTP_URL", text)
    with pytest.raises(config.ConfigError, match="…@mail") as error:
        create_app({"INSTANCE_PATH": str(tmp_path)})
    assert "s3" not in str(error.value)


def test_the_environment_stands_above_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.py").write_text("IDLE_MINUTES = 5\nMAIL_FROM = 'a@example.org'\n")
    monkeypatch.setenv("EDUPORTAL_IDLE_MINUTES", "10")
    settings = create_app({"INSTANCE_PATH": str(tmp_path)}).config
    assert (settings["IDLE_MINUTES"], settings["MAIL_FROM"]) == (10, "a@example.org")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(config.ConfigError, match="cannot be made"):
        create_app({"INSTANCE_PATH": str(tmp_path / "file" / "instance")})


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = create_app({"INSTANCE_PATH": str(tmp_path)}).config["SECRET_KEY"]
    second = create_app({"INSTANCE_PATH": str(tmp_path)}).config["SECRET_KEY"]
    assert first == second
    assert len(first) == 64
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
