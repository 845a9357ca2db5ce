"""How fast the outbox is emptied, and when it tries again: pure values, the loops only follow them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

BATCH = 20
"""How many messages are under way at once on one platform, each in a lane of its own."""

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=5)

SETTLES = timedelta(seconds=3)
"""How long what may have arrived is given to show up, before anybody looks whether it did."""

FIRST_LOOK = timedelta(minutes=10)
LOOK_EVERY = timedelta(hours=1)
WAITS_AT_MOST = timedelta(days=7)
"""How long a message waits for somebody to let us into its room, before it is given up."""


def wait_before(next_attempt: int, asked: timedelta | None = None) -> timedelta:
    """
    Return how long to wait before try number *next_attempt* (2 or more): doubling, capped.

    Args:
        asked: What the platform asked for; it is waited for exactly (F12).
    """
    if asked is not None:
        return asked
    return min(FIRST_WAIT * (1 << min(next_attempt - 2, 16)), LONGEST_WAIT)


def look_again(unreachable_since: datetime | None, now: datetime) -> datetime:
    """
    Return when to see whether a room has let us in again, having just been refused there.

    Args:
        unreachable_since: None when this is the first that we hear of it.
    """
    return now + (FIRST_LOOK if unreachable_since is None else LOOK_EVERY)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """
    How fast one account may send on its platform.

    A refusal stops everything until the platform's wait is over; then one message goes, the most urgent, and with each
    that is taken one more may be under way: a round doubles the number, until it is `BATCH` again.

    Attributes:
        at_once: How many messages may be under way.
        not_before: Nothing is sent until then.
        refusals: In a row; one round of messages under way together counts once.
        round: Tells what was begun before a refusal from what was begun after it.
    """

    at_once: int = BATCH
    not_before: datetime | None = None
    refusals: int = 0
    round: int = 0

    def free(self, under_way: int, now: datetime) -> int:
        """Return how many more messages may be begun."""
        if self.not_before is not None and now < self.not_before:
            return 0
        return max(self.at_once - under_way, 0)

    def full(self, under_way: int) -> bool:
        """Whether only the end of what is under way makes room for more."""
        return under_way >= self.at_once

    def taken(self, begun_in: "Pace") -> "Pace":
        """Return the pace after the platform took a message that was begun at *begun_in*."""
        if begun_in.round != self.round:
            return self  # It got in before the door was shut.
        return replace(self, at_once=min(self.at_once + 1, BATCH), refusals=0, not_before=None)

    def refused(self, begun_in: "Pace", now: datetime, asked: timedelta | None) -> "Pace":
        """
        Return the pace after a refusal of a message that was begun at *begun_in*.

        A platform that asks for no wait, and refuses again when it is taken at its word, is not believed twice.
        """
        anew = begun_in.round == self.round
        refusals = self.refusals + 1 if anew else self.refusals
        believed = asked if asked or refusals == 1 else None
        until = now + wait_before(refusals + 1, believed)
        if self.not_before is not None:
            until = max(until, self.not_before)
        return Pace(at_once=1, not_before=until, refusals=refusals, round=self.round + anew)
