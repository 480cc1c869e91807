"""Instructors, courses, runs and meetings."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "instructor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_is_public", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_instructor_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instructor")),
        sa.UniqueConstraint("account_id", name=op.f("uq_instructor_account_id")),
    )
    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("preparation", sa.Text(), nullable=True),
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
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("title", name=op.f("uq_course_title")),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("center_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("instructor_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("section", sa.String(length=40), nullable=True),
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
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("cancelled_reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("fee", sa.Integer(), nullable=False),
        sa.Column("book_fee", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("apply_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("apply_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancel_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_limit", sa.Integer(), nullable=False),
        sa.Column("monthly_limit", sa.Integer(), nullable=False),
        sa.Column("minimum_age", sa.Integer(), nullable=True),
        sa.Column("maximum_age", sa.Integer(), nullable=True),
        sa.Column("relations", sa.String(length=40), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("meeting_count", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("weekdays", sa.String(length=20), nullable=False),
        sa.Column("time_of_day", sa.String(length=20), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("places_taken", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_on IS NOT NULL)", name=op.f("ck_run_cancelled_on")
        ),
        sa.CheckConstraint(
            "state = 'draft' OR (starts_at IS NOT NULL AND room_id IS NOT NULL) OR state = 'cancelled'",
            name=op.f("ck_run_publishable"),
        ),
        sa.CheckConstraint("apply_from < apply_until", name=op.f("ck_run_window")),
        sa.CheckConstraint("capacity >= 1", name=op.f("ck_run_capacity")),
        sa.CheckConstraint("places_taken BETWEEN 0 AND capacity", name=op.f("ck_run_not_oversold")),
        sa.CheckConstraint("waiting >= 0", name=op.f("ck_run_waiting")),
        sa.ForeignKeyConstraint(["center_id"], ["center.id"], name=op.f("fk_run_center_id_center")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_run_course_id_course")),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["instructor.id"], name=op.f("fk_run_instructor_id_instructor")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_run_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_index("ix_run_apply_until", "run", ["apply_until"], unique=False)
    op.create_index("ix_run_center", "run", ["center_id", "starts_on"], unique=False)
    op.create_index("ix_run_ends_at", "run", ["ends_at"], unique=False)
    op.create_index("ix_run_starts_on", "run", ["starts_on"], unique=False)
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_meeting_span")),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["instructor.id"], name=op.f("fk_meeting_instructor_id_instructor")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_meeting_room_id_room")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_meeting_run_id_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("run_id", "starts_at", name=op.f("uq_meeting_run_id_starts_at")),
    )
    op.create_index(
        "ix_meeting_instructor", "meeting", ["instructor_id", "starts_at"], unique=False
    )
    op.create_index("ix_meeting_room", "meeting", ["room_id", "starts_at"], unique=False)
    op.create_index("ix_meeting_starts_at", "meeting", ["starts_at"], unique=False)


def downgrade() -> None:
    op.drop_table("meeting")
    op.drop_table("run")
    op.drop_table("course")
    op.drop_table("instructor")
