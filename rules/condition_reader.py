"""The condition language: a policy's `when` to a tree, every word checked against the field catalogue."""

import re
from collections.abc import Callable

from rules.conditions import (
    ORDERING,
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
from rules.documents import Amiss, Entries, Items, Node, Notes, Text
from rules.fields import LARGEST_NUMBER, LONGEST_WORD, Catalogue, Field, Kind, described
from rules.reading import items_of, listed, suggestion, text_of

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,15})")
_PHRASES = {how.value: how for how in ORDERING} | {"less than": Operator.FEWER_THAN, "exactly": Operator.IS}
_JOINTS = ("all of", "any of", "not")


class NotAValue(Exception):
    """A text in the file says nothing of its field; the reason is for the person who wrote it."""


def read_condition(node: Node, catalogue: Catalogue, notes: Notes) -> Condition | None:
    """
    Return the condition that *node* says: all of a mapping's entries must hold.

    Returns:
        None, with *notes* on it, where the node says no condition.
    """
    if isinstance(node, Amiss):
        return None
    if not isinstance(node, Entries) or not node.entries:
        notes.add(node.line, "A condition must be written as “field: value” lines.")
        return None
    parts = [_entry(key, value, catalogue, notes) for key, value in node.entries]
    return _joined(AllOf, parts)


def _joined(join: type[AllOf] | type[AnyOf], parts: list[Condition | None]) -> Condition | None:
    sound = tuple(part for part in parts if part is not None)
    if len(sound) < 2:
        return sound[0] if sound else None
    return join(sound)


def _entry(key: Text, value: Node, catalogue: Catalogue, notes: Notes) -> Condition | None:
    match key.value:
        case "not":
            part = read_condition(value, catalogue, notes)
            return None if part is None else Negation(part)
        case "all of" | "any of":
            nodes = items_of(value, f"“{key.value}”", notes)
            parts = [read_condition(each, catalogue, notes) for each in nodes]
            return _joined(AllOf if key.value == "all of" else AnyOf, parts)
        case name if name in catalogue:
            return _test(catalogue[name], value, notes)
        case name:
            known = (*catalogue, *_JOINTS)
            hint = suggestion(name, known) or f" Known are: {listed(known)}."
            notes.add(key.line, f"There is no field “{name}”.{hint}")
            return None


def _test(field: Field, node: Node, notes: Notes) -> Condition | None:
    if isinstance(node, Items):
        return _one_of(field, node, notes)
    text = text_of(node, f"“{field.name}”", notes)
    if text is None:
        return None
    if text in ("known", "unknown"):
        return Known(field.name) if text == "known" else Negation(Known(field.name))
    try:
        return _TESTS[field.kind](field, text)
    except NotAValue as problem:
        notes.add(node.line, str(problem))
        return None


def _one_of(field: Field, node: Items, notes: Notes) -> Condition | None:
    if field.kind not in (Kind.WORD, Kind.NUMBER) or not node.items:
        notes.add(node.line, f"A list of values does not say which “{field.name}” is meant: {described(field)}.")
        return None
    values = [read_value_of(field, each, notes) for each in node.items]
    return OneOf(field.name, tuple(dict.fromkeys(value for value in values if value is not None)))


def _word_test(field: Field, text: str) -> Condition:
    if text.startswith("not "):
        return Comparison(field.name, Operator.IS_NOT, value_of(field, text.removeprefix("not ").strip()))
    return Comparison(field.name, Operator.IS, value_of(field, text))


def _number_test(field: Field, text: str) -> Condition:
    for phrase, how in _PHRASES.items():
        if text.startswith(f"{phrase} "):
            return Comparison(field.name, how, value_of(field, text.removeprefix(phrase).strip()))
    return _word_test(field, text)


def _yes_no_test(field: Field, text: str) -> Condition:
    return Comparison(field.name, Operator.IS, value_of(field, text))


def _words_test(field: Field, text: str) -> Condition:
    if not text.startswith("includes "):
        raise NotAValue(f"“{field.name}” is {described(field)}: write “includes …”.")
    return Includes(field.name, _word(field, text.removeprefix("includes ").strip()))


_TESTS: dict[Kind, Callable[[Field, str], Condition]] = {
    Kind.WORD: _word_test,
    Kind.NUMBER: _number_test,
    Kind.YES_NO: _yes_no_test,
    Kind.WORDS: _words_test,
}


def read_value_of(field: Field, node: Node, notes: Notes) -> Literal | None:
    """Return the value of *field* that *node* says; None, with a note, where it says none."""
    text = text_of(node, f"“{field.name}”", notes)
    try:
        return None if text is None else value_of(field, text)
    except NotAValue as problem:
        notes.add(node.line, str(problem))
        return None


def value_of(field: Field, text: str) -> Literal:
    """
    Return *text* as a value of *field*'s type; where that is a list of words, as one of them.

    Raises:
        NotAValue: It is of another type, or outside the field's set.
    """
    match field.kind:
        case Kind.NUMBER:
            return _number(field, text)
        case Kind.YES_NO:
            return _yes_no(field, text)
        case Kind.WORD | Kind.WORDS:
            return _word(field, text)


def _number(field: Field, text: str) -> int:
    if not _NUMBER.fullmatch(text):
        phrases = listed(f"“{phrase} …”" for phrase in (*_PHRASES, "not"))
        raise NotAValue(f"“{field.name}” is a whole number, not “{text}”; before it may stand {phrases}.")
    if abs(int(text)) > LARGEST_NUMBER:
        raise NotAValue(f"{text} is too large: numbers end at {LARGEST_NUMBER}.")
    return int(text)


def _yes_no(field: Field, text: str) -> bool:
    if text not in ("yes", "no"):
        raise NotAValue(f"“{field.name}” is yes or no, not “{text}”.")
    return text == "yes"


def _word(field: Field, text: str) -> str:
    if field.values and text not in field.values:
        hint = suggestion(text, field.values)
        raise NotAValue(f"“{field.name}” cannot be “{text}”.{hint} Known are: {listed(field.values)}.")
    if not text or len(text) > LONGEST_WORD or not text.isprintable():
        raise NotAValue(f"“{field.name}” must be one short word or phrase.")
    return text
