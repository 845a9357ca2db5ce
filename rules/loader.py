"""A directory of policy files to a `PolicySet`: all mistakes of all files at once, each with file and line."""

from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from chatops.domain.errors import Mistake, PolicyInvalid
from rules.calendar_reader import read_calendars
from rules.documents import LARGEST_FILE, Node, Notes, read
from rules.model import PolicySet
from rules.notice_reader import read_notices
from rules.reading import listed, suggestion
from rules.reminder_reader import read_reminders
from rules.service_level_reader import read_service_levels
from rules.severity_reader import read_severity
from rules.transition_reader import read_transitions

PolicyDirectory = Path | Traversable
T = TypeVar("T")

TRANSITIONS_FILE = "transitions.yaml"
CALENDARS_FILE = "calendars.yaml"
SERVICE_LEVELS_FILE = "service_levels.yaml"
SEVERITY_FILE = "severity.yaml"
REMINDERS_FILE = "reminders.yaml"
NOTICES_FILE = "notices.yaml"
POLICY_FILES = (TRANSITIONS_FILE, CALENDARS_FILE, SERVICE_LEVELS_FILE, SEVERITY_FILE, REMINDERS_FILE, NOTICES_FILE)
"""
Every policy file there is; coverage and escalation will be named here, with their readers.

A directory may leave some of them out, not all: the shipped one stands in the place of each. Each keeps the edition
that it says itself, so that an update of ours changes no edition of a manager's.
"""


def shipped_policies() -> Traversable:
    """Return the directory of the policies that come with the product."""
    return files("rules") / "policies"


def load(directory: PolicyDirectory) -> PolicySet:
    """
    Return the policies in *directory*.

    Raises:
        PolicyInvalid: With every mistake in every file; what is in use stays in use.
    """
    contents, mistakes, own = _contents(directory)

    def document(name: str, reader: Callable[[Node, Notes], T | None]) -> T | None:
        notes = Notes(_path(directory, name))
        root = read(contents[name], notes) if name in contents else None
        found = None if root is None else reader(root, notes)
        mistakes.extend(notes.mistakes)
        return found

    # What names another file's words is read after it; where that file has mistakes, they go unchecked.
    transitions = document(TRANSITIONS_FILE, read_transitions)
    calendars = document(CALENDARS_FILE, read_calendars)
    levels = document(SERVICE_LEVELS_FILE, lambda root, notes: read_service_levels(root, calendars, notes))
    plans = None if levels is None else tuple(levels.plans)
    severity = document(SEVERITY_FILE, read_severity)
    reminders = document(REMINDERS_FILE, lambda root, notes: read_reminders(root, calendars, plans, notes))
    notices = document(NOTICES_FILE, lambda root, notes: read_notices(root, calendars, notes))
    editions = {TRANSITIONS_FILE: transitions.edition} if transitions else {}
    others = zip(POLICY_FILES[1:], (calendars, levels, severity, reminders, notices), strict=True)
    editions |= {name: each.head.edition for name, each in others if each is not None}
    editions = {name: edition for name, edition in editions.items() if name in own}
    mistakes += _other_editions(directory, editions)
    if mistakes or not (transitions and calendars and levels and severity and reminders and notices):
        raise PolicyInvalid(tuple(sorted(mistakes, key=lambda mistake: (mistake.file, mistake.line))))
    return PolicySet(
        edition=next(iter(editions.values())),
        digest=digest_of({name: content for name, content in contents.items() if name in own}),
        transitions=transitions,
        calendars=calendars,
        service_levels=levels,
        severity=severity,
        reminders=reminders,
        notices=notices,
    )


def _other_editions(directory: PolicyDirectory, editions: Mapping[str, str]) -> Iterator[Mistake]:
    """Yield the files of another edition: all of a directory are one edition, and are changed together."""
    for name, edition in editions.items():
        first = next(iter(editions))
        if edition != editions[first]:
            text = f"This file says edition “{edition}”, and {first} says “{editions[first]}”."
            yield Mistake(file=_path(directory, name), line=0, text=text)


def _contents(directory: PolicyDirectory) -> tuple[dict[str, bytes], list[Mistake], frozenset[str]]:
    """Return the policy files by name, what is wrong with the directory itself, and which of them are its own."""
    if not directory.is_dir():
        missing = Mistake(file=str(directory), line=0, text="There is no such directory of policies.")
        return {}, [missing], frozenset()
    contents: dict[str, bytes] = {}
    mistakes = []
    own = frozenset(filter(_is_policy, (each.name for each in directory.iterdir())))
    for name in sorted({*own, *POLICY_FILES}):
        try:
            borrowed = name not in own and not own.isdisjoint(POLICY_FILES)
            contents[name] = _content(shipped_policies() if borrowed else directory, name)
        except _Absent as problem:
            mistakes.append(Mistake(file=_path(directory, name), line=0, text=str(problem)))
    return contents, mistakes, own


class _Absent(Exception):
    """A file that is not there, or that nobody asked for."""


def _is_policy(name: str) -> bool:
    """Leave out what a mounted ConfigMap keeps beside the files (`..data`), and the managers' README."""
    return name.endswith((".yaml", ".yml")) and not name.startswith(".")


def _content(directory: PolicyDirectory, name: str) -> bytes:
    if name not in POLICY_FILES:
        raise _Absent(f"No policy is called this.{suggestion(name, POLICY_FILES)} Known are: {listed(POLICY_FILES)}.")
    try:
        with directory.joinpath(name).open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except FileNotFoundError as problem:
        raise _Absent("This file is missing.") from problem
    except OSError as problem:
        raise _Absent(f"This file cannot be read: {problem.strerror}.") from problem


def _path(directory: PolicyDirectory, name: str) -> str:
    return str(directory.joinpath(name))


def digest_of(contents: Mapping[str, bytes]) -> str:
    """Return one SHA-256 over names and contents, whatever order the directory lists them in."""
    whole = sha256()
    for name in sorted(contents):
        for part in (name.encode(), contents[name]):
            whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()
