"""Settings, read once from `CHATOPS_*` environment variables or a `.env` file; secrets are never printed."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from chatops.application.workers import LEASE
from chatops.domain.errors import SettingsInvalid

PREFIX = "CHATOPS_"


def _listed(value: object) -> object:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


NamedSenders = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
"""User ids and servers as they stand in an environment variable, between spaces or commas."""


def _place_to_listen(value: object) -> object:
    if not isinstance(value, str):
        return value
    host, colon, port = value.strip().rpartition(":")
    if not colon or not port.isdecimal() or int(port) > LAST_PORT:
        raise ValueError("write where to listen as host:port, such as 0.0.0.0:3000")
    return (host.strip("[]") or "0.0.0.0", int(port))


LAST_PORT = 65_535

ListenAt = Annotated[tuple[str, int], NoDecode, BeforeValidator(_place_to_listen)]
"""Host and port, as they stand in an environment variable with a colon between them."""


class Settings(BaseSettings):
    """
    Attributes:
        database: ``sqlite:///desk.db`` or ``postgresql://user:password@host/name``.
        policies: A folder of policy files; None takes the shipped ones.
        rules_engine: Which evaluator decides; None takes durable-rules where it runs (Python 3.11, 3.12).
        log_format: None writes for a person on a terminal, and JSON lines everywhere else.
        matrix_device: Kept the same for ever: a message is sent once per device (facts on Matrix, §5).
        matrix_store: A folder for the keys of encrypted rooms, with `matrix_store_key` to encrypt them there.
        matrix_unverified_devices: Whether devices that their owners have not verified get to read encrypted messages.
        matrix_password: The account's, for one start at which its identity has to be replaced; never kept.
        matrix_ignore: Other bots and puppets of bridges: user ids or servers, ``*`` for any characters (S21).
        matrix_invites_from: Who may invite the desk besides its staff: user ids or servers likewise (S17).
        slack_token: The bot's, of one workspace (``xoxb-…``).
        slack_signing_secret: Of the app; needed where Slack reaches the desk over HTTP.
        slack_app_token: Opens sockets (``xapp-…``), for a desk that Slack cannot reach.
        slack_listen: Where to listen for Slack's requests: ``host:port``.
        slack_client_id, slack_client_secret: Of the app, to let many workspaces install it.
        slack_ticket_emoji: The name of the emoji that makes a ticket of a message; empty for none.
        slack_ignore: Other bots: people or workspaces, ``*`` for any characters (S21).
        slack_reads_per_minute: How fast missed messages may be read back; 1 for an app sold outside the Marketplace.
        slack_api: Where Slack is; another place for tests only.
        lease_s: Seconds after which a message that a dead process was sending is taken up again; less for tests only.
        crash_at: ``point`` or ``point:n``: the process kills itself there, the n-th time; for tests only.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", hide_input_in_errors=True)

    database: SecretStr = SecretStr("sqlite:///chatops.db")
    policies: Path | None = None
    rules_engine: Literal["durable", "reference", "both"] | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] | None = None
    matrix_homeserver: str | None = None
    matrix_user: str | None = None
    matrix_token: SecretStr | None = None
    matrix_device: str = "CHATOPSDESK"
    matrix_encryption: bool = False
    matrix_store: Path | None = None
    matrix_store_key: SecretStr | None = Field(default=None, min_length=16)
    matrix_unverified_devices: Literal["allow", "refuse"] = "allow"
    matrix_password: SecretStr | None = None
    matrix_ignore: NamedSenders = ()
    matrix_invites_from: NamedSenders = ()
    slack_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_listen: ListenAt | None = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    slack_ticket_emoji: str = "ticket"
    slack_ignore: NamedSenders = ()
    slack_reads_per_minute: float = Field(default=40, gt=0)
    slack_api: str = "https://slack.com/api/"
    lease_s: float = Field(default=LEASE.total_seconds(), gt=0, validation_alias="LEASE_S")
    crash_at: str | None = Field(default=None, validation_alias="CRASH_AT")

    @model_validator(mode="after")
    def _all_of_matrix_or_nothing(self) -> "Settings":
        parts = {
            "MATRIX_HOMESERVER": self.matrix_homeserver,
            "MATRIX_USER": self.matrix_user,
            "MATRIX_TOKEN": self.matrix_token,
        }
        missing = [PREFIX + name for name, value in parts.items() if not value]
        if missing and len(missing) < len(parts):
            raise ValueError(f"to speak to Matrix, also set {' and '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _all_of_slack_or_nothing(self) -> "Settings":
        if self.slack_token is None and self.slack_client_id is None:
            given = [self.slack_signing_secret, self.slack_app_token, self.slack_listen, self.slack_client_secret]
            if any(part is not None for part in given):
                raise ValueError(
                    f"to speak to Slack, also set {PREFIX}SLACK_TOKEN (of one workspace), or "
                    f"{PREFIX}SLACK_CLIENT_ID and {PREFIX}SLACK_CLIENT_SECRET (to be installed by many)"
                )
            return self
        if self.slack_token is not None and self.slack_client_id is not None:
            raise ValueError(
                f"{PREFIX}SLACK_TOKEN is for one workspace and {PREFIX}SLACK_CLIENT_ID for many: set one of them"
            )
        if self.slack_client_id is not None and self.slack_client_secret is None:
            raise ValueError(f"with {PREFIX}SLACK_CLIENT_ID, also set {PREFIX}SLACK_CLIENT_SECRET")
        return self

    @model_validator(mode="after")
    def _slack_is_reached_somehow(self) -> "Settings":
        if not self.speaks_slack:
            return self
        if self.slack_listen is None and self.slack_app_token is None:
            raise ValueError(
                f"Slack reaches the desk over HTTP ({PREFIX}SLACK_LISTEN, with {PREFIX}SLACK_SIGNING_SECRET) or over "
                f"sockets that the desk opens ({PREFIX}SLACK_APP_TOKEN): set one of them"
            )
        secret = self.slack_signing_secret.get_secret_value() if self.slack_signing_secret else ""
        if self.slack_listen is not None and not secret.strip():
            raise ValueError(
                f"to be reached over HTTP, also set {PREFIX}SLACK_SIGNING_SECRET (Basic Information of the app): "
                "without it anybody could speak as Slack"
            )
        return self

    @model_validator(mode="after")
    def _encryption_needs_a_store(self) -> "Settings":
        if self.matrix_encryption and (self.matrix_store is None or self.matrix_store_key is None):
            raise ValueError(
                f"to read in encrypted rooms, also set {PREFIX}MATRIX_STORE (a folder that must never be lost) "
                f"and {PREFIX}MATRIX_STORE_KEY (a long secret)"
            )
        return self

    @property
    def speaks_matrix(self) -> bool:
        return self.matrix_token is not None

    @property
    def speaks_slack(self) -> bool:
        return self.slack_token is not None or self.slack_client_id is not None

    def secrets(self) -> tuple[str, ...]:
        """Return every secret there is, for the filter that keeps them out of the logs."""
        given = (
            *(self.matrix_token, self.matrix_store_key, self.matrix_password),
            *(self.slack_token, self.slack_signing_secret, self.slack_app_token, self.slack_client_secret),
        )
        named = tuple(secret.get_secret_value() for secret in given if secret is not None)
        _, _, after = self.database.get_secret_value().partition("://")
        login, at, _ = after.rpartition("@")
        password = login.partition(":")[2] if at else ""
        return (*named, *((password,) if password else ()))


def read_settings() -> Settings:
    """
    Raises:
        SettingsInvalid: With one line per mistake that names the variable; never its value.
    """
    try:
        return Settings()
    except ValidationError as invalid:
        lines = []
        for error in invalid.errors(include_input=False, include_url=False):
            name = PREFIX + "_".join(map(str, error["loc"])).upper() if error["loc"] else "settings"
            lines.append(f"{name}: {error['msg']}")
        raise SettingsInvalid("\n".join(lines)) from None
