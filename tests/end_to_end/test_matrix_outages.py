"""A homeserver that is down, slow, or deaf after it heard (F6, F11, F26, F27, F29): nothing lost, nothing doubled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.crash_ground import Ground, a_ground
from tests.end_to_end.matrix_life import MatrixLife
from tests.fault_proxy import EXECUTED_THEN_RESET, HALF_OPEN, HEALTHY, NEVER_ENDING, REFUSED, Fault
from tests.synapse import Homeserver, Synapse, on_its_own

pytestmark = pytest.mark.slow

LEASE_S = 60.0
"""As in production: the desk is not killed here, and its own deadlines are shorter."""


@pytest.fixture(scope="module")
def server() -> Iterator[Synapse]:
    with on_its_own() as server:
        yield server


@pytest.fixture(scope="module")
def ground(server: Synapse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with a_ground(server.homeserver, tmp_path_factory.mktemp("outages"), lease_s=LEASE_S) as ground:
        yield ground


def logged(life: MatrixLife, event: str) -> int:
    return life.log().count(f'"event": "{event}"')


def until_logged(life: MatrixLife, event: str, times: int) -> None:
    """Wait until the desk has noticed something so many times more."""
    before = logged(life, event)
    life.until(lambda: logged(life, event) >= before + times)


def test_a_homeserver_that_is_down_and_comes_back(ground: Ground, server: Synapse) -> None:
    """What falls due meanwhile is tried again and again, and arrives once."""

    def back_again(_: Ground) -> None:
        until_logged(ground.life, "message_postponed", 3)
        server.start()

    ground.withstands("During an outage", lambda _: server.stop(), mended=back_again)


def test_a_network_that_is_down_and_comes_back(ground: Ground) -> None:
    def down(_: Ground) -> None:
        ground.network.fault = REFUSED

    def back_again(_: Ground) -> None:
        until_logged(ground.life, "message_postponed", 3)
        ground.network.fault = HEALTHY

    ground.withstands("Without a network", down, mended=back_again)


@pytest.mark.parametrize("fault", [EXECUTED_THEN_RESET, Fault(answer_bytes=40)], ids=["reset", "cut"])
def test_sends_that_were_executed_and_whose_answer_was_lost(ground: Ground, fault: Fault) -> None:
    """F6: the homeserver knows the transaction again; the client asks once more by itself, hence two of a kind."""
    ground.network.announce("/send/", *[fault] * 8)

    ground.withstands(
        f"Answers lost {fault.answer_bytes}",
        lambda _: ground.network.announce("/send/", *[fault] * 8),
        mended=lambda _: None,
    )


def test_syncs_whose_answer_was_cut(ground: Ground) -> None:
    """F11: what was not read to its end is read again, from the same position."""
    ground.network.announce("/sync", *[Fault(answer_bytes=400)] * 6)

    ground.withstands(
        "Syncs cut",
        lambda _: ground.network.announce("/sync", *[Fault(answer_bytes=400)] * 6),
        mended=lambda _: None,
    )


@pytest.mark.timeout(300)
def test_answers_that_are_slow_or_never_end_hold_up_nobody_else(ground: Ground) -> None:
    """F26: each call has its deadline; what hangs is tried again, and the other rooms go on meanwhile."""
    life = ground.life
    life.start()
    ground.network.announce("/send/", HALF_OPEN, NEVER_ENDING, Fault(byte_every_s=1.0), Fault(latency_s=30.0))
    for title in ("Slow one", "Slow two"):
        life.says("ana", "#acme", f"!open S3 {title}")
    life.until(lambda: ground.network.announced == 0)
    life.says("gus", "#globex", "!lister")
    life.until(lambda: len(life.words("gus", "#globex")) > 1)

    held_up = [each for each in life.words("ana", "#acme") if each.startswith("T-") and "Slow" in each]
    assert len(held_up) < 2
    for title in ("Slow one", "Slow two"):
        for who, room in (("ana", "#acme"), ("ben", "#desk")):
            life.hears(who, room, f" · {title}\n")
            assert life.ticket(who, room, title)
    life.kill()


@pytest.mark.timeout(300)
def test_a_listener_whose_connection_is_half_open_hears_what_was_said_meanwhile(ground: Ground) -> None:
    """F27: a long poll that says nothing for too long counts as dead."""
    life = ground.life
    life.start()
    ground.network.announce("/sync", HALF_OPEN)
    life.until(lambda: ground.network.announced == 0)
    life.says("ana", "#acme", "!open S3 Said into a dead line")
    life.hears("ana", "#acme", " · Said into a dead line\n")

    assert life.ticket("ana", "#acme", "Said into a dead line")
    life.kill()


def test_a_dead_token_is_reported_once_and_a_new_one_for_the_same_device_delivers_everything(
    synapse: Homeserver, tmp_path: Path
) -> None:
    """F29: nothing is lost, what was sent is not sent again."""
    with a_ground(synapse, tmp_path, lease_s=1.0) as ground:
        life = ground.life

        def dead_token(_: Ground) -> None:
            ground.network.fault = REFUSED

        def new_token(_: Ground) -> None:
            until_logged(life, "message_postponed", 1)
            synapse.revoke(life.desk)
            ground.network.fault = HEALTHY
            life.until(lambda: not life.alive)
            assert life.log().count("Log in again with the same device id") == 1
            life.desk = synapse.log_in(life.desk)
            life.start()

        ground.withstands("With a dead token", dead_token, mended=new_token)
