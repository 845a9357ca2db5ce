"""
run · console · play · doctor · policy · directory · slack · db.

Exit codes: 0 done, 1 it does not hold (a check, a story), 2 it cannot be understood or set up; the reason on standard
error, a sentence that says what to do next.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import structlog
import typer
from rich.console import Console

from adapters.console.app import run_console
from adapters.console.play import HOLDS, play
from adapters.console.story import StoryHeader
from adapters.directory_file.chat_changes import Keep, answered, conflicts, kept
from adapters.directory_file.planning import plan
from adapters.directory_file.reading import demo_directory, read
from adapters.directory_file.writing import write
from adapters.slack.manifest import manifest_text
from chatops.application.ports.messenger import Messenger
from chatops.application.ports.policy_engine import PolicyEngine
from chatops.application.ports.time_source import TimeSource
from chatops.application.recounting import recount_for
from chatops.bootstrap import RunningDesk, SystemTime, open_desk, policy_engine
from chatops.catalogues import load_words
from chatops.config import Settings, read_settings
from chatops.doctor.examination import examine
from chatops.doctor.findings import Level, as_json, holds, summary
from chatops.domain.directory import WhoIsWho
from chatops.domain.errors import ChatOpsError
from chatops.domain.vocabulary import PersonId
from chatops.logs import set_up_logs
from chatops.policy_commands import policy_app
from chatops.serving import Part, serve
from storage import schema

app = typer.Typer(
    help="A support desk that lives inside Slack and Matrix.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
directory_app = typer.Typer(help="Who is who: organisations, people, rooms.", no_args_is_help=True)
slack_app = typer.Typer(help="The desk as an app of Slack's.", no_args_is_help=True)
db_app = typer.Typer(help="The database.", no_args_is_help=True)
app.add_typer(policy_app, name="policy")
app.add_typer(directory_app, name="directory")
app.add_typer(slack_app, name="slack")
app.add_typer(db_app, name="db")

log = structlog.get_logger()


def main() -> None:
    """Run the command line; what is anticipated ends in a sentence, never in a traceback."""
    try:
        app()
    except ChatOpsError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)


# ---- the desk --------------------------------------------------------------------------------------------------------


@app.command()
def run(
    only: Annotated[list[Part] | None, typer.Option(help="Run these parts only; others may run elsewhere.")] = None,
) -> None:
    """Run the desk until it is told to stop."""
    asyncio.run(serve(_settings(), frozenset(only or ())))


@app.command()
def console(
    demo: Annotated[bool, typer.Option("--demo", help="A desk of its own, with the demo directory.")] = False,
    person: Annotated[str | None, typer.Option("--as", help="Whom to be at first, by their short name.")] = None,
) -> None:
    """Talk to the desk in this terminal, as any person of its directory."""
    settings = read_settings()
    set_up_logs(level="warning", style="console", secrets=settings.secrets())
    policies = policy_engine(settings.policies, settings.rules_engine)

    def desk(messenger: Messenger) -> AbstractAsyncContextManager[RunningDesk]:
        if demo:
            return _fresh_desk(policies, demo_directory(), messenger)
        database = settings.database.get_secret_value()
        return open_desk(database=database, policies=policies, words=load_words(), messengers=[messenger])

    screen = Console(highlight=False)
    whom = None if person is None else PersonId(person)
    raise typer.Exit(asyncio.run(run_console(desk, time=SystemTime(), console=screen, as_whom=whom)))


@app.command("play")
def play_stories(
    stories: Annotated[list[Path], typer.Argument(help="Story files; docs/examples/stories has some.")],
    quiet: Annotated[bool, typer.Option("--quiet", help="One line for a story that holds.")] = False,
) -> None:
    """Play conversations against a fresh desk each, and judge what people saw."""
    set_up_logs(level="error", style="console")
    worst = max(asyncio.run(_play(story, quiet=quiet)) for story in stories)
    raise typer.Exit(worst)


async def _play(story: Path, *, quiet: bool) -> int:
    transcript = StringIO()
    out = Console(file=transcript if quiet else None, highlight=False, soft_wrap=True)
    outcome = await play(story, _story_desk, console=out, errors=Console(stderr=True, highlight=False, soft_wrap=True))
    if quiet:
        typer.echo(f"{story}: holds" if outcome == HOLDS else transcript.getvalue(), nl=outcome == HOLDS)
    return outcome


def _story_desk(
    header: StoryHeader, time: TimeSource, messenger: Messenger
) -> AbstractAsyncContextManager[RunningDesk]:
    """Open the fresh desk that a story asks for."""
    policies = policy_engine(Path(header.policies) if header.policies else None, None)
    who = read(Path(header.directory)) if header.directory else demo_directory()
    return _fresh_desk(policies, who, messenger, time)


@asynccontextmanager
async def _fresh_desk(
    policies: PolicyEngine, who: WhoIsWho, messenger: Messenger, time: TimeSource | None = None
) -> AsyncIterator[RunningDesk]:
    """Open a desk on a database that goes with it."""
    with TemporaryDirectory(prefix="chatops-") as folder:
        async with open_desk(
            database=f"sqlite:///{folder}/desk.db",
            policies=policies,
            words=load_words(),
            messengers=[messenger],
            time=time,
            directory=who,
        ) as desk:
            yield desk


@app.command()
def doctor(
    json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    admin_token: Annotated[
        str | None,
        typer.Option(
            envvar="CHATOPS_MATRIX_ADMIN_TOKEN",
            help="Of an administrator of the homeserver, to see whether the rate limit is lifted.",
        ),
    ] = None,
) -> None:
    """Look at everything the desk needs: what is wrong, and what to do. Exit code 1 when something is broken."""
    set_up_logs(level="error", style="console")
    findings = asyncio.run(examine(time=SystemTime(), admin_token=admin_token))
    if json:
        typer.echo(as_json(findings))
    else:
        for finding in findings:
            typer.secho(str(finding), fg=_COLOURS[finding.level])
        typer.echo(summary(findings))
    raise typer.Exit(0 if holds(findings) else 1)


_COLOURS = {Level.FINE: None, Level.WARNING: "yellow", Level.BROKEN: "red"}


@slack_app.command("manifest")
def slack_manifest(
    url: Annotated[str, typer.Option(help="Where Slack and people's browsers reach the desk: https://…")] = "",
    socket: Annotated[bool, typer.Option("--socket", help="For a desk that nothing from outside can reach.")] = False,
) -> None:
    """Print the manifest from which Slack makes the app; docs/slack.md says where to put it."""
    typer.echo(manifest_text(url=url, socket=socket), nl=False)


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this release's schema."""
    schema.upgrade(_settings().database.get_secret_value())
    typer.echo("The database is up to date.")


@db_app.command("check")
def db_check() -> None:
    """Say whether the database fits this release."""
    schema.check(_settings().database.get_secret_value())
    typer.echo("The database fits this release.")


# ---- who is who ------------------------------------------------------------------------------------------------------

File = Annotated[Path, typer.Argument(help="A directory file, such as docs/examples/acme.yaml.")]


@directory_app.command("check")
def directory_check(file: File) -> None:
    """Name every mistake of a directory file, with its line."""
    who = read(file)
    typer.echo(
        f"{len(who.organisations)} organisations, {len(who.people)} people and {len(who.rooms)} rooms: no mistake."
    )


@directory_app.command("import")
def directory_import(
    file: File,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan, change nothing.")] = False,
    keep_chat: Annotated[
        bool, typer.Option("--keep-chat", help="Where the file would undo what was changed in chat: keep that.")
    ] = False,
    keep_file: Annotated[
        bool, typer.Option("--keep-file", help="Where the file would undo what was changed in chat: undo it.")
    ] = False,
) -> None:
    """Show what a directory file would change, and change it."""
    if keep_chat and keep_file:
        raise typer.BadParameter("only one of --keep-chat and --keep-file can stand")
    keep = Keep.CHAT if keep_chat else Keep.FILE if keep_file else None
    if not asyncio.run(_import(_settings(), read(file), keep, dry_run=dry_run)):
        raise typer.Exit(1)


async def _import(settings: Settings, wanted: WhoIsWho, keep: Keep | None, *, dry_run: bool) -> bool:
    """Return False when what was changed in chat would be undone, and nobody said that it may be."""
    async with _quiet_desk(settings) as desk, desk.storage.begin() as uow:
        now, said_in_chat = await uow.directory.everything(), await uow.directory.chat_changes()
        undone = conflicts(said_in_chat, now, wanted)
        stands = wanted if keep is Keep.FILE else kept(undone, wanted)
        changes = plan(now, stands)
        for line in (*changes, *undone):
            typer.echo(str(line))
        if undone and keep is None:
            typer.echo(
                f"Nothing changed: {len(undone)} of the lines above, marked “!”, would undo what was changed in chat. "
                "Write it into the file (chatops directory export), or choose: --keep-chat or --keep-file.",
                err=True,
            )
            return False
        if dry_run:
            typer.echo("Nothing changed: this was a dry run." if changes else "Nothing to change.")
            return True
        if changes:
            await uow.directory.replace(stands, at=desk.time.now())
            await recount_for(uow, desk.policies, now, stands, at=desk.time.now())
        await uow.directory.settle(answered(said_in_chat, undone, keep), at=desk.time.now())
        await uow.commit()
        typer.echo(f"Done: {len(changes)} changes." if changes else "Nothing to change.")
    return True


@directory_app.command("export")
def directory_export() -> None:
    """Write the present state as a directory file."""

    async def export() -> WhoIsWho:
        async with _quiet_desk(_settings()) as desk, desk.storage.begin() as uow:
            return await uow.directory.everything()

    typer.echo(write(asyncio.run(export())), nl=False)


@asynccontextmanager
async def _quiet_desk(settings: Settings) -> AsyncIterator[RunningDesk]:
    """Open the desk without its chat platforms, to look or to change who is who."""
    async with open_desk(
        database=settings.database.get_secret_value(),
        policies=policy_engine(settings.policies, settings.rules_engine),
        words=load_words(),
        messengers=[],
    ) as desk:
        yield desk


def _settings() -> Settings:
    settings = read_settings()
    style = settings.log_format or ("console" if sys.stderr.isatty() else "json")
    set_up_logs(level=settings.log_level, style=style, secrets=settings.secrets())
    return settings
