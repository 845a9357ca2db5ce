"""Slack: the app's tokens and rights, how it is reached, and the rooms and people of the directory."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from adapters.slack.addresses import person_address, room_address
from adapters.slack.checkup import AccountState, Listening, NoAnswer, PersonState, Presence, Refused, RoomState
from adapters.slack.manifest import scopes
from adapters.slack.signature import WINDOW
from chatops.config import Settings
from chatops.doctor.database import clocks
from chatops.doctor.directory import on
from chatops.doctor.findings import Finding, broken, fine, warning
from chatops.domain.directory import Person, Room, WhoIsWho
from chatops.domain.vocabulary import Platform, RoomPurpose

SHOWN = 10
"""Rooms that nobody bound, before their number is told instead."""

MOST_READS_PER_MINUTE = 50
"""Slack lets no app read more often (facts on Slack, §5)."""

SLOW_CATCH_UP = timedelta(minutes=10)

_INSTALL = "install the app again and set CHATOPS_SLACK_TOKEN (docs/slack.md, “A lost token”)"
_REFUSED_TOKENS = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})
_LIVED_WITHOUT = frozenset(
    {"commands", "files:read", "files:write", "im:write", "reactions:read", "reactions:write", "team:read"}
)
"""Scopes without which everybody is still served, with less comfort."""


# ---- settings --------------------------------------------------------------------------------------------------------


def tokens(settings: Settings) -> Iterator[Finding]:
    """What a token shows by how it begins; nothing when all is as it should be."""
    wanted = (
        ("CHATOPS_SLACK_TOKEN", settings.slack_token, "xoxb-", "the bot's, under “OAuth & Permissions” of the app"),
        ("CHATOPS_SLACK_APP_TOKEN", settings.slack_app_token, "xapp-", "app-level, under “Basic Information”"),
    )
    for name, token, beginning, where in wanted:
        if token is not None and not token.get_secret_value().startswith(beginning):
            yield broken("slack settings", f"{name} does not begin with {beginning}", f"set the right token: {where}")


def reads(settings: Settings, who: WhoIsWho) -> Iterator[Finding]:
    """How long it takes to read back what was missed."""
    rate, number = settings.slack_reads_per_minute, sum(len(on(Platform.SLACK, room.places)) for room in who.rooms)
    takes = timedelta(minutes=number / rate)
    if rate > MOST_READS_PER_MINUTE:
        yield warning(
            "slack reads",
            f"{rate:g} a minute are more than Slack lets any app",
            f"take CHATOPS_SLACK_READS_PER_MINUTE out, or set at most {MOST_READS_PER_MINUTE}",
        )
    elif takes > SLOW_CATCH_UP:
        yield warning(
            "slack reads",
            f"at {rate:g} a minute, what was missed in {number} rooms is read back within "
            f"{takes.total_seconds() / 60:.0f} minutes at best",
            "an internal app, or one of the Marketplace, may read 50 times a minute: CHATOPS_SLACK_READS_PER_MINUTE",
        )
    else:
        yield fine("slack reads", f"{rate:g} a minute")


# ---- the app ---------------------------------------------------------------------------------------------------------


def no_account(refusal: NoAnswer | Refused) -> Iterator[Finding]:
    if isinstance(refusal, NoAnswer):
        yield broken("slack", f"Slack cannot be reached: {refusal}", "does curl https://slack.com/api/api.test answer?")
    elif refusal.code in _REFUSED_TOKENS:
        yield broken("slack token", f"Slack does not take it ({refusal.code})", _INSTALL)
    else:
        yield broken("slack token", f"Slack does not say whose it is: {refusal}", "try again later")


def account(settings: Settings, state: AccountState) -> Iterator[Finding]:
    if not state.is_bot:
        yield broken("slack token", f"it is a person's, in “{state.team_name}”, and no bot's", _INSTALL)
    else:
        yield fine("slack token", f"@{state.name} ({state.user}) in “{state.team_name}” ({state.team})")
    yield from _rights(state)
    if state.clock_ahead is not None:
        yield _clock(settings, state.clock_ahead)


def _rights(state: AccountState) -> Iterator[Finding]:
    if state.scopes is None:
        yield warning("slack rights", "Slack does not tell what the app was granted", "compare with docs/slack.md")
        return
    missing = [scope for scope in scopes() if scope not in state.scopes]
    for judge, lacking in (
        (broken, [scope for scope in missing if scope not in _LIVED_WITHOUT]),
        (warning, [scope for scope in missing if scope in _LIVED_WITHOUT]),
    ):
        if lacking:
            yield judge(
                "slack rights",
                f"the app was not granted {', '.join(lacking)}",
                "paste the manifest anew under “App Manifest” (chatops slack manifest), and install the app again",
            )
    if not missing:
        more = sorted(state.scopes - set(scopes()))
        beyond = f"; more than that: {', '.join(more)}" if more else ""
        yield fine("slack rights", f"all {len(scopes())} that the desk needs{beyond}")


def _clock(settings: Settings, ahead: timedelta) -> Finding:
    if settings.slack_listen is not None and abs(ahead) >= WINDOW:
        return broken(
            "slack clock",
            f"this machine's clock is {abs(ahead).total_seconds():.0f} s away from Slack's: what Slack signs is turned "
            "away as too old",
            "let this machine follow a time server (NTP)",
        )
    return clocks("slack clock", ahead)


# ---- how it is reached -----------------------------------------------------------------------------------------------


def socket(refusal: NoAnswer | Refused | None) -> Iterator[Finding]:
    """
    Args:
        refusal: Why there is no socket to be had; None where there is one.
    """
    match refusal:
        case None:
            yield fine("slack socket", "the app-level token opens one")
        case Refused(code="forbidden_team" | "socket_mode_not_enabled"):
            yield broken(
                "slack socket", f"Socket Mode is not switched on ({refusal.code})", "switch it on, under “Socket Mode”"
            )
        case Refused():
            yield broken(
                "slack socket",
                f"Slack does not take the app-level token ({refusal})",
                "make one under “Basic Information”, with the scope connections:write; set CHATOPS_SLACK_APP_TOKEN",
            )
        case NoAnswer():
            yield warning("slack socket", f"it cannot be told whether one can be opened: {refusal}", "try again later")


def listening(settings: Settings, found: Listening) -> Iterator[Finding]:
    host, port = settings.slack_listen or ("", 0)
    at = f"{host}:{port}"
    match found:
        case Listening.DESK:
            yield fine("slack requests", f"the desk listens at {at} and knows the signing secret")
        case Listening.NOBODY:
            yield warning("slack requests", f"nothing listens at {at}", "start the desk (chatops run)")
        case Listening.OTHER_SECRET:
            yield broken(
                "slack requests",
                f"the desk that listens at {at} has another signing secret, or another clock",
                "start it again with the present settings; CHATOPS_SLACK_SIGNING_SECRET is under “Basic Information”",
            )
        case Listening.SOMETHING_ELSE:
            yield broken(
                "slack requests", f"what listens at {at} is not the desk", "set CHATOPS_SLACK_LISTEN to a free port"
            )


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
    yield from troubles or [fine(room.id, f"the desk is in {_named(state)}{shared}; {_purpose(room)}")]


def _opened(room: Room, state: RoomState) -> Iterator[Finding]:
    """S13: nothing internal where another company reads."""
    if room.purpose is RoomPurpose.CUSTOMER:
        return
    if state.shared:
        yield broken(
            room.id,
            f"people of another company read in {_named(state)}, which is {_purpose(room)}",
            "bind a channel that nobody else shares; the running desk lets this one go by itself",
        )
    elif state.shared_soon:
        yield warning(
            room.id,
            f"another company is invited to {_named(state)}, which is {_purpose(room)}",
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
            f"an administrator types there: @{account.name} bind customer {_an_organisation(who)}, "
            f"@{account.name} bind desk or @{account.name} bind managers",
        )
    if len(there) > SHOWN:
        yield warning("rooms", f"and in {len(there) - SHOWN} more that are bound to nothing", "bind or leave them")


def _an_organisation(who: WhoIsWho) -> str:
    """Return the organisation whose channel this most likely is: the first that has none on Slack."""
    served = {room.organisation for room in who.rooms if on(Platform.SLACK, room.places)}
    return next((each.id for each in who.organisations if each.id not in served), "ORGANISATION")


def _named(state: RoomState) -> str:
    return f"#{state.name} ({state.channel})" if state.name else state.channel


def _purpose(room: Room) -> str:
    purposes: Mapping[RoomPurpose, str] = {
        RoomPurpose.CUSTOMER: f"the room of {room.organisation}",
        RoomPurpose.DESK: "the agents' room",
        RoomPurpose.MANAGERS: "the managers' room",
        RoomPurpose.DIRECT: "a conversation with one person",
    }
    return purposes[room.purpose]


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
