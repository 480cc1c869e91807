"""The office keeps centers, rooms, seats, closed days and what it charges less for."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(length=254), nullable=True))
        batch_op.add_column(sa.Column("homepage", sa.String(length=200), nullable=True))
        batch_op.add_column(
            sa.Column("minimum_percent", sa.Integer(), server_default="50", nullable=False)
        )
        batch_op.add_column(
            sa.Column("window_from_day", sa.Integer(), server_default="15", nullable=False)
        )
        batch_op.add_column(
            sa.Column("window_from_time", sa.Time(), server_default="10:00:00", nullable=False)
        )
        batch_op.add_column(
            sa.Column("window_until_day", sa.Integer(), server_default="17", nullable=False)
        )
        batch_op.add_column(
            sa.Column("window_until_time", sa.Time(), server_default="18:00:00", nullable=False)
        )
        batch_op.add_column(sa.Column("policy_set_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_office_minimum_percent"), "minimum_percent BETWEEN 0 AND 100"
        )
        batch_op.create_check_constraint(
            op.f("ck_office_window_days"),
            "1 <= window_from_day AND window_from_day <= window_until_day"
            " AND window_until_day <= 31",
        )
    op.create_table(
        "reduction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_reduction_percent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reduction")),
        sa.UniqueConstraint("name", name=op.f("uq_reduction_name")),
    )
    op.create_table(
        "closed_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("center_id", sa.Integer(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_closed_day_span")),
        sa.ForeignKeyConstraint(
            ["center_id"], ["center.id"], name=op.f("fk_closed_day_center_id_center")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_day")),
    )
    with op.batch_alter_table("closed_day", schema=None) as batch_op:
        batch_op.create_index("ix_closed_day_last_on", ["last_on"], unique=False)
    op.create_table(
        "holiday_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("is_holiday", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday_override")),
        sa.UniqueConstraint("day", name=op.f("uq_holiday_override_day")),
    )
    op.create_table(
        "opening_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("center_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.CheckConstraint("opens < closes", name=op.f("ck_opening_hours_span")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_opening_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["center_id"], ["center.id"], name=op.f("fk_opening_hours_center_id_center")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_hours")),
        sa.UniqueConstraint(
            "center_id", "weekday", name=op.f("uq_opening_hours_center_id_weekday")
        ),
    )
    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.add_column(sa.Column("equipment", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("note", sa.Text(), nullable=True))
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.add_column(sa.Column("label", sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column("row", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("column", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("accessible", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "room_block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "exhibition",
                "exam",
                "cleaning",
                "rental",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_room_block_span")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_room_block_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_block")),
    )
    with op.batch_alter_table("room_block", schema=None) as batch_op:
        batch_op.create_index("ix_room_block_room", ["room_id", "starts_at"], unique=False)


def downgrade() -> None:
    op.drop_table("room_block")
    with op.batch_alter_table("seat") as batch_op:
        batch_op.drop_column("removed_at")
        batch_op.drop_column("accessible")
        batch_op.drop_column("column")
        batch_op.drop_column("row")
        batch_op.drop_column("label")
    with op.batch_alter_table("room") as batch_op:
        batch_op.drop_column("note")
        batch_op.drop_column("equipment")
    op.drop_table("opening_hours")
    op.drop_table("holiday_override")
    op.drop_table("closed_day")
    op.drop_table("reduction")
    with op.batch_alter_table("office") as batch_op:
        batch_op.drop_constraint(op.f("ck_office_window_days"), type_="check")
        batch_op.drop_constraint(op.f("ck_office_minimum_percent"), type_="check")
        batch_op.drop_column("opened_at")
        batch_op.drop_column("policy_set_at")
        batch_op.drop_column("window_until_time")
        batch_op.drop_column("window_until_day")
        batch_op.drop_column("window_from_time")
        batch_op.drop_column("window_from_day")
        batch_op.drop_column("minimum_percent")
        batch_op.drop_column("homepage")
        batch_op.drop_column("email")
