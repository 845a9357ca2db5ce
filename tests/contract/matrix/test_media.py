"""Files of a real homeserver: put there, fetched, and never more than we asked for (S25, S26)."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from adapters.matrix.homeserver import Homeserver, NotThere, TokenRefused
from adapters.matrix.media import Unfetched, fetch
from chatops.domain.errors import DeliveryError, TryAgainLater, Undeliverable
from tests.log_watch import never_log
from tests.servers import a_site
from tests.synapse import Homeserver as Synapse

DATA = bytes(range(256)) * 1_000


@pytest.fixture
async def desk(synapse: Synapse) -> AsyncIterator[Homeserver]:
    account = synapse.person("Desk")
    never_log(account.access_token)
    async with Homeserver(
        url=synapse.url, user_id=account.user_id, access_token=account.access_token, device_id=account.device_id
    ) as server:
        yield server


async def test_what_was_put_there_is_fetched_again(desk: Homeserver) -> None:
    address = await desk.upload(DATA, name="naïve & /plain?.log", media_type="text/plain")

    assert address.startswith("mxc://chat.test/")
    assert await desk.download(address, limit=len(DATA)) == DATA


async def test_a_larger_file_than_we_want_is_not_fetched(desk: Homeserver) -> None:
    address = await desk.upload(DATA, name="app.log", media_type="text/plain")

    with pytest.raises(Undeliverable, match="larger than"):
        await desk.download(address, limit=len(DATA) - 1)


async def test_a_file_that_is_not_there_is_not_there(desk: Homeserver) -> None:
    with pytest.raises(NotThere):
        await desk.download("mxc://chat.test/nothing", limit=1)


@pytest.mark.parametrize("address", ["", "https://evil.test/x", "mxc://chat.test/../../_synapse/admin", "mxc://a/b/c"])
async def test_what_is_no_address_is_not_asked_for(desk: Homeserver, address: str) -> None:
    with pytest.raises(Undeliverable):
        await desk.download(address, limit=1)


async def test_a_file_is_fetched_with_our_token_only(synapse: Synapse) -> None:
    async with Homeserver(
        url=synapse.url, user_id="@desk:chat.test", access_token="syt_nonsense", device_id="X"
    ) as stranger:
        with pytest.raises(TokenRefused):
            await stranger.download("mxc://chat.test/nothing", limit=1)


# ---- homeservers that do what they like ------------------------------------------------------------------------------


class Odd:
    """A homeserver that answers with whatever a test wants, and remembers the tokens that it was shown."""

    def __init__(self) -> None:
        self.tokens: list[str | None] = []
        self.answer: web.StreamResponse = web.Response()
        self.pieces: list[bytes] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.tokens.append(request.headers.get("Authorization"))
        if self.pieces:
            answer = web.StreamResponse()
            await answer.prepare(request)
            for piece in self.pieces:
                await answer.write(piece)
            return answer
        return self.answer


@pytest.fixture
async def odd() -> AsyncIterator[tuple[Odd, str]]:
    server = Odd()
    app = web.Application()
    app.router.add_get("/{path:.*}", server.handle)
    async with a_site(app) as url:
        yield server, f"{url}/file"


async def test_a_file_that_does_not_say_how_long_it_is_is_cut_off_as_well(odd: tuple[Odd, str]) -> None:
    server, url = odd
    server.pieces = [b"x" * 1_000] * 100

    with pytest.raises(Undeliverable, match="larger than"):
        await fetch(url, token="secret", limit=50_000)


@pytest.mark.parametrize(
    "location", ["http://127.0.0.1:1/internal", "file:///etc/passwd", "//evil.test/x", "ftp://evil.test/x"]
)
async def test_nothing_is_fetched_from_where_it_is_not_safe(odd: tuple[Odd, str], location: str) -> None:
    server, url = odd
    server.answer = web.Response(status=307, headers={"Location": location})

    with pytest.raises(Undeliverable, match="not safe"):
        await fetch(url, token="secret", limit=10)


async def test_another_kind_of_redirect_is_no_file(odd: tuple[Odd, str]) -> None:
    server, url = odd
    server.answer = web.Response(status=302, headers={"Location": "https://evil.test/x"})

    with pytest.raises(Unfetched):
        await fetch(url, token="secret", limit=10)


async def test_a_homeserver_that_is_away_lets_the_file_wait(odd: tuple[Odd, str]) -> None:
    with pytest.raises(TryAgainLater):
        await fetch("http://127.0.0.1:1/file", token="secret", limit=10)


async def test_where_files_are_kept_is_never_shown_our_token(odd: tuple[Odd, str]) -> None:
    """It is gone to without one; that it speaks no TLS here is how the test sees that it was asked at all."""
    server, url = odd
    server.answer = web.Response(status=308, headers={"Location": url.replace("http://", "https://")})

    with pytest.raises(DeliveryError):
        await fetch(url, token="secret", limit=10)

    assert server.tokens == ["Bearer secret"]
