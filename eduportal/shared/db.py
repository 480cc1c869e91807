"""The database: base model, UTC times, and the one way to write."""

import functools
import random
import select
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

import sqlalchemy as sa
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from eduportal.shared.turn import FileTurn, TurnTimeout

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 5
TURN_SECONDS = 3.0
# A connection that lay idle for longer is asked whether it still stands.
IDLE_SECONDS = 30.0
TRY_AGAIN_STATES = frozenset({"40001", "40P01"})
BUSY_STATES = frozenset({"55P03", "57014"})

_in_turn: ContextVar[bool] = ContextVar("in_turn", default=False)
# Rows that are written together in the end, by what they are.
_kept: ContextVar[Mapping[str, list[dict[str, Any]]]] = ContextVar(
    "kept", default=MappingProxyType({})
)


class Busy(Exception):
    """The turn to write could not be had in time; nothing was written, trying again is safe."""


class Unsure(Busy):
    """The database went away during the commit: whether it was written only the rows know."""


class Again(Exception):
    """Raised inside a verb that has seen newer rows than it had locked; it starts over."""


class UTCDateTime(TypeDecorator[datetime]):
    """An instant: refuses naive values, stored in UTC, read back aware."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """A time zone in the column where the database knows one."""
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """To UTC; a naive value is a bug and raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without its zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Model(DeclarativeBase):
    """Base of every table; constraint names follow one pattern, so migrations can name them."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UTCDateTime, date: sa.Date}  # noqa: RUF012 (SQLAlchemy's form)


db = SQLAlchemy(metadata=Model.metadata, session_options={"expire_on_commit": False})


def choice(enum: type[StrEnum], name: str) -> sa.Enum:
    """A text column that holds one of an enum's values, kept so by a CHECK called `name`."""
    return sa.Enum(
        enum,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )


def writing(verb: Callable[P, T]) -> Callable[P, T]:
    """Run a verb in one turn to write, and commit; the only way rows change.

    The body may run more than once, so it holds no effect but rows. It gets ids and plain values:
    rows read before belong to the reading transaction, which is ended here. A verb called by
    another verb joins its turn. Raises Busy when the turn could not be had; whatever the body
    raises goes on up, with nothing written.
    """

    @functools.wraps(verb)
    def in_turn(*args: P.args, **kwargs: P.kwargs) -> T:
        if _in_turn.get():
            return verb(*args, **kwargs)
        tries, deadline = 0, time.monotonic() + TURN_SECONDS
        while tries < TRIES and time.monotonic() < deadline:
            try:
                return _once(functools.partial(verb, *args, **kwargs))
            except Again:
                pass
            except DBAPIError as error:
                _raise_unless_worth_another_try(error)
                tries += 1
            time.sleep(random.uniform(0, 0.02))  # noqa: S311 (spreads retries only)
        raise Busy

    return in_turn


def append(statement: sa.Executable) -> None:
    """Write one append-only line in a transaction of its own, whatever the session is doing."""
    if _in_turn.get():
        raise RuntimeError("a line outside the turn cannot be written inside it")
    with _turn(), db.engine.connect() as connection, _marked():
        connection.execute(statement)
        connection.commit()


@contextmanager
def written_together(name: str, insert: sa.Executable) -> Iterator[None]:
    """Keep the rows that `write_together` is given inside, and write them at the end, all at once.

    Nothing is written where the turn fails before.
    """
    rows: list[dict[str, Any]] = []
    token = _kept.set({**_kept.get(), name: rows})
    try:
        yield
    finally:
        _kept.reset(token)
    if rows:
        db.session.connection().execute(insert, rows)


def write_together(name: str, insert: sa.Executable, row: dict[str, Any]) -> None:
    """Write a row: now, or with the others inside `written_together` of this name."""
    rows = _kept.get().get(name)
    if rows is None:
        db.session.connection().execute(insert, row)
    else:
        rows.append(row)


def prepare(app: Flask) -> None:
    """Bind the database to the app and see that every connection keeps the house rules."""
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(str(app.config["DATABASE_URL"]))
    app.config["SQLALCHEMY_DATABASE_URI"] = app.config["DATABASE_URL"]
    db.init_app(app)
    with app.app_context():
        engine = db.engine
        if engine.dialect.name != "sqlite":
            event.listen(engine, "checkin", _note_when)
            event.listen(engine, "checkout", _refuse_if_gone)
            return
        event.listen(engine, "connect", _keep_sqlite_rules)
        # Not by the engine's own events: they would slow every statement down.
        engine.dialect.do_begin = _begin  # type: ignore[method-assign,assignment]
        if engine.url.database:
            app.extensions["eduportal.turn"] = FileTurn(Path(engine.url.database))


def _engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {}
    # Nobody waits for a row longer than for the turn on SQLite.
    limit = f"-c lock_timeout={int(TURN_SECONDS * 1000)}"
    return {"connect_args": {"options": limit}}


def _once(body: Callable[[], T]) -> T:
    _forget_what_was_read()
    with _turn(), _marked():
        try:
            result = body()
            _commit()
        except BaseException:
            db.session.rollback()
            raise
        return result


def _forget_what_was_read() -> None:
    # Whoever read before (Flask-Login's user) holds a reading transaction, which SQLite cannot
    # raise to a writing one. On PostgreSQL it goes on: each statement sees what is committed, and
    # three round trips are saved.
    if db.engine.dialect.name == "sqlite" or db.session.new:
        db.session.rollback()
    else:
        db.session.expire_all()


def _commit() -> None:
    try:
        db.session.commit()
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unsure from error
        raise


@contextmanager
def _marked() -> Iterator[None]:
    token = _in_turn.set(True)
    try:
        yield
    finally:
        _in_turn.reset(token)


@contextmanager
def _turn() -> Iterator[None]:
    turn: FileTurn | None = current_app.extensions.get("eduportal.turn")
    with ExitStack() as held:
        if turn:
            try:
                held.enter_context(turn.taken(TURN_SECONDS))
            except TurnTimeout as error:
                raise Busy from error
        yield


def _raise_unless_worth_another_try(error: DBAPIError) -> None:
    state = getattr(error.orig, "sqlstate", None)
    if state in TRY_AGAIN_STATES or error.connection_invalidated:
        return
    if state in BUSY_STATES or _is_locked(error):
        raise Busy from error
    raise error


def _is_locked(error: DBAPIError) -> bool:
    return isinstance(error, OperationalError) and "database is locked" in str(error.orig)


def _keep_sqlite_rules(connection: Any, _record: object) -> None:
    # The driver's own BEGIN comes only before the write, after the reading that decided it:
    # measured, 34 of 20 seats were sold that way.
    connection.isolation_level = None
    for rule in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {rule}")


def _begin(connection: Any) -> None:
    connection.execute("BEGIN IMMEDIATE" if _in_turn.get() else "BEGIN")


def _note_when(_connection: object, record: Any) -> None:
    record.info["left_at"] = time.monotonic()


def _refuse_if_gone(connection: Any, record: Any, _proxy: object) -> None:
    """Asking the server costs a round trip, looking at the socket none.

    Nothing comes on an idle connection but the news that the server closed it.
    """
    idle = time.monotonic() - record.info.get("left_at", time.monotonic())
    if idle < IDLE_SECONDS and not _has_news(connection):
        return
    try:
        db.engine.dialect.do_ping(connection)
    except db.engine.dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error


def _has_news(connection: Any) -> bool:
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
