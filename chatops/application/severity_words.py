"""What is said about severities: the questions, what the policy proposes, and what a change would do; pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from chatops.application.clock_words import CALLED, fact_line, may_be_told
from chatops.application.inquiries import label_of
from chatops.application.labels import ACTION, SEVERITY
from chatops.application.message_tree import Button, Message
from chatops.application.words import N_, Voice
from chatops.domain.policy import Sentence
from chatops.domain.readings import Reading as ClockReading
from chatops.domain.requalification import Effect, are_alike
from chatops.domain.severity import SeverityInquiry
from chatops.domain.ticket import Ticket
from chatops.domain.vocabulary import Action, Requalification, Severity, TicketId

LONGEST_REASON = 1_000
"""Characters of a reason that go with a button; Slack carries 2,000 with one, marks and all."""

COUNTS: Mapping[Requalification, str] = {
    Requalification.FORWARD: N_("From now on"),
    Requalification.RETROACTIVE: N_("From the beginning"),
}
"""From when the times of a new severity count."""

COUNTED: Mapping[Requalification, str] = {
    Requalification.FORWARD: N_("The new times count from now on."),
    Requalification.RETROACTIVE: N_("The new times count as if it had been so from the beginning."),
}

_CHANGE: Mapping[Requalification, str] = {
    Requalification.FORWARD: N_("Change from now on"),
    Requalification.RETROACTIVE: N_("Change from the beginning"),
}
_SIGNS: Mapping[Requalification, str] = {Requalification.FORWARD: "⏩", Requalification.RETROACTIVE: "⏪"}
_TYPED: Mapping[Requalification, str] = {
    Requalification.FORWARD: N_("from now on"),
    Requalification.RETROACTIVE: N_("from the beginning"),
}


def policy_sentence(sentence: Sentence, say: Voice) -> str:
    """Return a policy's sentence in the reader's language."""
    return say.typeset(sentence.get(say.language, ""))


# ---- the questions ---------------------------------------------------------------------------------------------------


def asking(inquiry: SeverityInquiry, say: Voice, *, first: bool, understood: bool) -> Message:
    """Return one question with its numbered answers."""
    lines = [f"{number} · {label_of(value, inquiry, say)}" for number, value in enumerate(inquiry.answers, start=1)]
    how = say("Answer with the number or the word; `?` if you do not know. `!cancel` leaves it as it is.")
    return Message(
        language=say.language,
        headline=policy_sentence(inquiry.ask, say),
        paragraphs=(
            *(() if understood else (say("That was none of the answers."),)),
            *lines,
            *((how,) if first or not understood else ()),
        ),
        listing=True,
    )


# ---- a change --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Preview:
    """
    What a change of severity would do.

    Attributes:
        effects: In each mode that somebody may choose.
        told: The names of those who will be told.
        internal: Whether it is read where every clock may be shown.
    """

    ticket: Ticket
    severity: Severity
    why: str
    effects: Sequence[Effect]
    told: Sequence[str]
    internal: bool


def previewing(preview: Preview, say: Voice, zone: str) -> Message:
    """Return what the change would do, with a button for each way to do it."""
    ticket = preview.ticket
    headline = say(
        "{ticket} from {before} to {after}: nothing is changed yet. This is what it would do:",
        ticket=ticket.reference,
        before=say(SEVERITY[ticket.severity]),
        after=say(SEVERITY[preview.severity]),
    )
    told = say("Who will be told: {people}.", people=", ".join(preview.told))
    moved = [effect for effect in preview.effects if effect.moved]
    modes = [] if not moved or are_alike(preview.effects) else [effect.mode for effect in preview.effects]
    return Message(
        language=say.language,
        headline=headline,
        paragraphs=(
            *effect_lines(preview.effects, say, zone, internal=preview.internal),
            *_past(preview, say, zone),
            told,
        ),
        buttons=tuple(_button(preview, mode, say) for mode in modes) or (_button(preview, None, say),),
        listing=True,
    )


def effect_lines(effects: Sequence[Effect], say: Voice, zone: str, *, internal: bool) -> tuple[str, ...]:
    """Return a line for each mode; where they come to the same, one for each clock."""
    if not any(effect.moved for effect in effects):
        return (say("No clock changes."),)
    if are_alike(effects):
        return tuple(say("{what}.", what=each) for each in _clocks(effects[0], say, zone, internal))
    return tuple(
        say("{mode}: {what}", mode=say(COUNTS[effect.mode]), what=_joined(_clocks(effect, say, zone, internal), say))
        for effect in effects
        if effect.mode is not None
    )


def _joined(parts: Iterable[str], say: Voice) -> str:
    told = tuple(parts)
    return reduce(lambda what, more: say("{what}; {more}", what=what, more=more), told) if told else ""


def _clocks(effect: Effect, say: Voice, zone: str, internal: bool) -> Iterator[str]:
    for reading in effect.after.readings:
        if not may_be_told(reading, internal=internal):
            continue
        if reading.clock in effect.breached_by_it:
            instant = say.instant(reading.breaches[-1].due_at, zone)
            yield say("{clock} overdue at once, since {instant}", clock=say(CALLED[reading.clock]), instant=instant)
        elif reading.is_owed:
            yield fact_line(reading, say, zone)
        elif reading.clock in effect.moved:
            yield say("{clock} not tracked any more", clock=say(CALLED[reading.clock]))


def _past(preview: Preview, say: Voice, zone: str) -> Iterator[str]:
    """Yield what was not kept already: no severity takes it back."""
    for reading in preview.effects[0].before.readings if preview.effects else ():
        if reading.breaches and may_be_told(reading, internal=preview.internal):
            instant = say.instant(reading.breaches[-1].due_at, zone)
            clock = say(CALLED[reading.clock])
            yield say("What was not kept stays so: {clock}, due by {instant}.", clock=clock, instant=instant)


def _button(preview: Preview, mode: Requalification | None, say: Voice) -> Button:
    chosen = () if mode is None else (_TYPED[mode],)
    return Button(
        action=Action.SEVERITY,
        ticket_id=preview.ticket.id,
        label=say(_CHANGE[mode]) if mode else say("Change it"),
        command=" ".join([f"!{say(ACTION[Action.SEVERITY])}", preview.severity, *map(say, chosen), say("confirm")]),
        words=" ".join([preview.severity, *chosen, "confirm", _short(preview.why)]).strip(),
        sign=_SIGNS[mode] if mode else "⏩",
    )


def _short(why: str) -> str:
    return why if len(why) <= LONGEST_REASON else why[: LONGEST_REASON - 1].rstrip() + "…"


def requalify_button(ticket_id: TicketId, severity: Severity, say: Voice) -> Button:
    """Return the button by which staff follow a proposal in one tap."""
    return Button(
        action=Action.SEVERITY,
        ticket_id=ticket_id,
        label=say("Change to {severity}", severity=severity),
        command=f"!{say(ACTION[Action.SEVERITY])} {severity}",
        words=severity,
        sign="👍",
    )


def owed_lines(readings: Sequence[ClockReading], say: Voice, zone: str, *, internal: bool) -> tuple[str, ...]:
    """Return what is owed now, a line for each clock that is meant for this reader."""
    return tuple(
        say("{what}.", what=fact_line(reading, say, zone))
        for reading in readings
        if reading.is_owed and may_be_told(reading, internal=internal)
    )
