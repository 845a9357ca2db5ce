"""
Latency of an answer on Matrix, as the one who asks sees it: our desk against a bare echo bot.

Ana types `!show T-1` in her room and waits until her client shows the answer; in another room of the same homeserver
she waits for a bot that repeats her words. Nobody's rate is limited. The desk is `chatops run` on SQLite.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles

from benchmarks.matrix import Asker, asker, echo_bot, newest_child
from benchmarks.pairs import Measured, Meter, Side, cpu_of, cpu_shown, in_turn, show_cpu, show_ratio
from tests.end_to_end.matrix_life import MatrixLife
from tests.synapse import Homeserver, on_its_own

ASKED = 150
BLOCK = 15
"""Questions to either bot that make one pair."""

PAUSE_S = 0.05
"""After each answer, so that what a bot still has to record does not fall into the other one's time."""


async def run(*, quick: bool) -> None:
    # The people of `MatrixLife` wait without a loop, and want none around them.
    await asyncio.to_thread(_in_a_life, quick)


def _in_a_life(quick: bool) -> None:
    with on_its_own() as synapse, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        life = MatrixLife(synapse.homeserver, Path(folder))
        with life.running():
            life.says("ana", "#acme", "!open S2 The portal is very slow")
            life.hears("ana", "#acme", "T-1 ·")
            asyncio.run(_compare(life, synapse.homeserver, asked=3 if quick else ASKED))


async def _compare(life: MatrixLife, server: Homeserver, *, asked: int) -> None:
    ana, echo = life.people["ana"], server.person("Echo")
    echo_room = server.room(ana, echo, name="#echo")
    served = cpu_of(newest_child("synapse.app.homeserver"))
    with echo_bot(server, echo) as echo_pid:
        async with asker(server, ana) as somebody:
            desk = Conversation(somebody, life.rooms["#acme"], "!show T-1")
            bare = Conversation(somebody, echo_room, "!show T-1")
            ours, theirs = await in_turn(
                desk.side("desk", cpu=cpu_of(life.pid), served=served),
                bare.side("bare echo bot", cpu=cpu_of(echo_pid), served=served),
                rounds=asked,
            )
    show_ratio("our median ÷ theirs", _of_blocks(desk.waits_s, bare.waits_s))
    show_ratio("our 95th percentile ÷ theirs", [_p95(desk.waits_s) / _p95(bare.waits_s)])
    for side, conversation in ((ours, desk), (theirs, bare)):
        conversation.show(side)
    show_cpu(ours, theirs)


class Conversation:
    """
    The same words to the same bot, again and again.

    Attributes:
        waits_s: How long each answer took, the warming up left out.
    """

    def __init__(self, somebody: Asker, room: str, words: str) -> None:
        self._somebody = somebody
        self._room = room
        self._words = words
        self._waits_s: list[float] = []

    @property
    def waits_s(self) -> Sequence[float]:
        return self._waits_s[1:]

    def side(self, name: str, *, cpu: Meter, served: Meter) -> Side:
        return Side(name=name, run=self._ask, cpu=cpu, server_cpu=served)

    def show(self, side: Measured) -> None:
        took = f"median {_ms(median(self.waits_s))}, 95 % within {_ms(_p95(self.waits_s))}"
        print(f"    {side.side.name:<34} {took}{cpu_shown(side)}")

    async def _ask(self) -> int:
        self._waits_s.append(await self._somebody.ask(self._room, self._words))
        await asyncio.sleep(PAUSE_S)
        return 1


def _of_blocks(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    starts = range(0, len(ours), BLOCK)
    return [median(ours[start : start + BLOCK]) / median(theirs[start : start + BLOCK]) for start in starts]


def _p95(waits_s: Sequence[float]) -> float:
    return quantiles(waits_s, n=20, method="inclusive")[-1]


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms"
