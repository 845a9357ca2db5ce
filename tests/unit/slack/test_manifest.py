"""What Slack is given to make the app: as it is shipped, and with the addresses of whoever sets it up."""

import re
from pathlib import Path

import pytest

from adapters.slack import interactivity
from adapters.slack.manifest import EXAMPLE, manifest, manifest_text, scopes
from adapters.slack.web_server import EVENTS, REDIRECT
from chatops.domain.errors import SettingsInvalid

ADDRESS = "https://desk.acme.test"


def addresses(text: str) -> set[str]:
    """Return every address in a manifest, comments left out."""
    return set(re.findall(r"https://[^\s\"]+", re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)))


def test_over_http_slack_is_told_the_addresses_that_are_served() -> None:
    text = manifest_text(url=f"{ADDRESS}/")

    assert addresses(text) == {ADDRESS + EVENTS, ADDRESS + REDIRECT}
    given = manifest(text)
    assert given["settings"]["event_subscriptions"]["request_url"] == ADDRESS + EVENTS
    assert given["settings"]["interactivity"] == {"is_enabled": True, "request_url": ADDRESS + EVENTS}
    assert [each["url"] for each in given["features"]["slash_commands"]] == [ADDRESS + EVENTS]
    assert given["oauth_config"]["redirect_urls"] == [ADDRESS + REDIRECT]
    assert given["settings"]["socket_mode_enabled"] is False


def test_over_sockets_nothing_has_to_reach_the_desk() -> None:
    text = manifest_text(socket=True)

    assert addresses(text) == set()
    given = manifest(text)
    assert given["settings"]["socket_mode_enabled"] is True
    assert given["settings"]["interactivity"] == {"is_enabled": True}
    assert "redirect_urls" not in given["oauth_config"]


def test_over_sockets_browsers_may_still_be_sent_to_the_pages_of_an_installation() -> None:
    text = manifest_text(url=ADDRESS, socket=True)

    assert addresses(text) == {ADDRESS + REDIRECT}
    assert manifest(text)["settings"]["socket_mode_enabled"] is True


def test_what_the_app_may_do_is_the_same_either_way() -> None:
    over_http, over_sockets = manifest(manifest_text(url=ADDRESS)), manifest(manifest_text(socket=True))

    assert over_http["oauth_config"]["scopes"]["bot"] == over_sockets["oauth_config"]["scopes"]["bot"] == [*scopes()]
    events = over_http["settings"]["event_subscriptions"]["bot_events"]
    assert events == over_sockets["settings"]["event_subscriptions"]["bot_events"]
    assert len(set(events)) == len(events)
    assert len(set(scopes())) == len(scopes())


@pytest.mark.parametrize(
    "url",
    [
        "",
        "desk.acme.test",
        "http://desk.acme.test",
        "https://",
        "https://[desk",
        "https://desk.acme.test/?a=b",
        "https://desk.acme.test/#x",
        "https://desk acme.test",
        'https://desk.acme.test/"',
    ],
)
def test_an_address_that_slack_would_not_call_is_refused(url: str) -> None:
    with pytest.raises(SettingsInvalid, match="--url https://"):
        manifest_text(url=url)


def test_commands_and_shortcuts_are_those_that_are_listened_to() -> None:
    features = manifest()["features"]

    assert {(each["callback_id"], each["type"]) for each in features["shortcuts"]} == {
        (interactivity.FROM_MESSAGE, "message"),
        (interactivity.ACTIONS, "message"),
        (interactivity.NEW, "global"),
    }
    assert all(each["should_escape"] for each in features["slash_commands"])


def test_nothing_is_longer_than_slack_takes_it() -> None:
    """Source: the reference of app manifests."""
    described = manifest()
    about, features = described["display_information"], described["features"]

    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert len(features["bot_user"]["display_name"]) <= 80
    assert all(len(each["name"]) <= 24 and len(each["description"]) <= 150 for each in features["shortcuts"])
    assert len(described["settings"]["event_subscriptions"]["bot_events"]) <= 100


def test_every_scope_stands_below_the_reason_why_it_is_asked_for() -> None:
    lines = manifest_text(url=EXAMPLE).partition("    bot:\n")[2].partition("\nsettings:")[0].splitlines()

    groups = "\n".join(lines).split("      # To ")[1:]
    explained = [scope for group in groups for scope in re.findall(r"^      - (\S+)$", group, re.MULTILINE)]
    others = "\n".join(lines).partition("      # For ")[2]
    assert set(explained) | set(re.findall(r"^      - (\S+)$", others, re.MULTILINE)) == set(scopes())


@pytest.mark.checkout
def test_the_documentation_shows_the_manifest_that_is_shipped() -> None:
    docs = Path(__file__).parents[3] / "docs"

    assert (docs / "slack-manifest.yaml").read_text("utf-8") == manifest_text(url=EXAMPLE)
