"""Taking a policy's tree apart: keys, words, lists and sentences, with a note wherever something is wrong."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from chatops.domain.policy import Sentence
from chatops.domain.vocabulary import Language
from rules.documents import Amiss, Entries, Items, Node, Notes, Text
from rules.sentences import PLACES, foreign_places

E = TypeVar("E", bound=StrEnum)

CLAUSE = re.compile(r"§\d{1,2}(\.\d{1,2}){0,4}[a-z]?")
"""The id of a clause: ``§3.2.4b``."""


def listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def suggestion(word: str, known: Collection[str]) -> str:
    """Return `` Did you mean “take”?`` or nothing; capitals and accents in *word* do not matter."""
    folded = {each.casefold(): each for each in known}
    near = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return f" Did you mean “{folded[near[0]]}”?" if near else ""


def entries_of(node: Node, what: str, notes: Notes) -> Mapping[str, Node] | None:
    """Return the mapping that *node* must be, by key."""
    if isinstance(node, Entries):
        return {key.value: value for key, value in node.entries}
    if not isinstance(node, Amiss):
        notes.add(node.line, f"{what} must be written as “key: value” lines.")
    return None


def checked_keys(
    node: Node, what: str, *, required: Sequence[str], optional: Sequence[str] = (), notes: Notes
) -> Mapping[str, Node]:
    """Return the known keys of the mapping *node*; note unknown keys and those that are missing or empty."""
    entries = entries_of(node, what, notes)
    if entries is None:
        return {}
    known = (*required, *optional)
    for key, _ in node.entries if isinstance(node, Entries) else ():
        if key.value not in known:
            hint = suggestion(key.value, known) or f" Known are: {listed(known)}."
            notes.add(key.line, f"{what} has no “{key.value}”.{hint}")
    missing = [key for key in required if key not in entries]
    if missing:
        notes.add(node.line, f"{what} lacks {listed(f'“{key}”' for key in missing)}.")
    return {key: value for key, value in entries.items() if key in known}


def items_of(node: Node, what: str, notes: Notes) -> tuple[Node, ...]:
    if isinstance(node, Items) and node.items:
        return node.items
    if not isinstance(node, Amiss):
        notes.add(node.line, f"{what} must be a list, one “- …” each.")
    return ()


def text_of(node: Node, what: str, notes: Notes) -> str | None:
    if isinstance(node, Text) and node.value.strip():
        return node.value.strip()
    if not isinstance(node, Amiss):
        notes.add(node.line, f"{what} is empty." if isinstance(node, Text) else f"{what} must be plain words.")
    return None


def clause_of(node: Node, notes: Notes) -> str | None:
    text = text_of(node, "“clause”", notes)
    if text is None or CLAUSE.fullmatch(text):
        return text
    notes.add(node.line, f"“{text}” is not a clause: write it like §3.2.4b.")
    return None


def words_of(node: Node, what: str, known: Collection[str], notes: Notes) -> tuple[str, ...]:
    """Return the one word or the list of words that *node* holds, in the file's order; all must be *known*."""
    nodes = node.items if isinstance(node, Items) else (node,)
    if not nodes:
        notes.add(node.line, f"{what} is an empty list.")
    words = [word for each in nodes if (word := word_of(each, what, known, notes)) is not None]
    for word in sorted({word for word in words if words.count(word) > 1}):
        notes.add(node.line, f"{what} names “{word}” twice.")
    return tuple(words)


def word_of(node: Node, what: str, known: Collection[str], notes: Notes) -> str | None:
    word = text_of(node, what, notes)
    if word is None or word in known:
        return word
    notes.add(node.line, f"{what} cannot be “{word}”.{suggestion(word, known)} Known are: {listed(known)}.")
    return None


def sentence_of(node: Node, what: str, notes: Notes) -> Sentence:
    """Return a sentence that a person will read: in every language, with known places only."""
    parts = checked_keys(node, what, required=tuple(Language), notes=notes)
    sentence = {Language(language): _spoken(part, what, language, notes) for language, part in parts.items()}
    return MappingProxyType(sentence)


def _spoken(node: Node, what: str, language: str, notes: Notes) -> str:
    text = text_of(node, f"{what}, {language}:", notes) or ""
    for place in foreign_places(text):
        hint = suggestion(place, PLACES) or f" Known are: {listed(f'{{{name}}}' for name in PLACES)}."
        notes.add(node.line, f"{what}, {language}: “{place}” is no place that the desk can fill.{hint}")
    return text
