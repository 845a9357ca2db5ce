"""What a method of the Web API is asked, and how it refuses."""

import json
from dataclasses import dataclass
from typing import Any

from tests.slack.backstage import Backstage
from tests.slack.records import App, Channel, Installation, Json, Kind, Message, Team, User


class Refusal(Exception):
    """What is answered with ``ok: false``; *more* stands beside the error."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more


@dataclass(kw_only=True, eq=False)
class Asked:
    """What a method is asked: its arguments, by whom. Everything it needs of the world is behind `stage`."""

    stage: Backstage
    method: str
    args: Json
    installation: Installation | None
    app: App | None
    base: str

    @property
    def by(self) -> Installation:
        if self.installation is None:
            raise Refusal("not_allowed_token_type")
        return self.installation

    @property
    def bot(self) -> User:
        return self.by.bot

    @property
    def team(self) -> Team:
        return self.by.team

    def text(self, name: str, default: str = "") -> str:
        value = self.args.get(name)
        return default if value is None else str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.args.get(name)
        return default if value is None else str(value).lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.text(name) or default)
        except ValueError:
            raise Refusal("invalid_arguments") from None

    def json(self, name: str, *, error: str = "invalid_arguments") -> Any:
        """Return an argument that the SDK may send as JSON or as text that holds JSON; None if it is not there."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise Refusal(error) from None

    def names(self, name: str) -> list[str]:
        value = self.args.get(name)
        parts = value if isinstance(value, list) else self.text(name).split(",")
        return [str(part).strip() for part in parts if str(part).strip()]

    # ---- what several methods look for ----

    def channel(self, name: str = "channel", *, member: bool = False) -> Channel:
        """
        Return the conversation that is meant, which the bot may see.

        Args:
            member: Whether the bot has to be in it.

        Raises:
            Refusal: `channel_not_found`, or `not_in_channel`.
        """
        found = self.stage.world.conversation(self.text(name))
        if found is None or not self.stage.world.can_see(self.bot, found):
            raise Refusal("channel_not_found")
        if member and self.bot not in found.members:
            raise Refusal("not_in_channel")
        return found

    def message(self, channel: Channel, name: str = "ts") -> Message:
        found = channel.messages.get(self.text(name))
        if found is None or found.gone:
            raise Refusal("message_not_found")
        return found

    def user(self, name: str = "user") -> User:
        return self.person(self.text(name))

    def person(self, user_id: str) -> User:
        found = self.stage.world.user(user_id, seen_from=self.team)
        if found is None:
            raise Refusal("user_not_visible" if self.stage.world.anybody(user_id) else "user_not_found")
        return found

    def needs(self, scope: str) -> None:
        """
        Raises:
            Refusal: `missing_scope`.
        """
        if scope not in self.by.scopes:
            raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(self.by.scopes)))

    def needs_for(self, channel: Channel, right: str) -> None:
        """Ask for the scope of this sort of conversation, such as ``groups:history``."""
        family = {Kind.PUBLIC: "channels", Kind.PRIVATE: "groups", Kind.IM: "im", Kind.MPIM: "mpim"}
        self.needs(f"{family[channel.kind]}:{right}")
