"""Policies and decisions as text for people: the sheet a manager reads, and why a question was answered as it was."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from chatops.domain.policy import Decision, Fact, Stage, TransitionQuestion
from chatops.domain.vocabulary import Action, Language, Role, Status
from rules.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Includes,
    Known,
    Literal,
    Negation,
    OneOf,
    Operator,
)
from rules.decisions import facts_of, failed_at
from rules.model import Line, PolicySet
from rules.words import word

Say = Callable[[str], str]


def show(policies: PolicySet, language: Language = Language.EN) -> str:
    """
    Return the life cycle as a sheet: under each status, who may do what, where it leads, and what it takes.

    At the end stand the lines that refuse in words of their own. The sentences are the policy file's (`says`).
    """
    say = _say(language)
    policy = policies.transitions
    head = [
        policy.procedure,
        f"{say('edition')} {policies.edition} ({policies.digest[:12]}), {say('owner')}{say(':')} {policy.owner}",
    ]
    allowing = [line for line in policy.lines if not line.refuses]
    refusing = [line for line in policy.lines if line.refuses]
    body = [row for status in (None, *Status) for row in _section(status, allowing, say)]
    return "\n".join([*head, *body, "", say("Refused in words of its own"), *_refusals(refusing, say)]) + "\n"


def why(decision: Decision, language: Language = Language.EN) -> str:
    """Return what decided, in a sentence or two; places such as ``{ticket}`` are left for the caller to fill."""
    say = _say(language)
    verdict = say("Allowed") if decision.allowed else say("Refused")
    where = f"{say('edition')} {decision.edition}"
    if decision.line:
        where += f", {say('line')} {decision.line} {say('of the policy')}"
    sentence = decision.says if decision.allowed else decision.refusal[language]
    return f"{verdict} {say('by')} {decision.clause} ({where}){say(':')} {sentence}"


def trace(policies: PolicySet, question: TransitionQuestion, language: Language = Language.EN) -> str:
    """
    Return, for each line that has the action, how far *question* fitted it: ✓ and ✗ per column, with what was asked.

    Raises:
        PolicyBroken: The question tells what no policy knows.
    """
    facts = facts_of(question)
    lines = [line for line in policies.transitions.lines if question.action in line.actions]
    return "\n".join(_traced(line, facts, _say(language)) for line in lines) + "\n"


def in_words(condition: Condition, language: Language = Language.EN) -> str:
    """Return *condition* much as a policy file has it: ``ball: beneficiary and reminders: fewer than 3``."""
    return _in_words(condition, _say(language))


def _say(language: Language) -> Say:
    return lambda name: word(name, language)


def _section(status: Status | None, lines: Iterable[Line], say: Say) -> Iterator[str]:
    yield ""
    yield say(status or "nothing")
    for line in lines:
        if status in line.statuses:
            way = f"{_joined(line.actions, Action, say):<13} → {say(line.to):<12}"
            yield f"  {way} {line.clause:<8} {_joined(line.by, Role, say)}{_asks(line, say)}"
            yield f"      {line.says}"


def _refusals(lines: Iterable[Line], say: Say) -> Iterator[str]:
    for line in lines:
        columns = (
            _joined(line.actions, Action, say),
            _joined([status or "nothing" for status in line.statuses], ("nothing", *Status), say),
            _joined(line.by, Role, say),
        )
        yield f"  {line.clause:<8} {' · '.join(columns)}{_asks(line, say)}"
        yield f"      {line.says}"


def _asks(line: Line, say: Say) -> str:
    when = f"{say(';')} {say('when')} {_in_words(line.when, say)}" if line.when else ""
    needs = f"{say(';')} {say('needs')} {', '.join(map(say, line.needs))}" if line.needs else ""
    return when + needs


def _joined(names: Collection[str], all_names: Iterable[str], say: Say) -> str:
    """Return the names, or, where nearly all are there, those that are not."""
    others = [name for name in all_names if name not in names]
    if not others:
        return say("any")
    if len(others) < 3 < len(names):
        return f"{say('all but')} {', '.join(map(say, others))}"
    return ", ".join(map(say, names))


def _traced(line: Line, facts: Mapping[str, Fact], say: Say) -> str:
    failed = failed_at(line, facts)
    marks = []
    for stage, condition in line.columns:
        if stage is failed:
            marks.append(f"{say(stage)} ✗ ({_column(line, stage, condition, say)})")
            break
        marks.append(f"{say(stage)} ✓")
    verdict = f"  → {say(line.to)}" if failed is None else ""
    return f"{line.number:>3}  {line.clause:<8} {'  '.join(marks)}{verdict}"


def _column(line: Line, stage: Stage, condition: Condition, say: Say) -> str:
    """Return what *line* asks in a column."""
    if stage is Stage.FROM:
        return _joined([status or "nothing" for status in line.statuses], ("nothing", *Status), say)
    return _joined(line.by, Role, say) if stage is Stage.BY else _in_words(condition, say)


def _in_words(condition: Condition, say: Say) -> str:
    match condition:
        case AllOf(parts):
            return f" {say('and')} ".join(_part(part, say) for part in parts)
        case AnyOf(parts):
            return f" {say('or')} ".join(_part(part, say) for part in parts)
        case Negation(Known(field)):
            return _test(field, say("unknown"), say)
        case Negation(part):
            return f"{say('not')} ({_in_words(part, say)})"
        case Known(field):
            return _test(field, say("known"), say)
        case OneOf(field, values):
            return _test(field, f" {say('or')} ".join(_value(value, say) for value in values), say)
        case Includes(field, listed):
            return _test(field, f"{say('includes')} {_value(listed, say)}", say)
        case Comparison(field, Operator.IS, value):
            return _test(field, _value(value, say), say)
        case Comparison(field, how, value):
            return _test(field, f"{say(how)} {_value(value, say)}", say)


def _test(field: str, asked: str, say: Say) -> str:
    return f"{say(field)}{say(':')} {asked}"


def _part(part: Condition, say: Say) -> str:
    inner = _in_words(part, say)
    return f"({inner})" if isinstance(part, AllOf | AnyOf) else inner


def _value(value: Literal, say: Say) -> str:
    if isinstance(value, bool):
        return say("yes" if value else "no")
    return say(value) if isinstance(value, str) else str(value)
