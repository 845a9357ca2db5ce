"""The fake Slack's Web API, asked by the real SDK: every method answers and refuses as its reference says."""

from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.slack import SCOPES
from tests.slack.towns import Town, a_town

CARD: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "checkout is down"}},
    {
        "type": "actions",
        "elements": [{"type": "button", "action_id": "take", "text": {"type": "plain_text", "text": "Take"}}],
    },
]


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async with a_town() as furnished:
        yield furnished


async def refusal(call: Awaitable[Any]) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


def as_somebody(town: Town, token: str) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=town.slack.api_url, session=town.client.session)


# ---- who may ask ----


async def test_tokens_are_told_apart(town: Town) -> None:
    about = await town.client.auth_test()
    assert (about["team_id"], about["user_id"]) == (town.exo.id, town.app.bot.id)
    assert about["bot_id"] == town.app.bot.bot_id
    assert about.headers["X-OAuth-Scopes"].split(",") == sorted(SCOPES)
    assert await refusal(as_somebody(town, "xoxb-nobody").auth_test()) == "invalid_auth"
    assert await refusal(as_somebody(town, "").auth_test()) == "not_authed"
    assert await refusal(as_somebody(town, town.app.app_token).auth_test()) == "not_allowed_token_type"
    assert (await town.client.api_test(foo="bar"))["args"] == {"foo": "bar"}
    assert await refusal(town.client.api_test(error="my_error")) == "my_error"


async def test_a_token_dies_in_three_ways(town: Town) -> None:
    assert (await town.client.auth_revoke(test=True))["revoked"] is False
    await town.client.auth_revoke()
    assert await refusal(town.client.auth_test()) == "token_revoked"

    anew = as_somebody(town, town.slack.world.install(town.app, town.exo.team).token)
    await anew.auth_test()
    await town.slack.uninstalls(town.app, town.exo)
    assert await refusal(anew.auth_test()) == "account_inactive"


async def test_what_a_scope_is_missing_for_is_named() -> None:
    async with a_town(scopes=SCOPES - {"reactions:write", "groups:read"}) as town:
        said = await town.ben.says(town.shared, "hello")
        with pytest.raises(SlackApiError) as refused:
            await town.client.reactions_add(channel=town.shared.id, timestamp=said, name="eyes")
        assert refused.value.response["error"] == "missing_scope"
        assert refused.value.response["needed"] == "reactions:write"
        assert await refusal(town.client.conversations_info(channel=town.inside.id)) == "missing_scope"
        await town.client.conversations_info(channel=town.shared.id)


async def test_an_unknown_method_and_a_token_in_the_form(town: Town) -> None:
    assert await refusal(town.client.api_call("chat.sing")) == "unknown_method"
    async with ClientSession() as session:
        form = {"token": town.app.token, "channel": town.shared.id, "text": "by form"}
        async with session.post(f"{town.slack.api_url}chat.postMessage", data=form) as answer:
            assert (await answer.json())["ok"] is True
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {town.app.token}"}
        async with session.post(f"{town.slack.api_url}chat.postMessage", data="{", headers=headers) as answer:
            assert (await answer.json())["error"] == "invalid_json"


# ---- chat.* ----


async def test_a_message_is_posted_changed_and_deleted(town: Town) -> None:
    posted = await town.client.chat_postMessage(
        channel=town.shared.id,
        text="checkout is down",
        blocks=CARD,
        metadata={"event_type": "ticket", "event_payload": {"id": "T-1"}},
    )
    assert posted["channel"] == town.shared.id
    assert posted["message"]["bot_id"] == town.app.bot.bot_id
    assert posted["message"]["blocks"][0]["block_id"]
    assert town.ben.sees(town.shared).text == "desk:\n  checkout is down\n  [Take]"

    changed = await town.client.chat_update(channel=town.shared.id, ts=posted["ts"], text="checkout is up")
    assert changed["text"] == "checkout is up"
    assert changed["message"]["metadata"]["event_payload"] == {"id": "T-1"}
    assert town.ben.sees(town.shared).text == "desk (edited):\n  checkout is up"

    await town.client.chat_delete(channel=town.shared.id, ts=posted["ts"])
    assert len(town.ben.sees(town.shared)) == 0
    assert await refusal(town.client.chat_delete(channel=town.shared.id, ts=posted["ts"])) == "message_not_found"


async def test_a_message_under_another_name_names_no_user() -> None:
    async with a_town(scopes=SCOPES | {"chat:write.customize"}) as town:
        posted = await town.client.chat_postMessage(channel=town.shared.id, text="from afar", username="Zoe (Matrix)")
        assert (posted["message"]["subtype"], "user" in posted["message"]) == ("bot_message", False)
        assert town.ben.sees(town.shared).text == "Zoe (Matrix):\n  from afar"
        await town.client.chat_update(channel=town.shared.id, ts=posted["ts"], text="changed")
    async with a_town() as town:
        posting = town.client.chat_postMessage(channel=town.shared.id, text="from afar", username="Zoe")
        assert await refusal(posting) == "missing_scope"


async def test_an_update_keeps_what_is_not_sent(town: Town) -> None:
    metadata = {"event_type": "ticket", "event_payload": {}}
    posted = await town.client.chat_postMessage(channel=town.shared.id, text="words", blocks=CARD, metadata=metadata)
    where = {"channel": town.shared.id, "ts": posted["ts"]}
    message = town.shared.messages[posted["ts"]]

    await town.client.api_call("chat.update", json=where | {"blocks": CARD[:1]})
    assert (message.text, len(message.blocks), message.edit_shown) == ("words", 1, False)
    assert message.metadata == metadata
    await town.client.chat_update(**where, metadata={}, text="new words")
    assert (message.text, message.edit_shown) == ("new words", True)
    assert not message.blocks
    assert not message.metadata


async def test_posting_is_refused_where_it_cannot_be(town: Town) -> None:
    elsewhere = town.exo.channel("elsewhere", members=[town.ben])
    secret = town.exo.channel("secret", members=[town.ben], private=True)

    async def post(channel: str, **more: Any) -> str:
        # The SDK's own method warns of what is not to be said here.
        return await refusal(
            town.client.api_call("chat.postMessage", json={"channel": channel, "text": "hello"} | more)
        )

    assert await post("C404") == "channel_not_found"
    assert await post(secret.id) == "channel_not_found"
    assert await post(elsewhere.id) == "not_in_channel"
    assert await post(town.shared.id, text="") == "no_text"
    assert await post(town.shared.id, blocks="no json") == "invalid_blocks_format"
    assert await post(town.shared.id, attachments=[{"text": "a"}] * 101) == "too_many_attachments"
    assert await post(town.shared.id, metadata={"event_type": "x"}) == "invalid_metadata_schema"
    assert await post(town.shared.id, markdown_text="*a*") == "markdown_text_conflict"
    await town.ben.archives(town.shared)
    assert await post(town.shared.id) == "is_archived"
    said = await town.ben.says(town.inside, "hello")
    assert await refusal(town.client.chat_update(channel=town.inside.id, ts=said, text="x")) == "cant_update_message"
    assert await refusal(town.client.chat_delete(channel=town.inside.id, ts=said)) == "cant_delete_message"


async def test_what_breaks_a_limit_is_refused_in_slacks_words_and_kept_for_the_test(town: Town) -> None:
    header = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    with pytest.raises(SlackApiError) as refused:
        await town.client.chat_postMessage(channel=town.shared.id, text="x", blocks=[header])
    assert refused.value.response["error"] == "invalid_blocks"
    says = "must be less than 151 characters [json-pointer:/blocks/0/text/text]"
    assert refused.value.response["errors"] == [says]
    assert refused.value.response["response_metadata"]["messages"] == [f"[ERROR] {says}"]
    assert [(method, str(violation)) for method, violation in town.slack.violations] == [("chat.postMessage", says)]
    assert len(town.ben.sees(town.shared)) == 0


async def test_long_text_is_cut_off_when_posted_and_refused_when_it_is_an_update(town: Town) -> None:
    posted = await town.client.chat_postMessage(channel=town.shared.id, text="x" * 40_001)
    assert len(town.shared.messages[posted["ts"]].text) == 40_000
    where = {"channel": town.shared.id, "ts": posted["ts"]}
    await town.client.chat_update(**where, text="x" * 4_000)
    assert await refusal(town.client.chat_update(**where, text="x" * 4_001)) == "msg_too_long"
    assert [method for method, _ in town.slack.violations] == ["chat.postMessage", "chat.update"]


async def test_a_reply_goes_into_the_thread_whichever_of_its_messages_is_named(town: Town) -> None:
    root = await town.ben.says(town.shared, "checkout is down")
    first = await town.client.chat_postMessage(channel=town.shared.id, text="looking", thread_ts=root)
    second = await town.client.chat_postMessage(channel=town.shared.id, text="found", thread_ts=first["ts"])
    assert second["message"]["thread_ts"] == root
    loud = await town.client.chat_postMessage(
        channel=town.shared.id, text="fixed", thread_ts=root, reply_broadcast=True
    )
    assert loud["message"]["subtype"] == "thread_broadcast"
    (shown,) = town.ana.sees(town.shared)
    assert [reply.text for reply in shown.replies] == ["looking", "found", "fixed"]


async def test_a_reply_to_what_is_gone_lands_in_the_channel(town: Town) -> None:
    root = await town.ben.says(town.shared, "never mind")
    await town.ben.deletes(root)
    late = await town.client.chat_postMessage(channel=town.shared.id, text="looking", thread_ts=root)
    assert "thread_ts" not in late["message"]
    assert town.ben.sees(town.shared).text == "desk:\n  looking"


async def test_an_ephemeral_message_is_for_one_person(town: Town) -> None:
    answer = await town.client.chat_postEphemeral(channel=town.shared.id, user=town.ben.id, text="only you")
    assert town.ben.sees(town.shared).text == "desk (only visible to you):\n  only you"
    assert len(town.ana.sees(town.shared)) == 0
    ts = answer["message_ts"]
    assert await refusal(town.client.chat_update(channel=town.shared.id, ts=ts, text="x")) == "message_not_found"
    stranger = town.exo.person("Carl")
    answered = town.client.chat_postEphemeral(channel=town.shared.id, user=stranger.id, text="hello")
    assert await refusal(answered) == "user_not_in_channel"


async def test_posting_to_a_person_opens_their_direct_messages(town: Town) -> None:
    posted = await town.client.chat_postMessage(channel=town.ben.id, text="psst")
    assert posted["channel"].startswith("D")
    assert town.ben.sees(town.ben.direct_with(town.app)).text == "desk:\n  psst"
    assert [note.reason for note in town.ben.notified] == ["direct message"]
    opened = await town.client.conversations_open(users=town.ben.id)
    assert opened["channel"]["id"] == posted["channel"]
    assert opened["already_open"] is True


async def test_permalinks_name_the_thread(town: Town) -> None:
    root = await town.ben.says(town.shared, "hello")
    reply = await town.ben.says(town.shared, "again", thread=root)
    link = (await town.client.chat_getPermalink(channel=town.shared.id, message_ts=root))["permalink"]
    assert link == f"https://exo.slack.com/archives/{town.shared.id}/p{root.replace('.', '')}"
    below = (await town.client.chat_getPermalink(channel=town.shared.id, message_ts=reply))["permalink"]
    assert below.endswith(f"?thread_ts={root}&cid={town.shared.id}")


# ---- conversations.* ----


async def test_conversations_are_listed_by_pages(town: Town) -> None:
    for number in range(5):
        town.exo.channel(f"room-{number}")
    town.exo.channel("hidden", private=True)
    found = []
    pages = 0
    async for page in await town.client.conversations_list(types="public_channel,private_channel", limit=3):
        found += [channel["name"] for channel in page["channels"]]
        pages += 1
    assert found == ["acme", "inside", *(f"room-{number}" for number in range(5))]
    assert pages == 3
    assert await refusal(town.client.conversations_list(types="nonsense")) == "invalid_types"
    assert await refusal(town.client.conversations_list(cursor="nonsense")) == "invalid_cursor"


async def test_a_shared_channel_says_with_whom(town: Town) -> None:
    about = (await town.client.conversations_info(channel=town.shared.id, include_num_members=True))["channel"]
    assert about["is_ext_shared"] is True
    assert about["shared_team_ids"] == [town.exo.id, town.acme.id]
    assert (about["conversation_host_id"], about["num_members"], about["is_member"]) == (town.exo.id, 4, True)
    inside = (await town.client.conversations_info(channel=town.inside.id))["channel"]
    assert (inside["is_ext_shared"], inside["is_private"]) == (False, True)


async def test_history_is_read_backwards_and_between_instants(town: Town) -> None:
    texts = [await town.ben.says(town.shared, f"message {number}") for number in range(5)]
    await town.ben.says(town.shared, "reply", thread=texts[0])

    async def read(**more: Any) -> list[str]:
        answer = await town.client.conversations_history(channel=town.shared.id, **more)
        return [message["text"].removeprefix("message ") for message in answer["messages"]]

    assert await read() == ["4", "3", "2", "1", "0"]
    assert await read(oldest=texts[1], latest=texts[3]) == ["2"]
    assert await read(oldest=texts[1], latest=texts[3], inclusive=True) == ["3", "2", "1"]
    assert await read(latest=texts[2], limit=1, inclusive=True) == ["2"]
    first = await town.client.conversations_history(channel=town.shared.id, limit=2)
    assert first["has_more"] is True
    cursor = first["response_metadata"]["next_cursor"]
    assert await read(limit=2, cursor=cursor) == ["2", "1"]
    root = (await town.client.conversations_history(channel=town.shared.id))["messages"][-1]
    assert (root["reply_count"], root["thread_ts"]) == (1, texts[0])


async def test_metadata_is_shown_on_request_only(town: Town) -> None:
    metadata = {"event_type": "ticket", "event_payload": {"id": "T-1"}}
    await town.client.chat_postMessage(channel=town.shared.id, text="card", metadata=metadata)
    (bare,) = (await town.client.conversations_history(channel=town.shared.id))["messages"]
    (whole,) = (await town.client.conversations_history(channel=town.shared.id, include_all_metadata=True))["messages"]
    assert "metadata" not in bare
    assert whole["metadata"] == metadata


async def test_replies_begin_with_the_root(town: Town) -> None:
    root = await town.ben.says(town.shared, "root")
    replies = [await town.ana.says(town.shared, f"reply {number}", thread=root) for number in range(3)]

    async def read(ts: str, **more: Any) -> list[str]:
        answer = await town.client.conversations_replies(channel=town.shared.id, ts=ts, **more)
        return [message["text"] for message in answer["messages"]]

    assert await read(root) == ["root", "reply 0", "reply 1", "reply 2"]
    assert await read(replies[1]) == ["root", "reply 0", "reply 1", "reply 2"]
    assert await read(root, oldest=replies[0]) == ["root", "reply 1", "reply 2"]
    assert await read(root, limit=2) == ["root", "reply 0"]
    assert await refusal(town.client.conversations_replies(channel=town.shared.id, ts="1.2")) == "thread_not_found"
    await town.ben.deletes(root)
    assert await read(root) == ["This message was deleted.", "reply 0", "reply 1", "reply 2"]


async def test_members_join_and_leave(town: Town) -> None:
    members = await town.client.conversations_members(channel=town.shared.id)
    assert members["members"] == [town.ben.id, town.ana.id, town.ann.id, town.app.bot.id]
    hall = town.exo.channel("hall", members=[town.ben])
    await town.client.conversations_join(channel=hall.id)
    assert (await town.client.conversations_join(channel=hall.id))["warning"] == "already_in_channel"
    await town.client.conversations_leave(channel=hall.id)
    assert (await town.client.conversations_leave(channel=hall.id))["not_in_channel"] is True
    about = "<@{0}> has joined the channel", "<@{0}> has left"
    assert [message.text for message in hall.messages.values()] == [each.format(town.app.bot.id) for each in about]
    secret = town.exo.channel("secret", members=[town.ben], private=True)
    assert await refusal(town.client.conversations_join(channel=secret.id)) == "channel_not_found"


async def test_channels_are_made_and_people_invited(town: Town) -> None:
    made = (await town.client.conversations_create(name="t-1-room", is_private=True))["channel"]
    assert await refusal(town.client.conversations_create(name="t-1-room")) == "name_taken"
    assert await refusal(town.client.conversations_create(name="With Capitals")) == "invalid_name_specials"
    assert await refusal(town.client.conversations_create(name="x" * 81)) == "invalid_name_maxlength"
    await town.client.conversations_invite(channel=made["id"], users=[town.ben.id, town.ana.id])
    again = town.client.conversations_invite(channel=made["id"], users=town.ben.id)
    assert await refusal(again) == "already_in_channel"
    foreign = town.client.conversations_invite(channel=made["id"], users=town.ann.id)
    assert await refusal(foreign) == "user_team_not_in_channel"
    assert town.slack.world.channels[made["id"]].members == [town.app.bot, town.ben.user, town.ana.user]


async def test_direct_messages_are_opened_once_for_the_same_people(town: Town) -> None:
    first = await town.client.conversations_open(users=[town.ben.id, town.ana.id])
    second = await town.client.conversations_open(users=[town.ana.id, town.ben.id], return_im=True)
    assert first["channel"]["id"] == second["channel"]["id"]
    assert second["channel"]["is_mpim"] is True
    # Ann shares a channel with the app, so she may be written to.
    await town.client.conversations_open(users=town.ann.id)
    zoe = town.acme.person("Zoe")
    assert await refusal(town.client.conversations_open(users=zoe.id)) == "user_not_visible"


# ---- users, teams, bots ----


async def test_people_are_known_as_far_as_channels_are_shared(town: Town) -> None:
    ben = (await town.client.users_info(user=town.ben.id, include_locale=True))["user"]
    assert (ben["real_name"], ben["tz"], ben["locale"]) == ("Ben Barker", "Europe/Paris", "en-US")
    assert ben["profile"]["email"] == "ben.barker@exo.example"
    ann = (await town.client.users_info(user=town.ann.id))["user"]
    assert (ann["team_id"], "email" in ann["profile"], "is_stranger" in ann) == (town.acme.id, False, True)
    zoe = town.acme.person("Zoe")
    assert await refusal(town.client.users_info(user=zoe.id)) == "user_not_visible"
    assert await refusal(town.client.users_info(user="U404")) == "user_not_found"
    names = [member["real_name"] for member in (await town.client.users_list())["members"]]
    assert names == ["Ben Barker", "Ana Alves", "Ann Archer", "desk"]
    found = (await town.client.users_lookupByEmail(email="BEN.barker@exo.example"))["user"]
    assert found["id"] == town.ben.id
    assert await refusal(town.client.users_lookupByEmail(email="ann.archer@acme.example")) == "users_not_found"
    mine = await town.client.users_conversations(types="public_channel,private_channel", user=town.ann.id)
    assert [channel["id"] for channel in mine["channels"]] == [town.shared.id]


async def test_the_same_id_may_belong_to_people_of_two_teams(town: Town) -> None:
    twin = town.acme.person("Twin", user_id=town.ben.id)
    town.shared.members.append(twin.user)
    assert (await town.client.users_info(user=town.ben.id))["user"]["real_name"] == "Ben Barker"
    said = await twin.says(town.shared, "it is me")
    assert said.answers[0].payload["event"]["user"] == town.ben.id
    assert said.answers[0].payload["event"]["user_team"] == town.acme.id


async def test_teams_and_bots(town: Town) -> None:
    assert (await town.client.team_info())["team"]["domain"] == "exo"
    assert (await town.client.team_info(team=town.acme.id))["team"]["domain"] == "acme"
    far = town.slack.team("far")
    assert await refusal(town.client.team_info(team=far.id)) == "team_not_found"
    bot = (await town.client.bots_info(bot=town.app.bot.bot_id))["bot"]
    assert (bot["name"], bot["app_id"], bot["user_id"]) == ("desk", town.app.id, town.app.bot.id)
    assert await refusal(town.client.bots_info(bot="B404")) == "bot_not_found"


# ---- reactions ----


async def test_reactions_come_and_go_once(town: Town) -> None:
    said = await town.ben.says(town.shared, "done?")
    spot = {"channel": town.shared.id, "timestamp": str(said)}
    await town.client.reactions_add(**spot, name="eyes")
    assert await refusal(town.client.reactions_add(**spot, name="eyes")) == "already_reacted"
    assert await refusal(town.client.reactions_add(**spot, name=":eyes:")) == "invalid_name"
    await town.ana.reacts(said, "eyes")
    got = (await town.client.reactions_get(channel=town.shared.id, timestamp=said))["message"]["reactions"]
    assert got == [{"name": "eyes", "users": [town.app.bot.id, town.ana.id], "count": 2}]
    assert town.ben.sees(town.shared).find("done?").reactions == {"eyes": ("desk", "Ana Alves")}
    await town.client.reactions_remove(**spot, name="eyes")
    assert await refusal(town.client.reactions_remove(**spot, name="eyes")) == "no_reaction"
    gone = town.client.reactions_add(channel=town.shared.id, timestamp="1.2", name="eyes")
    assert await refusal(gone) == "message_not_found"


# ---- files ----


async def test_a_file_goes_up_is_shown_and_comes_down(town: Town) -> None:
    root = await town.ben.says(town.shared, "logs?")
    address = await town.client.files_getUploadURLExternal(filename="logs.txt", length=5)
    assert address["upload_url"].startswith(town.slack.files_url)
    async with ClientSession() as session:
        async with session.post(address["upload_url"], data=b"lines") as answer:
            assert (answer.status, await answer.text()) == (200, "OK - 5")
        done = await town.client.files_completeUploadExternal(
            files=[{"id": address["file_id"], "title": "The logs"}],
            channel_id=town.shared.id,
            initial_comment="here",
            thread_ts=root,
        )
        assert done["files"] == [{"id": address["file_id"], "title": "The logs"}]
        assert town.ana.sees(town.shared).find("here").files == ("logs.txt",)

        about = (await town.client.files_info(file=address["file_id"]))["file"]
        assert (about["mimetype"], about["size"], about["title"]) == ("text/plain", 5, "The logs")
        async with session.get(about["url_private"], headers={"Authorization": f"Bearer {town.app.token}"}) as answer:
            assert await answer.read() == b"lines"
        async with session.get(about["url_private"]) as answer:
            assert "Sign in" in await answer.text()
    assert town.slack.tokens_at("files.slack.com") == [f"Bearer {town.app.token}"]
    await town.client.files_delete(file=address["file_id"])
    assert await refusal(town.client.files_info(file=address["file_id"])) == "file_deleted"


async def test_the_sdks_own_upload_works(town: Town) -> None:
    await town.client.files_upload_v2(
        channel=town.inside.id, filename="report.csv", content="a,b", initial_comment="the report"
    )
    shown = town.ben.sees(town.inside).find("the report")
    assert shown.lines == ("the report", "[file: report.csv]")


# ---- views ----


async def test_a_home_tab_is_published_and_changed_unless_somebody_was_first(town: Town) -> None:
    view = {"type": "home", "blocks": CARD}
    first = (await town.client.views_publish(user_id=town.ben.id, view=view))["view"]
    assert town.ben.home_lines(town.app) == ["checkout is down", "[Take]"]
    second = (await town.client.views_publish(user_id=town.ben.id, view=view, hash=first["hash"]))["view"]
    assert second["id"] == first["id"]
    late = town.client.views_publish(user_id=town.ben.id, view=view, hash=first["hash"])
    assert await refusal(late) == "hash_conflict"


async def test_a_trigger_opens_one_view_in_time(town: Town) -> None:
    modal = {"type": "modal", "title": {"type": "plain_text", "text": "Hello"}, "blocks": CARD}
    stage = town.slack.stage
    trigger = stage.trigger(town.ben.user, town.app)
    opened = (await town.client.views_open(trigger_id=trigger.id, view=modal))["view"]
    assert await refusal(town.client.views_open(trigger_id=trigger.id, view=modal)) == "exchanged_trigger_id"
    assert await refusal(town.client.views_open(trigger_id="1.2.x", view=modal)) == "invalid_trigger_id"
    stage.trigger_life_s = -1.0
    late = stage.trigger(town.ben.user, town.app)
    assert await refusal(town.client.views_open(trigger_id=late.id, view=modal)) == "expired_trigger_id"
    stage.trigger_life_s = 3.0

    assert town.ben.modal_lines == ["== Hello ==", "checkout is down", "[Take]"]
    changed = (await town.client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal))["view"]
    assert changed["hash"] != opened["hash"]
    late_update = town.client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal)
    assert await refusal(late_update) == "hash_conflict"

    for _ in range(2):
        inner = stage.trigger(town.ben.user, town.app, view=town.ben.modal)
        await town.client.views_push(trigger_id=inner.id, view=modal)
    assert len(town.ben.modals) == 3
    assert town.ben.modal.root_id == opened["id"]
    one_more = stage.trigger(town.ben.user, town.app, view=town.ben.modal)
    assert await refusal(town.client.views_push(trigger_id=one_more.id, view=modal)) == "push_limit_reached"
    too_long = {**modal, "title": {"type": "plain_text", "text": "x" * 25}}
    trigger = stage.trigger(town.ben.user, town.app)
    assert await refusal(town.client.views_open(trigger_id=trigger.id, view=too_long)) == "invalid_arguments"
    assert [method for method, _ in town.slack.violations] == ["views.open"]


# ---- connections ----


async def test_connections_are_opened_with_the_apps_own_token() -> None:
    async with a_town(socket_mode=True) as town:
        client = as_somebody(town, town.app.app_token)
        answer = await client.apps_connections_open(app_token=town.app.app_token)
        assert answer["url"].startswith("ws://127.0.0.1:")
        wrong = as_somebody(town, town.app.token).apps_connections_open(app_token=town.app.token)
        assert await refusal(wrong) == "not_allowed_token_type"


# ---- how often, and what was asked ----


async def test_limits_of_rate_are_kept_when_they_are_on() -> None:
    async with a_town(rate_limits=True) as town:
        town.slack.stage.rates.watch = lambda: 0.0
        for _ in range(town.slack.stage.rates.burst):
            await town.client.chat_postMessage(channel=town.shared.id, text="one more")
        with pytest.raises(SlackApiError) as refused:
            await town.client.chat_postMessage(channel=town.shared.id, text="too many")
        assert refused.value.response.status_code == 429
        assert refused.value.response.headers["Retry-After"] == "1"
        await town.client.chat_postMessage(channel=town.inside.id, text="elsewhere there is room")
        town.slack.stage.rates.history_per_minute = 1
        await town.client.conversations_history(channel=town.shared.id)
        with pytest.raises(SlackApiError) as refused:
            await town.client.conversations_history(channel=town.shared.id)
        assert refused.value.response.headers["Retry-After"] == "60"


async def test_every_call_is_noted(town: Town) -> None:
    await town.client.chat_postMessage(channel=town.shared.id, text="one")
    assert await refusal(town.client.chat_postMessage(channel="C404", text="two")) == "channel_not_found"
    first, second = town.slack.calls("chat.postMessage")
    assert (first.ok, first.team_id, first.args["text"]) == (True, town.exo.id, "one")
    assert (second.ok, second.error) == (False, "channel_not_found")
    assert town.slack.calls(channel=town.shared) == [first]
    assert town.slack.tokens_at("elsewhere") == []


async def test_timestamps_follow_the_clock_and_are_unique_in_a_channel_only(town: Town) -> None:
    town.slack.clock.set(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    first, second = await town.ben.says(town.shared, "a"), await town.ben.says(town.shared, "b")
    other = await town.ben.says(town.inside, "c")
    assert float(second) > float(first)
    assert first == other
    assert first.startswith("1772442000.")
