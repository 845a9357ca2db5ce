"""Whose turn it is among the rooms, and which rooms nobody of ours is in."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.add_column("lanes", sa.Column("place", TEXT, nullable=False, server_default=sa.text("''")))
    # A lane is named after its thread or after its room; both say the place, and neither walks through the outbox.
    op.execute("UPDATE lanes SET place = substr(lane, length(platform) + 7) WHERE lane LIKE 'room:%'")
    op.execute(
        "UPDATE lanes SET place = (SELECT place FROM threads WHERE id = CAST(substr(lanes.lane, 8) AS BIGINT)) "
        "WHERE lane LIKE 'thread:%'"
    )
    op.create_table(
        "unreachable_places",
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("platform", "place", name="pk_unreachable_places"),
    )
