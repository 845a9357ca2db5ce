"""What a real homeserver tells about the desk's account and its rooms; nothing of it changes anything."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.matrix.checkup import Checkup, Membership, NoAnswer, Refused, RoomState
from chatops.bootstrap import SystemTime
from tests.servers import a_server
from tests.synapse import Account, Homeserver


@asynccontextmanager
async def checkup(server: Homeserver, who: Account) -> AsyncIterator[Checkup]:
    async with Checkup(url=server.url, access_token=who.access_token, time=SystemTime()) as asking:
        yield asking


async def the_room(server: Homeserver, who: Account, room: str) -> RoomState:
    async with checkup(server, who) as asking:
        return next(each for each in await asking.rooms(who.user_id) if each.room == room)


async def test_a_homeserver_says_what_it_is_and_what_time_it_has(synapse: Homeserver) -> None:
    async with checkup(synapse, synapse.person("desk")) as asking:
        server = await asking.server()

    assert server.software.startswith("Synapse/1.")
    assert "v1.11" in server.versions
    assert server.clock_ahead is not None
    assert abs(server.clock_ahead.total_seconds()) < 30


async def test_an_account_is_the_tokens(synapse: Homeserver) -> None:
    desk = synapse.person("Support Desk")
    async with checkup(synapse, desk) as asking:
        account = await asking.account()

    assert (account.user_id, account.device_id, account.name) == (desk.user_id, desk.device_id, "Support Desk")


async def test_limits_are_seen_by_an_administrator_only(synapse: Homeserver) -> None:
    free, limited = synapse.person("free"), synapse.person("limited", limited=True)
    admin = synapse.administrator().access_token
    async with checkup(synapse, free) as asking:
        assert (await asking.account()).limited is None
        assert (await asking.account(admin_token=admin)).limited is False
    async with checkup(synapse, limited) as asking:
        assert (await asking.account(admin_token=admin)).limited is True


async def test_a_token_that_is_no_longer_known_is_refused(synapse: Homeserver) -> None:
    desk = synapse.person("desk")
    synapse.revoke(desk)
    async with checkup(synapse, desk) as asking:
        with pytest.raises(Refused) as refusal:
            await asking.account()

    assert refusal.value.code == "M_UNKNOWN_TOKEN"


async def test_rooms_tell_whether_we_are_in_them_and_who_brought_that_about(synapse: Homeserver) -> None:
    desk, ana = synapse.person("desk"), synapse.person("ana")
    joined = synapse.room(ana, desk, name="Acme")
    invited = synapse.room(ana)
    synapse.invite(ana, desk, invited)
    kicked, banned, left = synapse.room(ana, desk), synapse.room(ana, desk), synapse.room(ana, desk)
    for room, how in ((kicked, "kick"), (banned, "ban")):
        synapse.call("POST", f"/_matrix/client/v3/rooms/{room}/{how}", {"user_id": desk.user_id}, by=ana)
    synapse.leave(desk, left)
    async with checkup(synapse, desk) as asking:
        rooms = {each.room: each for each in await asking.rooms(desk.user_id)}

    assert rooms[joined] == RoomState(room=joined, membership=Membership.JOINED, name="Acme")
    assert (rooms[invited].membership, rooms[invited].by) == (Membership.INVITED, ana.user_id)
    assert (rooms[kicked].membership, rooms[kicked].by) == (Membership.LEFT, ana.user_id)
    assert (rooms[banned].membership, rooms[banned].by) == (Membership.BANNED, ana.user_id)
    assert (rooms[left].membership, rooms[left].by) == (Membership.LEFT, "")


async def test_an_encrypted_room_is_seen(synapse: Homeserver) -> None:
    desk, ana = synapse.person("desk"), synapse.person("ana")

    assert (await the_room(synapse, desk, synapse.room(ana, desk, encrypted=True))).encrypted
    assert not (await the_room(synapse, desk, synapse.room(ana, desk))).encrypted


async def test_an_upgraded_room_names_the_one_that_replaces_it(synapse: Homeserver) -> None:
    desk, ana = synapse.person("desk"), synapse.person("ana")
    room = synapse.room(ana, desk)
    upgrade = f"/_matrix/client/v3/rooms/{room}/upgrade"
    replacement = synapse.call("POST", upgrade, {"new_version": "11"}, by=ana)["replacement_room"]

    assert (await the_room(synapse, desk, room)).moved_to == replacement


async def test_a_room_that_anybody_may_join_is_seen(synapse: Homeserver) -> None:
    desk, ana = synapse.person("desk"), synapse.person("ana")
    room = synapse.room(ana, desk)
    path = f"/_matrix/client/v3/rooms/{room}/state/m.room.join_rules"
    synapse.call("PUT", path, {"join_rule": "public"}, by=ana)

    assert (await the_room(synapse, desk, room)).public


@pytest.mark.parametrize("version", ["11", "12"])
async def test_power_is_told_as_the_homeserver_itself_decides(synapse: Homeserver, version: str) -> None:
    """Room version 12 puts creators above every level, and lists them nowhere among the levels."""
    desk, ana = synapse.person("desk"), synapse.person("ana")
    power = {"events": {"m.room.message": 50, "m.reaction": 0}, "events_default": 10}
    for creator, member in ((ana, desk), (desk, ana)):
        room = synapse.call(
            "POST",
            "/_matrix/client/v3/createRoom",
            {
                "room_version": version,
                "preset": "private_chat",
                "invite": [member.user_id],
                "power_level_content_override": power,
            },
            by=creator,
        )["room_id"]
        synapse.join(member, room)

        forbidden = (await the_room(synapse, desk, room)).forbidden

        assert forbidden == (("m.room.message", "m.room.redaction") if creator is ana else ())
        if forbidden:
            with pytest.raises(Exception, match="M_FORBIDDEN"):
                synapse.says(desk, room, "may I?")
        else:
            synapse.says(desk, room, "may I?")


# ---- addresses where no homeserver is --------------------------------------------------------------------------------


async def asked(url: str) -> str:
    async with Checkup(url=url, access_token="syt_secret", time=SystemTime(), answer_within_s=0.5) as asking:
        with pytest.raises(NoAnswer) as nothing:
            await asking.server()
    return str(nothing.value)


@asynccontextmanager
async def answering(words: bytes) -> AsyncIterator[str]:
    """Serve *words* to every request; nothing at all for b""."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if words:
            writer.write(words)
            await writer.drain()
        else:
            await reader.read()

    async with a_server(serve) as port:
        yield f"http://127.0.0.1:{port}"


def page(body: str, *, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()


async def test_why_there_is_no_homeserver_is_told_in_words() -> None:
    assert "https://" in await asked("matrix.example.org")
    assert await asked("http://no-such-name.invalid") == "nobody knows that name"
    async with answering(b"") as url:
        assert await asked(url) == "no answer within 0.5 s"
    assert "refused" in (await asked(url)).lower()
    async with answering(page("<html>welcome</html>")) as url:
        assert await asked(url) == "what answers there is no homeserver"
    async with answering(page("gone", status="404 Not Found")) as url:
        assert await asked(url) == "what answers there is no homeserver (HTTP 404)"
    async with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{") as url:
        assert "broke" in await asked(url)


async def test_a_server_names_own_page_tells_where_its_homeserver_is() -> None:
    told = page('{"m.homeserver": {"base_url": "https://matrix.example.org/"}}')
    for words, address in ((told, "https://matrix.example.org"), (page("<html>"), None)):
        async with answering(words) as url, Checkup(url=url, access_token="", time=SystemTime()) as asking:
            assert await asking.well_known() == address


async def test_a_redirect_is_not_followed_with_the_token() -> None:
    async with answering(page("")) as elsewhere:
        there = f"HTTP/1.1 302 Found\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n".encode()
        async with answering(there) as url, Checkup(url=url, access_token="t", time=SystemTime()) as asking:
            with pytest.raises(Refused, match="HTTP 302"):
                await asking.account()
