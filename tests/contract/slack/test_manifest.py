"""What the shipped manifest asks of Slack is what the adapter needs there: no less, and no more."""

import re
from pathlib import Path

import pytest

import adapters.slack
from adapters.slack.manifest import EXAMPLE, manifest, manifest_text, scopes
from tests.contract.slack.listening import a_stage
from tests.slack.api import METHODS
from tests.slack.news import EVENT_SCOPES, READS_METADATA

SOURCES = "\n".join(each.read_text("utf-8") for each in sorted(Path(next(iter(adapters.slack.__path__))).glob("*.py")))
EVENTS = set(manifest()["settings"]["event_subscriptions"]["bot_events"])
FAMILIES = {"message.channels": "channels", "message.groups": "groups", "message.im": "im", "message.mpim": "mpim"}


def methods_called() -> set[str]:
    """Return every method of Slack's that the adapter names."""
    named = re.findall(
        r'"((?:api|apps|auth|bots|chat|conversations|files|reactions|team|users|views)\.[\w.]+)"', SOURCES
    )
    return set(named)


def demanded_by(method: str) -> set[str]:
    """Return the scopes that Slack wants for *method*, in every sort of conversation that the desk is in."""
    families = {FAMILIES[event] for event in EVENTS & set(FAMILIES)}
    wanted = METHODS[method].scopes
    match len(wanted), method:
        case 0 | 1, _:
            return set(wanted)
        case _, "conversations.open":
            # Opened with one person alone, never with several.
            return {"im:write"}
        case _, "conversations.info" | "users.conversations":
            # Never asked about a conversation with the desk alone: who reads there is known.
            return {scope for scope in wanted if scope.partition(":")[0] in families - {"im"}}
        case _:
            return {scope for scope in wanted if scope.partition(":")[0] in families}


def test_every_method_that_is_called_is_one_of_slacks() -> None:
    assert {"chat.postMessage", "conversations.history", "users.info", "views.open"} <= methods_called()
    assert methods_called() <= set(METHODS)


def test_the_scopes_are_exactly_those_that_are_demanded() -> None:
    of_methods = {scope for method in methods_called() for scope in demanded_by(method)}
    of_events = {scope for event in EVENTS for scope in EVENT_SCOPES[event] if len(EVENT_SCOPES[event]) == 1}
    of_features = {"commands", READS_METADATA}
    assert "include_all_metadata" in SOURCES

    assert set(scopes()) == of_methods | of_events | of_features
    assert all(not EVENT_SCOPES[event] or set(EVENT_SCOPES[event]) & set(scopes()) for event in EVENTS)


def test_the_events_are_exactly_those_that_are_listened_to() -> None:
    named = {event for event in EVENT_SCOPES if f'"{event}"' in SOURCES}

    assert EVENTS - set(FAMILIES) == named
    assert EVENTS & set(FAMILIES) == set(FAMILIES)


@pytest.mark.parametrize("socket", [True, False], ids=["sockets", "http"])
async def test_a_first_ticket_needs_no_more_than_the_manifest_asks_for(sqlite_database: str, socket: bool) -> None:
    async with a_stage(sqlite_database, socket_mode=socket) as stage, stage.listening():
        given = manifest(manifest_text(url=EXAMPLE, socket=socket))
        assert stage.app.scopes == set(given["oauth_config"]["scopes"]["bot"])
        assert stage.app.events == EVENTS
        await stage.ana.says(stage.acme, f"{stage.app} open S2 the portal is slow", files={"log.txt": b"slow"})
        await stage.slack.until(lambda: stage.cards(stage.acme) and stage.cards(stage.desk_room))
        await stage.ben.presses("Take", stage.card(stage.desk_room))
        await stage.slack.until(lambda: "is now handling" in stage.ana.sees(stage.acme))
        await stage.ana.says(stage.acme, "it is node 2", thread=stage.card(stage.acme))
        await stage.slack.until(lambda: "it is node 2" in stage.ben.sees(stage.desk_room))
        await stage.ben.opens_home(stage.app)
        await stage.ben.uses_shortcut("ticket_actions", stage.card(stage.desk_room))
        await stage.ben.types(stage.desk_room, "/ticket list")

        assert [call.method for call in stage.slack.calls() if call.error == "missing_scope"] == []
        assert stage.ben.home_lines(stage.app) != []
