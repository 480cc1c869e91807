"""Waiting lines: the secret of an opening, and who arrived, in batches."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "opening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("ticket_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening")),
        sa.UniqueConstraint("opens_at", name=op.f("uq_opening_opens_at")),
    )
    op.create_table(
        "line_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opening_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrivals", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["opening_id"], ["opening.id"], name=op.f("fk_line_batch_opening_id_opening")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_batch")),
    )
    op.create_index("ix_line_batch_opening", "line_batch", ["opening_id", "id"])


def downgrade() -> None:
    op.drop_table("line_batch")
    op.drop_table("opening")
