"""Which rooms the desk is in: invitations, upgrades, kicks and bans on a real homeserver (S17, F29)."""

from urllib.parse import quote

import pytest

from adapters.matrix.fields import Senders
from adapters.matrix.listeners import Manners
from chatops.domain.directory import Person
from chatops.domain.vocabulary import Language, PersonId, Role
from tests.contract.matrix.listening import Stage, a_stage, until
from tests.synapse import Account, Homeserver
from tests.unit.matrix.parcels import on_matrix


@pytest.fixture
def stage(synapse: Homeserver) -> Stage:
    return a_stage(synapse)


def somebody(account: Account, role: Role) -> Person:
    return Person(
        id=PersonId(account.name.lower()),
        name=account.name,
        role=role,
        language=Language.EN,
        time_zone="UTC",
        identities=(on_matrix(account.user_id),),
    )


def membership(stage: Stage, room: str, by: Account) -> str:
    members = stage.server.call("GET", f"/_matrix/client/v3/rooms/{quote(room)}/members", by=by)["chunk"]
    memberships = {event["state_key"]: event["content"]["membership"] for event in members}
    return str(memberships.get(stage.desk.user_id, ""))


def said_by_the_desk(stage: Stage, room: str, to: Account) -> list[str]:
    return [
        event["content"]["body"]
        for event in stage.server.timeline(to, room)
        if event["type"] == "m.room.message" and event["sender"] == stage.desk.user_id
    ]


def read_up_to_here(stage: Stage) -> None:
    """Let a desk that is down have read everything, and the poll that it left behind be over."""
    stage.server.says(stage.ana, stage.server.room(stage.ana, stage.desk), "elsewhere")
    stage.stopped_here()


def upgrade(stage: Stage, room: str, by: Account) -> str:
    """Upgrade a room as clients do: the homeserver makes the new one, the client invites everybody."""
    path = f"/_matrix/client/v3/rooms/{quote(room)}/upgrade"
    return str(stage.server.call("POST", path, {"new_version": "11"}, by=by)["replacement_room"])


# ---- invitations -----------------------------------------------------------------------------------------------------


async def test_a_strangers_invitation_is_declined_without_a_word(stage: Stage) -> None:
    server, eve = stage.server, stage.server.person("Eve")
    async with stage.listening():
        room = server.room(eve)
        server.invite(eve, stage.desk, room)
        await until(lambda: membership(stage, room, eve) == "leave")

    assert said_by_the_desk(stage, room, eve) == []


async def test_whoever_invites_again_gets_no_second_answer(stage: Stage) -> None:
    server, eve = stage.server, stage.server.person("Eve")
    async with stage.listening():
        room = server.room(eve)
        server.invite(eve, stage.desk, room)
        await until(lambda: membership(stage, room, eve) == "leave")
        server.invite(eve, stage.desk, room)
        stage.says("!list")
        await stage.bus.hears("list")

        assert membership(stage, room, eve) == "invite"


@pytest.mark.parametrize("role", [Role.AGENT, Role.MANAGER, Role.ADMINISTRATOR])
async def test_the_desk_comes_when_its_own_staff_calls_and_says_what_to_do(stage: Stage, role: Role) -> None:
    server, ben = stage.server, stage.server.person("Ben")
    stage.staff.append(somebody(ben, role))
    async with stage.listening():
        room = server.room(ben)
        server.invite(ben, stage.desk, room)
        await until(lambda: said_by_the_desk(stage, room, ben) != [])

    english, french = said_by_the_desk(stage, room, ben)[0].split("\n")
    assert english.startswith("I am the support desk, and this room is not one of mine yet.")
    assert "!bind customer <organisation>" in english
    assert french.startswith("Je suis le support")


async def test_a_contact_is_no_staff(stage: Stage) -> None:
    server = stage.server
    stage.staff.append(somebody(stage.ana, Role.CONTACT))
    async with stage.listening():
        room = server.room(stage.ana)
        server.invite(stage.ana, stage.desk, room)
        await until(lambda: membership(stage, room, stage.ana) == "leave")


async def test_the_settings_may_let_others_invite(stage: Stage) -> None:
    server, ana = stage.server, stage.ana
    async with stage.listening(manners=Manners(guests=Senders(("@ana*:chat.test",)))):
        room = server.room(ana)
        server.invite(ana, stage.desk, room)
        await until(lambda: room in server.joined(stage.desk))


async def test_a_room_of_the_directory_needs_no_introduction(stage: Stage) -> None:
    server, ana = stage.server, stage.ana
    async with stage.listening():
        room = server.room(ana)
        stage.bound.add(room)
        server.invite(ana, stage.desk, room)
        await until(lambda: room in server.joined(stage.desk))
        server.says(ana, room, "!list")
        await stage.bus.hears("list")

    assert said_by_the_desk(stage, room, ana) == []
    assert on_matrix(room) in stage.bus.reachable


async def test_many_invitations_hold_up_nobody(stage: Stage) -> None:
    """S17: what people say is read while they are still being declined."""
    server, eve = stage.server, stage.server.person("Eve")
    rooms = [server.room(eve) for _ in range(30)]
    stage.stopped_here()
    for room in rooms:
        server.invite(eve, stage.desk, room)
    stage.says("!list")

    async with stage.listening():
        await stage.bus.hears("list")
        declined = [room for room in rooms if membership(stage, room, eve) == "leave"]

    assert len(declined) <= 2
    assert server.joined(stage.desk) == {stage.room}


# ---- put out, and let in again ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["kick", "ban"])
@pytest.mark.parametrize("comes_back", [False, True])
async def test_what_was_said_before_the_desk_was_put_out_was_said_to_it(
    stage: Stage, how: str, comes_back: bool
) -> None:
    """I1: also where both happened while it was down; what was said without it was not."""
    server, path = stage.server, f"/_matrix/client/v3/rooms/{quote(stage.room)}"
    stage.bound.add(stage.room)
    async with stage.listening():
        stage.says("!list")
        await stage.bus.hears("list")
    read_up_to_here(stage)
    stage.says("!open S1 everything is down")
    server.call("POST", f"{path}/{how}", {"user_id": stage.desk.user_id}, by=stage.ana)
    stage.says("!open S1 nobody hears this")
    if comes_back:
        if how == "ban":
            server.call("POST", f"{path}/unban", {"user_id": stage.desk.user_id}, by=stage.ana)
        server.invite(stage.ana, stage.desk, stage.room)
    async with stage.listening():
        await stage.bus.hears("list", "open S1 everything is down")


async def test_what_was_said_in_a_room_that_is_nobody_s_is_not_heard_once_the_desk_is_out(stage: Stage) -> None:
    async with stage.listening():
        pass
    read_up_to_here(stage)
    stage.says("!open S1 everything is down")
    path = f"/_matrix/client/v3/rooms/{quote(stage.room)}/kick"
    other = stage.server.room(stage.ana, stage.desk)
    stage.server.call("POST", path, {"user_id": stage.desk.user_id}, by=stage.ana)
    stage.server.says(stage.ana, other, "!one")
    async with stage.listening():
        await stage.bus.hears("one")


@pytest.mark.parametrize("how", ["kick", "ban"])
async def test_the_desk_goes_on_elsewhere_when_it_is_put_out_and_comes_back_when_it_is_invited(
    stage: Stage, how: str
) -> None:
    server, ana = stage.server, stage.ana
    other = server.room(ana, stage.desk)
    stage.bound |= {stage.room, other}
    async with stage.listening():
        path = f"/_matrix/client/v3/rooms/{quote(stage.room)}"
        server.call("POST", f"{path}/{how}", {"user_id": stage.desk.user_id}, by=ana)
        server.says(ana, other, "!one")
        await stage.bus.hears("one")
        if how == "ban":
            server.call("POST", f"{path}/unban", {"user_id": stage.desk.user_id}, by=ana)
        stage.bus.reachable.clear()
        server.invite(ana, stage.desk, stage.room)
        await until(lambda: on_matrix(stage.room) in stage.bus.reachable)
        stage.says("!two")
        await stage.bus.hears("one", "two")


# ---- upgrades --------------------------------------------------------------------------------------------------------


async def test_an_upgraded_room_is_followed_when_the_desk_is_invited_there(stage: Stage) -> None:
    server, ana = stage.server, stage.ana
    stage.bound.add(stage.room)
    async with stage.listening():
        new = upgrade(stage, stage.room, ana)
        server.invite(ana, stage.desk, new)
        await until(lambda: stage.bus.moves != [])

    assert stage.bus.moves == [(on_matrix(stage.room), on_matrix(new))]


async def test_an_upgraded_open_room_is_followed_at_once(stage: Stage) -> None:
    server, ana = stage.server, stage.ana
    server.call(
        "PUT",
        f"/_matrix/client/v3/rooms/{quote(stage.room)}/state/m.room.join_rules",
        {"join_rule": "public"},
        by=ana,
    )
    stage.bound.add(stage.room)
    async with stage.listening():
        new = upgrade(stage, stage.room, ana)
        await until(lambda: stage.bus.moves != [])

    assert stage.bus.moves == [(on_matrix(stage.room), on_matrix(new))]
    assert new in server.joined(stage.desk)


async def test_a_room_that_was_upgraded_while_the_desk_was_down_is_followed(stage: Stage) -> None:
    server, ana = stage.server, stage.ana
    stage.bound.add(stage.room)
    async with stage.listening():
        stage.says("!list")
        await stage.bus.hears("list")
    new = upgrade(stage, stage.room, ana)
    server.invite(ana, stage.desk, new)

    async with stage.listening():
        await until(lambda: stage.bus.moves != [])

    assert stage.bus.moves[0] == (on_matrix(stage.room), on_matrix(new))


async def test_a_room_that_only_says_that_it_follows_one_of_ours_is_nobodys(stage: Stage) -> None:
    server, eve = stage.server, stage.server.person("Eve")
    stage.bound.add(stage.room)
    async with stage.listening():
        claimed = server.call(
            "POST",
            "/_matrix/client/v3/createRoom",
            {"creation_content": {"predecessor": {"room_id": stage.room}}, "room_version": "11"},
            by=eve,
        )["room_id"]
        server.invite(eve, stage.desk, claimed)
        stage.says("!list")
        await stage.bus.hears("list")

    assert stage.bus.moves == []
    assert claimed not in server.joined(stage.desk)


async def test_a_room_that_is_said_to_follow_but_does_not_is_left_again(stage: Stage) -> None:
    """Whoever has power in a customer's room must not hand the desk any other room for it."""
    server, ana = stage.server, stage.ana
    stage.bound.add(stage.room)
    other = server.room(ana)
    server.call(
        "PUT", f"/_matrix/client/v3/rooms/{quote(other)}/state/m.room.join_rules", {"join_rule": "public"}, by=ana
    )
    async with stage.listening():
        server.call(
            "PUT",
            f"/_matrix/client/v3/rooms/{quote(stage.room)}/state/m.room.tombstone",
            {"body": "moved", "replacement_room": other},
            by=ana,
        )
        await until(lambda: membership(stage, other, ana) == "leave")

    assert stage.bus.moves == []
