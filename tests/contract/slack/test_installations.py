"""A desk of many workspaces: each with its own token, asked for once, and gone at once when it is revoked (S8, F29)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlparse

import aiohttp
import pytest
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models.bot import Bot
from slack_sdk.oauth.installation_store.models.installation import Installation
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.asking import Slack as Asking
from adapters.slack.installations import KEPT, LOOK_AGAIN, OneInstallation, StoredInstallations
from adapters.slack.oauth import VALID_FOR, SignedStates
from chatops.domain.errors import SettingsInvalid, StorageError, TryAgainLater
from chatops.domain.vocabulary import Status
from tests.contract.slack.listening import Stage, a_stage
from tests.desks import FixedTime
from tests.patience import PATIENCE_S
from tests.slack.faults import UNAVAILABLE, ApiFault, Hold
from tests.slack.records import App, Standing
from tests.slack.slack import Slack, a_slack
from tests.slack.workspace import Workspace


@dataclass
class MemoryStore(AsyncInstallationStore):
    bots: dict[str, Bot] = field(default_factory=dict)
    asked: int = 0
    away: bool = False

    async def async_save(self, installation: Installation) -> None:
        self.bots[str(installation.team_id)] = installation.to_bot()

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        self.asked += 1
        if self.away:
            raise OSError("the database is away")
        return self.bots.get(str(team_id))

    async def async_delete_all(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        self.bots.pop(str(team_id), None)

    def keep(self, app: App, team: Workspace) -> None:
        installation = app.installations[team.id]
        self.bots[team.id] = Bot(
            team_id=team.id,
            bot_token=installation.token,
            bot_id=installation.bot.bot_id,
            bot_user_id=installation.bot.id,
            installed_at=1.5,
        )


@dataclass
class Office:
    slack: Slack
    exo: Workspace
    acme: Workspace
    app: App
    asking: Asking
    time: FixedTime = field(default_factory=FixedTime)

    def auth_tests(self) -> int:
        return len(self.slack.calls("auth.test"))


@asynccontextmanager
async def an_office() -> AsyncIterator[Office]:
    async with a_slack() as slack, aiohttp.ClientSession() as session:
        exo, acme = slack.team("exo"), slack.team("acme")
        app = slack.app("desk", installed_in=[exo, acme])
        client = AsyncWebClient(base_url=slack.api_url, session=session, retry_handlers=[])
        yield Office(slack, exo, acme, app, Asking(client))


# ---- one workspace ---------------------------------------------------------------------------------------------------


async def test_one_workspace_is_asked_about_once() -> None:
    async with an_office() as office:
        one = OneInstallation(office.asking, office.app.installations[office.exo.id].token, office.time)
        begun = await one.begin()
        for _ in range(3):
            assert await one.of(office.exo.id) == begun
            assert await one.of(office.acme.id) is None

        assert office.auth_tests() == 1
        assert begun.user == office.app.installations[office.exo.id].bot.id
        assert begun.token not in repr(begun)


async def test_a_token_that_slack_does_not_take_is_said_at_start() -> None:
    """F39."""
    async with an_office() as office:
        with pytest.raises(SettingsInvalid, match="bot token"):
            await OneInstallation(office.asking, "xoxb-another", office.time).begin()


@pytest.mark.logs_errors
async def test_a_revoked_token_is_gone_at_once_and_comes_back_when_it_is_good_again() -> None:
    """F29."""
    async with an_office() as office:
        installation = office.app.installations[office.exo.id]
        one = OneInstallation(office.asking, installation.token, office.time)
        await one.begin()
        installation.standing = Standing.REVOKED
        await one.revoked(office.acme.id)
        assert await one.of(office.exo.id) is not None
        await one.revoked(office.exo.id)
        assert await one.of(office.exo.id) is None

        office.time.at += LOOK_AGAIN
        assert await one.of(office.exo.id) is None
        installation.standing = Standing.ACTIVE
        assert await one.of(office.exo.id) is None
        office.time.at += LOOK_AGAIN
        assert await one.of(office.exo.id) is not None


# ---- many workspaces -------------------------------------------------------------------------------------------------


async def test_many_workspaces_are_asked_about_once_each() -> None:
    async with an_office() as office:
        store = MemoryStore()
        many = StoredInstallations(office.asking, store, office.time)
        store.keep(office.app, office.exo)
        store.keep(office.app, office.acme)
        for _ in range(3):
            exo, acme = await many.of(office.exo.id), await many.of(office.acme.id)
            assert exo is not None
            assert acme is not None
            assert exo.token != acme.token
        assert store.asked == 2

        office.time.at += KEPT
        await many.of(office.exo.id)

        assert (store.asked, office.auth_tests()) == (3, 2)


async def test_who_comes_before_the_first_answer_waits_for_it() -> None:
    async with an_office() as office:
        store = MemoryStore()
        many = StoredInstallations(office.asking, store, office.time)
        store.keep(office.app, office.exo)
        found = await asyncio.gather(*(many.of(office.exo.id) for _ in range(5)))

        assert None not in found
        assert len(set(found)) == office.auth_tests() == 1


async def test_who_waits_is_told_as_well_that_slack_is_away() -> None:
    """F12: they do not try one after the other, each for as long as it takes to give up."""
    async with an_office() as office:
        store = MemoryStore()
        many = StoredInstallations(office.asking, store, office.time)
        store.keep(office.app, office.exo)
        office.slack.faults.on("auth.test", UNAVAILABLE)
        found = await asyncio.gather(*(many.of(office.exo.id) for _ in range(3)), return_exceptions=True)

        assert [type(each) for each in found] == [TryAgainLater] * 3
        assert office.auth_tests() == 1
        assert await many.of(office.exo.id) is not None


async def test_one_workspace_does_not_wait_for_the_answer_about_another() -> None:
    async with an_office() as office:
        store, hold = MemoryStore(), Hold()
        many = StoredInstallations(office.asking, store, office.time)
        store.keep(office.app, office.exo)
        store.keep(office.app, office.acme)
        office.slack.faults.on("auth.test", ApiFault(held_before=hold))
        waiting = asyncio.create_task(many.of(office.exo.id))
        await office.slack.until(office.auth_tests)
        async with asyncio.timeout(PATIENCE_S):
            assert await many.of(office.acme.id) is not None
        assert not waiting.done()
        hold.release()

        assert await waiting is not None


async def test_who_waits_asks_anew_when_the_one_who_asked_has_gone() -> None:
    async with an_office() as office:
        store = MemoryStore()
        many = StoredInstallations(office.asking, store, office.time)
        store.keep(office.app, office.exo)
        office.slack.faults.on("auth.test", ApiFault(held_before=Hold()))
        first, *others = [asyncio.create_task(many.of(office.exo.id)) for _ in range(3)]
        await office.slack.until(office.auth_tests)
        first.cancel()
        async with asyncio.timeout(PATIENCE_S):
            assert None not in await asyncio.gather(*others)

        assert first.cancelled()
        assert office.auth_tests() == 2


async def test_a_workspace_that_uninstalls_is_gone_at_once() -> None:
    async with an_office() as office:
        store = MemoryStore()
        many = StoredInstallations(office.asking, store, office.time)
        store.keep(office.app, office.exo)
        assert await many.of(office.exo.id) is not None
        await many.revoked(office.exo.id)

        assert await many.of(office.exo.id) is None
        assert store.bots == {}


async def test_another_process_s_word_is_heard_within_a_minute() -> None:
    async with an_office() as office:
        store = MemoryStore()
        many = StoredInstallations(office.asking, store, office.time)
        store.keep(office.app, office.exo)
        await many.of(office.exo.id)
        store.bots.clear()
        office.time.at += KEPT

        assert await many.of(office.exo.id) is None


@pytest.mark.logs_errors
async def test_a_stored_token_that_slack_does_not_take_is_no_installation() -> None:
    async with an_office() as office:
        store = MemoryStore()
        store.keep(office.app, office.exo)
        office.slack.revokes(office.app.installations[office.exo.id])

        assert await StoredInstallations(office.asking, store, office.time).of(office.exo.id) is None


async def test_a_store_that_is_away_is_no_workspace_less() -> None:
    """S38, F29: nothing is known then, so nothing is refused for good."""
    async with an_office() as office:
        many = StoredInstallations(office.asking, MemoryStore(away=True), office.time)
        with pytest.raises(StorageError):
            await many.of(office.exo.id)


# ---- a whole desk ----------------------------------------------------------------------------------------------------


@pytest.mark.logs_errors
async def test_an_uninstalled_app_is_deaf_at_once(sqlite_database: str) -> None:
    """S8."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        await stage.a_ticket()
        await stage.slack.uninstalls(stage.app, stage.exo)
        payload = stage.pressed(stage.ben, stage.card(stage.desk_room), "desk:take", {"t": 1, "of": None})

        done = await stage.interacts("block_actions", payload)

        assert (done.status, done.body) == (403, "")
        assert (await stage.tickets())[0].assignee is None


def of_many(stage: Stage, store: MemoryStore) -> None:
    stage.more |= {
        "bot_token": "",
        "store": store,
        "client_id": stage.app.client_id,
        "client_secret": stage.app.client_secret,
    }


async def test_a_desk_of_many_acts_in_each_with_its_own_token(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage:
        store = MemoryStore()
        of_many(stage, store)
        store.keep(stage.app, stage.exo)
        async with stage.listening():
            await stage.a_ticket()
            assert len(stage.slack.calls("auth.test")) == 1


async def test_a_button_belongs_to_the_workspace_that_shows_it_wherever_else_the_app_is(sqlite_database: str) -> None:
    """Acme has installed the app too, and Slack names the workspace of whoever presses."""
    async with a_stage(sqlite_database) as stage:
        store = MemoryStore()
        of_many(stage, store)
        stage.slack.world.install(stage.app, stage.acme_team.team)
        for team in (stage.exo, stage.acme_team):
            store.keep(stage.app, team)
        async with stage.listening():
            await stage.a_ticket()
            for words in ("!take", "!resolve fix version 7"):
                await stage.ben.says(stage.desk_room, words, thread=stage.card(stage.desk_room))
            await stage.slack.until(lambda: "does the solution suit you" in stage.ana.sees(stage.acme))
            pressed = await stage.ana.presses("Accept", stage.card(stage.acme))

            assert pressed.payload["team"]["id"] == stage.acme_team.id
            assert [ticket.status for ticket in await stage.tickets()] == [Status.CLOSED]


# The SDK logs in by what aiohttp will give up one day.
@pytest.mark.filterwarnings("ignore:BasicAuth:DeprecationWarning")
async def test_a_workspace_installs_the_app(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage:
        store = MemoryStore()
        of_many(stage, store)
        async with stage.listening(), aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:
            base = stage.app.request_url.removesuffix("/slack/events")
            async with browser.get(f"{base}/slack/install") as page:
                cookie = page.headers["Set-Cookie"].partition(";")[0]
                text = await page.text()
            address = next(each for each in text.split('"') if "/oauth/v2/authorize?" in each).replace("&amp;", "&")
            asked = parse_qs(urlparse(address).query)
            state, code = asked["state"][0], stage.slack.world.secret("code-")
            stage.slack.stage.codes[code] = {
                "app": stage.app,
                "user": stage.ben.user,
                "redirect_uri": asked.get("redirect_uri", [""])[0],
                "scopes": asked["scope"][0].split(","),
            }
            back = f"{base}/slack/oauth_redirect?code={code}&state={state}"
            async with browser.get(back) as forged:
                assert forged.status == 400
            assert store.bots == {}
            async with browser.get(back, headers={"Cookie": cookie}) as done:
                status = done.status
            async with browser.get(back, headers={"Cookie": cookie}) as again:
                assert again.status != 200

            assert (status, list(store.bots)) == (200, [stage.exo.id])


NOW = datetime(2026, 6, 5, 12, tzinfo=UTC)


async def test_a_state_is_good_once_and_for_a_while() -> None:
    time = FixedTime(NOW)
    numbers = iter(range(100))
    states = SignedStates("secret", time, lambda: str(next(numbers)))
    first, second = await states.async_issue(), await states.async_issue()
    assert first != second

    assert await states.async_consume(first)
    assert not await states.async_consume(first)
    time.at += VALID_FOR + timedelta(seconds=1)
    assert not await states.async_consume(second)


@pytest.mark.parametrize("state", ["", ".", "..", "1.2.3", "é.é.é", "٣.1.0"])
async def test_a_state_that_we_did_not_make_is_none(state: str) -> None:
    states = SignedStates("secret", FixedTime(NOW), lambda: "1")

    assert not await states.async_consume(state)
    assert not await states.async_consume(f"{await states.async_issue()}0")
    assert not await states.async_consume(await SignedStates("another", FixedTime(NOW), lambda: "1").async_issue())
