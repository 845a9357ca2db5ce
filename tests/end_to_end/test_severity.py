"""Severity: proposed by the customer, qualified by the desk, its effect on the clocks told first (§3.1.5, §3.2.2a)."""

import re
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from typing import TypeVar

import pytest

from chatops.application.deliveries import Answer, Marked, Press, Speech, Submission
from chatops.application.forms import FieldKind
from chatops.application.message_tree import Button, Message
from chatops.application.ports.outbox import Form
from chatops.bootstrap import policy_engine
from chatops.domain.events import (
    Attachment,
    BeneficiaryWrote,
    ClockBreached,
    ClockWarned,
    Event,
    SeverityProposed,
    SeverityRequalified,
    TicketOpened,
)
from chatops.domain.outcomes import ClockState
from chatops.domain.readings import Clocks
from chatops.domain.vocabulary import Action, ClockKind, Language, Requalification, Scope, Severity, Side, TicketId
from rules.loader import shipped_policies
from tests.desks import quiet
from tests.two_platforms import ACME, ANA, BEN, DESK, DESK_ON_MATRIX, GLOBEX, GUS, ZED, Scene, a_scene, heard

E = TypeVar("E", bound=Event)

MONDAY = datetime(2026, 6, 1, 8, tzinfo=UTC)


def on(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


async def a_ticket(scene: Scene, words: str = "open S3 le portail est lent", at: datetime = MONDAY) -> TicketId:
    """Let Gus of Globex, who has the Standard plan, open one."""
    scene.time.at = at
    opened = await scene.hears(GUS, GLOBEX, Marked(text=words))
    assert opened.ticket_id is not None
    return opened.ticket_id


async def ben(scene: Scene, words: str, at: datetime) -> Answer:
    """Let Ben write in the desk's room, once all has happened that is due by then."""
    scene.time.at = at
    await quiet(scene.desk)
    return await scene.hears(BEN, DESK, Marked(text=words))


async def gus(scene: Scene, words: str, ticket: TicketId, *files: Attachment) -> Answer:
    """Let Gus write in the ticket's thread: a command after ``!``, else plain words."""
    thread = await scene.thread(ticket, GLOBEX)
    said = Marked(text=words[1:], files=files) if words.startswith("!") else Speech(text=words, files=files)
    return await scene.hears(GUS, GLOBEX, said, thread=thread.root)


async def history(scene: Scene, ticket: TicketId) -> list[Event]:
    async with scene.desk.storage.begin() as uow:
        return [row.event for row in await uow.history.of(ticket, Scope.of_the_desk())]


async def happened(scene: Scene, ticket: TicketId, kind: type[E]) -> list[E]:
    return [event for event in await history(scene, ticket) if isinstance(event, kind)]


async def severity_of(scene: Scene, ticket: TicketId) -> Severity:
    async with scene.desk.storage.begin() as uow:
        found = await uow.tickets.find(ticket, Scope.of_the_desk())
    assert found is not None
    return found.severity


async def clocks(scene: Scene, ticket: TicketId) -> Clocks:
    read = await scene.desk.bus.clocks(ticket)
    assert read is not None
    return read


def last(scene: Scene, room: str, *forms: Form) -> Message:
    return scene.parcels(room, *(forms or (Form.ANSWER, Form.THREAD)))[-1].claimed.message


def text_of(message: Message) -> str:
    return "\n".join((message.headline, *message.paragraphs))


def button(message: Message, words: str) -> Button:
    """Return the one button of *message* whose words hold these."""
    (found,) = (each for each in message.buttons if words in each.words)
    return found


async def presses(scene: Scene, person: str, room: str, pressed: Button) -> Answer:
    press = Press(action=pressed.action, ticket_id=pressed.ticket_id, text=pressed.words)
    return await scene.hears(person, room, press)


# ---- what a change would do ------------------------------------------------------------------------------------------


async def test_a10_both_modes_are_shown_before_anything_is_changed(database: str) -> None:
    """A10: eleven of twenty business hours are gone."""
    async with a_scene(database) as scene:
        ticket = await a_ticket(scene)
        answer = await ben(scene, f"severity T-{ticket} S1?", on(2, 9))
        assert answer.refused is None
        shown = last(scene, DESK, Form.ANSWER)
        assert "From now on: First answer: due by Tue 2 Jun 2026, 11:00 (London)" in shown.paragraphs
        assert (
            "From the beginning: First answer overdue at once, since Mon 1 Jun 2026, 10:00 (London)" in shown.paragraphs
        )
        assert "Who will be told: Gus Garnier (Globex)." in shown.paragraphs
        assert await severity_of(scene, ticket) is Severity.S3
        assert "S1" not in scene.read_in(GLOBEX)


async def test_nobody_chooses_between_two_ways_to_count_that_come_to_the_same(sqlite_database: str) -> None:
    """Before the office opens no time is spent: each new time counts from eight o'clock on, either way."""
    async with a_scene(sqlite_database) as scene:
        ticket = await a_ticket(scene, at=on(1, 5))
        await ben(scene, f"severity T-{ticket} S2?", on(1, 6))
        shown = last(scene, DESK, Form.ANSWER)
        assert shown.paragraphs[0] == "First answer: due by Mon 1 Jun 2026, 13:00 (London)."
        assert [each.words for each in shown.buttons] == ["S2 confirm"]
        await presses(scene, BEN, DESK, shown.buttons[0])
        assert await severity_of(scene, ticket) is Severity.S2


async def test_a10_a_graver_severity_is_done_at_once_and_forward(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket(scene)
        await ben(scene, f"severity T-{ticket} S1 plus personne ne travaille", on(2, 9))
        assert await severity_of(scene, ticket) is Severity.S1
        response = (await clocks(scene, ticket)).response
        assert (response.due_at, response.state) == (on(2, 10), ClockState.RUNNING)
        assert [event.mode for event in await happened(scene, ticket, SeverityRequalified)] == [None]
        assert "First answer: due by Tue 2 Jun 2026, 10:00 (UTC)." in scene.read_in(DESK)


async def test_a10_from_the_beginning_is_an_instant_breach_and_so_it_is_confirmed_first(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket(scene)
        await ben(scene, f"severity T-{ticket} S1 from the beginning nobody can work", on(2, 9))
        assert await severity_of(scene, ticket) is Severity.S3
        shown = last(scene, DESK, Form.ANSWER)
        assert [each.label for each in shown.buttons] == ["Change from now on", "Change from the beginning"]
        await presses(scene, BEN, DESK, button(shown, "from the beginning"))
        assert await severity_of(scene, ticket) is Severity.S1
        (change,) = await happened(scene, ticket, SeverityRequalified)
        assert (change.mode, change.why) == (Requalification.RETROACTIVE, "nobody can work")
        response = (await clocks(scene, ticket)).response
        assert [(breach.due_at, breach.at) for breach in response.breaches] == [(on(1, 9), on(2, 9))]
        assert [event.due_at for event in await happened(scene, ticket, ClockBreached)] == [on(1, 9)]
        assert await happened(scene, ticket, ClockWarned) == []  # Nobody is warned of what is over.


async def test_what_a_button_does_can_be_typed_in_either_language(sqlite_database: str) -> None:
    """Matrix has no buttons: its people read the words, or react with the sign."""
    async with a_scene(sqlite_database) as scene:
        ticket = await a_ticket(scene)
        await ben(scene, f"severity T-{ticket} S1?", on(2, 9))
        commands = [each.command for each in last(scene, DESK, Form.ANSWER).buttons]
        assert commands == ["!severity S1 from now on confirm", "!severity S1 from the beginning confirm"]
        for words, mode in (
            ("S1 from the beginning confirm", Requalification.RETROACTIVE),
            ("S2 dès maintenant confirmer ça marche mieux", Requalification.FORWARD),
            ("S1 depuis le début confirmer", Requalification.RETROACTIVE),
        ):
            await ben(scene, f"sévérité T-{ticket} {words}", on(2, 9))
            assert (await happened(scene, ticket, SeverityRequalified))[-1].mode is mode


@pytest.mark.parametrize("change", ["S3 tout remarche", "S1 from the beginning confirm", "S4 from now on confirm"])
async def test_no_change_takes_a_breach_back(database: str, change: str) -> None:
    """§3.1.4: what was not kept stays so, and the preview says it."""
    async with a_scene(database) as scene:
        ticket = await a_ticket(scene, "open S2 le portail est lent")
        scene.time.at = on(1, 13)
        await quiet(scene.desk)
        before = (await clocks(scene, ticket)).response.breaches
        assert [breach.due_at for breach in before] == [on(1, 12)]
        await ben(scene, f"severity T-{ticket} {change.split()[0]}?", on(1, 13))
        assert "What was not kept stays so: First answer, due by Mon 1 Jun 2026, 13:00 (London)." in text_of(
            last(scene, DESK, Form.ANSWER)
        )
        await ben(scene, f"severity T-{ticket} {change}", on(1, 13))
        assert await severity_of(scene, ticket) is Severity(change[:2])
        after = (await clocks(scene, ticket)).response
        assert (after.breaches[: len(before)], after.state) == (before, ClockState.BREACHED)


async def test_a11_a_change_while_they_have_the_ball_keeps_the_pause_and_breaks_nothing(
    database: str, tmp_path: Path
) -> None:
    """A11, on a clock that a question to the customer does not stop: the resolution."""
    async with a_scene(database, policies=policy_engine(with_a_resolution(tmp_path), None)) as scene:
        ticket = await a_ticket(scene)
        await ben(scene, f"take T-{ticket}", on(1, 8, 15))
        await ben(scene, f"need T-{ticket} les logs", on(1, 9))
        await ben(scene, f"severity T-{ticket} S1?", on(1, 15))
        assert "Solution: the clock stands still" in text_of(last(scene, DESK, Form.ANSWER))
        await ben(scene, f"severity T-{ticket} S1 from the beginning plus rien ne marche", on(1, 15))
        assert await severity_of(scene, ticket) is Severity.S1
        scene.time.at = on(3, 12)
        await quiet(scene.desk)
        resolution = (await clocks(scene, ticket)).resolution
        assert (resolution.state, resolution.breaches) == (ClockState.PAUSED, ())
        await gus(scene, "les voici", ticket)
        # One of two business hours had passed at 09:00 of Monday.
        resumed = (await clocks(scene, ticket)).resolution
        assert (resumed.state, resumed.due_at) == (ClockState.RUNNING, on(3, 13))
        assert [
            event for event in await happened(scene, ticket, ClockBreached) if event.clock is ClockKind.RESOLUTION
        ] == []


def with_a_resolution(folder: Path) -> Path:
    """Return the shipped policies, with a time for the solution of all that Standard covers."""
    policies = folder / "policies"
    copytree(str(shipped_policies()), policies)
    for file in policies.glob("*.yaml"):
        text = re.sub(r'(?m)^edition: ".*"$', 'edition: "a11"', file.read_text(encoding="utf-8"))
        file.write_text(text.replace(_NO_RESOLUTION, _RESOLUTIONS), encoding="utf-8")
    return policies


_NO_RESOLUTION = """\
    plan: any
    severity: any
    clock: resolution
    target: not tracked
"""

_RESOLUTIONS = """\
    plan: [basic, premium]
    severity: any
    clock: resolution
    target: not tracked
""" + "".join(
    f"""
  - clause: §1.2.4
    says: Standard; a solution within {target}.
    plan: standard
    severity: {severities}
    clock: resolution
    target: {target}
    calendar: business hours
    pauses: [SUSPENDED, RESOLVED]
"""
    for severities, target in (("[S1, S2]", "2 business hours"), ("[S3, S4]", "3 business days"))
)


# ---- what the customer is told ---------------------------------------------------------------------------------------


async def test_the_customer_is_told_why_by_which_clause_and_until_when_in_their_time_zone(database: str) -> None:
    """§3.2.2a."""
    async with a_scene(database) as scene:
        ticket = await a_ticket(scene)
        await ben(scene, f"take T-{ticket}", on(2, 9))
        await ben(scene, f"severity T-{ticket} S1 plus personne ne peut travailler", on(2, 9))
        told = last(scene, GLOBEX, Form.THREAD)
        assert told.quote is not None
        assert told.quote.text == "plus personne ne peut travailler"
        assert "12:00 (Paris)" in text_of(told)
        assert "§3.2.2a" in text_of(told)
        assert [(each.label, each.action) for each in told.buttons] == [("Contester", Action.PROPOSE)]


@pytest.mark.parametrize("why", ["", "une seule page"])
async def test_the_customer_reads_what_a_lesser_severity_means(database: str, why: str) -> None:
    """§3.2.2a: with or without words of the agent there is a reason to read, and a clause."""
    async with a_scene(database) as scene:
        ticket = await a_ticket(scene, "open S1 le portail est lent")
        await ben(scene, f"take T-{ticket}", on(1, 8, 20))
        await ben(scene, f"severity T-{ticket} S3 {why}", on(1, 8, 30))
        assert await severity_of(scene, ticket) is Severity.S3
        told = last(scene, GLOBEX, Form.THREAD)
        assert "S3 signifie\u00a0: Une perte partielle et non critique, ou qui peut être contournée." in told.paragraphs
        assert "§3.2.2a" in text_of(told)
        assert (told.quote.text if told.quote else "") == why


async def test_a_proposal_changes_nothing_and_calls_the_agent_who_follows_it_in_one_tap(database: str) -> None:
    """§3.1.5."""
    async with a_scene(database) as scene:
        ticket = await a_ticket(scene)
        await ben(scene, f"take T-{ticket}", on(1, 9))
        answer = await gus(scene, "!sévérité S1 parce que plus personne ne peut travailler", ticket)
        assert answer.refused is None
        assert await severity_of(scene, ticket) is Severity.S3
        (proposed,) = await happened(scene, ticket, SeverityProposed)
        assert (proposed.severity, proposed.before, proposed.contests) == (Severity.S1, Severity.S3, False)
        assert (proposed.clause, proposed.why) == ("§3.1.5", "plus personne ne peut travailler")
        told = last(scene, DESK, Form.THREAD)
        assert told.headline == "Gus Garnier (Globex) proposes S1 Blocker; it is S3 Minor."
        assert told.notify == ("ben",)
        assert last(scene, DESK_ON_MATRIX, Form.THREAD).buttons[0].command == "!severity S1"
        await presses(scene, BEN, DESK, button(told, "S1"))
        assert await severity_of(scene, ticket) is Severity.S1


async def test_a_change_is_contested_once_and_the_next_change_once_again(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket(scene, "open S1 le portail est lent")
        assert (await gus(scene, "!severity S2 ça va mieux", ticket)).refused is None
        await ben(scene, f"severity T-{ticket} S3 un seul utilisateur", on(1, 8, 30))
        assert (await gus(scene, "!severity S1 nous sommes tous touchés", ticket)).refused is None
        assert "contests the severity: S1 Blocker instead of S3 Minor" in last(scene, DESK, Form.THREAD).headline
        for words in ("!severity S2 quand même", "!severity"):
            second = await gus(scene, words, ticket)
            assert second.refused == "§3.1.5"
            assert second.message is not None
            assert "déjà contesté" in second.message.headline
        await ben(scene, f"severity T-{ticket} S2 nous avons vérifié", on(1, 9))
        assert (await gus(scene, "!severity S1 non, tout est arrêté", ticket)).refused is None
        contests = [event.contests for event in await happened(scene, ticket, SeverityProposed)]
        assert contests == [False, True, True]
        assert await severity_of(scene, ticket) is Severity.S2


async def test_a_proposal_says_why(database: str) -> None:
    """Without a reason it is asked for; the next words are the reason."""
    async with a_scene(database) as scene:
        ticket = await a_ticket(scene)
        assert (await gus(scene, "!severity S1", ticket)).refused == "§3.1.5"
        assert await happened(scene, ticket, SeverityProposed) == []
        await gus(scene, "plus personne ne peut travailler", ticket)
        assert [event.why for event in await happened(scene, ticket, SeverityProposed)] == [
            "plus personne ne peut travailler"
        ]


async def test_a_proposal_is_their_word_while_we_wait_for_them(database: str) -> None:
    """DESIGN §1: any message of theirs gives the ball back."""
    async with a_scene(database) as scene:
        ticket = await a_ticket(scene)
        await ben(scene, f"take T-{ticket}", on(1, 9))
        await ben(scene, f"need T-{ticket} les logs", on(1, 9))
        await gus(scene, "!severity S1 c’est pire", ticket)
        async with scene.desk.storage.begin() as uow:
            found = await uow.tickets.find(ticket, Scope.of_the_desk())
        assert found is not None
        assert found.ball is Side.VENDOR


@pytest.mark.parametrize("words", ["severity T-1 S1 because", "severity T-1", "propose T-1 S1 because"])
async def test_nobody_else_proposes(sqlite_database: str, words: str) -> None:
    """S9, S14: another customer, a stranger."""
    async with a_scene(sqlite_database) as scene:
        ticket = await a_ticket(scene)
        for person, room in ((ANA, ACME), (ZED, ACME)):
            await scene.hears(person, room, Marked(text=words))
        assert await happened(scene, ticket, SeverityProposed) == []
        assert await severity_of(scene, ticket) is Severity.S3


# ---- the questions ---------------------------------------------------------------------------------------------------


async def test_the_desk_asks_one_question_at_a_time_and_proposes_by_the_answers(database: str) -> None:
    """§3.1.4: by number, by word, not known; what makes no sense is not asked."""
    async with a_scene(database) as scene:
        ticket = await a_ticket(scene, "open le portail est lent")
        await gus(scene, "!sévérité", ticket)
        asked = [last(scene, GLOBEX, Form.ANSWER)]
        for words in ("1", "Oui", "Tout ; il est arrêté", "oui", "?", "n", "non"):
            assert (await gus(scene, words, ticket)).refused is None
            asked.append(last(scene, GLOBEX, Form.ANSWER))
        assert asked[0].headline == "Sur quoi porte votre signalisation\u202f?"
        assert asked[0].paragraphs[1] == "2 · Une question"
        assert [each.headline for each in asked].count(
            "S’agit-il d’un système de développement, de test ou de recette\u202f?"
        ) == 0
        (proposed,) = await happened(scene, ticket, SeverityProposed)
        assert (proposed.severity, proposed.clause) == (Severity.S1, "§3.1.4")
        assert proposed.facts == (
            *(("subject", "malfunction"), ("production", "yes"), ("loss", "total"), ("halted", "yes")),
            *(("workaround", "no"), ("security", "no")),
        )
        assert proposed.because[Language.EN].endswith("That is S1.")
        told = last(scene, DESK, Form.THREAD)
        assert told.headline == "By what Gus Garnier (Globex) answered it is S1 Blocker."
        assert "no workaround is known. That is S1. (§3.1.4)" in text_of(told)
        assert button(told, "S1").action is Action.SEVERITY
        assert await severity_of(scene, ticket) is Severity.S3


async def test_a_question_is_answered_once_and_for_all_where_nothing_is_broken(sqlite_database: str) -> None:
    async with a_scene(sqlite_database) as scene:
        ticket = await a_ticket(scene)
        await gus(scene, "!severity", ticket)
        await gus(scene, "une question", ticket)
        (proposed,) = await happened(scene, ticket, SeverityProposed)
        assert (proposed.severity, proposed.facts) == (Severity.S4, (("subject", "question"),))


async def test_the_questions_can_be_left_and_nothing_else_is_taken_for_an_answer(database: str) -> None:
    """I1: words for the desk arrive there, whatever we had asked; a file too."""
    log = Attachment(name="app.log", address="console://1")
    async with a_scene(database) as scene:
        ticket = await a_ticket(scene)
        await gus(scene, "!severity", ticket)
        await gus(scene, "42", ticket)
        assert "aucune des réponses" in text_of(last(scene, GLOBEX, Form.ANSWER))
        await gus(scene, "annuler", ticket)
        await gus(scene, "1", ticket)
        await gus(scene, "!severity", ticket)
        await gus(scene, "le nœud 2 est le plus lent", ticket)
        await gus(scene, "!severity", ticket)
        await gus(scene, "1", ticket, log)
        written = await happened(scene, ticket, BeneficiaryWrote)
        assert [(event.text, event.files) for event in written] == [
            ("1", ()),
            ("le nœud 2 est le plus lent", ()),
            ("1", (log,)),
        ]
        assert await happened(scene, ticket, SeverityProposed) == []


async def test_whoever_knows_nothing_proposes_nothing(sqlite_database: str) -> None:
    async with a_scene(sqlite_database) as scene:
        ticket = await a_ticket(scene)
        await gus(scene, "!severity", ticket)
        done = await gus(scene, "?", ticket)
        assert done.refused is not None
        assert await happened(scene, ticket, SeverityProposed) == []


# ---- a case begins ---------------------------------------------------------------------------------------------------


async def test_a_report_without_a_severity_is_opened_at_once_and_the_customer_told_how_to_say_more(
    database: str,
) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket(scene, "open le portail est lent")
        assert await severity_of(scene, ticket) is Severity.S3
        told = last(scene, GLOBEX, Form.THREAD)
        assert "nous commençons par S3" in told.headline
        assert "`!sévérité` vous pose quelques questions" in text_of(told)
        assert [each.action for each in told.buttons] == [Action.PROPOSE]
        assert scene.parcels(DESK, Form.THREAD) == []
        await a_ticket(scene, "open S2 le portail est lent")
        assert len(scene.parcels(GLOBEX, Form.THREAD)) == 1


PORTAL_DOWN = {"about_subject": "malfunction", "about_production": "yes", "about_loss": "total"}


async def opened_by_form(scene: Scene, severity: str, **answers: str) -> TicketId:
    scene.time.at = MONDAY
    values = {"severity": severity, "title": "Plus rien", **answers}
    opened = await scene.hears(GUS, GLOBEX, Submission(action=Action.OPEN, ticket_id=None, values=values))
    assert opened.ticket_id is not None
    return opened.ticket_id


async def test_the_answers_of_a_form_decide_where_no_severity_was_chosen(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await opened_by_form(scene, "unsure", **PORTAL_DOWN)
        opened, proposed, *_ = await history(scene, ticket)
        assert isinstance(opened, TicketOpened)
        assert isinstance(proposed, SeverityProposed)
        assert (opened.severity, proposed.severity, proposed.clause) == (Severity.S1, Severity.S1, "§3.1.4")
        assert (await clocks(scene, ticket)).response.due_at == on(1, 9)
        read = scene.read_in(DESK)
        assert "Severity: S1 Blocker" in read
        assert "no workaround is known. That is S1. (§3.1.4)" in read
        assert last(scene, DESK, Form.THREAD).buttons == ()


async def test_a_chosen_severity_holds_and_the_agent_sees_what_the_answers_speak_for(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await opened_by_form(scene, "S3", **PORTAL_DOWN)
        assert await severity_of(scene, ticket) is Severity.S3
        assert button(last(scene, DESK, Form.THREAD), "S1").action is Action.SEVERITY


async def test_answers_that_contradict_each_other_or_that_nobody_asked_for_are_left_out(sqlite_database: str) -> None:
    async with a_scene(sqlite_database) as scene:
        ticket = await opened_by_form(
            scene, "unsure", about_subject="question", about_loss="total", about_users="nobody", about_title="x"
        )
        (proposed,) = await happened(scene, ticket, SeverityProposed)
        assert (proposed.severity, proposed.facts) == (Severity.S4, (("subject", "question"),))


async def test_the_form_of_a_proposal_is_the_customers_and_the_questions_are_folded_up(sqlite_database: str) -> None:
    async with a_scene(sqlite_database) as scene:
        ticket = await a_ticket(scene)
        asked = Press(action=Action.PROPOSE, ticket_id=ticket)
        form = await scene.desk.bus.form(heard(GUS, GLOBEX, asked))
        assert form is not None
        assert [field.name for field in form.fields[:2]] == ["severity", "why"]
        assert {field.kind for field in form.fields[2:]} == {FieldKind.MENU}
        assert not any(field.required for field in form.fields[2:])
        assert await scene.desk.bus.form(heard(BEN, DESK, asked)) is None
        assert await scene.desk.bus.form(heard(ANA, ACME, asked)) is None
        values = {"severity": "unsure", "why": "tout est arrêté", **PORTAL_DOWN}
        await scene.hears(GUS, GLOBEX, Submission(action=Action.PROPOSE, ticket_id=ticket, values=values))
        (proposed,) = await happened(scene, ticket, SeverityProposed)
        assert (proposed.severity, proposed.why) == (Severity.S1, "tout est arrêté")
        nothing = Submission(action=Action.PROPOSE, ticket_id=ticket, values={"severity": "unsure", "why": "x"})
        assert (await scene.hears(GUS, GLOBEX, nothing)).refused is not None


async def test_the_form_of_a_change_shows_what_each_severity_would_do_and_is_the_confirmation(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket(scene)
        scene.time.at = on(2, 9)
        form = await scene.desk.bus.form(heard(BEN, DESK, Press(action=Action.SEVERITY, ticket_id=ticket)))
        assert form is not None
        assert "S1 · From now on: First answer: due by Tue 2 Jun 2026, 11:00 (London)" in form.introduction
        assert not any(line.startswith("S3") for line in form.introduction)
        values = {"severity": "S1", "why": "tout est arrêté", "counts": "retroactive"}
        await scene.hears(BEN, DESK, Submission(action=Action.SEVERITY, ticket_id=ticket, values=values))
        (change,) = await happened(scene, ticket, SeverityRequalified)
        assert change.mode is Requalification.RETROACTIVE
