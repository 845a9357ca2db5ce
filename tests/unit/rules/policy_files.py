"""Small policy directories for tests: sound files to damage, and what is said about them then."""

from pathlib import Path

from chatops.domain.errors import PolicyInvalid
from rules.checks import check
from rules.loader import (
    CALENDARS_FILE,
    NOTICES_FILE,
    REMINDERS_FILE,
    SERVICE_LEVELS_FILE,
    SEVERITY_FILE,
    TRANSITIONS_FILE,
    load,
)

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

SOUND_CALENDARS = """\
policy: calendars
edition: "7"
procedure: A procedure
owner: Nobody

calendars:
  office:
    clause: §1
    says: The office.
    called: {en: the office, fr: le bureau}
    zone: Europe/Paris
    open: [Monday to Friday from 09:00 to 12:00, Monday to Thursday from 14:00 to 18:00]
    business day: 7 business hours
    holidays:
      of: FR
      also: {2026-05-15: A bridge, every 24 December: Christmas Eve, 2026-08-10 to 2026-08-14: Summer}
      except: {2026-05-25: Worked}
    also open: {2026-06-06 from 09:00 to 12:00: The move}
    also closed: {2026-06-08 from 09:00 to 10:00: The move}
  there:
    clause: §1
    says: Where they are.
    called: {en: there, fr: là-bas}
    zone: theirs
    open: every day from 22:00 to 06:00
    business day: until the end of the day

examples:
  - the bridge is closed:
      given: {calendar: office, at: 2026-05-15T08:00Z}
      answer: closed
  - lunch does not count:
      given: {calendar: office, at: 2026-06-01T09:30Z, add: 1 business hour}
      answer: 2026-06-01T12:30Z
  - they are open at night:
      given: {calendar: there, zone: Asia/Kathmandu, at: 2026-06-01T18:00Z}
      answer: open
"""
SOUND_LEVELS = """\
policy: service levels
edition: "7"
procedure: A procedure
owner: Nobody

plans:
  small:
    says: The small one.
    called: {en: Small, fr: Petit}
  large:
    says: The large one.
    called: {en: Large, fr: Grand}
    updates from: our last answer

answers:
  clause: §1
  says: What counts.
  by: [agent, manager]
  deeds: [reply, need]
  cancelled by: [duplicate]

lines:
  - clause: §1
    says: Small ones wait.
    plan: small
    severity: any
    clock: response
    target: 2 business days
    calendar: office
    warn before: [4 business hours, 1 business day]
    pauses: SUSPENDED
  - clause: §2
    says: Large ones do not.
    plan: large
    severity: [S1, S2, S3, S4]
    clock: response
    target: 90 min
    calendar: office
    warn before: 15 min
    audience: internal
  - clause: §3
    says: No updates.
    plan: any
    severity: any
    clock: update
    target: not tracked

examples:
  - small:
      given: {plan: small, severity: S1, clock: response, at: 2026-06-01T07:00Z}
      answer: due 2026-06-02T16:00Z by §1
  - large:
      given:
        plan: large
        severity: S4
        clock: response
        at: 2026-06-01T07:00Z
        paused: 2026-06-01T08:00Z to 2026-06-01T09:00Z
      answer: due 2026-06-01T09:30Z
  - an update:
      given: {plan: large, severity: S4, clock: update, at: 2026-06-01T07:00Z}
      answer: not tracked by §3
"""
SOUND_SEVERITY = """\
policy: severity
edition: "7"
procedure: A procedure
owner: Nobody

definitions:
  S1: {en: Down, fr: Arrêt}
  S2: {en: Slow, fr: Lenteur}
  S3: {en: A part, fr: Une partie}
  S4: {en: A question, fr: Une question}

questions:
  - about: production
    ask: {en: In production, fr: En production}
  - about: loss
    ask: {en: How much, fr: Quelle part}
    only if: {production: yes}
    answers:
      total: {en: All, fr: Tout}
      severe: {en: Much, fr: Beaucoup}
      partial: {en: Some, fr: Un peu}
      none: {en: Nothing, fr: Rien}

lines:
  - clause: §1
    says: The worst.
    severity: S1
    when: {production: yes, loss: total}
    tell: {en: The worst., fr: Le pire.}
  - clause: §2
    says: Bad.
    severity: S2
    when: {production: yes, loss: [total, severe]}
    tell: {en: Bad., fr: Grave.}
  - clause: §3
    says: Elsewhere.
    severity: S4
    when: {production: no}
    tell: {en: Elsewhere., fr: Ailleurs.}

otherwise:
  clause: §9
  severity: S3
  tell: {en: Who knows., fr: Qui sait.}

examples:
  - the worst:
      given: {production: yes, loss: total}
      answer: S1 by §1
  - bad:
      given: {production: yes, loss: severe}
      answer: S2 by §2
  - elsewhere:
      given: {production: no}
      answer: S4 by §3
  - nothing:
      given: {}
      answer: S3 by §9
"""
SOUND_REMINDERS = """\
policy: reminders
edition: "7"
procedure: A procedure
owner: Nobody

lines:
  - clause: §1
    says: Large ones are asked once.
    status: SUSPENDED
    plan: large
    severity: [S1, S2]
    every: 1 day
    calendar: there
    times: 1
    then: automatic
    clause of then: §2
  - clause: §3
    says: All others twice.
    status: [SUSPENDED, RESOLVED]
    plan: any
    severity: any
    every: 1 business day
    calendar: office
    times: 2
    then: proposed to the agent
    clause of then: §4

examples:
  - large:
      given: {status: SUSPENDED, plan: large, severity: S1, since: 2026-06-06T12:00Z, zone: Europe/Paris}
      answer: [2026-06-07T12:00Z, automatic 2026-06-08T12:00Z]
  - small:
      given: {status: RESOLVED, plan: small, severity: S1, since: 2026-06-01T08:00Z, zone: Europe/Paris}
      answer: [2026-06-02T08:00Z, 2026-06-03T08:00Z, proposed to the agent 2026-06-04T08:00Z]
"""
SOUND_NOTICES = """\
policy: notices
edition: "7"
procedure: A procedure
owner: Nobody

digest:
  clause: §1
  says: Twice a day.
  at: [14:00, 09:30]
  working days: office

lines:
  - clause: §1
    says: The worst, at any hour.
    matter: [due soon, overdue]
    severity: S1
    tell: at once
    hours: at any hour
    to: whoever has it
  - clause: §2
    says: Bad, while the office is open.
    matter: overdue
    severity: S2
    tell: at once
    hours: office
    to: [managers, whoever has it]
  - clause: §3
    says: Nobody has it for long.
    matter: nobody has it
    severity: any
    tell: in the digest
    to: managers
    after: 1 business hour
    again after: 1 business day
    calendar: office
  - clause: §4
    says: Of all else, nobody.
    matter: any
    severity: any
    tell: not at all

examples:
  - the worst:
      given: {matter: due soon, severity: S1, at: 2026-06-07T03:00Z, zone: Asia/Kathmandu}
      answer: at once 2026-06-07T03:00Z
  - bad:
      given: {matter: overdue, severity: S2, at: 2026-06-05T10:30Z, zone: Europe/Paris}
      answer: at once 2026-06-06T07:00Z
  - bad, for a late riser:
      given: {matter: overdue, severity: S2, at: 2026-06-05T10:30Z, zone: Europe/Paris, quiet hours: 20:00 to 11:00}
      answer: at once 2026-06-06T09:00Z
  - long:
      given: {matter: nobody has it, severity: S4, at: 2026-06-05T07:00Z, zone: Europe/Paris}
      answer: in the digest 2026-06-05T12:00Z
  - nothing:
      given: {matter: waits for us, severity: S1, at: 2026-06-05T07:00Z, zone: Europe/Paris}
      answer: not at all
"""
OTHERS = {
    CALENDARS_FILE: SOUND_CALENDARS,
    SERVICE_LEVELS_FILE: SOUND_LEVELS,
    SEVERITY_FILE: SOUND_SEVERITY,
    REMINDERS_FILE: SOUND_REMINDERS,
    NOTICES_FILE: SOUND_NOTICES,
}
"""The files that stand beside the transitions; nothing is wrong with them."""


def directory_with(tmp_path: Path, text: str | bytes, name: str = TRANSITIONS_FILE) -> Path:
    """Return a directory of sound policies, but for the file *name*, which says *text*."""
    for each, content in {TRANSITIONS_FILE: SOUND, **OTHERS, name: text}.items():
        (tmp_path / each).write_bytes(content if isinstance(content, bytes) else content.encode())
    return tmp_path


def found_at_load(tmp_path: Path, text: str | bytes, name: str = TRANSITIONS_FILE) -> list[tuple[int, str]]:
    """Return line and text of every mistake that loading finds in the file *name*."""
    try:
        load(directory_with(tmp_path, text, name))
    except PolicyInvalid as problem:
        return [(mistake.line, mistake.text) for mistake in problem.mistakes if mistake.file.endswith(name)]
    return []


def found_by_check(tmp_path: Path, text: str, name: str = TRANSITIONS_FILE) -> list[tuple[int, str]]:
    mistakes = check(directory_with(tmp_path, text, name))
    return [(mistake.line, mistake.text) for mistake in mistakes if mistake.file.endswith(name)]


def with_change(old: str, new: str, sound: str = SOUND) -> str:
    """Return the sound policy with *old*, which must stand there once, replaced."""
    assert sound.count(old) == 1, f"{old!r} stands {sound.count(old)} times in the sound policy"
    return sound.replace(old, new)


def line_of(text: str, part: str) -> int:
    """Return the number of the first line of *text* that holds *part*."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)
