"""Settings are checked at start, and a wrong one is told by its name, never by its value."""

import pytest

from chatops.bootstrap import passing_for
from chatops.cli import main
from chatops.config import read_settings
from chatops.domain.errors import SettingsInvalid


def test_a_desk_needs_no_settings_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHATOPS_DATABASE", raising=False)
    assert not read_settings().speaks_matrix


def test_half_of_matrix_is_refused_with_the_other_halfs_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATOPS_MATRIX_TOKEN", "syt_secret")
    with pytest.raises(SettingsInvalid, match="also set CHATOPS_MATRIX_HOMESERVER") as caught:
        read_settings()
    assert "syt_secret" not in str(caught.value)


def test_encryption_without_a_store_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATOPS_MATRIX_ENCRYPTION", "true")
    with pytest.raises(SettingsInvalid, match="also set CHATOPS_MATRIX_STORE "):
        read_settings()


def test_a_short_key_of_the_store_is_refused_without_being_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATOPS_MATRIX_STORE_KEY", "sesame")
    with pytest.raises(SettingsInvalid, match=r"CHATOPS_MATRIX_STORE_KEY: .*16") as caught:
        read_settings()
    assert "sesame" not in str(caught.value)


def test_with_encryption_one_process_does_everything(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {
        "HOMESERVER": "http://127.0.0.1:9",
        "USER": "@desk:example.org",
        "TOKEN": "syt_secret",
        "ENCRYPTION": "true",
        "STORE": "keys",
        "STORE_KEY": "a secret that opens the store",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"CHATOPS_MATRIX_{name}", value)
    monkeypatch.setattr("sys.argv", ["chatops", "run", "--only", "worker"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert "Run it without --only" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", ()),
        ("@bot:example.org", ("@bot:example.org",)),
        ("@bot:example.org example.org", ("@bot:example.org", "example.org")),
        ("@slack_*:example.org,  example.org,", ("@slack_*:example.org", "example.org")),
    ],
)
def test_people_and_servers_stand_between_spaces_or_commas(
    monkeypatch: pytest.MonkeyPatch, written: str, read: tuple[str, ...]
) -> None:
    monkeypatch.setenv("CHATOPS_MATRIX_IGNORE", written)
    monkeypatch.setenv("CHATOPS_MATRIX_INVITES_FROM", written)
    settings = read_settings()
    assert settings.matrix_ignore == settings.matrix_invites_from == read


def test_a_wrong_word_is_told_by_the_settings_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATOPS_RULES_ENGINE", "drools")
    with pytest.raises(SettingsInvalid, match=r"CHATOPS_RULES_ENGINE: .*'durable', 'reference' or 'both'"):
        read_settings()


def test_a_crash_point_must_exist() -> None:
    with pytest.raises(SettingsInvalid, match="before_commit, after_commit"):
        passing_for("somewhere")
    with pytest.raises(SettingsInvalid, match="before_commit, after_commit"):
        passing_for("before_commit:soon")


def test_a_desk_without_a_chat_platform_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CHATOPS_MATRIX_TOKEN", raising=False)
    monkeypatch.setattr("sys.argv", ["chatops", "run"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert "for Matrix, CHATOPS_MATRIX_HOMESERVER" in capsys.readouterr().err
