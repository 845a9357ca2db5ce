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

    def secrets(self) -> tuple[str, ...]:
        """Return every secret there is, for the filter that keeps them out of the logs."""
        given = (self.matrix_token, self.matrix_store_key, self.matrix_password)
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
