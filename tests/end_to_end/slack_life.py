"""
A desk's life on Slack: the real process, and people at their clients, who do there what Slack has for it.

Slack brings events again, and nothing else: who pressed a button and sees nothing come of it presses it once more.
"""

import asyncio
import os
import re
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from adapters.directory_file.reading import demo_directory
from chatops.application.commands import RemindBeneficiary
from chatops.application.ports.timers import Timer
from chatops.domain.vocabulary import PersonId, Role, RoomId, TicketId
from storage.engine import connect
from storage.unit_of_work import SqlStorage
from tests.forked import Forked
from tests.log_watch import leaked, never_log
from tests.patience import PATIENCE_S
from tests.slack.client import Person as Client
from tests.slack.client import Said
from tests.slack.deliveries import Delivery, Envelope
from tests.slack.records import Channel, Message
from tests.slack.shown import Shown
from tests.slack.slack import Slack, a_slack
from tests.slack_stage import DESK, SlackTown

TITLE = "The portal is slow"

TRIED_AGAIN_AFTER_S = 6.0
"""How long somebody waits for something to come of what Slack said had failed."""

ROOMS = (("ana", "#acme"), ("ben", "#desk"))
CALLED = ("ana", "ben", "bea")

Act = Callable[[], Awaitable[Sequence[Delivery]]]


class SlackLife:
    """
    Everybody of the demo directory in their channels; the desk is a process that tests start and kill.

    Attributes:
        meanwhile: Done again and again while something is waited for.
        crash_at: Where the process kills itself that was started last.
    """

    def __init__(
        self, slack: Slack, town: SlackTown, folder: Path, database: str, *, lease_s: float, reads_per_minute: int
    ) -> None:
        self.slack = slack
        self.town = town
        self.database = database
        self.patience_s = PATIENCE_S
        self._log = folder / "desk.log"
        self._lease_s = lease_s
        self._reads_per_minute = reads_per_minute
        self._port = _free_port()
        self._process: Forked | None = None
        self.meanwhile: Callable[[], Awaitable[None]] = _nothing
        self.crash_at = ""
        slack.deliver_to(town.app, f"http://127.0.0.1:{self._port}/slack/events")
        # Nobody waits for minutes: what comes again later comes when the desk is back.
        slack.postman.park = True

    # ---- the desk's process ------------------------------------------------------------------------------------------

    async def start(self, *, crash_at: str | None = None) -> None:
        """Start the desk; it kills itself at the named point (`chatops.application.passing`)."""
        self.crash_at, crash = crash_at or "", {"CRASH_AT": crash_at} if crash_at else {}
        began = self.log().count(_STARTED)
        self._process = Forked("run", environment=self._environment() | crash, log=self._log)
        await self.until(lambda: (self.log().count(_STARTED) > began and self._reachable()) or not self.alive)

    def another(self) -> Forked:
        """Start a second process of the same desk; whoever asks for it ends it."""
        return Forked("run", environment=self._environment(), log=self._log)

    async def ended(self) -> int:
        """Wait until the process is gone; return its exit code."""
        assert self._process is not None
        return await asyncio.to_thread(self._process.exit_code, within_s=self.patience_s)

    async def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        await self.ended()

    async def stop(self) -> None:
        if self._process is not None and self._process.alive:
            self._process.ask_to_stop()
            await self.ended()

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.alive

    async def died(self) -> bool:
        """Whether the desk has killed itself."""
        return self._process is not None and not self.alive and await self.ended() == -signal.SIGKILL

    def log(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    def logged(self, event: str) -> int:
        return self.log().count(f'"event": "{event}"')

    def _reachable(self) -> bool:
        if self.town.app.socket_mode:
            return bool(self.slack.sockets.connections(self.town.app))
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    # ---- people ------------------------------------------------------------------------------------------------------

    def person(self, name: str) -> Client:
        return self.town.people[PersonId(name)]

    def channel(self, room: str) -> Channel:
        return self.town.channels[RoomId(room)]

    def cards(self, who: str, room: str) -> Sequence[Shown]:
        return [top for top in self.person(who).sees(self.channel(room)) if _CARD.fullmatch(top.lines[0])]

    def card(self, who: str, room: str) -> Shown:
        cards = self.cards(who, room)
        assert len(cards) == 1, f"{who} sees {len(cards)} cards in {room}"
        return cards[0]

    @property
    def ticket(self) -> TicketId:
        """Who dies before a commit may have used up a number."""
        card = _CARD.fullmatch(self.card("ana", "#acme").lines[0])
        assert card is not None
        return TicketId(int(card[1]))

    def hears(self, who: str, room: str, words: str) -> bool:
        """Whether *words* are to be seen there, in which the ticket is called T-n."""
        return words in self._told(self.person(who).sees(self.channel(room)).text)

    def _told(self, text: str) -> str:
        return re.sub(rf"T-{self.ticket}(?!\d)", "T-n", text) if self.cards("ana", "#acme") else text

    async def says(self, who: str, room: str, text: str) -> Said:
        """Say *text* in the thread of the ticket, or at the top of the room while there is none."""
        never_log(text)
        cards = self.cards(who, room)
        return await self.person(who).says(self.channel(room), text, thread=cards[0] if cards else None)

    async def sees_to_it(self, act: Act, shows: Callable[[], bool], what: str = "what it should show") -> None:
        """Let somebody do something, again if Slack says that it failed and nothing comes of it."""
        while True:
            done = await act()
            failed = [each for each in done if each.envelope is not Envelope.EVENT and not each.taken]
            if not failed:
                await self.until(shows, what)
                return
            try:
                await self.until(shows, within_s=TRIED_AGAIN_AFTER_S)
            except AssertionError:
                continue
            return

    async def until(
        self, true: Callable[[], object], what: str = "what it should show", *, within_s: float | None = None
    ) -> None:
        end = time.monotonic() + (within_s or self.patience_s)
        while not true():
            await self.meanwhile()
            if time.monotonic() > end:
                raise AssertionError(f"there never was {what}\n{self.shown()}\n{self.log()[-6000:]}")
            await asyncio.sleep(0.03)

    # ---- one ticket --------------------------------------------------------------------------------------------------

    async def lives(self, *, reminded: bool = False) -> None:
        """
        Let a ticket live from NEW to CLOSED, each step waiting for what the last one shows.

        Args:
            reminded: A timer reminds its contact, which takes a while.
        """
        await self.begins()
        await self.goes_on(reminded=reminded)

    async def begins(self) -> None:
        """Let Ana open a ticket and Ben take it."""
        await self.sees_to_it(self._opens, lambda: all(self.cards(who, room) for who, room in ROOMS), "two cards")
        await self.sees_to_it(self._takes, self._both_hear("is now handling T-n.", "Ben Barker took T-n."))

    async def goes_on(self, *, reminded: bool = False) -> None:
        """Let the ticket be suspended, resolved and closed."""
        await self.sees_to_it(self._asks, self._both_hear("to go on with T-n:", "asked the customer:"))
        if reminded:
            await self.remind()
            await self.until(self._both_hear("Reminder 1 of 3: T-n waits for you.", "Reminder 1 of 3 sent"))
        await self.sees_to_it(self._answers, self._both_hear("here are the logs", "> here are the logs"))
        await self.until(lambda: "Resolve" in self.card("ben", "#desk").buttons, "a ticket to be resolved")
        await self.sees_to_it(self._resolves, self._both_hear("Here is a solution for T-n", "Solution proposed"))
        await self.until(lambda: "Accept" in self.card("ana", "#acme").buttons, "a solution to be accepted")
        closed = "closed T-n: solution accepted."
        await self.sees_to_it(self._accepts, self._both_hear(closed, closed))
        await self.until(lambda: all("CLOSED" in self.card(who, room) for who, room in ROOMS), "cards that say so")
        await self.until(self._signed, "a sign")

    def _both_hear(self, customer: str, desk: str) -> Callable[[], bool]:
        return lambda: self.hears("ana", "#acme", customer) and self.hears("ben", "#desk", desk)

    async def _opens(self) -> Sequence[Delivery]:
        never_log(TITLE)
        return (await self.person("ana").says(self.channel("#acme"), f"@{DESK} open S2 {TITLE}")).answers

    async def _takes(self) -> Sequence[Delivery]:
        return [await self.person("ben").presses("Take", self.card("ben", "#desk"))]

    async def _asks(self) -> Sequence[Delivery]:
        return (await self.says("ben", "#desk", f"@{DESK} need the logs of the period")).answers

    async def _answers(self) -> Sequence[Delivery]:
        return (await self.says("ana", "#acme", "here are the logs")).answers

    async def _resolves(self) -> Sequence[Delivery]:
        ben = self.person("ben")
        if not ben.modals:
            pressed = await ben.presses("Resolve", self.card("ben", "#desk"))
            if not ben.modals:
                return [pressed]
        ben.fills(ben.modal, {"Kind of solution": "workaround", "The solution": "restart node 2"})
        return [await ben.submits(ben.modal)]

    async def _accepts(self) -> Sequence[Delivery]:
        return [await self.person("ana").presses("Accept", self.card("ana", "#acme"))]

    async def remind(self) -> None:
        """Let a reminder be due now: no command sets a timer yet."""
        command = RemindBeneficiary(by=None, role=Role.DESK, at=datetime.now(UTC), ticket_id=self.ticket)
        timer = Timer(name="reminder", due_at=command.at, ticket_id=command.ticket_id, command=command)
        storage = SqlStorage(connect(self.database))
        async with storage.begin() as uow:
            await uow.timers.set(timer, correlation_id="test-reminder")
            await uow.commit()
        await storage.close()

    def shows(self) -> Mapping[str, object]:
        """
        Return what each room shows of the ticket, in its order, and how often it called whom.

        What only one person is shown is left out: Slack keeps none of it, so it may be shown again.
        """
        rooms = {room: [self._told(_drawn(each)) for each in self._thread(who, room)] for who, room in ROOMS}
        calls = {who: self._calls(who) for who in CALLED}
        return {**rooms, "calls": calls}

    def _thread(self, who: str, room: str) -> Sequence[Shown]:
        card = self.card(who, room)
        return [each for each in (card, *card.replies) if not each.only_me]

    def _calls(self, who: str) -> int:
        return sum(each.reason == "mention" for each in self.person(who).notified)

    def _signed(self) -> bool:
        """Whether the desk has put its sign under the words that it took in."""
        return any(DESK in by for each in self._thread("ana", "#acme") for by in each.reactions.values())

    def desk_messages(self, room: str) -> Sequence[Message]:
        """Return what the desk has said there to everybody, oldest first."""
        return [each for each in self.channel(room).messages.values() if each.author is self.town.app.bot]

    def shown(self) -> str:
        return "\n".join(
            f"--- {who} in {room}\n{self.person(who).sees(self.channel(room)).text}"
            for who, room in (*ROOMS, ("clo", "#managers"))
        )

    # ---- how it is set up --------------------------------------------------------------------------------------------

    def _environment(self) -> dict[str, str]:
        app = self.town.app
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CHATOPS_")}
        reached = (
            {"CHATOPS_SLACK_APP_TOKEN": app.app_token}
            if app.socket_mode
            else {
                "CHATOPS_SLACK_LISTEN": f"127.0.0.1:{self._port}",
                "CHATOPS_SLACK_SIGNING_SECRET": app.signing_secret,
            }
        )
        return (
            inherited
            | reached
            | {
                "CHATOPS_DATABASE": self.database,
                "CHATOPS_SLACK_TOKEN": app.token,
                "CHATOPS_SLACK_API": self.slack.api_url,
                "CHATOPS_SLACK_READS_PER_MINUTE": str(self._reads_per_minute),
                "CHATOPS_LOG_LEVEL": "debug",
                "LEASE_S": str(self._lease_s),
            }
        )


async def _nothing() -> None: ...


_CARD = re.compile(rf"# T-([0-9]+) · {TITLE}")
_STARTED = '"event": "desk_started"'


def _drawn(each: Shown) -> str:
    signs = sorted(f"{name}: {', '.join(sorted(who))}" for name, who in each.reactions.items())
    return f"{each.author}: {each.text} {signs}"


@asynccontextmanager
async def a_slack_life(
    database: str,
    folder: Path,
    *,
    socket_mode: bool = False,
    lease_s: float = 1.0,
    reads_per_minute: int = 60_000,
) -> AsyncIterator[SlackLife]:
    """
    Furnish a Slack and a database; the desk is still to be started.

    Args:
        lease_s: Short, so that nobody has to wait a minute for what a dead process was doing.
    """
    async with a_slack() as slack:
        town = SlackTown(slack, demo_directory(), socket_mode=socket_mode)
        storage = SqlStorage(connect(database))
        async with storage.begin() as uow:
            await uow.directory.replace(town.bound(town.who), at=datetime.now(UTC))
            await uow.commit()
        await storage.close()
        life = SlackLife(slack, town, folder, database, lease_s=lease_s, reads_per_minute=reads_per_minute)
        try:
            yield life
        finally:
            await life.stop()
            assert leaked(life.log()) == [], "these must not be in a log"
            assert slack.violations == [], "Slack refuses these"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
