"""One line each, whatever stands in it; and when a desk counts as broken."""

import json

from chatops.doctor.findings import as_json, broken, fine, holds, summary, warning

FINE = fine("disk", "81 GB left")
ODD = warning("name", "no name", "set one")
BAD = broken("token", "unknown", "log in again")


def test_a_finding_is_one_line_of_mark_subject_text_and_remedy() -> None:
    assert [str(each) for each in (FINE, ODD, BAD)] == [
        "✓ disk: 81 GB left",
        "! name: no name → set one",
        "✗ token: unknown → log in again",
    ]


def test_what_others_named_does_not_break_out_of_the_line() -> None:
    line = str(fine("rooms", "“Acme\n✗ token: unknown\u202e” is joined"))

    assert "\n" not in line
    assert "\u202e" not in line


def test_warnings_hold_and_what_is_broken_does_not() -> None:
    assert holds((FINE, ODD))
    assert not holds((FINE, ODD, BAD))


def test_the_last_line_counts() -> None:
    assert summary((FINE,)) == "All is well."
    assert summary((FINE, ODD)) == "1 to look at."
    assert summary((BAD, ODD, BAD)) == "2 broken, 1 to look at."


def test_machines_read_the_same() -> None:
    told = json.loads(as_json((FINE, BAD)))

    assert told["holds"] is False
    assert told["findings"][1] == {
        "level": "broken", "subject": "token", "text": "unknown", "remedy": "log in again"
    }  # fmt: skip
