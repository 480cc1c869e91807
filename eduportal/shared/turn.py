"""Whose turn it is to write to a SQLite file: first in, first out, across threads and processes."""

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_SECONDS = 0.0002


class TurnTimeout(Exception):
    """The turn to write could not be had in time."""


class Line:
    """Threads of one process, served in the order of their arrival.

    threading.Lock promises no order; under a rush its unluckiest waiter starves. Here a leaver
    hands the turn to whoever waits longest, so nobody can barge in between.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._busy = False

    def enter(self, seconds: float) -> bool:
        """Wait for the turn; False when it did not come within `seconds`."""
        with self._mutex:
            if not self._busy:
                self._busy = True
                return True
            ticket = threading.Event()
            self._waiting.append(ticket)
        return ticket.wait(seconds) or not self._step_out(ticket)

    def leave(self) -> None:
        """Hand the turn to the longest waiting thread."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._busy = False

    def _step_out(self, ticket: threading.Event) -> bool:
        """Leave the line; False when the turn came in the very moment of leaving."""
        with self._mutex:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                return True
            return False


class FileTurn:
    """One writer at a time over all processes that share a file.

    Two locks make a turnstile: whoever stands behind the gate is the only one who waits for the
    turn, so a busy process cannot take it again and again before the others (flock alone keeps
    no order). Both are released by the kernel when a process dies.
    """

    def __init__(self, path: Path) -> None:
        self._line = Line()
        self._gate = path.with_name(f"{path.name}.gate")
        self._turn = path.with_name(f"{path.name}.turn")

    @contextmanager
    def taken(self, seconds: float) -> Iterator[None]:
        """Hold the turn; raises TurnTimeout when it did not come within `seconds`."""
        deadline = time.monotonic() + seconds
        if not self._line.enter(seconds):
            raise TurnTimeout
        try:
            with _locked(self._gate, deadline) as gate, _locked(self._turn, deadline):
                fcntl.flock(gate, fcntl.LOCK_UN)
                yield
        finally:
            self._line.leave()


@contextmanager
def _locked(path: Path, deadline: float) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while not _tried(descriptor):
            if time.monotonic() > deadline:
                raise TurnTimeout
            time.sleep(POLL_SECONDS)
        yield descriptor
    finally:
        os.close(descriptor)


def _tried(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
