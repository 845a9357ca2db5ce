"""Small policy directories for tests: a sound one to damage, and what is said about it then."""

from pathlib import Path

from chatops.domain.errors import PolicyInvalid
from rules.checks import check
from rules.loader import TRANSITIONS_FILE, load

SOUND = """\
policy: transitions
edition: "7"
procedure: A procedure
owner: Nobody

lines:
  - clause: §1
    says: A case begins.
    action: open
    from: nothing
    to: NEW
    by: [contact, agent]
    if refused, say: {en: No., fr: Non.}
  - clause: §2
    says: A case goes round.
    action: start
    from: [NEW, OPEN, SUSPENDED, IN_PROGRESS, RESOLVED]
    to: OPEN
    by: agent
    if refused, say: {en: No., fr: Non.}
  - clause: §3
    says: A case ends.
    action: close
    from: OPEN
    to: CLOSED
    by: agent
    when: {reminders: at least 3}
    needs: [reason]
    if refused, say: {en: Give a reason., fr: Donnez une raison.}
    if not then, say: {en: Too early., fr: Trop tôt.}

otherwise:
  clause: §9
  say: {en: Impossible., fr: Impossible.}

examples:
  - it begins:
      given: {status: nothing, role: contact}
      action: open
      answer: NEW by §1
  - it goes round:
      given: {status: NEW, role: agent}
      action: start
      answer: OPEN by §2
  - it ends:
      given: {status: OPEN, role: agent, reminders: 3, reason: other}
      action: close
      answer: CLOSED by §3
"""
"""It loads; `check` finds only that three statuses cannot be reached and one is never left."""


def directory_with(tmp_path: Path, text: str | bytes) -> Path:
    content = text if isinstance(text, bytes) else text.encode()
    (tmp_path / TRANSITIONS_FILE).write_bytes(content)
    return tmp_path


def found_at_load(tmp_path: Path, text: str | bytes) -> list[tuple[int, str]]:
    """Return line and text of every mistake that loading finds."""
    try:
        load(directory_with(tmp_path, text))
    except PolicyInvalid as problem:
        return [(mistake.line, mistake.text) for mistake in problem.mistakes]
    return []


def found_by_check(tmp_path: Path, text: str) -> list[tuple[int, str]]:
    return [(mistake.line, mistake.text) for mistake in check(directory_with(tmp_path, text))]


def with_change(old: str, new: str) -> str:
    """Return the sound policy with *old*, which must stand there once, replaced."""
    assert SOUND.count(old) == 1, f"{old!r} stands {SOUND.count(old)} times in the sound policy"
    return SOUND.replace(old, new)


def line_of(text: str, part: str) -> int:
    """Return the number of the first line of *text* that holds *part*."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)
