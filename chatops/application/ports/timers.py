"""The port of what shall happen later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from chatops.application.commands import Command
from chatops.application.ports.outbox import Lease
from chatops.domain.vocabulary import TicketId


class TimerState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    FIRED = "fired"
    CANCELLED = "cancelled"
    DEAD = "dead"


@dataclass(frozen=True, kw_only=True)
class Timer:
    """
    A command with a date.

    Attributes:
        name: What it is for, unique per ticket while it waits: setting it again moves it (a new generation).
        ticket_id: None for a timer of the desk itself.
    """

    name: str
    due_at: datetime
    command: Command
    ticket_id: TicketId | None = None


@dataclass(frozen=True, kw_only=True)
class ClaimedTimer:
    """`key` names this firing for ever: the command bus does it at most once (I5)."""

    id: int
    timer: Timer
    generation: int
    key: str
    attempt: int
    correlation_id: str
    lease: Lease


class Timers(Protocol):
    async def of_tickets(self, tickets: Sequence[TicketId]) -> tuple[Timer, ...]:
        """Return what waits, or is being fired, of each of *tickets*."""
        ...

    async def set(self, timer: Timer, *, correlation_id: str) -> None: ...

    async def hasten(self, timer: Timer, *, correlation_id: str) -> None:
        """Set it, unless it waits for an instant that is no later: one that is firing now is set anew."""
        ...

    async def cancel(self, ticket_id: TicketId | None, name: str) -> None: ...

    async def claim(self, *, now: datetime, lease: timedelta, limit: int) -> tuple[ClaimedTimer, ...]:
        """Lease what is due, earliest first; never a timer whose instant lies after *now*."""
        ...

    async def fired(self, claimed: ClaimedTimer, *, at: datetime) -> bool:
        """Return False when the lease was lost or the timer was set anew meanwhile."""
        ...

    async def postpone(self, claimed: ClaimedTimer, *, until: datetime, error: str) -> bool: ...

    async def give_up(self, claimed: ClaimedTimer, *, at: datetime, error: str) -> bool: ...

    async def next_due(self) -> datetime | None: ...
