"""
Deliveries that come twice, late, by a dead socket or to two desks at once (F7, F27, F28, F30, F31), to real processes.

Whatever befalls them, people see of a ticket what they always see.
"""

import asyncio
import io
import json
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.end_to_end.slack_crashes import Undisturbed, undisturbed
from tests.end_to_end.slack_life import SlackLife, a_slack_life
from tests.slack.clock import wall_s
from tests.slack.deliveries import Delivery, Envelope
from tests.slack.faults import ACK_LOST, THRICE, TWICE_AT_ONCE, DeliveryFault
from tests.slack.over_http import JSON, signature

pytestmark = pytest.mark.slow

ROUNDS = 5


@pytest.fixture(scope="module")
def always(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    files = [folder / "plain.db", folder / "reminded.db"]
    for file in files:
        shutil.copyfile(sqlite_template, file)
    return asyncio.run(undisturbed([f"sqlite:///{file}" for file in files], folder))


@asynccontextmanager
async def two_desks(database: str, folder: Path) -> AsyncIterator[SlackLife]:
    """Two processes on one database; Slack gives each every other delivery."""
    async with a_slack_life(database, folder, socket_mode=True) as life:
        await life.start()
        other = life.another()
        try:
            await life.until(lambda: len(life.slack.sockets.connections(life.town.app)) == 2, "a second socket")
            yield life
        finally:
            other.ask_to_stop()
            await asyncio.to_thread(other.exit_code, within_s=life.patience_s)


# ---- everything more than once (F7, F28) -----------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [THRICE, TWICE_AT_ONCE, ACK_LOST], ids=["thrice", "twice at once", "unheard"])
@pytest.mark.parametrize("socket_mode", [False, True], ids=["http", "socket mode"])
async def test_a_life_in_which_everything_comes_more_than_once(
    sqlite_database: str, tmp_path: Path, always: Undisturbed, fault: DeliveryFault, socket_mode: bool
) -> None:
    async with a_slack_life(sqlite_database, tmp_path, socket_mode=socket_mode) as life:
        await life.start()
        life.slack.postman.park = False
        life.slack.faults.always("*", fault)
        await life.lives()
        await life.slack.settle()

        assert life.shows() == always.plain


async def test_a_life_before_two_desks_to_which_everything_comes_at_once(
    database: str, tmp_path: Path, always: Undisturbed
) -> None:
    async with two_desks(database, tmp_path) as life:
        life.slack.faults.always("*", TWICE_AT_ONCE)
        await life.lives()
        await life.slack.settle()

        assert life.shows() == always.plain


# ---- two at once (F31) -----------------------------------------------------------------------------------------------


async def test_of_two_who_press_at_once_one_wins_and_the_other_is_told_who(database: str, tmp_path: Path) -> None:
    """Both click twice; the cards show the one who won; a button that is gone from the card does nothing any more."""
    async with two_desks(database, tmp_path) as life:
        for number in range(1, ROUNDS + 1):
            await _two_press_at_once(life, f"The portal is slow, {number}")


async def _two_press_at_once(life: SlackLife, title: str) -> None:
    agents = {"ben": "Ben Barker", "bea": "Béatrice Bertin"}
    await life.person("ana").says(life.channel("#acme"), f"!open S2 {title}")
    await life.until(lambda: title in life.person("ben").sees(life.channel("#desk")), "a card")
    card = life.person("ben").sees(life.channel("#desk")).find(f" · {title}")
    before = {who: len(_private(life, who)) for who in agents}
    presses = [life.person(who).presses("Take", card) for who in (*agents, *agents)]
    await asyncio.gather(*presses)

    def handled() -> Sequence[str]:
        drawn = life.person("ana").sees(life.channel("#acme")).find(f" · {title}")
        return [name for name in agents.values() if f"Handled by*: {name}" in drawn]

    await life.until(handled, "somebody who handles it")
    (winner,) = handled()
    (loser,) = (who for who, name in agents.items() if name != winner)
    await life.until(lambda: len(_private(life, loser)) > before[loser], "a word to the other")
    assert all(winner.split()[0] in text for text in _private(life, loser)[before[loser] :])

    def agrees() -> bool:
        return f"Handled by*: {winner}" in life.person("ben").sees(life.channel("#desk")).find(f" · {title}")

    await life.until(agrees, "cards that agree")
    stale = life.person(loser).sees(life.channel("#desk")).find(f" · {title}")
    assert "Take" not in stale.buttons
    thread = life.person("bea").sees(life.channel("#desk")).find(f" · {title}").replies
    assert sum(" took T-" in each.text and not each.only_me for each in thread) == 1


def _private(life: SlackLife, who: str) -> list[str]:
    """Return what only *who* was shown in the desk's room."""
    return [each.text for each in life.person(who).sees(life.channel("#desk")).everything if each.only_me]


# ---- sockets that die (F27) ------------------------------------------------------------------------------------------


async def test_a_socket_that_says_nothing_any_more_is_noticed_and_nothing_is_lost(
    sqlite_database: str, tmp_path: Path
) -> None:
    """Half open: what is sent on it is lost, and nobody says goodbye. How soon it is noticed is tried elsewhere."""
    async with a_slack_life(sqlite_database, tmp_path, socket_mode=True) as life:
        await life.start()
        life.slack.postman.deadline_s = 0.3
        await life.begins()
        life.slack.sockets.silence(life.town.app)
        await life.says("ana", "#acme", "is anybody there?")
        await life.slack.sockets.connected(life.town.app, times=2)
        life.slack.postman.deadline_s = 3.0
        await life.until(lambda: life.hears("ben", "#desk", "> is anybody there?"))
        await life.goes_on()


@pytest.mark.parametrize("how", ["cut", "refresh", "warn"])
async def test_a_life_whose_sockets_come_and_go(
    sqlite_database: str, tmp_path: Path, always: Undisturbed, how: str
) -> None:
    async with a_slack_life(sqlite_database, tmp_path, socket_mode=True) as life:
        await life.start()
        life.slack.postman.park = False
        await life.begins()
        sockets, app = life.slack.sockets, life.town.app
        if how == "cut":
            sockets.cut(app)
        else:
            await (sockets.refresh(app) if how == "refresh" else sockets.warn(app))
        await life.goes_on()
        await life.slack.settle()

        assert life.shows() == always.plain


# ---- what makes no sense (F30) ---------------------------------------------------------------------------------------


def _poison() -> dict[str, bytes]:
    event = {"type": "message", "channel": "C1", "user": "U1", "ts": "1.0", "text": "x"}
    envelope = {"type": "event_callback", "team_id": "T0000000001", "event_id": "Ev1"}
    return {
        "deep": b'{"type":"event_callback","event":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        "a megabyte": json.dumps(envelope | {"event": event | {"text": "a" * 900_000}}).encode(),
        "more than a megabyte": json.dumps(envelope | {"event": event | {"text": "a" * 1_100_000}}).encode(),
        "surrogates": json.dumps(envelope | {"event": event | {"text": "\ud800 \udfff"}}).encode(),
        "nothing": b"",
        "no text": b"\xff\xfe\x00\x00",
        "zeros": json.dumps(envelope | {"event": event | {"text": "a\x00b", "user": "U\x00"}}).encode(),
        "types": json.dumps(envelope | {"event": {name: [{}] for name in event}}).encode(),
        "a list": b"[1, 2, 3]",
        "emoji": json.dumps(envelope | {"event": event | {"text": "👩‍👩‍👧‍👦" * 12_000}}).encode(),
    }


async def test_what_makes_no_sense_stops_nobody(sqlite_database: str, tmp_path: Path, always: Undisturbed) -> None:
    """The desk goes on, also when it is started again with all of it behind it."""
    async with a_slack_life(sqlite_database, tmp_path) as life, aiohttp.ClientSession() as session:
        await life.start()
        await life.begins()
        app = life.town.app
        statuses = {}
        for name, body in _poison().items():
            stamp = str(int(wall_s()))
            headers = {
                "Content-Type": JSON,
                "X-Slack-Request-Timestamp": stamp,
                "X-Slack-Signature": signature(app.signing_secret, stamp, body),
            }
            async with session.post(app.request_url, data=io.BytesIO(body), headers=headers) as answer:
                statuses[name] = answer.status
        assert statuses["more than a megabyte"] == 413
        assert all(status < 500 for status in statuses.values()), statuses
        assert life.logged("slack_request_failed") == 0
        await life.stop()
        await life.start()
        await life.goes_on()

        assert life.shows() == always.plain


async def test_interactions_that_make_no_sense_stop_nobody(
    sqlite_database: str, tmp_path: Path, always: Undisturbed
) -> None:
    async with a_slack_life(sqlite_database, tmp_path) as life:
        await life.start()
        await life.begins()
        await _interacts(life, "block_actions", actions=[None], user="U1")
        await _interacts(life, "view_submission", view={"callback_id": ["desk:form"]})
        await _interacts(life, "message_action", callback_id=7, message="x")
        await life.goes_on()

        assert life.shows() == always.plain
        assert life.logged("slack_request_failed") == 0


async def _interacts(life: SlackLife, kind: str, **payload: object) -> None:
    team = {"id": life.town.home.id, "domain": "exo"}
    delivery = Delivery(
        app=life.town.app,
        envelope=Envelope.INTERACTION,
        what=kind,
        id=life.slack.world.secret(""),
        payload={"type": kind, "team": team, **payload},
    )
    await life.slack.postman.begin(delivery).ended()
