"""The port of the present."""

from datetime import datetime
from typing import Protocol


class TimeSource(Protocol):
    def now(self) -> datetime:
        """Return the present: aware UTC."""
        ...
