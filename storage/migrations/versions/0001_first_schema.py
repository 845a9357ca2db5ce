"""The first schema: who is who, tickets and their history, the border."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The types as they stood when this was written: `storage.columns` may move on, what was migrated may not.
TEXT = sa.Text()
RANK = sa.SmallInteger()
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    _tables()
    op.execute("INSERT INTO directory_revisions (id, revision) VALUES (1, 0)")
    if op.get_context().dialect.name == "postgresql":
        _append_only_on_postgresql()
    else:
        _append_only_on_sqlite()


def _append_only_on_postgresql() -> None:
    op.execute(
        """
        CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'history is append-only'; END $$
        """
    )
    op.execute(
        "CREATE TRIGGER history_stays BEFORE UPDATE OR DELETE ON history "
        "FOR EACH ROW EXECUTE FUNCTION history_is_append_only()"
    )
    op.execute(
        "CREATE TRIGGER history_is_not_emptied BEFORE TRUNCATE ON history "
        "FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()"
    )


def _append_only_on_sqlite() -> None:
    for name, what in (("stays", "UPDATE"), ("is_not_cut", "DELETE")):
        op.execute(
            f"CREATE TRIGGER history_{name} BEFORE {what} ON history "
            "BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"
        )
    # INSERT OR REPLACE deletes the row in its way, and without the setting recursive_triggers no trigger sees that.
    op.execute(
        "CREATE TRIGGER history_is_not_replaced BEFORE INSERT ON history "
        "WHEN EXISTS (SELECT 1 FROM history WHERE ticket_id = NEW.ticket_id AND number = NEW.number) "
        "BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"
    )


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _tables() -> None:
    op.create_table(
        "cursors",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("position", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_cursors"),
    )
    op.create_table(
        "directory_revisions",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_directory_revisions"),
    )
    op.create_table(
        "lanes",
        sa.Column("lane", TEXT, nullable=False),
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("head", ID),
        sa.Column("urgency", RANK),
        sa.Column("due_at", INSTANT),
        sa.PrimaryKeyConstraint("lane", name="pk_lanes"),
    )
    op.create_index("lanes_due", "lanes", ["platform", "due_at"], **_where("due_at IS NOT NULL"))
    op.create_index("lanes_head", "lanes", ["head"], unique=True, **_where("head IS NOT NULL"))
    op.create_table(
        "organisations",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("time_zone", TEXT, nullable=False),
        sa.Column("partner", TEXT),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.ForeignKeyConstraint(
            ["partner"], ["organisations.id"], name="fk_organisations_partner", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
    )
    op.create_table(
        "people",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("time_zone", TEXT, nullable=False),
        sa.Column("level", sa.Integer()),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_table(
        "policy_editions",
        sa.Column("label", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("admitted_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("label", name="pk_policy_editions"),
    )
    op.create_table(
        "products",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.PrimaryKeyConstraint("name", name="pk_products"),
    )
    op.create_table(
        "ticket_numbers",
        sa.Column("id", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_numbers"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "contacts",
        sa.Column("id", ID, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_contacts_organisation"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_contacts_person"),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "contacts_living", "contacts", ["person", "organisation"], unique=True, **_where("ended_at IS NULL")
    )
    op.create_table(
        "identities",
        sa.Column("id", ID, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_identities_person"),
        sa.PrimaryKeyConstraint("id", name="pk_identities"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "identities_living", "identities", ["platform", "address"], unique=True, **_where("ended_at IS NULL")
    )
    op.create_table(
        "rooms",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("organisation", TEXT),
        sa.Column("language", TEXT),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_rooms_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_rooms"),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", ID, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("plan", TEXT, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("products", TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_subscriptions_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tickets",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("description", TEXT, nullable=False),
        sa.Column("severity", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("ball", TEXT),
        sa.Column("requester", TEXT, nullable=False),
        sa.Column("assignee", TEXT),
        sa.Column("awaited", TEXT),
        sa.Column("solution", TEXT),
        sa.Column("solution_text", TEXT, nullable=False),
        sa.Column("reason", TEXT),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("refers_to", ID),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["assignee"], ["people.id"], name="fk_tickets_assignee"),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_tickets_organisation"),
        sa.ForeignKeyConstraint(["refers_to"], ["tickets.id"], name="fk_tickets_refers_to"),
        sa.ForeignKeyConstraint(["requester"], ["people.id"], name="fk_tickets_requester"),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sa.UniqueConstraint("id", "organisation", name="uq_tickets_id_organisation"),
    )
    op.create_index("tickets_open", "tickets", ["severity", "id"], **_where("status <> 'CLOSED'"))
    op.create_index(
        "tickets_open_of_organisation", "tickets", ["organisation", "severity", "id"], **_where("status <> 'CLOSED'")
    )
    op.create_table(
        "history",
        sa.Column("ticket_id", ID, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("audience", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("event", TEXT, nullable=False),
        sa.Column("correlation_id", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id", "organisation"],
            ["tickets.id", "tickets.organisation"],
            name="fk_history_ticket_id_organisation",
        ),
        sa.PrimaryKeyConstraint("ticket_id", "number", name="pk_history"),
    )
    op.create_table(
        "inbox",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("ticket_id", ID),
        sa.Column("organisation", TEXT),
        sa.Column("answer", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("correlation_id", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id", "organisation"],
            ["tickets.id", "tickets.organisation"],
            name="fk_inbox_ticket_id_organisation",
        ),
        sa.PrimaryKeyConstraint("key", name="pk_inbox"),
    )
    op.create_table(
        "places",
        sa.Column("id", ID, nullable=False),
        sa.Column("room", TEXT, nullable=False),
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name="fk_places_room"),
        sa.PrimaryKeyConstraint("id", name="pk_places"),
        sqlite_autoincrement=True,
    )
    op.create_index("places_living", "places", ["platform", "address"], unique=True, **_where("ended_at IS NULL"))
    op.create_table(
        "threads",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("room", TEXT, nullable=False),
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("audience", TEXT, nullable=False),
        sa.Column("root", TEXT),
        sa.ForeignKeyConstraint(
            ["ticket_id", "organisation"],
            ["tickets.id", "tickets.organisation"],
            name="fk_threads_ticket_id_organisation",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_threads"),
        sa.UniqueConstraint("ticket_id", "platform", "place", name="uq_threads_ticket_id_platform_place"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "threads_rooted", "threads", ["platform", "place", "root"], unique=True, **_where("root IS NOT NULL")
    )
    op.create_table(
        "timers",
        sa.Column("id", ID, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("ticket_id", ID),
        sa.Column("organisation", TEXT),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("command", TEXT, nullable=False),
        sa.Column("correlation_id", TEXT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("claimable_at", INSTANT),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease_token", TEXT),
        sa.Column("error", TEXT),
        sa.Column("settled_at", INSTANT),
        sa.ForeignKeyConstraint(
            ["ticket_id", "organisation"],
            ["tickets.id", "tickets.organisation"],
            name="fk_timers_ticket_id_organisation",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_timers"),
        sqlite_autoincrement=True,
    )
    op.create_index("timers_claimable", "timers", ["claimable_at", "id"], **_where("claimable_at IS NOT NULL"))
    op.create_index(
        "timers_live", "timers", ["subject", "name"], unique=True, **_where("state IN ('waiting', 'running')")
    )
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("lane", TEXT, nullable=False),
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("thread_id", ID),
        sa.Column("ticket_id", ID),
        sa.Column("organisation", TEXT),
        sa.Column("form", TEXT, nullable=False),
        sa.Column("urgency", RANK, nullable=False),
        sa.Column("message", TEXT, nullable=False),
        sa.Column("answers", TEXT),
        sa.Column("under", TEXT),
        sa.Column("reader", TEXT),
        sa.Column("cancel_key", TEXT),
        sa.Column("correlation_id", TEXT, nullable=False),
        sa.Column("put_at", INSTANT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("due_at", INSTANT),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease_token", TEXT),
        sa.Column("was_sending", sa.Boolean(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("error", TEXT),
        sa.Column("address", TEXT),
        sa.Column("settled_at", INSTANT),
        sa.ForeignKeyConstraint(["lane"], ["lanes.lane"], name="fk_outbox_lane"),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name="fk_outbox_thread_id"),
        sa.ForeignKeyConstraint(
            ["ticket_id", "organisation"],
            ["tickets.id", "tickets.organisation"],
            name="fk_outbox_ticket_id_organisation",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "outbox_unsettled", "outbox", ["lane", "id"], **_where("state IN ('pending', 'sending', 'unknown')")
    )
    op.create_index(
        "outbox_urgent", "outbox", ["lane", "urgency"], **_where("state IN ('pending', 'sending', 'unknown')")
    )
    op.create_index("outbox_waiting_edit", "outbox", ["lane"], **_where("state = 'pending' AND form = 'card_edit'"))
    op.create_index(
        "outbox_withdrawable",
        "outbox",
        ["cancel_key"],
        **_where("state IN ('pending', 'sending') AND cancel_key IS NOT NULL"),
    )
