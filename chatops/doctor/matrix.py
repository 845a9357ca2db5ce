"""The homeserver, the desk's account there, and the rooms of the directory."""

from collections.abc import Iterator, Sequence

from adapters.matrix.checkup import AccountState, Membership, NoAnswer, Refused, RoomState, ServerState
from chatops.config import Settings
from chatops.doctor.database import clocks
from chatops.doctor.directory import an_organisation, on, purpose_of
from chatops.doctor.findings import Finding, broken, fine, warning
from chatops.domain.directory import Room, WhoIsWho
from chatops.domain.vocabulary import Platform

SHOWN = 10
"""Rooms that nobody bound, before their number is told instead."""

_LOG_IN = "log in again with the same device id and set CHATOPS_MATRIX_TOKEN (docs/matrix.md, “A lost token”)"


# ---- the homeserver --------------------------------------------------------------------------------------------------


def no_server(settings: Settings, why: NoAnswer, well_known: str | None) -> Iterator[Finding]:
    """
    Args:
        well_known: Where the page of that server's name says that the homeserver is.
    """
    if well_known is not None and well_known != (settings.matrix_homeserver or "").rstrip("/"):
        remedy = f"its own page names another address: set CHATOPS_MATRIX_HOMESERVER={well_known}"
    else:
        remedy = (
            "CHATOPS_MATRIX_HOMESERVER is the address that clients use; does curl …/_matrix/client/versions answer?"
        )
    yield broken("homeserver", f"{settings.matrix_homeserver}: {why}", remedy)


def server(settings: Settings, state: ServerState) -> Iterator[Finding]:
    software = state.software or "a homeserver that does not say what it is"
    newest = f", Matrix {state.versions[-1]}" if state.versions else ""
    yield fine("homeserver", f"{settings.matrix_homeserver}: {software}{newest}")
    if state.clock_ahead is not None:
        yield clocks("homeserver clock", state.clock_ahead)


# ---- the account -----------------------------------------------------------------------------------------------------


def no_account(refusal: NoAnswer | Refused) -> Iterator[Finding]:
    if isinstance(refusal, Refused) and refusal.code in ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"):
        yield broken("token", "the homeserver does not know it", _LOG_IN)
    elif isinstance(refusal, Refused) and refusal.code == "M_USER_DEACTIVATED":
        yield broken("token", "the account was deactivated", "its administrator can take that back; or make another")
    elif isinstance(refusal, Refused) and refusal.code == "M_USER_LOCKED":
        yield broken("token", "the account is locked", "the homeserver's administrator can unlock it")
    else:
        yield broken("token", f"the homeserver does not say whose it is: {refusal}", "try again later")


def account(settings: Settings, state: AccountState, software: str) -> Iterator[Finding]:
    yield from _token(settings, state)
    if state.name:
        yield fine("name", f"people see “{state.name}”")
    else:
        yield warning(
            "name",
            f"people see “{state.user_id}”: the account has no display name",
            f"set one, in any client or with PUT {settings.matrix_homeserver}/_matrix/client/v3/profile/"
            f'{state.user_id}/displayname {{"displayname": "Support Desk"}}',
        )
    yield from _limit(settings, state, software)


def _token(settings: Settings, state: AccountState) -> Iterator[Finding]:
    if state.user_id != settings.matrix_user:
        yield broken(
            "token",
            f"it is {state.user_id}'s, not {settings.matrix_user}'s",
            "CHATOPS_MATRIX_USER and CHATOPS_MATRIX_TOKEN have to be of one account",
        )
    elif state.device_id is None:
        yield warning(
            "token",
            f"it is {state.user_id}'s, of no device: after a crash a message may appear twice",
            f"log in with the device id {settings.matrix_device} and set CHATOPS_MATRIX_TOKEN",
        )
    elif state.device_id != settings.matrix_device:
        yield broken(
            "token",
            f"it is of the device {state.device_id}, not of {settings.matrix_device}",
            f"log in with the device id {settings.matrix_device}; or, before the desk's first start, "
            f"set CHATOPS_MATRIX_DEVICE={state.device_id}",
        )
    else:
        yield fine("token", f"{state.user_id} on the device {state.device_id}")


def _limit(settings: Settings, state: AccountState, software: str) -> Iterator[Finding]:
    if state.limited is False:
        yield fine("rate limit", "lifted for the desk")
        return
    if state.limited is None and not software.lower().startswith("synapse"):
        yield fine("rate limit", "not to be seen from here; the desk keeps to whatever the homeserver asks for")
        return
    seen = "holds" if state.limited else "cannot be seen with the desk's token, and probably holds"
    yield warning(
        "rate limit",
        f"Synapse's limit for people (by default 0.2 messages a second, 10 at once) {seen}: a busy desk lags behind",
        lift_limit(settings.matrix_homeserver or "", state.user_id)
        + ("" if state.limited else "; to have it looked at, set CHATOPS_MATRIX_ADMIN_TOKEN for this one command"),
    )


def lift_limit(homeserver: str, user_id: str) -> str:
    """Return the call by which an administrator of a Synapse frees one account."""
    return (
        "curl -X POST -H 'Authorization: Bearer ADMIN_TOKEN' "
        f"{homeserver.rstrip('/')}/_synapse/admin/v1/users/{user_id}/override_ratelimit "
        '-d \'{"messages_per_second": 0, "burst_count": 0}\''
    )


# ---- rooms -----------------------------------------------------------------------------------------------------------


def no_rooms(refusal: NoAnswer | Refused) -> Iterator[Finding]:
    yield broken("rooms", f"the homeserver does not tell which rooms the desk is in: {refusal}", "try again later")


def rooms(
    settings: Settings, who: WhoIsWho, states: Sequence[RoomState], *, reads_encrypted: bool
) -> Iterator[Finding]:
    """
    Args:
        reads_encrypted: Whether the desk is set up to read and write in encrypted rooms.
    """
    by_id = {state.room: state for state in states}
    bound = {address: room for room in who.rooms for address in on(Platform.MATRIX, room.places)}
    for address, room in bound.items():
        yield from _bound(room, address, by_id.get(address), settings, reads_encrypted=reads_encrypted)
    yield from _unbound([state for state in states if state.room not in bound], who)


def _bound(
    room: Room, address: str, state: RoomState | None, settings: Settings, *, reads_encrypted: bool
) -> Iterator[Finding]:
    if state is None or state.membership is not Membership.JOINED:
        yield _outside(room, address, state, settings.matrix_user or "the desk")
        return
    troubles = [
        *_moved(room, state),
        *([] if reads_encrypted or not state.encrypted else [_unreadable(room)]),
        *_silenced(room, state),
        *_public(room, state),
    ]
    yield from troubles or [fine(room.id, f"joined; {purpose_of(room)}")]


def _outside(room: Room, address: str, state: RoomState | None, desk: str) -> Finding:
    by = f" by {state.by}" if state is not None and state.by else ""
    match None if state is None else state.membership:
        case Membership.INVITED:
            return warning(room.id, f"invited{by}, and not there yet", "start the desk: it joins by itself")
        case Membership.BANNED:
            return broken(room.id, f"the desk was banned{by}", f"take the ban back and invite {desk}")
        case Membership.LEFT if by:
            return broken(room.id, f"the desk was put out{by}", f"invite {desk} again")
        case _:
            return broken(room.id, f"the desk is not in {address}", f"invite {desk} to that room")


def _moved(room: Room, state: RoomState) -> Iterator[Finding]:
    if state.moved_to is not None:
        yield warning(
            room.id,
            f"the room was upgraded: it goes on in {state.moved_to}",
            "the running desk follows by itself; if it does not, type !bind in the new room",
        )


def _unreadable(room: Room) -> Finding:
    return broken(
        room.id,
        "the room is encrypted, and the desk is not set up to read that",
        "docs/encryption.md says how; or take a room without encryption",
    )


def _silenced(room: Room, state: RoomState) -> Iterator[Finding]:
    if state.forbidden:
        judge = broken if "m.room.message" in state.forbidden else warning
        yield judge(
            room.id,
            f"the desk has not the power to send {', '.join(state.forbidden)}",
            "raise its power level in the room's settings, or lower what sending these takes",
        )


def _public(room: Room, state: RoomState) -> Iterator[Finding]:
    if state.public:
        yield warning(room.id, "anybody may join this room and read along", "set it to “invited people only”")


def _unbound(states: Sequence[RoomState], who: WhoIsWho) -> Iterator[Finding]:
    joined = [state for state in states if state.membership is Membership.JOINED and state.moved_to is None]
    for state in joined[:SHOWN]:
        yield warning(
            "rooms",
            f"the desk is in {_named(state)}, which is bound to nothing",
            f"an administrator types there: !bind customer {an_organisation(who, Platform.MATRIX)}, "
            "!bind desk or !bind managers",
        )
    if len(joined) > SHOWN:
        yield warning("rooms", f"and in {len(joined) - SHOWN} more that are bound to nothing", "bind or leave them")
    invited = sum(state.membership is Membership.INVITED for state in states)
    if invited:
        yield warning(
            "rooms",
            f"invited to {invited} that are bound to nothing",
            "the desk follows only who is of its staff, or who CHATOPS_MATRIX_INVITES_FROM names",
        )


def _named(state: RoomState) -> str:
    return f"“{state.name}” ({state.room})" if state.name else state.room
