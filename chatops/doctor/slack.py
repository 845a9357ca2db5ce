"""Slack: the app's tokens and rights, and how it is reached."""

from collections.abc import Iterator
from datetime import timedelta

from adapters.slack.checkup import AccountState, Listening, NoAnswer, Refused
from adapters.slack.manifest import scopes
from adapters.slack.signature import WINDOW
from chatops.config import Settings
from chatops.doctor.database import clocks
from chatops.doctor.directory import on
from chatops.doctor.findings import Finding, broken, fine, warning
from chatops.domain.directory import WhoIsWho
from chatops.domain.vocabulary import Platform

MOST_READS_PER_MINUTE = 50
"""Slack lets no app read more often (facts on Slack, §5)."""

SLOW_CATCH_UP = timedelta(minutes=10)

_INSTALL = "install the app again and set CHATOPS_SLACK_TOKEN (docs/slack.md, “A lost token”)"
_REFUSED_TOKENS = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})
_LIVED_WITHOUT = frozenset(
    {"commands", "files:read", "files:write", "im:write", "reactions:read", "reactions:write", "team:read"}
)
"""Scopes without which everybody is still served, with less comfort."""


# ---- settings --------------------------------------------------------------------------------------------------------


def tokens(settings: Settings) -> Iterator[Finding]:
    """What a token shows by how it begins; nothing when all is as it should be."""
    wanted = (
        ("CHATOPS_SLACK_TOKEN", settings.slack_token, "xoxb-", "the bot's, under “OAuth & Permissions” of the app"),
        ("CHATOPS_SLACK_APP_TOKEN", settings.slack_app_token, "xapp-", "app-level, under “Basic Information”"),
    )
    for name, token, beginning, where in wanted:
        if token is not None and not token.get_secret_value().startswith(beginning):
            yield broken("slack settings", f"{name} does not begin with {beginning}", f"set the right token: {where}")


def reads(settings: Settings, who: WhoIsWho) -> Iterator[Finding]:
    """How long it takes to read back what was missed."""
    rate, number = settings.slack_reads_per_minute, sum(len(on(Platform.SLACK, room.places)) for room in who.rooms)
    takes = timedelta(minutes=number / rate)
    if rate > MOST_READS_PER_MINUTE:
        yield warning(
            "slack reads",
            f"{rate:g} a minute are more than Slack lets any app",
            f"take CHATOPS_SLACK_READS_PER_MINUTE out, or set at most {MOST_READS_PER_MINUTE}",
        )
    elif takes > SLOW_CATCH_UP:
        yield warning(
            "slack reads",
            f"at {rate:g} a minute, what was missed in {number} rooms is read back within "
            f"{takes.total_seconds() / 60:.0f} minutes at best",
            "an internal app, or one of the Marketplace, may read 50 times a minute: CHATOPS_SLACK_READS_PER_MINUTE",
        )
    else:
        yield fine("slack reads", f"{rate:g} a minute")


# ---- the app ---------------------------------------------------------------------------------------------------------


def no_account(refusal: NoAnswer | Refused) -> Iterator[Finding]:
    if isinstance(refusal, NoAnswer):
        yield broken("slack", f"Slack cannot be reached: {refusal}", "does curl https://slack.com/api/api.test answer?")
    elif refusal.code in _REFUSED_TOKENS:
        yield broken("slack token", f"Slack does not take it ({refusal.code})", _INSTALL)
    else:
        yield broken("slack token", f"Slack does not say whose it is: {refusal}", "try again later")


def account(settings: Settings, state: AccountState) -> Iterator[Finding]:
    if not state.is_bot:
        yield broken("slack token", f"it is a person's, in “{state.team_name}”, and no bot's", _INSTALL)
    else:
        yield fine("slack token", f"@{state.name} ({state.user}) in “{state.team_name}” ({state.team})")
    yield from _rights(state)
    if state.clock_ahead is not None:
        yield _clock(settings, state.clock_ahead)


def _rights(state: AccountState) -> Iterator[Finding]:
    if state.scopes is None:
        yield warning("slack rights", "Slack does not tell what the app was granted", "compare with docs/slack.md")
        return
    missing = [scope for scope in scopes() if scope not in state.scopes]
    for judge, lacking in (
        (broken, [scope for scope in missing if scope not in _LIVED_WITHOUT]),
        (warning, [scope for scope in missing if scope in _LIVED_WITHOUT]),
    ):
        if lacking:
            yield judge(
                "slack rights",
                f"the app was not granted {', '.join(lacking)}",
                "paste the manifest anew under “App Manifest” (chatops slack manifest), and install the app again",
            )
    if not missing:
        more = sorted(state.scopes - set(scopes()))
        beyond = f"; more than that: {', '.join(more)}" if more else ""
        yield fine("slack rights", f"all {len(scopes())} that the desk needs{beyond}")


def _clock(settings: Settings, ahead: timedelta) -> Finding:
    if settings.slack_listen is not None and abs(ahead) >= WINDOW:
        return broken(
            "slack clock",
            f"this machine's clock is {abs(ahead).total_seconds():.0f} s away from Slack's: what Slack signs is turned "
            "away as too old",
            "let this machine follow a time server (NTP)",
        )
    return clocks("slack clock", ahead)


# ---- how it is reached -----------------------------------------------------------------------------------------------


def socket(refusal: NoAnswer | Refused | None) -> Iterator[Finding]:
    """
    Args:
        refusal: Why there is no socket to be had; None where there is one.
    """
    match refusal:
        case None:
            yield fine("slack socket", "the app-level token opens one")
        case Refused(code="forbidden_team" | "socket_mode_not_enabled"):
            yield broken(
                "slack socket", f"Socket Mode is not switched on ({refusal.code})", "switch it on, under “Socket Mode”"
            )
        case Refused():
            yield broken(
                "slack socket",
                f"Slack does not take the app-level token ({refusal})",
                "make one under “Basic Information”, with the scope connections:write; set CHATOPS_SLACK_APP_TOKEN",
            )
        case NoAnswer():
            yield warning("slack socket", f"it cannot be told whether one can be opened: {refusal}", "try again later")


def listening(settings: Settings, found: Listening) -> Iterator[Finding]:
    host, port = settings.slack_listen or ("", 0)
    at = f"{host}:{port}"
    match found:
        case Listening.DESK:
            yield fine("slack requests", f"the desk listens at {at} and knows the signing secret")
        case Listening.NOBODY:
            yield warning("slack requests", f"nothing listens at {at}", "start the desk (chatops run)")
        case Listening.OTHER_SECRET:
            yield broken(
                "slack requests",
                f"the desk that listens at {at} has another signing secret, or another clock",
                "start it again with the present settings; CHATOPS_SLACK_SIGNING_SECRET is under “Basic Information”",
            )
        case Listening.SOMETHING_ELSE:
            yield broken(
                "slack requests", f"what listens at {at} is not the desk", "set CHATOPS_SLACK_LISTEN to a free port"
            )
