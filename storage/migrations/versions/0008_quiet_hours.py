"""When a member of staff wants to be told only what cannot wait."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.Text()


def upgrade() -> None:
    op.add_column("people", sa.Column("quiet_hours", TEXT))
