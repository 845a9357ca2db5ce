"""
What people wrote, made safe to look at: nothing invisible, nothing that turns the text around; pure.

Every adapter's `render` passes foreign text through here before it escapes it for its platform (S24).
"""

import unicodedata

_KEPT = frozenset("\n\t\u200c\u200d\ufe0e\ufe0f")
"""Line ends and tabs; joiners and variation selectors, without which emoji and some scripts fall apart."""

_LINE_ENDS = {
    "\r\n": "\n",
    "\r": "\n",
    "\x0b": "\n",
    "\x0c": "\n",
    "\x85": "\n",
    "\u2028": "\n",
    "\u2029": "\n",
}

_BLANK = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Characters of ordinary categories that show nothing."""

_FLAG = "\U0001f3f4"
"""What a flag spelled in tag characters begins with (Scotland's, for one)."""

_LONGEST_GRAPHEME = 32
"""Code points after which a pile of accents is cut all the same; real ones have a dozen at most."""


def visible(text: str) -> str:
    """
    Return *text* with line ends made one, and every control, bidi or invisible character shown.

    Controls become their pictures (``␀``, ``␛``), others their number (``⟨U+202E⟩``), halves of surrogate pairs
    the replacement character.
    """
    for end, line in _LINE_ENDS.items():
        text = text.replace(end, line)
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(_shown(character, text, at) for at, character in enumerate(text))


def storable(text: str) -> str:
    """Return *text* with what no database keeps made visible: NUL and lone surrogates (S24)."""
    return text.replace("\x00", "�").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def one_line(text: str) -> str:
    """Return *text* visible and on one line, as a headline or a name has to be."""
    return " ".join(visible(text).split())


def cut(text: str, limit: int) -> tuple[str, int]:
    """Return at most *limit* code points of *text*, cut between graphemes, and how many were left out."""
    if len(text) <= limit:
        return text, 0
    for end in range(limit, max(limit - _LONGEST_GRAPHEME, 0), -1):
        if _boundary(text, end):
            return text[:end], len(text) - end
    return text[:limit], len(text) - limit


def _shown(character: str, text: str, at: int) -> str:
    if character in _KEPT:
        return character
    number = ord(character)
    category = unicodedata.category(character)
    if category == "Cc":
        return chr(0x2400 + number) if number < 0x20 else "␡" if number == 0x7F else f"⟨U+{number:04X}⟩"
    if category == "Cs":
        return "\ufffd"
    if 0xE0020 <= number <= 0xE007F and _in_flag(text, at):
        return character
    if category == "Cf" or character in _BLANK or 0xE0100 <= number <= 0xE01EF:
        return f"⟨U+{number:04X}⟩"
    return character


def _in_flag(text: str, at: int) -> bool:
    start = max(at - 8, 0)
    before = text[start:at].rstrip("".join(map(chr, range(0xE0020, 0xE0080))))
    return before.endswith(_FLAG)


def _boundary(text: str, at: int) -> bool:
    """Whether two graphemes meet at *at*: a short reading of Unicode's UAX #29, enough for what people type."""
    before, after = text[at - 1], text[at]
    if before == "\u200d" or after in "\u200c\u200d\ufe0e\ufe0f" or unicodedata.category(after) in ("Mn", "Me", "Mc"):
        return False
    if 0x1F3FB <= ord(after) <= 0x1F3FF or 0xE0020 <= ord(after) <= 0xE007F:
        return False
    if _is_regional(after) and _is_regional(before):
        start = at
        while start > 0 and _is_regional(text[start - 1]):
            start -= 1
        return (at - start) % 2 == 0
    return not (_is_jamo(before) and _is_jamo(after))


def _is_regional(character: str) -> bool:
    return 0x1F1E6 <= ord(character) <= 0x1F1FF


def _is_jamo(character: str) -> bool:
    return 0x1100 <= ord(character) <= 0x11FF
