"""
A first ticket on a Slack that somebody else wrote: the npm package "emulate" (facts on Slack, §1).

It knows less than ours does (no mentions of its own, no commands, no buttons), and what it knows nobody of us made up.
"""

import asyncio
import json
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from adapters.slack.addresses import person_address, room_address
from adapters.slack.app import SlackSettings, connect
from chatops.bootstrap import SystemTime, open_desk, policy_engine
from chatops.catalogues import load_words
from chatops.domain.directory import Organisation, Person, Room, WhoIsWho
from chatops.domain.vocabulary import Language, OrganisationId, PersonId, Role, RoomId, RoomPurpose
from tests.log_watch import never_log
from tests.patience import PATIENCE_S

SHIM = Path(__file__).parents[2] / "emulate" / "shim.mjs"
MODULES = Path(sys.prefix) / "emulate" / "node_modules"
"""Where `make setup` puts the package, on a machine that has npm."""

TEAM = "T000000001"
ACME = OrganisationId("acme")

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node here to run the package emulate with"),
    pytest.mark.skipif(not MODULES.exists(), reason="the package emulate is not installed: make setup found no npm"),
]


class Emulated:
    """Somebody else's Slack, and its people by their names."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self._session = session
        self.people: dict[str, str] = {}

    async def ask(self, method: str, by: str, **asked: Any) -> Any:
        url, headers = f"{self.url}/api/{method}", {"Authorization": f"Bearer xoxp-{by}"}
        async with self._session.post(url, json=asked, headers=headers) as response:
            answer = await response.json()
        assert answer["ok"], (method, answer)
        return answer

    async def deliver_to(self, url: str) -> None:
        async with self._session.post(f"{self.url}/deliver-to", json={"url": url}) as response:
            assert response.status == 200

    async def thread(self, channel: str, root: str) -> list[dict[str, Any]]:
        answer = await self.ask("conversations.replies", "admin", channel=channel, ts=root)
        messages: list[dict[str, Any]] = answer["messages"]
        return messages


@asynccontextmanager
async def emulated() -> AsyncIterator[Emulated]:
    seed = {
        "users": [{"name": "ana"}, {"name": "ben"}, {"name": "deskbot"}],
        "bots": [{"name": "deskbot"}],
        "channels": [{"name": "acme"}, {"name": "desk"}],
        "signing_secret": "a secret of this test",
        "tokens": [
            {"token": "xoxp-admin", "user": "admin"},
            {"token": "xoxp-ana", "user": "ana"},
            {"token": "xoxp-ben", "user": "ben"},
            {"token": "xoxb-desk", "user": "deskbot", "type": "bot"},
        ],
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        "node",
        str(SHIM),
        str(MODULES),
        json.dumps(seed),
        env={**os.environ, "PORT": str(port)},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            url = (await process.stdout.readline()).decode().strip()
        assert url, "the shim did not start"
        async with aiohttp.ClientSession() as session:
            here = Emulated(url, session)
            members = (await here.ask("users.list", "admin"))["members"]
            here.people = {member["name"]: member["id"] for member in members}
            yield here
    finally:
        process.terminate()
        await process.wait()


async def until(holds: Callable[[], Any]) -> Any:
    """Return what *holds* gives as soon as it gives something; the package itself tells nobody when."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if found := await holds():
                return found
            await asyncio.sleep(0.05)


def the_directory(slack: Emulated, channels: dict[str, str]) -> WhoIsWho:
    def person(name: str, role: Role, **more: Any) -> Person:
        return Person(
            id=PersonId(name),
            name=name.capitalize(),
            role=role,
            language=Language.EN,
            time_zone="Europe/Paris",
            identities=(person_address(TEAM, slack.people[name]),),
            **more,
        )

    def room(name: str, purpose: RoomPurpose, organisation: OrganisationId | None = None) -> Room:
        place = room_address(TEAM, channels[name])
        return Room(id=RoomId(f"#{name}"), purpose=purpose, organisation=organisation, places=(place,))

    return WhoIsWho(
        organisations=(Organisation(id=ACME, name="Acme", language=Language.EN, time_zone="Europe/Paris"),),
        people=(person("ana", Role.CONTACT, organisations=(ACME,)), person("ben", Role.AGENT, level=1)),
        rooms=(room("acme", RoomPurpose.CUSTOMER, ACME), room("desk", RoomPurpose.DESK)),
    )


async def test_a_first_ticket_on_somebody_elses_slack(sqlite_database: str) -> None:
    report, answer = "open S2 the portal is very slow", "here they are: node 2 is the slow one"
    never_log(report, answer)
    settings_of_it = {"bot_token": "xoxb-desk", "signing_secret": "a secret of this test", "port": 0}
    async with emulated() as slack:
        listed = (await slack.ask("conversations.list", "admin"))["channels"]
        channels = {channel["name"]: channel["id"] for channel in listed}
        for name in ("acme", "desk"):
            await slack.ask("conversations.join", "ana" if name == "acme" else "ben", channel=channels[name])
        stop = asyncio.Event()
        who = the_directory(slack, channels)
        time, words = SystemTime(), load_words()
        settings = SlackSettings(api_url=f"{slack.url}/api/", **settings_of_it)  # type: ignore[arg-type]
        async with (
            connect(settings, words=words, time=time) as connected,
            open_desk(
                database=sqlite_database,
                policies=policy_engine(None, None),
                words=words,
                messengers=[connected.messenger],
                time=time,
                directory=who,
            ) as desk,
        ):

            async def directory() -> WhoIsWho:
                return who

            loops = [
                asyncio.create_task(connected.run(desk.bus, stop, directory=directory, time=time)),
                asyncio.create_task(desk.relay.run(stop)),
            ]
            try:
                await until(lambda: _now(connected.port))
                await slack.deliver_to(f"http://127.0.0.1:{connected.port}/slack/events")
                bot = slack.people["deskbot"]

                await slack.ask("chat.postMessage", "ana", channel=channels["acme"], text=f"<@{bot}> {report}")
                cards = {
                    name: await until(lambda name=name: card_in(slack, channels[name]))  # type: ignore[misc]
                    for name in ("acme", "desk")
                }
                assert all("T-1 · the portal is very slow" in card["text"] for card in cards.values())

                root = cards["desk"]["ts"]
                take = {"channel": channels["desk"], "thread_ts": root, "text": f"<@{bot}> take"}
                await slack.ask("chat.postMessage", "ben", **take)
                await until(lambda: says(slack, channels["acme"], cards["acme"]["ts"], "now handling T-1"))

                said = {"channel": channels["acme"], "thread_ts": cards["acme"]["ts"], "text": answer}
                await slack.ask("chat.postMessage", "ana", **said)
                await until(lambda: says(slack, channels["desk"], root, answer))
                (card, *_) = await slack.thread(channels["desk"], root)
                assert "Ben" in json.dumps(card["blocks"])
            finally:
                stop.set()
                await asyncio.gather(*loops)


async def _now(value: Any) -> Any:
    return value


async def card_in(slack: Emulated, channel: str) -> dict[str, Any] | None:
    history = (await slack.ask("conversations.history", "admin", channel=channel))["messages"]
    return next((message for message in history if "T-1 · " in message["text"]), None)


async def says(slack: Emulated, channel: str, root: str, words: str) -> bool:
    return any(words in json.dumps(message, ensure_ascii=False) for message in await slack.thread(channel, root))
