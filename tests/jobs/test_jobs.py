"""Long work: who does it, how far it is, and what becomes of it when a worker dies."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from eduportal.config import PROJECT
from eduportal.jobs import actions, queries, work
from eduportal.jobs.models import Job
from eduportal.jobs.rules import LEASE, MOST_TRIES, PAUSE, JobState, percent
from eduportal.jobs.work import Kind, Progress
from eduportal.notices.models import Delivery
from eduportal.shared import clock
from eduportal.shared.db import db
from eduportal.shared.events import By
from eduportal.shared.refusal import Refused
from tests.accounts.steps import sign_in, sign_in_to_work
from tests.catalog.steps import words
from tests.factories import create_center, create_office, create_person, create_staff
from tests.notices.conftest import demo, only_notice, post_text

__all__ = ["demo"]

STAFF = By("staff", "online", 7)


class Reason(StrEnum):
    """Why a handler of these tests says no."""

    TOO_LATE = "%(day)s에는 할 수 없습니다."


@pytest.fixture
def kinds(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[str, Kind]:
    """What the portal's worker can do in a test."""
    known: dict[str, Kind] = {}
    monkeypatch.setitem(app.extensions, "eduportal.jobs", known)
    return known


def start(kind: str = "long", by: By = STAFF, **given: Any) -> int:
    return actions.start(by, kind, "큰 파일 들여오기", given)


def row(job_id: int) -> Job:
    """The job as it stands now."""
    db.session.rollback()
    return db.session.get_one(Job, job_id, populate_existing=True)


def do_what_is_due(app: Flask) -> str:
    db.session.rollback()
    return work.once(app, Event())


def fine(_by: By, given: Mapping[str, Any], _progress: Progress) -> work.Result:
    return {"sentence": f"{given['file']}을 들여왔습니다.", "path": "/office/runs"}


# Done


def test_a_job_is_done_by_the_worker(
    app: Flask, runner: FlaskCliRunner, kinds: dict[str, Kind]
) -> None:
    seen: list[By] = []

    def long(by: By, given: Mapping[str, Any], progress: Progress) -> work.Result:
        seen.append(by)
        return fine(by, given, progress)

    kinds["long"] = Kind(long)
    job_id = start(file="courses.csv")

    result = runner.invoke(args=["work", "--once"])

    assert "1 jobs done." in result.output
    job = row(job_id)
    assert (job.state, job.result) == (
        JobState.DONE,
        {"sentence": "courses.csv을 들여왔습니다.", "path": "/office/runs"},
    )
    assert (job.tries, job.claimed_until, seen) == (1, None, [STAFF])


def test_jobs_are_done_in_the_order_in_which_they_were_asked_for(
    app: Flask, kinds: dict[str, Kind]
) -> None:
    done: list[str] = []

    def long(_by: By, given: Mapping[str, Any], _progress: Progress) -> work.Result:
        done.append(given["file"])
        return {}

    kinds["long"] = Kind(long)
    for name in "abc":
        start(file=name)

    assert do_what_is_due(app) == "3 jobs done."
    assert done == ["a", "b", "c"]


def test_what_nobody_here_knows_is_left_for_others(app: Flask, kinds: dict[str, Kind]) -> None:
    job_id = start("unknown")

    assert do_what_is_due(app) == "0 jobs done."
    assert row(job_id).state is JobState.WAITING


def test_progress_is_seen_while_it_is_made_but_not_too_often(
    app: Flask, kinds: dict[str, Kind], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, int]] = []
    written: list[int] = []
    tell = actions.tell_progress

    def count(job: Any, done: int, total: int) -> None:
        written.append(done)
        tell(job, done, total)

    def long(_by: By, _given: Mapping[str, Any], progress: Progress) -> work.Result:
        for done in range(1000):
            progress(done, 1000)
        time.sleep(work.PROGRESS_SECONDS)
        progress(1000, 1000)
        with db.engine.connect() as other:
            rows = other.execute(sa.select(Job.done, Job.total))
            seen.extend((one.done, one.total) for one in rows)
        return {}

    monkeypatch.setattr(actions, "tell_progress", count)
    kinds["long"] = Kind(long)
    start()
    do_what_is_due(app)

    assert seen == [(1000, 1000)]
    assert 2 <= len(written) <= 4


@pytest.mark.parametrize(("done", "total", "said"), [(0, 0, None), (1, 3, 33), (9, 3, 100)])
def test_progress_is_said_of_a_hundred(done: int, total: int, said: int | None) -> None:
    assert percent(done, total) == said


def test_telling_progress_leaves_what_the_handler_reads_alone(
    app: Flask, kinds: dict[str, Kind]
) -> None:
    def long(_by: By, _given: Mapping[str, Any], progress: Progress) -> work.Result:
        job = db.session.scalars(sa.select(Job)).one()
        progress(1, 2)
        return {"sentence": str(job in db.session)}

    kinds["long"] = Kind(long)
    job_id = start()
    do_what_is_due(app)

    assert (row(job_id).result or {})["sentence"] == "True"


# Not done


def test_a_refusal_is_what_came_of_it(app: Flask, kinds: dict[str, Kind]) -> None:
    def refuse(*_given: Any) -> work.Result:
        raise Refused(Reason.TOO_LATE, day="오늘")

    kinds["long"] = Kind(refuse)
    job_id = start()
    do_what_is_due(app)

    job = row(job_id)
    assert (job.state, job.result) == (JobState.FAILED, {"sentence": "오늘에는 할 수 없습니다."})


def test_a_job_that_breaks_is_tried_three_times_and_stops_no_other(
    app: Flask, kinds: dict[str, Kind]
) -> None:
    def broken(*_given: Any) -> work.Result:
        raise RuntimeError("broken")

    kinds["long"], kinds["short"] = Kind(broken), Kind(lambda *_given: {})
    job_id, other = start(), start("short")
    with time_machine.travel(clock.now(), tick=False) as now:
        for _try in range(MOST_TRIES + 2):
            do_what_is_due(app)
            now.shift(PAUSE)

    job = row(job_id)
    assert (job.state, job.tries) == (JobState.FAILED, MOST_TRIES)
    assert "여러 번 멈추어" in (job.result or {})["sentence"]
    assert row(other).state is JobState.DONE


def test_a_worker_killed_in_the_middle_leaves_the_job_to_the_next(
    app: Flask, kinds: dict[str, Kind]
) -> None:
    kinds["long"] = Kind(fine)
    job_id = start(file="courses.csv")
    names = ("DATABASE_URL", "INSTANCE_PATH", "SECRET_KEY")
    given = json.dumps({name: str(app.config[name]) for name in names})
    command = [sys.executable, "-m", "tests.jobs.dying_worker", given]

    assert subprocess.run(command, cwd=PROJECT, timeout=60, check=False).returncode == 9
    left = row(job_id)
    assert (left.state, left.done, left.total) == (JobState.RUNNING, 3, 10)

    assert do_what_is_due(app) == "0 jobs done."
    with time_machine.travel(clock.now() + LEASE + timedelta(seconds=1)):
        assert do_what_is_due(app) == "1 jobs done."
    assert (row(job_id).state, row(job_id).tries) == (JobState.DONE, 2)


def test_a_job_that_kills_every_worker_is_given_up(app: Flask, kinds: dict[str, Kind]) -> None:
    kinds["long"] = Kind(fine)
    job_id = start()
    with time_machine.travel(clock.now(), tick=False) as now:
        for _try in range(MOST_TRIES):
            assert actions.claim(["long"])
            now.shift(LEASE + timedelta(seconds=1))
        do_what_is_due(app)

    assert row(job_id).state is JobState.FAILED


def test_a_worker_that_lost_its_lease_overwrites_nothing(
    app: Flask, kinds: dict[str, Kind]
) -> None:
    job_id = start()
    with time_machine.travel(clock.now(), tick=False) as now:
        slow = actions.claim(["long"])
        now.shift(LEASE + timedelta(seconds=1))
        quick = actions.claim(["long"])
        assert slow
        assert quick
        actions.finish(quick, {"sentence": "끝"})
        actions.fail(slow, "늦음")
        actions.put_back(slow, stumbled=True)
        actions.tell_progress(slow, 1, 2)

    job = row(job_id)
    assert (job.state, job.result, job.total) == (JobState.DONE, {"sentence": "끝"}, 0)


def test_of_two_workers_one_does_it(app: Flask) -> None:
    start()

    assert actions.claim(["long"])
    assert actions.claim(["long"]) is None


# Beside sending


@pytest.mark.usefixtures("demo")
def test_a_message_does_not_wait_for_a_long_job(
    app: Flask, runner: FlaskCliRunner, kinds: dict[str, Kind]
) -> None:
    sent: list[bool] = []

    def long(_by: By, _given: Mapping[str, Any], _progress: Progress) -> work.Result:
        post_text()
        deadline = time.monotonic() + 20
        while not sent and time.monotonic() < deadline:
            if only_notice().delivery is Delivery.SENT:
                sent.append(True)
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)
        return {}

    kinds["long"] = Kind(long)
    start()

    assert runner.invoke(args=["work"]).exit_code == 0
    assert sent == [True]


def test_a_worker_told_to_stop_gives_the_job_back(app: Flask, kinds: dict[str, Kind]) -> None:
    begun, stop = Event(), Event()

    def long(_by: By, _given: Mapping[str, Any], progress: Progress) -> work.Result:
        while True:
            begun.set()
            progress(1, 2)
            time.sleep(0.01)

    kinds["long"] = Kind(long)
    job_id = start()
    thread = threading.Thread(target=work.until, args=(app, stop))
    thread.start()
    assert begun.wait(20)
    stop.set()
    thread.join(20)

    job = row(job_id)
    assert not thread.is_alive()
    assert (job.state, job.claimed_until, job.tries) == (JobState.WAITING, None, 0)


def test_what_is_old_is_forgotten_with_all_that_it_was_given(
    app: Flask, kinds: dict[str, Kind]
) -> None:
    old, young = start("upload", content="…"), start()
    with time_machine.travel(clock.now() + timedelta(days=2)):
        actions.forget({"upload": timedelta(days=1), "long": timedelta(days=30)})

    assert [job_id for job_id in (old, young) if queries.job(job_id, None)] == [young]


# Pages


@pytest.fixture
def client_at_work(app: Flask, client: FlaskClient) -> tuple[FlaskClient, By]:
    create_office()
    account = create_staff(create_center())
    sign_in_to_work(client, account)
    return client, By("staff", "online", account.id)


def test_the_page_shows_progress_and_looks_again_by_itself(
    client_at_work: tuple[FlaskClient, By],
) -> None:
    client, by = client_at_work
    job_id = start(by=by)
    claimed = actions.claim(["long"])
    assert claimed
    actions.tell_progress(claimed, 750, 3000)

    page = client.get(f"/office/jobs/{job_id}")

    assert page.headers["Refresh"] == "2"
    assert 'value="25"' in page.text
    assert "750 / 3000 (25%)" in words(page)
    assert "이 화면을 닫아도 계속됩니다" in page.text


def test_the_page_of_a_job_that_is_over_says_what_came_of_it(
    client_at_work: tuple[FlaskClient, By],
) -> None:
    client, by = client_at_work
    job_id = start(by=by)
    claimed = actions.claim(["long"])
    assert claimed
    actions.finish(claimed, {"sentence": "모두 들여왔습니다.", "path": "/office/runs"})

    page = client.get(f"/office/jobs/{job_id}")

    assert "Refresh" not in page.headers
    assert "모두 들여왔습니다." in page.text
    assert 'href="/office/runs"' in page.text
    assert "모두 들여왔습니다." in client.get("/office/jobs").text


def test_others_do_not_see_ones_jobs_but_administrators_do(
    client_at_work: tuple[FlaskClient, By], app: Flask
) -> None:
    client, _by = client_at_work
    job_id = start(by=By("staff", "online", 999))

    assert client.get(f"/office/jobs/{job_id}").status_code == 404
    assert "큰 파일 들여오기" not in client.get("/office/jobs").text
    admin = app.test_client()
    sign_in_to_work(admin, create_staff())
    assert admin.get(f"/office/jobs/{job_id}").status_code == 200


def test_residents_have_no_jobs(app: Flask, client: FlaskClient) -> None:
    create_office()
    sign_in(client, create_person())

    assert client.get("/office/jobs").status_code == 403
