"""How stories are played and judged, on a stage that knows its lines."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console

from adapters.console.player import VirtualTime, play_on
from adapters.console.stage import Card, Heard
from adapters.console.story import DEFAULT_CLOCK, InRoom, InThread, StoryInvalid
from adapters.console.story_reader import read_story
from adapters.console.transcript import Transcript
from chatops.domain.errors import StorageError
from chatops.domain.vocabulary import Language, TicketId
from tests.unit.console.cast import BEN, DESK, GLOBEX, GUS
from tests.unit.console.scripted_stage import ScriptedStage, a_message, an_answer

T1 = TicketId(1)


@pytest.fixture
def stage() -> ScriptedStage:
    return ScriptedStage(VirtualTime(DEFAULT_CLOCK))


async def played(stage: ScriptedStage, text: str) -> tuple[bool, str]:
    """Return whether all held, and the transcript."""
    printed = StringIO()
    transcript = Transcript(Console(file=printed, width=200))
    held = await play_on(stage, read_story(text, file="a.story"), stage.time, transcript)
    return held, printed.getvalue()


async def holds(stage: ScriptedStage, text: str) -> bool:
    return (await played(stage, text))[0]


async def mistakes(stage: ScriptedStage, text: str) -> list[str]:
    with pytest.raises(StoryInvalid) as invalid:
        await played(stage, text)
    assert stage.said == []
    return [str(mistake) for mistake in invalid.value.mistakes]


# ---- who hears what --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expectation", "expected"),
    [
        ('gus hears "very slow"', True),
        ('gus hears "VERY   Slow"', True),
        ('gus hears "very fast"', False),
        ('bea hears "very slow"', False),
        ('gus hears nothing like "very slow"', False),
        ('gus hears nothing like "very fast"', True),
        ('bea hears nothing like "very slow"', True),
        ('#globex hears "very slow"', True),
        ('#globex hears "in private"', False),
        ('#desk hears "very slow"', False),
        ('#desk hears nothing like "very slow"', True),
        ('#globex hears nothing like "very slow"', False),
        ('nobody hears "very slow"', False),
        ('nobody hears "very fast"', True),
        ('nobody in #globex hears "very slow"', False),
        ('nobody in #globex hears "in private"', False),
        ('nobody in #desk hears "very slow"', True),
    ],
)
async def test_people_rooms_and_nobody_hear_what_became_visible_to_them(
    stage: ScriptedStage, expectation: str, expected: bool
) -> None:
    stage.when_said["hello"] = [
        a_message("T-1 · The portal is very slow", heard_by=(GUS, BEN)),
        an_answer("in private", to=GUS),
    ]

    assert await holds(stage, f"gus in #globex: hello\nexpect {expectation}") is expected


async def test_nobody_hears_their_own_typed_words(stage: ScriptedStage) -> None:
    stage.when_said["my words"] = [a_message("my words", author=GUS)]

    assert await holds(stage, 'gus in #globex: my words\nexpect gus hears nothing like "my words"')
    assert await holds(stage, 'gus in #globex: my words\nexpect ben hears "my words"')


async def test_words_that_only_their_author_sees_are_heard_by_nobody(stage: ScriptedStage) -> None:
    stage.when_said["my words"] = [a_message("my words", author=GUS, heard_by=(GUS,))]

    assert await holds(stage, 'gus in #globex: my words\nexpect nobody hears "my words"')
    assert await holds(stage, 'gus in #globex: my words\nexpect nobody in #globex hears "my words"')


async def test_typography_makes_no_difference(stage: ScriptedStage) -> None:
    stage.when_said["hello"] = [a_message("Statut\u00a0: n’est pas\nen cours")]

    assert await holds(stage, 'gus in #globex: hello\nexpect gus hears "statut: n\'est pas en cours"')


async def test_hearing_looks_back_to_the_last_line_that_was_not_an_expectation(stage: ScriptedStage) -> None:
    stage.when_said["first"] = [a_message("one")]
    stage.when_said["second"] = [a_message("two")]
    story = "gus in #globex: first\ngus in #globex: second\nexpect gus hears"

    assert await holds(stage, f'{story} "two"\nexpect gus hears "two"')
    assert not await holds(stage, f'{story} "one"')


async def test_passing_time_is_such_a_line_too(stage: ScriptedStage) -> None:
    stage.when_said["first"] = [a_message("one")]

    assert not await holds(stage, 'gus in #globex: first\n+ 1h\nexpect gus hears "one"')


# ---- tickets ---------------------------------------------------------------------------------------------------------

ENGLISH = Card(room=DESK, facts=("Status: IN PROGRESS", "Severity: S2 Major", "Handled by: Ben"))


def french_card(stage: ScriptedStage, status: str, severity: str, handler: str) -> Card:
    say = stage.words[Language.FR]
    facts = ((say("Status"), status), (say("Severity"), severity), (say("Handled by"), handler))
    return Card(room=GLOBEX, facts=tuple(f"{label}\u00a0: {value}" for label, value in facts))


@pytest.mark.parametrize(
    ("expected", "held"),
    [
        ("IN_PROGRESS", True),
        ("in progress, s2, assigned to ben", True),
        ("S2", True),
        ("assigned to ben", True),
        ("OPEN", False),
        ("IN PROGRESS, S1", False),
        ("IN PROGRESS, assigned to bea", False),
        ("unassigned", False),
    ],
)
async def test_a_ticket_is_judged_by_its_card(stage: ScriptedStage, expected: str, held: bool) -> None:
    stage.shown[T1] = (ENGLISH,)

    assert await holds(stage, f"gus in #globex: hi\nexpect T-1 is {expected}") is held


async def test_a_french_card_tells_the_same(stage: ScriptedStage) -> None:
    stage.shown[T1] = (ENGLISH, french_card(stage, "EN COURS", "S2 Majeur", "Ben (support)"))

    assert await holds(stage, "gus in #globex: hi\nexpect T-1 is IN PROGRESS, S2, assigned to ben")


async def test_all_cards_have_to_agree(stage: ScriptedStage) -> None:
    stage.shown[T1] = (ENGLISH, french_card(stage, "OUVERT", "S2 Majeur", "Ben (support)"))

    held, transcript = await played(stage, "gus in #globex: hi\nexpect T-1 is IN PROGRESS")

    assert not held
    assert "#globex shows" in transcript
    assert "OUVERT" in transcript


async def test_a_name_that_begins_like_another_is_another(stage: ScriptedStage) -> None:
    stage.shown[T1] = (Card(room=DESK, facts=("Handled by: Benedict",)),)

    assert not await holds(stage, "gus in #globex: hi\nexpect T-1 is assigned to ben")


async def test_a_ticket_that_nobody_sees_is_nothing(stage: ScriptedStage) -> None:
    held, transcript = await played(stage, "gus in #globex: hi\nexpect T-1 is NEW")

    assert not held
    assert "nobody sees a card of T-1" in transcript


async def test_a_clause_of_the_history_is_that_clause_and_no_other(stage: ScriptedStage) -> None:
    stage.history[T1] = ("§3.2.1", "§3.2.2b")

    assert await holds(stage, "gus in #globex: hi\nexpect T-1 history has §3.2.2b")
    assert not await holds(stage, "gus in #globex: hi\nexpect T-1 history has §3.2.2")


# ---- refusals --------------------------------------------------------------------------------------------------------


async def test_a_refusal_is_judged_by_what_its_author_was_shown(stage: ScriptedStage) -> None:
    stage.when_said["!accept"] = [an_answer("Not yet. Support procedure, §3.2.3.", to=GUS)]
    stage.refusing = {"!accept"}

    assert await holds(stage, 'gus in T-1: !accept\nexpect refused "§3.2"')
    assert not await holds(stage, 'gus in T-1: !accept\nexpect refused "§3.4"')


async def test_a_refusal_that_somebody_else_was_shown_does_not_count(stage: ScriptedStage) -> None:
    stage.when_said["!accept"] = [an_answer("§3.2.3", to=BEN)]
    stage.refusing = {"!accept"}

    assert not await holds(stage, 'gus in T-1: !accept\nexpect refused "§3.2"')


async def test_what_was_done_was_not_refused_whatever_it_says(stage: ScriptedStage) -> None:
    stage.when_said["!accept"] = [an_answer("Closed by §3.2.5b.", to=GUS)]

    held, transcript = await played(stage, 'gus in T-1: !accept\nexpect refused "§3.2"')

    assert not held
    assert "it was not refused" in transcript


async def test_a_button_is_refused_like_a_command(stage: ScriptedStage) -> None:
    stage.buttons = ("Accept",)
    stage.refusing = {"Accept"}
    stage.when_said["[Accept]"] = []

    held, transcript = await played(stage, 'gus presses "Accept" in T-1\nexpect refused "§3.2"')

    assert not held
    assert "it was refused, but gus heard nothing" in transcript


async def test_time_asks_for_nothing_that_could_be_refused(stage: ScriptedStage) -> None:
    stage.refusing = {"!accept"}

    held, transcript = await played(stage, 'gus in T-1: !accept\n+ 1h\nexpect refused "§3.2"')

    assert not held
    assert "asked for nothing" in transcript


# ---- steps and time --------------------------------------------------------------------------------------------------


async def test_steps_reach_the_stage_as_they_were_written(stage: ScriptedStage) -> None:
    stage.buttons = ("Not solved",)

    await played(
        stage,
        'gus in #globex: one\n  two\nben in T-1 with the customer: three\ngus presses "Not solved" in T-1: four',
    )

    assert stage.said == [
        (GUS, InRoom(room=GLOBEX), "one\ntwo"),
        (BEN, InThread(ticket_id=T1, with_customer=True), "three"),
        (GUS, InThread(ticket_id=T1), "[Not solved] four"),
    ]


async def test_what_is_due_happens_on_the_way_at_its_own_instant_and_in_order(stage: ScriptedStage) -> None:
    happened: list[datetime] = []

    def fire(text: str) -> Callable[[], Heard]:
        def at_its_instant() -> Heard:
            happened.append(stage.time.now())
            return a_message(text)

        return at_its_instant

    second, first = DEFAULT_CLOCK.replace(hour=11), DEFAULT_CLOCK.replace(hour=10)
    after = DEFAULT_CLOCK.replace(hour=12, second=1)
    stage.due = [(second, fire("second")), (first, fire("first")), (after, fire("after"))]

    held = await holds(
        stage, '+ 3h\nexpect gus hears "first"\nexpect gus hears "second"\nexpect gus hears nothing like "after"'
    )

    assert held
    assert happened == [first, second]
    assert stage.time.now() == DEFAULT_CLOCK.replace(hour=12)


async def test_what_is_due_at_the_very_instant_happens(stage: ScriptedStage) -> None:
    stage.due = [(DEFAULT_CLOCK.replace(hour=10), lambda: a_message("now"))]

    assert await holds(stage, 'at 2026-06-01T10:00Z\nexpect gus hears "now"')


async def test_time_runs_to_an_instant(stage: ScriptedStage) -> None:
    await played(stage, "at 2026-06-08T12:00Z")

    assert stage.time.now() == datetime(2026, 6, 8, 12, tzinfo=UTC)


# ---- how it ends -----------------------------------------------------------------------------------------------------


async def test_the_first_expectation_that_fails_ends_the_story_with_line_and_what_was_heard(
    stage: ScriptedStage,
) -> None:
    stage.when_said["hello"] = [a_message("good morning", heard_by=(GUS,))]

    held, transcript = await played(
        stage, 'gus in #globex: hello\n\nexpect gus hears "good night"\ngus in #globex: more'
    )

    assert not held
    assert '✗ a.story:3: expect gus hears "good night"' in transcript
    assert "gus heard:\n" in transcript
    assert "good morning" in transcript.split("✗")[1]
    assert [text for _, _, text in stage.said] == ["hello"]


async def test_the_transcript_shows_each_step_and_what_the_desk_said(stage: ScriptedStage) -> None:
    stage.when_said["hello"] = [a_message("good morning"), an_answer("psst", to=GUS)]

    held, transcript = await played(stage, 'gus in #globex: hello\nexpect gus hears "psst"\n+ 1h')

    assert held
    assert transcript.splitlines() == [
        "a.story · Mon 2026-06-01 09:00 UTC",
        "",
        "gus in #globex: hello",
        "  #globex T-1",
        "    good morning",
        "  #globex (only gus sees this)",
        "    psst",
        '✓ expect gus hears "psst"',
        "",
        "+ 1h",
        "  it is now Mon 2026-06-01 10:00 UTC",
        "",
        "a.story: 1 expectation holds",
    ]


async def test_a_button_that_is_not_there_ends_the_story(stage: ScriptedStage) -> None:
    held, transcript = await played(stage, 'gus presses "Accept" in T-1')

    assert not held
    assert "✗ a.story:1:" in transcript
    assert "sees no button “Accept”" in transcript


async def test_a_desk_that_fails_ends_the_story(stage: ScriptedStage) -> None:
    stage.failing["hello"] = StorageError("the database is away")

    held, transcript = await played(stage, "gus in #globex: hello")

    assert not held
    assert "StorageError: the database is away" in transcript


# ---- before the first step -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("gsu in #globex: hello", "nobody called gsu; did you mean gus?"),
        ("gus in #globx: hello", "no room #globx; did you mean #globex?"),
        ("gus in #acme: hello", "gus is not in #acme"),
        ("gus reacts ✅ in T-1", "nobody reacts on this stage"),
        ('expect zoe hears "x"', "nobody called zoe"),
        ('expect #zoo hears "x"', "no room #zoo"),
        ('expect nobody in #zoo hears "x"', "no room #zoo"),
        ("expect T-1 is NEW, assigned to zoe", "nobody called zoe"),
        ("zoe edits: x", "nobody called zoe"),
        ("zoe deletes", "nobody called zoe"),
        ('zoe presses "Accept" in T-1', "nobody called zoe"),
        ("expect zoe is paged", "nobody called zoe"),
        ("at 2020-01-01T00:00Z", "time does not run back: it is 2026-06-01T09:00Z by then"),
        ("+ 999999 weeks", "the time of a story ends before 2200"),
    ],
)
async def test_what_is_not_there_is_known_before_anything_is_played(stage: ScriptedStage, step: str, said: str) -> None:
    (mistake,) = await mistakes(stage, f"ben in #desk: hello\n{step}")

    assert mistake.startswith("a.story:2: ")
    assert said in mistake


async def test_time_that_passes_counts_before_an_instant(stage: ScriptedStage) -> None:
    (mistake,) = await mistakes(stage, "+ 2h\nat 2026-06-01T10:59Z\nat 2026-06-01T11:00Z")

    assert mistake.startswith("a.story:2: ")


async def test_all_that_cannot_be_played_is_told_at_once(stage: ScriptedStage) -> None:
    told = await mistakes(stage, "zoe in #zoo: hello\ngus reacts ✅ in T-1\nexpect nobody is paged")

    assert [mistake.split(":")[1] for mistake in told] == ["1", "1", "2"]


def test_a_story_s_time_stands_still_and_never_runs_back() -> None:
    time = VirtualTime(DEFAULT_CLOCK)

    assert time.now() == time.now() == DEFAULT_CLOCK
    with pytest.raises(ValueError, match="does not run back"):
        time.move_to(DEFAULT_CLOCK.replace(year=2020))


async def test_nothing_is_true_of_the_clocks_of_a_ticket_that_is_not_there(stage: ScriptedStage) -> None:
    held, transcript = await played(stage, "ben in #desk: hello\nexpect T-9 response not tracked")

    assert not held
    assert "there is no T-9" in transcript


# ---- what stands there now, and second thoughts ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expectation", "expected"),
    [
        ('gus sees "node 3"', True),
        ('gus sees "node 2"', False),
        ('gus sees nothing like "node 2"', True),
        ('gus sees nothing like "NODE  3"', False),
        ('bea sees "node 3"', False),
        ('bea sees nothing like "node 3"', True),
    ],
)
async def test_people_see_what_stands_there_now(stage: ScriptedStage, expectation: str, expected: bool) -> None:
    stage.in_sight[GUS] = ["it is node 3", "hello"]

    assert await holds(stage, f"gus in #globex: hello\nexpect {expectation}") is expected


async def test_edits_and_deletions_are_of_the_person_s_last_words(stage: ScriptedStage) -> None:
    stage.refusing.add("!close")

    assert await holds(stage, "gus in #globex: hello\ngus edits: hello, all\nben deletes\n")
    assert stage.said[1:] == [(GUS, None, "hello, all"), (BEN, None, "")]
    assert await holds(stage, 'ben edits: !close\nexpect nobody hears "anything"')
