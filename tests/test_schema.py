"""The schema that the models make is the schema that the migrations make, to the last CHECK."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask

from eduportal.config import PROJECT
from eduportal.shared.db import db
from tests.conftest import disposed, portal_on

MIGRATIONS = PROJECT / "migrations"

POSTGRES = """
    SELECT class.relname || ': column ' || attname || ' ' || format_type(atttypid, atttypmod)
           || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END
           || coalesce(' IDENTITY ' || nullif(attidentity::text, ''), '')
           || coalesce(' DEFAULT ' || pg_get_expr(adbin, adrelid), '')
    FROM pg_attribute
    JOIN pg_class AS class ON class.oid = attrelid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped AND relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT class.relname || ': ' || conname || ' ' || pg_get_constraintdef(con.oid)
    FROM pg_constraint AS con JOIN pg_class AS class ON class.oid = conrelid
    WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT tablename || ': ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
"""
SQLITE = "SELECT tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL"


@pytest.fixture
def unmade(blank: Callable[[str], str], backend: str, tmp_path: Path) -> Iterator[Flask]:
    """A portal whose database has no table yet, its context open."""
    with disposed(portal_on(blank(backend), tmp_path)) as app, app.app_context():
        yield app


def test_models_and_migrations_make_the_same_schema(app: Flask, unmade: Flask) -> None:
    flask_migrate.upgrade()
    migrated = schema(db.engine)
    with app.app_context():
        made = schema(db.engine)

    assert sorted(migrated - made) == [], "only the migrations make this"
    assert sorted(made - migrated) == [], "only the models make this"


def test_migrations_can_be_taken_back(unmade: Flask) -> None:
    flask_migrate.upgrade()
    flask_migrate.downgrade(revision="base")

    assert schema(db.engine) == set()


def test_upgrading_twice_changes_nothing(unmade: Flask) -> None:
    flask_migrate.upgrade()
    once = schema(db.engine)
    flask_migrate.upgrade()

    assert schema(db.engine) == once


def test_migrations_are_numbered_one_after_the_other() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    steps = list(script.walk_revisions())[::-1]

    assert [step.revision for step in steps] == [f"{n:04}" for n in range(1, len(steps) + 1)]
    for step in steps:
        assert re.fullmatch(rf"{step.revision}_[a-z0-9_]+\.py", Path(step.path).name)


def schema(engine: sa.Engine) -> set[str]:
    """All that a database holds to, one line a thing: columns, keys, CHECKs and indexes."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            lines = set(connection.scalars(sa.text(POSTGRES)))
        else:
            made = connection.execute(sa.text(SQLITE))
            lines = {f"{table}: {part}" for table, sql in made for part in parts(sql)}
    return {line for line in lines if not line.startswith("alembic_version: ")}


def parts(sql: str) -> list[str]:
    """What a CREATE statement of SQLite's says: a table's columns and constraints, or an index."""
    sql = re.sub(r"\s+", " ", sql.replace('"', "")).replace("( ", "(").replace(" )", ")").strip()
    if not sql.startswith("CREATE TABLE"):
        return [sql]
    body = sql[sql.index("(") + 1 : sql.rindex(")")]
    return [part.strip() for part in split_outside_parentheses(body)]


def split_outside_parentheses(text: str) -> list[str]:
    """Cut at the commas that stand in no parenthesis and in no quoted word."""
    found, depth, quoted = [""], 0, False
    for sign in text:
        quoted ^= sign == "'"
        depth += 0 if quoted else {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and not depth and not quoted:
            found.append("")
        else:
            found[-1] += sign
    return found
