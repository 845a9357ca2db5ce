"""A team, and how tests furnish it with people and channels."""

from collections.abc import Iterable, Sequence
from typing import Any

from tests.slack.backstage import Backstage
from tests.slack.client import Person
from tests.slack.records import App, Channel, Kind, Team, User

Member = Person | App | User


class Workspace:
    """A team, and what it is furnished with."""

    def __init__(self, stage: Backstage, team: Team) -> None:
        self._stage = stage
        self.team = team

    @property
    def id(self) -> str:
        return self.team.id

    def person(self, name: str, *, email: str = "", user_id: str = "", **more: Any) -> Person:
        """
        Args:
            more: `tz`, `locale`, `handle`, `is_restricted`.
        """
        email = email or f"{name.lower().replace(' ', '.')}@{self.team.domain}.example"
        user = self._stage.world.add_user(self.team, name, user_id=user_id, email=email, **more)
        return Person(user=user, stage=self._stage)

    def channel(
        self,
        name: str,
        *,
        members: Iterable[Member] = (),
        shared_with: Iterable["Workspace"] = (),
        private: bool = False,
        channel_id: str = "",
    ) -> Channel:
        """
        Make a channel that this team hosts; nobody is told.

        Args:
            members: An app comes with the bot of its installation in one of the channel's teams.
            channel_id: Such as a private channel's old ``G…``.
        """
        teams = [each.team for each in shared_with]
        users = [user_of(each, [self.team, *teams]) for each in members]
        return self._stage.world.add_channel(
            self.team,
            name,
            Kind.PRIVATE if private else Kind.PUBLIC,
            members=users,
            creator=users[0] if users else None,
            shared_with=teams,
            channel_id=channel_id,
        )

    def group(self, *members: Member) -> Channel:
        """Return the direct messages of these people, two or more."""
        return self._stage.world.direct(self.team, [user_of(each, [self.team]) for each in members])


def user_of(member: Member, teams: Sequence[Team]) -> User:
    """Return who is meant: of an app the bot that it has in one of *teams*."""
    if isinstance(member, Person):
        return member.user
    if isinstance(member, User):
        return member
    return next(each.bot for each in member.active if each.team in teams)
