"""Checks over `severity.yaml`: every line can decide, every question is of use, every example holds."""

from collections.abc import Iterator, Mapping

from chatops.domain.errors import Mistake, PolicyBroken
from chatops.domain.vocabulary import Severity
from rules.conditions import holds
from rules.engine import Engine
from rules.fields import SEVERITY
from rules.model import PolicySet
from rules.representatives import TooMany, points
from rules.time_model import SeverityExample, SeverityLine, SeverityPolicy

Found = Iterator[tuple[int, str]]
"""Lines of the file, and what is wrong there."""


def severity_mistakes(policies: PolicySet, engines: Mapping[str, Engine]) -> tuple[Mistake, ...]:
    """Return what is wrong with the severity policy, in the order of its file; *engines* are closed at the end."""
    policy = policies.severity
    found = [*_dead_lines(policy), *_never_proposed(policy), *_unasked(policy), *_examples(policy, engines)]
    for engine in engines.values():
        engine.close()
    return tuple(Mistake(file=policy.head.file, line=line, text=text) for line, text in sorted(found))


def _dead_lines(policy: SeverityPolicy) -> Found:
    for line in policy.lines:
        if not _can_decide(line, policy.lines[: line.number - 1]):
            yield line.at, f"Line {line.number} of the policy never decides: earlier lines always do."


def _can_decide(line: SeverityLine, earlier: tuple[SeverityLine, ...]) -> bool:
    try:
        cases = points([line.when, *(each.when for each in earlier)], SEVERITY)
    except TooMany:
        return True
    return any(holds(line.when, facts) and not any(holds(each.when, facts) for each in earlier) for facts in cases)


def _never_proposed(policy: SeverityPolicy) -> Found:
    proposed = {policy.otherwise.severity, *(line.severity for line in policy.lines)}
    for severity in Severity:
        if severity not in proposed:
            yield 0, f"No line proposes {severity}."


def _unasked(policy: SeverityPolicy) -> Found:
    """A fact that lines ask for and no question gives is never known."""
    asked = {inquiry.about for inquiry in policy.inquiries}
    for line in policy.lines:
        for name in sorted(_mentioned(line) - asked):
            yield line.at, f"Line {line.number} of the policy asks for “{name}”, and no question does."


def _mentioned(line: SeverityLine) -> set[str]:
    try:
        return {name for facts in points([line.when], SEVERITY) for name in facts}
    except TooMany:
        return set()


def _examples(policy: SeverityPolicy, engines: Mapping[str, Engine]) -> Found:
    decided: set[int] = set()
    for example in policy.examples:
        told = {name: _told(engine, example, decided) for name, engine in engines.items()}
        wrong = {name: text for name, text in told.items() if text}
        if len(set(told.values())) == 1:
            yield from ((example.line, text) for text in list(wrong.values())[:1])
        else:
            yield from ((example.line, f"{name}: {text}") for name, text in wrong.items())
    for line in policy.lines:
        if line.number not in decided:
            yield line.at, f"No example is answered by line {line.number} of the policy ({line.severity}): add one."


def _told(engine: Engine, example: SeverityExample, decided: set[int]) -> str:
    """Return what is wrong with the engine's answer; nothing where it is the expected one."""
    try:
        proposal = engine.propose_severity(example.facts)
    except PolicyBroken as problem:
        return f"The example “{example.title}” got no answer: {problem}."
    decided.add(proposal.line)
    if (proposal.severity, proposal.clause) == (example.severity, example.clause):
        return ""
    where = f"line {proposal.line} of the policy" if proposal.line else "“otherwise”"
    return (
        f"The example “{example.title}” expects {example.severity} by {example.clause}, and the policy answers "
        f"{proposal.severity} by {proposal.clause} (from {where})."
    )
