"""A directory of policy files to a `PolicySet`: all mistakes of all files at once, each with file and line."""

from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from chatops.domain.errors import Mistake, PolicyInvalid
from rules.documents import LARGEST_FILE, Notes, read
from rules.model import PolicySet, TransitionPolicy
from rules.reading import listed, suggestion
from rules.transition_reader import read_transitions

PolicyDirectory = Path | Traversable

TRANSITIONS_FILE = "transitions.yaml"
POLICY_FILES = (TRANSITIONS_FILE,)
"""Every policy file there is; severity, coverage, escalation and reminders will be named here, with their readers."""


def shipped_policies() -> Traversable:
    """Return the directory of the policies that come with the product."""
    return files("rules") / "policies"


def load(directory: PolicyDirectory) -> PolicySet:
    """
    Return the policies in *directory*.

    Raises:
        PolicyInvalid: With every mistake in every file; what is in use stays in use.
    """
    contents, mistakes = _contents(directory)
    transitions = None
    if TRANSITIONS_FILE in contents:
        notes = Notes(_path(directory, TRANSITIONS_FILE))
        transitions = _transitions(contents[TRANSITIONS_FILE], notes)
        mistakes += notes.mistakes
    if mistakes or transitions is None:
        raise PolicyInvalid(tuple(sorted(mistakes, key=lambda mistake: (mistake.file, mistake.line))))
    return PolicySet(edition=transitions.edition, digest=digest_of(contents), transitions=transitions)


def _transitions(content: bytes, notes: Notes) -> TransitionPolicy | None:
    root = read(content, notes)
    return None if root is None else read_transitions(root, notes)


def _contents(directory: PolicyDirectory) -> tuple[dict[str, bytes], list[Mistake]]:
    """Return the policy files by name, and what is wrong with the directory itself."""
    if not directory.is_dir():
        return {}, [Mistake(file=str(directory), line=0, text="There is no such directory of policies.")]
    contents: dict[str, bytes] = {}
    mistakes = []
    for name in sorted({*filter(_is_policy, (each.name for each in directory.iterdir())), *POLICY_FILES}):
        try:
            contents[name] = _content(directory, name)
        except _Absent as problem:
            mistakes.append(Mistake(file=_path(directory, name), line=0, text=str(problem)))
    return contents, mistakes


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
