"""A story file and the paths in its header."""

from pathlib import Path

import pytest

from adapters.console.play import load_story
from adapters.console.story import StoryInvalid

STEP = "gus in #globex: hello\n"


def mistake(file: Path) -> str:
    with pytest.raises(StoryInvalid) as invalid:
        load_story(file)
    (only,) = invalid.value.mistakes
    return str(only)


def test_a_path_is_found_beside_the_story(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").touch()
    file = tmp_path / "a.story"
    file.write_text(f"directory: d.yaml\n{STEP}")

    assert load_story(file).header.directory == str(tmp_path / "d.yaml")


def test_or_else_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stories").mkdir()
    (tmp_path / "policies").mkdir()
    file = tmp_path / "stories" / "a.story"
    file.write_text(f"policies: policies\n{STEP}")
    monkeypatch.chdir(tmp_path)

    assert load_story(file).header.policies == "policies"


def test_beside_the_story_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (tmp_path, tmp_path / "stories"):
        folder.mkdir(exist_ok=True)
        (folder / "d.yaml").touch()
    file = tmp_path / "stories" / "a.story"
    file.write_text(f"directory: d.yaml\n{STEP}")
    monkeypatch.chdir(tmp_path)

    assert load_story(file).header.directory == str(tmp_path / "stories" / "d.yaml")


def test_a_path_that_leads_nowhere_is_a_mistake_on_its_line(tmp_path: Path) -> None:
    file = tmp_path / "a.story"
    file.write_text(f"# a story\ndirectory: nowhere.yaml\n{STEP}")

    assert mistake(file).startswith(f"{file}:2: “nowhere.yaml” is neither beside the story nor in")


def test_a_file_that_is_not_there_or_no_text_is_a_mistake(tmp_path: Path) -> None:
    noise = tmp_path / "noise.story"
    noise.write_bytes(b"# a story\n\xff\xfe\x00")

    assert mistake(tmp_path / "missing.story").endswith("missing.story: it cannot be read: No such file or directory")
    assert mistake(noise).endswith("noise.story:2: it cannot be read: it is not UTF-8 text from here on")
    assert mistake(tmp_path).endswith("it cannot be read: Is a directory")
