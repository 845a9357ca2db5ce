"""`ConsoleMessenger`: the `Messenger` port that posts into the terminal's rooms."""

from adapters.console.render import Line, Part, plain, render
from adapters.console.rooms import Post, Rooms
from adapters.console.translate import message_address
from chatops.application.ports.messenger import Parcel
from chatops.application.ports.outbox import ClaimedMessage, Form
from chatops.application.ports.time_source import TimeSource
from chatops.domain.directory import Address
from chatops.domain.errors import Undeliverable
from chatops.domain.vocabulary import Platform, RoomId, reference


class ConsoleMessenger:
    """A row's id names its message, so a row that is sent again shows nothing twice."""

    platform = Platform.CONSOLE

    def __init__(self, rooms: Rooms, time: TimeSource) -> None:
        self._rooms = rooms
        self._time = time

    async def deliver(self, parcel: Parcel) -> Address:
        claimed = parcel.claimed
        post = self._drawn(parcel)
        if post.room not in self._rooms.rooms:
            raise Undeliverable(f"there is no room {post.room} in this terminal")
        if post.thread is not None:
            self._recall_root(post.thread, claimed)
        match claimed.form:
            case Form.CARD_EDIT if claimed.root is not None:
                self._recall_root(claimed.root.value, claimed)
                return self._changed(claimed.root, post)
            case Form.EDIT if claimed.target is not None:
                return self._changed(claimed.target, post)
            case Form.REMOVAL:
                return self._removed(claimed.target, post)
            case Form.REACTION:
                return self._signed(claimed.answers or claimed.target, post)
            case Form.REACTION_REMOVAL:
                return self._unsigned(claimed.target, post)
        self._rooms.post(post, at=self._time.now())
        return message_address(post.name)

    def _drawn(self, parcel: Parcel) -> Post:
        claimed = parcel.claimed
        private = claimed.form is Form.ANSWER and parcel.reader is not None
        return Post(
            name=f"m{claimed.id}",
            room=RoomId(claimed.place.value),
            thread=_thread(claimed),
            author=None,
            lines=render(claimed.message),
            buttons=claimed.message.buttons,
            notify=frozenset(addressee.person for addressee in parcel.notify if addressee.person is not None),
            reader=parcel.reader.person if private and parcel.reader is not None else None,
            ticket_id=claimed.ticket_id if claimed.form in (Form.CARD, Form.CARD_EDIT) else None,
        )

    def _changed(self, target: Address, post: Post) -> Address:
        """What an earlier terminal showed is not here to be changed: it is said anew."""
        if self._rooms.find(target.value) is None:
            self._rooms.post(post, at=self._time.now())
        else:
            self._rooms.edit(target.value, post, at=self._time.now())
        return target

    def _removed(self, target: Address | None, post: Post) -> Address:
        if target is not None and self._rooms.find(target.value) is not None:
            self._rooms.remove(target.value, by=None, at=self._time.now())
        return target or message_address(post.name)

    def _signed(self, under: Address | None, post: Post) -> Address:
        if under is not None and self._rooms.find(under.value) is not None:
            self._rooms.sign(under.value, plain(post.lines), by=None, at=self._time.now())
        return under or message_address(post.name)

    def _unsigned(self, under: Address | None, post: Post) -> Address:
        if under is not None and self._rooms.find(under.value) is not None:
            self._rooms.unsign(under.value, plain(post.lines), by=None)
        return under or message_address(post.name)

    def _recall_root(self, root: str, claimed: ClaimedMessage) -> None:
        """A thread that an earlier terminal began has lost its card with that terminal; put a bare one there."""
        if self._rooms.find(root) is None and claimed.ticket_id is not None:
            title = Line(part=Part.HEADLINE, text=reference(claimed.ticket_id))
            self._rooms.post(
                Post(
                    name=root,
                    room=RoomId(claimed.place.value),
                    thread=None,
                    author=None,
                    lines=(title,),
                    ticket_id=claimed.ticket_id,
                ),
                at=self._time.now(),
            )


def _thread(claimed: ClaimedMessage) -> str | None:
    """Return the root to post under; None at the top of the room."""
    match claimed.form:
        case Form.CARD | Form.CARD_EDIT:
            return None
        case Form.THREAD | Form.FILE | Form.EDIT | Form.REMOVAL | Form.REACTION_REMOVAL:
            return claimed.root.value if claimed.root else None
        case Form.ANSWER | Form.REACTION:
            under = claimed.under or (claimed.root if claimed.thread_id else None)
            return under.value if under else None
