"""What each of the staff was told, or is to be told in their next digest."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", ID, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("matter", TEXT, nullable=False),
        sa.Column("clock", TEXT, nullable=False),
        sa.Column("about", INSTANT, nullable=False),
        sa.Column("told_at", INSTANT),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_notices_person"),
        sa.ForeignKeyConstraint(
            ["ticket_id", "organisation"],
            ["tickets.id", "tickets.organisation"],
            name="fk_notices_ticket_id_organisation",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint(
            "ticket_id", "matter", "clock", "about", "person", name="uq_notices_ticket_id_matter_clock_about_person"
        ),
        sqlite_autoincrement=True,
    )
    waiting = sa.text("told_at IS NULL")
    op.create_index("notices_waiting", "notices", ["person", "id"], sqlite_where=waiting, postgresql_where=waiting)
