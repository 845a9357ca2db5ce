"""The tree of `notices.yaml` to a `NoticePolicy`; every mistake is noted and reading goes on."""

from datetime import datetime, time
from types import MappingProxyType

from chatops.domain.business_hours import Calendar
from chatops.domain.durations import HOUR, BusinessDays, Duration
from chatops.domain.notices import LASTING, DigestHours, Manner, Matter, NoticeRule, Recipient
from chatops.domain.vocabulary import Severity
from rules.documents import Items, Node, Notes
from rules.parts import Parts, clause, column, listed, plain, read_example, read_head, severities, timed
from rules.reading import checked_keys, word_of, words_of
from rules.time_model import CalendarPolicy, Head, NoticeExample, NoticeLine, NoticePolicy
from rules.time_words import NotATime, duration, instant, quiet, read_as, time_of_day, zone

ANY_HOUR = "at any hour"

_DIGEST = ("clause", "says", "at", "working days")
_LINE = ("clause", "says", "matter", "severity", "tell")
_OPTIONS = ("to", "hours", "after", "again after", "calendar")
_TIMES_A_DAY = 4


def read_notices(root: Node, calendars: CalendarPolicy | None, notes: Notes) -> NoticePolicy | None:
    """
    Return the notices that *root* says; None, with *notes* on it, where anything is wrong.

    Args:
        calendars: None where their own file has mistakes: their names are not checked then.
    """
    head, parts = read_head(root, "notices", ("digest", "lines", "examples"), notes)
    digest = _digest(parts, calendars, notes)
    reader = _Lines(head, digest, calendars, notes)
    lines = [reader.line(number, node) for number, node in enumerate(listed(parts, "lines", notes), 1)]
    examples = [
        read_example(node, ("given", "answer"), _Example(node.line, notes).read, notes)
        for node in listed(parts, "examples", notes)
    ]
    if notes.mistakes or digest is None:
        return None
    return NoticePolicy(
        head=head,
        digest=digest,
        lines=tuple(line for line in lines if line is not None),
        examples=tuple(example for example in examples if example is not None),
    )


def _digest(parts: Parts, calendars: CalendarPolicy | None, notes: Notes) -> DigestHours | None:
    if "digest" not in parts:
        return None
    inner = checked_keys(parts["digest"], "“digest”", required=_DIGEST, notes=notes)
    plain(inner, "says", notes)
    clause(inner, notes)
    at = _times(inner["at"], notes) if "at" in inner else ()
    days = _calendar(inner, "working days", calendars, notes)
    return None if days is None or not at else DigestHours(at=at, days=days)


def _times(node: Node, notes: Notes) -> tuple[time, ...]:
    nodes = node.items if isinstance(node, Items) else (node,)
    at = sorted({each for one in nodes if (each := read_as(time_of_day, one, "“at”", notes)) is not None})
    if not nodes or len(at) > _TIMES_A_DAY:
        notes.add(node.line, f"“at” names from one to {_TIMES_A_DAY} times of a day.")
    return tuple(at)


def _calendar(parts: Parts, key: str, calendars: CalendarPolicy | None, notes: Notes) -> Calendar | None:
    if key not in parts or calendars is None:
        return None
    name = word_of(parts[key], f"“{key}”", tuple(calendars.calendars), notes)
    return None if name is None else calendars.calendar(name)


class _Lines:
    """Reads the lines of one file."""

    def __init__(self, head: Head, digest: DigestHours | None, calendars: CalendarPolicy | None, notes: Notes) -> None:
        self._head = head
        self._digest = digest
        self._calendars = calendars
        self._notes = notes

    def line(self, number: int, node: Node) -> NoticeLine | None:
        notes, before = self._notes, len(self._notes.mistakes)
        parts = checked_keys(node, f"Line {number} of the policy", required=_LINE, optional=_OPTIONS, notes=notes)
        matters = tuple(map(Matter, column(parts, "matter", tuple(map(str, Matter)), notes)))
        grave = severities(parts, notes)
        tell = word_of(parts["tell"], "“tell”", tuple(map(str, Manner)), notes) if "tell" in parts else None
        if tell is not None:
            self._note_what_does_not_fit(node, parts, Manner(tell), matters)
        rules = self._rules(number, parts, Manner(tell) if tell in tuple(Manner) else Manner.NOT_AT_ALL, matters)
        if rules is None or len(notes.mistakes) > before:
            return None
        return NoticeLine(number=number, at=node.line, severities=grave, rules=MappingProxyType(rules))

    def _note_what_does_not_fit(self, node: Node, parts: Parts, manner: Manner, matters: tuple[Matter, ...]) -> None:
        """Note columns that are missing, and those that say nothing here: whoever wrote them meant something by it."""
        lasting = [matter for matter in matters if matter in LASTING]
        told = manner is not Manner.NOT_AT_ALL
        if told and lasting and len(lasting) < len(matters):
            self._notes.add(node.line, "What a clock tells and what lasts stand in lines of their own.")
        wanted = {
            "to": told,
            "hours": manner is Manner.AT_ONCE,
            "after": told and bool(lasting),
            "calendar": told and bool(lasting),
        }
        for key, needed in wanted.items():
            if needed and key not in parts:
                self._notes.add(node.line, f"This line lacks “{key}”.")
        for key in _OPTIONS:
            if key in parts and not wanted["after" if key == "again after" else key]:
                self._notes.add(parts[key].line, f"“{key}” says nothing here: leave it out.")

    def _rules(
        self, number: int, parts: Parts, manner: Manner, matters: tuple[Matter, ...]
    ) -> dict[Matter, NoticeRule] | None:
        notes = self._notes
        says, named = plain(parts, "says", notes), clause(parts, notes)
        recipients = words_of(parts["to"], "“to”", tuple(map(str, Recipient)), notes) if "to" in parts else ()
        after, again = timed(parts, "after", duration, notes), timed(parts, "again after", _not_too_often, notes)
        hours, calendar = self._hours(parts), _calendar(parts, "calendar", self._calendars, notes)
        if calendar is not None and calendar.roams:
            notes.add(parts["calendar"].line, "What lasts is counted on a calendar with a zone of its own.")
        if self._digest is None:
            return None
        return {
            matter: NoticeRule(
                matter=matter,
                manner=manner,
                to=tuple(map(Recipient, recipients)) if set(recipients) <= set(Recipient) else (),
                digest=self._digest,
                clause=named,
                edition=self._head.edition,
                hours=hours,
                after=after,
                again_after=again,
                calendar=calendar,
                line=number,
                says=says,
            )
            for matter in matters
        }

    def _hours(self, parts: Parts) -> Calendar | None:
        if "hours" not in parts or self._calendars is None:
            return None
        name = word_of(parts["hours"], "“hours”", (*self._calendars.calendars, ANY_HOUR), self._notes)
        return None if name is None or name == ANY_HOUR else self._calendars.calendar(name)


def _not_too_often(text: str) -> Duration:
    again = duration(text)
    if not isinstance(again, BusinessDays) and again.length < HOUR:
        raise NotATime(f"“{text}” is too often: nobody reads what is told again within the hour.")
    return again


# ---- examples --------------------------------------------------------------------------------------------------------

_GIVEN = ("matter", "severity", "at", "zone")
_IF_ANY = ("quiet hours",)


class _Example:
    """Reads ``given: {matter: overdue, severity: S3, at: …, zone: …}`` and ``answer: in the digest …``."""

    def __init__(self, line: int, notes: Notes) -> None:
        self._line = line
        self._notes = notes

    def read(self, title: str, parts: Parts) -> NoticeExample | None:
        notes, before = self._notes, len(self._notes.mistakes)
        given = checked_keys(parts["given"], "“given”", required=_GIVEN, optional=_IF_ANY, notes=notes)
        matter = word_of(given["matter"], "“matter”", tuple(map(str, Matter)), notes) if "matter" in given else None
        severity = word_of(given["severity"], "“severity”", tuple(Severity), notes) if "severity" in given else None
        at, where = timed(given, "at", instant, notes), timed(given, "zone", zone, notes)
        silent = timed(given, "quiet hours", quiet, notes)
        answer = read_as(_told, parts["answer"], "“answer”", notes)
        if at is None or answer is None or matter is None or severity is None or len(notes.mistakes) > before:
            return None
        return NoticeExample(
            title=title,
            line=self._line,
            matter=Matter(matter),
            severity=Severity(severity),
            at=at,
            zone=where or "",
            quiet=silent,
            manner=answer[0],
            tell_at=answer[1],
        )


def _told(text: str) -> tuple[Manner, datetime | None]:
    if text == Manner.NOT_AT_ALL:
        return Manner.NOT_AT_ALL, None
    for manner in (Manner.AT_ONCE, Manner.DIGEST):
        if text.startswith(f"{manner} "):
            return manner, instant(text.removeprefix(f"{manner} "))
    raise NotATime(
        f"“{text}” must say how and when, as in “{Manner.DIGEST} 2026-06-08T08:00Z”, or “{Manner.NOT_AT_ALL}”."
    )
