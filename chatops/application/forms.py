"""
Forms: what a press asks for when words are missing, without a platform; pure.

An adapter draws a form (a modal in Slack), and hands what was filled in back as a `Submission`. A form decides nothing:
whoever submits it is authorised by the same door as somebody who types the command.
"""

from dataclasses import dataclass
from enum import StrEnum

from chatops.application.words import N_
from chatops.domain.vocabulary import Action, Language, TicketId

UNKNOWN_FORM = N_("I do not know that form any more. Open it again from the ticket's card.")
"""Told to whoever hands in what is no form of ours."""


class FieldKind(StrEnum):
    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"
    MENU = "menu"
    """A CHOICE that matters less than others: folded up until somebody looks."""
    FILES = "files"
    """Files to go with the words; what is chosen comes in `Submission.files`."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """One of the things to choose; `value` is what `Submission.values` gets."""

    value: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Field:
    """
    Attributes:
        name: Of the value in `Submission.values`.
        label: What is asked.
        hint: How to answer it; empty where the label says it all.
        options: Of a CHOICE or a MENU, at least one.
        value: What stands there before anybody typed; for a CHOICE or a MENU one of the options' values.
        longest: Characters that LINE and TEXT take.
    """

    name: str
    label: str
    kind: FieldKind
    hint: str = ""
    options: tuple[Option, ...] = ()
    value: str = ""
    required: bool = True
    longest: int = 3_000


@dataclass(frozen=True, kw_only=True)
class Form:
    """
    Attributes:
        title: Short: Slack's has 24 characters.
        introduction: Paragraphs above the fields: what will happen, and who reads it.
    """

    action: Action
    ticket_id: TicketId | None
    language: Language
    title: str
    submit: str
    cancel: str
    fields: tuple[Field, ...]
    introduction: tuple[str, ...] = ()
