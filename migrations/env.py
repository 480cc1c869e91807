"""How migrations reach the database: in one transaction, on SQLite with child rows kept."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from eduportal.shared.db import UTCDateTime, db


def render_item(kind, value, autogen_context):
    """Migrations name plain column types, so that they outlive our own."""
    if kind == "type" and isinstance(value, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def migrate(connection: Connection) -> None:
    """Run the migrations on a connection."""
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def migrate_sqlite(connection: Connection) -> None:
    """Batch mode drops and renames tables; with foreign keys on, that deletes child rows."""
    raw = connection.connection.driver_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        migrate(connection)
        broken = raw.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"rows without their parent after migrating: {broken[:5]}")
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


with current_app.extensions["sqlalchemy"].engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        migrate_sqlite(connection)
    else:
        migrate(connection)
