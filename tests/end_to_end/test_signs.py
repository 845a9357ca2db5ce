"""Signs under messages: mirrored where the same words stand, for whoever may see that; taken away with the last."""

from chatops.application.deliveries import Deletion, Marked, Reaction, Speech
from chatops.application.ports.outbox import Form
from chatops.domain.directory import Address
from chatops.domain.vocabulary import TicketId
from tests.two_platforms import (
    ACME,
    ACME_ON_MATRIX,
    ALDO,
    ANA,
    BEN,
    DESK,
    DESK_ON_MATRIX,
    ZED,
    Scene,
    a_scene,
    a_ticket_on_both,
    on_matrix,
    on_slack,
)

WRITTEN = "1717000000.000100"


async def ana_writes(scene: Scene, ticket: TicketId) -> None:
    thread = await scene.thread(ticket, ACME)
    said = Speech(text="node 2 is the slow one")
    await scene.hears(ANA, ACME, said, thread=thread.root, message=on_slack(WRITTEN))


def copy_in(scene: Scene, room: str, words: str) -> Address:
    """Return what the platform calls the message in *room* that says *words*."""
    (parcel,) = (
        p for p in scene.parcels(room, Form.THREAD) if p.claimed.message.quote and p.claimed.message.quote.text == words
    )
    return Address(platform=parcel.claimed.place.platform, value=f"m{parcel.claimed.id}")


def signs_in(scene: Scene, room: str, form: Form = Form.REACTION) -> list[tuple[str, str | None]]:
    """Return the signs that the desk put in *room*, each with what it stands under; its own receipts are none."""
    return [
        (p.claimed.message.headline, under.value if (under := p.claimed.answers or p.claimed.target) else None)
        for p in scene.parcels(room, form)
        if p.claimed.message.headline not in ("📨", "📝")
    ]


async def test_a_sign_under_somebodys_words_is_put_under_every_copy(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        await ana_writes(scene, ticket)
        copies = {
            room: copy_in(scene, room, "node 2 is the slow one") for room in (ACME_ON_MATRIX, DESK, DESK_ON_MATRIX)
        }
        await scene.hears(ANA, ACME, Reaction(sign="👍", to=on_slack(WRITTEN)))
        assert signs_in(scene, ACME) == []
        for room, copy in copies.items():
            assert signs_in(scene, room) == [("👍", copy.value)]


async def test_a_sign_under_a_copy_is_put_under_the_words_themselves(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        await ana_writes(scene, ticket)
        copy = copy_in(scene, ACME_ON_MATRIX, "node 2 is the slow one")
        await scene.hears(ALDO, ACME_ON_MATRIX, Reaction(sign="🙏", to=copy))
        assert signs_in(scene, ACME) == [("🙏", WRITTEN)]
        assert signs_in(scene, ACME_ON_MATRIX) == []


async def test_a_sign_in_a_desk_thread_stays_in_the_desk(database: str) -> None:
    """DESIGN §1: nothing internal ever crosses by default."""
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        await ana_writes(scene, ticket)
        copy = copy_in(scene, DESK, "node 2 is the slow one")
        await scene.hears(BEN, DESK, Reaction(sign="😬", to=copy))
        assert signs_in(scene, DESK_ON_MATRIX) == [
            ("😬", copy_in(scene, DESK_ON_MATRIX, "node 2 is the slow one").value)
        ]
        assert signs_in(scene, ACME) == signs_in(scene, ACME_ON_MATRIX) == []


async def test_a_sign_goes_when_the_last_who_put_it_there_takes_it_away(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        await ana_writes(scene, ticket)
        matrix_copy = copy_in(scene, ACME_ON_MATRIX, "node 2 is the slow one")
        async with scene.desk.storage.begin() as uow:
            who = await uow.directory.everything()
        assert who.people
        await scene.hears(ANA, ACME, Reaction(sign="👍", to=on_slack(WRITTEN)), key="slack:r1")
        await scene.hears(BEN, ACME, Reaction(sign="👍", to=on_slack(WRITTEN)), key="slack:r2")
        assert len(signs_in(scene, ACME_ON_MATRIX)) == 1
        await scene.hears(ANA, ACME, Reaction(sign="👍", to=on_slack(WRITTEN), removed=True))
        assert signs_in(scene, ACME_ON_MATRIX, Form.REACTION_REMOVAL) == []
        await scene.hears(BEN, ACME, Reaction(sign="👍", to=on_slack(WRITTEN), removed=True))
        (removal,) = scene.parcels(ACME_ON_MATRIX, Form.REACTION_REMOVAL)
        (placed,) = (p for p in scene.parcels(ACME_ON_MATRIX, Form.REACTION) if p.claimed.message.headline == "👍")
        assert placed.claimed.target == matrix_copy
        assert removal.claimed.target == matrix_copy  # What this mailbox calls the sign: what it stands under.
        await scene.hears(ANA, ACME, Reaction(sign="👍", to=on_slack(WRITTEN)), key="slack:r3")
        assert len(signs_in(scene, ACME_ON_MATRIX)) == 2


async def test_a_platform_may_name_a_sign_that_goes_by_its_delivery(database: str) -> None:
    """Matrix deletes the event of the reaction."""
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        await ana_writes(scene, ticket)
        copy = copy_in(scene, ACME_ON_MATRIX, "node 2 is the slow one")
        await scene.hears(ALDO, ACME_ON_MATRIX, Reaction(sign="👍", to=copy), key="matrix:$sign")
        elsewhere = await scene.hears(ALDO, DESK_ON_MATRIX, Deletion(of="matrix:$sign"))
        assert elsewhere.ticket_id is None
        await scene.hears(ALDO, ACME_ON_MATRIX, Deletion(of="matrix:$sign"))
        assert signs_in(scene, ACME, Form.REACTION_REMOVAL) == [("👍", WRITTEN)]


async def test_a_sign_that_a_button_shows_presses_it_and_is_not_mirrored(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        root = (await scene.thread(ticket, DESK)).root
        assert root is not None
        await scene.hears(BEN, DESK, Reaction(sign="👀", to=root))
        assert "Ben Barker took T-1." in scene.read_in(DESK_ON_MATRIX)
        assert signs_in(scene, DESK_ON_MATRIX) == []


async def test_a_strangers_sign_and_one_under_chatter_are_nobodys(database: str) -> None:
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        await ana_writes(scene, ticket)
        await scene.hears(ZED, ACME, Reaction(sign="👍", to=on_slack(WRITTEN)))
        await scene.hears(ANA, ACME, Reaction(sign="👍", to=on_slack("9.9")))
        await scene.hears(ALDO, DESK_ON_MATRIX, Reaction(sign="👍", to=on_matrix(f"m{1}")))
        for room in (ACME_ON_MATRIX, DESK, DESK_ON_MATRIX):
            assert signs_in(scene, room) == []


async def test_a_reply_and_its_sign_meet_across_platforms(database: str) -> None:
    """The agent in Slack sees that the customer on Matrix liked the reply."""
    async with a_scene(database) as scene:
        ticket = await a_ticket_on_both(scene)
        thread = await scene.thread(ticket, DESK)
        await scene.hears(BEN, DESK, Marked(text="reply thank you"), thread=thread.root, message=on_slack("5.5"))
        copy = copy_in(scene, ACME_ON_MATRIX, "thank you")
        await scene.hears(ALDO, ACME_ON_MATRIX, Reaction(sign="❤", to=copy))
        assert ("❤", "5.5") in signs_in(scene, DESK)
