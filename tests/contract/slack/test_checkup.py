"""What Slack tells about the app, its rooms and its people; nothing of it changes anything."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from adapters.slack.checkup import (
    MOST_PEOPLE,
    MOST_ROOMS_READ,
    Checkup,
    Listening,
    NoAnswer,
    PersonState,
    Presence,
    Refused,
    RoomState,
    TooFast,
    room_state,
)
from adapters.slack.manifest import EXAMPLE, manifest, manifest_text, scopes
from chatops.bootstrap import SystemTime
from tests.contract.slack.listening import a_stage
from tests.log_watch import never_log
from tests.servers import a_server
from tests.slack import faults
from tests.slack.client import Person
from tests.slack.records import App
from tests.slack.slack import Slack, a_slack
from tests.slack.workspace import Workspace

QUESTIONS = {"auth.test", "apps.connections.open", "users.conversations", "conversations.info"} | {
    "conversations.history",
    "users.info",
}
"""All of them only read; a socket's address that nobody goes to is forgotten."""


@dataclass
class Town:
    slack: Slack
    exo: Workspace
    acme: Workspace
    app: App
    ana: Person
    ben: Person

    def checkup(self, token: str = "") -> Checkup:
        return Checkup(token=token or self.app.token, time=SystemTime(), api=self.slack.api_url, answer_within_s=2)


@asynccontextmanager
async def a_town(*, socket: bool = False) -> AsyncIterator[Town]:
    async with a_slack() as slack:
        exo, acme = slack.team("exo", name="Exo"), slack.team("acme")
        app = slack.app_of_manifest(manifest(manifest_text(url=EXAMPLE, socket=socket)))
        never_log(app.token, app.app_token, app.signing_secret)
        yield Town(slack, exo, acme, app, ana=acme.person("Ana Alves"), ben=exo.person("Ben Barker"))
        assert {call.method for call in slack.calls()} <= QUESTIONS
        assert slack.tokens_at("elsewhere") == []


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async with a_town() as town:
        yield town


# ---- the app ---------------------------------------------------------------------------------------------------------


async def test_a_token_says_whose_it_is_what_it_may_and_what_time_slack_has(town: Town) -> None:
    async with town.checkup() as checkup:
        account = await checkup.account()

    assert (account.team, account.team_name, account.user, account.is_bot) == (
        town.exo.id,
        "Exo",
        town.app.bot.id,
        True,
    )
    assert account.name == town.app.bot.handle
    assert account.scopes == frozenset(scopes())
    assert account.clock_ahead is not None
    assert abs(account.clock_ahead) < timedelta(seconds=30)


async def test_a_token_that_is_good_no_more_is_refused_with_slacks_word(town: Town) -> None:
    town.slack.revokes(town.app.installation)
    async with town.checkup() as checkup:
        with pytest.raises(Refused) as refusal:
            await checkup.account()

    assert refusal.value.code == "token_revoked"


@pytest.mark.parametrize("socket", [True, False])
async def test_whether_the_app_level_token_opens_a_socket(socket: bool) -> None:
    async with a_town(socket=socket) as town, town.checkup() as checkup:
        if socket:
            await checkup.opens_a_socket(town.app.app_token)
        else:
            with pytest.raises(Refused, match="forbidden_team"):
                await checkup.opens_a_socket(town.app.app_token)
        with pytest.raises(Refused, match="not_allowed_token_type"):
            await checkup.opens_a_socket(town.app.token)


async def test_why_there_is_no_slack_is_told_in_words(town: Town) -> None:
    slack = town.slack
    async with town.checkup() as checkup:
        for fault, words in (
            (faults.HTML_PAGE, "not Slack"),
            (faults.BROKEN, "error of its own .HTTP 500"),
            (faults.DROPPED, "broke"),
            (faults.NEVER_ENDING, "does not end|no answer within"),
            (faults.slow(after_s=5), "no answer within 2 s"),
            (faults.redirected(slack.elsewhere), "not Slack"),
        ):
            slack.faults.on("auth.test", fault)
            with pytest.raises(NoAnswer, match=words):
                await checkup.account()
        slack.faults.on("auth.test", faults.rate_limited(30))
        with pytest.raises(TooFast, match="30 s"):
            await checkup.account()
    async with Checkup(token="xoxb-1", time=SystemTime(), api="http://127.0.0.1:1/") as checkup:
        with pytest.raises(NoAnswer, match="refused"):
            await checkup.account()


# ---- rooms -----------------------------------------------------------------------------------------------------------


async def test_rooms_tell_how_we_stand_to_them(town: Town) -> None:
    exo, app, ben, ana = town.exo, town.app, town.ben, town.ana
    desk = exo.channel("desk", members=[ben, app], private=True)
    acme = exo.channel("acme", members=[ben, app, ana], shared_with=[town.acme])
    elsewhere = exo.channel("elsewhere", members=[ben])
    secret = exo.channel("secret", members=[ben], private=True)
    old = exo.channel("old", members=[ben, app])
    await ben.archives(old)
    bystander = exo.channel("bystander", members=[ben, app])
    wanted = [desk.id, acme.id, elsewhere.id, secret.id, old.id, "C0NOBODY"]

    async with town.checkup() as checkup:
        found = {state.channel: state for state in await checkup.rooms(wanted)}

    assert found[desk.id] == RoomState(channel=desk.id, name="desk", unreadable="")
    assert found[acme.id] == RoomState(channel=acme.id, name="acme", shared=True, unreadable="")
    assert found[elsewhere.id] == RoomState(channel=elsewhere.id, name="elsewhere", member=False)
    assert found[secret.id] == RoomState(channel=secret.id, known=False, member=False)
    assert found["C0NOBODY"] == RoomState(channel="C0NOBODY", known=False, member=False)
    assert found[old.id].archived
    assert found[bystander.id] == RoomState(channel=bystander.id, name="bystander")
    assert set(found) == {*wanted, bystander.id}


async def test_a_past_that_is_kept_from_us_says_which_right_is_missing(town: Town) -> None:
    room = town.exo.channel("acme", members=[town.ben, town.app])
    installation = town.app.installation
    installation.scopes = installation.scopes - {"channels:history"}

    async with town.checkup() as checkup:
        (state,) = await checkup.rooms([room.id])
        (unread,) = await checkup.rooms([room.id], read=False)

    assert state.unreadable is not None
    assert state.unreadable.startswith("missing_scope (")
    assert unread.unreadable is None


async def test_more_rooms_than_a_page_holds_are_all_told_and_few_of_them_read(town: Town) -> None:
    rooms = [town.exo.channel(f"room-{number}", members=[town.ben, town.app]) for number in range(450)]

    async with town.checkup() as checkup:
        found = await checkup.rooms([room.id for room in rooms])

    assert {state.channel for state in found} == {room.id for room in rooms}
    assert sum(state.unreadable == "" for state in found) == MOST_ROOMS_READ
    assert len(town.slack.calls("conversations.history")) == MOST_ROOMS_READ


async def test_a_past_that_slack_does_not_show_so_soon_is_not_said_to_be_closed(town: Town) -> None:
    room = town.exo.channel("acme", members=[town.ben, town.app])
    town.slack.faults.on("conversations.history", faults.rate_limited(30))

    async with town.checkup() as checkup:
        (state,) = await checkup.rooms([room.id])

    assert state == RoomState(channel=room.id, name="acme")


async def test_rooms_are_not_told_without_the_right_to_see_them(town: Town) -> None:
    town.app.installation.scopes = frozenset({"chat:write"})

    async with town.checkup() as checkup:
        with pytest.raises(Refused, match=r"missing_scope \(.*:read\)"):
            await checkup.rooms([])


# ---- people ----------------------------------------------------------------------------------------------------------


async def test_people_tell_where_they_belong_and_whether_they_are_there(town: Town) -> None:
    town.exo.channel("acme", members=[town.ben, town.app, town.ana], shared_with=[town.acme])
    gone, stranger = town.exo.person("Gone"), town.slack.team("globex").person("Gus")
    await town.slack.changes(gone, deleted=True)
    asked = [town.ben.id, town.ana.id, gone.id, stranger.id, "U0NOBODY", town.app.bot.id]

    async with town.checkup() as checkup:
        found = {state.user: state for state in await checkup.people(asked)}

    assert found[town.ben.id] == PersonState(user=town.ben.id, presence=Presence.THERE, home=town.exo.id)
    assert found[town.ana.id] == PersonState(user=town.ana.id, presence=Presence.THERE, home=town.acme.id)
    assert found[gone.id].presence is Presence.DEACTIVATED
    assert found[stranger.id].presence is Presence.OUT_OF_SIGHT
    assert found["U0NOBODY"].presence is Presence.UNKNOWN
    assert found[town.app.bot.id].is_bot


async def test_of_a_crowd_only_so_many_are_asked_after(town: Town) -> None:
    async with town.checkup() as checkup:
        found = await checkup.people(f"U{number}" for number in range(MOST_PEOPLE + 50))

    assert len(found) == len(town.slack.calls("users.info")) == MOST_PEOPLE


# ---- the desk itself -------------------------------------------------------------------------------------------------


@asynccontextmanager
async def answering(words: bytes) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(words)
        await writer.drain()

    async with a_server(serve) as port:
        yield port


async def test_a_desk_that_listens_is_known_by_its_signing_secret(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        port, secret = stage.connected.port, stage.app.signing_secret
        assert port is not None
        async with Checkup(token="", time=SystemTime()) as checkup:
            assert await checkup.listening("0.0.0.0", port, secret) is Listening.DESK
            assert await checkup.listening("127.0.0.1", port, "another") is Listening.OTHER_SECRET
        assert await stage.tickets() == []


async def test_what_listens_and_is_no_desk_is_told_apart_from_nobody() -> None:
    async with Checkup(token="", time=SystemTime(), answer_within_s=1) as checkup:
        async with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello") as port:
            assert await checkup.listening("127.0.0.1", port, "secret") is Listening.SOMETHING_ELSE
        assert await checkup.listening("127.0.0.1", port, "secret") is Listening.NOBODY
        async with answering(b"220 mail.example.org ESMTP\r\n") as port:
            assert await checkup.listening("0.0.0.0", port, "secret") is Listening.SOMETHING_ELSE


def test_a_room_that_nobody_shares_yet_may_be_about_to_be() -> None:
    known = {"id": "C1", "name": "desk", "is_member": True, "is_pending_ext_shared": True}

    assert room_state(known) == replace(RoomState(channel="C1", name="desk"), shared_soon=True)
