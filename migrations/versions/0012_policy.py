"""How places are given: policies, priority groups, draws, offers, restrictions."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SELECTIONS = (
    "first_come",
    "fair_window",
    "draw",
    "priority_draw",
    "priority_first",
    "screening",
)
STATES = (
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
)


def upgrade() -> None:
    _relations("person", "'lives', 'works', 'studies', 'elsewhere'")
    _relations("booking", "'lives', 'works', 'studies', 'elsewhere'")
    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.add_column(sa.Column("intake", sa.JSON(), server_default="{}", nullable=False))
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("family", sa.String(length=40), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("policy", sa.JSON(), nullable=True))
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("intake", sa.JSON(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "selection",
                sa.Enum(
                    *SELECTIONS,
                    name="selection",
                    native_enum=False,
                    create_constraint=True,
                    length=20,
                ),
                server_default="first_come",
                nullable=False,
            )
        )
        batch_op.add_column(
            sa.Column("waiting_line", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("selected_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("gives_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("left_over", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("seats_released_at", sa.DateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("applied", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_check_constraint(op.f("ck_run_applied"), "applied >= 0")
    # What is published keeps the rules that people applied under: first come, first served.
    op.execute("UPDATE run SET intake = '{}' WHERE state <> 'draft'")
    op.execute("UPDATE run SET gives_until = starts_at")
    op.execute(
        "UPDATE run SET applied = (SELECT count(*) FROM booking"
        " WHERE booking.run_id = run.id AND booking.state = 'applied')"
    )
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.add_column(sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("offer_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("priority_group", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("first_timer", sa.Boolean(), nullable=True))
        batch_op.add_column(
            sa.Column("gives_way", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.create_check_constraint(
            op.f("ck_booking_offer"), "state <> 'offered' OR offer_until IS NOT NULL"
        )
        batch_op.create_index("ix_booking_offer", ["state", "offer_until"], unique=False)
    op.create_table(
        "priority_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_priority_group")),
        sa.UniqueConstraint("code", name=op.f("uq_priority_group_code")),
        sa.UniqueConstraint("name", name=op.f("uq_priority_group_name")),
    )
    op.create_table(
        "person_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_by", sa.Integer(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_reason IS NULL)",
            name=op.f("ck_person_group_revoked"),
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["priority_group.id"],
            name=op.f("fk_person_group_group_id_priority_group"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_group_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_group")),
    )
    op.create_index("ix_person_group_person", "person_group", ["person_id", "revoked_at"])
    _draws()
    _restrictions()


def downgrade() -> None:
    for table in ("appeal", "restriction", "draw_entry", "draw", "person_group", "priority_group"):
        op.drop_table(table)
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_index("ix_booking_offer")
        batch_op.drop_constraint(op.f("ck_booking_offer"), type_="check")
        for name in ("offered_at", "offer_until", "priority_group", "first_timer", "gives_way"):
            batch_op.drop_column(name)
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_run_applied"), type_="check")
        batch_op.drop_constraint(op.f("ck_run_selection"), type_="check")
        for name in (
            "intake",
            "selection",
            "waiting_line",
            "selected_at",
            "gives_until",
            "left_over",
            "seats_released_at",
            "applied",
        ):
            batch_op.drop_column(name)
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.drop_column("family")
        batch_op.drop_column("policy")
    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.drop_column("intake")
    _relations("booking", "'lives', 'works', 'studies'")
    _relations("person", "'lives', 'works', 'studies'")


def _relations(table: str, values: str) -> None:
    name = op.f(f"ck_{table}_relation")
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, f"relation IN ({values})")


def _draws() -> None:
    op.create_table(
        "draw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=True),
        sa.Column("secret_hash", sa.String(length=64), nullable=True),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.Column("commitment_hash", sa.String(length=64), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entries", sa.Text(), nullable=True),
        sa.Column("entries_hash", sa.String(length=64), nullable=True),
        sa.Column("public_value", sa.String(length=200), nullable=True),
        sa.Column("value_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(voided_at IS NULL) = (voided_reason IS NULL)", name=op.f("ck_draw_voided")
        ),
        sa.CheckConstraint(
            "drawn_at IS NULL OR entries IS NOT NULL", name=op.f("ck_draw_drawn_from")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_draw_run_id_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw")),
    )
    op.create_index(
        "uq_draw_standing",
        "draw",
        ["run_id"],
        unique=True,
        sqlite_where=sa.text("voided_at IS NULL"),
        postgresql_where=sa.text("voided_at IS NULL"),
    )
    op.create_table(
        "draw_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.String(length=32), nullable=False),
        sa.Column("group_code", sa.String(length=8), nullable=False),
        sa.Column("channel_code", sa.String(length=8), nullable=False),
        sa.Column("lots", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(*STATES, name="outcome", native_enum=False, create_constraint=True, length=20),
            nullable=True,
        ),
        sa.CheckConstraint("lots >= 1", name=op.f("ck_draw_entry_lots")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_draw_entry_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name=op.f("fk_draw_entry_draw_id_draw")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_entry")),
        sa.UniqueConstraint("draw_id", "booking_id", name=op.f("uq_draw_entry_draw_id_booking_id")),
        sa.UniqueConstraint("draw_id", "ticket", name=op.f("uq_draw_entry_draw_id_ticket")),
    )
    op.create_index("ix_draw_entry_booking", "draw_entry", ["booking_id"])


def _restrictions() -> None:
    op.create_table(
        "restriction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column(
            "cause",
            sa.Enum(
                "no_show",
                "late_cancel",
                "by_hand",
                name="cause",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_reason", sa.Text(), nullable=True),
        sa.Column("lifted_account_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(from_on IS NULL) = (until_on IS NULL)", name=op.f("ck_restriction_warning")
        ),
        sa.CheckConstraint(
            "from_on IS NULL OR from_on <= until_on", name=op.f("ck_restriction_span")
        ),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_reason IS NULL)", name=op.f("ck_restriction_lifted")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_restriction_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_restriction_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restriction")),
    )
    op.create_index("ix_restriction_person", "restriction", ["person_id", "until_on"])
    op.create_index(
        "uq_restriction_booking",
        "restriction",
        ["booking_id", "cause"],
        unique=True,
        sqlite_where=sa.text("booking_id IS NOT NULL"),
        postgresql_where=sa.text("booking_id IS NOT NULL"),
    )
    op.create_table(
        "appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("restriction_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer IS NULL)", name=op.f("ck_appeal_answered")
        ),
        sa.ForeignKeyConstraint(
            ["restriction_id"],
            ["restriction.id"],
            name=op.f("fk_appeal_restriction_id_restriction"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("restriction_id", name=op.f("uq_appeal_restriction_id")),
    )
