"""
How often an app may ask: Slack's tiers per method, team and app, and about a message per second and channel.

Off unless a test switches it on. Source: facts §5, tiers; "Rate limits" of the Slack documentation.
"""

import math
from collections.abc import Callable
from enum import Enum

from tests.slack.clock import elapsed_s


class Tier(Enum):
    """Calls per minute that are always let through; NONE is not counted, POST counts by channel."""

    NONE = 0
    T1 = 1
    T2 = 20
    T3 = 50
    T4 = 100
    POST = 60


class Rates:
    """
    Attributes:
        on: Whether anything is refused at all.
        burst: How many messages a channel takes at once before the one per second counts.
        history_per_minute: For `conversations.history` and `.replies`; 1 for apps that are sold outside the
            Marketplace (facts §5), else their tier.
        watch: What the time between calls is measured with.
    """

    def __init__(self, *, on: bool) -> None:
        self.on = on
        self.burst = 5
        self.history_per_minute = Tier.T3.value
        self.watch: Callable[[], float] = elapsed_s
        self._buckets: dict[tuple[str, ...], tuple[float, float]] = {}

    def wait_s(self, method: str, tier: Tier, token: str, channel: str) -> int:
        """Count a call; return 0 if it may be, else the whole seconds that `Retry-After` says."""
        if not self.on or tier is Tier.NONE:
            return 0
        if tier is Tier.POST:
            return self._take(("post", token, channel), per_minute=tier.value, size=self.burst)
        per_minute = tier.value
        if method in ("conversations.history", "conversations.replies"):
            per_minute = self.history_per_minute
        return self._take((method, token), per_minute=per_minute, size=per_minute)

    def _take(self, key: tuple[str, ...], *, per_minute: int, size: int) -> int:
        now = self.watch()
        left, at = self._buckets.get(key, (float(size), now))
        left = min(float(size), left + (now - at) * per_minute / 60)
        if left >= 1:
            self._buckets[key] = (left - 1, now)
            return 0
        self._buckets[key] = (left, now)
        return max(1, math.ceil((1 - left) * 60 / per_minute))
