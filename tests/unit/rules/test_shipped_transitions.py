"""
The shipped life cycle, asked for everything there is: each answer is what the procedure says.

The tables here are written from the procedure, not from the policy file.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product

import pytest

from chatops.application.command_line import Spoken, fold, parse, verb_called
from chatops.application.commands import CloseTicket, OpenTicket
from chatops.domain.policy import Decision, Fact, TransitionQuestion
from chatops.domain.vocabulary import (
    Action,
    ClosingReason,
    Language,
    OrganisationId,
    PersonId,
    Role,
    SolutionKind,
    Status,
    TicketId,
)
from rules.checks import check, evaluators
from rules.engine import Engine, engine_for
from rules.loader import load, shipped_policies
from rules.sentences import PLACES

NEW, OPEN, SUSPENDED, IN_PROGRESS, RESOLVED, CLOSED = Status
CONTACT, AGENT, MANAGER, ADMINISTRATOR, UNVERIFIED, DESK = Role
STAFF = (AGENT, MANAGER)
Facts = Mapping[str, Fact]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the procedure's table; `to` is None where the status stays."""

    clause: str
    action: Action
    start: tuple[Status | None, ...]
    to: Status | None
    who: tuple[Role, ...]
    given: tuple[str, ...] = ()
    provided: Callable[[Facts], bool] = lambda facts: True


def three_reminders(facts: Facts) -> bool:
    return facts.get("reminders", 0) in (3, 4)


def fewer_and_theirs(facts: Facts) -> bool:
    return facts.get("reminders") in (0, 1, 2) and facts.get("ball") == "beneficiary"


def not_contested_yet(facts: Facts) -> bool:
    return facts.get("contested") is not True


def nobodys(facts: Facts) -> bool:
    return facts.get("assigned") is False


ALIVE = (NEW, OPEN, SUSPENDED, IN_PROGRESS, RESOLVED)
TAKEN = (OPEN, SUSPENDED, IN_PROGRESS, RESOLVED)


def row(
    clause: str,
    action: Action,
    start: Status | tuple[Status, ...] | None,
    to: Status | None,
    who: Role | tuple[Role, ...] = STAFF,
    given: tuple[str, ...] = (),
    provided: Callable[[Facts], bool] = lambda facts: True,
) -> Row:
    return Row(
        clause=clause,
        action=action,
        start=start if isinstance(start, tuple) else (start,),
        to=to,
        who=who if isinstance(who, tuple) else (who,),
        given=given,
        provided=provided,
    )


PROCEDURE = (
    row("§3.2.1", Action.OPEN, None, NEW, (CONTACT, *STAFF), ("text",)),
    row("§3.2.2", Action.TAKE, NEW, OPEN),
    row("§3.2.2", Action.ASSIGN, NEW, OPEN, STAFF, ("assignee",)),
    row("§3.2.2", Action.ASSIGN, TAKEN, None, STAFF, ("assignee",)),
    row("§3.2.2", Action.TAKE, TAKEN, None, STAFF, (), nobodys),
    row("§3.2.2a", Action.SEVERITY, OPEN, None, STAFF, ("proposed",)),
    row("§3.1.5", Action.SEVERITY, (NEW, SUSPENDED, IN_PROGRESS), None, STAFF, ("proposed",)),
    row(
        "§3.1.5",
        Action.PROPOSE,
        (NEW, OPEN, SUSPENDED, IN_PROGRESS),
        None,
        CONTACT,
        ("proposed", "text"),
        not_contested_yet,
    ),
    row("§3.2.2b", Action.NEED, OPEN, SUSPENDED, STAFF, ("awaited",)),
    row("§3.2.2c", Action.RESOLVE, OPEN, RESOLVED, STAFF, ("solution", "text")),
    row("§3.2.2d", Action.START, OPEN, IN_PROGRESS),
    row("§3.2.2e", Action.CLOSE, OPEN, CLOSED, STAFF, ("reason",)),
    row("§3.2.3a", Action.START, SUSPENDED, IN_PROGRESS),
    row("§3.2.3b", Action.RESOLVE, SUSPENDED, RESOLVED, STAFF, ("solution", "text")),
    row("§3.2.3c", Action.REMIND, SUSPENDED, None, (*STAFF, DESK), (), fewer_and_theirs),
    row("§3.2.3d", Action.CLOSE, SUSPENDED, CLOSED, (*STAFF, DESK), ("reason",), three_reminders),
    row("§3.2.4a", Action.NEED, IN_PROGRESS, SUSPENDED, STAFF, ("awaited",)),
    row("§3.2.4b", Action.RESOLVE, IN_PROGRESS, RESOLVED, STAFF, ("solution", "text")),
    row("§3.2.5a", Action.REFUSE, RESOLVED, OPEN, CONTACT),
    row("§3.2.5b", Action.ACCEPT, RESOLVED, CLOSED, CONTACT, ("reason",)),
    row("§3.2.5b", Action.CLOSE, RESOLVED, CLOSED, CONTACT, ("reason",)),
    row("§3.2.5c", Action.REMIND, RESOLVED, None, (*STAFF, DESK), (), fewer_and_theirs),
    row("§3.2.5d", Action.CLOSE, RESOLVED, CLOSED, (*STAFF, DESK), ("reason",), three_reminders),
    row("§3.2", Action.REPLY, ALIVE, None, STAFF, ("text",)),
    row("§3.2", Action.NOTE, (*ALIVE, CLOSED), None, STAFF, ("text",)),
    row("§3.2", Action.SAY, ALIVE, None, (CONTACT, UNVERIFIED, *STAFF), ("text",)),
)

WORDS = (Action.REPLY, Action.NOTE, Action.SAY)
WORK = (Action.TAKE, Action.ASSIGN, Action.NEED, Action.START, Action.RESOLVE, Action.REMIND)
HANDLING: Mapping[Action, Mapping[Status, str]] = {
    Action.TAKE: dict.fromkeys(ALIVE, "§3.2.2"),
    Action.ASSIGN: dict.fromkeys(ALIVE, "§3.2.2"),
    Action.SEVERITY: {**dict.fromkeys(ALIVE, "§3.1.5"), OPEN: "§3.2.2a", RESOLVED: "§3.2.2a"},
    Action.PROPOSE: dict.fromkeys(ALIVE, "§3.1.5"),
    Action.NEED: {
        NEW: "§3.2.2",
        OPEN: "§3.2.2b",
        SUSPENDED: "§3.2.3",
        IN_PROGRESS: "§3.2.4a",
        RESOLVED: "§3.2.5a",
    },
    Action.START: {NEW: "§3.2.2", IN_PROGRESS: "§3.2.4", RESOLVED: "§3.2.5a"},
    Action.RESOLVE: {
        NEW: "§3.2.2",
        OPEN: "§3.2.2c",
        SUSPENDED: "§3.2.3b",
        IN_PROGRESS: "§3.2.4b",
        RESOLVED: "§3.2.5a",
    },
    Action.ACCEPT: dict.fromkeys(ALIVE, "§3.2.5b"),
    Action.REFUSE: dict.fromkeys(ALIVE, "§3.2.5a"),
    Action.CLOSE: {
        NEW: "§3.2.2",
        OPEN: "§3.2.2e",
        SUSPENDED: "§3.2.3d",
        IN_PROGRESS: "§3.2.4",
        RESOLVED: "§3.2.5d",
    },
    **{action: dict.fromkeys(ALIVE, "§3.2") for action in WORDS},
}
"""The clause by which a member of staff is refused: the one that would have allowed it, or that stands against it."""


def refusing_clause(question: TransitionQuestion) -> str:
    action, status, role = question.action, question.status, question.role
    if role is ADMINISTRATOR:
        return "§3.2"
    if role is UNVERIFIED:
        return "§1.1"
    if role is DESK and action is not Action.REMIND and (status not in (None, CLOSED) or action is Action.OPEN):
        return "§3.2"
    if action is Action.OPEN:
        return "§3.2.1"
    if status is None:
        return "§3.1.3"
    if status is CLOSED:
        return "§3.2" if action is Action.NOTE and role is not CONTACT else "§3.2.6a"
    if role is CONTACT:
        return clause_for_a_contact(action, status)
    if action is Action.REMIND:
        return clause_for_a_reminder(status, question.facts)
    return HANDLING[action][status]


def clause_for_a_contact(action: Action, status: Status) -> str:
    if action in WORK:
        return "§3.2.2"
    if action in (Action.ACCEPT, Action.REFUSE) and status is SUSPENDED:
        return "§3.2.3"
    if action in (Action.SEVERITY, Action.PROPOSE):
        return "§3.1.5"
    return "§3.2.5a" if action is Action.REFUSE else "§3.2" if action in WORDS else "§3.2.5b"


def clause_for_a_reminder(status: Status, facts: Facts) -> str:
    if status is SUSPENDED and facts.get("ball") == "vendor":
        return "§3.2.3a"
    if status is RESOLVED:
        return "§3.2.5d" if three_reminders(facts) else "§3.2.5c"
    return "§3.2.3d" if status is SUSPENDED and three_reminders(facts) else "§3.2.3c"


# ---- everything there is to ask --------------------------------------------------------------------------------------

EVERYTHING: Facts = {
    "solution": "fix",
    "reason": "duplicate",
    "text": True,
    "awaited": True,
    "assignee": True,
    "proposed": "S2",
    "severity": "S3",
}
NOTHING: Facts = {"text": False, "awaited": False, "assignee": False}
OF_THE_ACTION: Mapping[Action, Mapping[str, tuple[Fact | None, ...]]] = {
    Action.OPEN: {"text": (None, False, True)},
    Action.TAKE: {"assigned": (None, False, True), "mine": (None, False, True)},
    Action.ASSIGN: {"assignee": (None, False, True)},
    Action.SEVERITY: {"proposed": (None, "S1", "S4")},
    Action.PROPOSE: {"proposed": (None, "S1", "S4"), "text": (None, False, True), "contested": (None, False, True)},
    Action.NEED: {"awaited": (None, False, True)},
    Action.START: {"ball": (None, "vendor", "beneficiary")},
    Action.RESOLVE: {"solution": (None, *map(str, SolutionKind)), "text": (None, False, True)},
    Action.ACCEPT: {"reason": (None, "solution_accepted")},
    Action.REFUSE: {"text": (None, True)},
    Action.CLOSE: {"reason": (None, *map(str, ClosingReason)), "reminders": (None, 0, 2, 3, 4)},
    Action.REMIND: {"ball": (None, "vendor", "beneficiary"), "reminders": (None, 0, 1, 2, 3, 4)},
    Action.REPLY: {"text": (None, False, True)},
    Action.NOTE: {"text": (None, False, True)},
    Action.SAY: {"text": (None, False, True)},
}
"""What an action is about, in all its values; None stands for "not known"."""


def questions() -> Iterator[TransitionQuestion]:
    """Yield every action, status and role, with every value of what the action is about, amid little else or much."""
    for action, status, role, beside in product(Action, (None, *Status), Role, (NOTHING, EVERYTHING)):
        axes = OF_THE_ACTION[action]
        for values in product(*axes.values()):
            about = dict(zip(axes, values, strict=True))
            facts = {name: fact for name, fact in {**beside, **about}.items() if fact is not None}
            yield TransitionQuestion(action=action, status=status, role=role, facts=facts)


def expected(question: TransitionQuestion) -> tuple[bool, Status | None, str]:
    for each in PROCEDURE:
        stands = question.action is each.action and question.status in each.start and question.role in each.who
        told = all(question.facts.get(name, False) is not False for name in each.given)
        if stands and told and each.provided(question.facts):
            return True, each.to, each.clause
    return False, None, refusing_clause(question)


@pytest.fixture(scope="module", params=evaluators())
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    engine = engine_for(load(shipped_policies()), request.param)
    yield engine
    engine.close()


def test_every_answer_is_what_the_procedure_says(engine: Engine) -> None:
    asked = 0
    for question in questions():
        decision = engine.decide(question)
        assert (decision.allowed, decision.to, decision.clause) == expected(question), question
        asked += 1
    assert asked > 5_000


def test_every_clause_of_the_life_cycle_is_there() -> None:
    """§3.2.4c is no transition, §3.2.5e and §3.2.6b have no arrow of their own."""
    clauses = {line.clause for line in load(shipped_policies()).transitions.lines}
    numbers = ("1", "2", "2a", "2b", "2c", "2d", "2e", "3a", "3b", "3c", "3d", "4a", "4b", "5a", "5b", "5c", "5d", "6a")
    life = {f"§3.2.{number}" for number in numbers}
    assert life <= clauses


def test_the_check_finds_nothing_wrong() -> None:
    assert check(shipped_policies()) == ()


# ---- what refused people read ----------------------------------------------------------------------------------------

TICKET = "T-12"
FILLED = {
    "{ticket}": TICKET,
    "{status}": "OPEN",
    "{assignee}": "Bea",
    "{reminders}": "2",
    "{severity}": "S2",
    "{missing}": "text",
}


def filled(sentence: str) -> str:
    for place, words in FILLED.items():
        sentence = sentence.replace(place, words)
    return sentence


@pytest.fixture(scope="module")
def refusals() -> list[tuple[TransitionQuestion, Decision]]:
    engine = engine_for(load(shipped_policies()), "reference")
    answers = [(question, engine.decide(question)) for question in questions()]
    return [(question, decision) for question, decision in answers if not decision.allowed]


Refusals = list[tuple[TransitionQuestion, Decision]]


def test_every_refusal_is_told_in_both_languages_and_leaves_no_place_empty(refusals: Refusals) -> None:
    assert {f"{{{name}}}" for name in PLACES} == set(FILLED)
    for _, decision in refusals:
        assert set(decision.refusal) == set(Language)
        for sentence in decision.refusal.values():
            assert filled(sentence).strip().endswith((".", "`."))
            assert not set("{}") & set(filled(sentence))


def test_a_refusal_names_the_assignee_only_where_there_is_one(refusals: Refusals) -> None:
    for question, decision in refusals:
        if "{assignee}" in "".join(decision.refusal.values()):
            assert question.facts["assigned"] is True


def test_the_two_languages_say_the_same_places_and_the_same_number_of_commands(refusals: Refusals) -> None:
    for _, decision in refusals:
        english, french = decision.refusal[Language.EN], decision.refusal[Language.FR]
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", french))
        verbs = [[verb_called(words.split()[0]) for words in commands_in(each)] for each in (english, french)]
        assert sorted(verb.name for verb in verbs[0] if verb) == sorted(verb.name for verb in verbs[1] if verb)


def commands_in(sentence: str) -> list[str]:
    """Return the commands that *sentence* names, without their mark."""
    return re.findall(r"`!([^`]+)`", filled(sentence))


def spoken(role: Role) -> Spoken:
    return Spoken(
        by=PersonId("somebody"),
        role=role,
        at=datetime(2026, 6, 5, tzinfo=UTC),
        people={"ben": PersonId("ben")},
        ticket_id=TicketId(12),
        organisation=OrganisationId("acme"),
    )


FRENCH = {
    *("ouvrir", "prendre", "assigner", "severite", "demander", "demarrer", "resoudre", "accepter", "refuser"),
    *("fermer", "relancer", "repondre", "noter", "lister", "aide"),
}


@pytest.mark.parametrize("language", Language)
def test_every_command_a_refusal_names_can_be_typed(refusals: Refusals, language: Language) -> None:
    for question, decision in refusals:
        for words in commands_in(decision.refusal[language]):
            command = parse(words.replace("…", "mots"), spoken(question.role))
            verb = fold(words.split()[0])
            assert (verb in FRENCH) is (language is Language.FR), words
            if isinstance(command, CloseTicket):
                assert command.reason not in (None, ClosingReason.OTHER), words
            if isinstance(command, OpenTicket) and TICKET in words:
                assert command.refers_to == TicketId(12), words


CUSTOMERS_OWN = (Action.ACCEPT, Action.REFUSE)


def test_what_a_refusal_proposes_can_be_done(refusals: Refusals) -> None:
    """
    By the person who asked, where the ticket stands.

    What is the customer's is told to staff as such; the desk itself reads nothing.
    """
    engine = engine_for(load(shipped_policies()), "reference")
    for question, decision in refusals:
        proposed = decision.refusal[Language.EN].replace("without `!reply`", "")
        for words in commands_in(proposed) if question.role is not DESK else ():
            verb = words.split()[0]
            if verb not in tuple(Action):
                continue
            # One verb for both: staff set the severity, the customer proposes one.
            proposes = verb == Action.SEVERITY and question.role is CONTACT
            action = Action.PROPOSE if proposes else Action(verb)
            role = CONTACT if action in CUSTOMERS_OWN else question.role
            facts = {**EVERYTHING, "ball": "beneficiary", "reminders": 0, **question.facts, **EVERYTHING}
            after_three = {**facts, "reminders": 3}
            asked = [
                TransitionQuestion(
                    action=action, role=role, status=None if action is Action.OPEN else question.status, facts=each
                )
                for each in (facts, after_three)
            ]
            assert any(engine.decide(each).allowed for each in asked), (question, words)


def test_french_sentences_keep_french_typography(refusals: Refusals) -> None:
    for _, decision in refusals:
        french = decision.refusal[Language.FR]
        prose = re.sub(r"`[^`]*`", "", french)
        assert not re.search(r"[ \w»][;!?]|[ \w»]:|« | »|'", prose), french
        assert not re.search(r"\b(NEW|OPEN|SUSPENDED|IN PROGRESS|RESOLVED|CLOSED)\b", prose), french
