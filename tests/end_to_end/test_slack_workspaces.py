"""The doctor in workspaces that installed the app themselves: their tokens stand in the desk's database."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import SecretStr
from slack_sdk.oauth.installation_store.models.installation import Installation

from adapters.slack.addresses import person_address, room_address
from adapters.slack.oauth import installation_store
from chatops.bootstrap import SystemTime
from chatops.config import Settings
from chatops.doctor import workspaces
from chatops.doctor.findings import Finding, Level
from chatops.domain.directory import Person, Room, WhoIsWho
from chatops.domain.vocabulary import Language, PersonId, Role, RoomId, RoomPurpose
from storage.engine import connect
from storage.schema import upgrade
from tests.log_watch import never_log
from tests.slack.client import Person as Client
from tests.slack.records import App
from tests.slack.slack import Slack, a_slack
from tests.slack.workspace import Workspace


def settings(slack: Slack, app: App, folder: Path) -> Settings:
    return Settings(
        _env_file=None,
        database=SecretStr(f"sqlite:///{folder}/desk.db"),
        slack_client_id=app.client_id,
        slack_client_secret=SecretStr(app.client_secret),
        slack_signing_secret=SecretStr(app.signing_secret),
        slack_listen=("127.0.0.1", 1),
        slack_api=slack.api_url,
    )


async def installed(given: Settings, app: App, team: Workspace) -> None:
    """Keep a workspace as the pages of the installation do."""
    engine = connect(given.database.get_secret_value())
    try:
        store = await installation_store(engine, app.client_id)
        there = app.installations[team.id]
        never_log(there.token)
        await store.async_save(
            Installation(
                user_id="U0ADMIN",
                app_id=app.id,
                bot_scopes=sorted(there.scopes),
                team_id=team.id,
                bot_token=there.token,
                bot_id=there.bot.bot_id,
                bot_user_id=there.bot.id,
            )
        )
    finally:
        await engine.dispose()


def a_person(name: str, client: Client) -> Person:
    return Person(
        id=PersonId(name),
        name=client.name,
        role=Role.CONTACT,
        language=Language.EN,
        time_zone="Etc/UTC",
        identities=(person_address(client.team.id, client.id),),
    )


async def found(given: Settings, who: WhoIsWho | None) -> Sequence[Finding]:
    state = await workspaces.ask(given, who, SystemTime())
    return [*workspaces.of_the_app(given, state), *workspaces.of_the_directory(state)]


def told(findings: Sequence[Finding], subject: str) -> list[tuple[Level, str]]:
    return [(finding.level, finding.text) for finding in findings if finding.subject == subject]


async def test_each_workspace_is_asked_with_its_own_token_and_one_without_is_named(tmp_path: Path) -> None:
    async with a_slack() as slack:
        exo, acme, globex = (slack.team(name, name=name.title()) for name in ("exo", "acme", "globex"))
        app = slack.app("desk", installed_in=[exo, acme])
        ana, ben = acme.person("Ana"), exo.person("Ben")
        rooms = {team: team.channel("support", members=[app]) for team in (exo, acme)}
        given = settings(slack, app, tmp_path)
        upgrade(given.database.get_secret_value())
        for team in (exo, acme):
            await installed(given, app, team)
        who = WhoIsWho(
            people=(a_person("ana", ana), a_person("ben", ben)),
            rooms=(
                *(
                    Room(id=RoomId(f"#{team.team.domain}"), purpose=RoomPurpose.CUSTOMER, places=(place,))
                    for team, room in rooms.items()
                    for place in (room_address(team.id, room.id),)
                ),
                Room(
                    id=RoomId("#globex"),
                    purpose=RoomPurpose.CUSTOMER,
                    places=(room_address(globex.id, "C0GLOBEX"),),
                ),
            ),
        )

        findings = await found(given, who)

        assert len(told(findings, "slack token")) == 2
        assert {level for level, _ in told(findings, "#exo") + told(findings, "#acme")} == {Level.FINE}
        ((level, text),) = told(findings, "#globex")
        assert level is Level.BROKEN
        assert f"not installed in the workspace of {globex.id}/C0GLOBEX" in text
        assert told(findings, "people") == [(Level.FINE, "2 on Slack, as the directory has them")]


async def test_nobody_installed_it_yet_and_looking_makes_no_table(tmp_path: Path) -> None:
    async with a_slack() as slack:
        exo = slack.team("exo")
        app = slack.app("desk", installed_in=[exo])
        given = settings(slack, app, tmp_path)
        upgrade(given.database.get_secret_value())
        room = Room(id=RoomId("#desk"), purpose=RoomPurpose.DESK, places=(room_address(exo.id, "C0DESK"),))

        findings = await found(given, WhoIsWho(rooms=(room,)))

        ((level, text),) = told(findings, "slack")
        assert level is Level.WARNING
        assert "no workspace is known" in text
        assert slack.calls() == []
        assert await found(given, WhoIsWho(rooms=(room,))) == findings


async def test_a_desk_that_does_not_speak_to_slack_asks_nothing() -> None:
    assert await found(Settings(_env_file=None), WhoIsWho()) == []
