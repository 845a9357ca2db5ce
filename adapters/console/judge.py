"""
Whether an expectation holds, by what became visible; pure.

A ticket's state is judged by its cards, and all of them must agree; a refusal by what its author was shown.
"""

import re
from collections.abc import Sequence

from adapters.console.stage import Card, Heard
from adapters.console.story import (
    ClockState,
    ExpectClock,
    ExpectHears,
    ExpectHistory,
    ExpectRefused,
    ExpectSees,
    ExpectTicket,
)
from adapters.console.transcript import told
from chatops.application.labels import SEVERITY, STATUS
from chatops.application.words import N_, Words
from chatops.domain.directory import WhoIsWho
from chatops.domain.readings import Clocks, Reading
from chatops.domain.vocabulary import Language, PersonId, reference


class ExpectationFailed(Exception):
    """It does not hold; the text tells what there is instead."""


def judge_hearing(expectation: ExpectHears, heard: Sequence[Heard]) -> None:
    within = [each for each in heard if each.text and _concerns(expectation, each)]
    having = [each for each in within if _holds(each.text, expectation.words)]
    whom = expectation.person or expectation.room or "somebody"
    if expectation.heard and not having:
        raise ExpectationFailed(_instead(f"{whom} heard", within))
    if not expectation.heard and having:
        raise ExpectationFailed(_instead(f"{whom} heard", having))


def judge_seeing(expectation: ExpectSees, shown: Sequence[str]) -> None:
    having = [text for text in shown if _holds(text, expectation.words)]
    if expectation.seen and not having:
        raise ExpectationFailed("\n".join([f"{expectation.person} sees:", *shown]))
    if not expectation.seen and having:
        raise ExpectationFailed("\n".join([f"{expectation.person} sees:", *having]))


def judge_refusal(expectation: ExpectRefused, heard: Sequence[Heard], *, actor: PersonId | None, refused: bool) -> None:
    """
    Args:
        actor: Who asked for something in the last step; None if nobody did.
    """
    if actor is None:
        raise ExpectationFailed("the last step asked for nothing that could be refused")
    shown = [each for each in heard if each.author is None and actor in each.heard_by and each.text]
    if not refused:
        raise ExpectationFailed(_instead(f"it was not refused; {actor} heard", shown))
    if not any(_holds(each.text, expectation.words) for each in shown):
        raise ExpectationFailed(_instead(f"it was refused, but {actor} heard", shown))


def judge_ticket(expectation: ExpectTicket, cards: Sequence[Card], *, words: Words, who: WhoIsWho) -> None:
    if not cards:
        raise ExpectationFailed(f"nobody sees a card of {reference(expectation.ticket_id)}")
    wanted = [[_fact(words, language, *fact) for language in Language] for fact in _facts(expectation, who)]
    for card in cards:
        lines = [_folded(fact) for fact in card.facts]
        if not all(any(_tells(line, fact) for line in lines for fact in facts) for facts in wanted):
            raise ExpectationFailed(
                "\n".join(f"{each.room} shows {', '.join(each.facts) or 'no facts'}" for each in cards)
            )


def judge_history(expectation: ExpectHistory, clauses: Sequence[str]) -> None:
    if expectation.clause not in clauses:
        raise ExpectationFailed(f"its history has {', '.join(clauses) or 'nothing'}")


def judge_clock(expectation: ExpectClock, clocks: Clocks | None) -> None:
    if clocks is None:
        if expectation.state is not ClockState.NOT_TRACKED:
            raise ExpectationFailed(f"no subscription sets times for {reference(expectation.ticket_id)}")
        return
    reading = next(each for each in clocks.readings if each.clock == str(expectation.clock))
    if expectation.state is ClockState.DUE:
        if reading.due_at != expectation.due_at:
            raise ExpectationFailed(_clock_instead(reading))
    elif str(reading.state) != str(expectation.state):
        raise ExpectationFailed(_clock_instead(reading))


def _clock_instead(reading: Reading) -> str:
    due = f", due {reading.due_at:%Y-%m-%dT%H:%M}Z" if reading.due_at else ""
    return f"the {reading.clock} clock is {reading.state}{due}"


def _concerns(expectation: ExpectHears, heard: Heard) -> bool:
    """Whether the one who is expected to hear (or not to) could hear it."""
    if expectation.person is not None:
        return expectation.person in heard.heard_by
    if expectation.anybody:
        return bool(heard.heard_by) and expectation.room in (None, heard.room)
    return heard.room == expectation.room and not heard.private


def _instead(begins: str, heard: Sequence[Heard]) -> str:
    return "\n".join([f"{begins}:", *map(told, heard)]) if heard else f"{begins} nothing"


def _facts(expectation: ExpectTicket, who: WhoIsWho) -> list[tuple[str, str]]:
    """Return the labels and values that a card must show, in English."""
    facts = []
    if expectation.status is not None:
        facts.append((N_("Status"), STATUS[expectation.status]))
    if expectation.severity is not None:
        facts.append((N_("Severity"), SEVERITY[expectation.severity]))
    if expectation.assignee is not None:
        name = next(person.name for person in who.people if person.id == expectation.assignee)
        facts.append((N_("Handled by"), name))
    if expectation.unassigned:
        facts.append((N_("Handled by"), N_("nobody yet")))
    return facts


def _fact(words: Words, language: Language, label: str, value: str) -> str:
    say = words[language]
    return _folded(f"{say(label)}: {say(value)}")


def _tells(line: str, fact: str) -> bool:
    """A name may be followed by whose it is: ``Handled by: Ben Barker (support)``."""
    return line == fact or line.startswith(f"{fact} (")


_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "`": None})


def _folded(text: str) -> str:
    """Return *text* as it is compared: case, spaces, kinds of quotes and the marks of code make no difference."""
    return re.sub(r"\s*:", ":", " ".join(text.translate(_SAME).casefold().split()))


def _holds(text: str, words: str) -> bool:
    return _folded(words) in _folded(text)
