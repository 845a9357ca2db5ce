"""
Slack's text → what the person wrote; pure.

In it ``&``, ``<`` and ``>`` are escaped, so that what stands between angle brackets is always Slack's: mentions,
channels, links, dates. Escapes are undone once and only once: ``&amp;lt;`` is somebody's ``&lt;`` (S22). Emoji come by
their names, ``:tada:``, which nobody reads elsewhere; in code a name is a name.

Source: docs.slack.dev, "Formatting text for app surfaces".
"""

import re
from collections.abc import Callable, Mapping

from adapters.slack.addresses import is_id
from adapters.slack.emoji import drawn

_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_NAME = r":([a-z0-9_+'&.-]{1,80}(?:::skin-tone-[2-6])?):"
_EMOJI = re.compile(_NAME)
_SOME_EMOJI = re.compile(rf"(?<![\w:])(?:{_NAME})+(?![\w:])")
"""One or more in a row, and nothing that only looks like it: ``10:30:45``, ``host:x:1``."""

_SPECIAL = re.compile(r"<([^<>]*)>")
_ESCAPED = re.compile(r"&(amp|lt|gt);")
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">"}


def plain(text: str, *, names: Mapping[str, str], keep: str = "") -> str:
    """
    Return *text* as it reads.

    Args:
        names: What the people are called whom it mentions (`mentioned`), by their ids.
        keep: The id of whose mentions stay as Slack writes them: the bot's, which mark a command.
    """
    pieces = _CODE.split(text)
    return "".join(
        _plain(piece, names, keep, typed=_unescaped if number % 2 else _drawn) for number, piece in enumerate(pieces)
    )


def _plain(text: str, names: Mapping[str, str], keep: str, *, typed: Callable[[str], str]) -> str:
    read, at = [], 0
    for special in _SPECIAL.finditer(text):
        read.append(typed(text[at : special.start()]))
        read.append(_read(special[1], names, keep))
        at = special.end()
    return "".join((*read, typed(text[at:])))


def quoted(author: str, text: str) -> str:
    """Return as a quotation what somebody else wrote, which is passed on."""
    said = f"{author}: {plain(text, names={})}" if author else plain(text, names={})
    return "\n".join(f"> {line}".rstrip() for line in said.split("\n"))


def mentioned(text: str) -> tuple[str, ...]:
    """Return the ids of the people whom *text* mentions, each once."""
    found = (special[1][1:].partition("|")[0] for special in _SPECIAL.finditer(text) if special[1].startswith("@"))
    return tuple(dict.fromkeys(user for user in found if is_id(user)))


def _read(special: str, names: Mapping[str, str], keep: str) -> str:
    target, _, said = special.partition("|")
    label = _unescaped(said)
    if target.startswith("@"):
        return _mention(target[1:], label, names, keep)
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    if target.startswith("!"):
        return _command(target[1:], label)
    return _link(_unescaped(target), label)


def _mention(user: str, label: str, names: Mapping[str, str], keep: str) -> str:
    if keep and user == keep:
        return f"<@{user}>"
    return f"@{names.get(user) or label.removeprefix('@') or user}"


def _command(name: str, label: str) -> str:
    """Read ``!here``, ``!subteam^S1|@printers``, ``!date^1717…^{date}|in June``."""
    kind, _, rest = name.partition("^")
    if kind == "date":
        return label
    return f"@{label.removeprefix('@') or rest.partition('^')[0] or kind}"


def _link(target: str, label: str) -> str:
    bare = re.sub(r"\A(?:https?://|mailto:|tel:)", "", target)
    if not label or label in (target, bare, bare.rstrip("/")):
        # Slack makes links of what looks like one.
        return label or (bare if target.startswith(("mailto:", "tel:")) else target)
    return f"{label} ({target})"


def _drawn(text: str) -> str:
    def signs(names: re.Match[str]) -> str:
        return _EMOJI.sub(lambda name: drawn(name[1]) or name[0], names[0])

    return _unescaped(_SOME_EMOJI.sub(signs, text))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda escaped: _CHARACTERS[escaped[1]], text)
