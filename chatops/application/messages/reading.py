"""Who reads a message: the language, what they may see, and whom they know."""

from dataclasses import dataclass
from datetime import datetime

from chatops.application.cast import Cast
from chatops.application.clock_words import fact_line, first_owed
from chatops.application.labels import ACTION, BUTTON, SIGN
from chatops.application.message_tree import Button, Message, Quote, Style
from chatops.application.words import Voice
from chatops.domain.events import BeneficiaryWrote
from chatops.domain.readings import Clocks
from chatops.domain.readings import Reading as ClockReading
from chatops.domain.ticket import Ticket
from chatops.domain.vocabulary import Action, Audience, PersonId, Role


@dataclass(frozen=True, kw_only=True)
class Reading:
    """
    Who reads: the language, what they may see, and whom they know.

    Attributes:
        possible: What this audience may do with the ticket now, for its buttons.
        clocks: What its clocks show; None where nothing is promised.
        zone: The time zone that instants are told in.
    """

    say: Voice
    audience: Audience
    cast: Cast
    ticket: Ticket
    possible: frozenset[Action] = frozenset()
    clocks: Clocks | None = None
    zone: str = "Etc/UTC"

    @property
    def internal(self) -> bool:
        return self.audience is Audience.INTERNAL

    def name(self, person_id: PersonId | None) -> str:
        """Return what this reader calls somebody: name and side, as far as the reader does not know it."""
        person = self.cast.person(person_id)
        if person is None:
            return str(person_id) if person_id else self.say("The desk")
        if person.role is not Role.CONTACT:
            return person.name if self.internal else self.say("{name} (support)", name=person.name)
        if not self.internal:
            return person.name
        return f"{person.name} ({self.organisation})"

    @property
    def organisation(self) -> str:
        known = self.cast.organisations.get(self.ticket.organisation)
        return known.name if known else str(self.ticket.organisation)

    @property
    def first_owed(self) -> ClockReading | None:
        """Return the clock that this reader has to know of first; None where nothing is owed."""
        return first_owed(self.clocks, internal=self.internal) if self.clocks else None

    @property
    def due(self) -> tuple[str, ...]:
        """Return what is owed first, in half a line; nothing where nothing is."""
        owed = self.first_owed
        return (fact_line(owed, self.say, self.zone),) if owed else ()

    @property
    def responsible(self) -> tuple[PersonId, ...]:
        """Return who owes the next move of ours: the assignee, or everybody who may take it."""
        return self.cast.first_line if self.ticket.assignee is None else (self.ticket.assignee,)

    def instant(self, at: datetime | None) -> str:
        return self.say.instant(at, self.zone) if at else "–"

    def author(self, event: BeneficiaryWrote) -> str:
        """Return who wrote: a contact, or somebody whom the directory does not know (A31)."""
        if event.role is not Role.UNVERIFIED:
            return self.name(event.by)
        if self.internal and event.speaker_home:
            return self.say("{name} (unverified, of {home})", name=event.speaker, home=event.speaker_home)
        return self.say("{name} (unverified)", name=event.speaker)

    def message(
        self,
        headline: str,
        *paragraphs: str,
        quote: Quote | None = None,
        notify: tuple[PersonId | None, ...] = (),
        buttons: tuple[Action, ...] = (),
    ) -> Message:
        return Message(
            language=self.say.language,
            headline=headline,
            paragraphs=paragraphs,
            quote=quote,
            notify=tuple(person for person in notify if person is not None),
            buttons=self.buttons(*buttons),
        )

    def buttons(self, *actions: Action) -> tuple[Button, ...]:
        return tuple(
            Button(
                action=action,
                ticket_id=self.ticket.id,
                label=self.say(BUTTON[action]),
                command=f"!{self.say(ACTION[action])}" + (" …" if action in _WANTS_WORDS else ""),
                style=_STYLES.get(action, Style.PLAIN),
                sign=SIGN.get(action, ""),
                in_menu=action in _IN_THE_MENU,
            )
            for action in actions
            if action in self.possible
        )


_IN_THE_MENU = {Action.REPLY, Action.ASSIGN, Action.SEVERITY}

_WANTS_WORDS = {Action.NEED, Action.RESOLVE, Action.REFUSE, Action.CLOSE} | _IN_THE_MENU
"""A proposal of a severity wants none: the desk asks."""

_STYLES = {Action.TAKE: Style.PRIMARY, Action.ACCEPT: Style.PRIMARY, Action.REFUSE: Style.DANGER}


def quoted(text: str, author: str = "") -> Quote | None:
    return Quote(author=author, text=text) if text else None
