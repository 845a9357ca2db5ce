"""Block Kit as the fake Slack's people read it."""

from typing import Any

from tests.slack.composer import composed
from tests.slack.records import Team, User
from tests.slack.screens import lines_of, lines_of_message, lines_of_view, mrkdwn

NAMES = {"U1": "@Ben Barker", "C1": "#acme"}


def names(mention: str) -> str:
    return NAMES.get(mention, f"@{mention}")


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def test_a_card_reads_from_top_to_bottom() -> None:
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": plain("T-1 checkout is down")},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "Asked by <@U1> in <#C1>\n&gt; it is &lt;down&gt;"},
            "accessory": {"type": "button", "action_id": "more", "text": plain("More")},
        },
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Severity*\nS1"}, plain("Due 10:15")]},
        {"type": "context", "elements": [plain("Clause §3.1"), {"type": "mrkdwn", "text": "<https://x|policy>"}]},
        {"type": "divider"},
        {
            "type": "actions",
            "elements": [
                {"type": "button", "text": plain("Accept")},
                {"type": "static_select", "placeholder": plain("Severity"), "options": []},
                {"type": "overflow", "options": [{"text": plain("Close"), "value": "c"}]},
            ],
        },
    ]
    assert lines_of(blocks, names) == [
        "# T-1 checkout is down",
        "Asked by @Ben Barker in #acme",
        "> it is <down> [More]",
        "*Severity*: S1",
        "Due 10:15",
        "Clause §3.1 · policy (https://x)",
        "---",
        "[Accept] [Severity ▾] [… Close]",
    ]


def test_rich_text_reads_with_quotes_lists_and_mentions() -> None:
    def section(kind: str, *pieces: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"type": kind, "elements": list(pieces), **more}

    text = {"type": "text", "text": "all good"}
    block = section(
        "rich_text",
        section("rich_text_section", {"type": "user", "user_id": "U1"}, {"type": "text", "text": " said\nthis"}),
        section("rich_text_quote", {"type": "text", "text": "one\ntwo"}),
        section("rich_text_list", section("rich_text_section", text), style="ordered", indent=1),
        section("rich_text_preformatted", {"type": "text", "text": "trace"}),
        section(
            "rich_text_section",
            {"type": "emoji", "name": "wave"},
            {"type": "broadcast", "range": "here"},
            {"type": "link", "url": "https://x", "text": "x"},
        ),
    )
    assert lines_of([block], names) == [
        "@Ben Barker said",
        "this",
        "> one",
        "> two",
        "  1. all good",
        "```",
        "trace",
        "```",
        ":wave:@herex (https://x)",
    ]


def test_text_is_shown_where_there_are_no_blocks() -> None:
    message = {"text": "a &amp; b", "files": [{"id": "F1", "name": "log.txt"}], "attachments": [{"text": "old"}]}
    assert lines_of_message(message) == ["a & b", "| old", "[file: log.txt]"]
    assert lines_of_message({"text": "fallback", "blocks": [{"type": "divider"}]}) == ["---"]


def test_a_modal_shows_what_is_filled_in() -> None:
    view = {
        "type": "modal",
        "title": plain("Resolve"),
        "submit": plain("Send"),
        "close": plain("Cancel"),
        "blocks": [
            {
                "type": "input",
                "block_id": "b",
                "label": plain("Solution"),
                "hint": plain("In one sentence"),
                "element": {"type": "plain_text_input", "action_id": "a", "placeholder": plain("What helped?")},
            },
        ],
    }
    empty = ["== Resolve ==", "Solution: <What helped?>", "  In one sentence", "[Cancel] [Send]"]
    assert lines_of_view(view) == empty
    values = {"b": {"a": {"type": "plain_text_input", "value": "a restart"}}}
    assert lines_of_view(view, values=values)[1] == "Solution: a restart"


def test_special_mentions_are_shown_as_clients_show_them() -> None:
    said = "<!here> <!subteam^S1|@agents> <!date^1772442000^{date}|2 March> &lt;!channel&gt;"
    assert mrkdwn(said) == "@here @agents 2 March <!channel>"


def test_what_is_typed_is_escaped_and_completed() -> None:
    ben = User(id="U1", team=Team(id="T1", domain="exo", name="Exo"), name="Ben Barker", handle="ben")
    text, blocks = composed("@Ben Barker: see https://x.example/a?b=1&c=2 <!channel> :eyes: a<b", [ben])
    assert text == "<@U1>: see <https://x.example/a?b=1&amp;c=2> <!channel> :eyes: a&lt;b"
    (block,) = blocks
    kinds = [piece["type"] for piece in block["elements"][0]["elements"]]
    assert kinds == ["user", "text", "link", "text", "broadcast", "text", "emoji", "text"]
    assert composed("me@Ben Barker", [ben])[0] == "me@Ben Barker"
