"""Events are also looked for by who made them."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_event_account", "event", ["account_id", "verb", "at"])


def downgrade() -> None:
    op.drop_index("ix_event_account", "event")
