"""`chatops play` as others run it: what it prints, and how it exits."""

import subprocess
import sys
from pathlib import Path

import pytest

from adapters.console.play import FAILS, HOLDS, NOT_UNDERSTOOD
from rules.loader import shipped_policies
from tests.stories import played

EXAMPLES = Path(__file__).parents[2] / "docs/examples"

OPENING = "gus in #globex: !open S2 The portal is very slow\n"


def read_text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def write(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def story(tmp_path: Path) -> Path:
    return tmp_path / "a.story"


async def test_a_story_that_holds_exits_with_0_and_prints_the_conversation(story: Path, sqlite_database: str) -> None:
    write(story, f"{OPENING}expect T-1 is NEW, S2\n")

    result = await played(story, sqlite_database)

    assert result.code == HOLDS
    assert "gus in #globex: !open S2 The portal is very slow" in result.transcript
    assert "Statut\u00a0: NOUVEAU" in result.transcript
    assert "Status: NEW" in result.transcript
    assert "✓ expect T-1 is NEW, S2" in result.transcript
    assert "\x1b" not in result.transcript


async def test_the_first_expectation_that_fails_exits_with_1_with_its_line_and_what_there_is_instead(
    story: Path, sqlite_database: str
) -> None:
    write(story, f"{OPENING}\nexpect T-1 is CLOSED\nben in T-1: !take\n")

    result = await played(story, sqlite_database)

    assert result.code == FAILS
    assert f"✗ {story}:3: expect T-1 is CLOSED" in result.transcript
    assert "#desk shows Status: NEW" in result.transcript
    assert "!take" not in result.transcript.split("✗")[1]


async def test_words_that_were_not_heard_are_told_with_those_that_were(story: Path, sqlite_database: str) -> None:
    write(story, f'{OPENING}expect gus hears "very fast"\n')

    result = await played(story, sqlite_database)

    assert result.code == FAILS
    assert "gus heard:" in result.transcript
    assert "very slow" in result.transcript.split("✗")[1]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("gus mumbles", "cannot be read"),
        ("zoe in #desk: hello", "nobody called zoe"),
        ("gus in #acme: hello", "gus is not in #acme"),
        ("expect clo is paged", "pages nobody yet"),
        ("expect nobody is paged", "pages nobody yet"),
    ],
)
async def test_what_cannot_be_understood_or_judged_exits_with_2_and_plays_nothing(
    story: Path, sqlite_database: str, line: str, said: str
) -> None:
    write(story, f"{OPENING}{line}\nexpect T-1 is CLOSED\n")

    result = await played(story, sqlite_database)

    assert result.code == NOT_UNDERSTOOD
    assert f"{story}:2: " in result.errors
    assert said in result.errors
    assert result.transcript == ""


@pytest.mark.parametrize(
    ("header", "file", "content"),
    [
        ("directory: who.yaml", "who.yaml", "organisations: [\n"),
        ("directory: who.yaml", "who.yaml", "people: nobody\n"),
        ("policies: rules", "rules/transitions.yaml", "policy: transitions\nlines: []\n"),
    ],
)
async def test_files_of_the_header_that_are_wrong_exit_with_2(
    story: Path, sqlite_database: str, header: str, file: str, content: str
) -> None:
    beside = story.parent / file
    write(beside, content)
    write(story, f"{header}\n{OPENING}")

    result = await played(story, sqlite_database)

    assert result.code == NOT_UNDERSTOOD
    assert beside.name in result.errors


async def test_files_of_the_header_that_are_right_are_used(story: Path, sqlite_database: str) -> None:
    who = read_text(EXAMPLES / "acme.yaml").replace("Gus Garnier", "Gustave Garnier")
    write(story.with_name("who.yaml"), who)
    write(story, f'directory: who.yaml\npolicies: {shipped_policies()}\n{OPENING}expect ben hears "Gustave Garnier"\n')

    assert (await played(story, sqlite_database)).code == HOLDS


async def test_a_story_that_is_not_there_exits_with_2(story: Path, sqlite_database: str) -> None:
    result = await played(story, sqlite_database)

    assert result.code == NOT_UNDERSTOOD
    assert str(story) in result.errors


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("ana in T-1: hello", "ana sees no thread of T-1"),
        ("gus in T-2: hello", "gus sees no thread of T-2"),
        ('gus presses "Accept" in T-1', "gus sees no button “Accept” in T-1"),
    ],
)
async def test_a_step_that_nobody_could_take_exits_with_1(
    story: Path, sqlite_database: str, step: str, said: str
) -> None:
    """Whether there is such a thread or such a button is the desk's doing, not the story's."""
    write(story, f"{OPENING}{step}\n")

    result = await played(story, sqlite_database)

    assert result.code == FAILS
    assert said in result.transcript


async def test_a_button_s_form_takes_the_words_after_the_colon(story: Path, sqlite_database: str) -> None:
    write(
        story,
        f"{OPENING}ben in T-1: !take\nben in T-1: !resolve fix version 7.1.4\n"
        'gus presses "Not solved" in T-1: it is still slow\n'
        'expect ben hears "it is still slow"\nexpect T-1 is OPEN\n',
    )

    assert (await played(story, sqlite_database)).code == HOLDS


async def test_a_closed_card_s_old_button_is_refused_like_a_command(story: Path, sqlite_database: str) -> None:
    """Chats keep old messages: what the card no longer offers still hangs in the thread above."""
    write(
        story,
        f"{OPENING}ben in T-1: !take\nben in T-1: !resolve fix version 7.1.4\ngus in T-1: !accept\n"
        'gus presses "Accept" in T-1\nexpect refused "§3.2.6a"\nexpect T-1 is CLOSED\n',
    )

    assert (await played(story, sqlite_database)).code == HOLDS


def test_the_command_line_gives_each_story_a_desk_of_its_own_and_tells_the_worst_outcome(story: Path) -> None:
    story.write_text(f"{OPENING}expect T-1 is NEW\n")
    failing = story.with_name("failing.story")
    failing.write_text(f"{OPENING}expect T-2 is NEW\n")

    def run(*files: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "chatops", "play", *map(str, files)]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, timeout=100)

    assert run(story, story).returncode == HOLDS
    worst = run(failing, story)
    assert worst.returncode == FAILS
    assert "nobody sees a card of T-2" in worst.stdout
    assert "✓ expect T-1 is NEW" in worst.stdout
    assert worst.stderr == ""
