"""What the desk tells one person at once, beside what the core has to say; nothing of it is kept, or said twice."""

import structlog

from adapters.slack.installations import Installation
from adapters.slack.web import SlackWeb
from chatops.application.words import N_, Words
from chatops.domain.errors import ConflictError, DeliveryError, StorageError, TryAgainLater
from chatops.domain.vocabulary import Language

NOT_KEPT = N_("Nothing was done: the desk cannot keep anything just now. Please try again in a minute.")
NO_FORM = N_("The form could not be opened. Please try again, or type the command.")
NOT_YOURS = N_("Somebody else has opened this form. Please open your own.")
NOT_HERE = N_("I am not in this channel, so I cannot help here. Invite me first: `/invite @{name}`")

PROMPT_S = 2.0

UNKEPT = (StorageError, ConflictError, TryAgainLater)
"""Nothing was kept, and Slack will not bring it again: whoever asked has to be told."""

log = structlog.get_logger(platform="slack")


def in_all_languages(words: Words, text: str, **places: object) -> str:
    """Return a sentence in every language: whose words it answers is not looked up."""
    return "\n".join(dict.fromkeys(words[language](text, **places) for language in Language))


class PrivateWords:
    def __init__(self, web: SlackWeb, words: Words) -> None:
        self._web = web
        self._words = words

    def say(self, text: str, **places: object) -> str:
        return in_all_languages(self._words, text, **places)

    def unkept(self, exc: Exception) -> str:
        """Return what somebody is told whose request was not kept."""
        log.warning("slack_request_not_kept", because=type(exc).__name__)
        return self.say(NOT_KEPT)

    async def tell(self, here: Installation, channel: str, user: str, text: str, *, thread: str = "") -> None:
        """Show *text* to *user* alone, if that can be done; whatever goes wrong with it is of no interest."""
        said = {"channel": channel, "text": self.say(text, name=here.name), "thread_ts": thread or None}
        direct = channel.startswith("D")
        try:
            await self._web.call(
                here.team,
                "chat.postMessage" if direct else "chat.postEphemeral",
                said if direct else said | {"user": user},
                within_s=PROMPT_S,
            )
        except DeliveryError as exc:
            log.info("slack_private_words_not_told", because=type(exc).__name__)
