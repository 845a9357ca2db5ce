"""The tree of `transitions.yaml` to a `TransitionPolicy`; every mistake is noted and reading goes on."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from chatops.domain.policy import Fact, Sentence, Stage, TransitionQuestion
from chatops.domain.vocabulary import Action, Role, Status
from rules.compiler import TooWide, terms
from rules.condition_reader import read_condition, read_value_of
from rules.conditions import Condition
from rules.documents import Items, Node, Notes
from rules.fields import TRANSITION_FACTS, TRANSITIONS, Kind
from rules.model import Answer, Example, Line, Otherwise, Outcome, TransitionPolicy
from rules.parts import Parts, clause, column, listed, plain, sentence
from rules.reading import (
    CLAUSE,
    checked_keys,
    entries_of,
    suggestion,
    text_of,
    word_of,
    words_of,
)

NOTHING = "nothing"
"""In `from` and in an example's `status`: there is no ticket yet."""

_REFUSAL = "if refused, say"
_EXACT_REFUSALS = {
    "if not from there, say": Stage.FROM,
    "if not theirs, say": Stage.BY,
    "if not then, say": Stage.WHEN,
}
_HEAD_WORDS = ("policy", "edition", "procedure", "owner")
_HEAD = (*_HEAD_WORDS, "lines", "otherwise", "examples")
_LINE = ("clause", "says", "action", "from", "to", "by", _REFUSAL)
_LINE_OPTIONS = ("when", "needs", *_EXACT_REFUSALS)
_OUTCOMES: tuple[str, ...] = (*Status, *Outcome)
_ANSWER = re.compile(rf"(?P<to>{'|'.join(_OUTCOMES)}) by (?P<clause>{CLAUSE.pattern})")


def read_transitions(root: Node, notes: Notes) -> TransitionPolicy | None:
    """Return the policy that *root* says; None, with *notes* on it, where anything is wrong."""
    parts = checked_keys(root, "The policy", required=_HEAD, notes=notes)
    head = {key: plain(parts, key, notes) for key in _HEAD_WORDS}
    if "policy" in parts and head["policy"] not in ("", "transitions"):
        notes.add(parts["policy"].line, "This file must say “policy: transitions”.")
    lines = [_line(number, node, notes) for number, node in enumerate(listed(parts, "lines", notes), 1)]
    otherwise = _otherwise(parts, notes)
    examples = [_example(node, notes) for node in listed(parts, "examples", notes)]
    if notes.mistakes:
        return None
    return TransitionPolicy(
        file=notes.file,
        edition=head["edition"],
        procedure=head["procedure"],
        owner=head["owner"],
        lines=tuple(line for line in lines if line is not None),
        otherwise=otherwise,
        examples=tuple(example for example in examples if example is not None),
    )


def _otherwise(parts: Parts, notes: Notes) -> Otherwise:
    if "otherwise" not in parts:
        return Otherwise(clause="", refusal={})
    inner = checked_keys(parts["otherwise"], "“otherwise”", required=("clause", "say"), notes=notes)
    return Otherwise(clause=clause(inner, notes), refusal=sentence(inner, "say", notes))


def _line(number: int, node: Node, notes: Notes) -> Line | None:
    before = len(notes.mistakes)
    parts = checked_keys(node, f"Line {number} of the policy", required=_LINE, optional=_LINE_OPTIONS, notes=notes)
    to = _outcome(parts, notes)
    line = Line(
        number=number,
        at=node.line,
        clause=clause(parts, notes),
        says=plain(parts, "says", notes),
        actions=tuple(map(Action, column(parts, "action", tuple(Action), notes))),
        statuses=_statuses(parts, notes),
        to=to or Outcome.REFUSED,
        by=tuple(map(Role, column(parts, "by", tuple(Role), notes))),
        when=_when(parts, notes),
        needs=words_of(parts["needs"], "“needs”", tuple(TRANSITIONS), notes) if "needs" in parts else (),
        refusal=sentence(parts, _REFUSAL, notes),
        exact_refusals=_exact_refusals(parts, notes),
    )
    if len(notes.mistakes) == before:
        _note_idle_parts(line, parts, notes)
    return line if len(notes.mistakes) == before else None


def _outcome(parts: Parts, notes: Notes) -> Status | Outcome | None:
    word = word_of(parts["to"], "“to”", _OUTCOMES, notes) if "to" in parts else None
    if word is None:
        return None
    return Outcome(word) if word in tuple(Outcome) else Status(word)


def _statuses(parts: Parts, notes: Notes) -> tuple[Status | None, ...]:
    """Return what `from` says; None where there is no ticket yet, which *any* takes in."""
    words = column(parts, "from", (NOTHING, *Status), notes)
    return tuple(None if word == NOTHING else Status(word) for word in words)


def _when(parts: Parts, notes: Notes) -> Condition | None:
    return read_condition(parts["when"], TRANSITIONS, notes) if "when" in parts else None


def _exact_refusals(parts: Parts, notes: Notes) -> Mapping[Stage, Sentence]:
    return MappingProxyType(
        {stage: sentence(parts, key, notes) for key, stage in _EXACT_REFUSALS.items() if key in parts}
    )


def _note_idle_parts(line: Line, parts: Parts, notes: Notes) -> None:
    """Note what is well written and yet cannot be meant."""
    if line.refuses:
        for key in (*_EXACT_REFUSALS, "needs"):
            if key in parts:
                notes.add(parts[key].line, f"This line refuses whatever fits it, so “{key}” has no place in it.")
    elif line.new_status is None and None in line.statuses:
        notes.add(parts["to"].line, "There is no ticket yet that could keep its status: “to” must name one.")
    elif "if not then, say" in parts and line.when is None:
        notes.add(parts["if not then, say"].line, "“if not then, say” is never said: this line has no “when”.")
    _note_width(line, notes)


def _note_width(line: Line, notes: Notes) -> None:
    try:
        terms(line.condition, TRANSITION_FACTS)
    except TooWide as problem:
        notes.add(
            line.at, f"Line {line.number} of the policy asks for too much at once ({problem}): write it as several."
        )


def _example(node: Node, notes: Notes) -> Example | None:
    before = len(notes.mistakes)
    titled = entries_of(node, "An example", notes) or {}
    if len(titled) != 1:
        if len(notes.mistakes) == before:
            notes.add(node.line, "An example is one “sentence:” with “given”, “action” and “answer” below it.")
        return None
    title, body = next(iter(titled.items()))
    parts = checked_keys(body, "An example", required=("given", "action", "answer"), notes=notes)
    action = word_of(parts["action"], "“action”", tuple(Action), notes) if "action" in parts else None
    question = _question(parts["given"], action, notes) if "given" in parts else None
    answer = _answer(parts["answer"], notes) if "answer" in parts else None
    if question is None or answer is None or len(notes.mistakes) > before:
        return None
    return Example(title=title, at=node.line, question=question, answer=answer)


def _question(node: Node, action: str | None, notes: Notes) -> TransitionQuestion | None:
    parts = checked_keys(node, "“given”", required=("status", "role"), optional=tuple(TRANSITIONS), notes=notes)
    status = word_of(parts["status"], "“status”", (NOTHING, *Status), notes) if "status" in parts else None
    role = word_of(parts["role"], "“role”", tuple(Role), notes) if "role" in parts else None
    facts = {key: _fact(key, each, notes) for key, each in parts.items() if key in TRANSITIONS}
    if action is None or status is None or role is None:
        return None
    return TransitionQuestion(
        action=Action(action),
        role=Role(role),
        status=None if status == NOTHING else Status(status),
        facts=MappingProxyType({key: fact for key, fact in facts.items() if fact is not None}),
    )


def _fact(name: str, node: Node, notes: Notes) -> Fact | None:
    field = TRANSITIONS[name]
    if field.kind is not Kind.WORDS:
        return read_value_of(field, node, notes)
    nodes = node.items if isinstance(node, Items) else (node,)
    return tuple(str(word) for each in nodes if (word := read_value_of(field, each, notes)) is not None)


def _answer(node: Node, notes: Notes) -> Answer | None:
    text = text_of(node, "“answer”", notes)
    if text is None:
        return None
    match = _ANSWER.fullmatch(text)
    if match is None:
        hint = suggestion(text.partition(" ")[0], _OUTCOMES)
        notes.add(
            node.line, f"“{text}” is no answer: write it like “RESOLVED by §3.2.4b” or “refused by §3.2.6a”.{hint}"
        )
        return None
    to = match["to"]
    return Answer(to=Outcome(to) if to in tuple(Outcome) else Status(to), clause=match["clause"])
