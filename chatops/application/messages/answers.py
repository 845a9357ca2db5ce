"""Answers to the one who asked."""

from dataclasses import replace

from chatops.application.labels import ACTION, BUTTON
from chatops.application.message_tree import Button, Fact, Message
from chatops.application.words import Voice
from chatops.domain.vocabulary import Action


def answer(say: Voice, headline: str, *paragraphs: str, listing: bool = False) -> Message:
    return Message(language=say.language, headline=headline, paragraphs=paragraphs, listing=listing)


def asked_back(say: Voice, typed: str) -> str:
    """Return the offer to complete by plain words a command that was *typed* without its mark."""
    verb = typed.split()[0]
    return say("Or just write it here: your next message completes `!{verb}`. `!cancel` drops it.", verb=verb)


def form_offered(action: Action, say: Voice) -> Button:
    """Return the button of the form that asks for what a command lacks; where there are no forms, it is not told of."""
    return Button(action=action, ticket_id=None, label=say(BUTTON[action]), command="", in_menu=True)


def or_a_ticket(refusal: Message, words: str, say: Voice) -> Message:
    """Return the *refusal* of words that make no command, with the offer to open a ticket with them."""
    offer = say("To report a problem to support, begin with `!{verb}`.", verb=say(ACTION[Action.OPEN]))
    return replace(refusal, paragraphs=(offer,), buttons=(replace(form_offered(Action.OPEN, say), words=words),))


def set_aside(say: Voice, reference: str) -> Message:
    return answer(
        say,
        say("Something went wrong on our side, and nothing was done."),
        say("Try again, or say it in other words. The managers have been told: {reference}", reference=reference),
    )


def set_aside_alert(say: Voice, *, room: str, sender: str, reference: str) -> Message:
    return Message(
        language=say.language,
        headline=say("A message could not be dealt with, through a fault of the desk."),
        facts=(
            Fact(label=say("Room"), value=room),
            Fact(label=say("From"), value=sender),
            Fact(label=say("In the log"), value=reference),
        ),
        paragraphs=(say("The sender was asked to try again. The log says what happened; please report it."),),
    )


def refused(say: Voice, sentence: str, clause: str) -> Message:
    return answer(say, sentence, say("Support procedure, {clause}.", clause=clause))
