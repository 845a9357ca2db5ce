"""Rooms and people, changed from chat: who may, what everybody reads, and what never crosses from one to another."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from chatops.application.deliveries import Answer, Delivery, Marked, Press, Request, Speech
from chatops.application.handlers.administration import MAY, Deed, authorise
from chatops.bootstrap import RunningDesk
from chatops.domain.directory import Address, ChatChange, Person, Room, WhoIsWho
from chatops.domain.errors import NotAllowed
from chatops.domain.vocabulary import Action, OrganisationId, PersonId, Platform, Role, RoomId, RoomPurpose, TicketId
from tests.desks import Mailbox, a_desk, delivery, quiet, said

NEW_ROOM, DESK_ROOM, OTHER_ROOM = "!new:example.org", "!desk:example.org", "!other:example.org"
ZED = "@zed:example.org"

MATRIX = {"ana": "@ana:acme.example", "gus": "@gus:globex.example", "ben": "@ben:desk.example",
          "clo": "@clo:desk.example", "root": "@root:desk.example"}  # fmt: skip
"""The demo cast of these tests on Matrix."""


@dataclass
class Scene:
    """A desk on the terminal and on Matrix, and what everybody reads in its rooms."""

    desk: RunningDesk
    matrix: Mailbox = field(default_factory=lambda: Mailbox(platform=Platform.MATRIX))
    console: Mailbox = field(default_factory=Mailbox)

    async def says(self, person: str, room: str, text: str, *, thread: str | None = None) -> Answer:
        """Let *person* say it on Matrix, and everything follow that follows from it."""
        request: Request = Marked(text=text[1:]) if text.startswith("!") else Speech(text=text)
        return await self.does(person, room, request, thread=thread)

    async def does(self, person: str, room: str, request: Request, *, thread: str | None = None) -> Answer:
        answer = await self.desk.bus.handle(on_matrix(delivery(person, room, request, thread=thread)))
        await quiet(self.desk)
        return answer

    def read_in(self, room: str) -> str:
        """Return all that the desk said in a room, on either platform."""
        parcels = [*self.matrix.parcels, *self.console.parcels]
        said = [p.claimed.message for p in parcels if p.claimed.place.value == room]
        quoted = [(message.quote.text,) if message.quote else () for message in said]
        return "\n".join("\n".join((m.headline, *m.paragraphs, *q)) for m, q in zip(said, quoted, strict=True))

    async def who(self) -> WhoIsWho:
        async with self.desk.storage.begin() as uow:
            return await uow.directory.everything()

    async def room(self, name: str) -> Room:
        return next(room for room in (await self.who()).rooms if room.id == name)

    async def person(self, name: str) -> Person:
        return next(person for person in (await self.who()).people if person.id == name)

    async def changes(self) -> tuple[ChatChange, ...]:
        async with self.desk.storage.begin() as uow:
            return await uow.directory.chat_changes()

    async def opens(self, person: str = "ana", room: str = "!acme:example.org") -> TicketId:
        opened = await self.says(person, room, "!open S2 the portal is very slow")
        assert opened.ticket_id is not None
        return opened.ticket_id


def at(value: str) -> Address:
    return Address(platform=Platform.MATRIX, value=value)


def on_matrix(given: Delivery) -> Delivery:
    sender = MATRIX.get(given.sender.value, given.sender.value)
    return replace(
        given,
        sender=at(sender),
        room=at(given.room.value),
        thread=given.thread and at(given.thread.value),
        message=given.message and at(given.message.value),
    )


@asynccontextmanager
async def a_scene(database: str, *, rooms: dict[str, str] | None = None) -> AsyncIterator[Scene]:
    """Open a desk whose people are on Matrix, and whose rooms are there as *rooms* says: by name, the Matrix room."""
    bound = {"#desk": DESK_ROOM, "#acme": "!acme:example.org"} if rooms is None else rooms
    matrix, console = Mailbox(platform=Platform.MATRIX), Mailbox()
    async with a_desk(database, messengers=[matrix, console]) as desk:
        async with desk.storage.begin() as uow:
            who = await uow.directory.everything()
            people = tuple(
                replace(each, identities=(*each.identities, at(MATRIX[each.id]))) if each.id in MATRIX else each
                for each in who.people
            )
            placed = tuple(
                replace(each, places=(*each.places, at(bound[each.id]))) if each.id in bound else each
                for each in who.rooms
            )
            await uow.directory.replace(replace(who, people=people, rooms=placed), at=desk.time.now())
            await uow.commit()
        yield Scene(desk=desk, matrix=matrix, console=console)


# ---- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", Deed)
@pytest.mark.parametrize("role", Role)
def test_whoever_is_not_named_may_not(role: Role, deed: Deed) -> None:
    """S9, S36: entry × role, default deny; neither a contact nor the desk's own timers change the set-up."""
    allowed = {
        Deed.BIND: {Role.ADMINISTRATOR},
        Deed.UNBIND: {Role.ADMINISTRATOR},
        Deed.LIST_ROOMS: {Role.AGENT, Role.MANAGER, Role.ADMINISTRATOR},
        Deed.IDENTIFY_CONTACT: {Role.AGENT, Role.MANAGER, Role.ADMINISTRATOR},
        Deed.IDENTIFY_STAFF: {Role.ADMINISTRATOR},
    }
    assert set(MAY) == set(Deed)
    if role in allowed[deed]:
        authorise(role, deed)
    else:
        with pytest.raises(NotAllowed):
            authorise(role, deed)


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        ("!bind managers", {"root"}),
        ("!unbind", {"root"}),
        ("!rooms", {"ben", "clo", "root"}),
        (f"!identify {ZED} ana", {"ben", "clo", "root"}),
        (f"!identify {ZED} bea", {"root"}),
        (f"!identify {ZED} root", {"root"}),
    ],
)
async def test_each_entry_asks_who_may(sqlite_database: str, words: str, allowed: set[str]) -> None:
    """S9: the words themselves, for every role, in a customer's room."""
    for person in ("ana", "ben", "clo", "root"):
        async with a_scene(sqlite_database) as scene:
            before = await scene.who()
            answer = await scene.says(person, "!acme:example.org", words)
            assert (answer.refused == "NotAllowed") is (person not in allowed), person
            if person not in allowed:
                assert await scene.who() == before
                assert await scene.changes() == ()


async def test_an_answer_asked_back_and_a_button_open_no_side_door(sqlite_database: str) -> None:
    """S9: whatever somebody presses or completes goes through the same question."""
    async with a_scene(sqlite_database) as scene:
        ticket = await scene.opens()
        before = await scene.who()
        pressed = Press(action=Action.NOTE, ticket_id=ticket, text=f"!identify {ZED} ben")
        await scene.does("ana", "!acme:example.org", pressed)
        await scene.says("ana", "!acme:example.org", "!identify")
        await scene.says("ana", "!acme:example.org", f"{ZED} ben")
        assert await scene.who() == before


# ---- rooms -----------------------------------------------------------------------------------------------------------


async def test_an_administrator_binds_a_room_that_the_desk_does_not_know(database: str) -> None:
    """From nothing to the first ticket, typed where it is to be."""
    async with a_scene(database, rooms={}) as scene:
        assert (await scene.says("root", DESK_ROOM, "!bind desk")).refused is None
        assert "This is now the desk's room." in scene.read_in(DESK_ROOM)
        assert (await scene.says("root", NEW_ROOM, "!bind customer Globex")).refused is None
        assert at(NEW_ROOM) in (await scene.room("#globex")).places
        assert "Ce salon est désormais le salon du client Globex." in scene.read_in(NEW_ROOM)
        assert "`!ouvrir S2 ce qui ne va pas`" in scene.read_in(NEW_ROOM)
        ticket = await scene.opens("gus", NEW_ROOM)
        assert f"T-{ticket}" in scene.read_in(DESK_ROOM)


async def test_what_was_bound_in_chat_is_kept_with_who_and_when(database: str) -> None:
    async with a_scene(database) as scene:
        await scene.says("root", NEW_ROOM, "!bind customer globex")
        (change,) = await scene.changes()
        assert (change.by, change.at) == ("root", scene.desk.time.now())
        assert isinstance(change.before, Room)
        assert isinstance(change.after, Room)
        assert set(change.after.places) - set(change.before.places) == {at(NEW_ROOM)}


async def test_a_second_room_of_an_organisation_gets_a_name_of_its_own(sqlite_database: str) -> None:
    """Two rooms of one customer on one platform each show what is opened in them."""
    async with a_scene(sqlite_database) as scene:
        await scene.says("root", NEW_ROOM, "!bind customer acme")
        await scene.says("root", OTHER_ROOM, "!bind customer acme")
        assert (await scene.room("#acme-2")).places[-1] == at(NEW_ROOM)
        assert (await scene.room("#acme-3")).organisation == "acme"
        await scene.opens("ana", NEW_ROOM)
        assert "T-" not in scene.read_in(OTHER_ROOM)


async def test_open_tickets_are_not_suddenly_shown_in_a_new_room(sqlite_database: str) -> None:
    async with a_scene(sqlite_database) as scene:
        ticket = await scene.opens()
        await scene.says("root", NEW_ROOM, "!bind customer acme")
        await scene.says("ben", DESK_ROOM, f"!take T-{ticket}")
        assert f"T-{ticket}" not in scene.read_in(NEW_ROOM)


async def test_an_organisation_nobody_knows_is_told_with_the_nearest(sqlite_database: str) -> None:
    async with a_scene(sqlite_database) as scene:
        answer = await scene.says("root", NEW_ROOM, "!bind customer globx")
        assert answer.refused == "UserError"
        assert "Did you mean globex?" in scene.read_in(NEW_ROOM)
        await scene.says("root", NEW_ROOM, "!bind customer zzz")
        assert "no organisation called “zzz”. The directory" in scene.read_in(NEW_ROOM)
        assert await scene.changes() == ()


@pytest.mark.parametrize("words", ["!bind", "!bind acme", "!bind customer", "!bind desk acme", "!associer client"])
async def test_half_a_binding_is_told_how_it_is_written(sqlite_database: str, words: str) -> None:
    async with a_scene(sqlite_database) as scene:
        assert (await scene.says("root", NEW_ROOM, words)).refused == "CommandNotUnderstood"
        assert "`!bind customer acme`, `!bind desk` or `!bind managers`" in scene.read_in(NEW_ROOM)


async def test_a_bound_room_is_never_silently_bound_to_another(database: str) -> None:
    """S13."""
    async with a_scene(database) as scene:
        answer = await scene.says("root", "!acme:example.org", "!bind customer globex")
        assert answer.refused == "UserError"
        assert "is the customer room of Acme Industries already. Type `!unbind` first" in scene.read_in(
            "!acme:example.org"
        )
        assert (await scene.says("root", "!acme:example.org", "!unbind")).refused is None
        assert (await scene.says("root", "!acme:example.org", "!bind customer globex")).refused is None
        assert at("!acme:example.org") in (await scene.room("#globex")).places
        assert at("!acme:example.org") not in (await scene.room("#acme")).places


async def test_a_room_that_has_shown_tickets_cannot_change_hands(database: str) -> None:
    """S13: what stands in it would be read by the new ones, and what is still owed there as well."""
    async with a_scene(database) as scene:
        ticket = await scene.opens()
        for words in ("!bind customer globex", "!bind desk"):
            assert (await scene.says("root", "!acme:example.org", words)).refused == "UserError"
        await scene.says("root", "!acme:example.org", "!unbind")
        assert f"Threads that stand still here: T-{ticket}." in scene.read_in("!acme:example.org")
        for words in ("!bind customer globex", "!bind desk", "!bind managers"):
            assert (await scene.says("root", "!acme:example.org", words)).refused == "UserError", words
        told = f"This room holds tickets that only Acme Industries may read (T-{ticket}): bind a new room instead."
        assert told in scene.read_in("!acme:example.org")
        assert (await scene.says("root", DESK_ROOM, "!unbind")).refused is None
        assert (await scene.says("root", DESK_ROOM, "!bind customer acme")).refused == "UserError"
        assert (await scene.says("root", "!acme:example.org", "!bind customer acme")).refused is None


async def test_nothing_is_told_in_a_room_that_was_let_go(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await scene.opens()
        await scene.says("root", "!acme:example.org", "!unbind")
        before = scene.read_in("!acme:example.org")
        await scene.says("ben", DESK_ROOM, f"!take T-{ticket}")
        await scene.says("ben", DESK_ROOM, f"!reply T-{ticket} we are looking into it")
        assert scene.read_in("!acme:example.org") == before
        assert "we are looking into it" in scene.read_in(DESK_ROOM)
        assert "no room shows this ticket to the customer any more" not in scene.read_in(DESK_ROOM)
        await said(scene.desk, "root", "#acme", "!unbind")
        await scene.says("ben", DESK_ROOM, f"!reply T-{ticket} is anybody there?")
        assert "no room shows this ticket to the customer any more" in scene.read_in(DESK_ROOM)
        await scene.says("root", "!acme:example.org", "!bind customer acme")
        await scene.says("ben", DESK_ROOM, f"!reply T-{ticket} it is the cache")
        assert "it is the cache" in scene.read_in("!acme:example.org")
        assert "we are looking into it" not in scene.read_in("!acme:example.org")


async def test_without_a_desk_room_the_administrator_is_warned(sqlite_database: str) -> None:
    async with a_scene(sqlite_database) as scene:
        await scene.says("root", "#desk", "!unbind")
        assert "bound to nothing" in scene.read_in("#desk")
        await scene.says("root", DESK_ROOM, "!unbind")
        assert "No desk room is left" not in scene.read_in(DESK_ROOM)
        await said(scene.desk, "root", "#desk", "!unbind")
        await quiet(scene.desk)
        assert "No desk room is left" in scene.read_in("#desk")


async def test_in_a_room_nobody_bound_nothing_else_can_be_done(sqlite_database: str) -> None:
    async with a_scene(sqlite_database) as scene:
        ticket = await scene.opens()
        for words in ("!list", f"!show T-{ticket}", "!open S1 help", f"!identify {ZED} ana"):
            assert (await scene.says("root", NEW_ROOM, words)).refused == "NotLinked", words
        for person in ("ana", "ben", "clo", "mallory"):
            for words in ("!bind customer acme", "!rooms", "!help"):
                assert (await scene.says(person, NEW_ROOM, words)).refused == "NotLinked", (person, words)
        assert "Acme" not in scene.read_in(NEW_ROOM)
        await scene.says("root", NEW_ROOM, "!help")
        assert "`!bind customer acme | desk | managers`" in scene.read_in(NEW_ROOM)
        assert "!unbind" not in scene.read_in(NEW_ROOM)
        assert await scene.changes() == ()


async def test_the_list_of_rooms_shows_each_room_only_what_it_may_know(sqlite_database: str) -> None:
    """S13: in a customer's room only that customer's rooms, in an unknown one none."""
    async with a_scene(sqlite_database) as scene:
        for room in (DESK_ROOM, "!acme:example.org", NEW_ROOM):
            await scene.says("root", room, "!rooms")
        assert "#globex · the customer room of Globex · console #globex" in scene.read_in(DESK_ROOM)
        assert f"#desk · the desk's room · console #desk, matrix {DESK_ROOM}" in scene.read_in(DESK_ROOM)
        assert "#acme · the customer room of Acme Industries" in scene.read_in("!acme:example.org")
        assert "Globex" not in scene.read_in("!acme:example.org")
        assert DESK_ROOM not in scene.read_in("!acme:example.org")
        assert "#" not in scene.read_in(NEW_ROOM)


async def test_help_names_what_this_person_may_change(sqlite_database: str) -> None:
    async with a_scene(sqlite_database) as scene:
        for person in ("ana", "ben", "root"):
            await scene.says(person, "!acme:example.org", "!help")
        helps = [p.claimed.message for p in scene.matrix.parcels if p.claimed.message.headline.startswith("What you")]
        named = [{verb for verb in ("bind", "unbind", "rooms", "identify") if f"`!{verb}" in "".join(each.paragraphs)}
                 for each in helps]  # fmt: skip
        assert named == [set(), {"rooms", "identify"}, {"unbind", "rooms", "identify"}]


async def test_two_administrators_who_bind_the_same_room_at_once_bind_it_once(database: str) -> None:
    async with a_scene(database) as scene:
        typed = [delivery("root", NEW_ROOM, Marked(text=f"bind {kind}")) for kind in ("customer globex", "managers")]
        answers = await asyncio.gather(*(scene.desk.bus.handle(on_matrix(each)) for each in typed))
        assert sorted(answer.refused or "" for answer in answers) == ["", "UserError"]
        assert sum(at(NEW_ROOM) in room.places for room in (await scene.who()).rooms) == 1


# ---- people ----------------------------------------------------------------------------------------------------------


async def test_an_unknown_person_is_introduced_where_they_wrote(database: str) -> None:
    """A31: told once, the desk told once, tied by an agent, greeted, and then at home."""
    async with a_scene(database) as scene:
        assert (await scene.says(ZED, "!acme:example.org", "!open S1 let me in")).refused == "NotLinked"
        assert f"`!identify {ZED} name`" in scene.read_in("!acme:example.org")
        told = f"Somebody unknown, `{ZED}`, wrote in #acme.\n`!identify {ZED} name` links them to a contact."
        assert scene.read_in(DESK_ROOM) == told == scene.read_in("#desk")
        assert (await scene.says("ben", DESK_ROOM, f"!identify {ZED} aldo")).refused is None
        assert f"`{ZED}` is Aldo Archer (`aldo`) from now on." in scene.read_in(DESK_ROOM)
        assert "Welcome, Aldo Archer: I know you now." in scene.read_in("!acme:example.org")
        assert await scene.opens(ZED) == 1


async def test_a_stranger_is_told_once_in_each_room(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await scene.opens()
        (card,) = (p for p in scene.matrix.parcels if p.claimed.place.value == "!acme:example.org")
        thread = f"m{card.claimed.id}"
        first = await scene.says(ZED, "!acme:example.org", "this is my ticket", thread=thread)
        assert (first.refused, first.ticket_id) == (None, ticket)
        assert "passed on as that of somebody unverified" in scene.read_in("!acme:example.org")
        heard = await scene.says(ZED, "!acme:example.org", "hello?", thread=thread)
        refused = await scene.says(ZED, "!acme:example.org", f"!close T-{ticket}")
        assert (heard.refused, refused.refused, refused.message) == (None, "NotLinked", None)
        assert scene.read_in("!acme:example.org").count("I do not know you yet") == 1
        assert scene.read_in(DESK_ROOM).count("Somebody unknown") == 1
        assert (await scene.says(ZED, DESK_ROOM, "!list")).message is not None
        assert scene.read_in(DESK_ROOM).count("Somebody unknown") == 1


async def test_a_role_never_changes_in_chat(database: str) -> None:
    """S36: an administrator gives a colleague another identity, and that is all it is."""
    async with a_scene(database) as scene:
        before = await scene.who()
        for words in (f"!identify {ZED} ben", f"!identify {ZED} root", "!identify @new:example.org clo"):
            await scene.says("ben", DESK_ROOM, words)
            await scene.says("clo", DESK_ROOM, words)
        assert await scene.who() == before
        await scene.says("root", DESK_ROOM, f"!identify {ZED} ben")
        tied = await scene.person("ben")
        assert replace(tied, identities=tied.identities[:-1]) == next(p for p in before.people if p.id == "ben")
        assert "Welcome, Ben Barker" in scene.read_in(DESK_ROOM)
        assert (await scene.says(ZED, DESK_ROOM, "!bind managers")).refused == "NotAllowed"


@pytest.mark.parametrize(
    ("identity", "told"),
    [
        ("@gus:globex.example", "`@gus:globex.example` is Gus Garnier (`gus`), and nobody can be two people."),
        ("@ana:acme.example", "`@ana:acme.example` is Ana Ashford (`ana`) already."),
        ("@Gus:globex.example", "looks like `@gus:globex.example`, which is Gus Garnier"),
        ("@gus:g1obex.example", "looks like `@gus:globex.example`, which is Gus Garnier"),
        ("@аna:acme.example", "holds characters that are easily mistaken: а (U+0430 CYRILLIC SMALL LETTER A)."),
        ("@zed\u202e:example.org", "⟨U+202E⟩ (U+202E RIGHT-TO-LEFT OVERRIDE)"),
        ("@zed\u200b:example.org", "U+200B ZERO WIDTH SPACE"),
        ("zed", "“zed” is no full identity."),
        ("@zed", "“@zed” is no full identity."),
        ("@zed:", "“@zed:” is no full identity."),
        ("@" + "z" * 300 + ":example.org", "is no full identity."),
    ],
)
async def test_an_identity_is_tied_only_if_it_is_whole_and_nobody_elses(
    sqlite_database: str, identity: str, told: str
) -> None:
    """S16."""
    async with a_scene(sqlite_database) as scene:
        before = await scene.who()
        assert (await scene.says("ben", DESK_ROOM, f"!identify {identity} ana")).refused == "UserError"
        assert told in scene.read_in(DESK_ROOM)
        assert await scene.who() == before


async def test_a_namesake_on_another_server_is_shown_beside_the_one_who_is_known(sqlite_database: str) -> None:
    """S16: the same name elsewhere may be honest, so a person decides, seeing both."""
    async with a_scene(sqlite_database) as scene:
        await scene.says("@ben:evil.example", "!acme:example.org", "!open S1 it is me")
        assert "Not to be confused with `@ben:desk.example`: that is Ben Barker (`ben`)." in scene.read_in(DESK_ROOM)
        assert "Ben Barker" not in scene.read_in("!acme:example.org")
        await scene.says("bea", "#desk", "!list")
        await scene.says("ben", DESK_ROOM, "!identify @ana:home.example ana")
        assert "So are `@ana:acme.example`." in scene.read_in(DESK_ROOM)


async def test_a_customers_room_learns_nothing_of_other_people(database: str) -> None:
    """S13, S14: whoever is not of this organisation is told of as nobody, or as somebody else."""
    async with a_scene(database) as scene:
        room = "!acme:example.org"
        for called in ("gus", "nobody"):
            assert (await scene.says("ben", room, f"!identify {ZED} {called}")).refused == "UserError"
        assert scene.read_in(room).count("I know nobody called “") == 2
        await scene.says("ben", room, "!identify @gus:globex.example ana")
        assert "`@gus:globex.example` is somebody else, and nobody can be two people." in scene.read_in(room)
        await scene.says("ben", room, "!identify @gus:g1obex.example ana")
        assert "Garnier" not in scene.read_in(room)
        assert (await scene.person("gus")).identities[-1] == at("@gus:globex.example")


async def test_a_mention_tells_who_is_meant_by_their_full_identity(sqlite_database: str) -> None:
    """What a client displays is a name; what it mentions is an identity."""
    async with a_scene(sqlite_database) as scene:
        pill = Marked(text="identify Zed Zimmer aldo", mentions=(ZED,))
        assert (await scene.does("ben", DESK_ROOM, pill)).refused is None
        assert at(ZED) in (await scene.person("aldo")).identities
        two = Marked(text="identify Zed Zimmer ivy", mentions=("@one:example.org", "@two:example.org"))
        assert (await scene.does("ben", DESK_ROOM, two)).refused == "UserError"


async def test_a_strangers_name_cannot_type_for_the_desk(sqlite_database: str) -> None:
    """What comes from outside stays between the marks of what is to be typed, and on one line."""
    async with a_scene(sqlite_database) as scene:
        await scene.says("@z`ed\n!unbind`:example.org", "!acme:example.org", "!open S1 hi")
        (notice,) = (p.claimed.message for p in scene.matrix.parcels if p.claimed.place.value == DESK_ROOM)
        assert "\n" not in notice.headline
        assert notice.headline.count("`") == 2
        assert "easily mistaken" in notice.paragraphs[0]


async def test_who_leaves_the_directory_is_a_stranger_again(database: str) -> None:
    async with a_scene(database) as scene:
        await scene.says(ZED, "!acme:example.org", "!list")
        await scene.says("ben", DESK_ROOM, f"!identify {ZED} aldo")
        async with scene.desk.storage.begin() as uow:
            who = await uow.directory.everything()
            gone = tuple(person for person in who.people if person.id != PersonId("aldo"))
            await uow.directory.replace(replace(who, people=gone), at=scene.desk.time.now())
            await uow.commit()
        assert (await scene.says(ZED, "!acme:example.org", "!list")).message is not None


async def test_rooms_in_the_terminal_are_called_as_the_directory_calls_them(sqlite_database: str) -> None:
    async with a_scene(sqlite_database, rooms={"#initech": "!initech:example.org"}) as scene:
        await said(scene.desk, "root", "#acme", "!unbind")
        assert (await said(scene.desk, "root", "#acme", "!bind customer globex")).refused is None
        acme = await scene.room("#acme")
        assert (acme.organisation, acme.purpose) == (OrganisationId("globex"), RoomPurpose.CUSTOMER)
        assert acme.places == (Address(platform=Platform.CONSOLE, value="#acme"),)
        await said(scene.desk, "root", "#initech", "!unbind")
        refused = await said(scene.desk, "root", "#initech", "!bind customer globex")
        assert refused.refused == "UserError"
        assert (await scene.room(RoomId("#initech"))).organisation == "initech"
