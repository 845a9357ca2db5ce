"""`chatops play` as others run it: what it prints, and how it exits."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chatops.cli import app

OPENING = "gus in #globex: !open S2 The portal is very slow\n"


@pytest.fixture
def story(tmp_path: Path) -> Path:
    return tmp_path / "a.story"


def played(*files: Path) -> Result:
    return CliRunner().invoke(app, ["play", *map(str, files)])


def test_a_story_that_holds_exits_with_0_and_prints_the_conversation(story: Path) -> None:
    story.write_text(f"{OPENING}expect T-1 is NEW, S2\n")

    result = played(story)

    assert result.exit_code == 0
    assert "gus in #globex: !open S2 The portal is very slow" in result.stdout
    assert "Statut\u00a0: NOUVEAU" in result.stdout
    assert "Status: NEW" in result.stdout
    assert "✓ expect T-1 is NEW, S2" in result.stdout
    assert "\x1b" not in result.stdout


def test_the_first_expectation_that_fails_exits_with_1_with_its_line_and_what_there_is_instead(story: Path) -> None:
    story.write_text(f"{OPENING}\nexpect T-1 is CLOSED\nben in T-1: !take\n")

    result = played(story)

    assert result.exit_code == 1
    assert f"✗ {story}:3: expect T-1 is CLOSED" in result.stdout
    assert "#desk shows Status: NEW" in result.stdout
    assert "!take" not in result.stdout.split("✗")[1]


def test_words_that_were_not_heard_are_told_with_those_that_were(story: Path) -> None:
    story.write_text(f'{OPENING}expect gus hears "very fast"\n')

    result = played(story)

    assert result.exit_code == 1
    assert "gus heard:" in result.stdout
    assert "very slow" in result.stdout.split("✗")[1]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("gus mumbles", "cannot be read"),
        ("zoe in #desk: hello", "nobody called zoe"),
        ("gus in #acme: hello", "gus is not in #acme"),
        ("gus reacts ✅ in T-1", "does not act on reactions yet"),
        ("gus edits: I meant fast", "does not follow edited messages yet"),
        ("gus deletes", "does not follow deleted messages yet"),
        ("expect T-1 response due 2026-06-08T10:00Z", "keeps no clocks yet"),
        ("expect T-1 resolution not tracked", "keeps no clocks yet"),
        ("expect clo is paged", "pages nobody yet"),
        ("expect nobody is paged", "pages nobody yet"),
    ],
)
def test_what_cannot_be_understood_or_judged_exits_with_2_and_plays_nothing(story: Path, line: str, said: str) -> None:
    story.write_text(f"{OPENING}{line}\nexpect T-1 is CLOSED\n")

    result = played(story)

    assert result.exit_code == 2
    assert f"{story}:2: " in result.stderr
    assert said in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("header", "file", "content"),
    [
        ("directory: who.yaml", "who.yaml", "organisations: [\n"),
        ("directory: who.yaml", "who.yaml", "people: nobody\n"),
        ("policies: rules", "rules/transitions.yaml", "policy: transitions\nlines: []\n"),
    ],
)
def test_files_of_the_header_that_are_wrong_exit_with_2(story: Path, header: str, file: str, content: str) -> None:
    beside = story.parent / file
    beside.parent.mkdir(exist_ok=True)
    beside.write_text(content)
    story.write_text(f"{header}\n{OPENING}")

    result = played(story)

    assert result.exit_code == 2
    assert beside.name in result.stderr


def test_a_story_that_is_not_there_exits_with_2(story: Path) -> None:
    result = played(story)

    assert result.exit_code == 2
    assert str(story) in result.stderr


def test_each_story_has_a_desk_of_its_own_and_the_worst_outcome_is_told(story: Path) -> None:
    story.write_text(f"{OPENING}expect T-1 is NEW\n")
    worse = story.with_name("b.story")
    worse.write_text(f"{OPENING}expect T-2 is NEW\n")

    assert played(story, story).exit_code == 0
    assert played(worse, story).exit_code == 1


def test_a_step_that_nobody_could_take_exits_with_1(story: Path) -> None:
    """Whether there is such a thread or such a button is the desk's doing, not the story's."""
    story.write_text(f"{OPENING}ana in T-1: hello\n")
    unpressed = story.with_name("b.story")
    unpressed.write_text(f'{OPENING}gus presses "Accept" in T-1\n')

    assert "ana sees no thread of T-1" in played(story).stdout
    assert "gus sees no button “Accept” in T-1" in played(unpressed).stdout
    assert played(story, unpressed).exit_code == 1


def test_a_button_s_form_takes_the_words_after_the_colon(story: Path) -> None:
    story.write_text(
        f"{OPENING}ben in T-1: !take\nben in T-1: !resolve fix version 7.1.4\n"
        'gus presses "Not solved" in T-1: it is still slow\n'
        'expect ben hears "it is still slow"\nexpect T-1 is OPEN\n'
    )

    assert played(story).exit_code == 0


def test_a_closed_card_s_old_button_is_refused_like_a_command(story: Path) -> None:
    """Chats keep old messages: what the card no longer offers still hangs in the thread above."""
    story.write_text(
        f"{OPENING}ben in T-1: !take\nben in T-1: !resolve fix version 7.1.4\ngus in T-1: !accept\n"
        'gus presses "Accept" in T-1\nexpect refused "§3.2.6a"\nexpect T-1 is CLOSED\n'
    )

    assert played(story).exit_code == 0
