"""Inserting a row that two people may insert at the same time."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from eduportal.shared.db import Model, db

# Both databases know ON CONFLICT, each by an INSERT of its own dialect.
_INSERTS: Mapping[str, Callable[[type[Model]], Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def insert_once(model: type[Model], key: Sequence[str], values: Mapping[str, object]) -> bool:
    """Insert the row unless one with its key is there; whether it was this call that did."""
    insert = _INSERTS[db.engine.dialect.name](model)
    statement = insert.values(**values).on_conflict_do_nothing(index_elements=list(key))
    # Inline, since the new id, fetched by itself, would take the place of the count of rows.
    counted = statement.inline().execution_options(preserve_rowcount=True)
    return db.session.connection().execute(counted).rowcount == 1
