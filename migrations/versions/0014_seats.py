"""Seats: who needs a wide one, and how many places broken PCs took off a run."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("needs_accessible", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("lost_places", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.create_check_constraint(op.f("ck_run_lost_places"), "lost_places >= 0")


def downgrade() -> None:
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_run_lost_places"), type_="check")
        batch_op.drop_column("lost_places")
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_column("needs_accessible")
