"""Each call that the desk makes, refused in each way and answered without end (F26, F29)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import pytest
from aiohttp import web

from adapters.matrix.checkup import Checkup, NoAnswer
from adapters.matrix.homeserver import LARGEST_ANSWER, Homeserver, NotThere, TokenRefused
from chatops.bootstrap import SystemTime
from chatops.domain.errors import DeliveryError, RateLimited, TryAgainLater, Undeliverable, Unreachable
from tests.servers import a_site

ROOM, EVENT = "!room", "$event"

Call = Callable[[Homeserver], Awaitable[Any]]

CALLS: Mapping[str, Call] = {
    "whoami": lambda desk: desk.check_identity(),
    "joined rooms": lambda desk: desk.joined_rooms(),
    "sync": lambda desk: desk.sync("s1", events_per_room=10),
    "messages": lambda desk: desk.messages(ROOM, "t1", until=None, limit=10),
    "event": lambda desk: desk.event(ROOM, EVENT),
    "state": lambda desk: desk.state(ROOM, "m.room.tombstone"),
    "join": lambda desk: desk.join(ROOM),
    "leave": lambda desk: desk.leave(ROOM),
    "send": lambda desk: desk.send(ROOM, {"body": "hello"}, transaction="1-a", in_clear=True),
    "react": lambda desk: desk.react(ROOM, EVENT, "📨", transaction="1-a"),
    "redact": lambda desk: desk.redact(ROOM, EVENT, transaction="1-a"),
    "read": lambda desk: desk.tell_read(ROOM, EVENT, root=None),
    "typing": lambda desk: desk.show_typing(ROOM, typing=True),
    "upload": lambda desk: desk.upload(b"x", name="x.log", media_type="text/plain"),
    "download": lambda desk: desk.download("mxc://chat.test/x", limit=10),
}

each_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


class Stubborn:
    """
    A homeserver that gives one answer to everything.

    Attributes:
        answer: What it says; None for an answer that goes on until nobody listens any more.
        url: Where it is.
        asked: How often it was asked.
        said: How many bytes of an endless answer were taken.
    """

    def __init__(self) -> None:
        self.answer: tuple[int, str, dict[str, str]] | None = None
        self.url = ""
        self.asked = 0
        self.said = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        if self.answer is not None:
            status, body, headers = self.answer
            return web.Response(status=status, text=body, content_type="application/json", headers=headers)
        endless = web.StreamResponse(headers={"Content-Type": "application/json"})
        await endless.prepare(request)
        try:
            while self.said < 4 * LARGEST_ANSWER:
                await endless.write(b" " * 1024 * 1024)
                self.said += 1024 * 1024
        except ConnectionError:
            pass
        return endless


@pytest.fixture
async def server() -> AsyncIterator[tuple[Stubborn, Homeserver]]:
    stubborn, app = Stubborn(), web.Application(client_max_size=2**20)
    app.router.add_route("*", "/{path:.*}", stubborn.handle)
    async with (
        a_site(app) as stubborn.url,
        Homeserver(url=stubborn.url, user_id="@desk:chat.test", access_token="a token", device_id="DESK") as desk,
    ):
        yield stubborn, desk


@each_call
@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (401, '{"errcode": "M_UNKNOWN_TOKEN", "error": "gone", "soft_logout": true}', TokenRefused),
        (401, '{"errcode": "M_UNKNOWN_TOKEN", "error": "gone", "soft_logout": false}', TokenRefused),
        (401, '{"errcode": "M_MISSING_TOKEN", "error": "none"}', TokenRefused),
        (403, '{"errcode": "M_FORBIDDEN", "error": "not in this room"}', Unreachable),
        (403, '{"errcode": "M_USER_DEACTIVATED", "error": "no more"}', Undeliverable),
        (403, '{"errcode": "M_RESOURCE_LIMIT_EXCEEDED", "error": "full"}', TryAgainLater),
        (404, '{"errcode": "M_NOT_FOUND", "error": "nothing"}', NotThere),
        (413, '{"errcode": "M_TOO_LARGE", "error": "too much"}', Undeliverable),
        (400, '{"errcode": "M_BAD_JSON", "error": "what?"}', Undeliverable),
        (401, '{"errcode": "M_USER_LOCKED", "error": "locked", "soft_logout": true}', TryAgainLater),
        (403, '{"errcode": "M_USER_SUSPENDED", "error": "suspended"}', TryAgainLater),
        (400, "<html>Bad Request</html>", TryAgainLater),
        (404, "404 page not found", TryAgainLater),
        (500, '{"errcode": "M_UNKNOWN", "error": "broken"}', TryAgainLater),
        (502, "<html>Bad Gateway</html>", TryAgainLater),
        (503, "", TryAgainLater),
        (504, "[]", TryAgainLater),
    ],
)
async def test_a_refusal_means_the_same_whatever_was_asked(
    server: tuple[Stubborn, Homeserver], call: Call, status: int, body: str, meaning: type[DeliveryError]
) -> None:
    """What is for now and what is for good; and nothing is asked again of its own accord (F6)."""
    stubborn, desk = server
    stubborn.answer = (status, body, {})

    with pytest.raises(DeliveryError) as refused:
        await call(desk)

    assert type(refused.value) is meaning
    assert stubborn.asked == 1


@each_call
async def test_being_too_fast_is_told_with_how_long_to_wait(server: tuple[Stubborn, Homeserver], call: Call) -> None:
    stubborn, desk = server
    body = '{"errcode": "M_LIMIT_EXCEEDED", "error": "too fast", "retry_after_ms": 99000}'
    stubborn.answer = (429, body, {"Retry-After": "7"})

    with pytest.raises(RateLimited) as refused:
        await call(desk)

    assert refused.value.after is not None
    assert refused.value.after.total_seconds() == 7
    assert stubborn.asked == 1


@pytest.mark.parametrize("body", ["<html>We are back soon</html>", "", "[]", '"hello"', "[" * 100_000])
@pytest.mark.parametrize("call", [call for name, call in CALLS.items() if name != "download"])
async def test_a_page_of_a_proxy_is_no_answer(server: tuple[Stubborn, Homeserver], call: Call, body: str) -> None:
    """What stands in front of a homeserver says "200" as well when it shows a page of its own."""
    stubborn, desk = server
    stubborn.answer = (200, body, {})

    with pytest.raises(DeliveryError) as refused:
        await call(desk)

    assert type(refused.value) is TryAgainLater


@pytest.mark.parametrize("name", ["whoami", "joined rooms", "send", "react"])
async def test_an_answer_that_lacks_what_was_asked_for_is_none(server: tuple[Stubborn, Homeserver], name: str) -> None:
    """Nobody is told that the token is somebody else's, or that a message has arrived, because of it."""
    stubborn, desk = server
    stubborn.answer = (200, "{}", {})

    with pytest.raises(TryAgainLater):
        await CALLS[name](desk)


@each_call
async def test_an_answer_without_end_is_not_taken_in(server: tuple[Stubborn, Homeserver], call: Call) -> None:
    """F26: memory stays flat, however fast it comes."""
    stubborn, desk = server
    stubborn.answer = None

    with pytest.raises(DeliveryError):
        await call(desk)

    assert stubborn.said < 1.5 * LARGEST_ANSWER


async def test_the_doctor_takes_in_no_answer_without_end_either(server: tuple[Stubborn, Homeserver]) -> None:
    stubborn, _ = server
    stubborn.answer = None
    async with Checkup(url=stubborn.url, access_token="a token", time=SystemTime()) as asking:
        with pytest.raises(NoAnswer, match="does not end"):
            await asking.server()

    assert stubborn.said < 1.5 * LARGEST_ANSWER


async def test_an_account_that_has_no_name_goes_by_its_user_id(server: tuple[Stubborn, Homeserver]) -> None:
    """Some homeservers say that there is no such name, others that it is nothing; the desk starts all the same."""
    stubborn, desk = server
    for status, body in ((404, '{"errcode": "M_NOT_FOUND", "error": "no name"}'), (200, "{}")):
        stubborn.answer = (status, body, {})
        assert await desk.display_name() == "desk"
