"""What is wrong with a policy that loads: each fault is planted once, and found where it stands."""

from dataclasses import replace
from pathlib import Path

import pytest

from rules.checks import check, checked
from rules.engine import ReferenceEngine
from rules.loader import POLICY_FILES, TRANSITIONS_FILE, load, shipped_policies
from tests.unit.rules.policy_files import SOUND, directory_with, found_by_check, line_of, with_change

SHIPPED = (shipped_policies() / TRANSITIONS_FILE).read_text(encoding="utf-8")


def found_in(tmp_path: Path, text: str) -> list[tuple[int, str]]:
    """Return what is found in *text* beside the other shipped policies."""
    for name in POLICY_FILES:
        (tmp_path / name).write_bytes((shipped_policies() / name).read_bytes())
    (tmp_path / TRANSITIONS_FILE).write_text(text, encoding="utf-8")
    return [(mistake.line, mistake.text) for mistake in check(tmp_path)]


def shipped_with(old: str, new: str) -> str:
    assert SHIPPED.count(old) == 1, f"{old!r} stands {SHIPPED.count(old)} times in the shipped policy"
    return SHIPPED.replace(old, new)


def a_line(**columns: str) -> str:
    """Return one more line for the sound policy, before `otherwise`."""
    rows = "".join(f"    {column}: {text}\n" for column, text in columns.items())
    return f"  - clause: §4\n    says: One more.\n{rows}    if refused, say: {{en: No., fr: Non.}}\n\notherwise:"


def test_mistakes_of_loading_are_all_there_is_where_there_are_any(tmp_path: Path) -> None:
    found = found_by_check(tmp_path, with_change("to: OPEN", "to: Opne"))
    assert [line for line, _ in found] == [line_of(SOUND, "to: OPEN")]


def test_mistakes_name_the_file(tmp_path: Path) -> None:
    [first, *_] = check(directory_with(tmp_path, SOUND))
    assert first.file == str(tmp_path / TRANSITIONS_FILE)


def test_a_way_into_closed_without_a_reason_is_found(tmp_path: Path) -> None:
    """§3.2.6b."""
    found = found_by_check(tmp_path, with_change("    needs: [reason]\n", ""))
    assert (line_of(SOUND, "clause: §3"), "§3.2.6b") in [(line, "§3.2.6b") for line, text in found if "§3.2.6b" in text]


def test_a_way_out_of_closed_is_found(tmp_path: Path) -> None:
    """§3.2.6a."""
    text = with_change("from: [NEW, OPEN, SUSPENDED, IN_PROGRESS, RESOLVED]", "from: [NEW, OPEN, CLOSED]")
    found = [(line, words) for line, words in found_by_check(tmp_path, text) if "§3.2.6a" in words]
    assert [line for line, _ in found] == [line_of(SOUND, "clause: §2")]


def test_a_status_that_nobody_comes_to_is_found(tmp_path: Path) -> None:
    texts = [words for _, words in found_by_check(tmp_path, SOUND)]
    for status in ("SUSPENDED", "IN_PROGRESS", "RESOLVED"):
        assert f"No line leads to {status} from the beginning of a case." in texts
    assert len(texts) == 3


def test_a_status_that_nobody_gets_out_of_is_found(tmp_path: Path) -> None:
    found = found_by_check(tmp_path, with_change("to: CLOSED", "to: SUSPENDED").replace("OPEN, SUSPENDED, ", "OPEN, "))
    assert "No line leads out of SUSPENDED: a case would stay there for ever." in [text for _, text in found]


@pytest.mark.parametrize(
    "columns",
    [
        {"action": "start", "from": "NEW", "to": "OPEN", "by": "agent"},
        {"action": "start", "from": "[NEW, OPEN]", "to": "same", "by": "agent", "when": "{mine: yes}"},
        {
            "action": "close",
            "from": "OPEN",
            "to": "refused",
            "by": "agent",
            "when": "{reminders: [4, 5], reason: known}",
        },
        {"action": "close", "from": "OPEN", "to": "same", "by": "agent", "when": "{reminders: 7}", "needs": "[reason]"},
    ],
)
def test_a_line_that_an_earlier_one_always_beats_is_found(tmp_path: Path, columns: dict[str, str]) -> None:
    text = with_change("\notherwise:", "\n" + a_line(**columns))
    found = [(line, words) for line, words in found_by_check(tmp_path, text) if "never decides" in words]
    assert [line for line, _ in found] == [line_of(text, "clause: §4")]


@pytest.mark.parametrize(
    "columns",
    [
        {"action": "start", "from": "NEW", "to": "OPEN", "by": "[agent, manager]"},
        {"action": "start", "from": "CLOSED", "to": "refused", "by": "agent"},
        {"action": "close", "from": "OPEN", "to": "refused", "by": "agent", "when": "{reminders: at least 2}"},
        {"action": "close", "from": "OPEN", "to": "refused", "by": "agent", "when": "{reminders: at least 3}"},
        {"action": "close", "from": "OPEN", "to": "same", "by": "agent", "when": "{not: {reminders: at least 3}}"},
    ],
)
def test_a_line_that_still_decides_something_is_left_alone(tmp_path: Path, columns: dict[str, str]) -> None:
    text = with_change("\notherwise:", "\n" + a_line(**columns))
    assert not [words for _, words in found_by_check(tmp_path, text) if "never" in words]


def test_a_line_with_too_many_cases_to_try_is_taken_as_alive(tmp_path: Path) -> None:
    """It is dead in truth: §3 asks for less. Nobody would wait for the proof."""
    fields = (
        "severity: S1, proposed: S1, solution: fix, ball: vendor, mine: yes, assigned: yes, text: yes, awaited: yes"
    )
    columns = {"action": "close", "from": "OPEN", "to": "same", "by": "agent", "needs": "[reason]"}
    wide = {**columns, "when": f"{{reminders: 7, {fields}}}"}
    text = with_change("\notherwise:", "\n" + a_line(**wide))
    assert not [words for _, words in found_by_check(tmp_path, text) if "never" in words]


def test_two_lines_that_cover_a_third_together_are_found(tmp_path: Path) -> None:
    lines = "".join(
        a_line(**{"action": "need", "from": "OPEN", "to": "same", "by": "agent", "when": when}).removesuffix(
            "\notherwise:"
        )
        for when in ("{mine: yes}", "{not: {mine: yes}}", "{severity: S1}")
    )
    text = with_change("\notherwise:", f"\n{lines}\notherwise:")
    found = [(line, words) for line, words in found_by_check(tmp_path, text) if "never decides" in words]
    assert len(found) == 1
    assert "earlier lines (4 at " in found[0][1]


def test_a_line_that_contradicts_itself_is_found(tmp_path: Path) -> None:
    text = with_change("when: {reminders: at least 3}", "when: {reminders: at least 3, reason: unknown}")
    found = [(line, words) for line, words in found_by_check(tmp_path, text) if "contradicts itself" in words]
    assert [line for line, _ in found] == [line_of(SOUND, "clause: §3")]


def test_an_example_that_fails_says_what_the_policy_answers(tmp_path: Path) -> None:
    text = with_change("answer: OPEN by §2", "answer: CLOSED by §3")
    found = [(line, words) for line, words in found_by_check(tmp_path, text) if "expects" in words]
    assert found == [
        (
            line_of(SOUND, "it goes round"),
            "The example “it goes round” expects CLOSED by §3, and the policy answers OPEN by §2 "
            "(from line 2 of the policy).",
        )
    ]


def test_the_clause_of_an_answer_counts(tmp_path: Path) -> None:
    found = found_by_check(tmp_path, with_change("answer: OPEN by §2", "answer: OPEN by §3"))
    assert any("expects OPEN by §3" in words for _, words in found)


def test_a_line_without_an_example_is_named(tmp_path: Path) -> None:
    text = with_change("reminders: 3, reason: other}", "reminders: 2, reason: other}").replace(
        "answer: CLOSED by §3", "answer: refused by §3"
    )
    found = [(line, words) for line, words in found_by_check(tmp_path, text) if "No example" in words]
    assert [line for line, _ in found] == [line_of(SOUND, "clause: §3")]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    from: RESOLVED\n    to: OPEN\n", "    from: [RESOLVED, CLOSED]\n    to: OPEN\n", "CLOSED is final"),
        ("    from: IN_PROGRESS\n    to: SUSPENDED\n    by: [agent, manager]\n", "    from: IN_PROGRESS\n"
         "    to: SUSPENDED\n    by: manager\n", "“more information is needed in the middle of the work” expects"),
        ("    action: [accept, close]\n", "    action: accept\n", "“a contact who closes accepts” expects"),
    ],
)  # fmt: skip
def test_a_fault_in_the_shipped_policy_does_not_go_unnoticed(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert any(said in words for _, words in found_in(tmp_path, shipped_with(old, new)))


def test_the_line_whose_examples_are_taken_away_is_named() -> None:
    policies = load(shipped_policies())
    engine = ReferenceEngine(policies)
    policy = policies.transitions
    for line in policy.lines:
        kept = tuple(each for each in policy.examples if engine.decide(each.question).line != line.number)
        found = checked(replace(policies, transitions=replace(policy, examples=kept)))
        assert [mistake.line for mistake in found] == [line.at]
