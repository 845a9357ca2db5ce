"""Policy files to policies: all mistakes at once, each with file and line."""

import os
import shutil
from pathlib import Path
from zipfile import Path as InsideZip
from zipfile import ZipFile

import pytest

from chatops.domain.errors import PolicyInvalid
from rules.loader import (
    CALENDARS_FILE,
    NOTICES_FILE,
    POLICY_FILES,
    REMINDERS_FILE,
    SERVICE_LEVELS_FILE,
    SEVERITY_FILE,
    TRANSITIONS_FILE,
    load,
    shipped_policies,
)
from tests.unit.rules.policy_files import OTHERS, SOUND, directory_with, found_at_load, line_of, with_change


def test_the_shipped_policies_load() -> None:
    policies = load(shipped_policies())
    assert policies.edition == "2022-07.3"
    assert policies.transitions.lines[0].clause == "§3.2.1"


def test_a_sound_policy_loads(tmp_path: Path) -> None:
    policy = load(directory_with(tmp_path, SOUND)).transitions
    assert (policy.edition, policy.procedure, policy.owner) == ("7", "A procedure", "Nobody")
    assert [line.clause for line in policy.lines] == ["§1", "§2", "§3"]
    assert [line.at for line in policy.lines] == [
        line_of(SOUND, clause) for clause in ("clause: §1", "clause: §2", "clause: §3")
    ]


def test_policies_load_from_inside_an_archive(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "wheel.zip", "w") as archive:
        for name, text in {TRANSITIONS_FILE: SOUND, **OTHERS}.items():
            archive.writestr(f"policies/{name}", text)
    assert load(InsideZip(tmp_path / "wheel.zip", "policies/")).edition == "7"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("action: start\n    from", "action: strat\n    from", "Did you mean “start”?"),
        ("action: start\n    from", "action: [start, any]\n    from", "“any” stands alone"),
        ("action: start\n    from", "action: []\n    from", "empty list"),
        ("action: start\n    from", "action: [start, start]\n    from", "names “start” twice"),
        ("to: OPEN", "to: Opne", "Did you mean “OPEN”?"),
        ("to: OPEN", "to:", "“to” is empty"),
        ("from: nothing", "from: none", "“from” cannot be “none”"),
        ("to: NEW", "to: same", "no ticket yet that could keep its status"),
        ("by: [contact, agent]", "by: [contact, agents]", "Did you mean “agent”?"),
        ("needs: [reason]", "need: [reason]", "Did you mean “needs”?"),
        ("needs: [reason]", "needs: [raisin]", "Did you mean “reason”?"),
        ("clause: §2", "clause: 3.2.2", "is not a clause"),
        ("says: A case goes round.", "says:", "“says” is empty"),
        ("{en: Give a reason., fr", "{en: Give a reason., de", "lacks “fr”"),
        ("{en: Give a reason.,", "{en: ,", "“if refused, say”, en: is empty"),
        ("en: Give a reason.", 'en: "Give {tickt}."', "Did you mean “ticket”?"),
        ("fr: Donnez une raison.", 'fr: "Donnez {ticket.__class__}."', "“ticket.__class__” is no place"),
        ("en: Too early.", 'en: "Too early}."', "“}” is no place"),
        ("reminders: at least 3", "reminders: at least three", "is a whole number, not “three”"),
        ("reminders: at least 3", "reminder: at least 3", "Did you mean “reminders”?"),
        ("when: {reminders: at least 3}", "when: reminders", "“field: value” lines"),
        ("policy: transitions", "policy: severity", "must say “policy: transitions”"),
        ("owner: Nobody", "ownre: Nobody", "Did you mean “owner”?"),
        ("say: {en: Impossible.", "sy: {en: Impossible.", "Did you mean “say”?"),
        ("answer: OPEN by §2", "answer: OPEN §2", "is no answer"),
        ("answer: OPEN by §2", "answer: OPNE by §2", "Did you mean “OPEN”?"),
        ("reason: other}", "reason: because}", "“reason” cannot be “because”"),
        ("reminders: 3,", "reminders: many,", "is a whole number"),
        ("reminders: 3,", "remindres: 3,", "Did you mean “reminders”?"),
        ("status: NEW, role: agent", "status: NEW, role: boss", "“role” cannot be “boss”"),
        ("status: NEW, role: agent", "role: agent", "“given” lacks “status”"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    found = found_at_load(tmp_path, with_change(old, new))
    line = SOUND.count("\n", 0, SOUND.index(old)) + 1
    assert said in " ".join(words for number, words in found if number == line)


@pytest.mark.parametrize(
    ("missing", "at", "said"),
    [
        ("    from: OPEN\n", "clause: §3", "Line 3 of the policy lacks “from”."),
        ("    when: {reminders: at least 3}\n", "if not then", "“if not then, say” is never said"),
        ('edition: "7"\n', "policy:", "The policy lacks “edition”."),
        ("otherwise:\n  clause: §9\n  say: {en: Impossible., fr: Impossible.}\n", "policy:", "lacks “otherwise”"),
        ("      answer: CLOSED by §3\n", "given: {status: OPEN", "An example lacks “answer”."),
    ],
)
def test_what_is_missing_is_named_where_it_should_stand(tmp_path: Path, missing: str, at: str, said: str) -> None:
    text = with_change(missing, "")
    [(line, words)] = found_at_load(tmp_path, text)
    assert said in words
    assert line == line_of(text, at)


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = (
        SOUND.replace("action: open\n    from", "action: opne\n    from")
        .replace("to: OPEN", "to: ONCE")
        .replace("reminders: at least 3", "reminders: at least much")
        .replace("say: {en: Impossible., fr: Impossible.}", "say: {en: Impossible.}")
        .replace("answer: CLOSED by §3", "answer: closed")
    )
    lines = [line_of(text, part) for part in ("opne", "ONCE", "much", "say: {en: Imp", "answer: closed")]
    assert [line for line, _ in found_at_load(tmp_path, text)] == lines


def test_a_mistake_of_yaml_and_one_of_the_policy_are_told_together(tmp_path: Path) -> None:
    text = SOUND.replace("owner: Nobody", "owner: &who Nobody").replace("to: OPEN", "to: ONCE")
    found = found_at_load(tmp_path, text)
    assert [line for line, _ in found] == [line_of(text, "&who"), line_of(text, "ONCE")]


def test_a_line_that_refuses_takes_no_needs(tmp_path: Path) -> None:
    text = with_change("to: CLOSED", "to: refused")
    assert {line for line, _ in found_at_load(tmp_path, text)} == {
        line_of(text, "needs: [reason]"),
        line_of(text, "if not then, say"),
    }


def test_a_condition_that_is_too_wide_is_a_mistake_of_its_line(tmp_path: Path) -> None:
    pairs = [f"{{any of: [{{reminders: {number}}}, {{severity: S1}}]}}" for number in range(9)]
    text = with_change("when: {reminders: at least 3}", f"when: {{all of: [{', '.join(pairs)}]}}")
    found = found_at_load(tmp_path, text)
    assert [line for line, _ in found] == [line_of(text, "clause: §3")]
    assert "at most 256" in found[0][1]


def test_a_file_nobody_knows_is_a_mistake_that_names_the_known_ones(tmp_path: Path) -> None:
    directory_with(tmp_path, SOUND)
    (tmp_path / "transition.yml").write_text(SOUND)
    with pytest.raises(PolicyInvalid) as caught:
        load(tmp_path)
    [mistake] = caught.value.mistakes
    assert mistake.file.endswith("transition.yml")
    assert "Did you mean “transitions.yaml”?" in mistake.text


def test_what_lies_beside_the_policies_does_not_matter(tmp_path: Path) -> None:
    """A mounted ConfigMap keeps dot directories there, and editors their copies."""
    directory_with(tmp_path, SOUND)
    (tmp_path / "..data").mkdir()
    (tmp_path / ".transitions.yaml.swp").write_text("?")
    (tmp_path / "README.md").write_text("?")
    assert load(tmp_path).edition == "7"


@pytest.mark.parametrize("there", [True, False])
def test_an_empty_or_missing_directory_is_a_mistake(tmp_path: Path, there: bool) -> None:
    directory = tmp_path / "policies"
    if there:
        directory.mkdir()
    with pytest.raises(PolicyInvalid) as caught:
        load(directory)
    assert [mistake.text for mistake in caught.value.mistakes] == [
        *(["This file is missing."] * len(POLICY_FILES) if there else ["There is no such directory of policies."])
    ]


@pytest.mark.parametrize("name", POLICY_FILES)
def test_what_a_directory_leaves_out_is_as_shipped(tmp_path: Path, name: str) -> None:
    shipped = (shipped_policies() / name).read_text(encoding="utf-8")
    (tmp_path / name).write_text(shipped.replace('edition: "2022-07.3"', 'edition: "ours"'), encoding="utf-8")
    ours, theirs = load(tmp_path), load(shipped_policies())
    assert (ours.edition, ours.digest != theirs.digest) == ("ours", True)
    editions = {
        TRANSITIONS_FILE: ours.transitions.edition,
        CALENDARS_FILE: ours.calendars.head.edition,
        SERVICE_LEVELS_FILE: ours.service_levels.head.edition,
        SEVERITY_FILE: ours.severity.head.edition,
        REMINDERS_FILE: ours.reminders.head.edition,
        NOTICES_FILE: ours.notices.head.edition,
    }
    assert editions == {each: "ours" if each == name else theirs.edition for each in POLICY_FILES}


def test_files_of_one_directory_are_one_edition_whichever_they_are(tmp_path: Path) -> None:
    for name, edition in ((CALENDARS_FILE, "8"), (REMINDERS_FILE, "9")):
        shipped = (shipped_policies() / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(shipped.replace('edition: "2022-07.3"', f'edition: "{edition}"'), encoding="utf-8")
    with pytest.raises(PolicyInvalid) as caught:
        load(tmp_path)
    (mistake,) = caught.value.mistakes
    assert Path(mistake.file).name == REMINDERS_FILE
    assert mistake.text == "This file says edition “9”, and calendars.yaml says “8”."


def test_an_unreadable_file_is_a_mistake(tmp_path: Path) -> None:
    directory_with(tmp_path, SOUND)
    (tmp_path / TRANSITIONS_FILE).unlink()
    (tmp_path / TRANSITIONS_FILE).mkdir()
    with pytest.raises(PolicyInvalid, match="cannot be read"):
        load(tmp_path)


def test_the_digest_is_of_the_content_not_of_the_place(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    directory_with(one, SOUND)
    shutil.copytree(one, two)
    os.utime(two / TRANSITIONS_FILE, (0, 0))
    assert load(one).digest == load(two).digest
    assert len(load(one).digest) == 64


def test_another_word_is_another_digest(tmp_path: Path) -> None:
    before = load(directory_with(tmp_path, SOUND)).digest
    assert load(directory_with(tmp_path, with_change("en: Too early.", "en: Not yet."))).digest != before
