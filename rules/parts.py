"""What the readers of the policies share: heads, columns, lines, examples."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from chatops.domain.policy import Sentence
from chatops.domain.vocabulary import Severity
from rules.documents import Node, Notes
from rules.reading import CLAUSE, checked_keys, clause_of, entries_of, items_of, sentence_of, text_of, words_of
from rules.time_model import Head
from rules.time_words import read_as

T = TypeVar("T")

Parts = Mapping[str, Node]

ANY = "any"
"""Alone in a column: whatever there is."""

_HEAD = ("policy", "edition", "procedure", "owner")


def read_head(root: Node, policy: str, sections: Sequence[str], notes: Notes) -> tuple[Head, Parts]:
    """Return the head of a policy file that calls itself *policy*, and its sections."""
    parts = checked_keys(root, "The policy", required=(*_HEAD, *sections), notes=notes)
    head = {key: plain(parts, key, notes) for key in _HEAD}
    if "policy" in parts and head["policy"] not in ("", policy):
        notes.add(parts["policy"].line, f"This file must say “policy: {policy}”.")
    return Head(file=notes.file, edition=head["edition"], procedure=head["procedure"], owner=head["owner"]), parts


def plain(parts: Parts, key: str, notes: Notes) -> str:
    return (text_of(parts[key], f"“{key}”", notes) or "") if key in parts else ""


def clause(parts: Parts, notes: Notes, key: str = "clause") -> str:
    return (clause_of(parts[key], notes) or "") if key in parts else ""


def sentence(parts: Parts, key: str, notes: Notes) -> Sentence:
    return sentence_of(parts[key], f"“{key}”", notes) if key in parts else {}


def listed(parts: Parts, key: str, notes: Notes) -> tuple[Node, ...]:
    return items_of(parts[key], f"“{key}”", notes) if key in parts else ()


def named(parts: Parts, key: str, notes: Notes) -> Mapping[str, Node]:
    """Return what stands below *key*, by name."""
    return (entries_of(parts[key], f"“{key}”", notes) or {}) if key in parts else {}


def timed(parts: Parts, key: str, parse: Callable[[str], T], notes: Notes) -> T | None:
    return read_as(parse, parts[key], f"“{key}”", notes) if key in parts else None


def column(parts: Parts, key: str, known: Collection[str] | None, notes: Notes) -> tuple[str, ...]:
    """
    Return the words of a column, with *any* for all of them.

    Args:
        known: None where they are not known, because the file that names them has mistakes of its own.
    """
    if key not in parts:
        return ()
    if known is None:
        return ()
    words = words_of(parts[key], f"“{key}”", (*known, ANY), notes)
    if ANY not in words:
        return words
    if len(words) > 1:
        notes.add(parts[key].line, f"“{ANY}” stands alone in “{key}”, or not at all.")
    return tuple(known)


def severities(parts: Parts, notes: Notes) -> tuple[Severity, ...]:
    return tuple(map(Severity, column(parts, "severity", tuple(Severity), notes)))


def read_example(node: Node, keys: Sequence[str], read: Callable[[str, Parts], T | None], notes: Notes) -> T | None:
    """Return what *read* makes of an example's title and parts; None, with notes, where it makes nothing."""
    before = len(notes.mistakes)
    titled = entries_of(node, "An example", notes) or {}
    if len(titled) != 1:
        if len(notes.mistakes) == before:
            below = ", ".join(f"“{key}”" for key in keys)
            notes.add(node.line, f"An example is one “sentence:” with {below} below it.")
        return None
    title, body = next(iter(titled.items()))
    parts = checked_keys(body, "An example", required=keys, notes=notes)
    example = read(title, parts) if len(parts) == len(keys) else None
    return example if len(notes.mistakes) == before else None


_BY = re.compile(rf"(?P<answer>.+) by (?P<clause>{CLAUSE.pattern})")


def answer_by(text: str) -> tuple[str, str]:
    """Return the answer and the clause of ``S1 by §3.1.4``; the clause is empty where none is named."""
    match = _BY.fullmatch(text)
    return (text, "") if match is None else (match["answer"], match["clause"])
