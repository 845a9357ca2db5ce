"""What people do on Slack reaches the bus, whatever way it comes, and has one effect however often it comes."""

from collections.abc import Callable

import pytest

from chatops.application.passing import Point
from chatops.domain.errors import StorageError
from tests.contract.slack.listening import a_stage
from tests.slack.faults import ACK_LOST, THRICE, THRICE_AT_ONCE, TWICE, ApiFault, Hold, reordered


def away(times: int = 1, *, at: Point = "before_commit") -> Callable[[Point], None]:
    """Return what makes the database be away the first *times* that something is kept."""
    left = [times]

    def passing(point: Point) -> None:
        if point == at and left[0]:
            left[0] -= 1
            raise StorageError("away")

    return passing


async def test_a_ticket_is_opened_answered_and_followed(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        said = await stage.ana.says(stage.acme, f"{stage.app} open S2 the portal is slow")
        assert all(delivery.taken for delivery in said.answers)
        await stage.slack.until(lambda: stage.cards(stage.acme) and stage.cards(stage.desk_room))

        assert [ticket.title for ticket in await stage.tickets()] == ["the portal is slow"]
        await stage.ana.says(stage.acme, "it is worse & worse <now>", thread=stage.card(stage.acme))
        await stage.until_said("it is worse & worse <now>")


# ---- once, however often ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [THRICE, THRICE_AT_ONCE, ACK_LOST])
async def test_an_event_that_comes_again_has_one_effect(sqlite_database: str, fault: object) -> None:
    """F2, F7, A30: one ticket, one answer."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        stage.slack.faults.on("message", fault)  # type: ignore[arg-type]
        stage.slack.faults.on("app_mention", fault)  # type: ignore[arg-type]
        await stage.ana.says(stage.acme, f"{stage.app} open S2 the portal is slow")
        await stage.slack.until(lambda: stage.cards(stage.acme) and stage.cards(stage.desk_room))
        await stage.slack.settle()

        assert len(await stage.tickets()) == 1
        assert len(stage.cards(stage.acme)) == 1


async def test_what_was_not_kept_is_not_acknowledged_and_comes_again(sqlite_database: str) -> None:
    """F1: the database is away for a moment."""
    async with a_stage(sqlite_database) as stage, stage.listening(passing=away()):
        said = await stage.ana.says(stage.acme, "!open S2 the portal is slow")

        assert [attempt.status for attempt in said.answers[0].attempts] == [503, 200]
        assert len(await stage.tickets()) == 1


@pytest.mark.parametrize("kind", [[{}], 5, None, {}], ids=str)
async def test_an_event_of_no_kind_is_turned_away_without_a_traceback(sqlite_database: str, kind: object) -> None:
    """F30: Bolt looks for the kind in it before any listener does."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        done = await stage.event({"type": kind, "channel": stage.acme.id})

        assert done.status in (200, 400)


@pytest.mark.logs_errors
async def test_one_poisoned_event_keeps_no_other_from_us(sqlite_database: str) -> None:
    """F30."""

    def broken(point: Point) -> None:
        if point == "delivery_translated":
            raise RuntimeError("a bug")

    async with a_stage(sqlite_database) as stage, stage.listening(passing=broken):
        said = await stage.ana.says(stage.acme, "!open S2 the portal is slow")

        assert [attempt.status for attempt in said.answers[0].attempts] == [503] * 4
        assert (await stage.event({"type": "team_join", "user": {"id": "U1"}})).status == 200


# ---- out of order ----------------------------------------------------------------------------------------------------


async def test_a_reply_to_a_card_that_is_not_recorded_yet_is_the_ticket_s(sqlite_database: str) -> None:
    """F8: the card stands in the channel before its sender has got the answer."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        gate = Hold()
        stage.slack.faults.on("chat.postMessage", ApiFault(held_after=gate), channel=stage.acme)
        await stage.ana.says(stage.acme, "!open S2 the portal is slow")
        await stage.slack.until(lambda: stage.cards(stage.acme))
        await stage.ana.says(stage.acme, "since this morning", thread=stage.card(stage.acme))

        await stage.until_said("since this morning")
        gate.release()
        await stage.slack.until(lambda: stage.cards(stage.desk_room))
        assert len(stage.cards(stage.acme)) == 1


async def test_a_reply_to_what_lost_its_card_is_the_ticket_s(sqlite_database: str) -> None:
    """Somebody deleted the card before anybody had answered it: what the desk says then stands at the top."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        await stage.a_ticket()
        for told in stage.slack.stage.delete(stage.card(stage.acme), stage.ben.user):
            await told.ended()
        for words in ("!take", "!need the logs"):
            await stage.ben.says(stage.desk_room, words, thread=stage.card(stage.desk_room))
        await stage.slack.until(lambda: "We need something from you" in stage.ana.sees(stage.acme))
        asked = next(each for each in stage.ana.sees(stage.acme).everything if "We need something" in each.lines[0])
        await stage.ana.says(stage.acme, "here they are", thread=asked)

        await stage.until_said("here they are")


async def test_an_edit_that_is_faster_than_its_words_is_the_last_word(sqlite_database: str) -> None:
    """F8: the same as in order."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        await stage.a_ticket()
        stage.slack.faults.on("message", *reordered(2))
        said = await stage.ana.says(stage.acme, "since mornin", thread=stage.card(stage.acme))
        await stage.ana.edits(said, "since this morning")
        await stage.slack.settle()

        await stage.until_said("since mornin", "since this morning")
        assert (await stage.history())[-1] == "WordsCorrected"


async def test_a_deletion_that_is_faster_than_its_words_takes_them_back(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        await stage.a_ticket()
        in_order = await stage.ana.says(stage.acme, "a secret", thread=stage.card(stage.acme))
        await stage.ana.deletes(in_order)
        kinds = await stage.history()
        stage.slack.faults.on("message", *reordered(2))
        said = await stage.ana.says(stage.acme, "another secret", thread=stage.card(stage.acme))
        await stage.ana.deletes(said)
        await stage.slack.settle()

        assert await stage.history() == [*kinds, *kinds[-2:]]


# ---- whom the desk does not answer -----------------------------------------------------------------------------------


async def test_bots_and_the_desk_itself_are_not_heard(sqlite_database: str) -> None:
    """S21."""
    async with a_stage(sqlite_database) as stage:
        other = stage.slack.app("other")
        stage.acme.members.append(other.bot)
        async with stage.listening():
            await stage.a_ticket()
            known = len(stage.acme.messages)
            for bot in (other.bot, stage.app.bot):
                _, told = stage.slack.stage.post(stage.acme, bot, "!open S1 everything is down")
                assert [(await each.ended()).status for each in told if each.app is stage.app] == [200]

            assert len(await stage.tickets()) == 1
            assert len(stage.acme.messages) == known + 2


async def test_unhandled_events_are_acknowledged(sqlite_database: str) -> None:
    """Slack would bring them again, and count them against us."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        for event in (
            {"type": "team_join", "user": {"id": "U1"}},
            {"type": "pin_added", "channel_id": "C1"},
            {"type": "channel_rename", "channel": {"id": stage.acme.id, "name": "beta"}},
            {"type": "message", "subtype": "channel_topic", "channel": stage.acme.id},
            {"type": "message"},
            {"type": "reaction_added", "item": "odd"},
            {"type": "channel_shared", "channel": None},
            {"type": "channel_id_changed"},
            {"type": "tokens_revoked", "tokens": "odd"},
            {"type": "app_home_opened", "tab": "home", "user": None},
        ):
            assert (await stage.event(event)).status == 200, event


async def test_somebody_of_the_same_id_in_another_workspace_is_somebody_else(sqlite_database: str) -> None:
    """S12: a person is a workspace and an id, whatever they are called."""
    async with a_stage(sqlite_database) as stage:
        twin = stage.exo.person("Ana Alves", user_id=stage.ana.id)
        stage.acme.members.append(twin.user)
        async with stage.listening():
            await twin.says(stage.acme, "!open S1 let me in")
            assert await stage.tickets() == []

            await stage.ana.says(stage.acme, "!open S2 the portal is slow")
            assert len(await stage.tickets()) == 1


# ---- rooms -----------------------------------------------------------------------------------------------------------


async def test_a_channel_with_another_id_is_the_same_room(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        await stage.a_ticket()
        said = await stage.ana.says(stage.acme, "since mornin", thread=stage.card(stage.acme))
        await stage.until_said("since mornin")
        assert all(each.taken for each in await stage.slack.changes_id(stage.acme))

        await stage.ana.edits(said, "since this morning")
        await stage.ana.says(stage.acme, "and still", thread=stage.card(stage.acme))

        await stage.until_said("since mornin", "since this morning", "and still")
        stage.connected.catch_up_soon()
        await stage.slack.called("conversations.history", channel=stage.acme)
        await stage.until_said("since mornin", "since this morning", "and still")


async def test_what_was_said_before_a_channel_had_another_id_and_comes_after_it_is_heard(sqlite_database: str) -> None:
    """F8: Slack tries again to bring what it could not, under the id that the channel had then."""
    async with a_stage(sqlite_database) as stage:
        async with stage.listening():
            await stage.a_ticket()
            root, old = stage.cards(stage.acme)[0], stage.acme.id
            await stage.slack.changes_id(stage.acme)
            said = {"type": "message", "channel": old, "user": stage.ana.id, "user_team": stage.ana.team.id}
            seconds, _, fraction = root.partition(".")
            late = said | {
                "text": "since this morning",
                "ts": f"{int(seconds)}.{int(fraction) + 1:06}",
                "thread_ts": root,
            }
            assert (await stage.event(late)).status == 200
            assert await stage.said() == ["since this morning"]
        async with stage.listening(anew=True):
            await stage.event(late)
            later = late | {"text": "it is worse", "ts": f"{int(seconds)}.{int(fraction) + 2:06}"}
            await stage.event(later)
            assert await stage.said() == ["since this morning", "it is worse"]


async def test_a_room_of_the_desk_that_another_company_can_read_is_let_go(sqlite_database: str) -> None:
    """S13."""
    async with a_stage(sqlite_database) as stage, stage.listening():
        await stage.a_ticket()
        await stage.slack.shares(stage.desk_room, stage.acme_team)
        await stage.slack.until(lambda: "another company" in stage.ben.sees(stage.desk_room).text)

        known = len(stage.desk_room.messages)
        await stage.ana.says(stage.acme, "since this morning", thread=stage.card(stage.acme))
        await stage.until_said("since this morning")
        assert len(stage.desk_room.messages) == known


async def test_being_let_into_a_room_lets_what_waited_go(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        await stage.ben.removes(stage.app, stage.desk_room)
        await stage.ana.says(stage.acme, "!open S2 the portal is slow")
        await stage.slack.until(lambda: stage.cards(stage.acme))
        await stage.slack.called("chat.postMessage", times=2)
        assert not stage.cards(stage.desk_room)

        await stage.ben.invites(stage.app, stage.desk_room)

        await stage.slack.until(lambda: stage.cards(stage.desk_room))


async def test_every_call_is_within_slack_s_limits(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        await stage.a_ticket()
        await stage.slack.settle()
        assert stage.slack.violations == []
        assert len(stage.slack.calls("auth.test")) == 1


async def test_a_channel_that_is_nobody_s_yet_is_told_once_what_may_be_done_there(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        new = stage.exo.channel("globex", members=[stage.ben, stage.mia])
        stage.slack.faults.on("member_joined_channel", TWICE)
        await stage.ben.invites(stage.app, new)
        await stage.slack.called("chat.postMessage", channel=new)
        await stage.ben.says(stage.acme, "!list")
        await stage.slack.called("chat.postEphemeral", channel=stage.acme)

        (told,) = [each for each in stage.mia.sees(new) if "I am the support desk" in each]
        assert "Je suis le support" in told
        assert "!bind customer" in told


async def test_who_is_not_of_the_staff_may_invite_the_desk_and_is_told_nothing(sqlite_database: str) -> None:
    async with a_stage(sqlite_database) as stage, stage.listening():
        new = stage.exo.channel("new", members=[stage.ben, stage.ana, stage.stranger], shared_with=[stage.acme_team])
        for inviter in (stage.ana, stage.stranger):
            await inviter.invites(stage.app, new)
            await stage.ben.removes(stage.app, new)
        await stage.ben.removes(stage.app, stage.acme)
        await stage.ben.invites(stage.app, stage.acme)
        await stage.ben.says(stage.acme, "!list")
        await stage.slack.called("chat.postEphemeral", channel=stage.acme)

        for room in (new, stage.acme):
            assert "I am the support desk" not in stage.ben.sees(room)
