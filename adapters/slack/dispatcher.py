"""
One request of Slack's → Bolt → our listeners → the answer that it gets; over HTTP and Socket Mode alike.

Bolt would answer before the work is done, or answer 200 to what failed (measured): with `process_before_response`,
what is kept is kept before anything is acknowledged. What is not kept is an error for events, which Slack brings
again, and a sentence to the person for everything else, which it does not.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.addresses import is_id
from adapters.slack.fields import Payload, mapping, text
from adapters.slack.installations import Installation, Installations, first_installed
from adapters.slack.listeners import SlackListener
from chatops.domain.errors import ConflictError, StorageError, TryAgainLater

NOT_OURS = 403
AGAIN = 503
ODD = 400

_HERE = "desk_installation"
_ANY = re.compile("")
_QUIET = logging.getLogger("chatops.slack.bolt")
# What it says below that quotes whatever people wrote (S32).
_QUIET.setLevel(logging.ERROR)

log = structlog.get_logger(platform="slack")


class Dispatcher:
    """
    Args:
        client: The one that Bolt makes its own of; we ask through `web`.
    """

    def __init__(self, listener: SlackListener, installations: Installations, client: AsyncWebClient) -> None:
        self._listener = listener
        self._installations = installations
        self._strangers: set[str] = set()
        self._bolt = AsyncApp(
            logger=_QUIET,
            name="chatops-desk",
            client=client,
            authorize=_authorised,
            process_before_response=True,
            raise_error_for_unhandled_request=True,
            # The signature was checked before (`web_server`), and our own messages have to come by.
            request_verification_enabled=False,
            ssl_check_enabled=False,
            ignoring_self_events_enabled=False,
            ignoring_self_assistant_message_events_enabled=False,
            attaching_function_token_enabled=False,
        )
        self._bolt.error(_unhandled)
        self._bolt.event(_ANY)(self._event)
        self._bolt.command(_ANY)(self._command)
        self._bolt.action(_ANY)(self._action)
        self._bolt.view(_ANY)(self._view)
        self._bolt.view_closed(_ANY)(self._nothing)
        self._bolt.shortcut(_ANY)(self._shortcut)
        self._bolt.options(_ANY)(self._nothing)

    async def dispatch(
        self, body: str | dict[str, Any], headers: Mapping[str, str], *, over_socket: bool = False
    ) -> BoltResponse:
        """Return the answer to a request whose signature holds."""
        try:
            request = AsyncBoltRequest(body=body, headers=dict(headers), mode="socket_mode" if over_socket else "http")
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
            return BoltResponse(status=ODD, body="")
        payload: Payload = mapping(request.body)
        if not all(isinstance(name, str) for name in _matched_by(payload)):
            return BoltResponse(status=ODD, body="")
        if payload.get("type") != "url_verification":
            try:
                here = await first_installed(self._installations, teams_of(payload, request.context.team_id))
            except (StorageError, TryAgainLater) as exc:
                log.warning("slack_installation_not_known", because=type(exc).__name__)
                return BoltResponse(status=AGAIN, body="")
            if here is None:
                return self._not_ours(text(request.context.team_id))
            request.context["team_id"], request.context[_HERE] = here.team, here
        try:
            return await self._bolt.async_dispatch(request)
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as exc:
            # Bolt looks into payloads before any listener does, and not every one is what it expects.
            log.warning("slack_request_odd", because=type(exc).__name__)
            return BoltResponse(status=ODD, body="")

    def _not_ours(self, team: str) -> BoltResponse:
        if team not in self._strangers and len(self._strangers) < 1_000:
            self._strangers.add(team)
            log.warning("slack_workspace_unknown", team=team[:32])
        return BoltResponse(status=NOT_OURS, body="")

    # ---- listeners ---------------------------------------------------------------------------------------------------

    async def _event(self, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse | None:
        try:
            await self._listener.event(body, _here(context))
        except (StorageError, ConflictError, TryAgainLater) as exc:
            log.warning("slack_event_not_kept", because=type(exc).__name__)
            return BoltResponse(status=AGAIN, body="")
        except Exception:
            # The edge: Slack brings it a few times more, and one poisoned event must not keep all others from us.
            log.exception("slack_event_failed")
            return BoltResponse(status=AGAIN, body="")
        return None

    async def _command(self, body: dict[str, Any], context: AsyncBoltContext, ack: AsyncAck) -> None:
        said = await self._listener.interactivity.command(body, _here(context))
        await (ack(said) if said else ack())

    async def _action(self, body: dict[str, Any], context: AsyncBoltContext, ack: AsyncAck) -> None:
        await self._listener.interactivity.press(body, _here(context))
        await ack()

    async def _view(self, body: dict[str, Any], context: AsyncBoltContext, ack: AsyncAck) -> None:
        left_open = await self._listener.interactivity.submission(body, _here(context))
        await (ack(dict(left_open)) if left_open else ack())

    async def _shortcut(self, body: dict[str, Any], context: AsyncBoltContext, ack: AsyncAck) -> None:
        await self._listener.interactivity.shortcut(body, _here(context))
        await ack()

    async def _nothing(self, ack: AsyncAck) -> None:
        await ack()


def teams_of(payload: Payload, named: object) -> tuple[str, ...]:
    """
    Return the workspaces where the app may be meant, the likeliest first.

    What somebody of another company does in a shared channel may name their workspace; the message they did it to is
    ours, and names the one where we are at home. Theirs may have installed the app as well.
    """
    message = mapping(payload.get("message"))
    view = mapping(payload.get("view"))
    ours = (mapping(message.get("bot_profile")).get("team_id"), message.get("team"))
    likeliest = (*ours, named) if payload.get("type") == "block_actions" else (named, *ours)
    found = (*likeliest, view.get("team_id"))
    return tuple(dict.fromkeys(team for team in map(text, found) if is_id(team)))


def _matched_by(payload: Payload) -> Iterator[object]:
    """Yield by what Bolt finds a listener; it reads them as text, whatever they are."""
    actions, event = payload.get("actions"), mapping(payload.get("event"))
    for part in (payload, mapping(payload.get("view")), *(actions if isinstance(actions, list) else ())):
        if not isinstance(part, dict):
            yield None
        else:
            yield from (part[name] for name in ("type", "command", "callback_id", "action_id") if name in part)
    if event:
        yield event.get("type")


async def _authorised(context: AsyncBoltContext) -> AuthorizeResult:
    return _here(context).authorised()


async def _unhandled(error: Exception) -> BoltResponse:
    """Answer what none of our listeners took: nothing is lost by it, and Slack must not count it against us."""
    if type(error).__name__ != "BoltUnhandledRequestError":
        log.error("slack_request_failed", because=type(error).__name__, exc_info=error)
        return BoltResponse(status=500, body="")
    return BoltResponse(status=200, body="")


def _here(context: AsyncBoltContext) -> Installation:
    here = context[_HERE]
    assert isinstance(here, Installation), "who dispatches says for which workspace"
    return here
