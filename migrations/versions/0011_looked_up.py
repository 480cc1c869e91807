"""What is also looked for: events by who made them, make-up classes by what they stand for."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_event_account", "event", ["account_id", "verb", "at"])
    op.create_index("ix_meeting_makes_up_for", "meeting", ["makes_up_for_id"])


def downgrade() -> None:
    op.drop_index("ix_meeting_makes_up_for", "meeting")
    op.drop_index("ix_event_account", "event")
