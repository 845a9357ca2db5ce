"""What can be said without asking anybody else: settings, Python, policies."""

import os
import platform
import stat
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from chatops.config import Settings
from chatops.doctor.findings import Finding, broken, fine, warning
from chatops.domain.errors import PolicyInvalid, SettingsInvalid
from rules.engine import engine_for, has_durable
from rules.model import PolicySet


def unreadable_settings(invalid: SettingsInvalid) -> Iterator[Finding]:
    for mistake in str(invalid).splitlines():
        yield broken(
            "settings", mistake, "change it in the environment or in .env; docs/matrix.md and docs/slack.md say how"
        )


def settings_found(settings: Settings, file: Path = Path(".env")) -> Iterator[Finding]:
    if settings.speaks_matrix or settings.speaks_slack:
        yield fine("settings", "complete")
    else:
        yield broken(
            "settings",
            "the desk has nobody to speak to",
            "set what docs/slack.md names for Slack, or docs/matrix.md for Matrix (CHATOPS_SLACK_TOKEN, "
            "CHATOPS_MATRIX_TOKEN, and what belongs to them)",
        )
    if settings.secrets() and _open_to_others(file):
        yield warning("settings", f"{file} holds secrets, and others on this machine can read it", f"chmod 600 {file}")


def python(settings: Settings) -> Iterator[Finding]:
    version = f"Python {platform.python_version()}"
    if has_durable():
        yield fine("python", f"{version}; durable-rules decides")
    elif sys.version_info < (3, 13) and settings.rules_engine is None:
        yield warning(
            "python",
            f"{version}; durable-rules is not installed, so the reference evaluator decides",
            "install chatops-desk anew with a C compiler at hand, or set CHATOPS_RULES_ENGINE=reference",
        )
    else:
        yield fine("python", f"{version}; the reference evaluator decides")


def encryption(settings: Settings) -> Iterator[Finding]:
    if settings.matrix_encryption and not can_encrypt():
        yield broken(
            "encryption",
            "it is switched on, and what it needs is not installed",
            "install chatops-desk[e2e]; docs/encryption.md",
        )
    elif settings.matrix_encryption:
        yield fine("encryption", f"on, its keys in {settings.matrix_store}")
    if settings.matrix_password is not None:
        yield warning(
            "encryption",
            "the account's password is still among the settings",
            "it is for one start only: take CHATOPS_MATRIX_PASSWORD out again",
        )


def can_encrypt() -> bool:
    return find_spec("vodozemac") is not None


def policies(policy: PolicySet | PolicyInvalid, settings: Settings) -> Iterator[Finding]:
    if isinstance(policy, PolicyInvalid):
        for mistake in policy.mistakes:
            yield broken("policies", str(mistake), "put it right; chatops policy check says whether it is")
        return
    try:
        engine_for(policy, settings.rules_engine)
    except SettingsInvalid as invalid:
        yield broken("policies", str(invalid), "set CHATOPS_RULES_ENGINE=reference")
    else:
        yield fine("policies", f"edition {policy.edition}, digest {policy.digest[:12]}")


def _open_to_others(file: Path) -> bool:
    if os.name != "posix":
        return False
    try:
        return bool(file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
    except OSError:
        return False
