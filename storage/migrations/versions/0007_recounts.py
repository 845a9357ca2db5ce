"""With what the clocks of open tickets were last counted, and how far a counting anew has come."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "recounts",
        sa.Column("id", ID, nullable=False),
        sa.Column("because", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("calendars", TEXT, nullable=False),
        sa.Column("organisation", TEXT),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("position", ID, nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_recounts_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_recounts"),
        sqlite_autoincrement=True,
    )
    going_on = sa.text("ended_at IS NULL")
    op.create_index("recounts_going_on", "recounts", ["id"], sqlite_where=going_on, postgresql_where=going_on)
