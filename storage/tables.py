"""
Every table, on one page.

Rows of a customer's data carry the organisation; where they also name a ticket, the pair must be the ticket's own, so
that no row can stray to another organisation. The indexes that workers live on are partial: they hold what is still to
be done, so that finding it costs the same after a million things have been done. Changes here need a migration
(`storage/migrations`); a test compares the two.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)

from chatops.application.ports.outbox import Form, MessageState, Urgency
from chatops.application.ports.timers import TimerState
from chatops.domain.notices import Matter
from chatops.domain.vocabulary import (
    Audience,
    ClosingReason,
    Language,
    Platform,
    Recounted,
    Role,
    RoomPurpose,
    Severity,
    Side,
    SolutionKind,
    Status,
)
from storage.columns import Code, Id, PlainText, Rank, UtcDateTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

UNSETTLED = "state IN ('pending', 'sending', 'unknown')"
"""What holds up its lane. Written out, since a database matches a partial index by its words."""

WAITING_EDIT = "state = 'pending' AND form = 'card_edit'"
WITHDRAWABLE = "state IN ('pending', 'sending') AND cancel_key IS NOT NULL"
LIVE = "state IN ('waiting', 'running')"
LIVING = "ended_at IS NULL"
OPEN = "status <> 'CLOSED'"


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def _of_its_ticket() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["ticket_id", "organisation"], ["tickets.id", "tickets.organisation"])


# ---- who is who: what has ended stays, so that the history can still be read -----------------------------------------

organisations = Table(
    "organisations",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("name", PlainText, nullable=False),
    Column("language", Code(Language), nullable=False),
    Column("time_zone", PlainText, nullable=False),
    # Checked at the commit, since a directory may name the partner after its clients.
    Column("partner", ForeignKey("organisations.id", deferrable=True, initially="DEFERRED")),
    Column("position", Integer, nullable=False),
    Column("ended_at", UtcDateTime),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organisation", ForeignKey("organisations.id"), nullable=False),
    Column("plan", PlainText, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("products", PlainText, nullable=False),  # JSON
    Column("position", Integer, nullable=False),
    Column("ended_at", UtcDateTime),
    sqlite_autoincrement=True,
)

people = Table(
    "people",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("name", PlainText, nullable=False),
    Column("role", Code(Role), nullable=False),
    Column("language", Code(Language), nullable=False),
    Column("time_zone", PlainText, nullable=False),
    Column("level", Integer),
    Column("position", Integer, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("quiet_hours", PlainText),
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("organisation", ForeignKey("organisations.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("ended_at", UtcDateTime),
    _partial("contacts_living", "person", "organisation", where=LIVING, unique=True),
    sqlite_autoincrement=True,
)

identities = Table(
    "identities",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("platform", Code(Platform), nullable=False),
    Column("address", PlainText, nullable=False),
    Column("position", Integer, nullable=False),
    Column("ended_at", UtcDateTime),
    _partial("identities_living", "platform", "address", where=LIVING, unique=True),
    sqlite_autoincrement=True,
)

rooms = Table(
    "rooms",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("purpose", Code(RoomPurpose), nullable=False),
    Column("organisation", ForeignKey("organisations.id")),
    Column("language", Code(Language)),
    Column("position", Integer, nullable=False),
    Column("ended_at", UtcDateTime),
)

places = Table(
    "places",
    metadata,
    Column("id", Id, primary_key=True),
    Column("room", ForeignKey("rooms.id"), nullable=False),
    Column("platform", Code(Platform), nullable=False),
    Column("address", PlainText, nullable=False),
    Column("position", Integer, nullable=False),
    Column("ended_at", UtcDateTime),
    _partial("places_living", "platform", "address", where=LIVING, unique=True),
    sqlite_autoincrement=True,
)

products = Table(
    "products",
    metadata,
    Column("name", PlainText, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("ended_at", UtcDateTime),
)

directory_revisions = Table(
    "directory_revisions",
    metadata,
    # One row. Its number grows with every change of the tables above, so that who has read them knows they still stand.
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, nullable=False),
)

# What people changed of the tables above by typing; an import that would undo it asks first.
directory_changes = Table(
    "directory_changes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", ForeignKey("people.id")),
    Column("kind", PlainText, nullable=False),
    Column("before", PlainText),  # JSON; none for a room that was made.
    Column("after", PlainText, nullable=False),  # JSON
    Column("correlation_id", PlainText, nullable=False),
    Column("settled_at", UtcDateTime),
    _partial("directory_changes_unsettled", "id", where="settled_at IS NULL"),
    sqlite_autoincrement=True,
)

# Who was told, and where, that nobody knows them.
strangers = Table(
    "strangers",
    metadata,
    Column("platform", Code(Platform), primary_key=True),
    Column("address", PlainText, primary_key=True),
    Column("place", PlainText, primary_key=True),
    Column("told_at", UtcDateTime, nullable=False),
)

policy_editions = Table(
    "policy_editions",
    metadata,
    Column("label", PlainText, primary_key=True),
    Column("digest", PlainText, nullable=False),
    Column("admitted_at", UtcDateTime, nullable=False),
)

# With what the clocks of open tickets were last counted, and how far a counting anew has come.
recounts = Table(
    "recounts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("because", Code(Recounted), nullable=False),
    Column("digest", PlainText, nullable=False),
    Column("calendars", PlainText, nullable=False),
    Column("organisation", ForeignKey("organisations.id")),
    Column("began_at", UtcDateTime, nullable=False),
    Column("position", Id, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("moved", Integer, nullable=False),
    Column("ended_at", UtcDateTime),
    _partial("recounts_going_on", "id", where="ended_at IS NULL"),
    sqlite_autoincrement=True,
)

# ---- tickets ---------------------------------------------------------------------------------------------------------

ticket_numbers = Table(
    "ticket_numbers",
    metadata,
    Column("id", Id, primary_key=True),
    sqlite_autoincrement=True,
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("organisation", ForeignKey("organisations.id"), nullable=False),
    Column("title", PlainText, nullable=False),
    Column("description", PlainText, nullable=False),
    Column("severity", Code(Severity), nullable=False),
    Column("status", Code(Status), nullable=False),
    Column("ball", Code(Side)),
    Column("requester", ForeignKey("people.id"), nullable=False),
    Column("assignee", ForeignKey("people.id")),
    Column("awaited", PlainText),
    Column("solution", Code(SolutionKind)),
    Column("solution_text", PlainText, nullable=False),
    Column("reason", Code(ClosingReason)),
    Column("reminders", Integer, nullable=False),
    Column("refers_to", ForeignKey("tickets.id")),
    Column("version", Integer, nullable=False),
    Column("digest", PlainText, nullable=False),  # Of the last history row, so that a cut tail shows.
    UniqueConstraint("id", "organisation"),
    _partial("tickets_open", "severity", "id", where=OPEN),
    _partial("tickets_open_of_organisation", "organisation", "severity", "id", where=OPEN),
)

# The migration puts triggers on it that refuse UPDATE and DELETE.
history = Table(
    "history",
    metadata,
    Column("ticket_id", Id, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("organisation", PlainText, nullable=False),
    Column("audience", Code(Audience), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", PlainText, nullable=False),
    Column("event", PlainText, nullable=False),  # JSON
    Column("correlation_id", PlainText, nullable=False),
    Column("digest", PlainText, nullable=False),
    _of_its_ticket(),
)

threads = Table(
    "threads",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", Id, nullable=False),
    Column("organisation", PlainText, nullable=False),
    Column("room", PlainText, nullable=False),
    Column("platform", Code(Platform), nullable=False),
    Column("place", PlainText, nullable=False),
    Column("audience", Code(Audience), nullable=False),
    Column("root", PlainText),
    _of_its_ticket(),
    UniqueConstraint("ticket_id", "platform", "place"),
    _partial("threads_rooted", "platform", "place", "root", where="root IS NOT NULL", unique=True),
    sqlite_autoincrement=True,
)

# ---- the border ------------------------------------------------------------------------------------------------------

inbox = Table(
    "inbox",
    metadata,
    Column("key", PlainText, primary_key=True),
    Column("ticket_id", Id),
    Column("organisation", PlainText),
    Column("answer", PlainText, nullable=False),  # JSON
    Column("at", UtcDateTime, nullable=False),
    Column("correlation_id", PlainText, nullable=False),
    Column("entry", Integer),  # The history row that the words became, and where they stand.
    Column("platform", Code(Platform)),
    Column("place", PlainText),
    Column("message", PlainText),
    _of_its_ticket(),
    _partial("inbox_told", "ticket_id", "entry", where="entry IS NOT NULL"),
    _partial("inbox_written", "platform", "place", "message", where="entry IS NOT NULL"),
)

# The signs that people have put under messages of tickets' threads, as long as they stand there.
signs = Table(
    "signs",
    metadata,
    Column("platform", Code(Platform), primary_key=True),
    Column("place", PlainText, primary_key=True),
    Column("message", PlainText, primary_key=True),
    Column("sender", PlainText, primary_key=True),
    Column("sign", PlainText, primary_key=True),
    Column("key", PlainText, nullable=False),  # Of the delivery, by which a platform may name it when it goes.
    Index("signs_key", "key", unique=True),
)

cursors = Table(
    "cursors",
    metadata,
    Column("name", PlainText, primary_key=True),
    Column("position", PlainText, nullable=False),
)

# What we asked somebody back, until they answer or drop it.
questions = Table(
    "questions",
    metadata,
    Column("platform", Code(Platform), primary_key=True),
    Column("place", PlainText, primary_key=True),
    Column("root", PlainText, primary_key=True),  # Empty at the top of the room.
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("words", PlainText, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
)

# One row per lane that ever was: its first unsettled message, and when that one may be tried. Without any, nothing is
# due. A worker finds its work here and never walks through the messages that wait behind others. Whoever adds to a lane
# or settles its head holds the lane's row until the commit, so the numbers in a lane follow the order of the decisions.
lanes = Table(
    "lanes",
    metadata,
    Column("lane", PlainText, primary_key=True),
    Column("platform", Code(Platform), nullable=False),
    Column("head", Id),
    Column("urgency", Rank(Urgency)),  # Of the most urgent in the lane: what holds a page up is as urgent as the page.
    Column("due_at", UtcDateTime),
    Column("place", PlainText, nullable=False, server_default=text("''")),
    _partial("lanes_due", "platform", "due_at", where="due_at IS NOT NULL"),
    _partial("lanes_head", "head", where="head IS NOT NULL", unique=True),
)

# Rooms that nobody of ours is in: what is owed there waits, but for one message at `due_at`, which shows how it stands.
unreachable_places = Table(
    "unreachable_places",
    metadata,
    Column("platform", Code(Platform), primary_key=True),
    Column("place", PlainText, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("reason", PlainText, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("lane", ForeignKey("lanes.lane"), nullable=False),
    Column("platform", Code(Platform), nullable=False),
    Column("place", PlainText, nullable=False),
    Column("thread_id", ForeignKey("threads.id")),
    Column("ticket_id", Id),
    Column("organisation", PlainText),
    Column("form", Code(Form), nullable=False),
    Column("urgency", Rank(Urgency), nullable=False),
    Column("message", PlainText, nullable=False),  # JSON
    Column("answers", PlainText),
    Column("under", PlainText),
    Column("reader", PlainText),
    Column("cancel_key", PlainText),
    Column("correlation_id", PlainText, nullable=False),
    Column("put_at", UtcDateTime, nullable=False),
    Column("state", Code(MessageState), nullable=False),
    Column("due_at", UtcDateTime),  # PENDING: when it may be tried; SENDING: when the lease runs out.
    Column("attempt", Integer, nullable=False),
    Column("lease_token", PlainText),
    Column("was_sending", Boolean, nullable=False),  # A lease ran out: nobody knows what became of that try.
    Column("withdrawn", Boolean, nullable=False),  # Cancelled while SENDING: this try is the last.
    Column("error", PlainText),
    Column("address", PlainText),  # The platform's name for it, once DELIVERED.
    Column("settled_at", UtcDateTime),
    Column("entry", Integer),  # The history row it tells of, and which of the messages that tell of it.
    Column("part", Integer, nullable=False, server_default="0"),
    Column("reader_address", PlainText),  # Of a reader whom the directory does not know.
    Column("unknown_since", UtcDateTime),  # When it was told that nobody knows whether it arrived.
    _of_its_ticket(),
    _partial("outbox_unsettled", "lane", "id", where=UNSETTLED),
    _partial("outbox_urgent", "lane", "urgency", where=UNSETTLED),
    _partial("outbox_withdrawable", "cancel_key", where=WITHDRAWABLE),
    _partial("outbox_waiting_edit", "lane", where=WAITING_EDIT),
    _partial("outbox_shown", "address", where="address IS NOT NULL"),
    _partial("outbox_told", "thread_id", "entry", where="entry IS NOT NULL"),
    sqlite_autoincrement=True,
)

timers = Table(
    "timers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject", PlainText, nullable=False),  # Whose timer: a ticket's, or the desk's own.
    Column("name", PlainText, nullable=False),
    Column("ticket_id", Id),
    Column("organisation", PlainText),
    Column("kind", PlainText, nullable=False),
    Column("command", PlainText, nullable=False),  # JSON
    Column("correlation_id", PlainText, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("state", Code(TimerState), nullable=False),
    Column("claimable_at", UtcDateTime),  # WAITING: when it may be tried; RUNNING: when the lease runs out.
    Column("attempt", Integer, nullable=False),
    Column("lease_token", PlainText),
    Column("error", PlainText),
    Column("settled_at", UtcDateTime),
    _of_its_ticket(),
    _partial("timers_claimable", "claimable_at", "id", where="claimable_at IS NOT NULL"),
    _partial("timers_live", "subject", "name", where=LIVE, unique=True),
    sqlite_autoincrement=True,
)

# What each of the staff was told, or is to be told in their next digest; the key tells nobody the same thing twice.
notices = Table(
    "notices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("ticket_id", Id, nullable=False),
    Column("organisation", PlainText, nullable=False),
    Column("matter", Code(Matter), nullable=False),
    Column("clock", PlainText, nullable=False),  # Empty for what no clock tells.
    Column("about", UtcDateTime, nullable=False),
    Column("told_at", UtcDateTime),
    _of_its_ticket(),
    UniqueConstraint("ticket_id", "matter", "clock", "about", "person"),
    _partial("notices_waiting", "person", "id", where="told_at IS NULL"),
    sqlite_autoincrement=True,
)
