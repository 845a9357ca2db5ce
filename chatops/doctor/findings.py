"""What an examination finds, and how it is told: one line each, for people and for machines."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from chatops.application.visible import one_line


class Level(StrEnum):
    FINE = "fine"
    WARNING = "warning"
    """The desk works; somebody should look at it."""
    BROKEN = "broken"
    """Somebody will not be served until it is put right."""


MARKS = {Level.FINE: "✓", Level.WARNING: "!", Level.BROKEN: "✗"}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """
    Attributes:
        subject: What was looked at, in a word or two.
        text: How it stands; never a secret.
        remedy: What to do; empty when there is nothing to do.
    """

    level: Level
    subject: str
    text: str
    remedy: str = ""

    def __str__(self) -> str:
        line = f"{MARKS[self.level]} {self.subject}: {self.text}"
        # People name rooms, and other servers send errors: neither may break out of the line.
        return one_line(f"{line} → {self.remedy}" if self.remedy else line)


def fine(subject: str, text: str) -> Finding:
    return Finding(level=Level.FINE, subject=subject, text=text)


def warning(subject: str, text: str, remedy: str) -> Finding:
    return Finding(level=Level.WARNING, subject=subject, text=text, remedy=remedy)


def broken(subject: str, text: str, remedy: str) -> Finding:
    return Finding(level=Level.BROKEN, subject=subject, text=text, remedy=remedy)


def holds(findings: Sequence[Finding]) -> bool:
    return all(finding.level is not Level.BROKEN for finding in findings)


def summary(findings: Sequence[Finding]) -> str:
    """Return the last line of an examination."""
    if all(finding.level is Level.FINE for finding in findings):
        return "All is well."
    counts = {level: sum(finding.level is level for finding in findings) for level in Level}
    parts = ((Level.BROKEN, "broken"), (Level.WARNING, "to look at"))
    return ", ".join(f"{counts[level]} {words}" for level, words in parts if counts[level]) + "."


def as_json(findings: Sequence[Finding]) -> str:
    """Return ``{"holds": bool, "findings": [{"level", "subject", "text", "remedy"}, …]}``."""
    return json.dumps(
        {"holds": holds(findings), "findings": [asdict(finding) for finding in findings]}, ensure_ascii=False, indent=2
    )
