"""Bookings."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("seat_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "applied",
                "placed",
                "waiting",
                "offered",
                "not_selected",
                "declined",
                "lapsed",
                "cancelled",
                "withdrawn",
                "completed",
                "not_completed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("out_of_turn_reason", sa.Text(), nullable=True),
        sa.Column("age_band", sa.String(length=20), nullable=False),
        sa.Column(
            "sex",
            sa.Enum("f", "m", name="sex", native_enum=False, create_constraint=True, length=20),
            nullable=True,
        ),
        sa.Column("dong", sa.String(length=40), nullable=True),
        sa.Column(
            "relation",
            sa.Enum(
                "lives",
                "works",
                "studies",
                name="relation",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
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
        sa.CheckConstraint(
            "held_until IS NULL OR held_from <= held_until", name=op.f("ck_booking_held")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_booking_person_id_person")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_booking_run_id_run")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_booking_seat_id_seat")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("run_id", "number", name=op.f("uq_booking_run_id_number")),
    )
    op.create_index("ix_booking_person", "booking", ["person_id", "state"], unique=False)
    op.create_index("ix_booking_run", "booking", ["run_id", "state", "number"], unique=False)
    op.create_index(
        "uq_booking_live_person",
        "booking",
        ["run_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('applied', 'offered', 'placed', 'waiting')"),
        postgresql_where=sa.text("state IN ('applied', 'offered', 'placed', 'waiting')"),
    )
    op.create_index(
        "uq_booking_live_seat",
        "booking",
        ["run_id", "seat_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('offered', 'placed')"),
        postgresql_where=sa.text("state IN ('offered', 'placed')"),
    )


def downgrade() -> None:
    op.drop_table("booking")
