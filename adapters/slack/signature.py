"""
Whether a request was sent by Slack, and just now; pure.

Bolt's own check answers 500, with a traceback in the log, to timestamps that are no numbers and to signatures that are
not ASCII (measured); ours looks at the raw bytes first and says yes or no.

Source: docs.slack.dev, "Verifying requests from Slack".
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from chatops.domain.errors import SettingsInvalid

WINDOW = timedelta(minutes=5)
"""How far Slack's clock and ours may be apart; what was sent longer ago is taken for recorded and sent again."""

_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)


class Signatures:
    """
    Raises:
        SettingsInvalid: The secret is empty: everybody could sign with that (S3).
    """

    def __init__(self, secret: str) -> None:
        if not secret.strip():
            raise SettingsInvalid("The signing secret of Slack is empty; it stands in the app's Basic Information.")
        self._secret = secret.strip().encode()

    def holds(self, body: bytes, *, timestamps: Sequence[str], signatures: Sequence[str], now: datetime) -> bool:
        """
        Return whether *body* is Slack's, signed within `WINDOW` of *now*.

        Args:
            timestamps, signatures: All the headers of each name; there has to be one of each.
        """
        if len(timestamps) != 1 or len(signatures) != 1:
            return False
        timestamp, signature = timestamps[0], signatures[0]
        if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
            return False
        if abs(now.timestamp() - int(timestamp)) > WINDOW.total_seconds():
            return False
        return hmac.compare_digest(self.of(body, timestamp), signature)

    def of(self, body: bytes, timestamp: str) -> str:
        digest = hmac.new(self._secret, b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
        return f"v0={digest.hexdigest()}"
