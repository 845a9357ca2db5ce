"""What is told of a ticket's severity in its thread."""

from dataclasses import replace

from chatops.application.labels import ACTION, SEVERITY
from chatops.application.message_tree import Message
from chatops.application.messages.reading import Reading, quoted
from chatops.application.severity_words import COUNTED, owed_lines, policy_sentence, requalify_button
from chatops.domain.events import SeverityProposed, SeverityRequalified
from chatops.domain.severity import SeverityProposal
from chatops.domain.vocabulary import Action


def requalified(event: SeverityRequalified, reading: Reading) -> Message:
    say = reading.say
    headline = say(
        "Severity is now {after}; it was {before}.",
        after=say(SEVERITY[event.severity]),
        before=say(SEVERITY[event.before]),
    )
    counted = say(COUNTED[event.mode]) if event.mode else ""
    quote = quoted(event.why, reading.name(event.by))
    if reading.internal:
        lines = (*_owed(reading, reading.zone), counted)
        return reading.message(headline, *filter(None, lines), quote=quote)
    meaning = policy_sentence(event.meaning, say)
    means = say("{severity} means: {sentence}", severity=event.severity, sentence=meaning) if meaning else ""
    message = reading.message(
        headline,
        *filter(None, (means, *_owed(reading, _requesters_zone(reading)), counted)),
        say(
            "Support procedure, {clause}. If you see it otherwise, say so once, and why: an agent looks at it again.",
            clause=event.clause,
        ),
        quote=quote,
        buttons=(Action.PROPOSE,),
    )
    return replace(message, buttons=tuple(replace(button, label=say("Contest")) for button in message.buttons))


def _owed(reading: Reading, zone: str) -> tuple[str, ...]:
    if reading.clocks is None:
        return ()
    return owed_lines(reading.clocks.readings, reading.say, zone, internal=reading.internal)


def _requesters_zone(reading: Reading) -> str:
    requester = reading.cast.person(reading.ticket.requester)
    return requester.time_zone if requester else reading.zone


def severity_proposed(event: SeverityProposed, reading: Reading) -> Message:
    """Tell what the customer takes it for, or what their answers speak for; the desk may follow it in one tap."""
    say, ticket, by = reading.say, reading.ticket, reading.name(event.by)
    proposed, now = say(SEVERITY[event.severity]), say(SEVERITY[event.before])
    because = policy_sentence(event.because, say)
    quote = quoted(event.why, by)
    if because:
        headline = say("By what {by} answered it is {severity}.", by=by, severity=proposed)
        because = say("{sentence} ({clause})", sentence=because, clause=event.clause)
    elif event.contests:
        headline = say("{by} contests the severity: {severity} instead of {now}.", by=by, severity=proposed, now=now)
    else:
        headline = say("{by} proposes {severity}; it is {now}.", by=by, severity=proposed, now=now)
    differs = event.severity is not event.before
    if not reading.internal:
        decides = say("An agent reads this and decides; the severity stays as it is until then (§3.1.5).")
        return reading.message(headline, *filter(None, (because, decides if differs else "")), quote=quote)
    message = reading.message(
        headline, *filter(None, (because,)), quote=quote, notify=reading.responsible if differs else ()
    )
    may_follow = differs and event.severity is not ticket.severity and Action.SEVERITY in reading.possible
    return replace(message, buttons=(requalify_button(ticket.id, event.severity, say),) if may_follow else ())


def severity_unsaid(reading: Reading, proposal: SeverityProposal) -> Message:
    """Return what a customer reads whose report came without a severity: what it begins with, how to say more."""
    say = reading.say
    return reading.message(
        policy_sentence(proposal.because, say),
        say(
            "`!{verb}` asks you a few questions; or say it yourself, and why: `!{verb} S2 …`",
            verb=say(ACTION[Action.PROPOSE]),
        ),
        buttons=(Action.PROPOSE,),
    )
