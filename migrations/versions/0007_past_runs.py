"""Results from before the portal."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "past_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("center_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "regular",
                "free_special",
                "outreach",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("track", sa.String(length=40), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "resident",
                "employee",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("meeting_count", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("applications", sa.Integer(), nullable=False),
        sa.Column("enrollments", sa.Integer(), nullable=False),
        sa.Column("completions", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "0 <= completions AND completions <= enrollments AND enrollments <= applications",
            name=op.f("ck_past_run_counts"),
        ),
        sa.CheckConstraint("enrollments <= capacity", name=op.f("ck_past_run_capacity")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_past_run_span")),
        sa.ForeignKeyConstraint(
            ["center_id"], ["center.id"], name=op.f("fk_past_run_center_id_center")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_past_run_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_run")),
        sa.UniqueConstraint(
            "title",
            "center_id",
            "room_id",
            "starts_on",
            name=op.f("uq_past_run_title_center_id_room_id_starts_on"),
        ),
    )
    op.create_index("ix_past_run_starts_on", "past_run", ["starts_on"], unique=False)


def downgrade() -> None:
    op.drop_table("past_run")
