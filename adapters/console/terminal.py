"""The desk with the terminal's rooms around it: people type and press, and the desk works until all is quiet."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from adapters.console.render import render_speech
from adapters.console.rooms import Post, Rooms
from adapters.console.translate import delivery, key_of, message_address, typed
from chatops.application.command_bus import CommandBus
from chatops.application.deliveries import Answer, Deletion, Edit, Press, Reaction, Request
from chatops.application.message_tree import Button
from chatops.application.ports.storage import Storage
from chatops.application.ports.time_source import TimeSource
from chatops.application.words import Words
from chatops.application.workers import OutboxRelay, TimerRunner
from chatops.domain.vocabulary import PersonId, RoomId


class ConsoleDesk(Protocol):
    """
    All that the terminal needs of a running desk.

    Its relay works with the terminal's own `ConsoleMessenger`, and everything in it tells the same time.
    """

    @property
    def bus(self) -> CommandBus: ...

    @property
    def relay(self) -> OutboxRelay: ...

    @property
    def timers(self) -> TimerRunner: ...

    @property
    def storage(self) -> Storage: ...

    @property
    def words(self) -> Words: ...

    @property
    def time(self) -> TimeSource: ...


class Terminal:
    def __init__(self, desk: ConsoleDesk, rooms: Rooms) -> None:
        self.desk = desk
        self.rooms = rooms

    async def furnish(self) -> None:
        """Let the rooms and the people in them be those of the directory as it now stands."""
        async with self.desk.storage.begin() as uow:
            self.rooms.furnish(await uow.directory.everything())

    async def say(self, person: PersonId, room: RoomId, thread: str | None, text: str) -> Answer:
        """Type *text* at the top of a room, or in the thread under the message *thread*."""
        request = typed(text)
        lines = render_speech(text)
        post = self.rooms.speak(person, room, thread, lines, at=self.desk.time.now())
        return await self.desk.bus.handle(
            delivery(
                key=post.name,
                person=self.rooms.people[person],
                room=room,
                thread=thread,
                message=post.name,
                request=request,
            )
        )

    async def press(self, person: PersonId, post: Post, button: Button, words: str = "") -> Answer:
        """Press a button of *post*; *words* are what its form asks for, if the button does not say it all."""
        press = Press(action=button.action, ticket_id=button.ticket_id, text=words or button.words)
        return await self._about(person, post, press)

    async def react(self, person: PersonId, post: Post, sign: str) -> Answer:
        """Put a sign under *post*."""
        self.rooms.sign(post.name, sign, by=person, at=self.desk.time.now())
        return await self._about(person, post, Reaction(sign=sign, to=message_address(post.name)))

    async def edit(self, person: PersonId, post: Post, text: str) -> Answer:
        """Let *person* change what they typed."""
        self.rooms.edit(post.name, replace(post, lines=render_speech(text)), at=self.desk.time.now())
        return await self._about(person, post, Edit(of=key_of(post.name), now=typed(text)))

    async def delete(self, person: PersonId, post: Post) -> Answer:
        """Let *person* take back what they typed."""
        self.rooms.remove(post.name, by=person, at=self.desk.time.now())
        return await self._about(person, post, Deletion(of=key_of(post.name)))

    async def _about(self, person: PersonId, post: Post, request: Request) -> Answer:
        return await self.desk.bus.handle(
            delivery(
                key=next(self.rooms.names),
                person=self.rooms.people[person],
                room=post.room,
                thread=post.thread_root if post.author is None else post.thread,
                message=post.name,
                request=request,
            )
        )

    async def settle(self) -> None:
        """Deliver what is owed and fire what is due, until there is nothing left to do at this instant."""
        while await self.desk.relay.run_once() + await self.desk.timers.run_once():
            pass

    async def next_due(self) -> datetime | None:
        return await self.desk.timers.next_due()


def buttons_labelled(posts: Sequence[Post], labels: Sequence[str]) -> tuple[tuple[Post, Button], ...]:
    """Return the buttons called by one of *labels*, the newest first; case does not matter."""
    wanted = {label.casefold() for label in labels}
    return tuple(
        (post, button) for post in reversed(posts) for button in post.buttons if button.label.casefold() in wanted
    )
