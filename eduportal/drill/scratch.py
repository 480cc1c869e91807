"""The database that a drill writes to: made for it, gone after it, never an office's."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from eduportal.drill import postgres
from eduportal.drill.postgres import Server


class NotToBeHad(Exception):
    """There is no such database to drill on; the text says why."""


@dataclass(frozen=True)
class Scratch:
    """An empty database, a folder for the portal's instance, and the server where it is ours."""

    url: str
    folder: Path
    server: Server | None = None


@contextmanager
def scratch(database: str) -> Iterator[Scratch]:
    """What a plan's `database` asks for; raises NotToBeHad."""
    with tempfile.TemporaryDirectory(prefix="eduportal-drill-") as name:
        folder = Path(name)
        if database == "sqlite":
            yield Scratch(f"sqlite:///{folder / 'drill.db'}", folder)
        elif database == "postgresql":
            with _own_server() as server:
                yield Scratch(server.url("postgres"), folder, server)
        else:
            with _database_on(database) as url:
                yield Scratch(url, folder)


@contextmanager
def _own_server() -> Iterator[Server]:
    lacking = postgres.lacking()
    if lacking:
        raise NotToBeHad(
            f"이 컴퓨터에서 PostgreSQL 서버를 따로 띄울 수 없습니다({lacking})."
            " --database postgresql+psycopg://사용자:암호@서버/데이터베이스 로 서버를 알려 주세요."
        )
    with postgres.running() as server:
        yield server


@contextmanager
def _database_on(address: str) -> Iterator[str]:
    """A database of its own on somebody's server; the one named in the address is not touched."""
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    name = f"eduportal_drill_{secrets.token_hex(4)}"
    try:
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
    except (OperationalError, sa.exc.ProgrammingError) as error:
        engine.dispose()
        raise NotToBeHad(
            "그 서버에 연습용 데이터베이스를 만들 수 없습니다."
            " 주소와, 데이터베이스를 만들 권한이 있는지 확인해 주세요."
        ) from error
    try:
        yield engine.url.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()
