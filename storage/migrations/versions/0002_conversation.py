"""Which message tells of what, where a reaction finds it, and what somebody was asked back."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("entry", sa.Integer()))
    op.add_column("outbox", sa.Column("part", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("outbox_shown", "outbox", ["address"], **_where("address IS NOT NULL"))
    op.create_index("outbox_told", "outbox", ["thread_id", "entry"], **_where("entry IS NOT NULL"))
    op.create_table(
        "questions",
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("root", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_questions_person"),
        sa.PrimaryKeyConstraint("platform", "place", "root", "person", name="pk_questions"),
    )


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
