"""The tree of `severity.yaml` to a `SeverityPolicy`; every mistake is noted and reading goes on."""

from collections.abc import Mapping
from types import MappingProxyType

from chatops.domain.policy import Fact, Sentence
from chatops.domain.severity import SeverityInquiry, SeverityProposal
from chatops.domain.vocabulary import Severity
from rules.compiler import TooWide, terms
from rules.condition_reader import read_condition, read_value_of
from rules.conditions import AllOf, Condition
from rules.documents import Items, Node, Notes
from rules.fields import SEVERITY, Field, Kind
from rules.parts import Parts, answer_by, clause, listed, plain, read_example, read_head, sentence
from rules.reading import checked_keys, entries_of, sentence_of, text_of, word_of
from rules.reading import listed as joined
from rules.time_model import Head, SeverityExample, SeverityLine, SeverityPolicy

_LINE = ("clause", "says", "severity", "when", "tell")
_YES_NO_WORDS: Mapping[str, Sentence] = MappingProxyType({"yes": {}, "no": {}})


def read_severity(root: Node, notes: Notes) -> SeverityPolicy | None:
    """Return the policy that *root* says; None, with *notes* on it, where anything is wrong."""
    head, parts = read_head(root, "severity", ("definitions", "questions", "lines", "otherwise", "examples"), notes)
    definitions = _definitions(parts, notes)
    inquiries = [_inquiry(node, notes) for node in listed(parts, "questions", notes)]
    lines = [_line(number, node, notes) for number, node in enumerate(listed(parts, "lines", notes), 1)]
    otherwise = _otherwise(parts, head, notes)
    examples = [
        read_example(node, ("given", "answer"), _Example(node.line, notes).read, notes)
        for node in listed(parts, "examples", notes)
    ]
    if notes.mistakes:
        return None
    return SeverityPolicy(
        head=head,
        definitions=definitions,
        inquiries=tuple(each for each in inquiries if each is not None),
        lines=tuple(line for line in lines if line is not None),
        otherwise=otherwise,
        examples=tuple(example for example in examples if example is not None),
    )


def _definitions(parts: Parts, notes: Notes) -> Mapping[Severity, Sentence]:
    if "definitions" not in parts:
        return {}
    inner = checked_keys(parts["definitions"], "“definitions”", required=tuple(Severity), notes=notes)
    return MappingProxyType({Severity(name): sentence_of(each, f"“{name}”", notes) for name, each in inner.items()})


def _line(number: int, node: Node, notes: Notes) -> SeverityLine | None:
    before = len(notes.mistakes)
    parts = checked_keys(node, f"Line {number} of the policy", required=_LINE, notes=notes)
    when = read_condition(parts["when"], SEVERITY, notes) if "when" in parts else None
    severity = _severity(parts, "severity", notes)
    says, because, named = plain(parts, "says", notes), sentence(parts, "tell", notes), clause(parts, notes)
    if when is None or severity is None or len(notes.mistakes) > before:
        return None
    _note_width(when, number, node.line, notes)
    return SeverityLine(
        number=number, at=node.line, clause=named, says=says, severity=severity, when=when, because=because
    )


def _severity(parts: Parts, key: str, notes: Notes) -> Severity | None:
    word = word_of(parts[key], f"“{key}”", tuple(Severity), notes) if key in parts else None
    return None if word is None else Severity(word)


def _note_width(when: Condition, number: int, at: int, notes: Notes) -> None:
    try:
        terms(AllOf((when,)), SEVERITY)
    except TooWide as problem:
        notes.add(at, f"Line {number} of the policy asks for too much at once ({problem}): write it as several.")


def _otherwise(parts: Parts, head: Head, notes: Notes) -> SeverityProposal:
    inner: Parts = {}
    if "otherwise" in parts:
        inner = checked_keys(parts["otherwise"], "“otherwise”", required=("clause", "severity", "tell"), notes=notes)
    return SeverityProposal(
        severity=_severity(inner, "severity", notes) or Severity.S3,
        clause=clause(inner, notes),
        edition=head.edition,
        line=0,
        says="",
        because=sentence(inner, "tell", notes),
    )


# ---- questions -------------------------------------------------------------------------------------------------------


def _inquiry(node: Node, notes: Notes) -> SeverityInquiry | None:
    before = len(notes.mistakes)
    what = "A question"
    parts = checked_keys(node, what, required=("about", "ask"), optional=("answers", "only if"), notes=notes)
    about = word_of(parts["about"], "“about”", tuple(SEVERITY), notes) if "about" in parts else None
    ask = sentence(parts, "ask", notes)
    if about is None:
        return None
    inquiry = SeverityInquiry(
        about=about,
        ask=ask,
        answers=_answers(SEVERITY[about], node, parts, notes),
        only_if=_only_if(parts, notes),
    )
    return inquiry if len(notes.mistakes) == before else None


def _answers(field: Field, node: Node, parts: Parts, notes: Notes) -> Mapping[str, Sentence]:
    """Return the words for each value; yes and no need none."""
    if field.kind is Kind.YES_NO:
        if "answers" in parts:
            notes.add(parts["answers"].line, f"“{field.name}” is answered by yes or no: leave “answers” out.")
        return _YES_NO_WORDS
    if "answers" not in parts:
        notes.add(
            node.line, f"The question about “{field.name}” lacks “answers”, one for each of {joined(field.values)}."
        )
        return {}
    inner = checked_keys(parts["answers"], "“answers”", required=field.values, notes=notes)
    return MappingProxyType({value: sentence_of(each, f"“{value}”", notes) for value, each in inner.items()})


def _only_if(parts: Parts, notes: Notes) -> Mapping[str, tuple[Fact, ...]]:
    if "only if" not in parts:
        return MappingProxyType({})
    asked = checked_keys(parts["only if"], "“only if”", required=(), optional=tuple(SEVERITY), notes=notes)
    return MappingProxyType({name: _values(SEVERITY[name], node, notes) for name, node in asked.items()})


def _values(field: Field, node: Node, notes: Notes) -> tuple[Fact, ...]:
    nodes = node.items if isinstance(node, Items) else (node,)
    return tuple(value for each in nodes if (value := read_value_of(field, each, notes)) is not None)


# ---- examples --------------------------------------------------------------------------------------------------------


class _Example:
    """Reads ``given: {production: yes, …}``, ``answer: S1 by §3.1.4``."""

    def __init__(self, line: int, notes: Notes) -> None:
        self._line = line
        self._notes = notes

    def read(self, title: str, parts: Parts) -> SeverityExample | None:
        notes = self._notes
        given = entries_of(parts["given"], "“given”", notes) or {}
        checked_keys(parts["given"], "“given”", required=(), optional=tuple(SEVERITY), notes=notes)
        facts = {name: read_value_of(SEVERITY[name], node, notes) for name, node in given.items() if name in SEVERITY}
        severity, named = answer_by(text_of(parts["answer"], "“answer”", notes) or "")
        if severity not in tuple(Severity) or not named:
            notes.add(parts["answer"].line, f"“{severity}” is no answer: write it like “S1 by §3.1.4”.")
            return None
        return SeverityExample(
            title=title,
            line=self._line,
            facts=MappingProxyType({name: fact for name, fact in facts.items() if fact is not None}),
            severity=Severity(severity),
            clause=named,
        )
