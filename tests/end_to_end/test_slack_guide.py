"""
docs/slack.md, followed to the letter by somebody who has a workspace and nothing else.

What stands in its blocks is what is done: the manifest is what is printed, settings are its own, commands are run, and
what it has people type is typed. Slack is the one of the tests, over HTTP and websockets.
"""

import asyncio
import json
import os
import re
import shlex
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.slack.manifest import manifest
from tests.log_watch import never_log
from tests.patience import PATIENCE_S
from tests.slack.client import Person, Said, Spot
from tests.slack.records import App, Channel
from tests.slack.shown import Shown
from tests.slack.slack import Slack, a_slack

pytestmark = [pytest.mark.checkout, pytest.mark.timeout(600)]

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "slack.md").read_text("utf-8")
BLOCKS = re.findall(r"^```\w*\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)

ADDRESS = "https://desk.example.org"


class Administrator:
    """Somebody who does what the guide says, in a folder of their own."""

    def __init__(self, slack: Slack, folder: Path) -> None:
        self.slack = slack
        self.folder = folder
        self.exo, self.acme = slack.team("exo", name="Exo"), slack.team("acme", name="Acme")
        self.root, self.ben = self.exo.person("Robin Root"), self.exo.person("Ben Barker")
        self.ana, self.zed = self.acme.person("Ana Ashford"), self.acme.person("Zed Zimmer")
        self.app: App
        self.port = _a_free_port()
        self._secrets: dict[str, str] = {}
        self._desk: asyncio.subprocess.Process | None = None

    # ---- at the browser ----------------------------------------------------------------------------------------------

    def makes_the_app(self, printed: str) -> None:
        self.app = self.slack.app_of_manifest(manifest(printed), installed_in=[self.exo])
        self.keeps("APP_TOKEN", self.app.app_token)
        self.keeps("SIGNING_SECRET", self.app.signing_secret)
        self.keeps("BOT_TOKEN", self.app.token)

    def installs_the_app_again(self) -> None:
        self.slack.world.install(self.app, self.exo.team)
        self.keeps("BOT_TOKEN", self.app.token)

    def keeps(self, name: str, secret: str) -> None:
        never_log(secret)
        self._secrets[name] = secret

    # ---- at the terminal ---------------------------------------------------------------------------------------------

    def writes_settings(self, words: str) -> None:
        """Write the one block of settings that holds *words*, with what is ours in place of its examples."""
        (block,) = (str(block) for block in BLOCKS if words in block and "sqlite" in block)
        for name, secret in self._secrets.items():
            block = block.replace(f"={name}\n", f"={secret}\n")
        settings = self.folder / ".env"
        settings.touch(0o600)
        settings.write_text(block.replace(":3000", f":{self.port}"))

    def writes_the_directory(self) -> None:
        written = (DOCS / "examples" / "one-customer-on-slack.yaml").read_text("utf-8")
        for example, person in (("T0EXO/U0ROOT", self.root), ("T0EXO/U0BEN", self.ben), ("T0ACME/U0ANA", self.ana)):
            assert example in written
            written = written.replace(example, f"{person.team.id}/{person.id}")
        written = written.replace("staff:\n", "  zed:\n    name: Zed Zimmer\n    organisation: acme\n\nstaff:\n", 1)
        (self.folder / "ours.yaml").write_text(written)

    async def runs(self, command: str, *, expect: int | None = 0) -> str:
        """Run a line of the guide in the desk's folder; return what it printed."""
        assert any(command in block for block in BLOCKS) or f"`{command}`" in GUIDE
        process = await self._begun(*shlex.split(command), stdout=asyncio.subprocess.PIPE)
        async with asyncio.timeout(PATIENCE_S):
            out, err = (said.decode() for said in await process.communicate())
        assert expect in (None, process.returncode), out + err
        assert not any(secret in out + err for secret in self._secrets.values())
        return out if process.returncode != 2 else err

    async def starts_the_desk(self) -> None:
        assert "chatops run\n" in BLOCKS
        before = self._log().count('"slack_listening"')
        self._desk = await self._begun("chatops", "run", stdout=asyncio.subprocess.DEVNULL, log=self.folder / "log")
        if self.app.socket_mode:
            async with asyncio.timeout(PATIENCE_S):
                while not self.slack.sockets.connections(self.app):  # noqa: ASYNC110 - a process tells nobody
                    await asyncio.sleep(0.05)
            return
        await self.waits(lambda: self._log().count('"slack_listening"') > before)
        # What stands in front of it ends TLS, and passes everything on.
        self.slack.deliver_to(self.app, f"http://127.0.0.1:{self.port}/slack/events")
        verified = await self.slack.verifies_url(self.app)
        assert verified.status == 200

    async def stops_the_desk(self) -> None:
        if self._desk is not None and self._desk.returncode is None:
            self._desk.terminate()
            await asyncio.wait_for(self._desk.wait(), PATIENCE_S)

    async def _begun(self, *words: str, stdout: int, log: Path | None = None) -> asyncio.subprocess.Process:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CHATOPS_")}
        with (log or Path(os.devnull)).open("ab") as errors:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                *words,
                cwd=self.folder,
                # There is no other Slack to be had here.
                env=inherited | {"CHATOPS_SLACK_API": self.slack.api_url},
                stdout=stdout,
                stderr=errors if log else asyncio.subprocess.PIPE,
            )

    # ---- in Slack ----------------------------------------------------------------------------------------------------

    async def makes_a_channel(self, name: str, *others: Person, private: bool = False) -> Channel:
        """Make a channel, shared with whoever is of another company, and invite the desk."""
        shared = [self.acme] if self.ana in others else []
        channel = self.exo.channel(name, members=[self.root, *others], shared_with=shared, private=private)
        await self.root.invites(self.app, channel)
        return channel

    async def types(self, who: Person, channel: Channel, words: str, *, thread: Spot | None = None) -> Said:
        assert f"    {words}\n" in GUIDE or f"`{words}`" in GUIDE
        return await who.says(channel, words, thread=thread)

    async def hears(self, who: Person, channel: Channel, words: str) -> Shown:
        """Return the desk's message that holds *words*, once it has come."""

        def heard() -> list[Shown]:
            return [each for each in who.sees(channel).everything if words in each and each.author == "desk"]

        await self.waits(lambda: bool(heard()))
        return heard()[-1]

    async def waits(self, true: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not true():  # noqa: ASYNC110 - a process tells nobody
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(self._log()[-4000:]) from None

    def _log(self) -> str:
        log = self.folder / "log"
        return log.read_text() if log.exists() else ""


@asynccontextmanager
async def an_administrator(folder: Path) -> AsyncIterator[Administrator]:
    async with a_slack() as slack:
        somebody = Administrator(slack, folder)
        try:
            yield somebody
        finally:
            await somebody.stops_the_desk()
        assert slack.violations == []


@pytest.mark.parametrize("way", ["Socket Mode", "HTTPS"])
async def test_the_guide_leads_from_nothing_to_the_first_ticket(tmp_path: Path, way: str) -> None:
    async with an_administrator(tmp_path) as you:
        over_http = way == "HTTPS"
        settings = "CHATOPS_SLACK_LISTEN=" if over_http else "CHATOPS_SLACK_APP_TOKEN="
        how = f"--url {ADDRESS}" if over_http else "--socket"
        you.makes_the_app(await you.runs(f"chatops slack manifest {how}"))
        you.writes_settings(settings)
        you.writes_the_directory()

        await you.runs("chatops directory check ours.yaml")
        await you.runs("chatops directory import ours.yaml")
        found = await you.runs("chatops doctor", expect=1)
        assert [line for line in found.splitlines() if line.startswith("✗")] == [
            "✗ directory: there is no room for the agents: nobody would read a ticket → "
            "invite the desk to a room and type !bind desk there, as an administrator"
        ]
        assert ("! slack requests: nothing listens" in found) is over_http
        assert f"“Exo” ({you.exo.id})" in found

        await you.starts_the_desk()
        agents = await you.makes_a_channel("agents", you.ben, private=True)
        await you.hears(you.ben, agents, "!bind desk")
        await you.types(you.root, agents, "@desk bind desk")
        await you.waits(lambda: "New tickets come in here" in you.ben.sees(agents))
        acme = await you.makes_a_channel("acme", you.ben, you.ana)
        found = await you.runs("chatops doctor")
        assert f"the desk is in #acme ({acme.id}), which is bound to nothing" in found
        await you.types(you.root, acme, "@desk bind customer acme")
        await you.waits(lambda: "opens a ticket" in you.ana.sees(acme))

        await you.types(you.ana, acme, "@desk open S2 The portal is very slow")
        customer_card = await you.hears(you.ana, acme, "T-1 ·")
        card = await you.hears(you.ben, agents, "T-1 ·")
        if over_http:
            await you.ben.presses("Take", card)
        else:
            await you.types(you.ben, agents, "@desk take", thread=card)
        await you.hears(you.ana, acme, "Ben Barker (support) is now handling T-1.")

        found = await you.runs("chatops doctor")
        *lines, last = found.splitlines()
        assert [line for line in lines if not line.startswith("✓")] == [
            "! directory: there is no room for the managers: nobody would read of what goes wrong → "
            "invite the desk to a room and type !bind managers there, as an administrator",
            "! directory: without a Slack member id: zed → "
            "!identify T0ACME/U0ANA SHORT-NAME in a room of the desk, or “slack:” in the directory file",
        ]
        assert last == "2 to look at."
        assert json.loads(await you.runs("chatops doctor --json"))["holds"] is True

        # Unverified people.
        acme.members.append(you.zed.user)
        await you.zed.says(acme, "node 3 as well", thread=customer_card)
        await you.hears(you.ben, agents, "node 3 as well")
        await you.hears(you.ben, agents, f"!identify {you.acme.id}/{you.zed.id} name")
        agents.members.append(you.zed.user)  # So that his name is completed where it is typed.
        mentioned = await you.types(you.ben, agents, "@desk identify @Zed Zimmer zed")
        agents.members.remove(you.zed.user)
        assert you.zed.mention in mentioned.message.text
        await you.hears(you.zed, acme, "Welcome, Zed Zimmer")

        # A lost token.
        await you.stops_the_desk()
        you.slack.revokes(you.app.installation)
        found = await you.runs("chatops doctor", expect=1)
        assert "✗ slack token: Slack does not take it (token_revoked) → install the app again" in found
        ended = await you.runs("chatops run", expect=2)
        assert ended.count("Slack does not accept the bot token") == 1
        await you.ana.says(acme, "it is node 2 that is slow", thread=customer_card)
        you.installs_the_app_again()
        you.writes_settings(settings)
        await you.starts_the_desk()
        await you.hears(you.ben, agents, "it is node 2 that is slow")


async def test_a_room_of_the_desk_that_is_shared_is_found_by_the_doctor(tmp_path: Path) -> None:
    """S13, and whoever is written into the directory with a wrong id."""
    async with an_administrator(tmp_path) as you:
        you.makes_the_app(await you.runs("chatops slack manifest --socket"))
        you.writes_settings("CHATOPS_SLACK_APP_TOKEN=")
        you.writes_the_directory()
        agents = you.exo.channel("agents", members=[you.root, you.ben, you.app], shared_with=[you.acme])
        away = you.exo.channel("acme", members=[you.ben], private=True)
        directory = you.folder / "ours.yaml"
        text = directory.read_text().replace(f"{you.ben.team.id}/{you.ben.id}", f"{you.acme.id}/{you.ben.id}")
        directory.write_text(
            f"{text}\nrooms:\n  desk: {{purpose: desk, slack: {you.exo.id}/{agents.id}}}\n"
            f"  acme: {{purpose: customer, organisation: acme, slack: {you.exo.id}/{away.id}}}\n"
            f"  managers: {{purpose: managers, slack: T0ELSEWHERE/C0MANAGERS}}\n"
        )
        await you.runs("chatops directory import ours.yaml")

        found = await you.runs("chatops doctor", expect=1)

        broken = [line for line in found.splitlines() if line.startswith("✗")]
        assert {line.split(":")[0] for line in broken} == {"✗ #managers", "✗ #acme", "✗ #desk", "✗ ben"}
        assert "people of another company read in #agents" in found
        assert f"slack: {you.exo.id}/{you.ben.id}" in broken[-1]


def _a_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
