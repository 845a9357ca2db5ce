"""Settings, read once from `CHATOPS_*` environment variables or a `.env` file; secrets are never printed."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chatops.application.workers import LEASE
from chatops.domain.errors import SettingsInvalid

PREFIX = "CHATOPS_"


class Settings(BaseSettings):
    """
    Attributes:
        database: ``sqlite:///desk.db`` or ``postgresql://user:password@host/name``.
        policies: A folder of policy files; None takes the shipped ones.
        rules_engine: Which evaluator decides; None takes durable-rules where it runs (Python 3.11, 3.12).
        log_format: None writes for a person on a terminal, and JSON lines everywhere else.
        matrix_device: Kept the same for ever: a message is sent once per device (facts on Matrix, §5).
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

    @property
    def speaks_matrix(self) -> bool:
        return self.matrix_token is not None

    def secrets(self) -> tuple[str, ...]:
        """Return every secret there is, for the filter that keeps them out of the logs."""
        token = () if self.matrix_token is None else (self.matrix_token.get_secret_value(),)
        _, _, after = self.database.get_secret_value().partition("://")
        login, at, _ = after.rpartition("@")
        password = login.partition(":")[2] if at else ""
        return (*token, *((password,) if password else ()))


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
