"""
The story language (DESIGN §10): text → `Story`; pure.

The format is public: others check the desk with stories of their own. It is strict about meaning, and lenient about
spaces, quotes (“ ” « ») and the case of states.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from textwrap import dedent

from adapters.console.story import (
    DEFAULT_CLOCK,
    ClockName,
    ClockState,
    Deletes,
    Edits,
    ExpectClock,
    ExpectHears,
    ExpectHistory,
    ExpectPaged,
    ExpectRefused,
    ExpectSees,
    ExpectTicket,
    InRoom,
    InThread,
    Passes,
    Place,
    Presses,
    Reacts,
    Says,
    Step,
    Story,
    StoryHeader,
    StoryInvalid,
    Until,
)
from chatops.domain.errors import Mistake
from chatops.domain.local_time import KNOWN_YEARS
from chatops.domain.vocabulary import PersonId, RoomId, Severity, Status, TicketId


def read_story(text: str, *, file: str) -> Story:
    """
    Args:
        file: What to call it in mistakes.

    Raises:
        StoryInvalid: With every mistake and its line.
    """
    reading = _Reading(file=file)
    for line, written in _logical_lines(text):
        try:
            reading.take(line, written)
        except _Mistaken as mistaken:
            reading.mistakes.append(Mistake(file=file, line=line, text=str(mistaken)))
    if not reading.steps and not reading.mistakes:
        reading.mistakes.append(Mistake(file=file, line=0, text="nothing happens here: the story has no steps"))
    if reading.mistakes:
        raise StoryInvalid(tuple(reading.mistakes))
    return Story(file=file, header=reading.header(), steps=tuple(reading.steps))


class _Mistaken(Exception):
    """One line cannot be understood; the text says why."""


@dataclass
class _Reading:
    file: str
    steps: list[Step] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    clock: datetime = DEFAULT_CLOCK

    def take(self, line: int, written: str) -> None:
        if written[0].isspace():
            raise _Mistaken("this line is indented, so it continues the one above; but there is none")
        if header := _HEADER.match(written):
            self._header(line, header[1].lower(), header[2].strip())
        else:
            self.steps.append(_step(line, written))

    def _header(self, line: int, name: str, value: str) -> None:
        if self.steps:
            raise _Mistaken(f"“{name}:” belongs before the first step")
        if name in self.lines:
            raise _Mistaken(f"“{name}:” stands on line {self.lines[name]} already")
        if not value:
            raise _Mistaken(f"“{name}:” says nothing")
        self.lines[name] = line
        if name == "clock":
            self.clock = _instant(value)
        else:
            self.headers[name] = value

    def header(self) -> StoryHeader:
        return StoryHeader(
            directory=self.headers.get("directory"),
            policies=self.headers.get("policies"),
            clock=self.clock,
            lines=self.lines,
        )


_HEADER = re.compile(r"(directory|policies|clock)\s*:(.*)", re.IGNORECASE | re.DOTALL)


# ---- lines -----------------------------------------------------------------------------------------------------------


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line with its number, the indented ones below it joined on; comments and blank lines left out."""
    start, first, more = 0, "", list[str]()
    for number, line in enumerate(text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"), start=1):
        if line.startswith("#"):
            continue
        if not line.strip():
            more.append("")
        elif line[0].isspace() and first:
            more.append(line)
        else:
            if first:
                yield start, _joined(first, more)
            start, first, more = number, line, []
    if first:
        yield start, _joined(first, more)


def _joined(first: str, more: list[str]) -> str:
    continuation = dedent("\n".join(line.expandtabs(4) for line in more)).rstrip()
    return f"{first.rstrip()}\n{continuation}" if continuation else first.rstrip()


def _step(line: int, written: str) -> Step:
    for form, build in _FORMS:
        if match := form.fullmatch(written):
            return build(_Written(line=line, source=written, match=match))
    raise _Mistaken(_hint(written))


@dataclass(frozen=True, kw_only=True)
class _Written:
    """A line, and how it matched its form."""

    line: int
    source: str
    match: re.Match[str]

    def __getitem__(self, name: str) -> str:
        return (self.match[name] or "").strip()

    @property
    def person(self) -> PersonId:
        return PersonId(self["person"])

    @property
    def ticket_id(self) -> TicketId:
        return TicketId(int(self["ticket"][2:]))

    @property
    def thread(self) -> InThread:
        return InThread(ticket_id=self.ticket_id, with_customer=bool(self["customer"]))

    def has(self, name: str) -> bool:
        return self.match[name] is not None


# ---- forms -----------------------------------------------------------------------------------------------------------

# What the capitals in a form stand for; a space in a form is any white space, a tilde may be none.
_PIECES: Mapping[str, str] = {
    "PERSON": r"(?P<person>\w[\w.-]*)",
    "ROOM": r"(?P<room>\#\w[\w.-]*)",
    "TICKET": r"(?P<ticket>[Tt]-[1-9][0-9]{0,17})",
    "CUSTOMER": r"(?P<customer>\s+with\s+the\s+customer)?",
    "QUOTED": r"[\"“”„«](?P<words>.*\S.*)[\"“”»]",
    "REST": r"(?P<rest>.*\S.*)",
}


def _form(pattern: str) -> re.Pattern[str]:
    for name, piece in _PIECES.items():
        pattern = pattern.replace(name, piece)
    return re.compile(pattern.replace(" ", r"\s+").replace("~", r"\s*"), re.IGNORECASE | re.DOTALL)


def _says(written: _Written) -> Says:
    place: Place
    if written.has("room"):
        if written.has("customer"):
            raise _Mistaken("“with the customer” goes with a ticket: ben in T-1 with the customer: …")
        place = InRoom(room=RoomId(written["room"]))
    else:
        place = written.thread
    if not written["rest"]:
        raise _Mistaken("nothing is typed: write the words after the colon")
    return Says(line=written.line, source=written.source, person=written.person, place=place, text=written["rest"])


def _presses(written: _Written) -> Presses:
    return Presses(
        line=written.line,
        source=written.source,
        person=written.person,
        label=written["words"],
        place=written.thread,
        words=written["rest"],
    )


def _reacts(written: _Written) -> Reacts:
    return Reacts(
        line=written.line,
        source=written.source,
        person=written.person,
        emoji=written["emoji"],
        place=written.thread,
    )


def _edits(written: _Written) -> Edits:
    return Edits(line=written.line, source=written.source, person=written.person, text=written["rest"])


def _deletes(written: _Written) -> Deletes:
    return Deletes(line=written.line, source=written.source, person=written.person)


def _passes(written: _Written) -> Passes:
    return Passes(line=written.line, source=written.source, duration=_duration(written["rest"]))


def _until(written: _Written) -> Until:
    return Until(line=written.line, source=written.source, at=_instant(written["rest"]))


def _expects_ticket(written: _Written) -> ExpectTicket:
    status: Status | None = None
    severity: Severity | None = None
    assigned: str | None = None
    for part in (part.strip() for part in written["rest"].split(",")):
        name = re.sub(r"[\s_-]+", "_", part).upper()
        if name in Status.__members__ and status is None:
            status = Status(name)
        elif name in Severity.__members__ and severity is None:
            severity = Severity(name)
        elif (to := _ASSIGNED.fullmatch(part)) and assigned is None:
            assigned = to["person"] or ""
        else:
            raise _Mistaken(
                f"“{part}” is no state, severity or assignment (or there are two of it): "
                "expect T-1 is SUSPENDED, S2, assigned to ben"
            )
    return ExpectTicket(
        line=written.line,
        source=written.source,
        ticket_id=written.ticket_id,
        status=status,
        severity=severity,
        assignee=PersonId(assigned) if assigned else None,
        unassigned=assigned == "",
    )


def _expects_history(written: _Written) -> ExpectHistory:
    clause = "".join(written["clause"].split())
    return ExpectHistory(line=written.line, source=written.source, ticket_id=written.ticket_id, clause=clause)


def _expects_clock(written: _Written) -> ExpectClock:
    state = ClockState(" ".join(written["state"].lower().split()))
    if (state is ClockState.DUE) != bool(written["rest"]):
        raise _Mistaken("only “due” goes with an instant: expect T-1 response due 2026-06-08T10:00Z")
    return ExpectClock(
        line=written.line,
        source=written.source,
        ticket_id=written.ticket_id,
        clock=ClockName(written["clock"].lower()),
        state=state,
        due_at=_instant(written["rest"]) if written["rest"] else None,
    )


def _expects_hears(written: _Written) -> ExpectHears:
    nobody = written.has("nobody")
    negated = bool(written["negated"])
    if nobody and negated:
        raise _Mistaken("“nobody hears nothing like” says no twice: expect nobody hears “…”")
    room = written["room"] or written["nobodys_room"]
    return ExpectHears(
        line=written.line,
        source=written.source,
        words=written["words"],
        heard=not (nobody or negated),
        person=written.person if written.has("person") else None,
        room=RoomId(room) if room else None,
        anybody=nobody,
    )


def _expects_sees(written: _Written) -> ExpectSees:
    return ExpectSees(
        line=written.line,
        source=written.source,
        words=written["words"],
        seen=not written["negated"],
        person=written.person,
    )


def _expects_refused(written: _Written) -> ExpectRefused:
    return ExpectRefused(line=written.line, source=written.source, words=written["words"])


def _expects_paged(written: _Written) -> ExpectPaged:
    person = None if written["person"].lower() == "nobody" else written.person
    return ExpectPaged(line=written.line, source=written.source, person=person)


_ASSIGNED = re.compile(
    r"assigned\s+to\s+nobody|unassigned|not\s+assigned|assigned\s+to\s+(?P<person>\w[\w.-]*)", re.IGNORECASE
)

_CLOCKS = "|".join(ClockName)
_STATES = "|".join(ClockState)

_FORMS: tuple[tuple[re.Pattern[str], Callable[[_Written], Step]], ...] = (
    (_form(r"\+~REST"), _passes),
    (_form(r"expect TICKET is REST"), _expects_ticket),
    (_form(r"expect TICKET history has (?P<clause>§~[0-9]+(?:\.[0-9]+)*[a-z]?)"), _expects_history),
    (_form(rf"expect TICKET (?P<clock>{_CLOCKS}) (?P<state>{_STATES})(?: REST|~)"), _expects_clock),
    (_form(r"expect refused~QUOTED"), _expects_refused),
    (_form(r"expect PERSON is paged"), _expects_paged),
    (
        _form(
            r"expect (?:(?P<nobody>nobody)(?: in (?P<nobodys_room>\#\w[\w.-]*))?|PERSON|ROOM) "
            r"hears(?P<negated> nothing like)?~QUOTED"
        ),
        _expects_hears,
    ),
    (_form(r"expect PERSON sees(?P<negated> nothing like)?~QUOTED"), _expects_sees),
    (_form(r"at (?P<rest>[0-9].*)"), _until),
    (_form(r"PERSON in (?:ROOM|TICKET)CUSTOMER~:(?P<rest>.*)"), _says),
    (_form(r"PERSON presses~QUOTED~in TICKETCUSTOMER(?:~:REST|~)"), _presses),
    (_form(r"PERSON reacts(?: with)? (?P<emoji>\S+) in TICKETCUSTOMER"), _reacts),
    (_form(r"PERSON edits~:REST"), _edits),
    (_form(r"PERSON deletes"), _deletes),
)


_HINTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (_form(r"expect TICKET history.*"), "a clause is meant here: expect T-1 history has §3.2.2b"),
    (
        _form(r"expect TICKET .*"),
        "of a ticket one can expect “is …”, “history has §…”, and “response”, “update” or “resolution” with “due …”, "
        "“running”, “paused”, “met”, “breached”, “cancelled”, “not tracked” or “idle”",
    ),
    (_form(r"expect .*\bhears\b.*"), "say what is heard, in quotes: expect gus hears “T-1”"),
    (_form(r"expect .*\bsees\b.*"), "say who sees what, in quotes: expect gus sees nothing like “T-1”"),
    (_form(r"expect refused.*"), "say what the refusal says, in quotes: expect refused “§3.2”"),
    (
        _form(r"expect\b.*"),
        "an expectation is one of: T-1 is …, T-1 history has §…, T-1 response …, gus hears “…”, nobody hears “…”, "
        "gus sees “…”, refused “…”, clo is paged",
    ),
    (_form(r".*\bpresses\b.*"), "a button is named in quotes, with its ticket: gus presses “Accept” in T-1"),
    (_form(r".*\breacts\b.*"), "a reaction names its ticket: gus reacts ✅ in T-1"),
    (_form(r"at\b.*"), "an instant has a date, a time and a zone: at 2026-06-08T12:00Z"),
    (_form(r"[^:]*\bin\b.*"), "somebody speaks in a #room or in a ticket: gus in T-1: here they are"),
)


def _hint(written: str) -> str:
    for form, hint in _HINTS:
        if form.fullmatch(written):
            return f"this line cannot be read; {hint}"
    first = written.split("\n", 1)[0]
    return f"this line cannot be read: {first[:60]}"


# ---- time ------------------------------------------------------------------------------------------------------------

_UNITS: Mapping[str, timedelta] = {
    **dict.fromkeys(("w", "week", "weeks"), timedelta(weeks=1)),
    **dict.fromkeys(("d", "day", "days"), timedelta(days=1)),
    **dict.fromkeys(("h", "hour", "hours"), timedelta(hours=1)),
    **dict.fromkeys(("m", "min", "minute", "minutes"), timedelta(minutes=1)),
    **dict.fromkeys(("s", "sec", "second", "seconds"), timedelta(seconds=1)),
}
_AMOUNT = re.compile(r"([0-9]{1,6})\s*([a-z]+)[\s,]*", re.IGNORECASE | re.ASCII)


def _duration(written: str) -> timedelta:
    amounts = _AMOUNT.findall(written)
    total = sum((int(number) * _UNITS.get(unit.lower(), timedelta(0)) for number, unit in amounts), timedelta(0))
    understood = _AMOUNT.sub("", written) == "" and all(unit.lower() in _UNITS for _, unit in amounts)
    if not understood or not total:
        raise _Mistaken(f"“{written}” is no time to let pass: write + 3h15m, + 20 min or + 2 days")
    return total


def _instant(written: str) -> datetime:
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise _Mistaken(f"“{written}” is no instant: write date, time and zone, as in 2026-06-08T12:00Z")
    if at.year not in KNOWN_YEARS:
        raise _Mistaken(f"“{written}”: the time of a story lies between {KNOWN_YEARS.start} and {KNOWN_YEARS.stop}")
    return at.astimezone(UTC)
