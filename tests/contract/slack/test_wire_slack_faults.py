"""The fake Slack's faults of API calls, as the real SDK meets them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientConnectionError, ClientSession, ClientTimeout
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.faults import (
    BROKEN,
    DROPPED,
    EXECUTED_THEN_500,
    EXECUTED_THEN_DROPPED,
    HTML_PAGE,
    NEVER_ENDING,
    UNAVAILABLE,
    ApiFault,
    Hold,
    rate_limited,
    redirected,
    refused,
    slow,
)
from tests.slack.towns import Town, a_town


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async with a_town() as furnished:
        # The SDK's default repeats what a connection was lost over, which is another test's matter.
        furnished.client.retry_handlers.clear()
        yield furnished


async def post(town: Town, text: str = "hello") -> Any:
    return await town.client.chat_postMessage(channel=town.shared.id, text=text)


def shown(town: Town) -> int:
    return len(town.ben.sees(town.shared))


@pytest.mark.parametrize(
    ("fault", "error", "posted"),
    [
        (EXECUTED_THEN_DROPPED, ClientConnectionError, 1),
        (EXECUTED_THEN_500, SlackApiError, 1),
        (DROPPED, ClientConnectionError, 0),
        (BROKEN, SlackApiError, 0),
        (UNAVAILABLE, SlackApiError, 0),
        (HTML_PAGE, SlackApiError, 0),
        (refused("internal_error"), SlackApiError, 0),
        (rate_limited(7), SlackApiError, 0),
    ],
)
async def test_a_fault_is_met_once(town: Town, fault: ApiFault, error: type[Exception], posted: int) -> None:
    town.slack.faults.on("chat.postMessage", fault)
    with pytest.raises(error):
        await post(town)
    assert shown(town) == posted
    assert town.slack.faults.announced == 0
    await post(town)
    assert shown(town) == posted + 1


async def test_the_sdk_posts_twice_when_a_connection_is_lost(town: Town) -> None:
    """facts/reliability, 2: its default handler repeats what was executed."""
    client = AsyncWebClient(token=town.app.token, base_url=town.slack.api_url)
    town.slack.faults.on("chat.postMessage", EXECUTED_THEN_DROPPED)
    await client.chat_postMessage(channel=town.shared.id, text="hello")
    assert shown(town) == 2


async def test_a_fault_waits_for_its_turn_and_its_place(town: Town) -> None:
    town.slack.faults.on("chat.*", refused("fatal_error"), channel=town.inside)
    town.slack.faults.on("chat.postMessage", refused("internal_error"), refused("service_unavailable"), nth=2)
    await post(town)
    for error in ("internal_error", "service_unavailable"):
        with pytest.raises(SlackApiError, match=error):
            await post(town)
    await post(town)
    with pytest.raises(SlackApiError, match="fatal_error"):
        await town.client.chat_postMessage(channel=town.inside.id, text="hello")


async def test_what_always_fails_fails_until_it_is_forgotten(town: Town) -> None:
    town.slack.faults.always("*", UNAVAILABLE)
    for _ in range(3):
        with pytest.raises(SlackApiError):
            await town.client.auth_test()
    town.slack.faults.forget()
    await town.client.auth_test()


@pytest.mark.parametrize("retry_after", ["0", "30", "soon", "-1", None])
async def test_retry_after_may_be_anything(town: Town, retry_after: str | None) -> None:
    town.slack.faults.on("chat.postMessage", rate_limited(retry_after))
    with pytest.raises(SlackApiError) as error:
        await post(town)
    assert error.value.response.status_code == 429
    assert error.value.response["error"] == "ratelimited"
    assert error.value.response.headers.get("Retry-After") == retry_after


async def test_the_sdks_handler_waits_as_it_is_told(town: Town) -> None:
    town.client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    town.slack.faults.on("chat.postMessage", rate_limited(0))
    await post(town)
    assert shown(town) == 1


async def test_what_is_slow_is_carried_out_even_if_nobody_waits(town: Town) -> None:
    town.slack.faults.on("chat.postMessage", slow(before_s=0.3))
    async with ClientSession(timeout=ClientTimeout(total=0.1)) as session:
        hasty = AsyncWebClient(token=town.app.token, base_url=town.slack.api_url, session=session, retry_handlers=[])
        with pytest.raises(TimeoutError):
            await hasty.chat_postMessage(channel=town.shared.id, text="hello")
    assert shown(town) == 0
    await town.slack.called("chat.postMessage")
    assert shown(town) == 1


async def test_a_call_may_be_held_before_or_after_it_is_carried_out(town: Town) -> None:
    before, after = Hold(), Hold()
    town.slack.faults.on("chat.postMessage", ApiFault(held_before=before), ApiFault(held_after=after))
    first, second = asyncio.create_task(post(town)), asyncio.create_task(post(town))
    await town.slack.called("chat.postMessage")
    assert shown(town) == 1
    before.release()
    await first
    assert (shown(town), second.done()) == (2, False)
    after.release()
    await second


async def test_a_body_that_never_ends(town: Town) -> None:
    town.slack.faults.on("chat.postMessage", NEVER_ENDING)
    async with ClientSession(timeout=ClientTimeout(total=0.3)) as session:
        hasty = AsyncWebClient(token=town.app.token, base_url=town.slack.api_url, session=session, retry_handlers=[])
        with pytest.raises(TimeoutError):
            await hasty.chat_postMessage(channel=town.shared.id, text="hello")
    assert shown(town) == 1


async def test_it_ends_when_somebody_still_reads_without_end() -> None:
    async with ClientSession() as session:
        async with a_town() as town:
            town.slack.faults.always("auth.test", NEVER_ENDING)
            reading = asyncio.create_task(_read(session, f"{town.slack.api_url}auth.test"))
            await town.slack.until(lambda: town.slack.calls("auth.test"))
        await reading


async def _read(session: ClientSession, url: str) -> None:
    try:
        async with session.get(url) as answer:
            await answer.read()
    except ClientConnectionError:
        return


async def test_a_download_may_lead_elsewhere_and_it_is_seen_whether_the_token_goes_along(town: Town) -> None:
    said = await town.ben.says(town.inside, "see", files={"log.txt": b"lines"})
    (file,) = (await town.client.conversations_history(channel=town.inside.id))["messages"][0]["files"]
    town.slack.faults.always("download", redirected(f"{town.slack.elsewhere}/trap"))
    token = {"Authorization": f"Bearer {town.app.token}"}
    async with ClientSession() as session:
        async with session.get(file["url_private"], headers=token) as answer:
            assert await answer.read() == b"a gift"
        assert town.slack.tokens_at("elsewhere") == []
        async with session.get(f"{town.slack.elsewhere}/trap", headers=token):
            assert town.slack.tokens_at("elsewhere") == [token["Authorization"]]
    assert said.message.files[0].content == b"lines"


async def test_a_response_url_may_fail_too(town: Town) -> None:
    url = town.slack.stage.response_url(town.ben.user, town.app, town.shared)
    town.slack.faults.on("response_url", UNAVAILABLE, EXECUTED_THEN_DROPPED)
    async with ClientSession() as session:
        async with session.post(url, json={"text": "one"}) as answer:
            assert answer.status == 503
        with pytest.raises(ClientConnectionError):
            await session.post(url, json={"text": "two"})
    assert [each.lines for each in town.ben.sees(town.shared)] == [("two",)]


async def test_a_response_url_serves_five_times(town: Town) -> None:
    url = town.slack.stage.response_url(town.ben.user, town.app, town.shared)
    async with ClientSession() as session:
        statuses = []
        for number in range(6):
            async with session.post(url, json={"text": f"{number}", "response_type": "in_channel"}) as answer:
                statuses.append(answer.status)
    assert statuses == [200] * 5 + [404]
    assert [each.text for each in town.ana.sees(town.shared)] == ["0", "1", "2", "3", "4"]
