"""Whose invitations are taken, who is ignored, and which rooms follow which; from payloads that may say anything."""

from typing import Any

import pytest

from adapters.matrix.fields import Senders
from adapters.matrix.news import Invitation, Loss, Successor, is_upgrade, news_from, predecessor_from, successor_from
from adapters.matrix.rooms import House, introduction, rooms_of
from chatops.catalogues import load_words
from chatops.domain.directory import Address, Person, Room, WhoIsWho
from chatops.domain.vocabulary import Language, PersonId, Platform, Role, RoomId, RoomPurpose
from tests.unit.matrix.events import ANA, ME, a_member, an_event
from tests.unit.matrix.parcels import on_matrix

BEN, EVE = "@ben:chat.test", "@eve:evil.test"


def somebody(user_id: str, role: Role) -> Person:
    return Person(
        id=PersonId(user_id), name=user_id, role=role, language=Language.EN, time_zone="UTC",
        identities=(on_matrix(user_id),),
    )  # fmt: skip


WHO = WhoIsWho(
    people=(somebody(ANA, Role.CONTACT), somebody(BEN, Role.AGENT)),
    rooms=(
        Room(
            id=RoomId("desk"),
            purpose=RoomPurpose.DESK,
            places=(on_matrix("!desk"), Address(platform=Platform.CONSOLE, value="#desk")),
        ),
    ),
)


# ---- whom a setting names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "user_id", "named"),
    [
        ("@ben:chat.test", "@ben:chat.test", True),
        ("@ben:chat.test", "@ben:chat.test.evil.test", False),
        ("@ben:chat.test", "@Ben:chat.test", False),
        ("@ben:chat.test", "@b\u0435n:chat.test", False),
        ("@slack_*:chat.test", "@slack_ana:chat.test", True),
        ("@slack_*:chat.test", "@slack_:chat.test", True),
        ("@slack_*:chat.test", "@slack_ana:evil.test", False),
        ("@slack_*:chat.test", "@my@slack_ana:chat.test", False),
        ("@*", "@eve:evil.test", True),
        ("chat.test", "@anybody:chat.test", True),
        ("chat.test", "@anybody:evil.chat.test", False),
        ("*.chat.test", "@anybody:deep.chat.test", True),
        ("chat.test:8448", "@anybody:chat.test:8448", True),
        ("chat.test", "@chat.test:evil.test", False),
        ("chat[.]test", "@anybody:chat.test", False),
        ("ch.t.test", "@anybody:chat.test", False),
        ("@a*****************************************b", "@a" + "a" * 5_000, False),
    ],
)
def test_names_are_compared_whole(pattern: str, user_id: str, named: bool) -> None:
    assert (user_id in Senders((pattern,))) is named


def test_a_setting_that_names_nobody_names_nobody() -> None:
    assert ANA not in Senders()


# ---- invitations -----------------------------------------------------------------------------------------------------


def an_invitation(room: str = "!new", inviter: str = EVE, follows: str = "") -> Invitation:
    return Invitation(room=room, inviter=inviter, follows=follows)


@pytest.mark.parametrize(
    ("invitation", "taken"),
    [
        pytest.param(an_invitation(), False, id="a stranger's"),
        pytest.param(an_invitation(inviter=""), False, id="nobody's"),
        pytest.param(an_invitation(inviter=ANA), False, id="a contact's"),
        pytest.param(an_invitation(inviter=BEN), True, id="an agent's"),
        pytest.param(an_invitation(inviter="@ben:evil.test"), False, id="an agent's name on another server"),
        pytest.param(an_invitation("!desk"), True, id="to a room of ours, whoever invites"),
        pytest.param(an_invitation("#desk"), False, id="to what is a room elsewhere"),
        pytest.param(an_invitation(follows="!desk"), True, id="to what follows a room of ours"),
        pytest.param(an_invitation(follows="!other"), False, id="to what follows another room"),
        pytest.param(an_invitation(inviter="@partner:friends.test"), True, id="of a server that may"),
    ],
)
def test_who_may_invite_the_desk(invitation: Invitation, taken: bool) -> None:
    assert House.of(WHO, Senders(("friends.test",))).welcomes(invitation) is taken


def test_the_rooms_on_matrix_are_those_that_are_on_matrix() -> None:
    assert rooms_of(WHO) == {"!desk"}


def test_the_desk_introduces_itself_in_both_languages() -> None:
    content = introduction(load_words())

    assert content["msgtype"] == "m.notice"
    english, french = str(content["body"]).split("\n")
    assert english.startswith("I am the support desk")
    assert french.startswith("Je suis le support")
    assert "!associer client <organisation>, !associer support" in french
    assert "`" not in english + french
    assert "<code>!bind customer &lt;organisation&gt;</code>" in str(content["formatted_body"])


def invited(*state: Any) -> tuple[Invitation, ...]:
    rooms = {"invite": {"!new": {"invite_state": {"events": list(state)}}}}
    return news_from({"next_batch": "s2", "rooms": rooms}, ME).invitations


INVITING = {"type": "m.room.member", "state_key": ME, "sender": EVE, "content": {"membership": "invite"}}
CREATED = {"type": "m.room.create", "state_key": "", "content": {"predecessor": {"room_id": "!desk"}}}


@pytest.mark.parametrize(
    ("state", "invitation"),
    [
        ((INVITING,), an_invitation()),
        ((INVITING, CREATED), an_invitation(follows="!desk")),
        ((), an_invitation(inviter="")),
        ((INVITING | {"state_key": ANA},), an_invitation(inviter="")),
        ((INVITING | {"sender": ["@ben:chat.test"]},), an_invitation(inviter="")),
        ((INVITING | {"sender": "ben"},), an_invitation(inviter="")),
        ((INVITING | {"content": "invite"},), an_invitation(inviter="")),
        ((INVITING, CREATED | {"content": {"predecessor": "!desk"}}), an_invitation()),
        ((INVITING, CREATED | {"content": {"predecessor": {"room_id": 7}}}), an_invitation()),
        ((INVITING, "nonsense", None), an_invitation()),
    ],
)
def test_an_invitation_says_who_invites_and_what_it_follows(state: tuple[Any, ...], invitation: Invitation) -> None:
    assert invited(*state) == (invitation,)


# ---- losses and moves ------------------------------------------------------------------------------------------------


def lost(*events: Any) -> tuple[Loss, ...]:
    rooms = {"leave": {"!room": {"timeline": {"events": list(events)}}}}
    return news_from({"next_batch": "s2", "rooms": rooms}, ME).losses


@pytest.mark.parametrize(
    ("event", "loss"),
    [
        (a_member(ME, "leave") | {"sender": EVE}, Loss(room="!room", by=EVE, banned=False)),
        (a_member(ME, "ban") | {"sender": EVE}, Loss(room="!room", by=EVE, banned=True)),
        (a_member(ME, "leave"), Loss(room="!room", by=ME, banned=False)),
        (a_member(ANA, "leave"), Loss(room="!room", by="", banned=False)),
        ("nonsense", Loss(room="!room", by="", banned=False)),
    ],
)
def test_a_loss_says_who_put_us_out(event: Any, loss: Loss) -> None:
    assert lost(event) == (loss,)


@pytest.mark.parametrize(
    ("tombstone", "successor"),
    [
        ({"content": {"replacement_room": "!new"}, "sender": ANA}, Successor(room="!new", via="chat.test")),
        ({"replacement_room": "!new"}, Successor(room="!new", via="")),
        ({"content": {"replacement_room": "#new:chat.test"}, "sender": ANA}, None),
        ({"content": {"replacement_room": ["!new"]}, "sender": ANA}, None),
        ({"content": {"body": "closed"}, "sender": ANA}, None),
        ({}, None),
    ],
)
def test_a_tombstone_leads_to_a_room_or_nowhere(tombstone: dict[str, Any], successor: Successor | None) -> None:
    assert successor_from(tombstone) == successor


def test_only_a_state_event_ends_a_room() -> None:
    assert is_upgrade(an_event(type="m.room.tombstone", state_key=""))
    assert not is_upgrade(an_event(type="m.room.tombstone"))
    assert not is_upgrade(an_event(type="m.room.tombstone", state_key="x"))


def test_a_new_room_names_the_one_before_it() -> None:
    assert predecessor_from(CREATED) == "!desk"
    assert predecessor_from(CREATED["content"]) == "!desk"  # type: ignore[arg-type]
    assert predecessor_from({"content": {}}) == ""
