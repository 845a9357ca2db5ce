"""Settings, Python and policies: what is told of each, and when."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from pydantic import SecretStr

from chatops.bootstrap import policies_in
from chatops.config import Settings
from chatops.doctor import installation
from chatops.doctor.findings import Finding, Level
from chatops.domain.errors import Mistake, PolicyInvalid, SettingsInvalid
from rules.engine import has_durable

MATRIX = Settings(
    _env_file=None, matrix_homeserver="https://m.test", matrix_user="@desk:m.test", matrix_token=SecretStr("syt_secret")
)


def told(findings: Iterable[Finding]) -> list[tuple[Level, str]]:
    return [(finding.level, finding.text) for finding in findings]


def test_every_mistake_of_the_settings_is_a_finding() -> None:
    findings = list(installation.unreadable_settings(SettingsInvalid("CHATOPS_A: wrong\nCHATOPS_B: wrong")))

    assert told(findings) == [(Level.BROKEN, "CHATOPS_A: wrong"), (Level.BROKEN, "CHATOPS_B: wrong")]


def test_a_desk_needs_somebody_to_speak_to() -> None:
    assert told(installation.settings_found(MATRIX)) == [(Level.FINE, "complete")]
    (alone,) = installation.settings_found(Settings(_env_file=None))
    assert alone.level is Level.BROKEN
    assert "CHATOPS_MATRIX_TOKEN" in alone.remedy
    assert "CHATOPS_SLACK_TOKEN" in alone.remedy


def test_slack_alone_is_somebody_to_speak_to() -> None:
    alone = Settings(_env_file=None, slack_token=SecretStr("xoxb-1"), slack_app_token=SecretStr("xapp-1"))

    assert told(installation.settings_found(alone)) == [(Level.FINE, "complete")]


@pytest.mark.parametrize(("mode", "found"), [(0o600, []), (0o640, [Level.WARNING]), (0o604, [Level.WARNING])])
def test_secrets_that_others_can_read_are_pointed_out(tmp_path: Path, mode: int, found: list[Level]) -> None:
    file = tmp_path / ".env"
    file.touch(mode)
    file.chmod(mode)

    assert [finding.level for finding in installation.settings_found(MATRIX, file)][1:] == found


def test_an_env_file_without_secrets_may_be_read(tmp_path: Path) -> None:
    (tmp_path / ".env").touch(0o644)

    assert len(list(installation.settings_found(Settings(_env_file=None), tmp_path / ".env"))) == 1


def test_it_is_told_who_decides() -> None:
    (found,) = installation.python(MATRIX)

    assert found.text.endswith("durable-rules decides" if has_durable() else "reference evaluator decides")


def test_encryption_is_told_of_when_it_is_on(tmp_path: Path) -> None:
    on = MATRIX.model_copy(update={"matrix_encryption": True, "matrix_store": tmp_path})

    assert list(installation.encryption(MATRIX)) == []
    (found,) = installation.encryption(on)
    assert found.level is (Level.FINE if installation.can_encrypt() else Level.BROKEN)
    password = MATRIX.model_copy(update={"matrix_password": SecretStr("pw-of-one-start")})
    (left,) = installation.encryption(password)
    assert left.level is Level.WARNING
    assert "pw-of-one-start" not in str(left)


def test_policies_are_told_by_edition_or_by_their_mistakes() -> None:
    policy = policies_in(None)
    invalid = PolicyInvalid((Mistake(file="a.yaml", line=3, text="one"), Mistake(file="b.yaml", line=0, text="two")))

    ((level, text),) = told(installation.policies(policy, MATRIX))
    assert level is Level.FINE
    assert policy.edition in text
    assert policy.digest[:12] in text
    assert told(installation.policies(invalid, MATRIX)) == [
        (Level.BROKEN, "a.yaml:3: one"),
        (Level.BROKEN, "b.yaml: two"),
    ]
