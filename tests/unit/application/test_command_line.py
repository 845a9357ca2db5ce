"""The grammar of what people type: forgiving in form, exact in meaning."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chatops.application.command_line import VERBS, Spoken, fold, parse
from chatops.application.commands import (
    AcceptSolution,
    AssignTicket,
    BindRoom,
    CloseTicket,
    Command,
    ExplainTicket,
    Help,
    IdentifyPerson,
    ListRooms,
    ListTickets,
    OpenTicket,
    RefuseSolution,
    RemindBeneficiary,
    ReplyToBeneficiary,
    RequalifyTicket,
    ResolveTicket,
    ShowHistory,
    ShowTicket,
    StartWork,
    SuspendTicket,
    TakeNote,
    TakeTicket,
    UnbindRoom,
)
from chatops.domain.errors import CommandNotUnderstood, TicketNotFound, UserError
from chatops.domain.vocabulary import (
    ClosingReason,
    OrganisationId,
    PersonId,
    Role,
    RoomPurpose,
    Severity,
    SolutionKind,
    Status,
    TicketId,
)

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
PEOPLE = {
    name: PersonId(person)
    for name, person in {
        "ben": "ben",
        "ben durand": "ben",
        "ana": "ana",
        "luc": "luc",
        "luc:sandbox.local": "luc",
    }.items()
}


def said_by_ben(text: str, *, ticket: int | None = 7) -> Command:
    return parse(text, _spoken("ben", Role.AGENT, ticket))


def said_by_ana(text: str, *, ticket: int | None = None) -> Command:
    return parse(text, _spoken("ana", Role.CONTACT, ticket))


def _spoken(person: str, role: Role, ticket: int | None) -> Spoken:
    return Spoken(
        by=PersonId(person),
        role=role,
        at=NOON,
        people=PEOPLE,
        ticket_id=None if ticket is None else TicketId(ticket),
        organisation=OrganisationId("acme"),
    )


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("take", TakeTicket),
        ("prendre", TakeTicket),
        ("TAKE!", TakeTicket),
        ("assign luc", AssignTicket),
        ("assigner luc", AssignTicket),
        ("severity S2", RequalifyTicket),
        ("sévérité S2", RequalifyTicket),
        ("Severite s2", RequalifyTicket),
        ("need logs", SuspendTicket),
        ("demander les logs", SuspendTicket),
        ("start", StartWork),
        ("démarrer", StartWork),
        ("resolve fix it", ResolveTicket),
        ("résoudre correctif voici", ResolveTicket),
        ("accept", AcceptSolution),
        ("accepter", AcceptSolution),
        ("refuse", RefuseSolution),
        ("reopen", RefuseSolution),
        ("rouvrir", RefuseSolution),
        ("close duplicate", CloseTicket),
        ("fermer doublon", CloseTicket),
        ("remind", RemindBeneficiary),
        ("relancer", RemindBeneficiary),
        ("reply hello", ReplyToBeneficiary),
        ("répondre bonjour", ReplyToBeneficiary),
        ("note careful", TakeNote),
        ("noter prudence", TakeNote),
        ("show", ShowTicket),
        ("voir", ShowTicket),
        ("list", ListTickets),
        ("lister", ListTickets),
        ("history", ShowHistory),
        ("historique", ShowHistory),
        ("why", ExplainTicket),
        ("pourquoi ?", ExplainTicket),
        ("bind desk", BindRoom),
        ("associer support", BindRoom),
        ("unbind", UnbindRoom),
        ("dissocier", UnbindRoom),
        ("rooms", ListRooms),
        ("salons", ListRooms),
        ("identify @zed:sandbox.local ana", IdentifyPerson),
        ("rattacher @zed:sandbox.local ana", IdentifyPerson),
        ("help", Help),
        ("aide", Help),
        ("", Help),
    ],
)
def test_a_verb_is_known_in_both_languages(text: str, command: type[Command]) -> None:
    assert type(said_by_ben(text)) is command


def test_a_word_names_one_verb_only() -> None:
    words = [word for verb in VERBS for word in verb.words]
    assert len(words) == len(set(words))
    assert words == [fold(word) for word in words]


@pytest.mark.parametrize(
    ("text", "severity", "report"),
    [
        ("open S2 The portal is very slow", Severity.S2, "The portal is very slow"),
        ("open s1: down", Severity.S1, "down"),
        ("open sev 3 a broken icon", Severity.S3, "a broken icon"),
        ("open sev4, where is the manual?", Severity.S4, "where is the manual?"),
        ("ouvrir bloquant Le portail est arrêté", Severity.S1, "Le portail est arrêté"),
        ("ouvrir Majeur : le portail rame", Severity.S2, "le portail rame"),
        ("open Major outage of the portal", Severity.S2, "Major outage of the portal"),
        ("open None of the users can log in", None, "None of the users can log in"),
        ("open info: licences", Severity.S4, "licences"),
        ("open the portal is slow", None, "the portal is slow"),
        ("open S2\nThe portal is slow.\nSince noon.", Severity.S2, "The portal is slow.\nSince noon."),
        ("open", None, ""),
    ],
)
def test_a_report_may_begin_with_its_severity(text: str, severity: Severity | None, report: str) -> None:
    opened = said_by_ana(text)
    assert isinstance(opened, OpenTicket)
    assert (opened.severity, opened.text) == (severity, report)
    assert opened.organisation == "acme"


def test_an_agent_opens_for_a_contact() -> None:
    """§3.1.2: a call becomes a case that an agent records."""
    for text in ("open for ana S2 she called: down", "ouvrir S2 pour @ana she called: down"):
        opened = said_by_ben(text, ticket=None)
        assert isinstance(opened, OpenTicket)
        assert (opened.requester, opened.severity, opened.text) == ("ana", Severity.S2, "she called: down")


def test_for_is_prose_when_a_contact_says_it() -> None:
    opened = said_by_ana("open for ben it works, for us not")
    assert isinstance(opened, OpenTicket)
    assert (opened.requester, opened.text) == (None, "for ben it works, for us not")


@pytest.mark.parametrize(
    "text", ["open after T-3 again down", "open again down after T-3", "ouvrir again down suite à t3"]
)
def test_a_new_ticket_refers_to_a_closed_one(text: str) -> None:
    """§3.2.6a."""
    opened = said_by_ana(text)
    assert isinstance(opened, OpenTicket)
    assert (opened.refers_to, opened.text) == (3, "again down")


@pytest.mark.parametrize(("text", "ticket"), [("take T-12", 12), ("take t12", 12), ("take t‑12.", 12), ("take", 7)])
def test_a_named_ticket_goes_before_the_threads(text: str, ticket: int) -> None:
    taken = said_by_ben(text)
    assert isinstance(taken, TakeTicket)
    assert taken.ticket_id == ticket


@pytest.mark.parametrize("number", ["T-0", "T--1", "T-1e3", "T-١٢", "T-" + "9" * 30])
def test_what_cannot_be_a_ticket_is_not_found(number: str) -> None:
    """S14: the same words as for a ticket that is somebody else's."""
    with pytest.raises(TicketNotFound, match="no such ticket"):
        said_by_ben(f"show {number}", ticket=None)


@pytest.mark.parametrize(("said", "verb"), [("take", "take"), ("Due:", "due"), ("Échéance", "échéance")])
def test_outside_a_thread_a_ticket_must_be_named(said: str, verb: str) -> None:
    """The example is what they said, in their own language."""
    with pytest.raises(UserError, match="Which ticket") as caught:
        said_by_ben(said, ticket=None)
    assert caught.value.places["verb"] == verb


@pytest.mark.parametrize(
    ("text", "solution", "words"),
    [
        ("resolve workaround restart the node", SolutionKind.WORKAROUND, "restart the node"),
        ("resolve workaround: restart the node.", SolutionKind.WORKAROUND, "restart the node."),
        ("résoudre Fonctionne comme prévu – voir la page 3", SolutionKind.WORKS_AS_DESIGNED, "voir la page 3"),
        ("resolve fix planned for 7.1", SolutionKind.FIX_PLANNED, "for 7.1"),
        ("resolve fix\ninstall it", SolutionKind.FIX, "install it"),
        ("resolve works_as_designed yes", SolutionKind.WORKS_AS_DESIGNED, "yes"),
        ("resolve restart the node", None, "restart the node"),
        ("resolve workaround", SolutionKind.WORKAROUND, ""),
        ("resolve", None, ""),
    ],
)
def test_a_solution_says_its_kind_first(text: str, solution: SolutionKind | None, words: str) -> None:
    resolved = said_by_ben(text)
    assert isinstance(resolved, ResolveTicket)
    assert (resolved.solution, resolved.text) == (solution, words)


@pytest.mark.parametrize(
    ("text", "reason", "note"),
    [
        ("close duplicate of T-3", ClosingReason.DUPLICATE, "of T-3"),
        ("fermer hors périmètre", ClosingReason.OUT_OF_SCOPE, ""),
        ("close no answer", ClosingReason.NO_ANSWER, ""),
        ("close they sold the company", ClosingReason.OTHER, "they sold the company"),
        ("close", None, ""),
    ],
)
def test_closing_gives_a_reason(text: str, reason: ClosingReason | None, note: str) -> None:
    """§3.2.6b names some and ends with « etc. », so other words are a reason too."""
    closed = said_by_ben(text)
    assert isinstance(closed, CloseTicket)
    assert (closed.reason, closed.note) == (reason, note)


def test_a_severity_may_say_why() -> None:
    requalified = said_by_ben("severity S3 because the workaround holds")
    assert requalified == RequalifyTicket(
        by=PersonId("ben"),
        role=Role.AGENT,
        at=NOON,
        ticket_id=TicketId(7),
        severity=Severity.S3,
        why="the workaround holds",
    )
    with pytest.raises(CommandNotUnderstood, match="S1, S2, S3 or S4"):
        said_by_ben("severity terrible")


@pytest.mark.parametrize(
    ("text", "assignee"),
    [
        ("assign luc", "luc"),
        ("assign @Luc:", "luc"),
        ("assign to Ben Durand", "ben"),
        ("assign me", "ben"),
        ("assign @luc:sandbox.local", "luc"),
        ("assign", None),
    ],
)
def test_a_colleague_is_known_by_any_name(text: str, assignee: str | None) -> None:
    assigned = said_by_ben(text)
    assert isinstance(assigned, AssignTicket)
    assert assigned.assignee == assignee


def test_an_unknown_name_is_said_back() -> None:
    with pytest.raises(UserError, match="nobody called “zoe”"):
        said_by_ben("assign zoe")


@pytest.mark.parametrize(
    ("text", "mine", "status", "closed"),
    [
        ("list", False, None, False),
        ("list mine", True, None, False),
        ("lister les miens", True, None, False),
        ("list all", False, None, True),
        ("list in progress", False, Status.IN_PROGRESS, False),
        ("lister fermés", False, Status.CLOSED, True),
    ],
)
def test_a_list_may_be_narrowed(text: str, mine: bool, status: Status | None, closed: bool) -> None:
    listed = said_by_ben(text)
    assert isinstance(listed, ListTickets)
    assert (listed.mine, listed.status, listed.closed) == (mine, status, closed)


def test_a_near_miss_gets_a_suggestion() -> None:
    with pytest.raises(CommandNotUnderstood, match="Did you mean `!resolve") as caught:
        said_by_ben("resolv fix it")
    assert caught.value.places["suggestion"] == "resolve"


def test_nonsense_gets_help_not_a_guess() -> None:
    with pytest.raises(CommandNotUnderstood, match=r"“xyzzy”\. Type `!help`"):
        said_by_ben("xyzzy")


@pytest.mark.parametrize(
    ("text", "purpose", "organisation"),
    [
        ("bind customer acme", RoomPurpose.CUSTOMER, "acme"),
        ("Bind Customer Acme Industries", RoomPurpose.CUSTOMER, "Acme Industries"),
        ("bind to desk", RoomPurpose.DESK, ""),
        ("associer au support", RoomPurpose.DESK, ""),
        ("associer responsables", RoomPurpose.MANAGERS, ""),
    ],
)
def test_a_room_is_bound_to_somebody_or_to_a_purpose(text: str, purpose: RoomPurpose, organisation: str) -> None:
    command = said_by_ben(text)
    assert isinstance(command, BindRoom)
    assert (command.purpose, command.organisation) == (purpose, organisation)


ZED = "@zed:sandbox.local"


@pytest.mark.parametrize(
    ("text", "mentions", "identity", "person"),
    [
        (f"identify {ZED} ana", (), ZED, "ana"),
        (f"identify ana {ZED}", (), ZED, "ana"),
        (f"identify {ZED} Ben Durand", (), ZED, "ben"),
        (f"identify {ZED} @ana", (), ZED, "ana"),
        (f"identify {ZED} nobody", (), ZED, None),
        # A pill leaves a display name; a reply mentions whom it answers.
        ("identify Zed Zimmer ana", (ZED,), ZED, "ana"),
        ("identify ana", (ZED,), ZED, "ana"),
        # What is written goes before what is mentioned, and of two who are mentioned none is meant.
        (f"identify {ZED} ana", ("@luc:sandbox.local",), ZED, "ana"),
        ("identify Zed ana", (ZED, "@luc:sandbox.local"), "Zed", "ana"),
        ("identify zed ana", (), "zed", "ana"),
    ],
)
def test_an_identity_is_written_or_mentioned(
    text: str, mentions: tuple[str, ...], identity: str, person: str | None
) -> None:
    command = parse(text, replace(_spoken("ben", Role.AGENT, None), mentions=mentions))
    assert isinstance(command, IdentifyPerson)
    assert (command.identity, command.person) == (identity, person)


@pytest.mark.parametrize(("text", "mentions"), [("identify", ()), ("identify ana", ()), ("identify", (ZED, ZED))])
def test_half_an_introduction_is_told_how_it_is_written(text: str, mentions: tuple[str, ...]) -> None:
    with pytest.raises(CommandNotUnderstood, match="in full"):
        parse(text, replace(_spoken("ben", Role.AGENT, None), mentions=mentions))
