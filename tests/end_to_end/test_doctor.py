"""`chatops doctor` as it is typed where nothing is as it should be; test_guide.py has it where all is."""

import json
import os
import subprocess
import sys
from pathlib import Path


def doctor(folder: Path, *words: str, **settings: str) -> tuple[int, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CHATOPS_")}
    done = subprocess.run(
        [sys.executable, "-m", "chatops", "doctor", *words],
        cwd=folder,
        env=inherited | {f"CHATOPS_{name}": value for name, value in settings.items()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_all_mistakes_of_the_settings_are_told_at_once_and_never_what_stands_there(tmp_path: Path) -> None:
    code, told = doctor(tmp_path, RULES_ENGINE="drools", LOG_LEVEL="loud-secret")

    assert code == 1
    assert "✗ settings: CHATOPS_RULES_ENGINE: " in told
    assert "✗ settings: CHATOPS_LOG_LEVEL: " in told
    assert "loud-secret" not in told


def test_everything_that_is_away_is_told_in_one_examination_without_a_secret(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    code, told = doctor(
        tmp_path,
        "--json",
        DATABASE="postgresql://desk:database-secret@127.0.0.1:1/desk",
        POLICIES="policies",
        MATRIX_HOMESERVER="http://127.0.0.1:1",
        MATRIX_USER="@desk:example.org",
        MATRIX_TOKEN="token-secret",
    )

    assert code == 1
    broken = [finding["subject"] for finding in json.loads(told)["findings"] if finding["level"] == "broken"]
    assert set(broken) == {"policies", "database", "homeserver"}
    assert "secret" not in told


def test_looking_makes_no_database(tmp_path: Path) -> None:
    code, told = doctor(tmp_path, DATABASE="sqlite:///desk.db")

    assert code == 1
    assert "! database: there is nothing yet at sqlite:///desk.db → chatops db upgrade" in told
    assert list(tmp_path.iterdir()) == []
