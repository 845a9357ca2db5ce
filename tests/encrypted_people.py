"""People who write in encrypted rooms: nio clients with keys of their own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nio
import vodozemac
from nio.api import Api

from tests.log_watch import never_log
from tests.patience import PATIENCE_S
from tests.synapse import Account, Homeserver


class Person:
    """
    A nio client.

    Attributes:
        careful: They write only to devices that were verified by the cross-signing identity of their owner.
    """

    def __init__(self, server: Homeserver, account: Account, client: nio.AsyncClient, *, careful: bool) -> None:
        self.account = account
        self.client = client
        self._server = server
        self._careful = careful
        self._seen: dict[str, Any] = {}
        self._first_key: dict[str, str] = {}

    async def says(self, room: str, text: str, *, thread: str | None = None) -> str:
        never_log(text)
        content: dict[str, Any] = {"msgtype": "m.text", "body": text, "m.mentions": {}}
        if thread is not None:
            content["m.relates_to"] = {"rel_type": "m.thread", "event_id": thread}
        return await self.sends(room, content)

    async def sends(self, room: str, content: Mapping[str, Any]) -> str:
        await self.catches_up()
        if self._careful:
            self._verify_who_is_vouched_for(room)
        sent = await self.client.room_send(
            room, "m.room.message", dict(content), ignore_unverified_devices=not self._careful
        )
        assert isinstance(sent, nio.RoomSendResponse), sent
        return str(sent.event_id)

    def begins_a_new_session(self, room: str) -> None:
        """Let the next message be encrypted with a key that nobody has yet."""
        self.client.invalidate_outbound_session(room)

    def keeps_keys_from(self, user_id: str) -> None:
        assert self.client.olm is not None
        for device in self.client.olm.device_store.active_user_devices(user_id):
            self.client.blacklist_device(device)

    async def hands_in_the_key(self, room: str, to: Account, *, from_now_on: bool = False) -> None:
        """
        Send *to* the key of our present session in the room, as an answer to nobody's question.

        Args:
            from_now_on: As it stands after what was said already, which it does not open.
        """
        olm = self.client.olm
        assert olm is not None
        outbound = olm.outbound_group_sessions[room]
        device = olm.device_store[to.user_id][to.device_id]
        await self.client.keys_claim({to.user_id: [to.device_id]})
        key = {
            "algorithm": "m.megolm.v1.aes-sha2",
            "room_id": room,
            "session_id": outbound.id,
            "session_key": outbound.session_key if from_now_on else self._first_key[room],
        }
        sealed = olm._olm_encrypt(olm.session_store.get(device.curve25519), device, "m.room_key", key)
        message = nio.ToDeviceMessage("m.room.encrypted", to.user_id, to.device_id, sealed)
        assert isinstance(await self.client.to_device(message), nio.ToDeviceResponse)

    async def answers_a_request_for_the_key(self, room: str, to: Account) -> None:
        """Forward the key of our present session in the room, as clients do that are asked for it."""
        olm = self.client.olm
        assert olm is not None
        made = olm.inbound_group_store.get(
            room, olm.account.identity_keys["curve25519"], olm.outbound_group_sessions[room].id
        )
        device = olm.device_store[to.user_id][to.device_id]
        await self.client.keys_claim({to.user_id: [to.device_id]})
        session = olm.session_store.get(device.curve25519)
        assert made is not None
        assert session is not None
        message = olm._encrypt_forwarding_key(room, made, session, device)
        assert isinstance(await self.client.to_device(message), nio.ToDeviceResponse)

    async def says_with_a_withheld_key(self, room: str, text: str, from_: Account, *, thread: str | None = None) -> str:
        """Say something whose key is kept from somebody."""
        await self.catches_up()
        self.begins_a_new_session(room)
        self.keeps_keys_from(from_.user_id)
        olm = self.client.olm
        assert olm is not None
        olm.create_outbound_group_session(room)
        # The key as it is before the first message: afterwards it opens later messages only.
        self._first_key = {room: olm.outbound_group_sessions[room].session_key}
        return await self.says(room, text, thread=thread)

    async def hears(self, words: str) -> nio.RoomMessage:
        """Sync until a message with *words* was decrypted; return it."""
        await until(lambda: self._heard(words) is not None, self.catches_up)
        found = self._heard(words)
        assert found is not None
        return found

    def texts(self) -> list[str]:
        """Return what this client could read, in the order in which it came."""
        return [each.source["content"]["body"] for each in self.messages()]

    def messages(self) -> list[nio.RoomMessage]:
        return [each for each in self._seen.values() if isinstance(each, nio.RoomMessage)]

    async def catches_up(self) -> None:
        response = await self.client.sync(timeout=500, full_state=not self.client.rooms)
        assert isinstance(response, nio.SyncResponse), response
        await self.client.send_to_device_messages()
        if self.client.should_upload_keys:
            await self.client.keys_upload()
        if self.client.should_query_keys:
            await self.client.keys_query()
        for joined in response.rooms.join.values():
            for event in joined.timeline.events:
                self._seen[event.event_id] = event

    def _heard(self, words: str) -> nio.RoomMessage | None:
        for event in self._seen.values():
            if isinstance(event, nio.RoomMessage) and words in event.source["content"]["body"]:
                return event
        return None

    def _verify_who_is_vouched_for(self, room: str) -> None:
        assert self.client.olm is not None
        for user in self.client.rooms[room].users:
            vouched = vouched_for(self._server, self.account, user)
            for device in self.client.olm.device_store.active_user_devices(user):
                if device.id in vouched:
                    self.client.verify_device(device)


@asynccontextmanager
async def person(server: Homeserver, account: Account, folder: Path, *, careful: bool = False) -> AsyncIterator[Person]:
    """Open the client of somebody, its keys in *folder*."""
    store = folder / account.device_id
    store.mkdir(parents=True, exist_ok=True)
    config = nio.AsyncClientConfig(encryption_enabled=True, store_sync_tokens=False)
    client = nio.AsyncClient(server.url, account.user_id, account.device_id, store_path=str(store), config=config)
    client.restore_login(account.user_id, account.device_id, account.access_token)
    try:
        somebody = Person(server, account, client, careful=careful)
        await somebody.catches_up()
        yield somebody
    finally:
        await client.close()
        assert client.store is not None
        client.store.database.close()


async def until(true: Callable[[], bool], meanwhile: Callable[[], Any] | None = None) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():
            await (meanwhile() if meanwhile is not None else asyncio.sleep(0.02))


def vouched_for(server: Homeserver, by: Account, user_id: str) -> frozenset[str]:
    """Return the devices that a chain of signatures leads to from the user's master key; checked with vodozemac."""
    answer = server.call("POST", "/_matrix/client/v3/keys/query", {"device_keys": {user_id: []}}, by=by)
    master = answer.get("master_keys", {}).get(user_id)
    self_signing = answer.get("self_signing_keys", {}).get(user_id)
    if master is None or self_signing is None or not _signed(self_signing, user_id, _key_of(master)):
        return frozenset()
    devices = answer["device_keys"][user_id]
    return frozenset(name for name, device in devices.items() if _signed(device, user_id, _key_of(self_signing)))


def _key_of(published: Mapping[str, Any]) -> str:
    (key,) = published["keys"].values()
    return str(key)


def _signed(thing: Mapping[str, Any], user_id: str, key: str) -> bool:
    signature = thing.get("signatures", {}).get(user_id, {}).get(f"ed25519:{key}")
    if signature is None:
        return False
    bare = {name: value for name, value in thing.items() if name not in ("signatures", "unsigned")}
    public = vodozemac.Ed25519PublicKey.from_base64(key)
    public.verify_signature(Api.to_canonical_json(bare).encode(), vodozemac.Ed25519Signature.from_base64(signature))
    return True
