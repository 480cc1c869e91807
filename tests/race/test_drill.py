"""Small drills over HTTP, some with a disaster in the middle: whoever got an answer keeps it."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from eduportal.drill import postgres
from eduportal.drill.commands import drill
from eduportal.drill.plan import Plan, refusals
from eduportal.drill.rehearsal import Mishap, rehearse
from eduportal.drill.scratch import Scratch
from eduportal.drill.server import Portal, children
from eduportal.drill.verdict import Verdict, page
from tests.conftest import leave_out

SMALL = Plan(people=60, runs=2, seats=10, waiting=10, seconds=1.0, patience=30)


def kill_a_worker(portal: Portal, _there: Scratch) -> None:
    """As the kernel does when memory runs out: in the middle of whatever it does."""
    os.kill(portal.web_processes()[0], signal.SIGKILL)


def kill_the_database(_portal: Portal, there: Scratch) -> None:
    """PostgreSQL dies with all its processes, and is started again."""
    assert there.server
    pid = there.server.pid
    for process in [pid, *children().get(pid, [])]:
        os.kill(process, signal.SIGKILL)
    while Path(f"/proc/{pid}").exists():
        time.sleep(0.01)
    there.server.start({})


def kill_both(portal: Portal, there: Scratch) -> None:
    """A web process first, and a moment later the database under all of them."""
    kill_a_worker(portal, there)
    time.sleep(0.2)
    kill_the_database(portal, there)


def rehearsed(plan: Plan, mishap: Mishap) -> Verdict:
    """A drill in a thread of its own: the browser's tests leave a loop in this one."""
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(rehearse, plan, mishap, after=15).result()


def kept(verdict: Verdict) -> bool:
    """Everybody was answered in the end, and the rows are what they were told."""
    answered = verdict.answers["확정"], verdict.answers["대기"], verdict.answers["마감"]
    return answered == (10, 20, 30) and not (verdict.broken or verdict.lost or verdict.oversold)


def needs_postgresql() -> None:
    lacking = postgres.lacking()
    if lacking:
        leave_out(f"{lacking}: every test on PostgreSQL was left out.")


def test_a_drill_says_what_came_of_it_and_leaves_nothing_behind(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-m", "eduportal", "drill", "--people=60", "--runs=2", "--seats=10"]
    result = subprocess.run(
        command,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "이상 없음" in result.stdout
    assert "확정 10명, 대기 20명, 마감 30명" in result.stdout
    assert "이 서버는 분당 약" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_web_process_that_is_killed_loses_no_answered_place() -> None:
    verdict = rehearsed(SMALL, kill_a_worker)
    assert kept(verdict), page(verdict)


def test_killed_on_postgresql_neither_process_nor_database_loses_an_answered_place() -> None:
    needs_postgresql()
    verdict = rehearsed(Plan(**vars(SMALL) | {"database": "postgresql"}), kill_both)
    assert verdict.errors
    assert kept(verdict), page(verdict)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("--people=0", "신청하는 사람은 1명부터"),
        ("--runs=0", "강좌는 1개부터"),
        ("--seats=5", "강좌마다 한 자리는"),
        ("--seats=3000", "겨룰 것이 없습니다"),
        ("--waiting=-1", "대기 인원은 0명 이상"),
        ("--seconds=0", "0초보다 길게"),
        ("--database=oracle", "sqlite, postgresql 또는"),
    ],
)
def test_bad_numbers_are_refused_with_a_sentence(given: str, sentence: str) -> None:
    result = CliRunner().invoke(drill, [given])
    assert result.exit_code == 2
    assert sentence in result.output
    assert result.output.count("\n") >= 1


def test_a_server_that_cannot_be_reached_is_said_in_one_sentence() -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    result = CliRunner().invoke(drill, ["--database", nowhere])
    assert result.exit_code == 2
    assert "연습용 데이터베이스를 만들 수 없습니다" in result.output


def test_seats_that_cannot_be_shared_out_evenly_are_all_there() -> None:
    plan = Plan(people=100, runs=3, seats=10)
    assert [plan.seats_of(number) for number in range(3)] == [4, 3, 3]
    assert list(refusals(plan)) == []
