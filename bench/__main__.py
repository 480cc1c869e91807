"""`python -m bench`: the portal against thin views, on both databases, in one run.

Prints ratios; seconds depend on the machine. Everything goes to 127.0.0.1 and ends by itself.
"""

import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from bench import imports, load, office, timetable
from eduportal.shared.db import db
from tests import postgres

PEOPLE, AT_ONCE, ROUNDS, PAST = 1000, 32, 3, 2500


def main() -> None:
    """Measure what was asked for, or everything."""
    asked = sys.argv[1:] or ["apply", "list", "past"]
    for backend in ("sqlite", "postgresql"):
        with database(backend) as url, tempfile.TemporaryDirectory() as instance:
            for name in asked:
                MEASURES[name](backend, url, instance)


@contextmanager
def database(backend: str) -> Iterator[str]:
    """The address of an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        if backend == "sqlite":
            yield f"sqlite:///{folder}/eduportal.db"
            return
        with postgres.running() as server:
            yield server.url("postgres")


def applications(backend: str, url: str, instance: str) -> None:
    """Everybody applies for one run of 28: the real POST against the bare statements."""
    real, thin = [], []
    for _round in range(ROUNDS):
        real.append(one_rush(url, instance, "wsgi:app", real_requests))
        thin.append(one_rush(url, instance, "bench.thin:app", thin_requests))
    say(f"apply, {backend}", real, thin)


def one_rush(
    url: str,
    instance: str,
    target: str,
    requests: Callable[[Flask, int, list[tuple[int, int]]], list[bytes]],
    **settings: int,
) -> load.Result:
    """A new office, a thousand residents, one run; all of them apply."""
    with office.portal(url, instance) as app:
        people = office.residents(PEOPLE)
        ready = requests(app, office.opened_run(PEOPLE).id, people)
    with office.server(target, url, instance, **settings) as port:
        result = load.send(port, ready, AT_ONCE)
    if set(result.codes) != {303}:
        raise RuntimeError(f"not everybody could apply: {result.codes}")
    return result


def real_requests(app: Flask, run_id: int, people: list[tuple[int, int]]) -> list[bytes]:
    """The form that the page sends."""
    return [office.post(app, f"/runs/{run_id}/apply", *ids) for ids in people]


def thin_requests(_app: Flask, run_id: int, people: list[tuple[int, int]]) -> list[bytes]:
    """An empty POST that names the person."""
    head = "POST /runs/{}/apply/{} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"
    return [head.format(run_id, person_id).encode() for _account_id, person_id in people]


def list_of_runs(backend: str, url: str, instance: str) -> None:
    """The list with 300 runs against a template of 10 kB; and how many queries it takes."""
    counts = {}
    for runs in (10, 300):
        with office.portal(url, instance) as app:
            office.open_runs(runs)
            counts[runs] = queries_of(app, "/runs")
    real, thin = [], []
    for _round in range(ROUNDS):
        with office.server("wsgi:app", url, instance) as port:
            real.append(load.send(port, [office.get("/runs")] * 600, AT_ONCE))
        with office.server("bench.thin:app", url, instance) as port:
            thin.append(load.send(port, [office.get("/page")] * 600, AT_ONCE))
    say(f"list of 300 runs, {backend}", real, thin)
    print(f"  queries with 10 runs: {counts[10]}, with 300: {counts[300]}")


def list_with_a_past(backend: str, url: str, instance: str) -> None:
    """The pages of a month's 18 runs with nothing behind them, and with 2,500 past runs."""
    pages = ("/runs", "/openings", "/centers/1/schedule", "/runs.atom", "/openings.ics")
    rounds: dict[str, list[load.Result]] = {}
    for past in (0, PAST):
        with office.portal(url, instance) as app:
            office.open_runs(18)
            if past:
                office.past_runs(past)
            counts = {page: queries_of(app, page) for page in pages}
        with office.server("wsgi:app", url, instance) as port:
            for page in pages:
                result = load.send(port, [office.get(page)] * 200, AT_ONCE)
                rounds.setdefault(page, []).append(result)
    for page, (fresh, old) in rounds.items():
        print(
            f"{page} with {PAST:,} past runs, {backend}: {old.per_second / fresh.per_second:.2f}"
            f" of its speed without them, {counts[page]} queries"
        )


def queries_of(app: Flask, path: str) -> int:
    """How many statements a page takes."""
    statements: list[str] = []

    def count(_conn: sa.Connection, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    app.test_client().get(path)
    event.remove(db.engine, "before_cursor_execute", count)
    return len(statements)


def servers(backend: str, url: str, instance: str) -> None:
    """The same rush with other numbers of processes and threads."""
    for workers, threads in ((1, 1), (1, 4), (2, 1), (2, 2), (2, 4), (3, 1), (4, 1)):
        result = one_rush(
            url, instance, "wsgi:app", real_requests, workers=workers, threads=threads
        )
        print(
            f"granian {workers} × {threads}, {backend}: {result.per_second:.0f}/s,"
            f" longest wait {result.wait(1):.0f} ms"
        )


def say(what: str, real: list[load.Result], thin: list[load.Result]) -> None:
    """One line: the ratio first."""
    ours, theirs = (statistics.median(r.per_second for r in side) for side in (real, thin))
    wait = statistics.median(r.wait(0.95) for r in real)
    print(
        f"{what}: {ours / theirs:.2f} of the thin view ({ours:.0f}/s of {theirs:.0f}/s;"
        f" 95 of 100 waited at most {wait:.0f} ms)"
    )


MEASURES = {
    "apply": applications,
    "imports": imports.measure,
    "list": list_of_runs,
    "past": list_with_a_past,
    "servers": servers,
    "timetable": timetable.measure,
}

main()
