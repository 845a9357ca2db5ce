"""The channels and people of the directory, as Slack knows them."""

from collections.abc import Iterator, Sequence

from adapters.slack.addresses import person_address, room_address
from adapters.slack.checkup import AccountState, NoAnswer, PersonState, Presence, Refused, RoomState
from chatops.doctor.directory import an_organisation, on, purpose_of
from chatops.doctor.findings import Finding, broken, fine, warning
from chatops.domain.directory import Person, Room, WhoIsWho
from chatops.domain.vocabulary import Platform, RoomPurpose

SHOWN = 10
"""Rooms that nobody bound, before their number is told instead."""


# ---- rooms -----------------------------------------------------------------------------------------------------------


def no_rooms(refusal: NoAnswer | Refused) -> Iterator[Finding]:
    yield broken("rooms", f"Slack does not tell which channels the desk is in: {refusal}", "try again later")


def rooms(who: WhoIsWho, account: AccountState, states: Sequence[RoomState]) -> Iterator[Finding]:
    """Judge the rooms of one workspace."""
    by_place = {room_address(account.team, state.channel): state for state in states}
    for room in who.rooms:
        for place in room.places:
            if place in by_place:
                yield from _bound(room, by_place[place], account)
    bound = {place for room in who.rooms for place in room.places}
    yield from _unbound([state for place, state in by_place.items() if place not in bound], who, account)


def abroad(who: WhoIsWho, teams: frozenset[str]) -> Iterator[Finding]:
    """
    Args:
        teams: The workspaces where the app is installed.
    """
    for room in who.rooms:
        for value in on(Platform.SLACK, room.places):
            team = value.partition("/")[0]
            if team not in teams:
                known = f" (it is in {', '.join(sorted(teams))})" if teams else ""
                yield broken(
                    room.id,
                    f"the app is not installed in the workspace of {value}{known}",
                    "install it there, or correct the address: first the workspace whose token the desk has, then the "
                    "channel",
                )


def _bound(room: Room, state: RoomState, account: AccountState) -> Iterator[Finding]:
    invite = f"type /invite @{account.name} in that channel"
    if not state.known:
        yield broken(
            room.id, f"the desk sees no channel {state.channel}: it is private, or there is none of that id", invite
        )
        return
    if state.archived:
        yield broken(room.id, f"{_named(state)} is archived", "take it out of the archive, or bind another channel")
        return
    if not state.member:
        yield broken(room.id, f"the desk is not in {_named(state)}", invite)
        return
    troubles = [*_opened(room, state), *_unread(room, state)]
    shared = ", shared with another company" if state.shared else ""
    yield from troubles or [fine(room.id, f"the desk is in {_named(state)}{shared}; {purpose_of(room)}")]


def _opened(room: Room, state: RoomState) -> Iterator[Finding]:
    """S13: nothing internal where another company reads."""
    if room.purpose is RoomPurpose.CUSTOMER:
        return
    if state.shared:
        yield broken(
            room.id,
            f"people of another company read in {_named(state)}, which is {purpose_of(room)}",
            "bind a channel that nobody else shares; the running desk lets this one go by itself",
        )
    elif state.shared_soon:
        yield warning(
            room.id,
            f"another company is invited to {_named(state)}, which is {purpose_of(room)}",
            "take the invitation back; the desk lets the channel go as soon as it is accepted",
        )


def _unread(room: Room, state: RoomState) -> Iterator[Finding]:
    if state.unreadable:
        yield broken(
            room.id,
            f"its past cannot be read ({state.unreadable}): what was missed is lost, and nobody can tell whether what "
            "may have been sent was",
            "the app needs channels:history and groups:history; paste the manifest anew and install it again",
        )


def _unbound(states: Sequence[RoomState], who: WhoIsWho, account: AccountState) -> Iterator[Finding]:
    there = [state for state in states if state.known and state.member and not state.archived]
    for state in there[:SHOWN]:
        yield warning(
            "rooms",
            f"the desk is in {_named(state)}, which is bound to nothing",
            f"an administrator types there: @{account.name} bind customer {an_organisation(who, Platform.SLACK)}, "
            f"@{account.name} bind desk or @{account.name} bind managers",
        )
    if len(there) > SHOWN:
        yield warning("rooms", f"and in {len(there) - SHOWN} more that are bound to nothing", "bind or leave them")


def _named(state: RoomState) -> str:
    return f"#{state.name} ({state.channel})" if state.name else state.channel


# ---- people ----------------------------------------------------------------------------------------------------------


def no_people(refusal: NoAnswer | Refused) -> Iterator[Finding]:
    yield warning("people", f"Slack does not tell who of the directory is there: {refusal}", "try again later")


def people(who: WhoIsWho, states: Sequence[PersonState]) -> Iterator[Finding]:
    """Judge those who were asked after; one line for each who will not be known, one for all others."""
    by_id = {state.user: state for state in states}
    troubles = [
        finding
        for person in who.people
        for value in on(Platform.SLACK, person.identities)
        if (state := by_id.get(value.partition("/")[2])) is not None
        for finding in _somebody(person, value, state)
    ]
    yield from troubles
    if states and not troubles:
        yield fine("people", f"{len(states)} on Slack, as the directory has them")


def _somebody(person: Person, value: str, state: PersonState) -> Iterator[Finding]:
    team, _, user = value.partition("/")
    correct = "correct “slack:” in the directory file and import it"
    match state.presence:
        case Presence.UNKNOWN:
            yield broken(person.id, f"Slack knows nobody {user}", correct)
        case Presence.OUT_OF_SIGHT:
            yield warning(
                person.id,
                f"{value} is of another company and in none of the desk's channels",
                "invite them to their channel, or correct the directory file",
            )
        case Presence.DEACTIVATED:
            yield warning(person.id, f"{value} was deactivated on Slack", "take them out of the directory file")
        case _ if state.home and state.home != team:
            right = person_address(state.home, user).value
            yield broken(
                person.id,
                f"{user} belongs to {state.home}, not to {team}: they are a stranger to the desk",
                f"write slack: {right} in the directory file and import it",
            )
        case _ if state.is_bot:
            yield warning(person.id, f"{value} is a bot, and the desk listens to none", correct)
