"""The Messenger port over a Slack server: one row, one message; loud for whom it concerns; errors told apart."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest

from adapters.slack.addresses import message_address, room_address
from adapters.slack.render import mark_of
from adapters.slack.web import NotGranted, TokenRefused
from chatops.application.message_tree import Button, Fact, Message, Quote, Style
from chatops.application.ports.messenger import Addressee, Messenger, Traceable
from chatops.application.ports.outbox import Form
from chatops.domain.directory import Address
from chatops.domain.errors import (
    DeliveryError,
    Doubtful,
    RateLimited,
    RoomBusy,
    TryAgainLater,
    Undeliverable,
    Unreachable,
)
from chatops.domain.vocabulary import Action, PersonId, Platform, TicketId
from chatops.logs import set_up_logs
from tests.contract.slack.sending import Stage, a_stage, to
from tests.log_watch import never_log
from tests.slack import faults
from tests.slack.faults import ApiFault
from tests.slack.records import Standing
from tests.unit.slack.parcels import a_message

ACCEPT = Button(action=Action.ACCEPT, ticket_id=TicketId(1), label="Accept", command="!accept", style=Style.PRIMARY)
CARD = a_message(
    facts=(Fact(label="Status", value="NEW"),), paragraphs=("With support.",), quote=Quote(author="", text="since noon")
)
GONE = "1700000000.000100"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with a_stage() as stage:
        yield stage
        assert stage.slack.violations == []


async def test_it_is_a_messenger_that_can_look_back(stage: Stage) -> None:
    messenger: Messenger = stage.messenger

    assert messenger.platform is Platform.SLACK
    assert isinstance(messenger, Traceable)


# ---- what stands there -----------------------------------------------------------------------------------------------


async def test_a_card_is_one_message_and_one_call(stage: Stage) -> None:
    address = await stage.card(replace(CARD, buttons=(ACCEPT,)))

    (card,) = stage.seen()
    assert card.lines == ("# T-1 · The portal is slow", "With support.", "*Status*: NEW", "> since noon", "[Accept]")
    assert address == message_address(card.ts)
    assert stage.asked() == ["chat.postMessage"]


async def test_what_is_told_hangs_under_the_card(stage: Stage) -> None:
    card = await stage.card()
    told = await stage.messenger.deliver(stage.row(a_message("Ben took T-1."), root=card.value))

    (seen,) = stage.seen()
    assert [(reply.ts, reply.text) for reply in seen.replies] == [(told.value, "Ben took T-1.")]
    assert stage.asked() == ["chat.postMessage"] * 2


async def test_a_card_keeps_up_with_its_ticket(stage: Stage) -> None:
    card = await stage.card(CARD, notify=(to(stage.ana),))
    now = replace(CARD, facts=(Fact(label="Status", value="OPEN"),))
    edited = await stage.messenger.deliver(
        stage.row(now, form=Form.CARD_EDIT, root=card.value, notify=(to(stage.ana),))
    )

    (seen,) = stage.seen()
    assert edited == card
    assert "*Status*: OPEN" in seen.lines
    assert [notification.text for notification in stage.ana.notified] == [
        f"{stage.ana.mention} T-1 · The portal is slow – With support."
    ]
    assert stage.asked() == ["chat.postMessage", "chat.update"]


async def test_an_edit_leaves_the_mark_as_it_is(stage: Stage) -> None:
    """The card is known by its own row for ever, whichever row edited it last."""
    row = stage.row(CARD, form=Form.CARD, root=None)
    card = await stage.messenger.deliver(row)
    await stage.messenger.deliver(stage.row(CARD, form=Form.CARD_EDIT, root=card.value))

    assert stage.seen()[0].message.metadata == mark_of(row.claimed)


async def test_words_are_corrected_where_they_stand(stage: Stage) -> None:
    card = await stage.card()
    said = await stage.messenger.deliver(stage.row(a_message("Ben wrote: teh log"), root=card.value))
    edit = stage.row(a_message("Ben wrote: the log"), form=Form.EDIT, root=card.value, target=said.value)

    assert await stage.messenger.deliver(edit) == said
    assert [reply.text for reply in stage.seen()[0].replies] == ["Ben wrote: the log"]


async def test_a_correction_of_what_never_arrived_is_told(stage: Stage) -> None:
    card = await stage.card()
    await stage.messenger.deliver(stage.row(a_message("Ben wrote: the log"), form=Form.EDIT, root=card.value))

    assert [reply.text for reply in stage.seen()[0].replies] == ["Ben wrote: the log"]


async def test_what_is_gone_needs_no_correction(stage: Stage) -> None:
    edit = stage.row(form=Form.EDIT, target=GONE)

    assert await stage.messenger.deliver(edit) == message_address(GONE)


async def test_a_card_that_is_gone_is_missed(stage: Stage) -> None:
    with pytest.raises(Undeliverable, match="message_not_found"):
        await stage.messenger.deliver(stage.row(form=Form.CARD_EDIT, root=GONE))
    with pytest.raises(Undeliverable, match="no card"):
        await stage.messenger.deliver(stage.row(form=Form.CARD_EDIT, root=None))


async def test_words_are_taken_back(stage: Stage) -> None:
    card = await stage.card()
    said = await stage.messenger.deliver(stage.row(a_message("Ben wrote: oops"), root=card.value))
    removal = stage.row(a_message("(taken back)"), form=Form.REMOVAL, root=card.value, target=said.value)

    assert await stage.messenger.deliver(removal) == said
    assert stage.seen()[0].replies == ()
    assert await stage.messenger.deliver(removal) == said


async def test_what_never_arrived_is_removed(stage: Stage) -> None:
    card = await stage.card()

    assert await stage.messenger.deliver(stage.row(form=Form.REMOVAL, root=card.value)) == card
    assert stage.asked() == ["chat.postMessage"]


async def test_what_the_workspace_keeps_says_that_it_was_taken_back(stage: Stage) -> None:
    card = await stage.card()
    said = await stage.messenger.deliver(stage.row(a_message("Ben wrote: oops"), root=card.value))
    stage.slack.faults.on("chat.delete", faults.refused("compliance_exports_prevent_deletion"))
    await stage.messenger.deliver(
        stage.row(a_message("(taken back)"), form=Form.REMOVAL, root=card.value, target=said.value)
    )

    assert [reply.text for reply in stage.seen()[0].replies] == ["(taken back)"]


# ---- signs -----------------------------------------------------------------------------------------------------------


async def test_a_sign_is_put_under_what_was_written_and_taken_away(stage: Stage) -> None:
    said = await stage.ana.says(stage.room, "it is down")
    under = await stage.messenger.deliver(stage.row(a_message("👍🏽"), form=Form.REACTION, answers=said))

    assert under == message_address(said)
    assert list(stage.seen()[0].reactions) == ["+1::skin-tone-4"]

    again = await stage.messenger.deliver(stage.row(a_message("👍🏽"), form=Form.REACTION, answers=said))
    assert again == under

    removal = stage.row(a_message("👍🏽"), form=Form.REACTION_REMOVAL, target=under.value)
    assert await stage.messenger.deliver(removal) == under
    assert not any(stage.seen()[0].reactions.values())
    assert await stage.messenger.deliver(removal) == under


async def test_a_sign_under_what_is_gone_asks_for_nothing_more(stage: Stage) -> None:
    room = stage.address(stage.room)
    sign = a_message("👀")

    assert await stage.messenger.deliver(stage.row(sign, form=Form.REACTION, answers=GONE)) == room
    assert await stage.messenger.deliver(stage.row(sign, form=Form.REACTION)) == room
    assert await stage.messenger.deliver(stage.row(a_message("🫥🫥"), form=Form.REACTION, answers=GONE)) == room
    assert await stage.messenger.deliver(stage.row(sign, form=Form.REACTION_REMOVAL)) == room
    assert stage.asked() == ["reactions.add"]


async def test_the_sign_of_a_room_is_no_sign(stage: Stage) -> None:
    """What was put under nothing stands for the room, and there is nothing to take away."""
    removal = stage.row(a_message("👀"), form=Form.REACTION_REMOVAL)
    there = replace(removal, claimed=replace(removal.claimed, target=removal.claimed.place))

    assert await stage.messenger.deliver(there) == removal.claimed.place
    assert stage.asked() == []


# ---- who is called, and who reads it ---------------------------------------------------------------------------------


async def test_whoever_gets_the_ball_is_called_and_nobody_else(stage: Stage) -> None:
    card = await stage.card()
    message = a_message("We need something from you:", quote=Quote(author="", text="<!channel> `x` <@U1> the logs"))
    await stage.messenger.deliver(stage.row(message, root=card.value, notify=(to(stage.ana),)))

    assert [(each.text, each.reason) for each in stage.ana.notified] == [
        (f"{stage.ana.mention} We need something from you: &lt;!channel&gt; `x` &lt;@U1&gt; the logs", "mention")
    ]
    assert stage.ben.notified == []


async def test_an_answer_is_for_the_one_who_asked(stage: Stage) -> None:
    asked = await stage.ana.says(stage.room, "@desk list")
    await stage.messenger.deliver(
        stage.row(a_message("No tickets."), form=Form.ANSWER, root=None, answers=asked, reader=to(stage.ana))
    )

    assert [(seen.text, seen.only_me) for seen in stage.seen()][1:] == [("No tickets.", True)]
    assert len(stage.seen(stage.ben)) == 1
    assert stage.asked() == ["chat.postEphemeral"]


async def test_an_answer_stands_in_the_thread_it_was_asked_in(stage: Stage) -> None:
    card = await stage.card()
    asked = await stage.ana.says(stage.room, "@desk show", thread=card.value)
    await stage.messenger.deliver(
        stage.row(
            a_message("T-1 is new."),
            form=Form.ANSWER,
            root=None,
            answers=asked,
            under=card.value,
            reader=to(stage.ana),
        )
    )

    assert [reply.text for reply in stage.seen()[0].replies][1:] == ["T-1 is new."]


async def test_an_answer_to_a_press_of_the_card_is_not_hidden_in_a_thread_that_nobody_began(stage: Stage) -> None:
    card = await stage.card()
    await stage.messenger.deliver(
        stage.row(
            a_message("That is not yours."),
            form=Form.ANSWER,
            root=None,
            answers=card.value,
            under=card.value,
            reader=to(stage.ana),
        )
    )

    assert [seen.text for seen in stage.seen()][1:] == ["That is not yours."]


async def test_between_two_people_an_answer_is_a_message(stage: Stage) -> None:
    direct = stage.ben.direct_with(stage.app)
    asked = await stage.ben.says(direct, "help")
    row = stage.row(
        a_message("This is what you can do."),
        form=Form.ANSWER,
        room=direct,
        root=None,
        answers=asked,
        reader=to(stage.ben),
    )
    await stage.messenger.deliver(row)

    assert [seen.only_me for seen in stage.seen(stage.ben, direct)] == [False, False]
    assert stage.asked() == ["chat.postMessage"]


@pytest.mark.parametrize("reader", [None, "elsewhere"])
async def test_who_is_not_known_on_slack_is_answered_before_everybody(stage: Stage, reader: str | None) -> None:
    address = Address(platform=Platform.MATRIX, value="@eve:chat.test")
    who = None if reader is None else Addressee(person=PersonId("eve"), name="Eve", address=address)
    await stage.messenger.deliver(stage.row(a_message("Hello."), form=Form.ANSWER, root=None, reader=who))

    assert [seen.only_me for seen in stage.seen()] == [False]


async def test_where_no_thread_can_be_an_answer_stands_at_the_top(stage: Stage) -> None:
    stage.slack.faults.on("chat.postMessage", faults.refused("cannot_reply_to_message"))
    await stage.messenger.deliver(stage.row(a_message("Hello."), form=Form.ANSWER, answers=GONE, under=GONE))

    assert [seen.text for seen in stage.seen()] == ["Hello."]


# ---- errors told apart -----------------------------------------------------------------------------------------------

POST, PRIVATE, EDIT, SIGN = "chat.postMessage", "chat.postEphemeral", "chat.update", "reactions.add"


async def send(stage: Stage, method: str, card: Address) -> Address:
    """Deliver something by *method*."""
    rows: dict[str, Any] = {
        POST: {"root": card.value},
        PRIVATE: {"form": Form.ANSWER, "reader": to(stage.ana)},
        EDIT: {"form": Form.CARD_EDIT, "root": card.value},
        SIGN: {"form": Form.REACTION, "answers": card.value},
    }
    message: Message = a_message("👀" if method == SIGN else "Ben took T-1.")
    return await stage.messenger.deliver(stage.row(message, **rows[method]))


@pytest.mark.parametrize("method", [POST, PRIVATE, EDIT, SIGN])
@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (faults.refused("channel_not_found"), Unreachable),
        (faults.refused("not_in_channel"), Unreachable),
        (faults.refused("is_archived"), Unreachable),
        (faults.refused("restricted_action"), Unreachable),
        (faults.refused("msg_too_long"), Undeliverable),
        (faults.refused("invalid_blocks"), Undeliverable),
        (faults.refused("rate_limited"), RateLimited),
        (faults.refused("team_added_to_org"), TryAgainLater),
        (faults.rate_limited(30), RoomBusy),
        (faults.rate_limited(None), RoomBusy),
        (faults.redirected("http://127.0.0.1:1/"), TryAgainLater),
    ],
)
async def test_each_refusal_has_its_meaning_after_one_call(
    stage: Stage, method: str, fault: ApiFault, meaning: type[DeliveryError]
) -> None:
    card = await stage.card()
    stage.slack.faults.on(method, fault)

    with pytest.raises(DeliveryError) as refused:
        await send(stage, method, card)

    assert type(refused.value) is meaning
    assert stage.asked() == ["chat.postMessage", method]


@pytest.mark.parametrize(
    "fault",
    [
        faults.EXECUTED_THEN_DROPPED,
        faults.EXECUTED_THEN_500,
        faults.EXECUTED_THEN_503,
        faults.DROPPED,
        faults.BROKEN,
        faults.HTML_PAGE,
        faults.refused("fatal_error"),
    ],
    ids=["executed, dropped", "executed, 500", "executed, 503", "dropped", "500", "page", "fatal_error"],
)
async def test_what_may_have_been_posted_is_doubtful_and_never_posted_again(stage: Stage, fault: ApiFault) -> None:
    card = await stage.card()
    stage.slack.faults.on(POST, fault)

    with pytest.raises(Doubtful):
        await send(stage, POST, card)
    assert stage.asked() == [POST] * 2

    for method in (PRIVATE, EDIT, SIGN):
        stage.slack.faults.on(method, fault)
        with pytest.raises(TryAgainLater) as later:
            await send(stage, method, card)
        assert not isinstance(later.value, Doubtful)


async def test_a_server_that_is_not_there_was_not_asked(stage: Stage) -> None:
    await stage.slack.server.stop()

    with pytest.raises(TryAgainLater) as later:
        await stage.card()
    assert not isinstance(later.value, Doubtful)


async def test_an_answer_that_never_ends_is_cut_off(stage: Stage) -> None:
    stage.slack.faults.on(POST, faults.NEVER_ENDING)
    asked = {"channel": stage.room.id, "text": "hello"}

    with pytest.raises(Doubtful):
        await stage.web.call(stage.app.installation.team.id, POST, asked, within_s=0.5)


async def test_a_silent_server_is_not_waited_for_for_ever(stage: Stage) -> None:
    stage.slack.faults.on("auth.test", faults.slow(after_s=30))

    with pytest.raises(TryAgainLater, match="TimeoutError"):
        await stage.web.call(stage.app.installation.team.id, "auth.test", {}, within_s=0.2)


async def test_a_room_that_is_busy_stops_no_other(stage: Stage) -> None:
    """F12: Slack counts messages by channel."""
    other = stage.slack.world.add_channel(
        stage.app.installation.team, "calm", stage.room.kind, members=[stage.ben.user, stage.app.bot]
    )
    stage.slack.faults.always(POST, faults.rate_limited(30), channel=stage.room)

    with pytest.raises(RoomBusy) as busy:
        await stage.card()
    assert busy.value.after == timedelta(seconds=30)
    await stage.card(room=other)
    assert len(stage.seen(stage.ben, other)) == 1


async def test_whoever_is_put_out_of_a_room_is_told_so(stage: Stage) -> None:
    stage.room.members.remove(stage.app.bot)

    with pytest.raises(Unreachable, match="not_in_channel"):
        await stage.card()


# ---- our token -------------------------------------------------------------------------------------------------------


@pytest.mark.logs_errors
async def test_a_token_that_is_revoked_lets_messages_wait(stage: Stage) -> None:
    """F29: they are not lost, and go when the app is installed again."""
    stage.slack.revokes(stage.app.installation)

    with pytest.raises(TokenRefused, match="token_revoked"):
        await stage.card()


async def test_whoever_looks_after_it_is_told_once(stage: Stage) -> None:
    """F29: not for each message that waits; and anew when it had worked in between."""
    log = StringIO()
    set_up_logs(level="debug", style="json", stream=log)
    installation = stage.app.installation

    for standing in (Standing.REVOKED, Standing.REVOKED, Standing.ACTIVE, Standing.REVOKED):
        installation.standing = standing
        with suppress(TokenRefused):
            await stage.card()

    errors = [json.loads(line) for line in log.getvalue().splitlines() if '"level": "error"' in line]
    assert [(each["event"], each["because"]) for each in errors] == [("slack_refuses_us", "token_revoked")] * 2


@pytest.mark.logs_errors
async def test_peoples_words_and_our_token_stay_out_of_the_log(stage: Stage) -> None:
    """S32: whatever goes wrong with them; the watch looks at every line of the run."""
    never_log("a-word-of-ana's")
    for fault in (faults.refused("invalid_blocks"), faults.BROKEN, faults.refused("missing_scope"), faults.DROPPED):
        stage.slack.faults.on(POST, fault)
        with pytest.raises(DeliveryError) as refused:
            await stage.card(a_message("a-word-of-ana's"))
        assert "a-word-of-ana's" not in str(refused.value)


@pytest.mark.logs_errors
async def test_a_scope_that_is_missing_is_said(stage: Stage) -> None:
    stage.slack.faults.on(SIGN, faults.refused("missing_scope"))

    with pytest.raises(NotGranted, match="missing_scope"):
        await stage.messenger.deliver(stage.row(a_message("👀"), form=Form.REACTION, answers=GONE))


@pytest.mark.logs_errors
async def test_a_workspace_without_the_app_lets_messages_wait(stage: Stage) -> None:
    elsewhere = replace((row := stage.row()), claimed=replace(row.claimed, place=room_address("T0ELSE", stage.room.id)))

    with pytest.raises(TokenRefused, match="not installed"):
        await stage.messenger.deliver(elsewhere)
    assert stage.asked() == []
