"""
The keys of this device: what is encrypted comes out as if it had been open, and what we write goes in.

nio's `Olm` does the cryptography and keeps the keys; everything around it (who must have the key of a room, when keys
are exchanged with the homeserver, what becomes of what we cannot read) is ours, because nio's client saves its
position first, counts a key as shared that never arrived, and has no cross-signing. Only to-device messages that carry
keys are handed to it: requests for our keys are never answered, and verifications never begun.

Nothing is lost by dying anywhere. The keys of an answer to a sync are kept in one transaction, before the listener
commits its position; without that commit the homeserver delivers the same to-device messages again, and a key that is
known does not mind.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import peewee
import structlog
from nio.events import MegolmEvent, ToDeviceEvent
from nio.responses import KeysClaimResponse, KeysQueryResponse, KeysUploadResponse, ToDeviceResponse

from adapters.matrix.cross_signing import signed_devices
from adapters.matrix.encrypted_rooms import ENCRYPTED, Encryption, Unread
from adapters.matrix.fields import Event, events_of, is_user_id, mapping, relation, strings, text
from adapters.matrix.homeserver import Call, TokenRefused
from adapters.matrix.key_folder import KeyFolder
from adapters.matrix.members import Members
from adapters.matrix.own_device import OwnDevice
from adapters.matrix.unread_events import UnreadEvents
from chatops.domain.errors import (
    DeliveryError,
    StorageError,
    TryAgainLater,
    Undeliverable,
    Unreachable,
)

_ERRANDS_AT_MOST = 20
"""Requests for keys after one sync: whoever floods a room with what nobody can read must not keep us busy."""

_READY_WITHIN_S = 10.0
"""A message that is owed when the desk starts waits this long for its keys to be published."""

Device = tuple[str, str]
"""A user id and a device id."""

log = structlog.get_logger(platform="matrix")


class Keys:
    """
    Raises:
        SettingsInvalid: The folder of the keys cannot be used.
    """

    def __init__(self, encryption: Encryption, *, user_id: str, device_id: str, call: Call) -> None:
        # It calls what was delivered twice an error, and quotes what it could not read.
        logging.getLogger("nio.crypto").setLevel(logging.CRITICAL)
        self._user_id = user_id
        self._device_id = device_id
        self._call = call
        self._refuses = encryption.unverified == "refuse"
        self._folder = KeyFolder(encryption, user_id=user_id, device_id=device_id)
        try:
            self._machine = self._folder.machine()
        except BaseException:
            self._folder.close()
            raise
        self._own_device = OwnDevice(
            user_id=user_id,
            device_id=device_id,
            keys=self._machine.account.identity_keys,
            folder=self._folder,
            call=call,
            password=encryption.password,
        )
        self._begun = asyncio.Event()
        self._members = Members(call)
        self._vouched: dict[str, frozenset[str]] = {}
        self._shared: dict[str, frozenset[Device]] = {}
        self._sharing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._late_after_s = encryption.late_after_s
        self._unread = UnreadEvents(self._folder, late_after_s=self._late_after_s)

    def close(self) -> None:
        self._machine.store.database.close()
        self._folder.close()

    # ---- beginning ---------------------------------------------------------------------------------------------------

    async def begin(self) -> None:
        """
        Publish this device's keys and have them signed by the account's identity, where that is not done yet.

        Raises:
            SettingsInvalid: The keys were lost, or somebody else made the account an identity.
            TryAgainLater: The homeserver is away.
        """
        if self._begun.is_set():
            return
        # A new device; or a new login that was given the old name, for which nothing is published yet.
        if self._own_device.published(await self._query([self._user_id])) is None:
            self._machine.account.shared = False
        if self._machine.should_upload_keys:
            try:
                await self._upload()
            except Undeliverable as refused:
                raise self._own_device.lost() from refused
        await self._own_device.have_signed(await self._query([self._user_id]))
        self._begun.set()

    # ---- reading -----------------------------------------------------------------------------------------------------

    def poll_s(self, since: str, longest: float) -> float:
        """
        Return how long the homeserver may hold back the answer to a sync from *since*.

        What was read late with the answer that led to *since* is dealt with now, and waits no more.
        """
        self._unread.dealt_with(since)
        return min(longest, self._late_after_s) if self._unread.somebody_waits else longest

    async def taken_in(self, sync: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return an answer to a sync with its events decrypted, and those before them whose keys came only now."""
        self._keep_keys(events_of(mapping(sync.get("to_device")).get("events")))
        self._note_changes(sync)
        await self._exchange_keys()
        rooms = mapping(sync.get("rooms"))
        late, joined = await self._read_late(text(sync.get("next_batch"))), mapping(rooms.get("join"))
        opened = {
            room: self._timeline_opened(room, mapping(joined.get(room)), late.get(room, ()))
            for room in (*joined, *late)
        }
        return {**sync, "rooms": {**rooms, "join": opened}}

    def page_opened(self, room: str, page: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a page of a room's events, decrypted."""
        return {**page, "chunk": [self.opened(room, event) for event in events_of(page.get("chunk"))]}

    def opened(self, room: str, event: Event) -> Event:
        """Return an event as it would stand in an open room; one that cannot be read returns as it is."""
        if event.get("type") != ENCRYPTED or "state_key" in event:
            return event
        try:
            plain = self._decrypted(room, event)
        except Exception as exc:  # noqa: BLE001 - anybody's client wrote what is in there; nio raises what comes of it
            log.debug("matrix_event_unreadable", event_id=text(event.get("event_id")), because=type(exc).__name__)
            return event
        if plain.get("type") == ENCRYPTED:
            return event
        return {**event, "type": plain.get("type"), "content": plain.get("content")}

    def _decrypted(self, room: str, event: Event) -> Mapping[str, Any]:
        megolm = MegolmEvent.from_dict({**event, "room_id": room, "content": self._named(room, event)})
        if not isinstance(megolm, MegolmEvent):
            raise ValueError("it is no encrypted event")
        owners = {device.user_id for device in self._machine.device_store if device.curve25519 == megolm.sender_key}
        if owners and megolm.sender not in owners:
            raise ValueError("somebody sent what another device had encrypted")
        return mapping(self._machine.decrypt_megolm_event(megolm).source)

    def _named(self, room: str, event: Event) -> Mapping[str, Any]:
        """Return the content with the sender's key and device, which the specification does not ask for any more."""
        content = mapping(event.get("content"))
        if "sender_key" in content and "device_id" in content:
            return content
        session = text(content.get("session_id"))
        senders = [
            each.sender_key for each in self._machine.inbound_group_store if each.room_id == room and each.id == session
        ]
        return {"sender_key": senders[0] if senders else "", "device_id": "", **content}

    def _timeline_opened(self, room: str, joined: Event, late: Iterable[Event]) -> Mapping[str, Any]:
        timeline = mapping(joined.get("timeline"))
        events = [self.opened(room, event) for event in (*late, *events_of(timeline.get("events")))]
        return {**joined, "timeline": {**timeline, "events": events}}

    # ---- what cannot be read -----------------------------------------------------------------------------------------

    def not_read(self, room: str, event: Event) -> None:
        """Keep an event in mind until its key is there, and ask for that once."""
        session = text(mapping(event.get("content")).get("session_id"))
        if event.get("type") != ENCRYPTED or text(event.get("sender")) == self._user_id or not session:
            return
        root = text(relation(event).get("event_id")) if relation(event).get("rel_type") == "m.thread" else ""
        event_id, sender = text(event.get("event_id")), text(event.get("sender"))
        unread = Unread(room=room, event_id=event_id, sender=sender, session=session, root=root)
        if self._unread.noted(unread):
            log.info("matrix_event_unreadable", event_id=unread.event_id, room=room)
            self._ask_for_key(room, event)

    def to_be_explained(self) -> Sequence[Unread]:
        return self._unread.to_be_explained()

    def explained(self, unread: Unread) -> None:
        self._unread.explained(unread)

    def _ask_for_key(self, room: str, event: Event) -> None:
        megolm = MegolmEvent.from_dict({**event, "room_id": room})
        if isinstance(megolm, MegolmEvent) and megolm.session_id not in self._machine.outgoing_key_requests:
            request = megolm.as_key_request(megolm.sender, self._device_id, device_id=megolm.device_id)
            if request not in self._machine.outgoing_to_device_messages:
                self._machine.outgoing_to_device_messages.append(request)

    async def _read_late(self, position: str) -> Mapping[str, Sequence[Event]]:
        """Return, for each room, the events whose keys are there by now; they wait on until *position* is kept."""
        late: dict[str, list[Event]] = {}
        waiting = self._unread.waiting()
        keys = {(each.room_id, each.id) for each in self._machine.inbound_group_store} if waiting else set()
        for unread in (each for each in waiting if (each.room, each.session) in keys):
            path = f"rooms/{quote(unread.room, safe='')}/event/{quote(unread.event_id, safe='')}"
            try:
                event = self.opened(unread.room, await self._call("GET", path, {}, None))
            except TokenRefused:
                raise
            except (Undeliverable, Unreachable):
                # It was deleted, or we are not there any more.
                self._unread.handed_on(unread, position)
            except DeliveryError as exc:
                log.warning("matrix_late_event_postponed", event_id=unread.event_id, because=str(exc))
            else:
                if event.get("type") == ENCRYPTED:
                    self._unread.not_opened(unread)
                else:
                    late.setdefault(unread.room, []).append(event)
                    self._unread.handed_on(unread, position)
        return late

    # ---- keys of others ----------------------------------------------------------------------------------------------

    def _keep_keys(self, messages: Iterable[Event]) -> None:
        carriers = [message for message in messages if message.get("type") == ENCRYPTED]
        if not carriers:
            return
        # Whose device a key came from has to be known before anything that it opens is believed to be theirs.
        senders = {sender for sender in (text(message.get("sender")) for message in carriers) if is_user_id(sender)}
        self._machine.users_for_key_query.update(senders - self._machine.tracked_users)
        with self._kept_together():
            for message in carriers:
                try:
                    parsed = ToDeviceEvent.parse_event(dict(message))
                    self._machine.handle_to_device_event(parsed)
                except peewee.PeeweeException:
                    raise
                except Exception as exc:  # noqa: BLE001 - one odd message must not keep the keys from all others
                    log.warning("matrix_key_message_passed_over", because=type(exc).__name__)

    def _note_changes(self, sync: Mapping[str, Any]) -> None:
        counts = sync.get("device_one_time_keys_count")
        if isinstance(counts, dict):
            left = counts.get("signed_curve25519", 0)
            self._machine.uploaded_key_count = left if isinstance(left, int) else 0
        lists = mapping(sync.get("device_lists"))
        changed = {*strings(lists.get("changed")), *strings(lists.get("left"))}
        self._machine.users_for_key_query.update(changed & self._machine.tracked_users)
        self._members.heard(sync)

    async def _exchange_keys(self) -> None:
        """Do what is due with the homeserver; what it refuses now is due again after the next sync."""
        for step in (self._upload_more, self._query_changed, self._claim_for_broken, self._send_to_devices):
            try:
                await step()
            except TokenRefused:
                raise
            except DeliveryError as exc:
                log.warning("matrix_keys_not_exchanged", step=step.__name__.strip("_"), because=str(exc))

    async def _upload_more(self) -> None:
        if self._machine.should_upload_keys:
            await self._upload()

    async def _upload(self) -> None:
        """Publish keys that others may take to write to us; ours are kept first, as they may be taken at once."""
        with self._kept_together():
            body = self._machine.share_keys()
            self._machine.save_account()
        counts = mapping((await self._call("POST", "keys/upload", {}, body)).get("one_time_key_counts"))
        left = counts.get("signed_curve25519", 0)
        self._machine.handle_response(KeysUploadResponse(0, left if isinstance(left, int) else 0))

    async def _query_changed(self) -> None:
        if self._machine.users_for_key_query:
            await self._query(self._machine.users_for_key_query)

    async def _query(self, users: Collection[str]) -> Mapping[str, Any]:
        """Learn which devices these people have; one malformed device of theirs counts for nothing."""
        answer = await self._call("POST", "keys/query", {}, {"device_keys": {user: [] for user in sorted(users)}})
        for user, devices in mapping(answer.get("device_keys")).items():
            self._vouched[user] = signed_devices(user, answer)
            sound = {name: device for name, device in mapping(devices).items() if _is_sound(device, user, name)}
            try:
                self._machine.handle_response(KeysQueryResponse({user: sound}, {}))
            except Exception as exc:  # noqa: BLE001 - one person's odd keys must not keep us from all others
                log.warning("matrix_devices_not_understood", user=user, because=type(exc).__name__)
        return answer

    async def _claim_for_broken(self) -> None:
        """Begin anew with devices whose messages to us could not be read."""
        if self._machine.wedged_devices:
            await self._claim(self._machine.get_users_for_key_claiming())

    async def _claim(self, wanted: Mapping[str, Iterable[str]]) -> None:
        body = {user: dict.fromkeys(devices, "signed_curve25519") for user, devices in wanted.items()}
        answer = await self._call("POST", "keys/claim", {}, {"one_time_keys": body})
        for user, devices in mapping(answer.get("one_time_keys")).items():
            for device, key in mapping(devices).items():
                try:
                    self._machine.handle_response(KeysClaimResponse({user: {device: key}}, {}))
                except Exception as exc:  # noqa: BLE001 - one odd device must not keep the keys from all others
                    log.warning("matrix_device_not_reached", device=device, because=type(exc).__name__)

    async def _send_to_devices(self) -> None:
        del self._machine.outgoing_to_device_messages[_ERRANDS_AT_MOST:]
        for message in tuple(self._machine.outgoing_to_device_messages):
            try:
                await self._to_device(message.type, message.as_dict())
            finally:
                # None of them is worth a second try: keys are asked for again, devices are begun with anew.
                self._machine.handle_response(ToDeviceResponse(message))

    async def _to_device(self, kind: str, body: Mapping[str, Any]) -> None:
        await self._call("PUT", f"sendToDevice/{quote(kind, safe='')}/{uuid4()}", {}, body)

    # ---- writing -----------------------------------------------------------------------------------------------------

    async def sealed(self, room: str, kind: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
        """
        Return the content of the encrypted event; everybody in the room has been sent its key.

        What an event relates to stays readable: the homeserver puts threads and edits together by it.

        Raises:
            Unreachable: Somebody there has a device that its owner did not verify, and such are refused.
            TryAgainLater: The homeserver is away, or our keys are not published yet.
        """
        try:
            async with asyncio.timeout(_READY_WITHIN_S):
                await self._begun.wait()
        except TimeoutError:
            raise TryAgainLater("the keys of the desk are not published yet") from None
        async with self._sharing[room]:
            devices = await self._devices_in(room)
            if self._shared.get(room) != devices or self._machine.should_share_group_session(room):
                await self._share(room, devices)
            words = {name: value for name, value in content.items() if name != "m.relates_to"}
            sealed = self._machine.group_encrypt(room, {"type": kind, "content": words})
        related = {"m.relates_to": content["m.relates_to"]} if "m.relates_to" in content else {}
        return {**sealed, **related}

    async def _devices_in(self, room: str) -> frozenset[Device]:
        users = await self._members.of(room)
        unknown = (users - self._machine.tracked_users) | (users & self._machine.users_for_key_query)
        if unknown:
            await self._query(unknown)
        return frozenset(
            (user, device.id)
            for user in users
            for device in self._machine.device_store.active_user_devices(user)
            if (user, device.id) != (self._user_id, self._device_id)
        )

    async def _share(self, room: str, devices: frozenset[Device]) -> None:
        """Make a new key for exactly these devices; it counts only when it was handed in for all of them."""
        self._check_verified(devices)
        users = sorted({user for user, _ in devices})
        self._machine.outbound_group_sessions.pop(room, None)
        strangers = self._machine.get_missing_sessions(users)
        if strangers:
            await self._claim(strangers)
        with self._kept_together():
            parcels = list(self._machine.share_group_session_parallel(room, users, ignore_unverified_devices=True))
        session = self._machine.outbound_group_sessions[room]
        for _, body in parcels:
            await self._to_device(ENCRYPTED, body)
        if self._machine.outbound_group_sessions.get(room) is not session:
            raise TryAgainLater("the keys were read again meanwhile")
        session.shared = True
        self._shared[room] = devices
        log.info("matrix_room_key_shared", room=room, devices=len(devices))

    def _check_verified(self, devices: Collection[Device]) -> None:
        unverified = sorted(each for each in devices if each[1] not in self._vouched.get(each[0], ()))
        if unverified and self._refuses:
            user, device = unverified[0]
            raise Unreachable(
                f"the device {device} of {user} is not verified by its owner, who has to verify it with another one "
                "or to log it out; or set CHATOPS_MATRIX_UNVERIFIED_DEVICES=allow"
            )

    # ---- keeping -----------------------------------------------------------------------------------------------------

    @contextmanager
    def _kept_together(self) -> Iterator[None]:
        """
        Keep all or nothing of what happens inside.

        nio keeps a one-time key as used before it keeps what it was used for; dying between these would lose a key.

        Raises:
            StorageError: Nothing was kept.
        """
        try:
            with self._machine.store.database.atomic():
                yield
        except peewee.PeeweeException as exc:
            # What is in memory is ahead of what was kept: begin again with the latter.
            self._machine.store.database.close()
            self._machine = self._folder.machine()
            self._shared.clear()
            raise StorageError("the keys of the encrypted rooms cannot be written") from exc


def _is_sound(device: object, user: str, name: str) -> bool:
    """Return whether the keys of a device are what the specification says; untrusted."""
    keys = mapping(mapping(device).get("keys"))
    named = mapping(device).get("user_id") == user and mapping(device).get("device_id") == name
    return named and all(isinstance(keys.get(f"{kind}:{name}"), str) for kind in ("ed25519", "curve25519"))
