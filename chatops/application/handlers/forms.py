"""What a press asks for when words are missing, and the command that a filled-in form makes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chatops.application.commands import (
    AcceptSolution,
    Asked,
    AskedOfATicket,
    AssignTicket,
    CloseTicket,
    Command,
    OpenTicket,
    ProposeSeverity,
    RefuseSolution,
    RemindBeneficiary,
    ReplyToBeneficiary,
    RequalifyTicket,
    ResolveTicket,
    StartWork,
    SuspendTicket,
    TakeNote,
    TakeTicket,
)
from chatops.application.deliveries import Submission
from chatops.application.forms import UNKNOWN_FORM, Field, FieldKind, Form, Option
from chatops.application.handlers.desk import EVERYTHING_GIVEN, Desk
from chatops.application.handlers.severity import effects_of
from chatops.application.inquiries import label_of
from chatops.application.labels import REASON, SOLUTION
from chatops.application.messages.card import TITLE_LENGTH
from chatops.application.severity_words import COUNTS, effect_lines, policy_sentence
from chatops.application.words import N_, Voice
from chatops.domain.directory import Person
from chatops.domain.errors import CommandNotUnderstood
from chatops.domain.events import SeverityRequalified
from chatops.domain.policy import TransitionQuestion
from chatops.domain.ticket import Ticket
from chatops.domain.vocabulary import (
    Action,
    Audience,
    ClosingReason,
    OrganisationId,
    PersonId,
    Requalification,
    Role,
    Severity,
    SolutionKind,
    TicketId,
)

_MOST_OPTIONS = 100
"""Of one choice: what a menu of Slack takes."""

_LONGEST_NAME = 150
_LONGEST = 3_000
"""Characters of a text field: what a modal of Slack takes."""


# ---- the form --------------------------------------------------------------------------------------------------------


async def form_for(
    action: Action, ticket_id: TicketId | None, person: Person, desk: Desk, *, now: datetime
) -> Form | None:
    """
    Return the form of *action* for *person*; None where it needs no words, or is not theirs here and now.

    Raises:
        TicketNotFound: There is no such ticket for this person in this room.
    """
    drawn = _FORMS.get(action)
    if drawn is None:
        return None
    if action is Action.OPEN:
        return _drawn(action, None, drawn, person, desk) if may_open(person, desk) else None
    if ticket_id is None:
        return None
    ticket = await desk.ticket(ticket_id)
    if action not in desk.possible(ticket, person.role, person.id):
        return None
    if action is Action.CLOSE and person.role is Role.CONTACT:
        return None  # A contact who closes accepts the solution, and that needs no words (§3.2.5b).
    form = _drawn(action, ticket, drawn, person, desk)
    if action is Action.SEVERITY:
        form = replace(form, introduction=(*form.introduction, *await _what_it_would_do(ticket, person, desk, now)))
    return form


async def _what_it_would_do(ticket: Ticket, person: Person, desk: Desk, now: datetime) -> list[str]:
    """Return what each other severity would do to the clocks: the form is the confirmation (§3.2.2a)."""
    lines, internal = [], desk.audience is Audience.INTERNAL
    for severity in Severity:
        if severity is not ticket.severity:
            change = SeverityRequalified(
                at=now, by=person.id, role=person.role, status=ticket.status,
                clause="", edition=desk.policies.edition, before=ticket.severity, severity=severity,
            )  # fmt: skip
            effects = await effects_of(change, ticket, desk)
            lines += [f"{severity} · {line}" for line in effect_lines(effects, desk.say, desk.zone, internal=internal)]
    return lines


def may_open(person: Person, desk: Desk) -> bool:
    """Whether *person* may open a ticket at all."""
    question = TransitionQuestion(action=Action.OPEN, role=person.role, status=None, facts=EVERYTHING_GIVEN)
    return desk.policies.decide(question).allowed


def _drawn(action: Action, ticket: Ticket | None, drawn: "_Drawn", person: Person, desk: Desk) -> Form:
    say = desk.say
    return Form(
        action=action,
        ticket_id=ticket.id if ticket else None,
        language=say.language,
        title=say(drawn.title) if ticket is None else f"{say(drawn.title)} · {ticket.reference}",
        submit=say(drawn.submit),
        cancel=say("Cancel"),
        fields=tuple(drawn.fields(_Asks(say=say, ticket=ticket, person=person, desk=desk))),
        introduction=(say(drawn.introduction),) if drawn.introduction else (),
    )


@dataclass(frozen=True, kw_only=True)
class _Asks:
    """What the fields of a form depend on."""

    say: Voice
    ticket: Ticket | None
    person: Person
    desk: Desk

    def text(self, name: str, label: str, *, hint: str = "", required: bool = True) -> Field:
        return Field(
            name=name,
            label=self.say(label),
            kind=FieldKind.TEXT,
            hint=self.say(hint) if hint else "",
            required=required,
            longest=_LONGEST,
        )

    def choice(
        self, name: str, label: str, options: Sequence[tuple[str, str]], *, value: str = "", required: bool = True
    ) -> Field:
        return Field(
            name=name,
            label=self.say(label),
            kind=FieldKind.CHOICE,
            options=tuple(Option(value=value, label=label) for value, label in options[:_MOST_OPTIONS]),
            value=value,
            required=required,
        )

    def menu(self, name: str, label: str, options: Sequence[tuple[str, str]]) -> Field:
        return replace(self.choice(name, label, options, required=False), kind=FieldKind.MENU)

    def files(self) -> Field:
        return Field(name="files", label=self.say("Files"), kind=FieldKind.FILES, required=False)

    def severities(self, value: str) -> Field:
        options = [(str(severity), self.say(_MEANS[severity])) for severity in Severity]
        return self.choice("severity", N_("Severity"), options, value=value)

    def severities_or_questions(self) -> list[Field]:
        """The severity as they see it, or what the policy asks, to propose one: as they please (§3.1.5)."""
        chosen = self.severities(_UNSURE)
        unsure = Option(value=_UNSURE, label=self.say("I am not sure: my answers to the questions decide"))
        return [replace(chosen, options=(*chosen.options, unsure)), *self._questions()]

    def _questions(self) -> list[Field]:
        return [
            self.menu(
                f"{_ABOUT}{inquiry.about}",
                policy_sentence(inquiry.ask, self.say),
                [(value, label_of(value, inquiry, self.say)) for value in inquiry.answers],
            )
            for inquiry in self.desk.policies.inquiries
        ]


_UNSURE = "unsure"
_ABOUT = "about_"
"""Before the name of the fact that a question asks for."""

_MEANS: Mapping[Severity, str] = {
    Severity.S1: N_("S1 Blocker: production is down, no workaround"),
    Severity.S2: N_("S2 Major: severely reduced, no workaround"),
    Severity.S3: N_("S3 Minor: partial loss, a workaround is possible"),
    Severity.S4: N_("S4 None/Info: a question, documentation, a wish"),
}
"""The definitions of §3.1.4, short enough for a menu."""


def _opening(asks: _Asks) -> list[Field]:
    say, first, last = asks.say, [], []
    contacts = _contacts(asks.desk)
    if asks.person.role is not Role.CONTACT and len(contacts) > _MOST_OPTIONS:
        last.append(_by_name(say))
    elif asks.person.role is not Role.CONTACT and contacts:
        first.append(asks.choice("requester", N_("On behalf of"), contacts))
    elif len(organisations := _organisations(asks)) > 1:
        first.append(asks.choice("organisation", N_("For which organisation"), organisations))
    severities, *questions = asks.severities_or_questions()
    return [
        *first,
        severities,
        Field(name="title", label=say("What is wrong, in one line"), kind=FieldKind.LINE, longest=TITLE_LENGTH),
        *last,
        asks.text(
            "description",
            N_("What happens, and what should happen"),
            hint=N_("Steps, exact error messages, the product's version, since when, how many users."),
            required=False,
        ),
        asks.files(),
        *questions,
    ]


def _by_name(say: Voice) -> Field:
    return Field(
        name="requester",
        label=say("On behalf of"),
        kind=FieldKind.LINE,
        hint=say("Their short name, such as ana; of a contact of several organisations also which one: ana acme."),
        longest=_LONGEST_NAME,
    )


def _contacts(desk: Desk) -> list[tuple[str, str]]:
    """
    Return those on whose behalf a case may be recorded here (§3.1.2), by name.

    Who is a contact of several organisations is one of each, where the room does not tell which is meant.
    """
    here = _organisation_here(desk)
    found = []
    for person in sorted(desk.cast.people.values(), key=lambda person: person.name):
        organisations = person.organisations if here is None else person.organisations and (here,)
        if person.role is Role.CONTACT and any(map(desk.scope.covers, person.organisations)):
            several = here is None and len(person.organisations) > 1
            found += [
                (f"{person.id} {each}" if several else person.id, f"{person.name} ({each})") for each in organisations
            ]
    return found


def _organisations(asks: _Asks) -> list[tuple[str, str]]:
    """Return whose case it may be, where neither the room nor the person tells."""
    if _organisation_here(asks.desk) is not None:
        return []
    known = asks.desk.cast.organisations
    return [(each, known[each].name if each in known else each) for each in asks.person.organisations]


def _organisation_here(desk: Desk) -> OrganisationId | None:
    return desk.here.room.organisation if desk.here.room is not None else None


def _asking(asks: _Asks) -> list[Field]:
    return [asks.text("awaited", N_("What we need from them"))]


def _resolving(asks: _Asks) -> list[Field]:
    kinds = [(str(kind), asks.say(label)) for kind, label in SOLUTION.items()]
    return [
        asks.choice("solution", N_("Kind of solution"), kinds),
        asks.text("text", N_("The solution"), hint=N_("With instructions to put it in place, where it needs any.")),
    ]


def _refusing(asks: _Asks) -> list[Field]:
    return [asks.text("why", N_("What is still wrong?"), required=False)]


def _closing(asks: _Asks) -> list[Field]:
    reasons = [(str(reason), asks.say(label)) for reason, label in REASON.items()]
    return [
        asks.choice("reason", N_("Reason"), reasons),
        asks.text("note", N_("In words"), required=False),
    ]


def _requalifying(asks: _Asks) -> list[Field]:
    now = str(asks.ticket.severity) if asks.ticket else ""
    modes = [(str(mode), asks.say(label)) for mode, label in COUNTS.items()]
    as_usual = (_UNSAID, asks.say("As usual: a graver severity from now on, a lesser one from the beginning"))
    return [
        asks.severities(now),
        asks.text("why", N_("Why")),
        asks.choice("counts", N_("The new times count"), [as_usual, *modes], value=_UNSAID),
    ]


_UNSAID = "unsaid"


def _proposing(asks: _Asks) -> list[Field]:
    severities, *questions = asks.severities_or_questions()
    return [severities, asks.text("why", N_("Why"), required=False), *questions]


def _assigning(asks: _Asks) -> list[Field]:
    handlers = [
        (person.id, person.name)
        for person in sorted(asks.desk.cast.people.values(), key=lambda person: person.name)
        if person.role in (Role.AGENT, Role.MANAGER)
    ]
    return [asks.choice("assignee", N_("To whom"), handlers, value=_among(asks.ticket, handlers))]


def _among(ticket: Ticket | None, handlers: Sequence[tuple[str, str]]) -> str:
    assignee = ticket.assignee if ticket else None
    return assignee if assignee in {person for person, _ in handlers[:_MOST_OPTIONS]} else ""


def _writing(asks: _Asks) -> list[Field]:
    return [asks.text("text", N_("Your words")), asks.files()]


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    title: str
    submit: str
    fields: Callable[[_Asks], list[Field]]
    introduction: str = ""


_FORMS: Mapping[Action, _Drawn] = {
    Action.OPEN: _Drawn(title=N_("New ticket"), submit=N_("Open"), fields=_opening),
    Action.NEED: _Drawn(
        title=N_("Ask"),
        submit=N_("Ask"),
        fields=_asking,
        introduction=N_("The customer reads this word for word; work stops until they answer."),
    ),
    Action.RESOLVE: _Drawn(
        title=N_("Resolve"),
        submit=N_("Propose"),
        fields=_resolving,
        introduction=N_("The customer reads this word for word, and accepts or refuses it."),
    ),
    Action.REFUSE: _Drawn(
        title=N_("Not solved"),
        submit=N_("Open again"),
        fields=_refusing,
        introduction=N_("The ticket is open again, and the support desk reads what you write."),
    ),
    Action.CLOSE: _Drawn(
        title=N_("Close"),
        submit=N_("Close"),
        fields=_closing,
        introduction=N_("Closed is final; the customer reads the reason."),
    ),
    Action.SEVERITY: _Drawn(
        title=N_("Severity"),
        submit=N_("Change"),
        fields=_requalifying,
        introduction=N_("The customer reads the new severity, and why."),
    ),
    Action.PROPOSE: _Drawn(
        title=N_("Severity"),
        submit=N_("Propose"),
        fields=_proposing,
        introduction=N_("An agent reads what you say and decides; the severity stays as it is until then."),
    ),
    Action.ASSIGN: _Drawn(title=N_("Assign"), submit=N_("Assign"), fields=_assigning),
    Action.REPLY: _Drawn(
        title=N_("Reply"), submit=N_("Send"), fields=_writing, introduction=N_("The customer reads this.")
    ),
    Action.NOTE: _Drawn(
        title=N_("Note"), submit=N_("Keep"), fields=_writing, introduction=N_("Only the desk reads this.")
    ),
}


# ---- what was filled in ----------------------------------------------------------------------------------------------


def command_of(submission: Submission, asked: Asked, organisation: OrganisationId | None, desk: Desk) -> Command:
    """
    Return the command that a filled-in form makes; what is missing in it is for the policy to say.

    Raises:
        CommandNotUnderstood: The form is none of ours, or says what none of its choices says.
    """
    values = _Values(submission.values)
    if submission.action is Action.OPEN:
        return _open_ticket(submission, values, asked, organisation, desk)
    make = _COMMANDS.get(submission.action)
    if make is None or submission.ticket_id is None:
        raise _no_form_of_ours()
    return make(AskedOfATicket(**asked, ticket_id=submission.ticket_id), values, submission)


def _no_form_of_ours() -> CommandNotUnderstood:
    return CommandNotUnderstood(UNKNOWN_FORM)


class _Values:
    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def text(self, name: str) -> str:
        return self._values.get(name, "").strip()

    def severity(self) -> Severity | None:
        return Severity(said) if (said := self.text("severity")) in set(Severity) else None

    def answers(self) -> tuple[tuple[str, str], ...]:
        return tuple(
            (name.removeprefix(_ABOUT), value)
            for name, value in self._values.items()
            if name.startswith(_ABOUT) and value
        )

    def mode(self) -> Requalification | None:
        return Requalification(said) if (said := self.text("counts")) in set(Requalification) else None

    def solution(self) -> SolutionKind | None:
        return SolutionKind(said) if (said := self.text("solution")) in set(SolutionKind) else None

    def reason(self) -> ClosingReason | None:
        return ClosingReason(said) if (said := self.text("reason")) in set(ClosingReason) else None

    def person(self, name: str) -> PersonId | None:
        return PersonId(said) if (said := self.text(name)) else None


def _open_ticket(
    submission: Submission, values: _Values, asked: Asked, organisation: OrganisationId | None, desk: Desk
) -> OpenTicket:
    named, _, theirs = values.text("requester").removeprefix("@").partition(" ")
    behalf = PersonId(named.casefold() if desk.cast.person(PersonId(named)) is None else named)
    for_another = bool(named) and asked["role"] is not Role.CONTACT
    person = desk.cast.person(behalf) if for_another else desk.person
    chosen = theirs.strip() if for_another else values.text("organisation")
    if organisation is None and person is not None and chosen in person.organisations:
        organisation = OrganisationId(chosen)
    return OpenTicket(
        **asked,
        organisation=organisation,
        text="\n".join(filter(None, (" ".join(values.text("title").split()), values.text("description")))),
        severity=values.severity(),
        answers=values.answers(),
        requester=behalf if for_another else None,
        files=submission.files,
    )


_COMMANDS: Mapping[Action, Callable[[AskedOfATicket, _Values, Submission], Command]] = {
    Action.TAKE: lambda asked, _, __: TakeTicket(**asked),
    Action.START: lambda asked, _, __: StartWork(**asked),
    Action.REMIND: lambda asked, _, __: RemindBeneficiary(**asked),
    Action.ACCEPT: lambda asked, values, _: AcceptSolution(**asked, note=values.text("note")),
    Action.NEED: lambda asked, values, _: SuspendTicket(**asked, awaited=values.text("awaited")),
    Action.RESOLVE: lambda asked, values, _: ResolveTicket(
        **asked, solution=values.solution(), text=values.text("text")
    ),
    Action.REFUSE: lambda asked, values, _: RefuseSolution(**asked, why=values.text("why")),
    Action.CLOSE: lambda asked, values, _: CloseTicket(**asked, reason=values.reason(), note=values.text("note")),
    Action.SEVERITY: lambda asked, values, _: RequalifyTicket(
        **asked, severity=values.severity(), why=values.text("why"), mode=values.mode(), confirmed=True
    ),
    Action.PROPOSE: lambda asked, values, _: ProposeSeverity(
        **asked, severity=values.severity(), why=values.text("why"), answers=values.answers(), finished=True
    ),
    Action.ASSIGN: lambda asked, values, _: AssignTicket(**asked, assignee=values.person("assignee")),
    Action.REPLY: lambda asked, values, submission: ReplyToBeneficiary(
        **asked, text=values.text("text"), files=submission.files
    ),
    Action.NOTE: lambda asked, values, submission: TakeNote(**asked, text=values.text("text"), files=submission.files),
}
