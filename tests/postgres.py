"""A PostgreSQL server of the tests' own, without the durability that their rows never need."""

from collections.abc import Iterator
from contextlib import contextmanager

from eduportal.drill import postgres
from eduportal.drill.postgres import Server, lacking

__all__ = ["Server", "lacking", "running"]

SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def running() -> Iterator[Server]:
    """A server for as long as the block lasts, where nothing is lacking."""
    with postgres.running(SETTINGS) as server:
        yield server
