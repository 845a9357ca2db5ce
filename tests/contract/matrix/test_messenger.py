"""The Messenger port over a real homeserver: one row, one event; loud for whom it concerns; errors told apart."""

import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.matrix.app import connect
from adapters.matrix.homeserver import Homeserver as Connection
from adapters.matrix.homeserver import TokenRefused
from adapters.matrix.messenger import MatrixMessenger
from adapters.matrix.render import MARK
from chatops.application.message_tree import Message, Quote
from chatops.application.ports.messenger import Addressee, Messenger, Parcel
from chatops.application.ports.outbox import Form
from chatops.catalogues import load_words
from chatops.domain.directory import Address
from chatops.domain.errors import RateLimited, TryAgainLater, Undeliverable, Unreachable
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import PersonId
from tests.log_watch import never_log
from tests.synapse import Account, Homeserver, Synapse
from tests.unit.matrix.parcels import a_message, a_parcel, on_matrix

ROWS = itertools.count(1)


@dataclass(frozen=True)
class Stage:
    """A desk, and two people with it in a room."""

    server: Homeserver
    desk: Account
    ana: Account
    ben: Account
    room: str
    messenger: MatrixMessenger

    def row(self, message: Message | None = None, **fields: Any) -> Parcel:
        given: dict[str, Any] = {"id": next(ROWS), "room": self.room} | fields
        return a_parcel(message, **given)

    async def card(self, message: Message | None = None, **fields: Any) -> Address:
        return await self.messenger.deliver(self.row(message, form=Form.CARD, root=None, **fields))

    def written(self, by: Account | None = None) -> list[dict[str, Any]]:
        """Return the desk's messages as Ana sees them."""
        author = by or self.desk
        return [
            event
            for event in self.server.timeline(self.ana, self.room)
            if event["type"] == "m.room.message" and event["sender"] == author.user_id
        ]


@pytest.fixture
async def stage(synapse: Homeserver) -> AsyncIterator[Stage]:
    desk, ana, ben = synapse.person("Desk"), synapse.person("Ana"), synapse.person("Ben")
    async with connected(synapse, desk) as app:
        yield Stage(synapse, desk, ana, ben, synapse.room(ana, desk, ben), app.messenger)


def connected(server: Homeserver, desk: Account, **changed: Any) -> Any:
    never_log(desk.access_token)
    login = {"user_id": desk.user_id, "access_token": desk.access_token, "device_id": desk.device_id}
    return connect(homeserver=server.url, words=load_words(), **login | changed)


def to(account: Account) -> Addressee:
    return Addressee(person=PersonId(account.name.lower()), name=account.name, address=on_matrix(account.user_id))


async def in_turn(messenger: Messenger, rows: Sequence[Parcel], delivered: list[Address]) -> None:
    for row in rows:
        delivered.append(await messenger.deliver(row))


async def test_it_is_a_messenger(stage: Stage) -> None:
    messenger: Messenger = stage.messenger

    assert messenger.platform == "matrix"


# ---- once ------------------------------------------------------------------------------------------------------------


async def test_a_row_sent_twice_is_one_event(stage: Stage) -> None:
    row = stage.row(root=None)

    first = await stage.messenger.deliver(row)
    again = await stage.messenger.deliver(replace(row, claimed=replace(row.claimed, attempt=2)))

    assert first == again
    assert [event["event_id"] for event in stage.written()] == [first.value]


async def test_a_row_sent_again_after_a_restart_and_a_new_login_is_one_event(stage: Stage) -> None:
    """The homeserver remembers per device: a new token of the same device is the same sender."""
    row = stage.row(root=None)
    first = await stage.messenger.deliver(row)

    async with connected(stage.server, stage.server.log_in(stage.desk)) as app:
        again = await app.messenger.deliver(row)

    assert first == again
    assert len(stage.written()) == 1


async def test_two_rows_are_two_events(stage: Stage) -> None:
    await stage.messenger.deliver(stage.row(root=None))
    await stage.messenger.deliver(stage.row(root=None))

    assert len(stage.written()) == 2


async def test_the_same_number_in_a_database_begun_anew_is_another_row(stage: Stage) -> None:
    row = stage.row(root=None, correlation_id="of the old database")

    await stage.messenger.deliver(row)
    await stage.messenger.deliver(stage.row(id=row.claimed.id, root=None, correlation_id="of the new one"))

    assert len(stage.written()) == 2


# ---- where -----------------------------------------------------------------------------------------------------------


async def test_a_thread_hangs_under_its_card(stage: Stage) -> None:
    card = await stage.card(a_message("T-1 · The portal is slow"))
    first = await stage.messenger.deliver(stage.row(a_message("Ben took T-1."), root=card.value))
    second = await stage.messenger.deliver(stage.row(a_message("Ben asked."), root=card.value))

    relations = [event["content"].get("m.relates_to") for event in stage.written()]
    assert relations[0] is None
    assert [relation["event_id"] for relation in relations[1:]] == [card.value, card.value]
    assert [relation["m.in_reply_to"]["event_id"] for relation in relations[1:]] == [card.value, first.value]
    summary = stage.server.event(stage.ana, stage.room, card.value)["unsigned"]["m.relations"]["m.thread"]
    assert summary["count"] == 2
    assert summary["latest_event"]["event_id"] == second.value


async def test_an_edit_changes_the_card_and_adds_nothing_to_read(stage: Stage) -> None:
    card = await stage.card(a_message("T-1 · NEW"))
    edited = await stage.messenger.deliver(stage.row(a_message("T-1 · OPEN"), form=Form.CARD_EDIT, root=card.value))

    assert edited == card
    replaced = stage.server.event(stage.ana, stage.room, card.value)["unsigned"]["m.relations"]["m.replace"]
    assert replaced["content"]["m.new_content"]["body"] == "T-1 · OPEN"
    assert replaced["content"][MARK]["form"] == "card_edit"


async def test_an_answer_stands_where_it_was_asked(stage: Stage) -> None:
    card = await stage.card()
    in_thread = stage.server.says(stage.ana, stage.room, "!why", thread=card.value)
    at_the_top = stage.server.says(stage.ana, stage.room, "!list")

    await stage.messenger.deliver(stage.row(form=Form.ANSWER, answers=in_thread, under=card.value))
    await stage.messenger.deliver(stage.row(form=Form.ANSWER, root=None, answers=at_the_top))

    inside, outside = (event["content"]["m.relates_to"] for event in stage.written()[1:])
    assert (inside["event_id"], inside["m.in_reply_to"]["event_id"]) == (card.value, in_thread)
    assert outside == {"m.in_reply_to": {"event_id": at_the_top}}


async def test_an_answer_under_a_message_that_carries_no_thread_is_a_reply(stage: Stage) -> None:
    """A thread cannot begin at a message of another thread; only another homeserver lets people ask there."""
    card = await stage.card()
    inside = stage.server.says(stage.ana, stage.room, "hello", thread=card.value)

    await stage.messenger.deliver(stage.row(form=Form.ANSWER, root=None, answers=inside, under=inside))

    assert stage.written()[-1]["content"]["m.relates_to"] == {"m.in_reply_to": {"event_id": inside}}


async def test_an_edit_without_a_card_never_arrives(stage: Stage) -> None:
    with pytest.raises(Undeliverable):
        await stage.messenger.deliver(stage.row(form=Form.CARD_EDIT, root=None))


async def test_the_longest_text_that_we_send_is_taken(stage: Stage) -> None:
    quote = Quote(author="Ana", text="é\n" * 30_000)
    card = await stage.card()

    await stage.messenger.deliver(stage.row(a_message("T-1", quote=quote), form=Form.CARD_EDIT, root=card.value))

    assert "characters of it are not shown" in stage.written()[-1]["content"]["body"]


# ---- what was said before --------------------------------------------------------------------------------------------


async def test_an_edit_changes_a_message_in_its_thread(stage: Stage) -> None:
    card = await stage.card()
    told = await stage.messenger.deliver(stage.row(a_message("Ana: slow"), root=card.value))
    row = stage.row(a_message("Ana: down"), form=Form.EDIT, root=card.value, target=told.value)

    assert await stage.messenger.deliver(row) == told
    assert await stage.messenger.deliver(row) == told
    shown = stage.server.event(stage.ana, stage.room, told.value)
    assert shown["unsigned"]["m.relations"]["m.replace"]["content"]["m.new_content"]["body"] == "Ana: down"
    assert shown["content"]["m.relates_to"]["event_id"] == card.value
    assert len(stage.written()) == 3


async def test_an_edit_of_what_never_arrived_is_said_in_the_thread(stage: Stage) -> None:
    card = await stage.card()
    said = await stage.messenger.deliver(stage.row(a_message("Ana: down"), form=Form.EDIT, root=card.value))

    event = stage.written()[-1]
    assert (event["event_id"], event["content"]["body"]) == (said.value, "Ana: down")
    assert event["content"]["m.relates_to"]["event_id"] == card.value


async def test_what_is_taken_back_is_gone_however_often_it_is_tried(stage: Stage) -> None:
    card = await stage.card()
    told = await stage.messenger.deliver(stage.row(a_message("a password"), root=card.value))
    row = stage.row(form=Form.REMOVAL, root=card.value, target=told.value)

    for again in (row, row, stage.row(form=Form.REMOVAL, root=card.value, target=told.value)):
        assert await stage.messenger.deliver(again) == told
    assert stage.server.event(stage.ana, stage.room, told.value)["content"] == {}


@pytest.mark.parametrize("target", [None, "$never-seen"])
async def test_taking_back_what_never_arrived_is_done(stage: Stage, target: str | None) -> None:
    card = await stage.card()

    await stage.messenger.deliver(stage.row(form=Form.REMOVAL, root=card.value, target=target))

    assert stage.server.event(stage.ana, stage.room, card.value)["content"] != {}


async def test_a_sign_stands_under_what_somebody_wrote_and_only_once(stage: Stage) -> None:
    """What is returned is what is taken away later: the one sign that stands there, never what somebody wrote."""
    said = stage.server.says(stage.ana, stage.room, "the portal is slow")
    sign = a_message("👀")

    first = await stage.messenger.deliver(stage.row(sign, form=Form.REACTION, root=None, answers=said))
    again = await stage.messenger.deliver(stage.row(sign, form=Form.REACTION, root=None, answers=said))

    (reaction,) = reactions(stage)
    assert first.value == again.value == reaction["event_id"]
    assert reaction["content"]["m.relates_to"] == {"rel_type": "m.annotation", "event_id": said, "key": "👀"}


async def test_a_sign_under_what_is_gone_asks_for_nothing_more(stage: Stage) -> None:
    row = stage.row(a_message("👀"), form=Form.REACTION, root=None, answers="$never-seen")

    assert await stage.messenger.deliver(row) == on_matrix(stage.room)
    assert reactions(stage) == []


async def test_a_sign_is_put_under_a_copy_of_ours_and_taken_away_again(stage: Stage) -> None:
    told = await stage.messenger.deliver(stage.row(root=None))
    placed = await stage.messenger.deliver(stage.row(a_message("❤"), form=Form.REACTION, root=None, target=told.value))
    relation = {"rel_type": "m.annotation", "event_id": told.value, "key": "❤️"}
    (reaction,) = reactions(stage)
    assert reaction["content"]["m.relates_to"] == relation
    stage.server.send(stage.ana, stage.room, {"m.relates_to": relation}, kind="m.reaction")

    row = stage.row(a_message("❤"), form=Form.REACTION_REMOVAL, root=None, target=placed.value)
    for again in (row, row, stage.row(form=Form.REACTION_REMOVAL, root=None, target=placed.value)):
        await stage.messenger.deliver(again)

    assert [event["sender"] for event in reactions(stage)] == [stage.ana.user_id]
    assert stage.server.event(stage.ana, stage.room, told.value)["content"] != {}


@pytest.mark.parametrize("whose", ["somebody's words", "somebody's sign", "our words", "the room", "nothing", "gone"])
async def test_what_is_no_sign_of_ours_is_never_taken_away(stage: Stage, whose: str) -> None:
    """Even if we may delete it: the desk is a moderator here."""
    path = f"/_matrix/client/v3/rooms/{stage.room}/state/m.room.power_levels/"
    levels = stage.server.call("GET", path, by=stage.ana)
    stage.server.call("PUT", path, levels | {"users": {**levels["users"], stage.desk.user_id: 50}}, by=stage.ana)
    said = stage.server.says(stage.ana, stage.room, "the portal is slow")
    relation = {"rel_type": "m.annotation", "event_id": said, "key": "👍"}
    sign = stage.server.send(stage.ana, stage.room, {"m.relates_to": relation}, kind="m.reaction")
    told = await stage.messenger.deliver(stage.row(root=None))
    target = {
        "somebody's words": said,
        "somebody's sign": sign,
        "our words": told.value,
        "the room": stage.room,
        "nothing": None,
        "gone": "$never-seen",
    }[whose]

    await stage.messenger.deliver(stage.row(a_message("👍"), form=Form.REACTION_REMOVAL, root=None, target=target))

    for event in (said, sign, told.value):
        assert stage.server.event(stage.ana, stage.room, event)["content"] != {}


def reactions(stage: Stage) -> list[dict[str, Any]]:
    """Return those that stand there."""
    timeline = stage.server.timeline(stage.ana, stage.room)
    return [event for event in timeline if event["type"] == "m.reaction" and event["content"]]


# ---- files -----------------------------------------------------------------------------------------------------------


def a_file_row(stage: Stage, card: Address, file: Attachment) -> Parcel:
    message = a_message("Ana sent a file:", quote=Quote(author="", text="", files=(file,)))
    return stage.row(message, form=Form.FILE, root=card.value)


async def test_a_file_is_passed_on_from_where_it_lies(stage: Stage) -> None:
    """The customer can fetch in their room what the agent put into another one."""
    server = stage.server
    async with Connection(
        url=server.url, user_id=stage.ben.user_id, access_token=stage.ben.access_token, device_id=stage.ben.device_id
    ) as ben:
        address = await ben.upload(b"line 1\n", name="app.log", media_type="text/plain")
    card = await stage.card()
    file = Attachment(name="../../app.log", address=address, size=7, media_type="text/plain")

    await stage.messenger.deliver(a_file_row(stage, card, file))

    content = stage.written()[-1]["content"]
    assert (content["msgtype"], content["body"], content["url"]) == ("m.file", "app.log", address)
    assert content["info"] == {"size": 7, "mimetype": "text/plain"}
    assert content["m.relates_to"]["event_id"] == card.value
    async with Connection(
        url=server.url, user_id=stage.ana.user_id, access_token=stage.ana.access_token, device_id=stage.ana.device_id
    ) as ana:
        assert await ana.download(content["url"], limit=100) == b"line 1\n"


async def test_a_file_that_is_not_on_matrix_is_told_by_its_name(stage: Stage) -> None:
    card = await stage.card()
    file = Attachment(name="app.log", address="https://files.slack.test/app.log")

    await stage.messenger.deliver(a_file_row(stage, card, file))

    assert stage.written()[-1]["content"]["body"] == "Ana sent a file:\n> 📎 app.log"


# ---- who notices -----------------------------------------------------------------------------------------------------


async def test_only_whoever_gets_the_ball_is_called_by_name(stage: Stage) -> None:
    card = await stage.card(a_message("T-1 · The portal is slow"))
    page = await stage.messenger.deliver(
        stage.row(a_message("We need the logs of @room and Ben"), root=card.value, notify=(to(stage.ana),))
    )

    assert stage.server.highlights(stage.ana) == [page.value]
    assert stage.server.highlights(stage.ben) == []


async def test_quiet_messages_and_edits_make_no_sound_for_anybody(stage: Stage) -> None:
    before = [stage.server.notifications(account) for account in (stage.ana, stage.ben)]

    card = await stage.card(a_message("T-1 · Ana and Ben, @room"))
    await stage.messenger.deliver(stage.row(a_message("Ana, Ben, @room"), root=card.value))
    for state in ("OPEN", "CLOSED"):
        await stage.messenger.deliver(
            stage.row(
                a_message(f"Ana, Ben: {state}"),
                form=Form.CARD_EDIT,
                root=card.value,
                notify=(to(stage.ana), to(stage.ben)),
            )
        )

    assert [stage.server.notifications(account) for account in (stage.ana, stage.ben)] == before


# ---- what goes wrong -------------------------------------------------------------------------------------------------


async def test_a_rate_limit_says_when_to_come_back(synapse: Homeserver) -> None:
    """Synapse's own default: bursts of 10, then one message in 5 s."""
    desk, ana = synapse.person("Desk", limited=True), synapse.person("Ana")
    room = synapse.room(ana, desk)

    async with connected(synapse, desk) as app:
        rows = [a_parcel(id=next(ROWS), room=room, root=None) for _ in range(12)]
        with pytest.raises(RateLimited) as refused:
            await in_turn(app.messenger, rows, [])

    assert refused.value.after is not None
    assert timedelta(0) < refused.value.after <= timedelta(seconds=6)


async def test_a_limited_row_is_one_event_once_it_may_go(synapse: Homeserver) -> None:
    desk, ana = synapse.person("Desk", limited=True), synapse.person("Ana")
    room = synapse.room(ana, desk)
    rows = [a_parcel(id=next(ROWS), room=room, root=None) for _ in range(12)]

    async with connected(synapse, desk) as app:
        delivered: list[Address] = []
        with pytest.raises(TryAgainLater):
            await in_turn(app.messenger, rows, delivered)
        synapse.lift_limits(desk)
        await in_turn(app.messenger, rows[len(delivered) :], delivered)

    seen = [event["event_id"] for event in synapse.timeline(ana, room) if event["sender"] == desk.user_id]
    assert seen[-len(rows) :] == [address.value for address in delivered]


async def test_a_room_that_we_left_is_unreachable(stage: Stage) -> None:
    stage.server.leave(stage.desk, stage.room)

    with pytest.raises(Unreachable, match="M_FORBIDDEN"):
        await stage.messenger.deliver(stage.row(root=None))


@pytest.mark.parametrize("room", ["!nowhere", "!nowhere:chat.test", "#acme", "", "!a/../b?c#d"])
async def test_a_room_that_we_never_saw_is_unreachable(stage: Stage, room: str) -> None:
    """Synapse does not tell whether there is such a room: somebody may still let us in."""
    with pytest.raises(Unreachable):
        await stage.messenger.deliver(stage.row(room=room, root=None))


async def test_a_revoked_token_lets_the_messages_wait(stage: Stage) -> None:
    stage.server.revoke(stage.desk)

    with pytest.raises(TokenRefused, match="M_UNKNOWN_TOKEN"):
        await stage.messenger.deliver(stage.row(root=None))


@pytest.mark.parametrize(
    ("version", "path", "shut", "opened"),
    [
        ("v2", "users", {"locked": True}, {"locked": False}),
        ("v1", "suspend", {"suspend": True}, {"suspend": False}),
    ],
    ids=["locked", "suspended"],
)
async def test_an_account_that_is_taken_away_for_a_while_lets_the_messages_wait(
    stage: Stage, version: str, path: str, shut: dict[str, bool], opened: dict[str, bool]
) -> None:
    """F29: by the homeserver's administrator, who gives it back as it was."""
    admin = stage.server.administrator()
    account = f"/_synapse/admin/{version}/{path}/{stage.desk.user_id}"
    row = stage.row(root=None)

    stage.server.call("PUT", account, shut, by=admin)
    with pytest.raises(TryAgainLater, match=f"M_USER_{'LOCKED' if 'locked' in shut else 'SUSPENDED'}"):
        await stage.messenger.deliver(row)
    stage.server.call("PUT", account, opened, by=admin)
    await stage.messenger.deliver(row)

    assert len(stage.written()) == 1


async def test_a_homeserver_that_is_away_lets_them_wait_and_shows_them_once_when_it_is_back(
    own_synapse: Synapse,
) -> None:
    server = own_synapse.homeserver
    desk, ana = server.person("Desk"), server.person("Ana")
    stage_room = server.room(ana, desk)
    before, during = (a_parcel(id=next(ROWS), room=stage_room, root=None) for _ in range(2))

    async with connected(server, desk) as app:
        first = await app.messenger.deliver(before)
        own_synapse.stop()
        for row in (before, during):
            with pytest.raises(TryAgainLater, match="cannot be reached"):
                await app.messenger.deliver(row)
        own_synapse.start()
        assert await app.messenger.deliver(before) == first
        second = await app.messenger.deliver(during)

    seen = [event["event_id"] for event in server.timeline(ana, stage_room) if event["sender"] == desk.user_id]
    assert seen[-2:] == [first.value, second.value]
