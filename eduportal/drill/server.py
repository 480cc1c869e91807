"""The portal of a drill: `eduportal serve`, on a free port, and what it takes of the processors."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from eduportal.config import PREFIX, PROJECT

STARTS_WITHIN, STOPS_WITHIN = 90.0, 15.0


class NotStarted(Exception):
    """The portal did not come up; the text is what it last said."""


@dataclass(frozen=True)
class Portal:
    """A portal that answers."""

    port: int
    pid: int

    def web_processes(self) -> list[int]:
        """The processes that answer requests."""
        below = children()
        return [pid for pid in below.get(self.pid, []) if b"\0work\0" not in _command(pid)]


@contextmanager
def serving(url: str, secret_key: str, instance: Path) -> Iterator[Portal]:
    """`eduportal serve` as an office starts it, with none of this office's settings."""
    port, log = _free_port(), instance / "serve.log"
    environment = {name: text for name, text in os.environ.items() if not name.startswith(PREFIX)}
    environment |= {
        f"{PREFIX}DATABASE_URL": url,
        f"{PREFIX}SECRET_KEY": secret_key,
        f"{PREFIX}INSTANCE_PATH": str(instance),
        "PORT": str(port),
    }
    with log.open("wb") as output:
        # A session of its own: Ctrl-C comes to the drill, which ends the portal in order.
        process = subprocess.Popen(
            [sys.executable, "-m", "eduportal", "serve"],
            cwd=PROJECT,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            _wait_for(process, port, log)
            yield Portal(port, process.pid)
        finally:
            _end(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        if _answers(port):
            return
        time.sleep(0.1)
    raise NotStarted(log.read_text(encoding="utf-8", errors="replace")[-2000:])


def _answers(port: int) -> bool:
    request = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
            wire.sendall(request)
            return wire.recv(12).startswith(b"HTTP/1.1 ")
    except OSError:
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        pass
    finally:
        # Whatever is left of its session: nothing of a drill stays.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


# Processor time


def processor_seconds(pids: Iterable[int]) -> float:
    """The processor time of some processes and all below them, so far."""
    below = children()
    todo, ticks = list(pids), 0
    for pid in todo:
        todo += below.get(pid, [])
        ticks += _ticks(pid)
    return ticks / os.sysconf("SC_CLK_TCK")


def children() -> dict[int, list[int]]:
    """Every process of this machine under the one that started it."""
    found: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        facts = _facts(int(folder.name))
        if facts:
            found.setdefault(int(facts[1]), []).append(int(folder.name))
    return found


def _ticks(pid: int) -> int:
    facts = _facts(pid)
    return sum(map(int, facts[11:13])) if facts else 0


def _facts(pid: int) -> list[str]:
    # What follows the name, which may hold spaces: state, parent, … user time, system time.
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
