"""What a platform that cannot be sent the same thing twice needs, where words were written, and signs under them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("reader_address", TEXT))
    op.add_column("outbox", sa.Column("unknown_since", INSTANT))
    op.add_column("inbox", sa.Column("entry", sa.Integer()))
    op.add_column("inbox", sa.Column("platform", TEXT))
    op.add_column("inbox", sa.Column("place", TEXT))
    op.add_column("inbox", sa.Column("message", TEXT))
    told = sa.text("entry IS NOT NULL")
    op.create_index("inbox_told", "inbox", ["ticket_id", "entry"], sqlite_where=told, postgresql_where=told)
    op.create_index(
        "inbox_written", "inbox", ["platform", "place", "message"], sqlite_where=told, postgresql_where=told
    )
    op.create_table(
        "signs",
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("message", TEXT, nullable=False),
        sa.Column("sender", TEXT, nullable=False),
        sa.Column("sign", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("platform", "place", "message", "sender", "sign", name="pk_signs"),
    )
    op.create_index("signs_key", "signs", ["key"], unique=True)
