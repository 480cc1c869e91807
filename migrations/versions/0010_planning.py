"""Who teaches what and when; classes called off; what is recorded about runs."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("instructor", schema=None) as batch_op:
        batch_op.add_column(sa.Column("introduction", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("phone", sa.String(length=11), nullable=True))
    # A name is shown by consent, and nobody has been asked yet.
    op.execute("UPDATE instructor SET name_is_public = false")
    op.create_table(
        "instructor_course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_instructor_course_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructor.id"],
            name=op.f("fk_instructor_course_instructor_id_instructor"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instructor_course")),
        sa.UniqueConstraint(
            "instructor_id", "course_id", name=op.f("uq_instructor_course_instructor_id_course_id")
        ),
    )
    op.create_table(
        "instructor_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.CheckConstraint("starts < ends", name=op.f("ck_instructor_hours_span")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_instructor_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructor.id"],
            name=op.f("fk_instructor_hours_instructor_id_instructor"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instructor_hours")),
    )
    with op.batch_alter_table("instructor_hours", schema=None) as batch_op:
        batch_op.create_index(
            "ix_instructor_hours_instructor", ["instructor_id", "weekday"], unique=False
        )
    op.create_table(
        "instructor_absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_instructor_absence_span")),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructor.id"],
            name=op.f("fk_instructor_absence_instructor_id_instructor"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instructor_absence")),
    )
    with op.batch_alter_table("instructor_absence", schema=None) as batch_op:
        batch_op.create_index(
            "ix_instructor_absence_instructor", ["instructor_id", "last_on"], unique=False
        )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("material_fee", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("minimum_people", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("needs_approval", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("department_limit", sa.Integer(), nullable=True))
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("cancelled_reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("makes_up_for_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_meeting_makes_up_for_id_meeting"), "meeting", ["makes_up_for_id"], ["id"]
        )
    op.create_table(
        "run_alternative",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["other_id"], ["run.id"], name=op.f("fk_run_alternative_other_id_run")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_alternative_run_id_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_alternative")),
        sa.UniqueConstraint("run_id", "other_id", name=op.f("uq_run_alternative_run_id_other_id")),
    )
    op.create_table(
        "department_quota",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.CheckConstraint("places >= 0", name=op.f("ck_department_quota_places")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_department_quota_run_id_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department_quota")),
        sa.UniqueConstraint(
            "run_id", "department", name=op.f("uq_department_quota_run_id_department")
        ),
    )
    op.create_table(
        "standard_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("declared", sa.JSON(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_standard_record_run_id_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_record")),
        sa.UniqueConstraint("key", name=op.f("uq_standard_record_key")),
        sa.UniqueConstraint("run_id", name=op.f("uq_standard_record_run_id")),
    )
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.add_column(sa.Column("department", sa.String(length=80), nullable=True))
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "payment",
                "waiver",
                "refund",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("reduction_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_amount")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_payment_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(
            ["reduction_id"], ["reduction.id"], name=op.f("fk_payment_reduction_id_reduction")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index("ix_payment_booking", ["booking_id"], unique=False)
    op.create_table(
        "roster_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("unreachable", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_roster_message_run_id_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_message")),
    )
    with op.batch_alter_table("roster_message", schema=None) as batch_op:
        batch_op.create_index("ix_roster_message_run", ["run_id", "at"], unique=False)
    op.create_table(
        "daily_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("center_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("weather", sa.String(length=40), nullable=True),
        sa.Column("visitors", sa.Integer(), nullable=True),
        sa.Column("work", sa.Text(), nullable=True),
        sa.Column("facilities", sa.Text(), nullable=True),
        sa.Column("remarks", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("visitors IS NULL OR visitors >= 0", name=op.f("ck_daily_log_visitors")),
        sa.ForeignKeyConstraint(
            ["center_id"], ["center.id"], name=op.f("fk_daily_log_center_id_center")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daily_log")),
        sa.UniqueConstraint("center_id", "day", name=op.f("uq_daily_log_center_id_day")),
    )


def downgrade() -> None:
    op.drop_table("daily_log")
    op.drop_table("roster_message")
    op.drop_table("payment")
    with op.batch_alter_table("booking") as batch_op:
        batch_op.drop_column("department")
    op.drop_table("standard_record")
    op.drop_table("department_quota")
    op.drop_table("run_alternative")
    with op.batch_alter_table("meeting") as batch_op:
        batch_op.drop_constraint(op.f("fk_meeting_makes_up_for_id_meeting"), type_="foreignkey")
        batch_op.drop_column("makes_up_for_id")
        batch_op.drop_column("cancelled_reason")
        batch_op.drop_column("cancelled_at")
    with op.batch_alter_table("run") as batch_op:
        batch_op.drop_column("department_limit")
        batch_op.drop_column("needs_approval")
        batch_op.drop_column("minimum_people")
        batch_op.drop_column("material_fee")
    op.drop_table("instructor_absence")
    op.drop_table("instructor_hours")
    op.drop_table("instructor_course")
    with op.batch_alter_table("instructor") as batch_op:
        batch_op.drop_column("phone")
        batch_op.drop_column("consented_at")
        batch_op.drop_column("introduction")
