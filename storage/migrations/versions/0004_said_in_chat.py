"""What people change of the directory by typing, and who was told that nobody knows them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text()
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "directory_changes",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", TEXT),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("before", TEXT),
        sa.Column("after", TEXT, nullable=False),
        sa.Column("correlation_id", TEXT, nullable=False),
        sa.Column("settled_at", INSTANT),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_directory_changes_by"),
        sa.PrimaryKeyConstraint("id", name="pk_directory_changes"),
        sqlite_autoincrement=True,
    )
    unsettled = sa.text("settled_at IS NULL")
    op.create_index(
        "directory_changes_unsettled",
        "directory_changes",
        ["id"],
        sqlite_where=unsettled,
        postgresql_where=unsettled,
    )
    op.create_table(
        "strangers",
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("platform", "address", "place", name="pk_strangers"),
    )
