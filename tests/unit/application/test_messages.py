"""What events make people read, per audience: who is told what, and whom it notifies."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chatops.application.cast import Cast
from chatops.application.handlers.desk import Decided
from chatops.application.message_tree import spans, unmarked
from chatops.application.messages.card import TITLE_LENGTH, card, title_of
from chatops.application.messages.chronicle import chronicle
from chatops.application.messages.reading import Reading
from chatops.application.messages.thread import told
from chatops.application.words import Words
from chatops.catalogues import load_words
from chatops.domain.directory import Organisation, Person
from chatops.domain.events import (
    EVENTS,
    BeneficiaryReminded,
    BeneficiaryWrote,
    ClockBreached,
    ClockCancelled,
    ClockMet,
    ClocksFrozen,
    ClockWarned,
    ClosingProposed,
    CommandRefused,
    DueMoved,
    Event,
    InformationRequested,
    NoteTaken,
    ReminderUndelivered,
    SeverityProposed,
    SeverityRequalified,
    SolutionProposed,
    SolutionRefused,
    TicketAssigned,
    TicketClosed,
    TicketOpened,
    VendorReplied,
    WordsCorrected,
    WordsTakenBack,
    WorkStarted,
)
from chatops.domain.ticket import Ticket
from chatops.domain.vocabulary import (
    Action,
    Audience,
    ClockKind,
    ClosingReason,
    Language,
    OrganisationId,
    PersonId,
    Recounted,
    Role,
    Severity,
    Side,
    SolutionKind,
    Status,
    TicketId,
)

ANA, BEN, LUC = PersonId("ana"), PersonId("ben"), PersonId("luc")
ACME = OrganisationId("acme")
WORDS: Words = load_words()


def person(person_id: PersonId, name: str, role: Role) -> Person:
    return Person(id=person_id, name=name, role=role, language=Language.EN, time_zone="Etc/UTC", organisations=(ACME,))


CAST = Cast(
    people={
        ANA: person(ANA, "Ana", Role.CONTACT),
        BEN: person(BEN, "Ben", Role.AGENT),
        LUC: person(LUC, "Luc", Role.AGENT),
    },
    organisations={ACME: Organisation(id=ACME, name="Acme", language=Language.EN, time_zone="Etc/UTC")},
)
TICKET = Ticket(
    id=TicketId(1),
    organisation=ACME,
    title="The portal is slow",
    description="",
    severity=Severity.S2,
    status=Status.OPEN,
    ball=Side.VENDOR,
    requester=ANA,
    assignee=BEN,
)
NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
BY_BEN = Decided(at=NOON, by=BEN, role=Role.AGENT, status=Status.OPEN, clause="§3.2", edition="test")
BY_ANA = Decided(at=NOON, by=ANA, role=Role.CONTACT, status=Status.OPEN, clause="§3.2", edition="test")
BY_THE_DESK = Decided(at=NOON, by=None, role=Role.DESK, status=Status.OPEN, clause="§3.2", edition="test")

HAPPENED: dict[type[Event], Event] = {
    type(event): event
    for event in (
        TicketOpened(**BY_ANA, organisation=ACME, title="x", description="", severity=Severity.S2, requester=ANA),
        TicketAssigned(**BY_BEN, assignee=LUC),
        SeverityRequalified(**BY_BEN, before=Severity.S2, severity=Severity.S3, why="it still answers"),
        SeverityProposed(**BY_ANA, before=Severity.S3, severity=Severity.S1, why="nobody can work"),
        InformationRequested(**BY_BEN, awaited="the logs"),
        WorkStarted(**BY_BEN),
        SolutionProposed(**BY_BEN, solution=SolutionKind.WORKAROUND, text="restart it"),
        SolutionRefused(**BY_ANA, why="still slow"),
        TicketClosed(**BY_ANA, reason=ClosingReason.SOLUTION_ACCEPTED),
        BeneficiaryReminded(**BY_BEN, count=1),
        ReminderUndelivered(**BY_BEN, of=9, count=1, contact=ANA),
        BeneficiaryWrote(**BY_ANA, text="hello?"),
        VendorReplied(**BY_BEN, text="on it"),
        NoteTaken(**BY_BEN, text="their own plug-in"),
        WordsCorrected(**BY_BEN, of=11, internal=True, text="their very own plug-in"),
        WordsTakenBack(**BY_BEN, of=11, internal=True),
        ClockWarned(**BY_THE_DESK, clock=ClockKind.RESPONSE, due_at=NOON, warning_at=NOON),
        ClockBreached(**BY_THE_DESK, clock=ClockKind.UPDATE, due_at=NOON),
        ClockMet(**BY_THE_DESK, clock=ClockKind.RESPONSE, due_at=NOON, in_time=True),
        DueMoved(**BY_THE_DESK, clock=ClockKind.UPDATE, due_at=None, was_due_at=NOON, because=Recounted.POLICIES),
        ClockCancelled(**BY_THE_DESK, clock=ClockKind.RESOLUTION, due_at=NOON),
        ClocksFrozen(**BY_THE_DESK, calendars=(), outcomes=()),
        ClosingProposed(**BY_THE_DESK, reason=ClosingReason.NO_ANSWER, reminders=3),
        CommandRefused(**BY_BEN, action=Action.CLOSE),
    )
}


def reading(audience: Audience, language: Language = Language.EN, ticket: Ticket = TICKET) -> Reading:
    return Reading(say=WORDS[language], audience=audience, cast=CAST, ticket=ticket, possible=frozenset(Action))


def test_every_kind_of_event_is_tried_here() -> None:
    assert set(HAPPENED) == set(EVENTS)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", EVENTS)
def test_every_event_has_its_line_in_the_history(kind: type[Event], language: Language) -> None:
    assert chronicle(HAPPENED[kind], reading(Audience.INTERNAL, language))


@pytest.mark.parametrize("kind", EVENTS)
def test_what_is_internal_is_never_told_to_the_customer(kind: type[Event]) -> None:
    """I9."""
    event = HAPPENED[kind]
    if event.audience is Audience.INTERNAL:
        assert told(event, reading(Audience.PUBLIC)) is None


@pytest.mark.parametrize(
    ("kind", "customer", "desk"),
    [
        (TicketAssigned, (), (LUC,)),
        (SeverityRequalified, (), ()),
        (InformationRequested, (ANA,), ()),
        (WorkStarted, (), ()),
        (SolutionProposed, (ANA,), ()),
        (SolutionRefused, (), (BEN,)),
        (TicketClosed, (), ()),
        (BeneficiaryReminded, (ANA,), ()),
        (BeneficiaryWrote, (), (BEN,)),
        (VendorReplied, (), ()),
    ],
)
def test_exactly_those_who_get_the_ball_are_notified(
    kind: type[Event], customer: tuple[PersonId, ...], desk: tuple[PersonId, ...]
) -> None:
    public, internal = (told(HAPPENED[kind], reading(audience)) for audience in (Audience.PUBLIC, Audience.INTERNAL))
    assert public is not None
    assert internal is not None
    assert (public.notify, internal.notify) == (customer, desk)


def test_taking_a_ticket_oneself_notifies_nobody() -> None:
    message = told(TicketAssigned(**BY_BEN, assignee=BEN), reading(Audience.INTERNAL))
    assert message is not None
    assert (message.headline, message.notify) == ("Ben took T-1.", ())


def test_each_side_is_named_as_the_reader_knows_it() -> None:
    assert reading(Audience.PUBLIC).name(BEN) == "Ben (support)"
    assert reading(Audience.PUBLIC).name(ANA) == "Ana"
    assert reading(Audience.INTERNAL).name(BEN) == "Ben"
    assert reading(Audience.INTERNAL).name(ANA) == "Ana (Acme)"


def test_the_card_speaks_the_readers_language() -> None:
    suspended = replace(TICKET, status=Status.SUSPENDED, ball=Side.BENEFICIARY, awaited="the logs")
    english, french = (card(reading(Audience.PUBLIC, language, suspended)) for language in Language)
    assert [fact.value for fact in english.facts][:2] == ["SUSPENDED", "S2 Major"]
    assert [fact.value for fact in french.facts][:2] == ["SUSPENDU", "S2 Majeur"]
    assert english.paragraphs == ("Waiting for you: the logs",)
    assert french.paragraphs == ("Nous attendons de vous\u00a0: the logs",)


def test_buttons_are_what_the_policy_allows() -> None:
    allowed = replace(reading(Audience.PUBLIC), possible=frozenset({Action.ACCEPT, Action.REFUSE}))
    assert [button.command for button in card(allowed).buttons] == ["!accept", "!refuse …"]
    assert card(replace(allowed, possible=frozenset())).buttons == ()


def test_a_long_report_is_known_by_the_start_of_its_first_line() -> None:
    assert title_of("Down\n\nsince noon") == ("Down", "since noon")
    assert title_of("Down") == ("Down", "")
    title, description = title_of("x" * 500)
    assert (len(title), title[-1], description) == (TITLE_LENGTH, "…", "x" * 500)


def test_what_is_to_be_typed_is_set_apart() -> None:
    assert spans("Type `!help` now") == (("Type ", False), ("!help", True), (" now", False))
    assert unmarked("Type `!help` now") == "Type !help now"
    assert spans("5` of rain") == (("5` of rain", False),)
