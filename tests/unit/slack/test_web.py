"""What Slack's refusals mean to us, method by method (F12, F29)."""

from datetime import timedelta

import pytest

from adapters.slack.web import (
    FileRefused,
    NotGranted,
    NoThread,
    NotRemovable,
    NotThere,
    SignRefused,
    TokenRefused,
    broken,
    pause,
    refusal,
)
from chatops.domain.errors import (
    DeliveryError,
    Doubtful,
    RateLimited,
    RoomBusy,
    TryAgainLater,
    Undeliverable,
    Unreachable,
)

METHODS = [
    "chat.postMessage",
    "chat.postEphemeral",
    "chat.update",
    "chat.delete",
    "reactions.add",
    "reactions.remove",
    "conversations.history",
    "conversations.replies",
    "files.getUploadURLExternal",
    "files.completeUploadExternal",
]

MEANINGS: dict[type[DeliveryError], str] = {
    TokenRefused: "not_authed invalid_auth account_inactive token_revoked token_expired",
    NotGranted: "missing_scope not_allowed_token_type no_permission access_denied",
    Unreachable: (
        "channel_not_found not_in_channel is_archived is_inactive restricted_action messages_tab_disabled "
        "restricted_action_read_only_channel ekm_access_denied"
    ),
    RateLimited: "rate_limited",
    RoomBusy: "ratelimited",
    TryAgainLater: "request_timeout team_added_to_org org_login_required message_limit_exceeded",
    NotThere: "message_not_found thread_not_found file_not_found user_not_in_channel",
    SignRefused: "already_reacted no_reaction too_many_emoji too_many_reactions",
    NotRemovable: "cant_delete_message compliance_exports_prevent_deletion",
    NoThread: "cannot_reply_to_message restricted_action_thread_locked",
    FileRefused: "file_uploads_disabled storage_limit_reached slack_connect_file_link_sharing_blocked",
    Undeliverable: (
        "invalid_blocks msg_too_long msg_blocks_too_long no_text invalid_arguments metadata_too_large "
        "cant_update_message edit_window_closed an_error_that_nobody_has_heard_of"
    ),
}


def refused(code: str, *, method: str = "chat.update", status: int = 200, **headers: str) -> DeliveryError:
    return refusal(method, status, {"ok": False, "error": code}, {"Retry-After": "3", **headers})


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("code", "meaning"), [(code, meaning) for meaning, codes in MEANINGS.items() for code in codes.split()]
)
def test_every_refusal_is_for_now_or_for_good(code: str, meaning: type[DeliveryError], method: str) -> None:
    error = refused(code, method=method)

    assert type(error) is meaning
    assert code in str(error)


@pytest.mark.parametrize("code", ["fatal_error", "internal_error", "service_unavailable"])
@pytest.mark.parametrize("method", METHODS)
def test_what_broke_on_slacks_side_may_have_been_posted(method: str, code: str) -> None:
    """Whatever can be asked twice is tried again; a post is looked for first (F6)."""
    for status in (200, 500, 503):
        error = refused(code, method=method, status=status)
        assert type(error) is (Doubtful if method == "chat.postMessage" else TryAgainLater)


@pytest.mark.parametrize(
    ("status", "posting", "otherwise"),
    [
        (200, Doubtful, TryAgainLater),
        (500, Doubtful, TryAgainLater),
        (502, Doubtful, TryAgainLater),
        (503, Doubtful, TryAgainLater),
        (302, TryAgainLater, TryAgainLater),
        (403, TryAgainLater, TryAgainLater),
        (404, TryAgainLater, TryAgainLater),
        (429, RoomBusy, RoomBusy),
    ],
)
def test_a_page_is_no_answer_of_slacks(
    status: int, posting: type[DeliveryError], otherwise: type[DeliveryError]
) -> None:
    """A proxy, or an answer cut short: nothing is given up for it."""
    assert type(refusal("chat.postMessage", status, {}, {})) is posting
    assert type(refusal("chat.update", status, {}, {})) is otherwise


@pytest.mark.parametrize(
    "answer", [{"error": "channel_not_found"}, {"ok": True, "error": "is_archived"}, {"ok": False, "error": 7}]
)
def test_only_a_plain_no_is_a_no(answer: dict[str, object]) -> None:
    assert type(refusal("chat.postMessage", 200, answer, {})) is Doubtful


def test_a_scope_that_is_missing_is_named_and_nothing_else_is_quoted() -> None:
    answer = {"ok": False, "error": "missing_scope", "needed": "files:write", "errors": ["their words"]}

    assert str(refusal("chat.update", 200, answer, {})) == "missing_scope (files:write)"


def test_a_broken_connection_is_doubtful_where_twice_shows() -> None:
    assert type(broken("chat.postMessage", "reset")) is Doubtful
    assert type(broken("chat.postEphemeral", "reset")) is TryAgainLater


@pytest.mark.parametrize(
    ("header", "date", "after"),
    [
        ("1", "", timedelta(seconds=1)),
        ("0", "", timedelta()),
        ("30", "", timedelta(seconds=30)),
        ("3600", "", timedelta(hours=1)),
        ("9" * 30, "", timedelta(days=1)),
        (" 7 ", "", timedelta(seconds=7)),
        ("Wed, 21 Oct 2026 07:28:30 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", timedelta(seconds=30)),
        ("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:29:00 GMT", timedelta()),
        ("Fri, 21 Oct 2033 07:28:00 GMT", "Wed, 21 Oct 2026 07:29:00 GMT", timedelta(days=1)),
        ("Wed, 21 Oct 2026 07:28:30 GMT", "", None),
        ("", "", None),
        ("abc", "Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("-1", "", None),
        ("1.5", "", None),
        ("٣", "", None),
    ],
)
def test_we_wait_as_long_as_we_are_asked_to(header: str, date: str, after: timedelta | None) -> None:
    headers = {"Retry-After": header, "Date": date}

    assert pause(headers) == after
    error = refusal("chat.postMessage", 429, {"ok": False, "error": "ratelimited"}, headers)
    assert isinstance(error, RoomBusy)
    assert error.after == after
