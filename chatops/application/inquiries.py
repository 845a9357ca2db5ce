"""The questions about a severity (§3.1.4): which one comes next, and what an answer means; pure."""

from collections.abc import Mapping, Sequence

from chatops.application.command_line import fold
from chatops.application.words import N_, Voice, Words
from chatops.domain.policy import Fact
from chatops.domain.severity import SeverityInquiry
from chatops.domain.vocabulary import Language

Answers = Sequence[tuple[str, str]]
"""What was answered, in order: the fact, and its value or `NOT_KNOWN`."""

NOT_KNOWN = "?"

_YES_OR_NO: Mapping[str, str] = {"yes": N_("Yes"), "no": N_("No")}
_SHORT: Mapping[str, str] = {"y": "yes", "o": "yes", "oui": "yes", "n": "no", "non": "no"}
_DO_NOT_KNOW = frozenset(
    {NOT_KNOWN, "", "skip", "i don't know", "i do not know", "don't know", "not sure", "unknown", "pass"}
    | {"je ne sais pas", "aucune idee", "passer", "inconnu", "nsp"}
)
_SHORTEST_BEGINNING = 4
"""Letters of an answer that are enough to say it, where no other answer begins alike."""


def next_inquiry(inquiries: Sequence[SeverityInquiry], answers: Answers) -> SeverityInquiry | None:
    """Return the first question that makes sense and was not answered; None once there is none."""
    facts, answered = facts_of(inquiries, answers), {about for about, _ in answers}
    return next((each for each in inquiries if each.about not in answered and each.makes_sense(facts)), None)


def facts_of(inquiries: Sequence[SeverityInquiry], answers: Answers) -> Mapping[str, Fact]:
    """
    Return what *answers* tell the policy.

    What no question asks for is left out, and so is what makes no sense beside the other answers: whoever fills in a
    form sees all questions at once.
    """
    given = dict(answers)
    facts: dict[str, Fact] = {}
    for inquiry in inquiries:
        said = given.get(inquiry.about)
        if said in inquiry.answers and all(
            name not in facts or facts[name] in values for name, values in inquiry.only_if.items()
        ):
            facts[inquiry.about] = _fact(said or "", inquiry)
    return facts


def told_by(inquiries: Sequence[SeverityInquiry], answers: Answers) -> tuple[tuple[str, str], ...]:
    """Return the answers that `facts_of` takes, as they were given."""
    taken = facts_of(inquiries, answers)
    return tuple((about, value) for about, value in answers if about in taken)


def _fact(said: str, inquiry: SeverityInquiry) -> Fact:
    return said == "yes" if set(inquiry.answers) == set(_YES_OR_NO) else said


def label_of(value: str, inquiry: SeverityInquiry, say: Voice) -> str:
    """Return how an answer is called: the policy's words, or yes and no."""
    words = inquiry.answers[value]
    return say.typeset(words[say.language]) if words else say(_YES_OR_NO[value])


def meant(said: str, inquiry: SeverityInquiry, words: Words) -> str | None:
    """
    Return the value that *said* names: its number, its words in any language, or how they begin.

    `NOT_KNOWN` where they say that they do not know; None where it is no answer at all.
    """
    folded = fold(said).strip(" .!")
    if folded in _DO_NOT_KNOW:
        return NOT_KNOWN
    values = list(inquiry.answers)
    if folded.isascii() and folded.isdigit() and 0 < int(folded[:3]) <= len(values):
        return values[int(folded) - 1]
    called = {value: {fold(value)} | {_folded(value, inquiry, words[each]) for each in Language} for value in values}
    exactly = [value for value in values if folded in called[value]]
    if not exactly and _SHORT.get(folded) in inquiry.answers:
        exactly = [_SHORT[folded]]
    if not exactly and len(folded) >= _SHORTEST_BEGINNING:
        exactly = [value for value in values if any(each.startswith(folded) for each in called[value])]
    return exactly[0] if len(exactly) == 1 else None


def _folded(value: str, inquiry: SeverityInquiry, say: Voice) -> str:
    return fold(label_of(value, inquiry, say)).strip(" .!")
