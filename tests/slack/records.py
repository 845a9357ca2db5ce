"""What the fake Slack holds: teams, users, apps, channels, messages, files and views, as they stand now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


SPOKEN = (None, "thread_broadcast", "bot_message")
"""Subtypes of what somebody said; other messages are Slack's remarks on what happened."""


class Kind(StrEnum):
    """What sort of conversation it is; the value is what events call it (`channel_type`)."""

    PUBLIC = "channel"
    PRIVATE = "group"
    IM = "im"
    MPIM = "mpim"


class Standing(StrEnum):
    """How an installation stands; the value of what is not active is what its token is answered with."""

    ACTIVE = "active"
    REVOKED = "token_revoked"
    UNINSTALLED = "account_inactive"


@dataclass(kw_only=True, eq=False)
class Team:
    id: str
    domain: str
    name: str


@dataclass(kw_only=True, eq=False)
class User:
    """
    Attributes:
        name: The full name; `handle` is the short one that only machines still use.
        bot_id: Of a bot user only, as `app_id`.
    """

    id: str
    team: Team
    name: str
    handle: str
    email: str = ""
    tz: str = "Europe/Paris"
    locale: str = "en-US"
    bot_id: str = ""
    app_id: str = ""
    deleted: bool = False
    is_restricted: bool = False

    @property
    def is_bot(self) -> bool:
        return bool(self.bot_id)

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    def __str__(self) -> str:
        return self.mention


@dataclass(kw_only=True, eq=False)
class Installation:
    """An app in one team: its bot user there, and the token it acts with."""

    app: "App"
    team: Team
    bot: User
    token: str
    scopes: frozenset[str]
    standing: Standing = Standing.ACTIVE


@dataclass(kw_only=True, eq=False)
class App:
    """
    Attributes:
        events: The names subscribed to, such as ``message.channels``.
        commands: Slash commands it was registered with; Slack takes no others.
        shortcuts: Callback ids, each with ``message`` or ``global``.
        request_url: Where it is served over HTTP; "" if nowhere.
        redirect_url: Where an installation leads back to if it does not say so itself.
        socket_mode: Deliveries go over the websockets that it opened, whatever the URL.
    """

    id: str
    name: str
    signing_secret: str
    verification_token: str
    client_id: str
    client_secret: str
    app_token: str
    scopes: frozenset[str]
    events: frozenset[str]
    commands: frozenset[str]
    shortcuts: Mapping[str, str]
    request_url: str = ""
    redirect_url: str = ""
    socket_mode: bool = False
    installations: dict[str, Installation] = field(default_factory=dict)

    @property
    def active(self) -> Sequence[Installation]:
        return [each for each in self.installations.values() if each.standing is Standing.ACTIVE]

    @property
    def installation(self) -> Installation:
        """Where it was installed first."""
        return next(iter(self.installations.values()))

    @property
    def bot(self) -> User:
        return self.installation.bot

    @property
    def token(self) -> str:
        return self.installation.token

    @property
    def mention(self) -> str:
        return self.bot.mention

    def __str__(self) -> str:
        return self.mention


@dataclass(kw_only=True, eq=False)
class File:
    id: str
    name: str
    title: str
    mimetype: str
    content: bytes
    owner: User
    created: int
    url: str
    deleted: bool = False

    @property
    def filetype(self) -> str:
        return self.name.rpartition(".")[2].lower() if "." in self.name else "text"


@dataclass(kw_only=True, eq=False)
class Message:
    """
    Attributes:
        only_for: Who sees an ephemeral message; None for everybody.
        edited_at: The ts of the last edit; `edit_shown` if clients say so.
        username: A name that a bot put on for this message.
        gone: Deleted, but its replies are there, so that a tombstone stands in its place.
    """

    channel: "Channel"
    ts: str
    author: User
    text: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    thread_ts: str | None = None
    subtype: str | None = None
    metadata: Json | None = None
    client_msg_id: str | None = None
    app: App | None = None
    username: str = ""
    edited_at: str | None = None
    edited_by: User | None = None
    edit_shown: bool = False
    only_for: User | None = None
    gone: bool = False
    reactions: dict[str, list[User]] = field(default_factory=dict)
    state: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def root_ts(self) -> str:
        """The ts of the thread it is in, or would begin."""
        return self.thread_ts or self.ts


@dataclass(kw_only=True, eq=False)
class Channel:
    """
    Attributes:
        team: The host of a shared channel.
        shared_with: The other teams (Slack Connect).
        messages: By ts, oldest first.
        ephemerals: What Slack does not keep, but somebody's client shows until it is reloaded.
    """

    id: str
    name: str
    kind: Kind
    team: Team
    creator: User | None
    created: int
    members: list[User] = field(default_factory=list)
    shared_with: list[Team] = field(default_factory=list)
    archived: bool = False
    topic: str = ""
    purpose: str = ""
    previous_names: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    ephemerals: list[Message] = field(default_factory=list)
    last_us: int = 0

    @property
    def teams(self) -> Sequence[Team]:
        return [self.team, *self.shared_with]

    @property
    def is_direct(self) -> bool:
        return self.kind in (Kind.IM, Kind.MPIM)

    @property
    def is_private(self) -> bool:
        return self.kind is not Kind.PUBLIC

    @property
    def is_ext_shared(self) -> bool:
        return bool(self.shared_with)

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    def next_ts(self, now_s: float) -> str:
        """Return a ts that nothing in this channel has; in another channel it may well be the same."""
        self.last_us = max(self.last_us + 100, int(now_s * 1_000_000))
        return f"{self.last_us // 1_000_000}.{self.last_us % 1_000_000:06d}"

    def thread(self, root_ts: str) -> list[Message]:
        """Return the root, if it is there, and all replies, oldest first."""
        return [each for each in self.messages.values() if each.root_ts == root_ts]

    def replies(self, root_ts: str) -> list[Message]:
        return [each for each in self.thread(root_ts) if each.ts != root_ts]


@dataclass(kw_only=True, eq=False)
class View:
    """
    A modal or a Home tab in front of one person.

    Attributes:
        body: What the app sent: type, blocks, title and so on.
        values: What is filled in, by block id and action id, as `state.values` has it.
        root: The first of its stack.
    """

    id: str
    app: App
    team: Team
    user: User
    body: Json
    hash: str
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    root: "View | None" = None
    previous: "View | None" = None

    @property
    def blocks(self) -> list[Json]:
        return list(self.body.get("blocks", []))

    @property
    def is_home(self) -> bool:
        return self.body.get("type") == "home"

    @property
    def root_id(self) -> str:
        return self.root.id if self.root else self.id
