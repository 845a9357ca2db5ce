"""How the database is kept, and what waits in it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from chatops.application.ports.outbox import MessageState
from chatops.doctor.findings import Finding, broken, fine, warning
from chatops.domain.directory import Address, WhoIsWho
from chatops.domain.errors import ChatOpsError
from rules.model import PolicySet
from storage.checkup import Contents, DatabaseState, Schema, UnreachablePlace, Waiting

LATE_AFTER = timedelta(minutes=10)
"""What the desk owes since longer than this, somebody waits for."""

RECENT = timedelta(days=7)
"""Messages given up before this are history."""

CLOCKS_APART = timedelta(seconds=30)

MEGABYTE = 1_000_000
SPARE_BYTES = 1000 * MEGABYTE
LAST_BYTES = 100 * MEGABYTE

_UPGRADE = "chatops db upgrade; chatops run does it as well"


def away(error: ChatOpsError) -> Iterator[Finding]:
    yield broken(
        "database", str(error), "CHATOPS_DATABASE says where it is; is it running, and does it let the desk in?"
    )


def kept(state: DatabaseState) -> Iterator[Finding]:
    yield from _schema(state)
    if state.journal not in ("", "wal"):
        yield warning(
            "database",
            f"SQLite keeps its journal as “{state.journal}”, not as WAL: readers and writers hold each other up",
            "put the file on a local disk; network drives cannot do it",
        )
    if not state.durable:
        yield warning(
            "database",
            "a power cut may lose what the desk has already confirmed",
            "switch fsync and synchronous_commit on, on the PostgreSQL server",
        )
    yield from _room_left(state.free_bytes)
    if state.clock_ahead is not None:
        yield clocks("database clock", state.clock_ahead)


def clocks(subject: str, ahead: timedelta) -> Finding:
    apart = f"{abs(ahead).total_seconds():.0f} s {'behind' if ahead > timedelta() else 'ahead of'} it"
    if abs(ahead) > CLOCKS_APART:
        return warning(subject, f"this machine's clock is {apart}", "let both follow a time server (NTP)")
    return fine(subject, "in step with this machine's")


def admitted(contents: Contents, policy: PolicySet) -> Iterator[Finding]:
    if contents.admitted not in (None, policy.digest):
        yield broken(
            "policies",
            f"edition {policy.edition} stood for other content in this database",
            "give the changed policies a new edition",
        )


def owed(contents: Contents, now: datetime) -> Iterator[Finding]:
    """What nobody has got yet, room by room; those where nobody of ours is come first, as they explain the rest."""
    unreachable = {each.place for each in contents.unreachable}
    for place in contents.unreachable:
        yield _unreachable(place, contents, now)
    waiting = [each for each in contents.waiting if each.place not in unreachable or each.state in _ENDED]
    for each in waiting:
        yield _waiting(each, _name(each.place, contents.who), now)
    if not unreachable and not waiting:
        yield fine("outbox", "nothing is late, nothing was given up")


def timers(contents: Contents, now: datetime) -> Iterator[Finding]:
    number, since = contents.overdue
    if since is not None:
        yield warning(
            "timers", f"{number} overdue, the oldest for {_span(now - since)}", "is the desk running? chatops run"
        )
    else:
        yield fine("timers", "none is overdue")


# ---- pieces ----------------------------------------------------------------------------------------------------------

_ENDED: Mapping[MessageState, tuple[str, str]] = {
    MessageState.DEAD: (
        "given up",
        "the managers' rooms were told; what still matters has to be said again by somebody",
    ),
    MessageState.UNKNOWN: ("may have arrived or not", "look into the room; what is missing has to be said again"),
}


def _schema(state: DatabaseState) -> Iterator[Finding]:
    match state.schema:
        case Schema.CURRENT:
            yield fine("database", f"{state.address}: {state.software}, schema current")
        case Schema.ABSENT:
            yield warning("database", f"there is nothing yet at {state.address}", _UPGRADE)
        case Schema.OLDER:
            yield warning("database", f"the schema of {state.address} is older than this release", _UPGRADE)
        case Schema.NEWER:
            yield broken(
                "database",
                f"the schema of {state.address} is newer than this release",
                "run the release it was made by, or a newer one",
            )


def _room_left(free: int | None) -> Iterator[Finding]:
    if free is None:
        return
    if free >= SPARE_BYTES:
        yield fine("disk", f"{free / MEGABYTE / 1000:.0f} GB left")
        return
    judge = broken if free < LAST_BYTES else warning
    yield judge("disk", f"only {free // MEGABYTE} MB left beside the database", "make room, or move the database")


def _unreachable(place: UnreachablePlace, contents: Contents, now: datetime) -> Finding:
    waits = sum(each.count for each in contents.waiting if each.place == place.place and each.state not in _ENDED)
    return broken(
        "outbox",
        f"{_name(place.place, contents.who)} cannot be reached for {_span(now - place.since)}"
        f" ({place.reason}); {waits} messages wait for it",
        "invite the desk to the room again",
    )


def _waiting(waiting: Waiting, room: str, now: datetime) -> Finding:
    because = f" ({waiting.error})" if waiting.error else ""
    said = f"{waiting.count} to {room}"
    if waiting.state in _ENDED:
        became, remedy = _ENDED[waiting.state]
        return warning("outbox", f"{said} {became}{because}", remedy)
    return warning(
        "outbox",
        f"{said} waiting for {_span(now - waiting.since)}{because}",
        "is the desk running (chatops run), and is its homeserver?",
    )


def _name(place: Address, who: WhoIsWho) -> str:
    return next((room.id for room in who.rooms if place in room.places), place.value)


def _span(duration: timedelta) -> str:
    """Return a duration as people say it, in its largest unit."""
    seconds = int(duration.total_seconds())
    units: Sequence[tuple[int, str]] = ((86_400, "day"), (3600, "hour"), (60, "minute"))
    for size, name in units:
        if seconds >= size:
            number = seconds // size
            return f"{number} {name}{'s' if number > 1 else ''}"
    return f"{seconds} s"
